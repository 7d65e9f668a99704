"""Messages of nl80211 by their bytes: this kind of machine has no Wi-Fi to ask."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpmanager.linux.netlink import attribute, nested
from mpmanager.linux.nl80211 import parse_interface, parse_network
from mpmanager.model.network import LinkHint
from mpmanager.model.path import KindSource, PathKind, Security

HEADER = bytes((34, 1, 0, 0))
RSN_WPA3 = bytes.fromhex("3014 0100 000fac04 0100 000fac04 0100 000fac08 c000")
ELEMENTS = b"\x00\x04Home" + RSN_WPA3

RECORDED_INTERFACES = (
    # A P2P device, which is no link, and a station.
    bytes.fromhex("""
    070100000800010000000000080005000a0000000c00990002000000000000000a000600020000000000000008002e000e00
    0000050053000000000008004d010000000008006200d0070000
    """),
    bytes.fromhex("""
    0701000008000300020000000a000400776c616e30000000080001000000000008000500020000000c009900010000000000
    00000a000600020000000000000008002e000e000000050053000000000008004d0100000000080026006c09000008002201
    00000000080027000000000008009f00000000000800a0006c09000008006200d0070000
    """),
)
"""What Linux 6.12 answered with mac80211_hwsim under NetworkManager 1.42."""
RECORDED_STATIONS = {
    "WPA2 by NetworkManager": """
    2201000008002e00540b000008000300020000000c009900010000000000000014012f000a0001004248fbdda52000000400
    0e000c0003003c3e3c93c46006004a000600000a436166c3a92053c3bc64010882848b960c1218240301012a010432043048
    606c30140100000fac040100000fac040100000fac0200003b0251007f08040040020000014000000c000d000892fb93c460
    060050000b00000a436166c3a92053c3bc64010882848b960c1218240301010504000200002a010432043048606c30140100
    000fac040100000fac040100000fac0200003b0251007f080400400200000140060004006400000006000500110400000800
    02006c090000080014000000000008000a00300000000c000f0001ca5dff3f0000000800070048f4ffff0800090001000000
    0800170003000000
    """,
    "WPA by wpa_supplicant": """
    2201000008002e00910e000008000300020000000c00990001000000000000000c012f000a00010002000000021100000400
    0e000c00030048f7999cc46006004500060000034f6c64010882848b960c1218240301062a010432043048606c3b0251007f
    080400400200000040dd160050f20101000050f20201000050f20201000050f2020000000c000d00dd01289dc46006004b00
    0b0000034f6c64010882848b960c1218240301060504000200002a010432043048606c3b0251007f080400400200000040dd
    160050f20101000050f20201000050f20201000050f202000600040064000000060005001104000008000200850900000800
    14000000000008000a005c0000000c000f00a27ff2d4630000000800070048f4ffff08000900010000000800170003000000
    """,
    "hidden, WPA2 and WPA3, by wpa_supplicant": """
    2201000008002e00da0e000008000300020000000c009900010000000000000018012f000a00010002000000021200000400
    0e000c000300afb43f9dc46006004e000600000648696464656e010882848b960c1218240301062a010432043048606c301c
    0100000fac040100000fac040300000fac02000fac06000fac0880003b0251007f08040040020000004000000c000d0056c2
    d09dc46006004e000b000000010882848b960c1218240301060504000200002a010432043048606c301c0100000fac040100
    000fac040300000fac02000fac06000fac0880003b0251007f08040040020000004000000600040064000000060005001104
    00000800020085090000080014000000000008000a00580700000c000f00671b8531640000000800070048f4ffff08000900
    010000000800170003000000
    """,
}
"""Scan results of the network that the station was in, by the same kernel."""


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


def test_a_p2p_device_and_a_station_as_recorded() -> None:
    assert [list(parse_interface(each)) for each in RECORDED_INTERFACES] == [[], [(2, None)]]


@pytest.mark.parametrize(
    ("station", "network", "security"),
    [
        ("WPA2 by NetworkManager", "Café Süd", Security.WPA2),
        ("WPA by wpa_supplicant", "Old", Security.WPA),
        ("hidden, WPA2 and WPA3, by wpa_supplicant", "Hidden", Security.WPA2),
    ],
)
def test_a_station_tells_the_network_it_is_in_as_recorded(station: str, network: str, security: Security) -> None:
    assert parse_network(bytes.fromhex(RECORDED_STATIONS[station])) == LinkHint(
        source=KindSource.NL80211, kind=PathKind.WIFI, network=network, security=security
    )
