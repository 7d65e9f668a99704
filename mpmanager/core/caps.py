"""The arithmetic of caps: billing months, what of them is used, what will be, and when to warn."""

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from mpmanager.core.byte_counts import CountsMemory
from mpmanager.model.caps import CAP_STATES, Allowance, CapState, PathCap, Period, Usage
from mpmanager.model.names import LinkName

WARN_SHARE = 0.75
NEARLY_SHARE = 0.95
_LEAST_COUNTED_S = 86_400.0
"""A forecast from less than a day says more about that day than about the month."""
_NO_CAP = PathCap()


def billing_period(day: date, reset_day: int) -> Period:
    """The billing month that a day is in; a reset day that a month does not have is its last one."""
    this = _reset_in(day.year, day.month, reset_day)
    if day >= this:
        return Period(first=this, end=_reset_in(*_month_after(day.year, day.month), reset_day))
    return Period(first=_reset_in(*_month_before(day.year, day.month), reset_day), end=this)


def _reset_in(year: int, month: int, reset_day: int) -> date:
    return date(year, month, min(reset_day, calendar.monthrange(year, month)[1]))


def _month_after(year: int, month: int) -> tuple[int, int]:
    return (year, month + 1) if month < 12 else (year + 1, 1)  # noqa: PLR2004  # months


def _month_before(year: int, month: int) -> tuple[int, int]:
    return (year, month - 1) if month > 1 else (year - 1, 12)


def usage(
    days: Mapping[date, int],
    cap: PathCap | None,
    allowance: Allowance | None,
    now: datetime,
    *,
    lost_on: date | None = None,
) -> Usage:
    """What was used of a cap; `days` are bytes by local day, `now` is local.

    Days that are still to come were counted under a wrong clock, and count until that is known better. Of the day and
    the month in which counts were lost nobody knows how much there was: caps count as reached, unless more is allowed.
    """
    said = cap or _NO_CAP
    today = now.date()
    period = billing_period(today, said.reset_day)
    today_bytes, period_bytes = _sum_since(days, today), _sum_since(days, period.first)
    extra_bytes = allowance.extra_bytes if allowance is not None and allowance.day == today else 0
    since = min(days, default=None)
    return Usage(
        today_bytes=today_bytes,
        period_bytes=period_bytes,
        period=period,
        counted_since=since,
        forecast_bytes=None if since is None else forecast(period_bytes, period, since, now),
        allowed_bytes=extra_bytes,
        day_state=state(today_bytes, said.day_bytes, extra_bytes, is_lost=_is_lost(lost_on, today)),
        month_state=state(period_bytes, said.month_bytes, extra_bytes, is_lost=_is_lost(lost_on, period.first)),
    )


def _is_lost(lost_on: date | None, first: date) -> bool:
    """Of a day or month that begins so."""
    return lost_on is not None and lost_on >= first


def _sum_since(days: Mapping[date, int], first: date) -> int:
    return sum(count for day, count in days.items() if day >= first)


def state(used_bytes: int, cap_bytes: int | None, extra_bytes: int = 0, *, is_lost: bool = False) -> CapState:
    """How far a cap is used up. With an allowance nobody is warned again: it was asked for in view of the cap.

    `is_lost`: there may have been any number of bytes more.
    """
    if cap_bytes is None:
        return CapState.UNLIMITED
    if is_lost and not extra_bytes:
        return CapState.REACHED
    if used_bytes >= cap_bytes + extra_bytes:
        return CapState.REACHED
    if used_bytes >= NEARLY_SHARE * cap_bytes:
        return CapState.NEARLY
    return CapState.WARNED if used_bytes >= WARN_SHARE * cap_bytes else CapState.WITHIN


def forecast(used_bytes: int, period: Period, counted_since: date, now: datetime) -> int | None:
    """What a period will have carried at its end, at the rate of what of it was counted so far."""
    began, end, local = _midnight(max(period.first, counted_since)), _midnight(period.end), now.replace(tzinfo=None)
    counted_s = (local - began) / timedelta(seconds=1)
    if counted_s < _LEAST_COUNTED_S:
        return None
    return used_bytes + round(used_bytes / counted_s * ((end - local) / timedelta(seconds=1)))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def allowance_for(more_bytes: int, now: Usage, cap: PathCap, today: date) -> Allowance:
    """So much more from now on, also where a cap was exceeded by a little; on top of what was allowed already."""
    over_bytes = max(
        0,
        *(
            used - limit - now.allowed_bytes
            for used, limit in ((now.today_bytes, cap.day_bytes), (now.period_bytes, cap.month_bytes))
            if limit is not None
        ),
    )
    return Allowance(day=today, extra_bytes=now.allowed_bytes + over_bytes + more_bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How far a cap was used up when it was looked at last, so that everything is told once."""

    first: date
    """Of the day or month that it was about."""
    state: CapState

    def news(self, now: "Told") -> CapState | None:
        """What has to be told: a state that is more urgent than before, or that comes about in another period."""
        before = self.state if self.first == now.first else CapState.UNLIMITED
        is_more = CAP_STATES.index(now.state) > max(CAP_STATES.index(before), CAP_STATES.index(CapState.WITHIN))
        return now.state if is_more else None


@dataclass(slots=True, kw_only=True)
class UsageMemory:
    """What of bytes and caps outlives the daemon."""

    counts: CountsMemory = field(default_factory=CountsMemory)
    allowances: dict[LinkName, Allowance] = field(default_factory=dict)
    told_days: dict[LinkName, Told] = field(default_factory=dict)
    told_months: dict[LinkName, Told] = field(default_factory=dict)
    lost_on: date | None = None
    """When it was found out that what was counted before is lost; `date.max`: now. None: it is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapReached:
    """A path that has carried all that it may."""

    path: LinkName
    used_bytes: int
    cap_bytes: int
    period: str
    """Such as `month`."""


def caps_reached(path: LinkName, cap: PathCap, used: Usage) -> Iterator[CapReached]:
    """Of one path: that of the day, that of the billing month, or both."""
    periods = (
        ("day", used.day_state, used.today_bytes, cap.day_bytes),
        ("month", used.month_state, used.period_bytes, cap.month_bytes),
    )
    for period, state, used_bytes, cap_bytes in periods:
        if state is CapState.REACHED and cap_bytes is not None:
            yield CapReached(path=path, used_bytes=used_bytes, cap_bytes=cap_bytes, period=period)
