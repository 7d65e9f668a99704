"""What late data has led to, in plain words: the state of a connection, and why it is in it."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from mpmanager.api.structures import ExpirationInfo, HelpCounts, Wait
from mpmanager.client.quantities import count_of, enumerate_words, format_bytes, format_wait
from mpmanager.model.expiration import ExpirationReason, ExpirationState

Titles = Mapping[str, str]
"""How the paths are called, by interface name."""

_MINUTE_S = 60
_HOUR_S = 3600
_SPACE = "\N{NO-BREAK SPACE}"

_REASONS = {
    ExpirationReason.ON_TIME: "data is on time",
    ExpirationReason.BACKLOG: "{path} is full",
    ExpirationReason.SILENT: "{path} answers nothing",
    ExpirationReason.HOLE: "what {path} lost does not get through",
    ExpirationReason.NOTHING_RECEIVED: "nothing received",
    ExpirationReason.PROBE_UNANSWERED: "nothing received, and {path} does not answer a probe",
    ExpirationReason.FOUND_BY_OTHERS: "other connections found {path} dead",
    ExpirationReason.MARKED: "{path} is congested",
    ExpirationReason.LOSSY: "{path} loses much",
    ExpirationReason.RECOVERED: "{path} delivers again",
}


class StateWords(NamedTuple):
    """A state, for as much room as there is."""

    full: str
    """With the reason and the proof."""
    shorter: tuple[str, ...] = ()
    """The longest first."""

    @property
    def short(self) -> str:
        """What takes the least room."""
        return self.shorter[-1] if self.shorter else self.full

    def fitting(self, fits: Callable[[str], bool]) -> str:
        """The longest that fits; the shortest if none does."""
        return next((each for each in (self.full, *self.shorter) if fits(each)), self.short)


def reason_words(reason: ExpirationReason, path: str | None, titles: Titles) -> str:
    """Why, as the second half of a sentence."""
    return _REASONS[reason].format(path=titled(path, titles))


def titled(path: str | None, titles: Titles) -> str:
    """How a path is called; of one that nobody names, what can be said."""
    return titles.get(path, path) if path else "its path"


def state_words(info: ExpirationInfo, titles: Titles, *, now: float) -> StateWords:
    """The state of a connection; `now` is Unix time."""
    left = late_path(info)
    path, helper = titled(left, titles), titles.get(info.helper or "", info.helper)
    reason = reason_words(info.reason, left, titles)
    since = lasting(now - info.since)
    proof = proof_words(info.waited_ms, info.allowed_ms)
    match info.state:
        case ExpirationState.PRIMARY:
            return StateWords(f"carrying: {reason}", ("carrying",))
        case ExpirationState.AGGREGATE:
            help_words = f"{path} full, {helper or 'another path'} helps"
            waits = f"waits: {help_words} since {since}"
            return StateWords(f"{waits}{proof}", (waits, help_words))
        case ExpirationState.STEERED:
            avoids = f"avoids {path} since {since}"
            return StateWords(f"{avoids}: {reason}", (avoids, f"avoids {path}"))
        case ExpirationState.SUSPECT:
            suspects = f"suspects {path}"
            return StateWords(f"{suspects} since {since}: {reason}", (f"{suspects}: {reason}", suspects))
        case ExpirationState.FAILED_OVER:
            moved = f"failed over{f' from {path}' if left else ''}{f' to {helper}' if helper else ''}"
            short = (f"{helper} instead of {path}",) if helper and left else ()
            because = "" if info.reason is ExpirationReason.ON_TIME else f": {reason}"
            return StateWords(f"{moved} {since} ago{because}{proof}", (f"{moved}{because}", moved, *short))
        case ExpirationState.PROBING:
            probing = f"probing {path}"
            return StateWords(f"{probing}: has answered, carries again soon", (f"{probing}: has answered", probing))


def late_path(info: ExpirationInfo) -> str | None:
    """The path that is late or was left; None where only what carries instead is told."""
    return info.path if info.path != info.helper else None


def proof_words(waited_ms: float | None, allowed_ms: Wait | None) -> str:
    """` (waited 54 ms, allowed 50 ms)`; empty where nothing was measured."""
    if waited_ms is None:
        return ""
    allowed = "" if allowed_ms is None else f", allowed {allowed_words(allowed_ms)}"
    return f" (waited {milliseconds(waited_ms)}{allowed})"


def allowed_words(allowed_ms: Wait) -> str:
    """A wait as the second half of a proof."""
    return f"0{_SPACE}ms" if allowed_ms == 0 else format_wait(allowed_ms)


def milliseconds(duration_ms: float) -> str:
    """A measured time: whole milliseconds say enough."""
    return f"{duration_ms:.0f}{_SPACE}ms"


def lasting(seconds: float) -> str:
    """How long something has lasted, in the largest unit that fits."""
    if seconds < _MINUTE_S:
        return f"{max(0, int(seconds))}{_SPACE}s"
    if seconds < _HOUR_S:
        return f"{int(seconds // _MINUTE_S)}{_SPACE}min"
    return f"{int(seconds // _HOUR_S)}{_SPACE}h"


def help_sentence(help_: HelpCounts | None) -> str:
    """How often an application's late data was helped since the daemon started, and what it cost."""
    counts = _counts(help_) if help_ is not None else []
    if help_ is None or not counts:
        return "Its data has needed no help since the daemon started."
    carried = f"; helpers carried {format_bytes(help_.helper_bytes)}" if help_.helper_bytes else ""
    return f"Since the daemon started: {enumerate_words(counts)}{carried}."


def _counts(help_: HelpCounts) -> list[str]:
    counts = (
        (help_.openings, "opening"),
        (help_.failovers, "fail-over"),
        (help_.detours, "detour"),
        (help_.returns, "return"),
        (help_.moves, "big transfer"),
    )
    return [count_of(number, word) for number, word in counts if number]
