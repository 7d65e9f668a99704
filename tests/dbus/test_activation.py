"""Whoever calls the daemon while it is not there has the bus start it, and gets an answer to that very call."""

import subprocess
import sys
from pathlib import Path

import pytest

from mpmanager.api.contract import BUS_NAME

MPM = Path(sys.executable).with_name("mpm")
LIMIT_S = 60
_CONFIGURATION = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={place}/bus</listen>
  <servicedir>{place}</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
_SERVICE = """\
[D-BUS Service]
Name={name}
Exec={daemon} --simulate --bus unix:path={place}/bus --state {place}/state
"""


@pytest.fixture
def bus(tmp_path):
    """Knows how to start a daemon, and has not yet; it and what it has started end with the test."""
    (tmp_path / "bus.conf").write_text(_CONFIGURATION.format(place=tmp_path))
    daemon = MPM.with_name("mpmanagerd")
    (tmp_path / f"{BUS_NAME}.service").write_text(_SERVICE.format(name=BUS_NAME, daemon=daemon, place=tmp_path))
    command = ["dbus-daemon", f"--config-file={tmp_path}/bus.conf", "--nofork", "--print-address=1"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    yield process.stdout.readline().strip().partition(",")[0]
    process.terminate()  # its daemon ends, too: without a bus nobody can reach it
    process.communicate(timeout=LIMIT_S)


@pytest.mark.parametrize("command", [["paths"], ["status"], ["app", "list"]], ids=" ".join)
def test_the_call_that_starts_it_is_answered_with_what_it_manages(bus, command):
    done = subprocess.run(
        [MPM, "--bus", bus, *command], capture_output=True, text=True, timeout=LIMIT_S, check=False, env={"LANG": "C"}
    )
    assert done.returncode == 0, done.stderr
    assert {"paths": "wlan0", "status": "manages the Multipath TCP connections here", "app": "default"}[
        command[0]
    ] in done.stdout
