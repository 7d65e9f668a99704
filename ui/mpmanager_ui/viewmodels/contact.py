"""Whether the daemon can be reached, and what a person can do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, unique
from pathlib import Path

from mpmanager.api.bus import Bus, BusKind
from mpmanager.model.errors import Actor, MpmanagerError
from mpmanager_ui.viewmodels.daemon_sentences import spoken, whole
from mpmanager_ui.viewmodels.translation import Spoken, labelled, tr, tr_later


@unique
class Contact(Enum):
    """How the window stands with the daemon."""

    CONNECTING = "connecting"
    """The first attempt has not ended yet."""
    ABSENT = "absent"
    """It was never reached; there is nothing to show."""
    CONNECTED = "connected"
    LOST = "lost"
    """It was there; the last picture stays while the window tries again."""


CONTACT_WORDS = Spoken(
    {
        Contact.CONNECTING: tr_later("Connecting"),
        Contact.ABSENT: tr_later("No daemon"),
        Contact.CONNECTED: tr_later("Connected"),
        Contact.LOST: tr_later("Reconnecting"),
    }
)

RECONNECTING = tr_later("The daemon went away. Reconnecting; what you see is the last it said.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """One thing to do, with the command line that does it."""

    text: str
    command: str


_BUS_WORDS = Spoken(
    {
        BusKind.SYSTEM: tr_later("system bus"),
        BusKind.SESSION: tr_later("session bus"),
        BusKind.PRIVATE: tr_later("private bus"),
        BusKind.ADDRESS: tr_later("bus by address"),
    }
)


def bus_words(bus: Bus) -> str:
    """Where the daemon is looked for; which of all private buses it is says the tool tip."""
    return _BUS_WORDS[bus.kind]


def absence_sentence(reason: str) -> str:
    """Why there is no daemon, and that nothing else has to be done in the window."""
    stop = "" if reason.endswith((".", "?", "!")) else "."
    return tr("{reason} This window connects by itself as soon as the daemon runs.", reason=spoken(f"{reason}{stop}"))


def starting_instructions(bus: Bus, daemon: Path) -> tuple[Instruction, ...]:
    """How to get a daemon and a window that find each other; `daemon` is the program's absolute path."""
    lab = Instruction(
        text=tr(
            "Or, in a source tree, try it without touching this machine's network: a lab with three emulated links "
            "and its own window"
        ),
        command="make run",
    )
    if bus.kind is BusKind.SYSTEM:
        return (*_on_a_bus_of_its_own(daemon), lab)
    return Instruction(text=_START[bus.kind], command=_daemon_command(bus, daemon)), lab


def _on_a_bus_of_its_own(daemon: Path) -> tuple[Instruction, Instruction]:
    """The system bus lets nobody take the daemon's name unless a package has installed the permission."""
    start = Instruction(text=tr("Start the daemon with a bus of its own"), command=f"sudo {daemon} --bus {_OWN_BUS}")
    window = Instruction(
        text=tr("and the window on that bus"), command=f"{daemon.with_name('mpmanager')} --bus {_OWN_BUS}"
    )
    return start, window


_START = Spoken(
    {
        BusKind.SESSION: tr_later("Start the daemon on your session bus"),
        BusKind.PRIVATE: tr_later("Start the daemon with its own bus in that directory"),
        BusKind.ADDRESS: tr_later("Start the daemon on that bus"),
    }
)


_OWN_BUS = "private:/run/mpmanager"


def _daemon_command(bus: Bus, daemon: Path) -> str:
    if bus.kind is BusKind.SESSION:
        # sudo drops the address of the session bus.
        return f"sudo --preserve-env=DBUS_SESSION_BUS_ADDRESS {daemon} --bus session"
    return f"sudo {daemon} --bus {bus}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something failed: why, and the one thing to do."""

    cause: str
    remedy: str


_REMEDIES = Spoken(
    {
        Actor.USER: tr_later("Choose something else and try again."),
        Actor.ADMINISTRATOR: tr_later("Ask whoever administers this machine, or start the window as that user."),
        Actor.NOBODY: tr_later("Try again in a moment."),
    }
)


def problem_of(error: MpmanagerError, *, attempt: str) -> Problem:
    """An error as the banner shows it; `attempt` says what could not be done."""
    cause = str(error).rstrip(".")
    return Problem(cause=labelled(attempt, f"{cause}."), remedy=_REMEDIES[error.actor])


def limits_sentence(limits: Sequence[str]) -> str:
    """What this machine cannot do, in one strip."""
    sentences = " ".join(spoken(whole(each)) for each in limits)
    return tr("Not everything works on this machine: {sentences}", sentences=sentences)
