"""The accounts are exact, whatever order the kernel's words come in."""

from ipaddress import ip_address

import pytest

from mpmanager.core.ledger import ENDED_KEPT, ENDED_KEPT_S, NOTHING, Ledger, Volume
from mpmanager.model.connection import (
    Application,
    ConnectionSample,
    Endpoint,
    FourTuple,
    ProcessKey,
    Snapshot,
    StreamEnd,
    SubflowEnd,
    SubflowSample,
    TcpState,
)
from mpmanager.model.names import AddressId, LinkName, Token

TOKEN = Token(7)
SERVER = Endpoint(ip_address("192.0.2.80"), 443)
WLAN, LTE = LinkName("wlan0"), LinkName("wwan0")
PATH_OF = {ip_address("10.0.1.2"): WLAN, ip_address("10.0.2.2"): LTE}


def flow(number=1, port=40000):
    return FourTuple(Endpoint(ip_address(f"10.0.{number}.2"), port), SERVER)


def subflow(where, tx=0, rx=0, token=TOKEN, retransmits=0):
    return SubflowSample(
        token,
        where,
        AddressId(0),
        AddressId(0),
        TcpState.ESTABLISHED,
        False,
        False,
        True,
        True,
        0,
        10.0,
        tx,
        rx,
        retransmits,
    )


def stream(tx=0, rx=0, written=None, token=TOKEN, where=None):
    return ConnectionSample(
        token,
        where or flow(),
        TcpState.ESTABLISHED,
        ProcessKey(1, 0, 1),
        False,
        tx,
        rx,
        tx if written is None else written,
    )


@pytest.fixture
def ledger():
    result = Ledger()
    result.set_paths(PATH_OF)
    return result


def opened(ledger, now=0.0):
    return ledger.open(TOKEN, flow(), is_server_side=False, now=now)


def test_a_connection_between_two_snapshots_is_counted_by_its_last_words(ledger):
    account = opened(ledger)
    ledger.open_subflow(account, flow(2))
    ledger.close(TOKEN, now=0.2)
    ledger.end_subflow(SubflowEnd(flow(1), 100, 5000, 0))
    ledger.end_subflow(SubflowEnd(flow(2), 0, 3000, 1))
    ledger.settle(TOKEN, now=1.0)
    (final,) = ledger.ended(now=1.0)
    assert final.carried() == {WLAN: Volume(100, 5000), LTE: Volume(0, 3000)}
    assert final.volume == Volume(100, 8000)


def test_the_stream_counts_each_byte_once(ledger):
    opened(ledger)
    ledger.take(Snapshot((stream(1000, 10),), (subflow(flow(1), 1000, 10), subflow(flow(2), 400, 0))), now=1.0)
    (account,) = ledger.living()
    assert account.volume == Volume(1000, 10)
    assert account.payload() == Volume(1400, 10)


def test_what_is_written_before_the_close_and_sent_after_it_counts(ledger):
    opened(ledger)
    ledger.close(TOKEN, now=1.0)
    ledger.look(TOKEN, stream(tx=300, rx=7, written=1000), [subflow(flow(1), 300, 7)])
    ledger.end_subflow(SubflowEnd(flow(1), 1000, 7, 0))
    ledger.settle(TOKEN, now=1.0)
    assert ledger.ended(now=1.0)[0].volume == Volume(1000, 7)


def test_an_aborted_connection_counts_what_was_sent_and_not_what_was_written(ledger):
    opened(ledger)
    ledger.close(TOKEN, now=1.0)
    ledger.look(TOKEN, stream(tx=300, rx=0, written=1000), [subflow(flow(1), 300, 0)])
    ledger.end_subflow(SubflowEnd(flow(1), 450, 0, 0))
    ledger.settle(TOKEN, now=1.0)
    assert ledger.ended(now=1.0)[0].volume == Volume(450, 0)


