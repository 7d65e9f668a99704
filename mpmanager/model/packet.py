"""Packets as they were seen on an interface."""

from typing import NamedTuple

from mpmanager.model.names import LinkName


class SeenPacket(NamedTuple):
    """One of them, from its IP header on."""

    time_ns: int
    """Unix time."""
    interface: LinkName
    is_outgoing: bool
    data: bytes
