"""What each restriction holds back and what it lets go, also where cgroups are nested or no path is trusted."""

import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

from mpmanager.model.enforcement import Restriction
from netns.network.enforcement.segments import Leaving
from netns.restricted import Attacker, cellular, plan, restricting, tried, without_ways_out

_OPTION_MEMORY = "/proc/sys/net/core/optmem_max"
_EVERYTHING = ("tcp4", "tcp6", "mptcp4", "mptcp6", "udp4", "udp6", "udp_connected4", "raw4", "raw6")


def paths_taken(results):
    """By which interface the packets of each attack left: wifi0, lte0, both or none."""
    return {
        name: "+".join(path for path, count in zip(("wifi0", "lte0"), counts, strict=True) if count)
        for name, (_, *counts) in results.items()
    }


@pytest.fixture
def nested(cgroup, two_paths):
    """A cgroup below, and an attacker in it."""
    below = cgroup / "below"
    below.mkdir()
    attacker = Attacker(two_paths, below)
    yield below, attacker
    attacker.close()
    below.rmdir()


def test_a_protected_handshake_takes_the_trusted_path_and_everything_else_its_usual_one(
    cgroup, enforcement, attacker, captures
):
    enforcement.apply(restricting(cgroup, Restriction.HANDSHAKE))
    steered = ("mptcp4", "mptcp6", "mptcp_again4", "mptcp_again6")
    results = tried(attacker, captures, (*steered, "tcp4", "tcp6", "udp4", "udp6", "tcp_bound4", "raw4"))
    assert {outcome for outcome, *_ in results.values()} == {"answered"}
    usual = ("tcp4", "tcp6", "udp4", "udp6", "tcp_bound4", "raw4")
    assert paths_taken(results) == {**dict.fromkeys(steered, "lte0"), **dict.fromkeys(usual, "wifi0")}


