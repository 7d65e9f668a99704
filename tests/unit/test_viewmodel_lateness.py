"""What late data led to, in words: the states, the reasons, the proofs of events."""

import pytest
from fake_manager import EPOCH, World

from mpmanager.api.structures import EventInfo, EventKind, ExpirationInfo, HelpCounts
from mpmanager.model.connection import TcpState
from mpmanager.model.expiration import ExpirationReason, ExpirationState
from mpmanager_ui.viewmodels.lateness import help_sentence, reason_words, state_words
from mpmanager_ui.viewmodels.live_rows import STATE_MEANINGS, Recorder, RowKind, RowState
from mpmanager_ui.viewmodels.live_tree import LiveTree
from mpmanager_ui.viewmodels.live_words import explanation, row_sentence, words_of
from mpmanager_ui.viewmodels.overview import state_sentence
from mpmanager_ui.viewmodels.proofs import duration, event_rows, event_text
from unit.live_trees import sync

TITLES = {"wlan0": "Wi-Fi", "wwan0": "LTE", "dsl0": "xDSL"}
NAMES = {"exe:/usr/bin/curl": "curl"}
State, Reason = ExpirationState, ExpirationReason


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def late(state=State.FAILED_OVER, reason=Reason.SILENT, **more):
    known = {"path": "wlan0", "helper": "wwan0", "waited_ms": 54.2, "allowed_ms": 50.0, "since": EPOCH} | more
    return ExpirationInfo(state=state, reason=reason, **known)


def full(info, seconds=12.0):
    return plain(state_words(info, TITLES, now=EPOCH + seconds).full)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("known", [{}, {"path": None, "helper": None, "waited_ms": None, "allowed_ms": "never"}])
def test_every_state_and_reason_has_a_sentence(state, reason, known):
    words = state_words(late(state, reason, **known), TITLES, now=EPOCH + 12.0)
    texts = (words.full, *words.shorter)
    assert all(text and "None" not in text and "{" not in text for text in texts)
    assert sorted(texts, key=len, reverse=True) == list(texts)
    assert reason_words(reason, known.get("path", "wlan0"), TITLES)


def test_the_states_in_plain_words():
    assert full(late(State.PRIMARY, Reason.ON_TIME)) == "carrying: data is on time"
    helped = late(State.AGGREGATE, Reason.BACKLOG)
    assert full(helped) == "waits: Wi-Fi full, LTE helping for 12 s (waited 54 ms, allowed 50 ms)"
    steered = late(State.STEERED, Reason.MARKED, waited_ms=None)
    assert full(steered) == "avoiding Wi-Fi for 12 s: Wi-Fi is congested"
    assert full(late(State.SUSPECT, Reason.NOTHING_RECEIVED)) == "suspecting Wi-Fi for 12 s: nothing received"
    left = "failed over from Wi-Fi to LTE 12 s ago: Wi-Fi answers nothing (waited 54 ms, allowed 50 ms)"
    assert full(late()) == left
    assert full(late(State.PROBING)) == "probing Wi-Fi: has answered, carries again soon"


def test_a_connection_that_failed_over_twice_is_not_said_to_have_left_what_carries():
    info = late(reason=Reason.ON_TIME, path="wwan0", waited_ms=None)
    words = state_words(info, TITLES, now=EPOCH + 12.0)
    assert plain(words.full) == "failed over to LTE 12 s ago"
    world = World()
    world.delay(0, State.FAILED_OVER, Reason.ON_TIME, path="wwan0")
    frame = world.advance(7.0)
    assert "instead" not in state_sentence(frame.paths, frame.connections)
    assert words_of(rows_of(world)[2]["wwan0"], TITLES).full == "carries instead"


@pytest.mark.parametrize(("seconds", "words"), [(-1.0, "0 s"), (59.9, "59 s"), (61.0, "1 min"), (7300.0, "2 h")])
def test_how_long_it_lasts_is_told_in_the_largest_unit(seconds, words):
    assert f" {words} ago:" in full(late(), seconds)


def test_a_state_takes_as_much_room_as_there_is():
    words = state_words(late(), TITLES, now=EPOCH)
    assert words.fitting(lambda text: len(text) < 1000) == words.full
    assert words.fitting(lambda text: len(text) < 40) == "failed over from Wi-Fi to LTE"
    assert words.fitting(lambda text: False) == words.short == "LTE instead of Wi-Fi"  # noqa: ARG005  # fits nothing


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        (None, "Its data has needed no help since the daemon started."),
        (HelpCounts(), "Its data has needed no help since the daemon started."),
        (HelpCounts(openings=1), "Since the daemon started: 1 opening."),
        (
            HelpCounts(openings=3, failovers=1, returns=2, moves=1, helper_bytes=3_800_000),
            "Since the daemon started: 3 openings, 1 fail-over, 2 returns and 1 big transfer; helpers carried 3.8 MB.",
        ),
    ],
)
def test_help_is_counted_in_a_sentence(counts, sentence):
    assert plain(help_sentence(counts)) == sentence


# Rows


