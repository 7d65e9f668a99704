"""Fixed bins, gaps, marks, the axis and the chart in words."""

import pytest
from fake_manager import World

from mpmanager.api.structures import EventKind
from mpmanager_ui.viewmodels import chart
from mpmanager_ui.viewmodels.axis import scale_of, tick_label
from mpmanager_ui.viewmodels.history import SPAN_BINS, ChartData, Mark, MarkKind, RateHistory, Series

TITLES = {"wlan0": "Wi-Fi", "wwan0": "LTE", "dsl0": "xDSL"}


@pytest.fixture
def world():
    return World()


def series(history, name="wlan0"):
    return next(each for each in history.data().series if each.path == name)


def frame_at(world, monotonic, rx_bytes):
    """A frame of one path with this counter."""
    frame = world.advance(0.0)
    frame.monotonic = monotonic
    frame.time = monotonic + 1_800_000_000.0
    frame.paths = [each for each in frame.paths if each.name == "wlan0"]
    frame.paths[0].rx_bytes = rx_bytes
    frame.paths[0].tx_bytes = 0
    return frame


def test_what_counters_say_lies_in_its_bins(world):
    history = RateHistory()
    for second, count in enumerate([0, 1000, 3000]):
        history.take(frame_at(world, 100.0 + second, count))
    assert series(history).down[-2:] == (8000.0, 16000.0)


def test_a_frame_that_comes_between_two_bins_is_shared_among_them(world):
    history = RateHistory()
    history.take(frame_at(world, 100.5, 0))
    history.take(frame_at(world, 101.5, 1000))
    history.take(frame_at(world, 102.5, 1000))
    assert series(history).down[-2:] == (8000.0, 4000.0)


def test_a_late_frame_loses_no_byte(world):
    history = RateHistory()
    history.take(frame_at(world, 100.0, 0))
    history.take(frame_at(world, 103.0, 3000))
    assert series(history).down[-3:] == (8000.0, 8000.0, 8000.0)


def test_a_gap_is_a_gap_and_not_zero(world):
    history = RateHistory()
    for moment, count in [(100.0, 0), (101.0, 1000), (120.0, 9000), (121.0, 9000)]:
        history.take(frame_at(world, moment, count))
    assert series(history).down[-2:] == (None, 0.0)
    assert history.data().gaps() == ((SPAN_BINS - 20, SPAN_BINS - 1),)


def test_time_without_frames_becomes_a_gap(world):
    history = RateHistory()
    history.take(frame_at(world, 100.0, 0))
    history.take(frame_at(world, 101.0, 1000))
    history.advance(10.0)
    assert history.data().gaps() == ((SPAN_BINS - 10, SPAN_BINS),)


def test_time_before_the_first_frame_is_no_gap(world):
    history = RateHistory()
    history.take(frame_at(world, 100.0, 0))
    assert history.data().gaps() == ()
    assert history.data().is_empty


def test_a_counter_that_starts_again_leaves_a_gap(world):
    history = RateHistory()
    for moment, count in [(100.0, 0), (101.0, 5000), (102.0, 10), (103.0, 1010)]:
        history.take(frame_at(world, moment, count))
    assert series(history).down[-3:] == (40000.0, None, 8000.0)


def test_another_clock_begins_another_history(world):
    history = RateHistory()
    history.take(frame_at(world, 500.0, 0))
    history.take(frame_at(world, 501.0, 1000))
    history.take(frame_at(world, 10.0, 0))
    assert history.data().is_empty


def test_bins_older_than_five_minutes_go(world):
    history = RateHistory()
    for second in range(SPAN_BINS + 50):
        history.take(frame_at(world, 100.0 + second, 1000 * second))
    assert len(series(history).down) == SPAN_BINS
    assert all(value == 8000.0 for value in series(history).down)


def test_the_last_minute_of_a_path_is_both_directions_together(world):
    history = RateHistory()
    history.take(frame_at(world, 100.0, 0))
    history.take(frame_at(world, 101.0, 1000))
    assert history.recent("wlan0", 2) == (None, 8000.0)


def test_a_path_lost_and_back_and_moved_is_marked_once_each(world):
    history = RateHistory()
    world.happen(EventKind.PATH_UP, "wlan0 is up", "wlan0")
    world.lose("wlan0")
    world.bring_back("wlan0")
    world.happen(EventKind.TIER_CHANGED, "wlan0 is used always now", "wlan0")
    history.take(world.advance())
    history.note(world.events)
    history.advance(1.0)
    assert [each.kind for each in history.data().marks] == [MarkKind.LOST, MarkKind.BACK, MarkKind.TIER]


def test_a_change_of_trust_is_marked(world):
    history = RateHistory()
    history.take(world.advance())
    world.join("wlan0", "Station")
    history.take(world.advance())
    assert [(each.kind, each.path) for each in history.data().marks] == [(MarkKind.TRUST, "wlan0")]


def test_a_mark_stands_at_the_time_of_its_event(world):
    history = RateHistory()
    world.lose("wlan0")
    history.take(world.advance(2.0))
    assert history.data().marks[0].monotonic == pytest.approx(world.now - 2.0)


def mark(moment, kind=MarkKind.TIER):
    return Mark(monotonic=moment, kind=kind, path="wlan0", text=f"at {moment}")


