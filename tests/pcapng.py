"""Reads files of captured packets: what of them the tests look at."""

import struct
from ipaddress import ip_address


def packets(data):
    """Interface, source and destination ends, and TCP flags of each packet, in the order of the file."""
    interfaces, found, at = [], [], 0
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        assert struct.unpack_from("<I", data, at + length - 4) == (length,)
        if kind == 1:
            code, size = struct.unpack_from("<HH", data, at + 16)
            assert code == 2
            interfaces.append(data[at + 20 : at + 20 + size].decode())
        elif kind == 6:
            number, _, _, captured, _ = struct.unpack_from("<IIIII", data, at + 8)
            found.append((interfaces[number], *_ends(data[at + 28 : at + 28 + captured])))
        at += length
    assert at == len(data)
    return found


def _ends(packet):
    is_ipv4 = packet[0] >> 4 == 4
    head, size, at = ((packet[0] & 15) * 4, 4, 12) if is_ipv4 else (40, 16, 8)
    source, destination = (ip_address(packet[at + size * each : at + size * (each + 1)]) for each in (0, 1))
    ports = struct.unpack_from("!HH", packet, head)
    return f"{source}:{ports[0]}", f"{destination}:{ports[1]}", packet[head + 13]
