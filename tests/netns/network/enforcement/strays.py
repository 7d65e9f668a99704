"""Segments that belong to no connection, from the server around: the kernel answers them with resets of its own."""

import socket
import struct
from ipaddress import ip_address

PEER = {4: "10.99.0.1", 6: "2001:db8:99::1"}

_HEADER_BYTES, _ACK, _WINDOW = 20, 0x10, 1000
_ONES = 0xFFFF


def send_stray(world, address, port, *, from_port):
    """One acknowledgement to an address of the host."""
    version = ip_address(address).version
    with world.outside():
        sender = socket.socket(socket.AF_INET if version == 4 else socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_TCP)
    with sender:
        sender.bind((PEER[version], 0))
        sender.sendto(_segment(ip_address(PEER[version]), ip_address(address), from_port, port), (address, 0))


def _segment(source, destination, from_port, port):
    header = [from_port, port, 0, 1, 0, 1, (_HEADER_BYTES // 4) << 12 | _ACK, _WINDOW, 0, 0]
    pseudo = source.packed + destination.packed + struct.pack("!HH", socket.IPPROTO_TCP, _HEADER_BYTES)
    total = sum(header) + sum(struct.unpack(f"!{len(pseudo) // 2}H", pseudo))
    while total > _ONES:
        total = (total & _ONES) + (total >> 16)
    header[8] = ~total & _ONES
    return struct.pack("!10H", *header)
