"""A fresh Debian system in a directory: its commands have mounts and processes of their own."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).parent
_LIMIT_S = 1800.0
_PROXIES = ("http_proxy", "https_proxy", "no_proxy")
_ENTER = """
mount --make-rprivate / && mount -t proc proc "$1/proc" || exit 125
mount -t tmpfs tmpfs "$1/run" && mount -t tmpfs tmpfs "$1/dev/shm" || exit 125
[ "$2" = connected ] || ip link set lo up || exit 125
root=$1
shift 2
exec chroot "$root" "$@"
"""
_NOT_COMPARED = ("proc", "sys", "dev", "run", "tmp", "root", "var/cache", "var/log", "var/lib/apt", "var/lib/dpkg")
"""What no package is to blame for, and what tells of other packages."""


class CommandFailedError(Exception):
    """A command in there failed, or took too long; with what it said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """One system. Its mounts are in a namespace of each command, and end with it."""

    root: Path

    def run(self, *command: str, connected: bool = False, limit_s: float = _LIMIT_S) -> str:
        """What a command prints, also on standard error. Without a network of its own unless it is to be connected.

        Raises:
            CommandFailedError: it ended otherwise than with 0.
        """
        namespaces = ["--mount", "--pid", "--fork", "--kill-child", "--ipc", "--uts", *([] if connected else ["--net"])]
        enter = ["sh", "-c", _ENTER, "enter", str(self.root), "connected" if connected else "alone"]
        done = subprocess.run(
            ["unshare", *namespaces, *enter, *command],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=limit_s,
            env=_environment(),
        )
        if done.returncode != 0:
            raise CommandFailedError(f"{' '.join(command)} ended with status {done.returncode}:\n{done.stdout}")
        return done.stdout

    def files(self) -> Mapping[str, str]:
        """All files and directories by their paths, with what makes two of the same name differ."""
        return {str(each.relative_to(self.root)): _nature(each) for each in _below(self.root, self._is_compared)}

    def _is_compared(self, path: Path) -> bool:
        name = str(path.relative_to(self.root))
        return not any(name == each or name.startswith(f"{each}/") for each in _NOT_COMPARED)


def _below(directory: Path, is_wanted: Callable[[Path], bool]) -> Iterator[Path]:
    """Links are not followed: theirs lead out of here."""
    for entry in os.scandir(directory):
        path = Path(entry.path)
        if is_wanted(path):
            yield path
            if entry.is_dir(follow_symlinks=False):
                yield from _below(path, is_wanted)


def _nature(path: Path) -> str:
    if path.is_symlink():
        return f"link to {path.readlink()}"
    if path.is_dir():
        return "directory"
    status = path.stat()
    return f"{status.st_mode:o} {status.st_size} {status.st_mtime_ns}"


def _environment() -> Mapping[str, str]:
    told = {name: os.environ[name] for name in _PROXIES if name in os.environ}
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return {"PATH": path, "HOME": "/root", "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive", **told}


@contextmanager
def fresh(cache: Path, suite: str) -> Iterator[Sandbox]:
    """A new system, that is gone in the end.

    Raises:
        CommandFailedError: it could not be made.
    """
    done = subprocess.run(["sh", str(_HERE / "base.sh"), str(cache), suite], check=False)
    if done.returncode != 0:
        raise CommandFailedError(f"no system of {suite} could be made")
    root = Path(tempfile.mkdtemp(prefix=f"{suite}.", dir=cache))
    try:
        root.chmod(0o755)
        subprocess.run(["tar", "-C", str(root), "--numeric-owner", "-xf", str(cache / f"{suite}.tar")], check=True)
        shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
        yield Sandbox(root=root)
    finally:
        shutil.rmtree(root)
