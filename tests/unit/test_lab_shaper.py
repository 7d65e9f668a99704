"""One direction of a link, with a clock and a random source of the test's own."""

import random
import time
from collections.abc import Callable, Iterable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpmanager.lab.shaper import DropReason, Shaper, Shaping

RATE = 1_000_000.0  # 1500 bytes take 12 ms
PACKET_S = 1500 * 8 / RATE
TOLERANCE_S = 1e-9


def packet(number: int, size: int = 1500) -> bytes:
    return number.to_bytes(4, "big") + bytes(size - 4)


def number_of(data: bytes) -> int:
    return int.from_bytes(data[:4], "big")


def shaper_of(shaping: Shaping, *, draws: Iterable[float] = ()) -> Shaper:
    numbers: Iterator[float] = iter(draws)
    return Shaper(shaping, draw=lambda: next(numbers))


def seeded(seed: int) -> Callable[[], float]:
    return random.Random(seed).random  # noqa: S311  # repeatable, not secret


def drain(shaper: Shaper) -> list[tuple[float, int]]:
    """Times and numbers of all that is inside, taken when each is due."""
    taken = []
    while (due := shaper.next_due()) is not None:
        taken += [(due, number_of(each)) for each in shaper.take_due(due)]
    return taken


def test_a_packet_arrives_after_serialisation_and_delay() -> None:
    shaper = shaper_of(Shaping(rate_bit_s=RATE, delay_s=0.030))
    shaper.offer(packet(1), 5.0)
    assert shaper.take_due(5.0 + PACKET_S + 0.030 - TOLERANCE_S) == []
    assert [number_of(each) for each in shaper.take_due(5.0 + PACKET_S + 0.030 + TOLERANCE_S)] == [1]


def test_packets_leave_one_after_the_other_at_the_rate() -> None:
    shaper = shaper_of(Shaping(rate_bit_s=RATE, queue_bytes=100_000))
    for number in range(10):
        shaper.offer(packet(number), 0.0)
    taken = drain(shaper)
    assert [number for _, number in taken] == list(range(10))
    assert [due for due, _ in taken] == pytest.approx([(1 + number) * PACKET_S for number in range(10)])


def test_an_idle_link_saves_nothing_up_for_a_burst() -> None:
    shaper = shaper_of(Shaping(rate_bit_s=RATE))
    shaper.offer(packet(0), 0.0)
    shaper.take_due(60.0)
    shaper.offer(packet(1), 60.0)
    shaper.offer(packet(2), 60.0)
    assert len(shaper.take_due(60.0 + 1.5 * PACKET_S)) == 1


def test_without_a_rate_only_the_delay_counts() -> None:
    shaper = shaper_of(Shaping(delay_s=0.01))
    for number in range(1000):
        shaper.offer(packet(number), 1.0)
    assert shaper.take_due(1.0) == []
    assert len(shaper.take_due(1.011)) == 1000


def test_a_full_queue_drops_what_comes_last() -> None:
    shaper = shaper_of(Shaping(rate_bit_s=RATE, queue_bytes=3000))
    for number in range(5):
        shaper.offer(packet(number), 0.0)
    assert shaper.dropped_packets[DropReason.QUEUE] == 3
    assert [number for _, number in drain(shaper)] == [0, 1]


def test_a_queue_that_looked_full_has_room_again_as_packets_leave() -> None:
    shaper = shaper_of(Shaping(rate_bit_s=RATE, queue_bytes=3000))
    for number in range(5):
        shaper.offer(packet(number), number * PACKET_S + TOLERANCE_S)
    assert shaper.dropped_packets[DropReason.QUEUE] == 0


def test_the_queue_is_one_bandwidth_delay_product_of_the_round_trip() -> None:
    assert Shaping(rate_bit_s=10e6, delay_s=0.03).queue_limit_bytes == 75_000
    assert Shaping(rate_bit_s=1e6, delay_s=0.001).queue_limit_bytes == 15_000, "but at least ten packets"
    assert Shaping(rate_bit_s=1e6, queue_bytes=10).queue_limit_bytes == 1500, "and never less than one"


