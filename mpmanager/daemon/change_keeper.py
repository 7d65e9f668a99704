"""Remembers every change of what was decided, takes changes back, and ends those that nobody keeps."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from mpmanager.api.structures import ChangeInfo, ChangePartInfo, EventKind
from mpmanager.core.change_log import ChangeLog, Plan, redo_plan, undo_plan
from mpmanager.core.change_rights import actions_for, is_shown_to
from mpmanager.core.standing import Standing, differences_between, values_of, with_values
from mpmanager.daemon.boot import since_boot
from mpmanager.daemon.change_words import change_sentence, difference_sentence
from mpmanager.daemon.journal import Journal
from mpmanager.daemon.privacy import Viewer
from mpmanager.daemon.state import StateDirectory
from mpmanager.daemon.waiting import wait
from mpmanager.model.authority import Action
from mpmanager.model.change import Aspect, AspectKind, Author, Change, ChangeId, Difference, Probation, Value
from mpmanager.model.errors import (
    ChangedSinceError,
    InvalidValueError,
    MpmanagerError,
    NotAuthorizedError,
    StateFileError,
    UnknownChangeError,
    UnknownProfileError,
)
from mpmanager.model.policy import PolicyRule

SHORTEST_PROBATION_S = 5
LONGEST_PROBATION_S = 3600
_WISH_HOLDS_S = 300.0
"""Between saying that the next change is on probation, and making it: somebody may have to type a password."""
_MOST_OF_ONE_USER = 50
"""Clients that have said something of their changes, of which the daemon does not know when they go."""
_LONGEST_SLEEP_S = 30.0
"""Until the time of day is looked at again."""
_REST_S = 1.0
_PARTS_TOLD = 50
_BY_NETWORK = Author()

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """What a client has said of its next change."""

    uid: int | None
    seconds: int
    until: float
    """By the clock that nobody sets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Guard:
    """What a client wants of its changes that cut off."""

    uid: int | None
    seconds: int


