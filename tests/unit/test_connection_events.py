"""What the journal says of connections and their subflows."""

import asyncio
from dataclasses import replace
from ipaddress import IPv4Address
from itertools import count, cycle

from mpmanager.api.structures import EventKind
from mpmanager.core.joining import JOIN_TIMEOUT_S
from mpmanager.core.policies import STOCK_POLICY
from mpmanager.core.subflow_events import ProbeWanted
from mpmanager.daemon.compose import simulated_world
from mpmanager.daemon.connection_keeper import ConnectionKeeper
from mpmanager.daemon.expiration_keeper import ExpirationKeeper
from mpmanager.daemon.journal import Journal
from mpmanager.model.connection import (
    NOBODY,
    Application,
    ConnectionSample,
    Endpoint,
    FourTuple,
    ProcessKey,
    Snapshot,
    SubflowSample,
    TcpState,
)
from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.names import AddressId, LinkName, Token
from mpmanager.model.path import InterfaceAddress, KindSource, Path, PathKind, PathState, Tier, WayOut
from mpmanager.model.pathmanager import (
    ConnectionClosed,
    ConnectionCreated,
    ConnectionEstablished,
    CreateSubflow,
    DestroySubflow,
    SubflowClosed,
    SubflowEstablished,
)
from mpmanager.model.policy import NEVER
from mpmanager.model.protection import UNPROTECTED
from mpmanager.model.trust import Hold

TOKEN = Token(0xABCD)
SERVER = Endpoint(IPv4Address("198.51.100.1"), 443)
CABLE = FourTuple(Endpoint(IPv4Address("192.0.2.7"), 40000), SERVER)
AIR = FourTuple(Endpoint(IPv4Address("203.0.113.7"), 40001), SERVER)
TWO_PATHS = (("eth0", CABLE, 2), ("wlan0", AIR, 3))


def path(name, flow, index):
    return Path(
        name=LinkName(name),
        index=index,
        kind=PathKind.ETHERNET,
        kind_source=KindSource.KERNEL,
        network=None,
        security=None,
        tier=Tier.ALWAYS,
        state=PathState.LOCAL_ONLY,
        addresses=(InterfaceAddress(address=flow.local.address, prefix_length=24),),
        ways_out=(),
    )


def keeper_of(world, **others):
    """Of connections; what is not said is as plain as can be."""
    told = {
        "journal": Journal(wall_clock=lambda: 0.0),
        "clock": lambda: 0.0,
        "choose_port": lambda: 50000,
        "news": lambda: None,
        "policy_for": lambda _account: STOCK_POLICY,
    }
    return ConnectionKeeper(world, **told | others)


def test_a_subflow_that_closes_after_its_address_has_gone_is_told_by_its_path():
    journal = Journal(wall_clock=lambda: 0.0)
    keeper = keeper_of(simulated_world(), journal=journal)
    cable, air = path("eth0", CABLE, 2), path("wlan0", AIR, 3)
    keeper.set_paths((cable, air))
    keeper.take_event(ConnectionCreated(token=TOKEN, flow=CABLE, is_server_side=False))
    joined = AddressId(1)
    keeper.take_event(
        SubflowEstablished(token=TOKEN, flow=AIR, local_id=joined, remote_id=AddressId(0), is_backup_there=False)
    )
    keeper.set_paths((cable, replace(air, addresses=(), state=PathState.NO_ADDRESS)))
    keeper.take_event(SubflowClosed(token=TOKEN, flow=AIR, local_id=joined, remote_id=AddressId(0), error=0))
    (closed,) = (each for each in journal.recent(100) if each.kind is EventKind.SUBFLOW_CLOSED)
    assert (closed.path, closed.text.endswith("198.51.100.1:443 no longer over wlan0")) == ("wlan0", True)


def test_a_connection_has_the_policy_of_its_program_as_soon_as_that_is_known_and_when_it_changes():
    wait_s = {"unknown": 9.0, "firefox": 0.05}
    keeper = keeper_of(
        simulated_world(),
        policy_for=lambda account: replace(STOCK_POLICY, wait_s=wait_s.get(account.application.name, NEVER)),
    )
    keeper.take_event(ConnectionCreated(token=TOKEN, flow=CABLE, is_server_side=False))
    opened = keeper.ledger.connection(TOKEN)
    assert opened.policy.wait_s == 9.0
    keeper.sample()
    waits = {each.application.name: each.policy.wait_s for each in keeper.ledger.living()}
    assert waits == {"firefox": 0.05, "thunderbird": NEVER, "ssh": NEVER, "backup": NEVER}
    wait_s["ssh"] = 0.02
    keeper.refresh_policies()
    assert {each.policy.wait_s for each in keeper.ledger.living() if each.application.name == "ssh"} == {0.02}


