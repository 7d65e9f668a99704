"""The tree view of the Live page; it remembers what a person opened and closed."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
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
from mpmanager_ui.look.look import Look
from mpmanager_ui.viewmodels.live_rows import RowKind
from mpmanager_ui.viewmodels.live_tree import Column, Node
from mpmanager_ui.viewmodels.signs import PathSigns
from mpmanager_ui.widgets.live_model import LiveModel
from mpmanager_ui.widgets.live_painter import LivePainter

_ROW_HEIGHT = 28
MANY_ROWS = 60
"""With more subflows than this, connections come closed."""
_WIDTHS = {
    Column.STATE: 96,
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
_WIDE = 1000
_NARROW = 900
_SLIM = 680
"""Widths of the page, in pixels."""

_AnyIndex = QModelIndex | QPersistentModelIndex


class _RowHeight(QStyledItemDelegate):
    """All rows are of one height; `LivePainter` paints them."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _AnyIndex) -> QSize:
        del option, index  # all rows are alike
        return QSize(0, _ROW_HEIGHT)


class LiveView(QTreeView):
    """Applications come open, connections where there are few; what a person opened or closed stays so."""

    def __init__(self, look: Look, signs: PathSigns, model: LiveModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._live = model
        self._chosen: dict[object, bool] = {}
        """Rows that a person opened (True) or closed."""
        self._opens_connections = True
        self._is_opening = False
        self._sections: list[tuple[Column, int, int]] = []
        self._accent = look.colour("accent_soft")
        self._place: tuple[object, ...] = ()
        self.painter = LivePainter(look, signs)
        self.setModel(model)
        self.setItemDelegate(_RowHeight(self))
        self._set_up()
        model.rowsInserted.connect(self._open_new)
        model.modelAboutToBeReset.connect(self._remember_place)
        model.modelReset.connect(self._return_to_place)
        self.expanded.connect(lambda index: self._choose(index, is_open=True))
        self.collapsed.connect(lambda index: self._choose(index, is_open=False))

    def expect(self, subflows: int) -> None:
        """So many subflows are about to be shown."""
        self._opens_connections = subflows <= MANY_ROWS

    def open_all(self) -> None:
        """Open every row."""
        self._chosen.clear()
        self._opens_connections = True
        self.expandAll()

    def close_connections(self) -> None:
        """Leave only the applications open."""
        self._chosen.clear()
        self._opens_connections = False
        self.collapseAll()
        self.expandToDepth(0)

    def fit(self, width: int) -> None:
        """Leave out the columns of the second rank where there is no room for them."""
        self.setColumnHidden(Column.RETRANSMITS, width < _WIDE)
        self.setColumnHidden(Column.HISTORY, width < _NARROW)
        self.setColumnHidden(Column.RTT, width < _SLIM)
        self.header().resizeSection(Column.PATH, _WIDTHS[Column.PATH] if width >= _NARROW else _SWATCHES_ONLY)

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
        cells = [
            (column, QRect(left + indent, area.top(), width - indent, area.height()))
            if column is Column.NAME
            else (column, QRect(left, area.top(), width, area.height()))
            for column, left, width in self._sections
        ]
        self.painter.paint_row(painter, cells, node.values)

    def _draw_arrow(self, painter: QPainter, area: QRect, indent: int, *, is_open: bool) -> None:
        name = "chevron-down" if is_open else "chevron-right"
        image = icons.pixmap(name, self._look.colours.muted, 14, self.devicePixelRatioF())
        painter.drawPixmap(QPoint(area.left() + indent - self.indentation() + 1, area.center().y() - 6), image)

    def _remember_place(self) -> None:
        """Before the rows are replaced: what is current. Where the view stands it does not forget itself."""
        self._place = self._live.node(self.currentIndex()).path()

    def _return_to_place(self) -> None:
        for node in self._live.tree.root.children:
            self._open(node)
        current = self._live.tree.find(self._place)
        if current is not None and self._place:
            self.setAutoScroll(False)
            self.setCurrentIndex(self._live.index_of(current))
            self.setAutoScroll(True)

    def _set_up(self) -> None:
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setIndentation(16)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName("Applications, connections and subflows")
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
        for node in self._live.node(parent).children[first : last + 1]:
            self._open(node)

    def _open(self, node: Node) -> None:
        """Open a row and those below it, as far as they shall be."""
        self._is_opening = True
        if node.children and self._should_open(node):
            self.expand(self._live.index_of(node))
        for child in node.children:
            if child.children and self._should_open(child):
                self.expand(self._live.index_of(child))
        self._is_opening = False

    def _should_open(self, node: Node) -> bool:
        default = node.values.kind is RowKind.APPLICATION or self._opens_connections
        return self._chosen.get(node.key, default)

    def _choose(self, index: QModelIndex, *, is_open: bool) -> None:
        if not self._is_opening:
            self._chosen[self._live.node(index).key] = is_open
