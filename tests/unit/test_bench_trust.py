"""What the benchmark of trust draws, does in turns, and makes of what was measured, without a lab."""

import math
from collections import Counter

import pytest

from mpmanager.bench.arithmetic import Verdict
from mpmanager.bench.catalogue import TRUST
from mpmanager.bench.configurations import BOTH_ALWAYS, FULLMESH
from mpmanager.bench.measurement import Effort, Measured, Outcome, Results
from mpmanager.bench.pages import LinkSetting, draw_samples, ratios
from mpmanager.bench.plots import draw
from mpmanager.bench.runner import estimate_s
from mpmanager.bench.spending import in_turns
from mpmanager.bench.tables import claim_row, tables

QUICK = Effort(is_quick=True, runs=1, seed=1)
FULL = Effort(is_quick=False, runs=1, seed=1)


def loads(measurement, *pairs, stock_s=1.0):
    """Results of a page load: times without and with the restriction, one pair a sample."""
    outcomes = []
    for case, (any_s, first_s) in zip(measurement.cases, pairs, strict=False):
        times = {"any_s": any_s, "handshake_s": any_s, "first_s": first_s}
        ours = times | {"any_wifi_percent": 60.0, "handshake_wifi_percent": 50.0, "first_wifi_percent": 30.0}
        stock = {"any_s": stock_s, "any_wifi_percent": 61.0}
        for configuration, values in ((FULLMESH, stock), (BOTH_ALWAYS, ours)):
            measured = Measured(values=values)
            outcomes.append(Outcome(labels=case.labels, configuration=configuration.name, measured=measured))
    return Results(outcomes)


def costs(measurement, free, held, cost):
    """The same results in all cases."""
    names = [metric.name for metric in measurement.metrics]
    figures = [free, held, *(cost, cost - 1, cost + 1) * 2]
    measured = Measured(values=dict(zip(names, figures, strict=False)), series=(held / free,))
    return Results(
        Outcome(labels=case.labels, configuration=BOTH_ALWAYS.name, measured=measured) for case in measurement.cases
    )


def test_the_same_seed_draws_the_same_samples():
    assert draw_samples(1, 36) == draw_samples(1, 36) != draw_samples(2, 36)


@pytest.mark.parametrize("seed", range(5))
def test_everything_that_is_drawn_comes_equally_often(seed):
    samples = draw_samples(seed, 36)
    assert Counter(each.trusted.rate_mbit_s for each in samples) == dict.fromkeys((1, 5, 10, 20), 9)
    assert Counter(each.untrusted.rate_mbit_s for each in samples) == dict.fromkeys((5, 10, 20, 50), 9)
    pairs = Counter((each.trusted.rtt_ms, each.untrusted.rtt_ms) for each in samples)
    assert pairs == {(one, other): 4 for one in (10, 100, 200) for other in (10, 100, 200)}
    assert Counter(each.is_each_alone for each in samples) == {True: 18, False: 18}


def test_few_samples_are_as_even_as_they_can_be():
    rates = Counter(each.trusted.rate_mbit_s for each in draw_samples(1, 6))
    assert sorted(rates.values()) == [1, 1, 2, 2]


def test_objects_have_1_to_1000_kb_and_small_ones_are_as_likely_as_large_ones():
    sizes = [size for each in draw_samples(1, 500) for size in each.sizes]
    assert min(sizes) >= 1000
    assert max(sizes) <= 1_000_000
    below_10_kb = sum(size < 10_000 for size in sizes) / len(sizes)
    assert below_10_kb == pytest.approx(1 / 3, abs=0.05)


def test_a_round_trip_is_twice_the_delay_of_a_link():
    change = LinkSetting(rate_mbit_s=5, rtt_ms=100).change()
    assert (change.rate, change.delay, change.loss, change.jitter) == (5e6, 0.05, 0, 0)


def test_a_ratio_is_of_one_sample():
    measurement = TRUST["page-load"](QUICK)
    found = ratios(loads(measurement, (1.0, 2.0), (2.0, 2.0), (2.0, 1.0), stock_s=4.0))
    assert found == {
        "first 16 KiB / any": [2.0, 1.0, 0.5],
        "handshake / any": [1.0, 1.0, 1.0],
        "first 16 KiB / handshake": [2.0, 1.0, 0.5],
        "first 16 KiB / stock kernel": [0.5, 0.5, 0.25],
        "any / stock kernel": [0.25, 0.5, 0.5],
    }


