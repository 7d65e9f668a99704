"""Whose socket is it? From the cgroup and the inode that the kernel tells to the process that holds the socket."""

import os
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import NamedTuple

from mpmanager.core.application_identity import application_of
from mpmanager.linux import proc
from mpmanager.linux.desktop_entries import DesktopEntries
from mpmanager.linux.mounts import cgroup_mount, cgroups_of
from mpmanager.model.connection import Application, ProcessKey

_ROOT_CGROUP = "/"
_REMEMBERED_SOCKETS = 2_000
"""Before it is seen which of them are still there."""
_REMEMBERED_PROCESSES = 200
_MOST_DESCRIPTORS = 2_500
"""Looked at for one question, some 3 us each: nobody else is served meanwhile, so what is beyond waits for the next."""
_MOST_WALKS = 1_000
"""Unfinished."""


class _Process:
    """What one process has open."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._seen: set[str] = set()

    def fresh_sockets(self) -> dict[int, str]:
        """Inodes of sockets under descriptors not seen before; empty when the process is gone or not ours to see."""
        descriptors = proc.descriptors(self.pid)
        fresh, self._seen = descriptors - self._seen, descriptors
        return proc.sockets(self.pid, fresh)

    def all_sockets(self) -> tuple[dict[int, str], int]:
        """Inodes of all its sockets, each with its descriptor, and under how many descriptors they were sought."""
        self._seen = proc.descriptors(self.pid)
        return proc.sockets(self.pid, self._seen), len(self._seen)


class _Holder(NamedTuple):
    """Where a socket was seen."""

    pid: int
    descriptor: str

    def holds(self, inode: int) -> bool:
        """Whether it is still there."""
        return proc.holds(self.pid, self.descriptor, inode)


_Neighbours = tuple[int, str | None]
"""A user and a cgroup: the processes among which a socket is sought."""


class LinuxApplicationFinder:
    """Finds the processes behind sockets, with one walk over processes of the same cgroup and user for all together.

    A walk that would take long is spread over several questions: until it is over, the cgroup tells what it can.
    """

    def __init__(self) -> None:
        self._cgroups = _CgroupPaths(cgroup_mount())
        self._entries = DesktopEntries()
        self._holders: dict[int, _Holder] = {}
        self._most_holders = _REMEMBERED_SOCKETS
        self._recent: dict[int, _Process] = {}
        """Processes that had such sockets before, the latest last: the next socket is likely theirs."""
        self._passed: dict[_Neighbours, set[int]] = {}
        """By whom walks have come that are not over yet."""

    def find(self, owners: Sequence[ProcessKey]) -> list[Application]:
        paths = self._cgroups.paths({each.cgroup_id for each in owners})
        cgroups = [paths.get(each.cgroup_id) for each in owners]
        self._forget_some()
        wanted: dict[_Neighbours, set[int]] = {}
        for owner, cgroup in zip(owners, cgroups, strict=True):
            if owner.inode and not self._is_held(owner.inode):
                wanted.setdefault((owner.uid, cgroup), set()).add(owner.inode)
        self._search(wanted)
        holders = [self._holders.get(each.inode) for each in owners]
        pids = [None if each is None else each.pid for each in holders]
        # psutil takes long to load, and there may be nobody to be recognised for hours.
        from mpmanager.linux.processes import process_of  # noqa: PLC0415  # see above

        processes = {pid: process_of(pid) for pid in set(pids) if pid is not None}
        entries = {uid: self._entries.for_user(uid) for uid in {each.uid for each in owners}}
        asked = [(pid, cgroup, owner.uid) for owner, pid, cgroup in zip(owners, pids, cgroups, strict=True)]
        # A process may hold thousands of the sockets: it is judged once.
        applications = {
            (pid, cgroup, uid): application_of(
                None if pid is None else processes[pid], cgroup=cgroup, uid=uid, entries=entries[uid]
            )
            for pid, cgroup, uid in set(asked)
        }
        return [applications[each] for each in asked]

    def cgroup(self, owner: ProcessKey) -> str | None:
        return self._cgroups.paths({owner.cgroup_id}).get(owner.cgroup_id)

    def _is_held(self, inode: int) -> bool:
        """Whether a process is known to hold a socket, and does so still."""
        holder = self._holders.get(inode)
        return holder is not None and holder.holds(inode)

    def _forget_some(self) -> None:
        if len(self._holders) > self._most_holders:
            self._holders = {inode: each for inode, each in self._holders.items() if each.holds(inode)}
            self._most_holders = max(_REMEMBERED_SOCKETS, 2 * len(self._holders))
        for pid in list(self._recent)[:-_REMEMBERED_PROCESSES]:
            del self._recent[pid]
        if len(self._passed) > _MOST_WALKS:
            self._passed.clear()

    def _search(self, wanted: Mapping[_Neighbours, set[int]]) -> None:
        """Note which processes hold the sockets; what nobody holds is left out."""
        for neighbours, inodes in wanted.items():
            for inode in inodes:
                self._holders.pop(inode, None)
            pids = self._members(neighbours)
            if not self._is_fresh_in_recent(inodes, pids):
                self._walk(inodes, neighbours, pids, budget=_MOST_DESCRIPTORS // len(wanted))

    def _is_fresh_in_recent(self, inodes: set[int], pids: Container[int]) -> bool:
        """Look at what those have opened lately that had sockets before; whether that was all."""
        for process in [each for pid, each in reversed(self._recent.items()) if pid in pids]:
            self._note(process, process.fresh_sockets(), inodes)
            if not inodes:
                return True
        return False

    def _walk(self, inodes: set[int], neighbours: _Neighbours, pids: AbstractSet[int], *, budget: int) -> None:
        """Go on with a walk over processes, until so many descriptors have been looked at."""
        passed = self._passed.pop(neighbours, set())
        for pid in self._in_order(pids - passed, neighbours[0]):
            if budget <= 0:
                self._passed[neighbours] = passed
                return
            process = _Process(pid)
            sockets, looks = process.all_sockets()
            passed.add(pid)
            budget -= looks
            self._note(process, sockets, inodes)
            if not inodes:
                return

    def _note(self, process: _Process, sockets: Mapping[int, str], inodes: set[int]) -> None:
        """Take what a process holds off the sockets that are sought."""
        for inode, descriptor in sockets.items():
            self._holders.setdefault(inode, _Holder(process.pid, descriptor))
        if found := inodes & sockets.keys():
            inodes -= found
            self._recent.pop(process.pid, None)
            self._recent[process.pid] = process

    def _members(self, neighbours: _Neighbours) -> set[int]:
        members = self._cgroups.members(neighbours[1])
        return set(proc.running() if members is None else members)

    def _in_order(self, pids: AbstractSet[int], uid: int) -> Iterator[int]:
        """The processes that may hold the socket: those that had one before, then the youngest first."""
        yield from (pid for pid in list(reversed(self._recent)) if pid in pids)
        rest = sorted(pids - self._recent.keys(), reverse=True)
        others = []
        # A set-uid program may hold another user's socket, so the owner's processes come first and not alone.
        for pid in rest:
            if proc.uid_of(pid) == uid:
                yield pid
            else:
                others.append(pid)
        yield from others


class _CgroupPaths:
    """Paths of cgroups by the inode numbers of their directories."""

    def __init__(self, mount: Path | None) -> None:
        self._mount = mount
        self._paths: dict[int, str] = {}

    def paths(self, ids: Collection[int]) -> dict[int, str]:
        """Below the mount, with a leading slash; what is not known (any more) is left out. One walk at most."""
        if self._mount is None:
            return {}
        known = {each: self._paths[each] for each in ids if each in self._paths}
        if len(known) < len(set(ids) - {0}) or not all(self._is_still(path, id_) for id_, path in known.items()):
            self._paths = dict(cgroups_of(self._mount))
            known = {each: self._paths[each] for each in ids if each in self._paths}
        return known

    def members(self, cgroup: str | None) -> list[int] | None:
        """The processes in a cgroup; None when that says nothing (the root holds everybody who is nowhere else)."""
        if self._mount is None or cgroup is None or cgroup == _ROOT_CGROUP:
            return None
        try:
            with open(f"{self._mount}{cgroup}/cgroup.procs", encoding="ascii") as file:  # noqa: PTH123  # as in `proc`
                return [int(line) for line in file]
        except OSError:
            return None

    def _is_still(self, path: str, cgroup_id: int) -> bool:
        if self._mount is None:
            return False
        try:
            return os.stat(f"{self._mount}{path}").st_ino == cgroup_id  # noqa: PTH116  # as in `proc`
        except OSError:
            return False
