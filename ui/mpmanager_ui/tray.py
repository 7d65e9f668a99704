"""The icon in the desktop's tray, where there is one: the state by its shape, a sentence, and a short menu."""

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from mpmanager_ui.look import icons
from mpmanager_ui.look.look import Look
from mpmanager_ui.preferences import TRAY_KEY, TRAY_START_KEY, Preferences
from mpmanager_ui.session import Session
from mpmanager_ui.viewmodels.contact import Contact
from mpmanager_ui.viewmodels.notifications import Notification
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.viewmodels.tray import PAUSE_S, TrayState, TrayStatus
from mpmanager_ui.window import Window

_SIZES = (16, 22, 24, 32, 48)
_LOOK_EVERY_MS = 5000
_MOST_MISSES = 2
"""A panel that is started anew is back by then."""
_INK = "#ffffff"
"""On a dark edge of its own: nobody tells of which colour the tray is."""


def tray_icon(state: TrayState) -> QIcon:
    """The shape of a state."""
    icon = QIcon()
    for size in _SIZES:
        icon.addPixmap(icons.pixmap(state.value, _INK, size))
    return icon


class Tray(QObject):
    """Does nothing while the settings do not ask for it. Where there is no tray, Qt shows it as soon as there is."""

    def __init__(self, look: Look, session: Session, window: Window, preferences: Preferences) -> None:
        super().__init__(window)
        self._look = look
        self._session = session
        self._window = window
        self._preferences = preferences
        self._icon: QSystemTrayIcon | None = None
        self.status = self._current()
        self._is_paused = session.paused_until is not None
        self._misses = 0
        """Looks in a row that have found neither window nor tray."""
        self._watch = QTimer(self, interval=_LOOK_EVERY_MS)
        self._watch.timeout.connect(self.keep_reachable)
        self.menu = QMenu(window)
        self.open_action = QAction(tr("Open mpmanager"), self)
        self.pause_action = QAction(self)
        self.quit_action = QAction(tr("Quit"), self)
        self._build()
        session.frame_taken.connect(self.refresh)
        session.contact_changed.connect(self.refresh)
        window.stays_after_closing = self.is_there
        window.closed.connect(self._watch.stop)
        self.refresh()

    @property
    def is_wanted(self) -> bool:
        """Whether the settings ask for it."""
        return self._preferences.is_on(TRAY_KEY)

    def is_there(self) -> bool:
        """Whether people can get at the window by it."""
        return self._icon is not None and self.is_wanted and QSystemTrayIcon.isSystemTrayAvailable()

    def starts_hidden(self) -> bool:
        """Whether the settings ask for no window at first, and there is an icon to call it by."""
        return self.is_there() and self._preferences.is_on(TRAY_START_KEY)

    def tell(self, notification: Notification) -> bool:
        """Show a message at the icon; False where there is none."""
        if self._icon is None or not self.is_there():
            return False
        self._icon.showMessage(notification.title, notification.text, self._icon.icon())
        return True

    def refresh(self) -> None:
        """Follow the settings and the daemon."""
        if self.is_wanted and self._icon is None:
            self._icon = self._made()
            self._watch.start()
        elif not self.is_wanted and self._icon is not None:
            self._icon.deleteLater()
            self._icon = None
            self._watch.stop()
        if self._icon is not None:  # else nobody sees it, and finding the words for many connections takes a while
            self._follow()

    def keep_reachable(self) -> None:
        """Show the window where the tray is gone for good, be it that the desktop's panel has ended."""
        is_reachable = self._window.isVisible() or self.is_there()
        self._misses = 0 if is_reachable else self._misses + 1
        if self._misses >= _MOST_MISSES:
            self._window.show()

    def _follow(self) -> None:
        status, is_paused = self._current(), self._session.paused_until is not None
        if (status, is_paused) != (self.status, self._is_paused):
            self.status, self._is_paused = status, is_paused
            self._show()

    def _current(self) -> TrayStatus:
        return TrayStatus.of(self._session.contact, self._session.frame, self._session.paused_until)

    def _build(self) -> None:
        self.open_action.triggered.connect(self._window.bring_up)
        self.pause_action.triggered.connect(self._pause_or_resume)
        self.quit_action.triggered.connect(self._window.quit)
        for action in (self.open_action, self.pause_action):
            self.menu.addAction(action)
        self.menu.addSeparator()
        self.menu.addAction(self.quit_action)
        self._show()

    def _made(self) -> QSystemTrayIcon:
        made = QSystemTrayIcon(tray_icon(self.status.state), self)
        made.setContextMenu(self.menu)
        made.setToolTip(self.status.sentence)
        made.activated.connect(self._take_click)
        made.show()
        return made

    def _show(self) -> None:
        self.pause_action.setText(tr("Resume enforcing") if self._is_paused else tr("Pause enforcing for 10 min"))
        self.pause_action.setIcon(icons.icon("play" if self._is_paused else "pause", self._look.colours.text))
        self.pause_action.setEnabled(self._session.contact is Contact.CONNECTED)
        if self._icon is not None:
            self._icon.setIcon(tray_icon(self.status.state))
            self._icon.setToolTip(self.status.sentence)

    def _pause_or_resume(self) -> None:
        self._window.pause_enforcing(0 if self._is_paused else PAUSE_S)

    def _take_click(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is not QSystemTrayIcon.ActivationReason.Trigger:
            return
        if self._window.isVisible() and self._window.isActiveWindow():
            self._window.hide()
        else:
            self._window.bring_up()
