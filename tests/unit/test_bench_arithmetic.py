"""The arithmetic of the benchmark."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpmanager.bench.arithmetic import (
    Distribution,
    Interval,
    LinkSample,
    Summary,
    Verdict,
    backup_usage_coefficient,
    distribution,
    judge,
    least_possible_share,
    median_interval,
    percentile,
    return_time_s,
    share_of,
    summarise,
    time_coefficient,
)

POSITIVE = st.floats(min_value=0.01, max_value=1e3)
SHARE = st.floats(min_value=0, max_value=1)


def test_runs_are_summed_up_by_median_and_worst():
    assert summarise([3.0, 1.0, 2.0]) == Summary(median=2.0, worst=3.0, count=3)


def test_nothing_measured_is_no_summary():
    assert summarise([]) is None


def test_what_never_happened_is_the_worst():
    assert summarise([1.0, math.inf, 2.0]) == Summary(median=2.0, worst=math.inf, count=3)


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [
        (80.0, Verdict.AIM_REACHED),
        (80.1, Verdict.HELD),
        (110.0, Verdict.HELD),
        (110.1, Verdict.MISSED),
        (math.inf, Verdict.MISSED),
        (None, Verdict.NOT_MEASURED),
    ],
)
def test_a_figure_may_be_equal_to_its_bound(figure, verdict):
    assert judge(figure, required=110, aimed=80) is verdict


def test_less_than_the_least_is_missed():
    verdicts = [judge(figure, required=1.05, aimed=1, least=0.95) for figure in (0.94, 0.95, 1.0, 1.05, 1.06)]
    assert verdicts == [Verdict.MISSED, *[Verdict.AIM_REACHED] * 2, Verdict.HELD, Verdict.MISSED]


def test_a_distribution_is_told_by_its_quartiles_and_ends():
    assert distribution([5.0, 1.0, 2.0, 4.0, 3.0]) == Distribution(
        least=1.0, lower_quartile=2.0, median=3.0, upper_quartile=4.0, most=5.0
    )
    assert distribution([7.0]) == Distribution(least=7.0, lower_quartile=7.0, median=7.0, upper_quartile=7.0, most=7.0)
    assert distribution([]) is None


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [(6, 1, 6), (9, 2, 8), (20, 6, 15), (36, 12, 25)],  # ranks as in tables of the sign test
)
def test_the_true_median_lies_between_ranks_of_the_sign_test(count, low, high):
    assert median_interval(range(1, count + 1)) == Interval(low=low, high=high)


def test_five_figures_say_too_little_about_the_true_median():
    assert median_interval([1.0, 2.0, 3.0, 4.0, 5.0]) is None
    assert median_interval([]) is None


@given(st.lists(POSITIVE, min_size=6, max_size=300))
def test_the_median_that_was_measured_lies_where_the_true_one_may(values):
    sure, spread = median_interval(values), distribution(values)
    assert sure is not None
    assert spread is not None
    assert spread.least <= sure.low <= spread.median <= sure.high <= spread.most


@given(POSITIVE, POSITIVE)
def test_the_faster_of_pooling_and_stock_has_a_time_coefficient_of_0(pooling_s, stock_s):
    fastest = min(pooling_s, stock_s)
    assert time_coefficient(fastest, pooling_s=pooling_s, stock_s=stock_s) == 0


def test_the_slower_of_pooling_and_stock_has_a_time_coefficient_of_1():
    assert time_coefficient(17.2, pooling_s=8.7, stock_s=17.2) == pytest.approx(1)


def test_equally_fast_configurations_are_compared_in_steps_of_a_millisecond():
    assert time_coefficient(5.002, pooling_s=5.0, stock_s=5.0) == pytest.approx(2)


@given(SHARE, SHARE)
def test_as_little_on_the_backup_as_with_stock_is_a_usage_coefficient_of_0(pooling, stock):
    assert backup_usage_coefficient(stock, pooling=pooling, stock=stock) == 0


def test_as_much_on_the_backup_as_with_pooling_is_a_usage_coefficient_of_1():
    assert backup_usage_coefficient(0.5, pooling=0.5, stock=0.01) == pytest.approx(1)


def test_equal_shares_are_compared_in_tenths_of_a_percent():
    assert backup_usage_coefficient(0.302, pooling=0.3, stock=0.3) == pytest.approx(2)


def test_what_the_primary_has_no_room_for_is_the_least_possible_share():
    assert least_possible_share(15e6 / 8 * 10, capacity_bit_s=10e6, duration_s=10) == pytest.approx(1 / 3)


def test_where_the_primary_has_room_for_everything_the_least_possible_share_is_0():
    assert least_possible_share(5e6 / 8 * 10, capacity_bit_s=10e6, duration_s=10) == 0
    assert least_possible_share(0, capacity_bit_s=10e6, duration_s=10) == 0


def test_shares_of_nothing_are_0():
    assert (share_of(0, 0), share_of(1, 3)) == (0.0, 0.25)


def test_the_nearest_rank_is_a_percentile():
    assert (percentile([4, 1, 3, 2], 0.5), percentile([4, 1, 3, 2], 0.95), percentile([], 0.5)) == (2, 4, None)


def carried(*packets_each_100_ms: tuple[int, int]) -> list[LinkSample]:
    """Samples 100 ms apart: what primary and backup have carried until then."""
    samples, primary, backup = [LinkSample(at_s=0.0, primary_bytes=0, backup_bytes=0)], 0, 0
    for number, (on_primary, on_backup) in enumerate(packets_each_100_ms, start=1):
        primary, backup = primary + on_primary, backup + on_backup
        samples.append(LinkSample(at_s=number / 10, primary_bytes=primary, backup_bytes=backup))
    return samples


def test_the_return_is_when_the_primary_begins_to_carry_more():
    samples = carried(*[(0, 5)] * 10, *[(5, 0)] * 10)
    assert return_time_s(samples, healed_at_s=0.5) == pytest.approx(0.4, abs=0.11)


def test_a_late_retransmission_is_no_return():
    samples = carried(*[(0, 5)] * 5, (6, 5), *[(0, 5)] * 10)
    assert return_time_s(samples, healed_at_s=0.0) is None


def test_a_return_that_was_not_seen_is_none():
    assert return_time_s(carried(*[(0, 5)] * 10), healed_at_s=0.3) is None
    assert return_time_s([], healed_at_s=0.0) is None


def test_what_the_primary_carried_before_the_hole_ended_is_no_return():
    samples = carried(*[(5, 0)] * 10, *[(0, 5)] * 10)
    assert return_time_s(samples, healed_at_s=1.05) is None
