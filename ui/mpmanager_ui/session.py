"""The window's side of the daemon: connects, reconnects, and keeps what all pages share."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from mpmanager.api.structures import (
    CapInfo,
    ChangeInfo,
    EventInfo,
    EventKind,
    Frame,
    GatewayAnswer,
    PathInfo,
    PolicyInfo,
    StatusInfo,
    SubscribeOptions,
    Topic,
    Wait,
)
from mpmanager.client.applications import changeable
from mpmanager.model.errors import DaemonNotRunningError, InvalidValueError, MpmanagerError, UnknownPathError
from mpmanager.model.path import PathKind, Tier
from mpmanager.model.policy import Intent
from mpmanager_ui.hint_memory import HintMemory
from mpmanager_ui.ports import Connect, Manager
from mpmanager_ui.viewmodels.contact import Contact
from mpmanager_ui.viewmodels.history import RateHistory
from mpmanager_ui.viewmodels.signs import PathSigns
from mpmanager_ui.viewmodels.trust import TrustChange, TrustWishes
from mpmanager_ui.viewmodels.waits import Said
from mpmanager_ui.viewmodels.wishes import TierWishes
from mpmanager_ui.viewmodels.wording import clock, in_order, path_titles

logger = logging.getLogger(__name__)

FRAME_INTERVAL_S = 1.0
UNWATCHED_INTERVAL_S = 5.0
"""While nobody sees the window: frames still tell the tray and the notifications what happens."""
RETRY_S = 1.0
SILENCE_S = 8.0
"""A daemon that says nothing for so long is taken for lost."""
EVENTS_KEPT = 500
CHANGES_SHOWN = 100
KEEP_WITHIN_S = 60
"""Else a change that leaves no path is taken back."""

_TOPICS = [Topic.PATHS, Topic.CONNECTIONS, Topic.APPLICATIONS, Topic.EVENTS]

_ABOUT_STATUS = frozenset({EventKind.ENFORCING_PAUSED, EventKind.ENFORCING_RESUMED})
_ABOUT_POLICIES = frozenset(
    {
        EventKind.POLICY_CHANGED,
        EventKind.PROFILE_CHANGED,
        EventKind.CHANGE_TAKEN_BACK,
        EventKind.CHANGE_MADE_AGAIN,
    }
)


class Session(QObject):
    """What is known of the daemon. Signals carry no data: readers look at the attributes."""

    contact_changed = Signal()
    """Or the status of the daemon."""
    frame_taken = Signal()
    time_passed = Signal()
    """A second went by without a frame."""
    wishes_changed = Signal()
    """A card belongs into another lane now, or is trusted otherwise, before the daemon has shown it."""
    waits_changed = Signal()
    """Somebody has said something else about waits, or wants to."""
    changes_changed = Signal()
    """Something was decided, taken back, made again or kept."""

    def __init__(
        self,
        connect: Connect,
        signs: PathSigns | None = None,
        hints: HintMemory | None = None,
        *,
        retry_s: float = RETRY_S,
    ) -> None:
        super().__init__()
        self._connect = connect
        self._retry_s = retry_s
        self._manager: Manager | None = None
        self.contact = Contact.CONNECTING
        self.reason = ""
        """Why there is no contact."""
        self.status: StatusInfo | None = None
        self.frame: Frame | None = None
        self.events: deque[EventInfo] = deque(maxlen=EVENTS_KEPT)
        self.news: tuple[EventInfo, ...] = ()
        """What the last frame told that was not known before."""
        self.changes: list[ChangeInfo] = []
        """The newest first."""
        self._changes_told = 0
        """What the last frame said of how often they have become others."""
        self.history = RateHistory()
        self.signs = signs or PathSigns()
        self.hints = hints or HintMemory()
        self.wishes = TierWishes()
        self.trust_wishes = TrustWishes()
        self.said = Said()
        self.policies: tuple[PolicyInfo, ...] = ()
        """All rules that the daemon tells, the most specific first."""
        self._changing_policies = asyncio.Lock()
        self.titles: dict[str, str] = {}
        self._taken_at = 0.0
        """Monotonic: when `frame` came."""
        self.is_watched = True
        """Whether somebody sees the window."""
        self._is_turned = asyncio.Event()
        """Frames are wanted faster or slower than they come."""

    @property
    def is_simulated(self) -> bool:
        """Whether what is shown exists nowhere."""
        frame_says = self.frame is not None and self.frame.simulated
        return frame_says or (self.status is not None and self.status.simulated)

    @property
    def as_of(self) -> str:
        """While contact is lost, the time of day of what is shown; else empty."""
        is_lost = self.contact is Contact.LOST and self.frame is not None
        return clock(self.frame.time) if is_lost and self.frame else ""

    @property
    def now(self) -> float:
        """Unix time by the daemon's clock."""
        return time.time() if self.frame is None else self.frame.time + time.monotonic() - self._taken_at

    def app_names(self) -> dict[str, str]:
        """The names of the applications by their ids, as far as the last frame tells."""
        return {each.id: each.name for each in self.frame.applications} if self.frame else {}

    async def run(self) -> None:
        """Stay in contact until cancelled."""
        while True:
            try:
                await self._stay_connected()
            except TimeoutError:
                self._lose("the daemon does not answer")
            except (MpmanagerError, OSError, EOFError) as error:
                self._lose(str(error) or "the connection to the daemon broke")
            await self._wait()

    @property
    def paused_until(self) -> float | None:
        """Unix time until which nothing is enforced; None: it is."""
        until = self.status.paused_until if self.status else None
        return until if until is not None and self.frame is not None and until > self.frame.time else None

    async def pause_enforcing(self, seconds: int) -> None:
        """Have nothing enforced for so long; 0: enforce again."""
        manager = self.reached()
        await manager.pause_enforcing(seconds)
        self.status = await manager.status()
        self.contact_changed.emit()

    async def set_tier(self, path: str, tier: Tier) -> None:
        """Move a path to a lane; the cards follow at once and go back if it fails."""
        self.wishes.add(path, tier)
        self.wishes_changed.emit()
        try:
            await self.reached().set_path_tier(path, tier.value)
            self.wishes.agree(path, tier)
        finally:
            self.wishes.drop_refused(path, tier)
            self.wishes_changed.emit()

    async def set_automatic_tier(self, path: str) -> None:
        """Let the kind of a path decide on its lane."""
        await self.reached().set_path_tier(path, "auto")

    async def set_kind(self, path: str, kind: PathKind | None) -> None:
        """Correct the kind of a path; None goes back to what was detected."""
        await self.reached().set_path_kind(path, kind.value if kind else "auto")

    async def set_trust(self, path: str, change: TrustChange) -> None:
        """Say something else of how far a path is trusted; its shield follows at once and goes back if it fails.

        Raises:
            InvalidValueError: it was said of a network in which the path is no longer; nothing was changed.
        """
        if not change.is_about(self.path(path)):
            raise InvalidValueError(f"{path} is in another network by now")
        self.trust_wishes.add(path, change)
        self.wishes_changed.emit()
        try:
            for scope, level in change.steps():
                await self.reached().set_path_trust(
                    path, level.value if level else "auto", scope.value, change.network_in(scope)
                )
            self.trust_wishes.agree(path, change)
        finally:
            self.trust_wishes.drop_refused(path, change)
            self.wishes_changed.emit()

    async def set_metered(self, path: str, said: bool | None) -> None:  # noqa: FBT001  # a value, not a switch
        """Say whether what a path carries costs something; None goes back to what is known of it."""
        await self.reached().set_path_metered(path, "auto" if said is None else "yes" if said else "no")

    async def set_cap(self, path: str, cap: CapInfo) -> None:
        """Say how much a path may carry, and what then."""
        await self.reached().set_path_cap(path, cap)

    async def allow_more(self, path: str, more_bytes: int) -> None:
        """Allow so much beyond the cap today, on top of what is allowed."""
        await self.reached().allow_more(path, more_bytes)

    async def allow_only(self, path: str, more_bytes: int) -> None:
        """Take back what was allowed today, and allow so much."""
        await self.reached().allow_more(path, 0)
        if more_bytes:
            await self.reached().allow_more(path, more_bytes)

    async def probe(self, path: str) -> GatewayAnswer:
        """Ask a path's gateway whether it answers."""
        return await self.reached().probe_path(path)

    def path(self, name: str) -> PathInfo:
        """A path as the last frame tells it.

        Raises:
            UnknownPathError: there is none of that name (any more).
        """
        for each in self.frame.paths if self.frame else []:
            if each.name == name:
                return each
        raise UnknownPathError(f"there is no path {name} any more")

    async def set_wait(self, selector: str, wait: Wait | Intent | None) -> Wait | Intent | None:
        """Say how long data may wait, None nothing; returns what was said before. The rest of the rule stays."""
        self.said.wish(selector, wait)
        self.waits_changed.emit()
        try:
            return await self._change_wait(self.reached(), selector, wait)
        finally:
            self.said.drop_wish(selector, wait)
            self.waits_changed.emit()

    async def _change_wait(self, manager: Manager, selector: str, wait: Wait | Intent | None) -> Wait | Intent | None:
        async with self._changing_policies:
            rule = changeable(await manager.policies()).get(selector, PolicyInfo(selector=selector))
            number, intent = (None, wait) if isinstance(wait, Intent) else (wait, None)
            await manager.set_policy(replace(rule, wait_ms=number, intent=intent))
            self._learn(await manager.policies())
        return rule.wait_ms if rule.intent is None else rule.intent

    async def put_rules(self, rules: Iterable[PolicyInfo]) -> None:
        """Have these rules, each in the place of the one with its selector; one that says nothing removes that.

        They are said one after the other: when this raises, those before the refused one are in force.
        """
        manager = self.reached()
        async with self._changing_policies:
            try:
                for rule in rules:
                    await manager.set_policy(rule)
            finally:
                self._learn(await manager.policies())
        self.waits_changed.emit()

    def _learn(self, policies: list[PolicyInfo]) -> None:
        self.policies = tuple(policies)
        self.said.learn(policies)

    def reached(self) -> Manager:
        """The daemon's client.

        Raises:
            DaemonNotRunningError: there is no contact.
        """
        if self._manager is None:
            raise DaemonNotRunningError("the daemon is not connected")
        return self._manager

    async def _stay_connected(self) -> None:
        async with asyncio.timeout(SILENCE_S):
            manager = await self._connect()
        try:
            await self._greet(manager)
            self._manager = manager
            await self._follow(manager)
        finally:
            self._manager = None
            await manager.close()

    async def _greet(self, manager: Manager) -> None:
        async with asyncio.timeout(SILENCE_S):
            self.status = await manager.status()
            recent = await manager.recent_events(EVENTS_KEPT)
            await self._look_at_policies(manager)
            await manager.guard_changes(KEEP_WITHIN_S)
            await self._look_at_changes(manager)
        self.events.clear()
        self.events.extend(recent)

    def watch(self, *, is_watched: bool) -> None:
        """Somebody sees the window now, or nobody: then frames come seldom, and at once again when it is shown."""
        if is_watched != self.is_watched:
            self.is_watched = is_watched
            self._is_turned.set()

    async def _follow(self, manager: Manager) -> None:
        is_again = False
        while True:
            self._is_turned.clear()
            interval_s = FRAME_INTERVAL_S if self.is_watched else UNWATCHED_INTERVAL_S
            async with aclosing(manager.frames(SubscribeOptions(interval_s=interval_s, topics=_TOPICS))) as frames:
                await self._follow_until_turned(manager, frames, is_again=is_again)
            is_again = True

    async def _follow_until_turned(
        self, manager: Manager, frames: AsyncGenerator[Frame, None], *, is_again: bool
    ) -> None:
        while (frame := await self._next(frames)) is not None:
            if is_again:  # what happened between two streams neither has told
                is_again = False
                async with asyncio.timeout(SILENCE_S):
                    frame.events = await manager.recent_events(EVENTS_KEPT)
            self._take(frame)
            if any(each.kind in _ABOUT_STATUS for each in frame.events):
                async with asyncio.timeout(SILENCE_S):
                    self.status = await manager.status()
                self.contact_changed.emit()
            if frame.changes != self._changes_told:
                self._changes_told = frame.changes
                async with asyncio.timeout(SILENCE_S):
                    await self._look_at_changes(manager)
            if any(each.kind in _ABOUT_POLICIES for each in frame.events):
                async with asyncio.timeout(SILENCE_S):
                    await self._look_at_policies(manager)

    async def _next(self, frames: AsyncGenerator[Frame, None]) -> Frame | None:
        """The next frame; None when frames are wanted at another pace."""
        coming = asyncio.ensure_future(anext(frames))
        turned = asyncio.ensure_future(self._is_turned.wait())
        try:
            await asyncio.wait({coming, turned}, timeout=SILENCE_S, return_when=asyncio.FIRST_COMPLETED)
            if coming.done():
                return coming.result()
            if turned.done():
                return None
            raise TimeoutError
        except StopAsyncIteration:
            raise DaemonNotRunningError("the daemon has ended") from None
        finally:
            for each in (coming, turned):
                each.cancel()
            await asyncio.gather(coming, turned, return_exceptions=True)

    async def look_at_changes(self) -> None:
        """See at once what has just been done."""
        await self._look_at_changes(self.reached())

    async def _look_at_changes(self, manager: Manager) -> None:
        found = await manager.recent_changes(CHANGES_SHOWN)
        if found != self.changes:
            self.changes = found
            self.changes_changed.emit()

    async def _look_at_policies(self, manager: Manager) -> None:
        async with self._changing_policies:
            self._learn(await manager.policies())
        self.waits_changed.emit()

    def _take(self, frame: Frame) -> None:
        frame.paths = in_order(frame.paths)
        known = {(each.id, each.time) for each in self.events}
        self.news = tuple(each for each in frame.events if (each.id, each.time) not in known)
        self.events.extend(self.news)
        self.history.take(frame)
        if self.frame is None or self.contact is not Contact.CONNECTED:
            self.history.note(self.events)
        self.frame = frame
        self._taken_at = time.monotonic()
        self.wishes.settle(frame.paths)
        self.trust_wishes.settle(frame.paths)
        self.signs.learn(frame.paths)
        self.titles = path_titles(frame.paths)
        self._set_contact(Contact.CONNECTED, "")
        self.frame_taken.emit()

    def _lose(self, reason: str) -> None:
        logger.info("no contact: %s", reason)
        self._set_contact(Contact.LOST if self.frame else Contact.ABSENT, reason)

    def _set_contact(self, contact: Contact, reason: str) -> None:
        if (contact, reason) != (self.contact, self.reason):
            self.contact, self.reason = contact, reason
            self.contact_changed.emit()

    async def _wait(self) -> None:
        await asyncio.sleep(self._retry_s)
        self.history.advance(self._retry_s)
        self.time_passed.emit()
