"""Cgroups of the version 2 hierarchy, wherever it is mounted."""

import errno
import os
import stat
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from mpmanager.core.scopes import ROOT, is_within, may_be_led
from mpmanager.linux import proc
from mpmanager.linux.mounts import cgroup_id, cgroup_mount, cgroups_of
from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.errors import CommandRefusedError, NotSupportedError

_UNIFIED = "0::"
_DELETED = " (deleted)"
_ROOT_UID = 0
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_LONGEST_FILE = 65536
_PARENT, _STARTED = 1, 19
"""In /proc/PID/stat, counted from the first field behind the name."""


class LinuxCgroups:
    """The hierarchy that this process sees."""

    def __init__(self) -> None:
        self._mount = cgroup_mount()

    def of_process(self, pid: int) -> CgroupPath:
        self._directory(CgroupPath("/"))
        cgroup = _cgroup_of(pid)
        if cgroup is None:
            raise CommandRefusedError(f"there is no process {pid}", errno=errno.ESRCH)
        if "/.." in cgroup or cgroup.endswith(_DELETED):
            raise CommandRefusedError(f"process {pid} is in a cgroup that cannot be seen: {cgroup}", errno=errno.ENOENT)
        return cgroup

    def exists(self, cgroup: CgroupPath) -> bool:
        return self._mount is not None and (self._mount / cgroup[1:]).is_dir()

    def identity(self, cgroup: CgroupPath) -> int | None:
        return None if self._mount is None else cgroup_id(self._mount / cgroup[1:])

    def tree(self) -> Collection[CgroupPath]:
        if self._mount is None:
            return ()
        return [CgroupPath(path) for _id, path in cgroups_of(self._mount) if path != ROOT]

    def is_held(self, cgroup: CgroupPath) -> bool:
        with _explained(f"looking at the cgroup {cgroup}"):
            directory = self._directory(cgroup)
            return all(_is_roots(each) for each in (directory, directory / "cgroup.procs"))

    def make(self, beneath: CgroupPath, name: str) -> CgroupPath:
        made = CgroupPath(f"{beneath.rstrip('/')}/{name}")
        with _explained(f"making the cgroup {made}"):
            self._directory(made).mkdir(mode=0o755)
        return made

    def move(self, pid: int, cgroup: CgroupPath) -> None:
        with _explained(f"moving process {pid} to the cgroup {cgroup}"):
            (self._directory(cgroup) / "cgroup.procs").write_text(str(pid))

    def remove_if_empty(self, cgroup: CgroupPath) -> bool:
        directory = self._directory(cgroup)
        with _explained(f"removing the cgroup {cgroup}"):
            try:
                if "populated 1" in (directory / "cgroup.events").read_text():
                    return False
                _remove_tree(directory)
            except FileNotFoundError:
                return True
            except OSError as error:
                if error.errno != errno.EBUSY:
                    raise
                return False  # somebody was faster
        return True

    def led_by(self, executables: Collection[str]) -> Mapping[str, frozenset[CgroupPath]]:
        wanted = set(executables)
        found: dict[str, set[CgroupPath]] = {}
        candidates = {
            cgroup
            for pid, executable in _running()
            if executable in wanted and (cgroup := _cgroup_of(pid)) is not None and may_be_led(cgroup)
        }
        for cgroup in candidates:
            if (leader := self._leader(cgroup)) in wanted and leader is not None:
                found.setdefault(leader, set()).add(cgroup)
        return {executable: frozenset(cgroups) for executable, cgroups in found.items()}

    def _leader(self, cgroup: CgroupPath) -> str | None:
        """What the oldest process runs that did not come from within; None when it is gone."""
        members = {pid: each for pid in self._members(cgroup) if (each := _origin_of(pid)) is not None}
        parents = {each.parent for each in members.values()}
        within = {pid for pid in parents if pid in members or _is_in(pid, cgroup)}
        from_elsewhere = [each for each in members.values() if each.parent not in within]
        return _executable(min(from_elsewhere).pid) if from_elsewhere else None

    def _members(self, cgroup: CgroupPath) -> Iterator[int]:
        try:
            yield from map(int, (self._directory(cgroup) / "cgroup.procs").read_text().split())
        except OSError:
            return  # gone, or of threads

    def _directory(self, cgroup: CgroupPath) -> Path:
        if self._mount is None:
            raise NotSupportedError("cgroup v2 is not mounted: programs cannot be told apart")
        return self._mount / cgroup[1:]


class _Origin(NamedTuple):
    """Where a process comes from; the oldest is the least."""

    started: int
    """In clock ticks since the machine did."""
    pid: int
    parent: int


@contextmanager
def _explained(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CommandRefusedError(f"{what}: {error.strerror}", errno=error.errno or 0) from error


def _remove_tree(directory: Path) -> None:
    for each in directory.iterdir():
        if each.is_dir():
            _remove_tree(each)
    directory.rmdir()


def _is_roots(file: Path) -> bool:
    status = file.stat()
    return status.st_uid == _ROOT_UID and not status.st_mode & _OTHERS_WRITE


def _running() -> Iterator[tuple[int, str]]:
    """All processes that run a program, and which."""
    for pid in proc.running():
        if (executable := _executable(pid)) is not None:
            yield pid, executable


def _executable(pid: int) -> str | None:
    """None for the kernel's own, and for what is gone. That a program was replaced by a newer one makes no other."""
    return proc.link(f"/proc/{pid}/exe").removesuffix(_DELETED) or None


def _content(file: str) -> str:
    """Of a small file of /proc; empty when the process is gone. Half the time of `Path.read_text`."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        return os.read(descriptor, _LONGEST_FILE).decode(errors="surrogateescape")
    except OSError:
        return ""
    finally:
        os.close(descriptor)


def _cgroup_of(pid: int) -> CgroupPath | None:
    lines = _content(f"/proc/{pid}/cgroup").splitlines()
    return next((CgroupPath(line.removeprefix(_UNIFIED)) for line in lines if line.startswith(_UNIFIED)), None)


def _is_in(pid: int, cgroup: CgroupPath) -> bool:
    found = _cgroup_of(pid)
    return found is not None and is_within(found, cgroup)


def _origin_of(pid: int) -> _Origin | None:
    # The name may hold anything, so what comes behind its last bracket counts.
    fields = _content(f"/proc/{pid}/stat").rpartition(")")[2].split()
    if not fields:
        return None
    return _Origin(started=int(fields[_STARTED]), pid=pid, parent=int(fields[_PARENT]))
