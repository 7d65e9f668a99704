"""Desktop entries: how applications are called, and what starts them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DesktopEntry:
    """What a desktop shows of an application (Desktop Entry Specification 1.5)."""

    id: str
    """Such as org.mozilla.firefox: the name of the file below its directory, without `.desktop`."""
    name: str
    icon: str | None = None
    programs: tuple[str, ...] = ()
    """The executable or script that it starts: its path as it is called, and with symbolic links followed. None where
    D-Bus or another program does that, or it is not installed."""
    has_arguments: bool = False
    """Whether the program is started with arguments that other entries of the same program do not have."""
    is_shown: bool = True
    """In menus."""
    is_terminal: bool = False
    """Whether it is a terminal, in which other programs run."""
    window_class: str | None = None
