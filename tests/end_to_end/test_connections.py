"""Real connections of real programs, managed and shown by the daemon."""

import os
import select
import socket
import subprocess
import threading
import time
from contextlib import closing
from errno import EINPROGRESS
from pathlib import Path

import pytest

from end_to_end.stage import DAEMON, IPPROTO_MPTCP, connect, endpoint, header, read_exactly, subflow_paths, until
from mpmanager.api.structures import EventKind, Topic
from mpmanager.lab.topology import LinkChange
from mpmanager.linux.mptcp_pm import LinuxPathManager
from mpmanager.linux.sock_diag import LinuxConnectionTable
from mpmanager.model.pathmanager import DestroySubflow

pytestmark = [pytest.mark.netns, pytest.mark.alone]


def routing_of(lab):
    """All of the laptop that the daemon may change, but for the steering of trust (protocol 110), which stays."""
    commands = (
        ["ip", "rule"],
        ["ip", "-6", "rule"],
        ["ip", "route", "show", "table", "all"],
        ["ip", "-6", "route", "show", "table", "all"],
        ["cat", "/proc/sys/net/mptcp/path_manager", "/proc/sys/net/mptcp/pm_type"],
    )
    outputs = (lab.run(command, check=False).stdout for command in commands)
    return [[line for line in each.splitlines() if "proto 110" not in line] for each in outputs]


def test_a_connection_gets_a_subflow_on_every_path_and_lte_stands_by(lab_up, daemon_in, server_in):
    lab = lab_up()
    daemon, server = daemon_in(lab), server_in(lab)
    with connect(lab, lab.server_address(), server.port) as client:
        client.sendall(header(0, 2_000_000))
        read_exactly(client, 2_000_000)
        shown = until(
            lambda: (
                (found := daemon.connection(client.getsockname()))
                and subflow_paths(found) == {"wlan0", "wwan0", "dsl0"}
                and found.rx_bytes == 2_000_000
                and found
            ),
            "three subflows and all bytes",
        )
    by_path = {each.path: each for each in shown.subflows}
    assert [by_path[name].backup.local for name in ("wlan0", "dsl0", "wwan0")] == [False, False, True]
    assert by_path["wwan0"].rx_bytes == 0
    assert by_path["dsl0"].rx_bytes > 0
    assert shown.tx_bytes == 60
    assert not shown.fallback
    assert not shown.server_side
    assert 8 < by_path["wlan0"].rtt_ms < 500


@pytest.mark.parametrize(("version", "family"), [(6, socket.AF_INET6), (4, socket.AF_INET6)], ids=["IPv6", "v4-mapped"])
def test_ipv6_and_v4_mapped_connections_are_managed_alike(lab_up, daemon_in, server_in, version, family):
    lab = lab_up()
    daemon, server = daemon_in(lab), server_in(lab)
    address = lab.server_address(version=version)
    with connect(lab, f"::ffff:{address}" if version == 4 else address, server.port, family=family) as client:
        client.sendall(header(0, 100_000))
        read_exactly(client, 100_000)
        shown = until(
            lambda: (
                (found := daemon.connection(client.getsockname()))
                and subflow_paths(found) == {"wlan0", "wwan0", "dsl0"}
                and found
            ),
            "three subflows",
        )
    assert shown.remote == (f"{address}:{server.port}" if version == 4 else f"[{address}]:{server.port}")