def rows_of(world):
    """The values of the first program, its first connection and the subflows of that, by path."""
    recorder = Recorder()
    for _ in recorder.take(world.advance(7.0)):
        pass
    application = next(iter(recorder.applications.values()))
    connection = next(iter(application.children.values()))
    return (
        application.values,
        connection.values,
        {each.values.name: each.values for each in connection.children.values()},
    )


@pytest.mark.parametrize(
    ("state", "above", "below"),
    [
        (State.PRIMARY, RowState.CARRYING, (RowState.CARRYING, RowState.STANDBY)),
        (State.AGGREGATE, RowState.HELPED, (RowState.CARRYING, RowState.HELPING)),
        (State.STEERED, RowState.STEERED, (RowState.AVOIDED, RowState.STANDING_IN)),
        (State.SUSPECT, RowState.SUSPECT, (RowState.SUSPECT, RowState.CARRYING)),
        (State.FAILED_OVER, RowState.FAILED_OVER, (RowState.LEFT, RowState.STANDING_IN)),
        (State.PROBING, RowState.PROBING, (RowState.PROBING, RowState.STANDING_IN)),
    ],
)
def test_late_data_gives_connections_and_subflows_their_state(state, above, below):
    world = World()
    world.delay(0, state, Reason.SILENT, helper=None if state is State.PRIMARY else "wwan0")
    application, connection, subflows = rows_of(world)
    assert application.state is connection.state is above
    assert (subflows["wlan0"].state, subflows["wwan0"].state) == below
    assert subflows["dsl0"].state is RowState.STANDBY


def test_a_subflow_that_is_still_connecting_or_closing_has_no_part_in_it():
    world = World()
    world.fail_over(0)
    frame = world.advance(7.0)
    frame.connections[0].subflows[1].state = TcpState.SYN_SENT
    recorder = Recorder()
    for _ in recorder.take(frame):
        pass
    connection = next(iter(next(iter(recorder.applications.values())).children.values()))
    assert [each.values.state for each in connection.children.values()][1] is RowState.CONNECTING


def test_a_new_subflow_on_a_path_that_was_left_asks_whether_it_answers_and_leaves_no_trace():
    world = World()
    world.fail_over(0)
    recorder = Recorder()

    def subflows(*, asked):
        frame = world.advance()
        subflow = frame.connections[0].subflows[0]
        subflow.state, subflow.rtt_ms, subflow.tx_bytes, subflow.rx_bytes = TcpState.SYN_SENT, None, 0, 0
        frame.connections[0].subflows = frame.connections[0].subflows[0 if asked else 1 :]
        for _ in recorder.take(frame):
            pass
        connection = next(iter(next(iter(recorder.applications.values())).children.values()))
        return [words_of(each.values, TITLES).full for each in connection.children.values()]

    assert subflows(asked=True) == ["asked whether it answers", "carries instead of Wi-Fi", "standby"]
    assert subflows(asked=False) == ["carries instead of Wi-Fi", "standby"]


def test_every_state_of_a_row_has_a_meaning():
    assert set(STATE_MEANINGS) == set(RowState)


@pytest.mark.parametrize("state", State)
def test_every_row_says_what_it_does(state):
    world = World()
    world.delay(0, state, Reason.SILENT)
    application, connection, subflows = rows_of(world)
    for values in (application, connection, *subflows.values()):
        assert words_of(values, TITLES).full
        assert explanation(values, TITLES)


def test_the_subflows_of_a_connection_that_failed_over_in_words():
    world = World()
    world.fail_over(0)
    _, connection, subflows = rows_of(world)
    assert words_of(subflows["wwan0"], TITLES).full == "carries instead of Wi-Fi"
    assert words_of(subflows["wlan0"], TITLES).full == "left: delivers nothing"
    assert plain(explanation(connection, TITLES)).startswith("failed over from Wi-Fi to LTE 7 s ago: Wi-Fi answers")
    world.open_helper(0)
    assert words_of(rows_of(world)[2]["wwan0"], TITLES).full == "opened for late data"


def test_the_line_of_an_application_tells_its_help_and_its_wait():
    world = World()
    world.fail_over(0)
    recorder = Recorder()
    for _ in recorder.take(world.advance()):
        pass
    tree = LiveTree(_Nobody())
    sync(tree, recorder.applications)
    node = next(each for each in tree.root.children if each.values.name == "Firefox")
    assert node.values.kind is RowKind.APPLICATION
    sentence = plain(row_sentence(node, node.values.wait, TITLES, {node.key: world.helps[0]}))
    assert sentence.startswith("Firefox: Since the daemon started: 2 fail-overs. No limit: ")


class _Nobody:
    """Listens to nothing."""

    def __getattr__(self, _name):
        return lambda *_: None


def test_connections_of_one_application_under_different_rules_have_no_common_wait():
    world = World()
    frame = world.advance()
    frame.connections[0].wait_ms, frame.connections[0].policy = 50.0, "cgroup:/a"
    recorder = Recorder()
    for _ in recorder.take(frame):
        pass
    application = recorder.applications["exe:/usr/lib/firefox/firefox"]
    assert application.values.wait.wait is None
    assert [each.values.wait.wait for each in application.children.values()] == [50.0, "never"]


# Events


