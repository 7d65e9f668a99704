"""Late data uses the backup: real programs over real links that fail, with the daemon on the laptop."""

import json
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest

from end_to_end.stage import connect, header, read_exactly, until
from mpmanager.api.structures import EventKind, PolicyInfo
from mpmanager.lab import namespaces
from mpmanager.lab.messages import Direction
from mpmanager.lab.programs import Download, HttpServer, MessagesServer, running
from mpmanager.lab.topology import LinkChange
from mpmanager.model.expiration import ExpirationReason
from mpmanager.model.policy import Intent
from mpmanager.model.traffic import TrafficPattern

pytestmark = [pytest.mark.netns, pytest.mark.alone]

BLACK_HOLE, HEALED = LinkChange(loss=1.0), LinkChange(loss=0.0)
HELP = (EventKind.BACKUP_OPENED, EventKind.BACKUP_CLOSED, EventKind.FAILED_OVER, EventKind.RETURNED)
BOTH_DIRECTIONS = pytest.mark.parametrize("direction", list(Direction))
WARM_UP_S = 1.2
"""Until the second subflow stands and times are known."""
STALL_S = 0.05
"""A machine that stands still for so long fails itself what its links are thought to do."""


@pytest.fixture
def office(lab_up, daemon_in):
    """Two paths, the second of which helps; a daemon; a server of messages that takes what a stock kernel takes."""
    lab = lab_up("thesis")
    lab.run(["ip", "mptcp", "limits", "set", "subflows", "2", "add_addr_accepted", "0"], place="server")
    with Office(lab, daemon_in) as made:
        yield made


@pytest.fixture
def home(lab_up, daemon_in):
    """Three paths: one carries, one helps, one is a reserve."""
    with Office(lab_up("home"), daemon_in) as made:
        made.set_tiers(wlan0="always", dsl0="when-needed", wwan0="backup")
        yield made


class Office:
    """A lab in which late data is looked after."""

    def __init__(self, lab, daemon_in):
        self.lab = lab
        self.daemon = daemon_in(lab)
        self.set_tiers(wlan0="always", wwan0="when-needed")
        self._server = running(lab, MessagesServer(name="messages-server"))

    def __enter__(self):
        self._server.__enter__()
        return self

    def __exit__(self, *exception):
        self._server.__exit__(*exception)

    def set_tiers(self, **tiers):
        until(lambda: tiers.keys() <= {each.name for each in self.daemon.frame().paths}, "the paths are known")
        for path, tier in tiers.items():
            self.daemon.set_tier(path, tier)

    def set_policy(self, wait_ms, **others):
        policy = PolicyInfo(selector="default", wait_ms=wait_ms, **others)
        self.daemon.ask(lambda client: client.set_policy(policy))

    @contextmanager
    def messages(self, direction, seconds, *, version=4, size="1kB", interval="20ms", options=()):
        """Messages that flow during the block and to their end; `report` is there after the block."""
        command = [sys.executable, "-P", "-m", "mpmanager.lab.messages"]
        command += [
            "send" if direction is Direction.UPLOAD else "receive",
            str(self.lab.server_address(version=version)),
        ]
        command += ["--duration", f"{seconds}s", "--size", size, "--interval", interval, "--json", "--patience", "20s"]
        command += options
        program = self.lab.popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        found = Messages()
        try:
            time.sleep(WARM_UP_S)
            yield found
            output, errors = program.communicate(timeout=seconds + 20)
            assert program.returncode == 0, output + errors
            found.report = json.loads(output)
        finally:
            program.kill()
            program.communicate()

    @contextmanager
    def black_hole(self, *links):
        for link in links:
            self.lab.change_link(link, BLACK_HOLE)
        try:
            yield
        finally:
            for link in links:
                self.lab.change_link(link, HEALED)

    def help(self, *kinds):
        """The events about late data, the oldest first."""
        return self.daemon.events(*(kinds or HELP))

    def flags(self):
        """Whether the subflows of the only connection are backups, by path; probes beside others do not count."""
        connections, found = self.daemon.connections(), {}
        for each in connections[0].subflows if connections else ():
            if each.state == "established":
                found[each.path] = found.get(each.path, True) and each.backup.local
        return found

    def carried(self, path):
        """Payload bytes that the only connection has had there in both directions, as this daemon has seen."""
        (connection,) = self.daemon.connections()
        return sum(each.tx_bytes + each.rx_bytes for each in connection.carried if each.path == path)

    def await_help(self, kind, count=1, *, within_s=10):
        try:
            return until(lambda: len(self.help(kind)) >= count, f"{count} x {kind}", within_s=within_s)
        except AssertionError as error:
            states = [each.expiration for each in self.daemon.connections()]
            raise AssertionError(f"{error}; the events {self.help()}; the states {states}") from None

    def through_a_black_hole(self, direction, *, version=4):
        """What becomes of messages while the first path loses everything for two seconds."""
        with self.messages(direction, 4.5, version=version) as messages:
            with self.black_hole("wlan0"):
                time.sleep(2)
            time.sleep(1)
        assert messages.report["mptcp"]
        assert messages.report["lost"] == 0
        return messages.report


