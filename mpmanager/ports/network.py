"""What the daemon needs to know of links and routes, and to do to them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol

from mpmanager.model.network import Link, LinkHints, NetworkState, RoutingPlan
from mpmanager.model.path import LinkCounters


class NetworkObserver(Protocol):
    """Sees links, addresses and default routes of the namespace it was made in."""

    async def observe(self) -> NetworkState:
        """The network as it is now. Loopback is left out."""
        ...

    def changes(self) -> AsyncIterator[None]:
        """One item after each burst of changes; also after the kernel dropped notifications (look again)."""
        ...

    async def counters(self) -> Mapping[int, LinkCounters]:
        """What each interface has carried, by interface index."""
        ...

    async def close(self) -> None: ...


class RoutingTables(Protocol):
    """Holds per-path routing tables, and the rules that lead to them, recognisably ours."""

    async def apply(self, plan: RoutingPlan) -> None:
        """Make the kernel hold exactly this plan of ours and touch nothing that is not ours.

        Applying twice changes nothing. What was there before the daemon (left by a crash) counts as ours by its
        mark. A route that the kernel refuses because its link has just gone is left out; the next change of the
        network brings another plan.

        Raises:
            CommandRefusedError: the kernel refused for another reason; what could be applied stays.
        """
        ...

    async def clear(self) -> None:
        """Remove all that is ours."""
        ...

    async def close(self) -> None: ...


class LinkIdentification(Protocol):
    """Asks everybody who may know what kind of link this is."""

    async def hints(self, links: Sequence[Link]) -> LinkHints:
        """What the sources say; those that are not there on this machine say nothing."""
        ...

    def changes(self) -> AsyncIterator[None]:
        """One item when a source has changed its mind (another Wi-Fi network, another connection)."""
        ...

    async def close(self) -> None: ...
