"""Which bus the two sides meet on: `system`, `session`, `private:DIR` or an address."""

from dataclasses import dataclass
from enum import Enum, unique
from pathlib import Path

from mpmanager.model.errors import InvalidValueError


@unique
class BusKind(Enum):
    SYSTEM = "system"
    SESSION = "session"
    PRIVATE = "private"
    """A bus of the daemon's own, in a directory."""
    ADDRESS = "address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bus:
    """One bus."""

    kind: BusKind
    address: str | None = None
    """None: the well-known address of the system or session bus."""
    directory: Path | None = None
    """Of a private bus."""

    def __str__(self) -> str:
        return f"private:{self.directory}" if self.directory else self.address or self.kind.value


def parse_bus(text: str) -> Bus:
    """What a person wrote after --bus.

    Raises:
        InvalidValueError: it is none of the four forms.
    """
    if text in {"system", "session"}:
        return Bus(kind=BusKind(text))
    if text.startswith("private:"):
        directory = Path(text.removeprefix("private:")).absolute()
        if text == "private:":
            raise InvalidValueError("--bus private: needs a directory, as in private:/run/user/1000/mpmanager")
        return Bus(kind=BusKind.PRIVATE, address=f"unix:path={directory / 'bus'}", directory=directory)
    if text.partition(":")[0] in {"unix", "tcp", "unixexec"} and "=" in text:
        return Bus(kind=BusKind.ADDRESS, address=text)
    raise InvalidValueError(
        f"--bus {text!r}: expected system, session, private:DIR or an address such as unix:path=/run/bus"
    )
