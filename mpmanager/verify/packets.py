"""What a captured packet shows: addresses, ports, the options of Multipath TCP, and how much payload it has."""

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from mpmanager.model.names import IPAddress

_IPV4_HEADER, _IPV6_HEADER, _TCP_HEADER, _PORTS = 20, 40, 20, 4
_ECHO_HEADER = 8
_ECHOES = {socket.IPPROTO_ICMP: {0, 8}, socket.IPPROTO_ICMPV6: {128, 129}}
_EXTENSIONS = {0, 43, 60}
"""Hop-by-hop options, routing, destination options."""
_FRAGMENT = 44
_FRAGMENT_OFFSET = 0x1FFF
_END, _NOTHING, _MPTCP = 0, 1, 30
_MP_CAPABLE, _MP_JOIN = 0, 1
_WITH_KEY_BYTES = 12
"""An MP_CAPABLE of this length or more carries a key; the SYN of version 1 has none yet (RFC 8684, 3.1)."""
_SYN, _ACK = 0x02, 0x10


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """One packet."""

    version: int
    protocol: int
    """Of TCP, UDP or something else."""
    destination: IPAddress
    source_port: int | None = None
    destination_port: int | None = None
    """Of echoes both are the identifier; None for all but TCP, UDP and echoes, and for later fragments."""
    is_syn: bool = False
    """Without ACK."""
    is_capable: bool = False
    """Whether it has an MP_CAPABLE option."""
    has_key: bool = False
    """Whether that carries a key."""
    is_join: bool = False
    """Whether it has an MP_JOIN option."""
    payload_bytes: int = 0
    """Of TCP."""


def decode(data: bytes) -> Packet | None:
    """A packet from its IP header on; None for what is no whole IP packet."""
    try:
        match data[0] >> 4:
            case 4:
                return _ipv4(data)
            case 6:
                return _ipv6(data)
    except (IndexError, AddressValueError, struct.error):
        pass
    return None


def _ipv4(data: bytes) -> Packet:
    offset = (data[0] & 15) * 4
    is_later = struct.unpack_from("!H", data, 6)[0] & _FRAGMENT_OFFSET
    address = IPv4Address(data[16:_IPV4_HEADER])
    return _packet(4, data[9], address, b"" if is_later else data[offset:])


def _ipv6(data: bytes) -> Packet:
    following, offset = data[6], _IPV6_HEADER
    is_later = False
    while following in _EXTENSIONS or following == _FRAGMENT:
        if following == _FRAGMENT:
            is_later = struct.unpack_from("!H", data, offset + 2)[0] >> 3 != 0
            following, offset = data[offset], offset + 8
        else:
            following, offset = data[offset], offset + (data[offset + 1] + 1) * 8
    address = IPv6Address(data[24:_IPV6_HEADER])
    return _packet(6, following, address, b"" if is_later else data[offset:])


def _packet(version: int, protocol: int, destination: IPAddress, body: bytes) -> Packet:
    if protocol == socket.IPPROTO_TCP and len(body) >= _TCP_HEADER:
        return _tcp(version, destination, body)
    source_port, destination_port = _ports(protocol, body)
    return Packet(
        version=version,
        protocol=protocol,
        destination=destination,
        source_port=source_port,
        destination_port=destination_port,
    )


def _ports(protocol: int, body: bytes) -> tuple[int | None, int | None]:
    if protocol == socket.IPPROTO_UDP and len(body) >= _PORTS:
        return struct.unpack_from("!HH", body)
    if protocol in _ECHOES and len(body) >= _ECHO_HEADER and body[0] in _ECHOES[protocol]:
        (identifier,) = struct.unpack_from("!H", body, 4)
        return identifier, identifier
    return None, None


def _tcp(version: int, destination: IPAddress, body: bytes) -> Packet:
    end = (body[12] >> 4) * 4
    capable_bytes, is_join = 0, False
    for option in _mptcp_options(body[_TCP_HEADER:end]):
        subtype = option[2] >> 4
        capable_bytes = len(option) if subtype == _MP_CAPABLE else capable_bytes
        is_join |= subtype == _MP_JOIN
    source_port, destination_port = struct.unpack_from("!HH", body)
    return Packet(
        version=version,
        protocol=socket.IPPROTO_TCP,
        destination=destination,
        source_port=source_port,
        destination_port=destination_port,
        is_syn=body[13] & (_SYN | _ACK) == _SYN,
        is_capable=capable_bytes > 0,
        has_key=capable_bytes >= _WITH_KEY_BYTES,
        is_join=is_join,
        payload_bytes=max(0, len(body) - end),
    )


def _mptcp_options(options: bytes) -> Iterator[bytes]:
    while options and options[0] != _END:
        length = 1 if options[0] == _NOTHING else options[1]
        if length == 0:
            return
        if options[0] == _MPTCP:
            yield options[:length]
        options = options[length:]