class Messages:
    report = None


def kinds(events):
    return [each.kind for each in events]


@BOTH_DIRECTIONS
def test_a_black_hole_costs_much_less_than_with_the_stock_backup_and_is_told_with_its_proof(office, direction):
    stock = office.through_a_black_hole(direction)
    assert office.help() == [], "whoever may wait for ever is not helped"
    office.set_policy(50.0)
    ours = office.through_a_black_hole(direction)
    assert ours["max_ms"] < 0.5 * stock["max_ms"]
    left, returned = office.help()
    assert (left.kind, left.path, left.helper) == (EventKind.FAILED_OVER, "wlan0", "wwan0")
    assert left.allowed_ms == 50
    assert 0 < left.waited_ms <= ours["max_ms"]
    assert (returned.kind, returned.path, returned.helper) == (EventKind.RETURNED, "wlan0", "wwan0")
    assert returned.helper_bytes > 50_000
    assert 1.5 < returned.lasted_s < 4


@BOTH_DIRECTIONS
def test_a_black_hole_of_an_ipv6_path_is_left_and_returned_to(office, direction):
    office.set_policy(50.0)
    report = office.through_a_black_hole(direction, version=6)
    assert kinds(office.help()) == [EventKind.FAILED_OVER, EventKind.RETURNED]
    assert report["max_ms"] < 2000, "shorter than the hole, however busy the machine is"


def test_a_path_that_dies_while_its_server_is_silent_is_found_by_heartbeats(office):
    office.set_policy(50.0)
    with office.messages(Direction.DOWNLOAD, 6, interval="900ms") as messages, office.black_hole("wlan0"):
        office.await_help(EventKind.FAILED_OVER)
        time.sleep(1)
    assert messages.report["lost"] == 0
    left = office.help(EventKind.FAILED_OVER)[0]
    assert (left.path, left.reason, left.waited_ms) == ("wlan0", ExpirationReason.PROBE_UNANSWERED, None)


def test_a_daemon_killed_in_the_middle_of_a_failover_brings_the_connection_back(office):
    office.set_policy(50.0)
    with office.messages(Direction.UPLOAD, 12) as messages:
        with office.black_hole("wlan0"):
            office.await_help(EventKind.FAILED_OVER)
            assert office.flags() == {"wwan0": False}
            office.daemon.kill()
            time.sleep(0.5)
            office.daemon.start()
            until(office.daemon.connections, "the connection is adopted")
        before = office.carried("wlan0")
        until(lambda: office.flags() == {"wlan0": False, "wwan0": True}, "it is back on its path")
        until(lambda: office.carried("wlan0") > before + 5000, "which carries")
        with office.black_hole("wlan0"):
            office.await_help(EventKind.FAILED_OVER)
    assert messages.report["lost"] == 0


def test_a_path_that_dies_while_the_daemon_stands_still_is_left_when_it_goes_on(office):
    office.set_policy(50.0)
    with office.messages(Direction.DOWNLOAD, 8) as messages:
        office.daemon.process.send_signal(signal.SIGSTOP)
        with office.black_hole("wlan0"):
            time.sleep(3)  # the server's kernel has gone over to the backup by then
            office.daemon.process.send_signal(signal.SIGCONT)
            until(lambda: office.flags() == {"wwan0": False}, "the other path carries")
    assert messages.report["lost"] == 0
    assert office.help(EventKind.FAILED_OVER)[0].reason == ExpirationReason.PROBE_UNANSWERED


