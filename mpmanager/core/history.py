"""The arithmetic of the history: which stretch of time a moment belongs to, what becomes coarser when, what is shown.

Time is kept as Unix time (UTC); days, weeks and months are those of a time zone, with the 23 and 25 hours that some
days have. A record belongs to the stretch in which its middle lies, so that a day that was recorded in another zone is
in one day still.
"""

from collections.abc import Hashable, Iterable, Mapping
from datetime import date, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Generic, TypeVar

from mpmanager.core.ledger import NOTHING, Volume
from mpmanager.model.history import (
    WAIT_LIMITS_MS,
    HistoryRange,
    RecordedApplication,
    RecordedPath,
    Span,
    Usage,
    UsageEntry,
    WaitCount,
    WaitEntry,
)

KeyT = TypeVar("KeyT", bound=Hashable)

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86400
MINUTES_KEPT_S = 2 * DAY_S
"""Then minutes become hours,"""
HOURS_KEPT_S = 60 * DAY_S
"""and then hours days."""

MOST_OFFSET = 1200
"""Ranges back; a hundred years of months."""
_DAYS_OF_WEEK = 7


def minute_of(moment: float) -> Span:
    """The minute in which a moment lies."""
    start = int(moment // MINUTE_S) * MINUTE_S
    return Span(start, start + MINUTE_S)


def hour_of(moment: float, zone: tzinfo) -> Span:
    """The hour of the zone's clock in which a moment lies: zones differ by parts of an hour, too."""
    offset_s = round((datetime.fromtimestamp(moment, zone).utcoffset() or timedelta()).total_seconds())
    start = int((moment + offset_s) // HOUR_S) * HOUR_S - offset_s
    return Span(start, start + HOUR_S)


def day_of(moment: float, zone: tzinfo) -> Span:
    """The day of the zone in which a moment lies; 23 or 25 hours when its clocks are changed."""
    day = datetime.fromtimestamp(moment, zone).date()
    return Span(_midnight(day, zone), _midnight(day + timedelta(days=1), zone))


def _midnight(day: date, zone: tzinfo) -> int:
    """The first moment of a day; where clocks skip midnight, the moment at which they do."""
    return round(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


def stretches(wanted: HistoryRange, offset: int, *, now: float, zone: tzinfo) -> tuple[Span, ...]:
    """The bars of a day (its hours), a week (from Monday) or a month (their days), `offset` of these ago.

    A day whose hours are not kept any more is one bar.

    Args:
        wanted: how much.
        offset: 0 is the one that lasts, 1 the one before, up to `MOST_OFFSET`.
        now: Unix time.
        zone: whose days.
    """
    today = datetime.fromtimestamp(now, zone).date()
    if wanted is HistoryRange.DAY:
        whole = _days(today - timedelta(days=offset), 1, zone)
        return whole if whole[0].end < now - HOURS_KEPT_S else _hours(whole[0], zone)
    if wanted is HistoryRange.WEEK:
        monday = today - timedelta(days=today.weekday())
        return _days(monday - timedelta(days=_DAYS_OF_WEEK * offset), _DAYS_OF_WEEK, zone)
    months = today.year * 12 + today.month - 1 - offset
    first, following = (date(each // 12, each % 12 + 1, 1) for each in (months, months + 1))
    return _days(first, (following - first).days, zone)


def _days(first: date, count: int, zone: tzinfo) -> tuple[Span, ...]:
    edges = [_midnight(first + timedelta(days=number), zone) for number in range(count + 1)]
    return tuple(Span(start, end) for start, end in pairwise(edges))


def _hours(day: Span, zone: tzinfo) -> tuple[Span, ...]:
    found, moment = [], day.start
    while moment < day.end:
        found.append(Span(moment, min(hour_of(moment, zone).end, day.end)))
        moment = found[-1].end
    return tuple(found)


def coarser(span: Span, *, now: float, zone: tzinfo) -> Span:
    """What a record becomes with age: the hour, or the day, in which its middle lies; or what it is."""
    age_s, length_s = now - span.end, span.end - span.start
    if age_s > HOURS_KEPT_S and length_s <= HOUR_S:
        return day_of(span.middle, zone)
    if age_s > MINUTES_KEPT_S and length_s <= MINUTE_S:
        return hour_of(span.middle, zone)
    return span


def rolled_usage(entries: Iterable[UsageEntry], *, now: float, zone: tzinfo) -> list[UsageEntry]:
    """The same records, those that are old enough added up in coarser ones."""
    sums: dict[tuple[Span, RecordedApplication, RecordedPath], Usage] = {}
    for each in entries:
        key = (coarser(each.span, now=now, zone=zone), each.application, each.path)
        sums[key] = sums.get(key, Usage()).plus(each.usage)
    return [UsageEntry(span, application, path, usage) for (span, application, path), usage in sums.items()]


def rolled_waits(entries: Iterable[WaitEntry], *, now: float, zone: tzinfo) -> list[WaitEntry]:
    """As `rolled_usage`."""
    sums: dict[tuple[Span, RecordedApplication], WaitCount] = {}
    for each in entries:
        key = (coarser(each.span, now=now, zone=zone), each.application)
        sums.setdefault(key, WaitCount()).merge(each.waits)
    return [WaitEntry(span, application, waits) for (span, application), waits in sums.items()]


class Growth(Generic[KeyT]):
    """What was added to counters between two looks at them."""

    def __init__(self, *, begin_at_zero: bool) -> None:
        """`begin_at_zero`: a counter that was not there before has counted since then alone."""
        self._begin_at_zero = begin_at_zero
        self._before: dict[KeyT, Volume] = {}

    def take(self, counters: Mapping[KeyT, Volume]) -> dict[KeyT, Volume]:
        """What has come since the last call; of a counter that went back nothing, as nobody knows what."""
        grown = {key: self._grown(key, volume) for key, volume in counters.items()}
        self._before = dict(counters)
        return {key: volume for key, volume in grown.items() if volume != NOTHING}

    def _grown(self, key: KeyT, volume: Volume) -> Volume:
        before = self._before.get(key, NOTHING if self._begin_at_zero else volume)
        return Volume(max(0, volume.tx_bytes - before.tx_bytes), max(0, volume.rx_bytes - before.rx_bytes))


def rest_of(carried: Volume, payloads: Iterable[Volume]) -> Volume:
    """What an interface carried besides these payloads: other traffic, and the headers of all."""
    tx_bytes, rx_bytes = carried
    for each in payloads:
        tx_bytes -= each.tx_bytes
        rx_bytes -= each.rx_bytes
    return Volume(max(0, tx_bytes), max(0, rx_bytes))


def estimates(waits: WaitCount) -> tuple[tuple[int | None, int], ...]:
    """For each wait budget in ms (None: never) the bytes that would have gone over a backup.

    Those that waited longer than the budget; with 0 all paths are pooled, so that it is all of them at most.
    """
    return ((0, waits.total), *((limit, waits.over(limit)) for limit in WAIT_LIMITS_MS), (None, 0))


def fitting(text: str, known: Iterable[RecordedApplication]) -> frozenset[RecordedApplication]:
    """The applications that a person means: those with that id, else those in whose name or id it occurs."""
    candidates = list(known)
    exact = frozenset(each for each in candidates if each.id == text)
    wanted = text.casefold()
    return exact or frozenset(each for each in candidates if wanted in f"{each.name} {each.id}".casefold())
