"""What a daemon makes of trust in a café: its open Wi-Fi is not trusted, LTE is, and captures say what left by which.

LTE is a backup there, and Wi-Fi has the default route.
"""

import json
import sys
import time
from pathlib import Path

import pytest

from end_to_end.cafe import DAEMON, LTE, WIFI
from end_to_end.stage import subflow_paths, until
from mpmanager.api.structures import EventKind
from mpmanager.lab.topology import LinkChange
from mpmanager.model.protection import Coverage, CoverageReason
from mpmanager.model.trust import Hold

pytestmark = pytest.mark.netns

_PAUSE_S = 6


@pytest.mark.parametrize("version", [4, 6])
def test_a_connection_opens_on_the_trusted_path_and_then_uses_the_other_one(cafe, version):
    talker = cafe.talker()
    assert talker.says(cafe.opening(version=version)) == str(cafe.lab.laptop_address(LTE, version=version))
    assert talker.says("ask 1000 300000") == "done"
    until(lambda: subflow_paths(cafe.connection()) == {WIFI, LTE}, "it has both")
    assert talker.says("ask 1000 3000000") == "done"
    shown = cafe.connection()
    assert {each.path: each.backup.local for each in shown.subflows} == {WIFI: False, LTE: True}
    assert (shown.protection.demand, shown.protection.coverage) == ("handshake", Coverage.ENFORCED)
    by_wifi = cafe.left(WIFI)
    assert any(each.is_join for each in by_wifi)
    assert not any(each.shows_key for each in by_wifi)
    assert any(each.shows_key for each in cafe.left(LTE))


@pytest.mark.parametrize("kind", ["tcp", "udp"])
def test_what_has_no_key_keeps_its_route(cafe, kind):
    talker = cafe.talker()
    assert talker.says(cafe.opening(kind)) == str(cafe.wifi)
    talker.says("ask 10 10")
    assert cafe.left(WIFI)
    assert not cafe.left(LTE)


def test_where_no_path_is_trusted_a_connection_is_let_go_and_that_is_told_once(cafe):
    cafe.mpm("path", "trust", LTE, "untrusted")
    for _ in range(2):
        assert cafe.talker().says(cafe.opening()) == str(cafe.wifi)
    until(lambda: len(cafe.daemon.connections()) == 2, "both are known")
    (told,) = cafe.daemon.events(EventKind.HANDSHAKE_UNPROTECTED)
    assert told.text.startswith("no path is trusted: connections open unprotected")
    protection = cafe.daemon.connections()[0].protection
    assert (protection.coverage, protection.reason) == (Coverage.NOT_POSSIBLE, CoverageReason.NO_TRUSTED_PATH)


def test_a_strict_handshake_is_refused_where_no_path_is_trusted(cafe):
    cafe.mpm("default", "--trust", "handshake-strict")
    cafe.mpm("path", "trust", LTE, "untrusted")
    assert cafe.talker().says(cafe.opening()) in {"ENETUNREACH", "EHOSTUNREACH", "EPERM"}
    assert not cafe.left(WIFI)
    assert cafe.talker().says(cafe.opening("tcp")) == str(cafe.wifi)


def test_what_was_said_of_the_default_is_in_force_at_once(cafe):
    assert cafe.talker().says(cafe.opening()) == str(cafe.lte)
    cafe.mpm("default", "--trust", "any")
    assert cafe.talker().says(cafe.opening()) == str(cafe.wifi)
    cafe.mpm("app", "unset", "default", "--trust")
    assert cafe.talker().says(cafe.opening()) == str(cafe.lte)


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("kind", ["tcp", "mptcp", "udp"])
def test_a_program_that_is_run_with_only_never_uses_the_untrusted_path(cafe, kind, version):
    talker = cafe.run_with("only")
    assert talker.says(cafe.opening(kind, version=version)) == str(cafe.lab.laptop_address(LTE, version=version))
    talker.says("ask 100000 300000")
    wifi = cafe.lab.laptop_address(WIFI, version=version)
    assert talker.says(f"{cafe.opening(kind, version=version)} {wifi}") == "EPERM"
    assert not cafe.left(WIFI)
    assert cafe.left(LTE)


def test_without_a_trusted_path_only_fails_at_once_and_nothing_leaks(cafe):
    cafe.lab.change_link(LTE, LinkChange(carrier=False))
    until(lambda: cafe.daemon.path(LTE).state == "no-carrier", "the daemon has seen it")
    talker = cafe.run_with("only")
    for kind in ("tcp", "mptcp", "udp"):
        assert talker.says(cafe.opening(kind)) in {"ENETUNREACH", "EHOSTUNREACH"}
    assert not cafe.left(WIFI)


