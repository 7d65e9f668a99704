"""Selectors: which connections a rule is about."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum, unique
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final

from mpmanager.model.connection import Application, Endpoint
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.names import HostName
from mpmanager.model.trust import NetworkId

_SEPARATOR = ":"
_DEFAULT = "default"
_HIGHEST_PORT = 65535
_ANY_LABEL = "*."
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})*")
_LONGEST_HOST = 253
_DEVIATIONS = frozenset("\u00df\u03c2\u200c\u200d")
"""What IDNA of 2003 and that of 2008 encode differently (UTS 46)."""
_UNIT = re.compile(r"[A-Za-z0-9:_.\\@-]+\.(?:service|scope|slice|socket)")
_APP = re.compile(r"[A-Za-z0-9_.@:+~-]+")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,9}")
_USER = re.compile(rf"{_NUMBER.pattern}|[A-Za-z_][A-Za-z0-9_.@\\-]*\$?")
_LONGEST = 4096
"""Of a whole selector, in characters."""


@unique
class SelectorKind(StrEnum):
    """By what a rule knows its applications, the most specific first."""

    SCRIPT = "script"
    """What an interpreter runs: a file, or a module of Python."""
    EXE = "exe"
    """An executable file."""
    APP = "app"
    """A desktop, Flatpak or Snap id, or a container."""
    UNIT = "unit"
    """A unit of systemd."""
    CGROUP = "cgroup"
    """A cgroup with all below it."""
    DEFAULT = "default"
    """Any application."""


_BY_SPECIFICITY = tuple(SelectorKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A connection as selectors see it."""

    application: Application
    users: frozenset[str] = frozenset()
    """Who owns it: the number and the name."""
    remote: Endpoint | None = None
    hosts: frozenset[HostName] = frozenset()
    """The names under which somebody has asked for the remote address."""
    networks: frozenset[NetworkId] = frozenset()
    """In use on this machine now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """The connections that a rule is about: those that fulfil all conditions that are there."""

    kind: SelectorKind = SelectorKind.DEFAULT
    value: str = ""
    """The script, executable, id, unit, or the cgroup below the cgroup v2 mount; empty for any application."""
    user: str = ""
    """A name or a number."""
    host: str = ""
    """The name of the other end, in lower case. `*.example.org` means every name below example.org, at any depth, and
    not itself, as with certificates (RFC 6125)."""
    network: IPv4Network | IPv6Network | None = None
    """Of the other end's address."""
    port: int | None = None
    """Of the other end."""
    on_network: NetworkId | None = None
    """Only while this machine uses this network."""

    @classmethod
    def parse(cls, text: str) -> "Selector":
        """`default`, or conditions with a space between them: `exe:/usr/bin/ssh user:anna host:*.example.org port:22`.

        Raises:
            InvalidValueError: names what cannot be used.
        """
        if text == _DEFAULT:
            return cls()
        if len(text) > _LONGEST or text != text.strip():
            raise InvalidValueError(f"selector {text[:100]!r}: too long, or with spaces at its ends")
        found: dict[str, object] = {}
        for condition in _CONDITION_BEGINS.split(text):
            key, separator, value = condition.partition(_SEPARATOR)
            if not separator or key not in _READERS or not value or not value.isprintable():
                raise InvalidValueError(f"selector {text!r}: {condition!r}: {_CHOICES}")
            field = _FIELDS.get(key, "value")
            if field in found:
                raise InvalidValueError(f"selector {text!r}: {condition!r}: there is a {field} already")
            found[field] = _read(text, key, value)
            if field == "value":
                found["kind"] = SelectorKind(key)
        return cls(**found)  # type: ignore[arg-type]  # each reader gives what its field takes

    def __str__(self) -> str:
        """As `parse` reads it."""
        conditions = [f"{self.kind.value}{_SEPARATOR}{self.value}"] if self.value else []
        for key, field in _FIELDS.items():
            value = getattr(self, field)
            if value not in {None, ""}:
                conditions.append(f"{key}{_SEPARATOR}{value}")
        return " ".join(conditions) or _DEFAULT

    @property
    def is_default(self) -> bool:
        """Whether it is about everything."""
        return self == EVERYBODY

    @property
    def has_destination(self) -> bool:
        """Whether it is about some of the connections of an application only."""
        return bool(self.host) or self.network is not None or self.port is not None

    @property
    def order(self) -> tuple[int, ...]:
        """Sorts the most specific first.

        Who is connecting counts first: a script, an executable, an application, a unit, then cgroups from the
        innermost. Then where to: a name, then names below another from the longest, then networks from the smallest,
        then a port. Then whose it is, and last the network in use.
        """
        return (
            _BY_SPECIFICITY.index(self.kind),
            -len(self.value) if self.kind is SelectorKind.CGROUP else 0,
            *self._destination_order,
            self.port is None,
            not self.user,
            self.on_network is None,
        )

    @property
    def _destination_order(self) -> tuple[int, int]:
        if self.host:
            return (1, -len(self.host)) if self.host.startswith(_ANY_LABEL) else (0, 0)
        return (2, -self.network.prefixlen) if self.network is not None else (3, 0)

    def selects(self, subject: Subject) -> bool:
        """Whether a connection is meant."""
        return (
            self.selects_application(subject.application)
            and (not self.user or self.user in subject.users)
            and (not self.has_destination or self._selects_destination(subject))
            and (self.on_network is None or self.on_network in subject.networks)
        )

    def selects_application(self, application: Application) -> bool:
        """Whether an application is meant, as far as its program says; a cgroup means all below it too."""
        match self.kind:
            case SelectorKind.SCRIPT:
                return application.script == self.value
            case SelectorKind.EXE:
                return application.exe == self.value
            case SelectorKind.APP:
                return application.app_id == self.value
            case SelectorKind.UNIT:
                return application.unit == self.value
            case SelectorKind.CGROUP:
                inner = application.cgroup or ""
                return inner == self.value or inner.startswith(self.value.rstrip("/") + "/")
            case SelectorKind.DEFAULT:
                return True

    def _selects_destination(self, subject: Subject) -> bool:
        remote = subject.remote
        if remote is None:
            return False
        is_there = self.network is None or (
            remote.address.version == self.network.version and remote.address in self.network
        )
        return (
            is_there
            and (self.port is None or remote.port == self.port)
            and (not self.host or any(map(self._names, subject.hosts)))
        )

    def _names(self, host: str) -> bool:
        return host.endswith(self.host[1:]) if self.host.startswith(_ANY_LABEL) else host == self.host


