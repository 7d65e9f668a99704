"""Active backup: in which state a connection's paths are, and why."""

from dataclasses import dataclass
from enum import StrEnum, unique

from mpmanager.model.names import LinkName
from mpmanager.model.traffic import Grounds


@unique
class ExpirationState(StrEnum):
    """What late data has led to on one connection."""

    PRIMARY = "primary"
    """The preferred paths carry, backups stand by."""
    AGGREGATE = "aggregate"
    """A helper is open beside the preferred path: there is more to send than that path carries in time."""
    STEERED = "steered"
    """The preferred path is congested: another one carries for a while."""
    SUSPECT = "suspect"
    """Nothing has come for longer than usual: the preferred path is being probed."""
    FAILED_OVER = "failed-over"
    """The preferred path delivers nothing: it was left, and others carry."""
    PROBING = "probing"
    """The preferred path answers again and has to stay well for a while before it carries."""


@unique
class ExpirationReason(StrEnum):
    """Why a connection is in its state."""

    ON_TIME = "on-time"
    BACKLOG = "backlog"
    """Data waits because the path is full."""
    SILENT = "silent"
    """The path has answered nothing of what was sent."""
    HOLE = "hole"
    """The path answers, but lost data does not get through."""
    NOTHING_RECEIVED = "nothing-received"
    """Data came steadily and then stopped."""
    PROBE_UNANSWERED = "probe-unanswered"
    """Data stopped coming, and a new subflow on the path was not answered either."""
    FOUND_BY_OTHERS = "found-by-others"
    """Another connection has just found the path dead."""
    MARKED = "marked"
    """More congestion marks came back from the path than the policy bears."""
    LOSSY = "lossy"
    """The path loses more than the policy bears."""
    RECOVERED = "recovered"
    """The path delivers again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpirationView:
    """The state of one connection, for people."""

    state: ExpirationState
    reason: ExpirationReason
    since: float
    """In seconds of the clock that the connection's account uses."""
    path: LinkName | None = None
    """The path that is late, suspected or left."""
    helper: LinkName | None = None
    """The path that carries beside it or instead of it."""
    waited_s: float | None = None
    allowed_s: float
    grounds: Grounds | None = None
    """Why so much is allowed, where that is computed."""


@dataclass(slots=True, kw_only=True)
class HelpCount:
    """How often an application's late data was helped."""

    openings: int = 0
    failovers: int = 0
    detours: int = 0
    returns: int = 0
    moves: int = 0
    helper_bytes: int = 0
