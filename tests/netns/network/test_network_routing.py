"""Per-path routing on the real kernel: what leaves where, and what is left behind."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from errno import EACCES, EHOSTUNREACH, EINVAL
from ipaddress import ip_address
from typing import Any

import pytest

from mpmanager.core.paths import derive_paths
from mpmanager.core.routing import TABLE_BASE, desired_routing
from mpmanager.linux.netlink import NotificationSocket, messages_of
from mpmanager.linux.network import LinuxNetworkObserver
from mpmanager.linux.routing import LinuxRoutingTables
from mpmanager.model.errors import CommandRefusedError
from mpmanager.model.network import MainRule, PathRoute, RoutingPlan, SourceRule

pytestmark = pytest.mark.netns

_NETLINK_ROUTE = 0
_ROUTE_AND_RULE_GROUPS = (7, 8, 11, 19)
_NEWROUTE, _DELROUTE, _NEWRULE, _DELRULE = 24, 25, 32, 33
_PAYLOAD = bytes(200_000)
_ETH_P_ALL = 3
_IPPROTO_MPTCP = 262
_WIFI0 = {4: "10.0.1.1", 6: "2001:db8:1::1"}
_LTE0 = {4: "10.0.2.1", 6: "2001:db8:2::1"}
_SERVER = {4: "10.99.0.1", 6: "2001:db8:99::1"}
_SERVERS = {4: "10.99.0.0/24", 6: "2001:db8:99::/64"}
_UNBOUND = {4: "0.0.0.0", 6: "::"}  # noqa: S104  # a client that leaves its source address to the kernel

each_version = pytest.mark.parametrize("version", [4, 6])


async def plan_now() -> RoutingPlan:
    observer = LinuxNetworkObserver()
    try:
        return desired_routing(derive_paths(await observer.observe()))
    finally:
        await observer.close()


async def apply(plan: RoutingPlan) -> None:
    tables = LinuxRoutingTables()
    try:
        await tables.apply(plan)
    finally:
        await tables.close()


async def apply_now() -> RoutingPlan:
    plan = await plan_now()
    await apply(plan)
    return plan


async def clear() -> None:
    await apply(RoutingPlan())


def table_of(name: str) -> int:
    return TABLE_BASE + socket.if_nametoindex(name)


@pytest.fixture
def notifications(world: Any) -> Iterator[NotificationSocket]:
    """What the kernel tells everybody about changed routes and rules."""
    listener = NotificationSocket(_NETLINK_ROUTE, receive_buffer_bytes=1 << 20)
    for group in _ROUTE_AND_RULE_GROUPS:
        listener.join(group)
    yield listener
    listener.close()


def notified(listener: NotificationSocket) -> list[int]:
    kinds = []
    while (datagram := listener.receive()) is not None:
        kinds.extend(kind for kind, *_ in messages_of(memoryview(datagram)))
    return kinds


async def sent_by_link() -> dict[int, int]:
    observer = LinuxNetworkObserver()
    try:
        return {index: each.tx_bytes for index, each in (await observer.counters()).items()}
    finally:
        await observer.close()


@contextmanager
def connection(
    world: Any, source: str, server: str, *, device: str = "", protocol: int = socket.IPPROTO_TCP
) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of a connection from a source address, by the given device if any."""
    family = socket.AF_INET6 if ":" in server else socket.AF_INET
    with world.outside():
        listener = socket.socket(family, socket.SOCK_STREAM, protocol)
    with listener, socket.socket(family, socket.SOCK_STREAM, protocol) as client:
        listener.bind((server, 0))
        listener.listen()
        client.settimeout(10)
        listener.settimeout(10)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
        client.bind((source, 0))
        client.connect(listener.getsockname()[:2])
        served, _ = listener.accept()
        with served:
            served.settimeout(10)
            yield client, served


def upload(world: Any, source: str, server: str, *, device: str = "") -> None:
    """Send the payload over one TCP connection and see that it arrives."""
    with connection(world, source, server, device=device) as (client, served):
        _pass_through(client, served)


