"""Reads chosen fields from netlink messages at the cost of one `struct` step a message.

The messages of one dump mostly have the same attributes in the same places. A layout is worked out by walking the
attributes of one message; it then serves for all messages of the same length whose attribute heads are the same.
"""

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

from mpmanager.linux.netlink import ATTRIBUTE, HEADER, NLA_TYPE_MASK, aligned

Values = tuple[Any, ...]
"""Integers, or bytes where the field's format ends in "s"; None for what a message does not hold."""

_UNREADABLE = -1
"""In place of an attribute's type."""
_LENGTH_AND_TYPE = "6s"
"""Of struct nlmsghdr: what a run of messages has in common."""


class Field(NamedTuple):
    """A value wanted from a message: where it stands and how it is packed."""

    path: tuple[int, ...]
    """Attribute types from the outermost to the innermost; empty for the message's own head."""
    offset: int
    """In the payload of that attribute, or in the message behind its netlink header."""
    format: str
    """A `struct` format of one value, such as "I"."""

    @property
    def end(self) -> int:
        return self.offset + struct.calcsize("=" + self.format)


class _Span(NamedTuple):
    """Where an attribute stands in a message, in bytes."""

    head: int
    payload: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    message: struct.Struct
    """The heads of all attributes and the wanted values, in order of their places."""
    heads: Callable[[Values], Values]
    expected_heads: Values
    """A message must have the same to be read by this layout."""
    pick: Callable[[Values], Values]
    """Brings the values into the order of the wanted fields."""


class RecordReader:
    """Reads the same fields from many messages."""

    def __init__(self, *, head_bytes: int, fields: Sequence[Field]) -> None:
        """Attributes begin `head_bytes` behind the netlink header; `fields` are two at least and do not overlap."""
        self._attributes_at = HEADER.size + head_bytes
        self._fields = fields
        self._nests = {field.path[:depth] for field in fields for depth in range(1, len(field.path))}
        self._layouts: dict[int, _Layout] = {}

    def read(self, messages: memoryview) -> tuple[list[Values], int]:
        """The fields of the first message and of all that follow and look like it, and how many bytes these take.

        The bytes are all there are when the first message is cut off. A message too short for its head gives no values.
        """
        if len(messages) < HEADER.size:
            return [], len(messages)
        length = HEADER.unpack_from(messages)[0]
        if length < HEADER.size or length > len(messages):
            return [], len(messages)
        size = aligned(length)
        if length < self._attributes_at or size > len(messages):
            return [], min(size, len(messages))
        return self._read_run(messages[: len(messages) // size * size], size)

    def _read_run(self, messages: memoryview, size: int) -> tuple[list[Values], int]:
        layout = self._layouts.get(size)
        if layout is None or layout.heads(layout.message.unpack_from(messages)) != layout.expected_heads:
            layout = self._layouts[size] = self._work_out(messages[:size])
        heads, expected_heads, pick = layout.heads, layout.expected_heads, layout.pick
        result = []
        for values in layout.message.iter_unpack(messages):
            if heads(values) != expected_heads:
                break
            result.append(pick(values))
        return result, len(result) * size

    def _work_out(self, message: memoryview) -> _Layout:
        spans = dict(self._spans(message, self._attributes_at, HEADER.unpack_from(message)[0], ()))
        places = [(0, _LENGTH_AND_TYPE, -1), *((span.head, f"{ATTRIBUTE.size}s", -1) for span in spans.values())]
        spans[()] = _Span(0, HEADER.size, self._attributes_at)
        places += (
            (spans[field.path].payload + field.offset, field.format, number)
            for number, field in enumerate(self._fields)
            if field.path in spans and spans[field.path].payload + field.end <= spans[field.path].end
        )
        places.sort()
        layout = _with_gaps(places, len(message))
        heads = _getter([position for position, (_place, _format, number) in enumerate(places) if number < 0])
        order = {number: position for position, (_place, _format, number) in enumerate(places)}
        return _Layout(
            message=layout,
            heads=heads,
            expected_heads=heads(layout.unpack_from(message)),
            pick=_picker([order.get(number) for number in range(len(self._fields))]),
        )

    def _spans(
        self, message: memoryview, begin: int, end: int, path: tuple[int, ...]
    ) -> Iterator[tuple[tuple[int, ...], _Span]]:
        """All attributes between two offsets, and those inside the ones that hold wanted fields, in order."""
        while begin + ATTRIBUTE.size <= end:
            length, kind = ATTRIBUTE.unpack_from(message, begin)
            if length < ATTRIBUTE.size or begin + length > end:
                # What cannot be read has to be the same in all messages of this layout, too.
                yield (*path, _UNREADABLE), _Span(begin, begin + ATTRIBUTE.size, begin + ATTRIBUTE.size)
                return
            here = (*path, kind & NLA_TYPE_MASK)
            yield here, _Span(begin, begin + ATTRIBUTE.size, begin + length)
            if here in self._nests:
                yield from self._spans(message, begin + ATTRIBUTE.size, begin + length, here)
            begin += aligned(length)


def _with_gaps(places: Sequence[tuple[int, str, int]], size: int) -> struct.Struct:
    """A Struct of `size` bytes that reads each format at its offset; the offsets ascend."""
    parts, position = ["="], 0
    for offset, each, _number in places:
        parts.append(f"{offset - position}x{each}")
        position = offset + struct.calcsize("=" + each)
    return struct.Struct("".join((*parts, f"{size - position}x")))


def _getter(positions: Sequence[int]) -> Callable[[Values], Values]:
    """Like `itemgetter`, but gives a tuple for one position too."""
    return itemgetter(*positions) if len(positions) > 1 else itemgetter(slice(positions[0], positions[0] + 1))


def _picker(positions: Sequence[int | None]) -> Callable[[Values], Values]:
    """The values at the positions; None where there is no position."""
    if None not in positions:
        return itemgetter(*positions)
    with_none = itemgetter(*(-1 if position is None else position for position in positions))
    return lambda values: with_none((*values, None))
