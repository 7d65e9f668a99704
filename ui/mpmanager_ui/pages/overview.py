"""The Overview page: the state in one sentence, the chart, the paths in their lanes, the last events."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from mpmanager.api.structures import EventInfo, Frame
from mpmanager_ui.changes import Changes
from mpmanager_ui.look import icons
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.pages.path_changes import PathChanges
from mpmanager_ui.session import Session
from mpmanager_ui.tasks import TaskRunner
from mpmanager_ui.viewmodels.first_steps import HINT, first_steps
from mpmanager_ui.viewmodels.overview import lanes, state_clauses, traffic_sentence
from mpmanager_ui.viewmodels.proofs import event_rows
from mpmanager_ui.viewmodels.translation import joined, tr, tr_later, tr_literal
from mpmanager_ui.viewmodels.wording import EVENTS_OF_CONNECTIONS, unbroken
from mpmanager_ui.widgets.banner import Banner, Tone
from mpmanager_ui.widgets.chart_legend import ChartLegend
from mpmanager_ui.widgets.chart_table import ChartTable
from mpmanager_ui.widgets.check_box import CheckBox
from mpmanager_ui.widgets.event_list import EventList
from mpmanager_ui.widgets.label import Label
from mpmanager_ui.widgets.lanes import LaneBoard
from mpmanager_ui.widgets.snackbar import Snackbar
from mpmanager_ui.widgets.traffic_chart import TrafficChart

SPARK_BINS = 60
_EVENT_ROWS = 5
_NO_EVENTS = tr_later(
    "Nothing has happened yet. When a path is lost or comes back, or late data is helped, it is told here."
)
_CHART_SHARE = 5
_EVENTS_SHARE = 2
_NARROW = 960
"""Below this width the events stand last."""


class OverviewPage(QScrollArea):
    """Updates itself while it is visible."""

    application_wanted = Signal(str)
    """The id of an application of which somebody wants to know why it does what it does."""

    path_wanted = Signal(str)
    """The name of a path of which somebody wants to see the details."""

    def __init__(self, look: Look, session: Session, tasks: TaskRunner, snackbar: Snackbar) -> None:
        super().__init__()
        self._look = look
        self._session = session
        self._changes = PathChanges(session, Changes(tasks, snackbar))
        self._sentence = Label()
        self._details = Label()
        self.first_steps = Banner(look, Tone.QUIET)
        self.chart = TrafficChart(look, session.signs)
        self._legend = ChartLegend(look, session.signs)
        self.table = ChartTable()
        self._views = QStackedWidget()
        self._first_row = QHBoxLayout()
        self._column = QVBoxLayout()
        self._events_card = QFrame()
        self.table_switch = QPushButton()
        self.board = LaneBoard(look, session.signs)
        self.events = EventList(look, _EVENT_ROWS)
        self._no_events = Label(tr_literal(_NO_EVENTS))
        self.with_connections = CheckBox(look, tr("Connections too"))
        self._build()
        session.frame_taken.connect(self._refresh)
        session.time_passed.connect(self._refresh)
        session.contact_changed.connect(self._refresh)
        session.wishes_changed.connect(self._refresh)
        look.changed.connect(self._recolour)
        self._recolour()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < _NARROW
        if is_narrow:
            self._column.addWidget(self._events_card)
        else:
            self._first_row.addWidget(self._events_card, _EVENTS_SHARE)
        if is_narrow is not (event.oldSize().width() < _NARROW) and self._session.frame is not None:
            self._show_state(self._session.frame)

    def sentence(self) -> str:
        """The state, as it stands at the top."""
        return self._sentence.accessibleName()

    def details(self) -> str:
        """The line below it."""
        return self._details.text()

    def event_texts(self) -> list[str]:
        """The events that are shown, the newest first."""
        model = self.events.events
        return [model.event_at(row).text for row in range(model.rowCount())]

    # Showing

    def _refresh(self) -> None:
        frame = self._session.frame
        if frame is None or not self.isVisible():
            return
        self._show_state(frame)
        as_of = self._session.as_of
        self._explain(first_steps(frame.paths, has_rules=self._session.said.has_rules))
        self._show_traffic()
        names = [path.name for path in frame.paths]
        rates = {name: self._session.history.recent(name, SPARK_BINS) for name in names}
        cards = lanes(frame, self._session.wishes, self._session.trust_wishes)
        self.board.show_cards(cards, rates, is_stale=bool(as_of))
        self._show_events()

    def _show_state(self, frame: Frame) -> None:
        """In one sentence; in a narrow window its first clause leads, and the others begin the line below it."""
        clauses = state_clauses(frame.paths, frame.connections)
        leading = 1 if self.width() < _NARROW else len(clauses)
        said = f"{joined(clauses[:leading])}."
        self._sentence.setText(unbroken(said))
        self._sentence.setAccessibleName(said)
        others = f"{joined(clauses[leading:])}. " if clauses[leading:] else ""
        sentence = f"{others}{traffic_sentence(frame)}"
        as_of = self._session.as_of
        self._sentence.set_role("muted" if as_of else "")
        self._details.setText(tr("As of {time}: {sentence}", time=as_of, sentence=sentence) if as_of else sentence)

    def _explain(self, text: str) -> None:
        if text and not self._session.hints.is_closed(HINT):
            self.first_steps.show_text(text)
        else:
            self.first_steps.hide()

    def _show_traffic(self) -> None:
        data = self._session.history.data()
        if self._views.currentIndex() == 0:
            self.chart.show_data(data, self._session.titles, self._session.app_names())
        else:
            self.table.show_data(data, self._session.titles)
        self._legend.show_paths(self._session.titles)

    def _show_events(self) -> None:
        wanted = [each for each in self._session.events if self._is_wanted(each)]
        events = event_rows(wanted, self._session.titles, self._session.app_names())
        self.events.events.show_events(events)
        self.events.setVisible(bool(events))
        self._no_events.setVisible(not events)

    def _is_wanted(self, event: EventInfo) -> bool:
        return self.with_connections.isChecked() or event.kind not in EVENTS_OF_CONNECTIONS

    def _switch_view(self, *, is_table: bool) -> None:
        self._views.setCurrentIndex(1 if is_table else 0)
        self._recolour()
        self._refresh()

    # Building

    def _build(self) -> None:
        page = QWidget()
        page.setObjectName("page")
        column = self._column
        page.setLayout(column)
        column.setContentsMargins(3 * GRID, GRID, 3 * GRID, 3 * GRID)
        column.setSpacing(2 * GRID)
        self._fill_events_card()
        column.addLayout(self._heading())
        column.addWidget(self.first_steps)
        self.first_steps.dismissed.connect(lambda: self._session.hints.close(HINT))
        self._first_row.setSpacing(2 * GRID)
        self._first_row.addWidget(self._traffic_card(), _CHART_SHARE)
        self._first_row.addWidget(self._events_card, _EVENTS_SHARE)
        column.addLayout(self._first_row, 1)
        column.addWidget(self.board)
        self.board.tier_wanted.connect(self._changes.tier)
        self.board.kind_wanted.connect(self._changes.kind)
        self.board.trust_wanted.connect(self._changes.trust)
        self.board.details_wanted.connect(self.path_wanted)
        self.setWidget(page)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Overview"))

    def _heading(self) -> QVBoxLayout:
        self._sentence.setFont(self._look.font(scale=1.6, is_bold=True))
        self._details.setProperty("role", "muted")
        column = QVBoxLayout()
        column.setSpacing(GRID // 2)
        for label in (self._sentence, self._details):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addWidget(label)
        return column

    def _traffic_card(self) -> QFrame:
        card = QFrame()
        column = _card_column(card)
        table = QTableView()
        table.setModel(self.table)
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)  # Tab would be caught in its cells
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setAccessibleName(tr("Traffic of the last five minutes, the newest second first"))
        self._views.addWidget(self.chart)
        self._views.addWidget(table)
        self._views.setMinimumHeight(200)
        self.table_switch.setCheckable(True)
        self.table_switch.setProperty("role", "flat")
        self.table_switch.setProperty("edge", "right")
        self.table_switch.toggled.connect(lambda checked: self._switch_view(is_table=checked))
        column.addLayout(_title_row(self._title(tr("Traffic")), self._legend, self.table_switch))
        column.addWidget(self._views, 1)
        return card

    def _fill_events_card(self) -> None:
        column = _card_column(self._events_card)
        self.with_connections.toggled.connect(self._refresh)
        self.events.application_wanted.connect(self.application_wanted)
        self.with_connections.setToolTip(tr("Show opened and closed connections and subflows as well"))
        self._no_events.setProperty("role", "muted")
        self._no_events.setWordWrap(True)
        self._no_events.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addLayout(_title_row(self._title(tr("Last events")), QWidget(), self.with_connections))
        column.addWidget(self.events, 1)
        column.addWidget(self._no_events, 1)

    def _title(self, text: str) -> Label:
        label = Label(text)
        label.setMinimumHeight(4 * GRID)  # that of a button: titles side by side stand on one line
        label.setFont(self._look.font(scale=1.1, is_bold=True))
        return label

    def _recolour(self) -> None:
        is_table = self._views.currentIndex() == 1
        self.table_switch.setText(tr("Show as chart") if is_table else tr("Show as table"))
        name = "chart" if is_table else "table"
        self.table_switch.setIcon(icons.icon(name, self._look.colours.muted))


def _card_column(card: QFrame) -> QVBoxLayout:
    card.setProperty("role", "card")
    column = QVBoxLayout(card)
    column.setContentsMargins(2 * GRID, 12, 2 * GRID, 12)
    column.setSpacing(GRID)
    return column


def _title_row(title: Label, middle: QWidget, right: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(2 * GRID)
    row.addWidget(title)
    row.addWidget(middle, 1)
    row.addWidget(right)
    return row