def test_three_programs_over_three_paths_survive_a_black_hole_and_an_unplugged_line(
    lab_up, daemon_in, server_in, running, tmp_path
):
    lab = lab_up()
    daemon, server = daemon_in(lab), server_in(lab)
    (tmp_path / "file").write_bytes(bytes(12_000_000))
    web = lab.popen(
        ["mptcpize", "run", "python3", "-m", "http.server", "8080", "--directory", tmp_path],
        place="server",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    iperf = lab.popen(["mptcpize", "run", "iperf3", "-s"], place="server", stdout=subprocess.DEVNULL)
    running += [web, iperf]
    target = str(lab.server_address())
    until(lambda: lab.run(["curl", "-sI", f"http://{target}:8080/"], check=False).returncode == 0, "the web server")
    fetch = ["mptcpize", "run", "curl", "-s", "--limit-rate", "1M", "-o", "/dev/null", f"http://{target}:8080/file"]
    curl = lab.popen(fetch)
    measure = lab.popen(["mptcpize", "run", "iperf3", "-c", target, "-t", "9", "-b", "6M"], stdout=subprocess.DEVNULL)
    running += [curl, measure]
    with connect(lab, target, server.port) as client:
        client.sendall(header(0, 1000))
        read_exactly(client, 1000)
        until(
            lambda: {"curl", "iperf3"} <= {each.app.name for each in daemon.connections() if len(each.subflows) == 3},
            "curl and iperf3 on three paths",
        )
        lab.change_link("wlan0", LinkChange(loss=1.0))
        lab.change_link("dsl0", LinkChange(carrier=False))
        until(lambda: daemon.path("dsl0").state == "no-carrier", "the line is seen to be unplugged")
        until(
            lambda: all("dsl0" not in subflow_paths(each) for each in daemon.connections()),
            "no subflow is left on the unplugged line",
        )
        before = daemon.path("wwan0").rx_bytes
        until(lambda: daemon.path("wwan0").rx_bytes > before + 200_000, "LTE takes over from the black hole")
        lab.change_link("wlan0", LinkChange(loss=0.0))
        lab.change_link("dsl0", LinkChange(carrier=True))
        until(
            lambda: "dsl0" in subflow_paths(daemon.connection(client.getsockname())),
            "the line is used again",
        )
        before = daemon.path("wlan0").rx_bytes
        until(lambda: daemon.path("wlan0").rx_bytes > before + 200_000, "Wi-Fi is used again")
    assert curl.wait(60) == 0
    assert measure.wait(60) == 0
    kinds = {each.kind for each in daemon.events()}
    assert {EventKind.PATH_DOWN, EventKind.PATH_UP, EventKind.SUBFLOW_OPENED} <= kinds


@pytest.mark.parametrize("is_flapping", [False, True], ids=["steady", "with a flapping line"])
def test_two_hundred_connections_under_churn_are_accounted_to_the_byte(lab_up, daemon_in, server_in, is_flapping):
    lab = lab_up()
    daemon, server = daemon_in(lab), server_in(lab)
    moved, failures = {}, []
    gate = threading.Semaphore(20)
    target = lab.server_address()

    def talk(number):
        up, down = 1 + 397 * (number % 40), 1 + 1009 * (number % 50)
        with gate:
            try:
                with connect(lab, target, server.port) as client:
                    local = endpoint(client.getsockname())
                    client.sendall(header(up, down, server_closes_first=number % 2 == 0) + bytes(up))
                    read_exactly(client, down)
                    if number % 2 == 0:
                        assert client.recv(1) == b""
                    moved[local] = (up + 60, down)
            except (OSError, AssertionError) as error:
                failures.append(f"{number}: {error!r}")

    threads = [threading.Thread(target=talk, args=(number,)) for number in range(200)]
    for number, each in enumerate(threads):
        each.start()
        time.sleep(0.01)
        if is_flapping and number % 40 == 20:
            lab.change_link("dsl0", LinkChange(carrier=number % 80 != 20))
    for each in threads:
        each.join(60)
    assert failures == []
    assert len(moved) == 200
    assert server.counted == moved, "client and server themselves agree"
    accounts = until(
        lambda: (
            (rows := {each.local: each for each in daemon.frame(Topic.ENDED).ended}).keys() >= moved.keys() and rows
        ),
        "all accounts are final",
        within_s=30,
    )
    assert {local: (accounts[local].tx_bytes, accounts[local].rx_bytes) for local in moved} == moved
    for local in moved:
        carried = accounts[local].carried
        assert sum(each.tx_bytes for each in carried) >= accounts[local].tx_bytes
        assert sum(each.rx_bytes for each in carried) >= accounts[local].rx_bytes


def test_a_killed_daemon_goes_on_where_it_was(lab_up, daemon_in, server_in):
    lab = lab_up()
    before = routing_of(lab)
    daemon, server = daemon_in(lab), server_in(lab)
    size = 8_000_000
    with connect(lab, lab.server_address(), server.port) as client:
        client.sendall(header(0, size))
        read_exactly(client, 100_000)
        until(lambda: len(subflow_paths(daemon.connection(client.getsockname()))) == 3, "three subflows")
        daemon.kill()
        read_exactly(client, 1_000_000)
        lab.change_link("dsl0", LinkChange(carrier=False))
        daemon.start()
        shown = until(lambda: daemon.connection(client.getsockname()), "the connection is adopted")
        assert subflow_paths(shown) >= {"wlan0", "wwan0"}
        lab.change_link("dsl0", LinkChange(carrier=True))
        until(
            lambda: (
                sorted(each.path for each in daemon.connection(client.getsockname()).subflows)
                == ["dsl0", "wlan0", "wwan0"]
            ),
            "the line is joined once again, and nothing twice",
        )
        read_exactly(client, size - 1_100_000)
    daemon.stop()
    assert routing_of(lab) == before


def test_a_connection_that_is_being_opened_while_the_daemon_comes_back_lives(lab_up, daemon_in, server_in):
    lab = lab_up()
    daemon, server = daemon_in(lab), server_in(lab)
    daemon.kill()
    # A newer kernel asks for Multipath TCP twice only.
    lab.run(["sh", "-c", "echo 100 > /proc/sys/net/mptcp/syn_retrans_before_tcp_fallback || :"])
    lab.change_link("wlan0", LinkChange(loss=1.0))
    with lab.inside("laptop", lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP)) as client:
        client.setblocking(False)
        assert client.connect_ex((str(lab.server_address()), server.port)) == EINPROGRESS
        daemon.start()
        lab.change_link("wlan0", LinkChange(loss=0.0))
        assert select.select([], [client], [], 20)[1], "a later SYN is answered"
        client.settimeout(10)
        client.sendall(header(0, 1000))
        read_exactly(client, 1000)
        until(
            lambda: subflow_paths(daemon.connection(client.getsockname())) == {"wlan0", "wwan0", "dsl0"},
            "it is managed as any other",
        )
        assert daemon.events(EventKind.SUBFLOW_CLOSED) == [], "its first subflow is no join that nobody answers"


