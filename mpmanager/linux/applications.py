"""Whose socket is it? From the cgroup and the inode that the kernel tells to the process that holds the socket."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

from mpmanager.core.application_identity import application_of
from mpmanager.linux.desktop_entries import DesktopEntries
from mpmanager.linux.mounts import cgroup_mount
from mpmanager.linux.processes import process_of
from mpmanager.model.connection import Application, ProcessKey

_PROC = Path("/proc")
_ROOT_CGROUP = "/"
_REMEMBERED_SOCKETS = 20_000
_REMEMBERED_PROCESSES = 200


class _Process:
    """What one process has open."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._directory = f"/proc/{pid}/fd"
        self._seen: set[str] = set()

    def fresh_sockets(self) -> set[int]:
        """Inodes of sockets under descriptors not seen before; empty when the process is gone or not ours to see."""
        try:
            descriptors = set(os.listdir(self._directory))  # noqa: PTH208  # names alone, and there can be thousands
        except OSError:
            return set()
        fresh, self._seen = descriptors - self._seen, descriptors
        links = (_link(f"{self._directory}/{each}") for each in fresh)
        return {int(link[8:-1]) for link in links if link.startswith("socket:[")}


class LinuxApplicationFinder:
    """Finds the processes behind sockets, with one walk over processes of the same cgroup and user for all together."""

    def __init__(self) -> None:
        self._cgroups = _CgroupPaths(cgroup_mount())
        self._entries = DesktopEntries()
        self._pids_by_socket: dict[int, int] = {}
        self._recent: dict[int, _Process] = {}
        """Processes that had such sockets before, the latest last: the next socket is likely theirs."""

    def find(self, owners: Sequence[ProcessKey]) -> list[Application]:
        cgroups = [self._cgroups.path(each.cgroup_id) for each in owners]
        self._forget_some()
        wanted: dict[tuple[int, str | None], set[int]] = {}
        for owner, cgroup in zip(owners, cgroups, strict=True):
            if owner.inode and not _is_running(self._pids_by_socket.get(owner.inode)):
                wanted.setdefault((owner.uid, cgroup), set()).add(owner.inode)
        for (uid, cgroup), inodes in wanted.items():
            self._search(inodes, uid, cgroup)
        pids = [self._pids_by_socket.get(each.inode) for each in owners]
        processes = {pid: process_of(pid) for pid in set(pids) if pid is not None}
        entries = {uid: self._entries.for_user(uid) for uid in {each.uid for each in owners}}
        return [
            application_of(
                None if pid is None else processes[pid], cgroup=cgroup, uid=owner.uid, entries=entries[owner.uid]
            )
            for owner, pid, cgroup in zip(owners, pids, cgroups, strict=True)
        ]

    def cgroup(self, owner: ProcessKey) -> str | None:
        return self._cgroups.path(owner.cgroup_id)

    def _forget_some(self) -> None:
        if len(self._pids_by_socket) > _REMEMBERED_SOCKETS:
            self._pids_by_socket.clear()
        for pid in list(self._recent)[:-_REMEMBERED_PROCESSES]:
            del self._recent[pid]

    def _search(self, inodes: set[int], uid: int, cgroup: str | None) -> None:
        """Note which processes hold the sockets; what nobody holds is left out."""
        for inode in inodes:
            self._pids_by_socket.pop(inode, None)
        looks = (look for pid in self._candidates(uid, cgroup) for look in self._looks_at(pid))
        for process, sockets in looks:
            if found := inodes & sockets:
                inodes -= found
                self._pids_by_socket.update(dict.fromkeys(sockets, process.pid))
                self._recent.pop(process.pid, None)
                self._recent[process.pid] = process
            if not inodes:
                return

    def _looks_at(self, pid: int) -> Iterator[tuple[_Process, set[int]]]:
        """First only at what a process has opened since the last look: some have thousands of sockets."""
        for process in (self._recent.get(pid), _Process(pid)):
            if process is not None:
                yield process, process.fresh_sockets()

    def _candidates(self, uid: int, cgroup: str | None) -> Iterator[int]:
        """The processes that may hold the socket: those that had one before, then the youngest first."""
        members = self._cgroups.members(cgroup)
        pids = set(psutil.pids() if members is None else members)
        remembered = [pid for pid in reversed(self._recent) if pid in pids]
        rest = sorted(pids.difference(remembered), reverse=True)
        yield from remembered
        # A set-uid program may hold another user's socket, so the owner's processes come first and not alone.
        yield from (pid for pid in rest if _uid_of(pid) == uid)
        yield from (pid for pid in rest if _uid_of(pid) != uid)


def _link(path: str) -> str:
    """Where a symbolic link leads; empty when it is gone."""
    try:
        return os.readlink(path)  # noqa: PTH115  # thousands of them: a Path each would double the time
    except OSError:
        return ""


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


def _uid_of(pid: int) -> int | None:
    try:
        return (_PROC / str(pid)).stat().st_uid
    except OSError:
        return None


def _is_running(pid: int | None) -> bool:
    return pid is not None and (_PROC / str(pid)).exists()