class LateFinder:
    """Knows the cgroup of all sockets at once, and who holds them only when it is told to."""

    def __init__(self, found):
        self.knows = False
        self._found = found

    def find(self, owners):
        cgroup = replace(self._found, id="cgroup:/a.scope", pid=None, exe=None)
        return [self._found if self.knows else cgroup for _owner in owners]

    def cgroup(self, _owner):
        return "/a.scope"


def test_a_process_that_is_found_late_is_told_though_its_cgroup_was_known():
    found = Application(id="exe:/bin/a", name="a", pid=7, exe="/bin/a", cgroup="/a.scope")
    finder = LateFinder(found)
    revisions, now = [], [0.0]
    keeper = keeper_of(
        replace(simulated_world(), applications=finder), clock=lambda: now[0], revised=lambda: revisions.append(now[0])
    )
    keeper.take_event(ConnectionCreated(token=TOKEN, flow=CABLE, is_server_side=False))

    def looked_at(second):
        now[0] = second
        keeper.sample()
        return {each.application.pid for each in keeper.ledger.living()}

    assert (looked_at(1.0), looked_at(2.0)) == ({None}, {None})
    revisions.clear()
    finder.knows = True
    assert looked_at(3.0) == {7}
    assert looked_at(4.0) == {7}
    assert revisions == [3.0], "what is known already is no news"


def test_what_a_cgroup_says_counts_before_the_program_is_found():
    finder = LateFinder(Application(id="exe:/bin/a", name="a", pid=7, exe="/bin/a", cgroup="/a.scope"))
    world, told = replace(simulated_world(), applications=finder), []
    owner = ProcessKey(inode=1, uid=0, cgroup_id=5)
    sample = ConnectionSample(TOKEN, CABLE, TcpState.ESTABLISHED, owner, False, 0, 0, 0)
    world.connections.connection = lambda _token: sample
    world.path_manager.execute = told.append
    keeper = keeper_of(
        world, policy_for=lambda account: replace(STOCK_POLICY, is_multipath=account.application.cgroup != "/a.scope")
    )
    paths = (path(*each) for each in TWO_PATHS)
    keeper.set_paths(tuple(replace(each, ways_out=(WayOut(version=4, gateway=None),)) for each in paths))
    for kind, more in ((ConnectionCreated, {}), (ConnectionEstablished, {"is_initial_address_forbidden": False})):
        keeper.take_event(kind(token=TOKEN, flow=CABLE, is_server_side=False, **more))
    assert told == [], "it may use one path only"


def test_whose_a_connection_is_that_the_kernel_did_not_show_at_once_is_known_with_its_program():
    world, shown = simulated_world(), [None]
    owner = ProcessKey(inode=5, uid=1000, cgroup_id=1)
    world.connections.connection = lambda _token: shown[0]
    keeper = keeper_of(world)
    keeper.take_event(ConnectionCreated(token=TOKEN, flow=CABLE, is_server_side=False))
    assert keeper.ledger.connection(TOKEN).owner_uid is None
    shown[0] = ConnectionSample(TOKEN, CABLE, TcpState.ESTABLISHED, owner, False, 0, 0, 0)
    keeper.name_newcomers()
    assert keeper.ledger.connection(TOKEN).owner_uid == 1000, "else it would be counted twice: as nobody's, and as his"


def test_what_is_said_of_a_connection_that_has_ended_is_not_kept():
    holds = cycle((Hold.TRUSTED, Hold.FREE))
    keeper = keeper_of(
        simulated_world(),
        policy_for=lambda account: replace(STOCK_POLICY, is_multipath=account.closed is None),
        protection_of=lambda _account: replace(UNPROTECTED, hold=next(holds)),
    )
    keeper.take_event(ConnectionCreated(token=TOKEN, flow=CABLE, is_server_side=False))
    keeper.take_event(ConnectionClosed(token=TOKEN))
    keeper.refresh_policies()
    assert not keeper._manager._terms


