"""Host names that are known because somebody said so."""

from collections.abc import Callable, Collection

from mpmanager.model.names import HostName, IPAddress


class SimulatedHostNames:
    """HostNames in memory."""

    def __init__(self) -> None:
        self._names: dict[IPAddress, frozenset[HostName]] = {}
        self._changed: Callable[[Collection[IPAddress]], None] | None = None

    def listen(self, changed: Callable[[Collection[IPAddress]], None]) -> None:
        self._changed = changed

    def learn(self, address: IPAddress, *names: HostName) -> None:
        """What an answer of a name server does; nobody hears it before `listen` and after `close`."""
        before = self._names.get(address, frozenset())
        if self._changed is not None and not before.issuperset(names):
            self._names[address] = before.union(names)
            self._changed((address,))

    def names_of(self, address: IPAddress) -> frozenset[HostName]:
        return self._names.get(address, frozenset())

    def limits(self) -> list[str]:
        return []

    def close(self) -> None:
        self._changed = None
        self._names.clear()