def test_a_pause_ends_at_its_time_although_the_daemon_is_killed(cafe):
    talker = cafe.run_with("only")
    assert talker.says(cafe.opening("tcp")) == str(cafe.lte)
    cafe.mpm("pause", "--for", f"{_PAUSE_S}s")
    until_s = time.clock_gettime(time.CLOCK_BOOTTIME) + _PAUSE_S
    assert talker.says(cafe.opening("tcp")) == str(cafe.wifi)
    assert talker.says("ask 1000 1000") == "done"
    cafe.daemon.kill()
    assert talker.says("ask 1000 1000") == "done"
    time.sleep(max(0.0, until_s - time.clock_gettime(time.CLOCK_BOOTTIME)))
    cafe.left(WIFI)
    assert talker.says(cafe.opening("tcp")) == str(cafe.lte)
    assert talker.says("ask 1000 1000") == "done"
    assert not cafe.left(WIFI)
    cafe.daemon.start()
    assert cafe.daemon.ask(lambda client: client.status()).paused_until is None


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_only_goes_on_to_hold_when_the_daemon_is_gone(cafe, end):
    talker = cafe.run_with("only")
    assert talker.says(cafe.opening("udp")) == str(cafe.lte)
    getattr(cafe.daemon, end)()
    cafe.left(WIFI)
    for kind in ("tcp", "mptcp", "udp"):
        assert talker.says(cafe.opening(kind)) == str(cafe.lte)
        talker.says("ask 1000 1000")
    handshake = cafe.talker()
    assert handshake.says(cafe.opening()) == str(cafe.lte)
    assert handshake.says("ask 1000 1000") == "done"
    handshake.tell("stop")
    assert handshake.process.wait(10) == 0
    assert not cafe.left(WIFI)
    cafe.daemon.start()
    assert talker.says(cafe.opening()) == str(cafe.lte)
    talker.says("ask 1000 1000")
    assert not cafe.left(WIFI)


def test_a_handshake_is_let_go_when_the_trusted_path_goes_and_the_daemon_was_stopped(cafe):
    cafe.daemon.stop()
    cafe.lab.run(["ip", "link", "set", LTE, "down"])
    talker = cafe.talker()
    assert talker.says(cafe.opening()) == str(cafe.wifi)
    assert talker.says("ask 10 10") == "done"


def test_taking_trust_away_moves_what_is_held_to_it_at_once(cafe):
    cafe.mpm("path", "trust", WIFI, "trusted")
    talker = cafe.run_with("only")
    assert talker.says(cafe.opening()) == str(cafe.wifi)
    assert talker.says("ask 1000 300000") == "done"
    until(lambda: subflow_paths(cafe.connection()) == {WIFI, LTE}, "it has both")
    cafe.mpm("path", "trust", WIFI, "untrusted")
    cafe.left(WIFI)
    assert talker.says("ask 100000 1000000") == "done"
    assert subflow_paths(cafe.connection()) == {LTE}
    assert not cafe.left(WIFI)
    cafe.mpm("path", "trust", WIFI, "trusted")
    until(lambda: subflow_paths(cafe.connection()) == {WIFI, LTE}, "it has both again")


def test_first_bytes_pass_on_trusted_paths_and_the_rest_anywhere(cafe):
    talker = cafe.run_with("first:100kB")
    assert talker.says(cafe.opening()) == str(cafe.lte)
    assert talker.says("ask 1000 60000") == "done"
    until(lambda: subflow_paths(cafe.connection()) == {WIFI, LTE}, "the other one stands by")
    assert cafe.connection().protection.hold is Hold.STANDBY
    assert {each.path: each.backup.local for each in cafe.connection().subflows} == {WIFI: True, LTE: False}
    assert talker.says("ask 1000 20000") == "done"
    by_wifi = cafe.left(WIFI)
    assert not any(each.shows_key or each.payload_bytes for each in by_wifi)
    assert next(each.rx_bytes for each in cafe.connection().subflows if each.path == WIFI) == 0
    assert talker.says("ask 1000 2000000") == "done"
    until(lambda: cafe.connection().protection.hold is Hold.RECEIVING, "what comes in may use both")
    assert {each.path: each.backup.local for each in cafe.connection().subflows} == {WIFI: False, LTE: False}
    assert talker.says("ask 1000 2000000") == "done"
    assert next(each.rx_bytes for each in cafe.connection().subflows if each.path == WIFI) > 0
    assert not any(each.payload_bytes for each in cafe.left(WIFI)), "it has sent too little yet"
    assert talker.says("ask 1000000 1000") == "done"
    until(lambda: cafe.connection().protection.hold is Hold.FREE, "it may do everything")
    until(lambda: subflow_paths(cafe.connection()) == {WIFI, LTE}, "it is joined anew")
    until(lambda: [each.backup.local for each in cafe.connection().subflows] == [True, False], "LTE stands by")
    assert talker.says("ask 3000000 1000") == "done"
    assert any(each.payload_bytes for each in cafe.left(WIFI))