def event(kind, number=1, time=EPOCH, **more):
    known = {"path": "wlan0", "app": "exe:/usr/bin/curl", "helper": "wwan0", "allowed_ms": 50.0} | more
    return EventInfo(id=number, time=time, kind=kind, text="as the daemon says it", **known)


def told(kind, **more):
    return plain(event_text(event(kind, **more), TITLES, NAMES))


def test_events_carry_their_proof():
    assert told(EventKind.BACKUP_OPENED, waited_ms=54.2) == (
        "curl: waited 54 ms (allowed 50 ms): LTE opened, as Wi-Fi is full"
    )
    assert told(EventKind.FAILED_OVER, waited_ms=54.2, reason=Reason.SILENT) == (
        "curl: waited 54 ms (allowed 50 ms): LTE carries instead, as Wi-Fi answers nothing"
    )
    assert told(EventKind.STEERED, reason=Reason.LOSSY) == "curl: LTE carries instead, as Wi-Fi loses much"
    assert told(EventKind.STEERED_BACK, lasted_s=2.1, helper_bytes=3_400_000) == (
        "curl: Wi-Fi carries again after 2.1 s; LTE carried 3.4 MB"
    )
    assert told(EventKind.BACKUP_CLOSED, lasted_s=12.3, helper_bytes=3_400_000) == (
        "curl: Wi-Fi suffices again: LTE closed after 12 s and 3.4 MB"
    )
    assert told(EventKind.RETURNED, lasted_s=3.24, helper_bytes=1_400_000) == (
        "curl: Wi-Fi carries again after 3.2 s; LTE carried 1.4 MB"
    )
    assert told(EventKind.TRANSFER_MOVED, path="dsl0", helper=None) == "curl: a big transfer moved to xDSL"


@pytest.mark.parametrize("kind", EventKind)
@pytest.mark.parametrize("reason", [*Reason, None])
def test_every_event_has_a_sentence_however_little_is_known(kind, reason):
    for more in ({}, {"helper": None, "allowed_ms": None}, {"app": None}, {"path": None}, {"waited_ms": 3.0}):
        text = told(kind, reason=reason, **more)
        assert text
        assert "None" not in text
    assert told(kind, app=None) == "as the daemon says it"


def test_an_application_that_nobody_names_is_called_by_the_end_of_its_id():
    assert told(EventKind.TRANSFER_MOVED, app="exe:/usr/bin/rsync").startswith("rsync: ")


def test_what_happens_to_many_connections_at_once_is_told_once():
    events = [
        event(EventKind.FAILED_OVER, n, EPOCH + n / 10, waited_ms=50.0 + n, reason=Reason.SILENT) for n in range(6)
    ]
    events.insert(3, event(EventKind.FAILED_OVER, 90, EPOCH + 0.3, app="exe:/bin/ssh", waited_ms=51.0))
    events.append(event(EventKind.FAILED_OVER, 91, EPOCH + 60.0, waited_ms=52.0, reason=Reason.SILENT))
    rows = event_rows(events, TITLES, NAMES)
    assert [plain(each.text).partition(" (allowed")[0] for each in rows] == [
        "curl: waited 52 ms",
        "ssh: waited 51 ms",
        "curl (6 connections): waited up to 55 ms",
    ]


def test_what_helpers_carried_for_many_is_summed_up():
    events = [event(EventKind.RETURNED, n, lasted_s=1.0 + n, helper_bytes=500_000) for n in range(2)]
    (row,) = event_rows(events, TITLES, NAMES)
    assert plain(row.text) == "curl (2 connections): Wi-Fi carries again after 2.0 s; LTE carried 1.0 MB"


def test_events_of_connections_are_never_told_together():
    events = [event(EventKind.CONNECTION_OPENED, n) for n in range(3)]
    assert len(event_rows(events, TITLES, NAMES)) == 3


@pytest.mark.parametrize(("seconds", "words"), [(0.31, "0.3 s"), (9.97, "10 s"), (59.4, "59 s"), (83.0, "1 min 23 s")])
def test_durations(seconds, words):
    assert plain(duration(seconds)) == words


# The sentence on the state


def test_the_sentence_tells_what_carries_instead_and_for_how_many():
    world = World()
    world.fail_over(0)
    world.fail_over(2)
    frame = world.advance(7.0)
    for path in frame.paths:
        path.rx_bit_s, path.tx_bit_s = (1e6, 0.0) if path.name == "wwan0" else (0.0, 0.0)
    sentence = plain(state_sentence(frame.paths, frame.connections))
    assert sentence == "LTE carries everything; LTE carries instead of Wi-Fi for 2 applications; xDSL stands by"


def test_the_sentence_tells_who_is_helped_and_calls_no_helper_idle():
    world = World()
    world.open_helper(2)
    frame = world.advance(7.0)
    for path in frame.paths:
        path.rx_bit_s, path.tx_bit_s = (1e6, 0.0) if path.name == "wlan0" else (1e3, 0.0)
    sentence = plain(state_sentence(frame.paths, frame.connections))
    assert sentence == "Wi-Fi carries everything; LTE helps Wi-Fi for 1 application; xDSL stands by"
