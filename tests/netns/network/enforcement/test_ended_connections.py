"""Peers that go on sending to connections that have ended: no reset of the kernel tells them elsewhere."""

import json
import time
from dataclasses import replace
from ipaddress import ip_address

import pytest

from netns.network.enforcement.strays import send_stray
from netns.restricted import cellular, restricting, wifi_and_cellular

_SERVERS_PORT = 5000
_WIFI = {4: "10.0.1.1", 6: "2001:db8:1::1"}
_FREE_PORT = 50_999
"""Of nobody."""


@pytest.fixture
def both():
    """A class that allows both interfaces and prefers wifi0, in both IP versions."""
    of_ipv4 = wifi_and_cellular()
    way = replace(of_ipv4.ways_out[0], version=6, gateway=ip_address("fe80::2"), source=ip_address(_WIFI[6]))
    return replace(of_ipv4, addresses=of_ipv4.addresses | {way.source}, ways_out=(way, *of_ipv4.ways_out))


@pytest.fixture
def answers(two_paths, captures):
    """How many packets a segment from the server to a port of wifi0's address brings out by wifi0."""

    def ask(version, port):
        captures.since()
        send_stray(two_paths, _WIFI[version], port, from_port=_SERVERS_PORT)
        return captures.since()[0]

    return ask


@pytest.mark.parametrize("version", [4, 6])
def test_when_trust_ends_the_kernel_is_silent_about_what_has_ended_before(
    *, cgroup, enforcement, attacker, answers, both, version
):
    enforcement.apply(restricting(cgroup, path_class=both))
    port = int(attacker.tries(f"aborted{version}"))
    assert answers(version, port) == 1, "by a path that is trusted it tells"
    enforcement.apply(restricting(cgroup, path_class=cellular()))
    assert [answers(version, port) for _ in range(3)] == [0, 0, 0]
    assert answers(version, _FREE_PORT) == 1, "of what was nobody's it tells as ever"


@pytest.mark.parametrize("version", [4, 6])
def test_it_tells_again_where_trust_has_come_back(*, cgroup, enforcement, attacker, answers, both, version):
    enforcement.apply(restricting(cgroup, path_class=both))
    port = int(attacker.tries(f"aborted{version}"))
    enforcement.apply(restricting(cgroup, path_class=cellular()))
    assert answers(version, port) == 0
    enforcement.apply(restricting(cgroup, path_class=both))
    assert answers(version, port) == 1


def test_a_peer_that_goes_on_keeps_it_silent(*, two_paths, cgroup, enforcement, attacker, answers, both):
    """Each of its segments begins the time anew that a connection is remembered."""
    enforcement.apply(restricting(cgroup, path_class=both))
    port = int(attacker.tries("aborted4"))
    enforcement.apply(restricting(cgroup, path_class=cellular()))
    time.sleep(1.5)
    before = remembered_for_s(two_paths, port)
    assert answers(4, port) == 0
    assert remembered_for_s(two_paths, port) > before


def remembered_for_s(world, port):
    listed = world.run("nft -j list set inet mpmanager ended4")
    elements = json.loads(listed)["nftables"][1]["set"]["elem"]
    (left,) = [each["elem"]["expires"] for each in elements if port in each["elem"]["val"]["concat"]]
    return left