class ChangeKeeper:
    """The last changes. One at a time is made, taken back or made again, so that none is mixed up with another.

    `standing` tells what holds, `restore` puts something else into force, all of it or nothing, and `reach` counts the
    paths that programs can use.
    """

    def __init__(
        self,
        state: StateDirectory,
        *,
        journal: Journal,
        standing: Callable[[], Standing],
        restore: Callable[[Standing], Awaitable[None]],
        reach: Callable[[], int],
        widens: Callable[[Standing], bool] = lambda _standing: False,
        wall_clock: Callable[[], float] = time.time,
        clock: Callable[[], float] = since_boot,
    ) -> None:
        """`clock` goes on while the machine sleeps, and nobody sets it."""
        self._state = state
        self._journal = journal
        self._standing = standing
        self._restore = restore
        self._reach = reach
        self._widens = widens
        self._wall_clock = wall_clock
        self._clock = clock
        self._turn = asyncio.Lock()
        self._stirred = asyncio.Event()
        self._wishes: dict[str, _Wish] = {}
        """By bus name, as the guards."""
        self._guards: dict[str, _Guard] = {}
        self._log: ChangeLog = state.load_changes()
        self._deadlines = {each.id: self._deadline(each.probation) for each in self._log.changes if each.probation}
        """By that clock: the time of day may be set forth and back."""
        self.revision = 0
        """Grows with every change of what `rows` tells."""

    def _deadline(self, probation: Probation) -> float:
        return self._clock() + min(probation.seconds, max(0.0, probation.until - self._wall_clock()))

    # Making

    @asynccontextmanager
    async def recorded(self, author: Author = _BY_NETWORK, *, bus_name: str = "") -> AsyncIterator[None]:
        """Whatever becomes another within is one change, of this author, who calls by this bus name."""
        async with self._turn:
            before, reach = self._standing(), self._reach()
            wish = self._wishes.pop(bus_name, None)
            try:
                yield
            finally:
                self._note(author, before, self._probation(bus_name, wish, reach))

    def _probation(self, bus_name: str, wish: _Wish | None, reach: int) -> Probation | None:
        guard = self._guards.get(bus_name)
        if wish is not None and wish.until >= self._clock():
            seconds = wish.seconds
        elif guard is not None and reach > 0 and self._reach() == 0:
            seconds = guard.seconds
        else:
            return None
        return Probation(seconds=seconds, until=self._wall_clock() + seconds)

    def _note(self, author: Author, before: Standing, probation: Probation | None) -> None:
        now = self._wall_clock()
        found = differences_between(before, self._standing())
        differences = tuple(each for each in found if not _has_gone_by_itself(each, now))
        if not differences:
            return
        if author == _BY_NETWORK:
            differences = _left_to_people(differences)
        self._keep(self._log.with_change(author, differences, time=now, probation=probation))

    def _keep(self, log: ChangeLog) -> None:
        """Of what holds already: where it cannot be written down, it is known until this daemon ends."""
        known = {each.id for each in self._log.changes if each.probation}
        self._log = log
        pending = {each.id: each.probation for each in log.changes if each.probation}
        self._deadlines = {each: at for each, at in self._deadlines.items() if each in pending and each in known}
        self._deadlines |= {
            each: self._deadline(probation) for each, probation in pending.items() if each not in self._deadlines
        }
        self.revision += 1
        self._stirred.set()
        try:
            self._state.save_changes(log)
        except StateFileError as error:
            _log.warning("the last change cannot be taken back after a restart of the daemon: %s", error)

    def expect(self, uid: int | None, bus_name: str, seconds: int) -> None:
        """The next change of a user's client is taken back after so long, unless it is kept.

        Raises:
            InvalidValueError: nobody could keep it in that time, or would.
        """
        until = self._clock() + _WISH_HOLDS_S
        self._wishes[bus_name] = _Wish(uid=uid, seconds=_probation_s(seconds), until=until)
        _forget_oldest(self._wishes, uid)

    def guard(self, uid: int | None, bus_name: str, seconds: int) -> None:
        """From now on a client's changes that leave no usable path are taken back after so long, unless kept.

        Raises:
            InvalidValueError: nobody could keep them in that time, or would.
        """
        self._guards[bus_name] = _Guard(uid=uid, seconds=_probation_s(seconds))
        _forget_oldest(self._guards, uid)

    # Telling

    def rows(self, limit: int, viewer: Viewer) -> list[ChangeInfo]:
        """The last changes that somebody may know of, the newest first."""
        shown = [each for each in self._log.changes if _is_shown(each, viewer)]
        return [self._row(each, viewer) for each in reversed(shown[-limit:] if limit else [])]

    def _row(self, change: Change, viewer: Viewer) -> ChangeInfo:
        later = self._log.later_about_the_same(change) if change.taken_back is None else ()
        author, probation = change.author, change.probation
        return ChangeInfo(
            id=change.id,
            time=change.time,
            text=change_sentence(change),
            uid=author.uid,
            program=author.program if viewer.may_see(author.uid) else None,
            parts=[_part(each) for each in change.differences[:_PARTS_TOLD]],
            taken_back=change.taken_back,
            later=[each.id for each in later],
            keep_until=None if probation is None else probation.until,
        )

    def preview(self, wanted: int, *, with_later: bool, viewer: Viewer) -> list[ChangeInfo]:
        """The changes that would be taken back, the first to go first.

        Raises:
            UnknownChangeError, ChangedSinceError: none would.
        """
        plan = self._undo_plan(wanted, with_later=with_later, viewer=viewer)
        return [self._row(each, viewer) for each in plan.changes]

    def to_undo(self, wanted: int, *, viewer: Viewer) -> ChangeId:
        """Which change is meant that holds; 0 means the last one. Raises UnknownChangeError: there is none."""
        return self._log.standing(wanted, lambda each: _is_shown(each, viewer)).id

    def to_redo(self, wanted: int, *, viewer: Viewer) -> ChangeId:
        """Which change is meant that was taken back; otherwise as `to_undo`."""
        return self._log.undone(wanted, lambda each: _is_shown(each, viewer)).id

    def to_keep(self, wanted: int, *, viewer: Viewer) -> ChangeId:
        """Which change is meant that waits to be kept; otherwise as `to_undo`."""
        return self._on_probation(wanted, viewer).id

    def actions_to_undo(self, wanted: int, *, with_later: bool, viewer: Viewer) -> frozenset[Action]:
        """What taking back takes.

        Raises:
            UnknownChangeError, ChangedSinceError: as `undo`.
        """
        return self._actions(self._undo_plan(wanted, with_later=with_later, viewer=viewer), viewer)

    def actions_to_redo(self, wanted: int, *, viewer: Viewer) -> frozenset[Action]:
        """What making again takes.

        Raises:
            UnknownChangeError, ChangedSinceError: as `redo`.
        """
        return self._actions(self._redo_plan(wanted, viewer), viewer)

    def actions_to_keep(self, wanted: int, *, viewer: Viewer) -> frozenset[Action]:
        """What keeping takes: of one's own change nothing, as making it was allowed.

        Raises:
            UnknownChangeError: as `keep`.
        """
        return self._actions_to_keep(self._on_probation(wanted, viewer), viewer)

    @staticmethod
    def _actions_to_keep(change: Change, viewer: Viewer) -> frozenset[Action]:
        if change.author.uid is not None and change.author.uid == viewer.uid:
            return frozenset()
        return actions_for([change], viewer.uid, widens=True)

    def _actions(self, plan: Plan, viewer: Viewer) -> frozenset[Action]:
        kinds = {each.kind for change in plan.changes for each in change.aspects}
        widens = AspectKind.PROFILE in kinds and self._widens(self._after(plan))
        return actions_for(plan.changes, viewer.uid, widens=widens)

    # Taking back and making again

    async def undo(
        self, wanted: int, *, with_later: bool, viewer: Viewer, allowed: Collection[Action], bus_name: str = ""
    ) -> list[ChangeInfo]:
        """Take a change back; 0 means the last one. Returns what was taken back, the first to go first.

        All or nothing: when this raises, nothing was changed.

        Raises:
            UnknownChangeError, ChangedSinceError: it cannot be.
            NotAuthorizedError: it takes more than `allowed`, as something was changed meanwhile.
            MpmanagerError: what held before cannot be put into force.
        """
        async with self._turn:
            plan = self._undo_plan(wanted, with_later=with_later, viewer=viewer)
            _require(self._actions(plan, viewer), allowed)
            await self._carry_out(plan, bus_name=bus_name, is_undone=True)
            return [self._row(each, viewer) for each in self._now(plan)]

    async def redo(
        self, wanted: int, *, viewer: Viewer, allowed: Collection[Action], bus_name: str = ""
    ) -> list[ChangeInfo]:
        """Make a change again; 0 means the one that was taken back last. Otherwise as `undo`."""
        async with self._turn:
            plan = self._redo_plan(wanted, viewer)
            _require(self._actions(plan, viewer), allowed)
            await self._carry_out(plan, bus_name=bus_name, is_undone=False)
            return [self._row(each, viewer) for each in self._now(plan)]

    async def keep(self, wanted: int, *, viewer: Viewer, allowed: Collection[Action]) -> None:
        """Have a change stay that would be taken back, or made again, by itself; 0 means the last such one.

        Raises:
            UnknownChangeError: there is none.
            NotAuthorizedError: it takes more than `allowed`, as something was changed meanwhile.
        """
        async with self._turn:
            change = self._on_probation(wanted, viewer)
            _require(self._actions_to_keep(change, viewer), allowed)
            self._keep(self._log.with_replaced([replace(change, probation=None)]))

    def _undo_plan(self, wanted: int, *, with_later: bool, viewer: Viewer) -> Plan:
        change = self._log.standing(wanted, lambda each: _is_shown(each, viewer))
        return undo_plan(self._log, change, self._values(), with_later=with_later, time=self._wall_clock())

    def _redo_plan(self, wanted: int, viewer: Viewer) -> Plan:
        change = self._log.undone(wanted, lambda each: _is_shown(each, viewer))
        return redo_plan(change, self._values(), time=self._wall_clock())

    def _on_probation(self, wanted: int, viewer: Viewer) -> Change:
        found = [
            each
            for each in self._log.changes
            if each.probation is not None and wanted in {0, each.id} and _is_shown(each, viewer)
        ]
        if not found:
            which = f"change {wanted} does not wait" if wanted else "no change waits"
            raise UnknownChangeError(f"{which} to be kept")
        return found[-1]

    def _values(self) -> dict[Aspect, Value]:
        return values_of(self._standing())

    def _after(self, plan: Plan) -> Standing:
        return with_values(self._standing(), plan.values, plan.places)

    def _now(self, plan: Plan) -> list[Change]:
        known = {each.id: each for each in self._log.changes}
        return [known[each.id] for each in plan.changes]

    async def _carry_out(self, plan: Plan, *, is_undone: bool, bus_name: str = "", why: str = "") -> None:
        reach = self._reach()
        wish = self._wishes.pop(bus_name, None)
        await self._restore(self._after(plan))
        probation = self._probation(bus_name, wish, reach)
        at = self._wall_clock() if is_undone else None
        self._keep(self._log.with_replaced(replace(each, taken_back=at, probation=probation) for each in plan.changes))
        kind = EventKind.CHANGE_TAKEN_BACK if is_undone else EventKind.CHANGE_MADE_AGAIN
        words = "taken back" if is_undone else "made again"
        for each in plan.changes:
            self._journal.record(kind, f"{words}{why}: {change_sentence(each)}", uid=each.owner_uid)

    # Probation

    async def run(self) -> None:
        """End probations whose time is over, until cancelled."""
        while True:
            self._stirred.clear()
            try:
                await self.end_probations()
            except MpmanagerError as error:
                _log.warning("%s; trying again", error)
                await asyncio.sleep(_REST_S)
                continue
            left_s = min((at - self._clock() for at in self._deadlines.values()), default=None)
            await wait(self._stirred, None if left_s is None else min(max(0.0, left_s), _LONGEST_SLEEP_S))

    async def end_probations(self) -> None:
        """Take back what nobody has kept, and make again what was taken back and not kept so; the last first.

        Raises:
            MpmanagerError: it is not done yet.
        """
        async with self._turn:
            while (change := self._due()) is not None:
                await self._end(change)

    def _due(self) -> Change | None:
        clock = self._clock()
        due = [
            each
            for each in self._log.changes
            if each.probation is not None and self._deadlines.get(each.id, clock) <= clock
        ]
        return min(due, key=_ending_order, default=None)

    async def _end(self, change: Change) -> None:
        try:
            plan = self._ending_plan(change)
        except ChangedSinceError:
            self._keep(self._log.with_replaced([replace(change, probation=None)]))
            text = f"nobody kept it, but other things were said since, which stay: {change_sentence(change)}"
            self._journal.record(EventKind.CHANGE_TAKEN_BACK, text, uid=change.owner_uid)
            return
        try:
            await self._carry_out(plan, is_undone=change.taken_back is None, why=", as nobody has kept that")
        except (UnknownProfileError, InvalidValueError) as error:  # trying again would keep others waiting for nothing
            self._keep(self._log.with_replaced([replace(change, probation=None)]))
            words = "taken back" if change.taken_back is None else "made again"
            text = f"nobody kept it, but it cannot be {words}: {error}: {change_sentence(change)}"
            self._journal.record(EventKind.CHANGE_TAKEN_BACK, text, uid=change.owner_uid)

    def _ending_plan(self, change: Change) -> Plan:
        now, values = self._wall_clock(), self._values()
        if change.taken_back is not None:
            return redo_plan(change, values, time=now)
        later = self._log.later_about_the_same(change)
        are_pending = all(each.probation is not None for each in later)
        return undo_plan(self._log, change, values, with_later=are_pending, time=now)


