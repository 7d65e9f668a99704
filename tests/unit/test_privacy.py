"""Nobody sees where other users' connections go, and what they carry is not lost from sums."""

import pytest

from mpmanager.api.codec import encode_frame
from mpmanager.api.structures import (
    AppInfo,
    ApplicationTotals,
    BackupInfo,
    CarriedInfo,
    ConnectionInfo,
    EventInfo,
    EventKind,
    ExpirationInfo,
    Frame,
    HelpCounts,
    PlainDestinationInfo,
    PolicyInfo,
    ProtectionInfo,
    SubflowInfo,
    TrafficInfo,
    TrustInfo,
)
from mpmanager.daemon.privacy import Viewer, events_for, frame_for, policies_for, trust_for
from mpmanager.model.authority import Caller
from mpmanager.model.connection import TcpState
from mpmanager.model.expiration import ExpirationReason, ExpirationState
from mpmanager.model.policy import Intent
from mpmanager.model.protection import Coverage, CoverageReason
from mpmanager.model.traffic import TrafficPattern
from mpmanager.model.trust import Hold

ALICE, BOB = 1000, 1001
SECRETS = ("203.0.113.7", "/usr/bin/lover", "lover", "user-1001")


def viewer(uid):
    return Viewer(uid=uid, sees_all=False)


def connection(token, uid, remote):
    subflow = SubflowInfo(
        path="wlan0",
        local="192.0.2.2:40000",
        remote=remote,
        local_id=0,
        remote_id=0,
        backup=BackupInfo(local=False, peer=False),
        state=TcpState.ESTABLISHED,
        rtt_ms=12.5,
        tx_bytes=100,
        rx_bytes=200,
        tx_bit_s=1.0,
        rx_bit_s=2.0,
        retransmits=0,
    )
    return ConnectionInfo(
        token=token,
        app=AppInfo(id="exe:/usr/bin/lover", name="lover", pid=77, exe="/usr/bin/lover", cgroup="/user-1001", uid=uid),
        local="192.0.2.2:40000",
        remote=remote,
        state=TcpState.ESTABLISHED,
        fallback=False,
        server_side=False,
        managed=True,
        opened=1.0,
        tx_bytes=100,
        rx_bytes=200,
        subflows=[subflow],
        carried=[CarriedInfo(path="wlan0", tx_bytes=100, rx_bytes=200)],
        policy="exe:/usr/bin/lover",
        wait_ms=50.0,
        expiration=ExpirationInfo(
            state=ExpirationState.PRIMARY,
            reason=ExpirationReason.ON_TIME,
            since=1.0,
            path=None,
            helper=None,
            waited_ms=None,
            allowed_ms=20.0,
            pattern=TrafficPattern.INTERACTIVE,
            traffic=TrafficInfo(
                sent_bytes=36.0,
                received_bytes=77.0,
                pause_s=0.4,
                rate_bit_s=0.0,
                carrier="wlan0",
                carrier_rtt_ms=30.0,
                helper=None,
                helper_rtt_ms=None,
                metered_helpers=[],
            ),
        ),
        intent=Intent.AUTOMATIC,
        protection=ProtectionInfo(
            demand="only",
            rule="exe:/usr/bin/lover",
            coverage=Coverage.ENFORCED,
            reason=next(iter(CoverageReason)),
            hold=next(iter(Hold)),
        ),
    )


def totals(app_id, uid, tx_bytes, path="wlan0"):
    carried = [CarriedInfo(path=path, tx_bytes=tx_bytes, rx_bytes=1)]
    helps = HelpCounts(openings=1, helper_bytes=tx_bytes)
    return ApplicationTotals(id=app_id, name="lover", connections=1, carried=carried, help=helps, uid=uid)


def frame(**topics):
    return Frame(sequence=1, time=2.0, monotonic=3.0, simulated=False, dropped=0, **topics)


BOTH = frame(
    connections=[connection("0x1", ALICE, "198.51.100.1:443"), connection("0x2", BOB, "203.0.113.7:22")],
    ended=[connection("0x3", BOB, "203.0.113.7:22"), connection("0x4", None, "203.0.113.7:22")],
)


def test_ones_own_connections_are_shown_whole():
    assert frame_for(viewer(ALICE), BOTH).connections[0] is BOTH.connections[0]


