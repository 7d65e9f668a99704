"""When a path is asked whether it is alive, whom, and what silence then means."""

import heapq
from collections import Counter
from ipaddress import ip_address
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpmanager.core.heartbeats import (
    ACTIVE_S,
    HEARTBEAT_S,
    MISSES,
    MOST_FALSE_ALARMS,
    MOST_PEERS,
    MOST_UNANSWERED,
    REST_S,
    Heartbeats,
)
from mpmanager.core.suspicion import PROBE_EXTRA_S, PROBE_FACTOR
from mpmanager.model.names import LinkName

WLAN, WWAN = LinkName("wlan0"), LinkName("wwan0")
LOCAL = {WLAN: ip_address("192.0.2.10"), WWAN: ip_address("198.51.100.10")}
INDEX = {WLAN: 2, WWAN: 3}
SERVER, OTHER = ip_address("198.18.0.200"), ip_address("198.18.0.201")
RTT_S = 0.03
LIMIT_S = PROBE_FACTOR * RTT_S + PROBE_EXTRA_S
LOOK_S = 0.004


class Road:
    """Paths with peers behind them, looked at every few milliseconds. The clock begins at 1000 s."""

    def __init__(self, *, answering=(SERVER,), rtt_s=RTT_S, look_s=LOOK_S):
        self.heartbeats = Heartbeats()
        self.answering, self.rtt_s, self.look_s = set(answering), rtt_s, look_s
        self.holes = set()
        self.now = 1000.0
        self.beats, self.suspicions = [], []
        self._answers = []

    def data(self, path=WLAN, peer=SERVER, *, is_heard=True):
        """Something moves, and is heard where it does not only leave."""
        self.carry(path, peer)
        if is_heard:
            self.heartbeats.note_heard(path, self.now)
        return self

    def carry(self, path=WLAN, peer=SERVER):
        self.heartbeats.note_carrying(
            path, interface_index=INDEX[path], local=LOCAL[path], peer=peer, rtt_s=RTT_S, moved=self.now
        )

    def run(self, seconds):
        for _look in range(round(seconds / self.look_s)):
            self.step(self.look_s)
        return self

    def step(self, seconds):
        """Answers come in while time passes; then comes a look."""
        end = self.now + seconds
        while self._answers and self._answers[0][0] <= end:
            self.now, _number, beat = heapq.heappop(self._answers)
            if beat.path not in self.holes:
                self.heartbeats.note_answer(beat.path, beat.peer, beat.sequence, self.now)
        self.now = end
        self.look()

    def look(self):
        for beat in self.heartbeats.due(self.now):
            self.beats.append((self.now, beat))
            if beat.peer in self.answering and beat.path not in self.holes:
                heapq.heappush(self._answers, (self.now + self.rtt_s, len(self.beats), beat))
        if missed := self.heartbeats.missed(self.now):
            self.suspicions.append((self.now, missed))

    def run_until_missed(self, within_s):
        """How long that took; None when it did not come."""
        began = self.now
        while self.now < began + within_s:
            self.step(self.look_s)
            if self.suspicions and self.suspicions[-1][0] == self.now:
                return self.now - began
        return None

    def chat(self, seconds, *, interval_s=0.02, **options):
        for _message in range(round(seconds / interval_s)):
            self.data(**options).run(interval_s)
        return self

    def asked(self):
        """How often each peer."""
        return Counter(beat.peer for _time, beat in self.beats)


def acquainted(**options):
    """The server has answered a beat, and the path is busy again."""
    road = Road(**options).data().run(0.3).chat(0.3)
    road.beats.clear()
    return road


# When beats are sent.


def test_a_busy_path_costs_no_packet():
    assert Road().chat(5, interval_s=0.08).beats == []


def test_a_path_that_nothing_uses_costs_no_packet():
    road = acquainted().run(ACTIVE_S + 0.1)
    road.beats.clear()
    assert road.run(60).beats == []
    assert road.heartbeats.deadline(road.now) is None


def test_a_path_is_asked_after_a_tenth_of_a_second_of_silence_and_again_every_tenth_of_silence():
    road = Road(answering=()).data()
    began = road.now
    road.run(0.35)
    assert [time - began for time, _beat in road.beats] == pytest.approx([0.1, 0.2, 0.3], abs=2 * LOOK_S)
    assert len({beat.sequence for _time, beat in road.beats}) == 3


