"""What we read from and write to the kernel is what an independent library reads there."""

import asyncio
import socket
from ipaddress import ip_address
from typing import Any

import pytest
from pyroute2 import IPRoute

from mpmanager.core.paths import derive_paths
from mpmanager.core.routing import desired_routing
from mpmanager.linux.network import LinuxNetworkObserver, read_network
from mpmanager.linux.routing import LinuxRoutingTables
from mpmanager.linux.rtnetlink import OUR_PROTOCOL, RouteSocket
from mpmanager.model.network import (
    DefaultRoute,
    Link,
    LinkAddress,
    MainRule,
    NetworkState,
    PathRoute,
    RoutingPlan,
    RoutingRule,
    SourceRule,
)
from mpmanager.model.path import InterfaceAddress, LinkCounters

pytestmark = pytest.mark.netns

_MAIN = 254
_UNICAST = 1
_TEMPORARY, _DADFAILED, _DEPRECATED, _TENTATIVE = 0x01, 0x08, 0x20, 0x40
_UP, _LOOPBACK, _RUNNING, _NOARP, _LOWER_UP = 0x1, 0x8, 0x40, 0x80, 0x10000


def ours() -> NetworkState:
    with RouteSocket() as route_socket:
        return read_network(route_socket)


def theirs() -> NetworkState:
    """The same, by pyroute2 and from the kernel's documentation alone."""
    with IPRoute() as route:
        links = tuple(_link(each) for each in route.get_links() if not each["flags"] & _LOOPBACK)
        known = {each.index for each in links}
        return NetworkState(
            links=links,
            addresses=tuple(_address(each) for each in route.get_addr() if each["index"] in known and _is_source(each)),
            default_routes=tuple(
                found
                for family in (socket.AF_INET, socket.AF_INET6)
                for each in route.get_routes(family=family)
                for found in _default_routes(each)
            ),
        )


def _link(message: Any) -> Link:
    information = message.get("linkinfo")
    return Link(
        index=message["index"],
        name=message.get("ifname"),
        is_enabled=bool(message["flags"] & _UP),
        has_carrier=bool(message["flags"] & _LOWER_UP and message["flags"] & _RUNNING),
        hardware_type=message["ifi_type"],
        driver_kind=information.get("kind") if information else None,
        master_index=message.get("master"),
        resolves_neighbours=not message["flags"] & _NOARP,
    )


def _is_source(message: Any) -> bool:
    return message["scope"] == 0 and not message.get("flags") & (_DADFAILED | _TENTATIVE)


def _address(message: Any) -> LinkAddress:
    address, local = message.get("address"), message.get("local")
    is_point_to_point = local is not None and local != address
    found = ip_address(local or address)
    return LinkAddress(
        link_index=message["index"],
        address=InterfaceAddress(
            address=found,
            prefix_length=found.max_prefixlen if is_point_to_point else message["prefixlen"],
            is_deprecated=bool(message.get("flags") & _DEPRECATED),
        ),
        is_temporary=message["family"] == socket.AF_INET6 and bool(message.get("flags") & _TEMPORARY),
    )


def _default_routes(message: Any) -> list[DefaultRoute]:
    if message["type"] != _UNICAST or message["dst_len"] or message.get("table") != _MAIN:
        return []
    version = 4 if message["family"] == socket.AF_INET else 6
    hops = message.get("multipath") or [message]
    return [
        DefaultRoute(
            link_index=each.get("oif"),
            version=version,
            gateway=_gateway(each),
            metric=message.get("priority") or 0,
        )
        for each in hops
    ]


def _gateway(hop: Any) -> Any:
    if (gateway := hop.get("gateway")) is not None:
        return ip_address(gateway)
    via = hop.get("via")
    return ip_address(via["addr"]) if via else None


def test_plain_links_addresses_and_routes_are_read_alike(two_paths: Any) -> None:
    state = ours()
    assert state == theirs()
    assert [each.name for each in state.links] == ["wifi0", "lte0"]
    assert (len(state.addresses), len(state.default_routes)) == (4, 4)


LINKS = (
    "ip link add sleeping type veth peer name other",
    "ip link set other up",
    "ip link add awake type veth peer name partner",
    "ip link set awake up",
    "ip link set partner up",
    "ip link add link awake name mac0 type macvlan",
    "ip tuntap add tun0 mode tun",
    "ip link set tun0 up",
    "ip tuntap add tap0 mode tap",
)


