"""The past day in bounded memory: what was carried by whom over which path, finer the younger it is.

Three rings of bins: seconds for ten minutes, ten seconds for two hours, minutes for a day. Each bin keeps the mean of
every application on every path, and the least and most of all together: a peak of a second is still there in the
minute. What was not measured is a gap. Which connections carried is kept as one bit for each of them and bin.
"""

import math
from array import array
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, unique
from typing import NamedTuple

from mpmanager_ui.viewmodels.flow_map import Flow
from mpmanager_ui.viewmodels.history import LONGEST_STEP_S
from mpmanager_ui.viewmodels.live_rows import CARRYING_BIT_S, Record, Values
from mpmanager_ui.viewmodels.translation import tr_later
from mpmanager_ui.viewmodels.wording import clock

_LEVELS = ((1, 600), (10, 720), (60, 1440))
"""Seconds of a bin, and how many of them."""
MOST_SERIES = 500
"""Pairs of application and path; beyond, the one that has been quiet longest is forgotten."""
_LEAST_BIT_S = 1.0
MOST_ENDED = 1000
"""Connections that have ended and are still known; beyond, the oldest is forgotten."""


@unique
class Zoom(Enum):
    """How much of the past is shown: seconds, and the level that tells them."""

    MINUTE = (60, 0)
    TEN_MINUTES = (600, 0)
    TWO_HOURS = (7200, 1)
    DAY = (86400, 2)

    @property
    def span_s(self) -> int:
        """From the left edge to now."""
        return self.value[0]


ZOOM_WORDS = {
    Zoom.MINUTE: tr_later("1 min"),
    Zoom.TEN_MINUTES: tr_later("10 min"),
    Zoom.TWO_HOURS: tr_later("2 h"),
    Zoom.DAY: tr_later("24 h"),
}
"""To choose from; translate with `tr_literal`."""
_TICKS_S = {Zoom.MINUTE: 15, Zoom.TEN_MINUTES: 120, Zoom.TWO_HOURS: 1800, Zoom.DAY: 14400}


class Range(NamedTuple):
    """A stretch of time, in seconds of the daemon's monotonic clock."""

    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """What the strip shows; a value for each column, the oldest first, both directions in bit/s; None is a gap."""

    start: float = 0.0
    """Where the first column begins, on the daemon's monotonic clock."""
    column_s: float = 1.0
    wall_offset_s: float = 0.0
    """From that clock to Unix time."""
    means: tuple[tuple[str, tuple[float | None, ...]], ...] = ()
    """By path."""
    lows: tuple[float | None, ...] = ()
    """The least of all paths together."""
    highs: tuple[float | None, ...] = ()

    @property
    def end(self) -> float:
        """Where the last column ends."""
        return self.start + self.column_s * len(self.highs)

    @property
    def top_bit_s(self) -> float:
        """The highest peak."""
        return max((each for each in self.highs if each is not None), default=0.0)


class _Level:
    """One ring; the slot of a bin is its number modulo the size."""

    def __init__(self, bin_s: int, size: int) -> None:
        self.bin_s = bin_s
        self.size = size
        self.number: int | None = None
        """The newest bin."""
        self.frames = array("H", bytes(2 * size))
        self.lows = array("f", bytes(4 * size))
        self.highs = array("f", bytes(4 * size))

    def slots_between(self, first: int, last: int) -> list[int]:
        """Of bins by their numbers, each once, as far as the ring still knows them."""
        if self.number is None:
            return []
        return [number % self.size for number in range(max(first, self.number - self.size + 1), last + 1)]

    def slots_of(self, stretch: Range) -> list[int]:
        """Those of a stretch of time in which something was measured."""
        last = min(math.ceil(stretch.end / self.bin_s) - 1, self.number or 0)
        return [slot for slot in self.slots_between(math.floor(stretch.start / self.bin_s), last) if self.frames[slot]]

    def pieces_of(self, stretch: Range) -> list[slice]:
        """The slots of a stretch of time as they lie in the ring: one piece, or two where it begins anew."""
        slots = self.slots_of(stretch)
        if not slots:
            return []
        first, last = slots[0], slots[-1]
        return [slice(first, last + 1)] if first <= last else [slice(first, self.size), slice(0, last + 1)]

    def covers(self, stretch: Range) -> bool:
        """Whether the ring still knows its beginning."""
        return self.number is not None and stretch.start >= (self.number - self.size + 1) * self.bin_s


class _Series:
    """Sums of rates, one for each slot of each level."""

    __slots__ = ("name", "quiet_since", "rings")

    def __init__(self, name: str) -> None:
        self.name = name
        down, up = ([array("f", bytes(4 * size)) for _, size in _LEVELS] for _ in range(2))
        self.rings = (down, up)
        self.quiet_since = 0.0


