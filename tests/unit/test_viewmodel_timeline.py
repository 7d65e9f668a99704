"""The past day in bounded memory."""

from array import array

import pytest

from mpmanager_ui.viewmodels.flow_map import Flow
from mpmanager_ui.viewmodels.live_rows import Record, RowKind, RowState, Values
from mpmanager_ui.viewmodels.timeline import (
    MOST_ENDED,
    MOST_SERIES,
    Range,
    Timeline,
    Zoom,
    clock_ticks,
    gaps,
    range_words,
)

OFFSET = 1_800_000_000.0


def record(key, kind, rate=0.0, children=()):
    made = Record(key)
    made.values = Values(kind, str(key), "", RowState.CARRYING, (), rate, 0.0, None, 0, 0, array("d"))
    made.children = {each.key: each for each in children}
    return made


def apps(**rates):
    """Applications, each with a connection of this rate."""
    return {
        name: record(name, RowKind.APPLICATION, rate, [record(f"{name}-1", RowKind.CONNECTION, rate)])
        for name, rate in rates.items()
    }


def take(timeline, now, **rates):
    flows = [Flow(name, name, "wlan0", rate, 0.0) for name, rate in rates.items()]
    timeline.take(now, now + OFFSET, flows, apps(**rates))


def means(strip, path="wlan0"):
    return dict(strip.means)[path]


def test_every_second_has_its_rate_and_what_was_not_measured_is_a_gap():
    timeline = Timeline()
    for now in (100.1, 101.2, 110.2, 111.1):
        take(timeline, now, curl=1e6)
    strip = timeline.strip(Zoom.MINUTE, 600)
    assert (len(strip.highs), strip.column_s, strip.end) == (60, 1, 112)
    assert means(strip)[-12:] == (1e6, 1e6, *[None] * 8, 1e6, 1e6)
    assert list(gaps(strip.highs)) == [(0, 48), (50, 58)]


def test_a_tick_that_comes_a_little_late_leaves_no_gap():
    timeline = Timeline()
    for now in (10.02, 10.99, 12.01, 13.0):
        take(timeline, now, curl=1e6)
    assert timeline.strip(Zoom.MINUTE, 600).highs[-4:] == (1e6, 1e6, 1e6, 1e6)


@pytest.mark.parametrize(("zoom", "columns"), [(Zoom.TEN_MINUTES, 60), (Zoom.TWO_HOURS, 100), (Zoom.DAY, 50)])
def test_a_peak_of_a_second_survives_every_zoom(zoom, columns):
    timeline = Timeline()
    for now in range(1200):
        take(timeline, 1000.5 + now, curl=8e6 if now == 900 else 1e3)
    strip = timeline.strip(zoom, columns)
    assert len(strip.highs) <= columns
    assert strip.top_bit_s == 8e6
    assert min(each for each in strip.lows if each is not None) == 1e3
    assert max(each or 0.0 for each in means(strip)) < 8e6


def test_a_day_is_kept_in_minutes():
    timeline = Timeline()
    for minute in range(1500):
        take(timeline, 60.0 * minute + 1, curl=1e6)
    strip = timeline.strip(Zoom.DAY, 2000)
    assert (len(strip.highs), strip.column_s) == (1440, 60)
    assert None not in strip.highs


def test_a_range_tells_who_carried_then_and_how_much():
    timeline = Timeline()
    for now in range(30):
        take(timeline, 100.5 + now, curl=2e6 if now < 10 else 0.0, ssh=1e6 if now >= 10 else 0.0)
    early, late = Range(100, 110), Range(112, 120)
    assert [(each.app, each.down_bit_s) for each in timeline.flows_in(early)] == [("curl", 2e6)]
    assert [(each.app, each.down_bit_s) for each in timeline.flows_in(late)] == [("ssh", 1e6)]
    assert set(timeline.records_in(early, apps(curl=0.0, ssh=0.0))) == {"curl"}
    assert set(timeline.records_in(Range(105, 115), apps(curl=0.0, ssh=0.0))) == {"curl", "ssh"}
    assert timeline.records_in(Range(0, 50), apps(curl=0.0)) == {}


def test_what_has_ended_since_is_still_told():
    timeline = Timeline()
    take(timeline, 100.5, curl=1e6)
    take(timeline, 101.5)
    found = timeline.records_in(Range(100, 101), {})
    assert found["curl"].values.name == "curl"
    assert list(found["curl"].children) == ["curl-1"]


def test_an_old_range_is_told_by_coarser_bins():
    timeline = Timeline()
    for now in range(0, 3600, 2):
        take(timeline, 1000.0 + now, curl=1e6 if now < 60 else 0.0, ssh=1e3)
    assert {each.app for each in timeline.flows_in(Range(1000, 1060))} == {"curl", "ssh"}
    assert set(timeline.records_in(Range(1000, 1060), {})) == {"curl", "ssh"}
    assert set(timeline.records_in(Range(2000, 2060), {})) == {"ssh"}


def test_memory_is_bounded_however_many_come_and_go():
    timeline = Timeline()
    for now in range(30):
        take(timeline, 100.5 + now, **{f"a{now}x{number}": 1e6 for number in range(100)})
    assert len(timeline._series) <= MOST_SERIES
    assert len(timeline._traces) <= MOST_ENDED + 100


def test_another_clock_begins_anew():
    timeline = Timeline()
    take(timeline, 5000.0, curl=1e6)
    take(timeline, 10.0, ssh=1e6)
    assert {each.app for each in timeline.flows_in(Range(0, 6000))} == {"ssh"}
    assert timeline.strip(Zoom.MINUTE, 60).end == 11


def test_the_axis_says_the_time_of_day():
    timeline = Timeline()
    take(timeline, 100.5, curl=1e6)
    strip = timeline.strip(Zoom.TEN_MINUTES, 600)
    ticks = list(clock_ticks(strip, Zoom.TEN_MINUTES))
    assert len(ticks) == 5
    assert all(strip.start <= place < strip.end for place, _ in ticks)
    assert range_words(Range(0, 50), OFFSET).count(":") == 4


def test_nothing_measured_is_an_empty_strip():
    assert Timeline().strip(Zoom.DAY, 100).highs == ()
