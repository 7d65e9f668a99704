"""A guest with Wi-Fi: networks on the air, NetworkManager that joins them, and a daemon that judges them."""

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from end_to_end.stage import Daemon
from system.wifi.access_points import NETWORKS, on_the_air, run

_JOIN_LIMIT_S = 90
_ACTIVATED = "100 (connected)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """The card that NetworkManager has."""

    interface: str
    directory: Path
    """Of certificates."""

    def make_profile(self, network):
        """How to join a network, under its name."""
        address = ("ipv4.method", "manual", "ipv4.addresses", network.address, "ipv4.gateway", network.gateway)
        begin = ("connection", "add", "type", "wifi", "con-name", network.name, "ssid", network.name)
        usual = ("ifname", self.interface, "autoconnect", "no", "ipv6.method", "disabled")
        self.manage(*begin, *usual, *address, *network.profile)

    def join(self, name):
        """By a profile; returns when the network is in use."""
        self.manage("connection", "up", "id", name)
        assert self.state() == _ACTIVATED

    def leave(self):
        self.manage("device", "disconnect", self.interface)

    def state(self):
        return self.manage("-g", "GENERAL.STATE", "device", "show", self.interface).strip()

    def manage(self, *arguments):
        """NetworkManager, by its own command."""
        return run(["nmcli", "--wait", str(_JOIN_LIMIT_S), *arguments], limit_s=_JOIN_LIMIT_S + 60)


@pytest.fixture(scope="session")
def station(tmp_path_factory):
    directory = tmp_path_factory.mktemp("air")
    with on_the_air(directory) as interface:
        made = Station(interface=interface, directory=directory)
        _wait_until_known(made)
        for network in NETWORKS:
            made.make_profile(network)
        yield made


def _wait_until_known(station):
    deadline = time.monotonic() + _JOIN_LIMIT_S
    while subprocess.run(["nmcli", "-g", "GENERAL.STATE", "device", "show", station.interface], check=False).returncode:
        assert time.monotonic() < deadline, "NetworkManager does not find the card"
        time.sleep(0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Here:
    """The guest itself, in the place of a lab."""

    facts_file: Path

    def popen(self, command, *, place, is_service, **options):
        assert (place, is_service) == ("laptop", True)
        return subprocess.Popen(command, **options)


@pytest.fixture(scope="session")
def daemon(tmp_path_factory):
    """On a bus of its own; it hears NetworkManager on the system's."""
    directory = tmp_path_factory.mktemp("daemon")
    (directory / "facts.toml").touch()
    made = Daemon(_Here(facts_file=directory / "facts.toml"), directory)
    yield made.start()
    made.stop()
