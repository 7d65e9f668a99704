"""Host names and patterns of them, such as `*.example.org`.

`*.example.org` means every name below example.org, at any depth, and not example.org itself: so it is with certificates
(RFC 6125) and wildcards of DNS (RFC 4592). Whoever means both says both.
"""

import re
from dataclasses import dataclass
from ipaddress import ip_address

import idna

from mpmanager.model.errors import InvalidValueError
from mpmanager.model.names import HostName

_WILDCARD = "*."
_LONGEST_NAME = 253
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
"""Of a host name (RFC 1123), and the underscore that names behind aliases bear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPattern:
    """One host name, or all names below one. Written as `str` gives it, it is read as the same pattern again."""

    name: HostName
    is_wildcard: bool = False

    def __str__(self) -> str:
        return f"{_WILDCARD}{self.name}" if self.is_wildcard else self.name

    @property
    def specificity(self) -> tuple[bool, int]:
        """The greater, the fewer names it means: first whole names, then what has most labels."""
        return (not self.is_wildcard, self.name.count(".") + 1)


def parse_pattern(text: str) -> HostPattern:
    """A host name, or `*.` and a host name, in any case and script.

    Raises:
        InvalidValueError: it is none.
    """
    rest = text.strip().removeprefix(_WILDCARD)
    is_wildcard = rest != text.strip()
    if "*" in rest:
        raise InvalidValueError(
            f"host {text!r}: a star stands for all that is below a name, at the beginning, as in *.example.org"
        )
    return HostPattern(name=_parse(rest, text), is_wildcard=is_wildcard)


def host_name(text: str) -> HostName:
    """A host name in the one form in which names are compared, from any case and script, with or without final dot.

    Raises:
        InvalidValueError: it is none.
    """
    return _parse(text.strip(), text)


def matches(pattern: HostPattern, name: HostName) -> bool:
    """Whether the pattern means this name."""
    if pattern.is_wildcard:
        return name.endswith(f".{pattern.name}")
    return name == pattern.name


def patterns_for(name: HostName) -> tuple[HostPattern, ...]:
    """All patterns that mean this name, the most specific first: to be looked up instead of trying each of many."""
    labels = name.split(".")
    above = (HostName(".".join(labels[number:])) for number in range(1, len(labels)))
    return (HostPattern(name=name), *(HostPattern(name=each, is_wildcard=True) for each in above))


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