def test_a_beat_says_where_it_goes():
    (_time, beat), *_others = Road().data().run(0.12).beats
    assert (beat.path, beat.interface_index, beat.local, beat.peer) == (WLAN, INDEX[WLAN], LOCAL[WLAN], SERVER)
    assert 0 <= beat.sequence < 2**16


def test_a_pause_costs_some_twenty_packets_at_most():
    road = acquainted().run(10)
    assert 10 <= len(road.beats) <= ACTIVE_S / HEARTBEAT_S


def test_what_leaves_only_is_no_heartbeat():
    assert len(Road().chat(0.5, is_heard=False).beats) >= 2


def test_whoever_begins_again_after_a_long_pause_gets_time_for_an_answer_first():
    road = acquainted().run(60)
    road.beats.clear()
    road.data(is_heard=False).run(HEARTBEAT_S - 0.01)
    assert road.beats == []
    assert len(road.run(0.05).beats) == 1


def test_paths_are_asked_each_for_itself():
    road = Road().data(WLAN).data(WWAN)
    for _ in range(25):
        road.data(WWAN).run(0.02)
    assert {beat.path for _time, beat in road.beats} == {WLAN}


# Whom to believe.


def test_two_unanswered_beats_make_a_path_suspect_once_each_has_had_its_time():
    road = acquainted()
    road.holes.add(WLAN)
    took = road.run_until_missed(1)
    assert took == pytest.approx(MISSES * HEARTBEAT_S + LIMIT_S - 0.02, abs=4 * LOOK_S)  # heard last 20 ms before
    assert road.suspicions[-1][1] == {WLAN}


def test_one_lost_beat_makes_nothing_suspect():
    road = acquainted()
    road.holes.add(WLAN)
    road.run(0.11)
    assert len(road.beats) == 1
    road.holes.clear()
    assert road.run_until_missed(1.5) is None
    assert len(road.beats) > 5


def test_a_path_stays_suspect_until_something_is_heard():
    road = acquainted()
    road.holes.add(WLAN)
    road.run_until_missed(1)
    road.run(0.2)
    assert road.heartbeats.missed(road.now) == {WLAN}
    road.heartbeats.note_heard(WLAN, road.now)
    assert road.heartbeats.missed(road.now) == frozenset()


def test_a_late_answer_ends_the_suspicion_and_teaches_patience():
    road = acquainted()
    road.rtt_s = 0.35
    assert road.run_until_missed(1) is not None
    assert road.run(0.25).heartbeats.missed(road.now) == frozenset()
    road.chat(0.5)
    assert road.run_until_missed(1.5) is None
    assert road.beats


def test_nothing_is_suspect_any_more_when_nobody_is_active():
    road = acquainted()
    road.holes.add(WLAN)
    road.run(ACTIVE_S + 0.1)
    assert road.suspicions
    assert road.heartbeats.missed(road.now) == frozenset()
    road.run(30).suspicions.clear()
    road.data(is_heard=False)
    assert road.heartbeats.missed(road.now) == frozenset(), "what was missed then says nothing of now"
    assert road.run_until_missed(1) >= HEARTBEAT_S


def test_the_silence_of_a_peer_that_has_never_answered_means_nothing():
    road = Road(answering=()).data()
    road.holes.add(WLAN)
    assert road.run_until_missed(3) is None
    assert road.beats


def test_a_peer_that_never_answers_is_left_alone_for_ten_minutes_and_then_tried_again():
    road = Road(answering=(), look_s=0.05)
    for _ in range(200):
        road.data().run(2.5)
    assert road.now < 1000 + REST_S
    assert len(road.beats) == MOST_UNANSWERED
    for _ in range(200):
        road.data().run(2.5)
    assert len(road.beats) == 2 * MOST_UNANSWERED


def test_a_peer_that_begins_to_answer_is_believed_from_then_on():
    road = Road(answering=()).data().run(0.15)
    road.answering.add(SERVER)
    road.run(0.15).chat(0.1)
    road.holes.add(WLAN)
    assert road.run_until_missed(1) is not None


def test_a_peer_that_answers_over_one_path_is_a_stranger_on_another():
    road = acquainted().data(WWAN)
    road.holes |= {WLAN, WWAN}
    road.chat(1, path=WWAN, is_heard=False)
    assert {path for _time, paths in road.suspicions for path in paths} == {WLAN}


