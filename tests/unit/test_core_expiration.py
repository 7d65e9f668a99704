"""Late data may use the backup: the table, what follows on modelled links, and what holds whatever happens to them."""

import random
from collections import Counter
from ipaddress import ip_address
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mpmanager.core.absences import FIRST_HOLD_S, LONGEST_HOLD_S, QUARANTINE_S
from mpmanager.core.expiration import ACTIONS_PER_S, MOST_ACTIONS, Expiration
from mpmanager.core.expirations import (
    BUSY_INTERVAL_S,
    COMMANDS_PER_S,
    LAG_S,
    MOST_COMMANDS,
    PROBE_SHARED_S,
    Expirations,
)
from mpmanager.core.findings import (
    TRANSITIONS,
    Finding,
    Happening,
    LeaveSubflow,
    ProbePath,
    Rank,
    Report,
    SubflowView,
    TakeBack,
)
from mpmanager.core.subflow_events import ProbeWanted, SubflowFailed
from mpmanager.core.verdicts import LEAST_SILENCE_S
from mpmanager.model.connection import Endpoint, FourTuple, TcpState
from mpmanager.model.expiration import ExpirationReason, ExpirationState
from mpmanager.model.names import LinkName
from mpmanager.model.path import Tier
from mpmanager.model.pathmanager import CreateSubflow, DestroySubflow
from mpmanager.model.policy import NEVER, BigTransfers, CongestionTriggers, PairWait
from mpmanager.model.progress import Progress, SubflowVitals
from unit.transport_model import SERVER, Laptop, Link, policy

WLAN, WWAN, DSL = (LinkName(name) for name in ("wlan0", "wwan0", "dsl0"))
UPLOAD, DOWNLOAD = "client", "server"
BOTH_DIRECTIONS = pytest.mark.parametrize("sender", [UPLOAD, DOWNLOAD], ids=["upload", "download"])
LOCAL = {WLAN: Endpoint(ip_address("10.0.1.2"), 40_000), WWAN: Endpoint(ip_address("10.0.2.2"), 50_000)}
RTT_S = {WLAN: 0.03, WWAN: 0.02, DSL: 0.03}


def thesis_links(**others):
    """Two paths of 10 Mbit/s; the second helps."""
    wlan0 = Link(delay_s=RTT_S[WLAN] / 2, rate_bit_s=10e6)
    wwan0 = Link(delay_s=RTT_S[WWAN] / 2, rate_bit_s=10e6, tier=Tier.WHEN_NEEDED)
    return {"wlan0": wlan0, "wwan0": wwan0, **others}


def laptop(**others):
    return Laptop(**thesis_links(**others))


def messages(place, connection, sender, seconds, *, interval_s=0.02, size=1000):
    place.every(interval_s, seconds, getattr(connection, sender).write, size)


def worst_delay_s(connection, sender):
    return max(getattr(connection, sender).peer.delays)


def failed(place):
    return [each for _time, each in place.orders if isinstance(each, SubflowFailed)]


def probes(place):
    return [(time, each) for time, each in place.orders if isinstance(each, ProbeWanted)]


# The table.


def test_the_table_answers_every_finding_in_every_state():
    assert set(TRANSITIONS) == set(ExpirationState)
    for state in ExpirationState:
        assert set(TRANSITIONS[state]) == set(Finding)


def reachable(state):
    """The states that some findings lead to from there."""
    found, new = {state}, [state]
    while new:
        new = [each for each in set(TRANSITIONS[new.pop()].values()) - found if not found.add(each)] + new
    return found


def test_every_state_is_reached_from_the_first_and_left_again_to_it():
    assert reachable(ExpirationState.PRIMARY) == set(ExpirationState)
    for state in ExpirationState:
        assert ExpirationState.PRIMARY in reachable(state)


def test_what_is_undecided_changes_nothing():
    assert all(TRANSITIONS[state][Finding.UNDECIDED] is state for state in ExpirationState)


# A path that delivers nothing.


def left_while_silent(*, helper_is_proven):
    """The paths that are left while the carrier acknowledges nothing for a second."""
    machine, effects = Expiration(policy(0.05), now=100.0), []
    for step in range(100):
        now = 100.0 + step * 0.01
        machine.take(Progress(1, 1000 + step, 1000, 0), now)
        carrier = silent(WLAN, Rank.PREFERRED, unacknowledged=step, silent_s=step * 0.01)
        views = [carrier, silent(WWAN, Rank.HELPER)._replace(is_proven=helper_is_proven)]
        effects += machine.judge(views, now)
    return {each.path for each in effects if isinstance(each, LeaveSubflow)}


def silent(path, rank, **more):
    """A subflow with a round trip of 20 ms on which nothing moves, unless `more` says so."""
    counts = dict.fromkeys(SubflowVitals._fields[SubflowVitals._fields.index("silent_s") :], 0)
    vitals = SubflowVitals(
        flow=FourTuple(LOCAL[path], SERVER),
        state=TcpState.ESTABLISHED,
        is_backup_there=False,
        **{"rtt_s": 0.02, "min_rtt_s": 0.02, "receiver_rtt_s": None} | counts | more,
    )
    return SubflowView(vitals.flow, path, rank, vitals)


def test_a_dead_path_is_left_only_for_one_that_the_peer_has_accepted():
    assert left_while_silent(helper_is_proven=True) == {WLAN}
    assert left_while_silent(helper_is_proven=False) == set()


def test_a_path_that_was_joined_just_now_is_taken_as_soon_as_its_handshake_was_answered():
    place = laptop()
    place.change_paths(WWAN)
    connection = place.connect(0.05)
    messages(place, connection, UPLOAD, 2)
    place.change_paths()
    place.run(0.1)
    place.links[WLAN].is_hole = True
    place.run(0.3)
    assert place.state(connection) is ExpirationState.FAILED_OVER


