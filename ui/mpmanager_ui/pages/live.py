"""The Live page: which program uses which path now."""

import asyncio
from collections.abc import Callable, Hashable
from time import monotonic

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from mpmanager_ui.changes import Changes
from mpmanager_ui.look import icons
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.pages.live_export import Exporter, Format, PacketSaver
from mpmanager_ui.pages.live_inspection import Inspection
from mpmanager_ui.pages.live_looks import LiveLooks
from mpmanager_ui.pages.live_waits import LiveWaits
from mpmanager_ui.session import Session
from mpmanager_ui.tasks import TaskRunner
from mpmanager_ui.viewmodels.flow_map import Choice, Flow, PathPlace, flows_of
from mpmanager_ui.viewmodels.live_export import csv_text, exported_rows, json_text
from mpmanager_ui.viewmodels.live_filter import FilterKey, Known, value_of, with_condition, without_keys, written
from mpmanager_ui.viewmodels.live_rows import Record, Recorder, RowKind
from mpmanager_ui.viewmodels.live_tree import LIVELY, Column, Node, condition_of
from mpmanager_ui.viewmodels.live_words import row_sentence
from mpmanager_ui.viewmodels.preferences import Motion
from mpmanager_ui.viewmodels.promises import promise_and_proof, proof_of
from mpmanager_ui.viewmodels.timeline import Timeline
from mpmanager_ui.viewmodels.translation import tr, tr_count, tr_later, tr_literal
from mpmanager_ui.viewmodels.waits import (
    WaitSetting,
)
from mpmanager_ui.viewmodels.wording import clock
from mpmanager_ui.widgets.empty_state import EmptyState
from mpmanager_ui.widgets.filter_line import FilterLine
from mpmanager_ui.widgets.flow_map import FlowMapView
from mpmanager_ui.widgets.inspector import WIDTH as INSPECTOR_WIDTH
from mpmanager_ui.widgets.inspector import Inspector
from mpmanager_ui.widgets.label import Label
from mpmanager_ui.widgets.live_model import LiveModel
from mpmanager_ui.widgets.live_view import LiveView
from mpmanager_ui.widgets.snackbar import Snackbar
from mpmanager_ui.widgets.time_card import TimeCard

SORT_EVERY_S = 5.0
_FILTER_DELAY_MS = 150
_ROOM_FOR_INSPECTOR = 1000
_ROOM_FOR_MAP = 600
_ROOM_FOR_TIME = 480
"""The page's width and height, in pixels."""


