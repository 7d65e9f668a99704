"""A table that leaves out columns where the terminal is narrow, instead of cutting words."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

Cell = Text | str

_ANY_WIDTH = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column; `is_number` puts it to the right."""

    title: str
    is_number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FittingTable:
    """Rows under columns, one line each."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    dispensable: Sequence[str]
    """Titles of columns that may be left out, the first to go first."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        unlimited = options.update(max_width=_ANY_WIDTH)
        tables = [self._without(self.dispensable[:count]) for count in range(len(self.dispensable) + 1)]
        fitting = (each for each in tables if Measurement.get(console, unlimited, each).maximum <= options.max_width)
        yield next(fitting, tables[-1])

    def _without(self, titles: Sequence[str]) -> Table:
        kept = [number for number, column in enumerate(self.columns) if column.title not in titles]
        table = Table(box=None, pad_edge=False, header_style="bold")
        for number in kept:
            column = self.columns[number]
            table.add_column(column.title, justify="right" if column.is_number else "left", no_wrap=True)
        for row in self.rows:
            table.add_row(*(row[number] for number in kept))
        return table