def test_a_policy_takes_effect_on_a_living_connection(office):
    with office.messages(Direction.UPLOAD, 6) as messages:
        assert office.flags() == {"wlan0": False, "wwan0": True}
        office.set_policy(0.0)
        until(lambda: office.flags() == {"wlan0": False, "wwan0": False}, "all paths are pooled")
        office.set_policy(50.0)
        until(lambda: office.flags() == {"wlan0": False, "wwan0": True}, "the second stands by")
        with office.black_hole("wlan0"):
            office.await_help(EventKind.FAILED_OVER)
            office.set_policy("never")
            until(lambda: "wlan0" not in office.flags(), "what was left stays left while it is dead")
        until(lambda: office.flags() == {"wlan0": False, "wwan0": True}, "as the tiers say", within_s=20)
        assert office.daemon.connections()[0].expiration is None
    assert messages.report["lost"] == 0


@BOTH_DIRECTIONS
def test_of_three_paths_the_next_best_carries(home, direction):
    home.set_policy(50.0)
    with home.messages(direction, 8) as messages:
        with home.black_hole("wlan0"):
            until(lambda: home.flags() == {"dsl0": False, "wwan0": True}, "the line carries")
            with home.black_hole("dsl0"):
                until(lambda: home.flags() == {"wwan0": False}, "LTE carries")
                time.sleep(0.5)
        until(lambda: home.flags() == {"wlan0": False, "dsl0": True, "wwan0": True}, "all is as at first", within_s=20)
    assert messages.report["lost"] == 0
    told = [(each.path, each.helper) for each in home.help(EventKind.FAILED_OVER)]
    assert told[0] == ("wlan0", "dsl0")
    assert ("dsl0", "wwan0") in told  # on a busy machine there may be more between


def test_a_download_that_is_too_much_for_its_path_gets_help_where_the_queue_shows(office):
    office.lab.change_link("wlan0", LinkChange(queue=300_000))
    office.set_policy(50.0)
    too_much = {"size": "10kB", "interval": "6ms", "options": ("--congestion", "cubic")}
    with office.messages(Direction.DOWNLOAD, 4, **too_much) as messages:
        office.await_help(EventKind.BACKUP_CLOSED)
        assert office.carried("wwan0") > 10_000
    assert messages.report["lost"] == 0
    opened = office.help(EventKind.BACKUP_OPENED)[0]
    assert (opened.path, opened.helper, opened.reason) == ("wlan0", "wwan0", ExpirationReason.BACKLOG)
    assert opened.waited_ms > opened.allowed_ms == 50


@pytest.mark.parametrize(
    ("policy", "trouble", "reason"),
    [
        ({"leave_on_marks": 0.05}, LinkChange(marks=0.3), ExpirationReason.MARKED),
        ({"leave_on_loss": 0.05}, LinkChange(loss=0.15), ExpirationReason.LOSSY),
    ],
    ids=["marks", "loss"],
)
def test_a_congested_path_is_avoided_for_a_while_where_the_policy_says_so(office, policy, trouble, reason):
    namespaces.write_sysctls(office.lab.namespace("laptop"), {"net.ipv4.tcp_ecn": 1})
    office.set_policy("never", **policy)
    with office.messages(Direction.UPLOAD, 9, interval="10ms") as messages:
        assert office.flags() == {"wlan0": False, "wwan0": True}
        office.lab.change_link("wlan0", trouble)
        office.await_help(EventKind.STEERED)
        until(lambda: office.flags() == {"wlan0": True, "wwan0": False}, "the other path carries")
        office.lab.change_link("wlan0", LinkChange(loss=0.0, marks=0.0))
        office.await_help(EventKind.STEERED_BACK)
        until(lambda: office.flags() == {"wlan0": False, "wwan0": True}, "all is as at first")
    assert messages.report["lost"] == 0
    steered, back = office.help(EventKind.STEERED, EventKind.STEERED_BACK)
    assert (steered.path, steered.helper, steered.reason) == ("wlan0", "wwan0", reason)
    assert back.helper_bytes > 50_000
    assert office.help(EventKind.FAILED_OVER) == []


