"""Who knocks at a restricted listener over a forbidden interface: the door holds what the fence may not see."""

import socket

import pytest

from mpmanager.linux import bpf
from netns.network.enforcement.strays import PEER, send_stray
from netns.restricted import restricting

_PORT = 5001
_LIMIT_S = 0.5
_BY_WIFI = {4: "10.0.1.1", 6: "2001:db8:1::1"}
_BY_LTE = {4: "10.0.2.1", 6: "2001:db8:2::1"}
_PEERS_PORT = 40_000
_FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}


@pytest.fixture
def knock(two_paths, attacker):
    """Whether a listener of the cgroup is heard at an address."""
    assert attacker.tries("held_listener_of_both") == "opened"

    def knock(address):
        version = 6 if ":" in address else 4
        with two_paths.outside():
            peer = socket.socket(_FAMILIES[version], socket.SOCK_STREAM, socket.IPPROTO_MPTCP)
        with peer:
            peer.settimeout(_LIMIT_S)
            peer.bind((PEER[version], 0))
            return peer.connect_ex((address, _PORT)) == 0

    return knock


def take_off(pins, program):
    (pin,) = (pins / "mpmanager").rglob(f"{program}-*")
    bpf.detach(pin)


@pytest.mark.parametrize("version", [4, 6])
def test_without_the_fence_a_listener_still_answers_nobody_elsewhere(
    *, pins, cgroup, enforcement, knock, captures, version
):
    enforcement.apply(restricting(cgroup))
    take_off(pins, "fence")
    captures.since()
    assert not knock(_BY_WIFI[version])
    assert captures.since() == (0, 0)
    take_off(pins, "door")
    assert knock(_BY_WIFI[version])
    assert captures.since()[0] > 0, "now nothing holds it"


@pytest.mark.parametrize("version", [4, 6])
def test_by_an_allowed_interface_a_listener_is_heard(*, cgroup, enforcement, knock, captures, version):
    enforcement.apply(restricting(cgroup))
    captures.since()
    assert knock(_BY_LTE[version])
    by_wifi, by_lte = captures.since()
    assert (by_wifi, by_lte > 0) == (0, True)


def test_what_comes_by_another_card_of_a_network_to_an_allowed_address_is_heard(
    *, two_paths, cgroup, enforcement, knock, captures
):
    """ARP tells all addresses of a host by all its cards; the answers leave by the allowed one."""
    two_paths.run_around(f"ip route add {_BY_LTE[4]}/32 via {_BY_WIFI[4]} dev wifi0")
    enforcement.apply(restricting(cgroup))
    captures.since()
    assert knock(_BY_LTE[4])
    by_wifi, by_lte = captures.since()
    assert (by_wifi, by_lte > 0) == (0, True)


def test_a_stray_segment_to_a_listener_is_not_answered_elsewhere(*, two_paths, cgroup, enforcement, knock, captures):
    assert knock(_BY_LTE[6])
    captures.since()
    send_stray(two_paths, _BY_WIFI[6], _PORT, from_port=_PEERS_PORT)
    assert captures.since()[0] == 1, "where nothing is restricted it is"
    enforcement.apply(restricting(cgroup))
    captures.since()
    send_stray(two_paths, _BY_WIFI[6], _PORT, from_port=_PEERS_PORT)
    assert captures.since()[0] == 0
    send_stray(two_paths, _BY_LTE[6], _PORT, from_port=_PEERS_PORT)
    assert sum(captures.since()) == 1, "over the allowed one it is"
