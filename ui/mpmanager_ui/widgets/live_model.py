"""The tree of the Live page as Qt sees it: an item for each row of `LiveTree`.

Qt's own items, as a layout asks several questions for each of all rows: of Python they take 30 ms for 3,000 rows, of
Qt's items 2 ms. What stands in the cells is not copied; it is asked for when it is painted or read out.
"""

from collections.abc import Hashable, Iterator, Mapping
from operator import attrgetter
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel

from mpmanager_ui.viewmodels.live_rows import Record, RowKind
from mpmanager_ui.viewmodels.live_tree import COLUMN_WORDS, NUMBERS, Column, LiveTree, Node, cell_text
from mpmanager_ui.viewmodels.live_words import Helps, SettingOf, cell_words
from mpmanager_ui.widgets.label import plain_tip

_AnyIndex = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_COLUMNS = len(Column)
_PLACE = Qt.ItemDataRole.UserRole + 1
"""What Qt sorts by: where a row belongs."""


class _Item(QStandardItem):
    """A row's place among Qt's items."""

    __slots__ = ("node",)

    def __init__(self, node: Node) -> None:
        super().__init__()
        self.node = node


class LiveModel(QStandardItemModel):
    """Follows the tree row by row; its items know their nodes."""

    replacing = Signal(object)
    """All below this `Node` are about to go, and most of them to come back."""
    replaced = Signal(object)
    """They did."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(0, _COLUMNS, parent)
        self.setSortRole(_PLACE)
        self.tree = LiveTree(self)
        self._items: dict[int, _Item] = {}
        """By the id of the node. Qt owns them, too, but lets go of those that nobody here holds."""
        self.helps: Helps = {}
        """For tool tips."""
        self.setting_of: SettingOf = attrgetter("wait")
        """How long data may wait by now; a row says how long it could in its frame."""
        self._coming = self.tree.root, 0, -1
        """The rows that are about to come: below which, the first and the last of them."""

    def node(self, index: _AnyIndex) -> Node:
        """The row of an index; the invisible root for an invalid one."""
        item = self.itemFromIndex(index.sibling(index.row(), 0)) if index.isValid() else None
        return item.node if isinstance(item, _Item) else self.tree.root

    def index_of(self, node: Node, column: int = 0) -> QModelIndex:
        """The index of a row."""
        item = self._items.get(node.id)
        return _ROOT if item is None else item.index().siblingAtColumn(column)

    def take(self, applications: Mapping[Hashable, Record]) -> Iterator[None]:
        """Show these records in steps, and tell the views once, at the end."""
        yield from self.tree.sync_in_steps(applications)
        self.announce()

    def announce(self) -> None:
        """Tell the views that any value may have changed."""
        last = len(self.tree.root.children) - 1
        if last >= 0:
            self.dataChanged.emit(self.index(0, 0), self.index(last, _COLUMNS - 1))

    # What Qt asks

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
        self._coming = parent, first, last

    def has_inserted(self) -> None:
        parent, first, last = self._coming
        self._item_of(parent).insertRows(first, [self._made(each) for each in parent.children[first : last + 1]])

    def will_remove(self, parent: Node, first: int, last: int) -> None:
        self._item_of(parent).removeRows(first, last - first + 1)
        for node in parent.children[first : last + 1]:
            self._drop(node)

    def has_removed(self) -> None:
        """Nothing is left to do."""

    def will_replace(self, parent: Node) -> None:
        self.replacing.emit(parent)
        self.will_remove(parent, 0, len(parent.children) - 1)

    def has_replaced(self, parent: Node) -> None:
        if parent.children:
            self.will_insert(parent, 0, len(parent.children) - 1)
            self.has_inserted()
        self.replaced.emit(parent)

    def will_reorder(self) -> None:
        """Qt is told when it is done."""

    def has_reordered(self) -> None:
        self.blockSignals(True)  # noqa: FBT003  # Qt's signature; nobody shows these numbers
        for item in self._items.values():
            item.setData(item.node.row, _PLACE)
        self.blockSignals(False)  # noqa: FBT003  # same
        self.sort(0)

    def _item_of(self, node: Node) -> QStandardItem:
        return self._items[node.id] if node.id else self.invisibleRootItem()

    def _made(self, node: Node) -> _Item:
        """The item of a row, with those below it."""
        item = self._items[node.id] = _Item(node)
        if node.values.kind is not RowKind.SUBFLOW:
            item.setColumnCount(_COLUMNS)
            item.appendRows([self._made(each) for each in node.children])
        return item

    def _drop(self, node: Node) -> None:
        del self._items[node.id]
        for child in node.children:
            self._drop(child)