def test_a_big_transfer_moves_to_its_path_and_back(office, server_in):
    server = server_in(office.lab)
    office.set_policy(50.0, big_transfers_to="wwan0", big_over_bytes=300_000)
    size = 4_000_000
    with connect(office.lab, office.lab.server_address(), server.port) as client:
        client.sendall(header(0, size))
        read_exactly(client, 200_000)
        reading = threading.Thread(target=read_exactly, args=(client, size - 200_000))
        reading.start()
        until(lambda: office.flags() == {"wlan0": True, "wwan0": False}, "it has moved")
        reading.join(30)
        assert not reading.is_alive()
        assert office.carried("wwan0") > size / 3, "it may have been left once: the queue of the new path overflows"
        until(lambda: office.help(EventKind.TRANSFER_RETURNED), "it has calmed down")
        until(lambda: office.flags() == {"wlan0": False, "wwan0": True}, "it is back")
    moves = office.help(EventKind.TRANSFER_MOVED, EventKind.TRANSFER_RETURNED)
    assert [(each.kind, each.path) for each in moves] == [
        (EventKind.TRANSFER_MOVED, "wwan0"),
        (EventKind.TRANSFER_RETURNED, "wwan0"),
    ]


def ask_again_and_again(office, server, pauses_s):
    """Requests over one connection each, with pauses in front of the answer's last part."""
    for pause_s in pauses_s:
        with connect(office.lab, office.lab.server_address(), server.port) as client:
            client.sendall(header(2_000, 30_000))
            time.sleep(pause_s)
            client.sendall(bytes(2_000))
            read_exactly(client, 30_000)
            time.sleep(pause_s)


class Machine:
    """How long the machine has kept a program waiting that wanted to run: links are programs here, too."""

    held_up_s = 0.0

    def __enter__(self):
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def _watch(self):
        before = time.monotonic()
        while not self._over.wait(0.005):
            now = time.monotonic()
            self.held_up_s, before = max(self.held_up_s, now - before - 0.005), now

    def __exit__(self, *_exception):
        self._over.set()
        self._thread.join()


def run_idle_and_bursty_programs(office, server):
    """Returns how often a path was left."""
    before = len(office.help(EventKind.FAILED_OVER))
    asking = threading.Thread(target=ask_again_and_again, args=(office, server, (0.1, 0.3, 0.6, 0.9, 0.2)))
    with (
        office.messages(Direction.UPLOAD, 6.5, size="10kB", interval="300ms"),
        office.messages(Direction.DOWNLOAD, 6, size="10kB", interval="150ms"),
        office.messages(Direction.DOWNLOAD, 5, interval="25ms"),
        office.messages(Direction.DOWNLOAD, 1),
    ):
        asking.start()
        asking.join(20)
    return len(office.help(EventKind.FAILED_OVER)) - before


def test_idle_and_bursty_programs_on_healthy_paths_never_leave_them(office, server_in):
    office.set_policy(50.0)
    server = server_in(office.lab)
    for _attempt in range(3):
        with Machine() as machine:
            times_left = run_idle_and_bursty_programs(office, server)
        if times_left == 0 or machine.held_up_s < STALL_S:
            break
    assert times_left == 0, office.help()


def test_automatic_waits_differ_with_what_programs_do_over_the_same_paths(office):
    office.daemon.ask(lambda client: client.set_policy(PolicyInfo(selector="default", intent=Intent.AUTOMATIC)))
    web = HttpServer(name="web", files=("20M",))
    with (
        running(office.lab, web),
        office.messages(Direction.UPLOAD, 12, size="200B") as messages,
        running(office.lab, Download(name="download", file="20M")),
    ):
        patterns = {TrafficPattern.INTERACTIVE: 20.0, TrafficPattern.BULK: "never"}

        def found():
            late = [each.expiration for each in office.daemon.connections() if each.expiration]
            return {each.pattern: each.allowed_ms for each in late}

        until(lambda: found() == patterns, "both are recognised", within_s=10)
        rows = {each.expiration.pattern: each for each in office.daemon.connections()}
        assert {pattern: row.wait_ms for pattern, row in rows.items()} == patterns
        assert {row.intent for row in rows.values()} == {Intent.AUTOMATIC}
        traffic = rows[TrafficPattern.BULK].expiration.traffic
        assert (traffic.carrier, traffic.helper, traffic.metered_helpers) == ("wlan0", "wwan0", ["wwan0"])

        def is_spared():
            row = next(each for each in office.daemon.connections() if each.token == rows[TrafficPattern.BULK].token)
            return all(each.backup.local for each in row.subflows if each.path == "wwan0")

        until(is_spared, "LTE rests")
    assert messages.report["lost"] == 0
