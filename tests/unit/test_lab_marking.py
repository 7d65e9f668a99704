"""Congestion marks in IP headers, and that the headers stay right."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpmanager.lab.marking import marked

NOT_ECT, ECT1, ECT0, CE = range(4)
DSCP = st.integers(0, 63)
REST = st.binary(max_size=80)


def ipv4(dscp: int, ecn: int, *, filling: int = 0x1234, rest: bytes = b"") -> bytes:
    """A header of 20 bytes, with some filling that makes its checksum another."""
    header = struct.pack(
        "!BBHHHBBH4s4s", 0x45, dscp << 2 | ecn, 20 + len(rest), filling, 0, 64, 6, 0, bytes(4), bytes(4)
    )
    return header[:10] + (0xFFFF - ones_sum(header)).to_bytes(2, "big") + header[12:] + rest


def ipv6(dscp: int, ecn: int, flow_label: int, rest: bytes = b"") -> bytes:
    return struct.pack("!IHBB32x", 6 << 28 | (dscp << 2 | ecn) << 20 | flow_label, len(rest), 6, 64) + rest


def ones_sum(header: bytes) -> int:
    """In ones' complement, from scratch (RFC 1071); 0xFFFF for a header with the right checksum."""
    total: int = sum(struct.unpack(f"!{len(header) // 2}H", header))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total


@given(dscp=DSCP, ecn=st.sampled_from([ECT0, ECT1]), filling=st.integers(0, 0xFFFF), rest=REST)
def test_ipv4_packets_get_the_mark_and_the_right_checksum(dscp: int, ecn: int, filling: int, rest: bytes) -> None:
    packet = ipv4(dscp, ecn, filling=filling, rest=rest)
    after = marked(packet)
    assert after is not None
    assert ones_sum(after[:20]) == 0xFFFF
    assert after[1] == dscp << 2 | CE
    assert after[:1] + packet[1:2] + after[2:10] + packet[10:12] + after[12:] == packet, "nothing else has changed"


@pytest.mark.parametrize("ecn", [ECT0, ECT1])
def test_the_checksum_is_right_for_every_value_that_it_can_have(ecn: int) -> None:
    for filling in range(0x10000):
        after = marked(ipv4(0, ecn, filling=filling))
        assert after is not None
        assert ones_sum(after) == 0xFFFF


@given(dscp=DSCP, ecn=st.sampled_from([ECT0, ECT1]), flow_label=st.integers(0, 0xFFFFF), rest=REST)
def test_ipv6_packets_get_the_mark_and_have_no_checksum(dscp: int, ecn: int, flow_label: int, rest: bytes) -> None:
    assert marked(ipv6(dscp, ecn, flow_label, rest)) == ipv6(dscp, CE, flow_label, rest)


@pytest.mark.parametrize("ecn", [NOT_ECT, CE])
@given(dscp=DSCP)
def test_packets_whose_ends_do_not_use_ecn_and_marked_ones_are_left_alone(ecn: int, dscp: int) -> None:
    assert marked(ipv4(dscp, ecn)) is None
    assert marked(ipv6(dscp, ecn, 7)) is None


@pytest.mark.parametrize("packet", [ipv4(0, ECT0)[:19], ipv6(0, ECT0, 0)[:39], b"\x00\x02" + bytes(60)])
def test_what_is_no_ip_packet_is_left_alone(packet: bytes) -> None:
    assert marked(packet) is None
