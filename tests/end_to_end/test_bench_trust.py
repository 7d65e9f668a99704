"""The benchmark of trust, the smallest part of it, on the real kernel."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mpmanager.bench.catalogue import TRUST
from mpmanager.bench.configurations import BOTH_ALWAYS, FULLMESH
from mpmanager.bench.measurement import Effort
from mpmanager.bench.runner import carry_out

pytestmark = [pytest.mark.netns, pytest.mark.slow, pytest.mark.alone]

MPM = Path(sys.executable).with_name("mpm")
QUICK = Effort(is_quick=True, runs=1, seed=1)


def test_a_page_is_loaded_with_each_policy_and_the_first_bytes_keep_off_wifi(tmp_path):
    command = [MPM, "bench", "trust", "--only", "page-load", "--samples", "1", "--json", "--output", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode in {0, 1}, done.stderr
    (page,) = json.loads(done.stdout)
    assert page["failures"] == []
    found = {(each["configuration"], each["metric"]): each["value"] for each in page["runs"]}
    assert {name for name, _ in found} == {FULLMESH.name, BOTH_ALWAYS.name}
    first_s, any_s = (found[BOTH_ALWAYS.name, name] for name in ("first_s", "any_s"))
    assert 0.01 < first_s / any_s < 100
    without, held = (found[BOTH_ALWAYS.name, f"{policy}_wifi_percent"] for policy in ("any", "first"))
    assert held < without, "connections open by Wi-Fi without restriction, and by LTE with it"
    assert {each.name for each in tmp_path.iterdir()} == {"page-load.csv", "page-load-spread.png"}


@pytest.mark.parametrize("name", ["connect", "throughput"])
def test_a_program_is_measured_that_really_is_behind_the_fence(name):
    measurement = TRUST[name](QUICK)
    case = next(each for each in measurement.cases if each.labels[:2] == ("only", "tcp"))
    few = replace(case, measure=lambda stage: case.measure.func(stage, **case.measure.keywords | {"rounds": 6}))
    results, failures = carry_out(replace(measurement, cases=(few,)), 1, on_run=lambda _: None, on_end=lambda _: None)
    assert not failures, failures[0].reason
    free, held = (results.median(case.labels, BOTH_ALWAYS.name, metric.name) for metric in measurement.metrics[:2])
    assert 0.05 < held / free < 20
