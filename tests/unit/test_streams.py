"""Subscribers get frames at their own rate; who reads slowly misses frames and no event."""

import asyncio
import functools
import socket

import pytest

from mpmanager.api.codec import LENGTH_BYTES, decode_frame
from mpmanager.api.structures import EventKind, Frame, PathInfo, SubscribeOptions, Topic
from mpmanager.daemon.journal import Journal
from mpmanager.daemon.privacy import Viewer
from mpmanager.daemon.streams import (
    LONGEST_INTERVAL_S,
    LONGEST_STALL_S,
    MOST_OF_ONE_USER,
    MOST_SUBSCRIBERS,
    SHORTEST_INTERVAL_S,
    Streams,
)
from mpmanager.model.errors import InvalidValueError, NotSupportedError
from mpmanager.model.path import KindSource, PathKind, PathState, Tier

ROOT = Viewer(uid=0, sees_all=True)
ALICE = Viewer(uid=1000, sees_all=False)
TIMEOUT_S = 10.0
LARGE_TEXT = "x" * 3_000_000
"""More than the buffers of a socket hold."""


def in_a_loop(test):
    """Subscribers live in an event loop."""

    @functools.wraps(test)
    def run(**fixtures):
        async def bounded():
            async with asyncio.timeout(TIMEOUT_S):
                await test(**fixtures)

        asyncio.run(bounded())

    return run


class Reader:
    """The subscriber's end, read as a client does."""

    def __init__(self, end):
        self._end = end
        end.setblocking(False)

    async def frame(self):
        length = int.from_bytes(await self._exactly(LENGTH_BYTES), "big")
        return decode_frame(await self._exactly(length))

    async def is_at_end(self):
        return await asyncio.get_running_loop().sock_recv(self._end, 1) == b""

    async def _exactly(self, count):
        data = bytearray()
        while len(data) < count:
            part = await asyncio.get_running_loop().sock_recv(self._end, count - len(data))
            assert part, "the stream ended in a frame"
            data += part
        return bytes(data)

    def send(self, data):
        self._end.send(data)

    def close(self):
        self._end.close()


class Stage:
    """Streams with a journal, and readers that are closed at the end."""

    def __init__(self):
        self.woken = 0
        self.journal = Journal(wall_clock=lambda: 0.0)
        self.streams = Streams(self.journal, wake=self._wake)
        self._readers = []

    def _wake(self):
        self.woken += 1

    def subscribe(self, viewer=ROOT, **options):
        self._readers.append(Reader(self.streams.subscribe(SubscribeOptions(**options), viewer)))
        return self._readers[-1]

    def offer(self, frame, *, now):
        """As the daemon does at each tick; returns how many got it."""
        due = self.streams.due(now)
        for each in due:
            each.offer(frame, self.journal, now=now)
        return len(due)

    def close(self):
        for each in self._readers:
            each.close()


@pytest.fixture
def stage():
    made = Stage()
    yield made
    made.close()


def frame(text="wlan0"):
    path = PathInfo(
        name=text,
        index=2,
        kind=PathKind.WIFI,
        kind_source=KindSource.KERNEL,
        network=None,
        security=None,
        tier=Tier.ALWAYS,
        tier_chosen=False,
        state=PathState.UP,
        addresses=[],
        gateway=None,
        gateways=[],
        rx_bytes=0,
        tx_bytes=0,
        rx_bit_s=0.0,
        tx_bit_s=0.0,
    )
    return Frame(sequence=77, time=1.0, monotonic=2.0, simulated=False, dropped=77, paths=[path])


async def until(condition):
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("it never comes true")


@in_a_loop
async def test_a_subscriber_gets_the_frames_numbered_from_zero(stage):
    reader = stage.subscribe()
    assert stage.woken == 1
    for number in range(3):
        stage.offer(frame(), now=float(number))
        received = await reader.frame()
        assert (received.sequence, received.dropped, received.paths[0].name) == (number, 0, "wlan0")
    stage.streams.close()


