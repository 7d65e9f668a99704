"""Each fence by itself and none at all, trust that ends while data flows, and interfaces that change."""

import ctypes
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from errno import ENOMEM

import pytest

from mpmanager.linux import bpf
from mpmanager.linux.bpf import AttachType
from mpmanager.linux.class_routing import Step
from mpmanager.linux.mounts import cgroup_mount
from mpmanager.model.enforcement import CgroupsRefusedError, Restriction
from mpmanager.model.errors import CommandRefusedError
from netns.restricted import Captures, cellular, plan, restricting, tried, wifi_and_cellular

_LIMIT_S = 10.0
_STREAMS = 50
_STREAMING = f"""
import select, socket, sys
streams = [socket.create_connection((sys.argv[1], 5000)) for _ in range({_STREAMS})]
datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for each in streams:
    each.setblocking(False)
while True:
    for each in select.select([], streams, [], 0.001)[1]:
        try:
            each.send(bytes(200))
        except OSError:
            streams.remove(each)
    try:
        datagrams.sendto(b"hello", (sys.argv[1], 5000))
    except OSError:
        pass
"""
_BY_ITS_OWN_WILL = ("tcp4", "tcp6", "mptcp4", "udp4", "udp6", "raw4", "tcp_bound4", "raw_device4", "udp_bound6")


def break_steering(world, pins):
    """Take away everything but the fence."""
    for name in ("connect4", "connect6", "sendmsg4", "sendmsg6", "make", "membership"):
        detach(pins, name)
    world.run("nft flush ruleset")
    for family in ("-4", "-6"):
        for priority in Step:
            for _restriction in ("handshake", "only"):
                world.run(f"ip {family} rule del priority {priority:d}")


def detach(pins, program):
    (pin,) = (pins / "mpmanager").rglob(f"{program}-*")
    bpf.detach(pin)


def leaks(attacker, captures, names=_BY_ITS_OWN_WILL):
    return {name for name, (_, by_wifi, _) in tried(attacker, captures, names).items() if by_wifi}


def test_the_fence_holds_alone(*, two_paths, pins, cgroup, enforcement, attacker, captures):
    enforcement.apply(restricting(cgroup))
    break_steering(two_paths, pins)
    assert leaks(attacker, captures) == set()
    detach(pins, "fence")
    assert leaks(attacker, captures) == set(_BY_ITS_OWN_WILL), "now nothing holds them"


def test_what_steers_holds_without_the_fence(pins, cgroup, enforcement, attacker, captures):
    """Whatever carries the mark, or wants to be bound; a program that may set marks gets around it."""
    enforcement.apply(restricting(cgroup))
    detach(pins, "fence")
    assert leaks(attacker, captures) == set()
    assert leaks(attacker, captures, ["own_mark_raw"]) == {"own_mark_raw"}


def test_a_failure_half_way_leaves_too_little_allowed(cgroup, enforcement, attacker, captures, monkeypatch):
    def refuse(_classes):
        raise CommandRefusedError("no more rules", errno=ENOMEM)

    monkeypatch.setattr(enforcement._second_fence, "apply", refuse)
    with pytest.raises(CommandRefusedError, match="no more rules"):
        enforcement.apply(restricting(cgroup))
    assert leaks(attacker, captures) == set()


@pytest.fixture
def barred(cgroup, enforcement):
    """A cgroup with a program of somebody else's that bears no other beside it."""
    place = cgroup.with_name(f"{cgroup.name}-barred")
    place.mkdir()
    enforcement._load()
    opened = os.open(place, os.O_RDONLY)
    attach = ctypes.CDLL("libbpf.so.1", use_errno=True).bpf_prog_attach
    assert attach(enforcement._object.programs["fence"], opened, int(AttachType.INET_EGRESS), 0) == 0
    os.close(opened)
    yield place
    place.rmdir()


def test_a_cgroup_that_cannot_be_held_costs_no_other_its_restriction(
    *, cgroup, barred, enforcement, attacker, captures
):
    with pytest.raises(CgroupsRefusedError, match="Operation not permitted") as refused:
        enforcement.apply(plan(dict.fromkeys([cgroup, barred], Restriction.ONLY), cellular()))
    assert refused.value.cgroups == {f"/{barred.relative_to(cgroup_mount())}"}
    assert leaks(attacker, captures) == set()
    assert tried(attacker, captures, ["tcp4"])["tcp4"][0] == "answered", "it is led to the path that it may use"


