"""Writes the JSON Schema of what `mpm --json` prints, from the structures themselves.

Usage: schema.py [FILE]     (default: resources/schema/mpm.schema.json)
"""

import json
import sys
from pathlib import Path

import msgspec

from mpmanager.api.structures import (
    ConnectionInfo,
    EventInfo,
    Frame,
    PathInfo,
    PolicyInfo,
    StatusInfo,
    SysctlInfo,
    TrustInfo,
    Wait,
)
from mpmanager.verify.report import ProofInfo


class Paths(msgspec.Struct, kw_only=True):
    """`mpm paths --json`, `mpm path trust NAME --json`."""

    paths: list[PathInfo]


class PathChange(msgspec.Struct, kw_only=True):
    """`mpm path tier --json`, `mpm path kind --json`, `mpm path trust NAME LEVEL --json`."""

    paths: list[PathInfo]
    staying: int
    """Connections that stay there until they end, although it may not be used any more: they have no other path."""


class Policies(msgspec.Struct, kw_only=True):
    """`mpm app list --json`; of `mpm app show`, `set`, `clear` and `mpm default` the one that it is about."""

    policies: list[PolicyInfo]


class Sysctls(msgspec.Struct, kw_only=True):
    """`mpm sysctl show`, `set` and `undo` with `--json`: the one that it is about, as it is now."""

    sysctls: list[SysctlInfo]


class AllSysctls(msgspec.Struct, kw_only=True):
    """`mpm sysctl list --json`."""

    sysctls: list[SysctlInfo]
    default_wait_ms: Wait | None
    """As `wait_ms` of the default policy."""


class TrustInForce(msgspec.Struct, kw_only=True):
    """`mpm trust --json`."""

    trust: TrustInfo


class Proof(msgspec.Struct, kw_only=True):
    """`mpm verify trust --json`."""

    proof: ProofInfo


class Connections(msgspec.Struct, kw_only=True):
    """`mpm connections --json`."""

    connections: list[ConnectionInfo]


class Events(msgspec.Struct, kw_only=True):
    """`mpm events --json`; with --follow each line is one event alone."""

    events: list[EventInfo]


def schema() -> str:
    """The schema as text. `$defs` names what each command prints."""
    _references, components = msgspec.json.schema_components(
        [StatusInfo, Paths, PathChange, Policies, Sysctls, AllSysctls, TrustInForce, Proof, Connections, Events, Frame],
        ref_template="#/$defs/{name}",
    )
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What mpm prints with --json",
        "description": (
            "status, path wires-need-login: StatusInfo; paths, path trust without a level: Paths; "
            "path tier, path kind, path trust: PathChange; app, default: Policies; "
            "sysctl list: AllSysctls; sysctl show, set, undo: Sysctls; trust: TrustInForce; "
            "verify trust: Proof; connections: Connections; events: Events; watch: Frame"
        ),
        "$defs": components,
    }
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def main() -> None:
    """Write it."""
    file = Path(sys.argv[1] if len(sys.argv) > 1 else "resources/schema/mpm.schema.json")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(schema(), encoding="utf-8")


if __name__ == "__main__":
    main()
