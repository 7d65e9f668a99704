"""What the chart says in words and as a table."""

from collections.abc import Mapping
from dataclasses import dataclass

from mpmanager.client.quantities import NOT_KNOWN, count_of, enumerate_words, format_rate
from mpmanager_ui.viewmodels.history import SPAN_BINS, ChartData, Series
from mpmanager_ui.viewmodels.wording import clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One bin, read off the chart."""

    time: str
    rows: tuple[tuple[str, str, str], ...]
    """Path, download, upload."""


def summary(data: ChartData, titles: Mapping[str, str]) -> str:
    """The chart in one sentence."""
    if data.is_empty:
        return "Traffic of the last five minutes: nothing was measured yet."
    paths = [_path_summary(each, titles.get(each.path, each.path)) for each in data.series]
    gaps = len(data.gaps())
    tail = f"; {count_of(len(data.marks), 'event')}" if data.marks else ""
    tail += f"; {count_of(gaps, 'gap')} without measurement" if gaps else ""
    return f"Traffic of the last five minutes: {enumerate_words(paths)}{tail}."


def _path_summary(series: Series, title: str) -> str:
    peak = max((value for value in series.down if value is not None), default=None)
    if peak is None:
        return f"{title} not measured"
    now = series.down[-1]
    current = format_rate(now) if now is not None else "unknown"
    return f"{title} downloads {current} now, {format_rate(peak)} at most"


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
        f"{titles.get(each.path, each.path)} {direction}" for each in data.series for direction in ("down", "up")
    ]
    return ("Time", *columns)


def table_row(data: ChartData, row: int) -> tuple[str, ...]:
    """One line, the newest bin first; a dash where nothing was measured."""
    index = SPAN_BINS - 1 - row
    values = [_value(value) for each in data.series for value in (each.down[index], each.up[index])]
    return (clock_time(data, index), *values)


def _value(rate_bit_s: float | None) -> str:
    return NOT_KNOWN if rate_bit_s is None else format_rate(rate_bit_s)
