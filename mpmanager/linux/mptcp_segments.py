"""What captured TCP segments show of Multipath TCP (RFC 8684)."""

import struct
from collections.abc import Iterator
from enum import IntEnum
from ipaddress import ip_address
from typing import NamedTuple

from mpmanager.model.connection import Endpoint

_IPV4_HEADER, _IPV6_HEADER, _TCP_HEADER = 20, 40, 20
_TCP = 6
_FRAGMENT_OFFSET = 0x1FFF
_END, _NOTHING, _MPTCP = 0, 1, 30
_SYN, _RST, _ACK = 0x02, 0x04, 0x10


class Subtype(IntEnum):
    """Of the options of Multipath TCP, those that are looked for."""

    CAPABLE = 0
    JOIN = 1
    ADD_ADDRESS = 3


class Segment(NamedTuple):
    """One segment without its payload."""

    source: Endpoint
    destination: Endpoint
    flags: int
    subtypes: frozenset[int]
    """Of its options of Multipath TCP."""

    @property
    def is_syn_answer(self) -> bool:
        return self.flags & (_SYN | _ACK) == _SYN | _ACK

    @property
    def is_reset(self) -> bool:
        return bool(self.flags & _RST)


def segment_in(packet: bytes) -> Segment | None:
    """The segment in an IP packet; None: there is none, or not its whole header."""
    try:
        return _segment(packet)
    except (IndexError, struct.error):
        return None


def _segment(packet: bytes) -> Segment | None:
    version = packet[0] >> 4
    if version == 4:  # noqa: PLR2004  # of IP
        is_later = int.from_bytes(packet[6:8], "big") & _FRAGMENT_OFFSET
        start = (packet[0] & 15) * 4
        protocol, ends = packet[9], (packet[12:16], packet[16:_IPV4_HEADER])
    else:
        is_later, start = 0, _IPV6_HEADER
        protocol, ends = packet[6], (packet[8:24], packet[24:_IPV6_HEADER])
    body = packet[start:]
    if protocol != _TCP or is_later or len(body) < _TCP_HEADER:
        return None
    source_port, destination_port = struct.unpack_from("!HH", body)
    options = body[_TCP_HEADER : (body[12] >> 4) * 4]
    return Segment(
        Endpoint(ip_address(ends[0]), source_port),
        Endpoint(ip_address(ends[1]), destination_port),
        body[13],
        frozenset(_subtypes(options)),
    )


def _subtypes(options: bytes) -> Iterator[int]:
    while options and options[0] != _END:
        length = 1 if options[0] == _NOTHING else options[1]
        if length == 0:
            return
        if options[0] == _MPTCP:
            yield options[2] >> 4
        options = options[length:]
