"""Destinations that speak no Multipath TCP: any path, and no key for certain."""

from contextlib import ExitStack
from dataclasses import replace
from ipaddress import ip_address

import pytest

from mpmanager.linux import bpf
from mpmanager.model.connection import Endpoint
from mpmanager.model.enforcement import Restriction
from netns.network.enforcement.segments import Leaving
from netns.restricted import cellular, restricting

_PORT = 5000
_NAMES = ("kind_of_mptcp", "kind_of_mptcp_bound", "kind_of_mptcp_device")


@pytest.fixture
def plain(two_paths):
    return frozenset(Endpoint(ip_address(each), _PORT) for each in (two_paths.SERVER_4, two_paths.SERVER_6))


@pytest.fixture
def leaving(two_paths, captures):
    """Segments by wifi0 and by lte0 of what is tried."""
    with ExitStack() as stack:
        wires = [stack.enter_context(Leaving(name)) for name in ("wifi0", "lte0")]

        def tell(attacker, name):
            return attacker.tries(name), *(each.segments() for each in wires)

        yield tell


def handshakes(cgroup, path_class=None, **changes):
    return replace(restricting(cgroup, Restriction.HANDSHAKE, path_class), **changes)


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("name", _NAMES)
def test_a_connection_to_a_plain_destination_goes_by_any_path_without_a_key(
    *, cgroup, enforcement, attacker, leaving, plain, name, version
):
    enforcement.apply(handshakes(cgroup, plain_destinations=plain))
    outcome, wifi, lte = leaving(attacker, f"{name}{version}")
    assert outcome == "plain"
    assert sum(each.is_first for each in wifi) == 1
    assert not any(each.mptcp for each in wifi)
    assert lte == []


def test_other_destinations_are_steered(cgroup, enforcement, attacker, leaving, plain):
    other_ports = {replaced(each, _PORT + 1) for each in plain}
    other_addresses = {Endpoint(ip_address("10.99.0.2"), _PORT)}
    enforcement.apply(handshakes(cgroup, plain_destinations=frozenset(other_ports | other_addresses)))
    outcome, wifi, lte = leaving(attacker, "kind_of_mptcp4")
    assert (outcome, wifi) == ("multipath", [])
    assert any(each.shows_key for each in lte)


def replaced(endpoint, port):
    return Endpoint(endpoint.address, port)


def test_a_mark_of_the_applications_own_makes_it_steered(cgroup, enforcement, attacker, leaving, plain):
    enforcement.apply(handshakes(cgroup, plain_destinations=plain))
    outcome, wifi, lte = leaving(attacker, "kind_of_mptcp_marked4")
    assert (outcome, wifi) == ("multipath", [])
    assert any(each.shows_key for each in lte)


def test_a_destination_that_has_learnt_multipath_is_steered_again(cgroup, enforcement, attacker, leaving, plain):
    enforcement.apply(handshakes(cgroup, plain_destinations=plain))
    assert leaving(attacker, "kind_of_mptcp4")[0] == "plain"
    enforcement.apply(handshakes(cgroup))
    outcome, wifi, _ = leaving(attacker, "kind_of_mptcp4")
    assert (outcome, wifi) == ("multipath", [])


def test_first_bytes_know_no_plain_destinations(cgroup, enforcement, attacker, leaving, plain):
    plan = handshakes(cgroup, plain_destinations=plain)
    policies = frozenset(replace(each, first_bytes=1000) for each in plan.policies)
    enforcement.apply(replace(plan, policies=policies))
    outcome, wifi, _ = leaving(attacker, "kind_of_mptcp4")
    assert (outcome, wifi) == ("multipath", [])


def test_only_knows_no_plain_destinations(cgroup, enforcement, attacker, leaving, plain):
    enforcement.apply(replace(restricting(cgroup), plain_destinations=plain))
    outcome, wifi, _ = leaving(attacker, "kind_of_mptcp4")
    assert (outcome, wifi) == ("multipath", [])


