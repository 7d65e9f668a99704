"""Which subflows every connection gets, and when they are left."""

from collections import Counter
from dataclasses import replace
from errno import ECONNRESET, EHOSTUNREACH
from ipaddress import ip_address
from itertools import count, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpmanager.core.connection_state import MOST_SUBFLOWS, PROVEN_AFTER_S
from mpmanager.core.joining import (
    JOIN_TIMEOUT_S,
    MOST_TAKEN_PORTS,
    OTHERS_RETRY_S,
    RECOVERY_DOUBLES_S,
    RECOVERY_JOIN_TIMEOUT_S,
    RECOVERY_RETRIES,
    RECOVERY_SAME_S,
    RETRY_AFTER_S,
)
from mpmanager.core.probing import DROPPED_WITHIN_S, ID_SPARED_S, PROBE_ENDS_S, PROBES_AT_ONCE, WITHDRAWALS_APART_S
from mpmanager.core.subflow_events import (
    BackupFlagObserved,
    CommandRefused,
    ConnectionHeld,
    NormalPathsChosen,
    PathRecovered,
    PathsChanged,
    PathsChosen,
    ProbeWanted,
    Resynchronised,
    SubflowFailed,
    TimePassed,
)
from mpmanager.core.subflows import MOST_AT_ONCE, SubflowManager
from mpmanager.model.connection import (
    ConnectionSample,
    Endpoint,
    FourTuple,
    ProcessKey,
    Snapshot,
    SubflowSample,
    TcpState,
)
from mpmanager.model.names import AddressId, LinkName, Token
from mpmanager.model.path import InterfaceAddress, KindSource, Path, PathKind, PathState, Tier, WayOut
from mpmanager.model.pathmanager import (
    AddressAnnounced,
    AddressWithdrawn,
    AnnounceAddress,
    ConnectionClosed,
    ConnectionCreated,
    ConnectionEstablished,
    CreateSubflow,
    DestroySubflow,
    SetBackup,
    SubflowClosed,
    SubflowEstablished,
    WithdrawAddress,
)
from mpmanager.model.trust import Hold

TOKEN = Token(0x1234)
SERVER = Endpoint(ip_address("192.0.2.80"), 443)


def path(number, *, tier=Tier.ALWAYS, state=PathState.UP, kind=PathKind.WIFI, v4=True, v6=False, name=None):
    addresses = []
    if v4:
        addresses.append(InterfaceAddress(address=ip_address(f"10.0.{number}.2"), prefix_length=24))
    if v6:
        addresses.append(InterfaceAddress(address=ip_address(f"fd00:{number}::2"), prefix_length=64))
    usable = state.is_usable
    return Path(
        name=LinkName(name or f"net{number}"),
        index=number,
        kind=kind,
        kind_source=KindSource.FACTS,
        network=None,
        security=None,
        tier=tier,
        state=state,
        addresses=tuple(addresses) if usable else (),
        ways_out=tuple(WayOut(version=version, gateway=None) for version, has in ((4, v4), (6, v6)) if has and usable),
    )


def initial(number=1, remote=SERVER, port=40000):
    return FourTuple(Endpoint(ip_address(f"10.0.{number}.2"), port), remote)


LEFT = [WithdrawAddress(token=TOKEN, local_id=AddressId(0)), DestroySubflow(token=TOKEN, flow=initial())]
"""What closes the initial subflow."""


class Laptop:
    """A manager with a clock, paths and the answers of a well-behaved kernel."""

    def __init__(self, *paths):
        ports = count(50000)
        self.manager = SubflowManager(choose_port=lambda: next(ports))
        self.now = 100.0
        self.feed(PathsChanged(paths=paths))

    def feed(self, event):
        return list(self.manager.handle(event, now=self.now))

    def change(self, *paths):
        return self.feed(PathsChanged(paths=paths))

    def connect(self, flow=None, *, server=False, forbidden=False):
        flow = flow or initial()
        self.feed(ConnectionCreated(token=TOKEN, flow=flow, is_server_side=server))
        return self.feed(
            ConnectionEstablished(token=TOKEN, flow=flow, is_server_side=server, is_initial_address_forbidden=forbidden)
        )

    def accept(self, commands):
        """Answer every join in the commands; returns what follows."""
        return [
            follow
            for command in commands
            if isinstance(command, CreateSubflow)
            for follow in self.feed(established(command))
        ]

    def later(self, seconds):
        self.now += seconds
        return self.feed(TimePassed())


def established(command):
    return SubflowEstablished(
        token=command.token,
        flow=command.flow,
        local_id=command.local_id,
        remote_id=AddressId(0),
        is_backup_there=False,
    )


def closed(flow, error=0):
    return SubflowClosed(token=TOKEN, flow=flow, local_id=AddressId(1), remote_id=AddressId(0), error=error)


def sources(commands):
    return [str(each.local.address) for each in commands if isinstance(each, CreateSubflow)]


def test_a_connection_gets_one_subflow_on_every_other_path():
    commands = Laptop(path(1), path(2), path(3)).connect()
    assert sources(commands) == ["10.0.2.2", "10.0.3.2"]
    assert all(each.remote == SERVER for each in commands)
    assert [each.interface_index for each in commands] == [2, 3]
    assert len({each.local_id for each in commands}) == 2


def test_nothing_is_joined_before_the_connection_is_established():
    laptop = Laptop(path(1), path(2))
    assert laptop.feed(ConnectionCreated(token=TOKEN, flow=initial(), is_server_side=False)) == []


@pytest.mark.parametrize(
    ("tier", "is_made", "is_backup"),
    [
        (Tier.ALWAYS, True, False),
        (Tier.WHEN_NEEDED, True, True),
        (Tier.BACKUP, True, True),
        (Tier.NEVER, False, None),
    ],
)
def test_the_tier_says_whether_and_how_a_path_is_used(tier, is_made, is_backup):
    commands = Laptop(path(1), path(2, tier=tier)).connect()
    assert bool(commands) is is_made
    if is_made:
        assert commands[0].is_backup is is_backup


def test_normal_subflows_are_made_before_backups():
    commands = Laptop(path(1), path(2, tier=Tier.BACKUP), path(3)).connect()
    assert sources(commands) == ["10.0.3.2", "10.0.2.2"]


def test_an_initial_subflow_on_a_backup_path_is_marked():
    commands = Laptop(path(1, tier=Tier.BACKUP), path(2)).connect()
    assert SetBackup(token=TOKEN, flow=initial(), local_id=AddressId(0), is_backup=True) in commands


def test_a_changed_tier_is_set_on_living_subflows():
    laptop = Laptop(path(1), path(2))
    (join,) = laptop.connect()
    laptop.accept([join])
    assert laptop.change(path(1), path(2, tier=Tier.BACKUP)) == [
        SetBackup(token=TOKEN, flow=join.flow, local_id=join.local_id, is_backup=True)
    ]
    assert laptop.change(path(1), path(2, tier=Tier.BACKUP)) == []


def test_a_lost_path_is_withdrawn_first_and_then_destroyed():
    laptop = Laptop(path(1), path(2))
    (join,) = laptop.connect()
    laptop.accept([join])
    laptop.later(PROVEN_AFTER_S)
    assert laptop.change(path(1, state=PathState.NO_CARRIER), path(2)) == LEFT


def test_nothing_is_left_for_a_subflow_that_the_peer_may_still_refuse():
    laptop = Laptop(path(1), path(2))
    laptop.accept(laptop.connect())
    assert laptop.change(path(1, state=PathState.NO_CARRIER), path(2)) == []
    assert laptop.later(PROVEN_AFTER_S - 0.1) == []
    (join,) = (each.flow for each in laptop.manager.standing(TOKEN))
    assert laptop.feed(closed(join, error=ECONNRESET)) == []
    (again,) = laptop.later(RETRY_AFTER_S[0])
    assert laptop.accept([again]) == []
    assert laptop.later(PROVEN_AFTER_S) == LEFT


