"""Frames show what the accounts say, row by row, and only what was asked for."""

from dataclasses import replace
from ipaddress import ip_address

import pytest

from mpmanager.api.structures import BackupInfo, CarriedInfo, EventInfo, EventKind, Frame, Topic, TrafficInfo
from mpmanager.core.ledger import Ledger
from mpmanager.core.policies import STOCK_POLICY
from mpmanager.daemon.frames import ConnectionRows, PathRates, application_rows, cut_to_topics
from mpmanager.model.connection import (
    Application,
    ConnectionSample,
    Endpoint,
    FourTuple,
    ProcessKey,
    Snapshot,
    SubflowSample,
    TcpState,
)
from mpmanager.model.expiration import ExpirationReason, ExpirationState, ExpirationView
from mpmanager.model.names import AddressId, LinkName, Token
from mpmanager.model.path import (
    InterfaceAddress,
    KindSource,
    LinkCounters,
    Path,
    PathKind,
    PathState,
    Security,
    Tier,
    WayOut,
)
from mpmanager.model.policy import Intent
from mpmanager.model.traffic import Grounds, PathTimes, Traffic, TrafficPattern

WLAN, LTE = LinkName("wlan0"), LinkName("wwan0")
SERVER = Endpoint(ip_address("192.0.2.80"), 443)
CURL = Application(id="exe:/usr/bin/curl", name="curl", pid=42, exe="/usr/bin/curl", cgroup="/user.slice")
LAUNCH = 1_000_000.0
"""Unix time when the ledger's clock was 0."""


def flow(number=1, port=40000):
    return FourTuple(Endpoint(ip_address(f"10.0.{number}.2"), port), SERVER)


def subflow(where, tx=0, rx=0, token=1, **changes):
    plain = dict.fromkeys(SubflowSample._fields, 0) | {
        "token": Token(token),
        "flow": where,
        "state": TcpState.ESTABLISHED,
        "is_backup_here": False,
        "is_backup_there": False,
        "rtt_ms": 10.0,
        "tx_bytes": tx,
        "rx_bytes": rx,
    }
    return SubflowSample(**plain | changes)


def stream(where=None, tx=0, rx=0, token=1, **changes):
    plain = ConnectionSample(
        Token(token), where or flow(), TcpState.ESTABLISHED, ProcessKey(1, 0, 1), False, tx, rx, tx
    )
    return plain._replace(**changes)


@pytest.fixture
def ledger():
    made = Ledger()
    made.set_paths({ip_address("10.0.1.2"): WLAN, ip_address("10.0.2.2"): LTE})
    return made


@pytest.fixture
def rows():
    return ConnectionRows(unix_time=lambda time: LAUNCH + time)


def open_one(ledger, token=1, where=None, *, now=5.0, is_server_side=False):
    return ledger.open(Token(token), where or flow(), is_server_side=is_server_side, now=now)


PATH = Path(
    name=WLAN,
    index=2,
    kind=PathKind.WIFI,
    kind_source=KindSource.KERNEL,
    network="Cafe",
    security=Security.WPA2,
    tier=Tier.ALWAYS,
    state=PathState.UP,
    addresses=(
        InterfaceAddress(address=ip_address("10.0.1.2"), prefix_length=24),
        InterfaceAddress(address=ip_address("2001:db8::2"), prefix_length=64),
    ),
    ways_out=(
        WayOut(version=4, gateway=ip_address("10.0.1.1")),
        WayOut(version=6, gateway=ip_address("fe80::1")),
    ),
)


def carried(rx_bytes, tx_bytes):
    return LinkCounters(rx_bytes=rx_bytes, tx_bytes=tx_bytes)


def test_a_path_is_shown_with_all_that_is_known_of_it():
    rates = PathRates()
    rates.take({2: carried(1000, 500)}, now=1.0)
    row = rates.row(PATH)
    assert (row.name, row.index, row.network, row.security) == ("wlan0", 2, "Cafe", Security.WPA2)
    assert (row.kind, row.kind_source, row.tier, row.state) == (
        PathKind.WIFI,
        KindSource.KERNEL,
        Tier.ALWAYS,
        PathState.UP,
    )
    assert row.addresses == ["10.0.1.2/24", "2001:db8::2/64"]
    assert (row.gateway, row.gateways) == ("10.0.1.1", ["10.0.1.1", "fe80::1"])
    assert (row.rx_bytes, row.tx_bytes) == (1000, 500)


