"""The history on the disk: an SQLite database, bounded in size; for one thread, which may block.

Write-ahead logging keeps it whole over a crash. What cannot be read any more is put aside, and told.
"""

import logging
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import tzinfo
from pathlib import Path

from mpmanager.core.history import HOURS_KEPT_S, MINUTES_KEPT_S, rolled_usage, rolled_waits
from mpmanager.model.errors import StateFileError
from mpmanager.model.history import (
    RecordedApplication,
    RecordedPath,
    Span,
    Usage,
    UsageEntry,
    WaitCount,
    WaitEntry,
)
from mpmanager.model.names import LinkName
from mpmanager.model.path import PathKind

_log = logging.getLogger(__name__)

MOST_BYTES = 50_000_000
_FORMAT = 1
_BUSY_S = 5.0
_LONGEST_SPAN_S = 25 * 3600
_NOBODY = -1
"""In the place of a user who is not known: NULLs would not be the same."""

_SCHEMA = """
CREATE TABLE application (id INTEGER PRIMARY KEY, app TEXT, uid INTEGER, name TEXT, UNIQUE (app, uid));
CREATE TABLE path (id INTEGER PRIMARY KEY, name TEXT, kind TEXT, metered INTEGER, UNIQUE (name, kind, metered));
CREATE TABLE usage (
    start INTEGER, stop INTEGER, application INTEGER, path INTEGER,
    rx INTEGER, tx INTEGER, helper INTEGER, helps INTEGER, waits INTEGER, waited INTEGER, longest INTEGER,
    allowed INTEGER, PRIMARY KEY (start, stop, application, path)
) WITHOUT ROWID;
CREATE TABLE wait (
    start INTEGER, stop INTEGER, application INTEGER,
    c0 INTEGER, c1 INTEGER, c2 INTEGER, c3 INTEGER, c4 INTEGER, c5 INTEGER,
    PRIMARY KEY (start, stop, application)
) WITHOUT ROWID;
"""
_ADD_USAGE = """
INSERT INTO usage VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
    rx = rx + excluded.rx, tx = tx + excluded.tx, helper = helper + excluded.helper, helps = helps + excluded.helps,
    waits = waits + excluded.waits, waited = waited + excluded.waited, longest = max(longest, excluded.longest),
    allowed = max(allowed, excluded.allowed)
"""
_ADD_WAIT = """
INSERT INTO wait VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
    c0 = c0 + excluded.c0, c1 = c1 + excluded.c1, c2 = c2 + excluded.c2, c3 = c3 + excluded.c3,
    c4 = c4 + excluded.c4, c5 = c5 + excluded.c5
"""
_SUMS = "SUM(rx), SUM(tx), SUM(helper), SUM(helps), SUM(waits), SUM(waited), MAX(longest), MAX(allowed)"