def test_what_came_over_a_subflow_that_outlives_its_connection_counts_as_far_as_it_was_seen(ledger):
    account = opened(ledger)
    ledger.open_subflow(account, flow(2))
    ledger.look(TOKEN, stream(tx=0, rx=3500), [subflow(flow(1), 0, 3000), subflow(flow(2), 0, 500)])
    ledger.close(TOKEN, now=1.0)
    ledger.end_subflow(SubflowEnd(flow(1), 0, 3000, 0, StreamEnd(0, 9000, 0)))
    ledger.look(TOKEN, None, [subflow(flow(2), 0, 6000)])
    ledger.settle(TOKEN, now=1.5)
    (final,) = ledger.ended(now=1.5)
    assert final.volume == Volume(0, 9000)
    assert final.carried() == {WLAN: Volume(0, 3000), LTE: Volume(0, 6000)}


def test_bytes_sent_again_elsewhere_do_not_count_twice_in_the_stream(ledger):
    account = opened(ledger)
    ledger.open_subflow(account, flow(2))
    ledger.close(TOKEN, now=1.0)
    ledger.look(TOKEN, stream(tx=1000, rx=0, written=1000), [subflow(flow(1), 1000), subflow(flow(2), 400)])
    ledger.end_subflow(SubflowEnd(flow(1), 1000, 0, 0))
    ledger.end_subflow(SubflowEnd(flow(2), 400, 0, 0))
    ledger.settle(TOKEN, now=1.0)
    final = ledger.ended(now=1.0)[0]
    assert final.volume == Volume(1000, 0)
    assert final.carried() == {WLAN: Volume(1000, 0), LTE: Volume(400, 0)}


def test_a_socket_that_was_reset_before_it_died_takes_nothing_back(ledger):
    opened(ledger)
    ledger.take(Snapshot((stream(10, 900),), (subflow(flow(1), 10, 900),)), now=1.0)
    ledger.end_subflow(SubflowEnd(flow(1), 0, 0, 0))
    assert next(iter(ledger.living())).carried() == {WLAN: Volume(10, 900)}


def test_last_words_may_come_after_a_snapshot_without_the_socket(ledger):
    opened(ledger)
    ledger.take(Snapshot((stream(),), (subflow(flow(1), 1, 1),)), now=1.0)
    ledger.take(Snapshot((stream(),), ()), now=2.0)
    ledger.end_subflow(SubflowEnd(flow(1), 50, 60, 0))
    assert next(iter(ledger.living())).carried() == {WLAN: Volume(50, 60)}


def test_a_socket_missed_twice_without_last_words_is_gone(ledger):
    opened(ledger)
    ledger.take(Snapshot((stream(),), (subflow(flow(1), 1, 1),)), now=1.0)
    for now in (2.0, 3.0):
        ledger.take(Snapshot((stream(),), ()), now=now)
    (account,) = ledger.living()
    assert list(account.living_subflows()) == []


def test_a_subflow_that_no_snapshot_ever_showed_is_gone(ledger):
    account = ledger.open(TOKEN, flow(), is_server_side=False, now=0.0)
    refused = ledger.open_subflow(account, flow(2))
    revisions = {account.revision}
    for second in (1.0, 2.0):
        ledger.take(Snapshot((stream(),), (subflow(flow()),)), now=second)
        assert refused.is_ended == (second == 2.0)
        revisions.add(account.revision)
    assert len(revisions) == 3, "what has changed is shown again"


def test_what_does_not_change_keeps_its_revision(ledger):
    snapshot = Snapshot((stream(tx=10),), (subflow(flow(), tx=10),))
    ledger.take(snapshot, now=1.0)
    account = ledger.connection(TOKEN)
    before = account.revision
    ledger.take(snapshot, now=2.0)
    assert account.revision == before
    ledger.take(Snapshot((stream(tx=20),), (subflow(flow(), tx=20),)), now=3.0)
    moving = account.revision
    assert moving != before
    ledger.take(Snapshot((stream(tx=20),), (subflow(flow(), tx=20),)), now=4.0)
    assert account.revision != moving, "its rates go back to zero"
    assert not account.subflows[flow()].is_moving


