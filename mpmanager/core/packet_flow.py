"""To which TCP flow a packet belongs."""

from ipaddress import IPv4Address, IPv6Address

from mpmanager.model.connection import Endpoint, FourTuple
from mpmanager.model.names import IPAddress
from mpmanager.model.packet import SeenPacket

_TCP = 6
_IPV4, _IPV6 = 4, 6
_IPV4_BYTES, _IPV6_BYTES = 20, 40
_PORT_BYTES = 4
_FRAGMENT_OFFSET = 0x1FFF


def flow_of(packet: SeenPacket) -> FourTuple | None:
    """The two ends, seen from this host; None for what is no TCP, or is not told by its first bytes."""
    data = packet.data
    version = data[0] >> 4 if data else 0
    if version == _IPV4 and len(data) >= _IPV4_BYTES and data[9] == _TCP:
        is_first = not int.from_bytes(data[6:8], "big") & _FRAGMENT_OFFSET
        source, destination = IPv4Address(data[12:16]), IPv4Address(data[16:20])
        return _flow(packet, source, destination, (data[0] & 15) * 4) if is_first else None
    if version == _IPV6 and len(data) >= _IPV6_BYTES and data[6] == _TCP:
        return _flow(packet, IPv6Address(data[8:24]), IPv6Address(data[24:40]), _IPV6_BYTES)
    return None


def _flow(packet: SeenPacket, source: IPAddress, destination: IPAddress, ports_at: int) -> FourTuple | None:
    ports = packet.data[ports_at : ports_at + _PORT_BYTES]
    if len(ports) < _PORT_BYTES:
        return None
    one = Endpoint(source, int.from_bytes(ports[:2], "big"))
    other = Endpoint(destination, int.from_bytes(ports[2:], "big"))
    return FourTuple(one, other) if packet.is_outgoing else FourTuple(other, one)