def test_changes_that_stand_close_become_one_mark():
    marks = [mark(moment) for moment in (10.0, 11.0, 12.5, 30.0)] + [mark(11.0, MarkKind.LOST), mark(60.0)]
    groups = chart.merged_marks([each for each in marks if each.kind is MarkKind.TIER], nearness_s=2.0)
    words = [each.words.replace("\N{NO-BREAK SPACE}", " ") for each in groups]
    assert words == ["3 changes", "", ""]
    assert [each.monotonic for each in groups] == [12.5, 30.0, 60.0]


def test_what_late_data_leads_to_becomes_one_mark_with_the_gravest_kind():
    kinds = (MarkKind.OPENED, MarkKind.FAILED_OVER, MarkKind.RETURNED, MarkKind.OPENED)
    marks = [mark(10.0 + place, kind) for place, kind in enumerate(kinds)]
    (group,) = chart.merged_marks(marks, nearness_s=2.0)
    assert (group.kind, group.words.replace("\N{NO-BREAK SPACE}", " ")) == (MarkKind.FAILED_OVER, "4 events")
    alone = chart.merged_marks(marks, nearness_s=0.5)
    assert [each.kind for each in alone] == list(kinds)
    same = chart.merged_marks([mark(10.0, MarkKind.OPENED), mark(10.5, MarkKind.OPENED)], nearness_s=2.0)
    assert same[0].words.replace("\N{NO-BREAK SPACE}", " ") == "2 openings"


def test_help_is_marked_with_the_path_that_carries_then(world):
    history = RateHistory()
    world.open_helper(2)
    world.fail_over(0)
    world.recover(0)
    history.take(world.advance())
    history.advance(1.0)
    marks = [(each.kind, each.path) for each in history.data().marks]
    assert marks[0] == (MarkKind.OPENED, "wwan0")
    assert marks[1] == (MarkKind.FAILED_OVER, "wwan0")
    assert marks[-1] == (MarkKind.RETURNED, "wlan0")


def test_signs_of_marks_at_one_moment_stand_beside_each_other():
    assert chart.apart([], 16) == ()
    assert chart.apart([10, 100, 300], 16) == (10, 100, 300)
    assert chart.apart([100, 100], 16) == (84, 100)
    assert chart.apart([90, 100, 105], 16) == (74, 89, 105)
    assert chart.apart([100, 100, 100], 16) == (84, 84, 100)  # no sign goes far from its line


def test_losses_and_returns_stay_single():
    marks = [mark(10.0, MarkKind.LOST), mark(10.5, MarkKind.BACK), mark(10.6, MarkKind.LOST)]
    assert [len(each.marks) for each in chart.merged_marks(marks, nearness_s=5.0)] == [1, 1, 1]


@pytest.mark.parametrize(("seconds", "span"), [(0, 60), (30, 60), (60, 60), (61, 120), (239, 240), (400, 300)])
def test_the_chart_shows_one_minute_first_and_grows_to_five(world, seconds, span):
    history = RateHistory()
    for second in range(seconds + 1):
        history.take(frame_at(world, 100.0 + second, 0))
    assert history.data().span == span


def test_the_time_axis_counts_minutes_or_quarters_of_one():
    quarters = [text.replace("\N{MINUS SIGN}", "-") for _, text in chart.axis_labels(60)]
    assert quarters == ["now", "-15 s", "-30 s", "-45 s", "-60 s"]
    assert chart.axis_labels(300)[-1] == (300, "\N{MINUS SIGN}5 min")


def data_of(**values):
    rows = tuple(
        Series(path=path, down=(0.0,) * (SPAN_BINS - 1) + (down,), up=(0.0,) * (SPAN_BINS - 1) + (up,))
        for path, (down, up) in values.items()
    )
    return ChartData(end=1000, series=rows)


def test_the_scale_holds_the_stack_in_round_steps():
    scale = scale_of(data_of(wlan0=(6e6, 1e6), wwan0=(2e6, 0.5e6)))
    assert scale.down_top >= 8e6
    assert scale.up_top >= 1.5e6
    assert str(int(scale.step))[0] in "125"
    assert scale.ticks()[0] == -scale.up_top
    assert scale.ticks()[-1] == scale.down_top
    assert 0.0 in scale.ticks()


def test_an_empty_chart_has_a_scale():
    assert scale_of(ChartData()).down_top > 0


def test_tick_labels_carry_no_sign_and_no_needless_decimal():
    assert [tick_label(each).replace("\N{NO-BREAK SPACE}", " ") for each in (-2e6, 0.0, 5e5, 2.5e6)] == [
        "2 Mbit/s",
        "0",
        "500 kbit/s",
        "2.5 Mbit/s",
    ]


def test_the_chart_has_a_sentence():
    text = chart.summary(data_of(wlan0=(6e6, 1e6)), TITLES).replace("\N{NO-BREAK SPACE}", " ")
    assert text == "Traffic of the last five minutes: Wi-Fi downloads 6.0 Mbit/s now, 6.0 Mbit/s at most."


def test_an_empty_chart_has_a_sentence():
    assert chart.summary(ChartData(), TITLES) == "Traffic of the last five minutes: nothing was measured yet."


def test_the_table_begins_with_the_newest_second_and_shows_gaps_as_dashes():
    data = data_of(wlan0=(6e6, None))
    assert chart.table_header(data, TITLES) == ("Time", "Wi-Fi down", "Wi-Fi up")
    assert chart.table_row(data, 0)[1:] == ("6.0\N{NO-BREAK SPACE}Mbit/s", "—")
