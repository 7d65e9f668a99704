"""Files of packets in the format pcapng (draft-ietf-opsawg-pcapng), which Wireshark and tcpdump read.

Packets stand in them from their IP header on (LINKTYPE_RAW), with the name of their interface and their direction.
"""

import struct

from mpmanager.model.packet import SeenPacket

_SECTION, _INTERFACE, _STATISTICS, _PACKET = 0x0A0D0D0A, 1, 5, 6
_BYTE_ORDER = 0x1A2B3C4D
_LINKTYPE_RAW = 101
_OPTION_END, _OPTION_COMMENT = 0, 1
_INTERFACE_NAME, _INTERFACE_RESOLUTION, _PACKET_FLAGS, _STATISTICS_DROPPED = 2, 9, 2, 5
_NANOSECONDS = 9
_LONGEST_OPTION = 0xFFFF
_INBOUND, _OUTBOUND = 1, 2
_LOW = 0xFFFFFFFF
_LENGTH_NOT_SAID = 0xFFFFFFFFFFFFFFFF


def section_block(comment: str) -> bytes:
    """What a file begins with."""
    head = struct.pack("<IHHQ", _BYTE_ORDER, 1, 0, _LENGTH_NOT_SAID)
    return _block(_SECTION, head + _option(_OPTION_COMMENT, _text(comment)) + _end())


def interface_block(name: str) -> bytes:
    """Has to come before the first packet of an interface; they are numbered from 0 in this order."""
    head = struct.pack("<HHI", _LINKTYPE_RAW, 0, 0)
    options = _option(_INTERFACE_NAME, _text(name)) + _option(_INTERFACE_RESOLUTION, bytes([_NANOSECONDS])) + _end()
    return _block(_INTERFACE, head + options)


def packet_block(packet: SeenPacket, interface: int) -> bytes:
    """A packet on the interface with this number."""
    length = len(packet.data)
    head = struct.pack("<IIIII", interface, packet.time_ns >> 32, packet.time_ns & _LOW, length, length)
    flags = _OUTBOUND if packet.is_outgoing else _INBOUND
    return _block(_PACKET, head + _padded(packet.data) + _option(_PACKET_FLAGS, struct.pack("<I", flags)) + _end())


def statistics_block(interface: int, time_ns: int, dropped: int) -> bytes:
    """How many packets are missing in the file."""
    head = struct.pack("<III", interface, time_ns >> 32, time_ns & _LOW)
    return _block(_STATISTICS, head + _option(_STATISTICS_DROPPED, struct.pack("<Q", dropped)) + _end())


def _text(said: str) -> bytes:
    """As much as an option can carry. Names of files may be no text."""
    return said.encode(errors="replace")[:_LONGEST_OPTION].decode(errors="ignore").encode()


def _block(kind: int, body: bytes) -> bytes:
    length = len(body) + 12
    return struct.pack("<II", kind, length) + body + struct.pack("<I", length)


def _option(code: int, value: bytes) -> bytes:
    return struct.pack("<HH", code, len(value)) + _padded(value)


def _end() -> bytes:
    return struct.pack("<HH", _OPTION_END, 0)


def _padded(data: bytes) -> bytes:
    """Blocks consist of words of four bytes."""
    return data + bytes(-len(data) % 4)
