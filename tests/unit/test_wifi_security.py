"""What an access point's announcement says about its protection, also when it is broken or hostile."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpmanager.linux.wifi_security import announced_name, announced_security, name_of
from mpmanager.model.path import Security

CCMP = b"\x00\x0f\xac\x04"
TKIP = b"\x00\x0f\xac\x02"
AS_GROUP = b"\x00\x0f\xac\x00"


def element(kind: int, content: bytes) -> bytes:
    return bytes([kind, len(content)]) + content


def cipher(kind: int) -> bytes:
    return b"\x00\x0f\xac" + bytes([kind])


def rsn(
    *key_suites: int, oui: bytes = b"\x00\x0f\xac", pairwise: tuple[bytes, ...] = (CCMP,), group: bytes = CCMP
) -> bytes:
    suites = b"".join(oui + bytes([each]) for each in key_suites)
    lists = struct.pack("<H", len(pairwise)) + b"".join(pairwise) + struct.pack("<H", len(key_suites)) + suites
    return element(48, struct.pack("<H", 1) + group + lists + b"\x00\x00")


def wpa(key_suite: int) -> bytes:
    oui = b"\x00\x50\xf2"
    tkip = oui + b"\x02"
    lists = struct.pack("<H", 1) + tkip + struct.pack("<H", 1) + oui + bytes([key_suite])
    return element(221, oui + b"\x01" + struct.pack("<H", 1) + tkip + lists)


SSID = element(0, b"Cafe")
RATES = element(1, b"\x82\x84\x8b\x96")
WPS = element(221, b"\x00\x50\xf2\x04\x10\x4a\x00\x01\x10")

ROWS = [
    ("nothing but a name", SSID + RATES, False, Security.OPEN),
    ("the privacy bit alone", SSID + RATES, True, Security.WEP),
    ("WPA with a passphrase", SSID + wpa(2), True, Security.WPA),
    ("WPA with a login: TKIP stays weak", SSID + wpa(1), True, Security.WPA),
    ("WPA2 with TKIP only", SSID + rsn(2, pairwise=(TKIP,), group=TKIP), True, Security.WPA),
    ("WPA2 with TKIP for broadcasts", SSID + rsn(2, group=TKIP), True, Security.WPA2),
    ("WPA2 with TKIP and CCMP: stations take CCMP", SSID + rsn(2, pairwise=(TKIP, CCMP)), True, Security.WPA2),
    ("WPA2 with WEP's ciphers", SSID + rsn(2, pairwise=(cipher(1), cipher(5))), True, Security.WPA),
    ("WPA2 with GCMP", SSID + rsn(2, pairwise=(cipher(8),)), True, Security.WPA2),
    ("WPA3 with GCMP of 256 bits", SSID + rsn(8, pairwise=(cipher(9),)), True, Security.WPA3),
    ("WPA3 with CCMP of 256 bits", SSID + rsn(8, pairwise=(cipher(10),)), True, Security.WPA3),
    ("WPA2 with a cipher nobody knows", SSID + rsn(2, pairwise=(cipher(99),)), True, Security.WPA),
    ("WPA2 with another vendor's cipher", SSID + rsn(2, pairwise=(b"\x50\x6f\x9a\x04",)), True, Security.WPA),
    ("WPA2 with the group's cipher CCMP", SSID + rsn(2, pairwise=(AS_GROUP,)), True, Security.WPA2),
    ("WPA2 with the group's cipher TKIP", SSID + rsn(2, pairwise=(AS_GROUP,), group=TKIP), True, Security.WPA),
    ("WPA2 without a cipher", SSID + rsn(2, pairwise=()), True, Security.WPA),
    ("a login with TKIP only", SSID + rsn(1, pairwise=(TKIP,), group=TKIP), True, Security.WPA),
    ("WPA and WPA2, TKIP only", SSID + wpa(2) + rsn(2, pairwise=(TKIP,), group=TKIP), True, Security.WPA),
    ("WPA2", SSID + rsn(2), True, Security.WPA2),
    ("WPA2 with SHA-256", SSID + rsn(6), True, Security.WPA2),
    ("WPA2 with fast transition", SSID + rsn(4), True, Security.WPA2),
    ("WPA and WPA2: stations prefer WPA2", SSID + wpa(2) + rsn(2), True, Security.WPA2),
    ("WPA3", SSID + rsn(8), True, Security.WPA3),
    ("WPA3 with fast transition", SSID + rsn(8, 9), True, Security.WPA3),
    ("WPA3 with a group-dependent hash", SSID + rsn(24), True, Security.WPA3),
    ("WPA2 and WPA3: no more than WPA2 is sure", SSID + rsn(2, 8), True, Security.WPA2),
    ("a login", SSID + rsn(1), True, Security.ENTERPRISE),
    ("a login with 192 bits", SSID + rsn(12), True, Security.ENTERPRISE),
    ("OWE", SSID + rsn(18), True, Security.OWE),
    ("another vendor's element", SSID + WPS + rsn(2), True, Security.WPA2),
    ("a method nobody knows", SSID + rsn(200), True, Security.WEP),
    ("another vendor's method", SSID + rsn(8, oui=b"\x50\x6f\x9a"), True, Security.WEP),
    ("a truncated element", (SSID + rsn(2))[:-9], True, Security.WEP),
    ("a list longer than its element", element(48, b"\x01\x00" + CCMP + b"\xff\xff"), True, Security.WEP),
    ("no elements", b"", False, Security.OPEN),
]  # fmt: skip


@pytest.mark.parametrize(("what", "elements", "has_privacy", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_an_announcement_promises(what: str, elements: bytes, has_privacy: bool, expected: Security) -> None:
    assert announced_security(elements, has_privacy=has_privacy) is expected


@given(st.binary(max_size=400), st.booleans())
def test_any_bytes_have_a_security_and_perhaps_a_name(data: bytes, has_privacy: bool) -> None:
    assert announced_security(data, has_privacy=has_privacy) in Security
    name = announced_name(data)
    assert name is None or name.isprintable()


@given(st.lists(st.tuples(st.sampled_from([0, 48, 221]), st.binary(max_size=60)), max_size=6), st.booleans())
def test_any_elements_have_a_security(parts: list[tuple[int, bytes]], has_privacy: bool) -> None:
    data = b"".join(element(kind, content) for kind, content in parts)
    assert announced_security(data, has_privacy=has_privacy) in Security


@given(st.integers(0, 60))
def test_a_prefix_of_an_announcement_never_promises_more_than_all_of_it(length: int) -> None:
    order = list(Security)
    whole = announced_security(SSID + rsn(2), has_privacy=True)
    assert order.index(announced_security((SSID + rsn(2))[:length], has_privacy=True)) <= order.index(whole)


@pytest.mark.parametrize(
    ("ssid", "name"),
    [
        (b"Cafe", "Cafe"),
        ("Café ☕".encode(), "Café ☕"),
        (b"", None),
        (b"\0\0\0", None),
        (b"a\nb", "a\\x0ab"),
        (b"\xff", "\\xff"),
    ],
)
def test_a_name_can_be_shown(ssid: bytes, name: str | None) -> None:
    assert name_of(ssid) == name
    assert announced_name(element(0, ssid)) == name