def test_loss_hits_the_drawn_packets_and_uses_the_rate_all_the_same() -> None:
    shaper = shaper_of(Shaping(rate_bit_s=RATE, loss=0.5), draws=[0.9, 0.1, 0.9])
    for number in range(3):
        shaper.offer(packet(number), 0.0)
    assert [number for _, number in drain(shaper)] == [0, 2]
    assert shaper.dropped_packets[DropReason.LOSS] == 1
    shaper.reshape(Shaping(rate_bit_s=RATE), 1.0)
    shaper.offer(packet(9), 1.0)
    assert drain(shaper) == [(pytest.approx(1.0 + PACKET_S), 9)]


def test_marks_hit_the_drawn_packets_that_arrive() -> None:
    shaper = shaper_of(Shaping(loss=0.5, marks=0.5), draws=[0.1, 0.9, 0.9, 0.9, 0.1, 0.9, 0.1])
    capable = b"\x60\x20" + bytes(38)
    for each in (capable, capable, capable, bytes(40)):
        shaper.offer(each, 0.0)
    assert [each[1] for each in shaper.take_due(0.0)] == [0x20, 0x30, 0], "lost, let through, marked, without ECN"
    assert (shaper.marked_packets, shaper.delivered_packets, shaper.dropped_packets[DropReason.LOSS]) == (1, 3, 1)


def test_a_black_hole_swallows_what_is_sent_but_not_what_travels() -> None:
    shaper = Shaper(Shaping(delay_s=1.0), draw=seeded(1))
    shaper.offer(packet(1), 0.0)
    shaper.take_due(0.5)
    shaper.reshape(Shaping(delay_s=1.0, loss=1.0), 0.5)
    for number in range(2, 100):
        shaper.offer(packet(number), 0.6)
    assert [number for _, number in drain(shaper)] == [1]
    assert shaper.dropped_packets[DropReason.LOSS] == 98


def test_jitter_stays_within_its_bounds_and_never_reorders() -> None:
    shaper = Shaper(Shaping(delay_s=0.010, jitter_s=0.005), draw=seeded(2))
    for number in range(500):
        shaper.offer(packet(number), number * 0.001)
    taken = drain(shaper)
    assert [number for _, number in taken] == list(range(500))
    delays = [due - number * 0.001 for due, number in taken]
    assert min(delays) >= 0.005 - TOLERANCE_S
    assert max(delays) <= 0.015 + TOLERANCE_S
    assert max(delays) - min(delays) > 0.005, "it does vary"


def test_a_shorter_delay_lets_nothing_overtake() -> None:
    shaper = shaper_of(Shaping(delay_s=1.0))
    shaper.offer(packet(1), 0.0)
    shaper.reshape(Shaping(delay_s=0.001), 0.5)
    shaper.offer(packet(2), 0.5)
    assert drain(shaper) == [(1.0, 1), (1.0, 2)]


def test_a_new_rate_holds_for_the_rest_of_the_packet_that_is_being_sent() -> None:
    shaper = shaper_of(Shaping(rate_bit_s=RATE))
    shaper.offer(packet(1), 0.0)
    shaper.offer(packet(2), 0.0)
    shaper.reshape(Shaping(rate_bit_s=RATE / 10), PACKET_S / 2)
    first, second = (due for due, _ in drain(shaper))
    assert first == pytest.approx(PACKET_S / 2 + 10 * PACKET_S / 2)
    assert second == pytest.approx(first + 10 * PACKET_S)


def test_a_rate_that_is_lifted_frees_the_queue_at_once() -> None:
    shaper = shaper_of(Shaping(rate_bit_s=RATE))
    for number in range(5):
        shaper.offer(packet(number), 0.0)
    shaper.reshape(Shaping(), 0.001)
    assert len(shaper.take_due(0.001)) == 5


def test_unplugging_loses_everything_inside() -> None:
    shaper = shaper_of(Shaping(rate_bit_s=RATE, delay_s=1.0))
    for number in range(5):
        shaper.offer(packet(number), 0.0)
    shaper.take_due(3 * PACKET_S)
    shaper.drop_all(DropReason.CARRIER)
    assert (shaper.packets_inside, shaper.backlog_bytes, shaper.next_due()) == (0, 0, None)
    assert shaper.dropped_packets[DropReason.CARRIER] == 5


