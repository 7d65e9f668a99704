"""What interfaces have carried, by name and local day: over restarts, crashes, and clocks that are set.

Three things would lose or double bytes, and none does:

* A daemon that ends. What the counters said last is remembered together with the sums; the next daemon of the same boot
  goes on from there, one after a start of the machine from zero.
* An interface that is made anew. Its counters begin at zero again, or under another index.
* A clock that is set. What was booked since the machine's start moves with it: a machine that believed for ten minutes
  that it was 1970 has used those bytes today.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from mpmanager.model.clock import Moment
from mpmanager.model.names import LinkName

KEPT_DAYS = 62
"""The longest billing month, and the one before."""
MOST_LINKS = 64
"""Those that are there, and those that carried something last; others are forgotten."""
_SET_S = 60.0
"""A clock that is corrected by less was not set to another day."""
_STEADY_S = 3600.0
"""A clock that nobody sets for so long is right; days that are still to come were not."""

Days = dict[date, int]


@dataclass(slots=True, kw_only=True)
class LinkCount:
    """Of one interface, both directions together."""

    index: int
    counter_bytes: int
    """What the interface itself said last."""
    days: Days = field(default_factory=dict)
    boot_days: Days = field(default_factory=dict)
    """Those of them that were booked since the machine has started."""

    def book(self, day: date, count: int) -> None:
        """Count bytes."""
        for days in (self.days, self.boot_days):
            days[day] = days.get(day, 0) + count

    def move(self, by: timedelta) -> None:
        """What was booked since the start belongs to other days."""
        booked, self.boot_days = self.boot_days, {}
        for day, count in booked.items():
            left = self.days.get(day, 0) - count
            if left > 0:
                self.days[day] = left
            else:
                self.days.pop(day, None)
        for day, count in booked.items():
            self.book(day + by, count)

    def bring_back(self, today: date) -> None:
        """What was booked on days to come was booked by a wrong clock, and counts today."""
        ahead = sum(self.days.pop(day) for day in [*self.days] if day > today)
        if ahead:
            self.days[today] = self.days.get(today, 0) + ahead

    def forget(self, before: date) -> None:
        """Drop old days, but the last of them as the sign since when there was counting."""
        for days in (self.days, self.boot_days):
            for day in [day for day in days if day < before]:
                del days[day]


@dataclass(slots=True, kw_only=True)
class CountsMemory:
    """What has to be known to go on counting."""

    boot: str = ""
    offset_s: float = 0.0
    """As `Moment.offset_s`."""
    links: dict[LinkName, LinkCount] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """What an interface says that it has carried since it was made."""

    index: int
    carried_bytes: int


class ByteCounts:
    """The counts of all paths; `memory` is updated in place."""

    def __init__(self, memory: CountsMemory) -> None:
        self.memory = memory
        self._is_first = True
        self._steady_since_s: float | None = None

    def days(self, name: LinkName) -> Mapping[date, int]:
        """Bytes by local day."""
        found = self.memory.links.get(name)
        return {} if found is None else found.days

    def take(self, counters: Mapping[LinkName, Counter], now: Moment) -> bool:
        """Take in what the interfaces say; whether anything is to be remembered."""
        memory = self.memory
        is_known, is_same_boot = bool(memory.boot), memory.boot == now.boot
        if is_same_boot:
            self._follow_clock(now)
        else:
            for link in memory.links.values():
                link.boot_days, link.counter_bytes = {}, 0
        booked = [
            self._take(name, counter, now, has_begun_there=not is_known, is_same_boot=is_same_boot)
            for name, counter in counters.items()
        ]
        self._look_at_clock(now)
        is_new = not is_same_boot or self._is_first
        memory.boot, memory.offset_s, self._is_first = now.boot, now.offset_s, False
        self._forget(now.today - timedelta(days=KEPT_DAYS), there=counters.keys())
        return any(booked) or is_new

    def _follow_clock(self, now: Moment) -> None:
        step_s = now.offset_s - self.memory.offset_s
        if abs(step_s) <= _SET_S:
            return
        self._steady_since_s = None
        by = now.today - (now.local - timedelta(seconds=step_s)).date()
        for link in self.memory.links.values() if by else ():
            link.move(by)

    def _look_at_clock(self, now: Moment) -> None:
        if self._steady_since_s is None:
            self._steady_since_s = now.since_boot_s
        if now.since_boot_s - self._steady_since_s >= _STEADY_S:
            for link in self.memory.links.values():
                link.bring_back(now.today)

    def _take(
        self, name: LinkName, counter: Counter, now: Moment, *, has_begun_there: bool, is_same_boot: bool
    ) -> bool:
        """What an interface had carried before anybody counted is nobody's."""
        link = self.memory.links.get(name)
        if link is None:
            before = counter.carried_bytes if has_begun_there else 0
            link = self.memory.links[name] = LinkCount(index=counter.index, counter_bytes=before)
            link.book(now.today, 0)
        elif not is_same_boot or link.index != counter.index or counter.carried_bytes < link.counter_bytes:
            link.index, link.counter_bytes = counter.index, 0
        carried = counter.carried_bytes - link.counter_bytes
        if carried:
            link.book(now.today, carried)
        link.counter_bytes = counter.carried_bytes
        return carried > 0

    def _forget(self, before: date, *, there: Collection[LinkName]) -> None:
        """What is there would be counted again from its beginning, if it were forgotten."""
        links = self.memory.links
        for link in links.values():
            link.forget(before)
        gone = [name for name in links if name not in there]
        gone.sort(key=lambda name: max(links[name].days, default=date.min))
        for name in gone[: max(0, len(links) - MOST_LINKS)]:
            del links[name]
