"""Stretches of time with their odd days, what becomes coarser, and what counters have grown by."""

from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from mpmanager.core.help_record import HelpRecord
from mpmanager.core.history import (
    DAY_S,
    HOUR_S,
    Growth,
    coarser,
    estimates,
    fitting,
    hour_of,
    minute_of,
    rest_of,
    rolled_usage,
    stretches,
)
from mpmanager.core.ledger import NOTHING, Volume
from mpmanager.core.streams import Sending
from mpmanager.model.history import HistoryRange, RecordedApplication, RecordedPath, Span, Usage, UsageEntry, WaitCount
from mpmanager.model.names import LinkName, Token
from mpmanager.model.path import PathKind

BERLIN = ZoneInfo("Europe/Berlin")
SSH = RecordedApplication("exe:/usr/bin/ssh", 1000, "ssh")
SSHD = RecordedApplication("exe:/usr/sbin/sshd", 0, "sshd")
WIFI = RecordedPath(LinkName("wlan0"), PathKind.WIFI, is_metered=False)


def at(text, zone=BERLIN):
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_a_day_has_the_hours_that_its_clocks_make(day, hours):
    now = at(f"{day}T12:30")
    bars = stretches(HistoryRange.DAY, 0, now=now, zone=BERLIN)
    assert len(bars) == hours
    assert (bars[0].start, bars[-1].end - bars[0].start) == (at(f"{day}T00:00"), hours * HOUR_S)
    assert all(one.end == next_.start for one, next_ in pairwise(bars))


def test_weeks_begin_on_monday_and_months_on_the_first_however_far_back():
    now = at("2026-03-31T09:00")
    week = stretches(HistoryRange.WEEK, 1, now=now, zone=BERLIN)
    assert [each.start for each in week] == [at(f"2026-03-{day}T00:00") for day in range(23, 30)]
    assert week[-1].end - week[-1].start == 23 * HOUR_S
    february = stretches(HistoryRange.MONTH, 1, now=now, zone=BERLIN)
    assert (len(february), february[0].start) == (28, at("2026-02-01T00:00"))
    december = stretches(HistoryRange.MONTH, 3, now=now, zone=BERLIN)
    assert (len(december), december[-1].end) == (31, at("2026-01-01T00:00"))


def test_a_day_whose_hours_are_gone_is_one_bar():
    now = at("2026-06-30T12:00")
    assert len(stretches(HistoryRange.DAY, 60, now=now, zone=BERLIN)) == 24
    assert stretches(HistoryRange.DAY, 61, now=now, zone=BERLIN) == (
        Span(round(at("2026-04-30T00:00")), round(at("2026-05-01T00:00"))),
    )


def test_hours_are_those_of_the_clock_where_zones_differ_by_halves():
    india = ZoneInfo("Asia/Kolkata")
    assert hour_of(at("2026-05-01T00:10", india), india).start == at("2026-05-01T00:00", india)


def test_minutes_become_hours_and_hours_days_and_days_stay():
    minute = minute_of(at("2026-05-01T10:17"))
    hour, day = hour_of(minute.start, BERLIN), Span(round(at("2026-05-01T00:00")), round(at("2026-05-02T00:00")))
    ages = {1: minute, 3: hour, 61: day}
    assert {days: coarser(minute, now=minute.end + days * DAY_S, zone=BERLIN) for days in ages} == ages
    assert coarser(hour, now=minute.end + 61 * DAY_S, zone=BERLIN) == day
    assert coarser(day, now=day.end + 5000 * DAY_S, zone=BERLIN) == day
    usage = Usage(rx_bytes=5, waits=1, waited_ms=60, longest_ms=60, allowed_ms=50)
    later = Span(minute.end, minute.end + 60)
    entries = [UsageEntry(span, SSH, WIFI, usage) for span in (minute, later)]
    both = Usage(rx_bytes=10, waits=2, waited_ms=120, longest_ms=60, allowed_ms=50)
    assert rolled_usage(entries, now=minute.end + 3 * DAY_S, zone=BERLIN) == [UsageEntry(hour, SSH, WIFI, both)]
    assert rolled_usage(entries, now=minute.start - DAY_S, zone=BERLIN) == entries  # the clock was set back


def test_only_what_counters_have_grown_by_counts():
    growth = Growth(begin_at_zero=True)
    assert growth.take({"a": Volume(5, 7)}) == {"a": Volume(5, 7)}
    assert growth.take({"a": Volume(5, 9), "b": Volume(1, 0)}) == {"a": Volume(0, 2), "b": Volume(1, 0)}
    assert growth.take({"a": Volume(2, 9)}) == {}  # it began anew
    assert growth.take({"a": Volume(3, 9)}) == {"a": Volume(1, 0)}
    interfaces = Growth(begin_at_zero=False)
    assert interfaces.take({"eth0": Volume(10**9, 10**9)}) == {}  # carried before anybody looked
    assert interfaces.take({"eth0": Volume(10**9 + 1, 10**9)}) == {"eth0": Volume(1, 0)}
    assert rest_of(Volume(100, 10), [Volume(30, 5), Volume(60, 20)]) == Volume(10, 0)
    assert rest_of(NOTHING, []) == NOTHING


def test_an_application_is_meant_by_its_id_or_else_by_a_part_of_its_name():
    known = [SSH, SSHD]
    assert fitting("exe:/usr/bin/ssh", known) == {SSH}
    assert fitting("SSH", known) == {SSH, SSHD}
    assert fitting("firefox", known) == frozenset()


def test_data_counts_by_how_long_it_waited_beyond_the_round_trip():
    sending = Sending(0.0)
    sending.count_from(1000)
    sending.write(1100, 10.0)
    sending.write(1300, 10.1)
    sending.acknowledge(1200, 10.12, base_s=0.03, is_helped=False)
    sending.acknowledge(1300, 10.14, base_s=0.03, is_helped=False)
    sending.write(1700, 11.0)
    sending.acknowledge(1700, 15.0, base_s=0.03, is_helped=True)
    assert sending.waits.classes == [200, 0, 100, 0, 0, 0]
    assert estimates(sending.waits) == ((0, 300), (20, 100), (50, 100), (100, 0), (200, 0), (500, 0), (None, 0))


def test_what_was_helped_counts_as_waiting_for_as_long_as_help_was_needed():
    record = HelpRecord()
    key = ("exe:/usr/bin/ssh", 1000)
    lte = LinkName("wwan0")
    record.begin(Token(1), lte, key, 500, now=100.0, waited_s=0.054, allowed_s=0.05)
    record.advance(Token(1), lte, 900, now=100.1)
    following = record.successor()
    following.end(Token(1), lte, 2900, now=103.0)
    following.end(Token(1), lte, 9900, now=104.0)
    assert record.usages == {
        (key, lte): Usage(helper_bytes=400, helps=1, waits=1, waited_ms=54, longest_ms=54, allowed_ms=50)
    }
    assert (record.waits[key].classes, following.waits[key].classes) == ([0, 0, 0, 400, 0, 0], [0, 0, 0, 0, 0, 2000])
    assert following.usages == {(key, lte): Usage(helper_bytes=2000)}
    following.note_waits(key, WaitCount((7, 0, 0, 0, 0, 0)))
    assert following.waits[key].total == 2007
