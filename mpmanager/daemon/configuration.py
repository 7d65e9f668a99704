"""Reads /etc/mpmanager/daemon.toml: how the daemon runs. A key that it knows nothing of is a mistake."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from mpmanager.api.bus import Bus, BusKind
from mpmanager.api.mistakes import mistake_in
from mpmanager.api.profile_text import toml_tables
from mpmanager.daemon.metrics_server import Sink
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.mistakes import unknown_key

SYSTEM_FILE = Path("/etc/mpmanager/daemon.toml")
_MOST_SINKS = 8
_LONGEST_BYTES = 64 * 1024


class _File(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    metrics: list[str] = []
    profiles_directory: str = "/etc/mpmanager/profiles.d"
    trusted_keys_directory: str = "/etc/mpmanager/trusted-keys.d"
    require_signature: bool = False


_KEYS = _File.__struct_encode_fields__


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilesConfiguration:
    """Where profiles of the administrator are, and what they need."""

    directory: Path
    keys: Path
    """The directory of public keys whose signatures count."""
    needs_signature: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """How the daemon runs."""

    metrics: tuple[Sink, ...] = ()
    profiles: ProfilesConfiguration | None = None
    """None: the administrator's files are not looked at."""


def configuration_for(bus: Bus, file: Path | None, metrics: Iterable[str]) -> Configuration:
    """The system's own daemon has the system's file; others, such as those of labs, the one that is named to them.

    Raises:
        InvalidValueError: as `read_configuration`.
    """
    sinks = tuple(Sink.parse(each) for each in metrics)
    if file is None and bus.kind is not BusKind.SYSTEM:
        return Configuration(metrics=sinks)
    read = read_configuration(file or SYSTEM_FILE, must_be_there=file is not None)
    return replace(read, metrics=sinks) if sinks else read


def read_configuration(file: Path, *, must_be_there: bool) -> Configuration:
    """What a file says; without one, what holds where it says nothing.

    Raises:
        InvalidValueError: names the file, the line where it is known, the key, and what could stand there.
    """
    try:
        with file.open("rb") as stream:
            text = stream.read(_LONGEST_BYTES + 1).decode()
    except FileNotFoundError as error:
        if must_be_there:
            raise InvalidValueError(f"{file}: {error.strerror}") from error
        text = ""
    except OSError as error:
        raise InvalidValueError(f"{file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidValueError(f"{file}: this is no text: {error}") from error
    try:
        return _configuration(text)
    except InvalidValueError as error:
        raise InvalidValueError(f"{file}: {error}") from error


def _configuration(text: str) -> Configuration:
    if len(text.encode()) > _LONGEST_BYTES:
        raise InvalidValueError(f"it has more than {_LONGEST_BYTES} bytes")
    tables = toml_tables(text)
    for key in (each for each in tables if each not in _KEYS):
        raise InvalidValueError(f"{_line(text, key)}{unknown_key(key, _KEYS)}")
    try:
        file = msgspec.convert(tables, _File)
    except msgspec.ValidationError as error:
        place, reason = mistake_in(error, _File, tables)
        raise InvalidValueError(f"{_line(text, place.partition('[')[0])}{place}: {reason}") from error
    return Configuration(metrics=_sinks(text, file.metrics), profiles=_profiles(text, file))


def _line(text: str, key: str) -> str:
    """Where a key of the first level stands, as far as it is written in the usual way."""
    pattern = re.compile(rf"""\s*(?:["']?{re.escape(key)}["']?\s*[=.]|\[\s*["']?{re.escape(key)}\b)""")
    found = (number for number, line in enumerate(text.splitlines(), start=1) if pattern.match(line))
    number = next(found, None)
    return "" if number is None else f"line {number}: "


def _sinks(text: str, written: list[str]) -> tuple[Sink, ...]:
    where = f"{_line(text, 'metrics')}metrics: "
    if len(written) > _MOST_SINKS:
        raise InvalidValueError(f"{where}{len(written)} of them; {_MOST_SINKS} are the most")
    try:
        return tuple(Sink.parse(each) for each in written)
    except InvalidValueError as error:
        raise InvalidValueError(f"{where}{error}") from error


def _profiles(text: str, file: _File) -> ProfilesConfiguration:
    for key, path in (
        ("profiles-directory", file.profiles_directory),
        ("trusted-keys-directory", file.trusted_keys_directory),
    ):
        if not path.startswith("/"):
            raise InvalidValueError(f"{_line(text, key)}{key}: {path!r}: expected a directory that begins with /")
    return ProfilesConfiguration(
        directory=Path(file.profiles_directory),
        keys=Path(file.trusted_keys_directory),
        needs_signature=file.require_signature,
    )
