"""A laptop with programs that talk all the time, and what of it leaves by the untrusted path."""

import json
import subprocess
import sys
from functools import partial
from pathlib import Path

from captured import Wire
from mpmanager.lab.topology import Topology

MPM = Path(sys.executable).with_name("mpm")
PUMP = Path(__file__).with_name("pump.py")
WIFI, LTE = "wlan0", "wwan0"
PORT = 5000
PEERS = {"vault": 11, "desk": 12, "server": 13}
"""Who talks to whom, so that a capture tells the programs apart: under `only`, under `handshake`, free."""

CAFE = Topology.from_data(
    {
        "links": {
            WIFI: {"kind": "wifi", "network": "Café", "security": "open", "rate": "25mbit", "delay": "12ms"},
            LTE: {"kind": "lte", "network": "Operator", "rate": "15mbit", "delay": "25ms"},
        },
        "servers": {name: {"addresses": [f"10.99.0.{last}", f"fd99::{last:x}"]} for name, last in PEERS.items()},
    },
    origin="the tests of faults",
)
"""The café's Wi-Fi has the default route and is not trusted."""


def watched(lab, peer, *, link=WIFI):
    """A capture of all that leaves for a server by a link."""
    to = lab.server_address(peer), lab.server_address(peer, version=6)
    return Wire(link, to=to, inside=partial(lab.inside, "laptop"))


def left_by(wire):
    """What was captured since the last time, without waiting for quiet."""
    return wire.packets(quiet_s=0)


class Program:
    """One of the laptop's, with connections that go on and on."""

    def __init__(self, lab, running, peer, kinds, *, prefix=(), opening=(), version=4):
        address = str(lab.server_address(peer, version=version))
        command = [*prefix, sys.executable, str(PUMP), "talk", address, str(PORT), *kinds, *opening]
        self.process = lab.popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        running.append(self.process)

    def wait_until_ready(self):
        said = self.process.stdout.readline()
        assert said == "ready\n", said
        return self

    def says(self, word):
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def finish(self):
        """Ends its connections; what became of them."""
        return self.says("finish")

    def end(self):
        self.process.stdin.write("end\n")
        self.process.stdin.flush()
        assert self.process.wait(20) == 0


def serve(lab, running):
    """All servers echo."""
    for place in lab.topology.servers:
        command = [sys.executable, str(PUMP), "serve", str(PORT)]
        process = lab.popen(command, place=place, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        running.append(process)
        assert process.stdout.readline() == "ready\n"


def run_with(daemon, demand):
    """The words before a command that hold it to something."""
    return (str(MPM), "--bus", str(daemon.bus), "run", "--no-multipath", "--trust", demand, "--")
