"""What was carried when: by application, path and span of time."""

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import NamedTuple

from mpmanager.model.names import LinkName
from mpmanager.model.path import PathKind

WAIT_LIMITS_MS = (20, 50, 100, 200, 500)
"""Between the classes of a `WaitCount`: the wait budgets that an estimate can tell apart."""
_CLASSES = len(WAIT_LIMITS_MS) + 1

REST_ID = "rest:"
"""In the place of an application: what a path's interface carried besides, other protocols and headers."""


@unique
class HistoryRange(StrEnum):
    """How much of the past is shown at once."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Span(NamedTuple):
    """A stretch of time: minutes, hours or days."""

    start: int
    """Unix time in seconds, as `end`."""
    end: int

    @property
    def middle(self) -> float:
        """By which it belongs to a stretch of another division."""
        return (self.start + self.end) / 2


class RecordedApplication(NamedTuple):
    """Whose traffic it was; one entry for each user who runs it."""

    id: str
    uid: int | None
    """None: nobody knows."""
    name: str


class RecordedPath(NamedTuple):
    """A path as it was then."""

    name: LinkName
    kind: PathKind
    is_metered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What an application moved over a path, and what of that because its data was late."""

    rx_bytes: int = 0
    tx_bytes: int = 0
    helper_bytes: int = 0
    """What this path carried as a helper, both directions; a part of the two above."""
    helps: int = 0
    """How often it began to help,"""
    waits: int = 0
    """and how often of these it is known how long data had waited."""
    waited_ms: int = 0
    """All of these waits together, each beyond the round trip of the path that was late."""
    longest_ms: int = 0
    allowed_ms: int = 0
    """The longest wait that was allowed among them."""

    def plus(self, other: "Usage") -> "Usage":
        """Both together."""
        return Usage(
            rx_bytes=self.rx_bytes + other.rx_bytes,
            tx_bytes=self.tx_bytes + other.tx_bytes,
            helper_bytes=self.helper_bytes + other.helper_bytes,
            helps=self.helps + other.helps,
            waits=self.waits + other.waits,
            waited_ms=self.waited_ms + other.waited_ms,
            longest_ms=max(self.longest_ms, other.longest_ms),
            allowed_ms=max(self.allowed_ms, other.allowed_ms),
        )


class WaitCount:
    """Bytes by how long they waited: up to 20 ms, to 50, to 100, to 200, to 500, and longer. Counted up in place."""

    __slots__ = ("classes",)

    def __init__(self, classes: tuple[int, ...] = (0,) * _CLASSES) -> None:
        self.classes = list(classes)

    def add(self, wait_s: float, count: int) -> None:
        """Note that so many bytes have waited for so long."""
        wait_ms = wait_s * 1000.0
        place = 0
        for limit_ms in WAIT_LIMITS_MS:
            if wait_ms <= limit_ms:
                break
            place += 1
        self.classes[place] += count

    def merge(self, other: "WaitCount") -> None:
        """Take in another count."""
        self.classes = [one + more for one, more in zip(self.classes, other.classes, strict=True)]

    @property
    def total(self) -> int:
        """All bytes of which the wait is known."""
        return sum(self.classes)

    def over(self, limit_ms: int) -> int:
        """Bytes that waited for longer than one of `WAIT_LIMITS_MS`."""
        return sum(self.classes[WAIT_LIMITS_MS.index(limit_ms) + 1 :])


class UsageEntry(NamedTuple):
    """One record."""

    span: Span
    application: RecordedApplication
    path: RecordedPath
    usage: Usage


class WaitEntry(NamedTuple):
    """One record of waits."""

    span: Span
    application: RecordedApplication
    waits: WaitCount
