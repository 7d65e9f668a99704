"""Events without end, for machines: over restarts of the daemon, resumable, and with a mark where some are missing."""

import asyncio
import time
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal, Self

from msgspec.structs import asdict

from mpmanager.api.bus import Bus
from mpmanager.api.structures import EventInfo, Frame, Structure, SubscribeOptions, Topic
from mpmanager.client.manager import ManagerClient, connected
from mpmanager.model.errors import DaemonNotRunningError, InvalidValueError

REMEMBERED = 1000
"""Events that the daemon knows of at most."""
_RETRY_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """A place among the events of all daemons."""

    started: float
    """When the daemon was started that counts the events: Unix time."""
    event: int
    """The last one that was told."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """As it is written.

        Raises:
            InvalidValueError: it is none.
        """
        started, _slash, event = text.strip().partition("/")
        try:
            return cls(started=float(started), event=int(event))
        except ValueError as error:
            raise InvalidValueError(f"cursor {text[:60]!r}: expected one that mpm events has told") from error

    def __str__(self) -> str:
        return f"{self.started!r}/{self.event}"


class EventLine(EventInfo, kw_only=True):
    """One line of `mpm events --follow --json`: an event, and where to go on after it."""

    cursor: str


class GapLine(Structure, kw_only=True):
    """One line of `mpm events --follow --json`: here events are missing, or may be."""

    kind: Literal["gap"] = "gap"
    time: float
    """Unix time at which that was noticed."""
    text: str
    """One sentence for people."""
    lost: int | None
    """How many, of all users; null: nobody knows, as the daemon was started again."""
    cursor: str


class EventStream:
    """All events after a place; without one the last `past` ones and those to come."""

    def __init__(self, bus: Bus, *, past: int, after: Cursor | None, interval_s: float) -> None:
        self._bus = bus
        self._past = past
        self._cursor = after
        self._interval_s = interval_s

    async def lines(self, *, must_be_there: bool) -> AsyncGenerator[EventLine | GapLine, None]:
        """Until closed. While no daemon answers it is looked for once a second.

        Raises:
            DaemonNotRunningError: `must_be_there`, and none answers at first.
        """
        while True:
            try:
                async with connected(self._bus, may_start=False) as client, aclosing(self._lines_of(client)) as lines:
                    async for line in lines:
                        must_be_there = False
                        yield line
            except DaemonNotRunningError:
                if must_be_there:
                    raise
            must_be_there = False
            await asyncio.sleep(_RETRY_S)

    async def _lines_of(self, client: ManagerClient) -> AsyncGenerator[EventLine | GapLine, None]:
        """Listening begins before the past is asked for, so that nothing falls in between."""
        options = SubscribeOptions(interval_s=self._interval_s, topics=[Topic.EVENTS])
        async with aclosing(client.frames(options)) as frames:
            status = await client.status()
            known = await client.recent_events(REMEMBERED)
            for line in self._resumed(known, started=status.started, count=status.events):
                yield line
            async for frame in frames:
                for line in self._new(frame, started=status.started):
                    yield line

    def _resumed(self, known: list[EventInfo], *, started: float, count: int) -> Iterable[EventLine | GapLine]:
        before = self._cursor
        if before is None:
            past = known[-self._past :] if self._past else []
            self._cursor = Cursor(started=started, event=known[-1].id if known else count)
            return [self._line(each, started) for each in past]
        if before.started != started:
            self._cursor = Cursor(started=started, event=0)
            text = "mpmanagerd was started again: what happened before that and was not told yet is not known"
            return [self._gap(text, lost=None), *self._lines(known, started)]
        lost = count - REMEMBERED - before.event
        gaps = [self._gap(f"{lost} events came and were forgotten meanwhile", lost=lost)] if lost > 0 else []
        return [*gaps, *self._lines(known, started)]

    def _new(self, frame: Frame, *, started: float) -> Iterable[EventLine | GapLine]:
        lost = frame.events_lost
        gaps = [self._gap(f"{lost} events came faster than they were read", lost=lost)] if lost else []
        return [*gaps, *self._lines(frame.events, started)]

    def _lines(self, events: Iterable[EventInfo], started: float) -> list[EventLine]:
        last = 0 if self._cursor is None else self._cursor.event
        fresh = [each for each in events if each.id > last]
        if fresh:
            self._cursor = Cursor(started=started, event=fresh[-1].id)
        return [self._line(each, started) for each in fresh]

    @staticmethod
    def _line(event: EventInfo, started: float) -> EventLine:
        return EventLine(**asdict(event), cursor=str(Cursor(started=started, event=event.id)))

    def _gap(self, text: str, *, lost: int | None) -> GapLine:
        return GapLine(time=time.time(), text=text, lost=lost, cursor=str(self._cursor))
