"""A pytest plugin for guests: tells what becomes of each test, one JSON object a line, on the second serial port."""

import json
import subprocess
from pathlib import Path

import pytest

_PORT = Path("/dev/ttyS1")
_PACKAGES = (
    "network-manager",
    "wpasupplicant",
    "hostapd",
    "libbpf1",
    "nftables",
    "python3",
    "iproute2",
    "polkitd",
    "systemd",
)


def _tell(**fields: object) -> None:
    with _PORT.open("a") as port:
        port.write(json.dumps(fields) + "\n")


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is going to be run, where: what is missing in the end has not ended."""
    command = ["dpkg-query", "--show", "--showformat", "${Package} ${Version}\n", *_PACKAGES]
    versions = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.splitlines()
    _tell(planned=[item.nodeid for item in session.items], versions=dict(each.split() for each in versions))


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Tests that cannot even be read."""
    if report.failed:
        _tell(check=report.nodeid or "collection", outcome="failed", seconds=0.0, said=report.longreprtext)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Each phase that failed, and the call."""
    if report.when == "call" or report.outcome != "passed":
        said = "" if report.passed else report.longreprtext
        _tell(check=report.nodeid, outcome=report.outcome, seconds=report.duration, said=said)
    for name, value in report.user_properties if report.when == "call" else ():
        _tell(check=report.nodeid, property=name, value=str(value))