def test_links_of_many_kinds_are_read_alike(world: Any) -> None:
    for command in LINKS:
        world.run(command)
    state = ours()
    assert state == theirs()
    by_name = {each.name: each for each in state.links}
    assert {name: each.driver_kind for name, each in by_name.items()} == {
        **dict.fromkeys(("sleeping", "other", "awake", "partner"), "veth"),
        "mac0": "macvlan",
        "tun0": "tun",
        "tap0": "tun",
    }
    assert [name for name, each in by_name.items() if each.has_carrier] == ["partner", "awake"]
    assert {name for name, each in by_name.items() if not each.is_enabled} == {"sleeping", "mac0", "tap0"}


ADDRESSES = (
    "ip addr add 10.5.0.1/24 dev wifi0",
    "ip addr add 10.5.0.2/24 dev wifi0",
    "ip addr add 203.0.113.7 peer 198.51.100.1 dev wifi0",
    "ip addr add 203.0.113.8 peer 198.51.100.0/24 dev wifi0",
    "ip addr add 10.6.0.1/32 dev wifi0",
    "ip addr add 10.7.0.1/24 dev wifi0 scope link",
    "ip addr add 10.8.0.1/24 dev wifi0 valid_lft 1000 preferred_lft 0",
    "ip addr add 2001:db8:5::1/64 dev wifi0 nodad",
    "ip addr add 2001:db8:6::1/128 dev wifi0 nodad",
    "ip addr add 2001:db8:7::1/64 dev wifi0 nodad valid_lft 1000 preferred_lft 0",
    "ip addr add 2001:db8:8::1 peer 2001:db8:9::1 dev wifi0 nodad",
    "ip addr add fd00::1/64 dev wifi0 nodad mngtmpaddr",
)


def test_addresses_of_many_kinds_are_read_alike(world: Any) -> None:
    world.link("wifi0", 1)
    for command in ADDRESSES:
        world.run(command)
    state = ours()
    assert state == theirs()
    found = {str(each.address): each.address.is_deprecated for each in state.addresses}
    expected = {"10.5.0.1/24", "10.5.0.2/24", "203.0.113.7/32", "203.0.113.8/32"}
    assert expected | {"2001:db8:6::1/128", "2001:db8:8::1/128"} <= found.keys()
    assert {name for name, is_deprecated in found.items() if is_deprecated} == {"10.8.0.1/24", "2001:db8:7::1/64"}
    assert "10.7.0.1/24" not in found


ROUTES = (
    "ip route add default via 10.0.1.2 dev wifi0 metric 100",
    "ip route add default via 10.0.1.3 dev wifi0 metric 50 onlink",
    "ip route add default metric 10 nexthop via 10.0.1.2 dev wifi0 weight 2 nexthop via 10.0.2.2 dev lte0",
    "ip route add default dev lte0 metric 900 scope link",
    "ip -4 route add default via inet6 fe80::2 dev lte0 metric 30",
    "ip route add 198.51.100.0/24 via 10.0.1.2",
    "ip route add default via 10.0.2.2 dev lte0 table 77",
    "ip route add unreachable default metric 4000",
    "ip -6 route add default via fe80::2 dev wifi0 metric 100",
    "ip -6 route add default metric 20 nexthop via fe80::2 dev wifi0 nexthop via fe80::2 dev lte0",
    "ip -6 route add default dev lte0 metric 900",
    "ip -6 route add 2001:db8:77::/48 via fe80::2 dev wifi0",
    "ip -6 route add unreachable default metric 4000",
)


def test_default_routes_of_many_kinds_are_read_alike(world: Any) -> None:
    world.link("wifi0", 1)
    world.link("lte0", 2)
    for command in ROUTES:
        world.run(command)
    state = ours()
    assert state == theirs()
    assert len(state.default_routes) == 10


def test_counters_are_read_alike(two_paths: Any) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(3):
            sender.sendto(bytes(1000), ("10.0.1.2", 9))
    index = socket.if_nametoindex("wifi0")
    # What IPv6 says of its own accord may come in between.
    assert any(our_counters() == their_counters() for _ in range(100))
    assert our_counters()[index].tx_bytes > 3000


