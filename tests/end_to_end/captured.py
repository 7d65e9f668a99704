"""What leaves by an interface of a lab's laptop, from the IP header on."""

import select
import socket
import struct
import time
from typing import NamedTuple

_ETH_P_ALL = 3
_PACKET_OUTGOING = 4
_SO_RCVBUFFORCE = 33
_BUFFER_BYTES = 1 << 26
_SOL_PACKET, _PACKET_STATISTICS = 263, 6
_MPTCP_OPTION = 30
_MP_CAPABLE, _MP_JOIN = 0, 1
_NEIGHBOUR_DISCOVERY = range(130, 144)
_QUIET_S = 0.1


class Packet(NamedTuple):
    protocol: int
    is_first: bool
    """SYN without ACK."""
    mptcp: frozenset[int]
    """Subtypes of its MPTCP options."""
    payload_bytes: int
    """Of TCP."""

    @property
    def shows_key(self):
        return _MP_CAPABLE in self.mptcp

    @property
    def is_join(self):
        return _MP_JOIN in self.mptcp


class Wire:
    """A context."""

    def __init__(self, lab, name):
        # Of no protocol until it is bound: else it would hear all interfaces in between.
        self._socket = lab.inside("laptop", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0))
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER_BYTES)
        self._socket.bind((name, _ETH_P_ALL))

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self._socket.close()

    def packets(self, *, quiet_s=_QUIET_S, within_s=10.0):
        """What programs have sent since the last time, once it is quiet; none is missing."""
        found, deadline = [], time.monotonic() + within_s
        while select.select([self._socket], [], [], quiet_s)[0] and time.monotonic() < deadline:
            data, (_, _, kind, _, _) = self._socket.recvfrom(200)
            if kind == _PACKET_OUTGOING and (packet := _parse(data)) is not None:
                found.append(packet)
        _, dropped = struct.unpack("II", self._socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))
        assert dropped == 0, "the capture was too slow"
        return found


def _parse(data):
    version = data[0] >> 4
    if version == 4:
        protocol, offset, length = data[9], (data[0] & 15) * 4, struct.unpack_from("!H", data, 2)[0]
    elif version == 6:
        protocol, offset, length = data[6], 40, 40 + struct.unpack_from("!H", data, 4)[0]
        if protocol == 0 or (protocol == socket.IPPROTO_ICMPV6 and data[40] in _NEIGHBOUR_DISCOVERY):
            return None  # the kernel's own
    else:
        return None
    if protocol != socket.IPPROTO_TCP:
        return Packet(protocol, is_first=False, mptcp=frozenset(), payload_bytes=0)
    end = offset + (data[offset + 12] >> 4) * 4
    return Packet(
        protocol,
        is_first=data[offset + 13] & 0b10010 == 0b10,
        mptcp=frozenset(_mptcp_options(data[offset + 20 : end])),
        payload_bytes=length - end,
    )


def _mptcp_options(options):
    while options and options[0] != 0:
        length = 1 if options[0] == 1 else options[1]
        if options[0] == _MPTCP_OPTION:
            yield options[2] >> 4
        options = options[length:]