class _Trace:
    """In which bins a connection carried."""

    __slots__ = ("application", "bits", "is_ended", "record")

    def __init__(self, record: Record, application: Values) -> None:
        self.record = record
        self.application = application
        self.bits = [0 for _ in _LEVELS]
        self.is_ended = False


class Timeline:
    """Books what flows, second by second, and tells of any stretch who carried."""

    def __init__(self) -> None:
        self._levels = [_Level(*each) for each in _LEVELS]
        self._series: dict[tuple[Hashable, str], _Series] = {}
        self._paths: dict[str, list[array[float]]] = {}
        self._traces: dict[tuple[Hashable, Hashable], _Trace] = {}
        self._last: float | None = None
        self._wall_offset_s = 0.0

    def take(
        self, monotonic: float, time: float, flows: Sequence[Flow], applications: Mapping[Hashable, Record]
    ) -> None:
        """Book a frame: `flows` are those of the records."""
        if self._last is not None and monotonic <= self._last:
            self._forget_all()
        self._wall_offset_s = time - monotonic
        self._learn(flows, monotonic)
        for place, level in enumerate(self._levels):
            first = self._advance(place, level, monotonic)
            for slot in level.slots_between(first, math.floor(monotonic / level.bin_s)):
                self._book(place, level, slot, flows)
        self._mark(applications)
        self._last = monotonic

    def strip(self, zoom: Zoom, columns: int) -> Strip:
        """What to draw in so many columns at most."""
        level = self._levels[zoom.value[1]]
        if level.number is None or columns <= 0:
            return Strip()
        bins = zoom.span_s // level.bin_s
        each = math.ceil(bins / columns)
        last = level.number // each
        numbers = range(last - math.ceil(bins / each) + 1, last + 1)
        groups = [level.slots_between(number * each, min(number * each + each - 1, level.number)) for number in numbers]
        measured = [[slot for slot in group if level.frames[slot]] for group in groups]
        return Strip(
            start=numbers[0] * each * level.bin_s,
            column_s=each * level.bin_s,
            wall_offset_s=self._wall_offset_s,
            means=tuple(
                (path, tuple(_mean(rings[zoom.value[1]], level, slots) for slots in measured))
                for path, rings in self._paths.items()
            ),
            lows=tuple(min((level.lows[slot] for slot in slots), default=None) for slots in measured),
            highs=tuple(max((level.highs[slot] for slot in slots), default=None) for slots in measured),
        )

    def flows_in(self, stretch: Range) -> list[Flow]:
        """What was carried in a stretch of time, as means over what of it was measured."""
        place = self._finest(stretch)
        level = self._levels[place]
        pieces = level.pieces_of(stretch)
        frames = sum(sum(level.frames[each]) for each in pieces) or 1
        flows = []
        for (app, path), series in self._series.items():
            down, up = (sum(sum(each[place][piece]) for piece in pieces) / frames for each in series.rings)
            flows.append(Flow(app, series.name, path, down, up))
        return [each for each in flows if each.rate_bit_s >= _LEAST_BIT_S]

    def records_in(self, stretch: Range, applications: Mapping[Hashable, Record]) -> dict[Hashable, Record]:
        """Of these records the connections that carried in a stretch of time, and those that have ended since."""
        place = self._finest(stretch)
        mask = 0
        for slot in self._levels[place].slots_of(stretch):
            mask |= 1 << slot
        found: dict[Hashable, Record] = {}
        for (app, key), trace in self._traces.items():
            if trace.bits[place] & mask:
                present = applications.get(app)
                record = present.children.get(key) if present is not None else None
                application = found.get(app) or found.setdefault(app, _stub(app, present, trace))
                application.children[key] = record or trace.record
        return found

    def _finest(self, stretch: Range) -> int:
        """The finest level that still knows all of it."""
        return next((place for place, each in enumerate(self._levels) if each.covers(stretch)), len(_LEVELS) - 1)

    # Booking

    def _learn(self, flows: Sequence[Flow], now: float) -> None:
        for flow in flows:
            series = self._series.get((flow.app, flow.path))
            if series is None:
                series = self._series[flow.app, flow.path] = _Series(flow.name)
            if flow.rate_bit_s:
                series.quiet_since = now
            if flow.path not in self._paths:
                self._paths[flow.path] = [array("f", bytes(4 * size)) for _, size in _LEVELS]
        if len(self._series) > MOST_SERIES:
            quietest = sorted(self._series, key=lambda key: self._series[key].quiet_since)
            for key in quietest[: len(self._series) - MOST_SERIES]:
                del self._series[key]

    def _advance(self, place: int, level: _Level, monotonic: float) -> int:
        """Go on to the bin of now, emptying those on the way; returns the first that a frame of now tells of."""
        number = math.floor(monotonic / level.bin_s)
        before = level.number
        if before is None:
            level.number = number
            return number
        level.number = number
        if number > before:
            self._empty(place, level, level.slots_between(before + 1, number))
        is_continued = self._last is not None and monotonic - self._last <= LONGEST_STEP_S
        return min(before + 1, number) if is_continued else number

    def _empty(self, place: int, level: _Level, slots: Sequence[int]) -> None:
        keep = ~sum(1 << slot for slot in slots)
        for trace in self._traces.values():
            trace.bits[place] &= keep
        rings = [level.lows, level.highs, *(each[place] for each in self._paths.values())]
        rings += [direction[place] for each in self._series.values() for direction in each.rings]
        for slot in slots:
            level.frames[slot] = 0
            for ring in rings:
                ring[slot] = 0.0

    def _book(self, place: int, level: _Level, slot: int, flows: Sequence[Flow]) -> None:
        total = 0.0
        for flow in flows:
            series = self._series.get((flow.app, flow.path))
            if series is not None and flow.rate_bit_s:
                for direction, rate in zip(series.rings, (flow.down_bit_s, flow.up_bit_s), strict=True):
                    direction[place][slot] += rate
                self._paths[flow.path][place][slot] += flow.rate_bit_s
                total += flow.rate_bit_s
        is_first = not level.frames[slot]
        level.frames[slot] += 1
        level.lows[slot] = total if is_first else min(total, level.lows[slot])
        level.highs[slot] = max(total, level.highs[slot])

    def _mark(self, applications: Mapping[Hashable, Record]) -> None:
        bits = [1 << (each.number or 0) % each.size for each in self._levels]
        for app, application in applications.items():
            for key, record in application.children.items():
                values = record.values
                if record.ended_at is None and values.down_bit_s + values.up_bit_s >= CARRYING_BIT_S:
                    trace = self._traces.get((app, key))
                    if trace is None:
                        trace = self._traces[app, key] = _Trace(record, application.values)
                    for place, bit in enumerate(bits):
                        trace.bits[place] |= bit
        self._let_go(applications)

    def _let_go(self, applications: Mapping[Hashable, Record]) -> None:
        """Forget who carried in no bin any more, and of the many that have ended the oldest."""
        gone = [name for name, trace in self._traces.items() if not any(trace.bits)]
        for name in gone:
            del self._traces[name]
        ended = [name for name in self._traces if not _is_known(name, applications)]
        for name in ended[: max(0, len(ended) - MOST_ENDED)]:
            del self._traces[name]

    def _forget_all(self) -> None:
        """Another clock (the machine was rebooted): what was has no place on it."""
        self._levels = [_Level(*each) for each in _LEVELS]
        self._series.clear()
        self._paths.clear()
        self._traces.clear()