def test_a_path_is_not_left_for_a_subflow_that_the_peer_refuses(lab_up, daemon_in, server_in):
    """A server that has written all and closed accepts no joins any more, which shows after they seem to stand."""
    lab = lab_up()
    daemon, server = daemon_in(lab), server_in(lab)
    others = ("dsl0", "wwan0")
    for each in others:
        lab.change_link(each, LinkChange(carrier=False))
    until(lambda: all(daemon.path(each).state == "no-carrier" for each in others), "one path is left")
    lab.change_link("wlan0", LinkChange(rate=500_000))
    size = 100_000
    with connect(lab, lab.server_address(), server.port) as client:
        client.sendall(header(0, size, server_closes_first=True))
        until(lambda: endpoint(client.getsockname()) in server.counted, "the server has written all")
        lab.change_link("wlan0", LinkChange(carrier=False))
        until(lambda: daemon.path("wlan0").state == "no-carrier", "the way of what is left to read is gone")
        lab.change_link("dsl0", LinkChange(carrier=True))
        until(lambda: daemon.events(EventKind.SUBFLOW_CLOSED), "the server has refused a join that seemed to stand")
        lab.change_link("wlan0", LinkChange(carrier=True))
        assert len(read_exactly(client, size)) == size


def close_all_subflows(lab, note):
    """As a daemon may do that is killed before it has joined the connections again."""
    with (
        closing(lab.inside("laptop", LinuxConnectionTable)) as table,
        closing(lab.inside("laptop", lambda: LinuxPathManager(remembered=note))) as path_manager,
    ):
        for each in table.snapshot().subflows:
            path_manager.execute(DestroySubflow(token=each.token, flow=each.flow))
        until(lambda: not table.snapshot().subflows, "no subflow is left")
        assert len(table.snapshot().connections) == 1, "the kernel keeps the connection for a while"