def test_a_rate_needs_two_looks_and_is_in_bits():
    rates = PathRates()
    assert rates.row(PATH).rx_bit_s == 0.0
    rates.take({2: carried(1000, 500)}, now=1.0)
    assert (rates.row(PATH).rx_bit_s, rates.row(PATH).tx_bit_s) == (0.0, 0.0)
    rates.take({2: carried(2000, 600)}, now=3.0)
    assert (rates.row(PATH).rx_bit_s, rates.row(PATH).tx_bit_s) == (4000.0, 400.0)


def test_two_looks_at_the_same_moment_give_no_rate():
    rates = PathRates()
    rates.take({2: carried(1000, 500)}, now=1.0)
    rates.take({2: carried(2000, 600)}, now=1.0)
    assert rates.row(PATH).rx_bit_s == 0.0


def test_a_counter_that_went_back_gives_no_negative_rate():
    rates = PathRates()
    rates.take({2: carried(1000, 500)}, now=1.0)
    rates.take({2: carried(10, 600)}, now=2.0)
    assert (rates.row(PATH).rx_bit_s, rates.row(PATH).tx_bit_s) == (0.0, 800.0)


def test_an_interface_without_counters_has_carried_nothing():
    rates = PathRates()
    rates.take({2: carried(1000, 500)}, now=1.0)
    rates.take({}, now=2.0)
    row = rates.row(replace(PATH, ways_out=()))
    assert (row.rx_bytes, row.tx_bytes, row.rx_bit_s, row.gateway, row.gateways) == (0, 0, 0.0, None, [])


def test_a_connection_is_shown_with_its_subflows(ledger, rows):
    account = open_one(ledger)
    account.application = CURL
    backup = subflow(
        flow(2), tx=5, rx=7, is_backup_here=True, local_id=AddressId(3), remote_id=AddressId(4), retransmits=2
    )
    ledger.take(Snapshot((stream(tx=105, rx=207),), (subflow(flow(), tx=100, rx=200), backup)), now=6.0)
    (row,) = rows.living(ledger.living())
    assert (row.token, row.local, row.remote) == ("0x00000001", "10.0.1.2:40000", "192.0.2.80:443")
    assert (row.app.id, row.app.name, row.app.pid, row.app.exe, row.app.cgroup) == (
        CURL.id,
        "curl",
        42,
        "/usr/bin/curl",
        "/user.slice",
    )
    assert (row.state, row.fallback, row.server_side, row.managed) == (TcpState.ESTABLISHED, False, False, True)
    assert row.opened == LAUNCH + 5.0
    assert (row.tx_bytes, row.rx_bytes) == (105, 207)
    assert row.carried == [
        CarriedInfo(path="wlan0", tx_bytes=100, rx_bytes=200),
        CarriedInfo(path="wwan0", tx_bytes=5, rx_bytes=7),
    ]
    first, second = row.subflows
    assert (first.path, first.backup, first.rtt_ms) == ("wlan0", BackupInfo(local=False, peer=False), 10.0)
    assert (second.path, second.backup) == ("wwan0", BackupInfo(local=True, peer=False))
    assert (second.local, second.remote, second.local_id, second.remote_id) == (
        "10.0.2.2:40000",
        "192.0.2.80:443",
        3,
        4,
    )
    assert (second.tx_bytes, second.rx_bytes, second.retransmits) == (5, 7, 2)


def test_a_connection_that_nobody_has_looked_at_yet_is_shown_already(ledger, rows):
    open_one(ledger, is_server_side=True)
    (row,) = rows.living(ledger.living())
    assert (row.server_side, row.app.id, row.tx_bytes, row.rx_bytes) == (True, "unknown", 0, 0)
    (first,) = row.subflows
    assert (first.path, first.state, first.rtt_ms) == ("wlan0", TcpState.ESTABLISHED, None)