@in_a_loop
async def test_each_subscriber_gets_frames_at_its_own_rate(stage):
    assert stage.streams.interval_s is None
    stage.subscribe(interval_s=1.0)
    stage.subscribe(interval_s=0.2)
    assert stage.streams.interval_s == 0.2
    got = [stage.offer(frame(), now=tick * 0.2) for tick in range(11)]
    assert got == [2, 1, 1, 1, 1, 2, 1, 1, 1, 1, 2]
    stage.streams.close()


@in_a_loop
async def test_a_tick_that_comes_a_little_early_counts(stage):
    stage.subscribe(interval_s=1.0)
    assert stage.offer(frame(), now=10.0) == 1
    assert stage.offer(frame(), now=10.85) == 0
    assert stage.offer(frame(), now=10.95) == 1
    stage.streams.close()


@in_a_loop
async def test_only_the_topics_asked_for_are_sent(stage):
    reader = stage.subscribe(topics=[Topic.EVENTS])
    stage.journal.record(EventKind.PATH_UP, "up")
    stage.offer(frame(), now=0.0)
    received = await reader.frame()
    assert received.paths == []
    assert [each.text for each in received.events] == ["up"]
    stage.streams.close()


@in_a_loop
async def test_events_about_others_connections_are_withheld_and_those_that_follow_are_not(stage):
    reader = stage.subscribe(viewer=ALICE, topics=[Topic.EVENTS])
    about = {"token": 7, "uid": 1001}
    for number, proof in enumerate((about, {}, {"token": 8, "uid": 1000}, about)):
        stage.journal.record(EventKind.CONNECTION_CLOSED, str(number), **proof)
    stage.offer(frame(), now=0.0)
    assert [each.text for each in (await reader.frame()).events] == ["1", "2"]
    stage.offer(frame(), now=1.0)
    assert (await reader.frame()).events == []
    stage.streams.close()


@in_a_loop
async def test_events_from_before_the_subscription_are_not_sent_and_later_ones_once(stage):
    stage.journal.record(EventKind.PATH_UP, "before")
    reader = stage.subscribe()
    texts = []
    for number, text in enumerate(("first", None, "second")):
        if text:
            stage.journal.record(EventKind.PATH_UP, text)
        stage.offer(frame(), now=float(number))
        texts.append([each.text for each in (await reader.frame()).events])
    assert texts == [["first"], [], ["second"]]
    stage.streams.close()


@in_a_loop
async def test_a_slow_reader_misses_frames_and_no_event(stage):
    reader = stage.subscribe()
    for number in range(5):
        stage.journal.record(EventKind.PATH_UP, f"event {number}")
        stage.offer(frame(LARGE_TEXT), now=float(number))
    first = await reader.frame()
    stage.offer(frame(), now=5.0)
    second = await reader.frame()
    assert (first.sequence, first.dropped, second.sequence, second.dropped) == (0, 0, 1, 4)
    assert [each.text for each in (*first.events, *second.events)] == [f"event {number}" for number in range(5)]
    stage.streams.close()


@in_a_loop
async def test_nobody_waits_for_room_when_all_is_sent(stage):
    reader = stage.subscribe()
    stage.offer(frame(LARGE_TEXT), now=0.0)
    await reader.frame()
    (subscriber,) = stage.streams.due(1.0)
    await until(lambda: not subscriber._unsent)
    assert not asyncio.get_running_loop().remove_writer(subscriber._stream)
    stage.streams.close()


@in_a_loop
async def test_a_slow_reader_does_not_slow_the_others(stage):
    stage.subscribe()
    quick = stage.subscribe()
    for number in range(3):
        stage.offer(frame(LARGE_TEXT), now=float(number))
        assert (await quick.frame()).dropped == 0
    stage.streams.close()


@in_a_loop
async def test_a_stream_ends_after_as_many_frames_as_were_asked_for(stage):
    reader = stage.subscribe(count=2)
    for number in range(4):
        stage.offer(frame(), now=float(number))
    assert [(await reader.frame()).sequence for _ in range(2)] == [0, 1]
    assert await reader.is_at_end()
    assert stage.streams.interval_s is None


