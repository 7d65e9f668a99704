"""What stands before a restriction, what outlives its daemon, and what is left at the end."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from mpmanager.lab.enter import enter_network
from mpmanager.linux.enforcement import LinuxEnforcement
from mpmanager.linux.netlink import NotificationSocket
from mpmanager.linux.object_files import FENCE
from mpmanager.model.enforcement import EnforcementPlan, Restriction
from netns.restricted import Attacker, restricting, tried

_HELD = ("held_tcp", "held_mptcp", "held_udp_connected", "held_udp", "held_udp6", "held_raw")
_INET_EGRESS = 1
_LIMIT_S = 20.0
_QUIET_S = 0.5
_NETLINK_ROUTE, _ROUTE_AND_RULE_GROUPS = 0, (7, 8, 11, 19)


def programs_at(cgroup):
    """How many programs stand at the egress of a cgroup."""
    count = ctypes.c_uint32(0)
    directory = os.open(cgroup, os.O_RDONLY)
    try:
        library = ctypes.CDLL("libbpf.so.1")
        assert library.bpf_prog_query(directory, _INET_EGRESS, 0, None, None, ctypes.byref(count)) == 0
    finally:
        os.close(directory)
    return count.value


def everything_of_ours(world, pins):
    """As the kernel shows it."""
    rules = [line for line in world.routing().splitlines() if "proto 110" in line]
    return rules, world.run("nft list ruleset"), sorted(str(each) for each in (pins / "mpmanager").rglob("*"))


def test_sockets_that_were_opened_before_are_held_from_the_moment_on(cgroup, enforcement, attacker, captures):
    assert [attacker.tries(name) for name in _HELD] == ["opened"] * len(_HELD)
    enforcement.apply(restricting(cgroup))
    results = tried(attacker, captures, [f"use_{name}" for name in _HELD])
    assert {name: by_wifi for name, (_, by_wifi, _) in results.items() if by_wifi} == {}
    outcomes = {name: (outcome, by_lte) for name, (outcome, _, by_lte) in results.items()}
    assert outcomes["use_held_udp_connected"] == ("EPERM", 0)
    assert outcomes["use_held_udp"] == outcomes["use_held_udp6"] == ("answered", 1)  # with a trusted source address


def test_a_program_that_is_killed_says_no_last_word(cgroup, enforcement, attacker, captures):
    for name in ("held_tcp", "held_mptcp"):
        attacker.tries(name)
    enforcement.apply(restricting(cgroup))
    captures.since()
    attacker.process.kill()
    attacker.process.wait()
    assert captures.since() == (0, 0)


def test_a_listener_does_not_answer_who_knocks_elsewhere(two_paths, cgroup, enforcement, attacker, captures):
    attacker.tries("held_listener")
    enforcement.apply(restricting(cgroup))
    captures.since()
    for address, is_heard in (("10.0.1.1", False), ("10.0.2.1", True)):
        with two_paths.outside():
            peer = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
        with peer:
            peer.settimeout(0.5)
            assert (peer.connect_ex((address, 5001)) == 0) == is_heard
    by_wifi, by_lte = captures.since()
    assert (by_wifi, by_lte > 0) == (0, True)


@pytest.fixture
def killed_daemon(two_paths, cgroup, pins):
    """A process has restricted the cgroup, and has been killed."""
    program = f"""
        from netns.restricted import *
        from mpmanager.linux.enforcement import LinuxEnforcement
        LinuxEnforcement(mount_point=Path({str(pins)!r})).apply(restricting(Path({str(cgroup)!r})))
        print("applied", flush=True)
        import signal; signal.pause()
    """
    search = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, "-c", textwrap.dedent(program)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=search) as daemon:
        try:
            assert daemon.stdout.readline() == "applied\n"
        finally:
            daemon.send_signal(signal.SIGKILL)


def test_restrictions_outlive_a_daemon_that_is_killed(enforcement, killed_daemon, attacker, captures):
    results = tried(attacker, captures, ("tcp4", "udp6", "mptcp4", "mptcp_bound4", "raw_device4"))
    assert results.pop("mptcp_bound4") == results.pop("raw_device4") == ("EPERM", 0, 0)
    assert {(outcome, by_wifi) for outcome, by_wifi, _ in results.values()} == {("answered", 0)}


def test_the_next_daemon_goes_on_with_what_is_there(
    *, two_paths, pins, cgroup, enforcement, killed_daemon, attacker, captures
):
    before = everything_of_ours(two_paths, pins)
    enforcement.apply(restricting(cgroup))
    assert everything_of_ours(two_paths, pins) == before
    assert programs_at(cgroup) == 1
    assert tried(attacker, captures, ["raw_device4"]) == {"raw_device4": ("EPERM", 0, 0)}


def test_the_next_daemon_lifts_what_is_wanted_no_more(
    *, two_paths, pins, cgroup, enforcement, killed_daemon, attacker, captures
):
    enforcement.apply(EnforcementPlan())
    assert programs_at(cgroup) == 0
    assert tried(attacker, captures, ["udp4"]) == {"udp4": ("answered", 1, 0)}


def test_applying_twice_changes_nothing(two_paths, pins, cgroup, enforcement):
    enforcement.apply(restricting(cgroup))
    before = everything_of_ours(two_paths, pins)
    listener = NotificationSocket(_NETLINK_ROUTE, receive_buffer_bytes=1 << 20)
    try:
        for group in _ROUTE_AND_RULE_GROUPS:
            listener.join(group)
        enforcement.apply(restricting(cgroup))
        assert listener.receive() is None
    finally:
        listener.close()
    assert everything_of_ours(two_paths, pins) == before


def test_a_table_that_somebody_has_flushed_comes_back(two_paths, cgroup, enforcement):
    enforcement.apply(restricting(cgroup))
    before = two_paths.run("nft list ruleset")
    two_paths.run("nft flush ruleset")
    enforcement.apply(restricting(cgroup))
    assert two_paths.run("nft list ruleset") == before


@pytest.mark.parametrize(
    ("change", "is_intact"),
    [
        ("add table inet of_others", True),
        ("add element inet mpmanager ended4 { 10.0.1.1 . 4000 . 10.99.0.1 . 5000 }", True),
        ("add rule inet mpmanager second_fence accept", False),
        ("flush chain inet mpmanager second_fence", False),
        ("delete table inet mpmanager", False),
    ],
)
def test_what_others_change_in_the_second_fence_is_noticed(*, two_paths, cgroup, enforcement, change, is_intact):
    enforcement.apply(restricting(cgroup))
    assert enforcement.is_intact()
    two_paths.run(f"nft {change}")
    assert enforcement.is_intact() == is_intact


def test_a_rule_that_others_remove_is_noticed_each_time(two_paths, cgroup, enforcement):
    for _ in range(2):
        enforcement.apply(restricting(cgroup))
        assert [enforcement.is_intact() for _ in range(3)] == [True] * 3
        two_paths.run("ip rule del proto 110")
        assert [enforcement.is_intact() for _ in range(3)] == [False] * 3, "until it is applied again"


def test_the_owner_of_per_path_routing_leaves_ours_alone(two_paths, pins, cgroup, enforcement, route_per_path):
    enforcement.apply(restricting(cgroup))
    before = everything_of_ours(two_paths, pins)
    route_per_path()
    assert everything_of_ours(two_paths, pins) == before


def test_nothing_is_left_in_the_end(two_paths, pins, cgroup, enforcement):
    before = everything_of_ours(two_paths, pins)
    enforcement.apply(restricting(cgroup))
    enforcement.apply(restricting(cgroup, Restriction.HANDSHAKE))
    enforcement.clear()
    assert everything_of_ours(two_paths, pins) == before
    assert not (pins / "mpmanager").exists()
    assert programs_at(cgroup) == 0


def test_a_cgroup_that_is_gone_is_told_and_its_pins_go(pins, cgroup, enforcement):
    below = cgroup / "below"
    below.mkdir()
    both = restricting(cgroup), restricting(below)
    plan = EnforcementPlan(classes=both[0].classes, policies=both[0].policies | both[1].policies)
    assert enforcement.apply(plan) == ()
    below.rmdir()
    assert list(enforcement.apply(plan)) == [f"/{cgroup.name}/below"]
    deadline = time.monotonic() + _LIMIT_S
    while len(fences := list((pins / "mpmanager").rglob("fence-*"))) > 1 and time.monotonic() < deadline:
        time.sleep(_QUIET_S)  # the kernel takes off its programs in its own time
        enforcement.apply(plan)
    assert len(fences) == 1


def test_sockets_that_outlive_their_cgroup_are_held_on(*, two_paths, cgroup, enforcement, captures):
    below = cgroup / "below"
    below.mkdir()
    attacker = Attacker(two_paths, below)
    assert [attacker.tries(name) for name in _HELD] == ["opened"] * len(_HELD)
    both = restricting(cgroup, Restriction.HANDSHAKE), restricting(below)
    plan = EnforcementPlan(classes=both[0].classes | both[1].classes, policies=both[0].policies | both[1].policies)
    assert enforcement.apply(plan) == ()
    (cgroup / "cgroup.procs").write_text(str(attacker.process.pid))
    below.rmdir()
    for _ in range(2):
        enforcement.apply(both[0])
        results = tried(attacker, captures, [f"use_{name}" for name in _HELD])
        assert {name: by_wifi for name, (_, by_wifi, _) in results.items() if by_wifi} == {}
        enforcement.close_object()  # as a daemon that comes anew
    attacker.close()


def test_without_the_programs_applying_says_what_is_missing(cgroup, pins, two_paths, monkeypatch, tmp_path):
    monkeypatch.setattr("mpmanager.linux.enforcement.FENCE", FENCE._replace(path=tmp_path / "fence.bpf.o"))
    with closing(LinuxEnforcement(mount_point=pins)) as enforcement, pytest.raises(Exception, match="not built"):
        enforcement.apply(restricting(cgroup))


@pytest.fixture
def other_namespace():
    name = f"mpm-other-{os.getpid()}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    yield name
    subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


@pytest.fixture
def other_cgroup(cgroup):
    made = cgroup / "other"
    made.mkdir()
    yield made
    made.rmdir()


def kill_a_daemon_in(namespace, cgroup, pins):
    """It has restricted a cgroup there. Returns its directory of pins."""
    before = {*(pins / "mpmanager").glob("*")}
    program = f"""
        from netns.restricted import *
        from mpmanager.linux.enforcement import LinuxEnforcement
        path_class = PathClass(number=ClassNumber(1), interfaces=frozenset({{1}}))
        plan = restricting(Path({str(cgroup)!r}), path_class=path_class)
        LinuxEnforcement(mount_point=Path({str(pins)!r})).apply(plan)
        import os; os.kill(os.getpid(), 9)
    """
    search = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    command = ["nsenter", f"--net=/run/netns/{namespace}", sys.executable, "-c", textwrap.dedent(program)]
    assert subprocess.run(command, check=False, env=search).returncode == -signal.SIGKILL
    (made,) = {*(pins / "mpmanager").glob("*")} - before
    return made


def socket_in(namespace):
    """It keeps its namespace alive."""
    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(_socket_after_entering, namespace).result()


def _socket_after_entering(namespace):
    enter_network(namespace)
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def test_what_a_killed_daemon_has_left_in_a_namespace_that_is_gone_is_removed(
    *, pins, cgroup, other_cgroup, enforcement, other_namespace
):
    left = kill_a_daemon_in(other_namespace, other_cgroup, pins)
    assert programs_at(other_cgroup) == 1
    with socket_in(other_namespace):
        subprocess.run(["ip", "netns", "del", other_namespace], check=True)
        enforcement.apply(restricting(cgroup))
        assert left.is_dir(), "a socket keeps it alive"
        assert programs_at(other_cgroup) == 1
    deadline = time.monotonic() + _LIMIT_S
    while left.exists():
        assert time.monotonic() < deadline, "it stays"
        enforcement.close_object()
        enforcement.apply(restricting(cgroup))
    assert programs_at(other_cgroup) == 0
    assert programs_at(cgroup) == 1


def test_nothing_is_removed_where_nobody_can_tell_whether_the_namespace_is_gone(
    *, pins, cgroup, other_cgroup, enforcement, other_namespace
):
    left = kill_a_daemon_in(other_namespace, other_cgroup, pins)
    (left / "witness").unlink()
    subprocess.run(["ip", "netns", "del", other_namespace], check=True)
    time.sleep(_QUIET_S)
    enforcement.apply(restricting(cgroup))
    assert left.is_dir()
    assert programs_at(other_cgroup) == 1
    subprocess.run(["rm", "-r", left], check=True)
