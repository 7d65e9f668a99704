"""What is read out of captured packets, and what a capture lets in."""

import struct
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpmanager.verify.packets import decode

HERE, THERE = {4: "10.0.0.1", 6: "2001:db8::9"}, {4: "192.0.2.1", 6: "2001:db8::1"}
CAPABLE_SYN = b"\x1e\x04\x01\x01"
CAPABLE_ACK = b"\x1e\x14\x01\x01" + bytes(16)
JOIN_SYN = b"\x1e\x0c\x10\x00" + bytes(8)
NOTHING, END = b"\x01", b"\x00"
SYN, ACK = 0x02, 0x10


def ip(version, protocol, body, *, fragment=0, extensions=b"", first=None):
    here, there = (ip_address(each[version]).packed for each in (HERE, THERE))
    if version == 4:
        total = 20 + len(body)
        return struct.pack("!BBHHHBBH", 0x45, 0, total, 1, fragment, 64, protocol, 0) + here + there + body
    following = protocol if first is None else first
    return struct.pack("!IHBB", 6 << 28, len(extensions + body), following, 64) + here + there + extensions + body


def tcp(*, flags=SYN, options=b"", payload=b"", ports=(40000, 28001)):
    options += NOTHING * (-len(options) % 4)
    return struct.pack("!HHIIBBHHH", *ports, 1, 0, (5 + len(options) // 4) << 4, flags, 0, 0, 0) + options + payload


@pytest.mark.parametrize("version", [4, 6])
def test_a_plain_segment_shows_ports_and_payload(version):
    packet = decode(ip(version, 6, tcp(flags=ACK, payload=b"hello")))
    assert (packet.version, packet.protocol, packet.payload_bytes) == (version, 6, 5)
    assert (packet.source_port, packet.destination_port) == (40000, 28001)
    assert packet.destination == ip_address(THERE[version])
    assert [packet.is_syn, packet.is_capable, packet.is_join, packet.has_key] == [False] * 4


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize(
    ("flags", "options", "marks"),
    [
        (SYN, CAPABLE_SYN, ("is_syn", "is_capable")),
        (SYN, b"\x02\x04\x05\xb4" + NOTHING * 2 + CAPABLE_SYN, ("is_syn", "is_capable")),
        (ACK, CAPABLE_ACK, ("is_capable", "has_key")),
        (SYN, JOIN_SYN, ("is_syn", "is_join")),
        (SYN | ACK, b"", ()),
        (SYN, END + CAPABLE_SYN, ("is_syn",)),
        (SYN, b"\x02\x00" + CAPABLE_SYN, ("is_syn",)),
    ],
)
def test_options_of_multipath_tcp_are_found(version, flags, options, marks):
    packet = decode(ip(version, 6, tcp(flags=flags, options=options)))
    found = [each for each in ("is_syn", "is_capable", "has_key", "is_join") if getattr(packet, each)]
    assert sorted(found) == sorted(marks)


@pytest.mark.parametrize("version", [4, 6])
def test_datagrams_show_their_ports(version):
    packet = decode(ip(version, 17, struct.pack("!HHHH", 28003, 53, 8, 0)))
    assert (packet.source_port, packet.destination_port) == (28003, 53)


@pytest.mark.parametrize(("version", "protocol", "kind"), [(4, 1, 8), (6, 58, 128)])
def test_echo_requests_show_their_identifier(version, protocol, kind):
    packet = decode(ip(version, protocol, struct.pack("!BBHHH", kind, 0, 0, 28005, 1)))
    assert (packet.source_port, packet.destination_port) == (28005, 28005)


@pytest.mark.parametrize(("version", "protocol", "kind"), [(4, 1, 3), (6, 58, 135)])
def test_other_control_messages_are_of_nobody(version, protocol, kind):
    packet = decode(ip(version, protocol, struct.pack("!BBHHH", kind, 0, 0, 28005, 1)))
    assert packet.destination_port is None


def test_extension_headers_are_passed_over():
    options = struct.pack("!BB", 6, 0) + bytes(6)
    packet = decode(ip(6, 6, tcp(options=CAPABLE_SYN), extensions=options, first=0))
    assert (packet.protocol, packet.is_capable) == (6, True)


def test_later_fragments_are_seen_and_show_no_ports():
    later = decode(ip(4, 17, bytes(100), fragment=10))
    later6 = decode(ip(6, 17, bytes(100), extensions=struct.pack("!BBHI", 17, 0, 80 << 3, 1), first=44))
    assert [(each.protocol, each.destination_port) for each in (later, later6)] == [(17, None), (17, None)]


@given(st.binary(max_size=200))
def test_no_bytes_break_it(data):
    decode(data)


@given(st.binary(max_size=60), st.sampled_from([4, 6]))
def test_no_options_break_it(options, version):
    decode(ip(version, 6, tcp(options=options[:36])))
