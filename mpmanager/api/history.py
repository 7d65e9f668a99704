"""The history on the bus and in `--json`: what was carried when, and what a wait budget would have cost."""

from enum import StrEnum, unique

import msgspec

from mpmanager.api.structures import Structure, Wait
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.history import HistoryRange
from mpmanager.model.path import PathKind


@unique
class HistoryGroup(StrEnum):
    """What a row of a history is about."""

    APPLICATION = "application"
    PATH = "path"
    BOTH = "both"


class HistoryQuery(Structure):
    """What of the history is asked for."""

    range: HistoryRange = HistoryRange.DAY
    offset: int = 0
    """Ranges ago: 0 is the one that lasts."""
    group: HistoryGroup = HistoryGroup.BOTH
    only_metered: bool = False
    """Only what was carried by paths while they were metered."""
    app: str | None = None
    """The id of an application, or a part of its name or id."""
    path: str | None = None
    """The name of a path."""


class HistoryRow(Structure):
    """What an application moved over a path in one bar; payload, both as the grouping asks."""

    bar: int
    """Its place in `HistoryInfo.edges`."""
    app: str | None
    """Its id; `rest:` is what the path carried besides; `withheld` stands for other users' together."""
    name: str | None
    """Of the application."""
    path: str | None
    metered: bool
    """Whether any of it went over a path that was metered then."""
    rx_bytes: int
    tx_bytes: int
    helper_bytes: int
    """What the path carried of it as a helper because data was late, both directions."""
    helps: int
    """How often the path began to help,"""
    waits: int
    """and how often of these it was measured how long data had waited before."""
    waited_ms: float | None
    """That wait, as a mean; null where there is none."""
    longest_ms: float | None
    allowed_ms: float | None
    """The longest wait that was allowed."""


class HistoryPath(Structure):
    """A path of which the history tells, also one that is gone."""

    name: str
    kind: PathKind


class HistoryInfo(Structure):
    """A day, week or month: what was carried in each of its bars. Times are Unix time in seconds."""

    range: HistoryRange
    offset: int
    edges: list[float]
    """Between the bars, and at both ends: one more than there are bars."""
    zone: str
    """Whose days they are, such as `CET`."""
    since: float | None
    """When the first record of all begins; null where there is none."""
    rows: list[HistoryRow]
    paths: list[HistoryPath]


class WaitCostInfo(Structure):
    """What one wait budget would have cost."""

    wait_ms: Wait
    bytes: int
    """On a backup; with 0, where all paths are pooled, at most."""


class WaitEstimate(Structure):
    """What wait budgets would have cost an application in the last weeks, by an estimate.

    It counts the bytes of which it is known how long they waited, beyond a round trip, until they were acknowledged, or
    for how long they were helped; those that waited longer than a budget would have gone over a backup.
    """

    app: str
    """What was asked for."""
    names: list[str]
    """Of the applications that are meant; empty where it was everybody's."""
    weeks: int
    start: float
    """Unix time, seconds; as `end`."""
    end: float
    moved_bytes: int
    """All that they moved, both directions."""
    known_bytes: int
    """Of which the wait is known: sent while somebody looked, or helped."""
    helper_bytes: int
    """What helpers really carried because data was late."""
    helps: int
    """How often they began to."""
    costs: list[WaitCostInfo]
    """By budget, the shortest first."""


_history_decoder = msgspec.json.Decoder(HistoryInfo)
_estimate_decoder = msgspec.json.Decoder(WaitEstimate)


def decode_history(text: str) -> HistoryInfo:
    """What the daemon answers.

    Raises:
        InvalidValueError: it is no history.
    """
    try:
        return _history_decoder.decode(text)
    except msgspec.DecodeError as error:
        raise InvalidValueError(f"QueryHistory: {error}") from error


def decode_estimate(text: str) -> WaitEstimate:
    """What the daemon answers.

    Raises:
        InvalidValueError: it is no estimate.
    """
    try:
        return _estimate_decoder.decode(text)
    except msgspec.DecodeError as error:
        raise InvalidValueError(f"EstimateWait: {error}") from error