@pytest.mark.parametrize("wait_s", [0.005, 0.02, 0.05, 0.2, 0.5])
@BOTH_DIRECTIONS
def test_a_stalled_primary_is_left_after_the_expiration_delay(sender, wait_s):
    place = laptop()
    connection = place.connect(wait_s)
    messages(place, connection, sender, 9)
    place.run(2)
    place.links[WLAN].is_hole = True
    place.run(3)
    assert place.state(connection) is ExpirationState.FAILED_OVER
    assert place.flags(connection) == {WWAN: False}
    place.links[WLAN].is_hole = False
    place.run(5)
    left, returned = (each for each in place.reports if each.happening in {Happening.FAILED_OVER, Happening.RETURNED})
    assert (left.happening, left.path, left.helper) == (Happening.FAILED_OVER, WLAN, WWAN)
    assert (returned.happening, returned.path) == (Happening.RETURNED, WLAN)
    assert left.waited_s >= wait_s / 2
    # The way of one message, the silence, and once more the way of what was stuck.
    assert worst_delay_s(connection, sender) < RTT_S[WLAN] + max(wait_s, LEAST_SILENCE_S) + 0.02 + RTT_S[WWAN]
    assert place.flags(connection) == {WLAN: False, WWAN: True}


@BOTH_DIRECTIONS
def test_a_path_that_was_left_carries_again_after_quarantine_and_hold(sender):
    place = laptop()
    connection = place.connect(0.05)
    messages(place, connection, sender, 8)
    place.run(2)
    place.links[WLAN].is_hole = True
    place.run(0.3)
    assert place.state(connection) is ExpirationState.FAILED_OVER
    place.links[WLAN].is_hole = False
    place.run(3)
    (returned,) = (each for each in place.reports if each.happening is Happening.RETURNED)
    assert max(FIRST_HOLD_S, QUARANTINE_S) <= returned.lasted_s < FIRST_HOLD_S + 0.5
    assert (returned.path, returned.helper) == (WLAN, WWAN)
    assert place.state(connection) is ExpirationState.PRIMARY


def test_a_path_that_answers_again_is_seen_to_be_probed_before_it_carries():
    place = laptop()
    connection = place.connect(0.05)
    messages(place, connection, UPLOAD, 6)
    place.run(1)
    place.links[WLAN].is_hole = True
    place.run(1)
    place.links[WLAN].is_hole = False
    states = set()
    while Happening.RETURNED not in place.happenings():
        place.run(BUSY_INTERVAL_S)
        states.add(place.state(connection))
        if place.state(connection) is ExpirationState.PROBING:
            assert place.flags(connection) == {WLAN: True, WWAN: False}
        assert place.now < 110
    assert states >= {ExpirationState.FAILED_OVER, ExpirationState.PROBING}


def test_the_hold_grows_with_each_relapse_and_is_short_again_after_a_calm_time():
    place = laptop()
    connection = place.connect(0.05)
    messages(place, connection, UPLOAD, 200)

    def fail():
        place.links[WLAN].is_hole = True
        place.run(0.3)
        place.links[WLAN].is_hole = False
        while place.state(connection) is not ExpirationState.PRIMARY:
            place.run(0.1)
        place.run(1.5)
        return place.reports[-1].lasted_s

    place.run(1)
    lasted = [fail() for _ in range(4)]
    assert all(FIRST_HOLD_S * 2**number <= each < FIRST_HOLD_S * 2**number + 0.5 for number, each in enumerate(lasted))
    place.run(100)
    assert fail() < FIRST_HOLD_S + 0.5


def test_no_hold_is_longer_than_the_longest():
    place = laptop()
    connection = place.connect(0.05)
    messages(place, connection, UPLOAD, 400)
    place.run(1)
    for _ in range(9):
        place.links[WLAN].is_hole = True
        place.run(0.3)
        place.links[WLAN].is_hole = False
        while place.state(connection) is not ExpirationState.PRIMARY:
            place.run(0.1)
        place.run(1.5)
    holds = [each.lasted_s for each in place.reports if each.happening is Happening.RETURNED]
    assert all(before <= after + 0.2 for before, after in pairwise(holds))
    assert holds[-1] < LONGEST_HOLD_S + 0.5


@BOTH_DIRECTIONS
def test_when_the_helper_fails_too_the_next_best_carries(sender):
    place = laptop(dsl0=Link(delay_s=0.015, rate_bit_s=10e6, tier=Tier.BACKUP))
    connection = place.connect(0.05)
    messages(place, connection, sender, 8)
    place.run(1)
    place.links[WLAN].is_hole = True
    place.run(1)
    assert place.flags(connection) == {WWAN: False, DSL: True}
    place.links[WWAN].is_hole = True
    place.run(1)
    assert place.flags(connection) == {DSL: False}
    assert [(each.path, each.helper) for each in place.reports] == [(WLAN, WWAN), (WWAN, DSL)]
    place.links[WLAN].is_hole = place.links[WWAN].is_hole = False
    place.run(4)
    assert place.state(connection) is ExpirationState.PRIMARY
    assert place.flags(connection) == {WLAN: False, WWAN: True, DSL: True}
    assert worst_delay_s(connection, sender) < 0.2


@BOTH_DIRECTIONS
def test_when_all_paths_fail_at_once_the_last_one_is_kept_and_all_is_well_afterwards(sender):
    place = laptop()
    connection = place.connect(0.05)
    messages(place, connection, sender, 10)
    place.run(1)
    place.links[WLAN].is_hole = place.links[WWAN].is_hole = True
    place.run(4)
    assert connection.halves, "one subflow is left"
    assert len(failed(place)) <= 1
    place.links[WLAN].is_hole = place.links[WWAN].is_hole = False
    place.run(15)
    assert connection.server.rcv_nxt == connection.client.write_seq
    assert connection.client.rcv_nxt == connection.server.write_seq
    assert place.state(connection) is ExpirationState.PRIMARY
    assert place.flags(connection) == {WLAN: False, WWAN: True}


