"""What /proc tells of other processes, of which there are hundreds, with thousands of descriptors: names, no Paths.

A Path would have Python keep each part of each name in a table that grows until it is made anew, twice as large.
"""

import os
from collections.abc import Collection, Iterator

_SOCKET = "socket:["


def running() -> Iterator[int]:
    """The numbers of all processes that it shows."""
    return (int(name) for name in os.listdir("/proc") if name.isdecimal())  # noqa: PTH208  # see above


def uid_of(pid: int) -> int | None:
    """Whose a process is; None when it is gone."""
    try:
        return os.stat(f"/proc/{pid}").st_uid  # noqa: PTH116  # see above
    except OSError:
        return None


def link(path: str) -> str:
    """Where a symbolic link leads; empty when it is gone, or not ours to see."""
    try:
        return os.readlink(path)  # noqa: PTH115  # see above
    except OSError:
        return ""


def descriptors(pid: int) -> set[str]:
    """What a process has open; none where it is gone or not ours to see."""
    try:
        return set(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH208  # see above
    except OSError:
        return set()


def sockets(pid: int, among: Collection[str]) -> dict[int, str]:
    """The inodes of sockets among descriptors of a process, each with its descriptor."""
    links = ((each, link(f"/proc/{pid}/fd/{each}")) for each in among)
    return {int(to[len(_SOCKET) : -1]): each for each, to in links if to.startswith(_SOCKET)}


def holds(pid: int, descriptor: str, inode: int) -> bool:
    """Whether a process has a socket under a descriptor."""
    return link(f"/proc/{pid}/fd/{descriptor}") == f"{_SOCKET}{inode}]"