def test_a_path_that_flaps_opens_no_gap(*, two_paths, cgroup, enforcement, attacker, captures):
    enforcement.apply(restricting(cgroup))
    two_paths.run("ip link set lte0 down")
    assert leaks(attacker, captures) == set()
    two_paths.run("ip link set lte0 up")
    two_paths.default_routes("lte0", 2, metric=600)
    assert leaks(attacker, captures) == set()
    enforcement.apply(restricting(cgroup))
    assert tried(attacker, captures, ["tcp4"])["tcp4"][0] == "answered"


def test_a_fence_that_somebody_has_taken_down_comes_back(pins, cgroup, enforcement, attacker, captures):
    enforcement.apply(restricting(cgroup))
    detach(pins, "fence")
    enforcement.apply(restricting(cgroup))
    assert leaks(attacker, captures, ["own_mark_raw"]) == set()


@pytest.fixture
def streaming(two_paths, cgroup, enforcement, captures):
    """A program in the cgroup that sends all the time over many connections, for now over wifi0."""
    enforcement.apply(restricting(cgroup, path_class=wifi_and_cellular()))
    command = f"echo $$ > {cgroup}/cgroup.procs && exec {sys.executable} - {two_paths.SERVER_4}"
    with subprocess.Popen(["sh", "-c", command], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as program:
        program.stdin.write(_STREAMING.encode())
        program.stdin.close()
        sent, deadline = 0, time.monotonic() + _LIMIT_S
        while (sent := sent + captures.now()[0]) < _STREAMS * 10:
            assert time.monotonic() < deadline, "nothing is sent"
            time.sleep(0.01)
        yield program
        program.kill()


def test_nothing_is_sent_any_more_once_trust_has_been_taken_away(cgroup, enforcement, streaming):
    enforcement.apply(restricting(cgroup, path_class=cellular()))
    with ExitStack() as stack:
        afterwards = Captures(stack)
        time.sleep(0.5)
        by_wifi, by_lte = afterwards.now()
    assert by_wifi == 0
    assert by_lte > 0, "datagrams go on over the path that is left"
    assert streaming.poll() is None


def test_reloading_under_load_never_opens_the_fence(cgroup, enforcement, streaming):
    enforcement.apply(restricting(cgroup, path_class=cellular()))
    with ExitStack() as stack:
        afterwards = Captures(stack)
        for _ in range(20):
            enforcement.close_object()
            enforcement.apply(restricting(cgroup, path_class=cellular(number=3)))
            enforcement.apply(restricting(cgroup, path_class=cellular()))
        assert afterwards.now()[0] == 0


def test_a_forbidden_interface_gains_nothing_by_the_name_of_an_allowed_one(
    *, two_paths, cgroup, enforcement, attacker, captures
):
    enforcement.apply(restricting(cgroup))
    for name in ("lte0", "wifi0"):
        two_paths.run(f"ip link set {name} down")
    two_paths.batch(["link set lte0 name cell0", "link set wifi0 name lte0"])
    for name in ("lte0", "cell0"):
        two_paths.run(f"ip link set {name} up")
    two_paths.run("ip route replace default via 10.0.1.2 dev lte0")
    with ExitStack() as stack:
        renamed = Captures(stack, names=("lte0", "cell0"))
        assert leaks(attacker, renamed, ("tcp4", "udp4", "raw4", "own_mark_raw", "own_mark")) == set()


def test_an_interface_that_is_made_anew_is_foreign_until_it_has_been_judged(
    *, two_paths, cgroup, enforcement, attacker, captures
):
    enforcement.apply(restricting(cgroup))
    for name in ("lte0", "wifi0"):
        two_paths.run(f"ip link del {name}")
    two_paths.link("wifi0", 1)
    two_paths.link("lte0", 2)
    two_paths.default_routes("lte0", 2, metric=600)
    with ExitStack() as stack:
        anew = Captures(stack)
        results = tried(attacker, anew, ("tcp4", "raw4", "own_mark_raw"))
        assert {by_lte for _, _, by_lte in results.values()} == {0}
        enforcement.apply(restricting(cgroup))
        assert tried(attacker, anew, ["raw4"]) == {"raw4": ("answered", 0, 1)}


def test_a_connection_whose_handshake_was_protected_goes_on_where_trust_ends(cgroup, enforcement, attacker, captures):
    enforcement.apply(restricting(cgroup, Restriction.HANDSHAKE, wifi_and_cellular()))
    assert tried(attacker, captures, ["held_mptcp"])["held_mptcp"][1] > 0
    enforcement.apply(restricting(cgroup, Restriction.HANDSHAKE, cellular()))
    outcome, by_wifi, _ = tried(attacker, captures, ["use_held_mptcp"])["use_held_mptcp"]
    assert (outcome, by_wifi > 0) == ("answered", True)