def test_connections_that_linger_keep_no_others_from_their_final_accounts():
    world, now, lingering = simulated_world(), [0.0], [Token(number) for number in range(1, 1001)]
    keeper = keeper_of(world, clock=lambda: now[0])
    known = {token: ConnectionSample(token, CABLE, TcpState.FIN_WAIT_1, NOBODY, False, 0, 0, 0) for token in lingering}
    world.connections.connection = known.get
    for token in (*lingering, TOKEN):
        keeper.take_event(ConnectionCreated(token=token, flow=CABLE, is_server_side=False))
        keeper.take_event(ConnectionClosed(token=token))
    for _ in range(100):
        now[0] += 0.02
        keeper.settle()
    assert [each.token for each in keeper.ledger.ended(now[0])] == [TOKEN]


def test_a_subflow_that_outlives_its_connection_is_looked_at_once_more():
    world, now = simulated_world(), [0.0]
    keeper = keeper_of(world, clock=lambda: now[0])
    keeper.sample()
    snapshot = world.connections.snapshot()
    token = snapshot.connections[0].token
    before = {each.flow: each for each in snapshot.subflows if each.token == token}
    world.connections.connection = lambda _token: None
    world.connections.subflow = lambda flow, **_options: before[flow]._replace(rx_bytes=before[flow].rx_bytes + 1000)
    keeper.take_event(ConnectionClosed(token=token))
    while keeper.settle():
        now[0] += 0.1
    (final,) = keeper.ledger.ended(now[0])
    assert final.payload().rx_bytes == sum(each.rx_bytes + 1000 for each in before.values())


async def probe_once(world, keeper):
    """Returns the flows of a probed connection while its probes stand: in the kernel, and as people see them."""
    keeper.listen(CgroupPath("/"))
    connection = world.connections.snapshot().connections[0]
    keeper.set_paths((path("wlan0", connection.flow, 3),))
    keeper.resynchronise()
    keeper.order(ProbeWanted(token=connection.token, flow=connection.flow))
    async with asyncio.timeout(5):
        while True:
            snapshot = world.connections.snapshot()
            standing = {each.flow for each in snapshot.subflows if each.token == connection.token}
            if len(standing) > 1:
                break
            await asyncio.sleep(0.001)
    keeper.sample()
    closing = [each._replace(state=TcpState.LAST_ACK) for each in snapshot.subflows if each.local_id]
    keeper.take_snapshot(snapshot._replace(subflows=(*snapshot.subflows, *closing)))
    return standing, {each.flow for each in keeper.ledger.connection(connection.token).living_subflows()}


def test_probes_are_shown_to_nobody_and_their_answer_is_told_once():
    answers, ports = [], iter(range(50000, 50100))
    world = simulated_world()
    journal = Journal(wall_clock=lambda: 0.0)
    keeper = keeper_of(
        world,
        journal=journal,
        choose_port=lambda: next(ports),
        joined=lambda _token, name, is_probe: answers.append((name, is_probe)),
    )
    standing, shown = asyncio.run(probe_once(world, keeper))
    assert len(standing) == 3
    assert len(shown) == 1
    assert answers == [("wlan0", True)]
    assert not [each for each in journal.recent(100) if each.kind is EventKind.SUBFLOW_OPENED]


def test_an_event_says_whose_connection_it_is_about_from_the_first_one_on():
    world, journal = simulated_world(), Journal(wall_clock=lambda: 0.0)
    keeper = keeper_of(world, journal=journal)
    for each in world.connections.snapshot().connections:
        keeper.take_event(ConnectionCreated(token=each.token, flow=each.flow, is_server_side=False))
    owners = {each.owner.uid for each in world.connections.snapshot().connections}
    assert {each.uid for each in journal.recent(100)} == owners == {1000, 65534}
    keeper.take_event(ConnectionCreated(token=TOKEN, flow=CABLE, is_server_side=False))
    assert journal.recent(1)[0].uid is None


