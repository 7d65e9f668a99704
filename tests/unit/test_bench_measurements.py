"""What the benchmark plans, prints and draws, without a lab."""

import itertools
import math

import pytest

from mpmanager.bench.arithmetic import Summary, Verdict
from mpmanager.bench.catalogue import BACKUP, TRUST, measurements
from mpmanager.bench.configurations import (
    BOTH_ALWAYS,
    FULLMESH,
    NEVER,
    POOLING,
    STALE_1,
    STOCK,
    Approach,
    Configuration,
    ours,
)
from mpmanager.bench.measurement import Effort, Measured, Outcome, Results
from mpmanager.bench.plots import draw
from mpmanager.bench.runner import estimate_s, planned
from mpmanager.bench.tables import cell, records, tables

QUICK = Effort(is_quick=True, runs=1, seed=1)
FULL = Effort(is_quick=False, runs=3, seed=1)


def results_of(measurement, **values):
    """The same values for each of its runs."""
    found = {metric.name: 1.0 for metric in measurement.metrics} | values
    return Results(
        Outcome(
            labels=run.case.labels,
            configuration=run.configuration.name,
            measured=Measured(values=found, series=(1.0, 2.0)),
        )
        for run in planned(measurement, 1)
    )


def test_configurations_are_told_apart_by_their_names():
    steering = Configuration(approach=Approach.OURS, big_transfers_to="dsl0")
    known = [STOCK, STALE_1, POOLING, FULLMESH, BOTH_ALWAYS, ours(0.0), ours(50.0), ours(NEVER), steering]
    assert len({each.name for each in known}) == len(known)
    assert ours(50.0).name == "mpmanager 50 ms"


def test_configurations_take_turns():
    (measurement,) = measurements(BACKUP, ["black-hole"], FULL)
    order = [run.configuration for run in planned(measurement, 3)][:8]
    assert order[:4] == order[4:] == [STOCK, STALE_1, POOLING, ours(50.0)]


@pytest.mark.parametrize("effort", [QUICK, FULL], ids=["quick", "full"])
@pytest.mark.parametrize(("catalogue", "name"), [(each, name) for each in (BACKUP, TRUST) for name in each])
def test_every_case_has_labels_of_its_own_and_a_title_for_each(catalogue, name, effort):
    (measurement,) = measurements(catalogue, [name], effort)
    labels = [case.labels for case in measurement.cases]
    assert len(set(labels)) == len(labels) > 0
    assert {len(each) for each in labels} == {len(measurement.label_titles)}


@pytest.mark.parametrize("effort", [QUICK, FULL], ids=["quick", "full"])
@pytest.mark.parametrize("name", BACKUP)
def test_ours_stands_beside_the_stock_kernel_or_pooling(name, effort):
    if name == "processor":
        return  # a daemon's processor time has no counterpart
    (measurement,) = measurements(BACKUP, [name], effort)
    for case in measurement.cases:
        approaches = {each.approach for each in case.configurations}
        assert Approach.OURS in approaches
        assert approaches & {Approach.STOCK, Approach.POOLING}


def test_the_quick_benchmark_takes_less_than_five_minutes():
    assert sum(estimate_s(each, QUICK.runs) for each in measurements(BACKUP, [], QUICK)) < 300


def test_random_topologies_are_the_same_for_the_same_seed():
    labels = [
        [case.labels for case in BACKUP["random-coefficients"](Effort(is_quick=False, runs=1, seed=seed)).cases]
        for seed in (1, 1, 2)
    ]
    assert labels[0] == labels[1] != labels[2]


@pytest.mark.parametrize("name", BACKUP)
def test_every_claim_is_judged_by_what_was_measured(name):
    (measurement,) = measurements(BACKUP, [name], QUICK)
    good = list(measurement.claims(results_of(measurement, failovers=0.0, openings=0.0, share_percent=0.0)))
    verdicts = {claim.verdict for claim in good}
    assert verdicts <= {Verdict.AIM_REACHED, Verdict.HELD}, [claim.text for claim in good]
    bad = list(measurement.claims(results_of(measurement, **{metric.name: math.inf for metric in measurement.metrics})))
    assert {claim.verdict for claim in bad} <= {Verdict.MISSED, Verdict.HELD, Verdict.AIM_REACHED}
    assert len(bad) == len(good)


def test_a_claim_about_runs_that_failed_says_so():
    (measurement,) = measurements(BACKUP, ["black-hole"], QUICK)
    others = [each for each in results_of(measurement).outcomes if each.configuration != ours(50.0).name]
    assert {claim.verdict for claim in measurement.claims(Results(others))} == {Verdict.NOT_MEASURED}


def test_late_data_is_no_spared_backup():
    (measurement,) = measurements(BACKUP, ["limited-rate"], QUICK)
    claims = measurement.claims(results_of(measurement, excess_points=-39.0))
    assert {each.verdict for each in claims if each.unit == "points"} == {Verdict.MISSED}


def test_a_cell_has_the_worst_only_of_several_runs():
    assert cell(Summary(median=76.4, worst=96.0, count=3), 0) == "76 [96]"
    assert cell(Summary(median=76.4, worst=76.4, count=1), 1) == "76.4"
    assert cell(Summary(median=1.0, worst=math.inf, count=2), 0) == "1 [never]"
    assert cell(None, 0) == "-"


def test_a_table_has_ours_next_to_the_others():
    (measurement,) = measurements(BACKUP, ["black-hole"], QUICK)
    first = next(iter(tables(measurement, results_of(measurement, worst_ms=99.0))))
    assert first.headings[-4:] == (STOCK.name, STALE_1.name, POOLING.name, ours(50.0).name)
    assert first.rows[0] == ("upload", "bbr", "99", "99", "99", "99")


def test_coefficients_are_printed_with_their_median():
    (measurement,) = measurements(BACKUP, ["loss-coefficients"], QUICK)
    last = list(tables(measurement, results_of(measurement)))[-1]
    assert last.rows[-1][0] == "median"
    assert last.rows[-1][-1] == "TC 0.00  BU 0.00"


def test_every_figure_of_every_run_is_recorded():
    (measurement,) = measurements(BACKUP, ["page"], QUICK)
    assert len(list(records(measurement, results_of(measurement)))) == 3 * 2


def test_results_become_pictures(tmp_path):
    made = list(
        itertools.chain.from_iterable(
            draw(measurement, results_of(measurement), tmp_path)
            for measurement in measurements(BACKUP, ["black-hole", "page"], QUICK)
        )
    )
    assert [each.name for each in made] == ["black-hole.png", "black-hole-time.png", "page.png"]
    assert all(each.read_bytes().startswith(b"\x89PNG") for each in made)
