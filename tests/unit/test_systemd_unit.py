"""The unit of systemd: what systemd itself says of it."""

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest

from mpmanager.api.contract import BUS_NAME

_RESOURCES = Path(__file__).parents[2] / "resources"
_UNIT = _RESOURCES / "systemd/mpmanager.service"
_ACTIVATION = _RESOURCES / f"dbus/{BUS_NAME}.service"
_MOST_EXPOSURE = 3.0

pytestmark = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")


def analyze(*arguments):
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, timeout=60, check=False)


def test_it_is_exposed_less_than_most_services():
    threshold = str(int(_MOST_EXPOSURE * 10) - 1)
    done = analyze("security", "--offline=yes", "--no-pager", f"--threshold={threshold}", str(_UNIT))
    assert done.returncode == 0, done.stdout.splitlines()[-1]


def test_systemd_finds_no_fault_in_it(tmp_path):
    """Of what it names, programs and pages of manuals are installed elsewhere."""
    own = tmp_path / _UNIT.name
    text = _UNIT.read_text().replace("/usr/sbin/mpmanagerd", "/bin/true")
    own.write_text("".join(line for line in text.splitlines(keepends=True) if not line.startswith("Documentation=")))
    done = analyze("verify", "--man=no", str(own))
    assert (done.returncode, done.stderr) == (0, "")


def test_the_bus_starts_that_very_unit():
    activation = configparser.ConfigParser()
    activation.read(_ACTIVATION)
    section = activation["D-BUS Service"]
    assert (section["Name"], section["SystemdService"], section["User"]) == (BUS_NAME, _UNIT.name, "root")
    assert f"\nBusName={BUS_NAME}\n" in _UNIT.read_text()
    assert f"\nAlias=dbus-{BUS_NAME}.service\n" in _UNIT.read_text()