def _pass_through(client: socket.socket, served: socket.socket) -> None:
    arrived = 0
    for offset in range(0, len(_PAYLOAD), 10_000):
        client.sendall(_PAYLOAD[offset : offset + 10_000])
        while arrived < offset + 10_000:
            arrived += len(served.recv(10_000))


def link_taken_by(world: Any, source: str, server: str, *, device: str = "") -> str:
    """The name of the link by which the payload left."""
    before = asyncio.run(sent_by_link())
    upload(world, source, server, device=device)
    after = asyncio.run(sent_by_link())
    taken = [index for index in after if after[index] - before[index] > len(_PAYLOAD)]
    (index,) = taken
    return socket.if_indextoname(index)


@pytest.mark.parametrize(
    ("source", "server"),
    [("10.0.1.1", "10.99.0.1"), ("10.0.2.1", "10.99.0.1"), ("2001:db8:1::1", "2001:db8:99::1"),
     ("2001:db8:2::1", "2001:db8:99::1")],
)  # fmt: skip
def test_a_connection_leaves_by_the_link_of_its_source_address(two_paths: Any, source: str, server: str) -> None:
    assert link_taken_by(two_paths, source, server) == "wifi0", "without our rules the main table decides"
    asyncio.run(apply_now())
    expected = "wifi0" if source in {"10.0.1.1", "2001:db8:1::1"} else "lte0"
    assert link_taken_by(two_paths, source, server) == expected


def test_a_host_with_ipv6_alone_is_routed_by_source(world: Any) -> None:
    for number, name in enumerate(("wifi0", "lte0"), start=1):
        world.link(name, number, versions=(6,))
        world.run(f"ip -6 route add default via fe80::2 dev {name} metric {number}")
    asyncio.run(apply_now())
    assert link_taken_by(world, "2001:db8:2::1", world.SERVER_6) == "lte0"
    assert link_taken_by(world, "2001:db8:1::1", world.SERVER_6) == "wifi0"


@pytest.mark.parametrize(
    ("subnet", "length", "nodad"), [("192.0.2.", 24, ""), ("2001:db8:7::", 64, "nodad")], ids=["IPv4", "IPv6"]
)
def test_two_links_of_one_subnet_keep_to_themselves(world: Any, subnet: str, length: int, nodad: str) -> None:
    world.link("wifi0", 1)
    world.link("lte0", 2)
    for name, host in (("wifi0", 7), ("lte0", 8)):
        world.run(f"ip addr add {subnet}{host}/{length} dev {name} {nodad}")
        world.run_around(f"ip addr add {subnet}{host + 100} dev {name} {nodad}")
        world.run_around(f"ip route add {subnet}{host} dev {name}")
    asyncio.run(apply_now())
    assert link_taken_by(world, f"{subnet}7", f"{subnet}107") == "wifi0"
    assert link_taken_by(world, f"{subnet}8", f"{subnet}108") == "lte0"


def test_a_local_subnet_is_reached_from_the_address_of_another_path(two_paths: Any) -> None:
    two_paths.link("docker0", 9)
    asyncio.run(apply_now())
    two_paths.run_around("ip route add 10.0.1.1 dev docker0")
    assert link_taken_by(two_paths, "10.0.1.1", "10.0.9.2") == "docker0"


@pytest.fixture
def static_route(two_paths: Any) -> Any:
    """The server is reached by main's static route alone: behind wifi0's default gateways nobody answers."""
    for version, nobody in ((4, "10.0.1.3"), (6, "fe80::3")):
        two_paths.run(f"ip -{version} route replace default via {nobody} dev wifi0 metric 100")
        gateway = {4: "10.0.1.2", 6: "fe80::2"}[version]
        two_paths.run(f"ip -{version} route add {_SERVERS[version]} via {gateway} dev wifi0")
    return two_paths


@each_version
@pytest.mark.parametrize("source", [_UNBOUND, _WIFI0, _LTE0], ids=["unbound", "from wifi0", "from lte0"])
def test_a_static_route_of_main_is_honoured(static_route: Any, version: int, source: dict[int, str]) -> None:
    asyncio.run(apply_now())
    assert link_taken_by(static_route, source[version], _SERVER[version]) == "wifi0"


