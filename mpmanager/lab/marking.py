"""The mark with which a router says that it is congested: CE, in the IP header of packets whose ends use ECN."""

_IPV4, _IPV4_HEADER_BYTES = 4, 20
_IPV6, _IPV6_HEADER_BYTES = 6, 40
_CE = 0b11
"""Of both ECN bits; 00 are packets whose ends do not use ECN (RFC 3168)."""
_IPV6_ECN_SHIFT = 4
"""Of the traffic class, whose low half is the high half of the second byte."""
_CHECKSUM = slice(10, 12)
_WORD = 0xFFFF


def marked(packet: bytes) -> bytes | None:
    """The packet with the mark; None where its ends do not use ECN, or it has the mark already."""
    version = packet[0] >> 4
    if version == _IPV4 and len(packet) >= _IPV4_HEADER_BYTES:
        return _marked_ipv4(packet)
    if version == _IPV6 and len(packet) >= _IPV6_HEADER_BYTES:
        return _marked_ipv6(packet)
    return None


def _marked_ipv4(packet: bytes) -> bytes | None:
    ecn = packet[1] & _CE
    if ecn in {0, _CE}:
        return None
    changed = bytearray(packet)
    changed[1] |= _CE
    # What the first word of the header has gained, the checksum loses, in ones' complement (RFC 1624, equation 4).
    checksum = int.from_bytes(packet[_CHECKSUM], "big") - (_CE - ecn)
    changed[_CHECKSUM] = (checksum + (checksum >> 16) & _WORD).to_bytes(2, "big")
    return bytes(changed)


def _marked_ipv6(packet: bytes) -> bytes | None:
    if packet[1] >> _IPV6_ECN_SHIFT & _CE in {0, _CE}:
        return None
    return packet[:1] + bytes([packet[1] | _CE << _IPV6_ECN_SHIFT]) + packet[2:]