def test_what_leaves_by_no_path_counts_under_an_empty_name(ledger, rows):
    open_one(ledger, where=flow(9))
    ledger.take(Snapshot((stream(flow(9), tx=1, rx=2),), (subflow(flow(9), tx=1, rx=2),)), now=6.0)
    (row,) = rows.living(ledger.living())
    assert row.subflows[0].path is None
    assert row.carried == [CarriedInfo(path="", tx_bytes=1, rx_bytes=2)]


def test_rates_of_subflows_come_from_two_looks_and_end_with_the_traffic(ledger, rows):
    open_one(ledger)
    seen = []
    for number, rx in enumerate((0, 1000, 1000)):
        ledger.take(Snapshot((stream(rx=rx),), (subflow(flow(), rx=rx),)), now=float(number))
        seen.append(rows.living(ledger.living())[0].subflows[0].rx_bit_s)
    assert seen == [0.0, 8000.0, 0.0]


def test_rows_follow_their_accounts_and_stay_the_same_objects(ledger, rows):
    account = open_one(ledger)
    (before,) = rows.living(ledger.living())
    ledger.take(Snapshot((stream(tx=10),), (subflow(flow(), tx=10),)), now=6.0)
    account.application = CURL
    account.is_foreign = True
    (after,) = rows.living(ledger.living())
    assert after is before
    assert (after.tx_bytes, after.app.name, after.managed, after.subflows[0].tx_bytes) == (10, "curl", False, 10)
    ledger.take(
        Snapshot((stream(tx=10, is_fallback=True, state=TcpState.CLOSE_WAIT),), (subflow(flow(), tx=10),)), now=7.0
    )
    rows.living(ledger.living())
    assert (after.fallback, after.state) == (True, TcpState.CLOSE_WAIT)


def test_rows_come_and_go_with_their_connections(ledger, rows):
    open_one(ledger, 1, flow(port=1))
    open_one(ledger, 2, flow(port=2))
    assert [each.token for each in rows.living(ledger.living())] == ["0x00000001", "0x00000002"]
    ledger.close(Token(1), now=7.0)
    assert [each.token for each in rows.living(ledger.living())] == ["0x00000002"]
    open_one(ledger, 1, flow(port=3), now=9.0)
    assert [(each.local, each.opened - LAUNCH) for each in rows.living(ledger.living())] == [
        ("10.0.1.2:2", 5.0),
        ("10.0.1.2:3", 9.0),
    ]


def test_an_ended_connection_is_shown_closed_with_what_it_has_carried(ledger, rows):
    open_one(ledger)
    ledger.take(Snapshot((stream(tx=10, rx=20),), (subflow(flow(), tx=10, rx=20),)), now=6.0)
    ledger.close(Token(1), now=7.0)
    ledger.settle(Token(1), now=1.0)
    (row,) = rows.ended(ledger.ended(8.0))
    assert (row.state, row.tx_bytes, row.rx_bytes, row.subflows) == (TcpState.CLOSED, 10, 20, [])
    assert row.carried == [CarriedInfo(path="wlan0", tx_bytes=10, rx_bytes=20)]


def test_an_application_has_its_living_connections_and_all_it_has_carried(ledger):
    for token in (1, 2):
        open_one(ledger, token, flow(port=token)).application = CURL
    open_one(ledger, 3, flow(port=3))
    ledger.take(
        Snapshot(
            tuple(stream(flow(port=token), tx=token, token=token) for token in (1, 2, 3)),
            tuple(subflow(flow(port=token), tx=token, token=token) for token in (1, 2, 3)),
        ),
        now=6.0,
    )
    ledger.close(Token(1), now=7.0)
    ledger.settle(Token(1), now=1.0)
    by_id = {each.id: each for each in application_rows(ledger, {})}
    assert by_id.keys() == {CURL.id, "unknown"}
    assert (by_id[CURL.id].name, by_id[CURL.id].connections) == ("curl", 1)
    assert by_id[CURL.id].carried == [CarriedInfo(path="wlan0", tx_bytes=3, rx_bytes=0)]
    assert by_id["unknown"].connections == 1


