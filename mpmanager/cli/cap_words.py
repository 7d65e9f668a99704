"""What the commands about caps, metered paths and probes say."""

from collections.abc import Iterator
from datetime import date

from mpmanager.api.structures import CapInfo, GatewayAnswer, PathInfo
from mpmanager.client.quantities import format_bytes, format_rtt
from mpmanager.client.rule_values import write_size
from mpmanager.model.caps import CapAction, CapState

_THEN = {CapAction.STOP: "then nothing new begins there", CapAction.STANDBY: "then it stands by"}
_MOST_SHARE = 9.99
_ANSWERS = {True: "yes", False: "no", None: "auto"}


def cap_shown(row: PathInfo) -> Iterator[str]:
    """What a path has carried, its cap, and what follows."""
    if row.usage is None:
        yield f"{row.name}: this mpmanagerd does not count"
        return
    used = row.usage
    since = f" (counted since {_day(used.counted_since)})" if (used.counted_since or "") > used.period_first else ""
    today, period = format_bytes(used.today_bytes), format_bytes(used.period_bytes)
    yield f"{row.name} has carried {today} today and {period} since {_day(used.period_first)}{since}"
    if used.forecast_bytes is not None:
        yield f"At this rate it will be {format_bytes(used.forecast_bytes)} by {_day(used.period_end)}"
    yield f"Cap: {_cap(row)}"
    if used.allowed_today_bytes:
        yield f"Allowed beyond it today: {format_bytes(used.allowed_today_bytes)}"
    if used.state is CapState.REACHED:
        yield f"It is reached: {row.name} is {row.tier.value} now"
        yield f"To allow more today: mpm path allow {row.name} 100MB"
    said = "as you have said" if row.metered_said is not None else "by what is known of it"
    yield f"Metered: {_ANSWERS[row.metered]}, {said}"


def cap_changed(before: PathInfo, after: PathInfo) -> Iterator[str]:
    """The cap now, what becomes of the path, and how to go back."""
    yield f"{after.name}: {_cap(after)}{' already' if before.cap == after.cap else ''}"
    if before.tier is not after.tier:
        yield f"It is {after.tier.value} now (before: {before.tier.value})"
    if before.cap != after.cap:
        yield f"To go back: {_command(before)}"


def allowed(after: PathInfo, more_bytes: int) -> Iterator[str]:
    """What is allowed beyond the cap."""
    if not more_bytes:
        yield f"{after.name}: nothing beyond its cap; it is {after.tier.value} now"
        return
    yield f"{after.name} may carry {write_size(more_bytes)} more until midnight; it is {after.tier.value} now"
    yield f"To go back: mpm path allow {after.name} 0B"


def metered_changed(before: PathInfo, after: PathInfo) -> Iterator[str]:
    """Whether a path costs now, and how to go back."""
    again = (
        " already" if before.metered_said == after.metered_said else " now" if before.metered != after.metered else ""
    )
    yield f"{after.name} is {'metered' if after.metered else 'not metered'}{again}"
    if before.metered_said != after.metered_said:
        yield f"To go back: mpm path metered {after.name} {_ANSWERS[before.metered_said]}"


def probed(result: GatewayAnswer) -> str:
    """How a gateway has answered."""
    if not result.received:
        return (
            f"{result.path}: {result.peer} answers none of {result.sent} questions. Many gateways never answer; "
            "whether data passes, mpm connections shows"
        )
    times = f"{format_rtt(result.rtt_min_ms)} / {format_rtt(result.rtt_ms)} / {format_rtt(result.rtt_max_ms)}"
    lost = f"{1 - result.received / result.sent:.0%} lost"
    return f"{result.path}: {result.peer} answers {result.received} of {result.sent} questions ({lost}), after {times}"


def cap_cell(row: PathInfo) -> str:
    """How far the cap that matters more is used up; a dash where there is none."""
    if row.cap is None or row.usage is None:
        return "-"
    shares = [
        (used / limit if limit else 1.0, limit)
        for used, limit in (
            (row.usage.today_bytes, row.cap.day_bytes),
            (row.usage.period_bytes, row.cap.month_bytes),
        )
        if limit is not None
    ]
    share, limit = max(shares, default=(0.0, 0))
    return f"{min(share, _MOST_SHARE):.0%} of {write_size(limit)}"


def _cap(row: PathInfo) -> str:
    cap = row.cap
    if cap is None:
        return "none"
    parts = [] if cap.day_bytes is None else [f"{write_size(cap.day_bytes)} a day"]
    if cap.month_bytes is not None and row.usage is not None:
        parts.append(f"{write_size(cap.month_bytes)} a month (anew on {_day(row.usage.period_end)})")
    return f"{' and '.join(parts)}; {_THEN[cap.then]}"


def _command(before: PathInfo) -> str:
    command = f"mpm path cap {before.name}"
    return f"{command} --none" if before.cap is None else f"{command} --none && {command}{_options(before.cap)}"


def _options(cap: CapInfo) -> str:
    day = "" if cap.day_bytes is None else f" --day {write_size(cap.day_bytes)}"
    month = "" if cap.month_bytes is None else f" --month {write_size(cap.month_bytes)} --reset-day {cap.reset_day}"
    return f"{day}{month} --then {cap.then.value}"


def _day(iso: str | None) -> str:
    return f"{date.fromisoformat(iso):%d %b}" if iso else "-"
