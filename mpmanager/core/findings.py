"""What a look at a connection under a wait takes in, finds and leads to: the vocabulary and the table of its states."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum, unique
from typing import NamedTuple

from mpmanager.model.connection import FourTuple, TcpState
from mpmanager.model.expiration import ExpirationReason, ExpirationState
from mpmanager.model.names import LinkName
from mpmanager.model.progress import SubflowVitals

UNKNOWN_RTT_S = 0.1
"""Of a path that has not been measured."""


@unique
class Rank(IntEnum):
    """In which order paths carry."""

    PREFERRED = 0
    HELPER = 1
    """Helps as soon as data is late."""
    RESERVE = 2
    """Carries when nothing else delivers."""


class SubflowView(NamedTuple):
    """A standing subflow."""

    flow: FourTuple
    path: LinkName
    rank: Rank
    vitals: SubflowVitals
    is_proven: bool = True
    """Whether the peer is taken to have accepted it: others may be left for it."""

    @property
    def base_s(self) -> float:
        """The round trip of the path when it is empty."""
        return self.vitals.min_rtt_s or self.vitals.rtt_s or UNKNOWN_RTT_S


def is_standing(vitals: SubflowVitals) -> bool:
    """Whether a subflow can carry."""
    return vitals.state in {TcpState.ESTABLISHED, TcpState.CLOSE_WAIT}


@unique
class Finding(StrEnum):
    """What a look says."""

    ON_TIME = "on-time"
    LATE = "late"
    CONGESTED = "congested"
    DEAD = "dead"
    STARVED = "starved"
    HEARD = "heard"
    UNANSWERED = "unanswered"
    REJOINED = "rejoined"
    LOST = "lost"
    PROVEN = "proven"
    UNDECIDED = "undecided"


_S, _F = ExpirationState, Finding

TRANSITIONS: Mapping[ExpirationState, Mapping[Finding, ExpirationState]] = {
    state: dict.fromkeys(Finding, state) | changes
    for state, changes in {
        _S.PRIMARY: {
            _F.LATE: _S.AGGREGATE,
            _F.CONGESTED: _S.STEERED,
            _F.DEAD: _S.FAILED_OVER,
            _F.STARVED: _S.SUSPECT,
            _F.REJOINED: _S.PROBING,
            _F.LOST: _S.FAILED_OVER,
        },
        _S.AGGREGATE: {
            _F.ON_TIME: _S.PRIMARY,
            _F.CONGESTED: _S.STEERED,
            _F.DEAD: _S.FAILED_OVER,
            _F.REJOINED: _S.PROBING,
            _F.LOST: _S.FAILED_OVER,
        },
        _S.STEERED: {
            _F.ON_TIME: _S.PRIMARY,
            _F.DEAD: _S.FAILED_OVER,
            _F.UNANSWERED: _S.FAILED_OVER,
            _F.REJOINED: _S.PROBING,
            _F.LOST: _S.FAILED_OVER,
        },
        _S.SUSPECT: {
            _F.DEAD: _S.FAILED_OVER,
            _F.HEARD: _S.PRIMARY,
            _F.UNANSWERED: _S.FAILED_OVER,
            _F.REJOINED: _S.PROBING,
            _F.LOST: _S.FAILED_OVER,
        },
        _S.FAILED_OVER: {_F.REJOINED: _S.PROBING, _F.PROVEN: _S.PRIMARY},
        _S.PROBING: {_F.DEAD: _S.FAILED_OVER, _F.LOST: _S.FAILED_OVER, _F.PROVEN: _S.PRIMARY},
    }.items()
}


@unique
class Happening(StrEnum):
    """What is worth telling."""

    OPENED = "opened"
    CLOSED = "closed"
    STEERED = "steered"
    STEERED_BACK = "steered-back"
    FAILED_OVER = "failed-over"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The proof of a decision."""

    happening: Happening
    path: LinkName
    """The one that was late, left or returned to."""
    helper: LinkName | None
    reason: ExpirationReason
    waited_s: float | None
    """Beyond the path's own round trip."""
    allowed_s: float
    lasted_s: float | None = None
    """Since opening, or since the path was left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveSubflow:
    """It delivers nothing."""

    flow: FourTuple
    path: LinkName
    rtt_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbePath:
    """Ask by a new subflow whether the path of this one is alive; answer by `note_answer`."""

    flow: FourTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack:
    """A path that was left is well again."""

    path: LinkName


Effect = LeaveSubflow | ProbePath | TakeBack | Report

Conclusion = tuple[Finding, tuple[Effect, ...]]
"""A finding with what has to be done."""
