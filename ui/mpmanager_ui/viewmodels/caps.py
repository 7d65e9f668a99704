"""What a path carries against its cap, in words and bars, and what people type to say another one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from mpmanager.api.structures import CapInfo, GatewayAnswer, PathInfo
from mpmanager.model.caps import CapAction, CapState
from mpmanager.model.errors import InvalidValueError
from mpmanager_ui.viewmodels.quantities import format_bytes, format_rtt
from mpmanager_ui.viewmodels.translation import Spoken, labelled, tr, tr_count, tr_later

ONE_MORE_BYTES = 100_000_000
"""What the button for today allows."""
NO_CAP = CapInfo()

THEN_WORDS = Spoken({CapAction.STOP: tr_later("Nothing new"), CapAction.STANDBY: tr_later("Stand by")})
THEN_HINTS = Spoken(
    {
        CapAction.STOP: tr_later("When the cap is reached, no new subflow is made here."),
        CapAction.STANDBY: tr_later("When the cap is reached, it is used only if nothing else is left."),
    }
)
METERED_WORDS = Spoken(
    {
        None: tr_later("Automatic"),
        True: tr_later("Metered"),
        False: tr_later("Not metered"),
    }
)
_METERED_NOW = Spoken(
    {
        (None, True): tr_later("Metered, by what is known of it: little is spent here by itself."),
        (None, False): tr_later("Not metered, by what is known of it."),
        (True, True): tr_later("Metered, as you have said: little is spent here by itself."),
        (False, False): tr_later("Not metered, as you have said."),
    }
)
_STATES = Spoken(
    {
        CapState.WARNED: tr_later("Over 75 % are used."),
        CapState.NEARLY: tr_later("Over 95 % are used."),
        CapState.REACHED: tr_later("The cap is reached."),
    }
)
_UNITS = {"b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}
_WRITTEN = ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB"), (1, "B"))
_SIZE = re.compile(r"([0-9]+(?:[.,][0-9]+)?)\s*([a-z]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CapBar:
    """How far one cap is used up."""

    title: str
    share: float
    """1.0: all of it."""
    forecast_share: float | None
    """What it will be at the end; None where nobody can tell."""
    text: str
    note: str
    """When it begins anew."""
    state: CapState

    @property
    def summary(self) -> str:
        """For who hears it instead of seeing it."""
        return f"{labelled(self.title, self.text)}. {self.note}"


def cap_bars(path: PathInfo, today: date) -> tuple[CapBar, ...]:
    """The billing month first, then the day; only those that are capped. `today` is the local day."""
    return tuple(_bars(path, today))


def _bars(path: PathInfo, today: date) -> Iterator[CapBar]:
    used, cap = path.usage, path.cap
    if used is None or cap is None:
        return
    if cap.month_bytes is not None:
        days = (date.fromisoformat(used.period_end) - today).days
        yield _bar(
            path,
            tr("This billing month"),
            (used.period_bytes, cap.month_bytes),
            forecast_bytes=used.forecast_bytes,
            note=tr_count("Begins anew in {count} day", "Begins anew in {count} days", count=max(days, 0)),
        )
    if cap.day_bytes is not None:
        note = tr("Begins anew at midnight")
        yield _bar(path, tr("Today"), (used.today_bytes, cap.day_bytes), forecast_bytes=None, note=note)


def _bar(path: PathInfo, title: str, amounts: tuple[int, int], *, forecast_bytes: int | None, note: str) -> CapBar:
    used, limit = amounts
    allowed = path.usage.allowed_today_bytes if path.usage else 0
    share = used / limit if limit else 1.0
    text = tr("{used} of {limit}", used=format_bytes(used), limit=write_size(limit))
    if allowed:
        text = tr(
            "{used} of {limit} and {more} more today",
            used=format_bytes(used),
            limit=write_size(limit),
            more=write_size(allowed),
        )
    forecast_share = None if forecast_bytes is None or not limit else forecast_bytes / limit
    return CapBar(
        title=title,
        share=share,
        forecast_share=forecast_share,
        text=text,
        note=note,
        state=_state(used, limit, allowed),
    )


def _state(used: int, limit: int, allowed: int) -> CapState:
    if used >= limit + allowed:
        return CapState.REACHED
    steps = ((0.95, CapState.NEARLY), (0.75, CapState.WARNED))
    return next((state for share, state in steps if used >= share * limit), CapState.WITHIN)


def usage_sentences(path: PathInfo) -> tuple[str, ...]:
    """What it has carried, where that leads, and what is reached; one sentence each."""
    used = path.usage
    if used is None:
        return (tr("This daemon does not count what paths carry."),)
    today, period = format_bytes(used.today_bytes), format_bytes(used.period_bytes)
    lines = [tr("{today} today, {period} in this billing month, both directions.", today=today, period=period)]
    if used.forecast_bytes is not None:
        forecast = format_bytes(used.forecast_bytes)
        lines.append(tr("At this rate it will be {forecast} at the end of it.", forecast=forecast))
    if used.state in _STATES:
        lines.append(_STATES[used.state])
    if path.cap is None:
        lines.append(tr("Type an amount below: you are warned at 75 and at 95\N{NO-BREAK SPACE}% of it."))
    return tuple(lines)


def carried_words(path: PathInfo) -> str:
    """For a path's card, short: against the cap that is used up further, else what it has carried today."""
    used, cap = path.usage, path.cap
    if used is not None and cap is not None:
        amounts = ((used.period_bytes, cap.month_bytes), (used.today_bytes, cap.day_bytes))
        shares = [(count / limit if limit else 1.0, count, limit) for count, limit in amounts if limit is not None]
        _share, count, limit = max(shares)
        return tr("{used} of {limit}", used=format_bytes(count), limit=write_size(limit))
    if path.usage is not None:
        return tr("{bytes} today", bytes=format_bytes(path.usage.today_bytes))
    return tr("{bytes} in all", bytes=format_bytes(path.rx_bytes + path.tx_bytes))