GAPS = st.one_of(st.just(0.0), st.floats(0.0, 0.05))
SIZES = st.integers(40, 1500)
SHAPINGS = st.builds(
    Shaping,
    rate_bit_s=st.one_of(st.none(), st.floats(1e4, 1e9)),
    delay_s=st.floats(0.0, 0.2),
    jitter_s=st.floats(0.0, 0.1),
    loss=st.one_of(st.just(0.0), st.just(1.0), st.floats(0.0, 1.0)),
    marks=st.one_of(st.just(0.0), st.floats(0.0, 1.0)),
    queue_bytes=st.one_of(st.none(), st.integers(1500, 100_000)),
)


@settings(deadline=None)
@given(st.lists(st.tuples(GAPS, SIZES, st.booleans()), min_size=1, max_size=120), SHAPINGS, st.integers())
def test_it_never_exceeds_the_rate_never_reorders_and_conserves_packets(
    arrivals: list[tuple[float, int, bool]], shaping: Shaping, seed: int
) -> None:
    shaper = Shaper(shaping, draw=seeded(seed))
    now, delivered = 0.0, []

    def look() -> None:
        delivered.extend((now, number_of(each), len(each)) for each in shaper.take_due(now))
        inside = shaper.packets_inside
        assert shaper.offered_packets == len(delivered) + sum(shaper.dropped_packets.values()) + inside
        assert shaper.backlog_bytes <= shaping.queue_limit_bytes

    offered_at = []
    for number, (gap, size, looks) in enumerate(arrivals):
        now += gap
        offered_at.append(now)
        shaper.offer(packet(number, size), now)
        if looks:
            look()
    while (due := shaper.next_due()) is not None:
        now = max(now, due)
        look()

    numbers = [number for _, number, _ in delivered]
    assert numbers == sorted(set(numbers)), "in order, each once"
    assert shaper.packets_inside == 0
    least_delay = max(0.0, shaping.delay_s - shaping.jitter_s)
    s_per_byte = 8 / shaping.rate_bit_s if shaping.rate_bit_s else 0.0
    for position, (_, first, _) in enumerate(delivered):
        sent_bytes = 0
        for time_s, _, size in delivered[position:]:
            sent_bytes += size
            earliest = offered_at[first] + sent_bytes * s_per_byte + least_delay
            assert time_s >= earliest - TOLERANCE_S, "faster than the rate"


@settings(deadline=None)
@given(st.lists(st.tuples(GAPS, SIZES, SHAPINGS), min_size=1, max_size=60), st.integers())
def test_changes_while_it_runs_lose_nothing_unaccounted_and_never_reorder(
    steps: list[tuple[float, int, Shaping]], seed: int
) -> None:
    shaper = Shaper(steps[0][2], draw=seeded(seed))
    now, numbers = 0.0, []
    for number, (gap, size, shaping) in enumerate(steps):
        now += gap
        shaper.offer(packet(number, size), now)
        shaper.reshape(shaping, now + gap / 2)
        now += gap / 2
        numbers += [number_of(each) for each in shaper.take_due(now)]
    while (due := shaper.next_due()) is not None:
        now = max(now, due)
        numbers += [number_of(each) for each in shaper.take_due(now)]
    assert numbers == sorted(set(numbers))
    assert shaper.offered_packets == len(numbers) + sum(shaper.dropped_packets.values())


def test_one_core_shapes_far_more_than_100_mbit() -> None:
    """8,333 packets a second make 100 Mbit/s; measured in processor time, with a wide margin for slow machines."""
    shaper = shaper_of(Shaping(rate_bit_s=1e9, delay_s=0.01, queue_bytes=10_000_000))
    data, now = bytes(1500), 0.0
    started = time.process_time()
    for _ in range(20_000):
        now += 12e-6
        shaper.offer(data, now)
        shaper.next_due()
        shaper.take_due(now)
    assert time.process_time() - started < 20_000 / 8_333, "slower than 100 Mbit/s"
