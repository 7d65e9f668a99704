"""Writes TOML the same way for ever: signed files are compared byte by byte, whichever version wrote them."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_DELETE = "\x7f"

Value = str | bool | int | float | Sequence[Any] | Mapping[str, Any]


def toml_document(tables: Mapping[str, Any]) -> str:
    """A document: plain keys first, then `[tables]`, then `[[lists of tables]]`; inside of these all is in one line."""
    blocks = ["".join(_assignments(_plain(tables)))]
    blocks += [block for key, value in tables.items() for block in _blocks(_key(key), value)]
    return "\n".join(block for block in blocks if block)


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _plain(tables: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in tables.items() if not isinstance(value, dict) and not _is_tables(value)}


def _blocks(name: str, value: object) -> Iterator[str]:
    if isinstance(value, dict):
        inner = {key: each for key, each in value.items() if isinstance(each, dict)}
        own = {key: each for key, each in value.items() if key not in inner}
        if own or not inner:
            yield "".join((f"[{name}]\n", *_assignments(own)))
        for key, each in inner.items():
            yield from _blocks(f"{name}.{_key(key)}", each)
    elif isinstance(value, list) and _is_tables(value):
        yield from ("".join((f"[[{name}]]\n", *_assignments(each))) for each in value)


def _assignments(values: Mapping[str, Any]) -> Iterator[str]:
    return (f"{_key(key)} = {_value(value)}\n" for key, value in values.items())


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _text(key)


def _text(text: str) -> str:
    """JSON escapes what TOML wants escaped, and in its way, but for one character."""
    return json.dumps(text, ensure_ascii=False).replace(_DELETE, "\\u007f")


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _text(value)
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case dict():
            return "{ " + ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items()) + " }"
        case list():
            return "[" + ", ".join(map(_value, value)) + "]"
        case _:
            raise TypeError(f"no TOML for {value!r}")