def metered_sentence(path: PathInfo) -> str:
    """Whether it costs, and who says so."""
    return _METERED_NOW[path.metered_said, path.metered]


def probe_sentence(result: GatewayAnswer) -> str:
    """How the gateway has answered."""
    if not result.received:
        return tr(
            "{gateway} has answered none of {sent} questions. Many gateways never do: watch whether data passes.",
            gateway=result.peer,
            sent=result.sent,
        )
    return tr(
        "{gateway} has answered {received} of {sent} questions, within {median} ({least} to {most}).",
        gateway=result.peer,
        received=result.received,
        sent=result.sent,
        median=format_rtt(result.rtt_ms),
        least=format_rtt(result.rtt_min_ms),
        most=format_rtt(result.rtt_max_ms),
    )


def cap_done(title: str, cap: CapInfo) -> str:
    """What has become of a cap."""
    parts = []
    if cap.month_bytes is not None:
        parts.append(tr("{amount} a month from day {day}", amount=write_size(cap.month_bytes), day=cap.reset_day))
    if cap.day_bytes is not None:
        parts.append(tr("{amount} a day", amount=write_size(cap.day_bytes)))
    return labelled(title, ", ".join(parts)) if parts else tr("{path} has no cap now", path=title)


def metered_done(title: str, said: bool | None) -> str:  # noqa: FBT001  # a value, not a switch
    """What has become of whether a path costs."""
    if said is None:
        return tr("{path}: whether it is metered is automatic now", path=title)
    return tr("{path} is metered now", path=title) if said else tr("{path} is not metered now", path=title)


def allowed_done(title: str, more_bytes: int) -> str:
    """What has been allowed."""
    return tr("{path} may carry {amount} more today", path=title, amount=write_size(more_bytes))


def write_size(count: int | None) -> str:
    """As people type it, exactly; empty for none."""
    if count is None:
        return ""
    for factor, unit in _WRITTEN:
        whole, rest = divmod(count, factor)
        if whole and rest * 1000 % factor == 0:
            number = f"{whole}.{rest * 1000 // factor:03}".rstrip("0").rstrip(".")
            return f"{number}\N{NO-BREAK SPACE}{unit}"
    return f"{count}\N{NO-BREAK SPACE}B"


def read_size(text: str) -> int | None:
    """`5 GB`, `0,5 GB`, `200MB`; None for nothing.

    Raises:
        InvalidValueError: says how it could be written.
    """
    if not text.strip():
        return None
    found = _SIZE.fullmatch(text.strip().replace("\N{NO-BREAK SPACE}", " "))
    factor = _UNITS.get(found[2].lower()) if found else None
    if found is None or factor is None:
        raise InvalidValueError(tr("{text} is no amount of data; write it as 5 GB or 200 MB", text=f"“{text}”"))
    return round(float(found[1].replace(",", ".")) * factor)
