"""Billing months, counts, forecasts and warnings: arithmetic over days and clocks that jump."""

from datetime import date, datetime, timedelta, timezone

import pytest

from mpmanager.core.byte_counts import KEPT_DAYS, MOST_LINKS, ByteCounts, Counter, CountsMemory
from mpmanager.core.caps import allowance_for, billing_period, forecast, state, usage
from mpmanager.model.caps import Allowance, CapAction, CapState, PathCap
from mpmanager.model.clock import Moment
from mpmanager.model.errors import InvalidValueError

ZONE = timezone(timedelta(hours=1))
NOON = datetime(2026, 11, 21, 12, tzinfo=ZONE)
TODAY = NOON.date()
GB = 10**9


def moment(*, after_s=0.0, clock_ahead_s=0.0, boot="first", since_boot_s=5000.0):
    """So long after noon, by a clock that is so much ahead."""
    return Moment(
        local=NOON + timedelta(seconds=after_s + clock_ahead_s), since_boot_s=since_boot_s + after_s, boot=boot
    )


def take(counts, total, *, index=2, name="wwan0", **when):
    counts.take({name: Counter(index=index, carried_bytes=total)}, moment(**when))


@pytest.fixture
def counts():
    """A link that had carried 1,000 bytes before anybody counted."""
    counts = ByteCounts(CountsMemory())
    take(counts, 1000)
    return counts


@pytest.mark.parametrize(
    ("day", "reset_day", "first", "end"),
    [
        ("2026-11-21", 1, "2026-11-01", "2026-12-01"),
        ("2026-11-21", 21, "2026-11-21", "2026-12-21"),
        ("2026-11-20", 21, "2026-10-21", "2026-11-21"),
        ("2026-12-31", 15, "2026-12-15", "2027-01-15"),
        ("2027-01-03", 15, "2026-12-15", "2027-01-15"),
        ("2027-02-27", 31, "2027-01-31", "2027-02-28"),
        ("2027-02-28", 31, "2027-02-28", "2027-03-31"),
        ("2028-02-28", 30, "2028-01-30", "2028-02-29"),
    ],
)
def test_a_billing_month_begins_on_its_day_or_on_the_last_of_a_shorter_month(day, reset_day, first, end):
    period = billing_period(date.fromisoformat(day), reset_day)
    assert (str(period.first), str(period.end)) == (first, end)


def test_every_day_is_in_exactly_one_billing_month():
    for reset_day in range(1, 32):
        period = billing_period(date(2027, 1, 1), reset_day)
        for number in range(800):
            day = date(2027, 1, 1) + timedelta(days=number)
            if day == period.end:
                period = billing_period(day, reset_day)
                assert period.first == day
            assert billing_period(day, reset_day) == period
            assert period.first <= day < period.end


def test_what_was_used_is_that_of_the_day_and_of_the_billing_month():
    days = {date(2026, 11, 14): 7, date(2026, 11, 15): 20, date(2026, 11, 20): 300, TODAY: 4000}
    used = usage(days, PathCap(month_bytes=10_000, reset_day=15, day_bytes=5000), None, NOON)
    assert (used.today_bytes, used.period_bytes, used.counted_since) == (4000, 4320, date(2026, 11, 14))
    assert (used.day_state, used.month_state, used.state) == (CapState.WARNED, CapState.WITHIN, CapState.WARNED)


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        (74, CapState.WITHIN),
        (75, CapState.WARNED),
        (94, CapState.WARNED),
        (95, CapState.NEARLY),
        (99, CapState.NEARLY),
        (100, CapState.REACHED),
    ],
)
def test_people_are_warned_at_75_and_95_percent(used, expected):
    assert state(used, 100) is expected
    assert state(used, None) is CapState.UNLIMITED


def test_the_forecast_goes_on_at_the_rate_of_what_was_counted():
    period = billing_period(TODAY, 1)
    began = datetime(2026, 11, 11, tzinfo=ZONE)
    assert forecast(10 * GB, period, date(2026, 10, 1), began) == 30 * GB  # 10 days of 30
    assert forecast(10 * GB, period, date(2026, 11, 6), began) == 50 * GB  # 5 days, 20 to come
    assert forecast(10 * GB, period, date(2026, 11, 10), began - timedelta(seconds=1)) is None


def test_an_allowance_counts_from_what_was_used_and_ends_with_the_day():
    cap = PathCap(month_bytes=1000)
    days = {TODAY: 1030}
    allowance = allowance_for(100, usage(days, cap, None, NOON), cap, TODAY)
    assert allowance == Allowance(day=TODAY, extra_bytes=130)
    assert usage(days, cap, allowance, NOON).state is CapState.NEARLY
    assert usage({TODAY: 1130}, cap, allowance, NOON).state is CapState.REACHED
    assert usage(days, cap, allowance, NOON + timedelta(days=1)).state is CapState.REACHED
    more = allowance_for(100, usage(days, cap, allowance, NOON), cap, TODAY)
    assert more.extra_bytes == 230


