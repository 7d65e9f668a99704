"""Where cgroup v2 and bpffs are mounted. Imported by small programs that start often: nothing heavy belongs here."""

import ctypes
import os
import stat
from collections.abc import Iterator
from errno import ENOENT
from pathlib import Path

from mpmanager.model.errors import CommandRefusedError, NotSupportedError

BPFFS = Path("/sys/fs/bpf")
"""Where systemd mounts the file system of pins, in the first namespace of mounts."""

_CGROUPS_TYPE, _BPFFS_TYPE = "cgroup2", "bpf"
_MOUNT_POINT_FIELD = 4

_libc = ctypes.CDLL(None, use_errno=True)


def mount_points(kind: str | None = None) -> Iterator[Path]:
    """Those that this process sees, of one type of file system if that is given, the oldest first."""
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        before, _dash, after = line.partition(" - ")
        if kind in {None, after.split(" ", 1)[0]}:
            yield Path(_unescaped(before.split(" ")[_MOUNT_POINT_FIELD]))


def _unescaped(text: str) -> str:
    """As the kernel writes what would be taken for the end of a field or of a line, and the sign of that itself."""
    for character in " \t\n\\":
        text = text.replace(f"\\{ord(character):03o}", character)
    return text


def cgroup_mount() -> Path | None:
    """Where the cgroup v2 hierarchy is mounted; None when it is not."""
    return next(mount_points(_CGROUPS_TYPE), None)


def cgroup_directory(cgroup: str) -> Path:
    """Where a cgroup is that is named by its path below the mount, if there is one.

    Raises:
        CommandRefusedError: cgroup v2 is not mounted.
    """
    mount = cgroup_mount()
    if mount is None:
        raise CommandRefusedError("cgroup v2 is not mounted", errno=ENOENT)
    return mount / cgroup.lstrip("/")


def cgroups_of(mount: Path) -> Iterator[tuple[int, str]]:
    """The ids and the paths of all cgroups, with a leading slash, the root first. What goes meanwhile is left out."""
    yield mount.stat().st_ino, "/"
    pending = [str(mount)]
    prefix = len(pending[0])
    while pending:
        for entry in _directories(pending.pop()):
            pending.append(entry.path)
            yield entry.inode(), entry.path[prefix:]


def _directories(place: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(place) as entries:
            return [each for each in entries if each.is_dir(follow_symlinks=False)]
    except OSError:
        return []  # removed while we looked


def cgroup_id(directory: Path) -> int | None:
    """What the kernel calls a cgroup: never the same again for one that is made anew. None when it is gone."""
    try:
        status = directory.stat()
    except OSError:
        return None
    return status.st_ino if stat.S_ISDIR(status.st_mode) else None


def has_bpffs(mount_point: Path = BPFFS) -> bool:
    """Whether pins can be made there."""
    return mount_point in mount_points(_BPFFS_TYPE)


def mount_bpffs(mount_point: Path = BPFFS) -> None:
    """Mount the file system of pins where it is missing, as systemd does at every start.

    Raises:
        NotSupportedError: refused.
    """
    if has_bpffs(mount_point):
        return
    if _libc.mount(b"bpf", os.fsencode(mount_point), _BPFFS_TYPE.encode(), ctypes.c_ulong(0), b"mode=0700"):
        reason = os.strerror(ctypes.get_errno())
        raise NotSupportedError(f"there is no bpf file system at {mount_point}, and mounting it is refused: {reason}")
