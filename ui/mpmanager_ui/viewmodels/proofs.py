"""Events as the Overview tells them: with the paths' names and the proof; what happens to many at once, told once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from mpmanager.api.structures import EventInfo, EventKind, Wait
from mpmanager_ui.viewmodels.lateness import Titles, allowed_words, milliseconds, reason_words, titled
from mpmanager_ui.viewmodels.quantities import format_bytes
from mpmanager_ui.viewmodels.translation import enumerated, labelled, tr, tr_count, tr_number

Names = Mapping[str, str]
"""How applications are called, by their ids."""

TOGETHER_S = 2.0
"""What happens within this time to connections of one application is told in one row."""

_TOLD_TOGETHER = frozenset(
    {
        EventKind.BACKUP_OPENED,
        EventKind.BACKUP_CLOSED,
        EventKind.STEERED,
        EventKind.STEERED_BACK,
        EventKind.FAILED_OVER,
        EventKind.RETURNED,
    }
)
_TENTHS_UNTIL_S = 9.95
_MINUTE_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One row of the list."""

    time: float
    """Unix time, of the first if several are told together."""
    kind: EventKind
    text: str
    app: str | None = None
    """The id of the application to which it happened; None: it happened to a path or to everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    event: EventInfo
    """The first one."""
    number: int = 1
    waited_ms: float | None = None
    """The longest wait."""
    helper_bytes: int | None = None
    """Of all together."""
    lasted_s: float | None = None
    """The longest."""

    def with_one_more(self, event: EventInfo) -> "_Group":
        return replace(
            self,
            number=self.number + 1,
            waited_ms=_longest(self.waited_ms, event.waited_ms),
            helper_bytes=_sum(self.helper_bytes, event.helper_bytes),
            lasted_s=_longest(self.lasted_s, event.lasted_s),
        )


def event_rows(events: Iterable[EventInfo], titles: Titles, names: Names) -> list[EventRow]:
    """The rows, the newest first; `events` come with the oldest first."""
    rows = (
        EventRow(time=each.event.time, kind=each.event.kind, text=_text(each, titles, names), app=each.event.app)
        for each in _groups(events)
    )
    return list(rows)[::-1]


def event_text(event: EventInfo, titles: Titles, names: Names) -> str:
    """One event in a sentence."""
    return _text(_group_of(event), titles, names)


def _groups(events: Iterable[EventInfo]) -> list[_Group]:
    groups: list[_Group] = []
    places: dict[tuple[object, ...], int] = {}
    for event in events:
        key = (event.kind, event.app, event.path, event.helper, event.reason)
        place = places.get(key)
        if place is not None and event.time - groups[place].event.time <= TOGETHER_S:
            groups[place] = groups[place].with_one_more(event)
            continue
        if event.kind in _TOLD_TOGETHER:
            places[key] = len(groups)
        groups.append(_group_of(event))
    return groups


def _group_of(event: EventInfo) -> _Group:
    return _Group(event=event, waited_ms=event.waited_ms, helper_bytes=event.helper_bytes, lasted_s=event.lasted_s)


def _text(group: _Group, titles: Titles, names: Names) -> str:
    event = group.event
    told = _told(group, titles) if event.app is not None and event.path is not None else ""
    return labelled(_who(group, names), told) if told else event.text


def _told(group: _Group, titles: Titles) -> str:
    """What happened; empty where the daemon's own sentence says it as well."""
    event = group.event
    path, helper = titled(event.path, titles), titles.get(event.helper or "", event.helper or tr("another path"))
    match event.kind:
        case EventKind.BACKUP_OPENED:
            return tr("{waited}: {helper} opened, as {path} is full", waited=_waited(group), helper=helper, path=path)
        case EventKind.STEERED | EventKind.FAILED_OVER:
            waited = "" if group.waited_ms is None else labelled(_waited(group), "")
            reason = _reason_of(event, path, titles)
            return waited + tr("{helper} carries instead, as {reason}", helper=helper, reason=reason)
        case EventKind.BACKUP_CLOSED:
            return tr("{path} suffices again: {helper} closed", path=path, helper=helper) + _cost(group)
        case EventKind.RETURNED | EventKind.STEERED_BACK:
            return tr("{path} carries again", path=path) + _return_cost(group, titles)
        case EventKind.TRANSFER_MOVED:
            return tr("a big transfer moved to {path}", path=path)
        case _:
            return ""


def _reason_of(event: EventInfo, path: str, titles: Titles) -> str:
    if event.reason:
        return reason_words(event.reason, event.path, titles)
    return tr("{path} delivers nothing", path=path)


def _who(group: _Group, names: Names) -> str:
    app = group.event.app or ""
    name = names.get(app) or app.rpartition("/")[2] or app
    if group.number == 1:
        return name
    return f"{name} ({tr_count('{count} connection', '{count} connections', group.number)})"


def _waited(group: _Group) -> str:
    if group.waited_ms is None:
        return tr("late data")
    allowed, time = _allowed(group.event.allowed_ms), milliseconds(group.waited_ms)
    if group.number > 1:
        return tr("waited up to {time}", time=time) + allowed
    return tr("waited {time}", time=time) + allowed


def _allowed(allowed_ms: Wait | None) -> str:
    return "" if allowed_ms is None else f" ({tr('allowed {time}', time=allowed_words(allowed_ms))})"


def _cost(group: _Group) -> str:
    parts = [] if group.lasted_s is None else [duration(group.lasted_s)]
    parts += [] if group.helper_bytes is None else [format_bytes(group.helper_bytes)]
    return tr(" after {what}", what=enumerated(parts)) if parts else ""


def _return_cost(group: _Group, titles: Titles) -> str:
    lasted = "" if group.lasted_s is None else tr(" after {what}", what=duration(group.lasted_s))
    if group.event.helper is None or group.helper_bytes is None:
        return lasted
    helper = titled(group.event.helper, titles)
    return lasted + tr("; {helper} carried {bytes}", helper=helper, bytes=format_bytes(group.helper_bytes))


def duration(seconds: float) -> str:
    """How long something took: tenths as long as they say something."""
    if seconds < _TENTHS_UNTIL_S:
        return tr_number(f"{seconds:.1f}\N{NO-BREAK SPACE}s")
    if seconds < _MINUTE_S:
        return f"{seconds:.0f}\N{NO-BREAK SPACE}s"
    minutes, rest = divmod(round(seconds), _MINUTE_S)
    return f"{minutes}\N{NO-BREAK SPACE}min {rest}\N{NO-BREAK SPACE}s"


def _longest(one: float | None, other: float | None) -> float | None:
    known = [each for each in (one, other) if each is not None]
    return max(known, default=None)


def _sum(one: int | None, other: int | None) -> int | None:
    known = [each for each in (one, other) if each is not None]
    return sum(known) if known else None
