"""Ways around trust in a café, tried against the whole daemon. `SECURITY.md` lists them all."""

import shutil
import sys
import threading
from pathlib import Path

import pytest

from end_to_end.cafe import LTE, WIFI
from end_to_end.stage import subflow_paths, until
from mpmanager.lab.topology import LinkChange
from mpmanager.lab.units import Rate, Share
from mpmanager.linux.mounts import cgroup_mount
from mpmanager.model.trust import Hold

pytestmark = pytest.mark.netns


def cgroup_named(cafe, name):
    """A cgroup as systemd makes them for a program: its directory, and its path."""
    directory = cafe.lab.cgroup() / name
    directory.mkdir()
    return directory, f"/{directory.relative_to(cgroup_mount())}"


def move(talker, directory):
    talker.tell("open udp 127.0.0.1 9")  # once it answers it is where it starts
    talker.process.stdout.readline()
    (directory / "cgroup.procs").write_text(str(talker.process.pid))


def demanded(cafe, cgroup):
    return f"{cgroup} " in cafe.mpm("trust")


def test_a_cgroup_that_is_made_anew_at_the_same_place_is_held_as_the_one_before(cafe):
    directory, cgroup = cgroup_named(cafe, "app.service")
    cafe.mpm("app", "set", f"cgroup:{cgroup}", "--trust", "only")
    directory.rmdir()
    directory.mkdir()
    talker = cafe.talker()
    move(talker, directory)
    until(lambda: talker.says(cafe.opening("udp")) == str(cafe.lte), "it is held", within_s=4)
    cafe.left(WIFI)
    assert talker.says(f"{cafe.opening('udp')} {cafe.wifi}") == "EPERM"
    assert not cafe.left(WIFI)


def test_a_program_is_held_by_its_rule_while_the_daemon_starts_again(cafe, tmp_path):
    executable = tmp_path / "python"
    shutil.copy(Path(sys.executable).resolve(), executable)
    directory, cgroup = cgroup_named(cafe, "app-foo.scope")
    cafe.mpm("app", "set", f"exe:{executable}", "--trust", "only")
    talker = cafe.talker_of(executable)
    move(talker, directory)
    until(lambda: demanded(cafe, cgroup), "it is held")
    cafe.left(WIFI)
    opened, is_over = [], threading.Event()

    def go_on():
        while not is_over.wait(0.01):
            opened.append(talker.says(cafe.opening("udp")))

    trying = threading.Thread(target=go_on)
    trying.start()
    try:
        cafe.daemon.kill()
        cafe.daemon.start()
        until(lambda: demanded(cafe, cgroup), "it is held again")
    finally:
        is_over.set()
        trying.join()
    assert set(opened) == {str(cafe.lte)}


@pytest.mark.parametrize("kind", ["tcp", "mptcp"])
def test_what_a_program_has_left_to_send_keeps_to_trusted_paths_when_its_scope_is_gone(cafe, kind):
    talker = cafe.run_with("only")
    assert talker.says(cafe.opening(kind)) == str(cafe.lte)
    cafe.lab.change_link(LTE, LinkChange(rate=Rate.parse("100kbit")))
    assert int(talker.says("pour 1000000")) > 30_000  # seconds of that rate
    talker.tell("stop")
    assert talker.process.wait(10) == 0
    until(lambda: " only " not in cafe.mpm("trust"), "the scope is gone")
    cafe.left(LTE)
    until(lambda: any(each.payload_bytes for each in cafe.left(LTE)), "it is still sending")
    cafe.lab.change_link(LTE, LinkChange(carrier=False))
    until(lambda: cafe.daemon.path(LTE).state == "no-carrier", "the daemon has seen it")
    assert not cafe.wires[WIFI].packets(quiet_s=1.5)


@pytest.mark.parametrize("port", ["server", "plain"])
def test_first_bytes_keep_to_trusted_paths_when_somebody_elses_rules_lead_elsewhere(cafe, port):
    talker = cafe.run_with("first:5MB")
    assert talker.says(cafe.opening(port=getattr(cafe, port).port)) == str(cafe.lte)
    gateway = cafe.lab.run(["ip", "route", "show", "default", "dev", WIFI]).stdout.split()[2]
    cafe.lab.run(["ip", "route", "add", "default", "via", gateway, "dev", WIFI, "table", "100"])
    cafe.lab.run(["ip", "rule", "add", "pref", "100", "lookup", "100"])
    cafe.left(WIFI)
    talker.tell("ask 100000 1000")
    assert not any(each.payload_bytes for each in cafe.wires[WIFI].packets(quiet_s=1.0))
    cafe.lab.run(["ip", "rule", "del", "pref", "100"])
    assert talker.process.stdout.readline() == "done\n", "it has waited"


