"""Somebody else manages paths here, too: it is told, and nobody fights."""

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from end_to_end.stage import connect, header, read_exactly, subflow_paths, until
from mpmanager.api.structures import EventKind, ProbeOptions
from mpmanager.model.diagnosis import FindingId

pytestmark = pytest.mark.netns

RIVAL = Path(__file__).with_name("rival.py")
_MOST_PER_S = 4.0
"""Subflows that may come and go for each second in which somebody undoes what the daemon does."""


def findings(daemon, *kinds):
    found = daemon.ask(lambda client: client.diagnose(ProbeOptions())).findings
    return [each for each in found if each.id in kinds]


def index_of(lab, link):
    return re.match(r"(\d+):", lab.run(["ip", "-o", "link", "show", link]).stdout)[1]


def rival(lab, running, what, link):
    command = [sys.executable, str(RIVAL), what, str(lab.laptop_address(link)), index_of(lab, link)]
    process = lab.popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, is_service=True)
    running.append(process)
    assert process.stdout.readline() == "ready\n"
    return process


def end(process):
    """How often it has done something."""
    process.stdin.write("\n")
    process.stdin.flush()
    count = int(process.stdout.readline())
    assert process.wait(10) == 0
    return count


def rivalry(client, other, lasts_s):
    """How often the other one has done something in that time, while 2 of 3 MB are still to come."""
    client.sendall(header(0, 3_000_000))
    read_exactly(client, 1_000_000)
    time.sleep(lasts_s)
    return end(other)


def test_endpoints_and_listeners_are_told_while_they_are_there(lab_up, daemon_in, running):
    lab = lab_up()
    daemon = daemon_in(lab)
    kinds = FindingId.OTHER_LISTENER, FindingId.KERNEL_ENDPOINTS
    assert findings(daemon, *kinds) == []
    address = str(lab.laptop_address("dsl0"))
    lab.run(["ip", "mptcp", "endpoint", "add", address, "dev", "dsl0", "subflow", "backup"])
    monitor = lab.popen(["ip", "mptcp", "monitor"], stdout=subprocess.DEVNULL)
    running.append(monitor)
    listener, endpoints = until(lambda: len(found := findings(daemon, *kinds)) == 2 and found, "both are told")
    assert (listener.id, listener.severity) == (FindingId.OTHER_LISTENER, "warning")
    assert f"ip (process {monitor.pid})" in listener.measured
    assert f"{address} subflow backup" in endpoints.measured
    assert endpoints.command == "ip mptcp endpoint flush"
    monitor.terminate()
    assert monitor.wait(10)
    lab.run(endpoints.command.split())
    assert findings(daemon, *kinds) == []


def test_a_manager_that_closes_subflows_is_told_and_not_fought(lab_up, daemon_in, server_in, running, trial):
    lab = lab_up()
    daemon, server = daemon_in(lab), server_in(lab)
    other = rival(lab, running, "close", "dsl0")
    (told,) = findings(daemon, FindingId.OTHER_LISTENER)
    assert (told.severity, told.command) == ("problem", "systemctl disable --now mptcp")
    assert f"mptcpd (process {other.pid})" in told.measured
    lasts_s = trial.so_many(3, 30)
    with connect(lab, lab.server_address(), server.port) as client:
        count = rivalry(client, other, lasts_s)
        opened = [each for each in daemon.events(EventKind.SUBFLOW_OPENED) if each.path == "dsl0"]
        trial.figure(f"subflows opened anew in {lasts_s} s while a second manager closes them", len(opened), "few")
        assert 1 <= len(opened) <= lasts_s * _MOST_PER_S
        assert count <= lasts_s * _MOST_PER_S
        read_exactly(client, 2_000_000)
        until(
            lambda: "dsl0" in subflow_paths(daemon.connection(client.getsockname())),
            "the path is joined once nobody closes it any more",
            within_s=40,
        )


def test_a_manager_that_opens_what_is_not_allowed_is_not_fought(lab_up, daemon_in, server_in, running, trial):
    lab = lab_up()
    daemon, server = daemon_in(lab), server_in(lab)
    daemon.set_tier("wwan0", "never")
    other = rival(lab, running, "open", "wwan0")
    lasts_s = trial.so_many(3, 30)
    with connect(lab, lab.server_address(), server.port) as client:
        count = rivalry(client, other, lasts_s)
        trial.figure(f"subflows that a second manager opens in {lasts_s} s on a path that is never used", count, "few")
        assert 1 <= count <= lasts_s * _MOST_PER_S
        read_exactly(client, 2_000_000)
        until(
            lambda: subflow_paths(daemon.connection(client.getsockname())) == {"wlan0", "dsl0"},
            "what is not allowed is left in the end",
        )