def test_without_the_rule_that_strips_it_a_key_gets_no_further_than_the_guard(
    *, two_paths, pins, cgroup, enforcement, attacker, leaving, plain
):
    """Somebody has flushed all rules, and the daemon does not know yet."""
    enforcement.apply(handshakes(cgroup, plain_destinations=plain))
    two_paths.run("nft flush ruleset")
    outcome, wifi, lte = leaving(attacker, "kind_of_mptcp4")
    assert (outcome, wifi, lte) == ("silence", [], [])
    (guard,) = (pins / "mpmanager").rglob("guard-*")
    bpf.detach(guard)
    outcome, wifi, _ = leaving(attacker, "kind_of_mptcp4")
    assert (outcome, any(each.shows_key for each in wifi)) == ("multipath", True), "now nothing holds it"
    enforcement.apply(handshakes(cgroup, plain_destinations=plain))
    assert leaving(attacker, "kind_of_mptcp4")[0] == "plain"


def test_where_keys_cannot_be_stripped_plain_destinations_are_steered_as_others(
    *, cgroup, enforcement, attacker, leaving, plain, monkeypatch
):
    monkeypatch.setattr("mpmanager.linux.enforcement._STRIPPING", "reset tcp option of_a_later_version", raising=True)
    enforcement.apply(handshakes(cgroup, plain_destinations=plain))
    outcome, wifi, _ = leaving(attacker, "kind_of_mptcp4")
    assert (outcome, wifi) == ("multipath", [])


def test_without_nftables_plain_destinations_are_steered_as_others(
    *, cgroup, enforcement, attacker, leaving, plain, monkeypatch
):
    monkeypatch.setattr(enforcement._second_fence, "refusal", lambda: "it is missing")
    enforcement.apply(handshakes(cgroup, plain_destinations=plain))
    outcome, wifi, _ = leaving(attacker, "kind_of_mptcp4")
    assert (outcome, wifi) == ("multipath", [])


def test_a_lenient_class_without_ways_out_lets_plain_destinations_go_without_a_key(
    *, cgroup, enforcement, attacker, leaving, plain
):
    path_class = cellular(interfaces=frozenset(), addresses=frozenset(), ways_out=(), is_lenient=True)
    enforcement.apply(handshakes(cgroup, path_class, plain_destinations=plain))
    outcome, wifi, _ = leaving(attacker, "kind_of_mptcp4")
    assert (outcome, any(each.mptcp for each in wifi)) == ("plain", False)


@pytest.mark.parametrize(("trusted", "other"), [(4, 6), (6, 4)])
def test_where_only_the_other_ip_version_has_a_trusted_path_handshakes_go_without_a_key(
    *, cgroup, enforcement, attacker, leaving, trusted, other
):
    ways_out = tuple(way for way in cellular().ways_out if way.version == trusted)
    enforcement.apply(handshakes(cgroup, cellular(is_lenient=True, ways_out=ways_out)))
    outcome, wifi, _ = leaving(attacker, f"kind_of_mptcp{other}")
    assert (outcome, any(each.mptcp for each in wifi)) == ("plain", False)
    assert any(each.is_first for each in wifi)
    outcome, wifi, _ = leaving(attacker, f"kind_of_mptcp{trusted}")
    assert (outcome, wifi) == ("multipath", [])
    enforcement.apply(handshakes(cgroup, cellular(is_lenient=True)))
    assert leaving(attacker, f"kind_of_mptcp{other}")[0] == "multipath"


def test_first_bytes_are_let_go_as_well_where_only_the_other_ip_version_has_a_trusted_path(
    cgroup, enforcement, attacker, leaving
):
    by_ipv4 = tuple(way for way in cellular().ways_out if way.version == 4)
    plan = handshakes(cgroup, cellular(is_lenient=True, ways_out=by_ipv4))
    enforcement.apply(replace(plan, policies=frozenset(replace(each, first_bytes=1000) for each in plan.policies)))
    outcome, wifi, _ = leaving(attacker, "kind_of_mptcp6")
    assert (outcome, any(each.mptcp for each in wifi)) == ("plain", False)
    assert any(each.payload_bytes for each in wifi)


def test_more_plain_destinations_than_there_is_room_for_are_no_error(cgroup, enforcement, plain):
    many = {Endpoint(ip_address("10.1.0.0") + number, 443) for number in range(5000)}
    enforcement.apply(handshakes(cgroup, plain_destinations=plain | many))
    enforcement.apply(handshakes(cgroup, plain_destinations=plain))
