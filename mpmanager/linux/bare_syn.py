"""A SYN that asks for Multipath TCP and belongs to no socket: the kernel resets whatever it is answered with.

Where connections may not open on a path, this still tells whether the path lets the option through. It carries nothing
but the two ends.
"""

import secrets
import socket
import struct

from mpmanager.linux.bound_socket import bound_socket
from mpmanager.linux.echo import internet_checksum
from mpmanager.model.connection import Endpoint
from mpmanager.model.names import IPAddress
from mpmanager.model.path import Path

_HEADER = struct.Struct("!HHIIBBHHH")
_CAPABLE = bytes((30, 4, 0x01, 0x01))
"""Kind, length, MP_CAPABLE of version 1, HMAC-SHA256 (RFC 8684, 3.1)."""
_WORDS_OF_HEADER = (_HEADER.size + len(_CAPABLE)) // 4
_SYN = 0x02
_WINDOW = 65_535
_PSEUDO_HEADER = struct.Struct("!IHBB")


def send_bare_syn(path: Path, server: Endpoint, *, port: int) -> None:
    """Send one from a port over a path.

    Raises:
        OSError: it could not be sent.
    """
    with bound_socket(path, server.address.version, socket.SOCK_RAW, socket.IPPROTO_TCP) as sending:
        source = path.source_address(server.address.version)
        if source is not None:
            sending.sendto(bare_syn(source, server, port=port), (str(server.address), 0))


def bare_syn(source: IPAddress, server: Endpoint, *, port: int) -> bytes:
    """The segment, without a header of IP."""
    blank = _segment(port, server.port, secrets.randbits(32))
    pseudo = source.packed + server.address.packed
    pseudo += _PSEUDO_HEADER.pack(len(blank), 0, 0, socket.IPPROTO_TCP)
    checksum = internet_checksum(pseudo + blank)
    return blank[:16] + checksum.to_bytes(2, "big") + blank[18:]


def _segment(port: int, server_port: int, sequence: int) -> bytes:
    return _HEADER.pack(port, server_port, sequence, 0, _WORDS_OF_HEADER << 4, _SYN, _WINDOW, 0, 0) + _CAPABLE