@each_version
def test_a_socket_bound_to_a_device_passes_over_mains_routes_of_others(static_route: Any, version: int) -> None:
    asyncio.run(apply_now())
    assert link_taken_by(static_route, _LTE0[version], _SERVER[version], device="lte0") == "lte0"


@each_version
def test_a_join_leaves_by_its_own_path_past_mains_static_route(static_route: Any, version: int) -> None:
    asyncio.run(apply_now())
    static_route.run("ip mptcp limits set subflows 2")
    with (
        tcp_seen_on("lte0", version) as has_seen,
        connection(static_route, _WIFI0[version], _SERVER[version], protocol=_IPPROTO_MPTCP) as (client, served),
    ):
        _pass_through(client, served)
        static_route.run(f"ip mptcp endpoint add {_LTE0[version]} dev lte0 subflow")
        assert has_seen(_LTE0[version])


@contextmanager
def tcp_seen_on(name: str, version: int) -> Iterator[Any]:
    """Tells whether TCP from an address passes by a link, at most 100 packets later."""
    protocol_at, source_at = {4: (9, slice(12, 16)), 6: (6, slice(8, 24))}[version]
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ETH_P_ALL)) as capture:
        capture.bind((name, _ETH_P_ALL))
        capture.settimeout(5)

        def has_seen(source: str) -> bool:
            packets = (capture.recv(2048) for _ in range(100))
            return any(
                (packet[0] >> 4, packet[protocol_at]) == (version, socket.IPPROTO_TCP)
                and packet[source_at] == ip_address(source).packed
                for packet in packets
            )

        yield has_seen


@each_version
@pytest.mark.parametrize(
    ("kind", "errno"), [("unreachable", EHOSTUNREACH), ("prohibit", EACCES), ("blackhole", EINVAL)]
)
@pytest.mark.parametrize("destination", [_SERVERS, {4: "default", 6: "default"}], ids=["server", "default"])
def test_what_main_rejects_is_rejected(
    two_paths: Any, version: int, kind: str, errno: int, destination: dict[int, str]
) -> None:
    """Above all by the default route of a VPN's kill switch."""
    two_paths.run(f"ip -{version} route add {kind} {destination[version]} metric 1")
    asyncio.run(apply_now())
    for source in (_UNBOUND, _WIFI0, _LTE0):
        with pytest.raises(OSError, match=rf"\[Errno {errno}\]"):
            upload(two_paths, source[version], _SERVER[version])


@each_version
def test_a_default_route_of_main_that_rejects_only_as_the_last_one_stops_nobody(two_paths: Any, version: int) -> None:
    two_paths.run(f"ip -{version} route add unreachable default metric 4000")
    asyncio.run(apply_now())
    assert link_taken_by(two_paths, _LTE0[version], _SERVER[version]) == "lte0"
    assert link_taken_by(two_paths, _LTE0[version], _SERVER[version], device="lte0") == "lte0"


def test_rules_stand_in_the_order_subnets_main_default(two_paths: Any) -> None:
    asyncio.run(apply_now())
    for version, source in _WIFI0.items():
        ours = [line for line in two_paths.run(f"ip -{version} rule").splitlines() if "proto 109" in line]
        table = table_of("wifi0")
        assert [" ".join(line.split()) for line in ours if source in line] == [
            f"17000: from {source} lookup {table} suppress_prefixlength 0 proto 109",
            f"17100: from {source} lookup main suppress_prefixlength 0 proto 109",
            f"17200: from {source} lookup {table} proto 109",
        ]


def test_the_rule_for_main_goes_with_the_last_address_of_its_version(two_paths: Any) -> None:
    asyncio.run(apply_now())
    two_paths.run("ip -6 addr flush dev lte0 scope global")
    asyncio.run(apply_now())
    assert "17100:" in two_paths.run("ip -6 rule")
    two_paths.run("ip -6 addr flush dev wifi0 scope global")
    asyncio.run(apply_now())
    assert "proto 109" not in two_paths.run("ip -6 rule")
    assert "17100:" in two_paths.run("ip rule")