def test_the_same_path_with_another_address_begins_anew():
    road = acquainted()
    road.heartbeats.note_carrying(
        WLAN, interface_index=9, local=ip_address("203.0.113.7"), peer=SERVER, rtt_s=RTT_S, moved=road.now + ACTIVE_S
    )
    road.now += ACTIVE_S
    road.holes.add(WLAN)
    assert road.run_until_missed(1) is None
    assert {beat.local for _time, beat in road.beats} == {ip_address("203.0.113.7")}


def test_a_peer_that_answers_no_more_while_its_path_is_alive_loses_its_credit():
    road = acquainted()
    road.answering.clear()
    alarms = 0
    for _ in range(10):
        road.chat(0.3)
        if road.run_until_missed(0.5) is not None:
            alarms += 1
            road.run(RTT_S).data()  # the join was answered
    assert alarms == MOST_FALSE_ALARMS
    road.beats.clear()
    road.data().run(10)
    assert road.beats == []


def test_holes_cost_a_peer_no_credit():
    road = acquainted()
    for _ in range(3 * MOST_FALSE_ALARMS):
        road.holes.add(WLAN)
        assert road.run_until_missed(1) is not None
        road.run(1)
        road.holes.clear()
        road.chat(1)


def test_an_answer_restores_the_credit():
    road = acquainted()
    for _ in range(3 * MOST_FALSE_ALARMS):
        road.answering.clear()
        assert road.run_until_missed(1) is not None
        road.run(RTT_S).data()
        road.answering.add(SERVER)
        road.run(0.3).chat(0.2)


def test_whoever_answers_is_asked_in_turn_and_nobody_else():
    third = ip_address("198.18.0.202")
    road = Road(answering=(SERVER, OTHER))
    for peer in (SERVER, OTHER):
        road.data(peer=peer).run(ACTIVE_S)
    road.beats.clear()
    road.data(peer=SERVER).data(peer=OTHER).data(peer=third).run(1)
    counts = road.asked()
    assert counts.keys() == {SERVER, OTHER}
    assert abs(counts[SERVER] - counts[OTHER]) <= 1


def test_a_peer_that_dies_alone_makes_nothing_suspect_while_others_answer():
    road = Road(answering=(SERVER, OTHER))
    for peer in (SERVER, OTHER):
        road.data(peer=peer).run(ACTIVE_S - 0.1)
    road.data(peer=SERVER).data(peer=OTHER)
    road.answering.remove(OTHER)
    assert road.run_until_missed(1.9) is None
    assert road.asked()[OTHER] > 2


def test_answers_to_nothing_change_nothing():
    road = acquainted()
    road.holes.add(WLAN)
    road.run_until_missed(1)
    (_time, beat) = road.beats[-1]
    for path, peer, sequence in (
        (WWAN, SERVER, beat.sequence),
        (WLAN, OTHER, beat.sequence),
        (WLAN, SERVER, beat.sequence + 1),
    ):
        road.heartbeats.note_answer(path, peer, sequence, road.now)
        assert road.heartbeats.missed(road.now) == {WLAN}
    road.heartbeats.note_answer(WLAN, SERVER, beat.sequence, road.now)
    assert road.heartbeats.missed(road.now) == frozenset()


def test_a_path_that_has_gone_is_forgotten():
    road = acquainted()
    road.holes.add(WLAN)
    road.run_until_missed(1)
    road.heartbeats.forget_paths_but([WWAN])
    assert road.heartbeats.missed(road.now) == frozenset()
    assert road.heartbeats.deadline(road.now) is None
    road.heartbeats.note_heard(WLAN, road.now)


def test_however_many_peers_there_are_only_so_many_are_remembered():
    road = Road(answering=())
    first = int(ip_address("198.18.0.0"))
    for number in range(10 * MOST_PEERS):
        road.carry(peer=ip_address(first + number))
    assert len(road.heartbeats._pulses[WLAN].peers) == MOST_PEERS
    road.run(ACTIVE_S)
    road.carry(peer=OTHER)
    assert len(road.heartbeats._pulses[WLAN].peers) == MOST_PEERS
    road.beats.clear()
    assert road.run(0.15).asked() == {OTHER: 1}, "the idle make room for the active"


