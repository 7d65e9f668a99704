"""Topologies and scenarios as TOML files: where they are, and strict reading with errors that name the place."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from mpmanager.lab.errors import LabFileError
from mpmanager.lab.units import Quantity
from mpmanager.model.mistakes import unknown_choice, unknown_key

ValueT = TypeVar("ValueT")

_SHIPPED = Path(__file__).parent
_UNKNOWN_KEY = re.compile(r"Object contains unknown field `(?P<key>.*)`")
_MISSING_KEY = re.compile(r"Object missing required field `(?P<key>.*)`")
_UNKNOWN_CHOICE = re.compile(r"Invalid (enum )?value '?(?P<value>.*?)'?")
_WRONG_TYPE = re.compile(r"Expected `(?P<wanted>.*)`, got `(?P<found>.*)`")
_TYPE_WORDS = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
}
_STEP = re.compile(r"\.?(\w+)|\[(\d+)\]")
_VALIDATION_PLACE = re.compile(r"(?P<reason>.*) - at `\$\.?(?P<key>.*)`", re.DOTALL)


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
        raise LabFileError(_sentence(str(error), kind, data, origin, table)) from error


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


def _sentence(message: str, kind: object, data: object, origin: str, table: str) -> str:
    match = _VALIDATION_PLACE.fullmatch(message)
    reason, key = (match["reason"], match["key"]) if match else (message, "")
    plain = _plain(reason, lambda: _types_at(key, kind, data))
    return ": ".join(part for part in (origin, f"[{table}]" if table else "", key, plain) if part)


def _plain(reason: str, types: Callable[[], Sequence[inspect.Type]]) -> str:
    """What msgspec says, in words for people, with the choices there are at that place."""
    if match := _UNKNOWN_KEY.fullmatch(reason):
        return unknown_key(match["key"], _keys(types()))
    if match := _UNKNOWN_CHOICE.fullmatch(reason):
        return unknown_choice(match["value"], _choices(types()))
    if match := _MISSING_KEY.fullmatch(reason):
        return f"the key {match['key']!r} is missing"
    if match := _WRONG_TYPE.fullmatch(reason):
        wanted = " or ".join(_TYPE_WORDS.get(each, each) for each in match["wanted"].split(" | ") if each != "null")
        return f"this is {_TYPE_WORDS.get(match['found'], match['found'])}, not {wanted}"
    return reason


def _types_at(place: str, kind: object, data: Any) -> Sequence[inspect.Type]:  # noqa: ANN401  # of a file
    """What may stand at a place such as `programs[2].run`; of a tagged union the member that the data chose."""
    types = _members([inspect.type_info(kind)], data)
    for key, number in _STEP.findall(place):
        if number:
            data = data[int(number)]
            inner = [each.item_type for each in types if isinstance(each, inspect.VarTupleType)]
        else:
            data = data.get(key)
            inner = [each for struct in types for each in _field_types(struct, key)]
        types = _members(inner, data)
    return types


def _members(types: Sequence[inspect.Type], data: object) -> list[inspect.Type]:
    """Unions taken apart."""
    flat = [each for kind in types for each in (kind.types if isinstance(kind, inspect.UnionType) else (kind,))]
    tags = data if isinstance(data, dict) else {}
    chosen = [each for each in flat if isinstance(each, inspect.StructType) and each.tag == tags.get(each.tag_field)]
    return list(chosen or flat)


def _field_types(struct: inspect.Type, key: str) -> Iterator[inspect.Type]:
    if not isinstance(struct, inspect.StructType):
        return
    if key == struct.tag_field:
        yield inspect.LiteralType((struct.tag,))
    yield from (field.type for field in struct.fields if field.encode_name == key)


def _keys(types: Sequence[inspect.Type]) -> list[str]:
    structs = [each for each in types if isinstance(each, inspect.StructType)]
    tags = [str(each.tag_field) for each in structs[:1] if each.tag_field]
    return tags + list(dict.fromkeys(field.encode_name for each in structs for field in each.fields))


def _choices(types: Sequence[inspect.Type]) -> list[str]:
    enums = [str(value.value) for each in types if isinstance(each, inspect.EnumType) for value in each.cls]
    return enums + [str(value) for each in types if isinstance(each, inspect.LiteralType) for value in each.values]