def test_clear_leaves_everything_as_it_was(two_paths: Any) -> None:
    before = two_paths.routing()
    asyncio.run(apply_now())
    assert two_paths.routing() != before
    asyncio.run(clear())
    assert two_paths.routing() == before


def test_clear_of_an_untouched_kernel_changes_nothing(two_paths: Any, notifications: NotificationSocket) -> None:
    notified(notifications)
    asyncio.run(clear())
    assert notified(notifications) == []


def test_applying_twice_changes_nothing(two_paths: Any, notifications: NotificationSocket) -> None:
    plan = asyncio.run(apply_now())
    assert {_NEWROUTE, _NEWRULE} == set(notified(notifications)) - {_DELROUTE}
    asyncio.run(apply(plan))
    assert notified(notifications) == []


def test_a_second_change_sends_only_the_difference(two_paths: Any, notifications: NotificationSocket) -> None:
    plan = asyncio.run(apply_now())
    fewer = replace(plan, rules=plan.rules - {next(each for each in plan.rules if isinstance(each, MainRule))})
    notified(notifications)
    asyncio.run(apply(fewer))
    assert notified(notifications) == [_DELRULE]


def test_routes_come_back_with_the_link(two_paths: Any) -> None:
    asyncio.run(apply_now())
    before = two_paths.ours()
    two_paths.run("ip link set wifi0 down")
    asyncio.run(apply_now())
    assert "wifi0" not in two_paths.ours()
    two_paths.run("ip link set wifi0 up")
    two_paths.run("ip addr add 2001:db8:1::1/64 dev wifi0 nodad")
    two_paths.default_routes("wifi0", 1, metric=100)
    asyncio.run(apply_now())
    assert sorted(two_paths.ours().splitlines()) == sorted(before.splitlines())


def test_routes_that_the_kernel_took_with_the_link_are_set_again_by_the_same_plan(two_paths: Any) -> None:
    plan = asyncio.run(apply_now())
    before = two_paths.run(f"ip route show table {table_of('wifi0')}")
    two_paths.run("ip link set wifi0 down")
    two_paths.run("ip link set wifi0 up")
    two_paths.run("ip addr add 2001:db8:1::1/64 dev wifi0 nodad")
    assert two_paths.run("ip route show table all proto 109").count("wifi0") == 0
    asyncio.run(apply(plan))
    assert two_paths.run(f"ip route show table {table_of('wifi0')}") == before


@pytest.mark.parametrize(
    "loss", ["ip link set wifi0 down", "ip link del wifi0", "ip addr flush dev wifi0"], ids=lambda each: each
)
def test_routes_of_a_link_that_has_just_gone_are_left_out(two_paths: Any, loss: str) -> None:
    plan = asyncio.run(plan_now())
    two_paths.run(loss)
    asyncio.run(apply(plan))
    assert "wifi0" not in two_paths.run("ip route show table all proto 109")
    assert "default via 10.0.2.2 dev lte0" in two_paths.run("ip route show table all proto 109")
    assert "default via fe80::2 dev lte0" in two_paths.run("ip -6 route show table all proto 109")


@pytest.mark.parametrize(
    ("command", "after"),
    [("ip route replace default via 10.0.1.3 dev wifi0 metric 100", "default via 10.0.1.3"),
     ("ip -6 route replace default via fe80::3 dev wifi0 metric 100", "default via fe80::3")],
)  # fmt: skip
def test_a_changed_gateway_is_followed_without_a_gap(
    two_paths: Any, notifications: NotificationSocket, command: str, after: str
) -> None:
    asyncio.run(apply_now())
    two_paths.run(command)
    notified(notifications)
    asyncio.run(apply_now())
    assert notified(notifications) == [_NEWROUTE], "replaced in one step"
    version = "-6" if "fe80" in after else "-4"
    defaults = two_paths.run(f"ip {version} route show table {table_of('wifi0')} default").splitlines()
    assert [line.partition(" dev")[0] for line in defaults] == [after]


