"""What a connection does, as far as the bytes that pass tell it."""

from dataclasses import dataclass
from enum import StrEnum, unique

from mpmanager.model.names import LinkName


@unique
class TrafficPattern(StrEnum):
    """Of one connection."""

    UNKNOWN = "unknown"
    """Too little has passed."""
    INTERACTIVE = "interactive"
    """Little at a time, now and then or steadily: a shell, a call."""
    REQUESTS = "requests"
    """It asks, gets an answer and pauses: browsing."""
    STREAM = "stream"
    """Much over the time, though no more than is used up meanwhile: films, music, a camera."""
    BULK = "bulk"
    """As much as goes: a download, an upload."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """A pattern, and what of it people want to know."""

    pattern: TrafficPattern
    sent_bytes: float | None = None
    """Usual between two pauses; None until there was a pause."""
    received_bytes: float | None = None
    pause_s: float | None = None
    """The usual one."""
    rate_byte_s: float = 0.0
    """In both directions together, lately, without pauses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathTimes:
    """The paths between which a wait decides, and their shortest round trips; None: not measured yet."""

    carrier: LinkName
    carrier_rtt_s: float | None
    helper: LinkName | None = None
    """The fastest that may help; None where there is none."""
    helper_rtt_s: float | None = None
    metered_helpers: tuple[LinkName, ...] = ()
    is_every_helper_metered: bool = False
    """False where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What an automatic wait was computed from."""

    traffic: Traffic
    paths: PathTimes | None
    """None until the subflows were looked at."""