def test_a_connection_can_be_held_to_trusted_paths_for_a_while_and_waits_for_them(cafe):
    talker = cafe.talker()
    assert talker.says(cafe.opening()) == str(cafe.lte)
    assert talker.says("ask 1000 300000") == "done"
    until(lambda: subflow_paths(cafe.connection()) == {WIFI, LTE}, "it has both")
    token = cafe.connection().token
    assert "To go back: mpm hold" in cafe.mpm("hold", token)
    until(lambda: subflow_paths(cafe.connection()) == {LTE}, "it has left the untrusted path")
    until(lambda: not cafe.left(WIFI), "its subflow there has been closed by both ends")
    assert talker.says("ask 100000 1000000") == "done"
    assert not cafe.left(WIFI)
    cafe.mpm("path", "trust", LTE, "untrusted")
    until(lambda: subflow_paths(cafe.connection()) == set(), "it has nothing left")
    cafe.left(LTE)
    talker.tell("ask 100000 100000")
    assert not any(each.payload_bytes for each in cafe.left(WIFI) + cafe.left(LTE))
    cafe.mpm("path", "trust", LTE, "trusted")
    assert talker.process.stdout.readline() == "done\n", "it has waited"
    cafe.mpm("hold", token, "--release")
    until(lambda: subflow_paths(cafe.connection()) == {WIFI, LTE}, "it has both again")
    assert "as a backup" in cafe.mpm("explain", "connection", token)


def test_who_speaks_no_multipath_tcp_is_learnt_and_no_longer_costs_lte(cafe):
    opening = cafe.opening(port=cafe.plain.port)
    first = cafe.talker()
    assert first.says(opening) == str(cafe.lte)
    assert first.says("ask 10 10") == "done"

    def learnt():
        return json.loads(cafe.mpm("trust", "--json"))["trust"]["plain_destinations"]

    (found,) = until(learnt, "it is learnt")
    assert found["destination"] == f"{cafe.lab.server_address()}:{cafe.plain.port}"
    cafe.left(WIFI)
    second = cafe.talker()
    assert second.says(opening) == str(cafe.wifi)
    assert second.says("ask 10 10") == "done"
    by_wifi = cafe.left(WIFI)
    assert any(each.is_first for each in by_wifi)
    assert not any(each.mptcp for each in by_wifi), "not even the question whether the other end speaks it"
    assert cafe.talker().says(cafe.opening()) == str(cafe.lte), "another one is asked as ever"


def test_a_demand_on_a_program_is_best_effort_in_a_shared_cgroup_and_enforced_in_its_own(cafe):
    executable = Path(sys.executable).resolve()
    cafe.mpm("app", "set", f"exe:{executable}", "--trust", "only")
    shared = cafe.talker()
    assert shared.says(cafe.opening()) == str(cafe.lte)
    assert shared.says("ask 1000 300000") == "done"
    protection = until(lambda: cafe.connection().app.exe and cafe.connection().protection, "its program is known")
    assert (protection.coverage, protection.reason) == (Coverage.BEST_EFFORT, CoverageReason.SHARED_CGROUP)
    until(lambda: subflow_paths(cafe.connection()) == {LTE}, "its subflows keep to the trusted path all the same")
    shared.tell("stop")
    own = cafe.run_with("any")
    assert own.says(cafe.opening()) == str(cafe.lte)


def test_releasing_leaves_nothing(cafe, tmp_path):
    lab = cafe.lab
    cafe.run_with("only").says(cafe.opening())
    state = cafe.daemon.directory / "state"
    release = [DAEMON, "--release", f"--state={state}"]
    refused = lab.run(release, check=False)
    assert refused.returncode != 0, "a daemon is at work"
    cafe.daemon.stop()
    assert "proto 110" in lab.run(["ip", "rule"]).stdout
    assert "mpmanager" in lab.run(["nft", "list", "tables"]).stdout
    lab.run(release)
    assert "proto 110" not in lab.run(["ip", "rule"]).stdout + lab.run(["ip", "-6", "rule"]).stdout
    assert "mpmanager" not in lab.run(["nft", "list", "tables"]).stdout
    assert cafe.talker().says(cafe.opening()) == str(cafe.wifi)
