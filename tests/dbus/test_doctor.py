"""Examinations over a real bus: what is told, what is refused, and who may have others asked."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from dbus_fast import Message, Variant

from mpmanager.api import contract
from mpmanager.api.bus import parse_bus
from mpmanager.api.structures import ProbeOptions
from mpmanager.client.manager import connected
from mpmanager.daemon.authority import OwnerAuthority
from mpmanager.daemon.compose import simulated_world
from mpmanager.daemon.manager import Manager
from mpmanager.daemon.service import Service
from mpmanager.daemon.state import StateDirectory
from mpmanager.model.authority import Action, Caller
from mpmanager.model.diagnosis import FindingId, ProbeOutcome, ProbeStep
from mpmanager.model.errors import InvalidValueError, UnknownPathError
from mpmanager.model.facts import NO_FACTS

DAEMON = Path(sys.executable).with_name("mpmanagerd")
MPM = Path(sys.executable).with_name("mpm")


@pytest.fixture(scope="module")
def bus(tmp_path_factory):
    directory = tmp_path_factory.mktemp("doctor")
    address = f"private:{directory / 'bus'}"
    daemon = subprocess.Popen(
        [DAEMON, "--simulate", f"--bus={address}", f"--state={directory / 'state'}"], stderr=subprocess.PIPE, text=True
    )
    assert "ready" in daemon.stderr.readline()
    yield parse_bus(address)
    daemon.terminate()
    rest = daemon.communicate(timeout=10)[1]
    assert "Traceback" not in rest, rest


def ask(bus, talk):
    async def run():
        async with connected(bus) as client:
            return await talk(client)

    return asyncio.run(run())


def mpm(bus, *arguments):
    return subprocess.run(
        [MPM, "--bus", str(bus), "doctor", *arguments], capture_output=True, text=True, timeout=30, check=False
    )


def test_nobody_is_asked_whom_nobody_has_named(bus):
    found = ask(bus, lambda client: client.probe_paths(ProbeOptions()))
    asked = {each.step for each in found.probes if each.outcome is not ProbeOutcome.NOT_ASKED}
    assert asked == {ProbeStep.ROUTE, ProbeStep.GATEWAY, ProbeStep.DNS}
    assert found.hops == []


def test_findings_come_with_the_probes_and_the_exit_code_tells(bus):
    done = mpm(bus, "--json", "--server", "198.51.100.7:443", "--path", "wwan0")
    assert done.returncode == 1
    diagnosis = json.loads(done.stdout)["diagnosis"]
    assert {each["path"] for each in diagnosis["probes"]} == {"wwan0"}
    assert FindingId.JOIN_STRIPPED in {each["id"] for each in diagnosis["findings"]}


def test_the_report_has_neither_addresses_nor_networks(bus):
    report = mpm(bus, "--report").stdout
    assert "gateway <address" in report
    assert [each for each in ("192.0.2.", "198.51.100.", "Home", "Operator") if each in report] == []


@pytest.mark.parametrize(
    "options",
    [
        ProbeOptions(server="example.org:443"),
        ProbeOptions(server="192.0.2.7"),
        ProbeOptions(server="127.0.0.1:80"),
        ProbeOptions(server="192.0.2.7:99999"),
        ProbeOptions(trace="224.0.0.1"),
        ProbeOptions(portal_url="https://example.org/"),
        ProbeOptions(portal_url="http://example.org/ x"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(bus, options):
    option = next(name for name in ("server", "trace", "portal_url") if getattr(options, name))
    with pytest.raises(InvalidValueError, match=option):
        ask(bus, lambda client: client.diagnose(options))


def test_a_path_that_is_not_there_is_named(bus):
    with pytest.raises(UnknownPathError, match="wlan9"):
        ask(bus, lambda client: client.diagnose(ProbeOptions(path="wlan9")))
    assert mpm(bus, "--path", "wlan9").returncode == 5


@pytest.mark.parametrize(
    ("options", "action"),
    [
        ({}, Action.INFO),
        ({"path": "wlan0", "server": ""}, Action.INFO),
        ({"server": "192.0.2.7:443"}, Action.POLICY_SYSTEM),
        ({"trace": "192.0.2.7"}, Action.POLICY_SYSTEM),
        ({"portal_url": "http://example.org/"}, Action.POLICY_SYSTEM),
    ],
)
def test_who_has_others_asked_needs_the_right_to(tmp_path, options, action):
    async def decide():
        service = Service(Manager(simulated_world(), facts=NO_FACTS, state=StateDirectory(tmp_path)), OwnerAuthority())
        body = [{name: Variant("s", value) for name, value in options.items()}]
        caller = Caller(bus_name=":1.7", uid=1000)
        return [
            service._action(caller, Message(path="/", member=method.name, body=body, signature="a{sv}"), method)
            for method in (contract.PROBE_PATHS, contract.DIAGNOSE)
        ]

    assert asyncio.run(decide()) == [action, action]
