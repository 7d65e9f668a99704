"""What /proc tells of one process, as far as it says which application that is."""

from pathlib import Path

import psutil

from mpmanager.core.programs import AppImage, Process
from mpmanager.linux.desktop_entries import entry_of
from mpmanager.linux.key_files import group_of, start_of
from mpmanager.model.desktop import DesktopEntry

_PROC = Path("/proc")
_MOUNTS_OF_IMAGES = (".mount_", "appimage_extracted_")
"""Directories where AppImages are mounted or unpacked begin so."""
_IMAGE_MAGIC = (b"AI\1", b"AI\2")
_IMAGE_MAGIC_AT = 8
_OF_A_PART = "--type="
"""An argument of the processes that Chromium and Electron start for a part of their work."""
_MOST_ANCESTORS = 4


def process_of(pid: int) -> Process | None:
    """What is known of a process; None when it is gone."""
    try:
        process = psutil.Process(pid)
        with process.oneshot():
            exe = process.exe()
            return Process(
                pid=pid,
                comm=process.name(),
                exe=exe,
                argv=_main_argv(process, exe),
                cwd=_cwd(process),
                flatpak_id=_flatpak_id(pid),
                appimage=_image_of(process, exe),
            )
    except psutil.Error:
        return None


def _argv(process: psutil.Process) -> tuple[str, ...]:
    try:
        return tuple(process.cmdline())
    except psutil.Error:
        return ()


def _main_argv(process: psutil.Process, exe: str) -> tuple[str, ...]:
    """The command line; of a subprocess, that of the process for which it works."""
    argv = own = _argv(process)
    ancestor: psutil.Process | None = process
    for _ in range(_MOST_ANCESTORS):
        if ancestor is None or not any(each.startswith(_OF_A_PART) for each in argv):
            return argv
        ancestor = _parent_running(ancestor, exe)
        argv = own if ancestor is None else _argv(ancestor)
    return own


def _parent_running(process: psutil.Process, exe: str) -> psutil.Process | None:
    try:
        parent = process.parent()
        return parent if parent is not None and parent.exe() == exe else None
    except psutil.Error:
        return None


def _cwd(process: psutil.Process) -> str | None:
    try:
        return process.cwd() or None
    except psutil.Error:
        return None


def _flatpak_id(pid: int) -> str | None:
    """What the sandbox says in which a process is: Flatpak has written it, and nobody inside can."""
    return group_of(_PROC / str(pid) / "root/.flatpak-info", "Application").get("name")


def _image_of(process: psutil.Process, exe: str) -> AppImage | None:
    """The AppImage in whose mount the executable is. Others may have inherited its variables."""
    if not any(f"/{each}" in exe for each in _MOUNTS_OF_IMAGES):
        return None
    mount = next(each for each in Path(exe).parents if each.name.startswith(_MOUNTS_OF_IMAGES))
    try:
        path = process.environ().get("APPIMAGE", "")
    except psutil.Error:
        return None
    image = _as_seen_by(process.pid, path)
    if not path.startswith("/") or not start_of(image, 16)[_IMAGE_MAGIC_AT:].startswith(_IMAGE_MAGIC):
        return None
    return AppImage(path=path, entry=_entry_inside(_as_seen_by(process.pid, mount)))


def _as_seen_by(pid: int, path: Path | str) -> Path:
    """Its /tmp, where images are often mounted, may be another than ours."""
    return _PROC / str(pid) / "root" / str(path).lstrip("/")


def _entry_inside(mount: Path) -> DesktopEntry | None:
    """The entry at the top of an AppImage; None where it may not be read: such mounts are often their user's alone."""
    try:
        files = sorted(each for each in mount.iterdir() if each.suffix == ".desktop")
    except OSError:
        return None
    keys = group_of(files[0], "Desktop Entry") if files else {}
    return entry_of(files[0].stem, keys) if keys.get("Name") else None