def test_of_anothers_connection_and_nobodys_only_what_it_carries_is_shown():
    shown = frame_for(viewer(ALICE), BOTH)
    own = encode_frame(frame(connections=shown.connections[1:], ended=shown.ended)).decode(errors="replace")
    assert not [secret for secret in SECRETS if secret in own]
    for row in (shown.connections[1], *shown.ended):
        assert (row.intent, row.expiration.pattern, row.expiration.traffic) == (None, None, None), "nor what it does"
        assert (row.withheld, row.remote, row.policy, row.app.uid) == (True, "withheld", "withheld", None)
        assert (row.tx_bytes, row.rx_bytes, row.subflows[0].path, row.subflows[0].rtt_ms) == (100, 200, "wlan0", 12.5)


def test_what_is_withheld_from_one_is_still_there_for_the_next():
    frame_for(viewer(ALICE), BOTH)
    assert frame_for(viewer(BOB), BOTH).connections[1].remote == "203.0.113.7:22"


@pytest.mark.parametrize("uid", [ALICE, BOB, None, 4242])
def test_what_paths_carried_adds_up_for_everybody(uid):
    rows = [totals("exe:/a", ALICE, 1), totals("exe:/a", BOB, 10), totals("exe:/b", BOB, 100, "wwan0")]
    shown = frame_for(viewer(uid), frame(applications=rows)).applications
    by_path = {}
    for part in (part for row in shown for part in row.carried):
        by_path[part.path] = by_path.get(part.path, 0) + part.tx_bytes
    assert by_path == {"wlan0": 11, "wwan0": 100}
    assert (sum(row.connections for row in shown), sum(row.help.openings for row in shown)) == (3, 3)


def test_applications_of_others_come_as_one_without_a_name():
    rows = [totals("exe:/a", ALICE, 1), totals("exe:/a", BOB, 10), totals("exe:/b", BOB, 100)]
    own, others = frame_for(viewer(ALICE), frame(applications=rows)).applications
    assert (own.id, own.uid, own.carried[0].tx_bytes) == ("exe:/a", ALICE, 1)
    assert (others.id, others.name, others.uid, others.connections) == ("withheld", "other users", None, 2)
    assert others.help.helper_bytes == 110


def test_root_sees_one_row_for_an_application_that_several_run():
    rows = [totals("exe:/a", ALICE, 1), totals("exe:/a", BOB, 10), totals("exe:/b", BOB, 100)]
    shown = frame_for(Viewer(uid=0, sees_all=True), frame(applications=rows)).applications
    assert [(row.id, row.uid, row.carried[0].tx_bytes) for row in shown] == [("exe:/a", None, 11), ("exe:/b", BOB, 100)]


def event(number, *, token=None, uid=None):
    return EventInfo(id=number, time=1.0, kind=EventKind.CONNECTION_OPENED, text="x", token=token, uid=uid)


def about(token, uid):
    return event(int(token, 16) + 1, token=token, uid=uid)


def test_events_are_those_of_the_machine_and_ones_own():
    events = [event(1), about("0x1", ALICE), about("0x2", BOB), about("0x3", None)]
    assert [each.id for each in events_for(viewer(ALICE), events)] == [1, 2]
    assert [each.id for each in events_for(viewer(None), events)] == [1]
    assert len(events_for(Viewer(uid=0, sees_all=True), events)) == 4


def test_a_rule_of_anothers_that_says_where_it_goes_is_left_out():
    selectors = ("default", "exe:/usr/bin/ssh host:example.org", "exe:/usr/bin/ssh")
    rules = [PolicyInfo(selector=each, owner=owner) for each in selectors for owner in (None, ALICE, BOB)]
    seen = [(each.selector, each.owner) for each in policies_for(viewer(ALICE), rules)]
    assert seen == [(each.selector, each.owner) for each in rules if each != rules[5]]
    assert policies_for(Viewer(uid=0, sees_all=True), rules) == rules


def test_an_event_about_anothers_rule_without_a_connection_is_withheld_too():
    assert events_for(viewer(ALICE), [event(1, uid=BOB)]) == []


def test_destinations_that_others_have_learnt_about_are_left_out():
    learnt = [PlainDestinationInfo(destination=str(uid), until=1.0, uid=uid) for uid in (ALICE, BOB, None)]
    info = TrustInfo(enforced=True, limits=[], root="/", restrictions=[], fences=[], plain_destinations=learnt)
    assert [each.uid for each in trust_for(viewer(ALICE), info).plain_destinations] == [ALICE]
    assert trust_for(Viewer(uid=0, sees_all=True), info) == info


def test_root_and_nobody_unknown_sees_all():
    assert Viewer.of(Caller(bus_name=":1.1", uid=0)).sees_all
    assert not Viewer.of(Caller(bus_name=":1.1", uid=None)).sees_all
    assert not Viewer.of(Caller(bus_name=":1.1", uid=4242)).sees_all
