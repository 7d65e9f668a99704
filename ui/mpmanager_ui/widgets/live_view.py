"""The tree view of the Live page; it remembers what a person opened and closed."""

from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTreeView, QWidget

from mpmanager_ui.look import icons
from mpmanager_ui.look.look import Look
from mpmanager_ui.viewmodels.live_rows import RowKind
from mpmanager_ui.viewmodels.live_tree import Column, Node
from mpmanager_ui.viewmodels.signs import PathSigns
from mpmanager_ui.widgets.live_delegate import LiveDelegate
from mpmanager_ui.widgets.live_model import LiveModel

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
        self.delegate = LiveDelegate(look, signs, model, self)
        self.setModel(model)
        self.setItemDelegate(self.delegate)
        self._set_up()
        model.rowsInserted.connect(self._open_new)
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

    def drawBranches(self, painter: QPainter, rect: QRect, index: QModelIndex) -> None:  # type: ignore[override]
        node = self._live.node(index)
        if self.selectionModel().isSelected(index):
            painter.fillRect(rect, self._look.colour("accent_soft"))
        if node.children:
            name = "chevron-down" if self.isExpanded(index) else "chevron-right"
            image = icons.pixmap(name, self._look.colours.muted, 14, self.devicePixelRatioF())
            left = rect.right() - self.indentation() + 3
            painter.drawPixmap(QPoint(left, rect.center().y() - 6), image)

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
        above = self._live.node(parent)
        self._is_opening = True
        for row in range(first, last + 1):
            self._open_below(above.children[row])
        self._is_opening = False

    def _open_below(self, node: Node) -> None:
        if node.children and self._should_open(node):
            self.expand(self._live.index_of(node))
        for child in node.children:
            if child.children:
                self._open_below(child)

    def _should_open(self, node: Node) -> bool:
        default = node.values.kind is RowKind.APPLICATION or self._opens_connections
        return self._chosen.get(node.key, default)

    def _choose(self, index: QModelIndex, *, is_open: bool) -> None:
        if not self._is_opening:
            self._chosen[self._live.node(index).key] = is_open
