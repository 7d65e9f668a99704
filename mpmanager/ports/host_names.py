"""What the daemon needs so that policies can speak of host names."""

from collections.abc import Callable, Collection
from typing import Protocol

from mpmanager.model.names import HostName, IPAddress


class HostNames(Protocol):
    """Which names stand behind addresses. What is known stays in memory and ends with `close`."""

    def listen(self, changed: Callable[[Collection[IPAddress]], None]) -> None:
        """Begin to learn, once; before, nothing is known and nothing is listened to.

        `changed` is called with the addresses that have names which they did not have, or lost some of
        /etc/hosts. That a name is too old to be believed is not told.
        """
        ...

    def names_of(self, address: IPAddress) -> frozenset[HostName]:
        """All names by which this machine has found the address lately, aliases too; empty where none is known.

        Anybody who answers questions of this machine can have a name stand here, and may withhold one: good for
        convenience and for being stricter, never for allowing more (decision 022).
        """
        ...

    def limits(self) -> list[str]:
        """Which names cannot be known here, one sentence each; for people who use host names in rules."""
        ...

    def close(self) -> None: ...
