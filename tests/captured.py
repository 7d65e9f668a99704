"""What leaves by an interface, from the IP header on."""

import ctypes
import select
import socket
import struct
import time
from errno import ENETDOWN
from typing import NamedTuple

_ETH_P_ALL = 3
_LOAD, _LOAD_BYTE, _SHIFT_RIGHT, _JUMP_IF_EQUAL, _GIVE = 0x20, 0x30, 0x74, 0x15, 0x06
"""Of classic BPF."""
_PACKET_TYPE_FIELD, _PACKET_OUTGOING = 0xFFFFF004, 4
_SO_ATTACH_FILTER, _SO_RCVBUFFORCE = 26, 33
_BUFFER_BYTES = 1 << 27
"""For what the tests send, as packets count in whole even if little of them is kept."""
_SNAPPED_BYTES = 160
_SOL_PACKET, _PACKET_STATISTICS = 263, 6
_MPTCP_OPTION = 30
_MP_CAPABLE, _MP_JOIN = 0, 1
_NEIGHBOUR_DISCOVERY = range(130, 144)
_QUIET_S = 0.1


class Packet(NamedTuple):
    protocol: int
    is_first: bool
    """SYN without ACK."""
    is_reset: bool
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
    """All that leaves by an interface of the network namespace in which `inside` calls a function; a context."""

    def __init__(self, name, *, to=None, inside=lambda function: function()):
        """`to` are an IPv4 and an IPv6 address: only what goes there is kept."""
        # Of no protocol until it is bound: else it would hear all interfaces in between.
        self._socket = inside(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0))
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER_BYTES)
        _attach(self._socket, _leaving() if to is None else _leaving_to(*to))
        self._socket.bind((name, _ETH_P_ALL))

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self._socket.close()

    def packets(self, *, quiet_s=_QUIET_S, within_s=10.0):
        """What programs have sent since the last time, once it is quiet; none is missing."""
        found, deadline = [], time.monotonic() + within_s
        while select.select([self._socket], [], [], quiet_s)[0] and time.monotonic() < deadline:
            if (data := self._received()) and (packet := _parse(data)) is not None:
                found.append(packet)
        _, dropped = struct.unpack("II", self._socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))
        assert dropped == 0, "the capture was too slow"
        return found

    def _received(self):
        """Nothing where the interface went down, which is told once; the capture goes on when it is up again."""
        try:
            return self._socket.recv(_SNAPPED_BYTES)
        except OSError as error:
            if error.errno != ENETDOWN:
                raise
            return b""


def _leaving():
    return (
        *((_LOAD, 0, 0, _PACKET_TYPE_FIELD), (_JUMP_IF_EQUAL, 0, 1, _PACKET_OUTGOING)),
        *((_GIVE, 0, 0, _SNAPPED_BYTES), (_GIVE, 0, 0, 0)),
    )


def _leaving_to(v4, v6):
    """By the last four bytes of the destination."""
    return (
        *((_LOAD, 0, 0, _PACKET_TYPE_FIELD), (_JUMP_IF_EQUAL, 0, 8, _PACKET_OUTGOING)),
        *((_LOAD_BYTE, 0, 0, 0), (_SHIFT_RIGHT, 0, 0, 4), (_JUMP_IF_EQUAL, 0, 2, 4)),
        *((_LOAD, 0, 0, 16), (_JUMP_IF_EQUAL, 2, 3, int(v4))),
        *((_LOAD, 0, 0, 36), (_JUMP_IF_EQUAL, 0, 1, int(v6) & 0xFFFFFFFF)),
        *((_GIVE, 0, 0, _SNAPPED_BYTES), (_GIVE, 0, 0, 0)),
    )


def _attach(capture, instructions):
    program = b"".join(struct.pack("HBBI", *each) for each in instructions)
    kept = ctypes.create_string_buffer(program, len(program))
    attached = struct.pack("HxxxxxxP", len(instructions), ctypes.addressof(kept))
    capture.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, attached)


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
        return Packet(protocol, is_first=False, is_reset=False, mptcp=frozenset(), payload_bytes=0)
    end = offset + (data[offset + 12] >> 4) * 4
    return Packet(
        protocol,
        is_first=data[offset + 13] & 0b10010 == 0b10,
        is_reset=data[offset + 13] & 0b100 != 0,
        mptcp=frozenset(_mptcp_options(data[offset + 20 : end])),
        payload_bytes=length - end,
    )


def _mptcp_options(options):
    while options and options[0] != 0:
        length = 1 if options[0] == 1 else options[1]
        if options[0] == _MPTCP_OPTION:
            yield options[2] >> 4
        options = options[length:]
