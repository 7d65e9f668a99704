"""The history as one viewer gets it: grouped, and of other users as one."""

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from typing import NamedTuple

from mpmanager.api.history import (
    HistoryGroup,
    HistoryInfo,
    HistoryPath,
    HistoryQuery,
    HistoryRow,
    WaitCostInfo,
    WaitEstimate,
)
from mpmanager.api.structures import Wait
from mpmanager.core.history import estimates, fitting
from mpmanager.daemon.privacy import OTHERS, WITHHELD, Viewer
from mpmanager.model.errors import UnknownApplicationError
from mpmanager.model.history import REST_ID, RecordedApplication, RecordedPath, Span, Usage, WaitCount
from mpmanager.model.path import PathKind

BarUsage = tuple[int, RecordedApplication, RecordedPath, Usage]
"""The place of a bar, and what was carried there."""


class _Key(NamedTuple):
    bar: int
    app: str | None
    path: str | None


class _Sum(NamedTuple):
    name: str | None
    is_metered: bool
    usage: Usage


def history_info(
    query: HistoryQuery,
    viewer: Viewer,
    records: Sequence[BarUsage],
    *,
    bars: Sequence[Span],
    since: float | None,
    zone: tzinfo,
) -> HistoryInfo:
    """What was asked for of the records that lie in the bars."""
    shown = [(bar, _shown(viewer, app), path, usage) for bar, app, path, usage in records]
    meant = None if query.app is None else fitting(query.app, {app for _bar, app, _path, _usage in shown})
    wanted = [
        (bar, app, path, usage)
        for bar, app, path, usage in shown
        if (meant is None or app in meant)
        and (query.path is None or path.name == query.path)
        and (path.is_metered or not query.only_metered)
    ]
    return HistoryInfo(
        range=query.range,
        offset=query.offset,
        edges=[*(float(bar.start) for bar in bars), float(bars[-1].end)],
        zone=datetime.fromtimestamp(bars[0].start, zone).tzname() or "",
        since=since,
        rows=[_row(key, found) for key, found in sorted(_summed(wanted, query.group).items(), key=_place)],
        paths=[HistoryPath(name=name, kind=kind) for name, kind in _kinds(wanted).items()],
    )


def wait_estimate(
    text: str,
    viewer: Viewer,
    records: Sequence[BarUsage],
    waits: Iterable[tuple[RecordedApplication, WaitCount]],
    *,
    weeks: int,
    span: Span,
) -> WaitEstimate:
    """What waits would have cost the viewer's own applications that are meant.

    Raises:
        UnknownApplicationError: nothing is recorded of any that is meant.
    """
    own = {app for _bar, app, _path, _usage in records if app.id != REST_ID and viewer.may_see(app.uid)}
    meant = fitting(text, own) if text else own
    if text and not meant:
        raise UnknownApplicationError(f"app {text!r}: nothing is recorded of it in the last {weeks * 7} days")
    moved = Usage()
    for _bar, app, _path, usage in records:
        moved = moved.plus(usage) if app in meant else moved
    known = WaitCount()
    for app, count in waits:
        if app in meant:
            known.merge(count)
    return WaitEstimate(
        app=text,
        names=sorted({each.name for each in meant}) if text else [],
        weeks=weeks,
        start=float(span.start),
        end=float(span.end),
        moved_bytes=moved.rx_bytes + moved.tx_bytes,
        known_bytes=known.total,
        helper_bytes=moved.helper_bytes,
        helps=moved.helps,
        costs=[WaitCostInfo(wait_ms=_wait(limit_ms), bytes=count) for limit_ms, count in estimates(known)],
    )


def _wait(limit_ms: int | None) -> Wait:
    return "never" if limit_ms is None else float(limit_ms)


def _shown(viewer: Viewer, application: RecordedApplication) -> RecordedApplication:
    if application.id == REST_ID or viewer.may_see(application.uid):
        return application
    return RecordedApplication(WITHHELD, None, OTHERS)


def _summed(records: Iterable[BarUsage], group: HistoryGroup) -> dict[_Key, _Sum]:
    sums: dict[_Key, _Sum] = {}
    for bar, app, path, usage in records:
        key = _Key(
            bar,
            None if group is HistoryGroup.PATH else app.id,
            None if group is HistoryGroup.APPLICATION else path.name,
        )
        known = sums.get(key) or _Sum(None if key.app is None else app.name, is_metered=False, usage=Usage())
        sums[key] = known._replace(is_metered=known.is_metered or path.is_metered, usage=known.usage.plus(usage))
    return sums


def _place(item: tuple[_Key, _Sum]) -> tuple[int, str, str]:
    key, _found = item
    return key.bar, key.app or "", key.path or ""


def _row(key: _Key, found: _Sum) -> HistoryRow:
    usage = found.usage
    has_waited = usage.waits > 0
    return HistoryRow(
        bar=key.bar,
        app=key.app,
        name=found.name,
        path=key.path,
        metered=found.is_metered,
        rx_bytes=usage.rx_bytes,
        tx_bytes=usage.tx_bytes,
        helper_bytes=usage.helper_bytes,
        helps=usage.helps,
        waits=usage.waits,
        waited_ms=usage.waited_ms / usage.waits if has_waited else None,
        longest_ms=float(usage.longest_ms) if has_waited else None,
        allowed_ms=float(usage.allowed_ms) if has_waited else None,
    )


def _kinds(records: Iterable[BarUsage]) -> dict[str, PathKind]:
    """The kind of each path, as it was last."""
    return {path.name: path.kind for _bar, _app, path, _usage in records}