class Behind:
    """A keeper whose kernel has two paths and tells faster than it is heard."""

    def __init__(self):
        self.world, self.now, self.has_news, self.told = simulated_world(), 0.0, True, []
        self.world.path_manager.execute = self.told.append
        self.world.path_manager.has_news = lambda: self.has_news
        ports = count(50000)
        self.keeper = keeper_of(
            self.world,
            clock=lambda: self.now,
            choose_port=lambda: next(ports),
            joined=lambda *answer: self.answers.append(answer),
        )
        self.answers = []
        paths = (path(*each) for each in TWO_PATHS)
        self.keeper.set_paths(tuple(replace(each, ways_out=(WayOut(version=4, gateway=None),)) for each in paths))

    def connect(self):
        """Returns what is asked for then."""
        self.told.clear()
        for kind, more in ((ConnectionCreated, {}), (ConnectionEstablished, {"is_initial_address_forbidden": False})):
            self.keeper.take_event(kind(token=TOKEN, flow=CABLE, is_server_side=False, **more))
        (join,) = self.told
        assert isinstance(join, CreateSubflow)
        return join

    def found(self):
        """A look says: nothing but the first subflow."""
        owner = ProcessKey(1, 0, 1)
        connection = ConnectionSample(TOKEN, CABLE, TcpState.ESTABLISHED, owner, False, 0, 0, 0)
        here = SubflowSample(
            TOKEN, CABLE, AddressId(0), AddressId(0), TcpState.ESTABLISHED, False, False, True, True, 0, None, 0, 0, 0
        )
        return Snapshot((connection,), (here,))


def test_no_join_is_given_up_while_the_kernel_has_told_what_is_not_taken_in_yet():
    behind = Behind()

    def is_given_up(after_s):
        behind.told.clear()
        behind.now += after_s
        behind.keeper.wake()
        return [type(each) for each in behind.told] == [DestroySubflow]

    behind.connect()
    assert not is_given_up(JOIN_TIMEOUT_S), "its answer may be among what waits"
    assert not is_given_up(29.0)
    assert is_given_up(2.0), "a peer that never stops to tell stops nothing else"
    behind.has_news = False
    behind.keeper.take_event(ConnectionClosed(token=TOKEN))
    behind.connect()
    assert is_given_up(JOIN_TIMEOUT_S)


def test_what_was_told_before_events_were_lost_is_taken_in_before_the_fresh_look():
    behind = Behind()
    join = behind.connect()
    behind.world.connections.snapshot = behind.found
    behind.keeper._note_lost_events()
    assert behind.keeper.resynchronise_if_needed(), "later"
    answer = SubflowEstablished(
        token=TOKEN, flow=join.flow, local_id=join.local_id, remote_id=AddressId(0), is_backup_there=False
    )
    behind.keeper.take_event(answer)
    behind.has_news = False
    assert not behind.keeper.resynchronise_if_needed()
    assert [each.flow for each in behind.keeper.standing(TOKEN)] == [CABLE], "that it has ended was lost"
    assert isinstance(behind.told[-1], CreateSubflow), "it is missed"


def test_a_probe_whose_answer_may_have_been_lost_is_no_reason_to_leave_a_path():
    behind = Behind()
    behind.has_news = False
    behind.connect()
    behind.world.connections.snapshot = behind.found
    behind.keeper.order(ProbeWanted(token=TOKEN, flow=CABLE))
    assert (behind.keeper.is_behind(), behind.answers) == (False, [])
    behind.keeper._note_lost_events()
    assert behind.keeper.is_behind()
    behind.keeper.resynchronise_if_needed()
    assert (behind.keeper.is_behind(), behind.answers) == (False, [(TOKEN, None, True)])


def test_who_watches_late_data_is_told_that_answers_may_wait():
    behind, told = Behind(), []
    watching = ExpirationKeeper(
        behind.world, behind.keeper, journal=Journal(wall_clock=lambda: 0.0), clock=lambda: behind.now
    )
    watching._core.note_behind = lambda *, is_behind: told.append(is_behind)
    for behind.has_news in (True, False):
        watching.poll()
    assert told == [True, False]


def test_a_fresh_look_does_not_wait_for_a_kernel_that_never_stops_to_tell():
    behind = Behind()
    behind.connect()
    behind.world.connections.snapshot = behind.found
    behind.keeper._note_lost_events()
    assert behind.keeper.resynchronise_if_needed()
    behind.now += 31.0
    assert not behind.keeper.resynchronise_if_needed()
