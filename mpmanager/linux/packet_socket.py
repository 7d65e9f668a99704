"""Packet sockets that see what goes to or comes from one port, and let all else pass by in the kernel."""

import ctypes
import socket
import struct

_ETH_P_ALL = 3
"""With any other protocol, what leaves would not be seen."""
_ETH_P_IP, _ETH_P_IPV6 = 0x0800, 0x86DD
_SO_ATTACH_FILTER = 26
_LONGEST_PACKET = 1 << 17
_DNS_PORT = 53

_PROTOCOL_FIELD = 0xFFFFF000  # SKF_AD_PROTOCOL
_BYTE, _HALF, _HALF_BEHIND_HEADER, _HEADER_LENGTH = 0x30, 0x28, 0x48, 0xB1
_IF_EQUAL, _IF_ANY_BIT, _GIVE = 0x15, 0x45, 0x06
_NEXT = -1
_INSTRUCTION_BYTES = 8
_IPV6, _REFUSE, _ACCEPT = 11, 18, 19
"""Places in the filter."""


def dns_socket() -> socket.socket:
    """As `packet_socket`, for DNS over UDP on all interfaces."""
    return packet_socket(socket.IPPROTO_UDP, _DNS_PORT)


def packet_socket(protocol: int, port: int, *, interface: str = "") -> socket.socket:
    """Open one; what it gives begins with the header of IP, whatever the link. It never blocks.

    `interface` empty: all there are. What came before the filter stood may be among the first packets.

    Raises:
        OSError: CAP_NET_RAW is missing, or this kernel has no packet sockets.
    """
    made = socket.socket(
        socket.AF_PACKET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC, socket.htons(_ETH_P_ALL)
    )
    try:
        _attach(made, _filter(protocol, port))
        if interface:
            made.bind((interface, _ETH_P_ALL))
    except OSError:
        made.close()
        raise
    return made


def _filter(protocol: int, port: int) -> bytes:
    lines = (
        # What to do, where to go on if it is so, where else, with what; offsets count from the header of IP.
        (_HALF, _NEXT, _NEXT, _PROTOCOL_FIELD),
        (_IF_EQUAL, _NEXT, _IPV6, _ETH_P_IP),
        (_BYTE, _NEXT, _NEXT, 9),
        (_IF_EQUAL, _NEXT, _REFUSE, protocol),
        (_HALF, _NEXT, _NEXT, 6),
        (_IF_ANY_BIT, _REFUSE, _NEXT, 0x1FFF),  # a later fragment
        (_HEADER_LENGTH, _NEXT, _NEXT, 0),
        (_HALF_BEHIND_HEADER, _NEXT, _NEXT, 0),
        (_IF_EQUAL, _ACCEPT, _NEXT, port),
        (_HALF_BEHIND_HEADER, _NEXT, _NEXT, 2),
        (_IF_EQUAL, _ACCEPT, _REFUSE, port),
        (_IF_EQUAL, _NEXT, _REFUSE, _ETH_P_IPV6),
        (_BYTE, _NEXT, _NEXT, 6),
        (_IF_EQUAL, _NEXT, _REFUSE, protocol),
        (_HALF, _NEXT, _NEXT, 40),
        (_IF_EQUAL, _ACCEPT, _NEXT, port),
        (_HALF, _NEXT, _NEXT, 42),
        (_IF_EQUAL, _ACCEPT, _REFUSE, port),
        (_GIVE, _NEXT, _NEXT, 0),
        (_GIVE, _NEXT, _NEXT, _LONGEST_PACKET),
    )
    return b"".join(_instruction(place, *each) for place, each in enumerate(lines))


def _instruction(place: int, code: int, if_so: int, otherwise: int, value: int) -> bytes:
    skips = (0 if target == _NEXT else target - place - 1 for target in (if_so, otherwise))
    return struct.pack("=HBBI", code, *skips, value)


def _attach(listener: socket.socket, program: bytes) -> None:
    kept = ctypes.create_string_buffer(program, len(program))
    instructions = len(program) // _INSTRUCTION_BYTES
    filter_program = struct.pack("HxxxxxxP", instructions, ctypes.addressof(kept))
    listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, filter_program)
