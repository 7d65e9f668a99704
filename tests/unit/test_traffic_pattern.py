"""What connections do, as the bytes tell that have passed: recorded programs, and made-up ones."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpmanager.core.traffic_pattern import CALM_S, LITTLE_FOR_S, LONG_BYTES, LONGEST_PERIOD_S, PAUSE_S, PatternMeter
from mpmanager.model.names import Token
from mpmanager.model.progress import Progress
from mpmanager.model.traffic import TrafficPattern

TRACES = Path(__file__).parents[1] / "traces"
UNKNOWN, INTERACTIVE, REQUESTS = TrafficPattern.UNKNOWN, TrafficPattern.INTERACTIVE, TrafficPattern.REQUESTS
STREAM, BULK = TrafficPattern.STREAM, TrafficPattern.BULK
LOOK_S = 0.0125
ROUND_TRIP_S = 0.03

RECORDED = {
    "shell": [INTERACTIVE],
    "call-sent": [INTERACTIVE],
    "call-received": [INTERACTIVE],
    "browsing": [REQUESTS],
    "film-in-segments": [REQUESTS, BULK, REQUESTS, STREAM],
    "film-paced": [REQUESTS, BULK, STREAM],
    "live-upload": [REQUESTS, STREAM],
    "download": [REQUESTS, BULK],
    "upload": [REQUESTS, BULK],
}
"""What each is taken for, one after the other. Whatever lasts is one long answer at first; and a player that fills what
it keeps in reserve does what a download does."""


class Connection:
    """A meter and what passes it."""

    def __init__(self, *, look_s=LOOK_S):
        self.meter = PatternMeter()
        self.meter.rtt_s = ROUND_TRIP_S
        self.look_s = look_s
        self.now = 100.0
        self.written = self.acknowledged = self.received = 1000
        self.changes = []
        self.look()

    def look(self):
        before = self.meter.pattern
        told = self.meter.take(Progress(Token(1), self.written, self.acknowledged, self.received), self.now)
        assert told is (self.meter.pattern is not before)
        if told:
            self.changes.append(self.meter.pattern)

    def wait(self, seconds):
        for _look in range(round(seconds / self.look_s)):
            self.now += self.look_s
            self.look()
        return self

    def exchange(self, sent, received, *, rate_byte_s=1_250_000):
        """A request, acknowledged by its answer, which comes as fast as the path is."""
        self.written += sent
        self.wait(ROUND_TRIP_S)
        self.acknowledged = self.written
        return self.receive(received, rate_byte_s=rate_byte_s)

    def receive(self, size, *, rate_byte_s):
        end = self.received + size
        while self.received < end:
            self.received = min(end, self.received + round(rate_byte_s * self.look_s))
            self.wait(self.look_s)
        return self

    def send(self, seconds, rate_byte_s, *, backlog):
        """Send so much with so much under way all the time."""
        for _look in range(round(seconds / self.look_s)):
            self.written += round(rate_byte_s * self.look_s)
            self.acknowledged = max(self.acknowledged, self.written - backlog)
            self.wait(self.look_s)
        return self

    @property
    def pattern(self):
        return self.meter.pattern


def rows_of(name):
    lines = (TRACES / f"{name}.txt").read_text().splitlines()
    return [tuple(int(word) for word in line.split()) for line in lines if not line.startswith("#")]


def replay(name, look_s=LOOK_S):
    """Look at a recorded connection as often."""
    connection = Connection(look_s=look_s)
    start, rows = connection.now, iter(pairwise([*rows_of(name), (10**9, 0, 0, 0)]))
    (_time, *counts), (until_ms, *_rest) = next(rows)
    last_ms = rows_of(name)[-1][0]
    while (connection.now - start) * 1000 < last_ms:
        while (connection.now - start) * 1000 >= until_ms:
            (_time, *counts), (until_ms, *_rest) = next(rows)
        connection.written, connection.acknowledged, connection.received = (1000 + count for count in counts)
        connection.wait(look_s)
    return connection


def test_there_is_a_record_of_each_and_none_is_forgotten():
    assert {each.stem for each in TRACES.glob("*.txt")} == RECORDED.keys()


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_programs_are_recognised(name):
    assert replay(name).changes == RECORDED[name]


@pytest.mark.parametrize("look_s", [0.004, 0.025])
@pytest.mark.parametrize("name", RECORDED)
def test_recorded_programs_are_recognised_however_often_they_are_looked_at(name, look_s):
    assert replay(name, look_s).pattern is RECORDED[name][-1]


def test_nothing_is_known_of_what_does_nothing():
    assert Connection().wait(20).pattern is UNKNOWN


def test_where_a_connection_stands_when_it_is_seen_first_is_no_traffic():
    meter = PatternMeter()
    for number, received in enumerate((0, 10**18, 10**18)):
        assert not meter.take(Progress(Token(1), 10**18, 10**18, received), 100.0 + number)
    assert (meter.pattern, meter.seen().received_bytes) == (UNKNOWN, None)


def test_one_answer_makes_it_requests_and_its_usual_numbers_are_told():
    connection = Connection()
    for _page in range(12):
        connection.exchange(500, 48_000).wait(1.2)
    seen = connection.meter.seen()
    assert (seen.pattern, connection.changes) == (REQUESTS, [REQUESTS])
    assert (seen.sent_bytes, seen.received_bytes) == (500, 48_000)
    assert 1.1 < seen.pause_s < 1.3


def test_an_output_now_and_then_does_not_end_a_shell():
    connection = Connection()
    for number in range(40):
        connection.exchange(100, 40_000 if number % 5 == 4 else 120).wait(0.6)
    assert connection.changes == [INTERACTIVE]


def test_a_short_answer_now_and_then_does_not_end_browsing():
    connection = Connection()
    for number in range(40):
        connection.exchange(500, 700 if number % 5 == 4 else 60_000).wait(0.6)
    assert connection.changes == [REQUESTS]


def test_whatever_changes_its_habit_for_good_is_recognised():
    connection = Connection()
    for size in (60_000, 100, 60_000):
        for _number in range(8):
            connection.exchange(100, size).wait(0.6)
    assert connection.changes == [REQUESTS, INTERACTIVE, REQUESTS]


def test_a_download_is_bulk_until_it_has_paused_for_long():
    connection = Connection().exchange(100, 5_000_000)
    assert connection.pattern is BULK
    connection.wait(CALM_S - 0.2)
    assert connection.pattern is BULK, "networks stall"
    assert connection.wait(0.4).pattern is REQUESTS


def test_a_download_over_a_stalling_network_stays_bulk():
    connection = Connection()
    for size, stall_s in ((4_000_000, 0.4), (1_500_000, 1.5), (9_000_000, 0.8), (300_000, 1.7), (5_000_000, 1.1)):
        connection.exchange(0, size).wait(stall_s)
    assert connection.changes == [REQUESTS, BULK]


def test_much_at_once_is_bulk_before_it_lasts():
    connection = Connection().exchange(100, 3 * LONG_BYTES, rate_byte_s=12_500_000)
    assert connection.pattern is BULK
    assert connection.now < 101.5


def test_what_becomes_little_is_no_download_any_more():
    connection = Connection().exchange(100, 5_000_000)
    connection.receive(round(10_000 * (LITTLE_FOR_S + 4)), rate_byte_s=10_000)
    assert connection.pattern is INTERACTIVE


@pytest.mark.parametrize("rate_byte_s", [200_000, 5_000_000])
def test_an_upload_that_fills_its_path_is_bulk_whatever_the_path(rate_byte_s):
    connection = Connection().send(12, rate_byte_s, backlog=round(3 * ROUND_TRIP_S * rate_byte_s) + 30_000)
    assert connection.pattern is BULK


@pytest.mark.parametrize("rate_byte_s", [200_000, 5_000_000])
def test_an_upload_of_which_no_more_is_under_way_than_a_round_trip_holds_is_a_stream(rate_byte_s):
    assert Connection().send(12, rate_byte_s, backlog=round(ROUND_TRIP_S * rate_byte_s)).pattern is STREAM


def test_what_an_upload_writes_ahead_is_no_rate_that_it_falls_short_of():
    connection = Connection().send(1, 5_000_000, backlog=4_000_000).send(15, 1_000_000, backlog=4_000_000)
    assert connection.changes == [REQUESTS, BULK]


def test_a_download_that_has_lost_its_helper_is_no_stream():
    connection = Connection().receive(8_000_000, rate_byte_s=2_500_000)
    connection.meter.forget_rate()
    assert connection.receive(8_000_000, rate_byte_s=1_000_000).changes == [REQUESTS, BULK]


def test_a_stream_stays_one_whatever_carries_it():
    connection = Connection().exchange(100, 5_000_000).receive(2_000_000, rate_byte_s=300_000)
    connection.meter.forget_rate()
    assert connection.receive(2_000_000, rate_byte_s=300_000).pattern is STREAM


def test_what_is_under_way_is_no_pause():
    connection = Connection().send(3, 1_000_000, backlog=200_000)
    assert connection.wait(3).pattern is BULK
    assert connection.meter.seen().sent_bytes is None


def test_a_stream_that_takes_all_it_can_get_again_is_bulk():
    connection = Connection().exchange(100, 5_000_000)
    connection.receive(2_000_000, rate_byte_s=300_000)
    assert connection.pattern is STREAM
    assert connection.receive(8_000_000, rate_byte_s=1_250_000).pattern is BULK


def test_regular_pieces_are_a_stream_and_irregular_ones_are_not():
    regular, irregular = Connection(), Connection()
    for number in range(12):
        regular.exchange(200, 600_000).wait(2.0)
        irregular.exchange(200, (40_000, 600_000, 1_500_000, 90_000)[number % 4]).wait((0.8, 9.0, 2.5)[number % 3])
    assert regular.changes == [REQUESTS, STREAM]
    assert irregular.changes == [REQUESTS]


def test_a_stream_stays_one_over_its_own_pauses_and_ends_with_longer_ones():
    connection = Connection()
    for _number in range(8):
        connection.exchange(200, 600_000).wait(6.0)
    assert connection.pattern is STREAM
    assert connection.wait(2 * LONGEST_PERIOD_S).pattern is REQUESTS


pieces = st.lists(
    st.tuples(
        st.floats(0.004, 40.0),
        st.integers(0, 3 * LONG_BYTES),
        st.integers(0, 3 * LONG_BYTES),
        st.floats(0, 1),
    ),
    max_size=80,
)


@given(pieces)
def test_whatever_passes_a_change_is_told_and_a_long_silence_is_no_transfer(passed):
    connection = Connection()
    for pause_s, sent, received, share in passed:
        connection.now += pause_s
        connection.written += sent
        connection.acknowledged += round(share * (connection.written - connection.acknowledged))
        connection.received += received
        connection.look()
        seen = connection.meter.seen()
        assert min(seen.rate_byte_s, seen.sent_bytes or 0, seen.received_bytes or 0, seen.pause_s or 0) >= 0
    for _look in range(4):
        connection.now += 4 * LONGEST_PERIOD_S + PAUSE_S
        connection.look()
    assert connection.pattern in {UNKNOWN, INTERACTIVE, REQUESTS}