def test_a_connection_that_has_lost_all_subflows_goes_on_when_the_daemon_is_back(
    lab_up, daemon_in, server_in, tmp_path
):
    lab = lab_up()
    daemon, server = daemon_in(lab), server_in(lab)
    with connect(lab, lab.server_address(), server.port) as client:
        client.sendall(header(0, 100_000))
        read_exactly(client, 100_000)
        until(lambda: len(subflow_paths(daemon.connection(client.getsockname()))) == 3, "three subflows")
        daemon.kill()
        close_all_subflows(lab, tmp_path / "note")
        daemon.start()
        until(lambda: daemon.events(EventKind.SUBFLOW_OPENED), "it is joined again", within_s=5)
        assert not daemon.connection(client.getsockname()).server_side
        client.sendall(b".")
        assert client.recv(1) == b"", "the server has got it and closes"


def test_a_connection_older_than_the_daemon_is_shown_as_not_managed(lab_up, daemon_in, server_in):
    lab = lab_up()
    server = server_in(lab)
    with connect(lab, lab.server_address(), server.port) as old:
        old.sendall(header(0, 200_000))
        read_exactly(old, 100_000)
        daemon = daemon_in(lab)
        assert until(
            lambda: (found := daemon.connection(old.getsockname())) and not found.managed, "it is shown as not managed"
        )
        lab.change_link("dsl0", LinkChange(carrier=False))
        until(lambda: daemon.path("dsl0").state == "no-carrier", "the network changes")
        assert len(daemon.events(EventKind.CONNECTION_UNMANAGED)) == 1, "it is said once and not tried again"
        with connect(lab, lab.server_address(), server.port) as new:
            new.sendall(header(0, 1000))
            read_exactly(new, 1000)
            until(
                lambda: (found := daemon.connection(new.getsockname())) and found.managed and len(found.subflows) == 2,
                "a new one is managed",
            )
        read_exactly(old, 100_000)


def test_a_second_daemon_is_refused_and_changes_nothing(lab_up, daemon_in, tmp_path):
    lab = lab_up()
    daemon_in(lab)
    before = routing_of(lab)
    for state, said in (
        (tmp_path / "other", "manages this network namespace"),
        (tmp_path / "daemon0/state", "uses this directory"),
    ):
        second = lab.run([DAEMON, f"--bus=private:{tmp_path / 'second'}", f"--state={state}"], check=False)
        assert second.returncode == 1
        assert said in second.stderr
        assert "Traceback" not in second.stderr
    assert routing_of(lab) == before
    assert lab.run(["sysctl", "-n", "net.mptcp.pm_type"]).stdout.strip() == "1"


def test_a_damaged_note_of_what_was_before_is_no_reason_to_keep_it(lab_up, daemon_in, tmp_path):
    lab = lab_up()
    daemon = daemon_in(lab)
    (daemon.directory / "state" / "path-manager-before").write_text("nonsense")
    daemon.stop()
    assert lab.run(["sysctl", "-n", "net.mptcp.pm_type"]).stdout.strip() == "0"


