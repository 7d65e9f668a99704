"""The History page: what was carried when, by application and path, and what a wait would have cost."""

import asyncio
import time
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from mpmanager.api.history import HistoryInfo, HistoryQuery, WaitEstimate
from mpmanager.client.history import history_csv
from mpmanager.model.errors import MpmanagerError, UnknownApplicationError
from mpmanager.model.history import HistoryRange
from mpmanager_ui.look import icons
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.session import Session
from mpmanager_ui.tasks import TaskRunner
from mpmanager_ui.viewmodels import traffic_record as record
from mpmanager_ui.viewmodels.contact import Contact
from mpmanager_ui.viewmodels.signs import PathSign
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.widgets.bar_chart import BarChartView
from mpmanager_ui.widgets.chart_legend import ChartLegend
from mpmanager_ui.widgets.check_box import CheckBox
from mpmanager_ui.widgets.cost_card import CostCard
from mpmanager_ui.widgets.empty_state import EmptyState
from mpmanager_ui.widgets.label import Label
from mpmanager_ui.widgets.snackbar import Snackbar
from mpmanager_ui.widgets.usage_model import UsageModel, height_of, usage_view

_REFRESH_MS = 60_000
_WEEKS = 1
_NARROW = 1040
_CHART_SHARE, _COST_SHARE = 5, 2
_LEAST_ROWS, _MOST_ROWS = 3, 12
"""Of the table; more are scrolled to."""


class ExportError(MpmanagerError):
    """A file could not be written."""

    code = "Export"


