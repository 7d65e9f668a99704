"""What the chart says in words and as a table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mpmanager_ui.viewmodels.history import MINUTE_BINS, SPAN_BINS, ChartData, Mark, MarkKind, Series
from mpmanager_ui.viewmodels.quantities import NOT_KNOWN, format_rate
from mpmanager_ui.viewmodels.translation import Spoken, enumerated, joined, tr, tr_count, tr_later, tr_number
from mpmanager_ui.viewmodels.wording import clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One bin, read off the chart."""

    time: str
    rows: tuple[tuple[str, str, str], ...]
    """Path, download, upload."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkGroup:
    """Marks that stand so close that they are drawn as one."""

    marks: tuple[Mark, ...]
    """In the order of time; at least one."""

    @property
    def monotonic(self) -> float:
        """Where the group stands."""
        return self.marks[-1].monotonic

    @property
    def kind(self) -> MarkKind:
        """The gravest of all kinds in it."""
        return min((each.kind for each in self.marks), key=_GRAVITY.index)

    @property
    def words(self) -> str:
        """`5 changes`; empty for a single mark."""
        kinds = {each.kind for each in self.marks}
        number = len(self.marks)
        if number == 1:
            return ""
        if len(kinds) > 1:
            return tr_count("{count} event", "{count} events", number)
        return _WORDS[kinds.pop()].replace("{count} ", tr_number(f"{number:,}") + "\N{NO-BREAK SPACE}")


_GRAVITY = (
    MarkKind.LOST,
    MarkKind.BACK,
    MarkKind.FAILED_OVER,
    MarkKind.OPENED,
    MarkKind.RETURNED,
    MarkKind.TRUST,
    MarkKind.TIER,
)
_WORDS = Spoken(
    {
        MarkKind.LOST: tr_later("{count} losses"),
        MarkKind.BACK: tr_later("{count} returns"),
        MarkKind.FAILED_OVER: tr_later("{count} fail-overs"),
        MarkKind.OPENED: tr_later("{count} openings"),
        MarkKind.RETURNED: tr_later("{count} returns"),
        MarkKind.TRUST: tr_later("{count} changes"),
        MarkKind.TIER: tr_later("{count} changes"),
    }
)
"""Of more than one of a kind."""
_LATENESS = frozenset({MarkKind.FAILED_OVER, MarkKind.OPENED, MarkKind.RETURNED})


def merged_marks(marks: Iterable[Mark], nearness_s: float) -> tuple[MarkGroup, ...]:
    """Changes of tiers that follow each other within `nearness_s` become one, as does what late data leads to.

    Losses of paths and their returns stay single.
    """
    groups: list[list[Mark]] = []
    for mark in sorted(marks, key=lambda each: each.monotonic):
        last = groups[-1][-1] if groups else None
        if last is not None and _belong_together(last, mark) and mark.monotonic - last.monotonic <= nearness_s:
            groups[-1].append(mark)
        else:
            groups.append([mark])
    return tuple(MarkGroup(marks=tuple(each)) for each in groups)


def _belong_together(one: Mark, other: Mark) -> bool:
    return one.kind is other.kind is MarkKind.TIER or (one.kind in _LATENESS and other.kind in _LATENESS)


def apart(places: Sequence[float], width: float) -> tuple[float, ...]:
    """Places of signs, from left to right: each that the next would cover gives way, by its width at most."""
    moved: list[float] = []
    for place in reversed(places):
        moved.append(max(place - width, min(place, moved[-1] - width)) if moved else place)
    return tuple(reversed(moved))


def axis_labels(span: int) -> tuple[tuple[int, str], ...]:
    """Bins back from now, each with its words: minutes, or quarters of a single one."""
    if span > MINUTE_BINS:
        backs = range(0, span + 1, MINUTE_BINS)
        return tuple((back, f"\N{MINUS SIGN}{back // MINUTE_BINS} min" if back else tr("now")) for back in backs)
    return tuple(
        (back, f"\N{MINUS SIGN}{back} s" if back else tr("now")) for back in range(0, span + 1, MINUTE_BINS // 4)
    )


def summary(data: ChartData, titles: Mapping[str, str]) -> str:
    """The chart in one sentence."""
    if data.is_empty:
        return tr("Traffic of the last five minutes: nothing was measured yet.")
    paths = [_path_summary(each, titles.get(each.path, each.path)) for each in data.series]
    gaps = len(data.gaps())
    parts = [enumerated(paths)]
    parts += [tr_count("{count} event", "{count} events", len(data.marks))] if data.marks else []
    parts += [tr_count("{count} gap without measurement", "{count} gaps without measurement", gaps)] if gaps else []
    return tr("Traffic of the last five minutes: {what}.", what=joined(parts))


def _path_summary(series: Series, title: str) -> str:
    peak = max((value for value in series.down if value is not None), default=None)
    if peak is None:
        return tr("{path} not measured", path=title)
    now = series.down[-1]
    current = format_rate(now) if now is not None else tr("unknown")
    return tr("{path} downloads {rate} now, {peak} at most", path=title, rate=current, peak=format_rate(peak))


def clock_time(data: ChartData, index: int) -> str:
    """The local time at which a bin, counted from the oldest, begins."""
    return clock(data.end - SPAN_BINS + index + data.wall_offset_s)


def reading(data: ChartData, index: int, titles: Mapping[str, str]) -> Reading:
    """What the chart shows in one bin, counted from the oldest."""
    rows = tuple(
        (titles.get(each.path, each.path), _value(each.down[index]), _value(each.up[index])) for each in data.series
    )
    return Reading(time=clock_time(data, index), rows=rows)


def table_header(data: ChartData, titles: Mapping[str, str]) -> tuple[str, ...]:
    """The columns: time, then down and up for each path."""
    columns = [
        f"{titles.get(each.path, each.path)} {direction}"
        for each in data.series
        for direction in (tr("down"), tr("up"))
    ]
    return (tr("Time"), *columns)


def table_row(data: ChartData, row: int) -> tuple[str, ...]:
    """One line, the newest bin first; a dash where nothing was measured."""
    index = SPAN_BINS - 1 - row
    values = [_value(value) for each in data.series for value in (each.down[index], each.up[index])]
    return (clock_time(data, index), *values)


def _value(rate_bit_s: float | None) -> str:
    return NOT_KNOWN if rate_bit_s is None else format_rate(rate_bit_s)
