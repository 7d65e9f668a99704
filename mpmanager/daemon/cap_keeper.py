"""Counts what paths carry, tells when their caps are near or reached, and says which paths that holds back."""

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from math import inf

from mpmanager.api.structures import EventKind
from mpmanager.core.byte_counts import ByteCounts, Counter
from mpmanager.core.caps import Told, allowance_for, usage
from mpmanager.daemon.journal import Journal
from mpmanager.daemon.state import StateDirectory
from mpmanager.model.caps import MOST_BYTES, CapAction, CapState, PathCap, Usage
from mpmanager.model.clock import Moment
from mpmanager.model.errors import InvalidValueError, StateFileError
from mpmanager.model.names import LinkName
from mpmanager.model.path import LinkCounters, Path, Tier

SAVE_EVERY_S = 60.0
"""At most so much is lost when the power fails. After a crash of the daemon alone nothing is: counters go on."""

_LONGEST_PERIOD = timedelta(days=32)

_UNITS = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1000, "kB"), (1, "B"))
_SHARES = {CapState.WARNED: "75 %", CapState.NEARLY: "95 %"}
_THEN = {CapAction.STOP: "nothing new begins there", CapAction.STANDBY: "it is used when nothing else is left"}

_log = logging.getLogger(__name__)


class CapKeeper:
    """What every path has carried, and its caps. `moment` tells what the clocks say."""

    def __init__(self, state: StateDirectory, *, journal: Journal, moment: Callable[[], Moment]) -> None:
        self._state = state
        self._journal = journal
        self._moment = moment
        self._memory = state.load_usage()
        if self._memory.lost_on == date.max:
            self._memory.lost_on = moment().today
        self._counts = ByteCounts(self._memory.counts)
        self._is_changed = False
        self._saved_s = -inf

    def count(self, counters: Mapping[int, LinkCounters], paths: Iterable[Path]) -> None:
        """Take in what the interfaces of these paths say, by their indexes."""
        now = self._moment()
        known = {
            path.name: Counter(index=path.index, carried_bytes=counters[path.index].total_bytes)
            for path in paths
            if path.index in counters
        }
        self._is_changed |= self._counts.take(known, now)
        if self._memory.lost_on is not None and now.today - self._memory.lost_on >= _LONGEST_PERIOD:
            self._memory.lost_on = None  # whatever is counted of the present months is known from their beginning
        if self._is_changed and now.since_boot_s - self._saved_s >= SAVE_EVERY_S:
            self._saved_s = now.since_boot_s
            self.save()

    def usage(self, name: LinkName, cap: PathCap | None) -> Usage:
        """What a path has carried, and how far its cap is used up."""
        memory = self._memory
        days, allowance = self._counts.days(name), memory.allowances.get(name)
        return usage(days, cap, allowance, self._moment().local, lost_on=memory.lost_on)

    def tier_limits(self, caps: Mapping[LinkName, PathCap]) -> Mapping[LinkName, Tier]:
        """When paths may be used at most whose caps are reached."""
        return {name: cap.then.tier for name, cap in caps.items() if self.usage(name, cap).state is CapState.REACHED}

    def allow(self, path: Path, cap: PathCap, more_bytes: int) -> None:
        """Let a path carry so much more until the day ends; 0 takes back what was allowed today.

        Raises:
            InvalidValueError: it is too much.
            StateFileError: nothing was changed.
        """
        if more_bytes > MOST_BYTES:
            raise InvalidValueError(f"bytes {more_bytes}: expected {MOST_BYTES} at most")
        allowances, before = self._memory.allowances, dict(self._memory.allowances)
        if more_bytes:
            used = self.usage(path.name, cap)
            allowance = allowance_for(more_bytes, used, cap, self._moment().today)
            if allowance.extra_bytes > MOST_BYTES:
                raise InvalidValueError(
                    f"bytes {more_bytes}: with what was allowed today already more than {MOST_BYTES}"
                )
            allowances[path.name] = allowance
        else:
            allowances.pop(path.name, None)
        try:
            self._state.save_usage(self._memory)
        except StateFileError:
            self._memory.allowances = before
            raise
        words = f"{_size(more_bytes)} more today" if more_bytes else "nothing beyond its cap any more"
        self._tell(EventKind.CAP_CHANGED, path, words)

    def judge(self, paths: Iterable[Path], caps: Mapping[LinkName, PathCap]) -> None:
        """Tell what has come about: each warning once in a period, and each cap that is reached or no longer is."""
        for path in paths:
            cap = caps.get(path.name)
            if cap is not None or path.name in self._memory.told_months:
                self._judge(path, cap)

    def tell_change(self, path: Path, before: PathCap | None, after: PathCap | None) -> None:
        """Somebody has said another cap."""
        if before != after:
            self._tell(EventKind.CAP_CHANGED, path, "no cap any more" if after is None else _cap_words(after))

    def save(self) -> None:
        """Write down what is new, if that can be."""
        try:
            if self._is_changed:
                self._state.save_usage(self._memory)
                self._is_changed = False
        except StateFileError as error:
            _log.warning("%s", error)

    def _judge(self, path: Path, cap: PathCap | None) -> None:
        memory, used = self._memory, self.usage(path.name, cap)
        told = (memory.told_days.get(path.name), memory.told_months.get(path.name))
        day = Told(first=self._moment().today, state=used.day_state)
        month = Told(first=used.period.first, state=used.month_state)
        if (day, month) == told:
            return
        self._is_changed = True
        memory.told_days[path.name], memory.told_months[path.name] = day, month
        if cap is not None:
            self._tell_news(path, cap, used, (_news(told[0], day), _news(told[1], month)))
        if used.state is not CapState.REACHED and any(each and each.state is CapState.REACHED for each in told):
            self._tell(EventKind.CAP_LIFTED, path, "may be used again: its cap is no longer reached")
        if cap is None:
            del memory.told_days[path.name], memory.told_months[path.name]
        self.save()  # or the next daemon would tell it once more

    def _tell_news(self, path: Path, cap: PathCap, used: Usage, news: tuple[CapState | None, CapState | None]) -> None:
        of_day, of_month = news
        if of_day is not None and cap.day_bytes is not None:
            self._tell_state(path, cap, of_day, f"today's {_size(cap.day_bytes)}", "tomorrow")
        if of_month is not None and cap.month_bytes is not None:
            until = f"{used.period.end:%d.%m.}"
            self._tell_state(path, cap, of_month, f"the month's {_size(cap.month_bytes)}", f"on {until}")

    def _tell_state(self, path: Path, cap: PathCap, state: CapState, cap_words: str, again: str) -> None:
        if state is CapState.REACHED:
            self._tell(EventKind.CAP_REACHED, path, f"{cap_words} are used up: {_THEN[cap.then]}; anew {again}")
        else:
            self._tell(EventKind.CAP_WARNING, path, f"{_SHARES[state]} of {cap_words} are used; anew {again}")

    def _tell(self, kind: EventKind, path: Path, words: str) -> None:
        self._journal.record(kind, f"{title_of(path)}: {words}", path=path.name)


def title_of(path: Path) -> str:
    """How sentences call a path."""
    return f"{path.name} ({path.network})" if path.network else str(path.name)


def _news(before: Told | None, now: Told) -> CapState | None:
    return (before or Told(first=now.first, state=CapState.UNLIMITED)).news(now)


def _cap_words(cap: PathCap) -> str:
    parts = [] if cap.day_bytes is None else [f"{_size(cap.day_bytes)} a day"]
    if cap.month_bytes is not None:
        parts.append(f"{_size(cap.month_bytes)} a month, from day {cap.reset_day}")
    return f"{' and '.join(parts)}; then {_THEN[cap.then]}"


def _size(count: int) -> str:
    factor, unit = next((each for each in _UNITS if count >= each[0]), _UNITS[-1])
    return f"{count / factor:.4g} {unit}"
