"""Packets in a world that sends none."""

from collections.abc import Collection

from mpmanager.model.errors import NotSupportedError
from mpmanager.model.names import IPAddress
from mpmanager.ports.packets import PacketListener


class SimulatedPackets:
    """PacketSource of a simulated laptop: its connections are numbers, and nothing goes over a wire."""

    def listen(self, remotes: Collection[IPAddress]) -> PacketListener:
        del remotes  # there are none of any address
        raise NotSupportedError("everything here is simulated: there are no packets to capture")
