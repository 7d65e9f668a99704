"""The tree of the Live page: rows in an order that does not jump, filtered by text."""

import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from enum import IntEnum
from operator import attrgetter
from typing import Any, Protocol

from mpmanager_ui.viewmodels.live_filter import FilterKey, LiveFilter, word_of
from mpmanager_ui.viewmodels.live_rows import STATE_WORDS, Record, RowKind, Values
from mpmanager_ui.viewmodels.quantities import format_bytes, format_rate, format_rtt
from mpmanager_ui.viewmodels.translation import Spoken, tr_later, tr_number
from mpmanager_ui.viewmodels.waits import place_of, wait_words


class Column(IntEnum):
    """The columns."""

    NAME = 0
    STATE = 1
    WAIT = 2
    PATH = 3
    DOWN = 4
    UP = 5
    HISTORY = 6
    RTT = 7
    BYTES = 8
    RETRANSMITS = 9


COLUMN_WORDS = Spoken(
    {
        Column.NAME: tr_later("Application"),
        Column.STATE: tr_later("State"),
        Column.WAIT: tr_later("May wait"),
        Column.PATH: tr_later("Path"),
        Column.DOWN: tr_later("Download"),
        Column.UP: tr_later("Upload"),
        Column.HISTORY: tr_later("Last minute"),
        Column.RTT: tr_later("RTT"),
        Column.BYTES: tr_later("Bytes"),
        Column.RETRANSMITS: tr_later("Resent"),
    }
)

NUMBERS = frozenset({Column.DOWN, Column.UP, Column.RTT, Column.BYTES, Column.RETRANSMITS})
"""Columns whose values end at the right edge."""

LIVELY = frozenset(Column) - {Column.NAME}
"""Columns whose order changes by itself: rows keep their places until the next `sort`."""

MANY_CHANGES = 6
"""More rows than this coming and going below one row, and telling of each costs more than telling of all below it."""
STEP_CONNECTIONS = 50
"""Connections of one application whose subflows are looked at in a step."""
_CALM_TICKS = 5


def cell_text(values: Values, column: Column) -> str:  # noqa: C901, PLR0911  # one line for each column
    """What stands in a cell."""
    match column:
        case Column.NAME:
            return values.name
        case Column.STATE:
            return STATE_WORDS[values.state]
        case Column.WAIT:
            return wait_words(values.wait.wait) if values.wait else ""
        case Column.PATH:
            return ", ".join(values.paths)
        case Column.DOWN:
            return format_rate(values.down_bit_s)
        case Column.UP:
            return format_rate(values.up_bit_s)
        case Column.RTT:
            return format_rtt(values.rtt_ms)
        case Column.BYTES:
            return format_bytes(values.byte_count)
        case Column.RETRANSMITS:
            return tr_number(f"{values.retransmits:,}")
        case Column.HISTORY:
            return ""


def condition_of(node: "Node", column: Column) -> tuple[FilterKey, str] | None:
    """What to filter by to see only what has the same value in a cell; None where there is nothing to filter by."""
    values = node.values
    if node.parent is None:
        return None
    if column is Column.STATE:
        return FilterKey.STATE, word_of(values.state)
    if column is Column.PATH or values.kind is RowKind.SUBFLOW:
        return (FilterKey.PATH, values.paths[0]) if values.paths else None
    if column is Column.NAME:
        return (FilterKey.APP if values.kind is RowKind.APPLICATION else FilterKey.HOST), values.name
    return None


class Node:
    """A row in its place."""

    __slots__ = ("children", "id", "key", "name_order", "parent", "row", "values")

    def __init__(self, node_id: int, key: Hashable, values: Values, parent: "Node | None", *, place: int = 0) -> None:
        self.id = node_id
        self.key = key
        self.values = values
        self.parent = parent
        self.children: list[Node] = []
        self.name_order = (place, values.name.casefold(), str(key))
        """Kept: names stay, and each new row is compared with many."""
        self.row = 0

    def path(self) -> tuple[Hashable, ...]:
        """The keys from the application down to this row; empty for the root."""
        return () if self.parent is None else (*self.parent.path(), self.key)


class TreeListener(Protocol):
    """Who has to know before and after rows come, go or change places."""

    def will_insert(self, parent: Node, first: int, last: int) -> None:
        """Rows are about to appear at these places."""

    def has_inserted(self) -> None:
        """They are there."""

    def will_remove(self, parent: Node, first: int, last: int) -> None:
        """Rows at these places are about to go."""

    def has_removed(self) -> None:
        """They are gone."""

    def will_replace(self, parent: Node) -> None:
        """So many rows below this one are about to come and go that all below it are to be looked at anew."""

    def has_replaced(self, parent: Node) -> None:
        """They did."""

    def will_reorder(self) -> None:
        """Rows are about to change places."""

    def has_reordered(self) -> None:
        """They did."""


