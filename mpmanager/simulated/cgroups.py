"""A tree of cgroups in memory, laid out as on a desktop with systemd."""

import errno
from collections.abc import Callable, Collection, Mapping
from itertools import count

from mpmanager.core.scopes import ROOT, is_within, may_be_led
from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.errors import CommandRefusedError

_USER = "/user.slice/user-1000.slice"
_MANAGER = f"{_USER}/user@1000.service"
_APPLICATIONS = f"{_MANAGER}/app.slice"
_PROGRAMS = {
    f"{_APPLICATIONS}/app-{name}-{1000 + number}.scope": name for number, name in enumerate(("firefox", "ssh"))
}
_AT_FIRST = (
    "/user.slice",
    _USER,
    f"{_USER}/session-1.scope",
    _MANAGER,
    _APPLICATIONS,
    *_PROGRAMS,
    "/system.slice",
)


class SimulatedCgroups:
    """Processes are numbers; one that was never moved is in the root cgroup."""

    def __init__(self, *, is_running: Callable[[int], bool] = lambda _pid: True) -> None:
        self._is_running = is_running
        self._identities = count(1)
        self._cgroups = {each: next(self._identities) for each in (ROOT, *map(CgroupPath, _AT_FIRST))}
        self._places: dict[int, CgroupPath] = {}
        self._leaders = {CgroupPath(path): f"/usr/bin/{name}" for path, name in _PROGRAMS.items()}

    def of_process(self, pid: int) -> CgroupPath:
        self._require(pid)
        return self._places.get(pid, ROOT)

    def exists(self, cgroup: CgroupPath) -> bool:
        return cgroup in self._cgroups

    def identity(self, cgroup: CgroupPath) -> int | None:
        return self._cgroups.get(cgroup)

    def tree(self) -> Collection[CgroupPath]:
        return [each for each in self._cgroups if each != ROOT]

    def is_held(self, cgroup: CgroupPath) -> bool:
        if cgroup not in self._cgroups:
            raise CommandRefusedError(f"there is no cgroup {cgroup}", errno=errno.ENOENT)
        return not is_within(cgroup, CgroupPath(_MANAGER))

    def make(self, beneath: CgroupPath, name: str) -> CgroupPath:
        made = CgroupPath(f"{beneath.rstrip('/')}/{name}")
        if made in self._cgroups or beneath not in self._cgroups:
            number = errno.EEXIST if made in self._cgroups else errno.ENOENT
            raise CommandRefusedError(f"the cgroup {made} cannot be made", errno=number)
        self._cgroups[made] = next(self._identities)
        return made

    def move(self, pid: int, cgroup: CgroupPath) -> None:
        self._require(pid)
        if cgroup not in self._cgroups:
            raise CommandRefusedError(f"there is no cgroup {cgroup}", errno=errno.ENOENT)
        self._places[pid] = cgroup

    def remove_if_empty(self, cgroup: CgroupPath) -> bool:
        self._places = {pid: place for pid, place in self._places.items() if self._is_running(pid)}
        if any(is_within(place, cgroup) for place in self._places.values()):
            return False
        self._cgroups = {each: number for each, number in self._cgroups.items() if not is_within(each, cgroup)}
        return True

    def led_by(self, executables: Collection[str]) -> Mapping[str, frozenset[CgroupPath]]:
        found: dict[str, set[CgroupPath]] = {}
        for cgroup, executable in self._leaders.items():
            if executable in executables and may_be_led(cgroup):
                found.setdefault(executable, set()).add(cgroup)
        return {executable: frozenset(cgroups) for executable, cgroups in found.items()}

    def _require(self, pid: int) -> None:
        if not self._is_running(pid):
            raise CommandRefusedError(f"there is no process {pid}", errno=errno.ESRCH)
