"""Tells of what happens while nobody looks at the window: the kinds that the settings ask for, and never in floods."""

import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from PySide6.QtCore import QObject, QTimer

from mpmanager.model.path import PathKind
from mpmanager_ui.preferences import Preferences
from mpmanager_ui.session import Session
from mpmanager_ui.tasks import TaskRunner
from mpmanager_ui.viewmodels.contact import Contact
from mpmanager_ui.viewmodels.notifications import (
    Announcements,
    Notification,
    daemon_back,
    daemon_gone,
    notification_of,
)
from mpmanager_ui.viewmodels.translation import tr

_MS_PER_S = 1000


class Desktop(Protocol):
    """What shows notifications."""

    def show(self, notification: Notification) -> Awaitable[bool]:
        """Show one; False where nobody does."""

    def close(self) -> None:
        """Show no more."""


class Announcer(QObject):
    """Follows the session. What the desktop does not show goes to `instead`, and is lost where that shows nothing."""

    def __init__(
        self,
        session: Session,
        tasks: TaskRunner,
        preferences: Preferences,
        *,
        desktop: Callable[[], Desktop],
        instead: Callable[[Notification], bool],
        is_attended: Callable[[], bool],
    ) -> None:
        """What is called.

        Args:
            session: what happens.
            tasks: where notifications are sent.
            preferences: which kinds are wanted.
            desktop: called for the first notification.
            instead: shows what the desktop does not; False where that shows nothing either.
            is_attended: tells whether somebody looks at the window, who needs no notification.
        """
        super().__init__()
        self._session = session
        self._tasks = tasks
        self._preferences = preferences
        self._make_desktop = desktop
        self._desktop: Desktop | None = None
        self._instead = instead
        self._is_attended = is_attended
        self._announcements = Announcements()
        self._virtual: set[str] = set()
        """Paths that lead to this machine itself, also those that are gone."""
        self._was_lost = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(lambda: self._announce([]))
        session.frame_taken.connect(self._take_frame)
        session.contact_changed.connect(self._take_contact)

    def close(self) -> None:
        """Tell of nothing any more."""
        self._timer.stop()
        if self._desktop is not None:
            self._desktop.close()

    def _take_frame(self) -> None:
        frame = self._session.frame
        if frame is None:
            return
        self._virtual |= {path.name for path in frame.paths if path.kind is PathKind.VIRTUAL}
        names = self._session.app_names()
        told = [
            notification_of(each, self._session.titles, names, virtual=self._virtual) for each in self._session.news
        ]
        self._announce([each for each in told if each is not None])

    def _take_contact(self) -> None:
        contact = self._session.contact
        if contact is Contact.LOST and not self._was_lost:
            self._was_lost = True
            self._announce([daemon_gone()])
        elif contact is Contact.CONNECTED and self._was_lost:
            self._was_lost = False
            self._announce([daemon_back()])

    def _announce(self, notifications: list[Notification]) -> None:
        wanted = [each for each in notifications if self._preferences.notifies(each.kind) and not self._is_attended()]
        for each in self._announcements.take(wanted, now=time.monotonic()):
            self._tasks.start(self._show(each), attempt=tr("A notification failed"))
        deadline = self._announcements.deadline
        if deadline is not None:
            self._timer.start(max(1, round((deadline - time.monotonic()) * _MS_PER_S)))

    async def _show(self, notification: Notification) -> None:
        if self._desktop is None:
            self._desktop = self._make_desktop()
        if not await self._desktop.show(notification):
            self._instead(notification)
