"""Events for machines: each once, in order, resumable, and with a mark where some are missing."""

import pytest

from mpmanager.api.bus import parse_bus
from mpmanager.api.structures import EventInfo, EventKind, Frame
from mpmanager.client.event_stream import REMEMBERED, Cursor, EventLine, EventStream, GapLine
from mpmanager.daemon.journal import KEPT, Journal
from mpmanager.model.errors import InvalidValueError

STARTED = 1700000000.25


def events(*ids):
    return [EventInfo(id=each, time=0.0, kind=EventKind.PATH_UP, text="up") for each in ids]


def frame(*ids, lost=0):
    return Frame(sequence=0, time=0.0, monotonic=0.0, simulated=False, dropped=0, events=events(*ids), events_lost=lost)


def stream(*, past=0, after=None):
    return EventStream(parse_bus("private:/none"), past=past, after=after, interval_s=1.0)


def told(lines):
    return [each.lost if isinstance(each, GapLine) else each.id for each in lines]


def test_the_daemon_remembers_as_much_as_is_asked_for():
    assert REMEMBERED == KEPT


def test_at_first_so_many_of_the_past_and_then_each_new_one_once():
    following = stream(past=2)
    assert told(following._resumed(events(1, 2, 3), started=STARTED, count=3)) == [2, 3]
    assert told(following._new(frame(2, 3, 4), started=STARTED)) == [4]
    assert told(following._new(frame(), started=STARTED)) == []


def test_a_cursor_leads_to_what_came_after_it():
    following = stream(after=Cursor(started=STARTED, event=2))
    lines = list(following._resumed(events(1, 2, 3), started=STARTED, count=3))
    assert told(lines) == [3]
    assert isinstance(lines[0], EventLine)
    assert Cursor.parse(lines[0].cursor) == Cursor(started=STARTED, event=3)


def test_what_was_forgotten_before_somebody_came_back_is_marked_and_counted():
    following = stream(after=Cursor(started=STARTED, event=10))
    known = events(*range(501, 1501))
    lines = list(following._resumed(known, started=STARTED, count=1500))
    assert told(lines)[:2] == [490, 501]
    assert Cursor.parse(lines[0].cursor).event == 10


def test_another_start_of_the_daemon_is_marked_and_told_from_its_beginning():
    following = stream(after=Cursor(started=STARTED, event=900))
    lines = list(following._resumed(events(1, 2), started=STARTED + 60, count=2))
    assert told(lines) == [None, 1, 2]
    assert lines[0].kind == "gap"
    assert "started again" in lines[0].text


def test_who_followed_from_now_on_gets_all_of_the_next_daemon():
    following = stream()
    assert told(following._resumed(events(1, 2), started=STARTED, count=2)) == []
    assert told(following._resumed(events(1), started=STARTED + 60, count=1)) == [None, 1]


def test_a_reader_that_is_too_slow_is_told_how_many_it_has_missed():
    following = stream()
    following._resumed([], started=STARTED, count=0)
    assert told(following._new(frame(8, 9, lost=7), started=STARTED)) == [7, 8, 9]


@pytest.mark.parametrize("text", ["", "x", "1700000000.25", "1/2/3", "a/1"])
def test_what_is_no_cursor_is_refused(text):
    with pytest.raises(InvalidValueError, match="expected one that mpm events has told"):
        Cursor.parse(text)


def test_the_journal_knows_how_many_it_has_forgotten():
    journal = Journal(wall_clock=lambda: 0.0)
    assert journal.lost_since(0) == 0
    for _number in range(KEPT + 10):
        journal.record(EventKind.PATH_UP, "up")
    assert journal.lost_since(0) == 10
    assert journal.lost_since(8) == 2
    assert journal.lost_since(10) == journal.lost_since(500) == 0