def test_the_last_subflow_is_never_destroyed():
    laptop = Laptop(path(1))
    laptop.connect()
    assert laptop.change(path(1, state=PathState.NO_CARRIER)) == []


def test_a_path_forbidden_for_the_initial_subflow_is_left_once_another_one_stands():
    laptop = Laptop(path(1, tier=Tier.NEVER), path(2))
    commands = laptop.connect()
    assert sources(commands) == ["10.0.2.2"]
    assert laptop.accept(commands) == []
    assert laptop.later(PROVEN_AFTER_S) == LEFT


def test_a_path_that_comes_back_gets_a_subflow_with_a_new_id():
    laptop = Laptop(path(1), path(2))
    first = laptop.connect()
    laptop.accept(first)
    laptop.change(path(1), path(2, state=PathState.NO_CARRIER))
    (again,) = laptop.change(path(1), path(2))
    assert again.local.address == first[0].local.address
    assert again.local_id != first[0].local_id
    assert again.local.port != first[0].local.port


def test_an_unanswered_join_is_given_up_and_tried_again_with_longer_waits():
    laptop = Laptop(path(1), path(2))
    (join,) = laptop.connect()
    for wait_s in RETRY_AFTER_S:
        assert laptop.later(JOIN_TIMEOUT_S) == [DestroySubflow(token=TOKEN, flow=join.flow)]
        assert laptop.later(wait_s - 0.1) == []
        (join,) = laptop.later(0.2)
    assert laptop.later(JOIN_TIMEOUT_S) == [DestroySubflow(token=TOKEN, flow=join.flow)]
    assert sources(laptop.later(RETRY_AFTER_S[-1] + 0.1)) == ["10.0.2.2"], "silence may end"
    laptop.later(JOIN_TIMEOUT_S)
    assert sources(laptop.change(path(1), path(2, v6=True))) == ["10.0.2.2"], "a changed path gives fresh hope"


def crowd(laptop, count):
    """That many connections over the first path; returns their tokens."""
    tokens = [Token(number) for number in range(1, count + 1)]
    for token in tokens:
        flow = initial(port=10_000 + token)
        for kind, more in ((ConnectionCreated, {}), (ConnectionEstablished, {"is_initial_address_forbidden": False})):
            laptop.feed(kind(token=token, flow=flow, is_server_side=False, **more))
    return tokens


def in_turns(laptop):
    """What is done each time that something is due now, until nothing is."""
    turns = []
    while laptop.manager.deadline is not None and laptop.manager.deadline <= laptop.now:
        turns.append(laptop.later(0))
    return turns


def test_of_a_crowd_that_is_due_only_some_are_served_at_once_and_the_first_ones_first():
    laptop = Laptop(path(1), path(2))
    tokens = crowd(laptop, 3 * MOST_AT_ONCE)
    laptop.now += JOIN_TIMEOUT_S
    served = [[each.token for each in turn] for turn in in_turns(laptop)]
    assert served == [tokens[:MOST_AT_ONCE], tokens[MOST_AT_ONCE : 2 * MOST_AT_ONCE], tokens[2 * MOST_AT_ONCE :]]


def test_a_lost_path_is_left_by_all_at_once_and_one_that_comes_is_joined_by_some_after_the_others():
    laptop = Laptop(path(1), path(2))
    crowd(laptop, 3 * MOST_AT_ONCE)
    left = laptop.change(path(1), path(2, state=PathState.NO_CARRIER))
    assert sum(isinstance(each, DestroySubflow) for each in left) == 3 * MOST_AT_ONCE
    in_turns(laptop)
    turns = [laptop.change(path(1), path(2)), *in_turns(laptop)]
    assert [len(sources(each)) for each in turns] == [MOST_AT_ONCE] * 3
    assert len({each.token for turn in turns for each in turn}) == 3 * MOST_AT_ONCE


def test_a_refused_join_is_tried_again_later():
    laptop = Laptop(path(1), path(2))
    (join,) = laptop.connect()
    assert laptop.feed(CommandRefused(command=join)) == []
    (again,) = laptop.later(RETRY_AFTER_S[0])
    assert again.local.port != join.local.port


def test_a_taken_port_is_replaced_at_once_but_not_without_end():
    laptop = Laptop(path(1), path(2))
    (join,) = laptop.connect()
    ports = {join.local.port}
    for _attempt in range(MOST_TAKEN_PORTS):
        (join,) = laptop.feed(CommandRefused(command=join, is_port_taken=True))
        ports.add(join.local.port)
    assert len(ports) == MOST_TAKEN_PORTS + 1
    assert laptop.feed(CommandRefused(command=join, is_port_taken=True)) == []
    assert sources(laptop.later(RETRY_AFTER_S[0])) == ["10.0.2.2"]


def test_a_peer_that_resets_every_join_is_not_asked_forever():
    laptop = Laptop(path(1), path(2))
    joins = laptop.connect()
    asked = 0
    while joins and asked < 50:
        asked += 1
        laptop.accept(joins)
        laptop.feed(closed(joins[0].flow, error=104))
        joins = laptop.later(60)
    assert asked == len(RETRY_AFTER_S) + 1


def test_a_subflow_that_lived_long_is_remade_soon():
    laptop = Laptop(path(1), path(2))
    joins = laptop.connect()
    for _round in range(20):
        laptop.accept(joins)
        laptop.now += 3600
        laptop.feed(closed(joins[0].flow))
        joins = laptop.later(RETRY_AFTER_S[0])
        assert sources(joins) == ["10.0.2.2"]


def test_a_load_balanced_address_is_not_joined_but_the_announced_one_is():
    laptop = Laptop(path(1), path(2))
    assert laptop.connect(forbidden=True) == []
    own = Endpoint(ip_address("192.0.2.81"), 0)
    commands = laptop.feed(AddressAnnounced(token=TOKEN, remote_id=AddressId(4), remote=own))
    assert [(str(each.local.address), str(each.remote)) for each in commands] == [("10.0.2.2", "192.0.2.81:443")]


def test_another_address_of_the_peer_gets_one_subflow_from_the_best_path():
    laptop = Laptop(path(1), path(2))
    laptop.accept(laptop.connect())
    other = Endpoint(ip_address("192.0.2.99"), 8443)
    (join,) = laptop.feed(AddressAnnounced(token=TOKEN, remote_id=AddressId(2), remote=other))
    assert (str(join.local.address), join.remote) == ("10.0.1.2", other)
    assert laptop.feed(AddressWithdrawn(token=TOKEN, remote_id=AddressId(2))) == []


def test_an_ipv4_connection_gets_no_ipv6_subflow():
    laptop = Laptop(path(1), path(2, v4=False, v6=True))
    assert laptop.connect() == []
    six = Endpoint(ip_address("2001:db8::1"), 443)
    assert laptop.feed(AddressAnnounced(token=TOKEN, remote_id=AddressId(2), remote=six)) == []


def test_an_ipv6_connection_uses_ipv6_paths():
    laptop = Laptop(path(1, v6=True), path(2, v4=False, v6=True))
    flow = FourTuple(Endpoint(ip_address("fd00:1::2"), 40000), Endpoint(ip_address("2001:db8::1"), 443))
    assert sources(laptop.connect(flow)) == ["fd00:2::2"]


def test_a_connection_that_began_in_a_tunnel_stays_in_it():
    laptop = Laptop(path(1, kind=PathKind.VPN), path(2))
    assert laptop.connect() == []


def test_a_connection_outside_the_tunnel_does_not_enter_it():
    laptop = Laptop(path(1), path(2, kind=PathKind.VPN))
    assert laptop.connect() == []


def test_a_connection_within_this_machine_is_left_alone():
    laptop = Laptop(path(1), path(2))
    loopback = Endpoint(ip_address("127.0.0.1"), 80)
    assert laptop.connect(FourTuple(Endpoint(ip_address("127.0.0.1"), 40000), loopback)) == []