class _Nobody:
    """Listens to the single changes while all rows below one are replaced."""

    def will_insert(self, parent: Node, first: int, last: int) -> None: ...
    def has_inserted(self) -> None: ...
    def will_remove(self, parent: Node, first: int, last: int) -> None: ...
    def has_removed(self) -> None: ...
    def will_replace(self, parent: Node) -> None: ...
    def has_replaced(self, parent: Node) -> None: ...
    def will_reorder(self) -> None: ...
    def has_reordered(self) -> None: ...


class LiveTree:
    """What the Live page shows of the records. `sync_in_steps` takes the present over, `sort` puts it in order."""

    def __init__(self, listener: TreeListener) -> None:
        self.root = Node(0, None, _no_values(), None)
        self.nodes: dict[int, Node] = {0: self.root}
        """By id."""
        self.column = Column.NAME
        self.is_descending = False
        self._listener = listener
        self._text = ""
        self._filter = LiveFilter()
        self.titles: Mapping[str, str] = {}
        self._places: Mapping[str, int] = {}
        self._next_id = 1

    def show_titles(self, titles: Mapping[str, str]) -> None:
        """Learn how the paths are called, so that the filter finds them by these words, too, and in which order."""
        self.titles = titles
        self._places = {path: place for place, path in enumerate(titles)}
        self._filter = LiveFilter(self._text, titles)

    def filter(self, text: str) -> None:
        """Show only rows that meet what a text says, themselves, above or below; takes effect with `sync_in_steps`."""
        self._text = text
        self._filter = LiveFilter(text, self.titles)

    def sync_in_steps(self, applications: Mapping[Hashable, Record]) -> Iterator[None]:
        """Show these records in small steps; after each of them the tree is consistent."""
        shown = self._shown(applications.values(), 0)
        yield from self._sync_children(self.root, shown)
        nodes = {node.key: node for node in self.root.children}
        for record, met in shown:
            yield from self._sync_application(nodes[record.key], record, met)
            yield

    def find(self, path: Iterable[object]) -> Node | None:
        """The row with these keys, from the application down; None if it is not shown."""
        node: Node | None = self.root
        for key in path:
            node = next((each for each in node.children if each.key == key), None) if node else None
        return node

    def sort(self, column: Column, *, is_descending: bool) -> None:
        """Put every level in order; rows that are equal keep their order."""
        self.column = column
        self.is_descending = is_descending
        self._listener.will_reorder()
        self._sort_below(self.root)
        self._listener.has_reordered()

    def _sort_below(self, parent: Node) -> None:
        parent.children.sort(key=self._order, reverse=self.is_descending)
        _number(parent.children, 0)
        for node in parent.children:
            self._sort_below(node)

    def _order(self, node: Node) -> Any:  # noqa: ANN401  # every column has its own kind of key
        return _ORDERS[self.column](node)

    def _shown(self, records: Iterable[Record], above: int) -> list[tuple[Record, int]]:
        """The records that pass the filter, each with the conditions that it or one above meets."""
        full = self._filter.full
        if not full:
            return [(each, 0) for each in records]
        marked = [(each, above | self._filter.met_by(each)) for each in records]
        return [(each, met) for each, met in marked if met == full or self._is_met_below(each, met)]

    def _is_met_below(self, record: Record, above: int) -> bool:
        for each in record.children.values():
            met = above | self._filter.met_by(each)
            if met == self._filter.full or self._is_met_below(each, met):
                return True
        return False

    def _sync_application(self, node: Node, record: Record, met: int) -> Iterator[None]:
        shown = self._shown(record.children.values(), met)
        yield from self._sync_children(node, shown)
        passed = {below.key: met_below for below, met_below in shown}
        for number, child in enumerate(list(node.children), 1):
            connection = record.children[child.key]
            yield from self._sync_children(child, self._shown(connection.children.values(), passed[child.key]))
            if number % STEP_CONNECTIONS == 0:
                yield

    def _sync_children(self, parent: Node, shown: list[tuple[Record, int]]) -> Iterator[None]:
        wanted = {record.key: record for record, _ in shown}
        gone = sum(node.key not in wanted for node in parent.children)
        come = len(wanted) - len(parent.children) + gone
        if parent.children and gone + come > MANY_CHANGES:
            self._replace(parent, shown, wanted)
            yield
        elif gone or come:
            yield from self._exchange(parent, shown, wanted)
        else:
            self._renew(parent, wanted)

    def _replace(self, parent: Node, shown: list[tuple[Record, int]], wanted: Mapping[Hashable, Record]) -> None:
        self._listener.will_replace(parent)
        listener, self._listener = self._listener, _Nobody()
        for _ in self._exchange(parent, shown, wanted):
            pass
        self._listener = listener
        self._listener.has_replaced(parent)

    def _renew(self, parent: Node, wanted: Mapping[Hashable, Record]) -> None:
        for node in parent.children:
            node.values = wanted[node.key].values

    def _exchange(
        self, parent: Node, shown: list[tuple[Record, int]], wanted: Mapping[Hashable, Record]
    ) -> Iterator[None]:
        yield from self._remove(parent, wanted)
        self._renew(parent, wanted)
        known = {node.key for node in parent.children}
        new = [(record, met) for record, met in shown if record.key not in known]
        if new:
            yield from self._insert(parent, new)

    def _remove(self, parent: Node, wanted: Mapping[Hashable, Record]) -> Iterator[None]:
        last = len(parent.children) - 1
        while last >= 0:
            first = last
            while first >= 0 and parent.children[first].key not in wanted:
                first -= 1
            if first < last:
                self._listener.will_remove(parent, first + 1, last)
                for node in parent.children[first + 1 : last + 1]:
                    self._unregister(node)
                del parent.children[first + 1 : last + 1]
                _number(parent.children, first + 1)
                self._listener.has_removed()
                yield
            last = first - 1

    def _unregister(self, node: Node) -> None:
        del self.nodes[node.id]
        node.parent = None  # else the two hold each other until the garbage collector finds them
        for child in node.children:
            self._unregister(child)

    def _insert(self, parent: Node, records: list[tuple[Record, int]]) -> Iterator[None]:
        """Each new row where it belongs; in a column that changes by itself, at the end."""
        built = (self._build(each, parent, met) for each, met in records)
        nodes = sorted(built, key=self._order, reverse=self.is_descending)
        place = len(parent.children) if self.column in LIVELY else 0
        while nodes:
            place = self._place_after(parent, nodes[0], place)
            run = self._run_before(parent, nodes, place)
            self._listener.will_insert(parent, place, place + len(run) - 1)
            parent.children[place:place] = run
            _number(parent.children, place)
            self._listener.has_inserted()
            yield
            place += len(run)
            nodes = nodes[len(run) :]

    def _place_after(self, parent: Node, node: Node, place: int) -> int:
        while place < len(parent.children) and not self._goes_before(node, parent.children[place]):
            place += 1
        return place

    def _run_before(self, parent: Node, nodes: list[Node], place: int) -> list[Node]:
        """The leading nodes that all go to one place."""
        if place == len(parent.children):
            return nodes
        following = parent.children[place]
        length = next((i for i, each in enumerate(nodes) if not self._goes_before(each, following)), len(nodes))
        return nodes[:length]

    def _goes_before(self, node: Node, other: Node) -> bool:
        one, two = self._order(node), self._order(other)
        return bool(one > two if self.is_descending else one < two)

    def _build(self, record: Record, parent: Node, met: int) -> Node:
        values = record.values
        place = self._places.get(values.name, len(self._places)) if values.kind is RowKind.SUBFLOW else 0
        node = Node(self._next_id, record.key, values, parent, place=place)
        self._next_id += 1
        self.nodes[node.id] = node
        if values.kind is RowKind.APPLICATION:
            return node  # what is below it follows in the next steps
        shown = self._shown(record.children.values(), met)
        node.children = [self._build(each, node, met_below) for each, met_below in shown]
        node.children.sort(key=self._order, reverse=self.is_descending)
        _number(node.children, 0)
        return node


