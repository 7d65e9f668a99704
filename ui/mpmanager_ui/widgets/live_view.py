"""The tree view of the Live page; it remembers what a person opened and closed."""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    QTimerEvent,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from mpmanager_ui.look import icons
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.viewmodels.live_rows import RowKind
from mpmanager_ui.viewmodels.live_tree import COLUMN_WORDS, Column, Node
from mpmanager_ui.viewmodels.live_words import SettingOf
from mpmanager_ui.viewmodels.signs import PathSigns
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.widgets.live_model import LiveModel
from mpmanager_ui.widgets.live_painter import LivePainter
from mpmanager_ui.widgets.wait_slider import WaitSlider

_ROW_HEIGHT = 28
MANY_ROWS = 60
"""With more subflows than this, connections come closed."""
_WIDTHS = {
    Column.STATE: 132,
    Column.WAIT: 176,
    Column.PATH: 188,
    Column.DOWN: 90,
    Column.UP: 90,
    Column.HISTORY: 96,
    Column.RTT: 64,
    Column.BYTES: 80,
    Column.RETRANSMITS: 72,
}
_SWATCHES_ONLY = 64
"""Width of the path column where there is no room for names."""
_VERY_WIDE = 1240
_WIDE = 1000
_NARROW = 900
_SLIM = 680
"""Widths of the page, in pixels."""
_SLIM_WIDTHS = {Column.STATE: 56, Column.WAIT: 126, Column.DOWN: 86, Column.UP: 86}
"""In a narrow page the column of waits has no room for who decides, and that of states for the words of
applications only: the knob and the sign tell it, and the line below the tree."""

_CHOSEN_ROW = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows

_AnyIndex = QModelIndex | QPersistentModelIndex


