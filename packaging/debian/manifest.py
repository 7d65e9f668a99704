"""What the packages install where, and what they need: everything that is not a Python package of somebody else."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from pathlib import Path, PurePosixPath

PYTHON_VERSIONS = ("3.11", "3.12", "3.13")
"""Of Debian 12, of Ubuntu 24.04, of Debian 13."""

PRIVATE = PurePosixPath("usr/lib/mpmanager")
"""With an environment of its own, that sees nothing of the system's Python packages."""
COMMON = PRIVATE / "common"
"""What runs on every version of Python."""


def of_version(version: str) -> PurePosixPath:
    """Where that is which runs on one version of Python, such as 3.11."""
    return PRIVATE / f"python{version}"


@unique
class Package(StrEnum):
    """What is built."""

    DAEMON = "mpmanager-daemon"
    GUI = "mpmanager-gui"


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A command, which is a function of ours."""

    package: Package
    path: PurePosixPath
    module: str
    """Its function `main` is called."""


PROGRAMS = (
    Program(package=Package.DAEMON, path=PurePosixPath("usr/bin/mpm"), module="mpmanager.cli.main"),
    Program(package=Package.DAEMON, path=PurePosixPath("usr/sbin/mpmanagerd"), module="mpmanager.daemon.main"),
    Program(package=Package.GUI, path=PurePosixPath("usr/bin/mpmanager"), module="mpmanager_ui.main"),
)

MODULES = {Package.DAEMON: "mpmanager", Package.GUI: "mpmanager_ui"}
"""Which of our own Python packages is where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """Files of the repository that are installed as they are."""

    package: Package
    sources: str
    """A pattern."""
    directory: str

    def files(self, root: Path) -> Iterator[tuple[Path, PurePosixPath]]:
        """Each with its place, from the root of a system."""
        for each in sorted(root.glob(self.sources)):
            yield each, PurePosixPath(self.directory) / each.name


ICONS = "usr/share/icons/hicolor"

COPIED = (
    Copied(package=Package.DAEMON, sources="resources/dbus/*.conf", directory="usr/share/dbus-1/system.d"),
    Copied(package=Package.DAEMON, sources="resources/dbus/*.service", directory="usr/share/dbus-1/system-services"),
    Copied(package=Package.DAEMON, sources="resources/dbus/*.xml", directory="usr/share/dbus-1/interfaces"),
    Copied(package=Package.DAEMON, sources="resources/systemd/*.service", directory="usr/lib/systemd/system"),
    Copied(package=Package.DAEMON, sources="resources/polkit/*.policy", directory="usr/share/polkit-1/actions"),
    Copied(package=Package.DAEMON, sources="include/mpmanager/*.h", directory="usr/include/mpmanager"),
    Copied(package=Package.GUI, sources="resources/icons/*Manager.svg", directory=f"{ICONS}/scalable/apps"),
    Copied(package=Package.GUI, sources="resources/icons/*-symbolic.svg", directory=f"{ICONS}/symbolic/apps"),
    Copied(package=Package.GUI, sources="resources/desktop/*.desktop", directory="usr/share/applications"),
    Copied(package=Package.GUI, sources="resources/metainfo/*.metainfo.xml", directory="usr/share/metainfo"),
)

MANUAL_PAGES: Mapping[str, Package] = {
    "mpm.1": Package.DAEMON,
    "mpmanagerd.8": Package.DAEMON,
    "mptcp_options.7": Package.DAEMON,
    "mpmanager.1": Package.GUI,
}
"""Of resources/man."""

COMPLETIONS: Mapping[str, str] = {
    "bash": "usr/share/bash-completion/completions/mpm",
    "fish": "usr/share/fish/vendor_completions.d/mpm.fish",
    "zsh": "usr/share/zsh/vendor-completions/_mpm",
}
"""Of `mpm`, by the shell's name; written when the package is built."""

OF_ADMINISTRATOR: Mapping[Package, Sequence[str]] = {Package.DAEMON: ("etc/mpmanager/profiles.d",), Package.GUI: ()}
"""Directories that are there, and empty."""


LIBRARIES: Mapping[str, str] = {
    "ld-linux-x86-64.so.2": "libc6 (>= 2.34)",
    "libc.so.6": "libc6 (>= 2.34)",
    "libdl.so.2": "libc6 (>= 2.34)",
    "libm.so.6": "libc6 (>= 2.34)",
    "libpthread.so.0": "libc6 (>= 2.34)",
    "librt.so.1": "libc6 (>= 2.34)",
    "libgcc_s.so.1": "libgcc-s1",
    "libstdc++.so.6": "libstdc++6 (>= 12)",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libglx0",
    "libOpenGL.so.0": "libopengl0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0t64 | libglib2.0-0",
    "libgobject-2.0.so.0": "libglib2.0-0t64 | libglib2.0-0",
    "libgio-2.0.so.0": "libglib2.0-0t64 | libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0t64 | libglib2.0-0",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xinput.so.0": "libxcb-xinput0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
}
"""Which of Debian's packages have the libraries that bundled files are linked with."""

OPTIONAL = ("*/platformthemes/libqgtk3.so",)
"""Files that are of use only where their libraries are there anyway."""

QT_KEPT = (
    "__init__.py",
    "_config.py",
    "_git_pyside_version.py",
    "QtCore.abi3.so",
    "QtGui.abi3.so",
    "QtSvg.abi3.so",
    "QtWidgets.abi3.so",
    "support/*",
    "Qt/plugins/iconengines/*",
    "Qt/plugins/imageformats/libqico.so",
    "Qt/plugins/imageformats/libqjpeg.so",
    "Qt/plugins/imageformats/libqsvg.so",
    "Qt/plugins/platforminputcontexts/libcompose*",
    "Qt/plugins/platforminputcontexts/libibus*",
    "Qt/plugins/platforms/libqoffscreen.so",
    "Qt/plugins/platforms/libqwayland.so",
    "Qt/plugins/platforms/libqxcb.so",
    "Qt/plugins/platformthemes/*",
    "Qt/plugins/wayland-decoration-client/*",
    "Qt/plugins/wayland-graphics-integration-client/libqt-plugin-wayland-egl.so",
    "Qt/plugins/wayland-shell-integration/libxdg-shell.so",
    "Qt/plugins/xcbglintegrations/*",
    "Qt/translations/qtbase_de.qm",
    "Qt/translations/qtbase_fr.qm",
)
"""Of PySide6, what the window uses; with the libraries that these files are linked with."""

LEFT_OUT = (
    "*.pyi",
    "*.pyx",
    "*.pxd",
    "*.c",
    "*.h",
    "*/tests/*",
    "*/__pycache__/*",
    "*.dist-info/RECORD",
    "*.dist-info/sboms/*",
)
"""Of every wheel: what no program reads, and lists of files that are not there any more."""