@pytest.mark.parametrize(
    ("first_s", "verdict"),
    [(0.9, Verdict.MISSED), (0.96, Verdict.AIM_REACHED), (1.04, Verdict.HELD), (1.06, Verdict.MISSED)],
)
def test_the_median_page_must_take_as_long_as_without(first_s, verdict):
    measurement = TRUST["page-load"](QUICK)
    pages = [(1.0, first_s), (1.0, first_s), (1.0, 30.0), (1.0, 0.01)]
    beside_any, beside_handshake = measurement.claims(loads(measurement, *pages))
    assert beside_any.verdict is beside_handshake.verdict is verdict
    assert claim_row(beside_any)[2] == "0.95 to 1.05"


def test_nothing_measured_is_nothing_held():
    for make in TRUST.values():
        measurement = make(QUICK)
        assert {each.verdict for each in measurement.claims(Results())} <= {Verdict.NOT_MEASURED}
        assert [table.rows for table in measurement.extra_tables(Results()) if table.rows] == []


def test_the_tables_show_each_sample_and_the_distribution():
    measurement = TRUST["page-load"](QUICK)
    each, spread, by_kind = tables(measurement, loads(measurement, (1.0, 2.0), (2.0, 2.0), (2.0, 1.0)))
    assert each.rows[0][-5:] == ("1.00  61 %", "1.00  60 %", "1.00  50 %", "2.00  30 %", "2.00")
    assert spread.rows[0] == ("first 16 KiB / any", "3", "0.500", "0.750", "1.000", "1.500", "2.000", "-")
    assert sum(int(row[1]) for row in by_kind.rows) == 2 * 3, "each is of one kind in two ways"


@pytest.mark.parametrize(("cost", "verdict"), [(-1.0, Verdict.AIM_REACHED), (math.inf, Verdict.MISSED)])
@pytest.mark.parametrize("name", ["connect", "throughput"])
def test_costs_are_judged_one_by_one(name, cost, verdict):
    measurement = TRUST[name](FULL)
    claims = list(measurement.claims(costs(measurement, 10.0, 11.0, cost)))
    assert len(claims) == len(measurement.cases)
    assert {each.verdict for each in claims} == {verdict}


def test_a_cost_is_shown_with_where_it_may_lie():
    measurement = TRUST["throughput"](QUICK)
    (table,) = tables(measurement, costs(measurement, 10.0, 9.9, 1.0))
    assert table.rows[0] == ("only", "tcp", "trusted", "10.00", "9.90", *("1.00", "0.00 to 2.00") * 2)


def test_distributions_become_pictures(tmp_path):
    pages, throughput = TRUST["page-load"](QUICK), TRUST["throughput"](QUICK)
    made = [
        *draw(pages, loads(pages, (1.0, 2.0), (2.0, 2.0)), tmp_path),
        *draw(throughput, costs(throughput, 10.0, 9.9, 1.0), tmp_path),
    ]
    assert [each.name for each in made] == ["page-load-spread.png", "throughput-spread.png"]
    assert all(each.read_bytes().startswith(b"\x89PNG") for each in made)


def test_free_and_held_take_turns(tmp_path):
    cgroups = {name: tmp_path / name for name in ("free", "held")}
    for each in cgroups.values():
        each.mkdir()
    entered = []

    def act():
        ((name, processes),) = [(name, found) for name, each in cgroups.items() for found in each.iterdir()]
        processes.unlink()
        entered.append(name)
        return {"free": (1.0, 10.0), "held": (3.0, 30.0)}[name]

    assert in_turns(act, **cgroups, rounds=2) == [((1.0, 10.0), (3.0, 30.0))] * 2
    assert entered == ["free", "held", "held", "free", "held", "free", "free", "held"]


def test_the_quick_benchmark_takes_less_than_a_minute_and_a_half():
    assert sum(estimate_s(make(QUICK), 1) for make in TRUST.values()) < 90
