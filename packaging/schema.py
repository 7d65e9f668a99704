"""Writes the JSON Schemas of what `mpm --json` prints and of profiles' files, from the structures themselves.

Usage: schema.py [DIRECTORY]     (default: resources/schema)
"""

import json
import sys
from pathlib import Path

import msgspec

from mpmanager.api.history import HistoryInfo, WaitEstimate
from mpmanager.api.profile_file import ProfileFile
from mpmanager.api.structures import (
    ChangeInfo,
    ConnectionInfo,
    DiagnosisInfo,
    EventInfo,
    Frame,
    GatewayAnswer,
    PathInfo,
    PolicyInfo,
    ProfileChangeInfo,
    ProfileInfo,
    RehearsalInfo,
    StatusInfo,
    SysctlInfo,
    TrustInfo,
    Wait,
)
from mpmanager.client.event_stream import EventLine, GapLine
from mpmanager.client.profiles import ExportInfo, ImportInfo, StoredProfile
from mpmanager.client.signing import KeyInfo, SignerInfo
from mpmanager.verify.report import ProofInfo


class Paths(msgspec.Struct, kw_only=True):
    """`mpm paths --json`, `mpm path trust NAME --json`; of `mpm path cap`, `allow`, `metered` the one."""

    paths: list[PathInfo]


class PathChange(msgspec.Struct, kw_only=True):
    """`mpm path tier --json`, `mpm path kind --json`, `mpm path trust NAME LEVEL --json`."""

    paths: list[PathInfo]
    staying: int
    """Connections that stay there until they end, although it may not be used any more: they have no other path."""


class Policies(msgspec.Struct, kw_only=True):
    """`mpm app list --json`; of `mpm app show`, `set`, `unset` and `mpm default` the one that it is about."""

    policies: list[PolicyInfo]


class Profiles(msgspec.Struct, kw_only=True):
    """`mpm profile list`, `activate`, `delete`, `follow` and `unfollow` with `--json`: all that there are now."""

    profiles: list[ProfileInfo]


class ProfileDifferences(msgspec.Struct, kw_only=True):
    """`mpm profile diff --json`."""

    changes: list[ProfileChangeInfo]


class SignerList(msgspec.Struct, kw_only=True):
    """`mpm profile signers list --json`; of `trust` and `forget` the one that it is about."""

    signers: list[SignerInfo]


class Sysctls(msgspec.Struct, kw_only=True):
    """`mpm sysctl show`, `set` and `undo` with `--json`: the one that it is about, as it is now."""

    sysctls: list[SysctlInfo]


class AllSysctls(msgspec.Struct, kw_only=True):
    """`mpm sysctl list --json`."""

    sysctls: list[SysctlInfo]
    default_wait_ms: Wait | None
    """As `wait_ms` of the default policy."""


class Changes(msgspec.Struct, kw_only=True):
    """`mpm changes`, `undo`, `redo` and `keep` with `--json`; of `undo` and `redo` those that it is about."""

    changes: list[ChangeInfo]


class TrustInForce(msgspec.Struct, kw_only=True):
    """`mpm trust --json`."""

    trust: TrustInfo


class Proof(msgspec.Struct, kw_only=True):
    """`mpm verify trust --json`."""

    proof: ProofInfo


class Diagnosis(msgspec.Struct, kw_only=True):
    """`mpm doctor --json`."""

    diagnosis: DiagnosisInfo


class Rehearsal(msgspec.Struct, kw_only=True):
    """`mpm rehearse --json`."""

    rehearsal: RehearsalInfo


class History(msgspec.Struct, kw_only=True):
    """`mpm history --json`."""

    history: HistoryInfo


class HistoryCost(msgspec.Struct, kw_only=True):
    """`mpm history cost --json`."""

    cost: WaitEstimate


class Connections(msgspec.Struct, kw_only=True):
    """`mpm connections --json`."""

    connections: list[ConnectionInfo]


class Events(msgspec.Struct, kw_only=True):
    """`mpm events --json`; with --follow each line is an `EventLine` or a `GapLine`."""

    events: list[EventInfo]


def schema() -> str:
    """The schema as text. `$defs` names what each command prints."""
    _references, components = msgspec.json.schema_components(
        [
            *(StatusInfo, Paths, GatewayAnswer, PathChange, Policies, Sysctls, AllSysctls, TrustInForce, Proof),
            *(Diagnosis, Rehearsal),
            *(Profiles, StoredProfile, ImportInfo, ExportInfo, ProfileDifferences, SignerList, KeyInfo),
            *(Connections, Events, EventLine, GapLine, Frame, Changes, History, HistoryCost),
        ],
        ref_template="#/$defs/{name}",
    )
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What mpm prints with --json",
        "description": (
            "status, path wires-need-login: StatusInfo; paths, path trust without a level: Paths; "
            "path cap, path allow, path metered: Paths; path probe: GatewayAnswer; "
            "path tier, path kind, path trust: PathChange; app, default: Policies; "
            "profile list, activate, delete, follow, unfollow: Profiles; profile show: StoredProfile; "
            "profile import: ImportInfo; profile export: ExportInfo; profile diff: ProfileDifferences; "
            "profile signers: SignerList; profile key show: KeyInfo; "
            "sysctl list: AllSysctls; sysctl show, set, undo: Sysctls; trust: TrustInForce; "
            "changes, undo, redo, keep: Changes; verify trust: Proof; doctor: Diagnosis; rehearse: Rehearsal; "
            "connections: Connections; events: Events; events --follow: EventLine or GapLine; watch: Frame; "
            "history: History; history cost: HistoryCost"
        ),
        "$defs": components,
    }
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def profile_schema() -> str:
    """The schema of a profile's file, as text; what it says of texts such as selectors is in docs/profiles.md."""
    (reference,), components = msgspec.json.schema_components([ProfileFile], ref_template="#/$defs/{name}")
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A profile of mpmanager, version 1",
        "description": "The tables of the TOML file.",
        **reference,
        "$defs": components,
    }
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def main() -> None:
    """Write them."""
    directory = Path(sys.argv[1] if len(sys.argv) > 1 else "resources/schema")
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "mpm.schema.json").write_text(schema(), encoding="utf-8")
    (directory / "profile.schema.json").write_text(profile_schema(), encoding="utf-8")


if __name__ == "__main__":
    main()
