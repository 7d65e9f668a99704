"""Tells what a connection does by the bytes that pass: a few numbers for each connection, a microsecond for each look.

Bytes that pass without a pause are a *burst*. What a burst was is settled every second while it lasts, and at its end:

    little (a few kB at a time, `LITTLE_BYTE_S` over the time)    a vote for INTERACTIVE
    anything else                                                a vote for REQUESTS

Votes are smoothed, so that it takes two to become INTERACTIVE at first, and four or five in a row to change between the
two. A burst that is *long* (`LONG_S`, or `LONG_BYTES`) is something else for as long as it lasts, and for a pause of
`CALM_S`:

    it receives less than it has shown that it can, or its sender runs dry  STREAM
    anything else                                                           BULK

Bursts that are alike in size and spacing are a STREAM too: players fetch some seconds of a film every some seconds.
"""

import math

from mpmanager.model.progress import Progress
from mpmanager.model.traffic import Traffic, TrafficPattern

PAUSE_S = 0.3
"""Nothing has passed for so long, and nothing is under way: a burst is over. Longer than the round trips between the
parts of a page, shorter than anybody reads."""
LITTLE_AT_ONCE = 3_000
"""Bytes between two looks: two packets, and the message of an application beside them."""
LITTLE_BYTES = 2_000
LITTLE_BYTE_S = 64_000
"""512 kbit/s: voice takes a tenth of it."""
VOTE_S = 1.0

LONG_S = 2.0
"""Pages are there by then (thesis 2.2: 1.6 MB take 1.3 s of 10 Mbit/s)."""
LONG_BYTES = 4_000_000
CALM_S = 2.0
"""A pause of a transfer, while less than that may be a network that stalls."""
LITTLE_FOR_S = 5.0
"""A long burst of which little comes for so long is over, too."""

SLICE_S = 0.5
PACED_SHARE = 0.5
"""Of the highest rate: whoever takes less takes what it uses up."""
UNPACED_SHARE = 0.8
"""And whoever takes more again does not."""
_DRY_FACTOR, _DRY_EXTRA_S = 1.3, 0.01
"""Round trips of data that a sender has under way who does not fill his path; whoever does keeps two and more, as the
kernel lets him write ahead what it has sent once more."""

REGULAR_BURSTS = 4
REGULAR_SHARE = 0.25
"""Of the mean, to which the mean deviation of what is regular comes at most."""
IRREGULAR_SHARE = 0.5
REGULAR_BYTES = 64_000
SHORTEST_PERIOD_S, LONGEST_PERIOD_S = 1.0, 30.0
_PERIODS_MISSED = 3.0

_INTERACTIVE_SHARE = 0.7
_REQUESTS_SHARE = 0.4

_P = TrafficPattern


class _Usual:
    """A running mean and mean deviation, as TCP keeps them of its round trips (RFC 6298)."""

    __slots__ = ("count", "deviation", "mean")

    def __init__(self) -> None:
        self.count = 0
        self.mean = self.deviation = 0.0

    def take(self, value: float) -> None:
        self.count += 1
        if self.count == 1:
            self.mean, self.deviation = value, value / 2
            return
        difference = value - self.mean
        self.mean += difference / 4
        self.deviation += (abs(difference) - self.deviation) / 4