def test_no_connection_gets_more_than_the_most_subflows():
    laptop = Laptop(*(path(number) for number in range(1, 15)))
    assert len(laptop.connect()) == MOST_SUBFLOWS - 1


def test_a_server_announces_its_other_addresses_and_never_joins():
    laptop = Laptop(path(1), path(2), path(3, tier=Tier.NEVER))
    (offer,) = laptop.connect(server=True)
    assert offer == AnnounceAddress(
        token=TOKEN, local=ip_address("10.0.2.2"), local_id=offer.local_id, interface_index=2
    )
    assert laptop.change(path(1), path(2, state=PathState.DOWN)) == [
        WithdrawAddress(token=TOKEN, local_id=offer.local_id)
    ]


def test_a_server_applies_its_tiers_to_joins_of_the_client():
    laptop = Laptop(path(1), path(2, tier=Tier.BACKUP))
    laptop.connect(server=True)
    flow = FourTuple(Endpoint(ip_address("10.0.2.2"), 443), Endpoint(ip_address("203.0.113.5"), 50001))
    commands = laptop.feed(
        SubflowEstablished(token=TOKEN, flow=flow, local_id=AddressId(1), remote_id=AddressId(7), is_backup_there=False)
    )
    assert commands == [SetBackup(token=TOKEN, flow=flow, local_id=AddressId(1), is_backup=True)]


def test_a_kernel_that_ignores_the_backup_flag_is_told_again():
    laptop = Laptop(path(1), path(2, tier=Tier.BACKUP))
    (join,) = laptop.connect()
    laptop.accept([join])
    assert laptop.feed(BackupFlagObserved(token=TOKEN, flow=join.flow, is_backup=False)) == [
        SetBackup(token=TOKEN, flow=join.flow, local_id=join.local_id, is_backup=True)
    ]


def test_a_closed_connection_is_forgotten():
    laptop = Laptop(path(1))
    laptop.connect()
    laptop.feed(ConnectionClosed(token=TOKEN))
    assert laptop.change(path(1), path(2)) == []


def sample(
    flow, *, local_id=0, state=TcpState.ESTABLISHED, is_backup=False, is_begun_here=True, is_fully_established=True
):
    return SubflowSample(
        token=TOKEN,
        flow=flow,
        local_id=AddressId(local_id),
        remote_id=AddressId(0),
        state=state,
        is_backup_here=is_backup,
        is_backup_there=False,
        is_begun_here=is_begun_here,
        is_fully_established=is_fully_established,
        interface_index=0,
        rtt_ms=10.0,
        tx_bytes=0,
        rx_bytes=0,
        retransmits=0,
    )


def connection_sample(flow, *, state=TcpState.ESTABLISHED):
    return ConnectionSample(TOKEN, flow, state, ProcessKey(1, 0, 1), False, 0, 0, 0)


def found_while_it_opens():
    """What a look says of a connection whose first SYN has not been answered yet."""
    found = sample(initial(), state=TcpState.SYN_SENT, is_fully_established=False)
    return Resynchronised(snapshot=Snapshot((connection_sample(initial(), state=TcpState.SYN_SENT),), (found,)))


def test_a_connection_that_is_still_being_opened_at_the_start_is_left_in_peace():
    laptop = Laptop(path(1), path(2))
    assert laptop.feed(found_while_it_opens()) == []
    assert sources(laptop.connect()) == ["10.0.2.2"]
    assert [flow.flow for flow in laptop.manager.standing(TOKEN)] == [initial()]


def test_what_a_connection_may_use_that_is_still_being_opened_is_not_forgotten_over_a_look():
    laptop = Laptop(path(1), path(2))
    laptop.feed(PathsChosen(token=TOKEN, tiers=(), is_multipath=False))
    laptop.feed(found_while_it_opens())
    assert laptop.connect() == []


def test_a_look_that_is_late_takes_no_connection_back_that_has_been_told():
    laptop = Laptop(path(1), path(2))
    laptop.feed(ConnectionCreated(token=TOKEN, flow=initial(), is_server_side=False))
    opening = connection_sample(initial(), state=TcpState.SYN_SENT)  # the subflow is first, its connection follows
    laptop.feed(Resynchronised(snapshot=Snapshot((opening,), (sample(initial()),))))
    assert [flow.flow for flow in laptop.manager.standing(TOKEN)] == [initial()]


def test_connections_found_at_the_start_are_completed_and_not_doubled():
    laptop = Laptop(path(1), path(2), path(3))
    joined = FourTuple(Endpoint(ip_address("10.0.2.2"), 50001), SERVER)
    snapshot = Snapshot((connection_sample(initial()),), (sample(initial()), sample(joined, local_id=3)))
    commands = laptop.feed(Resynchronised(snapshot=snapshot))
    assert sources(commands) == ["10.0.3.2"]
    assert commands[0].local_id not in {0, 3}


def test_an_accepted_connection_found_at_the_start_is_not_joined():
    laptop = Laptop(path(1), path(2))
    flow = FourTuple(Endpoint(ip_address("10.0.1.2"), 443), Endpoint(ip_address("203.0.113.5"), 50001))
    snapshot = Snapshot((connection_sample(flow),), (sample(flow, is_begun_here=False),))
    commands = laptop.feed(Resynchronised(snapshot=snapshot))
    assert [type(each) for each in commands] == [AnnounceAddress]


def test_a_lost_establishment_is_made_up_for_by_the_next_look():
    laptop = Laptop(path(1), path(2))
    assert laptop.feed(ConnectionCreated(token=TOKEN, flow=initial(), is_server_side=False)) == []
    early = Snapshot((connection_sample(initial()),), (sample(initial(), is_fully_established=False),))
    assert laptop.feed(Resynchronised(snapshot=early)) == [], "the peer has not confirmed yet"
    later = Snapshot((connection_sample(initial()),), (sample(initial()),))
    assert sources(laptop.feed(Resynchronised(snapshot=later))) == ["10.0.2.2"]


def test_refusals_before_the_establishment_count_for_nothing():
    laptop = Laptop(path(1), path(2))
    snapshot = Snapshot((connection_sample(initial()),), (sample(initial()),))
    joins = laptop.feed(Resynchronised(snapshot=snapshot))
    while joins:
        laptop.feed(CommandRefused(command=joins[0]))
        joins = laptop.later(RETRY_AFTER_S[-1])
    assert sources(laptop.connect()) == ["10.0.2.2"]


def test_a_withdrawn_initial_address_is_not_joined():
    laptop = Laptop(path(1), path(2))
    joins = laptop.connect()
    laptop.accept(joins)
    laptop.feed(AddressWithdrawn(token=TOKEN, remote_id=AddressId(0)))
    laptop.feed(closed(joins[0].flow))
    assert laptop.later(RETRY_AFTER_S[0]) == []
    elsewhere = Endpoint(ip_address("198.51.100.1"), 0)
    commands = laptop.feed(AddressAnnounced(token=TOKEN, remote_id=AddressId(1), remote=elsewhere))
    assert {each.remote.address for each in commands} == {elsewhere.address}


def test_a_neighbour_is_joined_over_its_own_network_only():
    laptop = Laptop(path(1), path(2))
    neighbour = FourTuple(Endpoint(ip_address("10.0.1.2"), 40000), Endpoint(ip_address("10.0.1.77"), 443))
    laptop.feed(ConnectionCreated(token=TOKEN, flow=neighbour, is_server_side=False))
    event = ConnectionEstablished(token=TOKEN, flow=neighbour, is_server_side=False, is_initial_address_forbidden=False)
    assert laptop.feed(event) == []