def _is_known(name: tuple[Hashable, Hashable], applications: Mapping[Hashable, Record]) -> bool:
    application = applications.get(name[0])
    return application is not None and name[1] in application.children


def _stub(app: Hashable, present: Record | None, trace: _Trace) -> Record:
    """The row of an application, with none of its connections yet."""
    record = Record(app)
    record.values = present.values if present is not None else trace.application
    return record


def _mean(ring: "array[float]", level: _Level, slots: Sequence[int]) -> float | None:
    """Of the rates in these slots; None where nothing was measured."""
    frames = sum(level.frames[slot] for slot in slots)
    return sum(ring[slot] for slot in slots) / frames if frames else None


def clock_ticks(strip: Strip, zoom: Zoom) -> Iterator[tuple[float, str]]:
    """Places on the time axis, in seconds of its clock, with the time of day there."""
    step = _TICKS_S[zoom]
    start = strip.start + strip.wall_offset_s
    zone = datetime.fromtimestamp(start).astimezone().utcoffset()
    shift = zone.total_seconds() if zone is not None else 0.0
    tick = math.ceil((start + shift) / step) * step - shift
    while tick < strip.end + strip.wall_offset_s:
        text = clock(tick)
        yield tick - strip.wall_offset_s, text if zoom is Zoom.MINUTE else text[:-3]
        tick += step


def range_words(stretch: Range, wall_offset_s: float) -> str:
    """`12:03:10-12:04:00`."""
    return f"{clock(stretch.start + wall_offset_s)}\N{EN DASH}{clock(stretch.end + wall_offset_s)}"


def gaps(values: Iterable[float | None]) -> Iterator[tuple[int, int]]:
    """The stretches without a value: first column and the one behind the last."""
    first: int | None = None
    count = 0
    for count, value in enumerate(values, 1):
        if value is None and first is None:
            first = count - 1
        elif value is not None and first is not None:
            yield first, count - 1
            first = None
    if first is not None:
        yield first, count