class HistoryFile:
    """Every method raises a `StateFileError` where the disk refuses; then nothing was changed."""

    def __init__(self, path: Path, *, most_bytes: int = MOST_BYTES) -> None:
        self._path = path
        self._most_bytes = most_bytes
        self._database: sqlite3.Connection | None = None
        self.notices: list[str] = []
        """What was damaged, one sentence each."""

    def open(self) -> None:
        """Begin; a damaged file is put aside, and a new one begun."""
        with self._told():
            try:
                self._database = self._opened()
            except sqlite3.DatabaseError as error:
                if not _is_damage(error):
                    raise
                self._put_aside(error)
                self._database = self._opened()

    def close(self) -> None:
        """Nothing is written after this."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def add(self, usages: Iterable[UsageEntry], waits: Iterable[WaitEntry]) -> None:
        """Add to what is recorded of the same spans."""
        with self._changing() as database:
            self._add(database, usages, waits)

    def tidy(self, *, now: float, zone: tzinfo) -> None:
        """Make coarser what is old, and drop the oldest where there is too much."""
        with self._changing() as database:
            self._roll(database, now, zone)
            self._drop_oldest(database)
        with self._told():
            self._used().executescript("PRAGMA incremental_vacuum")  # `execute` would free one page

    def usage(self, bars: Sequence[Span]) -> list[tuple[int, RecordedApplication, RecordedPath, Usage]]:
        """What was carried in each of the bars, with the bar's place."""
        listed = ", ".join("(?, ?, ?)" for _bar in bars)
        question = f"""
            WITH bar (place, first, last) AS (VALUES {listed})
            SELECT place, app, uid, application.name, path.name, kind, metered, {_SUMS} FROM bar
            JOIN usage ON usage.start > first - {_LONGEST_SPAN_S} AND usage.start < last
                AND usage.start + usage.stop >= 2 * first AND usage.start + usage.stop < 2 * last
            JOIN application ON application.id = application JOIN path ON path.id = path
            GROUP BY place, application.id, path.id
        """  # noqa: S608  # nothing of it comes from outside
        values = [value for place, bar in enumerate(bars) for value in (place, *bar)]
        with self._told():
            rows = self._used().execute(question, values).fetchall()
        return [(row[0], _application(*row[1:4]), _path(*row[4:7]), _usage(row[7:])) for row in rows]

    def waits(self, span: Span) -> list[tuple[RecordedApplication, WaitCount]]:
        """How long data has waited in a span."""
        question = """
            SELECT app, uid, name, SUM(c0), SUM(c1), SUM(c2), SUM(c3), SUM(c4), SUM(c5) FROM wait
            JOIN application ON application.id = application
            WHERE start + stop >= 2 * ? AND start + stop < 2 * ? GROUP BY application.id
        """
        with self._told():
            rows = self._used().execute(question, span).fetchall()
        return [(_application(*row[:3]), WaitCount(tuple(row[3:]))) for row in rows]

    def since(self) -> int | None:
        """When the first record begins (Unix time); None where there is none."""
        with self._told():
            (start,) = self._used().execute("SELECT MIN(start) FROM usage").fetchone()
        return None if start is None else int(start)

    def _opened(self) -> sqlite3.Connection:
        self._path.touch(mode=0o600)  # it tells what all users do; SQLite makes its other files alike
        database = sqlite3.connect(self._path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
        try:
            (said,) = database.execute("PRAGMA quick_check(1)").fetchone()
            (version,) = database.execute("PRAGMA user_version").fetchone()
            if said != "ok" or version not in {0, _FORMAT}:
                reason = said if said != "ok" else f"its format is {version}, and {_FORMAT} is known here"
                raise sqlite3.DatabaseError(reason)  # the same as what SQLite itself finds
            if version == 0:
                database.execute("PRAGMA auto_vacuum = INCREMENTAL")
                database.executescript(f"BEGIN;{_SCHEMA};PRAGMA user_version = {_FORMAT};COMMIT;")
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            database.execute("PRAGMA journal_size_limit = 1000000")
        except sqlite3.Error:
            database.close()
            raise
        return database

    def _put_aside(self, error: sqlite3.Error) -> None:
        self.close()
        aside = self._path.with_suffix(f".broken-{int(time.time())}{self._path.suffix}")
        text = f"the history in {self._path.name} cannot be read ({error}); put aside as {aside.name}, begun anew"
        self.notices.append(text)
        _log.warning("%s", text)
        self._path.rename(aside)
        for ending in ("-wal", "-shm"):
            with suppress(FileNotFoundError):
                self._path.with_name(self._path.name + ending).rename(aside.with_name(aside.name + ending))

    def _used(self) -> sqlite3.Connection:
        if self._database is None:
            raise StateFileError(f"{self._path}: not open")
        return self._database

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StateFileError(f"{self._path}: {error}") from error

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """All or nothing. Damage that shows only now is put aside, too, and tried once more in the next minute."""
        database = self._used()
        with self._told():
            try:
                database.execute("BEGIN IMMEDIATE")
                try:
                    yield database
                except BaseException:
                    database.execute("ROLLBACK")
                    raise
                database.execute("COMMIT")
            except sqlite3.DatabaseError as error:
                if _is_damage(error):
                    self._put_aside(error)
                    self._database = self._opened()
                raise

    def _add(self, database: sqlite3.Connection, usages: Iterable[UsageEntry], waits: Iterable[WaitEntry]) -> None:
        for span, application, path, usage in usages:
            key = (*span, _application_id(database, application), _path_id(database, path))
            database.execute(_ADD_USAGE, (*key, *_numbers(usage)))
        for span, application, count in waits:
            database.execute(_ADD_WAIT, (*span, _application_id(database, application), *count.classes))

    def _roll(self, database: sqlite3.Connection, now: float, zone: tzinfo) -> None:
        old = """
            (stop - start <= 60 AND stop < :minutes OR stop - start <= 3600 AND stop < :hours)
        """
        limits = {"minutes": now - MINUTES_KEPT_S, "hours": now - HOURS_KEPT_S}
        usages = database.execute(
            f"""SELECT start, stop, app, uid, application.name, path.name, kind, metered,
                rx, tx, helper, helps, waits, waited, longest, allowed FROM usage
                JOIN application ON application.id = application JOIN path ON path.id = path WHERE {old}""",  # noqa: S608  # see above
            limits,
        ).fetchall()
        waits = database.execute(
            f"""SELECT start, stop, app, uid, name, c0, c1, c2, c3, c4, c5 FROM wait
                JOIN application ON application.id = application WHERE {old}""",  # noqa: S608  # see above
            limits,
        ).fetchall()
        for table in ("usage", "wait"):
            database.execute(f"DELETE FROM {table} WHERE {old}", limits)  # noqa: S608  # see above
        coarse_usage = rolled_usage(
            (UsageEntry(Span(*row[:2]), _application(*row[2:5]), _path(*row[5:8]), _usage(row[8:])) for row in usages),
            now=now,
            zone=zone,
        )
        coarse_waits = rolled_waits(
            (WaitEntry(Span(*row[:2]), _application(*row[2:5]), WaitCount(tuple(row[5:]))) for row in waits),
            now=now,
            zone=zone,
        )
        self._add(database, coarse_usage, coarse_waits)

    def _drop_oldest(self, database: sqlite3.Connection) -> None:
        """A twentieth at a time, until the rest fits."""
        while _used_bytes(database) > self._most_bytes:
            (rows,) = database.execute("SELECT COUNT(*) FROM usage").fetchone()
            found = database.execute(
                "SELECT start FROM usage ORDER BY start LIMIT 1 OFFSET ?", (rows // 20,)
            ).fetchone()
            if found is None:
                return
            for table in ("usage", "wait"):
                database.execute(f"DELETE FROM {table} WHERE start <= ?", found)  # noqa: S608  # see above
            database.execute(
                "DELETE FROM application WHERE id NOT IN "
                "(SELECT application FROM usage UNION SELECT application FROM wait)"
            )


def _is_damage(error: sqlite3.Error) -> bool:
    """Whether the file is to blame: refusals of the disk are a class of their own."""
    return type(error) is sqlite3.DatabaseError


def _used_bytes(database: sqlite3.Connection) -> int:
    pages, free, size = (
        int(database.execute(f"PRAGMA {each}").fetchone()[0]) for each in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size


def _application_id(database: sqlite3.Connection, application: RecordedApplication) -> int:
    uid = _NOBODY if application.uid is None else application.uid
    with closing(
        database.execute(
            """INSERT INTO application (app, uid, name) VALUES (?, ?, ?)
            ON CONFLICT DO UPDATE SET name = excluded.name RETURNING id""",
            (_written(application.id), uid, _written(application.name)),
        )
    ) as found:
        return int(found.fetchone()[0])


def _path_id(database: sqlite3.Connection, path: RecordedPath) -> int:
    with closing(
        database.execute(
            """INSERT INTO path (name, kind, metered) VALUES (?, ?, ?)
            ON CONFLICT DO UPDATE SET name = excluded.name RETURNING id""",
            (path.name, path.kind.value, path.is_metered),
        )
    ) as found:
        return int(found.fetchone()[0])


def _written(text: str) -> str:
    """Names of files may be no text."""
    return text.encode(errors="replace").decode()


def _application(app: str, uid: int, name: str) -> RecordedApplication:
    return RecordedApplication(app, None if uid == _NOBODY else uid, name)


def _path(name: str, kind: str, metered: int) -> RecordedPath:
    return RecordedPath(LinkName(name), PathKind(kind), bool(metered))


def _numbers(usage: Usage) -> tuple[int, ...]:
    return (
        *(usage.rx_bytes, usage.tx_bytes, usage.helper_bytes, usage.helps),
        *(usage.waits, usage.waited_ms, usage.longest_ms, usage.allowed_ms),
    )


def _usage(row: Sequence[int]) -> Usage:
    rx_bytes, tx_bytes, helper_bytes, helps, waits, waited_ms, longest_ms, allowed_ms = row
    return Usage(
        rx_bytes=rx_bytes,
        tx_bytes=tx_bytes,
        helper_bytes=helper_bytes,
        helps=helps,
        waits=waits,
        waited_ms=waited_ms,
        longest_ms=longest_ms,
        allowed_ms=allowed_ms,
    )