@contextmanager
def without_memory_for_options():
    """Of the network namespace, before Linux 6.8 of the whole machine."""
    place = [] if Path(_OPTION_MEMORY).exists() else ["nsenter", "--net=/proc/1/ns/net"]
    before = subprocess.run([*place, "cat", _OPTION_MEMORY], check=True, capture_output=True).stdout
    subprocess.run([*place, "tee", _OPTION_MEMORY], check=True, input=b"0", stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        subprocess.run([*place, "tee", _OPTION_MEMORY], check=True, input=before, stdout=subprocess.DEVNULL)


def test_a_handshake_of_which_nothing_can_be_noted_is_refused(cgroup, enforcement, attacker, captures):
    """Unnoted it would not be held where it leaves. Here there may be no memory for it at all."""
    enforcement.apply(restricting(cgroup, Restriction.HANDSHAKE))
    with without_memory_for_options():
        results = tried(attacker, captures, ["mptcp4", "mptcp6", "tcp4"])
    assert results["tcp4"][0] == "answered"
    assert {results[name] for name in ("mptcp4", "mptcp6")} == {("EPERM", 0, 0)}


def test_raw_segments_are_no_handshakes(cgroup, enforcement, attacker, captures):
    """A kernel that is asked for their connection reads what lies behind them in memory, and may panic."""
    enforcement.apply(restricting(cgroup, Restriction.HANDSHAKE))
    results = tried(attacker, captures, ["raw_segments4", "raw_segments6"])
    assert paths_taken(results) == dict.fromkeys(results, "wifi0")


@pytest.mark.parametrize("name", ["mptcp_bound4", "mptcp_bound6", "mptcp_device4", "mptcp_device6"])
def test_a_handshake_that_insists_on_another_path_is_refused_at_once(cgroup, enforcement, attacker, captures, name):
    enforcement.apply(restricting(cgroup, Restriction.HANDSHAKE))
    assert tried(attacker, captures, [name]) == {name: ("EPERM", 0, 0)}


def test_a_lenient_handshake_goes_anywhere_where_nothing_is_trusted(cgroup, enforcement, attacker, captures):
    enforcement.apply(restricting(cgroup, Restriction.HANDSHAKE, without_ways_out(is_lenient=True)))
    results = tried(attacker, captures, ("mptcp4", "mptcp6", "mptcp_bound4"))
    assert paths_taken(results) == dict.fromkeys(results, "wifi0")


@pytest.mark.parametrize("name", ["tcp_abandoned4", "tcp_abandoned6", "mptcp_abandoned4", "mptcp_abandoned6"])
def test_what_was_let_go_may_be_reset(*, cgroup, enforcement, attacker, captures, name):
    """Of TCP the kernel has closed the socket before it sends that."""
    enforcement.apply(restricting(cgroup, Restriction.HANDSHAKE, without_ways_out(is_lenient=True)))
    with Leaving("wifi0") as wifi:
        assert attacker.tries(name) == "answered"
        assert any(each.is_reset for each in wifi.segments())


def test_a_lenient_handshake_is_held_to_the_ip_version_that_has_a_trusted_path(cgroup, enforcement, attacker, captures):
    by_ipv4 = tuple(way for way in cellular().ways_out if way.version == 4)
    path_class = cellular(is_lenient=True, ways_out=by_ipv4)
    enforcement.apply(restricting(cgroup, Restriction.HANDSHAKE, path_class))
    results = tried(attacker, captures, ("mptcp4", "mptcp6", "mptcp_bound4"))
    assert paths_taken(results) == {"mptcp4": "lte0", "mptcp6": "wifi0", "mptcp_bound4": ""}


def test_where_nobody_attends_to_a_lenient_class_handshakes_outlive_its_ways_out(
    *, two_paths, cgroup, enforcement, attacker, captures
):
    enforcement.apply(restricting(cgroup, Restriction.HANDSHAKE, cellular(is_lenient=True, is_unattended=True)))
    results = tried(attacker, captures, ("mptcp4", "mptcp6"))
    assert paths_taken(results) == {"mptcp4": "lte0", "mptcp6": "lte0"}
    two_paths.run("ip link set lte0 down")
    results = tried(attacker, captures, ("mptcp4", "mptcp6", "mptcp_bound4"))
    assert results.pop("mptcp_bound4") == ("EPERM", 0, 0)
    assert paths_taken(results) == {"mptcp4": "wifi0", "mptcp6": "wifi0"}
    assert {outcome for outcome, *_ in results.values()} == {"answered"}


@pytest.mark.parametrize(
    ("restriction", "is_lenient"), [(Restriction.ONLY, True), (Restriction.ONLY, False), (Restriction.HANDSHAKE, False)]
)
def test_an_unattended_class_lets_nothing_else_go(
    *, two_paths, cgroup, enforcement, attacker, captures, restriction, is_lenient
):
    enforcement.apply(restricting(cgroup, restriction, cellular(is_lenient=is_lenient, is_unattended=True)))
    two_paths.run("ip link set lte0 down")
    results = tried(attacker, captures, ("mptcp4", "mptcp6"))
    assert paths_taken(results) == {"mptcp4": "", "mptcp6": ""}


def test_a_socket_that_tries_again_is_judged_again(cgroup, enforcement, attacker, captures):
    enforcement.apply(restricting(cgroup, Restriction.HANDSHAKE, without_ways_out(is_lenient=True)))
    assert attacker.tries("refused_mptcp") == "opened"
    enforcement.apply(restricting(cgroup, Restriction.HANDSHAKE))
    results = tried(attacker, captures, ["use_refused_mptcp"])
    assert paths_taken(results) == {"use_refused_mptcp": "lte0"}


@pytest.mark.parametrize("restriction", [Restriction.HANDSHAKE, Restriction.ONLY])
def test_a_strict_handshake_is_refused_at_once_where_nothing_is_trusted(
    cgroup, enforcement, attacker, captures, restriction
):
    enforcement.apply(restricting(cgroup, restriction, without_ways_out()))
    results = tried(attacker, captures, ("mptcp4", "mptcp6"))
    assert paths_taken(results) == {"mptcp4": "", "mptcp6": ""}
    assert {outcome for outcome, *_ in results.values()} <= {"ENETUNREACH", "ECONNREFUSED"}


def test_nothing_trusted_means_nothing_sent(cgroup, enforcement, attacker, captures):
    enforcement.apply(restricting(cgroup, path_class=without_ways_out()))
    results = tried(attacker, captures, _EVERYTHING)
    assert paths_taken(results) == dict.fromkeys(_EVERYTHING, "")
    assert not {outcome for outcome, *_ in results.values()} & {"answered", "silence"}


def test_loopback_stays_open(two_paths, cgroup, enforcement, attacker):
    enforcement.apply(restricting(cgroup, path_class=without_ways_out()))
    assert attacker.tries("own_host") == "answered"


def test_an_exception_lifts_the_handshake_of_the_cgroups_above(cgroup, nested, enforcement, captures):
    below, attacker = nested
    enforcement.apply(plan({cgroup: Restriction.HANDSHAKE}, cellular()))
    assert paths_taken(tried(attacker, captures, ["mptcp4"])) == {"mptcp4": "lte0"}
    enforcement.apply(plan({cgroup: Restriction.HANDSHAKE, below: Restriction.ANY}, cellular()))
    assert paths_taken(tried(attacker, captures, ["mptcp4"])) == {"mptcp4": "wifi0"}


@pytest.mark.parametrize("restriction", [Restriction.ANY, Restriction.HANDSHAKE])
def test_nothing_below_lifts_only(cgroup, nested, enforcement, captures, restriction):
    below, attacker = nested
    enforcement.apply(plan({cgroup: Restriction.ONLY, below: restriction}, cellular()))
    results = tried(attacker, captures, (*_EVERYTHING, "mptcp_bound4", "udp_bound4"))
    assert paths_taken(results) == {**dict.fromkeys(_EVERYTHING, "lte0"), "mptcp_bound4": "", "udp_bound4": ""}


def test_counters_tell_what_passed_and_what_was_dropped(cgroup, enforcement, attacker, captures):
    enforcement.apply(restricting(cgroup))
    results = tried(attacker, captures, ("udp4", "own_mark_raw"))
    assert paths_taken(results) == {"udp4": "lte0", "own_mark_raw": ""}
    counters = {each.link_index: each for each in enforcement.counters()}
    (trusted,) = (counters.pop(index) for index in cellular().interfaces)
    (forbidden,) = counters.values()
    assert (trusted.passed_packets, trusted.passed_bytes, trusted.dropped_packets) == (1, 20 + 8 + 5, 0)
    assert (forbidden.passed_packets, forbidden.dropped_packets, forbidden.dropped_bytes) == (0, 1, 20 + 8)