class PatternMeter:
    """Of one connection. Times are seconds of the caller's clock; they never go back."""

    __slots__ = (
        "_at_once",
        "_began",
        "_burst",
        "_busy",
        "_delivered",
        "_drought",
        "_due",
        "_habit",
        "_highest_byte_s",
        "_is_bursting",
        "_last_began",
        "_least_backlog",
        "_little_share",
        "_long",
        "_moved",
        "_pauses",
        "_periods",
        "_rate_byte_s",
        "_received",
        "_received_usual",
        "_sent_usual",
        "_sizes",
        "_slice_began",
        "_start",
        "_vote_began",
        "_vote_bytes",
        "_written",
        "pattern",
        "rtt_s",
    )

    def __init__(self) -> None:
        self.pattern = _P.UNKNOWN
        self.rtt_s = 0.1
        """The shortest round trip of the path that carries, for the caller to set."""
        self._written = self._received = 0
        self._start = (0, 0)
        """Both when the burst began."""
        self._moved = -math.inf
        self._due = math.inf
        """When silence will mean something."""
        self._is_bursting = False
        self._began = -math.inf
        """Of the last burst, be it over."""
        self._burst = 0
        """Bytes of the running burst, until its last slice."""
        self._vote_began = 0.0
        self._vote_bytes = self._at_once = 0
        self._slice_began = 0.0
        self._delivered = 0
        """In both directions, when the slice began."""
        self._least_backlog = 0
        self._highest_byte_s = self._rate_byte_s = 0.0
        self._drought = 0.0
        """The share of the last slices in which the sender had nothing to send."""
        self._busy = -math.inf
        """When more than little passed."""
        self._long: TrafficPattern | None = None
        self._little_share = 0.5
        self._habit = _P.UNKNOWN
        """What it does between long bursts."""
        self._last_began = -math.inf
        """Of the last burst that was not little."""
        self._periods, self._sizes = _Usual(), _Usual()
        self._pauses, self._sent_usual, self._received_usual = _Usual(), _Usual(), _Usual()

    def take(self, progress: Progress, now: float) -> bool:
        """Note how far the connection has got; whether `pattern` has changed."""
        _token, written, acknowledged, received = progress
        backlog = written - acknowledged
        self._least_backlog = min(self._least_backlog, backlog)
        if written == self._written and received == self._received:
            return now >= self._due and self._rest(backlog, now)
        if not self._written or not self._received:  # its ends do not know each other's first number before they talk
            self._written, self._received = written, received
            return False
        moved = written - self._written + received - self._received
        if not self._is_bursting:
            self._begin(acknowledged + self._received, now, backlog)
        self._written, self._received = written, received
        self._moved, self._due = now, now + PAUSE_S
        self._vote_bytes += moved
        self._at_once = max(self._at_once, moved)
        return now - self._slice_began >= SLICE_S and self._end_slice(acknowledged + received, now, backlog)

    def seen(self) -> Traffic:
        """The pattern and its usual numbers."""
        has_paused = self._sent_usual.count > 0
        return Traffic(
            pattern=self.pattern,
            sent_bytes=self._sent_usual.mean if has_paused else None,
            received_bytes=self._received_usual.mean if has_paused else None,
            pause_s=self._pauses.mean if self._pauses.count else None,
            rate_byte_s=self._rate_byte_s,
        )

    def forget_rate(self) -> None:
        """Other paths carry from now on: what it could move before is not what it can move now."""
        if self._long is not _P.STREAM:
            self._highest_byte_s = 0.0

    def _begin(self, delivered: int, now: float, backlog: int) -> None:
        if self._sent_usual.count:
            self._pauses.take(now - self._moved)
        self._is_bursting = True
        self._start = (self._written, self._received)
        self._began = self._vote_began = self._slice_began = now
        self._burst = self._vote_bytes = self._at_once = 0
        self._delivered = delivered
        self._least_backlog = backlog
        if self._long is None:
            self._highest_byte_s = self._rate_byte_s = self._drought = 0.0

    def _rest(self, backlog: int, now: float) -> bool:
        """Nothing has passed for a while."""
        if self._is_bursting and backlog > 0 and now - self._moved < LITTLE_FOR_S:
            self._due = now + PAUSE_S / 2  # what is under way is no pause
            return False
        if self._is_bursting:
            self._end_burst()
        self._due = math.inf
        if self._long is not None and now - self._moved < self._patience_s():
            self._due = self._moved + self._patience_s()
        else:
            self._long = None
        return self._decide()

    def _patience_s(self) -> float:
        """A pause after which it does something else."""
        return max(CALM_S, _PERIODS_MISSED * self._periods.mean) if self._is_regular() else CALM_S

    def _end_slice(self, delivered: int, now: float, backlog: int) -> bool:
        """What was written and is not acknowledged may wait in this host: it is no rate yet."""
        size = delivered - self._delivered
        rate_byte_s = size / (now - self._slice_began)
        self._highest_byte_s = max(self._highest_byte_s, rate_byte_s)
        self._rate_byte_s += (rate_byte_s - self._rate_byte_s) / (4 if self._burst else 1)
        least_s = self._least_backlog / rate_byte_s if rate_byte_s else 0.0
        is_dry = self._sends_most() and least_s < _DRY_FACTOR * self.rtt_s + _DRY_EXTRA_S
        self._drought += (is_dry - self._drought) / 4
        self._burst += size
        self._slice_began, self._delivered, self._least_backlog = now, delivered, backlog
        if rate_byte_s > LITTLE_BYTE_S:
            self._busy = now
        if now - self._vote_began >= VOTE_S:
            self._vote(now)
        self._look_at_length(now)
        return self._decide()

    def _sends_most(self) -> bool:
        return self._written - self._start[0] > self._received - self._start[1]

    def _vote(self, now: float) -> None:
        allowed = LITTLE_BYTES + LITTLE_BYTE_S * (now - self._vote_began)
        is_little = self._at_once <= LITTLE_AT_ONCE and self._vote_bytes <= allowed
        self._little_share += (is_little - self._little_share) / 4
        self._vote_began, self._vote_bytes, self._at_once = now, 0, 0

    def _look_at_length(self, now: float) -> None:
        if now - self._busy > LITTLE_FOR_S:
            self._long = None
        elif self._is_long(now):
            self._long = _P.STREAM if self._is_paced() else _P.BULK

    def _is_long(self, now: float) -> bool:
        """A stream is known to pause: what pauses less than it does is something else."""
        if self._long is _P.STREAM and self._is_regular():
            return now - self._began > max(LONG_S, 2 * self._periods.mean)
        return self._burst >= LONG_BYTES or now - self._began >= LONG_S

    def _is_paced(self) -> bool:
        """Who sends shows by what is under way whether that is all; who receives, by less than there was."""
        share = UNPACED_SHARE if self._long is _P.STREAM else PACED_SHARE
        if self._sends_most():
            return self._drought > 1 - share
        return self._rate_byte_s < share * self._highest_byte_s

    def _end_burst(self) -> None:
        self._is_bursting = False
        if self._vote_bytes:
            self._vote(self._moved)
        sent, received = self._written - self._start[0], self._received - self._start[1]
        self._sent_usual.take(sent)
        self._received_usual.take(received)
        if sent + received >= REGULAR_BYTES:  # little ones between the others say nothing of them
            self._note_regularity(sent + received)

    def _note_regularity(self, size: int) -> None:
        period_s, self._last_began = self._began - self._last_began, self._began
        if period_s > LONGEST_PERIOD_S:
            self._periods, self._sizes = _Usual(), _Usual()
            return
        self._periods.take(period_s)
        self._sizes.take(size)
        if self._is_regular():
            self._long = _P.STREAM

    def _is_regular(self) -> bool:
        periods, sizes = self._periods, self._sizes
        share = IRREGULAR_SHARE if self._long is _P.STREAM else REGULAR_SHARE
        return (
            periods.count >= REGULAR_BURSTS
            and periods.mean >= SHORTEST_PERIOD_S
            and periods.deviation <= share * periods.mean
            and sizes.deviation <= IRREGULAR_SHARE * sizes.mean
        )

    def _decide(self) -> bool:
        before = self.pattern
        if self._little_share >= _INTERACTIVE_SHARE:
            self._habit = _P.INTERACTIVE
        elif self._little_share <= _REQUESTS_SHARE:
            self._habit = _P.REQUESTS
        self.pattern = self._long or self._habit
        return self.pattern is not before
