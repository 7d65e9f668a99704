"""Reads chosen fields from netlink records at the cost of two `struct` calls a record.

The records of one dump mostly have the same attributes in the same places. A layout is worked out by walking the
attributes of one record; it then serves for all records of the same length whose attribute heads are the same.
"""

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from mpmanager.linux.netlink import ATTRIBUTE, NLA_TYPE_MASK, aligned

Values = tuple[int | None, ...]


class Field(NamedTuple):
    """A value wanted from a record: where it stands and how it is packed."""

    path: tuple[int, ...]
    """Attribute types from the outermost to the innermost; empty for the record's own head."""
    offset: int
    """In the payload of that attribute, or in the record."""
    format: str
    """A `struct` format of one number, such as "I"."""

    @property
    def end(self) -> int:
        return self.offset + struct.calcsize("=" + self.format)


class _Span(NamedTuple):
    """Where an attribute stands in a record, in bytes."""

    head: int
    payload: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    heads: struct.Struct
    expected_heads: tuple[bytes, ...]
    """The heads of all attributes: a record must have the same to be read by this layout."""
    values: struct.Struct
    pick: Callable[[Values], Values]
    """Brings the values, with a None behind them for absent fields, into the order of the wanted fields."""


class RecordReader:
    """Reads the same fields from many records."""

    def __init__(self, *, head_bytes: int, fields: Sequence[Field]) -> None:
        """Attributes begin behind `head_bytes`; `fields` are two at least."""
        self._head_bytes = head_bytes
        self._fields = fields
        self._nests = {field.path[:depth] for field in fields for depth in range(1, len(field.path))}
        self._layouts: dict[int, _Layout] = {}

    def read(self, record: memoryview) -> Values:
        """The fields in their order; None for what the record does not hold.

        The record must be at least `head_bytes` long.
        """
        layout = self._layouts.get(len(record))
        if layout is None or layout.heads.unpack_from(record) != layout.expected_heads:
            layout = self._layouts[len(record)] = self._work_out(record)
        return layout.pick((*layout.values.unpack_from(record), None))

    def _work_out(self, record: memoryview) -> _Layout:
        spans = dict(self._spans(record, self._head_bytes, len(record), ()))
        heads = _with_gaps([(span.head, f"{ATTRIBUTE.size}s") for span in spans.values()])
        spans[()] = _Span(0, 0, self._head_bytes)
        places = sorted(
            (spans[field.path].payload + field.offset, number)
            for number, field in enumerate(self._fields)
            if field.path in spans and spans[field.path].payload + field.end <= spans[field.path].end
        )
        order = {number: position for position, (_place, number) in enumerate(places)}
        return _Layout(
            heads=heads,
            expected_heads=heads.unpack_from(record),
            values=_with_gaps([(place, self._fields[number].format) for place, number in places]),
            pick=itemgetter(*(order.get(number, len(places)) for number in range(len(self._fields)))),
        )

    def _spans(
        self, record: memoryview, begin: int, end: int, path: tuple[int, ...]
    ) -> Iterator[tuple[tuple[int, ...], _Span]]:
        """All attributes between two offsets, and those inside the ones that hold wanted fields, in order."""
        while begin + ATTRIBUTE.size <= end:
            length, kind = ATTRIBUTE.unpack_from(record, begin)
            if length < ATTRIBUTE.size or begin + length > end:
                return
            here = (*path, kind & NLA_TYPE_MASK)
            yield here, _Span(begin, begin + ATTRIBUTE.size, begin + length)
            if here in self._nests:
                yield from self._spans(record, begin + ATTRIBUTE.size, begin + length, here)
            begin += aligned(length)


def _with_gaps(places: Sequence[tuple[int, str]]) -> struct.Struct:
    """A Struct that reads each format at its offset; the offsets ascend."""
    parts, position = ["="], 0
    for offset, each in places:
        parts.append(f"{offset - position}x{each}")
        position = offset + struct.calcsize("=" + each)
    return struct.Struct("".join(parts))
