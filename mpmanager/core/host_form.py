"""Host names in the one form in which they are compared."""

import re
from ipaddress import ip_address

from mpmanager.model.errors import InvalidValueError
from mpmanager.model.names import HostName

_LONGEST_NAME = 253
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
"""Of a host name (RFC 1123), and the underscore that names behind aliases bear."""


def host_name(text: str) -> HostName:
    """A host name in the one form in which names are compared, from any case and script, with or without final dot.

    Raises:
        InvalidValueError: it is none.
    """
    return _parse(text.strip(), text)


def _parse(name: str, text: str) -> HostName:
    if _is_address(name):
        raise InvalidValueError(f"host {text!r} is an address, not a name")
    ascii_name = (name.lower() if name.isascii() else _to_ascii(name, text)).removesuffix(".")
    labels = ascii_name.split(".")
    wrong = next((label for label in labels if not _LABEL.fullmatch(label)), None)
    if wrong is not None:
        raise InvalidValueError(f"host {text!r}: {_what_is_wrong_with(wrong)}")
    if labels[-1].isdecimal():
        raise InvalidValueError(f"host {text!r}: no host name ends in a number")
    if len(ascii_name) > _LONGEST_NAME:
        raise InvalidValueError(f"host {text!r}: names have at most {_LONGEST_NAME} characters, not {len(ascii_name)}")
    return HostName(ascii_name)


def _to_ascii(name: str, text: str) -> str:
    """As browsers do (UTS 46)."""
    import idna  # noqa: PLC0415  # most names are ASCII, and the daemon starts without its tables

    try:
        return idna.encode(name, uts46=True).decode()
    except idna.IDNAError as error:
        raise InvalidValueError(f"host {text!r}: {error}") from error


def _is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _what_is_wrong_with(label: str) -> str:
    if not label:
        return "there is nothing where a name or a part of one should be"
    return f"{label!r} is no part of a name: up to 63 letters, digits, hyphens and underscores, no hyphen at its ends"
