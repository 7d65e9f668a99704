"""Reads the facts file: TOML, one table `[interface.NAME]` for each link."""

import tomllib
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import msgspec

from mpmanager.model.errors import InvalidValueError
from mpmanager.model.facts import Facts, LinkFacts
from mpmanager.model.names import IPAddress, LinkName
from mpmanager.model.path import PathKind, Security


class _Interface(msgspec.Struct, forbid_unknown_fields=True):
    kind: PathKind | None = None
    network: str | None = None
    security: Security | None = None
    gateway: str | None = None


class _File(msgspec.Struct, forbid_unknown_fields=True):
    interface: dict[str, _Interface] = {}


def read_facts(file: Path) -> Facts:
    """The facts in a file.

    Raises:
        InvalidValueError: names the file and the place in it.
    """
    try:
        with file.open("rb") as opened:
            content: dict[str, Any] = tomllib.load(opened)
        found = msgspec.convert(content, _File)
    except OSError as error:
        raise InvalidValueError(f"--facts {file}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidValueError(f"--facts {file}: not TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise InvalidValueError(f"--facts {file}: {error}") from error
    return {
        LinkName(name): LinkFacts(
            kind=each.kind,
            network=each.network,
            security=each.security,
            gateway=_gateway(each.gateway, where=f"--facts {file}: [interface.{name}] gateway"),
        )
        for name, each in found.interface.items()
    }


def _gateway(text: str | None, *, where: str) -> IPAddress | None:
    if text is None:
        return None
    try:
        return ip_address(text)
    except ValueError as error:
        raise InvalidValueError(f"{where}: {error}") from error
