"""Two network namespaces and two wires between them: what a lab is to its users, without emulated links.

Thousands of connections at once are then a matter of the kernel and of the daemon.
"""

import itertools
import os
import subprocess
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path

from mpmanager.lab import namespaces
from mpmanager.lab.enter import command_inside

SERVER = ip_address("10.9.9.9")
LINKS = {"eth1": 1, "eth2": 2}
_numbers = itertools.count()
_SYSCTLS = {
    "net.ipv4.conf.all.rp_filter": 0,
    "net.ipv4.conf.default.rp_filter": 0,
    "net.core.somaxconn": 20_000,
    "net.ipv4.tcp_max_syn_backlog": 40_000,
    "net.ipv6.conf.default.accept_ra": 0,
    "net.ipv6.conf.default.accept_dad": 0,
}
_LAPTOP_PORTS = "10000 49000"
_EACH_WAY = (("subflow", "8"), ("add_addr_accepted", "8"))


class Wires:
    """Speaks like a `Lab`, as far as the tests of faults need it."""

    def __init__(self, directory):
        self._prefix = f"mpmf{os.getpid()}_{next(_numbers)}-"
        self.facts_file = directory / "facts.toml"
        self.facts_file.write_text("".join(f'[interface.{name}]\nkind = "xdsl"\n' for name in LINKS))

    def namespace(self, place="laptop"):
        return f"{self._prefix}{place}"

    def up(self):
        for place in ("laptop", "server"):
            namespaces.create(self.namespace(place))
            namespaces.write_sysctls(self.namespace(place), _SYSCTLS)
        namespaces.write_sysctls(self.namespace(), {"net.ipv4.ip_local_port_range": _LAPTOP_PORTS})
        for name, number in LINKS.items():
            self.plug(name, number)
        server = self.namespace("server")
        namespaces.ip("-n", server, batch=[f"address add {SERVER}/32 dev lo"])
        limits = [word for pair in _EACH_WAY for word in pair]
        namespaces.ip("-n", server, "mptcp", "limits", "set", *limits)

    def plug(self, name, number, *, index=None):
        """A wire; its end on the laptop has an address, a default route, and an index if one is wanted."""
        laptop, server = self.namespace(), self.namespace("server")
        wanted = "" if index is None else f"index {index} "
        namespaces.ip("-n", laptop, batch=[f"link add {name} {wanted}type veth peer name to-{name} netns {server}"])
        namespaces.ip("-n", server, batch=[f"link set to-{name} up", f"address add 10.1.{number}.1/24 dev to-{name}"])
        namespaces.ip("-n", laptop, batch=self.dressed(name, number))

    @staticmethod
    def dressed(name, number):
        """The lines that give a link of the laptop its address and route."""
        return (
            f"link set {name} addrgenmode none",
            f"link set {name} up",
            f"address replace 10.1.{number}.2/24 dev {name}",
            f"route replace default via 10.1.{number}.1 dev {name} metric {100 * number}",
        )

    def down(self):
        namespaces.remove([self.namespace(place) for place in ("laptop", "server")])

    @staticmethod
    def server_address():
        return SERVER

    @staticmethod
    def laptop_address(link):
        return ip_address(f"10.1.{LINKS[link]}.2")

    def popen(self, argv, *, place="laptop", is_service=False, **options):
        del is_service  # no cgroups are made here
        return subprocess.Popen(command_inside(self.namespace(place), list(map(str, argv))), **options)

    def run(self, argv, *, place="laptop"):
        command = command_inside(self.namespace(place), list(argv))
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)

    def inside(self, place, function):
        return namespaces.inside(self.namespace(place), function)

    def index_of(self, link):
        shown = self.run(["cat", f"/sys/class/net/{link}/ifindex"]).stdout
        return int(shown)


@contextmanager
def wires_in(directory):
    """Wires that end with the block."""
    wires = Wires(Path(directory))
    try:
        wires.up()
        yield wires
    finally:
        wires.down()
