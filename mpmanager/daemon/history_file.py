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
        try:
            self._database = self._opened()
        except _FAILURES as error:
            if not _is_damage(error):
                raise self._refusal(error) from error
            self._begin_anew(error)

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
        with self._told(), _sensible():
            rows = self._used().execute(question, values)
            return [(row[0], _application(*row[1:4]), _path(*row[4:7]), _usage(row[7:])) for row in rows]

    def waits(self, span: Span) -> list[tuple[RecordedApplication, WaitCount]]:
        """How long data has waited in a span."""
        question = """
            SELECT app, uid, name, SUM(c0), SUM(c1), SUM(c2), SUM(c3), SUM(c4), SUM(c5) FROM wait
            JOIN application ON application.id = application
            WHERE start + stop >= 2 * ? AND start + stop < 2 * ? GROUP BY application.id
        """
        with self._told(), _sensible():
            rows = self._used().execute(question, span)
            return [(_application(*row[:3]), WaitCount(_counts(row[3:]))) for row in rows]

    def since(self) -> int | None:
        """When the first record begins (Unix time); None where there is none."""
        with self._told(), _sensible():
            (start,) = self._used().execute("SELECT MIN(start) FROM usage").fetchone()
            return None if start is None else _number(start)

    def _opened(self) -> sqlite3.Connection:
        self._path.touch(mode=0o600)  # it tells what all users do; SQLite makes its other files alike
        if not _is_writable_format(self._path):
            raise sqlite3.DatabaseError("its header is damaged")
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
        except (sqlite3.Error, UnicodeDecodeError):
            database.close()
            raise
        return database

    def _begin_anew(self, error: Exception) -> None:
        """Raises StateFileError: the disk does not let it."""
        try:
            self._put_aside(error)
            self._database = self._opened()
        except _FAILURES as refusal:
            raise self._refusal(refusal) from refusal

    def _put_aside(self, error: Exception) -> None:
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
        """Opened once more where that was refused: the disk may have room again."""
        if self._database is None:
            self.open()
        if self._database is None:
            raise StateFileError(f"{self._path}: not open")
        return self._database

    def _refusal(self, error: Exception) -> StateFileError:
        return StateFileError(f"{self._path}: {error}")

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Damage that shows only now is put aside, too: the next call finds a new file."""
        try:
            yield
        except _FAILURES as error:
            if _is_damage(error):
                self._begin_anew(error)
            raise self._refusal(error) from error

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """All or nothing."""
        database = self._used()
        with self._told():
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
                database.execute("COMMIT")
            except BaseException:
                if database.in_transaction:  # SQLite may have taken it back by itself
                    database.execute("ROLLBACK")
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
        with _sensible():
            coarse_usage = rolled_usage(
                (
                    UsageEntry(_span(*row[:2]), _application(*row[2:5]), _path(*row[5:8]), _usage(row[8:]))
                    for row in usages
                ),
                now=now,
                zone=zone,
            )
            coarse_waits = rolled_waits(
                (WaitEntry(_span(*row[:2]), _application(*row[2:5]), WaitCount(_counts(row[5:]))) for row in waits),
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


_REFUSALS = frozenset(
    (
        *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED),
        *(sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PERM),
    )
)
"""The disk is to blame, or somebody who has the file open."""
_PRIMARY_CODE = 0xFF
_VERSIONS = slice(18, 20)
"""Of the file's header (sqlite.org/fileformat2.html): formats for writing and for reading."""
_WRITABLE_VERSIONS = (1, 2)
_FAILURES = (sqlite3.Error, OSError, UnicodeDecodeError)
"""The last one where what SQLite says of the damage is damaged."""


def _is_damage(error: Exception) -> bool:
    """Whether the file is to blame: what is asked of it is always the same, so a table that lacks is damage, too."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
    is_refusal = code & _PRIMARY_CODE in _REFUSALS
    return isinstance(error, UnicodeDecodeError | sqlite3.DatabaseError) and not is_refusal


def _is_writable_format(path: Path) -> bool:
    """SQLite only refuses to write into others; as if the disk did, which may do better later."""
    with path.open("rb") as file:
        versions = file.read(_VERSIONS.stop)[_VERSIONS]
    return all(each in _WRITABLE_VERSIONS for each in versions)


@contextmanager
def _sensible() -> Iterator[None]:
    """Records that cannot be have been damaged, where SQLite does not see it."""
    try:
        yield
    except (ValueError, OverflowError) as error:
        raise sqlite3.DatabaseError(f"a record makes no sense: {error}") from error


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
            (_written(path.name), path.kind.value, path.is_metered),
        )
    ) as found:
        return int(found.fetchone()[0])


def _written(text: str) -> str:
    """Names of files may be no text."""
    return text.encode(errors="replace").decode()


def _application(app: object, uid: object, name: object) -> RecordedApplication:
    number = _number(uid)
    return RecordedApplication(_text(app), None if number == _NOBODY else number, _text(name))


def _path(name: object, kind: object, metered: object) -> RecordedPath:
    return RecordedPath(LinkName(_text(name)), PathKind(_text(kind)), bool(_number(metered)))


def _span(start: object, stop: object) -> Span:
    return Span(_number(start), _number(stop))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text")  # noqa: TRY004  # of the file, as all others
    return value


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise ValueError(f"{value!r} is no whole number")  # noqa: TRY004  # of the file, as all others
    return value


def _counts(row: Sequence[object]) -> tuple[int, ...]:
    return tuple(map(_number, row))


def _numbers(usage: Usage) -> tuple[int, ...]:
    return (
        *(usage.rx_bytes, usage.tx_bytes, usage.helper_bytes, usage.helps),
        *(usage.waits, usage.waited_ms, usage.longest_ms, usage.allowed_ms),
    )


def _usage(row: Sequence[object]) -> Usage:
    rx_bytes, tx_bytes, helper_bytes, helps, waits, waited_ms, longest_ms, allowed_ms = map(_number, row)
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