def whole_frame(ledger, rows):
    open_one(ledger)
    living = rows.living(ledger.living())
    return Frame(
        sequence=5,
        time=1.0,
        monotonic=2.0,
        simulated=True,
        dropped=3,
        paths=[PathRates().row(PATH)],
        connections=living,
        ended=living,
        applications=application_rows(ledger, {}),
    )


EVENTS = [EventInfo(id=1, time=0.0, kind=EventKind.PATH_UP, text="up")]


@pytest.mark.parametrize("topic", Topic)
def test_a_topic_is_sent_alone_when_it_is_asked_for_alone(ledger, rows, topic):
    frame = whole_frame(ledger, rows)
    part = cut_to_topics(frame, [topic], EVENTS)
    filled = {each for each in Topic if getattr(part, each.value)}
    assert filled == {topic}
    assert (part.sequence, part.time, part.monotonic, part.simulated, part.dropped) == (5, 1.0, 2.0, True, 3)


def test_all_topics_are_sent_when_all_are_asked_for_and_the_frame_stays_as_it_is(ledger, rows):
    frame = whole_frame(ledger, rows)
    part = cut_to_topics(frame, list(Topic), EVENTS)
    assert part.events == EVENTS
    assert frame.events == []
    assert (part.paths, part.connections, part.ended, part.applications) == (
        frame.paths,
        frame.connections,
        frame.ended,
        frame.applications,
    )


def test_who_asks_for_nothing_gets_the_time(ledger, rows):
    part = cut_to_topics(whole_frame(ledger, rows), [], EVENTS)
    assert not any(getattr(part, each.value) for each in Topic)
    assert part.time == 1.0


def under(intent):
    return replace(STOCK_POLICY, wait_s=0.05, intent=intent)


def test_a_computed_wait_is_shown_as_it_is_in_force_with_what_it_was_computed_from(ledger, rows):
    account = open_one(ledger)
    account.policy = under(Intent.AUTOMATIC)
    (row,) = rows.living([account])
    assert (row.wait_ms, row.intent, row.expiration) == (50.0, Intent.AUTOMATIC, None), "nothing is watched yet"
    traffic = Traffic(pattern=TrafficPattern.STREAM, sent_bytes=100.0, received_bytes=7e5, pause_s=2.5, rate_byte_s=1e6)
    paths = PathTimes(carrier=WLAN, carrier_rtt_s=0.03, helper=LTE, helper_rtt_s=None, metered_helpers=(LTE,))
    account.expiration = ExpirationView(
        state=ExpirationState.PRIMARY,
        reason=ExpirationReason.ON_TIME,
        since=5.0,
        allowed_s=0.5,
        grounds=Grounds(traffic=traffic, paths=paths),
    )
    (row,) = rows.living([account])
    assert (row.wait_ms, row.expiration.allowed_ms, row.expiration.pattern) == (500.0, 500.0, TrafficPattern.STREAM)
    assert row.expiration.traffic == TrafficInfo(
        sent_bytes=100.0,
        received_bytes=7e5,
        pause_s=2.5,
        rate_bit_s=8e6,
        carrier="wlan0",
        carrier_rtt_ms=30.0,
        helper="wwan0",
        helper_rtt_ms=None,
        metered_helpers=["wwan0"],
    )


def test_the_wait_of_another_rule_is_shown_at_once_whatever_was_in_force_at_the_last_look(ledger, rows):
    account = open_one(ledger)
    account.policy = under(Intent.DOWNLOAD)
    account.expiration = ExpirationView(
        state=ExpirationState.PRIMARY, reason=ExpirationReason.ON_TIME, since=5.0, allowed_s=0.5
    )
    (row,) = rows.living([account])
    assert (row.wait_ms, row.intent, row.expiration.pattern) == (50.0, Intent.DOWNLOAD, None)