def test_a_subflow_from_an_address_of_no_path_stays_while_the_address_does():
    laptop = Laptop(path(1), path(2))
    service = FourTuple(Endpoint(ip_address("192.0.2.55"), 443), Endpoint(ip_address("203.0.113.5"), 50001))
    joined = FourTuple(Endpoint(ip_address("10.0.1.2"), 443), Endpoint(ip_address("203.0.113.5"), 50002))
    samples = (sample(service, is_begun_here=False), sample(joined, local_id=2, is_begun_here=False))
    known = PathsChanged(paths=(path(1), path(2)), other_addresses=frozenset({service.local.address}))
    laptop.feed(known)
    commands = laptop.feed(Resynchronised(snapshot=Snapshot((connection_sample(service),), samples)))
    assert DestroySubflow(token=TOKEN, flow=service) not in commands
    assert DestroySubflow(token=TOKEN, flow=service) in laptop.feed(PathsChanged(paths=(path(1), path(2))))


def test_a_deprecated_address_keeps_its_subflows_and_gets_no_new_ones():
    old = replace(path(2, v6=True).addresses[0], is_deprecated=True)
    laptop = Laptop(path(1), path(2))
    laptop.accept(laptop.connect())
    assert laptop.change(path(1), replace(path(2), addresses=(old,))) == []
    fresh = Laptop(path(1), replace(path(2), addresses=(old,)))
    assert fresh.connect() == []


def test_a_join_whose_id_is_unknown_takes_the_initial_subflow_with_it_never():
    laptop = Laptop(path(1), path(2))
    joined = FourTuple(Endpoint(ip_address("10.0.2.2"), 50001), SERVER)
    snapshot = Snapshot((connection_sample(initial()),), (sample(initial()), sample(joined, local_id=0)))
    laptop.feed(Resynchronised(snapshot=snapshot))
    assert laptop.change(path(1)) == [DestroySubflow(token=TOKEN, flow=joined)]


def test_a_server_closes_what_a_peer_joins_beyond_what_the_kernel_can_count():
    laptop = Laptop(path(1))
    served = FourTuple(Endpoint(ip_address("10.0.1.2"), 443), Endpoint(ip_address("203.0.113.5"), 50000))
    joins = [FourTuple(served.local, Endpoint(served.remote.address, 50000 + number)) for number in range(1, 10)]
    samples = [sample(each, local_id=number, is_begun_here=False) for number, each in enumerate((served, *joins))]
    commands = laptop.feed(Resynchronised(snapshot=Snapshot((connection_sample(served),), tuple(samples))))
    assert commands == [DestroySubflow(token=TOKEN, flow=each) for each in joins[MOST_SUBFLOWS - 1 :]]


def test_a_server_withdraws_nothing_that_the_last_subflows_need_and_offers_its_first_address_again():
    laptop = Laptop(path(1), path(2))
    served = FourTuple(Endpoint(ip_address("10.0.1.2"), 443), Endpoint(ip_address("203.0.113.5"), 50000))
    joined = FourTuple(Endpoint(ip_address("10.0.2.2"), 443), Endpoint(ip_address("203.0.113.5"), 50001))
    snapshot = Snapshot((connection_sample(served),), (sample(served, is_begun_here=False),))
    (offer,) = laptop.feed(Resynchronised(snapshot=snapshot))
    event = {"token": TOKEN, "remote_id": AddressId(0), "is_backup_there": False}
    laptop.feed(SubflowEstablished(flow=joined, local_id=offer.local_id, **event))
    assert laptop.change(path(1, tier=Tier.NEVER), path(2)) == [
        WithdrawAddress(token=TOKEN, local_id=AddressId(0)),
        DestroySubflow(token=TOKEN, flow=served),
    ]
    assert laptop.change(path(1, tier=Tier.NEVER), path(2, tier=Tier.NEVER)) == [], "the last one stays"
    (again,) = laptop.change(path(1), path(2, tier=Tier.NEVER))
    assert isinstance(again, AnnounceAddress)
    assert again.local == served.local.address
    assert again.local_id not in {0, offer.local_id}
    commands = laptop.feed(SubflowEstablished(flow=served, local_id=again.local_id, **event))
    assert DestroySubflow(token=TOKEN, flow=joined) in commands
    assert WithdrawAddress(token=TOKEN, local_id=offer.local_id) in commands


def test_a_subflow_bound_to_an_interface_that_was_made_anew_serves_its_path_no_more():
    laptop = Laptop(path(1), path(2))
    (join,) = laptop.connect()
    event = established(join)
    laptop.feed(replace(event, interface_index=2))
    anew = replace(path(2), index=12)
    commands = laptop.change(path(1), anew)
    assert DestroySubflow(token=TOKEN, flow=join.flow) in commands
    (fresh,) = (each for each in commands if isinstance(each, CreateSubflow))
    assert (fresh.interface_index, fresh.local.address) == (12, join.local.address)


def test_a_path_made_anew_is_joined_although_nothing_else_is_left():
    laptop = Laptop(path(2))
    bound = FourTuple(Endpoint(ip_address("10.0.2.2"), 50001), SERVER)
    found = sample(bound, local_id=3)._replace(interface_index=2)
    laptop.feed(Resynchronised(snapshot=Snapshot((connection_sample(initial()),), (found,))))
    commands = laptop.change(replace(path(2), index=12))
    assert sources(commands) == ["10.0.2.2"]
    assert not [each for each in commands if isinstance(each, DestroySubflow)]


def test_an_offer_that_the_kernel_refuses_is_tried_with_other_ids_but_not_for_ever():
    laptop = Laptop(path(1), path(2))
    served = FourTuple(Endpoint(ip_address("10.0.1.2"), 443), Endpoint(ip_address("203.0.113.5"), 50000))
    snapshot = Snapshot((connection_sample(served),), (sample(served, is_begun_here=False),))
    offers = laptop.feed(Resynchronised(snapshot=snapshot))
    ids = []
    while offers and len(ids) < 50:
        ids.append(offers[0].local_id)
        offers = laptop.feed(CommandRefused(command=offers[0]))
    assert len(ids) == len(set(ids)) == MOST_SUBFLOWS - 1


def test_a_join_found_unanswered_at_the_start_is_given_up():
    laptop = Laptop(path(1), path(2))
    pending = FourTuple(Endpoint(ip_address("10.0.2.2"), 50001), SERVER)
    snapshot = Snapshot((connection_sample(initial()),), (sample(initial()), sample(pending, state=TcpState.SYN_SENT)))
    commands = laptop.feed(Resynchronised(snapshot=snapshot))
    assert commands[0] == DestroySubflow(token=TOKEN, flow=pending)


def test_a_join_under_way_while_events_are_lost_has_its_time():
    laptop = Laptop(path(1), path(2))
    (join,) = laptop.connect()
    pending = sample(join.flow, local_id=join.local_id, state=TcpState.SYN_SENT)
    found = Resynchronised(snapshot=Snapshot((connection_sample(initial()),), (sample(initial()), pending)))
    laptop.now += JOIN_TIMEOUT_S / 2
    assert laptop.feed(found) == []
    assert laptop.later(JOIN_TIMEOUT_S / 4) == []
    assert laptop.later(JOIN_TIMEOUT_S / 4) == [DestroySubflow(token=TOKEN, flow=join.flow)]


ELSEWHERE = Endpoint(ip_address("198.51.100.1"), 443)


def with_another_address(laptop):
    """A connection over one path to a peer that has announced another address; what a look says of it."""
    laptop.connect()
    (join,) = laptop.feed(AddressAnnounced(token=TOKEN, remote_id=AddressId(1), remote=ELSEWHERE))
    laptop.accept([join])
    joined = sample(join.flow, local_id=join.local_id)._replace(remote_id=AddressId(1))
    return Resynchronised(snapshot=Snapshot((connection_sample(initial()),), (sample(initial()), joined)))


def remotes(commands):
    return {each.remote for each in commands if isinstance(each, CreateSubflow)}


