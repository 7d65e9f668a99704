"""A multihomed host and the network around it, in namespaces of their own."""

import ctypes
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_CLONE_NEWNET = 0x40000000
_CARRIER_LIMIT_S = 10.0
_libc = ctypes.CDLL(None, use_errno=True)


def run(command: str) -> str:
    return subprocess.run(command.split(), check=True, capture_output=True, text=True, timeout=20).stdout


def _enter(namespace: int) -> None:
    if _libc.setns(namespace, _CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


class World:
    """Namespaces `host`, where the test itself runs, and `around`, which has one end of each link and a server."""

    SERVER_4 = "10.99.0.1"
    SERVER_6 = "2001:db8:99::1"

    def __init__(self, name: str) -> None:
        self.host, self.around = f"{name}-host", f"{name}-around"

    def run(self, command: str) -> str:
        """In the host."""
        return run(command)

    def run_around(self, command: str) -> str:
        return run(f"ip netns exec {self.around} {command}")

    def batch(self, lines: list[str], *, namespace: str | None = None) -> None:
        """Many `ip` commands in one process, in the host if nothing is said."""
        place = ["-n", namespace] if namespace else []
        subprocess.run(
            ["ip", *place, "-batch", "-"],
            input="\n".join(lines),
            check=True,
            capture_output=True,
            text=True,
            timeout=20,
        )

    def link(self, name: str, number: int, *, versions: tuple[int, ...] = (4, 6)) -> None:
        """A veth: 10.0.N.1/24 and 2001:db8:N::1/64 on the host, .2 and ::2 (also fe80::2) around."""
        here = [f"link add {name} type veth peer name {name} netns {self.around}", f"link set {name} up"]
        around = [f"link set {name} up"]
        if 4 in versions:
            around += [f"addr add 10.0.{number}.2/24 dev {name}"]
            here += [f"addr add 10.0.{number}.1/24 dev {name}"]
        if 6 in versions:
            around += [f"addr add {each}/64 dev {name} nodad" for each in (f"2001:db8:{number}::2", "fe80::2")]
            here += [f"addr add 2001:db8:{number}::1/64 dev {name} nodad"]
        self.batch(here)
        self.batch(around, namespace=self.around)
        self._await_carrier(name)

    def _await_carrier(self, name: str) -> None:
        """The kernel may tell of it up to a second late."""
        deadline = time.monotonic() + _CARRIER_LIMIT_S
        while "state UP" not in self.run(f"ip link show {name}"):
            assert time.monotonic() < deadline, f"{name} has no carrier"
            time.sleep(0.01)

    def default_routes(self, name: str, number: int, *, metric: int) -> None:
        gateways = (f"10.0.{number}.2", "fe80::2")
        self.batch([f"route add default via {each} dev {name} metric {metric}" for each in gateways])

    def routing(self) -> str:
        """All rules and routes, as ip prints them."""
        commands = ("ip rule", "ip -6 rule", "ip route show table all", "ip -6 route show table all")
        return "\n".join(self.run(command) for command in commands)

    def ours(self) -> str:
        """Those of all that bear our mark."""
        return "\n".join(line for line in self.routing().splitlines() if "proto 109" in line)

    @contextmanager
    def outside(self) -> Iterator[None]:
        """For making sockets around; they stay there."""
        with Path(f"/run/netns/{self.host}").open() as host, Path(f"/run/netns/{self.around}").open() as around:
            _enter(around.fileno())
            try:
                yield
            finally:
                _enter(host.fileno())


@pytest.fixture
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """The test's thread is in `host` until the test ends."""
    number = next(_numbers)
    world = World(f"mpm-net-{os.getpid()}-{number}")
    with Path("/proc/thread-self/ns/net").open() as home:
        try:
            for name in (world.host, world.around):
                run(f"ip netns add {name}")
                run(f"ip -n {name} link set lo up")
            servers = [f"addr add {World.SERVER_4}/32 dev lo", f"addr add {World.SERVER_6}/128 dev lo nodad"]
            world.batch(servers, namespace=world.around)
            with Path(f"/run/netns/{world.host}").open() as host:
                _enter(host.fileno())
            yield world
        finally:
            _enter(home.fileno())
            for name in (world.host, world.around):
                subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True, timeout=20)


_numbers = iter(range(1_000_000))


@pytest.fixture
def two_paths(world: World) -> World:
    """wifi0 with the main table's better default routes, lte0 with worse ones."""
    world.link("wifi0", 1)
    world.link("lte0", 2)
    world.default_routes("wifi0", 1, metric=100)
    world.default_routes("lte0", 2, metric=600)
    return world
