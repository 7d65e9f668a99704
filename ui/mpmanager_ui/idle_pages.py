"""Makes the pages that nobody has asked for yet, while nobody acts: turning to them takes no time then."""

import asyncio
from functools import partial
from time import monotonic

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from mpmanager_ui.pages.registry import PAGES, load
from mpmanager_ui.session import Session
from mpmanager_ui.threads import in_thread
from mpmanager_ui.window import Window

CALM_S = 1.0
"""Nobody has acted for so long: then a page may take its time."""
_ACTS = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonRelease,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
        QEvent.Type.Resize,
    }
)


class IdlePages(QObject):
    """Waits for calm moments. Looks at the events of the program only until all pages are made."""

    def __init__(self, window: Window, session: Session, *, calm_s: float = CALM_S) -> None:
        super().__init__(window)
        self._calm_s = calm_s
        self._window = window
        self._session = session
        self._acted_at = monotonic()

    async def run(self) -> None:
        """Make all pages, one each time that nobody has acted for a while; to be cancelled at any time."""
        application = QApplication.instance()
        if application is None:
            return
        application.installEventFilter(self)
        try:
            for name in PAGES:
                await self._calm()
                await in_thread(partial(load, name))
                await self._calm()
                self._window.page_widget(name)
        finally:
            application.removeEventFilter(self)

    async def _calm(self) -> None:
        """Returns in a moment in which the window is seen, knows the daemon, and nobody acts."""
        await asyncio.sleep(self._calm_s / 4)
        while not self.is_calm():  # noqa: ASYNC110  # it waits for three things, and none of them is urgent
            await asyncio.sleep(self._calm_s)

    def is_calm(self) -> bool:
        """Whether a page may be made now."""
        is_shown = self._session.is_watched and self._session.frame is not None
        return is_shown and monotonic() - self._acted_at >= self._calm_s

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        del watched  # whatever it is
        if event.type() in _ACTS:
            self._acted_at = monotonic()
        return False
