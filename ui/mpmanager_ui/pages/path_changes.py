"""The changes of paths that pages offer: made at once, told, and taken back by Undo."""

from mpmanager.api.structures import CapInfo, PathInfo
from mpmanager.model.errors import UnknownPathError
from mpmanager.model.path import KindSource, PathKind, Tier
from mpmanager_ui.changes import Changes
from mpmanager_ui.session import Session
from mpmanager_ui.viewmodels.caps import allowed_done, cap_done, metered_done
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.viewmodels.trust import TrustChange, done_words
from mpmanager_ui.viewmodels.wording import KIND_WORDS, TIER_WORDS


class PathChanges:
    """Of any path by its name; one that has gone meanwhile is left alone."""

    def __init__(self, session: Session, changes: Changes) -> None:
        self._session = session
        self._changes = changes
        self._kinds_asked: dict[str, PathKind | None] = {}
        """What this page last asked for; None is what is detected. A frame tells it later."""

    def tier(self, path: str, tier: Tier | None) -> None:
        """Move it to a lane; None: where its kind suggests."""
        before = self._path(path)
        if before is None:
            return
        said = before.tier_without_cap or before.tier
        now = self._session.wishes.wish_for(path) or said
        if now is not tier:
            was_chosen = before.tier_chosen or now is not said  # a choice that no frame has told yet
            self._move(path, tier, back_to=now if was_chosen else None)

    def kind(self, path: str, kind: PathKind | None) -> None:
        """Say of what kind it is; None: what is detected."""
        before = self._path(path)
        if before is None:
            return
        back_to = before.kind if before.kind_source is KindSource.USER else None
        self._correct(path, kind, back_to=self._kinds_asked.get(path, back_to))

    def trust(self, path: str, change: TrustChange) -> None:
        """Say how far it is trusted."""
        title = self._title(path)
        info = self._path(path)
        network = info.network or "" if info else ""
        self._changes.start(
            lambda: self._session.set_trust(path, change),
            attempt=tr("Changing the trust in {path} failed", path=title),
            done=done_words(path, title, network, change),
            undo=lambda: self.trust(path, change.reversed),
        )

    def metered(self, path: str, said: bool | None, *, back_to: bool | None) -> None:  # noqa: FBT001  # a value
        """Say whether it costs; None: what is known of it."""
        title = self._title(path)
        self._changes.start(
            lambda: self._session.set_metered(path, said),
            attempt=tr("Changing {path} failed", path=title),
            done=metered_done(title, said),
            undo=lambda: self.metered(path, back_to, back_to=said),
        )

    def cap(self, path: str, cap: CapInfo, *, back_to: CapInfo) -> None:
        """Say how much it may carry."""
        title = self._title(path)
        self._changes.start(
            lambda: self._session.set_cap(path, cap),
            attempt=tr("Changing the cap of {path} failed", path=title),
            done=cap_done(title, cap),
            undo=lambda: self.cap(path, back_to, back_to=cap),
        )

    def allow(self, path: str, more_bytes: int, *, before: int) -> None:
        """Allow more today; `before` is what was allowed already."""
        title = self._title(path)
        self._changes.start(
            lambda: self._session.allow_more(path, more_bytes),
            attempt=tr("Changing the cap of {path} failed", path=title),
            done=allowed_done(title, more_bytes),
            undo=lambda: self._allow_only(path, before, again=more_bytes),
        )

    def _allow_only(self, path: str, more_bytes: int, *, again: int) -> None:
        title = self._title(path)
        self._changes.start(
            lambda: self._session.allow_only(path, more_bytes),
            attempt=tr("Changing the cap of {path} failed", path=title),
            done=tr("{path}: what was allowed more is taken back", path=title),
            undo=lambda: self.allow(path, again, before=more_bytes),
        )

    def _move(self, path: str, tier: Tier | None, *, back_to: Tier | None) -> None:
        name = self._title(path)
        done = tr("{path} is where its kind suggests now", path=name)
        if tier:
            done = tr("{path} is in the lane {lane} now", path=name, lane=TIER_WORDS[tier])
        self._changes.start(
            lambda: self._session.set_tier(path, tier) if tier else self._session.set_automatic_tier(path),
            attempt=tr("Moving {path} failed", path=name),
            done=done,
            undo=lambda: self._move(path, back_to, back_to=tier),
        )

    def _correct(self, path: str, kind: PathKind | None, *, back_to: PathKind | None) -> None:
        async def correct() -> None:
            await self._session.set_kind(path, kind)
            self._kinds_asked[path] = kind

        done = tr("{path} is what was detected now", path=path)
        if kind:
            done = tr("{path} is taken for {kind} now", path=path, kind=KIND_WORDS[kind])
        self._changes.start(
            correct,
            attempt=tr("Correcting {path} failed", path=path),
            done=done,
            undo=lambda: self._correct(path, back_to, back_to=kind),
        )

    def _title(self, path: str) -> str:
        return self._session.titles.get(path, path)

    def _path(self, name: str) -> PathInfo | None:
        try:
            return self._session.path(name)
        except UnknownPathError:
            return None
