"""Reads the facts file: TOML, one table `[interface.NAME]` for each link."""

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeVar

from mpmanager.model.errors import InvalidValueError
from mpmanager.model.facts import Facts, LinkFacts
from mpmanager.model.mistakes import no_text, unknown_choice, unknown_key
from mpmanager.model.names import IPAddress, LinkName
from mpmanager.model.path import PathKind, Security

ChoiceT = TypeVar("ChoiceT", bound=StrEnum)

_TABLE = "interface"
_KEYS = tuple(each.name for each in fields(LinkFacts))


def read_facts(file: Path) -> Facts:
    """The facts in a file.

    Raises:
        InvalidValueError: names the file, the table and the key, and what could stand there.
    """
    try:
        with file.open("rb") as opened:
            return _facts(tomllib.load(opened))
    except OSError as error:
        raise InvalidValueError(f"--facts {file}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidValueError(f"--facts {file}: not TOML: {error}") from error
    except ValueError as error:
        raise InvalidValueError(f"--facts {file}: {error}") from error


def _facts(content: Mapping[str, Any]) -> Facts:
    for name in content.keys() - {_TABLE}:
        raise ValueError(f"there is no table or key {name!r}; the table of a link is [{_TABLE}.NAME]")
    tables = content.get(_TABLE, {})
    if not isinstance(tables, dict) or not all(isinstance(each, dict) for each in tables.values()):
        raise ValueError(f"[{_TABLE}]: a link's name is missing; its table is [{_TABLE}.NAME]")
    return {LinkName(name): _link(table, where=f"[{_TABLE}.{name}]") for name, table in tables.items()}


def _link(table: Mapping[str, object], *, where: str) -> LinkFacts:
    for key, value in table.items():
        if key not in _KEYS:
            raise ValueError(f"{where}: {unknown_key(key, _KEYS)}")
        if not isinstance(value, str):
            raise ValueError(f"{where} {key}: {no_text(value)}")  # noqa: TRY004  # of the file, as all others
    stated = {key: str(value) for key, value in table.items()}
    return LinkFacts(
        kind=_choice(PathKind, stated.get("kind"), where=f"{where} kind"),
        network=stated.get("network"),
        security=_choice(Security, stated.get("security"), where=f"{where} security"),
        gateway=_gateway(stated.get("gateway"), where=f"{where} gateway"),
    )


def _choice(kind: type[ChoiceT], text: str | None, *, where: str) -> ChoiceT | None:
    if text is None:
        return None
    try:
        return kind(text)
    except ValueError as error:
        raise ValueError(f"{where}: {unknown_choice(text, [each.value for each in kind])}") from error


def _gateway(text: str | None, *, where: str) -> IPAddress | None:
    if text is None:
        return None
    try:
        return ip_address(text)
    except ValueError as error:
        raise ValueError(f"{where}: {text!r} is no address, such as 192.0.2.1 or 2001:db8::1") from error
