"""What the History page says: bars by path, applications by path, and what a wait would have cost."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from mpmanager.api.history import HistoryInfo, HistoryRow, WaitEstimate
from mpmanager.api.structures import Wait
from mpmanager.client.history import Total, totals
from mpmanager.model.history import REST_ID, HistoryRange
from mpmanager_ui.viewmodels.quantities import NOT_KNOWN, format_bytes, format_wait
from mpmanager_ui.viewmodels.translation import Spoken, enumerated, tr, tr_count, tr_later, tr_number
from mpmanager_ui.viewmodels.waits import NEVER, wait_words
from mpmanager_ui.viewmodels.wording import KIND_WORDS

_STEPS = (1.0, 2.0, 5.0, 10.0)
_WANTED_STEPS = 4
_LEAST_TOP = 1_000.0
_HOUR_LABEL_EVERY = 3
_DAY_LABEL_EVERY = 2
_MOST_SAID = 3
_WITHHELD = "withheld"

RANGE_WORDS = Spoken(
    {
        HistoryRange.DAY: tr_later("Day"),
        HistoryRange.WEEK: tr_later("Week"),
        HistoryRange.MONTH: tr_later("Month"),
    }
)
_WEEKDAYS = Spoken(
    dict(
        enumerate(
            (
                *(tr_later("Monday"), tr_later("Tuesday"), tr_later("Wednesday"), tr_later("Thursday")),
                *(tr_later("Friday"), tr_later("Saturday"), tr_later("Sunday")),
            )
        )
    )
)
_SHORT_WEEKDAYS = Spoken(
    dict(
        enumerate(
            (
                *(tr_later("Mon"), tr_later("Tue"), tr_later("Wed"), tr_later("Thu")),
                *(tr_later("Fri"), tr_later("Sat"), tr_later("Sun")),
            )
        )
    )
)
_MONTHS = Spoken(
    dict(
        enumerate(
            (
                *(tr_later("January"), tr_later("February"), tr_later("March"), tr_later("April")),
                *(tr_later("May"), tr_later("June"), tr_later("July"), tr_later("August")),
                *(tr_later("September"), tr_later("October"), tr_later("November"), tr_later("December")),
            ),
            start=1,
        )
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One stretch of time."""

    label: str
    """On the axis; empty where there is no room for one."""
    title: str
    values: tuple[int, ...]
    """Bytes by path, both directions, in the order of `BarChart.paths`."""
    is_recorded: bool = True
    """Whether anything could be: neither before the first record nor to come."""

    @property
    def total(self) -> int:
        """Of all paths."""
        return sum(self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class BarChart:
    """Stacked bars."""

    paths: tuple[str, ...] = ()
    """Names, the lowest in the stack first."""
    bars: tuple[Bar, ...] = ()
    step: float = _LEAST_TOP
    """Bytes between two lines."""
    top: float = _LEAST_TOP
    """A whole number of steps."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was carried."""
        return not any(bar.total for bar in self.bars)

    def ticks(self) -> tuple[float, ...]:
        """Where lines are."""
        return tuple(number * self.step for number in range(round(self.top / self.step) + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageRow:
    """An application in the table."""

    app: str
    name: str
    cells: tuple[str, ...]
    """Under `UsageTable.header`, from the second column on."""
    is_aside: bool
    """Whether it is no application: other traffic, or other users."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageTable:
    """Applications and what they moved, path by path."""

    header: tuple[str, ...] = ()
    rows: tuple[UsageRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRow:
    """What one wait would have cost."""

    wait: Wait
    words: str
    amount: str
    share: float
    """Of the largest, from 0 to 1."""


def local(unix_time: float) -> datetime:
    """In the zone of whoever looks."""
    return datetime.fromtimestamp(unix_time).astimezone()


def paths_in_order(info: HistoryInfo, present: Sequence[str]) -> tuple[str, ...]:
    """Those of which the history tells: as on all pages, those that are gone last."""
    told = {each.name for each in info.paths}
    return (*(name for name in present if name in told), *sorted(told.difference(present)))


def titles_of(info: HistoryInfo, titles: Mapping[str, str]) -> dict[str, str]:
    """What paths are called; one that is gone by its kind and its name."""
    gone = {each.name: f"{KIND_WORDS[each.kind]} ({each.name})" for each in info.paths}
    return {name: titles.get(name, called) for name, called in gone.items()}


def bar_chart(info: HistoryInfo, present: Sequence[str], *, now: float) -> BarChart:
    """What was carried in each stretch, by path; `now` is Unix time."""
    paths = paths_in_order(info, present)
    sums = [dict.fromkeys(paths, 0) for _edge in info.edges[1:]]
    for row in info.rows:
        if row.path in paths:
            sums[row.bar][row.path] += row.rx_bytes + row.tx_bytes
    bars = tuple(
        Bar(
            label=_label(info, number),
            title=bar_title(info, number),
            values=tuple(by_path.values()),
            is_recorded=info.since is not None and info.since < info.edges[number + 1] and info.edges[number] <= now,
        )
        for number, by_path in enumerate(sums)
    )
    step = _round_step(max(_LEAST_TOP, *(float(bar.total) for bar in bars)) / _WANTED_STEPS)
    highest = max(float(bar.total) for bar in bars)
    return BarChart(paths=paths, bars=bars, step=step, top=max(1, math.ceil(highest / step)) * step)


def _round_step(rough: float) -> float:
    magnitude = 10.0 ** math.floor(math.log10(rough))
    return next(step * magnitude for step in _STEPS if step * magnitude >= rough * 0.999)


def _label(info: HistoryInfo, number: int) -> str:
    start = local(info.edges[number])
    if info.range is HistoryRange.DAY:
        return f"{start:%H}" if start.hour % _HOUR_LABEL_EVERY == 0 else ""
    if info.range is HistoryRange.WEEK:
        return f"{_SHORT_WEEKDAYS[start.weekday()]} {start.day}"
    return str(start.day) if number % _DAY_LABEL_EVERY == 0 else ""


def bar_title(info: HistoryInfo, number: int) -> str:
    """A stretch in full."""
    start, end = local(info.edges[number]), local(info.edges[number + 1])
    if info.range is HistoryRange.DAY and len(info.edges) > 2:  # noqa: PLR2004  # one bar is the whole day
        return f"{start:%H:%M}\N{EN DASH}{end:%H:%M}"
    return f"{_WEEKDAYS[start.weekday()]}, {date_words(start)}"


def date_words(day: date) -> str:
    """Day and month: `19 November`."""
    return tr("{day} {month}", day=day.day, month=_MONTHS[day.month])


def period_title(info: HistoryInfo) -> str:
    """Which day, week or month it is."""
    first, last = local(info.edges[0]), local(info.edges[-1] - 1)
    if info.range is HistoryRange.MONTH:
        return f"{_MONTHS[first.month]} {first.year}"
    if info.range is HistoryRange.WEEK:
        return f"{date_words(first)} \N{EN DASH} {date_words(last)} {last.year}"
    if info.offset == 0:
        return tr("Today, {date}", date=date_words(first))
    if info.offset == 1:
        return tr("Yesterday, {date}", date=date_words(first))
    return f"{_WEEKDAYS[first.weekday()]}, {date_words(first)} {first.year}"


def summary(info: HistoryInfo, titles: Mapping[str, str], *, only_metered: bool) -> str:
    """The whole in one sentence: how much, over what, and what of it because data was late."""
    by_path = [each for each in _by_path(info.rows) if each.bytes]
    if not by_path:
        return tr("Nothing was carried over metered paths.") if only_metered else tr("Nothing was carried.")
    parts = [
        tr("{amount} over {path}", amount=format_bytes(each.bytes), path=titles.get(each.path or "", each.path))
        for each in (by_path if len(by_path) <= _MOST_SAID + 1 else by_path[:_MOST_SAID])
    ]
    rest = len(by_path) - len(parts)
    if rest:
        parts.append(tr_count("{count} other path", "{count} other paths", rest))
    helped = sum(each.helper_bytes for each in by_path)
    text = enumerated(parts)
    if not helped:
        return tr("{carried}.", carried=text)
    return tr("{carried}; {helped} of it because data was late.", carried=text, helped=format_bytes(helped))


def _by_path(rows: Iterable[HistoryRow]) -> list[Total]:
    sums: dict[str | None, Total] = {}
    for row in rows:
        total = Total.of(row)
        sums[row.path] = sums[row.path].plus(total) if row.path in sums else total
    return sorted(sums.values(), key=lambda each: -each.bytes)


def app_name(app: str | None, name: str | None) -> str:
    """Of an application, or of what stands in the place of one."""
    if app == REST_ID:
        return tr("Other traffic and headers")
    return tr("Other users") if app == _WITHHELD else name or ""


def usage_table(info: HistoryInfo, present: Sequence[str], titles: Mapping[str, str]) -> UsageTable:
    """Applications, those that moved most first; what is no application last."""
    paths = paths_in_order(info, present)
    by_app: dict[str, dict[str, Total]] = {}
    for total in totals(info.rows):
        by_app.setdefault(total.app or "", {})[total.path or ""] = total
    ordered = sorted(by_app.items(), key=lambda item: (item[0] in {REST_ID, _WITHHELD}, -_bytes(item[1].values())))
    header = (
        tr("Application"),
        *(titles.get(path, path) for path in paths),
        tr("Together"),
        tr("Because late"),
        tr("Helped"),
        tr("Waited"),
    )
    return UsageTable(header=header, rows=tuple(_usage_row(app, found, paths) for app, found in ordered))


def _bytes(found: Iterable[Total]) -> int:
    return sum(each.bytes for each in found)


def _usage_row(app: str, found: Mapping[str, Total], paths: Sequence[str]) -> UsageRow:
    parts = list(found.values())
    whole = parts[0]
    for each in parts[1:]:
        whole = whole.plus(each)
    return UsageRow(
        app=app,
        name=app_name(app, whole.name),
        cells=(
            *(_amount(found[path].bytes) if path in found else NOT_KNOWN for path in paths),
            format_bytes(whole.bytes),
            _amount(whole.helper_bytes),
            f"{tr_number(f'{whole.helps:,}')}\N{MULTIPLICATION SIGN}" if whole.helps else NOT_KNOWN,
            _waited(whole),
        ),
        is_aside=app in {REST_ID, _WITHHELD},
    )


def _amount(count: int) -> str:
    return format_bytes(count) if count else NOT_KNOWN


def _waited(total: Total) -> str:
    """`54 of 50 ms`: waited and allowed."""
    if not total.waits or total.allowed_ms is None:
        return NOT_KNOWN
    return tr("{waited} of {allowed} ms", waited=f"{total.waited_ms:.0f}", allowed=f"{total.allowed_ms:.0f}")


def chart_rows(chart: BarChart) -> list[tuple[str, ...]]:
    """The chart as a table: the stretch, each path, all together."""
    return [
        (
            bar.title,
            *((format_bytes(value) if bar.is_recorded else NOT_KNOWN) for value in bar.values),
            format_bytes(bar.total) if bar.is_recorded else NOT_KNOWN,
        )
        for bar in chart.bars
    ]


def applications_of(info: HistoryInfo) -> list[tuple[str, str]]:
    """Id and name of those of which an estimate may be asked, the most bytes first."""
    known = (each for each in totals(info.rows) if each.app and each.app not in {REST_ID, _WITHHELD})
    found = {each.app: each.name or each.app for each in known if each.app}
    return list(found.items())


def cost_rows(estimate: WaitEstimate) -> list[CostRow]:
    """What each wait would have cost."""
    largest = max((each.bytes for each in estimate.costs), default=0) or 1
    return [
        CostRow(
            wait=each.wait_ms,
            words=wait_words(each.wait_ms),
            amount=_cost_amount(each.wait_ms, each.bytes),
            share=each.bytes / largest,
        )
        for each in estimate.costs
    ]


def _cost_amount(wait: Wait, count: int) -> str:
    if not count:
        return tr("nothing")
    return tr("at most {amount}", amount=format_bytes(count)) if wait == 0 else format_bytes(count)


def cost_sentence(estimate: WaitEstimate, wait: Wait) -> str:
    """What the chosen wait would have cost last week."""
    if not estimate.known_bytes:
        return tr(
            "How long its data waited is not known: while it was looked at it sent nothing, or had no second path. "
            "Look again after a while."
        )
    count = next((each.bytes for each in estimate.costs if each.wait_ms == wait), 0)
    moved = format_bytes(estimate.moved_bytes)
    if wait == NEVER:
        return tr(
            "With “never”, nothing of last week's {moved} would have gone over a backup because of late data.",
            moved=moved,
        )
    if wait == 0:
        return tr(
            "With 0 ms all paths are pooled: at most {amount} of last week's {moved} would have gone over others.",
            amount=format_bytes(count),
            moved=moved,
        )
    return tr(
        "With {wait}, about {amount} of last week's {moved} would have gone over a backup.",
        wait=format_wait(wait),
        amount=format_bytes(count),
        moved=moved,
    )


def cost_basis(estimate: WaitEstimate) -> str:
    """What the estimate rests on, and what really was."""
    known = tr("An estimate, from {known} of which the wait is known.", known=format_bytes(estimate.known_bytes))
    if not estimate.helps:
        return known if estimate.known_bytes else ""
    really = tr_count(
        "Really, {amount} went over a backup, once.",
        "Really, {amount} went over a backup, {count} times.",
        estimate.helps,
        amount=format_bytes(estimate.helper_bytes),
    )
    return f"{known} {really}"
