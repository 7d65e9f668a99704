"""Which host names stand behind an address, as far as answers of name servers have told."""

from collections import OrderedDict
from collections.abc import Iterable

from mpmanager.model.names import HostName, IPAddress

SHORTEST_S = 60.0
"""Programs use an address for a while, though its answer says 0."""
LONGEST_S = 86_400.0
MOST_ADDRESSES = 10_000
MOST_NAMES = 32
"""Of one address; where many sites share one, those that were asked for last."""

_Names = OrderedDict[HostName, float]
"""Until when each is believed; the one that was learnt last comes last."""


class HostMemory:
    """Bounded in all directions: what was learnt longest ago is forgotten first."""

    def __init__(self, *, most_addresses: int = MOST_ADDRESSES) -> None:
        self._most_addresses = most_addresses
        self._known: OrderedDict[IPAddress, _Names] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def learn(self, address: IPAddress, names: Iterable[HostName], *, ttl_s: float, now: float) -> bool:
        """Believe for a while that these names have this address; whether one of them is new."""
        known = self._known.setdefault(address, OrderedDict())
        self._known.move_to_end(address)
        before = self.names_of(address, now=now)
        until = now + min(max(ttl_s, SHORTEST_S), LONGEST_S)
        for name in names:
            known[name] = max(until, known.get(name, until))
            known.move_to_end(name)
        self._forget_oldest(known)
        return not self.names_of(address, now=now) <= before

    def names_of(self, address: IPAddress, *, now: float) -> frozenset[HostName]:
        """Those that are believed now."""
        known = self._known.get(address, _NOTHING)
        return frozenset(name for name, until in known.items() if now < until)

    def _forget_oldest(self, known: _Names) -> None:
        while len(known) > MOST_NAMES:
            known.popitem(last=False)
        while len(self._known) > self._most_addresses:
            self._known.popitem(last=False)


_NOTHING: _Names = OrderedDict()