def test_a_peer_that_is_joined_at_another_address_is_not_taken_for_one_that_forbids_its_first():
    laptop = Laptop(path(1))
    laptop.feed(with_another_address(laptop))
    assert remotes(laptop.change(path(1), path(2))) == {SERVER}


@pytest.mark.parametrize("remembers", [True, False])
def test_neither_is_it_by_the_daemon_after_a_crash(remembers):
    before = Laptop(path(1))
    found = with_another_address(before)
    after = Laptop(path(1))
    after.manager.recall(before.manager.memories() if remembers else ())
    after.feed(found)
    assert remotes(after.change(path(1), path(2))) == {SERVER}


def test_nothing_is_remembered_of_a_server_whose_client_has_several_addresses():
    laptop = Laptop(path(1))
    served = FourTuple(Endpoint(ip_address("10.0.1.2"), 443), Endpoint(ip_address("203.0.113.5"), 50000))
    joined = FourTuple(served.local, Endpoint(ip_address("198.51.100.5"), 50001))
    samples = (sample(served, is_begun_here=False), sample(joined, local_id=0, is_begun_here=False))
    laptop.feed(Resynchronised(snapshot=Snapshot((connection_sample(served),), samples)))
    assert laptop.manager.memories() == ()


def test_a_server_that_has_offered_its_first_address_again_does_not_withdraw_it_after_a_crash():
    laptop = Laptop(path(1), path(2))
    served = FourTuple(Endpoint(ip_address("10.0.1.2"), 443), Endpoint(ip_address("203.0.113.5"), 50000))
    joined, again = (
        FourTuple(Endpoint(ip_address(f"10.0.{number}.2"), 443), Endpoint(served.remote.address, port))
        for number, port in ((2, 50001), (1, 50002))
    )
    event = {"token": TOKEN, "remote_id": AddressId(0), "is_backup_there": False}
    (offer,) = laptop.connect(served, server=True)
    laptop.feed(SubflowEstablished(flow=joined, local_id=offer.local_id, **event))
    laptop.change(path(1, state=PathState.NO_CARRIER), path(2))
    (anew,) = laptop.change(path(1), path(2))
    laptop.feed(SubflowEstablished(flow=again, local_id=anew.local_id, **event))
    after = Laptop(path(1), path(2))
    after.manager.recall(laptop.manager.memories())
    samples = (
        sample(joined, local_id=offer.local_id, is_begun_here=False),
        sample(again, local_id=anew.local_id, is_begun_here=False),
    )
    assert after.feed(Resynchronised(snapshot=Snapshot((connection_sample(served),), samples))) == []


def found_bare(flow):
    """What a look says of a connection that has lost all its subflows."""
    return Resynchronised(snapshot=Snapshot((connection_sample(flow),), ()))


def test_a_connection_that_is_found_without_subflows_is_joined_again_within_its_terms():
    laptop = Laptop(path(1), path(2))
    laptop.feed(PathsChosen(token=TOKEN, tiers=(), is_multipath=False))
    joins = laptop.feed(found_bare(initial()))
    assert sources(joins) == ["10.0.1.2"]
    laptop.accept(joins)
    assert [each.flow for each in laptop.manager.standing(TOKEN)] == [joins[0].flow]


def test_a_server_that_is_found_without_subflows_leaves_joins_to_its_client():
    laptop = Laptop(path(1), path(2))
    served = FourTuple(Endpoint(ip_address("10.0.1.2"), 443), Endpoint(ip_address("203.0.113.5"), 50000))
    laptop.connect(served, server=True)
    after = Laptop(path(1), path(2))
    after.manager.recall(laptop.manager.memories())
    assert after.feed(found_bare(served)) == []


def test_a_server_of_which_nothing_is_remembered_is_known_by_its_clients_next_join():
    laptop = Laptop(path(1))
    served = FourTuple(Endpoint(ip_address("10.0.1.2"), 443), Endpoint(ip_address("203.0.113.5"), 50000))
    for join in laptop.feed(found_bare(served)):
        laptop.feed(closed(join.flow, ECONNRESET))
    joined = FourTuple(served.local, Endpoint(served.remote.address, 50001))
    event = SubflowEstablished(
        token=TOKEN, flow=joined, local_id=AddressId(0), remote_id=AddressId(1), is_backup_there=False
    )
    assert laptop.feed(event) == []
    assert [type(each) for each in laptop.change(path(1), path(2))] == [AnnounceAddress]


def test_probes_that_a_killed_daemon_has_left_become_no_second_subflows():
    laptop = Laptop(path(1), path(2, tier=Tier.BACKUP))
    flows = [FourTuple(Endpoint(ip_address(f"10.0.{number}.2"), 50000 + number), SERVER) for number in (1, 2)]
    probes = [FourTuple(Endpoint(each.local.address, each.local.port + 100), SERVER) for each in flows]
    backup = sample(flows[1], local_id=2)._replace(is_backup_here=True)
    left = [sample(each, local_id=5 + number)._replace(is_backup_here=True) for number, each in enumerate(probes)]
    found = (*left, sample(initial()), backup)
    commands = laptop.feed(Resynchronised(snapshot=Snapshot((connection_sample(initial()),), found)))
    commands += laptop.later(WITHDRAWALS_APART_S)
    assert commands == [WithdrawAddress(token=TOKEN, local_id=AddressId(each.local_id)) for each in left]
    assert {each.flow for each in laptop.manager.standing(TOKEN)} == {initial(), flows[1]}
    assert laptop.later(DROPPED_WITHIN_S) == [DestroySubflow(token=TOKEN, flow=each) for each in probes]


_PATHS = st.lists(
    st.builds(path, st.integers(1, 6), tier=st.sampled_from(Tier), state=st.sampled_from(PathState)),
    max_size=6,
    unique_by=lambda each: each.index,
)


class Kernel:
    """Carries commands out and checks after each that the rules hold."""

    def __init__(self):
        self.living = {initial()}
        self.pending = {}

    def carry_out(self, commands):
        for command in commands:
            if isinstance(command, CreateSubflow):
                assert command.local.address not in {flow.local.address for flow in self.living}
                self.pending[command.flow] = command
            elif isinstance(command, DestroySubflow):
                self.living.discard(command.flow)
                self.pending.pop(command.flow, None)
                assert self.living, "the last subflow was destroyed"
        assert len(self.living) + len(self.pending) <= MOST_SUBFLOWS

    def answer(self, step, laptop):
        """Accept or refuse the latest join, or close a subflow that is not the last."""
        if step == "accept" and self.pending:
            flow, command = self.pending.popitem()
            self.living.add(flow)
            self.carry_out(laptop.feed(established(command)))
        elif step == "refuse" and self.pending:
            _flow, command = self.pending.popitem()
            self.carry_out(laptop.feed(CommandRefused(command=command)))
        elif step == "close" and len(self.living) > 1:
            flow = min(self.living, key=str)
            self.living.discard(flow)
            self.carry_out(laptop.feed(closed(flow)))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(_PATHS, st.sampled_from(["accept", "refuse", "close"]), st.floats(0.0, 40.0)), max_size=25))
def test_whatever_happens_the_last_subflow_survives_and_the_number_is_bounded(script):
    laptop, kernel = Laptop(path(1), path(2)), Kernel()
    kernel.carry_out(laptop.connect())
    for step in script:
        if isinstance(step, list):
            kernel.carry_out(laptop.change(*step))
        elif isinstance(step, float):
            kernel.carry_out(laptop.later(step))
        else:
            kernel.answer(step, laptop)


# What is decided elsewhere about late data.


OTHER = Token(0x5678)


def backed_up(*others):
    """A connection over Wi-Fi whose second path stands by; the laptop and the subflow there."""
    laptop = Laptop(path(1), path(2, tier=Tier.WHEN_NEEDED), *others)
    joins = laptop.connect()
    laptop.accept(joins)
    laptop.later(PROVEN_AFTER_S)
    return laptop, joins[0]


