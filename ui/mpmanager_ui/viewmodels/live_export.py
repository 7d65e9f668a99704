"""What the Live page shows, as rows for other programs: numbers without units, and empty where nothing is known."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mpmanager_ui.viewmodels.live_rows import RowKind
from mpmanager_ui.viewmodels.live_tree import Node


class ExportedRow(NamedTuple):
    """One row; the fields are the columns of the CSV and the keys of the JSON."""

    kind: str
    """application, connection or subflow."""
    application: str
    remote: str | None
    """The other end of the connection."""
    path: str | None
    """Of a subflow."""
    local: str | None
    """Our end of a subflow."""
    state: str
    down_bit_s: float
    up_bit_s: float
    rtt_ms: float | None
    bytes: int
    retransmits: int


def exported_rows(root: Node) -> list[ExportedRow]:
    """All rows of a tree, in its order, whether they are open or not."""
    return [_row(node) for node in _below(root)]


def _below(node: Node) -> Iterator[Node]:
    for child in node.children:
        yield child
        yield from _below(child)


def _row(node: Node) -> ExportedRow:
    values = node.values
    chain = _chain(node)
    is_subflow = values.kind is RowKind.SUBFLOW
    return ExportedRow(
        kind=values.kind.name.lower(),
        application=chain[RowKind.APPLICATION].values.name,
        remote=chain[RowKind.CONNECTION].values.name if len(chain) > RowKind.CONNECTION else None,
        path=values.paths[0] if is_subflow and values.paths else None,
        local=values.detail if is_subflow else None,
        state=values.state.value,
        down_bit_s=round(values.down_bit_s, 1),
        up_bit_s=round(values.up_bit_s, 1),
        rtt_ms=None if values.rtt_ms is None else round(values.rtt_ms, 3),
        bytes=values.byte_count,
        retransmits=values.retransmits,
    )


def _chain(node: Node) -> list[Node]:
    """From the application down to the row itself."""
    return [] if node.parent is None else [*_chain(node.parent), node]


def csv_text(rows: Sequence[ExportedRow]) -> str:
    """With a header, as RFC 4180 has it.

    What a spreadsheet would take for a formula (names of programs and hosts come from others) gets an apostrophe.
    """
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(ExportedRow._fields)
    writer.writerows([_harmless(value) for value in row] for row in rows)
    return file.getvalue()


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@")) else value


def json_text(rows: Sequence[ExportedRow], *, time: float, condition: str, stretch: tuple[float, float] | None) -> str:
    """The rows with when (Unix time) and under which filter they were shown; `stretch`: what carried between these."""
    document = {
        "time": time,
        "filter": condition,
        "range": None if stretch is None else {"start": stretch[0], "end": stretch[1]},
        "rows": [row._asdict() for row in rows],
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
