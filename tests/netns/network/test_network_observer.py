"""What the observer sees of links, addresses and routes on the real kernel, and when."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import Any

import pytest

from mpmanager.core.paths import derive_paths
from mpmanager.core.routing import desired_routing
from mpmanager.linux.network import LinuxNetworkObserver
from mpmanager.linux.routing import LinuxRoutingTables
from mpmanager.model.network import DefaultRoute, Link, NetworkState

pytestmark = pytest.mark.netns

_SOON_S = 5
_NOTHING_S = 0.3


@asynccontextmanager
async def observing(**options: int) -> AsyncIterator[LinuxNetworkObserver]:
    observer = LinuxNetworkObserver(**options)
    try:
        yield observer
    finally:
        await observer.close()


def observed() -> NetworkState:
    async def observe() -> NetworkState:
        async with observing() as observer:
            return await observer.observe()

    return asyncio.run(observe())


def link_named(name: str) -> Link:
    (link,) = (link for link in observed().links if link.name == name)
    return link


def addresses() -> set[str]:
    return {str(each.address) for each in observed().addresses}


def default_routes() -> set[tuple[str, str | None, int]]:
    return {(socket.if_indextoname(each.link_index), each.gateway and str(each.gateway), each.metric)
            for each in observed().default_routes}  # fmt: skip


def test_an_empty_namespace_has_nothing(world: Any) -> None:
    assert observed() == NetworkState()


def test_a_link_is_seen_as_it_is(world: Any) -> None:
    world.link("wifi0", 1)
    assert link_named("wifi0") == Link(
        index=socket.if_nametoindex("wifi0"),
        name="wifi0",
        is_enabled=True,
        has_carrier=True,
        hardware_type=1,
        driver_kind="veth",
        master_index=None,
    )


def test_a_tun_device_without_a_program_has_no_carrier(world: Any) -> None:
    world.run("ip tuntap add tun0 mode tun")
    world.run("ip link set tun0 up")
    link = link_named("tun0")
    assert (link.driver_kind, link.hardware_type, link.is_enabled, link.has_carrier) == ("tun", 65534, True, False)


def test_switched_off_and_unplugged_are_told_apart(two_paths: Any) -> None:
    two_paths.run("ip link set wifi0 down")
    two_paths.run_around("ip link set lte0 down")
    wifi, lte = link_named("wifi0"), link_named("lte0")
    assert (wifi.is_enabled, wifi.has_carrier) == (False, False)
    assert (lte.is_enabled, lte.has_carrier) == (True, False)


def test_addresses_of_global_scope_are_seen(two_paths: Any) -> None:
    two_paths.run("ip addr add 169.254.7.7/16 dev wifi0 scope link")
    assert addresses() == {"10.0.1.1/24", "10.0.2.1/24", "2001:db8:1::1/64", "2001:db8:2::1/64"}


def test_a_deprecated_address_is_told_from_others(two_paths: Any) -> None:
    two_paths.run("ip addr add 2001:db8:7::1/64 dev wifi0 preferred_lft 0 nodad")
    assert {str(each.address) for each in observed().addresses if each.address.is_deprecated} == {"2001:db8:7::1/64"}


def test_an_address_counts_once_it_is_known_to_be_nobody_elses(two_paths: Any) -> None:
    two_paths.run("ip addr add 2001:db8:7::1/64 dev wifi0")
    assert "tentative" in two_paths.run("ip -6 addr show dev wifi0")
    assert "2001:db8:7::1/64" not in addresses()
    settle(two_paths)
    assert "2001:db8:7::1/64" in addresses()


def test_an_address_that_somebody_else_has_is_left_out(two_paths: Any) -> None:
    two_paths.run("ip addr add 2001:db8:1::2/64 dev wifi0")
    deadline = time.monotonic() + 10
    while "dadfailed" not in two_paths.run("ip -6 addr show dev wifi0"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert "2001:db8:1::2/64" not in addresses()


def test_a_temporary_address_is_told_from_a_second_one(two_paths: Any) -> None:
    two_paths.run("sysctl -qw net.ipv6.conf.wifi0.use_tempaddr=2")
    two_paths.run("ip addr add 10.0.1.9/24 dev wifi0")
    two_paths.run("ip addr add 2001:db8:7::1/64 dev wifi0 nodad mngtmpaddr valid_lft 3600 preferred_lft 1800")
    deadline = time.monotonic() + 10
    while not (temporary := [each for each in observed().addresses if each.is_temporary]):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert all(str(each.address).startswith("2001:db8:7:") for each in temporary)
    assert "2001:db8:7::1/64" in {str(each.address) for each in observed().addresses if not each.is_temporary}


def test_a_peers_prefix_is_not_taken_for_a_subnet(world: Any) -> None:
    world.run("ip tuntap add ppp0 mode tun")
    world.run("ip addr add 203.0.113.7 peer 198.51.100.0/24 dev ppp0")
    assert addresses() == {"203.0.113.7/32"}


def test_default_routes_of_the_main_table_are_seen(two_paths: Any) -> None:
    two_paths.run("ip route add 10.50.0.0/16 via 10.0.1.2")
    two_paths.run("ip route add default via 10.0.2.2 table 77")
    two_paths.run("ip route add unreachable default metric 4000")
    two_paths.run("ip -6 route add blackhole default metric 4000")
    assert default_routes() == {
        ("wifi0", "10.0.1.2", 100),
        ("lte0", "10.0.2.2", 600),
        ("wifi0", "fe80::2", 100),
        ("lte0", "fe80::2", 600),
    }


def test_our_own_routes_are_no_default_routes(two_paths: Any) -> None:
    before = observed()

    async def apply() -> None:
        tables = LinuxRoutingTables()
        await tables.apply(desired_routing(derive_paths(before)))
        await tables.close()

    asyncio.run(apply())
    assert observed() == before


@pytest.mark.parametrize("version", [4, 6])
def test_each_next_hop_of_a_multipath_route_is_a_default_route(world: Any, version: int) -> None:
    world.link("wifi0", 1)
    world.link("lte0", 2)
    first, second = ("10.0.1.2", "10.0.2.2") if version == 4 else ("2001:db8:1::2", "2001:db8:2::2")
    world.run(f"ip -{version} route add default metric 7 nexthop via {first} dev wifi0 nexthop via {second} dev lte0")
    assert default_routes() == {("wifi0", first, 7), ("lte0", second, 7)}


def test_a_default_route_needs_no_gateway(world: Any) -> None:
    world.run("ip tuntap add ppp0 mode tun")
    world.run("ip link set ppp0 up")
    world.run("ip route add default dev ppp0 metric 3")
    assert default_routes() == {("ppp0", None, 3)}


def test_an_ipv4_route_by_an_ipv6_gateway_is_seen(world: Any) -> None:
    world.link("wifi0", 1)
    world.run("ip -4 route add default via inet6 fe80::2 dev wifi0")
    assert observed().default_routes == (
        DefaultRoute(link_index=socket.if_nametoindex("wifi0"), version=4, gateway=ip_address("fe80::2"), metric=0),
    )


def test_without_ipv6_the_rest_is_seen(world: Any) -> None:
    world.run("sysctl -qw net.ipv6.conf.all.disable_ipv6=1")
    world.link("wifi0", 1, versions=(4,))
    assert addresses() == {"10.0.1.1/24"}


def test_counters_count_what_the_links_carry(two_paths: Any) -> None:
    async def counted() -> dict[str, int]:
        async with observing() as observer:
            counters = await observer.counters()
            return {socket.if_indextoname(index): each.tx_bytes for index, each in counters.items()}

    before = asyncio.run(counted())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(100):
            sender.sendto(bytes(1000), ("10.0.1.2", 9))
    sent = {name: count - before[name] for name, count in asyncio.run(counted()).items()}
    assert sent["wifi0"] >= 100 * 1028
    assert sent["lte0"] < 100 * 1028


def test_counters_agree_with_the_kernels_text(two_paths: Any) -> None:
    """The links are down, so that nothing is counted in between."""
    two_paths.run("ip link set wifi0 down")
    with open("/proc/thread-self/net/dev", encoding="ascii") as file:  # noqa: PTH123  # a line for each link
        lines = {name.strip(): values.split() for name, _, values in (line.partition(":") for line in file)}

    async def counters() -> tuple[int, int]:
        async with observing() as observer:
            mine = (await observer.counters())[socket.if_nametoindex("wifi0")]
            return mine.rx_bytes, mine.tx_bytes

    assert asyncio.run(counters()) == (int(lines["wifi0"][0]), int(lines["wifi0"][8]))


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


CHANGES = {
    "carrier lost": ("around", "ip link set wifi0 down"),
    "switched off": ("host", "ip link set wifi0 down"),
    "link removed": ("host", "ip link del wifi0"),
    "link added": ("host", "ip tuntap add tun7 mode tun"),
    "IPv4 address added": ("host", "ip addr add 10.7.7.7/24 dev wifi0"),
    "IPv6 address removed": ("host", "ip addr del 2001:db8:1::1/64 dev wifi0"),
    "IPv4 gateway changed": ("host", "ip route replace default via 10.0.1.3 dev wifi0 metric 100"),
    "IPv6 gateway removed": ("host", "ip -6 route del default dev wifi0"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_noticed(two_paths: Any, change: str) -> None:
    where, command = CHANGES[change]

    async def scenario() -> None:
        async with observing() as observer:
            changes = observer.changes()
            before = await observer.observe()
            (two_paths.run if where == "host" else two_paths.run_around)(command)
            while await observer.observe() == before:  # noqa: ASYNC110  # notifications are what is tested
                await asyncio.sleep(0.01)
            await next_item(changes)

    asyncio.run(asyncio.wait_for(scenario(), 10))


def test_what_happens_before_the_first_item_is_asked_for_is_not_missed(two_paths: Any) -> None:
    settle(two_paths)

    async def scenario() -> None:
        async with observing() as observer:
            changes = observer.changes()
            two_paths.run("ip addr add 10.7.7.7/24 dev wifi0")
            await asyncio.sleep(0.1)
            await next_item(changes)
            assert await is_silent(changes)

    asyncio.run(scenario())


def test_a_burst_is_one_item(two_paths: Any) -> None:
    """The burst waits in the socket when the stream begins to read, so timing has no say."""
    settle(two_paths)

    async def scenario() -> None:
        async with observing() as observer:
            changes = observer.changes()
            two_paths.batch([f"addr add 10.8.{number}.1/24 dev wifi0" for number in range(30)])
            await next_item(changes)
            assert len([each for each in (await observer.observe()).addresses if "10.8." in str(each.address)]) == 30
            assert await is_silent(changes)

    asyncio.run(scenario())


def test_an_unending_storm_still_gives_items(two_paths: Any) -> None:
    async def storm() -> None:
        number = 0
        while True:
            number += 1
            command = f"ip link set wifi0 alias a{number}"
            process = await asyncio.create_subprocess_exec(*command.split())
            await process.wait()

    async def scenario() -> None:
        async with observing() as observer:
            changes = observer.changes()
            task = asyncio.create_task(storm())
            for _ in range(5):
                await next_item(changes)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await asyncio.sleep(0.1)

    asyncio.run(scenario())


def test_lost_notifications_are_an_item_and_the_stream_goes_on(two_paths: Any) -> None:
    """Routes that do not matter fill the buffer, so that the kernel drops the notification that does."""
    settle(two_paths)

    async def scenario() -> None:
        async with observing(receive_buffer_bytes=1024) as observer:
            changes = observer.changes()
            two_paths.batch([f"route add 10.60.{number}.0/24 via 10.0.1.2" for number in range(100)])
            two_paths.run("ip addr add 10.7.7.7/24 dev wifi0")
            await next_item(changes)
            two_paths.run("ip addr add 10.7.8.8/24 dev wifi0")
            await next_item(changes)
            assert await is_silent(changes)

    asyncio.run(scenario())


def test_our_own_rules_and_routes_are_no_news_but_their_loss_is(two_paths: Any) -> None:
    settle(two_paths)

    async def scenario() -> None:
        tables = LinuxRoutingTables()
        async with observing() as observer:
            changes = observer.changes()
            await tables.apply(desired_routing(derive_paths(await observer.observe())))
            assert await is_silent(changes)
            changes = observer.changes()
            two_paths.run("ip rule del priority 17000")
            await next_item(changes)
        await tables.close()

    asyncio.run(scenario())


def test_two_listeners_each_hear_of_a_change(two_paths: Any) -> None:
    async def scenario() -> None:
        async with observing() as observer:
            listeners = [observer.changes(), observer.changes()]
            two_paths.run("ip addr add 10.7.7.7/24 dev wifi0")
            for changes in listeners:
                await next_item(changes)

    asyncio.run(scenario())


def test_closing_ends_the_stream(world: Any) -> None:
    async def scenario() -> None:
        observer = LinuxNetworkObserver()
        changes = observer.changes()
        waiting = asyncio.ensure_future(anext(changes, "ended"))
        await asyncio.sleep(0.05)
        await observer.close()
        assert await asyncio.wait_for(waiting, _SOON_S) == "ended"

    asyncio.run(scenario())
