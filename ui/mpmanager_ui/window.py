"""The window: a sidebar, pages, and what has to be said about all of them."""

import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from mpmanager.api.bus import Bus
from mpmanager.model.errors import MpmanagerError
from mpmanager_ui.look import icons
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.pages.registry import PAGES, PageContext, entries
from mpmanager_ui.session import Session
from mpmanager_ui.tasks import Retry, TaskRunner
from mpmanager_ui.undoing import Undoing
from mpmanager_ui.viewmodels.change_rows import change_rows, keep_sentence, pending_change
from mpmanager_ui.viewmodels.contact import (
    RECONNECTING,
    Contact,
    limits_sentence,
    problem_of,
    starting_instructions,
)
from mpmanager_ui.viewmodels.page_names import PageName
from mpmanager_ui.viewmodels.translation import tr, tr_later, tr_literal
from mpmanager_ui.viewmodels.tray import pause_explained
from mpmanager_ui.widgets.banner import Banner, Tone
from mpmanager_ui.widgets.change_list import ChangePanel
from mpmanager_ui.widgets.keep_bar import KeepBar
from mpmanager_ui.widgets.sidebar import Sidebar
from mpmanager_ui.widgets.snackbar import Snackbar
from mpmanager_ui.widgets.start_page import StartPage
from mpmanager_ui.widgets.watermark import Watermark

_COUNTDOWN_MS = 250
SIMULATED = tr_later("Simulated: none of this is real.")


def _no() -> bool:
    return False


