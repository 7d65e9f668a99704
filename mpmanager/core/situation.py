"""What joining, leaving, probing and announcing look at alike: the connections, the paths and the deadlines."""

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from mpmanager.core.connection_state import Connection
from mpmanager.core.subflow_targets import Peer, Target, Terms, targets
from mpmanager.model.connection import Endpoint
from mpmanager.model.names import IPAddress, Token
from mpmanager.model.path import Path

_MOST_KEPT = 1000
"""Kinds of peers whose targets are kept."""


@dataclass(slots=True, kw_only=True)
class Situation:
    """One for all connections of the namespace."""

    choose_port: Callable[[], int]
    """Gives a local port (host byte order) for a join, another one each time."""
    connections: dict[Token, Connection] = field(default_factory=dict)
    paths: tuple[Path, ...] = ()
    other_addresses: frozenset[IPAddress] = frozenset()
    """Of this host and of no path."""
    _path_of: dict[IPAddress, Path] = field(default_factory=dict)
    _timers: list[tuple[float, Token]] = field(default_factory=list)
    _targets: dict[tuple[IPAddress, Endpoint, tuple[Endpoint, ...], Terms], tuple[Target, ...]] = field(
        default_factory=dict
    )

    def set_paths(self, paths: Iterable[Path], other_addresses: frozenset[IPAddress]) -> None:
        """The network is another now."""
        self.paths = tuple(paths)
        self.other_addresses = other_addresses
        self._path_of = {each.address: path for path in self.paths for each in path.addresses}
        self._targets.clear()

    def path_of(self, address: IPAddress) -> Path | None:
        """The path that has it."""
        return self._path_of.get(address)

    def targets(self, peer: Peer) -> tuple[Target, ...]:
        """As `subflow_targets.targets`, but worked out once for all connections that are alike there."""
        alike = (peer.initial.local.address, peer.initial.remote, peer.remotes(), peer.terms)
        if alike not in self._targets:
            if len(self._targets) >= _MOST_KEPT:
                self._targets.clear()
            self._targets[alike] = tuple(targets(peer, self.paths))
        return self._targets[alike]

    def wake(self, token: Token, at: float) -> None:
        """Look at the connection again then, in seconds of the caller's clock."""
        heapq.heappush(self._timers, (at, token))

    @property
    def deadline(self) -> float | None:
        """When some connection is due; None when none is."""
        return self._timers[0][0] if self._timers else None

    def take_due(self, now: float, *, most: int) -> tuple[Token, ...]:
        """So many of the connections that wanted to be looked at by now, the first ones first; they are told once."""
        due: dict[Token, None] = {}
        while self._timers and self._timers[0][0] <= now and len(due) < most:
            due[heapq.heappop(self._timers)[1]] = None
        return tuple(due)