def test_ends_that_are_used_again_belong_to_the_later_connection(ledger):
    dead = ledger.open(TOKEN, flow(), is_server_side=False, now=0.0)
    ledger.open_subflow(dead, flow(2))
    living = ledger.open(Token(8), flow(port=40001), is_server_side=False, now=1.0)
    again = ledger.open_subflow(living, flow(2))
    assert flow(2) not in {each.flow for each in dead.living_subflows()}
    ledger.end_subflow(SubflowEnd(flow(2), 70, 7, 0))
    assert again.is_ended
    assert living.payload() == Volume(70, 7)
    assert dead.payload() == NOTHING


def test_a_subflow_between_the_ends_of_an_ended_one_is_shown_and_both_count(ledger):
    account = ledger.open(TOKEN, flow(), is_server_side=False, now=0.0)
    ledger.open_subflow(account, flow(2))
    ledger.end_subflow(SubflowEnd(flow(2), 100, 10, 0))
    ledger.open_subflow(account, flow(2))
    assert flow(2) in {each.flow for each in account.living_subflows()}
    ledger.end_subflow(SubflowEnd(flow(2), 1, 2, 0))
    assert account.payload() == Volume(101, 12)
    assert account.carried()[LTE] == Volume(101, 12)


def test_other_peoples_sockets_are_ignored(ledger):
    ledger.end_subflow(SubflowEnd(flow(9), 10, 10, 0))
    assert ledger.application_totals() == {}


def test_rates_are_bits_per_second_over_the_last_interval(ledger):
    ledger.take(Snapshot((stream(),), (subflow(flow(1), 0, 0),)), now=10.0)
    ledger.take(Snapshot((stream(),), (subflow(flow(1), 1000, 4000),)), now=12.0)
    (account,) = ledger.living()
    (only,) = account.living_subflows()
    assert (only.tx_bit_s, only.rx_bit_s) == (4000.0, 16000.0)


def test_a_connection_that_nobody_announced_is_found_in_the_snapshot(ledger):
    fresh = ledger.take(Snapshot((stream(),), (subflow(flow(1)),)), now=1.0)
    assert [each.token for each in fresh] == [TOKEN]
    assert ledger.take(Snapshot((stream(),), (subflow(flow(1)),)), now=2.0) == []


def test_a_connection_that_snapshots_no_longer_show_is_closing(ledger):
    opened(ledger)
    ledger.take(Snapshot((), ()), now=1.0)
    assert list(ledger.living()) == []
    assert [each.token for each in ledger.closing()] == [TOKEN]


def test_applications_keep_their_totals_after_the_end_of_a_connection(ledger):
    account = opened(ledger)
    account.application = Application(id="exe:/bin/x", name="x", pid=1, exe="/bin/x", cgroup=None)
    account.owner_uid = 0
    ledger.end_subflow(SubflowEnd(flow(1), 5, 6, 0))
    ledger.close(TOKEN, now=1.0)
    ledger.settle(TOKEN, now=1.0)
    second = ledger.open(Token(8), flow(1, port=40001), is_server_side=False, now=2.0)
    second.application = account.application
    ledger.take(Snapshot((stream(token=Token(8)),), (subflow(flow(1, 40001), 10, 20, Token(8)),)), now=3.0)
    totals = ledger.application_totals()["exe:/bin/x", 0]
    assert totals.carried == {WLAN: Volume(15, 26)}
    assert ledger.application_totals()["exe:/bin/x", 0].carried == totals.carried, "asking changes nothing"


def owned(sample, inode, uid):
    return sample._replace(owner=ProcessKey(inode, uid, 1))


@pytest.mark.parametrize(
    ("seen", "owner_uid"),
    [
        ([(1, 1000)], 1000),
        ([(1, 0)], 0),
        ([(0, 0)], None),  # not accepted yet, on an older kernel
        ([(0, 1000)], 1000),
        ([(0, 0), (1, 1000)], 1000),
        ([(1, 1000), (0, 0)], 1000),  # closed by its process, on an older kernel
    ],
)
def test_a_connection_belongs_to_whom_the_kernel_names_and_stays_his(ledger, seen, owner_uid):
    for inode, uid in seen:
        ledger.take(Snapshot((owned(stream(), inode, uid),), (subflow(flow(1)),)), now=1.0)
    assert [each.owner_uid for each in ledger.living()] == [owner_uid]