class _RowHeight(QStyledItemDelegate):
    """All rows are of one height; `LivePainter` paints them."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _AnyIndex) -> QSize:
        del option, index  # all rows are alike
        return QSize(0, _ROW_HEIGHT)


class LiveView(QTreeView):
    """Applications come open, connections where there are few; what a person opened or closed stays so.

    Every application's row shows a slider for its wait. There is only one: it stands where the pointer is, else in the
    row of the current application; all others are painted.
    """

    current_changed = Signal()
    filter_wanted = Signal(object, object)
    """Ctrl and a click: the `Node` and the `Column` whose value somebody wants to see alone."""

    def __init__(self, look: Look, signs: PathSigns, model: LiveModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._live = model
        self._chosen: dict[object, bool] = {}
        """Rows that a person opened (True) or closed."""
        self._opens_connections = True
        self._sections: list[tuple[Column, int, int]] = []
        self._accent = look.colour("accent_soft")
        self._is_in_steps = False
        self._place: tuple[object, ...] = ()
        """Of the current row while those around it are replaced; else empty."""
        self._owner: object = None
        """Key of the application in whose row the slider stands."""
        self._placing = QTimer(self, interval=0, singleShot=True)
        self._placing.timeout.connect(self._place_slider)
        self.painter = LivePainter(look, signs)
        self.slider = WaitSlider(look, self.viewport())
        self.slider.hide()
        self.slider.left.connect(self._let_go)
        self.setModel(model)
        self.setItemDelegate(_RowHeight(self))
        self._set_up()
        model.rowsInserted.connect(self._open_new)
        model.replacing.connect(self._remember_place)
        model.replaced.connect(self._return_to_place)
        for changed in (model.dataChanged, model.layoutChanged, model.rowsInserted, model.rowsRemoved):
            changed.connect(self._placing.start)
        self.expanded.connect(lambda index: self._choose(index, is_open=True))
        self.collapsed.connect(lambda index: self._choose(index, is_open=False))

    @contextmanager
    def painted_once(self) -> Iterator[None]:
        """Rows come and go in many steps: they are laid out and painted after the last, or when somebody acts."""
        self._is_in_steps = True
        self.viewport().setUpdatesEnabled(False)
        try:
            yield
        finally:
            self._is_in_steps = False
            self.executeDelayedItemsLayout()
            self.viewport().setUpdatesEnabled(True)
            self._placing.start()

    def expect(self, subflows: int) -> None:
        """So many subflows are about to be shown."""
        self._opens_connections = subflows <= MANY_ROWS

    def open_all(self) -> None:
        """Open every row."""
        self._chosen = {node.key: True for node in self._live.tree.nodes.values() if node.children}
        self._opens_connections = True
        self.blockSignals(True)  # noqa: FBT003  # Qt's signature; noted above, at once
        self.expandAll()
        self.blockSignals(False)  # noqa: FBT003  # same

    def close_connections(self) -> None:
        """Leave only the applications open."""
        self._chosen.clear()
        self._opens_connections = False
        self.collapseAll()
        self.expandToDepth(0)

    def fit(self, width: int, *, is_detailed: bool) -> None:
        """Leave out the columns of the second rank where there is no room for them.

        `is_detailed`: an inspector tells them of the current row.
        """
        self.setColumnHidden(Column.RETRANSMITS, width < _VERY_WIDE)
        self.setColumnHidden(Column.HISTORY, width < _WIDE)
        self.setColumnHidden(Column.RTT, width < _NARROW)
        self.setColumnHidden(Column.BYTES, width < (_NARROW if is_detailed else _SLIM))
        header = self.header()
        header.resizeSection(Column.PATH, _WIDTHS[Column.PATH] if width >= _VERY_WIDE else _SWATCHES_ONLY)
        metrics = header.fontMetrics()
        for column, slim in _SLIM_WIDTHS.items():
            is_slim = width < (_SLIM if is_detailed and column is Column.STATE else _NARROW)
            title = metrics.horizontalAdvance(COLUMN_WORDS[column]) + 2 * GRID
            header.resizeSection(column, max(slim, title) if is_slim else _WIDTHS[column])

    def timerEvent(self, event: QTimerEvent) -> None:
        if not self._is_in_steps:  # else each step would be laid out by itself; the timer stays until the last
            super().timerEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        header = self.header()
        self._sections = [
            (column, header.sectionViewportPosition(column), header.sectionSize(column))
            for column in Column
            if not header.isSectionHidden(column)
        ]
        self._accent = self._look.colour("accent_soft")
        super().paintEvent(event)

    def drawRow(self, painter: QPainter, option: QStyleOptionViewItem, index: _AnyIndex) -> None:
        node = self._live.node(index)
        area: QRect = option.rect
        if node.id == self._live.node(self.currentIndex()).id and node.id:
            painter.fillRect(area, self._accent)
        indent = self.indentation() * (node.values.kind + 1)
        if node.children:
            self._draw_arrow(painter, area, indent, is_open=self.isExpanded(index))
        self.painter.paint_row(painter, self._cells(area, indent, node), node.values)

    def _cells(self, area: QRect, indent: int, node: Node) -> list[tuple[Column, QRect]]:
        """What to paint where; the reasons of connections and subflows take the room of the wait besides."""
        cells: list[tuple[Column, QRect]] = []
        has_wait = _has_wait(node)
        for column, left, width in self._sections:
            if column is Column.NAME:
                cells.append((column, QRect(left + indent, area.top(), width - indent, area.height())))
            elif column is Column.STATE and not has_wait:
                both = width + self.columnWidth(Column.WAIT)
                cells.append((column, QRect(left, area.top(), both, area.height())))
            elif column is not Column.WAIT or (has_wait and not self._has_slider(node)):
                cells.append((column, QRect(left, area.top(), width, area.height())))
        return cells

    # The slider

    def _has_slider(self, node: Node) -> bool:
        return node.key == self._owner and node.values.kind is RowKind.APPLICATION and self.slider.isVisible()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        index = self.indexAt(event.position().toPoint())
        node = self._live.node(index)
        is_over_wait = index.column() == Column.WAIT and node.values.kind is RowKind.APPLICATION
        self._host(node if is_over_wait else None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and index.isValid():
            self.filter_wanted.emit(self._live.node(index), Column(index.column()))
        else:
            super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is not None and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._host(None)
            self.slider.step(step)
        else:
            super().keyPressEvent(event)

    def currentChanged(self, current: _AnyIndex, previous: _AnyIndex) -> None:
        super().currentChanged(current, previous)
        self._host(None)
        self.current_changed.emit()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self._place_slider()

    def updateGeometries(self) -> None:
        super().updateGeometries()
        self._placing.start()

    def show_settings(self, setting_of: SettingOf) -> None:
        """Show these settings in place of what the rows say."""
        self.painter.show_settings(setting_of)
        self._live.setting_of = setting_of
        self._place_slider()
        self.viewport().update()

    @property
    def slider_owner(self) -> Node | None:
        """The application that the slider is about."""
        return self._live.tree.find((self._owner,)) if self._owner is not None else None

    def _host(self, node: Node | None) -> None:
        """Put the slider into this row, or into that of the current row's application; never out of a hand."""
        if self.slider.is_in_use and self.slider.isVisible():
            return
        if node is None:
            path = self._live.node(self.currentIndex()).path()
            self._owner = path[0] if path else None
        else:
            self._owner = node.key
        self._place_slider()

    def _place_slider(self) -> None:
        if self._is_in_steps:
            return
        node = self.slider_owner
        setting = self._live.setting_of(node.values) if node is not None else None
        area = QRect()
        if node is not None and not self.isColumnHidden(Column.WAIT):
            area = self.visualRect(self._live.index_of(node, Column.WAIT))
        if node is None or setting is None or not self.viewport().rect().intersects(area):
            self.slider.hide()
            return
        self.slider.show_setting(node.values.name, setting)
        self.slider.setGeometry(area)
        self.slider.show()

    def _let_go(self) -> None:
        if self.slider.hasFocus():
            self.setFocus()
        self._host(None)

    def _draw_arrow(self, painter: QPainter, area: QRect, indent: int, *, is_open: bool) -> None:
        name = "chevron-down" if is_open else "chevron-right"
        image = icons.pixmap(name, self._look.colours.muted, 14, self.devicePixelRatioF())
        painter.drawPixmap(QPoint(area.left() + indent - self.indentation() + 1, area.center().y() - 6), image)

    def _remember_place(self, parent: Node) -> None:
        """Before the rows below one go and come back: if the current one is among them, no other becomes it."""
        place, above = self._live.node(self.currentIndex()).path(), parent.path()
        if len(place) > len(above) and place[: len(above)] == above:
            self._place = place
            self._make_current(QModelIndex())

    def _return_to_place(self, _parent: Node) -> None:
        current = self._live.tree.find(self._place) if self._place else None
        if current is not None:
            self._make_current(self._live.index_of(current))
        self._place = ()

    def _make_current(self, index: QModelIndex) -> None:
        """Nobody is told: nothing else becomes current in between, and the view would lay out all rows at once."""
        selection = self.selectionModel()
        selection.blockSignals(True)  # noqa: FBT003  # Qt's signature
        selection.setCurrentIndex(index, _CHOSEN_ROW)
        selection.blockSignals(False)  # noqa: FBT003  # same

    def _set_up(self) -> None:
        self.setUniformRowHeights(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.setAllColumnsShowFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setIndentation(16)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(tr("Applications, connections and subflows"))
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setSortIndicator(Column.NAME, Qt.SortOrder.AscendingOrder)
        header.setMinimumSectionSize(56)
        header.setSectionResizeMode(Column.NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in _WIDTHS.items():
            header.resizeSection(column, width)

    def _open_new(self, parent: QModelIndex, first: int, last: int) -> None:
        """Open the rows that have come, and the one above them, as far as they shall be."""
        above = self._live.node(parent)
        self.blockSignals(True)  # noqa: FBT003  # Qt's signature; nobody chose what opens here
        if first == 0 and last == len(above.children) - 1:  # its first children
            self._open(above)
        for node in above.children[first : last + 1]:
            self._open(node)
        self.blockSignals(False)  # noqa: FBT003  # same

    def _open(self, node: Node) -> None:
        if node.children and self._should_open(node):
            self.expand(self._live.index_of(node))

    def _should_open(self, node: Node) -> bool:
        default = node.values.kind is RowKind.APPLICATION or self._opens_connections
        return self._chosen.get(node.key, default)

    def _choose(self, index: QModelIndex, *, is_open: bool) -> None:
        self._chosen[self._live.node(index).key] = is_open


def _has_wait(node: Node) -> bool:
    """Whether a row shows its wait: connections do where those of one application differ."""
    if node.values.kind is RowKind.CONNECTION and node.parent is not None:
        above = node.parent.values.wait
        return above is not None and above.wait is None
    return node.values.kind is RowKind.APPLICATION
