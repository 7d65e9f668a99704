"""What the tray's icon and its tool tip say: one of five states, and one sentence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique

from mpmanager.api.structures import ConnectionInfo, Frame, PathInfo
from mpmanager.model.expiration import ExpirationState
from mpmanager.model.path import PathKind, Tier
from mpmanager_ui.viewmodels.contact import Contact
from mpmanager_ui.viewmodels.overview import state_sentence
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.viewmodels.wording import short_clock

PAUSE_S = 600
"""What the menu offers."""


@unique
class TrayState(StrEnum):
    """Each has a shape of its own; the values name the icons."""

    CARRYING = "tray-carrying"
    """What shall carry does, or is ready to."""
    ON_BACKUP = "tray-backup"
    """Something else carries in its place."""
    NO_PATH = "tray-no-path"
    PAUSED = "tray-paused"
    """Nothing is enforced for a while."""
    NO_DAEMON = "tray-no-daemon"
    """Nobody decides anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrayStatus:
    """What to show."""

    state: TrayState
    sentence: str

    @classmethod
    def of(cls, contact: Contact, frame: Frame | None, paused_until: float | None) -> "TrayStatus":
        """`paused_until` as in `StatusInfo`; None where that time is over."""
        if contact is not Contact.CONNECTED or frame is None:
            return cls(state=TrayState.NO_DAEMON, sentence=_absence(contact))
        sentence = f"{state_sentence(frame.paths, frame.connections)}."
        state = _state(frame.paths, frame.connections)
        if paused_until is None or state is TrayState.NO_PATH:
            return cls(state=state, sentence=sentence)
        return cls(state=TrayState.PAUSED, sentence=f"{paused_sentence(paused_until)} {sentence}")


def paused_sentence(until: float) -> str:
    """That nothing is enforced, and until when: Unix time."""
    return tr("Enforcing is paused until {time}.", time=short_clock(until))


def pause_explained(until: float) -> str:
    """The same, and what it means."""
    return tr(
        "Enforcing is paused until {time}: nothing is held to trusted paths, and late data gets no help.",
        time=short_clock(until),
    )


def _absence(contact: Contact) -> str:
    if contact is Contact.CONNECTING:
        return tr("Looking for mpmanagerd.")
    return tr("mpmanagerd does not run: nothing is decided.")


def _state(paths: Sequence[PathInfo], connections: Iterable[ConnectionInfo]) -> TrayState:
    usable = [path for path in paths if path.kind is not PathKind.VIRTUAL and path.state.is_usable]
    if not usable:
        return TrayState.NO_PATH
    is_first_choice_there = any(path.tier is Tier.ALWAYS for path in usable)
    if not is_first_choice_there or any(_has_left(each) for each in connections):
        return TrayState.ON_BACKUP
    return TrayState.CARRYING


_LEFT = frozenset({ExpirationState.STEERED, ExpirationState.FAILED_OVER, ExpirationState.PROBING})


def _has_left(connection: ConnectionInfo) -> bool:
    late = connection.expiration
    return late is not None and late.helper is not None and late.state in _LEFT
