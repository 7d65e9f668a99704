"""Routes that an untrusted network pushes into the main table, and those of it that count for trusted paths."""

import pytest

from mpmanager.linux.class_marks import mark_of
from mpmanager.model.enforcement import ClassNumber, Restriction
from netns.restricted import restricting, tried, wifi_and_cellular

_HANDSHAKES = ("mptcp4", "mptcp6", "mptcp_from_lte4", "mptcp_from_lte6")
_ALL = (
    *_HANDSHAKES,
    *("tcp4", "tcp6", "udp4", "udp6", "udp_connected4", "udp_connected6", "raw4", "raw6"),
    *("tcp_from_lte4", "tcp_from_lte6", "udp_from_lte4", "udp_from_lte6"),
)
_DESTINATIONS = {
    "halves": ("0.0.0.0/1", "128.0.0.0/1", "::/1", "8000::/1"),
    "the server's own": ("10.99.0.1/32", "2001:db8:99::1/128"),
}


@pytest.fixture(params=_DESTINATIONS)
def pushed(request, two_paths):
    """Has wifi0's network push routes when it is called."""
    return lambda: two_paths.batch([f"route add {each} {_way_out(each)}" for each in _DESTINATIONS[request.param]])


def _way_out(destination):
    """By wifi0's gateway."""
    return f"via {'fe80::2' if ':' in destination else '10.0.1.2'} dev wifi0"


def by_cellular(attacker, captures, names):
    """What was answered, none of it by wifi0."""
    results = tried(attacker, captures, names)
    assert {name for name, (_, by_wifi, _) in results.items() if by_wifi} == set()
    return {name for name, (outcome, _, by_lte) in results.items() if outcome == "answered" and by_lte}


@pytest.mark.parametrize(("restriction", "names"), [(Restriction.HANDSHAKE, _HANDSHAKES), (Restriction.ONLY, _ALL)])
def test_routes_that_an_untrusted_network_pushes_cut_nobody_off(
    *, cgroup, enforcement, attacker, captures, pushed, restriction, names
):
    pushed()
    enforcement.apply(restricting(cgroup, restriction))
    assert by_cellular(attacker, captures, names) == set(names)


def test_what_is_connected_survives_pushed_routes(*, cgroup, enforcement, attacker, captures, pushed):
    enforcement.apply(restricting(cgroup))
    opened = ("held_tcp", "held_mptcp", "held_udp_connected")
    assert {attacker.tries(each) for each in opened} == {"opened"}
    pushed()
    again = {f"use_{each}" for each in opened}
    assert by_cellular(attacker, captures, again) == again


@pytest.fixture
def way_of(two_paths):
    """How the kernel would route a packet of the class to the server from a source address, if any is given."""
    mark = mark_of(ClassNumber(2), Restriction.ONLY)

    def ask(version, source=""):
        destination = two_paths.SERVER_4 if version == 4 else two_paths.SERVER_6
        return two_paths.run(f"ip route get {destination} mark {mark} {source and f'from {source}'}")

    return ask


def test_special_gateways_of_trusted_paths_keep_being_used(two_paths, cgroup, enforcement, way_of):
    two_paths.batch(
        [
            f"route add {two_paths.SERVER_4} via 10.0.2.77 dev lte0",
            f"route add {two_paths.SERVER_6} via 2001:db8:2::77 dev lte0",
        ]
    )
    enforcement.apply(restricting(cgroup))
    for source in ("", "10.0.2.1"):
        assert "via 10.0.2.77 dev lte0" in way_of(4, source)
    for source in ("", "2001:db8:2::1"):
        assert "via 2001:db8:2::77 dev lte0" in way_of(6, source)


def test_special_gateways_that_come_and_go_later_are_taken_over(two_paths, cgroup, enforcement, way_of):
    """Programs that set up a VPN do so after its addresses."""
    restrictions = restricting(cgroup)
    enforcement.apply(restrictions)
    assert enforcement.is_intact()
    assert enforcement.is_intact(), "now nobody looks for a while"
    for command, gateways in (("add", ("10.0.2.77", "2001:db8:2::77")), ("del", ("10.0.2.2", "fe80::2"))):
        two_paths.run(f"ip route {command} {two_paths.SERVER_4} via 10.0.2.77 dev lte0")
        two_paths.run(f"ip route {command} {two_paths.SERVER_6} via 2001:db8:2::77 dev lte0")
        assert not enforcement.is_intact()
        enforcement.apply(restrictions)
        for version, gateway in zip((4, 6), gateways, strict=True):
            assert f"via {gateway} dev lte0" in way_of(version)
        assert enforcement.is_intact()


@pytest.mark.parametrize("destination", ["the server", "default"])
def test_what_main_rejects_is_rejected_for_the_class(
    *, two_paths, cgroup, enforcement, attacker, captures, destination
):
    """Such as by the kill switch of a VPN."""
    enforcement.apply(restricting(cgroup))
    names = ("tcp4", "tcp6", "tcp_from_lte4", "tcp_from_lte6", "udp4", "udp6")
    assert by_cellular(attacker, captures, names) == set(names)
    servers = (two_paths.SERVER_4, two_paths.SERVER_6) if destination == "the server" else ("0.0.0.0/0", "::/0")
    for each in servers:
        two_paths.run(f"ip route add prohibit {each} metric 1")
    results = tried(attacker, captures, names)
    assert set(results.values()) == {("EACCES", 0, 0)}


def test_of_two_trusted_paths_the_one_is_taken_whose_address_a_program_has_chosen(cgroup, enforcement, way_of):
    enforcement.apply(restricting(cgroup, path_class=wifi_and_cellular()))
    assert "via 10.0.1.2 dev wifi0" in way_of(4)
    assert "via 10.0.2.2 dev lte0" in way_of(4, "10.0.2.1")