EVERYBODY: Final = Selector()

_FIELDS = {"user": "user", "host": "host", "to": "network", "port": "port", "on": "on_network"}
"""Conditions that any selector may have, in the order in which they are written, and the fields they fill."""


def _read(selector: str, key: str, value: str) -> object:
    try:
        return _READERS[key](value)
    except ValueError as error:
        raise InvalidValueError(f"selector {selector!r}: {f'{key}{_SEPARATOR}{value}'!r}: {error}") from error


def _path(text: str) -> str:
    """One that means what it says: it names no other place in a roundabout way."""
    if not text.startswith("/"):
        raise ValueError("a path begins with /")
    path = text.rstrip("/") or "/"
    if path != "/" and {"", ".", ".."} & set(path[1:].split("/")):
        raise ValueError("a path without . and .., and with one / at a time")
    return path


def _matching(pattern: re.Pattern[str], what: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(f"expected {what}")
        return text

    return read


def _host(text: str) -> str:
    """In the letters of the DNS (RFC 3490), in lower case."""
    rest = text.removeprefix(_ANY_LABEL).rstrip(".")
    try:
        name = rest.lower() if rest.isascii() else rest.lower().encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ValueError("no host can be called so") from error
    if not _DEVIATIONS.isdisjoint(rest):
        raise ValueError("letters that programs write in two ways: write it as in the DNS, with xn--")
    host = text[: len(_ANY_LABEL)] + name if text.startswith(_ANY_LABEL) else name
    if not _HOST.fullmatch(host) or len(host) > _LONGEST_HOST or name.rpartition(".")[2].isdecimal():
        raise ValueError("expected the name of a host, or *. with a name for all below it; an address goes with to:")
    return host


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise ValueError("expected a network such as 192.0.2.0/24, or an address") from error


def _port(text: str) -> int:
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= _HIGHEST_PORT:
        raise ValueError(f"expected 1 to {_HIGHEST_PORT}")
    return int(text)


_READERS: dict[str, Callable[[str], object]] = {
    "script": _matching(re.compile(r"/.+|[A-Za-z_][A-Za-z0-9_.]*"), "a path, or the name of a module"),
    "exe": _path,
    "app": _matching(_APP, "an id such as org.mozilla.firefox"),
    "unit": _matching(_UNIT, "the name of a unit, such as ssh.service"),
    "cgroup": _path,
    "user": _matching(_USER, "the name or the number of a user"),
    "host": _host,
    "to": _network,
    "port": _port,
    "on": NetworkId,
}
_CONDITION_BEGINS = re.compile(rf"(?<! ) ++(?=(?:{'|'.join(_READERS)}){_SEPARATOR})")
"""So that a path may have spaces."""
_CHOICES = (
    "expected default, or exe:/path, script:/path, app:ID, unit:NAME or cgroup:/path, each perhaps with user:NAME, "
    "host:NAME, to:NETWORK, port:NUMBER and on:NETWORK-IN-USE"
)
