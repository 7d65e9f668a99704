"""`mpm lab` as a person types it."""

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mpmanager.lab.instance import instances, tear_down

pytestmark = pytest.mark.netns

MPM = Path(sys.executable).with_name("mpm")


def mpm(*arguments):
    return subprocess.run([MPM, *arguments], capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def name(lab_name):
    yield lab_name
    tear_down(lab_name)


def test_suggested_commands_name_the_lab_and_work_as_they_stand(name):
    made = mpm("lab", "up", "thesis", "--name", name)
    assert made.returncode == 0, made.stderr
    suggested = [line for line in made.stdout.splitlines() if "mpm lab" in line]
    assert len(suggested) == 3
    assert all(f"--name {name}" in line for line in suggested)
    assert all(line in mpm("lab", "status", "--name", name).stdout for line in suggested)
    assert f"  {name} " in mpm("lab", "list").stdout
    start = next(line for line in suggested if "mpmanagerd" in line)
    with subprocess.Popen(shlex.split(start), stderr=subprocess.PIPE, text=True) as daemon:
        try:
            assert "ready" in daemon.stderr.readline()
            bus = shlex.split(start)[shlex.split(start).index("--bus") + 1]
            assert "wlan0" in mpm("--bus", bus, "paths").stdout
        finally:
            daemon.terminate()
        assert daemon.wait(20) == 0
    mpm("lab", "down", "--name", name)
    assert f"  {name} " not in mpm("lab", "list").stdout
    assert f"mpm lab up --name {name}" in mpm("lab", "status", "--name", name).stderr


@pytest.mark.parametrize("after_s", [1.2, 4.0])
def test_ctrl_c_ends_a_played_scenario_and_removes_the_lab(name, after_s):
    process = subprocess.Popen(
        [MPM, "lab", "play", "thesis", "--name", name],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    time.sleep(after_s)
    assert name in instances()
    for _impatience in range(3):
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.05)
    stderr = process.communicate(timeout=40)[1]
    assert process.returncode == 130
    assert stderr.splitlines()[-1] == "Interrupted; the lab is removed."
    assert "Traceback" not in stderr
    assert name not in instances()
