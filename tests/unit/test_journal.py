"""What happened is remembered for a while, in order, each with a number of its own."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpmanager.api.structures import EventInfo, EventKind
from mpmanager.daemon.journal import KEPT, Journal, token_text
from mpmanager.model.names import Token


@pytest.fixture
def journal():
    ticks = itertools.count(1000)
    return Journal(wall_clock=lambda: float(next(ticks)))


def record(journal, count):
    for number in range(count):
        journal.record(EventKind.PATH_UP, f"event {number}")


def test_an_event_has_a_number_a_time_and_what_was_said(journal):
    journal.record(EventKind.SUBFLOW_OPENED, "now also over LTE", path="wwan0", token=Token(0x1F), app="exe:/bin/a")
    assert journal.recent(1) == [
        EventInfo(
            id=1,
            time=1000.0,
            kind=EventKind.SUBFLOW_OPENED,
            text="now also over LTE",
            path="wwan0",
            token=token_text(Token(0x1F)),
            app="exe:/bin/a",
        )
    ]


def test_an_event_about_nobody_in_particular_names_nobody(journal):
    journal.record(EventKind.DAEMON_STARTED, "started")
    (event,) = journal.recent(10)
    assert (event.path, event.token, event.app) == (None, None, None)


def test_a_token_is_shown_with_all_its_digits():
    assert token_text(Token(0)) == "0x00000000"
    assert token_text(Token(0xFFFFFFFF)) == "0xffffffff"


def test_the_last_events_come_oldest_first(journal):
    record(journal, 5)
    assert [each.id for each in journal.recent(3)] == [3, 4, 5]
    assert [each.id for each in journal.recent(100)] == [1, 2, 3, 4, 5]
    assert journal.recent(0) == []


def test_nothing_has_happened_at_first(journal):
    assert journal.count == 0
    assert journal.recent(10) == journal.since(0) == []


def test_old_events_are_forgotten_and_still_counted(journal):
    record(journal, KEPT + 7)
    assert journal.count == KEPT + 7
    assert [each.id for each in journal.recent(KEPT * 2)] == list(range(8, KEPT + 8))
    assert journal.since(3)[0].id == 8


@given(st.integers(0, 40), st.integers(0, 50))
def test_what_came_since_an_event_is_all_that_has_a_higher_number(count, last):
    journal = Journal(wall_clock=lambda: 0.0)
    record(journal, count)
    assert [each.id for each in journal.since(last)] == list(range(last + 1, count + 1))
