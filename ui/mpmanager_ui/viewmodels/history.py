"""What every path carried in the last five minutes, in fixed bins; what was not measured is a gap."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, unique

from mpmanager.api.structures import EventInfo, EventKind, Frame, PathInfo

BIN_S = 1
SPAN_BINS = 300
MINUTE_BINS = 60
LONGEST_STEP_S = 3.5
"""Frames farther apart than this leave a gap."""
_LEAST_COVERED = 0.5
"""Share of a bin that must have been measured for the bin to count."""
_BITS = 8


@unique
class MarkKind(Enum):
    """What a mark on the chart tells."""

    LOST = "lost"
    BACK = "back"
    TIER = "tier"
    TRUST = "trust"
    OPENED = "opened"
    """A helper for late data."""
    FAILED_OVER = "failed over"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """An event on the time axis."""

    monotonic: float
    """Seconds, on the clock of the bins."""
    kind: MarkKind
    path: str
    """Which it is about; of a helper that was opened or carries instead, the helper."""
    text: str
    event: EventInfo | None = None
    """What there is more to say of; None where the text says all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One path: a value for each bin, the oldest first, in bit/s; None is a gap."""

    path: str
    down: tuple[float | None, ...]
    up: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartData:
    """Everything the chart shows at one moment; paths stand in the order in which they were seen first."""

    end: int = 0
    """The bin after the last one shown; bin n covers [n, n + 1) seconds of the daemon's monotonic clock."""
    wall_offset_s: float = 0.0
    """Unix time minus that clock."""
    series: tuple[Series, ...] = ()
    marks: tuple[Mark, ...] = ()

    @property
    def span(self) -> int:
        """The bins to show: whole minutes, as many as there is something to show in; at least one, at most five."""
        columns = zip(*(each.down for each in self.series), strict=True)
        first = next((index for index, column in enumerate(columns) if set(column) != {None}), SPAN_BINS)
        return max(1, math.ceil((SPAN_BINS - first) / MINUTE_BINS)) * MINUTE_BINS

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was measured."""
        return all(value is None for each in self.series for value in each.down)

    def gaps(self) -> tuple[tuple[int, int], ...]:
        """The spans [first, last) of bins, counted from the oldest, in which no path was measured.

        Time before the first measurement is not a gap: nobody was looking yet.
        """
        measured = [any(each.down[i] is not None for each in self.series) for i in range(SPAN_BINS)]
        if True not in measured:
            return ()
        return tuple(_runs_of_false(measured, start=measured.index(True)))


def _runs_of_false(flags: list[bool], *, start: int) -> Iterable[tuple[int, int]]:
    first: int | None = None
    for index in range(start, len(flags)):
        if not flags[index] and first is None:
            first = index
        elif flags[index] and first is not None:
            yield first, index
            first = None
    if first is not None:
        yield first, len(flags)


class RateHistory:
    """Collects frames into bins. Counters, not rates, are booked: nothing is lost between two frames."""

    def __init__(self) -> None:
        self._bins: dict[str, dict[int, list[float]]] = {}
        """Path, then bin: bits down, bits up, seconds measured."""
        self._last: Frame | None = None
        self._now = 0.0
        self._marks: list[Mark] = []
        self._lost: set[str] = set()
        self._seen_events: set[tuple[int, float]] = set()

    def take(self, frame: Frame) -> None:
        """Book one frame."""
        last = self._last
        if last is not None and frame.monotonic <= last.monotonic:
            self._forget()
        elif last is not None and frame.monotonic - last.monotonic <= LONGEST_STEP_S:
            self._book(last, frame)
        self._last = frame
        self._now = frame.monotonic
        for path in frame.paths:
            self._bins.setdefault(path.name, {})
        self._prune()
        self.note(frame.events)

    def note(self, events: Iterable[EventInfo]) -> None:
        """Mark what has to do with paths; an event that was noted before is left out."""
        if self._last is None:
            return
        offset = self._last.time - self._last.monotonic
        for event in events:
            if (event.id, event.time) not in self._seen_events:
                self._seen_events.add((event.id, event.time))
                self._mark(event, event.time - offset)

    def advance(self, seconds: float) -> None:
        """Let time pass without a frame: the chart moves on and shows a gap."""
        self._now += seconds
        self._prune()

    def data(self) -> ChartData:
        """What the chart shows now: complete bins only."""
        end = math.floor(self._now)
        offset = self._last.time - self._last.monotonic if self._last else 0.0
        series = tuple(self._series(name, end) for name in self._bins)
        marks = tuple(each for each in self._marks if end - SPAN_BINS <= each.monotonic < end)
        return ChartData(end=end, wall_offset_s=offset, series=series, marks=marks)

    def recent(self, path: str, bins: int) -> tuple[float | None, ...]:
        """Both directions together for the last complete bins of one path, in bit/s."""
        known = self._bins.get(path, {})
        end = math.floor(self._now)
        return tuple(_rate(known.get(number), 0, 1) for number in range(end - bins, end))

    def _forget(self) -> None:
        """Another clock (the machine was rebooted): old bins have no place on it."""
        self._bins.clear()
        self._marks.clear()

    def _book(self, last: Frame, frame: Frame) -> None:
        before = {path.name: path for path in last.paths}
        for path in frame.paths:
            previous = before.get(path.name)
            if previous is not None and _is_continued(previous, path):
                self._spread(previous, path, last.monotonic, frame.monotonic)

    def _spread(self, previous: PathInfo, path: PathInfo, start: float, end: float) -> None:
        bins = self._bins.setdefault(path.name, {})
        down = (path.rx_bytes - previous.rx_bytes) * _BITS / (end - start)
        up = (path.tx_bytes - previous.tx_bytes) * _BITS / (end - start)
        for number in range(math.floor(start), math.ceil(end)):
            covered = min(end, number + 1) - max(start, number)
            booked = bins.setdefault(number, [0.0, 0.0, 0.0])
            booked[0] += down * covered
            booked[1] += up * covered
            booked[2] += covered

    def _prune(self) -> None:
        oldest = math.floor(self._now) - SPAN_BINS
        for bins in self._bins.values():
            for number in [each for each in bins if each < oldest]:
                del bins[number]
        self._marks = [each for each in self._marks if each.monotonic >= oldest]

    def _series(self, name: str, end: int) -> Series:
        bins = self._bins[name]
        numbers = range(end - SPAN_BINS, end)
        return Series(
            path=name,
            down=tuple(_rate(bins.get(number), 0) for number in numbers),
            up=tuple(_rate(bins.get(number), 1) for number in numbers),
        )

    def _mark(self, event: EventInfo, monotonic: float) -> None:
        kind = self._mark_kind(event)
        path = event.helper if kind in _OF_HELPERS and event.helper else event.path
        if kind is not None and path is not None:
            self._marks.append(Mark(monotonic=monotonic, kind=kind, path=path, text=event.text, event=event))

    def _mark_kind(self, event: EventInfo) -> MarkKind | None:
        path = event.path or ""
        match event.kind:
            case EventKind.PATH_DOWN | EventKind.PATH_REMOVED:
                self._lost.add(path)
                return MarkKind.LOST
            case EventKind.PATH_UP | EventKind.PATH_ADDED if path in self._lost:
                self._lost.discard(path)
                return MarkKind.BACK
            case EventKind.TIER_CHANGED:
                return MarkKind.TIER
            case EventKind.TRUST_CHANGED:
                return MarkKind.TRUST
            case _:
                return _MARKS_OF_LATENESS.get(event.kind)


_MARKS_OF_LATENESS = {
    EventKind.BACKUP_OPENED: MarkKind.OPENED,
    EventKind.STEERED: MarkKind.OPENED,
    EventKind.FAILED_OVER: MarkKind.FAILED_OVER,
    EventKind.RETURNED: MarkKind.RETURNED,
}
_OF_HELPERS = frozenset({MarkKind.OPENED, MarkKind.FAILED_OVER})


def _is_continued(previous: PathInfo, path: PathInfo) -> bool:
    """Whether both counts are of the same interface: a new one begins at zero."""
    return path.rx_bytes >= previous.rx_bytes and path.tx_bytes >= previous.tx_bytes


def _rate(booked: list[float] | None, *directions: int) -> float | None:
    if booked is None or booked[2] < _LEAST_COVERED * BIN_S:
        return None
    return sum(booked[direction] for direction in directions) / booked[2]
