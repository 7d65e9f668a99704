"""The stored profiles as the window sees them: what may be done with them, and how each of it is taken back."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from mpmanager.api.structures import EventKind, ProfileChanges, ProfileInfo
from mpmanager.client.profiles import merged_text, named
from mpmanager.model.errors import MpmanagerError, UnknownProfileError
from mpmanager.model.profile import BEFORE, MergeMode, ProfileChoice
from mpmanager_ui.session import Session

Undo = Callable[[], Awaitable[None]]

_ABOUT_PROFILES = frozenset(
    {
        EventKind.PROFILE_CHANGED,
        EventKind.POLICY_CHANGED,
        EventKind.TRUST_CHANGED,
        EventKind.TIER_CHANGED,
    }
)
"""After these another profile may hold, or what holds may differ from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """Which profile held, and who had chosen it."""

    active: str | None
    is_changed: bool
    is_automatic: bool
    """Whether networks chose, or would have."""

    @classmethod
    def of(cls, rows: list[ProfileInfo]) -> "_Choice":
        active = next((row for row in rows if row.active), None)
        is_by_hand = active is not None and active.chosen is ProfileChoice.BY_HAND
        return cls(
            active=None if active is None else active.name,
            is_changed=active is not None and active.changed,
            is_automatic=not is_by_hand,
        )


@asynccontextmanager
async def _all_or_nothing(put_back: Undo) -> AsyncIterator[None]:
    """Where a later step is refused, the earlier ones are taken back."""
    try:
        yield
    except MpmanagerError:
        await put_back()
        raise


class ProfileShelf(QObject):
    """Reads the list when somebody looks or something happened; every change returns its way back."""

    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._seen: tuple[int, float] | None = None
        self.rows: list[ProfileInfo] | None = None
        """None: not read yet."""

    @property
    def active(self) -> ProfileInfo | None:
        """The one that holds."""
        return next((row for row in self.rows or [] if row.active), None)

    @property
    def names(self) -> set[str]:
        """Of all that are stored."""
        return {row.name for row in self.rows or []}

    def is_stale(self) -> bool:
        """Whether something has happened since the last look that a list of profiles would show."""
        return self.rows is None or self._last_event() != self._seen

    async def load(self) -> None:
        """Read the list anew."""
        self._seen = self._last_event()
        self.rows = await self._session.reached().profiles()
        self.changed.emit()

    async def text(self, name: str) -> str:
        """A stored profile."""
        return await self._session.reached().profile_text(name)

    async def current(self, name: str) -> str:
        """What holds now, as a profile of that name.

        Raises:
            InvalidValueError: no profile can be called so.
        """
        return named(await self._session.reached().current_decisions(), name)

    async def preview(self, text: str, mode: MergeMode) -> ProfileChanges:
        """What a profile would change here."""
        return await self._session.reached().preview_profile(text, mode)

    async def activate(self, name: str) -> Undo:
        """Put a stored profile into force by hand."""
        manager = self._session.reached()
        before = await self._choice()
        changes = (await manager.preview_profile(await manager.profile_text(name), MergeMode.REPLACE)).changes
        await manager.activate_profile(name)
        await self.load()
        return (lambda: self._go_back(before)) if changes else (lambda: self._mark_again(before))

    async def let_networks_choose(self) -> Undo:
        """Profiles follow networks again."""
        before = await self._choice()
        await self._session.reached().activate_profile("")
        await self.load()

        async def back() -> None:
            now = await self._choice()
            await (self._mark_again(before) if now.active == before.active else self._go_back(before))

        return back

    async def follow(self, network: str, name: str) -> Undo:
        """Have a profile activated while a network is in use; an empty name: none."""
        before = await self._choice()
        former = next((row.name for row in self.rows or [] if network in row.follows), "")
        await self._session.reached().follow_network(network, name)
        await self.load()

        async def back() -> None:
            await self._session.reached().follow_network(network, former)
            now = await self._choice()
            if now.active != before.active and now.active == name:
                await self._go_back(before)
            await self.load()

        return back

    async def delete(self, name: str) -> Undo:
        """Forget a profile, also for the networks that it follows."""
        manager = self._session.reached()
        before = await self._choice()
        follows = next((list(row.follows) for row in self.rows or [] if row.name == name), [])
        text = await manager.profile_text(name)
        async with _all_or_nothing(lambda: self._follow_again(follows, name)):
            for network in follows:
                await manager.follow_network(network, "")
            await manager.delete_profile(name)
        await self.load()

        async def back() -> None:
            await self._session.reached().store_profile(name, text)
            await self._follow_again(follows, name)
            if before.active == name:
                await self._mark_again(before)
            await self.load()

        return back

    async def store(self, name: str, text: str) -> Undo:
        """Keep a profile, in place of the one that has its name."""
        manager = self._session.reached()
        try:
            former = await manager.profile_text(name)
        except UnknownProfileError:
            former = None
        await manager.store_profile(name, text)
        await self.load()

        async def back() -> None:
            if former is None:
                await self._session.reached().delete_profile(name)
            else:
                await self._session.reached().store_profile(name, former)
            await self.load()

        return back

    async def take_in(self, name: str, text: str, mode: MergeMode, *, is_activated: bool) -> Undo:
        """Keep a profile from elsewhere, perhaps on top of what holds now, and perhaps put it into force."""
        if mode is MergeMode.MERGE:
            text = named(merged_text(await self._session.reached().current_decisions(), text), name)
        unstore = await self.store(name, text)
        if not is_activated:
            return unstore
        async with _all_or_nothing(unstore):
            deactivate = await self.activate(name)

        async def back() -> None:
            await deactivate()
            await unstore()

        return back

    async def _choice(self) -> _Choice:
        await self.load()
        return _Choice.of(self.rows or [])

    async def _go_back(self, before: _Choice) -> None:
        await self._session.reached().activate_profile(BEFORE)
        await self._choose_again(before)

    async def _mark_again(self, before: _Choice) -> None:
        """Decisions are what they were: only which profile they are called by is not."""
        if before.active is not None and not before.is_changed:
            await self._session.reached().activate_profile(before.active)
        await self._choose_again(before)

    async def _choose_again(self, before: _Choice) -> None:
        if before.is_automatic:
            await self._session.reached().activate_profile("")
        await self.load()

    async def _follow_again(self, networks: list[str], name: str) -> None:
        for network in networks:
            await self._session.reached().follow_network(network, name)

    def _last_event(self) -> tuple[int, float] | None:
        found = next((each for each in reversed(self._session.events) if each.kind in _ABOUT_PROFILES), None)
        return None if found is None else (found.id, found.time)
