"""How a Wi-Fi access point protects what is sent: from what it announces (IEEE 802.11, section 9.4.2).

An access point may offer several methods and nobody tells which one a station took; so it counts as the weakest that a
station of today would take: WPA2 when a WPA3 network also takes passphrases the old way, but not WPA when it also
speaks WPA2, which every station prefers. With WPA counts whatever leaves stations no better cipher than TKIP, also a
login: the air can be overheard, whoever the network is.
"""

import struct
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from enum import Enum, auto, unique

from mpmanager.model.path import Security

_SSID_ELEMENT = 0
_RSN_ELEMENT = 48
_VENDOR_ELEMENT = 221
_RSN_OUI = b"\x00\x0f\xac"
_WPA_OUI = b"\x00\x50\xf2"
_WPA_TYPE = b"\x01"
_SUITE_BYTES = 4
_VERSION_AND_GROUP_CIPHER_BYTES = 6


@unique
class KeyManagement(Enum):
    """How stations and access point agree on keys."""

    PASSPHRASE = auto()
    SAE = auto()
    LOGIN = auto()
    """802.1X: each user has credentials of their own."""
    OWE = auto()
    """Encrypted, but open to everybody."""


_RSN_SUITES = {
    **dict.fromkeys((2, 4, 6, 19, 20), KeyManagement.PASSPHRASE),
    **dict.fromkeys((8, 9, 24, 25), KeyManagement.SAE),
    **dict.fromkeys((1, 3, 5, 11, 12, 13, 14, 15, 16, 17, 22, 23), KeyManagement.LOGIN),
    18: KeyManagement.OWE,
}
_STRONG_CIPHERS = frozenset({4, 8, 9, 10})
"""CCMP and GCMP with 128 and 256 bits."""
_GROUP_CIPHER = 0
"""Stands for the one of broadcasts."""
_WPA_SUITES = {1: KeyManagement.LOGIN, 2: KeyManagement.PASSPHRASE}

_RSN_SECURITY = (
    (KeyManagement.OWE, Security.OWE),
    (KeyManagement.PASSPHRASE, Security.WPA2),
    (KeyManagement.SAE, Security.WPA3),
    (KeyManagement.LOGIN, Security.ENTERPRISE),
)


def security_of(rsn: AbstractSet[KeyManagement], wpa: AbstractSet[KeyManagement], *, has_privacy: bool) -> Security:
    """The least that an access point with these methods promises; those with a weak cipher count as WPA's."""
    found = [security for method, security in _RSN_SECURITY if method in rsn]
    if found:
        return found[0]
    if wpa:
        return Security.WPA
    return Security.WEP if has_privacy else Security.OPEN


def announced_security(elements: bytes, *, has_privacy: bool) -> Security:
    """Security by information elements and the capability's privacy bit.

    Anybody can send anything: elements that cannot be read count as not there.
    """
    rsn: set[KeyManagement] = set()
    wpa: set[KeyManagement] = set()
    for kind, content in _elements(elements):
        if kind == _RSN_ELEMENT:
            methods = {_RSN_SUITES[each] for each in _key_suites(content, _RSN_OUI) if each in _RSN_SUITES}
            (rsn if _has_strong_cipher(content) else wpa).update(methods)
        elif kind == _VENDOR_ELEMENT and content.startswith(_WPA_OUI + _WPA_TYPE):
            suites = _key_suites(content[_SUITE_BYTES:], _WPA_OUI)
            wpa |= {_WPA_SUITES[each] for each in suites if each in _WPA_SUITES}
    return security_of(rsn, wpa, has_privacy=has_privacy)


def announced_name(elements: bytes) -> str | None:
    """The network's name, or None when it is hidden."""
    return next((name_of(content) for kind, content in _elements(elements) if kind == _SSID_ELEMENT), None)


def name_of(ssid: bytes) -> str | None:
    """An SSID is up to 32 bytes of anything; control characters are shown as escapes."""
    if not ssid.strip(b"\0"):
        return None
    text = ssid.decode(errors="backslashreplace")
    return "".join(each if each.isprintable() else f"\\x{ord(each):02x}" for each in text)


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Elements with their contents; a truncated last one is left out."""
    while len(data) >= 2 and len(data) >= 2 + data[1]:  # noqa: PLR2004  # type and length are a byte each
        yield data[0], data[2 : 2 + data[1]]
        data = data[2 + data[1] :]


def _has_strong_cipher(content: bytes) -> bool:
    """Whether a station of today finds one in an RSN element, by the list of pairwise ciphers."""
    ciphers = set(_suites(content[_VERSION_AND_GROUP_CIPHER_BYTES:], _RSN_OUI))
    if _GROUP_CIPHER in ciphers:
        group = content[2:_VERSION_AND_GROUP_CIPHER_BYTES]
        ciphers.update(group[3:] if group[:3] == _RSN_OUI else b"")
    return not _STRONG_CIPHERS.isdisjoint(ciphers)


def _key_suites(content: bytes, vendor: bytes) -> Iterator[int]:
    """The types of the key management suites of this vendor; both RSN and WPA elements have this form."""
    return _suites(_after_suites(content[_VERSION_AND_GROUP_CIPHER_BYTES:]), vendor)


def _suites(content: bytes, vendor: bytes) -> Iterator[int]:
    """The types of this vendor in a counted list of suites; none when the list does not fit."""
    end = len(content) - len(_after_suites(content))
    for offset in range(2, end, _SUITE_BYTES):
        suite = content[offset : offset + _SUITE_BYTES]
        if suite[:3] == vendor:
            yield suite[3]


def _after_suites(content: bytes) -> bytes:
    """What comes behind a counted list of suites; all of it when the list does not fit."""
    if len(content) < 2:  # noqa: PLR2004  # the count is two bytes
        return content
    size = 2 + _SUITE_BYTES * int(struct.unpack_from("<H", content)[0])
    return content[size:] if size <= len(content) else content