@in_a_loop
async def test_the_last_frame_of_a_slow_reader_is_sent_whole_before_the_end(stage):
    reader = stage.subscribe(count=1)
    stage.offer(frame(LARGE_TEXT), now=0.0)
    assert len((await reader.frame()).paths[0].name) == len(LARGE_TEXT)
    assert await reader.is_at_end()


@in_a_loop
async def test_a_reader_that_has_gone_is_forgotten(stage):
    reader = stage.subscribe()
    reader.close()
    await until(lambda: stage.streams.interval_s is None)
    assert stage.offer(frame(), now=0.0) == 0


@in_a_loop
async def test_a_reader_that_goes_in_a_frame_is_forgotten(stage):
    reader = stage.subscribe()
    stage.offer(frame(LARGE_TEXT), now=0.0)
    reader.close()
    await until(lambda: stage.streams.interval_s is None)


@in_a_loop
async def test_a_reader_that_has_gone_unnoticed_is_forgotten_when_a_frame_is_sent(stage):
    reader = stage.subscribe()
    reader.close()
    assert stage.offer(frame(), now=0.0) == 1
    assert stage.streams.interval_s is None


@in_a_loop
async def test_what_a_reader_says_is_thrown_away(stage):
    reader = stage.subscribe()
    reader.send(b"hello?")
    await asyncio.sleep(0.01)
    stage.offer(frame(), now=0.0)
    assert (await reader.frame()).sequence == 0
    stage.streams.close()


@pytest.mark.parametrize(
    "options",
    [
        {"interval_s": SHORTEST_INTERVAL_S / 2},
        {"interval_s": LONGEST_INTERVAL_S * 2},
        {"interval_s": float("nan")},
        {"interval_s": -1.0},
        {"count": -1},
    ],
    ids=str,
)
@in_a_loop
async def test_options_out_of_range_are_refused_by_name(stage, options):
    with pytest.raises(InvalidValueError, match=next(iter(options))):
        stage.subscribe(**options)
    assert stage.streams.interval_s is None
    assert stage.woken == 0


@in_a_loop
async def test_there_is_an_end_to_subscribers_and_room_again_when_one_leaves(stage):
    readers = [stage.subscribe() for _ in range(MOST_SUBSCRIBERS)]
    with pytest.raises(NotSupportedError, match=str(MOST_SUBSCRIBERS)):
        stage.subscribe()
    readers[7].close()
    await asyncio.sleep(0.01)
    stage.subscribe()
    stage.streams.close()


@in_a_loop
async def test_a_user_has_some_of_the_places_and_not_all(stage):
    alice, bob = (Viewer(uid=uid, sees_all=False) for uid in (1000, 1001))
    for _ in range(MOST_OF_ONE_USER):
        stage.subscribe(alice)
    with pytest.raises(NotSupportedError, match=f"you have {MOST_OF_ONE_USER} streams"):
        stage.subscribe(alice)
    stage.subscribe(bob)
    stage.subscribe()
    stage.streams.close()


@in_a_loop
async def test_who_reads_nothing_for_long_loses_the_place(stage):
    stage.subscribe()
    stage.offer(frame(LARGE_TEXT), now=0.0)
    assert stage.offer(frame(), now=LONGEST_STALL_S) == 1
    assert stage.streams.interval_s is not None
    stage.offer(frame(), now=LONGEST_STALL_S + 1)
    assert stage.streams.interval_s is None


@in_a_loop
async def test_closing_ends_all_streams(stage):
    readers = [stage.subscribe() for _ in range(3)]
    stage.streams.close()
    assert all([await each.is_at_end() for each in readers])
    assert stage.offer(frame(), now=0.0) == 0


def test_an_end_given_away_is_a_stream_socket():
    async def subscribe():
        streams = Streams(Journal(wall_clock=lambda: 0.0), wake=lambda: None)
        with streams.subscribe(SubscribeOptions(), ROOT) as end:
            assert (end.family, end.type) == (socket.AF_UNIX, socket.SOCK_STREAM)
        streams.close()

    asyncio.run(subscribe())
