"""What a process runs, by itself: Flatpak, snap, AppImage, the script behind an interpreter, or the executable."""

import re
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Final

from mpmanager.core.desktop_catalogue import DesktopCatalogue
from mpmanager.core.interpreters import Script, is_interpreter, script_of
from mpmanager.model.desktop import DesktopEntry

_SNAP_DIRECTORY = re.compile(r"/snap/(?P<snap>[a-z0-9][a-z0-9_-]*)/[^/]+/.+")
_APPIMAGE_VERSION = re.compile(
    r"[-_. ]*(?:v?[0-9]+(?:\.[0-9]+)+.*|(?:x86_64|amd64|aarch64|arm64|i[36]86|linux).*)", re.IGNORECASE
)
_UNTELLING = frozenset(
    {
        "__main__",
        "app",
        "bin",
        "build",
        "cli",
        "dist",
        "index",
        "launcher",
        "lib",
        "libexec",
        "main",
        "out",
        "resources",
    }
    | {"run", "server", "src", "start"}
)
"""Names of scripts and directories that say nothing of the program: what is around it does."""
_HOMES: Final = PurePosixPath("/home")
_DELETED: Final = " (deleted)"
"""The kernel appends it where the file has been replaced, by an upgrade say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppImage:
    """A file that holds an application, mounted in a directory of a new name at every start."""

    path: str
    entry: DesktopEntry | None = None
    """The one inside, where it can be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """What is known of a process."""

    pid: int
    comm: str
    """Its name in the kernel."""
    exe: str
    """As the kernel tells it; empty where it has none or may not be seen."""
    argv: tuple[str, ...] = ()
    """Of the process itself; of an Electron's or Chromium's subprocess (`--type=...`), of the main process."""
    cwd: str | None = None
    flatpak_id: str | None = None
    """What its sandbox says (`/.flatpak-info`)."""
    appimage: AppImage | None = None
    """The image in whose mount the executable is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What a process runs, by itself."""

    id: str
    name: str
    reason: str
    exe: str | None
    """An AppImage's is the image itself."""
    script: Script | None = None
    entry: DesktopEntry | None = None
    app_id: str | None = None

    @property
    def own_id(self) -> str:
        """Its id where the application that it belongs to is another one."""
        if self.script is not None:
            return f"{'module' if self.script.is_module else 'script'}:{self.script.name}"
        return self.id if self.exe is None else f"exe:{self.exe}"


def program_of(process: Process, entries: DesktopCatalogue) -> Program:
    """What a process runs, the most telling first. An executable's path counts as a whole, never its beginning."""
    exe = process.exe.removesuffix(_DELETED)
    script = script_of(exe, process.argv, cwd=process.cwd, comm=process.comm) if exe else None
    alone = _alone(process, exe, script)
    if process.flatpak_id is not None:
        return _known_as(alone, process.flatpak_id, entries, f"Flatpak {process.flatpak_id}")
    if (snap := _SNAP_DIRECTORY.fullmatch(exe)) is not None:
        found = entries.of_snap(snap["snap"])
        return _known_as(alone, found.id if found else snap["snap"], entries, f"snap {snap['snap']}")
    if process.appimage is not None:
        return _from_image(alone, process.appimage, entries)
    started = entries.starting(exe if script is None else script.name) if exe else None
    if started is None:
        return alone
    return _known_as(alone, started.id, entries, f"{alone.reason}, which {started.id} starts")


def _alone(process: Process, exe: str, script: Script | None) -> Program:
    if not exe:
        return Program(id=f"name:{process.comm}", name=process.comm, reason=f"process {process.comm}", exe=None)
    if script is None:
        return Program(id=f"exe:{exe}", name=process.comm, reason=f"program {exe}", exe=exe)
    what = "module" if script.is_module else "script"
    return Program(
        id=f"{what}:{script.name}",
        name=script.name if script.is_module else _telling_name(script.name),
        reason=f"{what} {script.name} run by {_interpreter(process, exe)}",
        exe=exe,
        script=script,
    )


def _interpreter(process: Process, exe: str) -> str:
    """As it was called, where that is the name of an interpreter, too: python3 says more than python3.11."""
    called = PurePosixPath(process.argv[0]).name if process.argv and process.argv[0] else ""
    return called if called and is_interpreter(called) else PurePosixPath(exe).name


def _telling_name(path: str) -> str:
    """The name of a script for people: of /usr/lib/slack/resources/app.asar it is slack."""
    file = PurePosixPath(path)
    around = [each for each in file.parents if len(each.parts) > 2 and each.parent != _HOMES]  # noqa: PLR2004  # /opt/NAME
    names = [file.name if file.suffix.lstrip(".").isdecimal() else file.stem, *(each.name for each in around)]
    return next((name for name in names if name and name.casefold() not in _UNTELLING), file.name or path)


def _known_as(program: Program, app_id: str, entries: DesktopCatalogue, reason: str) -> Program:
    entry = entries.named((app_id,))
    name = short_name(app_id) if entry is None else entry.name
    return replace(program, id=f"app:{app_id}", app_id=app_id, name=name, entry=entry, reason=reason)


def _from_image(program: Program, image: AppImage, entries: DesktopCatalogue) -> Program:
    """Of an AppImage: where the file is, as the directory of its mount has another name at every start."""
    reason = f"AppImage {image.path}"
    entry = entries.starting(image.path) or image.entry
    if entry is None:
        name = PurePosixPath(image.path).stem
        short = _APPIMAGE_VERSION.sub("", name) or name
        return replace(program, id=f"exe:{image.path}", name=short, exe=image.path, reason=reason)
    return replace(
        program, id=f"app:{entry.id}", app_id=entry.id, name=entry.name, entry=entry, exe=image.path, reason=reason
    )


def short_name(app_id: str) -> str:
    """`firefox` of org.mozilla.firefox; other names as they are."""
    is_reverse_domain = app_id.count(".") >= 2 and ":" not in app_id  # noqa: PLR2004  # as in org.mozilla.firefox
    return app_id.rpartition(".")[2] if is_reverse_domain else app_id
