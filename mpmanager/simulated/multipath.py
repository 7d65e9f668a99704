"""A hook and socket units that remember for whom they are and change nobody's sockets."""

from collections.abc import Collection

from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.errors import InvalidValueError, NotSupportedError
from mpmanager.model.multipath import MultipathMeans, MultipathObstacle, MultipathVerdict, SocketUnit


class SimulatedMultipathHook:
    """The hook on a machine of which it is given why it has none."""

    def __init__(self, refusal: str | None = None) -> None:
        self.wanted: frozenset[CgroupPath] = frozenset()
        self.unwanted: frozenset[CgroupPath] = frozenset()
        self.gone: set[CgroupPath] = set()
        """Cgroups that are not there; all others are."""
        self._refusal = refusal

    def refusal(self) -> str | None:
        return self._refusal

    def apply(self, wanted: Collection[CgroupPath], unwanted: Collection[CgroupPath]) -> Collection[CgroupPath]:
        if wanted and self._refusal is not None:
            self.close()
            raise NotSupportedError(self._refusal)
        self.wanted, self.unwanted = frozenset(wanted) - self.gone, frozenset(unwanted) - self.gone
        return self.gone.intersection([*wanted, *unwanted])

    def close(self) -> None:
        self.wanted = self.unwanted = frozenset()


class SimulatedSocketUnits:
    """A service manager with some units that listen already."""

    def __init__(self, known: Collection[SocketUnit] = (SocketUnit(name="ssh.socket"),)) -> None:
        self._known = frozenset(known)
        self._changed: frozenset[SocketUnit] = frozenset()
        self._restarted: frozenset[SocketUnit] = frozenset()

    def units(self) -> frozenset[SocketUnit]:
        return self._changed

    async def apply(self, wanted: Collection[SocketUnit]) -> None:
        for unit in frozenset(wanted) - self._known:
            raise InvalidValueError(f"there is no unit {unit.name}")
        self._changed = frozenset(wanted)
        self._restarted &= self._changed

    async def verdict(self, unit: SocketUnit) -> MultipathVerdict:
        if unit not in self._known:
            return MultipathVerdict(obstacle=MultipathObstacle.NO_PROGRAM, sentence=f"there is no unit {unit.name}")
        if unit not in self._changed:
            return MultipathVerdict(sentence=f"{unit.name} listens with TCP")
        if unit not in self._restarted:
            sentence = f"{unit.name} listens since before: it begins with its next start"
            return MultipathVerdict(obstacle=MultipathObstacle.ALREADY_RUNNING, sentence=sentence)
        sentence = f"Multipath TCP is listened with for {unit.name}"
        return MultipathVerdict(means=frozenset({MultipathMeans.SOCKET_UNIT}), sentence=sentence)

    def restart(self, unit: SocketUnit) -> None:
        """As an administrator does."""
        self._restarted |= {unit}