def test_a_held_connection_stays_so_when_the_daemon_is_killed(cafe):
    talker = cafe.talker()
    assert talker.says(cafe.opening()) == str(cafe.lte)
    assert talker.says("ask 1000 300000") == "done"
    until(lambda: subflow_paths(cafe.connection()) == {WIFI, LTE}, "it has both")
    cafe.mpm("hold", cafe.connection().token)
    until(lambda: subflow_paths(cafe.connection()) == {LTE}, "it has left the untrusted path")
    cafe.left(WIFI)
    cafe.daemon.kill()
    cafe.daemon.start()
    assert cafe.connection().protection.hold is Hold.TRUSTED
    assert talker.says("ask 1000000 100000") == "done"
    assert not cafe.left(WIFI)


def test_what_others_flush_comes_back_before_multipath_tcp_is_given_up(cafe):
    """Linux takes two SYNs with keys that nobody answers for a middlebox's doing, and opens plain TCP for an hour."""
    plain = cafe.opening(port=cafe.plain.port)
    assert cafe.talker().says(plain) == str(cafe.lte)
    until(lambda: "speaks no Multipath TCP" in cafe.mpm("trust"), "it is learnt")
    rules = cafe.lab.run(["ip", "rule"]).stdout
    cafe.left(WIFI)
    cafe.lab.run(["nft", "delete", "table", "inet", "mpmanager"])
    assert cafe.talker().says(plain) == str(cafe.wifi)
    for rule in rules.splitlines():
        if "proto 110" in rule:
            cafe.lab.run(["ip", "rule", "del", "pref", rule.partition(":")[0]])
    until(lambda: cafe.lab.run(["ip", "rule"]).stdout == rules, "the rules are back")
    assert cafe.talker().says(cafe.opening()) == str(cafe.lte)
    assert not any(each.shows_key for each in cafe.left(WIFI))
    assert any(each.shows_key for each in cafe.left(LTE))


def test_a_scope_is_held_on_when_the_record_of_it_is_damaged(cafe):
    talker = cafe.run_with("only")
    assert talker.says(cafe.opening("udp")) == str(cafe.lte)
    cafe.daemon.kill()
    (cafe.daemon.directory / "state" / "scopes.json").write_bytes(b"{")
    cafe.daemon.start()
    assert talker.says(f"{cafe.opening('udp')} {cafe.wifi}") == "EPERM"
    talker.says(cafe.opening("udp"))
    talker.says("ask 1 1")
    assert not cafe.left(WIFI)


def test_what_is_dropped_at_an_interface_that_is_no_path_can_be_shown(cafe):
    cafe.lab.run(["ip", "link", "add", "other", "type", "veth", "peer", "name", "end"])
    for each in ("other", "end"):
        cafe.lab.run(["ip", "link", "set", each, "up"])
    cafe.lab.run(["ip", "address", "add", "10.5.5.2/24", "dev", "other"])
    until(lambda: any(each.name == "other" for each in cafe.daemon.frame().paths), "the daemon has seen it")
    cafe.mpm("path", "trust", "other", "untrusted", "--interface")
    talker = cafe.run_with("only")
    talker.says("open udp 10.5.5.1 9")
    cafe.lab.run(["ip", "link", "del", "other"])
    until(lambda: not any(each.name == "other" for each in cafe.daemon.frame().paths), "it is gone")
    assert "only" in cafe.mpm("trust")


def test_a_handshake_whose_trusted_path_goes_down_asks_nowhere_else(cafe):
    """Neither with its key nor, after two tries, without: who answered that would have Linux give up Multipath TCP."""
    cafe.lab.change_link(LTE, LinkChange(loss=Share.parse("100%")))
    talker = cafe.talker()
    talker.tell(cafe.opening())
    until(lambda: any(each.shows_key for each in cafe.left(LTE)), "it has asked there")
    cafe.lab.run(["ip", "link", "set", LTE, "down"])
    assert not cafe.wires[WIFI].packets(quiet_s=4.0)
