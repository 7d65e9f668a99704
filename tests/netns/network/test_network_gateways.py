"""What the observer hears of the routers behind the default routes, and when that is news."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from mpmanager.core.paths import derive_paths
from mpmanager.linux.network import LinuxNetworkObserver
from mpmanager.model.network import LinkHint, LinkHints, NetworkState
from mpmanager.model.path import KindSource, PathKind

pytestmark = pytest.mark.netns

_SOON_S = 5
_NOTHING_S = 0.3
_ELSEWHERE = "02:00:5e:00:53:99"


@asynccontextmanager
async def observing() -> AsyncIterator[LinuxNetworkObserver]:
    observer = LinuxNetworkObserver()
    try:
        yield observer
    finally:
        await observer.close()


def observed() -> NetworkState:
    async def observe() -> NetworkState:
        async with observing() as observer:
            return await observer.observe()

    return asyncio.run(observe())


def gateways(state: NetworkState) -> set[tuple[str, str, str]]:
    """Links, addresses and link addresses."""
    return {(socket.if_indextoname(each.link_index), str(each.address), each.link_address) for each in state.neighbours}


def network_ids(state: NetworkState) -> dict[str, tuple[str, ...]]:
    hints: LinkHints = {
        link.name: (LinkHint(source=KindSource.KERNEL, kind=PathKind.ETHERNET, connection="shared"),)
        for link in state.links
    }
    return {path.name: tuple(map(str, path.network_ids)) for path in derive_paths(state, hints=hints)}


def router_of(world: Any, name: str) -> str:
    """The link address of the other end."""
    return str(world.run_around(f"cat /sys/class/net/{name}/address")).strip()


def send(to: str) -> None:
    """A datagram to nobody, who must be looked for first."""
    family = socket.AF_INET6 if ":" in to else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", (to, 9))


def settle(world: Any) -> None:
    """Wait until no IPv6 address is being looked for any more: the end of that is a change, too."""
    deadline = time.monotonic() + 10
    while world.run("ip -6 addr show tentative"):
        assert time.monotonic() < deadline
        time.sleep(0.05)


async def next_item(changes: AsyncIterator[None]) -> None:
    async with asyncio.timeout(_SOON_S):
        await anext(changes)


async def is_silent(changes: AsyncIterator[None]) -> bool:
    """Whether no item comes for a while; the stream is used up by this."""
    try:
        async with asyncio.timeout(_NOTHING_S):
            await anext(changes)
    except TimeoutError:
        return True
    return False


@pytest.mark.parametrize(("server", "gateway"), [("10.99.0.1", "10.0.1.2"), ("2001:db8:99::1", "fe80::2")])
def test_a_network_has_its_identity_from_the_first_packet_on(two_paths: Any, server: str, gateway: str) -> None:
    settle(two_paths)
    router = router_of(two_paths, "wifi0")

    async def scenario() -> None:
        async with observing() as observer:
            changes = observer.changes()
            before = await observer.observe()
            assert gateways(before) == set()
            assert network_ids(before)["wifi0"] == ()
            send(server)
            await next_item(changes)
            after = await observer.observe()
            assert gateways(after) == {("wifi0", gateway, router)}
            assert network_ids(after) == {"wifi0": (f"gateway:{router}",), "lte0": ()}

    asyncio.run(scenario())


def test_another_router_under_the_same_address_is_another_network(two_paths: Any) -> None:
    """It is told from the first by what it sends: the link never goes."""
    settle(two_paths)
    two_paths.run("sysctl -qw net.ipv4.neigh.wifi0.locktime=0")
    send(two_paths.SERVER_4)

    async def scenario() -> None:
        async with observing() as observer:
            changes = observer.changes()
            before = network_ids(await observer.observe())
            two_paths.run_around(f"ip link set wifi0 address {_ELSEWHERE}")
            with two_paths.outside():
                send("10.0.1.1")
            await next_item(changes)
            after = network_ids(await observer.observe())
            assert before["wifi0"] != after["wifi0"] == (f"gateway:{_ELSEWHERE}",)

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("state", "is_heard"),
    [
        ("permanent", True),
        ("reachable", True),
        ("stale", True),
        ("delay", True),
        ("probe", True),
        ("failed", False),
        ("incomplete", False),
        ("noarp", False),
    ],
)
def test_a_gateway_counts_while_it_is_known_where_it_is(two_paths: Any, state: str, is_heard: bool) -> None:
    two_paths.run(f"ip neigh replace 10.0.1.2 lladdr {_ELSEWHERE} dev wifi0 nud permanent")
    two_paths.run(f"ip neigh replace 10.0.1.2 lladdr {_ELSEWHERE} dev wifi0 nud {state}")
    assert gateways(observed()) == ({("wifi0", "10.0.1.2", _ELSEWHERE)} if is_heard else set())


def test_a_gateway_is_asked_for_on_each_of_its_links(two_paths: Any) -> None:
    two_paths.run("ip route add default via 10.0.1.2 dev lte0 metric 900 onlink")
    for name, link_address in (("wifi0", "02:00:5e:00:53:01"), ("lte0", "02:00:5e:00:53:02")):
        two_paths.run(f"ip neigh replace 10.0.1.2 lladdr {link_address} dev {name} nud permanent")
    assert gateways(observed()) == {
        ("wifi0", "10.0.1.2", "02:00:5e:00:53:01"),
        ("lte0", "10.0.1.2", "02:00:5e:00:53:02"),
    }


def test_neighbours_that_are_no_gateways_are_left_out(two_paths: Any) -> None:
    two_paths.run(f"ip neigh replace 10.0.1.77 lladdr {_ELSEWHERE} dev wifi0 nud reachable")
    assert gateways(observed()) == set()


def test_a_link_without_link_addresses_has_no_gateway_to_hear(world: Any) -> None:
    world.run("ip tuntap add ppp0 mode tun")
    world.run("ip addr add 10.7.7.1/24 dev ppp0")
    world.run("ip link set ppp0 up")
    world.run("ip route add default via 10.7.7.2 dev ppp0")
    world.run("ip route add default dev ppp0 metric 9")
    send("10.7.7.2")
    state = observed()
    assert gateways(state) == set()
    assert [link.resolves_neighbours for link in state.links] == [False]


def test_a_modem_like_a_network_card_has_no_gateway_to_hear_either(two_paths: Any) -> None:
    two_paths.run("ip link set lte0 arp off")
    send("10.0.2.2")
    state = observed()
    assert gateways(state) == set()
    assert {link.name: link.resolves_neighbours for link in state.links} == {"wifi0": True, "lte0": False}


def test_without_ipv6_there_is_no_gateway_of_it(two_paths: Any) -> None:
    two_paths.run(f"ip neigh replace 10.0.1.2 lladdr {_ELSEWHERE} dev wifi0 nud permanent")
    two_paths.run("sysctl -qw net.ipv6.conf.all.disable_ipv6=1")
    assert gateways(observed()) == {("wifi0", "10.0.1.2", _ELSEWHERE)}


CHURN = (
    *(f"neigh replace 10.0.1.2 lladdr {{router}} dev wifi0 nud {state}" for state in ("stale", "reachable", "probe")),
    f"neigh replace 10.0.1.77 lladdr {_ELSEWHERE} dev wifi0 nud reachable",
    "neigh replace 10.0.1.78 dev wifi0 nud failed",
    "neigh del 10.0.1.77 dev wifi0",
    "neigh del 10.0.1.2 dev wifi0",
    "neigh replace 10.0.1.2 lladdr {router} dev wifi0 nud reachable",
)


def test_states_and_other_neighbours_are_no_news(two_paths: Any) -> None:
    settle(two_paths)
    send(two_paths.SERVER_4)
    router = router_of(two_paths, "wifi0")

    async def scenario() -> None:
        async with observing() as observer:
            changes = observer.changes()
            await observer.observe()
            two_paths.batch([line.format(router=router) for line in CHURN])
            assert await is_silent(changes)
            changes = observer.changes()
            two_paths.batch([f"neigh replace 10.0.1.2 lladdr {_ELSEWHERE} dev wifi0 nud reachable"])
            await next_item(changes)

    asyncio.run(scenario())


def test_traffic_through_a_known_gateway_is_no_news(two_paths: Any) -> None:
    """The neighbour states take their turns quickly here."""
    settle(two_paths)
    for name, value in (("base_reachable_time_ms", 20), ("gc_stale_time", 1), ("delay_first_probe_time", 0)):
        two_paths.run(f"sysctl -qw net.ipv4.neigh.wifi0.{name}={value}")
    send(two_paths.SERVER_4)

    async def traffic() -> None:
        while True:
            send(two_paths.SERVER_4)
            await asyncio.sleep(0.005)

    async def scenario() -> None:
        async with observing() as observer:
            changes = observer.changes()
            await observer.observe()
            task = asyncio.create_task(traffic())
            assert await is_silent(changes)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(scenario())