def test_a_new_temporary_address_becomes_the_source(two_paths: Any) -> None:
    asyncio.run(apply_now())
    two_paths.run("ip addr add 2001:db8:1::ff/64 dev wifi0 nodad")
    two_paths.run("ip addr del 2001:db8:1::1/64 dev wifi0")
    asyncio.run(apply_now())
    routes = two_paths.run(f"ip -6 route show table {table_of('wifi0')}").splitlines()
    assert len(routes) == 2
    assert all("src 2001:db8:1::ff" in line for line in routes)


def test_a_gateway_outside_every_subnet_is_taken_as_a_neighbour(world: Any) -> None:
    world.link("wifi0", 1)
    world.run("ip addr add 203.0.113.7/32 dev wifi0")
    world.run("ip addr del 10.0.1.1/24 dev wifi0")
    world.run("ip route add default via 198.51.100.1 dev wifi0 onlink")
    asyncio.run(apply_now())
    (route,) = world.run(f"ip route show table {table_of('wifi0')}").splitlines()
    assert route.strip() == "default via 198.51.100.1 dev wifi0 proto 109 src 203.0.113.7 onlink"


def test_an_ipv4_route_goes_by_an_ipv6_gateway(world: Any) -> None:
    world.link("wifi0", 1)
    world.run("ip -4 route add default via inet6 fe80::2 dev wifi0")
    asyncio.run(apply_now())
    assert link_taken_by(world, "10.0.1.1", world.SERVER_4) == "wifi0"
    assert "default via inet6 fe80::2 dev wifi0 proto 109" in world.run(f"ip route show table {table_of('wifi0')}")


def test_a_point_to_point_link_has_a_default_route_without_gateway(world: Any) -> None:
    world.run("ip tuntap add ppp0 mode tun")
    world.run("ip addr add 203.0.113.7 peer 198.51.100.1 dev ppp0")
    world.run("ip link set ppp0 up")
    index = socket.if_nametoindex("ppp0")
    source = ip_address("203.0.113.7")
    route = PathRoute(
        table=TABLE_BASE + index, link_index=index, version=4, destination=None, gateway=None, source=source
    )
    rule = SourceRule(source=source, table=TABLE_BASE + index)
    before = world.routing()
    asyncio.run(apply(RoutingPlan(rules=frozenset({rule}), routes=frozenset({route}))))
    assert "default dev ppp0 proto 109 scope link src 203.0.113.7" in world.run(
        f"ip route show table {TABLE_BASE + index}"
    )
    asyncio.run(clear())
    assert world.routing() == before


FOREIGN = (
    "ip rule add from 10.0.1.1 lookup 77 priority 17000",
    "ip rule add from 10.0.1.1 lookup {table} priority 17000 proto static",
    "ip -6 rule add from 2001:db8:1::1 lookup 77 priority 17000",
    "ip rule add lookup main suppress_prefixlength 0 priority 17100 proto static",
    "ip -6 rule add lookup main suppress_prefixlength 0 priority 17100 proto static",
    "ip rule add from 10.0.1.1 lookup {table} priority 17200 proto static",
    "ip rule add fwmark 7 lookup 77 priority 20000",
    "ip route add default via 10.0.2.2 dev lte0 table 77",
    "ip route add default via 10.0.1.77 dev wifi0 table {table}",
    "ip route add 10.77.0.0/16 via 10.0.1.2 dev wifi0 table {table} proto static",
    "ip -6 route add default via fe80::77 dev wifi0 table {table} metric 1024",
    "ip -6 route add 2001:db8:77::/64 via fe80::2 dev wifi0 table {table} metric 7",
)