def flag(flow, local_id, *, is_backup):
    return SetBackup(token=TOKEN, flow=flow, local_id=AddressId(local_id), is_backup=is_backup)


def left(flow=None, *, token=TOKEN, rtt_s=0.03):
    return SubflowFailed(token=token, flow=flow or initial(), rtt_s=rtt_s)


def chosen(*numbers):
    return NormalPathsChosen(token=TOKEN, paths=frozenset(LinkName(f"net{number}") for number in numbers))


def test_chosen_paths_become_normal_and_the_others_backups_flags_are_cleared_first():
    laptop, backup = backed_up()
    assert laptop.feed(chosen(2)) == [
        flag(backup.flow, backup.local_id, is_backup=False),
        flag(initial(), 0, is_backup=True),
    ]
    assert laptop.feed(chosen(2)) == []
    assert laptop.feed(chosen(1, 2)) == [flag(initial(), 0, is_backup=False)]


def test_without_a_choice_the_tiers_hold_again():
    laptop, backup = backed_up()
    laptop.feed(chosen(2))
    assert laptop.feed(NormalPathsChosen(token=TOKEN, paths=None)) == [
        flag(initial(), 0, is_backup=False),
        flag(backup.flow, backup.local_id, is_backup=True),
    ]


def test_a_choice_holds_for_later_joins_too():
    laptop = Laptop(path(1), path(2, tier=Tier.WHEN_NEEDED))
    laptop.connect()
    laptop.feed(chosen(2))
    (join,) = (each for each in laptop.change(path(1), path(3)) if isinstance(each, CreateSubflow))
    assert join.is_backup


def test_a_failed_subflow_is_withdrawn_before_it_is_destroyed():
    laptop, _backup = backed_up()
    assert laptop.feed(left()) == [
        WithdrawAddress(token=TOKEN, local_id=AddressId(0)),
        DestroySubflow(token=TOKEN, flow=initial()),
    ]


def test_a_subflow_that_is_gone_already_cannot_fail():
    laptop, backup = backed_up()
    laptop.feed(closed(backup.flow))
    assert not [each for each in laptop.feed(left(backup.flow)) if isinstance(each, DestroySubflow | WithdrawAddress)]


def test_a_failed_path_is_tried_soon_often_and_never_given_up():
    laptop, _backup = backed_up()
    laptop.feed(left())
    began, tries, ids, ports = laptop.now, [], set(), set()
    while laptop.now < began + 300:
        laptop.now = max(laptop.now, laptop.manager.deadline)
        for each in laptop.feed(TimePassed()):
            if isinstance(each, CreateSubflow):
                assert each.is_backup is False
                tries.append(laptop.now - began)
                ids.add(each.local_id)
                ports.add(each.local.port)
    patience_s = 2 * 0.03 + RECOVERY_JOIN_TIMEOUT_S
    assert tries[0] == pytest.approx(RECOVERY_RETRIES[0][1])
    waits = [
        min(JOIN_TIMEOUT_S, patience_s * (1 + max(0.0, when - RECOVERY_SAME_S) / RECOVERY_DOUBLES_S)) for when in tries
    ]
    rests = [after - before - wait_s for (before, after), wait_s in zip(pairwise(tries), waits, strict=False)]
    for (until_s, rest_s), since_s in zip(RECOVERY_RETRIES, (1, 20, 100), strict=True):
        lately = [rest for rest, when in zip(rests, tries, strict=False) if since_s < when < min(until_s, 300) - 3]
        assert lately
        assert all(rest == pytest.approx(rest_s, abs=0.01) for rest in lately)
    assert len(ports) == len(tries), "the same address needs another port"
    assert len(ids) > 50, "and another id"


def test_the_join_of_a_failed_path_is_a_backup_while_others_are_chosen():
    laptop, backup = backed_up()
    laptop.feed(chosen(2))
    laptop.feed(left())
    (join,) = laptop.later(RECOVERY_RETRIES[0][1])
    assert (join.local.address, join.is_backup) == (initial().local.address, True)
    laptop.accept([join])
    assert laptop.feed(PathRecovered(token=TOKEN, path=LinkName("net1"))) == []
    assert laptop.feed(NormalPathsChosen(token=TOKEN, paths=None)) == [
        flag(join.flow, join.local_id, is_backup=False),
        flag(backup.flow, backup.local_id, is_backup=True),
    ]


def test_a_join_that_fails_on_a_recovered_path_waits_as_any_other():
    laptop, _backup = backed_up()
    laptop.feed(left())
    laptop.feed(PathRecovered(token=TOKEN, path=LinkName("net1")))
    (join,) = laptop.later(RECOVERY_RETRIES[0][1])
    assert laptop.later(JOIN_TIMEOUT_S - 0.1) == []
    assert laptop.later(0.2) == [DestroySubflow(token=TOKEN, flow=join.flow)]


class Office:
    """Many connections over the same two paths, all of which have left the first."""

    def __init__(self, number):
        self.laptop = Laptop(path(1), path(2, tier=Tier.WHEN_NEEDED))
        self.tokens = [Token(0x1000 + each) for each in range(number)]
        for port, token in enumerate(self.tokens, 41_000):
            event = {"token": token, "flow": initial(port=port), "is_server_side": False}
            self.laptop.feed(ConnectionCreated(**event))
            joins = self.laptop.feed(ConnectionEstablished(**event, is_initial_address_forbidden=False))
            self.laptop.accept(joins)
        for port, token in enumerate(self.tokens, 41_000):
            self.laptop.feed(left(initial(port=port), token=token))

    def tries(self, seconds):
        """Joins on the first path within that time: connection and command."""
        until, found = self.laptop.now + seconds, []
        while (deadline := self.laptop.manager.deadline) is not None and deadline <= until:
            self.laptop.now = max(self.laptop.now, deadline)
            found += [each for each in self.laptop.feed(TimePassed()) if isinstance(each, CreateSubflow)]
        self.laptop.now = until
        return found


def test_one_connection_tries_a_failed_path_often_and_the_others_seldom():
    office = Office(20)
    office.tries(1.0)
    counts = Counter(each.token for each in office.tries(6.0))
    (scout, often), *others = counts.most_common()
    assert often >= 8
    assert all(count <= 6.0 / OTHERS_RETRY_S + 1 for _token, count in others)
    assert scout == office.tokens[0]


def test_the_others_follow_at_once_when_the_scout_was_answered():
    office = Office(20)
    office.tries(1.0)
    (join,) = (each for each in office.tries(0.4)[-1:] if each.token == office.tokens[0])
    office.laptop.accept([join])
    assert {each.token for each in office.tries(0.3)} >= set(office.tokens[1:])


def test_another_connection_becomes_the_scout_when_the_first_ends():
    office = Office(5)
    office.tries(1.0)
    office.laptop.feed(ConnectionClosed(token=office.tokens[0]))
    office.tries(OTHERS_RETRY_S + 1)
    counts = Counter(each.token for each in office.tries(6.0))
    assert counts.most_common(1)[0][1] >= 8
    assert sum(count > 5 for count in counts.values()) == 1


def asked(laptop, flow=None):
    """The joins of one question."""
    return [
        each
        for each in laptop.feed(ProbeWanted(token=TOKEN, flow=flow or initial()))
        if isinstance(each, CreateSubflow)
    ]


def withdrawn(probe):
    return WithdrawAddress(token=TOKEN, local_id=probe.local_id)


def destroyed(probe):
    return DestroySubflow(token=TOKEN, flow=probe.flow)


def test_a_question_is_two_backups_beside_the_subflow_with_ids_and_ports_of_their_own():
    laptop, backup = backed_up()
    probes = asked(laptop)
    assert len(probes) == PROBES_AT_ONCE == 2
    for probe in probes:
        assert (probe.local.address, probe.remote, probe.interface_index) == (initial().local.address, SERVER, 1)
        assert probe.is_backup
        assert laptop.manager.is_probe(TOKEN, probe.flow)
    assert len({0, backup.local_id, *(each.local_id for each in probes)}) == 4
    assert len({initial().local.port, backup.local.port, *(each.local.port for each in probes)}) == 4
    assert not laptop.manager.is_probe(TOKEN, initial())
    assert {each.flow for each in laptop.manager.standing(TOKEN)} == {initial(), backup.flow}


