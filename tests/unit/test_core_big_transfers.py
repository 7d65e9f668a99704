"""When a transfer is big, and when it has calmed down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpmanager.core.big_transfers import CALM_S, CALM_SHARE, WINDOW_S, TransferMeter

OVER = 1_000_000
LOOK_S = 0.02


class Flow:
    """A meter and what flows past it."""

    def __init__(self, over_bytes=OVER):
        self.meter = TransferMeter(over_bytes)
        self.now, self.moved = 100.0, 0
        self.changes = []

    def run(self, seconds, rate_byte_s, *, look_s=LOOK_S):
        for _look in range(round(seconds / look_s)):
            self.now += look_s
            self.moved += round(rate_byte_s * look_s)
            if self.meter.take(self.moved, self.now):
                self.changes.append((self.now, self.meter.is_big))
        return self


def test_a_transfer_is_big_once_it_has_moved_more_than_that_within_a_second():
    flow = Flow().run(2, 2 * OVER)
    ((when, is_big),) = flow.changes
    assert is_big
    assert 100.5 <= when < 100.7


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_a_transfer_that_moves_less_in_every_second_is_never_big(share):
    assert Flow().run(30, share * OVER).changes == []


def test_a_single_piece_that_is_big_enough_makes_it_big():
    flow = Flow().run(1, 0)
    flow.moved += OVER + 1
    assert flow.meter.take(flow.moved, flow.now + LOOK_S)


def test_what_a_connection_had_moved_before_it_was_watched_does_not_count():
    flow = Flow()
    flow.moved = 50 * OVER
    assert flow.run(3, 0).changes == []


def test_a_big_transfer_that_ends_has_calmed_down_after_a_while():
    flow = Flow().run(3, 2 * OVER)
    stopped = flow.now
    flow.run(10, 0)
    (_began, (when, is_big)) = flow.changes
    assert not is_big
    assert CALM_S <= when - stopped <= CALM_S + WINDOW_S + 0.2


def test_a_pause_shorter_than_that_does_not_end_it():
    flow = Flow()
    for _ in range(5):
        flow.run(2, 2 * OVER).run(CALM_S - 0.5, 0)
    assert len(flow.changes) == 1


def test_a_big_transfer_stays_big_while_it_moves_more_than_the_calm_share():
    flow = Flow().run(2, 2 * OVER).run(20, 2 * CALM_SHARE * OVER)
    assert len(flow.changes) == 1
    assert len(flow.run(20, CALM_SHARE * OVER / 2).changes) == 2


def test_a_transfer_may_be_big_again():
    flow = Flow().run(2, 2 * OVER).run(6, 0).run(2, 2 * OVER)
    assert [is_big for _when, is_big in flow.changes] == [True, False, True]


@given(st.lists(st.tuples(st.floats(0.004, 3.0), st.integers(0, 3 * OVER)), max_size=60))
def test_whatever_flows_changes_alternate_and_a_long_calm_ends_them(pieces):
    flow = Flow()
    for pause_s, size in pieces:
        flow.now += pause_s
        flow.moved += size
        before = flow.meter.is_big
        assert flow.meter.take(flow.moved, flow.now) is (flow.meter.is_big is not before)
    flow.run(CALM_S + WINDOW_S + 1, 0)
    assert not flow.meter.is_big
    assert len(flow.meter._marks) <= WINDOW_S / 0.1 + 2
