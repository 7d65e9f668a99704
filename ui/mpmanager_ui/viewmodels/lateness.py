"""What late data has led to, in plain words: the state of a connection, and why it is in it."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from mpmanager.api.structures import ExpirationInfo, HelpCounts, Wait
from mpmanager.model.expiration import ExpirationReason, ExpirationState
from mpmanager_ui.viewmodels.quantities import format_bytes, format_wait
from mpmanager_ui.viewmodels.translation import Spoken, enumerated, labelled, tr, tr_count, tr_later

Titles = Mapping[str, str]
"""How the paths are called, by interface name."""

_MINUTE_S = 60
_HOUR_S = 3600
_SPACE = "\N{NO-BREAK SPACE}"

_REASONS = Spoken(
    {
        ExpirationReason.ON_TIME: tr_later("data is on time"),
        ExpirationReason.BACKLOG: tr_later("{path} is full"),
        ExpirationReason.SILENT: tr_later("{path} answers nothing"),
        ExpirationReason.HOLE: tr_later("what {path} lost does not get through"),
        ExpirationReason.NOTHING_RECEIVED: tr_later("nothing received"),
        ExpirationReason.PROBE_UNANSWERED: tr_later("nothing received, and {path} does not answer a probe"),
        ExpirationReason.FOUND_BY_OTHERS: tr_later("other connections found {path} dead"),
        ExpirationReason.MARKED: tr_later("{path} is congested"),
        ExpirationReason.LOSSY: tr_later("{path} loses much"),
        ExpirationReason.RECOVERED: tr_later("{path} delivers again"),
    }
)


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
    return titles.get(path, path) if path else tr("its path")


def state_words(info: ExpirationInfo, titles: Titles, *, now: float) -> StateWords:
    """The state of a connection; `now` is Unix time."""
    left = late_path(info)
    path, helper = titled(left, titles), titles.get(info.helper or "", info.helper)
    reason = reason_words(info.reason, left, titles)
    lasted = lasting(now - info.since)
    proof = proof_words(info.waited_ms, info.allowed_ms)
    match info.state:
        case ExpirationState.PRIMARY:
            return StateWords(tr("carrying: {reason}", reason=reason), (tr("carrying"),))
        case ExpirationState.AGGREGATE:
            names = {"path": path, "helper": helper or tr("another path")}
            helps = tr("{path} full, {helper} helps", **names)
            waits = tr("waits: {path} full, {helper} helping for {time}", **names, time=lasted)
            return StateWords(f"{waits}{proof}", (waits, helps))
        case ExpirationState.STEERED:
            avoids = tr("avoiding {path} for {time}", path=path, time=lasted)
            return StateWords(labelled(avoids, reason), (avoids, tr("avoids {path}", path=path)))
        case ExpirationState.SUSPECT:
            suspects = tr("suspects {path}", path=path)
            full = tr("suspecting {path} for {time}: {reason}", path=path, time=lasted, reason=reason)
            return StateWords(full, (labelled(suspects, reason), suspects))
        case ExpirationState.FAILED_OVER:
            moved = _moved(path if left else "", helper or "")
            short = (tr("{helper} instead of {path}", helper=helper, path=path),) if helper and left else ()
            ago = tr("{what} {time} ago", what=moved, time=lasted)
            if info.reason is not ExpirationReason.ON_TIME:
                short = (moved, *short)
                ago, moved = labelled(ago, reason), labelled(moved, reason)
            return StateWords(f"{ago}{proof}", (moved, *short))
        case ExpirationState.PROBING:
            probing = tr("probing {path}", path=path)
            answered = tr("{probing}: has answered", probing=probing)
            return StateWords(tr("{probing}: has answered, carries again soon", probing=probing), (answered, probing))


def _moved(path: str, helper: str) -> str:
    match bool(path), bool(helper):
        case True, True:
            return tr("failed over from {path} to {helper}", path=path, helper=helper)
        case True, False:
            return tr("failed over from {path}", path=path)
        case False, True:
            return tr("failed over to {helper}", helper=helper)
        case _:
            return tr("failed over")


def late_path(info: ExpirationInfo) -> str | None:
    """The path that is late or was left; None where only what carries instead is told."""
    return info.path if info.path != info.helper else None


def proof_words(waited_ms: float | None, allowed_ms: Wait | None) -> str:
    """` (waited 54 ms, allowed 50 ms)`; empty where nothing was measured."""
    if waited_ms is None:
        return ""
    waited = milliseconds(waited_ms)
    if allowed_ms is None:
        return f" ({tr('waited {time}', time=waited)})"
    return f" ({tr('waited {time}, allowed {allowed}', time=waited, allowed=allowed_words(allowed_ms))})"


def allowed_words(allowed_ms: Wait) -> str:
    """A wait as the second half of a proof."""
    if isinstance(allowed_ms, str):
        return tr("any wait")
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
        return tr("Its data has needed no help since the daemon started.")
    if not help_.helper_bytes:
        return tr("Since the daemon started: {counts}.", counts=enumerated(counts))
    carried = format_bytes(help_.helper_bytes)
    return tr("Since the daemon started: {counts}; helpers carried {bytes}.", counts=enumerated(counts), bytes=carried)


def _counts(help_: HelpCounts) -> list[str]:
    openings, failovers, detours = help_.openings, help_.failovers, help_.detours
    counts = (
        tr_count("{count} opening", "{count} openings", openings) if openings else "",
        tr_count("{count} fail-over", "{count} fail-overs", failovers) if failovers else "",
        tr_count("{count} detour", "{count} detours", detours) if detours else "",
        tr_count("{count} return", "{count} returns", help_.returns) if help_.returns else "",
        tr_count("{count} big transfer", "{count} big transfers", help_.moves) if help_.moves else "",
    )
    return [each for each in counts if each]
