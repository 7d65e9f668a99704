"""What a daemon has recorded: the same each time, of some weeks in November 2026."""

import math
from datetime import datetime, timedelta
from itertools import pairwise

from mpmanager.api.history import HistoryInfo, HistoryPath, HistoryQuery, HistoryRow, WaitCostInfo, WaitEstimate
from mpmanager.model.history import REST_ID, HistoryRange
from mpmanager.model.path import PathKind

TODAY = datetime(2026, 11, 19).astimezone()
"""A Thursday; it is half past two."""
SINCE = TODAY - timedelta(days=12)
NOW = TODAY + timedelta(hours=14, minutes=30)
APPS = (
    ("exe:/usr/lib/firefox/firefox", "Firefox", 60.0),
    ("exe:/opt/Element/element-desktop", "Element", 9.0),
    ("exe:/usr/bin/rsync", "rsync", 140.0),
    ("exe:/usr/bin/ssh", "ssh", 0.4),
    (REST_ID, "Other traffic", 12.0),
    ("withheld", "other users", 5.0),
)
SHARES = {"wlan0": 0.7, "wwan0": 0.08, "dsl0": 0.2, "usb7": 0.02}
METERED = frozenset({"wwan0", "usb7"})
PATHS = [
    HistoryPath(name="wlan0", kind=PathKind.WIFI),
    HistoryPath(name="wwan0", kind=PathKind.LTE),
    HistoryPath(name="dsl0", kind=PathKind.XDSL),
    HistoryPath(name="usb7", kind=PathKind.TETHERING),
]


def recorded(query: HistoryQuery, *, is_empty: bool = False) -> HistoryInfo:
    """As the daemon would answer."""
    edges = [each.timestamp() for each in _edges(query)]
    bars = list(enumerate(pairwise(edges)))
    shown = [] if is_empty else [bar for bar in bars if bar[1][1] > SINCE.timestamp() and bar[1][0] < NOW.timestamp()]
    all_rows = [row for number, (start, end) in shown for row in _rows(number, (end - start) / 3600)]
    rows = [row for row in all_rows if row.path in METERED or not query.only_metered]
    told = {row.path for row in rows}
    return HistoryInfo(
        range=query.range,
        offset=query.offset,
        edges=edges,
        zone="CET",
        since=None if is_empty else SINCE.timestamp(),
        rows=rows,
        paths=[each for each in PATHS if each.name in told],
    )


def _edges(query: HistoryQuery) -> list[datetime]:
    if query.range is HistoryRange.DAY:
        day = TODAY - timedelta(days=query.offset)
        return [day + timedelta(hours=hour) for hour in range(25)]
    if query.range is HistoryRange.WEEK:
        monday = TODAY - timedelta(days=3 + 7 * query.offset)
        return [monday + timedelta(days=day) for day in range(8)]
    first = TODAY.replace(day=1) if query.offset == 0 else TODAY.replace(month=11 - query.offset, day=1)
    return [first + timedelta(days=day) for day in range(31)]


def _rows(bar: int, hours: float) -> list[HistoryRow]:
    return [
        _row(bar, app, name, path, int(rate * hours * share * 1e6 * (1 + math.sin(bar * 0.7 + len(name)))))
        for app, name, rate in APPS
        for path, share in SHARES.items()
    ]


def _row(bar: int, app: str, name: str, path: str, amount: int) -> HistoryRow:
    helps = 2 if path == "wwan0" and app.startswith("exe:") and bar % 5 == 0 else 0
    return HistoryRow(
        bar=bar,
        app=app,
        name=name,
        path=path,
        metered=path in METERED,
        rx_bytes=amount,
        tx_bytes=amount // 12,
        helper_bytes=amount // 3 if helps else 0,
        helps=helps,
        waits=helps,
        waited_ms=54.0 if helps else None,
        longest_ms=61.0 if helps else None,
        allowed_ms=50.0 if helps else None,
    )


def estimated(app: str, weeks: int, *, known: bool) -> WaitEstimate:
    """As the daemon would answer."""
    amounts = {0.0: 2_900, 20.0: 410, 50.0: 122, 100.0: 61, 200.0: 22, 500.0: 4, "never": 0}
    return WaitEstimate(
        app=app,
        names=[app] if app else [],
        weeks=weeks,
        start=SINCE.timestamp(),
        end=NOW.timestamp(),
        moved_bytes=5_100_000_000,
        known_bytes=2_900_000_000 if known else 0,
        helper_bytes=118_000_000 if known else 0,
        helps=14 if known else 0,
        costs=[WaitCostInfo(wait_ms=wait, bytes=mb * 1_000_000 * known) for wait, mb in amounts.items()],
    )