def test_probes_that_are_answered_are_withdrawn_and_not_destroyed():
    laptop, backup = backed_up()
    for probe in asked(laptop):
        laptop.now += WITHDRAWALS_APART_S
        assert laptop.feed(established(probe)) == [withdrawn(probe)]
        assert {each.flow for each in laptop.manager.standing(TOKEN)} == {initial(), backup.flow}
        assert laptop.feed(closed(probe.flow)) == []
        assert not laptop.manager.is_probe(TOKEN, probe.flow)
    assert laptop.later(2 * PROBE_ENDS_S) == []


@pytest.mark.parametrize("answer", [established, lambda probe: closed(probe.flow, ECONNRESET)])
@pytest.mark.parametrize("first", [0, 1])
def test_any_answer_to_either_is_the_answer(answer, first):
    laptop, _backup = backed_up()
    probes = asked(laptop)
    one, other = probes[first], probes[1 - first]
    assert laptop.manager.is_probing(TOKEN)
    assert laptop.manager.is_probe_answer(answer(one))
    assert laptop.feed(answer(one)) == [withdrawn(one)]
    assert not laptop.manager.is_probing(TOKEN)
    assert laptop.manager.is_probe(TOKEN, other.flow), "it is nobody's subflow"
    assert not laptop.manager.is_probe_answer(established(other)), "that is known already"
    assert laptop.feed(established(other)) == [], "the peer would overlook it"
    assert laptop.later(WITHDRAWALS_APART_S) == [withdrawn(other)]
    assert laptop.later(WITHDRAWALS_APART_S) == []


def test_a_router_that_knows_no_way_is_no_answer_and_the_other_probe_is_still_awaited():
    laptop, _backup = backed_up()
    one, other = asked(laptop)
    unreachable = closed(one.flow, EHOSTUNREACH)
    assert not laptop.manager.is_probe_answer(unreachable)
    assert laptop.feed(unreachable) == [withdrawn(one)], "the kernel forgets its id only so"
    assert laptop.manager.is_probing(TOKEN)
    assert laptop.manager.is_probe_answer(established(other))


def test_what_is_asked_anew_is_not_answered_by_an_earlier_probe():
    laptop, _backup = backed_up()
    old = asked(laptop)
    new = asked(laptop)
    assert len(new) == 2
    assert not laptop.manager.is_probe_answer(established(old[0]))
    assert laptop.feed(established(old[0])) == [withdrawn(old[0])]
    assert laptop.manager.is_probing(TOKEN)
    assert not laptop.manager.is_probe_answer(closed(old[0].flow)), "the end of an answered one says nothing"
    assert laptop.feed(closed(old[0].flow)) == []
    assert laptop.manager.is_probing(TOKEN)
    assert laptop.manager.is_probe_answer(established(new[1]))


def test_probes_that_nobody_answers_are_destroyed_in_the_end():
    laptop, _backup = backed_up()
    probes = asked(laptop)
    assert laptop.later(PROBE_ENDS_S - 0.01) == []
    assert laptop.later(0.02) == [destroyed(each) for each in probes]
    assert not any(laptop.manager.is_probe(TOKEN, each.flow) for each in probes)


def test_probes_end_before_their_second_syn_unless_a_subflow_from_there_has_an_id_to_lose():
    assert PROBE_ENDS_S < 1.0 < ID_SPARED_S
    laptop, backup = backed_up()
    probes = asked(laptop, backup.flow)
    assert laptop.later(ID_SPARED_S - 0.01) == []
    assert laptop.later(0.02) == [destroyed(each) for each in probes]


def test_a_probe_that_the_peer_does_not_drop_is_destroyed_soon_and_the_other_may_still_be_answered():
    laptop, backup = backed_up()
    one, other = asked(laptop, backup.flow)
    laptop.feed(established(one))
    assert laptop.later(DROPPED_WITHIN_S - 0.01) == []
    assert laptop.later(0.02) == [destroyed(one)]
    assert laptop.feed(established(other)) == [withdrawn(other)], "its second SYN got through"


def test_a_probe_that_the_kernel_refuses_leaves_the_other_one_and_two_leave_no_question():
    laptop, _backup = backed_up()
    one, other = asked(laptop)
    assert laptop.feed(CommandRefused(command=one)) == []
    assert laptop.manager.is_probing(TOKEN)
    assert laptop.feed(CommandRefused(command=other)) == []
    assert not laptop.manager.is_probing(TOKEN)
    assert len(asked(laptop)) == 2


def test_a_probe_whose_port_is_taken_takes_another_and_only_that():
    laptop, _backup = backed_up()
    one, other = asked(laptop)
    (again,) = laptop.feed(CommandRefused(command=one, is_port_taken=True))
    assert (again.local.address, again.remote) == (one.local.address, SERVER)
    assert again.local.port not in {one.local.port, other.local.port}
    assert laptop.manager.is_probe_answer(established(again))
    assert not laptop.manager.is_probe(TOKEN, one.flow)


def test_both_probes_end_when_their_path_has_failed_or_is_gone():
    laptop, _backup = backed_up()
    probes = asked(laptop)
    laptop.feed(established(probes[0]))
    assert [each for each in laptop.feed(left())[2:] if isinstance(each, DestroySubflow)] == list(
        map(destroyed, probes)
    )
    laptop, backup = backed_up()
    probes = asked(laptop)
    gone = laptop.change(path(2, tier=Tier.WHEN_NEEDED))
    assert {each.flow for each in gone if isinstance(each, DestroySubflow)} == {
        initial(),
        *(each.flow for each in probes),
    }
    assert {each.flow for each in laptop.manager.standing(TOKEN)} == {backup.flow}


def test_probes_keep_within_the_most_subflows():
    laptop, _backup = backed_up()
    sent = [asked(laptop) for _each in range(5)]
    assert [len(each) for each in sent] == [2, 2, 2, 0, 0]
    assert not laptop.manager.is_probing(TOKEN), "what could not be asked is not awaited"
    for each in sent[0]:
        laptop.feed(closed(each.flow, ECONNRESET))
    laptop.later(WITHDRAWALS_APART_S)
    assert len(asked(laptop)) == 2


def test_a_probe_that_the_peer_could_not_be_asked_to_drop_is_destroyed():
    laptop, _backup = backed_up()
    one, other = asked(laptop)
    (command,) = laptop.feed(established(one))
    assert laptop.feed(CommandRefused(command=command)) == [destroyed(one)]
    assert laptop.manager.is_probe(TOKEN, other.flow)


def served(port=50000):
    return FourTuple(Endpoint(ip_address("10.0.1.2"), 443), Endpoint(ip_address("203.0.113.5"), port))


def test_a_server_destroys_a_failed_subflow_and_withdraws_nothing():
    laptop = Laptop(path(1))
    laptop.connect(served(), server=True)
    joined = served(50001)
    laptop.feed(
        SubflowEstablished(
            token=TOKEN, flow=joined, local_id=AddressId(0), remote_id=AddressId(3), is_backup_there=False
        )
    )
    assert laptop.feed(left(served())) == [DestroySubflow(token=TOKEN, flow=served())]
    assert laptop.later(100) == [], "and joins nothing"


def test_orders_about_connections_that_are_gone_do_nothing():
    laptop, _backup = backed_up()
    laptop.feed(ConnectionClosed(token=TOKEN))
    for order in (
        left(),
        chosen(2),
        ProbeWanted(token=TOKEN, flow=initial()),
        PathRecovered(token=TOKEN, path=LinkName("net1")),
        left(token=OTHER),
    ):
        assert laptop.feed(order) == []


