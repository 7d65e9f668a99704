"""TCP segments that leave by an interface, as a capture shows them."""

import ctypes
import select
import socket
import struct
import time
from typing import NamedTuple

_ETH_P_ALL = 3
_SO_ATTACH_FILTER, _SO_RCVBUFFORCE = 26, 33
_BUFFER_BYTES = 1 << 27
"""For what the tests send, as packets count in whole even if little of them is kept."""
_SOL_PACKET, _PACKET_STATISTICS = 263, 6
_PACKET_TYPE_FIELD, _OUTGOING = 0xFFFFF004, 4
_SNAPPED_BYTES = 160
_ETHERNET_LENGTH = 14
_IPV4, _IPV6 = 0x0800, 0x86DD
_MPTCP_OPTION = 30
_MP_CAPABLE, _MP_JOIN = 0, 1
_QUIET_S = 0.1


class Segment(NamedTuple):
    is_first: bool
    """SYN without ACK."""
    mptcp: frozenset[int]
    """Subtypes of its MPTCP options."""
    payload_bytes: int

    @property
    def shows_key(self):
        return _MP_CAPABLE in self.mptcp

    @property
    def is_join(self):
        return self.is_first and _MP_JOIN in self.mptcp


class Leaving:
    """All TCP segments that leave by an interface; a context."""

    def __init__(self, name):
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER_BYTES)
        self._show_what_leaves()
        self._socket.bind((name, _ETH_P_ALL))

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self._socket.close()

    def segments(self, *, within_s=5.0):
        """Those since the last time, once it is quiet; none is missing."""
        found, deadline = [], time.monotonic() + within_s
        while select.select([self._socket], [], [], _QUIET_S)[0] and time.monotonic() < deadline:
            if (segment := _parse(self._socket.recv(_SNAPPED_BYTES))) is not None:
                found.append(segment)
        _, dropped = struct.unpack("II", self._socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))
        assert dropped == 0, "the capture was too slow"
        return found

    def _show_what_leaves(self):
        load, jump_if_equal, give = 0x20, 0x15, 0x06
        program = (
            struct.pack("HBBI", load, 0, 0, _PACKET_TYPE_FIELD)
            + struct.pack("HBBI", jump_if_equal, 0, 1, _OUTGOING)
            + struct.pack("HBBI", give, 0, 0, _SNAPPED_BYTES)
            + struct.pack("HBBI", give, 0, 0, 0)
        )
        kept = ctypes.create_string_buffer(program)
        self._socket.setsockopt(
            socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HxxxxxxP", 4, ctypes.addressof(kept))
        )


def _parse(frame):
    (protocol,) = struct.unpack_from("!H", frame, 12)
    packet = frame[_ETHERNET_LENGTH:]
    if protocol == _IPV4 and packet[9] == socket.IPPROTO_TCP:
        offset, length = (packet[0] & 15) * 4, struct.unpack_from("!H", packet, 2)[0]
    elif protocol == _IPV6 and packet[6] == socket.IPPROTO_TCP:
        offset, length = 40, 40 + struct.unpack_from("!H", packet, 4)[0]
    else:
        return None
    end = offset + (packet[offset + 12] >> 4) * 4
    return Segment(
        is_first=packet[offset + 13] & 0b10010 == 0b10,
        mptcp=frozenset(_mptcp_options(packet[offset + 20 : end])),
        payload_bytes=length - end,
    )


def _mptcp_options(options):
    while options and options[0] != 0:
        length = 1 if options[0] == 1 else options[1]
        if options[0] == _MPTCP_OPTION:
            yield options[2] >> 4
        options = options[length:]
