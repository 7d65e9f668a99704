"""Messages of nl80211 by their bytes: this kind of machine has no Wi-Fi to ask."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from mpmanager.linux.netlink import attribute, nested
from mpmanager.linux.nl80211 import parse_interface, parse_network
from mpmanager.model.network import LinkHint
from mpmanager.model.path import KindSource, PathKind, Security

HEADER = bytes((34, 1, 0, 0))
RSN_WPA3 = bytes.fromhex("3014 0100 000fac04 0100 000fac04 0100 000fac08 c000")
ELEMENTS = b"\x00\x04Home" + RSN_WPA3


def u32(kind: int, value: int) -> bytes:
    return attribute(kind, struct.pack("=I", value))


def scan_result(*, status: int | None, capability: int = 0x11, elements: bytes = ELEMENTS) -> bytes:
    parts = [attribute(1, b"\x02\0\0\0\0\x01"), attribute(5, struct.pack("=H", capability)), attribute(6, elements)]
    if status is not None:
        parts.append(u32(9, status))
    return HEADER + u32(3, 7) + nested(47, *parts)


def test_the_associated_network_tells_name_and_security() -> None:
    assert parse_network(scan_result(status=1)) == LinkHint(
        source=KindSource.NL80211, kind=PathKind.WIFI, network="Home", security=Security.WPA3
    )


def test_networks_that_were_only_seen_say_nothing() -> None:
    assert parse_network(scan_result(status=None)) is None
    assert parse_network(scan_result(status=0)) is None


def test_the_privacy_bit_counts_where_nothing_else_is_said() -> None:
    for capability, security in ((0x11, Security.WEP), (0x01, Security.OPEN)):
        hint = parse_network(scan_result(status=1, capability=capability, elements=b"\x00\x04Home"))
        assert hint is not None
        assert hint.security is security


def test_an_interface_tells_its_index_and_network() -> None:
    assert list(parse_interface(HEADER + u32(3, 7) + attribute(52, b"Home"))) == [(7, "Home")]
    assert list(parse_interface(HEADER + u32(3, 7))) == [(7, None)]


def test_a_device_that_is_no_link_is_left_out() -> None:
    assert list(parse_interface(HEADER + attribute(153, bytes(8)))) == []


@given(st.binary(max_size=300))
def test_any_bytes_are_taken_without_complaint(data: bytes) -> None:
    list(parse_interface(data))
    parse_network(data)
