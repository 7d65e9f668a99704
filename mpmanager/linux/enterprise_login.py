"""Whether a login by 802.1X lets nobody pretend to be the network, by NetworkManager's settings of it (802-1x)."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

_METHODS_WITH_CERTIFICATE = frozenset({"tls", "ttls", "peap"})
"""The others send a password, or a hash of it, to whoever asks; or agree on a secret without a certificate."""
_NAMES = ("domain-suffix-match", "domain-match", "altsubject-matches")
_PUBLIC = tuple(
    PurePosixPath(each)
    for each in ("/etc/ssl", "/usr/share/ca-certificates", "/etc/ca-certificates", "/etc/pki", "/usr/share/pki")
)
"""Where distributions keep the authorities that browsers trust."""
_FILE = b"file://"


def validates_certificate(login: Mapping[str, Any]) -> bool:
    """Whether the network must show a certificate that nobody else gets.

    An authority alone will do when somebody has chosen it for this network; the public ones certify everybody, so that
    the certificate's name must be told, too.
    """
    methods = login.get("eap")
    if not isinstance(methods, list) or not methods or not _METHODS_WITH_CERTIFICATE.issuperset(methods):
        return False
    authorities = _authorities(login)
    if login.get("system-ca-certs") is True or any(_is_public(each) for each in authorities):
        return any(login.get(name) for name in _NAMES)
    return bool(authorities)


def _authorities(login: Mapping[str, Any]) -> list[PurePosixPath | None]:
    """Files and directories; None for a certificate that is in the profile itself or on a token."""
    found: list[PurePosixPath | None] = []
    if isinstance(certificate := login.get("ca-cert"), bytes) and certificate:
        is_file = certificate.startswith(_FILE)
        text = certificate.removeprefix(_FILE).rstrip(b"\0").decode(errors="replace")
        found.append(PurePosixPath(text) if is_file else None)
    if isinstance(directory := login.get("ca-path"), str) and directory:
        found.append(PurePosixPath(directory))
    return found


def _is_public(authority: PurePosixPath | None) -> bool:
    return authority is not None and any(authority.is_relative_to(each) for each in _PUBLIC)