def test_a_lone_path_is_never_left_whatever_it_does():
    place = Laptop(wlan0=Link(delay_s=0.015, rate_bit_s=10e6))
    connection = place.connect(0.05)
    messages(place, connection, UPLOAD, 6)
    messages(place, connection, DOWNLOAD, 6)
    place.run(1)
    place.links[WLAN].is_hole = True
    place.run(3)
    assert failed(place) == []
    place.links[WLAN].is_hole = False
    place.run(6)
    assert connection.server.rcv_nxt == connection.client.write_seq
    assert connection.client.rcv_nxt == connection.server.write_seq


# A path that is full.


def test_a_full_primary_gets_help_and_the_helper_is_closed_when_data_is_on_time():
    place = laptop()
    connection = place.connect(0.035)
    messages(place, connection, UPLOAD, 2, interval_s=0.001, size=1500)  # 12 Mbit/s
    place.run(2)
    assert set(place.happenings()) == {Happening.OPENED, Happening.CLOSED}
    opened = place.reports[0]
    assert (opened.path, opened.helper, opened.reason) == (WLAN, WWAN, ExpirationReason.BACKLOG)
    assert opened.allowed_s == 0.035 <= opened.waited_s < 0.05
    messages(place, connection, UPLOAD, 3, interval_s=0.01)
    place.run(2)
    assert place.state(connection) is ExpirationState.PRIMARY
    assert place.flags(connection) == {WLAN: False, WWAN: True}
    assert place.reports[-1].happening is Happening.CLOSED
    assert failed(place) == []
    assert worst_delay_s(connection, UPLOAD) < 0.2


@pytest.mark.parametrize("load", [0.2, 0.5, 0.8])
def test_a_primary_that_suffices_gets_no_help(load):
    place = laptop()
    connection = place.connect(0.035)
    messages(place, connection, UPLOAD, 5, interval_s=0.0012 / load, size=1440)
    place.run(6)
    assert place.reports == []


@BOTH_DIRECTIONS
def test_a_hole_is_not_helped_by_opening(sender):
    place = laptop()
    connection = place.connect(0.05)
    messages(place, connection, sender, 4)
    place.run(1)
    place.links[WLAN].is_hole = True
    place.run(2)
    assert place.happenings() == [Happening.FAILED_OVER]


def test_a_wait_of_nothing_pools_all_paths_that_help():
    place = laptop(dsl0=Link(delay_s=0.015, rate_bit_s=10e6, tier=Tier.BACKUP))
    connection = place.connect(0.0)
    assert place.flags(connection) == {WLAN: False, WWAN: False, DSL: True}
    messages(place, connection, UPLOAD, 5, interval_s=0.001, size=1800)
    place.run(6)
    assert place.reports == []
    assert worst_delay_s(connection, UPLOAD) < 0.1


def test_pooled_paths_of_which_one_fails_carry_on_with_the_other():
    place = laptop()
    connection = place.connect(0.0)
    messages(place, connection, UPLOAD, 6, interval_s=0.002, size=1400)
    place.run(2)
    place.links[WWAN].is_hole = True
    place.run(1)
    assert place.flags(connection) == {WLAN: False}
    place.links[WWAN].is_hole = False
    place.run(4)
    assert place.flags(connection) == {WLAN: False, WWAN: False}
    assert {each.path for each in place.reports if each.happening is Happening.FAILED_OVER} == {WWAN}


def test_the_helper_with_the_shortest_wait_for_a_pair_is_the_one_that_opens():
    place = laptop(dsl0=Link(delay_s=0.03, rate_bit_s=10e6, tier=Tier.WHEN_NEEDED))
    connection = place.connect(0.5, PairWait(carrier=WLAN, helper=DSL, wait_s=0.03))
    messages(place, connection, UPLOAD, 2, interval_s=0.001, size=1500)
    place.run(2)
    opened = [each for each in place.reports if each.happening is Happening.OPENED]
    assert {(each.helper, each.allowed_s) for each in opened} == {(DSL, 0.03)}
    assert opened[0].waited_s < 0.05


# Programs that pause are no paths that fail.


def bursts(place, sender, *, size, pause_s, seconds):
    place.every(pause_s, seconds, sender.write, size)


def answer_requests(place, connection, *, size, think_s, until):
    """The client asks, the server answers at once, the client thinks."""

    def ask():
        if place.now < until:
            connection.client.write(200)

    connection.server.received = lambda: connection.server.write(size)
    total = {"seen": connection.client.rcv_nxt}

    def got():
        if connection.client.rcv_nxt - total["seen"] >= size:
            total["seen"] = connection.client.rcv_nxt
            place.at(place.now + think_s, ask)

    connection.client.received = got
    ask()


@pytest.mark.parametrize("wait_s", [0.0, 0.01, 0.05])
@BOTH_DIRECTIONS
def test_a_program_that_falls_silent_is_no_failed_path(sender, wait_s):
    place = laptop()
    connection = place.connect(wait_s)
    for _ in range(6):
        messages(place, connection, sender, 1)
        place.run(4)
    assert failed(place) == []
    assert place.state(connection) is ExpirationState.PRIMARY
    carriers = 2 if wait_s == 0 else 1
    assert len(probes(place)) <= 6 * carriers if sender == DOWNLOAD else probes(place) == []


@pytest.mark.parametrize(
    ("size", "pause_s"),
    [(1_000, 0.03), (20_000, 0.03), (1_000, 0.11), (20_000, 0.11), (60_000, 0.11), (1_000, 0.7), (60_000, 0.7)],
)
@BOTH_DIRECTIONS
def test_a_program_that_sends_in_bursts_is_no_failed_path(sender, size, pause_s):
    place = laptop()
    connection = place.connect(0.05)
    bursts(place, getattr(connection, sender), size=size, pause_s=pause_s, seconds=15)
    place.run(17)
    assert failed(place) == []
    assert place.state(connection) is ExpirationState.PRIMARY


@pytest.mark.parametrize("size", [500, 50_000])
@pytest.mark.parametrize("think_s", [0.001, 0.1, 0.5])
def test_requests_and_answers_are_no_failed_path(size, think_s):
    place = laptop()
    connection = place.connect(0.05)
    answer_requests(place, connection, size=size, think_s=think_s, until=place.now + 15)
    place.run(17)
    assert connection.client.rcv_nxt > 4 * size
    assert failed(place) == []
    assert len(probes(place)) <= 15


