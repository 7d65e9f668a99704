"""The Paths page: the paths in their lanes, and all that can be known of and said about the one that is chosen."""

from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from mpmanager.api.structures import CapInfo, PathInfo
from mpmanager.model.path import Tier
from mpmanager_ui.changes import Changes
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.pages.path_changes import PathChanges
from mpmanager_ui.session import Session
from mpmanager_ui.tasks import TaskRunner
from mpmanager_ui.viewmodels.caps import NO_CAP, probe_sentence
from mpmanager_ui.viewmodels.overview import lanes, median_rtts
from mpmanager_ui.viewmodels.path_details import said_tier
from mpmanager_ui.viewmodels.quantities import format_rtt
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.viewmodels.trust import Shield
from mpmanager_ui.widgets.empty_state import EmptyState
from mpmanager_ui.widgets.label import Label
from mpmanager_ui.widgets.lanes import LaneBoard
from mpmanager_ui.widgets.path_details import PathDetails, Shown
from mpmanager_ui.widgets.snackbar import Snackbar

SPARK_BINS = 60
_BOARD_WIDTH = 272
_SLIM_BOARD_WIDTH = 256
_NARROW = 760


class PathsPage(QWidget):
    """Updates itself while it is visible; the first path is chosen until somebody chooses."""

    def __init__(self, look: Look, session: Session, tasks: TaskRunner, snackbar: Snackbar) -> None:
        super().__init__()
        self._look = look
        self._session = session
        self._tasks = tasks
        self._changes = PathChanges(session, Changes(tasks, snackbar))
        self.chosen = ""
        """The name of the path whose details are shown; empty without any."""
        self.board = LaneBoard(look, session.signs, is_column=True)
        self._board_area = QScrollArea()
        self.details = PathDetails(look)
        self._empty = EmptyState(look, "paths")
        self._stack = QStackedWidget()
        self._build()
        self._connect()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._board_area.setFixedWidth(_BOARD_WIDTH if self.width() >= _NARROW else _SLIM_BOARD_WIDTH)

    def choose(self, path: str) -> None:
        """Show the details of this path."""
        if path != self.chosen:
            self.chosen = path
            self.details.forget_probe()
            self._refresh()

    # Showing

    def _refresh(self) -> None:
        frame = self._session.frame
        if frame is None or not self.isVisible():
            return
        is_stale = bool(self._session.as_of)
        names = [path.name for path in frame.paths]
        self._stack.setCurrentIndex(0 if names else 1)
        rates = {name: self._session.history.recent(name, SPARK_BINS) for name in names}
        self.board.show_cards(lanes(frame, self._session.wishes, self._session.trust_wishes), rates, is_stale=is_stale)
        if self.chosen not in names:
            self.chosen = names[0] if names else ""
        self.board.mark(self.chosen)
        path = next((each for each in frame.paths if each.name == self.chosen), None)
        if path is not None:
            self.details.show_path(self._shown(path), is_reached=not is_stale)

    def _shown(self, path: PathInfo) -> Shown:
        session, frame = self._session, self._session.frame
        rtts = median_rtts(frame.connections) if frame else {}
        return Shown(
            path=path,
            tier=session.wishes.wish_for(path.name) or said_tier(path),
            shield=Shield.of(path, session.trust_wishes.decisions_on(path)),
            rtt=format_rtt(rtts.get(path.name)),
            today=datetime.fromtimestamp(frame.time if frame else 0.0).astimezone().date(),
        )

    # Changing

    def _want_cap(self, cap: CapInfo) -> None:
        path = self._path()
        if path is not None and (path.cap or NO_CAP) != cap:
            self._changes.cap(path.name, cap, back_to=path.cap or NO_CAP)

    def _want_more(self, more_bytes: int) -> None:
        path = self._path()
        if path is not None:
            before = path.usage.allowed_today_bytes if path.usage else 0
            self._changes.allow(path.name, more_bytes, before=before)

    def _want_metered(self, said: bool | None) -> None:  # noqa: FBT001  # a value, not a switch
        path = self._path()
        if path is not None:
            self._changes.metered(path.name, said, back_to=path.metered_said)

    def _want_tier(self, tier: Tier | None) -> None:
        if self.chosen:
            self._changes.tier(self.chosen, tier)

    def _probe(self) -> None:
        name = self.chosen
        title = self._session.titles.get(name, name)
        self.details.show_probing()

        async def probe() -> None:
            words = ""
            try:
                words = probe_sentence(await self._session.probe(name))
            finally:
                if name == self.chosen:
                    self.details.show_probe(words)

        self._tasks.start(probe(), attempt=tr("Probing {path} failed", path=title), retry=self._probe)

    def _path(self) -> PathInfo | None:
        frame = self._session.frame
        return next((each for each in frame.paths if each.name == self.chosen), None) if frame else None

    # Building

    def _connect(self) -> None:
        session = self._session
        for signal in (session.frame_taken, session.time_passed, session.contact_changed, session.wishes_changed):
            signal.connect(self._refresh)
        self.board.chosen.connect(self.choose)
        self.board.tier_wanted.connect(self._changes.tier)
        self.board.kind_wanted.connect(self._changes.kind)
        self.board.trust_wanted.connect(self._changes.trust)
        self.details.tier_wanted.connect(self._want_tier)
        self.details.trust_wanted.connect(lambda change: self._changes.trust(self.chosen, change))
        self.details.metered_wanted.connect(self._want_metered)
        self.details.cap_wanted.connect(self._want_cap)
        self.details.more_wanted.connect(self._want_more)
        self.details.probe_wanted.connect(self._probe)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, GRID, 3 * GRID, 0)
        column.setSpacing(2 * GRID)
        title = Label(tr("Paths"))
        title.setFont(self._look.font(scale=1.6, is_bold=True))
        column.addWidget(title)
        column.addWidget(self._stack, 1)
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GRID)
        details_area = QScrollArea()
        self._board_area.setAccessibleName(tr("Paths in their lanes"))
        details_area.setAccessibleName(tr("About the chosen path"))
        row.addWidget(_scrolled(self._board_area, self.board))
        row.addWidget(_scrolled(details_area, self.details), 1)
        self._stack.addWidget(body)
        self._stack.addWidget(self._empty)
        self._empty.show_text(
            tr("No network path was found on this machine"),
            tr("Join a Wi-Fi, plug in a cable or start the modem: it appears here by itself."),
        )
        self.setAccessibleName(tr("Paths"))


def _scrolled(area: QScrollArea, content: QWidget) -> QScrollArea:
    page = QWidget()
    page.setObjectName("page")
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, GRID, 3 * GRID)
    column.addWidget(content)
    column.addStretch(1)
    area.setWidget(page)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area