def _require(actions: frozenset[Action], allowed: Collection[Action]) -> None:
    if not actions <= set(allowed):
        raise NotAuthorizedError("something was changed while you were asked; look at it and try again")


def _forget_oldest(said: dict[str, _Wish] | dict[str, _Guard], uid: int | None) -> None:
    """Where one user has said too much; nobody drives out what others have said."""
    own = [bus_name for bus_name, each in said.items() if each.uid == uid]
    for bus_name in own[:-_MOST_OF_ONE_USER]:
        del said[bus_name]


def _ending_order(change: Change) -> tuple[bool, int]:
    """What was taken back is made again in the order in which it was made, the rest taken back in the opposite one."""
    is_standing = change.taken_back is None
    return is_standing, -change.id if is_standing else change.id


def _has_gone_by_itself(difference: Difference, time_s: float) -> bool:
    """A rule whose time is over: that is nobody's change, and where it is a user's own nobody else's business."""
    rule = difference.before
    is_over = isinstance(rule, PolicyRule) and rule.life.until is not None and rule.life.until <= time_s
    return is_over and difference.after is None


def _left_to_people(differences: tuple[Difference, ...]) -> tuple[Difference, ...]:
    """Who takes back what a network has chosen does not want it chosen again at once."""
    by_hand = Aspect(kind=AspectKind.PROFILE_BY_HAND)
    kinds = {each.aspect.kind for each in differences}
    if AspectKind.PROFILE not in kinds or by_hand.kind in kinds:
        return differences
    return (*differences, Difference(aspect=by_hand, before=True, after=None))


def _probation_s(seconds: int) -> int:
    if not SHORTEST_PROBATION_S <= seconds <= LONGEST_PROBATION_S:
        raise InvalidValueError(
            f"{seconds} s: expected {SHORTEST_PROBATION_S} to {LONGEST_PROBATION_S} s in which a change can be kept"
        )
    return seconds


def _is_shown(change: Change, viewer: Viewer) -> bool:
    return is_shown_to(change, viewer.uid, sees_all=viewer.sees_all)


def _part(difference: Difference) -> ChangePartInfo:
    aspect = difference.aspect
    return ChangePartInfo(
        kind=aspect.kind,
        about=aspect.about,
        before=_told_value(difference.before),
        after=_told_value(difference.after),
        text=difference_sentence(difference),
    )


def _told_value(value: Value) -> str | None:
    """Rules are told in words alone."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else None