# Whatever happens.


PAUSES = st.floats(0, 3.0) | st.floats(0, 0.12)
ACTIONS = st.lists(
    st.tuples(
        PAUSES,
        st.sampled_from([WLAN, WWAN]),
        st.sampled_from([SERVER, OTHER]),
        st.sampled_from(["heard", "sent", "hole", "well", "deaf", "kind"]),
    ),
    max_size=20,
)

LOOKS = st.floats(0.004, 0.15)
bounded = settings(max_examples=60, deadline=None)


def act(road, path, peer, what):
    match what:
        case "heard":
            road.data(path, peer)
        case "sent":
            road.carry(path, peer)
        case "hole":
            road.holes.add(path)
        case "well":
            road.holes.discard(path)
        case "deaf":
            road.answering.discard(peer)
        case "kind":
            road.answering.add(peer)


@bounded
@given(ACTIONS, LOOKS)
def test_no_path_is_ever_asked_more_than_eleven_times_in_a_second(actions, look_s):
    road = Road(answering=(SERVER, OTHER), look_s=look_s)
    for pause_s, path, peer, what in actions:
        act(road, path, peer, what)
        road.run(pause_s)
    for path in (WLAN, WWAN):
        times = [time for time, beat in road.beats if beat.path == path]
        assert all(len([each for each in times if begin <= each <= begin + 1]) <= 11 for begin in times)
        assert all(later - earlier >= HEARTBEAT_S - 1e-9 for earlier, later in pairwise(times))


@bounded
@given(ACTIONS)
def test_no_path_is_asked_that_was_just_heard_or_that_nobody_has_used_for_a_while(actions):
    road = Road(answering=(SERVER, OTHER), look_s=0.02)
    heard, moved = dict.fromkeys(LOCAL, -1.0), dict.fromkeys(LOCAL, -1.0)
    for pause_s, path, peer, what in actions:
        act(road, path, peer, what)
        if what in {"heard", "sent"}:
            moved[path] = road.now
        if what == "heard":
            heard[path] = road.now
        road.beats.clear()
        road.run(pause_s)
        for time, beat in road.beats:
            assert time - moved[beat.path] < ACTIVE_S
            assert time - heard[beat.path] >= HEARTBEAT_S - 1e-9


@bounded
@given(
    st.lists(st.tuples(PAUSES, st.booleans(), st.floats(0, PROBE_FACTOR * RTT_S + PROBE_EXTRA_S - 1e-6)), max_size=20),
    LOOKS,
)
def test_a_path_that_answers_is_never_missed(pauses, look_s):
    road = Road(look_s=look_s)
    for pause_s, is_heard, answer_s in pauses:
        road.rtt_s = answer_s
        road.data(is_heard=is_heard).run(pause_s)
    assert road.suspicions == []


@bounded
@given(ACTIONS)
def test_to_look_at_the_deadlines_only_is_enough_and_deadlines_always_pass(actions):
    road = Road(answering=(SERVER, OTHER))
    for pause_s, path, peer, what in actions:
        act(road, path, peer, what)
        end = road.now + pause_s
        for _look in range(10 + round(100 * pause_s)):
            road.look()
            deadline = road.heartbeats.deadline(road.now)
            assert deadline is None or deadline > road.now
            coming = min((answer[0] for answer in road._answers[:1]), default=end)
            following = min(end, coming, end if deadline is None else deadline)
            missed = road.heartbeats.missed(road.now)
            between = road.now + (following - road.now) / 2
            if between < following:  # there may be no number between two that are so near
                assert road.heartbeats.missed(between) <= missed
                assert road.heartbeats.due(between) == ()
            if road.now >= end:
                break
            road.step(following - road.now)
        else:
            pytest.fail("deadlines in an unending row")


@bounded
@given(ACTIONS)
def test_a_hole_is_noticed_whatever_happened_before_by_whoever_still_answers(actions):
    road = Road(answering=(SERVER, OTHER), look_s=0.02)
    for pause_s, path, peer, what in actions:
        act(road, path, peer, what)
        road.run(pause_s)
    road.holes.clear()
    road.answering |= {SERVER, OTHER}
    road.step(REST_S)  # all rests are over
    road.data().run(0.5).chat(0.2)
    road.holes.add(WLAN)
    assert road.run_until_missed(1) is not None