class Window(QWidget):
    """The main window. Closing it asks nothing and, unless it stays in the tray, ends all that it started."""

    closed = Signal()

    def __init__(self, look: Look, session: Session, bus: Bus) -> None:
        super().__init__()
        self._look = look
        self._session = session
        self._told_limits: list[str] = []
        self.stays_after_closing: Callable[[], bool] = _no
        """Whether something else keeps the program going when the window is closed."""
        self.tasks = TaskRunner(self, self._report)
        self._body = QWidget()
        self.snackbar = Snackbar(self._body)
        self.sidebar = Sidebar(look, entries(), bus)
        daemon = Path(sys.argv[0]).absolute().with_name("mpmanagerd")
        self.start_page = StartPage(look, starting_instructions(bus, daemon))
        self.lost_banner = Banner(look, Tone.WARNING, is_closable=False)
        self.problem_banner = Banner(look, Tone.DANGER)
        self.limits_banner = Banner(look, Tone.NOTICE)
        self.paused_banner = Banner(look, Tone.WARNING, is_closable=False)
        self.simulated_banner = Banner(look, Tone.WARNING, is_closable=False)
        self.keep_bar = KeepBar(look)
        self.undoing = Undoing(session, self.tasks, self.snackbar)
        self._countdown = QTimer(self, interval=_COUNTDOWN_MS)
        self._context = PageContext(
            look=look,
            session=session,
            tasks=self.tasks,
            snackbar=self.snackbar,
            turn_to=self.show_page,
            show_application=self.show_application,
            show_path=self.show_path,
            bus=bus,
        )
        self._pages: dict[PageName, QWidget] = {}
        self.page = PageName.OVERVIEW
        self._stack = QStackedWidget()
        self.change_panel = ChangePanel(look, self._body, self._stack)
        self.watermark = Watermark(look, self._body)
        self._build()
        session.contact_changed.connect(self._show_contact)
        session.frame_taken.connect(self._show_simulated)
        session.frame_taken.connect(self._show_pause)
        session.changes_changed.connect(self._show_changes)
        self._show_contact()

    def show_page(self, name: PageName) -> None:
        """Turn to a page; without a daemon the page appears as soon as there is one."""
        if name != self.page:
            self.snackbar.hide()
        self.page = name
        self.sidebar.show_page(name)
        self._show_contact()

    def show_application(self, app: str) -> None:
        """Turn to Live, which shows the application of this id alone, and why it does what it does."""
        from mpmanager_ui.pages.live import LivePage  # noqa: PLC0415  # loaded when it is shown, as all pages

        page = self.page_widget(PageName.LIVE)
        self.show_page(PageName.LIVE)
        if isinstance(page, LivePage):
            page.show_application(app)

    def show_path(self, path: str) -> None:
        """Turn to Paths, which shows the details of the path of this name."""
        from mpmanager_ui.pages.paths import PathsPage  # noqa: PLC0415  # loaded when it is shown, as all pages

        page = self.page_widget(PageName.PATHS)
        self.show_page(PageName.PATHS)
        if isinstance(page, PathsPage):
            page.choose(path)
            page.board.card_of(path).setFocus()

    def page_widget(self, name: PageName) -> QWidget:
        """A page, made at the latest now."""
        if name not in self._pages:
            self._pages[name] = PAGES[name](self._context)
            self._stack.addWidget(self._pages[name])
        return self._pages[name]

    def made_pages(self) -> tuple[PageName, ...]:
        """The pages that there are by now."""
        return tuple(self._pages)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._watch()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._watch()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.WindowStateChange:
            self._watch()

    def _watch(self) -> None:
        self._session.watch(is_watched=self.isVisible() and not self.isMinimized())

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        if not self.stays_after_closing():
            self.closed.emit()

    def _show_contact(self) -> None:
        contact = self._session.contact
        self.sidebar.show_contact(contact)
        self.sidebar.changes.setEnabled(self._session.frame is not None)
        if self._session.frame is None:
            self._stack.setCurrentWidget(self.start_page)
            if contact is Contact.ABSENT:
                self.start_page.show_absent(self._session.reason)
        else:
            self.page_widget(PageName.LIVE)  # records from the first frame on
            self._stack.setCurrentWidget(self.page_widget(self.page))
        if contact is Contact.LOST:
            self.lost_banner.show_text(tr_literal(RECONNECTING))
        else:
            self.lost_banner.hide()
        self._show_limits()
        self._show_pause()

    def pause_enforcing(self, seconds: int) -> None:
        """Have nothing enforced for so long; 0: enforce again."""
        attempt = tr("Pausing failed") if seconds else tr("Enforcing again failed")
        self.tasks.start(
            self._session.pause_enforcing(seconds), attempt=attempt, retry=lambda: self.pause_enforcing(seconds)
        )

    def bring_up(self) -> None:
        """Show the window in front of all others, wherever it was."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def quit(self) -> None:
        """End the program, also where closing the window would not."""
        self.hide()
        self.closed.emit()

    def _show_pause(self) -> None:
        until = self._session.paused_until
        if until is None or self._session.contact is not Contact.CONNECTED:
            self.paused_banner.hide()
            return
        text = pause_explained(until)
        if self.paused_banner.isHidden() or self.paused_banner.label.text() != text:
            self.paused_banner.show_text(text, action=tr("Resume"), act=lambda: self.pause_enforcing(0))

    def _open_changes(self, *, wanted: bool) -> None:
        self.sidebar.changes.setChecked(wanted)
        if wanted:
            self._show_changes()
            self.change_panel.open_panel()
        else:
            self.change_panel.hide()

    def _show_changes(self) -> None:
        if self.sidebar.changes.isChecked():
            session = self._session
            self.change_panel.show_rows(change_rows(session.changes, session.titles, now=session.now))
        self._count_down()

    def _count_down(self) -> None:
        session = self._session
        change = pending_change(session.changes)
        if change is None or change.keep_until is None:
            self._countdown.stop()
            self.keep_bar.hide()
            return
        left_s = change.keep_until - session.now
        paths = session.frame.paths if session.frame else []
        self.keep_bar.show_pending(
            keep_sentence(change, session.titles, paths, left_s=left_s),
            share=left_s / (change.keep_until - (change.taken_back or change.time)),
            is_undone=change.taken_back is not None,
        )
        self._countdown.start()

    def _keep(self) -> None:
        change = pending_change(self._session.changes)
        if change is not None:
            self.undoing.keep(change.id)

    def _end_pending(self) -> None:
        """At once what would come by itself."""
        change = pending_change(self._session.changes)
        if change is not None and change.taken_back is None:
            self.undoing.undo(change.id, with_later=bool(change.later))
        elif change is not None:
            self.undoing.redo([change.id])

    def _take_back(self) -> None:
        if not self.snackbar.act():
            self.undoing.undo()

    def _show_limits(self) -> None:
        status = self._session.status
        limits = status.limits if status and not self._session.is_simulated else []
        if limits != self._told_limits and self._session.contact is Contact.CONNECTED:
            self._told_limits = limits
            self.limits_banner.setVisible(bool(limits))
            if limits:
                self.limits_banner.show_text(limits_sentence(limits))

    def _show_simulated(self) -> None:
        is_simulated = self._session.is_simulated
        if is_simulated == self.simulated_banner.isVisibleTo(self):
            return
        self.watermark.setVisible(is_simulated)
        self.watermark.lower()
        self._show_limits()
        if is_simulated:
            self.simulated_banner.show_text(tr_literal(SIMULATED))
        else:
            self.simulated_banner.hide()

    def _report(self, error: MpmanagerError, attempt: str, retry: Retry | None) -> None:
        problem = problem_of(error, attempt=attempt)
        text = f"{problem.cause} {problem.remedy}"
        self.problem_banner.show_text(text, action=tr("Try again"), act=retry)

    def _build(self) -> None:
        self.setWindowTitle("mpmanager")
        self.setWindowIcon(icons.icon(icons.APPLICATION_ICON, "", 64))
        self.setMinimumSize(800, 480)
        self.resize(1280, 800)
        self._stack.addWidget(self.start_page)
        column = QVBoxLayout(self._body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._banners())
        column.addWidget(self._stack, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.sidebar)
        row.addWidget(self._body, 1)
        self.sidebar.page_wanted.connect(lambda key: self.show_page(PageName(key)))
        self.sidebar.show_page(self.page)
        quit_shortcut = QShortcut(QKeySequence("Ctrl+Q"), self)
        quit_shortcut.setContext(Qt.ShortcutContext.ApplicationShortcut)
        quit_shortcut.activated.connect(self.quit)
        self.sidebar.changes_wanted.connect(lambda wanted: self._open_changes(wanted=wanted))
        self.change_panel.closed.connect(lambda: self.sidebar.changes.setChecked(False))
        self.change_panel.closed.connect(self.sidebar.changes.setFocus)
        self.change_panel.list.undo_wanted.connect(lambda change, later: self.undoing.undo(change, with_later=later))
        self.change_panel.list.redo_wanted.connect(lambda change: self.undoing.redo([change]))
        self.change_panel.list.keep_wanted.connect(self.undoing.keep)
        self.keep_bar.keep_wanted.connect(self._keep)
        self.keep_bar.back_wanted.connect(self._end_pending)
        self._countdown.timeout.connect(self._count_down)
        self._add_shortcut("Ctrl+Z", self._take_back)
        self._add_shortcut("Ctrl+Y", self.undoing.redo)

    def _add_shortcut(self, keys: str, act: Callable[[], object]) -> None:
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.setContext(Qt.ShortcutContext.ApplicationShortcut)
        shortcut.activated.connect(act)

    def _banners(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setContentsMargins(3 * GRID, GRID, 3 * GRID, GRID)
        column.setSpacing(GRID)
        for banner in (
            self.simulated_banner,
            self.lost_banner,
            self.keep_bar,
            self.paused_banner,
            self.problem_banner,
            self.limits_banner,
        ):
            column.addWidget(banner)
        return column
