"""The names that /etc/hosts gives to addresses."""

from ipaddress import ip_address
from pathlib import Path

from mpmanager.core.host_form import host_name
from mpmanager.model.connection import normalised
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.names import HostName, IPAddress

_State = tuple[int, int, int]


class HostsFile:
    """Read again when it has changed; one that is not there names nobody."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._state: _State | None = None
        self.names: dict[IPAddress, frozenset[HostName]] = {}

    def refresh(self) -> frozenset[IPAddress]:
        """Look whether it has changed; the addresses whose names are others now."""
        state = self._look()
        if state == self._state:
            return frozenset()
        before, self._state = self.names, state
        self.names = parse_hosts(self._read())
        every = before.keys() | self.names.keys()
        return frozenset(each for each in every if before.get(each) != self.names.get(each))

    def _look(self) -> _State | None:
        try:
            status = self.path.stat()
        except OSError:
            return None
        return (status.st_ino, status.st_mtime_ns, status.st_size)

    def _read(self) -> str:
        try:
            return self.path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""


def parse_hosts(text: str) -> dict[IPAddress, frozenset[HostName]]:
    """As in hosts(5); lines that say nothing are passed over, as the C library does."""
    names: dict[IPAddress, frozenset[HostName]] = {}
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        address = _address(words[0]) if words else None
        if address is not None:
            names[address] = names.get(address, frozenset()).union(*map(_names, words[1:]))
    return names


def _address(word: str) -> IPAddress | None:
    try:
        return normalised(ip_address(word.partition("%")[0]))
    except ValueError:
        return None


def _names(word: str) -> frozenset[HostName]:
    try:
        return frozenset({host_name(word)})
    except InvalidValueError:
        return frozenset()