def _no_values() -> Values:
    return Record(None).values


def _number(nodes: list[Node], first: int) -> None:
    for row in range(first, len(nodes)):
        nodes[row].row = row


def _calm_rate(values: Values, now: float) -> int:
    """A rate for sorting: half powers of two, so that a little more or less changes no place."""
    history = values.history[-_CALM_TICKS:]
    if not history or not history[-1]:
        return _half_powers(now)
    return _half_powers(now / history[-1] * sum(history) / len(history))


def _wait_order(values: Values) -> float:
    return math.inf if values.wait is None or values.wait.wait is None else place_of(values.wait.wait)


def _half_powers(rate: float) -> int:
    return round(2 * math.log2(1 + rate))


_ORDERS: dict[Column, Callable[[Node], Any]] = {
    Column.NAME: attrgetter("name_order"),
    Column.STATE: lambda node: node.values.state.value,
    Column.WAIT: lambda node: _wait_order(node.values),
    Column.PATH: lambda node: (node.values.paths, node.values.name.casefold(), str(node.key)),
    Column.DOWN: lambda node: _calm_rate(node.values, node.values.down_bit_s),
    Column.UP: lambda node: _calm_rate(node.values, node.values.up_bit_s),
    Column.HISTORY: lambda node: _half_powers(max(node.values.history, default=0.0)),
    Column.RTT: lambda node: math.inf if node.values.rtt_ms is None else node.values.rtt_ms,
    Column.BYTES: attrgetter("values.byte_count"),
    Column.RETRANSMITS: attrgetter("values.retransmits"),
}