@pytest.mark.parametrize("order", ["before ours", "after ours"])
def test_rules_and_routes_of_others_are_never_touched(two_paths: Any, order: str) -> None:
    commands = [command.format(table=table_of("wifi0")) for command in FOREIGN]
    if order == "after ours":
        asyncio.run(apply_now())
    for command in commands:
        # Appended: a plain "add" would be refused where ours has the place already.
        two_paths.run(command.replace("route add", "route append") if order == "after ours" else command)
    foreign = _of_others(two_paths)
    for gateway in ("10.0.1.2", "10.0.1.3"):
        two_paths.run(f"ip route replace default via {gateway} dev wifi0 metric 100")
        two_paths.run(f"ip -6 route replace default via fe80::{gateway[-1]} dev wifi0 metric 100")
        asyncio.run(apply_now())
        assert _of_others(two_paths) == foreign
    asyncio.run(clear())
    assert _of_others(two_paths) == foreign
    assert two_paths.ours().strip() == ""


def _of_others(world: Any) -> list[str]:
    words = ("lookup 77", "proto static", "10.0.1.77", "10.77.0.0", "fe80::77", "2001:db8:77")
    return sorted(line for line in world.routing().splitlines() if any(word in line for word in words))


def test_what_a_killed_process_left_is_adopted(two_paths: Any, notifications: NotificationSocket) -> None:
    before = two_paths.routing()
    _apply_and_be_killed()
    assert {line.split()[0] for line in two_paths.ours().splitlines()} >= {"17000:", "17100:", "17200:"}
    notified(notifications)
    asyncio.run(apply_now())
    assert notified(notifications) == []
    asyncio.run(clear())
    assert two_paths.routing() == before


def test_what_a_killed_process_left_is_cleared_even_where_no_plan_would_put_it(two_paths: Any) -> None:
    before = two_paths.routing()
    _apply_and_be_killed()
    two_paths.run("ip rule add fwmark 9 lookup 999 priority 18000 proto 109")
    two_paths.run("ip rule add lookup main suppress_prefixlength 8 priority 17100 proto 109")
    two_paths.run("ip -6 rule add lookup main suppress_prefixlength 0 priority 18000 proto 109")
    two_paths.run("ip rule add from 10.0.1.1 lookup main suppress_prefixlength 8 priority 17000 proto 109")
    two_paths.run("ip route add blackhole 10.98.0.0/16 table 998 proto 109")
    hops = "nexthop via fe80::2 dev wifi0 nexthop via fe80::2 dev lte0"
    two_paths.run(f"ip -6 route add 2001:db8:98::/64 proto 109 table 998 {hops}")
    two_paths.run("ip route add 10.97.0.0/16 proto 109 nexthop via 10.0.1.2 dev wifi0 nexthop via 10.0.2.2 dev lte0")
    asyncio.run(clear())
    assert two_paths.routing() == before


def _apply_and_be_killed() -> None:
    program = (
        "import asyncio, os, signal\n"
        "from mpmanager.core.paths import derive_paths\n"
        "from mpmanager.core.routing import desired_routing\n"
        "from mpmanager.linux.network import LinuxNetworkObserver\n"
        "from mpmanager.linux.routing import LinuxRoutingTables\n"
        "async def main():\n"
        "    paths = derive_paths(await LinuxNetworkObserver().observe())\n"
        "    await LinuxRoutingTables().apply(desired_routing(paths))\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, timeout=20)
    assert done.returncode == -9


def test_a_refusal_that_is_not_the_links_fault_is_reported_and_the_rest_applied(two_paths: Any) -> None:
    plan = asyncio.run(plan_now())
    index = socket.if_nametoindex("wifi0")
    impossible = PathRoute(
        table=table_of("wifi0"),
        link_index=index,
        version=4,
        destination="203.0.113.0/24",
        gateway=ip_address("224.0.0.1"),
        source=ip_address("10.0.1.1"),
    )
    with pytest.raises(CommandRefusedError, match=r"route to 203\.0\.113\.0/24 via 224\.0\.0\.1"):
        asyncio.run(apply(replace(plan, routes=plan.routes | {impossible})))
    assert sum("lookup" in line for line in two_paths.ours().splitlines()) == len(plan.rules)
    assert "default via 10.0.2.2 dev lte0" in two_paths.ours()