class LivePage(QWidget):
    """Records while the window is seen, whatever its page; shows that while this page is visible and not paused."""

    def __init__(
        self, look: Look, session: Session, tasks: TaskRunner, snackbar: Snackbar, preference: Callable[[], Motion]
    ) -> None:
        """`preference` tells what the settings say of motion."""
        super().__init__()
        self._look = look
        self._session = session
        self._tasks = tasks
        self._changes = Changes(tasks, snackbar)
        self._recorder = Recorder()
        self._timeline = Timeline()
        self._flows: list[Flow] = []
        """Of the last frame."""
        self._shown = self._recorder.applications
        """The recorder's rows, or a copy of them while the view is paused."""
        self._asking: asyncio.Task[None] | None = None
        self._is_busy = False
        self._sorted_at = 0.0
        self._wanted: str | None = None  # the application to be chosen as soon as it has a row
        self.model = LiveModel(self)
        self.view = LiveView(look, session.signs, self.model)
        self.map = FlowMapView(look, session.signs)
        self.time = TimeCard(look, session.signs, self._timeline)
        self.inspector = Inspector(look, session.signs)
        self._inspection = Inspection(session, tasks, self._changes, self.inspector)
        self.exporter = Exporter(
            self, look, tasks, snackbar, painted=(self.time.strip, self.map), rows_as=self._rows_as
        )
        self.packets = PacketSaver(self, session, tasks, snackbar, self.inspector)
        self.export = QToolButton()
        self.filter = FilterLine()
        self.pause = QPushButton()
        self._looks = LiveLooks(self.map, preference)
        self.waits = LiveWaits(look, session, self._changes, self.view, self._filter_by)
        self._is_pathless = False  # where it is, the map would be an empty card
        self._expand = QToolButton()
        self._collapse = QToolButton()
        self.title = Label(tr_literal(_TITLE))
        self._counts = Label()
        self.explanation = Label()
        """What the inspector says, in a line, where there is no room for it."""
        self._empty = EmptyState(look, "live")
        self._stack = QStackedWidget()
        self._tree_card = QFrame()
        self._map_card = QFrame()
        self._filter_timer = QTimer(self, interval=_FILTER_DELAY_MS, singleShot=True)
        self._build()
        self._connect()
        self._recolour()

    @property
    def is_paused(self) -> bool:
        """Whether the view is frozen."""
        return self.pause.isChecked()

    @property
    def is_busy(self) -> bool:
        """Whether a tick is being recorded and shown."""
        return self._is_busy

    def shows_filter(self, text: str) -> bool:
        """Whether the rows are those of this filter."""
        return not self._filter_timer.isActive() and self.filter.text() == text

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._looks.follow_settings()
        self._show_records()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._filter_timer.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Leave out what there is no room for."""
        has_inspector = self._looks.wants_inspector and self.width() >= _ROOM_FOR_INSPECTOR
        self.inspector.setVisible(has_inspector)
        self.explanation.setVisible(not has_inspector)
        self.time.setVisible(self.height() >= _ROOM_FOR_TIME)
        self._map_card.setVisible(self._looks.wants_map and not self._is_pathless and self.height() >= _ROOM_FOR_MAP)
        taken = INSPECTOR_WIDTH + 2 * GRID if has_inspector else 0
        self.view.fit(self.width() - taken, is_detailed=has_inspector)

    # Recording and showing

    def _take_frame(self) -> None:
        if self._is_busy:
            return  # the machine is slower than the daemon: this tick is left out
        if not self._session.is_watched:
            return  # a gap in what is recorded
        self._is_busy = True
        self._tasks.start(self._record_and_show(), attempt=tr("Showing the connections failed"))

    async def _record_and_show(self) -> None:
        frame = self._session.frame
        if self._asking is None:
            self._asking = self._tasks.start(self._inspection.run(), attempt=tr("Asking why failed"))
        try:
            if frame is not None:
                for _ in self._recorder.take(frame):
                    await asyncio.sleep(0)
                records = self._recorder.applications
                await asyncio.sleep(0)
                self._flows = flows_of(records)
                await asyncio.sleep(0)
                self._timeline.take(frame.monotonic, frame.time, self._flows, records)
                await asyncio.sleep(0)
            if self.isVisible() and not self.is_paused:
                await self._show_in_steps()
        finally:
            self._is_busy = False

    async def _show_in_steps(self) -> None:
        """A breath now and then, not after each of many small applications."""
        self._prepare()
        began = monotonic()
        with self.view.painted_once():
            for _ in self.model.take(self._records()):
                if monotonic() - began > _BREATH_S:
                    await asyncio.sleep(0)
                    began = monotonic()
        self._sort_now_and_then()
        for show in self._rest():
            await asyncio.sleep(0)
            show()

    def _show_records(self) -> None:
        """At once: somebody waits for it. While a tick is being shown, that has to end first."""
        if self._is_busy:
            self._filter_timer.start()
            return
        self._prepare()
        for _ in self.model.take(self._records()):
            pass
        for show in self._rest():
            show()

    def _rest(self) -> tuple[Callable[[], None], ...]:
        """What shows all that is not the tree."""
        time = () if self.is_paused else (self.time.show_present,)
        return (self._choose_wanted, self._show_counts, self._show_explanation, self._show_map, *time)

    def _show_map(self) -> None:
        frame = self._session.frame
        paths = frame.paths if frame is not None else []
        titles = self._session.titles
        places = [PathPlace(each.name, titles.get(each.name, each.name), each.state.is_usable) for each in paths]
        if self.time.range is not None:
            flows = self._timeline.flows_in(self.time.range)
        else:
            flows = flows_of(self._shown) if self.is_paused else self._flows
        if self._is_pathless is bool(places):
            self._is_pathless = not places
            self._fit()
        self.map.show_flows(flows, places, {each.name: each.kind for each in paths})
        self.map.show_choice(self._choice())

    def _show_contact(self) -> None:
        self.view.painter.show_stale(is_stale=bool(self._session.as_of))
        self.view.viewport().update()
        self._still_map()
        self._show_counts()

    def _still_map(self) -> None:
        is_past = self.is_paused or self.time.range is not None or bool(self._session.as_of)
        self.map.freeze(is_frozen=is_past)

    def _records(self) -> dict[Hashable, Record]:
        """Those to show: of now or of the moment of the pause, all or what carried in the chosen stretch of time."""
        chosen = self.time.range
        return self._shown if chosen is None else self._timeline.records_in(chosen, self._shown)

    def _prepare(self) -> None:
        frame = self._session.frame
        kinds = {path.name: path.kind for path in frame.paths} if frame else {}
        self.view.painter.show_titles(self._session.titles, kinds)
        self.model.tree.show_titles(self._session.titles)
        self.view.expect(self._recorder.counts()[2])
        self.model.helps = {each.id: each.help for each in frame.applications} if frame else {}

    def _show_counts(self) -> None:
        applications, connections, subflows = self._recorder.counts()
        counts = " · ".join(
            (
                tr_count("{count} application", "{count} applications", applications),
                tr_count("{count} connection", "{count} connections", connections),
                tr_count("{count} subflow", "{count} subflows", subflows),
            )
        )
        as_of = self._session.as_of
        self._counts.setText(tr("As of {time}: {sentence}", time=as_of, sentence=counts) if as_of else counts)
        is_empty = not self.model.tree.root.children
        self._counts.setVisible(applications > 0)
        if is_empty:
            self._empty.show_text(*map(tr_literal, _NOTHING_FOUND if self.filter.text() else _NO_CONNECTIONS))
        self._stack.setCurrentIndex(1 if is_empty else 0)

    # What is said

    def _show_explanation(self) -> None:
        node = self.model.node(self.view.currentIndex())
        titles, helps = self.model.tree.titles, self.model.helps
        hint = tr_literal(_CHOOSE_A_ROW) if self.model.tree.root.children else ""
        setting = self.waits.setting_of(node.values)
        proof = self._proof_of(node, setting)
        if node.parent is None:
            self._inspection.show_nothing()
        else:
            self._inspection.show(node, setting, titles, proof)
        self.explanation.setText(row_sentence(node, setting, titles, helps, proof) if node.parent is not None else hint)

    def _proof_of(self, node: Node, setting: WaitSetting | None) -> str:
        """Of an application: what was promised, and what came of it."""
        if setting is None or node.values.kind is not RowKind.APPLICATION:
            return ""
        events = [each for each in self._session.events if each.app == node.key]
        helps = [each] if (each := self.model.helps.get(node.key)) else []
        return promise_and_proof(setting.wait, proof_of(events, helps, setting.wait), self.model.tree.titles)

    # Order, filter, pause

    def _sort_by(self, section: int) -> None:
        header = self.view.header()
        self._sort(Column(section), is_descending=header.sortIndicatorOrder() is Qt.SortOrder.DescendingOrder)

    def _sort(self, column: Column, *, is_descending: bool) -> None:
        self._sorted_at = monotonic()
        self.model.tree.sort(column, is_descending=is_descending)

    def _sort_now_and_then(self) -> None:
        """Put a lively column in order again, but never under the pointer or the keyboard."""
        tree = self.model.tree
        is_in_use = self.view.underMouse() or self.view.hasFocus()
        if tree.column in LIVELY and not is_in_use and monotonic() - self._sorted_at >= SORT_EVERY_S:
            self._sort(tree.column, is_descending=tree.is_descending)

    def _apply_filter(self) -> None:
        self.model.tree.filter(self.filter.text())
        self._show_records()

    def _filter_by(self, key: FilterKey, value: str) -> None:
        """Show only what has this value; the other conditions stay."""
        self.filter.setText(with_condition(self.filter.text(), key, value))

    def show_application(self, app: str) -> None:
        """Show only the application of this id, and explain it; when it has come, if it is not known yet."""
        self._wanted = app
        name = self._session.app_names().get(app) or app.rpartition("/")[2] or app
        self.filter.setText(written(FilterKey.APP, name))
        self._filter_timer.stop()
        self._apply_filter()

    def _choose_wanted(self) -> None:
        node = self.model.tree.find((self._wanted,)) if self._wanted is not None else None
        if node is not None:
            self._wanted = None
            self.view.setCurrentIndex(self.model.index_of(node))

    def _filter_by_cell(self, node: Node, column: Column) -> None:
        condition = condition_of(node, column)
        if condition is not None:
            self._filter_by(*condition)

    def _choose_on_map(self, choice: Choice) -> None:
        """Show only what was clicked on, and make its application current."""
        text = without_keys(self.filter.text(), {FilterKey.APP, FilterKey.PATH})
        application = self._shown.get(choice.app)
        if application is not None:
            text = with_condition(text, FilterKey.APP, application.values.name)
        if choice.path is not None:
            text = with_condition(text, FilterKey.PATH, choice.path)
        self.filter.setText(text)
        self._filter_timer.stop()
        self._apply_filter()
        node = self.model.tree.find((choice.app,))
        if node is not None:
            self.view.setCurrentIndex(self.model.index_of(node))

    def _choice(self) -> Choice:
        """What of the map the filter means."""
        text = self.filter.text()
        name, path = value_of(text, FilterKey.APP), value_of(text, FilterKey.PATH)
        meant = [key for key, each in self._shown.items() if name == each.values.name.casefold()]
        titles = {title.casefold(): name for name, title in self._session.titles.items()}
        return Choice(meant[0] if meant else None, titles.get(path or "", path))

    def _complete(self) -> None:
        """Learn what there is to choose from."""
        connections = [each for app in self._shown.values() for each in app.children.values()]
        self.filter.know(
            Known(
                apps=[each.values.name for each in self._shown.values()],
                paths=list(self._session.titles),
                hosts=[each.values.name for each in connections],
            )
        )

    def _toggle_pause(self) -> None:
        records = self._recorder.applications
        self._shown = {key: each.frozen() for key, each in records.items()} if self.is_paused else records
        frame = self._session.frame
        paused = tr("Paused at {time}", time=clock(frame.time)) if self.is_paused and frame else ""
        self.title.setText(paused or tr_literal(_TITLE))
        self._recolour()
        self._still_map()
        self._show_records()

    def _show_range(self) -> None:
        self._still_map()
        self._show_records()

    def _show_exports(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.exporter.fill(menu)
        menu.popup(self.export.mapToGlobal(self.export.rect().bottomLeft()))

    def _rows_as(self, format_: Format) -> str:
        """The rows that are shown, for other programs."""
        rows = exported_rows(self.model.tree.root)
        if format_ is Format.CSV:
            return csv_text(rows)
        frame = self._session.frame
        return json_text(
            rows, time=frame.time if frame else 0.0, condition=self.filter.text(), stretch=self.time.unix_range()
        )

    # Building

    def _connect(self) -> None:
        self._session.frame_taken.connect(self._take_frame)
        self._session.contact_changed.connect(self._show_contact)
        self.waits.shown.connect(self._show_explanation)
        self.view.current_changed.connect(self._show_explanation)
        self._look.changed.connect(self._recolour)
        self.view.header().sectionClicked.connect(self._sort_by)
        self.filter.textChanged.connect(self._filter_timer.start)
        self.filter.completion_wanted.connect(self._complete)
        self.map.chosen.connect(self._choose_on_map)
        self.view.filter_wanted.connect(self._filter_by_cell)
        self.time.range_changed.connect(self._show_range)
        self._looks.changed.connect(self._fit)
        self.export.clicked.connect(self._show_exports)
        self._filter_timer.timeout.connect(self._apply_filter)
        self.pause.toggled.connect(self._toggle_pause)
        self._expand.clicked.connect(self.view.open_all)
        self._collapse.clicked.connect(self.view.close_connections)
        QShortcut(QKeySequence.StandardKey.Find, self, self.filter.setFocus)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, GRID, 3 * GRID, 3 * GRID)
        column.setSpacing(2 * GRID)
        column.addLayout(self._heading())
        column.addLayout(self._tools())
        column.addWidget(self.time)
        column.addLayout(self._body(), 1)
        self.explanation.setProperty("role", "muted")
        self.explanation.setWordWrap(True)
        self.explanation.setMinimumHeight(2 * self.explanation.fontMetrics().lineSpacing())
        self.explanation.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.explanation.setAccessibleName(tr("About the current row"))
        column.addWidget(self.explanation)
        QWidget.setTabOrder(self.view, self.view.slider)

    def _body(self) -> QHBoxLayout:
        """The map over the tree, and the inspector beside them."""
        inner = QVBoxLayout(self._tree_card)
        inner.setContentsMargins(1, GRID, 1, GRID)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self._empty)
        inner.addWidget(self._stack)
        above = QVBoxLayout(self._map_card)
        above.setContentsMargins(1, 1, 1, 1)
        above.addWidget(self.map)
        halves = QSplitter(Qt.Orientation.Vertical)
        halves.setHandleWidth(2 * GRID)
        halves.setChildrenCollapsible(False)
        for card, share in ((self._map_card, 2), (self._tree_card, 3)):
            card.setProperty("role", "card")
            halves.addWidget(card)
            halves.setStretchFactor(halves.indexOf(card), share)
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addWidget(halves, 1)
        row.addWidget(self.inspector)
        return row

    def _heading(self) -> QHBoxLayout:
        title = self.title
        title.setFont(self._look.font(scale=1.6, is_bold=True))
        title.setWordWrap(True)
        self._counts.setProperty("role", "muted")
        column = QVBoxLayout()
        column.setSpacing(GRID // 2)
        column.addWidget(title)
        column.addWidget(self._counts)
        row = QHBoxLayout()
        row.addLayout(column, 1)
        row.addWidget(self.waits.default_card(), 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _tools(self) -> QHBoxLayout:
        self.filter.setMaximumWidth(420)
        self.pause.setCheckable(True)
        self.pause.setToolTip(tr("Freeze the view; recording goes on (Ctrl+P)"))
        flat = (
            (self._expand, tr("Expand all")),
            (self._collapse, tr("Collapse")),
            (self._looks.button, tr("View")),
            (self.export, tr("Export")),
        )
        for button, text in flat:
            button.setText(text)
            button.setProperty("role", "flat")
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self.filter, 1)
        row.addWidget(self.time.button)
        row.addStretch()
        for widget in (self._expand, self._collapse, self._looks.button, self.export, self.pause):
            row.addWidget(widget)
        return row

    def _recolour(self) -> None:
        is_paused = self.is_paused
        self.pause.setText(tr("Continue") if is_paused else tr("Pause"))
        self.pause.setShortcut("Ctrl+P")  # a new text takes the shortcut away
        name = "play" if is_paused else "pause"
        self.pause.setIcon(icons.icon(name, self._look.colours.text))


_CHOOSE_A_ROW = tr_later(
    "Choose a row to read what it does and why. Alt with an arrow moves the slider of its application."
)
_TITLE = tr_later("Who uses which path now")
_BREATH_S = 0.004
_NO_CONNECTIONS = (
    tr_later("No program uses Multipath TCP at the moment"),
    tr_later("Start one with it, for instance: mpm run -- curl -O https://example.org/"),
)
_NOTHING_FOUND = (tr_later("Nothing fits this filter"), tr_later("Clear it to see everything."))
