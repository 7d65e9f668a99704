"""What rules about programs, users, destinations and networks do to connections, in a café: LTE is a backup there."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from end_to_end.cafe import LTE, MPM, TALKER, WIFI
from end_to_end.stage import subflow_paths, until
from mpmanager.api.structures import EventKind

pytestmark = pytest.mark.netns

BOTH = {WIFI, LTE}


@pytest.fixture
def talker(cafe):
    """One that has both paths; where it opens is LTE, which is trusted."""
    made = cafe.talker()
    assert made.says(cafe.opening()) == str(cafe.lte)
    assert made.says("ask 1000 300000") == "done"
    has(cafe, BOTH)
    return made


def has(cafe, paths):
    until(lambda: subflow_paths(cafe.connection()) == paths, f"it has {', '.join(sorted(paths))}")


def backups(cafe):
    """The paths of subflows that this host has marked as backup."""
    return {each.path for each in cafe.connection().subflows if each.backup.local}


SELECTORS = (
    lambda cafe: f"exe:{Path(cafe.connection().app.exe)}",
    lambda _cafe: f"script:{TALKER}",
    lambda _cafe: f"user:{os.geteuid()}",
    lambda cafe: f"to:{cafe.lab.server_address()}/24".replace(".1/24", ".0/24"),
    lambda cafe: f"port:{cafe.server.port}",
    lambda cafe: f"on:{cafe.daemon.path(WIFI).network_ids[0]}",
    lambda cafe: f"script:{TALKER} user:0 to:{cafe.lab.server_address()} port:{cafe.server.port}",
)
"""A program, a script, a user, a network, a port, a network in use, and several of them."""


def test_a_rule_is_in_force_at_once_on_a_living_connection_and_gone_at_once(cafe, talker):
    for selector in [select(cafe) for select in SELECTORS]:
        cafe.mpm("app", "set", selector, "--tier", "untrusted=never")
        has(cafe, {LTE})
        assert talker.says("ask 1000 100000") == "done"
        cafe.mpm("app", "unset", selector)
        has(cafe, BOTH)


OTHERS = ["port:1", "to:203.0.113.0/24", "user:65534", "script:/nowhere", "unit:ssh.service", "on:wifi:Home/wpa2"]


def test_rules_about_something_else_change_nothing(cafe, talker):
    for selector in OTHERS:
        cafe.mpm("app", "set", selector, "--tier", "any=never", "--trust", "only", "--wait", "0")
    assert talker.says("ask 1000 100000") == "done"
    shown = cafe.connection()
    assert (subflow_paths(shown), shown.wait_ms, shown.protection.demand) == (BOTH, "never", "handshake")


def test_tiers_of_a_rule_count_before_those_of_paths_and_a_path_before_its_role(cafe, talker):
    assert backups(cafe) == {LTE}
    cafe.mpm("default", "--tier", "metered=always", "--tier", f"{WIFI}=backup")
    until(lambda: backups(cafe) == {WIFI}, "they have changed places")
    cafe.mpm("app", "unset", "default", "--tier", WIFI)
    until(lambda: backups(cafe) == set(), "none is a backup")
    cafe.mpm("app", "unset", "default", "--tier", "metered")
    until(lambda: backups(cafe) == {LTE}, "as at first")


def test_one_path_is_enough_where_a_rule_says_so(cafe, talker):
    cafe.mpm("default", "--multipath", "off")
    has(cafe, {LTE})
    assert talker.says("ask 1000 100000") == "done"
    cafe.mpm("app", "unset", "default", "--multipath")
    has(cafe, BOTH)


def test_a_temporary_rule_ends_by_itself(cafe, talker):
    cafe.mpm("default", "--tier", "untrusted=never", "--for", "3s")
    has(cafe, {LTE})
    has(cafe, BOTH)
    (rule,) = json.loads(cafe.mpm("app", "list", "--json"))["policies"]
    assert rule["tiers"] == []


def test_what_is_said_at_the_start_of_a_program_holds_for_it_alone(cafe):
    run = [str(MPM), "--bus", str(cafe.daemon.bus), "run", "--no-multipath", "--wait", "50ms", "--paths", LTE, "--"]
    talker = cafe.talker(*run)
    assert talker.says(cafe.opening()) == str(cafe.lte)
    assert talker.says("ask 1000 300000") == "done"
    shown = until(lambda: (row := cafe.connection()).wait_ms == 50 and row, "its wait is known")
    assert subflow_paths(shown) == {LTE}
    assert shown.policy.startswith("cgroup:/")
    other = cafe.talker()
    assert other.says(cafe.opening()) == str(cafe.lte)
    assert other.says("ask 1000 300000") == "done"
    until(
        lambda: sorted(len(subflow_paths(each)) for each in cafe.daemon.connections()) == [1, 2], "the other has both"
    )


def test_no_connection_of_a_burst_joins_where_its_program_may_not(cafe):
    run = [str(MPM), "--bus", str(cafe.daemon.bus), "run", "--no-multipath", "--paths", LTE, "--"]
    script = f"""
import socket, sys
server = ({str(cafe.lab.server_address())!r}, {cafe.server.port})
burst = [socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262) for _ in range(30)]
for each in burst:
    each.connect(server)
    each.sendall(b"1000 1000".ljust(60) + bytes(1000))
for each in burst:
    each.recv(1000, socket.MSG_WAITALL)
print("done", flush=True)
sys.stdin.read()
"""
    program = cafe.lab.popen(
        [*run, sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    cafe.running.append(program)
    assert program.stdout.readline() == "done\n"
    until(lambda: len(cafe.daemon.connections()) == 30, "all are known")
    assert cafe.daemon.events(EventKind.SUBFLOW_OPENED) == []


def test_a_program_runs_under_the_rules_of_the_application_that_was_named(cafe):
    cafe.mpm("app", "set", "app:org.example.Backup", "--wait", "70ms", "--trust", "only")
    run = [str(MPM), "--bus", str(cafe.daemon.bus), "run", "--no-multipath", "--app", "org.example.Backup", "--"]
    talker = cafe.talker(*run)
    assert talker.says(cafe.opening()) == str(cafe.lte)
    shown = until(lambda: (row := cafe.connection()).wait_ms == 70 and row, "its wait is known")
    assert (shown.app.id, shown.protection.demand, shown.protection.coverage) == (
        "app:org.example.Backup",
        "only",
        "enforced",
    )
    assert talker.says("ask 1000 300000") == "done"
    assert not cafe.left(WIFI)
    said = cafe.mpm("explain", "app", "org.example.Backup".rpartition(".")[2])
    assert "1. app:org.example.Backup: wait 70\N{NO-BREAK SPACE}ms, trust only" in said


def test_of_a_program_that_is_asked_for_it_is_told_what_is_really_in_force(cafe):
    cafe.mpm("app", "set", f"script:{TALKER}", "--multipath", "on")
    plain = cafe.talker()
    assert plain.says(cafe.opening("tcp")) == str(cafe.wifi)
    told = until(
        lambda: next((each for each in cafe.applications() if each.multipath is not None), None), "it has a badge"
    )
    assert told.multipath.state == "not-in-force"
    many = cafe.talker()
    assert many.says(cafe.opening()) == str(cafe.lte)
    until(
        lambda: any(each.multipath and each.multipath.state == "partly" for each in cafe.applications()),
        "one is, one is not",
    )
