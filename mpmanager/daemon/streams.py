"""The streams: a socket for each subscriber, frames at its own rate, dropped when it reads too slowly."""

import asyncio
import itertools
import socket
from collections.abc import Callable

from mpmanager.api.codec import encode_frame
from mpmanager.api.structures import Frame, SubscribeOptions
from mpmanager.daemon.frames import cut_to_topics
from mpmanager.daemon.journal import Journal
from mpmanager.daemon.privacy import Viewer, events_for, frame_for
from mpmanager.model.errors import InvalidValueError, NotSupportedError

SHORTEST_INTERVAL_S = 0.1
LONGEST_INTERVAL_S = 60.0
MOST_SUBSCRIBERS = 64
MOST_OF_ONE_USER = 32
"""So that no user takes all places from the others."""

LONGEST_STALL_S = 300.0
"""Who has not read a frame after so long has lost interest: others may want the place."""

_EARLY = 0.1
"""A frame may come so much of its interval early: ticks of one clock serve all subscribers."""


class Subscriber:
    """One reader."""

    def __init__(self, options: SubscribeOptions, stream: socket.socket, *, first_event: int, viewer: Viewer) -> None:
        self.options = options
        self._viewer = viewer
        self._stream = stream
        self._unsent = memoryview(b"")
        self._unsent_since = 0.0
        self._sequence = itertools.count()
        self._last_event = first_event
        self._next_due = 0.0
        self._dropped = 0
        self._left = options.count

    @property
    def uid(self) -> int | None:
        """Whose it is; None: nobody knows."""
        return self._viewer.uid

    @property
    def is_open(self) -> bool:
        return self._stream.fileno() >= 0

    def is_due(self, now: float) -> bool:
        return self.is_open and now >= self._next_due - _EARLY * self.options.interval_s

    def offer(self, frame: Frame, journal: Journal, *, now: float) -> None:
        """Send a frame, or drop it when the one before is still on its way."""
        self._next_due = now + self.options.interval_s
        if self._unsent:
            self._dropped += 1
            if now - self._unsent_since > LONGEST_STALL_S:
                self.close()
            return
        events = journal.since(self._last_event)
        part = frame_for(self._viewer, cut_to_topics(frame, self.options.topics, events_for(self._viewer, events)))
        part.sequence = next(self._sequence)
        part.dropped = self._dropped
        part.events_lost = journal.lost_since(self._last_event)
        self._last_event = events[-1].id if events else self._last_event
        self._unsent = memoryview(encode_frame(part))
        self._unsent_since = now
        self._left -= 1
        self._send()

    def close(self) -> None:
        if self.is_open:
            asyncio.get_running_loop().remove_writer(self._stream)
            asyncio.get_running_loop().remove_reader(self._stream)
            self._stream.close()

    def watch_for_end(self) -> None:
        """Close as soon as the reader has gone."""
        asyncio.get_running_loop().add_reader(self._stream, self._on_readable)

    def _on_readable(self) -> None:
        try:
            if self._stream.recv(1024):
                return  # nothing is expected from a reader; what it says is thrown away
        except BlockingIOError:
            return
        except OSError:
            pass
        self.close()

    def _send(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            sent = self._stream.send(self._unsent)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.close()
            return
        self._unsent = self._unsent[sent:]
        if self._unsent:
            loop.add_writer(self._stream, self._send)
            return
        loop.remove_writer(self._stream)
        if self.options.count and self._left <= 0:
            self.close()


class Streams:
    """All subscribers. `wake` is called when somebody new wants frames."""

    def __init__(self, journal: Journal, *, wake: Callable[[], None]) -> None:
        self._journal = journal
        self._wake = wake
        self._subscribers: list[Subscriber] = []

    @property
    def interval_s(self) -> float | None:
        """The shortest interval that anybody wants; None when nobody listens."""
        self._forget_closed()
        return min((each.options.interval_s for each in self._subscribers), default=None)

    @property
    def count(self) -> int:
        """How many listen."""
        self._forget_closed()
        return len(self._subscribers)

    def subscribe(self, options: SubscribeOptions, viewer: Viewer) -> socket.socket:
        """Open a stream of what `viewer` may see; the caller sends the returned end away and closes it.

        Raises:
            InvalidValueError: an option is out of range.
            NotSupportedError: there are too many subscribers already.
        """
        if not SHORTEST_INTERVAL_S <= options.interval_s <= LONGEST_INTERVAL_S:
            raise InvalidValueError(
                f"interval_s {options.interval_s}: expected {SHORTEST_INTERVAL_S} to {LONGEST_INTERVAL_S}"
            )
        if options.count < 0:
            raise InvalidValueError(f"count {options.count}: expected 0 (endless) or more")
        self._forget_closed()
        if len(self._subscribers) >= MOST_SUBSCRIBERS:
            raise NotSupportedError(f"{MOST_SUBSCRIBERS} streams are open already; close some")
        if not viewer.sees_all and sum(each.uid == viewer.uid for each in self._subscribers) >= MOST_OF_ONE_USER:
            raise NotSupportedError(f"you have {MOST_OF_ONE_USER} streams open already; close some")
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        ours.settimeout(0)
        subscriber = Subscriber(options, ours, first_event=self._journal.count, viewer=viewer)
        subscriber.watch_for_end()
        self._subscribers.append(subscriber)
        self._wake()
        return theirs

    def due(self, now: float) -> list[Subscriber]:
        """Those who get the next frame."""
        self._forget_closed()
        return [each for each in self._subscribers if each.is_due(now)]

    def close(self) -> None:
        for each in self._subscribers:
            each.close()
        self._subscribers.clear()

    def _forget_closed(self) -> None:
        self._subscribers = [each for each in self._subscribers if each.is_open]
