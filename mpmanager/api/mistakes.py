"""What msgspec finds wrong in a file that a person wrote, in words for people."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
from msgspec import inspect

from mpmanager.model.mistakes import unknown_choice, unknown_key

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


def mistake_in(error: msgspec.ValidationError, kind: object, data: object) -> tuple[str, str]:
    """The place, such as `programs[2].run` or empty, and what is wrong there; `data` is what did not fit `kind`."""
    match = _VALIDATION_PLACE.fullmatch(str(error))
    reason, place = (match["reason"], match["key"]) if match else (str(error), "")
    return place, _plain(reason, lambda: _types_at(place, kind, data))


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
            inner = [each.item_type for each in types if isinstance(each, inspect.VarTupleType | inspect.ListType)]
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
