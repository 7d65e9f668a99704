r"""What the path of a cgroup says of the program in it: names that desktops, systemd, Flatpak, snapd, containers give.

Desktops: `app[-LAUNCHER]-ID-RANDOM.scope`, `app[-LAUNCHER]-ID[@RANDOM].service`, `app[-LAUNCHER]-ID.slice`, each part
with its own hyphens written `\x2d` (https://systemd.io/DESKTOP_ENVIRONMENTS). Not all launchers write them so.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

from mpmanager.core.scopes import is_scope
from mpmanager.model.enforcement import CgroupPath


@unique
class PlaceKind(StrEnum):
    """Who has put a program where it is."""

    UNTOLD = "untold"
    """Nobody who says anything: a login, cron, the root."""
    RUN = "run"
    """`mpm run`."""
    DESKTOP = "desktop"
    AUTOSTART = "autostart"
    BUS = "bus"
    """D-Bus has activated it."""
    FLATPAK = "flatpak"
    SNAP = "snap"
    TERMINAL = "terminal"
    SERVICE = "service"
    USER_SERVICE = "user-service"
    CONTAINER = "container"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a cgroup says of the program in it."""

    kind: PlaceKind
    app_ids: tuple[str, ...] = ()
    """What it may be called, the likeliest first: ids of desktop entries, or the container. Of a terminal's child: what
    the terminal may be called."""
    unit: str | None = None
    """The innermost unit of systemd, be it a service or a scope."""


_UNITS: Final = (".service", ".scope")

_ESCAPED = re.compile(r"(?:\\x[0-9a-f]{2})+")
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_SNAP = re.compile(rf"snap\.(?P<snap>[^.]+)\.(?P<app>.+?)(?:[.-]{_UUID})?\.(?:scope|service)")
_BUS_NAME = re.compile(r"dbus-:[0-9]+\.[0-9]+-(?P<id>.+)")
_BUS_SERVICE = re.compile(r"(?P<name>dbus-:.+)@[0-9]+\.service")
_SPAWNED = re.compile(rf"(?P<by>vte|ptyxis|tmux)-spawn-{_UUID}\.scope")
_KITTY = re.compile(r"kitty-[0-9]+-[0-9]+\.scope")
_TAB = re.compile(r"tab\([0-9]+\)\.scope")
_GHOSTTY = re.compile(r"app-ghostty-surface-transient-[0-9]+\.scope")
_TERMINAL_UNITS = (
    (_KITTY, ("kitty",)),
    (_TAB, ("org.kde.konsole",)),
    (_GHOSTTY, ("com.mitchellh.ghostty",)),
)
_SPAWNERS: Final[dict[str, tuple[str, ...]]] = {"vte": (), "ptyxis": ("org.gnome.Ptyxis",), "tmux": ("tmux",)}

_SERVICES_OF_APPLICATIONS: Final = {"gnome-terminal-server.service": "org.gnome.Terminal"}
_OF_MANY_PROGRAMS = re.compile(
    r"user@.*\.service|(?:dbus|dbus-broker|cron|crond|anacron|cronie|atd|flatpak-session-helper)\.service"
)
"""Services in which others' programs run."""
_RUN_BY_SYSTEMD = re.compile(r"run-[0-9a-z-]+\.service")
"""`systemd-run`: named by chance."""

_CONTAINER_UNIT = re.compile(
    r"(?P<by>libpod|docker|cri-containerd|containerd|crio|nerdctl|buildkit)-(?P<id>[0-9a-f]{12,64})(?:\.scope)?"
)
_CONTAINER_ID = re.compile(r"[0-9a-f]{64}")
_LXC = re.compile(r"lxc\.payload\.(?P<id>.+)")
_MACHINE = re.compile(r"(?:machine-(?P<scope>.+)\.scope|systemd-nspawn@(?P<service>.+)\.service)")
_RUNTIMES: Final = {"libpod": "podman", "libpod_parent": "podman", "cri-containerd": "containerd", "crio": "cri-o"}
_PARENTS_OF_CONTAINERS: Final = frozenset({"docker", "libpod_parent", "buildkit", "default", "k8s.io", "nerdctl"})
_SHORT_ID: Final = 12
"""Digits of a container's id, as the runtimes show it."""


def place_of(cgroup: str | None) -> Place:
    """What a path below the cgroup v2 mount says; `UNTOLD` where it is not known, too."""
    parts = [] if cgroup is None else [part for part in cgroup.split("/") if part]
    for depth, part in enumerate(parts):
        if name := _container(parts[:depth], part):
            return Place(kind=PlaceKind.CONTAINER, app_ids=(name,), unit=_innermost(parts[: depth + 1]))
    unit = _innermost(parts)
    if any(is_scope(CgroupPath(part)) for part in parts):
        return Place(kind=PlaceKind.RUN, unit=unit)
    kind, app_ids = _telling(parts)
    return Place(kind=kind, app_ids=app_ids, unit=unit)


def unescaped(name: str) -> str:
    r"""A name of systemd with its `\x2d` undone; bytes that are no UTF-8 are replaced."""
    return _ESCAPED.sub(lambda found: bytes.fromhex(found[0].replace("\\x", "")).decode(errors="replace"), name)


def _innermost(parts: Sequence[str]) -> str | None:
    return next((part for part in reversed(parts) if part.endswith(_UNITS)), None)