_ORDERS = st.one_of(
    st.builds(chosen, st.integers(1, 4), st.integers(1, 4)),
    st.just(NormalPathsChosen(token=TOKEN, paths=None)),
    st.tuples(st.sampled_from(["fail", "probe"]), st.integers(0, 5)),
    st.builds(PathRecovered, token=st.just(TOKEN), path=st.integers(1, 4).map(lambda number: LinkName(f"net{number}"))),
)
_NEWS = st.one_of(_ORDERS, st.sampled_from(["accept", "refuse", "close"]), st.floats(0.0, 3.0))


class Flags:
    """The backup flags that a kernel would have after each command."""

    def __init__(self):
        self.of = {initial(): False}

    def carry_out(self, commands):
        has_set = False
        for each in commands:
            if isinstance(each, SetBackup):
                assert not (has_set and not each.is_backup), "a flag was cleared after another one was set"
                has_set |= each.is_backup
                self.of[each.flow] = each.is_backup


@settings(max_examples=200, deadline=None)
@given(st.lists(_NEWS, max_size=30))
def test_whatever_is_ordered_probes_are_few_and_flags_are_cleared_first(script):
    laptop, flags = Laptop(*(path(1 + each) for each in range(4))), Flags()
    pending = [each for each in laptop.connect() if isinstance(each, CreateSubflow)]
    for step in script:
        standing = [each.flow for each in laptop.manager.standing(TOKEN)]
        if step == "accept":
            commands = laptop.accept([pending.pop()]) if pending else []
        elif step == "refuse":
            commands = laptop.feed(CommandRefused(command=pending.pop())) if pending else []
        elif step == "close":
            commands = laptop.feed(closed(standing[-1])) if len(standing) > 1 else []
        elif isinstance(step, float):
            commands = laptop.later(step)
        elif isinstance(step, tuple):
            kind, number = step
            order = left if kind == "fail" else lambda flow: ProbeWanted(token=TOKEN, flow=flow)
            is_possible = len(standing) > 1 or kind == "probe"
            commands = laptop.feed(order(standing[number % len(standing)])) if is_possible else []
        else:
            commands = laptop.feed(step)
        flags.carry_out(commands)
        pending += [each for each in commands if isinstance(each, CreateSubflow)]
        ended = {each.flow for each in commands if isinstance(each, DestroySubflow)}
        pending = [each for each in pending if each.flow not in ended]
        assert laptop.manager.standing(TOKEN), "one subflow is left"
        standing = laptop.manager.standing(TOKEN)
        probes = laptop.manager._connections[TOKEN].probes.values()
        assert sum(each.is_awaited for each in probes) <= PROBES_AT_ONCE
        assert len(standing) + len(probes) <= max(MOST_SUBFLOWS, len(standing))


class AddressList:
    """What the kernel knows of addresses: joins add one, removals need it, destroying forgets the first of that IP."""

    def __init__(self):
        self.entries = [(initial().local.address, 0)]
        self.refused = []

    def carry_out(self, commands):
        for each in commands:
            match each:
                case CreateSubflow():
                    self.entries.append((each.local.address, each.local_id))
                case WithdrawAddress():
                    known = [entry for entry in self.entries if entry[1] == each.local_id]
                    if known:
                        self.entries.remove(known[0])
                    else:
                        self.refused.append(each)
                case DestroySubflow():
                    first = [entry for entry in self.entries if entry[0] == each.flow.local.address]
                    self.entries[:] = [entry for entry in self.entries if entry not in first[:1]]


@pytest.mark.parametrize("answered", [0, 1, 2])
def test_the_end_of_probes_does_not_cost_the_rejoined_subflow_its_id(answered):
    laptop, _backup = backed_up()
    kernel = AddressList()
    kernel.entries.append((_backup.local.address, _backup.local_id))

    def do(commands):
        kernel.carry_out(commands)
        return commands

    for probe in do(asked(laptop))[:answered]:
        do(laptop.feed(established(probe)))
    laptop.now += 0.05
    do(laptop.feed(left()))
    kernel.refused.clear()
    (join,) = [each for each in do(laptop.later(RECOVERY_RETRIES[0][1])) if isinstance(each, CreateSubflow)]
    do(laptop.accept([join]))
    do(laptop.later(2 * PROBE_ENDS_S))
    do(laptop.feed(left(join.flow)))
    assert kernel.refused == [], "the server has to hear which address failed"


@pytest.mark.parametrize("refused", [0, 1, 2])
def test_probes_leave_no_ids_behind_in_the_kernel_and_take_none_from_a_standing_subflow(refused):
    laptop, backup = backed_up()
    kernel = AddressList()
    kernel.entries.append((backup.local.address, backup.local_id))
    for _round in range(300):
        probes = asked(laptop, backup.flow)
        kernel.carry_out(probes)
        for index, probe in enumerate(probes):
            news = closed(probe.flow, ECONNRESET) if index < refused else established(probe)
            kernel.carry_out(laptop.feed(news))
        kernel.carry_out(laptop.later(WITHDRAWALS_APART_S))
        for probe in probes:
            laptop.feed(closed(probe.flow))
        kernel.carry_out(laptop.later(1.0))
    assert kernel.refused == []
    assert kernel.entries == [(initial().local.address, 0), (backup.local.address, backup.local_id)]


def intruder(port):
    flow = FourTuple(Endpoint(ip_address("10.0.2.2"), port), SERVER)
    return SubflowEstablished(
        token=TOKEN, flow=flow, local_id=AddressId(77), remote_id=AddressId(0), is_backup_there=False
    )


def test_what_somebody_else_opens_again_and_again_is_left_and_then_borne_as_a_backup_for_longer_each_time():
    laptop = Laptop(path(1), path(2, tier=Tier.NEVER))
    laptop.connect()
    for port in (1, 2):
        commands = laptop.feed(intruder(port))
        assert [type(each) for each in commands] == [WithdrawAddress, DestroySubflow], "at once"
        laptop.feed(closed(intruder(port).flow))
    for port, borne_s in ((3, 0.5), (4, 1.0), (5, 2.0), (6, 5.0)):
        flow = intruder(port).flow
        assert laptop.feed(intruder(port)) == [SetBackup(token=TOKEN, flow=flow, local_id=77, is_backup=True)]
        assert laptop.later(borne_s * 0.9) == []
        assert laptop.later(borne_s * 0.2)[-1] == DestroySubflow(token=TOKEN, flow=flow)
        laptop.feed(closed(flow))
    laptop.later(200)
    assert laptop.feed(intruder(7))[-1] == DestroySubflow(token=TOKEN, flow=intruder(7).flow), "forgiven"


def test_nothing_is_borne_where_trust_forbids_the_path():
    laptop = Laptop(path(1), path(2, tier=Tier.NEVER))
    laptop.connect()
    for port in range(1, 6):
        laptop.feed(intruder(port))
        laptop.feed(closed(intruder(port).flow))
    assert laptop.feed(intruder(9))[-1] != DestroySubflow(token=TOKEN, flow=intruder(9).flow)
    commands = laptop.feed(ConnectionHeld(token=TOKEN, hold=Hold.TRUSTED))
    assert DestroySubflow(token=TOKEN, flow=intruder(9).flow) in commands


@pytest.mark.parametrize("leap_s", [10.0, 30_000.0])
def test_a_clock_that_leaps_gives_up_what_was_under_way_once_and_tries_it_again_once(leap_s):
    laptop = Laptop(path(1), path(2))
    (join,) = laptop.connect()
    laptop.now += leap_s
    (given_up,) = laptop.feed(TimePassed())
    assert given_up == DestroySubflow(token=TOKEN, flow=join.flow)
    (again,) = laptop.later(RETRY_AFTER_S[0])
    assert again.local.address == join.local.address
    laptop.now += leap_s
    laptop.accept([again])
    assert laptop.later(leap_s) == []
