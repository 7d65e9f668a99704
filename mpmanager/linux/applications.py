"""Whose socket is it? From the cgroup and the inode that the kernel tells to the process that holds the socket."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil

from mpmanager.model.connection import UNKNOWN_APPLICATION, Application, ProcessKey

_PROC = Path("/proc")
_ROOT_CGROUP = "/"
_REMEMBERED_SOCKETS = 20_000


def cgroup_mount() -> Path | None:
    """Where the cgroup v2 hierarchy is mounted; None when it is not."""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        before, _dash, after = line.partition(" - ")
        if after.startswith("cgroup2 "):
            return Path(before.split()[4].replace("\\040", " "))
    return None


class LinuxApplicationFinder:
    """Finds the process behind a socket. Costs a walk over processes of the same cgroup and user the first time."""

    def __init__(self) -> None:
        self._cgroups = _CgroupPaths(cgroup_mount())
        self._pids_by_socket: dict[int, int] = {}
        self._recent_pids: dict[int, None] = {}
        """Processes that had such sockets before, the latest last: the next socket is likely theirs."""

    def find(self, owner: ProcessKey) -> Application:
        if not owner.inode:
            return UNKNOWN_APPLICATION
        cgroup = self._cgroups.path(owner.cgroup_id)
        pid = self._pid_of(owner, cgroup)
        if pid is not None:
            found = _application(pid, cgroup)
            if found is not None:
                return found
        if cgroup is None or cgroup == _ROOT_CGROUP:
            return UNKNOWN_APPLICATION
        return Application(id=f"cgroup:{cgroup}", name=cgroup.rpartition("/")[2], pid=None, exe=None, cgroup=cgroup)

    def _pid_of(self, owner: ProcessKey, cgroup: str | None) -> int | None:
        known = self._pids_by_socket.get(owner.inode)
        if known is not None and owner.inode in _sockets_of(known):
            return known
        if len(self._pids_by_socket) > _REMEMBERED_SOCKETS:
            self._pids_by_socket.clear()
        for pid in self._candidates(owner.uid, cgroup):
            sockets = _sockets_of(pid)
            if owner.inode in sockets:
                self._pids_by_socket.update(dict.fromkeys(sockets, pid))
                self._recent_pids.pop(pid, None)
                self._recent_pids[pid] = None
                return pid
        return None

    def _candidates(self, uid: int, cgroup: str | None) -> Iterator[int]:
        """The processes that may hold the socket: those that had one before, then the youngest first."""
        members = self._cgroups.members(cgroup)
        pids = psutil.pids() if members is None else members
        remembered = [pid for pid in reversed(self._recent_pids) if pid in set(pids)]
        self._recent_pids = dict.fromkeys(reversed(remembered))
        rest = sorted(set(pids).difference(remembered), reverse=True)
        yield from remembered
        # A set-uid program may hold another user's socket, so the owner's processes come first and not alone.
        yield from (pid for pid in rest if _uid_of(pid) == uid)
        yield from (pid for pid in rest if _uid_of(pid) != uid)


class _CgroupPaths:
    """Paths of cgroups by the inode numbers of their directories."""

    def __init__(self, mount: Path | None) -> None:
        self._mount = mount
        self._paths: dict[int, str] = {}

    def path(self, cgroup_id: int) -> str | None:
        """Below the mount, with a leading slash; None when it is not known (any more)."""
        if self._mount is None or not cgroup_id:
            return None
        known = self._paths.get(cgroup_id)
        if known is None or not self._is_still(known, cgroup_id):
            self._paths = dict(_walk(self._mount))
            known = self._paths.get(cgroup_id)
        return known

    def members(self, cgroup: str | None) -> list[int] | None:
        """The processes in a cgroup; None when that says nothing (the root holds everybody who is nowhere else)."""
        if self._mount is None or cgroup is None or cgroup == _ROOT_CGROUP:
            return None
        try:
            return [int(line) for line in (self._mount / cgroup[1:] / "cgroup.procs").read_text().split()]
        except OSError:
            return None

    def _is_still(self, path: str, cgroup_id: int) -> bool:
        try:
            return self._mount is not None and (self._mount / path[1:]).stat().st_ino == cgroup_id
        except OSError:
            return False


def _walk(mount: Path) -> Iterator[tuple[int, str]]:
    for directory, _subdirectories, _files in os.walk(mount):
        relative = "/" + os.path.relpath(directory, mount)
        try:
            yield Path(directory).stat().st_ino, _ROOT_CGROUP if relative == "/." else relative
        except OSError:
            continue  # removed while we looked


def _sockets_of(pid: int) -> set[int]:
    """Inodes of the sockets that a process holds; empty when it is gone or not ours to see."""
    return {int(link[8:-1]) for link in _links(_PROC / str(pid) / "fd") if link.startswith("socket:[")}


def _links(directory: Path) -> Iterable[str]:
    try:
        entries = list(os.scandir(directory))
    except OSError:
        return
    for entry in entries:
        try:
            yield os.readlink(entry.path)  # noqa: PTH115  # thousands of them: a Path each would double the time
        except OSError:
            continue


def _uid_of(pid: int) -> int | None:
    try:
        return (_PROC / str(pid)).stat().st_uid
    except OSError:
        return None


def _application(pid: int, cgroup: str | None) -> Application | None:
    try:
        process = psutil.Process(pid)
        exe = process.exe()
        name = process.name()
    except psutil.Error:
        return None
    return Application(id=f"exe:{exe}" if exe else f"name:{name}", name=name, pid=pid, exe=exe or None, cgroup=cgroup)
