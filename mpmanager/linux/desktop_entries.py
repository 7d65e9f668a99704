"""The desktop entries of this machine and of each of its users, read again where a directory has changed."""

import os
import pwd
import shlex
import shutil
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import count, islice
from pathlib import Path
from typing import NamedTuple

from mpmanager.core.desktop_catalogue import DesktopCatalogue
from mpmanager.core.interpreters import is_interpreter, script_of
from mpmanager.linux.key_files import group_of
from mpmanager.model.desktop import DesktopEntry

_DATA_DIRECTORIES = "/usr/local/share:/usr/share"
"""Where XDG_DATA_DIRS says nothing (XDG Base Directory Specification)."""
_EXPORTS = ("/var/lib/flatpak/exports/share", "/var/lib/snapd/desktop")
_OF_A_USER = (".local/share", ".local/share/flatpak/exports/share")
_COMMANDS = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin:/usr/games:/snap/bin"
"""Where commands without a path are sought: the desktop's own PATH is not known here."""
_LAUNCHERS = frozenset(
    {"flatpak", "snap", "gapplication", "gtk-launch", "dbus-send", "gdbus", "xdg-open", "pkexec", "wine"}
)
"""Start others, and are not the application."""
_MOST_ENTRIES = 3_000
"""Of one directory: it may be anybody's."""
_MOST_LOOKED_AT = 20_000
"""Files and directories there."""
_SUFFIX = ".desktop"
_GROUP = "Desktop Entry"


class DesktopEntries:
    """Entries by user. A look at what has not changed costs a few calls of stat."""

    def __init__(self, data_directories: Sequence[Path] | None = None) -> None:
        self._shared = _shared_directories() if data_directories is None else tuple(data_directories)
        self._directories: dict[Path, _Directory] = {}
        self._catalogues: dict[Path | None, tuple[tuple[_Directory, ...], DesktopCatalogue]] = {}
        """With what they were made of, by the home of their user."""

    def for_user(self, uid: int | None) -> DesktopCatalogue:
        """The entries that count for a user: the user's own before those for all."""
        home = _home(uid)
        own = [] if home is None else [self._directory(home / each / "applications", home) for each in _OF_A_USER]
        directories = (*own, *(self._directory(each / "applications") for each in self._shared))
        known = self._catalogues.get(home)
        if known is not None and all(old is new for old, new in zip(known[0], directories, strict=True)):
            return known[1]
        catalogue = DesktopCatalogue(_first_of_each(directories))
        self._catalogues[home] = directories, catalogue
        return catalogue

    def _directory(self, place: Path, home: Path | None = None) -> "_Directory":
        known = self._directories.get(place)
        if known is None or any(_stamp(each) != stamp for each, stamp in known.stamps.items()):
            known = self._directories[place] = _read_directory(place, home)
        return known


class _Directory(NamedTuple):
    stamps: Mapping[Path, int | None]
    """When it and the directories in it were changed, in nanoseconds; None: there is none."""
    entries: Mapping[str, DesktopEntry | None]
    """By id; None where the entry is said to be deleted, and hides others of this id."""


def _shared_directories() -> tuple[Path, ...]:
    said = os.environ.get("XDG_DATA_DIRS") or _DATA_DIRECTORIES
    return tuple(dict.fromkeys(Path(each) for each in (*said.split(":"), *_EXPORTS) if each.startswith("/")))


@lru_cache(maxsize=64)
def _home(uid: int | None) -> Path | None:
    try:
        return None if uid is None else Path(pwd.getpwuid(uid).pw_dir)
    except KeyError:
        return None


def _first_of_each(directories: Sequence[_Directory]) -> Iterator[DesktopEntry]:
    seen: dict[str, DesktopEntry | None] = {}
    for directory in directories:
        for id_, entry in directory.entries.items():
            seen.setdefault(id_, entry)
    return (entry for entry in seen.values() if entry is not None)


def _stamp(directory: Path) -> int | None:
    try:
        return directory.stat().st_mtime_ns
    except OSError:
        return None


def _read_directory(place: Path, home: Path | None) -> _Directory:
    stamps: dict[Path, int | None] = {place: _stamp(place)}
    entries: dict[str, DesktopEntry | None] = {}
    for file in islice(_files_below(place), _MOST_ENTRIES):
        stamps.setdefault(file.parent, _stamp(file.parent))
        id_ = "-".join(file.relative_to(place).parts).removesuffix(_SUFFIX)
        keys = group_of(file, _GROUP)
        if keys.get("Type", "Application") == "Application" and (keys.get("Name") or keys.get("Hidden")):
            entries[id_] = None if keys.get("Hidden") == "true" else entry_of(id_, keys, home)
    return _Directory(stamps, entries)


def _files_below(place: Path) -> Iterator[Path]:
    """Without following links. A directory may be anybody's, and hold anything: there is an end to looking."""
    left, looked = [place], count()
    while left:
        directory = left.pop(0)
        files, below = [], []
        try:
            with os.scandir(directory) as found:
                for each in found:
                    if next(looked) >= _MOST_LOOKED_AT:
                        return
                    if each.is_dir(follow_symlinks=False):
                        below.append(Path(each.path))
                    elif each.name.endswith(_SUFFIX):
                        files.append(Path(each.path))
        except OSError:
            continue
        yield from sorted(files)
        left += sorted(below)


def entry_of(id_: str, keys: Mapping[str, str], home: Path | None = None) -> DesktopEntry:
    """The entry that the keys of its file make; commands without a path are sought in the user's ~/.local/bin, too."""
    command = _command(keys.get("Exec", ""))
    is_installed = "TryExec" not in keys or _found(keys["TryExec"], home) is not None
    return DesktopEntry(
        id=id_,
        name=keys.get("Name") or id_,
        icon=keys.get("Icon") or None,
        programs=_programs(command, home) if is_installed else (),
        has_arguments=len(command) > 1,
        is_shown=keys.get("NoDisplay") != "true",
        is_terminal="TerminalEmulator" in keys.get("Categories", "").split(";"),
        window_class=keys.get("StartupWMClass") or None,
    )


def _command(text: str) -> list[str]:
    """The words of a command line, without what stands for files and without `env` and its variables."""
    try:
        words = [word for word in shlex.split(text) if not (len(word) == 2 and word.startswith("%"))]  # noqa: PLR2004  # %u
    except ValueError:
        return []
    if words and Path(words[0]).name == "env":
        words = words[1:]
        while words and ("=" in words[0] or words[0].startswith("-")):
            words = words[1:]
    return words


def _programs(command: Sequence[str], home: Path | None) -> tuple[str, ...]:
    found = _found(command[0], home) if command else None
    if found is None or Path(found).name in _LAUNCHERS:
        return ()
    exe = os.path.realpath(found)
    if not is_interpreter(exe):
        return tuple(dict.fromkeys((found, exe)))
    script = script_of(exe, command, cwd=None)
    return () if script is None else (script.name,)


def _found(command: str, home: Path | None) -> str | None:
    places = _COMMANDS if home is None else f"{home / '.local/bin'}:{_COMMANDS}"
    return shutil.which(command, path=places)
