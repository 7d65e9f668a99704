"""Topologies and scenarios as TOML files: where they are, and strict reading with errors that name the place."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from mpmanager.api.mistakes import mistake_in
from mpmanager.lab.errors import LabFileError
from mpmanager.lab.units import Quantity

ValueT = TypeVar("ValueT")

_SHIPPED = Path(__file__).parent


class Definition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of everything that is read from such a file."""


def shipped_names(folder: str) -> tuple[str, ...]:
    """Names of the definitions that come with mpmanager, in `topologies` or `scenarios`."""
    return tuple(sorted(each.stem for each in (_SHIPPED / folder).glob("*.toml")))


def find_definition(folder: str, name: str) -> Path:
    """The file of a shipped definition, or the file itself when a path (with `/` or `.toml`) is given.

    Raises:
        LabFileError: there is no such file; the sentence lists what is shipped.
    """
    path = Path(name) if "/" in name or name.endswith(".toml") else _SHIPPED / folder / f"{name}.toml"
    if not path.is_file():
        raise LabFileError(
            f"{name}: no such file, and none of the shipped {folder}: {', '.join(shipped_names(folder))}"
        )
    return path


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a file.

    Raises:
        LabFileError: it cannot be read or is no TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise LabFileError(f"{path}: {error}") from error


def convert(data: object, kind: type[ValueT], *, origin: str, table: str = "") -> ValueT:
    """Data of a file as a definition; `origin` and `table` say in errors where it came from.

    Raises:
        LabFileError: an unknown key or a value that does not fit.
    """
    try:
        return msgspec.convert(data, kind, dec_hook=_parse_quantity)
    except msgspec.ValidationError as error:
        place, reason = mistake_in(error, kind, data)
        sentence = ": ".join(part for part in (origin, f"[{table}]" if table else "", place, reason) if part)
        raise LabFileError(sentence) from error


def convert_tables(data: object, kind: type[ValueT], *, origin: str, table: str) -> dict[str, ValueT]:
    """The named sub-tables of `[table]`, each as a definition."""
    tables = convert(data, dict[str, Mapping[str, Any]], origin=origin, table=table)
    return {name: convert(each, kind, origin=origin, table=f"{table}.{name}") for name, each in tables.items()}


def _parse_quantity(kind: type, value: object) -> Quantity:
    if not issubclass(kind, Quantity):
        raise NotImplementedError(f"{kind} in a definition")
    if not isinstance(value, str):
        raise ValueError(kind.no_unit(value, value))  # noqa: TRY004  # msgspec wants it
    return kind.parse(value)
