"""Keeps the history: once a minute, in a thread of its own, what was moved over which path and how long data waited.

The loop that watches late data never waits for the disk.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path as FilePath
from typing import TypeVar

from mpmanager.api.history import HistoryInfo, HistoryQuery, WaitEstimate
from mpmanager.core.help_record import HelpRecord
from mpmanager.core.history import MOST_OFFSET, Growth, minute_of, rest_of, stretches
from mpmanager.core.ledger import NOTHING, ApplicationKey, Ledger, Volume
from mpmanager.daemon.history_answers import history_info, wait_estimate
from mpmanager.daemon.history_file import HistoryFile
from mpmanager.daemon.local_zone import local_zone
from mpmanager.daemon.privacy import Viewer
from mpmanager.model.errors import InvalidValueError, StateFileError
from mpmanager.model.history import (
    REST_ID,
    RecordedApplication,
    RecordedPath,
    Span,
    Usage,
    UsageEntry,
    WaitEntry,
)
from mpmanager.model.names import LinkName
from mpmanager.model.path import Path, PathKind

_log = logging.getLogger(__name__)

INTERVAL_S = 60.0
_TIDY_EVERY_S = 3600.0
MOST_WEEKS = 520
_WEEK_S = 7 * 86400
_MOST_WAITING = 100_000
"""Records that wait for a disk that refuses."""
_REST_NAME = "Other traffic"

ResultT = TypeVar("ResultT")
Carriers = Callable[[], Iterable[tuple[Path, Volume]]]
"""The paths that there are, and what the interface of each has carried since it exists."""


class HistoryKeeper:
    """`begin` it, `run` it, and `close` it in the event loop."""

    def __init__(
        self,
        file: FilePath,
        ledger: Ledger,
        *,
        carriers: Carriers,
        take_record: Callable[[], HelpRecord],
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._file = HistoryFile(file)
        self._ledger = ledger
        self._carriers = carriers
        self._take_record = take_record
        self._wall_clock = wall_clock
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="history")
        self._payload = Growth[tuple[ApplicationKey, LinkName]](begin_at_zero=True)
        self._interfaces = Growth[tuple[LinkName, int]](begin_at_zero=False)
        self._paths: dict[LinkName, RecordedPath] = {}
        """Also those that are gone, whose last bytes may be told later."""
        self._waiting: tuple[list[UsageEntry], list[WaitEntry]] = ([], [])
        self._trouble: str | None = None

    def limits(self) -> list[str]:
        """What of the past is not known as it should be, one sentence each."""
        return [
            *self._file.notices,
            *([] if self._trouble is None else [f"the history is not written: {self._trouble}"]),
        ]

    async def begin(self) -> None:
        """Open the file. What connections had carried by now was carried at times that nobody knows: it is left out."""
        try:
            await self._apart(self._file.open)
        except StateFileError as error:
            self._note_trouble(error)
        self._collect(self._wall_clock())

    async def run(self) -> None:
        """Record until cancelled."""
        tidied = -_TIDY_EVERY_S
        while True:
            began = time.monotonic()
            if began - tidied >= _TIDY_EVERY_S:
                tidied = began
                await self._try(partial(self._file.tidy, now=self._wall_clock(), zone=local_zone()))
            await asyncio.sleep(INTERVAL_S)
            await self.record(lasted_s=time.monotonic() - began)

    async def record(self, *, lasted_s: float) -> None:
        """Write down what has come since the last time, under the minute in which the middle of it lies."""
        usages, waits = self._collect(self._wall_clock() - lasted_s / 2)
        all_usages, all_waits = [*self._waiting[0], *usages], [*self._waiting[1], *waits]
        self._waiting = ([], [])
        if not all_usages and not all_waits:
            return
        # Whoever is cancelled here does not know whether it was written: it must be, and once.
        is_written = await asyncio.shield(self._try(partial(self._file.add, all_usages, all_waits)))
        if is_written:
            return
        if len(all_usages) > _MOST_WAITING:
            _log.warning("what could not be written into the history is given up")
            return
        self._waiting = (all_usages, all_waits)

    async def close(self) -> None:
        """Write down the rest."""
        await self.record(lasted_s=0.0)
        await self._try(self._file.close)
        self._thread.shutdown()

    async def query(self, query: HistoryQuery, viewer: Viewer) -> HistoryInfo:
        """A day, week or month, as a viewer may see it.

        Raises:
            InvalidValueError: it lies too far back, or ahead.
            StateFileError: the file cannot be read.
        """
        if not 0 <= query.offset <= MOST_OFFSET:
            raise InvalidValueError(f"offset {query.offset}: from 0 (the one that lasts) to {MOST_OFFSET}")
        return await self._apart(partial(self._answer, query, viewer))

    async def estimate(self, app: str, weeks: int, viewer: Viewer) -> WaitEstimate:
        """What wait budgets would have cost; an empty `app` means all of the viewer's.

        Raises:
            InvalidValueError: so many weeks are not kept.
            UnknownApplicationError: nothing is recorded of it.
            StateFileError: the file cannot be read.
        """
        if not 1 <= weeks <= MOST_WEEKS:
            raise InvalidValueError(f"weeks {weeks}: from 1 to {MOST_WEEKS}")
        return await self._apart(partial(self._estimate, app, weeks, viewer))

    # In the thread

    def _answer(self, query: HistoryQuery, viewer: Viewer) -> HistoryInfo:
        zone = local_zone()
        bars = stretches(query.range, query.offset, now=self._wall_clock(), zone=zone)
        records = self._file.usage(bars)
        return history_info(query, viewer, records, bars=bars, since=self._file.since(), zone=zone)

    def _estimate(self, app: str, weeks: int, viewer: Viewer) -> WaitEstimate:
        end = minute_of(self._wall_clock()).end
        span = Span(end - weeks * _WEEK_S, end)
        return wait_estimate(app, viewer, self._file.usage([span]), self._file.waits(span), weeks=weeks, span=span)

    # In the loop

    async def _apart(self, work: Callable[[], ResultT]) -> ResultT:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def _try(self, work: Callable[[], object]) -> bool:
        try:
            await self._apart(work)
        except StateFileError as error:
            self._note_trouble(error)
            return False
        self._trouble = None
        return True

    def _note_trouble(self, error: StateFileError) -> None:
        if self._trouble is None:
            _log.warning("%s; trying again", error)
        self._trouble = str(error)

    def _collect(self, moment: float) -> tuple[list[UsageEntry], list[WaitEntry]]:
        """What has come since the last call."""
        span = minute_of(moment)
        record = self._take_record()
        totals = self._ledger.application_totals()
        names = {key: each.application.name for key, each in totals.items()}
        payload = self._payload.take(
            {(key, path): volume for key, each in totals.items() for path, volume in each.carried.items() if path}
        )
        rest = self._rest(payload)
        usages = {place: Usage(rx_bytes=volume.rx_bytes, tx_bytes=volume.tx_bytes) for place, volume in payload.items()}
        for place, usage in record.usages.items():
            usages[place] = usages.get(place, Usage()).plus(usage)
        return (
            [
                *(
                    UsageEntry(span, _application(key, names), self._path(path), usage)
                    for (key, path), usage in usages.items()
                ),
                *_rest_entries(span, rest, self._path),
            ],
            [WaitEntry(span, _application(key, names), waits) for key, waits in record.waits.items()],
        )

    def _rest(self, payload: Mapping[tuple[ApplicationKey, LinkName], Volume]) -> dict[LinkName, Volume]:
        """What paths carried besides; that of links to this machine itself is nobody's traffic."""
        carriers = list(self._carriers())
        self._paths |= {path.name: _recorded(path) for path, _volume in carriers}
        grown = self._interfaces.take({(path.name, path.index): volume for path, volume in carriers})
        return {
            name: rest_of(volume, (each for (_key, path), each in payload.items() if path == name))
            for (name, _index), volume in grown.items()
            if self._paths[name].kind is not PathKind.VIRTUAL
        }

    def _path(self, name: LinkName) -> RecordedPath:
        return self._paths.get(name) or RecordedPath(name, PathKind.UNKNOWN, is_metered=False)


def _rest_entries(
    span: Span, rest: Mapping[LinkName, Volume], path: Callable[[LinkName], RecordedPath]
) -> Iterable[UsageEntry]:
    """Records of what paths carried besides."""
    nobody = RecordedApplication(REST_ID, None, _REST_NAME)
    for name, volume in rest.items():
        if volume != NOTHING:
            yield UsageEntry(span, nobody, path(name), Usage(rx_bytes=volume.rx_bytes, tx_bytes=volume.tx_bytes))


def _recorded(path: Path) -> RecordedPath:
    return RecordedPath(path.name, path.kind, path.is_metered)


def _application(key: ApplicationKey, names: Mapping[ApplicationKey, str]) -> RecordedApplication:
    application_id, uid = key
    return RecordedApplication(application_id, uid, names.get(key, application_id))
