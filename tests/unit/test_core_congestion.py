"""Congestion moves a connection whose policy says so, for a while, and no other."""

from itertools import pairwise

import pytest

from mpmanager.core.congestion import FIRST_DETOUR_S, LEAST_PACKETS
from mpmanager.core.findings import Happening
from mpmanager.model.expiration import ExpirationReason, ExpirationState
from mpmanager.model.names import LinkName
from mpmanager.model.path import Tier
from mpmanager.model.policy import NEVER, CongestionTriggers
from unit.transport_model import Laptop, Link, policy

WLAN, WWAN, DSL = (LinkName(name) for name in ("wlan0", "wwan0", "dsl0"))
MARKS = CongestionTriggers(marks_share=0.05)
LOSS = CongestionTriggers(loss_share=0.03)
STEERING = {Happening.STEERED, Happening.STEERED_BACK}


def laptop(helper=Tier.WHEN_NEEDED, **others):
    return Laptop(
        wlan0=Link(delay_s=0.015, rate_bit_s=10e6), wwan0=Link(delay_s=0.01, rate_bit_s=10e6, tier=helper), **others
    )


def uploading(place, triggers, seconds=60, *, wait_s=NEVER):
    connection = place.connect(wait_s, congestion=triggers)
    place.every(0.01, seconds, connection.client.write, 2000)
    place.run(1)
    return connection


def steering(place):
    return [each for each in place.reports if each.happening in STEERING]


@pytest.mark.parametrize(
    ("triggers", "trouble", "reason"),
    [(MARKS, {"marks": 0.2}, ExpirationReason.MARKED), (LOSS, {"loss": 0.2}, ExpirationReason.LOSSY)],
    ids=["marks", "loss"],
)
def test_a_congested_path_is_avoided_and_tried_again(triggers, trouble, reason):
    place = laptop()
    connection = uploading(place, triggers)
    assert place.flags(connection) == {WLAN: False, WWAN: True}
    vars(place.links[WLAN]).update(trouble)
    place.run(1.8)
    assert place.flags(connection) == {WLAN: True, WWAN: False}
    view = place.core.view(connection.token)
    assert (view.state, view.reason, view.path, view.helper) == (ExpirationState.STEERED, reason, WLAN, WWAN)
    vars(place.links[WLAN]).update(dict.fromkeys(trouble, 0.0))
    place.run(FIRST_DETOUR_S)
    assert place.flags(connection) == {WLAN: False, WWAN: True}
    assert place.state(connection) is ExpirationState.PRIMARY
    steered, back = steering(place)
    assert (steered.happening, steered.path, steered.helper, steered.reason) == (Happening.STEERED, WLAN, WWAN, reason)
    assert (back.happening, back.path, back.helper) == (Happening.STEERED_BACK, WLAN, WWAN)
    assert back.lasted_s == pytest.approx(FIRST_DETOUR_S, abs=0.2)


@pytest.mark.parametrize("triggers", [None, LOSS], ids=["nothing is set", "only loss is"])
def test_marks_move_nothing_where_nobody_said_so(triggers):
    place = laptop()
    connection = uploading(place, triggers, wait_s=2.0)
    place.links[WLAN].marks = 0.5
    place.run(3)
    assert place.orders == []
    assert place.flags(connection) == {WLAN: False, WWAN: True}


def test_fewer_marks_than_the_share_move_nothing():
    place = laptop()
    uploading(place, CongestionTriggers(marks_share=0.6))
    place.links[WLAN].marks = 0.2
    place.run(5)
    assert place.orders == []


def test_a_few_packets_have_no_share():
    place = laptop()
    connection = place.connect(NEVER, congestion=MARKS)
    place.links[WLAN].marks = 1.0
    place.every(6.0 / LEAST_PACKETS, 20, connection.client.write, 500)
    place.run(20)
    assert place.orders == []


def test_what_is_lost_once_moves_nothing():
    place = laptop()
    uploading(place, LOSS)
    place.links[WLAN].loss = 0.3
    place.run(0.3)
    place.links[WLAN].loss = 0.0
    place.run(5)
    assert place.orders == []


def test_a_path_that_stays_congested_is_avoided_for_longer_each_time():
    place = laptop()
    place.links[WLAN].marks = 0.3
    uploading(place, MARKS)
    place.run(40)
    lasted = [each.lasted_s for each in steering(place) if each.happening is Happening.STEERED_BACK]
    assert len(lasted) >= 3
    assert all(later == pytest.approx(2 * earlier, rel=0.2) for earlier, later in pairwise(lasted))


def test_another_preferred_path_carries_alone_where_there_is_one():
    place = laptop(dsl0=Link(delay_s=0.02, rate_bit_s=10e6))
    connection = uploading(place, MARKS)
    assert place.flags(connection) == {WLAN: False, WWAN: True, DSL: False}
    place.links[WLAN].marks = 0.5
    place.run(1)
    assert place.flags(connection) == {WLAN: True, WWAN: True, DSL: False}
    assert [each.helper for each in steering(place)] == [DSL]


def test_a_reserve_is_not_used_for_congestion():
    place = laptop(Tier.BACKUP)
    uploading(place, MARKS)
    place.links[WLAN].marks = 0.5
    place.run(2)
    assert place.orders == []


def test_a_helper_that_dies_gives_the_congested_path_back():
    place = laptop()
    connection = uploading(place, MARKS, wait_s=0.05)
    place.links[WLAN].marks = 0.3
    place.run(0.8)
    assert place.state(connection) is ExpirationState.STEERED
    place.links[WWAN].is_hole = True
    place.run(0.5)
    assert place.state(connection) is ExpirationState.FAILED_OVER
    assert place.flags(connection) == {WLAN: False}
    place.links[WLAN].marks, place.links[WWAN].is_hole = 0.0, False
    place.run(5)
    assert place.state(connection) is ExpirationState.PRIMARY
    assert place.flags(connection) == {WLAN: False, WWAN: True}


def test_triggers_that_are_taken_back_end_the_detour_at_once():
    place = laptop()
    connection = uploading(place, MARKS)
    place.links[WLAN].marks = 0.3
    place.run(0.8)
    assert place.state(connection) is ExpirationState.STEERED
    place.watch(connection, policy(0.05))
    place.run(0.2)
    assert place.flags(connection) == {WLAN: False, WWAN: True}
    assert place.state(connection) is ExpirationState.PRIMARY