_Telling = tuple[PlaceKind, tuple[str, ...]]


def _telling(parts: Sequence[str]) -> _Telling:
    """What the innermost part of a path says that says anything."""
    for depth in range(len(parts) - 1, -1, -1):
        is_of_user = any(part.startswith("user@") for part in parts[:depth])
        if found := _terminal(parts, depth) or _application(parts[depth]) or _service(parts[depth], of_user=is_of_user):
            return found
    return PlaceKind.UNTOLD, ()


def _terminal(parts: Sequence[str], depth: int) -> _Telling | None:
    """A terminal's child, with what the unit or those around it say of the terminal."""
    known = _terminals_of(parts[depth])
    if known is None:
        return None
    around = next((telling for part in reversed(parts[:depth]) if (telling := _application(part))), None)
    return PlaceKind.TERMINAL, known if around is None or "tmux" in known else around[1]


def _terminals_of(part: str) -> tuple[str, ...] | None:
    """What the terminal may be called whose child has this unit; None: it is no terminal's."""
    if (spawned := _SPAWNED.fullmatch(part)) is not None:
        return _SPAWNERS[spawned["by"]]
    return next((ids for pattern, ids in _TERMINAL_UNITS if pattern.fullmatch(part)), None)


def _application(part: str) -> _Telling | None:
    """An application of a desktop, as its unit or slice is called."""
    if (snap := _SNAP.fullmatch(part)) is not None:
        return PlaceKind.SNAP, (f"{snap['snap']}_{snap['app']}",)
    if (on_bus := _BUS_SERVICE.fullmatch(part)) is not None and (known := _bus_name(on_bus["name"])):
        return PlaceKind.BUS, (known,)
    if part in _SERVICES_OF_APPLICATIONS:
        return PlaceKind.DESKTOP, (_SERVICES_OF_APPLICATIONS[part],)
    stem, dot, suffix = part.rpartition(".")
    if not stem.startswith("app-") or f"{dot}{suffix}" not in {*_UNITS, ".slice"}:
        return None
    return _desktop(stem.removeprefix("app-"), suffix)


def _desktop(stem: str, suffix: str) -> _Telling | None:
    name, _at, instance = stem.partition("@")
    if suffix == "scope" and "-" in name:
        name = name.rpartition("-")[0]
    if known := _bus_name(name):
        return PlaceKind.BUS, (known,)
    launcher, _hyphen, rest = name.partition("-")
    if launcher == "flatpak" and rest:
        return PlaceKind.FLATPAK, (unescaped(rest),)
    # Launchers have simple names: a hyphen after another one should have been escaped.
    names = (name, rest) if "." in launcher else (rest, name)
    # Plasma starts by path what has no entry.
    ids = [id_ for each in names for id_ in _ids(unescaped(each)) if not id_.startswith("/")]
    kind = PlaceKind.AUTOSTART if instance == "autostart" else PlaceKind.DESKTOP
    return (kind, tuple(dict.fromkeys(ids))) if ids else None


def _ids(name: str) -> list[str]:
    """Some launchers leave the suffix of the entry's file; some ids end as that does (org.telegram.desktop)."""
    stem = name.removesuffix(".desktop")
    return [each for each in ([name, stem] if "." in stem else [stem, name]) if each]


def _bus_name(name: str) -> str | None:
    found = _BUS_NAME.fullmatch(unescaped(name))
    return None if found is None else found["id"]


def _service(part: str, *, of_user: bool) -> _Telling | None:
    """A service; a name that a user's desktop entry may have, too, is told."""
    if not part.endswith(".service") or _OF_MANY_PROGRAMS.fullmatch(part) or _RUN_BY_SYSTEMD.fullmatch(part):
        return None
    if not of_user:
        return PlaceKind.SERVICE, ()
    name = unescaped(part.removesuffix(".service").partition("@")[0])
    return PlaceKind.USER_SERVICE, (name,) if "." in name else ()


def _container(outer: Sequence[str], part: str) -> str | None:
    """`RUNTIME:NAME` of the container whose cgroup this is."""
    if (unit := _CONTAINER_UNIT.fullmatch(part)) is not None:
        return f"{_RUNTIMES.get(unit['by'], unit['by'])}:{unit['id'][:_SHORT_ID]}"
    if _CONTAINER_ID.fullmatch(part) and (runtime := _runtime_around(outer)):
        return f"{runtime}:{part[:_SHORT_ID]}"
    if (lxc := _LXC.fullmatch(part)) is not None:
        return f"lxc:{lxc['id']}"
    if outer and outer[-1] in {"lxc", "lxc.payload"}:
        return f"lxc:{part}"
    if (machine := _MACHINE.fullmatch(part)) is not None:
        return f"machine:{unescaped(machine['scope'] or machine['service'])}"
    return None


def _runtime_around(outer: Sequence[str]) -> str | None:
    """Which runtime has plain ids as names of cgroups here."""
    if any(part.startswith("kubepods") for part in outer):
        return "kubernetes"
    parent = outer[-1] if outer else ""
    if parent not in _PARENTS_OF_CONTAINERS:
        return None
    return {"default": "containerd", "k8s.io": "containerd"}.get(parent) or _RUNTIMES.get(parent, parent)
