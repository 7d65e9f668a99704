"""Which application a process belongs to: first what its cgroup says, then what it runs.

What the cgroup says holds for the whole scope, whatever runs there; a rule on it can be held in the kernel. Where it
says nothing, the program counts: Flatpak, snap, AppImage, the script behind an interpreter, the executable.
"""

import re
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

from mpmanager.core.desktop_catalogue import DesktopCatalogue
from mpmanager.core.programs import Process, Program, program_of, short_name
from mpmanager.core.unit_names import Place, PlaceKind, place_of
from mpmanager.model.connection import UNKNOWN_APPLICATION, Application
from mpmanager.model.desktop import DesktopEntry

_ROOT_CGROUP: Final = "/"
_RUN_FOR_ITSELF: Final = "mpm run gives it a rule of its own"


def application_of(
    process: Process | None, *, cgroup: str | None, uid: int | None, entries: DesktopCatalogue
) -> Application:
    """The application to which a socket belongs.

    Args:
        process: who holds the socket; None where nobody was found.
        cgroup: in which the socket was made, below the cgroup v2 mount; None where it is not known.
        uid: of the socket's owner.
        entries: those that count for that user.
    """
    if process is None and cgroup in {None, _ROOT_CGROUP}:
        return UNKNOWN_APPLICATION
    place = place_of(cgroup)
    program = None if process is None else program_of(process, entries)
    bare = _bare(process, program, cgroup=cgroup, uid=uid, unit=place.unit)
    if place.kind is PlaceKind.TERMINAL:
        return _in_terminal(bare, place.app_ids, program, entries)
    if place.kind in _SENTENCES:
        return _placed(bare, place, program, entries)
    if place.kind in {PlaceKind.SERVICE, PlaceKind.USER_SERVICE}:
        return _service(bare, place, entries)
    is_run = place.kind is PlaceKind.RUN
    return replace(bare, reason=f"started by mpm run: {bare.reason}") if is_run and program is not None else bare


_SENTENCES: Final = {
    PlaceKind.DESKTOP: "started by the desktop as {}",
    PlaceKind.AUTOSTART: "started with the session as {}",
    PlaceKind.BUS: "started by D-Bus as {}",
    PlaceKind.FLATPAK: "Flatpak {}",
    PlaceKind.SNAP: "snap application {}",
    PlaceKind.CONTAINER: "in the container {}",
}


def _bare(
    process: Process | None, program: Program | None, *, cgroup: str | None, uid: int | None, unit: str | None
) -> Application:
    """What the process alone tells; without one, the cgroup."""
    if process is None or program is None:
        path = cgroup or _ROOT_CGROUP
        name = path.rpartition("/")[2]
        return Application(
            id=f"cgroup:{path}",
            name=name,
            pid=None,
            exe=None,
            cgroup=cgroup,
            unit=unit,
            uid=uid,
            reason="its process was not found; this is its cgroup",
        )
    return Application(
        id=program.id,
        name=program.name,
        pid=process.pid,
        exe=program.exe,
        cgroup=cgroup,
        app_id=program.app_id,
        unit=unit,
        uid=uid,
        icon=None if program.entry is None else program.entry.icon,
        script=None if program.script is None else program.script.name,
        reason=program.reason,
    )


def _placed(bare: Application, place: Place, program: Program | None, entries: DesktopCatalogue) -> Application:
    """What the cgroup says, with the entry's name and icon."""
    entry = entries.named(place.app_ids)
    app_id = place.app_ids[0] if entry is None else entry.id
    if _is_other_in_terminal(app_id, entry, program, place):
        return _in_terminal(bare, place.app_ids, program, entries)
    return replace(
        bare,
        id=f"app:{app_id}",
        name=_name_without_entry(app_id, place) if entry is None else entry.name,
        app_id=app_id,
        icon=None if entry is None else entry.icon,
        reason=_SENTENCES[place.kind].format(app_id),
    )


def _name_without_entry(app_id: str, place: Place) -> str:
    """Commands of snaps are called SNAP.COMMAND, and the main one SNAP."""
    if place.kind is not PlaceKind.SNAP:
        return short_name(app_id)
    snap, _underscore, command = app_id.partition("_")
    return snap if snap == command else f"{snap}.{command}"


_TERMINALS: Final = frozenset(
    {
        "Alacritty",
        "com.alacritty.Alacritty",
        "com.gexperts.Tilix",
        "com.mitchellh.ghostty",
        "com.raggesilver.BlackBox",
        "deepin-terminal",
        "foot",
        "footclient",
        "io.elementary.terminal",
        "kitty",
        "lxterminal",
        "mate-terminal",
        "org.gnome.Console",
        "org.gnome.Ptyxis",
        "org.gnome.Terminal",
        "org.kde.konsole",
        "org.kde.yakuake",
        "org.wezfurlong.wezterm",
        "qterminal",
        "rxvt-unicode",
        "st",
        "terminator",
        "uxterm",
        "xfce4-terminal",
        "xterm",
    }
)
"""Ids of terminals, for where their entries cannot be read."""


def _is_other_in_terminal(app_id: str, entry: DesktopEntry | None, program: Program | None, place: Place) -> bool:
    """Whether this is a terminal's scope, and the program in it is another one than the terminal itself."""
    is_terminal = place.kind is not PlaceKind.CONTAINER and (
        app_id in _TERMINALS or (entry is not None and entry.is_terminal)
    )
    if not is_terminal or program is None:
        return False
    own = program.exe if program.script is None else program.script.name
    if entry is not None and own in entry.programs:
        return False
    return own is None or _PART_OF_TERMINAL.sub("", PurePosixPath(own).name) not in _names_of(app_id)


_PART_OF_TERMINAL = re.compile(r"-(?:server|gui|agent)$")


def _names_of(app_id: str) -> set[str]:
    """What the executable of a terminal may be called."""
    short = app_id.rpartition(".")[2].casefold()
    return {short, app_id, "kgx" if short == "console" else f"gnome-{short}"}


def _in_terminal(
    bare: Application, terminals: tuple[str, ...], program: Program | None, entries: DesktopCatalogue
) -> Application:
    """A program that runs in a terminal: a row of its own, under the terminal's rules."""
    entry = entries.named(terminals)
    known = terminals[0] if terminals else None
    terminal = known if entry is None else entry.id
    said = "a terminal" if terminal is None else f"the terminal {terminal}"
    if program is None:
        if terminal is None:
            return bare
        name = short_name(terminal) if entry is None else entry.name
        icon = None if entry is None else entry.icon
        reason = f"in the scope of {said}; its process was not found"
        return replace(bare, id=f"app:{terminal}", name=name, app_id=terminal, icon=icon, reason=reason)
    return replace(
        bare,
        id=program.own_id,
        app_id=terminal,
        reason=f"child of {said}; {_RUN_FOR_ITSELF}",
    )


def _service(bare: Application, place: Place, entries: DesktopCatalogue) -> Application:
    """A service of systemd; a user's may be that of an application of the desktop."""
    unit = place.unit or ""
    if (entry := entries.named(place.app_ids)) is not None and place.app_ids:
        reason = f"user service {unit} of {entry.id}"
        return replace(bare, id=f"app:{entry.id}", name=entry.name, app_id=entry.id, icon=entry.icon, reason=reason)
    kind = "user service" if place.kind is PlaceKind.USER_SERVICE else "system service"
    return replace(bare, id=f"unit:{unit}", name=unit.removesuffix(".service"), app_id=None, reason=f"{kind} {unit}")
