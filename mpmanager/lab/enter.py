"""Enter a namespace of the lab: its network, and a /sys that shows it.

`python -m mpmanager.lab.enter NAMESPACE CGROUP CMD...` runs a program there under the same process id, in a cgroup if
that is not empty. Like `ip netns exec`, but what was mounted below /sys (the cgroup trees, bpffs) stays reachable at
its place, and /etc stays untouched.
"""

import ctypes
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from mpmanager.lab import cgroups
from mpmanager.linux.mounts import mount_points

NAMED_NAMESPACES = Path("/run/netns")

_CLONE_NEWNS = 0x00020000
_CLONE_NEWNET = 0x40000000
_MS_BIND = 0x1000
_MS_REC = 0x4000
_MS_SLAVE = 0x80000

_NOT_FOUND = 127

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def enter_network(namespace: str) -> None:
    """Move the calling thread into a named network namespace.

    Raises:
        OSError: there is none of that name, or the right (CAP_SYS_ADMIN) is missing.
    """
    descriptor = os.open(NAMED_NAMESPACES / namespace, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _check(_libc.setns(descriptor, _CLONE_NEWNET), f"setns {namespace}")
    finally:
        os.close(descriptor)


def enter(namespace: str) -> None:
    """Move this process, which must have one thread, into a namespace, with a private /sys for it.

    Raises:
        OSError: refused; the process may be inside already and should end.
    """
    enter_network(namespace)
    _check(_libc.unshare(_CLONE_NEWNS), "unshare mounts")
    # A slave: mounts made outside still come in, nothing goes out.
    _mount("none", "/", None, _MS_SLAVE | _MS_REC)
    kept = [(os.open(point, os.O_PATH | os.O_CLOEXEC), point) for point in mounts_below_sys(map(str, mount_points()))]
    _mount(namespace, "/sys", "sysfs", 0)
    for descriptor, point in kept:
        _mount(f"/proc/self/fd/{descriptor}", point, None, _MS_BIND | _MS_REC)
        os.close(descriptor)


def _mount(source: str, target: str, kind: str | None, flags: int) -> None:
    encoded_kind = kind.encode() if kind else None
    result = _libc.mount(source.encode(), target.encode(), encoded_kind, ctypes.c_ulong(flags), None)
    _check(result, f"mount {target}")


def mounts_below_sys(points: Iterable[str]) -> list[str]:
    """The outermost mount points below /sys; those inside of them come along with a recursive bind."""
    outermost: list[str] = []
    for point in sorted(set(points)):
        if point.startswith("/sys/") and not any(point.startswith(f"{outer}/") for outer in outermost):
            outermost.append(point)
    return outermost


def command_inside(namespace: str, argv: list[str], *, cgroup: Path | None = None) -> list[str]:
    """The command line that runs `argv` in a namespace, and in a cgroup."""
    return [sys.executable, "-P", "-m", "mpmanager.lab.enter", namespace, str(cgroup or ""), *argv]


def execute(namespace: str, argv: list[str], *, cgroup: Path | None = None) -> None:
    """Become the program `argv` inside a namespace, and in a cgroup. Returns only by raising OSError."""
    if cgroup is not None:
        cgroups.join(cgroup)
    enter(namespace)
    os.execvp(argv[0], argv)  # noqa: S606  # no shell is wanted: the arguments are the user's own


def main() -> None:
    """Run the command of the arguments."""
    namespace, cgroup, *argv = sys.argv[1:]
    try:
        execute(namespace, argv, cgroup=Path(cgroup) if cgroup else None)
    except OSError as error:
        print(f"mpm lab: {argv[0]}: {error}", file=sys.stderr)  # noqa: T201  # the only voice of this small program
        sys.exit(_NOT_FOUND)


if __name__ == "__main__":
    main()
