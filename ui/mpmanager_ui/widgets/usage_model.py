"""Tables of words: the first column to the left, numbers to the right, each path's sign beside its name."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from mpmanager_ui.look.hatching import paint_swatch
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.viewmodels.signs import PathSign

_AnyIndex = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_MOST_FOR_NAMES = 24 * GRID
_ROW_HEIGHT = 4 * GRID
_SWATCH = 12
_GAP = 6
_MARGIN = 11
"""As the style sheet and the style together have it for cells."""
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class UsageModel(QAbstractTableModel):
    """An adapter over tuples of words."""

    def __init__(self) -> None:
        super().__init__()
        self.header: tuple[str, ...] = ()
        self.rows: list[tuple[str, ...]] = []
        self._signs: list[PathSign | None] = []
        self._muted: frozenset[int] = frozenset()
        self._muted_colour = QColor()

    def show_rows(
        self,
        header: Sequence[str],
        rows: Sequence[tuple[str, ...]],
        *,
        signs: Sequence[PathSign | None] = (),
        muted: frozenset[int] = frozenset(),
        muted_colour: QColor | None = None,
    ) -> None:
        """Show these; `signs` stand beside the names in the header, the rows `muted` step back."""
        has_other_shape = (len(header), len(rows)) != (len(self.header), len(self.rows))
        if has_other_shape:
            self.beginResetModel()
        self.header, self.rows, self._signs = tuple(header), list(rows), list(signs)
        self._muted, self._muted_colour = muted, muted_colour or QColor()
        if has_other_shape:
            self.endResetModel()
        elif rows:
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(header) - 1)
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(header) - 1))

    def rowCount(self, parent: _AnyIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _AnyIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.header)

    def data(self, index: _AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401  # Qt's type
        if role == Qt.ItemDataRole.DisplayRole:
            return self.rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if index.column() else _LEFT
        if role == Qt.ItemDataRole.ForegroundRole and index.row() in self._muted:
            return self._muted_colour
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401  # Qt's type
        if orientation is Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.header[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section else _LEFT
        return None

    def sign(self, section: int) -> PathSign | None:
        """That of the path which a column is about."""
        return self._signs[section] if section < len(self._signs) else None


class SignHeader(QHeaderView):
    """The style would put the signs far from the names."""

    def __init__(self, look: Look, model: UsageModel) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._look = look
        self._model = model
        self.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.setMinimumSectionSize(8 * GRID)
        look.changed.connect(self.viewport().update)

    def sectionSizeFromContents(self, logicalIndex: int) -> Any:  # noqa: ANN401, N803  # Qt's type and name
        size = super().sectionSizeFromContents(logicalIndex)
        size.setWidth(size.width() + (_SWATCH + _GAP if self._model.sign(logicalIndex) else 0) + GRID)
        size.setHeight(_ROW_HEIGHT)
        return size

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N803  # Qt's name
        painter.save()
        painter.fillRect(rect, self._look.colour("surface"))
        painter.setPen(self._look.colour("border"))
        painter.drawLine(QPointF(rect.left(), rect.bottom()), QPointF(rect.right() + 1, rect.bottom()))
        text = self._model.header[logicalIndex]
        inner = QRectF(rect).adjusted(_MARGIN, 0, -_MARGIN, 0)
        painter.setPen(self._look.colour("muted"))
        painter.drawText(inner, _RIGHT if logicalIndex else _LEFT, text)
        sign = self._model.sign(logicalIndex)
        if sign is not None:
            left = inner.right() - painter.fontMetrics().horizontalAdvance(text) - _GAP - _SWATCH
            swatch = QRectF(round(left), rect.center().y() - _SWATCH // 2, _SWATCH, _SWATCH)
            paint_swatch(painter, swatch, sign, self._look.colours)
        painter.restore()


class UsageView(QTableView):
    """Numbers take what they need and names what is left; where that is too little, the table scrolls sidewards."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.share_room()

    def share_room(self) -> None:
        """Find out which of both it is."""
        header = self.horizontalHeader()
        widths = [max(header.sectionSizeHint(each), self.sizeHintForColumn(each)) for each in range(header.count())]
        if not widths:
            return
        least = min(widths[0], _MOST_FOR_NAMES)
        if least + sum(widths[1:]) <= self.viewport().width():
            header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        else:
            header.setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(0, least)


def usage_view(look: Look, model: UsageModel, name: str) -> UsageView:
    """A table of it."""
    view = UsageView()
    view.setModel(model)
    header = SignHeader(look, model)
    view.setHorizontalHeader(header)
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
    view.setShowGrid(False)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setTabKeyNavigation(False)
    view.setAccessibleName(name)
    view.setWordWrap(False)
    model.modelReset.connect(view.share_room)
    return view


def height_of(rows: int) -> int:
    """Of a table that shows so many rows, with room for a scroll bar."""
    return (rows + 1) * _ROW_HEIGHT + 2 * GRID
