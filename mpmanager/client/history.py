"""What front ends make of a history: sums over its bars, and CSV."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from mpmanager.api.history import HistoryInfo, HistoryRow

_CSV_COLUMNS = (
    *("app", "name", "path", "metered", "rx_bytes", "tx_bytes", "helper_bytes", "helps", "waits"),
    *("waited_ms", "longest_ms", "allowed_ms"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """The rows of several bars together."""

    app: str | None
    name: str | None
    path: str | None
    is_metered: bool
    rx_bytes: int
    tx_bytes: int
    helper_bytes: int
    helps: int
    waits: int
    waited_ms: float
    """The mean of all waits; 0 where there are none."""
    longest_ms: float | None
    allowed_ms: float | None

    @classmethod
    def of(cls, row: HistoryRow) -> Self:
        """A row alone."""
        return cls(
            app=row.app,
            name=row.name,
            path=row.path,
            is_metered=row.metered,
            rx_bytes=row.rx_bytes,
            tx_bytes=row.tx_bytes,
            helper_bytes=row.helper_bytes,
            helps=row.helps,
            waits=row.waits,
            waited_ms=row.waited_ms or 0.0,
            longest_ms=row.longest_ms,
            allowed_ms=row.allowed_ms,
        )

    @property
    def bytes(self) -> int:
        """Both directions."""
        return self.rx_bytes + self.tx_bytes

    def plus(self, other: Self) -> Self:
        """Both together, as this one's."""
        waits = self.waits + other.waits
        waited_ms = (self.waits * self.waited_ms + other.waits * other.waited_ms) / waits if waits else 0.0
        return type(self)(
            app=self.app,
            name=self.name,
            path=self.path,
            is_metered=self.is_metered or other.is_metered,
            rx_bytes=self.rx_bytes + other.rx_bytes,
            tx_bytes=self.tx_bytes + other.tx_bytes,
            helper_bytes=self.helper_bytes + other.helper_bytes,
            helps=self.helps + other.helps,
            waits=waits,
            waited_ms=waited_ms,
            longest_ms=_larger(self.longest_ms, other.longest_ms),
            allowed_ms=_larger(self.allowed_ms, other.allowed_ms),
        )


def _larger(one: float | None, other: float | None) -> float | None:
    return max((each for each in (one, other) if each is not None), default=None)


def totals(rows: Iterable[HistoryRow]) -> list[Total]:
    """One for each application and path, the most bytes first."""
    found: dict[tuple[str | None, str | None], Total] = {}
    for row in rows:
        key, total = (row.app, row.path), Total.of(row)
        found[key] = found[key].plus(total) if key in found else total
    return sorted(found.values(), key=lambda each: (-each.bytes, each.name or "", each.path or ""))


def history_csv(info: HistoryInfo) -> str:
    """A line for each row; times as ISO 8601 in the zone of whoever reads it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("start", "end", *_CSV_COLUMNS))
    for row in info.rows:
        times = (datetime.fromtimestamp(info.edges[row.bar + each]).astimezone().isoformat() for each in (0, 1))
        writer.writerow([*times, *(_cell(getattr(row, each)) for each in _CSV_COLUMNS)])
    return text.getvalue()


def _cell(value: object) -> object:
    """Numbers stay numbers; text that a spreadsheet would take for a formula does not begin like one."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@")):
        return f"'{value}"
    return value
