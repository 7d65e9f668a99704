"""Probes on the real kernel: what they find on paths that pass everything, and on one that filters."""

import asyncio
import socket
import threading
from contextlib import ExitStack, contextmanager, suppress
from ipaddress import ip_address

import pytest

from mpmanager.linux.mptcp_pm import LinuxPathManager
from mpmanager.linux.multipath_probe import MultipathProbe
from mpmanager.linux.name_servers import name_servers_of
from mpmanager.linux.nftables import Nftables
from mpmanager.linux.packet_socket import packet_socket
from mpmanager.linux.path_probes import LinuxPathProbes
from mpmanager.model.connection import Endpoint
from mpmanager.model.diagnosis import ProbeOutcome, ProbeStep, ProbeWishes
from mpmanager.model.names import LinkName
from mpmanager.model.path import InterfaceAddress, KindSource, Path, PathKind, PathState, Tier, WayOut
from netns.stage import lab_of_two_links, listening

pytestmark = pytest.mark.netns

_HOOK = "type filter hook prerouting priority 0;"
MULTIPATH = (ProbeStep.SERVICE, ProbeStep.SYN, ProbeStep.CAPABLE, ProbeStep.JOIN)


@pytest.fixture(scope="module")
def lab():
    with lab_of_two_links("probe") as made:
        yield made


@pytest.fixture(scope="module")
def probing(lab, tmp_path_factory):
    """Probes a path of the laptop; there is a path manager in userspace, as joins need one."""
    remembered = tmp_path_factory.mktemp("probes") / "path-manager"

    def probe(name, wishes, *, act="probe"):
        return lab.inside("laptop", lambda: asyncio.run(_act(remembered, lab, name, wishes, act)))

    return probe


async def _act(remembered, lab, name, wishes, act):
    manager = LinuxPathManager(remembered=remembered)
    try:
        manager.take_over()
        manager.listen(lambda _event: None, lambda: None)
        probes = LinuxPathProbes(manager)
        path = path_of(lab, name)
        return await (probes.probe(path, wishes) if act == "probe" else probes.trace(path, wishes.trace))
    finally:
        manager.hand_back()
        manager.close()


def path_of(lab, name):
    address = lab.laptop_address(name)
    gateway = gateway_of(lab, name)
    return Path(
        name=LinkName(name),
        index=socket.if_nametoindex(name),
        kind=PathKind.WIFI,
        kind_source=KindSource.KERNEL,
        network=None,
        security=None,
        tier=Tier.ALWAYS,
        state=PathState.UP,
        addresses=(InterfaceAddress(address=address, prefix_length=24),),
        ways_out=(WayOut(version=4, gateway=gateway),),
    )


def gateway_of(lab, name):
    found = lab.run(["ip", "-4", "route", "show", "default", "dev", name]).stdout.split()
    return ip_address(found[found.index("via") + 1])


def outcomes(probes):
    return {each.step: each.outcome for each in probes}


@contextmanager
def server(lab, protocol=262, answer=b""):
    """Takes connections, answers, and keeps them until the end of the block; with an answer it closes them."""
    with listening(lab, protocol=protocol) as listener, ExitStack() as kept:
        listener.settimeout(None)

        def accept():
            with suppress(OSError):
                while True:
                    connection = kept.enter_context(listener.accept()[0])
                    connection.sendall(answer)
                    if answer:
                        connection.shutdown(socket.SHUT_WR)

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield Endpoint(lab.server_address(), listener.getsockname()[1])
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)


@contextmanager
def filtering(lab, rule):
    """A rule of the server's own network on what comes in."""
    nft(lab, f"add table inet probes; add chain inet probes in {{ {_HOOK} }}; add rule inet probes in {rule}")
    try:
        yield
    finally:
        nft(lab, "delete table inet probes")


def nft(lab, commands):
    def run():
        nftables = Nftables()
        try:
            nftables.run(commands)
        finally:
            nftables.close()

    lab.inside("server", run)


@contextmanager
def announcing(lab, address):
    lab.run(["ip", "mptcp", "endpoint", "add", address, "signal"], place="server")
    try:
        yield
    finally:
        lab.run(["ip", "mptcp", "endpoint", "flush"], place="server")