def test_two_users_of_one_program_have_totals_of_their_own(ledger):
    samples = (owned(stream(), 1, 1000), owned(stream(token=Token(8)), 2, 1001))
    subflows = (subflow(flow(1), 10, 0), subflow(flow(1, 40001), 200, 0, Token(8)))
    ledger.take(Snapshot(samples, subflows), now=1.0)
    totals = {uid: each.carried[WLAN].tx_bytes for (_id, uid), each in ledger.application_totals().items()}
    assert totals == {1000: 10, 1001: 200}


def test_a_subflow_keeps_its_path_when_the_address_goes(ledger):
    account = opened(ledger)
    ledger.set_paths({})
    ledger.end_subflow(SubflowEnd(flow(1), 5, 6, 0))
    assert account.carried() == {WLAN: Volume(5, 6)}


def test_ended_connections_are_forgotten_after_a_while_and_bounded_in_number(ledger):
    for number in range(ENDED_KEPT + 5):
        ledger.open(Token(number), flow(1, number + 1), is_server_side=False, now=0.0)
        ledger.close(Token(number), now=0.0)
        ledger.settle(Token(number), now=0.0)
    assert len(ledger.ended(now=1.0)) == ENDED_KEPT
    assert ledger.ended(now=ENDED_KEPT_S + 1.0) == []


def test_a_connection_that_lingers_is_shown_once_its_account_is_final(ledger):
    """Its program has closed it, and a silent path keeps what was sent last."""
    opened(ledger)
    ledger.close(TOKEN, now=0.0)
    ledger.settle(TOKEN, now=2 * ENDED_KEPT_S)
    assert [each.token for each in ledger.ended(now=2 * ENDED_KEPT_S + 1.0)] == [TOKEN]
    assert ledger.ended(now=3 * ENDED_KEPT_S + 1.0) == []


def test_last_words_with_the_stream_are_final_though_nobody_has_looked_since(ledger):
    """A program that breaks off: the kernel resets its first subflow, and the connection is gone at once."""
    account = opened(ledger)
    ledger.open_subflow(account, flow(2))
    ledger.take(Snapshot((stream(10, 900),), (subflow(flow(1), 10, 900), subflow(flow(2), 0, 0))), now=1.0)
    ledger.end_subflow(SubflowEnd(flow(2), 0, 3000, 0, StreamEnd(10, 7000, 10)))
    ledger.end_subflow(SubflowEnd(flow(1), 10, 5000, 0, StreamEnd(10, 7000, 10)))
    ledger.end_subflow(SubflowEnd(flow(1), 0, 0, 0))
    ledger.close(TOKEN, now=1.1)
    ledger.settle(TOKEN, now=1.0)
    final = ledger.ended(now=1.1)[0]
    assert final.volume == Volume(10, 7000), "not the 8000 of both subflows: some came twice"
    assert final.carried() == {WLAN: Volume(10, 5000), LTE: Volume(0, 3000)}


def test_a_stream_that_no_snapshot_has_shown_is_known_by_its_last_words(ledger):
    opened(ledger)
    ledger.close(TOKEN, now=0.1)
    ledger.end_subflow(SubflowEnd(flow(1), 120, 5000, 0, StreamEnd(100, 5000, 100)))
    ledger.settle(TOKEN, now=1.0)
    assert ledger.ended(now=0.1)[0].volume == Volume(100, 5000)


def test_a_subflow_that_ended_while_its_connection_was_looked_at_does_not_count_twice(ledger):
    opened(ledger)
    ledger.take(Snapshot((stream(1637, 15_583),), ()), now=1.0)
    ledger.close(TOKEN, now=1.0)
    ledger.end_subflow(SubflowEnd(flow(1), 1637, 15_583, 0))
    ledger.settle(TOKEN, now=1.0)
    assert ledger.ended(now=1.0)[0].volume == Volume(1637, 15_583)
