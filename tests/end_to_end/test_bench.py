"""The benchmark of active backup, the smallest part of it, on the real kernel."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from mpmanager.bench.catalogue import BACKUP
from mpmanager.bench.configurations import STOCK, ours
from mpmanager.bench.measurement import Effort
from mpmanager.bench.runner import carry_out
from mpmanager.lab.instance import instances

pytestmark = [pytest.mark.netns, pytest.mark.slow, pytest.mark.alone]

MPM = Path(sys.executable).with_name("mpm")
OURS = ours(50.0)


def only(measurement, labels, *configurations):
    """One case of a measurement, with these configurations."""
    case = next(each for each in measurement.cases if each.labels == labels)
    return replace(measurement, cases=(replace(case, configurations=configurations),))


def test_a_black_hole_costs_at_most_half_of_what_it_costs_the_stock_kernel():
    measurement = BACKUP["black-hole"](Effort(is_quick=True, runs=1, seed=1))
    upload = only(measurement, ("upload", "bbr"), STOCK, OURS)
    results, failures = carry_out(upload, 1, on_run=lambda _: None, on_end=lambda _: None)
    assert not failures
    stock_ms, ours_ms = (results.median(("upload", "bbr"), each.name, "worst_ms") for each in (STOCK, OURS))
    assert stock_ms > 200, "the hole must be felt, or nothing is compared"
    assert ours_ms <= stock_ms / 2


def test_the_command_prints_json_and_leaves_figures_and_pictures(tmp_path):
    done = subprocess.run(
        [MPM, "bench", "backup", "--quick", "--only", "page", "--json", "--output", tmp_path],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    (page,) = json.loads(done.stdout)
    assert {each["configuration"] for each in page["runs"]} == {"stock", "pooling", "mpmanager 50 ms"}
    assert page["failures"] == []
    assert {each.name for each in tmp_path.iterdir()} == {"page.csv", "page.png"}
    assert (tmp_path / "page.csv").read_text().startswith("measurement,case,configuration,metric,run,value")


def test_ctrl_c_removes_everything(tmp_path):
    command = [MPM, "bench", "backup", "--quick", "--only", "black-hole", "--output", tmp_path]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        name = f"bench{process.pid}"
        deadline = time.monotonic() + 30
        while name not in instances():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        time.sleep(3)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "everything that was started is removed" in said
    assert name not in instances()
    assert not list(Path("/run/netns").glob(f"mpm-{name}-*"))