@pytest.mark.parametrize("cap", [PathCap(), PathCap(day_bytes=-1), PathCap(month_bytes=1, reset_day=32)])
def test_a_cap_that_makes_no_sense_is_refused(cap):
    with pytest.raises(InvalidValueError, match="cap"):
        cap.check()


def test_what_was_carried_before_anybody_counted_is_nobodys(counts):
    take(counts, 1300)
    assert counts.days("wwan0") == {TODAY: 300}


def test_a_daemon_that_comes_after_a_crash_counts_what_passed_meanwhile(counts):
    take(counts, 1300)
    later = ByteCounts(counts.memory)
    take(later, 1900, after_s=50.0)
    assert later.days("wwan0") == {TODAY: 900}


def test_after_a_start_of_the_machine_all_that_interfaces_have_carried_is_new(counts):
    take(counts, 1300)
    later = ByteCounts(counts.memory)
    take(later, 5000, boot="second", since_boot_s=20.0)
    assert later.days("wwan0") == {TODAY: 5300}


def test_an_interface_that_comes_after_a_start_of_the_machine_has_carried_all_that_since(counts):
    take(counts, 1300)
    later = ByteCounts(counts.memory)
    take(later, 0, name="eth0", index=1, boot="second", since_boot_s=20.0)
    take(later, 5000, boot="second", since_boot_s=25.0)
    assert later.days("wwan0") == {TODAY: 5300}


@pytest.mark.parametrize("index", [2, 9])
def test_an_interface_that_is_made_anew_counts_from_zero(counts, index):
    take(counts, 1300)
    take(counts, 40, index=index)
    assert counts.days("wwan0") == {TODAY: 340}


def test_an_interface_that_comes_later_counts_from_its_beginning(counts):
    take(counts, 70, name="usb0", index=5)
    assert counts.days("usb0") == {TODAY: 70}


@pytest.mark.parametrize("years", [-56, 10])
def test_bytes_that_were_booked_by_a_wrong_clock_move_when_it_is_set(years):
    wrong_s = years * 365 * 86_400.0
    counts = ByteCounts(CountsMemory())
    take(counts, 0, clock_ahead_s=wrong_s)
    take(counts, 500, clock_ahead_s=wrong_s)
    counts = ByteCounts(counts.memory)  # over a crash, too
    take(counts, 600, after_s=60.0)
    assert counts.days("wwan0") == {TODAY: 600}


def test_setting_the_clock_moves_nothing_that_was_booked_before_the_machine_started(counts):
    take(counts, 1300)
    take(counts, 0, boot="second", clock_ahead_s=-5 * 86_400.0, since_boot_s=10.0)
    take(counts, 30, boot="second", clock_ahead_s=-5 * 86_400.0, since_boot_s=10.0)
    take(counts, 40, boot="second", after_s=5.0, since_boot_s=10.0)
    assert counts.days("wwan0") == {TODAY: 340}


def test_a_machine_that_sleeps_over_midnight_moves_nothing(counts):
    take(counts, 1300)
    take(counts, 1300, after_s=86_400.0)
    take(counts, 1350, after_s=86_401.0)
    assert counts.days("wwan0") == {TODAY: 300, TODAY + timedelta(days=1): 50}


def test_days_to_come_count_at_once_and_become_today_when_the_clock_has_gone_well_for_an_hour(counts):
    take(counts, 1300, clock_ahead_s=0)
    counts.memory.boot = "one whose clock was wrong"
    counts.memory.links["wwan0"].days = {date(2031, 1, 1): 300}
    later = ByteCounts(counts.memory)
    take(later, 0)
    assert usage(later.days("wwan0"), None, None, NOON).period_bytes == 300
    take(later, 1, after_s=3600.0)
    assert later.days("wwan0") == {TODAY: 301}


def test_memory_is_bounded(counts):
    for number in range(KEPT_DAYS + 20):
        take(counts, 1300 + number, after_s=number * 86_400.0)
    assert len(counts.days("wwan0")) == KEPT_DAYS + 1
    for number in range(MOST_LINKS + 10):
        take(counts, 5, name=f"usb{number}", after_s=200 * 86_400.0)
    assert len(counts.memory.links) == MOST_LINKS


def test_an_interface_that_is_there_is_not_forgotten_and_counted_again_from_its_beginning(counts):
    take(counts, 1300)
    for number in range(MOST_LINKS + 10):
        total = {"wwan0": 1300, f"usb{number}": 5}
        found = {name: Counter(index=index, carried_bytes=total[name]) for index, name in enumerate(total, 2)}
        counts.take(found, moment(after_s=86_400.0 + number))
    assert counts.days("wwan0") == {TODAY: 300}
    assert len(counts.memory.links) == MOST_LINKS


def test_what_is_done_then_says_when_the_path_may_be_used():
    assert [each.tier.value for each in CapAction] == ["never", "backup"]