def test_loss_that_is_repaired_in_time_is_no_failed_path():
    place = laptop()
    place.links[WLAN].loss = 0.01
    connection = place.connect(0.1)
    messages(place, connection, UPLOAD, 20)
    place.run(21)
    assert failed(place) == []
    assert connection.server.rcv_nxt == connection.client.write_seq


# Downloads: silence is asked about.


def test_a_download_that_stops_is_asked_about_and_an_answer_settles_it():
    place = laptop()
    connection = place.connect(0.05)
    messages(place, connection, DOWNLOAD, 2)
    states = set()
    for _ in range(1000):
        place.run(BUSY_INTERVAL_S)
        states.add(place.state(connection))
    ((_time, probe),) = probes(place)
    assert probe.flow == connection.initial
    assert states == {ExpirationState.PRIMARY, ExpirationState.SUSPECT}
    assert place.state(connection) is ExpirationState.PRIMARY
    assert place.reports == []
    assert len(connection.halves) == 2, "the probe is gone again"
    assert not any(
        isinstance(each, DestroySubflow) and each.flow in connection.halves for _time, each in place.commands
    )


def test_silence_is_asked_about_before_the_path_is_left():
    place = laptop()
    connection = place.connect(0.05)
    messages(place, connection, DOWNLOAD, 5)
    place.run(2)
    place.links[WLAN].is_hole = True
    place.run(2)
    (report,) = place.reports
    assert report.reason is ExpirationReason.PROBE_UNANSWERED
    (asked,) = (time for time, _probe in probes(place))
    (left,) = (time for time, each in place.orders if isinstance(each, SubflowFailed))
    assert RTT_S[WLAN] < left - asked < RTT_S[WLAN] + 0.05


def test_the_pauses_of_a_program_are_learned_and_not_asked_about_again():
    place = laptop()
    connection = place.connect(0.05)
    for _ in range(20):
        messages(place, connection, DOWNLOAD, 0.3)
        place.run(0.8)
    assert failed(place) == []
    assert 1 <= len(probes(place)) <= 3