class HistoryPage(QScrollArea):
    """Asks the daemon while it is visible: at once, and each minute."""

    def __init__(self, look: Look, session: Session, tasks: TaskRunner, snackbar: Snackbar) -> None:
        super().__init__()
        self._look = look
        self._session = session
        self._tasks = tasks
        self._snackbar = snackbar
        self._info: HistoryInfo | None = None
        self._estimate: WaitEstimate | None = None
        self._asked = 0
        """The last question; older answers are out of date."""
        self.range = HistoryRange.DAY
        self.offset = 0
        self._title = Label()
        self._summary = Label()
        self.ranges = QButtonGroup(self)
        self.back = QToolButton()
        self.forward = QToolButton()
        self.only_metered = CheckBox(look, tr("Only metered"))
        self.export = QPushButton(tr("Export CSV"))
        self.chart = BarChartView(look, session.signs)
        self.chart_rows = UsageModel()
        self._legend = ChartLegend(look, session.signs)
        self._views = QStackedWidget()
        self.table_switch = QPushButton()
        self.table = UsageModel()
        name = tr("Applications and what they moved over each path")
        self.table_view = usage_view(look, self.table, name)
        self.cost = CostCard(look)
        self._column, self._first_row = QVBoxLayout(), QHBoxLayout()
        self._empty = EmptyState(look, "history")
        self._content = QWidget()
        self._timer = QTimer(self, interval=_REFRESH_MS)
        self._build()
        self._timer.timeout.connect(self.refresh)
        session.contact_changed.connect(self.refresh)
        look.changed.connect(self._recolour)
        self._recolour()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.width() < _NARROW:
            self._column.addWidget(self.cost)
        else:
            self._first_row.addWidget(self.cost, _COST_SHARE)

    def title(self) -> str:
        """Which day, week or month is shown."""
        return self._title.text()

    def summary(self) -> str:
        """The sentence below."""
        return self._summary.text()

    # Asking

    def refresh(self) -> None:
        """Ask the daemon anew, if anybody looks."""
        if self.isVisible() and self._session.contact is Contact.CONNECTED:
            self._asked += 1
            self._tasks.start(self._load(self._asked), attempt=tr("Reading the history failed"), retry=self.refresh)

    async def _load(self, question: int) -> None:
        manager = self._session.reached()
        query = HistoryQuery(range=self.range, offset=self.offset, only_metered=self.only_metered.isChecked())
        info = await manager.history(query)
        try:
            estimate = await manager.estimate_wait(self.cost.application, _WEEKS)
        except UnknownApplicationError:
            estimate = None
        if question == self._asked:
            self._info, self._estimate = info, estimate
            self._show()

    def show_range(self, wanted: HistoryRange) -> None:
        """Turn to days, weeks or months; the one that lasts."""
        self.range, self.offset = wanted, 0
        self.refresh()

    def step(self, further_back: int) -> None:
        """Turn to what was before, or after."""
        self.offset = max(0, self.offset + further_back)
        self.refresh()

    # Showing

    def _show(self) -> None:
        info = self._info
        if info is None:
            return
        self._empty.setVisible(info.since is None)
        self._content.setVisible(info.since is not None)
        for wanted in HistoryRange:
            self.ranges.button(list(HistoryRange).index(wanted)).setChecked(wanted is self.range)
        self.forward.setEnabled(self.offset > 0)
        self.back.setEnabled(info.since is not None and info.edges[0] > info.since)
        self.export.setEnabled(bool(info.rows))
        self._title.setText(record.period_title(info))
        present = list(self._session.titles)
        titles = record.titles_of(info, self._session.titles)
        self._session.signs.recall({each.name: each.kind for each in info.paths})
        summary = record.summary(info, titles, only_metered=self.only_metered.isChecked())
        self._summary.setText(summary)
        chart = record.bar_chart(info, present, now=time.time())
        self.chart.show_chart(
            chart, titles, name=tr("What was carried: {period}", period=self.title()), summary=summary
        )
        self._legend.show_paths({path: titles[path] for path in chart.paths}, note=self._note())
        header = (tr("Time"), *(titles[path] for path in chart.paths), tr("Together"))
        signs = [None, *(self._session.signs.of(path) for path in chart.paths)]
        self.chart_rows.show_rows(header, record.chart_rows(chart), signs=signs)
        self._show_table(info, present, titles, signs)
        self.cost.show_applications(record.applications_of(info))
        self.cost.show_estimate(self._estimate)

    def _note(self) -> str:
        return tr("each hour") if self.range is HistoryRange.DAY else tr("each day")

    def _show_table(
        self, info: HistoryInfo, present: list[str], titles: dict[str, str], signs: list[PathSign | None]
    ) -> None:
        table = record.usage_table(info, present, titles)
        self.table.show_rows(
            table.header,
            [(row.name, *row.cells) for row in table.rows],
            signs=signs,
            muted=frozenset(number for number, row in enumerate(table.rows) if row.is_aside),
            muted_colour=self._look.colour("muted"),
        )
        self.table_view.setFixedHeight(height_of(min(max(len(table.rows), _LEAST_ROWS), _MOST_ROWS)))

    # Exporting

    def _ask_where(self) -> None:
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        name = str(Path(documents) / f"mpmanager-{self.range.value}-{self.offset}.csv")
        chosen, _filter = QFileDialog.getSaveFileName(self, tr("Export CSV"), name, "CSV (*.csv)")
        if chosen:
            self._tasks.start(self.write_csv(Path(chosen)), attempt=tr("Exporting failed"))

    async def write_csv(self, file: Path) -> None:
        """Write what is shown.

        Raises:
            ExportError: the file cannot be written.
        """
        if self._info is not None:
            await asyncio.to_thread(_write, file, history_csv(self._info))
            self._snackbar.show_text(tr("Written to {file}", file=file.name), None)

    # Building

    def _build(self) -> None:
        column = QVBoxLayout(self._content)
        self._column = column
        column.setContentsMargins(3 * GRID, GRID, 3 * GRID, 3 * GRID)
        column.setSpacing(2 * GRID)
        column.addLayout(self._heading())
        column.addLayout(self._controls())
        self.cost.application_changed.connect(self.refresh)
        self._first_row.setSpacing(2 * GRID)
        self._first_row.addWidget(self._chart_card(), _CHART_SHARE)
        column.addLayout(self._first_row, 1)
        column.addWidget(self._table_card())
        self._empty.show_text(
            tr("Nothing is recorded yet"),
            tr(
                "A minute after a program has used a path, what it moved stands here. "
                "Programs that do not ask for several paths get them by: mpm run -- PROGRAM"
            ),
        )
        page = QWidget()
        page.setObjectName("page")
        either = QVBoxLayout(page)  # a stack would be as high for the empty one as for the other
        either.setContentsMargins(0, 0, 0, 0)
        either.addWidget(self._empty)
        either.addWidget(self._content)
        self._content.hide()
        self.setWidget(page)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("History"))

    def _heading(self) -> QVBoxLayout:
        self._title.setFont(self._look.font(scale=1.6, is_bold=True))
        self._summary.setProperty("role", "muted")
        column = QVBoxLayout()
        column.setSpacing(GRID // 2)
        for label in (self._title, self._summary):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addWidget(label)
        return column

    def _controls(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GRID)
        for number, wanted in enumerate(HistoryRange):
            button = QPushButton(record.RANGE_WORDS[wanted])
            button.setCheckable(True)
            button.setChecked(wanted is self.range)
            button.clicked.connect(lambda _checked=False, wanted=wanted: self.show_range(wanted))
            self.ranges.addButton(button, number)
            row.addWidget(button)
        row.addSpacing(GRID)
        for arrow, name, change in ((self.back, tr("Back"), 1), (self.forward, tr("Forward"), -1)):
            arrow.setToolTip(name)
            arrow.setAccessibleName(name)
            arrow.clicked.connect(lambda _checked=False, change=change: self.step(change))
            row.addWidget(arrow)
        row.addStretch(1)
        self.only_metered.setToolTip(tr("Only what went over paths while they were metered"))
        self.only_metered.toggled.connect(self.refresh)
        self.export.clicked.connect(self._ask_where)
        row.addWidget(self.only_metered)
        row.addSpacing(GRID)
        row.addWidget(self.export)
        return row

    def _chart_card(self) -> QFrame:
        card = QFrame()
        column = _card_column(card)
        table = usage_view(self._look, self.chart_rows, tr("What was carried in each stretch of time"))
        self._views.addWidget(self.chart)
        self._views.addWidget(table)
        self._views.setMinimumHeight(224)
        self.table_switch.setCheckable(True)
        self.table_switch.setProperty("role", "flat")
        self.table_switch.setProperty("edge", "right")
        self.table_switch.toggled.connect(self._switch_view)
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addWidget(self._card_title(tr("Carried")))
        row.addWidget(self._legend, 1)
        row.addWidget(self.table_switch)
        column.addLayout(row)
        column.addWidget(self._views, 1)
        return card

    def _table_card(self) -> QFrame:
        card = QFrame()
        column = _card_column(card)
        column.addWidget(self._card_title(tr("Applications")))
        column.addWidget(self.table_view)
        return card

    def _card_title(self, text: str) -> Label:
        label = Label(text)
        label.setMinimumHeight(4 * GRID)  # that of a button: titles side by side stand on one line
        label.setFont(self._look.font(scale=1.1, is_bold=True))
        return label

    def _switch_view(self, is_table: bool) -> None:  # noqa: FBT001  # as the signal hands it in
        self._views.setCurrentIndex(1 if is_table else 0)
        self._recolour()

    def _recolour(self) -> None:
        is_table = self._views.currentIndex() == 1
        muted = self._look.colours.muted
        self.table_switch.setText(tr("Show as chart") if is_table else tr("Show as table"))
        self.table_switch.setIcon(icons.icon("chart" if is_table else "table", muted))
        self.back.setIcon(icons.icon("chevron-left", self._look.colours.text))
        self.forward.setIcon(icons.icon("chevron-right", self._look.colours.text))
        self.export.setIcon(icons.icon("export", muted))
        self._show()


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ExportError(f"cannot write {file}: {error.strerror}") from error


def _card_column(card: QFrame) -> QVBoxLayout:
    card.setProperty("role", "card")
    column = QVBoxLayout(card)
    column.setContentsMargins(2 * GRID, 12, 2 * GRID, 12)
    column.setSpacing(GRID)
    return column
