"""The chart as a table: one line for each second, the newest first."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from mpmanager_ui.viewmodels import chart
from mpmanager_ui.viewmodels.history import SPAN_BINS, ChartData

_AnyIndex = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class ChartTable(QAbstractTableModel):
    """An adapter over `ChartData`."""

    def __init__(self) -> None:
        super().__init__()
        self._data = ChartData()
        self._header: tuple[str, ...] = ()

    def show_data(self, data: ChartData, titles: dict[str, str]) -> None:
        """Show this from now on."""
        header = chart.table_header(data, titles)
        if header != self._header:
            self.beginResetModel()
            self._data, self._header = data, header
            self.endResetModel()
        else:
            self._data = data
            self.dataChanged.emit(self.index(0, 0), self.index(SPAN_BINS - 1, len(header) - 1))

    def rowCount(self, parent: _AnyIndex = _ROOT) -> int:
        return 0 if parent.isValid() else SPAN_BINS

    def columnCount(self, parent: _AnyIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._header)

    def data(self, index: _AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401  # Qt's type
        if role == Qt.ItemDataRole.DisplayRole:
            return chart.table_row(self._data, index.row())[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401  # Qt's type
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._header[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None