def test_the_daemon_hands_everything_back(lab_up, daemon_in, server_in):
    lab = lab_up()
    before = routing_of(lab)
    server = server_in(lab)
    daemon = daemon_in(lab)
    assert routing_of(lab) != before
    with connect(lab, lab.server_address(), server.port) as client:
        client.sendall(header(0, 1_000_000))
        read_exactly(client, 500_000)
        daemon.stop()
        read_exactly(client, 500_000)
    assert routing_of(lab) == before


def test_a_tier_takes_effect_on_living_connections(lab_up, daemon_in, server_in):
    lab = lab_up()
    daemon, server = daemon_in(lab), server_in(lab)
    with connect(lab, lab.server_address(), server.port) as client:
        client.sendall(header(0, 20_000))
        read_exactly(client, 20_000)
        local = client.getsockname()
        until(lambda: len(subflow_paths(daemon.connection(local))) == 3, "three subflows")
        daemon.set_tier("dsl0", "backup")
        until(
            lambda: (
                {each.path: each.backup.local for each in daemon.connection(local).subflows}
                == {"wlan0": False, "dsl0": True, "wwan0": True}
            ),
            "the line is a backup",
        )
        daemon.set_tier("wwan0", "never")
        until(lambda: subflow_paths(daemon.connection(local)) == {"wlan0", "dsl0"}, "LTE is left")
        daemon.set_tier("wlan0", "never")
        until(lambda: subflow_paths(daemon.connection(local)) == {"dsl0"}, "even the initial subflow is left")
        daemon.set_tier("wwan0", "always")
        until(lambda: subflow_paths(daemon.connection(local)) == {"dsl0", "wwan0"}, "LTE is joined again")


def test_a_load_balanced_server_is_joined_at_the_address_it_announces(lab_up, daemon_in, server_in):
    lab = lab_up()
    own = "10.98.0.7"
    lab.run(["sysctl", "-qw", "net.mptcp.allow_join_initial_addr_port=0"], place="server")
    lab.run(["ip", "addr", "add", f"{own}/32", "dev", "lo"], place="server")
    lab.run(["ip", "mptcp", "endpoint", "add", own, "signal"], place="server")
    via = lab.run(["ip", "-o", "route", "get", str(lab.server_address())], place="net").stdout.split()
    lab.run(["ip", "route", "add", f"{own}/32", "dev", via[via.index("dev") + 1]], place="net")
    daemon, server = daemon_in(lab), server_in(lab)
    with connect(lab, lab.server_address(), server.port) as client:
        client.sendall(header(0, 200_000))
        read_exactly(client, 200_000)
        shown = until(
            lambda: (found := daemon.connection(client.getsockname())) and len(subflow_paths(found)) == 3 and found,
            "the announced address is joined from the other paths",
        )
    initial = f"{lab.server_address()}:{server.port}"
    assert sorted(each.remote for each in shown.subflows) == sorted(
        [initial, f"{own}:{server.port}", f"{own}:{server.port}"]
    )


def test_a_forbidden_address_is_still_not_joined_after_a_crash(lab_up, daemon_in, server_in):
    lab = lab_up()
    lab.run(["sysctl", "-qw", "net.mptcp.allow_join_initial_addr_port=0"], place="server")
    daemon, server = daemon_in(lab), server_in(lab)
    with connect(lab, lab.server_address(), server.port) as client:
        client.sendall(header(0, 100_000))
        read_exactly(client, 50_000)
        until(lambda: daemon.connection(client.getsockname()), "the connection is shown")
        until(lambda: b"true" in (daemon.directory / "state" / "connections.json").read_bytes(), "it is noted")
        daemon.kill()
        daemon.start()
        until(lambda: daemon.connection(client.getsockname()), "the connection is adopted")
        lab.change_link("dsl0", LinkChange(carrier=False))
        until(lambda: daemon.path("dsl0").state == "no-carrier", "the network changes")
        read_exactly(client, 50_000)
        shown = daemon.connection(client.getsockname())
        assert [each.path for each in shown.subflows] == ["wlan0"]
        assert not daemon.events(EventKind.SUBFLOW_OPENED, EventKind.SUBFLOW_REFUSED)


