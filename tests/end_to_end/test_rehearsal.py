"""A path is taken away for a while on the real kernel: what moves, and what cannot."""

import json
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from end_to_end.stage import connect, header, subflow_paths, until
from mpmanager.api.structures import EventKind, PolicyInfo
from mpmanager.lab.programs import MessagesServer, running

pytestmark = [pytest.mark.netns, pytest.mark.alone]

MPM = Path(sys.executable).with_name("mpm")
AWAY_S = 4


@pytest.fixture
def office(lab_up, daemon_in):
    lab = lab_up("thesis")
    lab.run(["ip", "mptcp", "limits", "set", "subflows", "2", "add_addr_accepted", "0"], place="server")
    daemon = daemon_in(lab)
    until(lambda: {"wlan0", "wwan0"} <= {each.name for each in daemon.frame().paths}, "the paths are known")
    daemon.set_tier("wlan0", "always")
    daemon.set_tier("wwan0", "when-needed")
    daemon.ask(lambda client: client.set_policy(PolicyInfo(selector="default", wait_ms=50.0)))
    with running(lab, MessagesServer(name="messages-server")):
        yield lab, daemon


def messages(lab, stack, seconds):
    """Sends 1 kB every 20 ms for so long."""
    command = [sys.executable, "-P", "-m", "mpmanager.lab.messages", "send", str(lab.server_address())]
    command += ["--duration", f"{seconds}s", "--size", "1kB", "--interval", "20ms", "--json", "--patience", "20s"]
    program = lab.popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    stack.callback(program.communicate, timeout=20)
    stack.callback(program.terminate)
    return program


def rehearse(daemon, seconds):
    return [MPM, "--bus", str(daemon.bus), "rehearse", "wlan0", "--for", f"{seconds}s"]


def nftables(lab):
    return lab.run(["nft", "list", "tables"]).stdout


def test_an_examination_tells_which_steps_survive_on_each_path(office, server_in):
    lab, daemon = office
    server = server_in(lab)
    address = lab.server_address()
    asked = [MPM, "--bus", str(daemon.bus), "doctor", "--server", f"{address}:{server.port}", "--trace", str(address)]
    done = lab.run([*asked, "--json"], check=False)
    assert done.stdout, done.stderr
    diagnosis = json.loads(done.stdout)["diagnosis"]
    steps = ("route", "gateway", "service", "syn", "mp-capable", "mp-join")
    found = {(each["path"], each["step"]): each["outcome"] for each in diagnosis["probes"]}
    wanted = {(path, step): "ok" for path in ("wlan0", "wwan0") for step in steps}
    assert {each: found[each] for each in wanted} == wanted
    assert {each["path"] for each in diagnosis["hops"] if each["destination"]} == {"wlan0", "wwan0"}
    of_paths = [each for each in diagnosis["findings"] if each.get("path")]
    assert of_paths == []


def test_what_speaks_multipath_goes_on_and_what_does_not_waits(office, server_in):
    lab, daemon = office
    server = server_in(lab, protocol=0)
    with ExitStack() as stack:
        messages(lab, stack, 12)
        plain = stack.enter_context(connect(lab, lab.server_address(), server.port, protocol=0))
        plain.sendall(header(0, 0))
        until(
            lambda: any(subflow_paths(each) == {"wlan0", "wwan0"} for each in daemon.connections()), "it has two paths"
        )
        done = lab.run([*rehearse(daemon, AWAY_S), "--json"], check=False)
        assert done.stdout, done.stderr
        report = json.loads(done.stdout)["rehearsal"]
    (moved,) = report["connections"]
    assert (moved["outcome"], moved["moved_to"]) == ("moved", ["wwan0"])
    assert moved["moved_bytes"] > 50_000
    assert 0 < moved["waited_ms"] < 1000 * AWAY_S / 2
    assert sum(each["connections"] for each in report["plain"]) == 1
    assert done.returncode == 1
    assert "mpmanager_rehearsal" not in nftables(lab)
    kinds = [each.kind for each in daemon.events(EventKind.REHEARSAL_BEGAN, EventKind.REHEARSAL_ENDED)]
    assert kinds == [EventKind.REHEARSAL_BEGAN, EventKind.REHEARSAL_ENDED]
