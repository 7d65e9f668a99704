"""What the daemon needs to record the packets of a connection."""

from collections.abc import Collection
from typing import Protocol

from mpmanager.model.names import IPAddress
from mpmanager.model.packet import SeenPacket


class PacketListener(Protocol):
    """Sees the packets from and to some addresses, on all interfaces, from when it was made until `close`."""

    def fileno(self) -> int:
        """For event loops: readable when there are packets to take."""
        ...

    def watch(self, remotes: Collection[IPAddress]) -> None:
        """See those of these addresses from now on, and no others."""
        ...

    def take(self) -> list[SeenPacket]:
        """What has come since the last time, some hundreds at most; what is left keeps it readable."""
        ...

    def lost(self) -> int:
        """How many packets it has missed since it was made, because nobody took them in time."""
        ...

    def close(self) -> None: ...


class PacketSource(Protocol):
    """Makes listeners."""

    def listen(self, remotes: Collection[IPAddress]) -> PacketListener:
        """Begin to see the packets from and to these addresses.

        Raises:
            NotSupportedError: that is not possible here; the sentence says why.
        """
        ...