def test_a_server_adopts_what_it_accepted_although_nobody_listens_any_more(lab_up, daemon_in, server_in):
    lab = lab_up()
    daemon = daemon_in(lab)
    listener = lab.inside("laptop", lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP))
    listener.bind(("", 0))
    listener.listen(1)
    address = lab.laptop_address("wlan0")
    with connect(lab, address, listener.getsockname()[1], place="server") as client, listener.accept()[0] as accepted:
        client.sendall(b"hello")
        read_exactly(accepted, 5)
        until(lambda: any(len(each.subflows) == 3 for each in daemon.connections()), "all paths are joined")
        until(
            lambda: (daemon.directory / "state" / "connections.json").read_bytes().count(b"10.77") > 1,
            "what was announced is noted",
        )
        listener.close()
        daemon.kill()
        daemon.start()
        (shown,) = until(daemon.connections, "the connection is adopted")
        assert shown.server_side
        lab.change_link("dsl0", LinkChange(carrier=False))
        until(
            lambda: {each.path for each in daemon.connections()[0].subflows} == {"wlan0", "wwan0"},
            "the address that the daemon before had announced is withdrawn",
            within_s=30,
        )
        assert not daemon.events(EventKind.SUBFLOW_REFUSED), "no join towards the client was tried"


def test_as_a_server_the_daemon_announces_and_never_joins(lab_up, daemon_in, server_in):
    lab = lab_up()
    daemon = daemon_in(lab)
    server = server_in(lab, place="laptop")
    with connect(lab, lab.laptop_address("wlan0"), server.port, place="server") as client:
        client.sendall(header(50_000, 0) + bytes(50_000))
        shown = until(
            lambda: next((each for each in daemon.connections() if len(each.subflows) == 3), None),
            "the client has joined the announced addresses",
        )
    assert shown.server_side
    assert {each.path: each.backup.local for each in shown.subflows} == {
        "wlan0": False,
        "wwan0": True,
        "dsl0": False,
    }
    assert all(each.local.endswith(f":{server.port}") for each in shown.subflows)


def test_a_server_without_mptcp_is_shown_as_fallback(lab_up, daemon_in, server_in):
    lab = lab_up()
    daemon = daemon_in(lab)
    server = server_in(lab, protocol=socket.IPPROTO_TCP)
    with connect(lab, lab.server_address(), server.port) as client:
        client.sendall(header(0, 5000))
        read_exactly(client, 5000)
        shown = until(lambda: daemon.connection(client.getsockname()), "the connection is shown")
        assert shown.fallback
        assert [each.path for each in shown.subflows] == ["wlan0"]
        until(lambda: daemon.events(EventKind.CONNECTION_FELL_BACK), "the fall-back is told")


def test_ipv6_only_links_are_enough(lab_up, daemon_in, server_in):
    lab = lab_up()
    for link in ("wlan0", "wwan0", "dsl0"):
        lab.run(["ip", "-4", "addr", "flush", "dev", link])
    daemon, server = daemon_in(lab), server_in(lab)
    assert {each.name: each.state for each in daemon.frame().paths} == dict.fromkeys(("wlan0", "wwan0", "dsl0"), "up")
    with connect(lab, lab.server_address(version=6), server.port) as client:
        client.sendall(header(0, 100_000))
        read_exactly(client, 100_000)
        until(lambda: len(subflow_paths(daemon.connection(client.getsockname()))) == 3, "three IPv6 subflows")


def test_the_daemon_goes_before_others_on_busy_processors(lab_up, daemon_in):
    process = daemon_in(lab_up()).process
    until(lambda: os.getpriority(os.PRIO_PROCESS, process.pid) == -11, "it has another niceness")
    session = Path(f"/proc/{process.pid}/autogroup")
    assert not session.exists() or session.read_text().endswith("nice -11\n")
