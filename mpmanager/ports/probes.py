"""What the daemon needs to try paths when somebody asks."""

from collections.abc import Sequence
from typing import Protocol

from mpmanager.model.diagnosis import Hop, Probe, ProbeWishes
from mpmanager.model.names import IPAddress
from mpmanager.model.path import Path


class PathProbes(Protocol):
    """Asks, over one path and no other, whether something answers."""

    async def probe(self, path: Path, wishes: ProbeWishes, *, others: Sequence[Path] = ()) -> tuple[Probe, ...]:
        """All steps on one path, in the order of `ProbeStep`, within 25 s; never raises for what the network does.

        Where no connection may open on the path, one of `others` opens the connection that it joins.

        Nobody is asked but the path's own gateways, its own name server, and whom `wishes` names.
        """
        ...

    async def trace(self, path: Path, destination: IPAddress) -> tuple[Hop, ...]:
        """The routers on the way, the nearest first, as far as they answer within 3 s; 20 at most."""
        ...
