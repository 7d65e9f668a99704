"""The tree of the Live page as Qt sees it: an adapter over `LiveTree`."""

from collections.abc import Hashable, Iterator, Mapping
from operator import attrgetter
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from mpmanager_ui.viewmodels.live_rows import Record
from mpmanager_ui.viewmodels.live_tree import COLUMN_WORDS, NUMBERS, Column, LiveTree, Node, cell_text
from mpmanager_ui.viewmodels.live_words import Helps, SettingOf, cell_words
from mpmanager_ui.widgets.label import plain_tip

_AnyIndex = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_COLUMNS = len(Column)


class LiveModel(QAbstractItemModel):
    """Rows are nodes of the tree, found by their id; nothing is copied."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tree = LiveTree(self)
        self._nodes = self.tree.nodes
        self.helps: Helps = {}
        """For tool tips."""
        self.setting_of: SettingOf = attrgetter("wait")
        """How long data may wait by now; a row says how long it could in its frame."""
        self._is_replaced = False
        """Whether this tick looked at all rows anew: then the views know already."""

    def node(self, index: _AnyIndex) -> Node:
        """The row of an index; the invisible root for an invalid one."""
        return self._nodes[index.internalId()]  # 0, the root's, for an invalid one

    def index_of(self, node: Node, column: int = 0) -> QModelIndex:
        """The index of a row."""
        return _ROOT if node.parent is None else self.createIndex(node.row, column, node.id)

    def take(self, applications: Mapping[Hashable, Record]) -> Iterator[None]:
        """Show these records in steps, and tell the views once, at the end."""
        self._is_replaced = False
        yield from self.tree.sync_in_steps(applications)
        if not self._is_replaced:
            self.announce()

    def announce(self) -> None:
        """Tell the views that any value may have changed."""
        last = len(self.tree.root.children) - 1
        if last >= 0:
            self.dataChanged.emit(self.index(0, 0), self.index(last, _COLUMNS - 1))

    # What Qt asks; not `flags`, whose own answer is right: a layout asks twice for each row, and Python is slow

    def index(self, row: int, column: int, parent: _AnyIndex = _ROOT) -> QModelIndex:
        children = self._nodes[parent.internalId()].children
        if 0 <= row < len(children) and 0 <= column < _COLUMNS:
            return self.createIndex(row, column, children[row].id)
        return _ROOT

    def parent(self, index: _AnyIndex) -> QModelIndex:  # type: ignore[override]  # QObject.parent() besides
        above = self._nodes[index.internalId()].parent
        if above is None or above.parent is None:
            return _ROOT
        return self.createIndex(above.row, 0, above.id)

    def rowCount(self, parent: _AnyIndex = _ROOT) -> int:
        return 0 if parent.column() > 0 else len(self._nodes[parent.internalId()].children)

    def columnCount(self, parent: _AnyIndex = _ROOT) -> int:
        del parent  # every level has the same columns
        return _COLUMNS

    def hasChildren(self, parent: _AnyIndex = _ROOT) -> bool:
        return parent.column() <= 0 and bool(self._nodes[parent.internalId()].children)

    def data(self, index: _AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401  # Qt's type
        column = Column(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return cell_text(self.node(index).values, column)
        if role == Qt.ItemDataRole.TextAlignmentRole and column in NUMBERS:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self._in_words(self.node(index), column))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._in_words(self.node(index), column)
        return None

    def _in_words(self, node: Node, column: Column) -> str:
        return cell_words(node, column, self.setting_of(node.values), self.tree.titles, self.helps)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401  # Qt's type
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMN_WORDS[Column(section)]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section in NUMBERS else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    # What the tree tells

    def will_insert(self, parent: Node, first: int, last: int) -> None:
        self.beginInsertRows(self.index_of(parent), first, last)

    def has_inserted(self) -> None:
        self.endInsertRows()

    def will_remove(self, parent: Node, first: int, last: int) -> None:
        self.beginRemoveRows(self.index_of(parent), first, last)

    def has_removed(self) -> None:
        self.endRemoveRows()

    def will_replace(self) -> None:
        self.beginResetModel()

    def has_replaced(self) -> None:
        self._is_replaced = True
        self.endResetModel()

    def will_reorder(self) -> None:
        self.layoutAboutToBeChanged.emit()

    def has_reordered(self) -> None:
        before = self.persistentIndexList()
        after = [self.index_of(self.node(each), each.column()) for each in before]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()