def our_counters() -> dict[int, LinkCounters]:

    async def read() -> dict[int, LinkCounters]:
        observer = LinuxNetworkObserver()
        try:
            return dict(await observer.counters())
        finally:
            await observer.close()

    return asyncio.run(read())


def their_counters() -> dict[int, LinkCounters]:
    with IPRoute() as route:
        statistics = {each["index"]: each.get("stats64") for each in route.get_links()}
    return {
        index: LinkCounters(rx_bytes=each["rx_bytes"], tx_bytes=each["tx_bytes"]) for index, each in statistics.items()
    }


def their_plan() -> RoutingPlan:
    """All that bears our mark, as pyroute2 reads it, in our words."""
    families = (socket.AF_INET, socket.AF_INET6)
    with IPRoute() as route:
        rules = [each for family in families for each in route.get_rules(family=family)]
        routes = [each for family in families for each in route.get_routes(family=family)]
    return RoutingPlan(
        rules=frozenset(_rule(each) for each in rules if each.get("protocol") == OUR_PROTOCOL),
        routes=frozenset(_route(each) for each in routes if each["proto"] == OUR_PROTOCOL),
    )


def _rule(message: Any) -> RoutingRule:
    skips_default = message.get("suppress_prefixlen") == 0
    source = ip_address(message.get("src"))
    assert message["src_len"] == source.max_prefixlen
    if message.get("table") == _MAIN:
        assert skips_default
        return MainRule(source=source)
    return SourceRule(source=source, table=message.get("table"), skips_default=skips_default)


def _route(message: Any) -> PathRoute:
    destination = message.get("dst")
    return PathRoute(
        table=message.get("table"),
        link_index=message.get("oif"),
        version=4 if message["family"] == socket.AF_INET else 6,
        destination=f"{destination}/{message['dst_len']}" if destination else None,
        gateway=_gateway(message),
        source=ip_address(message.get("prefsrc")),
    )


async def apply(plan: RoutingPlan) -> None:
    tables = LinuxRoutingTables()
    try:
        await tables.apply(plan)
    finally:
        await tables.close()


def test_what_is_written_is_read_there_rule_for_rule_and_route_for_route(two_paths: Any) -> None:
    plan = desired_routing(derive_paths(theirs()))
    assert {each.version for each in plan.routes} == {4, 6}
    assert any(isinstance(each, MainRule) for each in plan.rules)
    asyncio.run(apply(plan))
    assert their_plan() == plan
    asyncio.run(apply(RoutingPlan()))
    assert their_plan() == RoutingPlan()


@pytest.mark.parametrize("version", [4, 6])
def test_what_is_written_by_a_link_without_gateway_is_read_there(world: Any, version: int) -> None:
    world.run("ip tuntap add ppp0 mode tun")
    world.run("ip link set ppp0 up")
    source = ip_address({4: "203.0.113.7", 6: "2001:db8:7::7"}[version])
    world.run(f"ip addr add {source} dev ppp0" + " nodad" * (version == 6))
    index = socket.if_nametoindex("ppp0")
    route = PathRoute(
        table=5000 + index, link_index=index, version=version, destination=None, gateway=None, source=source
    )
    plan = RoutingPlan(rules=frozenset({SourceRule(source=source, table=5000 + index)}), routes=frozenset({route}))
    asyncio.run(apply(plan))
    assert their_plan() == plan


def test_what_the_library_wrote_in_our_name_is_taken_for_ours(two_paths: Any) -> None:
    """Written by another program with our mark: as after a crash of an older version."""
    plan = desired_routing(derive_paths(ours()))
    index, table = socket.if_nametoindex("wifi0"), 4242
    with IPRoute() as route:
        route.rule("add", src="10.0.1.1", src_len=32, table=table, priority=17_000, protocol=OUR_PROTOCOL)
        route.route("add", dst="198.51.100.0/24", oif=index, table=table, proto=OUR_PROTOCOL)
        route.route("add", dst="198.51.100.0/24", oif=index, table=table + 1)
    asyncio.run(apply(plan))
    assert their_plan() == plan
    with IPRoute() as route:
        assert [each.get("dst") for each in route.get_routes(family=socket.AF_INET, table=table + 1)] == [
            "198.51.100.0"
        ]