def test_a_path_that_passes_everything(lab, probing):
    with announcing(lab, "10.9.9.10"), server(lab) as endpoint:
        seen = outcomes(probing("wlan0", ProbeWishes(server=endpoint)))
    steps = (*MULTIPATH, ProbeStep.ADD_ADDRESS, ProbeStep.ROUTE, ProbeStep.GATEWAY)
    assert {step: seen[step] for step in steps} == dict.fromkeys(steps, ProbeOutcome.OK)
    assert seen[ProbeStep.PORTAL] is seen[ProbeStep.DNS] is ProbeOutcome.NOT_ASKED


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        ("reset tcp option mptcp", {ProbeStep.SYN: ProbeOutcome.OK, ProbeStep.CAPABLE: ProbeOutcome.STRIPPED}),
        ("tcp option mptcp exists drop", {ProbeStep.SERVICE: ProbeOutcome.OK, ProbeStep.SYN: ProbeOutcome.SILENT}),
        (
            "tcp option mptcp subtype 1 drop",
            {ProbeStep.CAPABLE: ProbeOutcome.OK, ProbeStep.JOIN: ProbeOutcome.SILENT},
        ),
    ],
)
def test_a_filter_is_found_by_the_step_that_it_stops(lab, probing, rule, wanted):
    with filtering(lab, rule), server(lab) as endpoint:
        seen = outcomes(probing("wlan0", ProbeWishes(server=endpoint)))
    assert {step: seen[step] for step in wanted} == wanted


def test_a_peer_without_multipath_and_a_portal_are_told_as_they_are(lab, probing):
    with server(lab, protocol=0, answer=b"HTTP/1.1 302 Found\r\nLocation: http://login.example/\r\n\r\n") as endpoint:
        wishes = ProbeWishes(server=endpoint, portal_url=f"http://{endpoint}/")
        found = probing("wlan0", wishes)
    seen = outcomes(found)
    assert seen[ProbeStep.CAPABLE] is ProbeOutcome.STRIPPED
    assert seen[ProbeStep.PORTAL] is ProbeOutcome.PORTAL
    assert "http://login.example/" in next(each.detail for each in found if each.step is ProbeStep.PORTAL)


def test_a_port_where_nobody_listens_refuses(lab, probing):
    closed = Endpoint(lab.server_address(), 9)
    seen = outcomes(probing("wlan0", ProbeWishes(server=closed)))
    assert seen[ProbeStep.SERVICE] is seen[ProbeStep.SYN] is ProbeOutcome.REFUSED


def test_a_source_address_that_leaves_elsewhere_has_no_route(lab, probing):
    """Nobody has made rules for it: the main table leads by the other link."""
    by_link = {name: outcomes(probing(name, ProbeWishes()))[ProbeStep.ROUTE] for name in ("wlan0", "dsl0")}
    assert sorted(by_link.values()) == [ProbeOutcome.NO_ROUTE, ProbeOutcome.OK]


def test_a_trace_names_the_routers_and_ends_at_the_destination(lab, probing):
    hops = probing("dsl0", ProbeWishes(trace=lab.server_address()), act="trace")
    assert hops[0].address == lab.inside("laptop", lambda: gateway_of(lab, "dsl0"))
    assert [each.distance for each in hops] == list(range(1, len(hops) + 1))
    assert [each.is_destination for each in hops] == [False] * (len(hops) - 1) + [True]
    assert hops[-1].address == lab.server_address()


def test_name_servers_are_those_that_the_path_can_lead_to(tmp_path):
    path = Path(
        name=LinkName("wlan0"),
        index=7,
        kind=PathKind.WIFI,
        kind_source=KindSource.KERNEL,
        network=None,
        security=None,
        tier=Tier.ALWAYS,
        state=PathState.UP,
        addresses=(InterfaceAddress(address=ip_address("10.1.2.3"), prefix_length=24),),
        ways_out=(),
    )
    (tmp_path / "etc").mkdir()
    lines = ("127.0.0.53", "10.9.9.1", "10.1.2.9", "2001:db8::1", "8.8.4.4")
    (tmp_path / "etc/resolv.conf").write_text("".join(f"nameserver {each}\n" for each in lines))
    assert [str(each) for each in name_servers_of(path, root=tmp_path)] == ["10.1.2.9", "8.8.4.4"]
    (tmp_path / "run/systemd/resolve/netif").mkdir(parents=True)
    (tmp_path / "run/systemd/resolve/netif/7").write_text("LLMNR=yes\nSERVERS=10.9.9.1\n")
    assert [str(each) for each in name_servers_of(path, root=tmp_path)] == ["10.9.9.1"]


def test_a_bare_syn_is_answered_with_the_option_as_one_of_a_socket_is(lab):
    async def ask(endpoint):
        probe = MultipathProbe(path_of(lab, "wlan0"), endpoint, lambda _command: None)
        with ExitStack() as stack:
            capture = stack.enter_context(packet_socket(socket.IPPROTO_TCP, endpoint.port, interface="wlan0"))
            probe._listen(capture, stack)
            return await probe._ask_by_bare_syn()

    with server(lab) as endpoint:
        found = lab.inside("laptop", lambda: asyncio.run(ask(endpoint)))
    assert outcomes(found) == {ProbeStep.SYN: ProbeOutcome.OK, ProbeStep.CAPABLE: ProbeOutcome.OK}