def test_a_server_leaves_a_path_that_is_silent_but_never_probes():
    place = laptop()
    connection = place.connect(0.05)
    orders, core = [], Expirations()
    core.set_paths(list(place.core._paths.values()))
    core.watch(connection.token, policy(0.05), is_server_side=True, now=place.now)
    messages(place, connection, DOWNLOAD, 3, interval_s=0.02)
    seen = Progress(connection.token, 1_000_000, 1_000_000, 0)
    standing = place.manager.standing(connection.token)
    vitals = [connection.halves[each.flow].vitals(each.flow, 0.0)._replace(silent_s=0.0) for each in standing]
    now = place.now

    def look(seen, vitals, now):
        if core.take(seen, now):
            orders.extend(core.judge(connection.token, list(zip(standing, vitals, strict=True)), now).orders)

    for step in range(250):  # data comes steadily, then nothing for half a second
        now += BUSY_INTERVAL_S
        received = min(step, 125) // 5 * 1000
        heard = [each._replace(received_segments=received // 1000) for each in vitals]
        look(seen._replace(rcv_nxt=received), heard, now)
    assert orders == []
    stuck = [vitals[0]._replace(unacknowledged=4), *vitals[1:]]
    for step in range(60):
        now += BUSY_INTERVAL_S
        silent_s = step * BUSY_INTERVAL_S
        look(seen._replace(write_seq=1_004_000), [stuck[0]._replace(silent_s=silent_s), *stuck[1:]], now)
        if orders:
            break
    (order,) = orders
    assert isinstance(order, SubflowFailed)
    assert order.flow == connection.initial
    assert 0.05 < step * BUSY_INTERVAL_S < 0.15


# What many connections share, and what bounds them.


def test_who_was_late_himself_draws_no_conclusions_for_a_while():
    place = laptop()
    connection = place.connect(0.05)
    messages(place, connection, UPLOAD, 3)
    place.run(1)
    place.links[WLAN].is_hole = True
    for _ in range(50):
        place.core.note_lag(2 * LAG_S, place.now)
        place.run(0.01)
    assert place.orders == []
    place.run(0.2)
    assert len(failed(place)) == 1


def test_no_probe_is_unanswered_while_the_kernel_has_told_what_is_not_taken_in_yet():
    place = laptop()
    connection = place.connect(0.05)
    messages(place, connection, DOWNLOAD, 1)
    place.run(1)
    waiting, take_in = [], place._establish
    place._establish = lambda *answer: waiting.append(answer)
    place.core.note_behind(is_behind=True)
    place.run(0.5)
    assert probes(place), "the server has stopped"
    assert waiting, "the path has answered"
    assert failed(place) == []
    for answer in waiting:
        take_in(*answer)
    place._establish = take_in
    place.core.note_behind(is_behind=False)
    place.run(0.5)
    assert failed(place) == []
    assert place.state(connection) is ExpirationState.PRIMARY


@pytest.mark.parametrize("late_s", [0.3, 1.0, 5.0])
@pytest.mark.parametrize("tier", [Tier.WHEN_NEEDED, Tier.BACKUP])
def test_what_was_written_just_before_a_late_look_is_no_older_than_that(late_s, tier):
    place = Laptop(wlan0=Link(delay_s=0.15, rate_bit_s=10e6), wwan0=Link(delay_s=0.01, rate_bit_s=10e6, tier=tier))
    connection = place.connect(0.05)
    place.run(3)
    place.at(place.now + late_s - 0.01, connection.client.write, 1000)
    place.be_late(late_s)
    place.run(1)
    assert (place.orders, place.reports) == ([], []), "its acknowledgement takes a round trip"


def test_what_was_acknowledged_just_before_a_late_look_is_no_hole():
    wwan0 = Link(delay_s=0.01, rate_bit_s=20e6, tier=Tier.BACKUP)
    place = Laptop(wlan0=Link(delay_s=0.35, rate_bit_s=20e6), wwan0=wwan0)
    connection = place.connect(0.05)
    place.every(0.02, 10, connection.client.write, 5000)  # more than the window lets out: it goes in bursts
    for seconds in (1.3, 1.4, 1.5, 1.6):
        place.run(seconds)
        place.be_late(2.0)
    place.run(1)
    assert failed(place) == []


@pytest.mark.parametrize("leap_s", [0.3, 5.0, 30_000.0])
@BOTH_DIRECTIONS
def test_a_clock_that_leaps_while_the_machine_sleeps_fails_no_path(sender, leap_s):
    place = laptop()
    connection = place.connect(0.05)
    for _ in range(3):
        messages(place, connection, sender, 1)
        place.run(0.513)
        place.leap(leap_s)
        place.run(3)
    assert failed(place) == []
    assert place.state(connection) is ExpirationState.PRIMARY
    messages(place, connection, sender, 3)
    place.run(1)
    place.links[WLAN].is_hole = True
    place.run(2)
    assert len(failed(place)) == 1, "what fails afterwards is found as ever"


def test_connections_share_verdicts_and_one_probe_per_path():
    place = laptop()
    connections = [place.connect(0.05) for _ in range(8)]
    for each in connections:
        messages(place, each, DOWNLOAD, 4)
    place.run(1.5)
    place.links[WLAN].is_hole = True
    place.run(1)
    assert Counter(each.happening for each in place.reports) == {Happening.FAILED_OVER: 8}
    assert {each.reason for each in place.reports} == {
        ExpirationReason.PROBE_UNANSWERED,
        ExpirationReason.FOUND_BY_OTHERS,
    }
    asked = [time for time, _probe in probes(place)]
    assert all(after - before >= PROBE_SHARED_S for before, after in pairwise(asked))
    assert all(worst_delay_s(each, DOWNLOAD) < 0.2 for each in connections)


def test_an_answered_probe_settles_it_for_all_connections_of_the_path():
    place = laptop()
    connections = [place.connect(0.05) for _ in range(5)]
    for each in connections:
        messages(place, each, DOWNLOAD, 1)
    place.run(4)
    assert failed(place) == []
    assert all(place.state(each) is ExpirationState.PRIMARY for each in connections)
    assert 1 <= len(probes(place)) <= 3


def test_all_connections_together_stay_within_their_budget():
    place = laptop()
    connections = [place.connect(0.05) for _ in range(70)]
    for each in connections:
        messages(place, each, UPLOAD, 3, interval_s=0.1, size=100)
    place.run(0.5)
    place.orders.clear()
    began = place.now
    place.links[WLAN].is_hole = True
    place.run(2)
    for number, (time, _order) in enumerate(place.orders, 1):
        assert number <= MOST_COMMANDS + COMMANDS_PER_S * (time - began) + 3
    assert len(failed(place)) == 70


def test_a_policy_that_is_never_is_nothing_to_be_watched():
    assert policy(NEVER).is_stock
    assert not policy(NEVER, PairWait(carrier=WLAN, helper=WWAN, wait_s=0.05)).is_stock
    assert not policy(0.05).is_stock


def test_a_big_transfer_moves_to_its_path_and_back_when_it_has_calmed_down():
    place = laptop()
    connection = place.connect(0.05, big=BigTransfers(path=WWAN, over_bytes=500_000))
    messages(place, connection, DOWNLOAD, 4, interval_s=0.01, size=8_000)
    place.run(2)
    assert place.flags(connection) == {WLAN: True, WWAN: False}
    place.run(8)
    assert place.flags(connection) == {WLAN: False, WWAN: True}
    assert [each.is_back for each in place.reports] == [False, True]
    assert failed(place) == []


def test_a_policy_that_changes_is_in_force_at_once():
    place = laptop()
    connection = place.connect(2.0)
    messages(place, connection, UPLOAD, 8)
    place.run(1)
    place.links[WLAN].is_hole = True
    place.run(0.5)
    assert failed(place) == []
    place.watch(connection, policy(0.05))
    place.run(0.1)
    assert len(failed(place)) == 1


def test_a_connection_that_is_let_go_gets_back_what_the_tiers_say():
    place = laptop()
    connection = place.connect(0.0)
    assert place.flags(connection) == {WLAN: False, WWAN: False}
    for order in place.core.forget(connection.token):
        place._obey(order)
    assert place.flags(connection) == {WLAN: False, WWAN: True}


@BOTH_DIRECTIONS
def test_a_peer_that_ignores_withdrawn_addresses_gets_its_data_through_in_the_end(sender):
    place = laptop()
    place.ignores_withdrawals = True
    connection = place.connect(0.05)
    messages(place, connection, sender, 6)
    place.run(2)
    place.links[WLAN].is_hole = True
    place.run(1)
    assert place.flags(connection) == {WWAN: False}, "the path is left as far as this side can"
    place.links[WLAN].is_hole = False
    place.run(8)
    assert place.state(connection) is ExpirationState.PRIMARY
    assert place.flags(connection) == {WLAN: False, WWAN: True}
    end = getattr(connection, sender)
    assert end.peer.rcv_nxt == end.write_seq, "everything has arrived"


@BOTH_DIRECTIONS
def test_a_peer_that_refuses_to_be_joined_again_keeps_what_carries(sender):
    place = laptop()
    connection = place.connect(0.05)
    messages(place, connection, sender, 40)
    place.run(2)
    place.refuses_joins = True
    place.links[WLAN].is_hole = True
    place.run(1)
    place.links[WLAN].is_hole = False
    place.run(30)
    assert place.flags(connection) == {WWAN: False}
    assert place.state(connection) is ExpirationState.FAILED_OVER
    place.refuses_joins = False
    place.run(100)
    assert place.flags(connection) == {WLAN: False, WWAN: True}, "it was asked again after some time"
    assert worst_delay_s(connection, sender) < 0.2
    asked = [time for time, each in place.commands if isinstance(each, CreateSubflow)]
    assert len(asked) < 60, "whoever refuses is not asked for ever"


def test_a_peer_that_refuses_probes_has_answered_them():
    place = laptop()
    connection = place.connect(0.05)
    messages(place, connection, DOWNLOAD, 2)
    place.run(1.5)
    place.refuses_joins = True
    place.run(2)
    assert probes(place), "the silence was asked about"
    assert failed(place) == []
    assert place.state(connection) is ExpirationState.PRIMARY


def test_where_packets_are_lost_what_follows_shows_it_and_nobody_is_asked():
    place = laptop()
    connection = place.connect(0.05)
    messages(place, connection, DOWNLOAD, 20)
    place.run(2)
    place.links[WLAN].loss = 0.03
    place.run(18)
    assert len(probes(place)) <= 3, "one for the first that was lost, and where two are in a row"
    assert failed(place) == []


def test_a_path_that_is_gone_is_not_waited_for():
    place = laptop()
    connection = place.connect(0.05)
    messages(place, connection, UPLOAD, 10)
    place.run(1)
    place.links[WLAN].is_hole = True
    place.run(1)
    place.change_paths(WLAN)
    place.run(1)
    assert not place.machine(connection).absences.paths
    place.links[WLAN].is_hole = False
    place.change_paths()
    place.run(5)
    assert place.state(connection) is ExpirationState.PRIMARY
    assert place.flags(connection) == {WLAN: False, WWAN: True}


# Whatever happens.

LINKS = st.sampled_from([WLAN, WWAN, DSL])
STEPS = st.one_of(
    st.tuples(st.just("hole"), LINKS, st.booleans()),
    st.tuples(st.just("loss"), LINKS, st.sampled_from([0.0, 0.05, 0.4])),
    st.tuples(st.just("marks"), LINKS, st.sampled_from([0.0, 0.3])),
    st.tuples(st.just("slow"), LINKS, st.sampled_from([0.5e6, 10e6])),
    st.tuples(st.just("send"), st.sampled_from([UPLOAD, DOWNLOAD]), st.sampled_from([500, 30_000, 200_000])),
    st.tuples(st.just("stream"), st.sampled_from([UPLOAD, DOWNLOAD]), st.floats(0.1, 1.5)),
    st.tuples(st.just("wait"), st.none(), st.floats(0.02, 1.2)),
)
WAITS = st.sampled_from([0.0, 0.01, 0.05, 0.3])
STORIES = settings(max_examples=100, deadline=None)


class Story:
    """Three paths and one connection, to which things happen."""

    def __init__(self, wait_s, seed):
        links = thesis_links(dsl0=Link(delay_s=0.02, rate_bit_s=10e6, tier=Tier.BACKUP))
        self.place = Laptop(seed=seed, **links)
        triggers = CongestionTriggers(marks_share=0.05, loss_share=0.1) if seed % 2 else None
        self.connection = self.place.connect(wait_s, congestion=triggers)

    def tell(self, steps):
        for kind, what, value in steps:
            match kind:
                case "hole":
                    self.place.links[what].is_hole = value
                case "loss":
                    self.place.links[what].loss = value
                case "marks":
                    self.place.links[what].marks = value
                case "slow":
                    self.place.links[what].rate_bit_s = value
                case "send":
                    getattr(self.connection, what).write(value)
                case "stream":
                    messages(self.place, self.connection, what, value)
                case "wait":
                    self.place.run(value)
            self.place.run(0.1)

    def heal(self):
        for each in self.place.links.values():
            each.is_hole, each.loss, each.marks, each.rate_bit_s = False, 0.0, 0.0, 10e6


@STORIES
@given(st.lists(STEPS, max_size=15), WAITS, st.integers(0, 2**16))
def test_whatever_happens_no_more_is_done_than_the_budget_allows(steps, wait_s, seed):
    story = Story(wait_s, seed)
    story.tell(steps)
    costly = [time for time, each in story.place.orders if isinstance(each, SubflowFailed | ProbeWanted)]
    for first in range(len(costly)):
        for last in range(first, len(costly)):
            assert last - first + 1 <= MOST_ACTIONS + ACTIONS_PER_S * (costly[last] - costly[first])
    told = len(story.place.reports)
    assert told <= MOST_ACTIONS + ACTIONS_PER_S * (story.place.now - 100)


def replies_after_a_hole_that_begins_in_silence(wait_s=0.05, *, silent_s=0.15):
    """The hole begins while nothing is on its way, and the server has something to say after a while."""
    place = laptop()
    connection = place.connect(wait_s)
    messages(place, connection, DOWNLOAD, 2)
    place.run(2 + silent_s)
    place.links[WLAN].is_hole = True
    place.run(0.5)
    connection.server.write(1000)
    place.run(1.5)
    return place, connection


def test_heartbeats_find_a_path_that_dies_while_nothing_is_on_its_way():
    place, connection = replies_after_a_hole_that_begins_in_silence()
    assert place.state(connection) is ExpirationState.FAILED_OVER
    (left,) = (each for each in place.reports if each.happening is Happening.FAILED_OVER)
    assert (left.path, left.reason, left.waited_s) == (WLAN, ExpirationReason.PROBE_UNANSWERED, None)
    assert connection.server.peer.delays[-1] < 0.05, "the server sends over the path that lives"


def test_nobody_is_asked_while_data_comes_nor_long_after():
    place = laptop()
    connection = place.connect(0.05)
    messages(place, connection, DOWNLOAD, 3)
    place.run(0.5)
    del place.beats[:]
    place.run(2.4)
    assert place.beats == [], "data is a heartbeat"
    place.run(3)
    assert 10 <= len(place.beats) <= 21
    assert {each.path for _time, each in place.beats} == {WLAN}
    del place.beats[:]
    place.run(5)
    assert place.beats == []


def test_whoever_may_wait_for_ever_is_asked_nothing():
    place, _connection = replies_after_a_hole_that_begins_in_silence(NEVER)
    assert place.beats == []
    assert place.orders == []


def test_missed_heartbeats_of_a_path_that_lives_move_nothing(monkeypatch):
    place = laptop()
    connection = place.connect(0.05)
    messages(place, connection, DOWNLOAD, 2)
    place.run(2.15)
    monkeypatch.setattr(place, "_hear_beat", lambda _beat: None)
    place.run(3)
    assert probes(place), "the path was asked by a join"
    assert failed(place) == []
    assert place.state(connection) is ExpirationState.PRIMARY


@pytest.mark.parametrize("late_s", [0.3, 1.5, 4.0])
def test_a_path_that_dies_while_nobody_looks_is_found_silent_all_the_same(late_s):
    place = laptop()
    connection = place.connect(0.05)
    messages(place, connection, DOWNLOAD, 8)
    place.run(2)
    place.links[WLAN].is_hole = True
    place.be_late(late_s)
    place.run(0.5)
    assert place.flags(connection) == {WWAN: False}
    assert [(each.path, each.reason) for each in place.reports] == [(WLAN, ExpirationReason.PROBE_UNANSWERED)]


class PassedOver:
    """A machine whose peer sends every 20 ms over the helper alone, whatever it was asked for; a second is one look."""

    def __init__(self, *, carrier_segments=lambda _step: 0, answers=False, last_step=65 * 50):
        self.machine, self.effects, self.asked = Expiration(policy(0.05), now=100.0), [], []
        for step in range(1, 65 * 50):
            now = 100.0 + step * 0.02
            if self.machine.take(Progress(1, 1000, 1000, min(step, last_step)), now):
                views = [
                    silent(WLAN, Rank.PREFERRED, received_segments=carrier_segments(step)),
                    silent(WWAN, Rank.HELPER, received_segments=step),
                ]
                effects = self.machine.judge(views, now)
                self.effects += effects
                if any(isinstance(each, ProbePath) for each in effects):
                    self.asked.append(now - 100)
                    if answers:
                        self.machine.note_answer()
                if any(isinstance(each, LeaveSubflow) for each in effects):
                    break


def test_a_path_over_which_nothing_comes_while_data_comes_by_others_is_asked_and_left():
    place = PassedOver()
    assert len(place.asked) == 1
    assert 1 < place.asked[0] < 2.5
    (report,) = (each for each in place.effects if isinstance(each, Report))
    assert (report.path, report.helper, report.waited_s) == (WLAN, WWAN, None)
    assert report.reason is ExpirationReason.PROBE_UNANSWERED


def test_a_peer_that_sends_where_it_likes_is_asked_once_a_minute_and_nothing_is_left():
    place = PassedOver(answers=True)
    assert len(place.asked) == 2
    assert 60 < place.asked[1] - place.asked[0] < 63
    assert place.effects == [ProbePath(flow=FourTuple(LOCAL[WLAN], SERVER))] * 2
    assert place.machine.state is ExpirationState.PRIMARY


def test_a_peer_that_is_asked_while_data_comes_is_asked_as_soon_as_ever_when_that_stops():
    place = PassedOver(answers=True, last_step=200)
    assert 4 < place.asked[1] < 4.05


def test_a_path_over_which_something_comes_now_and_then_is_not_passed_over():
    assert PassedOver(carrier_segments=lambda step: step // 40).asked == []


class Stream:
    """A machine that receives much, every 10 ms, over two paths with a round trip of 20 ms."""

    def __init__(self, wait_s, *, is_server=False):
        self.now, self.received = 100.0, 0
        self.machine = Expiration(policy(wait_s), now=self.now, may_probe=not is_server)
        self.reports = []

    def receive(self, receiver_rtt_s, *, seconds=1.0, size=20_000, interval_s=0.01):
        for _ in range(round(seconds / interval_s)):
            self.now += interval_s
            self.received += size
            if self.machine.take(Progress(1, 1000, 1000, self.received), self.now):
                carrier = silent(WLAN, Rank.PREFERRED, receiver_rtt_s=receiver_rtt_s, received_segments=self.received)
                views = [carrier, silent(WWAN, Rank.HELPER, receiver_rtt_s=0.02)]
                self.reports += self.machine.judge(views, self.now)


def test_a_download_that_waits_in_a_full_path_gets_help_until_the_queue_is_short():
    stream = Stream(0.05)
    stream.receive(0.06)
    assert stream.machine.state is ExpirationState.PRIMARY
    stream.receive(0.2)
    assert stream.machine.state is ExpirationState.AGGREGATE
    stream.receive(0.03)
    assert stream.machine.state is ExpirationState.PRIMARY
    opened, closed = stream.reports
    assert (opened.happening, opened.path, opened.helper) == (Happening.OPENED, WLAN, WWAN)
    assert opened.waited_s == pytest.approx(0.17, abs=0.011), "less the longest pause of whoever sends"
    assert closed.happening is Happening.CLOSED


@pytest.mark.parametrize("wait_s", [0.5, NEVER])
def test_a_helper_is_closed_when_what_waits_may_wait_for_longer_from_now_on(wait_s):
    stream = Stream(0.05)
    stream.receive(0.06)
    stream.receive(0.2)
    assert stream.machine.state is ExpirationState.AGGREGATE
    stream.machine.set_policy(policy(wait_s), now=stream.now)
    stream.receive(0.2)
    assert stream.machine.state is ExpirationState.PRIMARY
    assert [each.happening for each in stream.reports] == [Happening.OPENED, Happening.CLOSED]


@pytest.mark.parametrize(
    ("is_server", "receiving"),
    [(True, {}), (False, {"size": 500}), (False, {"size": 50_000, "interval_s": 0.2})],
    ids=["it is the client who opens paths", "little is no stream", "pauses of whoever sends are no queue"],
)
def test_a_long_round_trip_of_a_receiver_is_no_queue(is_server, receiving):
    stream = Stream(0.05, is_server=is_server)
    stream.receive(0.2, seconds=4, **receiving)
    assert stream.reports == []


class Madhouse:
    """Two paths whose figures make no sense, and which are joined again as soon as they were left."""

    def __init__(self, wait_s, draw):
        self.draw, self.now = draw, 100.0
        self.machine = Expiration(policy(wait_s), now=self.now)
        self.progress = Progress(1, 1000, 1000, 0)
        self.flows = {WLAN: FourTuple(LOCAL[WLAN], SERVER), WWAN: FourTuple(LOCAL[WWAN], SERVER)}
        self.counts = dict.fromkeys(SubflowVitals._fields[SubflowVitals._fields.index("unacknowledged") :], 0)
        self.mood = {}

    def look(self):
        self.now += BUSY_INTERVAL_S
        if self.draw.random() < 0.1:
            self.mood = {name: self.draw.choice([0, 0, 1, 1000]) for name in ("write_seq", "snd_una", "rcv_nxt")}
        moved = {name: getattr(self.progress, name) + by for name, by in self.mood.items()}
        if moved:
            moved["write_seq"] = max(moved["write_seq"], moved["snd_una"])
        self.progress = self.progress._replace(**moved)
        if not self.machine.take(self.progress, self.now):
            return ()
        views = [self._view(name, rank) for name, rank in ((WLAN, Rank.PREFERRED), (WWAN, Rank.HELPER))]
        effects = self.machine.judge(views, self.now)
        left = [each for each in effects if isinstance(each, LeaveSubflow)]
        assert len(left) < len(views), "all subflows were given up"
        for each in left:
            flow = self.flows[each.path]
            self.flows[each.path] = FourTuple(flow.local._replace(port=flow.local.port + 1), flow.remote)
        return effects

    def _view(self, path, rank):
        choose = self.draw.choice
        self.counts = {name: count + choose([0, 0, 1, 5]) for name, count in self.counts.items()}
        vitals = SubflowVitals(
            flow=self.flows[path],
            state=TcpState.ESTABLISHED,
            is_backup_there=False,
            rtt_s=0.03,
            min_rtt_s=0.02,
            receiver_rtt_s=None,
            silent_s=choose([0.0, 1.0]),
            **self.counts | {"unacknowledged": choose([0, 9]), "delivery_rate_byte_s": choose([0, 10, 1_000_000])},
        )
        return SubflowView(self.flows[path], path, rank, vitals)


@settings(max_examples=30, deadline=None)
@given(WAITS, st.integers(0, 2**16))
def test_no_figures_whatever_make_a_connection_cost_more_than_its_budget(wait_s, seed):
    place = Madhouse(wait_s, random.Random(seed))  # noqa: S311  # no secret
    done = 0
    for step in range(1, 500):
        done += sum(not isinstance(each, TakeBack) for each in place.look())
        assert done <= MOST_ACTIONS + ACTIONS_PER_S * BUSY_INTERVAL_S * step


@STORIES
@given(
    st.lists(
        st.tuples(st.sampled_from([UPLOAD, DOWNLOAD]), st.sampled_from([100, 1000, 9000]), st.floats(0.001, 1.5)),
        max_size=30,
    ),
    WAITS,
)
def test_a_healthy_path_is_never_left_for_idleness(writes, wait_s):
    place = laptop()
    connection = place.connect(wait_s)
    for sender, size, pause_s in writes:
        getattr(connection, sender).write(size)
        place.run(pause_s)
    place.run(3)
    assert failed(place) == []
    assert place.state(connection) is ExpirationState.PRIMARY


@BOTH_DIRECTIONS
def test_whoever_may_wait_for_ever_is_never_helped_though_big_transfers_are_moved(sender):
    place = laptop()
    connection = place.connect(NEVER, big=BigTransfers(path=WWAN, over_bytes=10_000_000))
    messages(place, connection, sender, 6)
    place.run(1)
    place.links[WLAN].is_hole = True
    place.run(3)
    assert place.orders == []
    assert place.flags(connection) == {WLAN: False, WWAN: True}


@BOTH_DIRECTIONS
def test_whoever_may_wait_for_ever_on_this_pair_is_never_helped(sender):
    place = laptop()
    connection = place.connect(0.05, PairWait(carrier=WLAN, helper=WWAN, wait_s=NEVER))
    messages(place, connection, sender, 6)
    place.run(1)
    place.links[WLAN].is_hole = True
    place.run(3)
    assert place.orders == []


def test_a_path_that_fails_right_after_its_return_is_found_silent_and_not_full_of_holes():
    place = laptop()
    connection = place.connect(0.05)
    messages(place, connection, UPLOAD, 20)
    place.run(1)
    for _ in range(3):
        place.links[WLAN].is_hole = True
        place.run(0.3)
        place.links[WLAN].is_hole = False
        while place.state(connection) is not ExpirationState.PRIMARY:
            place.run(0.1)
    left = [each for each in place.reports if each.happening is Happening.FAILED_OVER]
    assert {each.reason for each in left} == {ExpirationReason.SILENT}
    assert worst_delay_s(connection, UPLOAD) < 0.11


@STORIES
@example(
    [("hole", WLAN, True), ("hole", WWAN, True), ("hole", DSL, True), ("send", UPLOAD, 200_000), ("wait", None, 0.5)],
    0.01,
    0,
)
@given(st.lists(STEPS, max_size=15), WAITS, st.integers(0, 2**16))
def test_whatever_happened_all_is_as_at_first_when_paths_are_well_again(steps, wait_s, seed):
    story = Story(wait_s, seed)
    place, connection = story.place, story.connection
    before = place.flags(connection)
    story.tell(steps)
    story.heal()
    place.run(90)
    machine = place.machine(connection)
    assert machine.state is ExpirationState.PRIMARY
    assert (machine.opened, machine.absences.paths, machine.detours.paths) == ({}, frozenset(), frozenset())
    assert place.flags(connection) == before
    assert len(connection.halves) == 3, "one subflow on each path"
    assert connection.server.rcv_nxt == connection.client.write_seq, "everything has arrived"
    assert connection.client.rcv_nxt == connection.server.write_seq
    assert connection.client.snd_una == connection.client.write_seq


def test_a_changed_network_is_no_reason_to_tell_that_a_transfer_has_calmed_down():
    place = laptop()
    connection = place.connect(0.05, big=BigTransfers(path=WWAN, over_bytes=10_000_000))
    messages(place, connection, UPLOAD, 2)
    place.run(1)
    place.change_paths()
    place.run(1)
    assert place.reports == []
