"""What programs say of their connections by socket options is heeded, and answered when it is so."""

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from mpmanager.core.policies import STOCK_POLICY
from mpmanager.core.subflow_events import Resynchronised
from mpmanager.daemon.compose import simulated_world
from mpmanager.daemon.connection_keeper import ConnectionKeeper
from mpmanager.daemon.journal import Journal
from mpmanager.daemon.manager import Manager
from mpmanager.daemon.option_keeper import OptionKeeper
from mpmanager.daemon.state import StateDirectory
from mpmanager.model.connection import NOBODY, ConnectionSample, Endpoint, FourTuple, Snapshot, TcpState
from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.facts import NO_FACTS
from mpmanager.model.names import AddressId, LinkName, Token
from mpmanager.model.path import InterfaceAddress, KindSource, Path, PathKind, PathState, Tier
from mpmanager.model.pathmanager import (
    ConnectionClosed,
    ConnectionCreated,
    ConnectionEstablished,
    DestroySubflow,
    SubflowEstablished,
)
from mpmanager.model.policy import NEVER, PairWait
from mpmanager.model.protection import UNPROTECTED
from mpmanager.model.socket_options import NOTHING_ASKED, SocketWish
from mpmanager.model.trust import Hold, Trust, TrustReason, TrustVerdict
from mpmanager.simulated.socket_options import SimulatedSocketOptions

TOKEN = Token(0xABCD)
SERVER = Endpoint(IPv4Address("198.51.100.1"), 443)
CABLE = FourTuple(Endpoint(IPv4Address("192.0.2.7"), 40000), SERVER)
AIR = FourTuple(Endpoint(IPv4Address("203.0.113.7"), 40001), SERVER)
RULE = replace(
    STOCK_POLICY,
    wait_s=9.0,
    pairs=(PairWait(carrier=LinkName("eth0"), helper=LinkName("wlan0"), wait_s=1.0),),
)


def path(name, flow, index, level):
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
        trust=TrustVerdict(level=level, reason=TrustReason.UNKNOWN),
    )


CABLE_PATH = path("eth0", CABLE, 2, Trust.TRUSTED)
AIR_PATH = path("wlan0", AIR, 3, Trust.UNTRUSTED)


class Recording:
    """A path manager that does nothing and remembers what it was told."""

    def __init__(self):
        self.commands = []

    def execute(self, command):
        self.commands.append(command)


class Stage:
    def __init__(self, options=None, hold=Hold.TRUSTED):
        self.options = options or SimulatedSocketOptions()
        self.recording, self.heeded, self.hold = Recording(), [], hold
        self.world = replace(simulated_world(), path_manager=self.recording, options=self.options)
        self.connections = ConnectionKeeper(
            self.world,
            journal=Journal(wall_clock=lambda: 0.0),
            clock=lambda: 0.0,
            choose_port=lambda: 50000,
            news=lambda: None,
            policy_for=lambda _application: RULE,
            protection_of=self._protection,
            wish_of=lambda token: self.keeper.wish(token),  # noqa: PLW0108  # it is made afterwards
            closed=lambda token: self.keeper.forget(token),  # noqa: PLW0108  # as above
            revised=lambda: self.keeper.answer(),  # noqa: PLW0108  # as above
        )
        self.connections.set_paths((CABLE_PATH, AIR_PATH))
        self.keeper = OptionKeeper(
            self.world, self.connections, root=CgroupPath("/"), heeded=lambda account: self.heeded.append(account.token)
        )
        self.keeper.begin()

    def _protection(self, account):
        return replace(UNPROTECTED, hold=self.hold if account.wish.is_trusted else Hold.FREE)

    def open(self, *, flow=CABLE):
        self.connections.take_event(ConnectionCreated(token=TOKEN, flow=flow, is_server_side=False))
        self.connections.take_event(
            ConnectionEstablished(token=TOKEN, flow=flow, is_server_side=False, is_initial_address_forbidden=False)
        )

    def join(self, flow=AIR):
        self.connections.take_event(
            SubflowEstablished(
                token=TOKEN, flow=flow, local_id=AddressId(1), remote_id=AddressId(0), is_backup_there=False
            )
        )

    @property
    def account(self):
        return self.connections.ledger.connection(TOKEN)

    @property
    def destroyed(self):
        return [each.flow for each in self.recording.commands if isinstance(each, DestroySubflow)]


@pytest.fixture
def stage():
    return Stage()


def test_what_was_said_before_a_connection_is_its_policy_from_the_first_moment(stage):
    stage.options.say(TOKEN, SocketWish(wait_s=0.05))
    assert not stage.heeded
    stage.open()
    assert (stage.account.policy.wait_s, stage.account.policy.pairs) == (0.05, ())


def test_a_later_word_counts_before_the_rule_until_it_is_taken_back(stage):
    stage.open()
    assert stage.account.policy == RULE
    for wait_s in (0.0, NEVER):
        stage.options.say(TOKEN, SocketWish(wait_s=wait_s))
        assert (stage.account.policy.wait_s, stage.account.policy.pairs) == (wait_s, ())
        stage.connections.refresh_policies()
        assert stage.account.policy.wait_s == wait_s
    stage.options.say(TOKEN, NOTHING_ASKED)
    assert stage.account.policy == RULE
    assert stage.heeded == [TOKEN] * 3


def test_connections_that_are_found_have_what_their_programs_have_said(stage):
    known = stage.world.connections.snapshot().connections[0]
    stage.options.say(known.token, SocketWish(wait_s=0.02))
    stage.connections.sample()
    waits = {each.token: each.policy.wait_s for each in stage.connections.ledger.living()}
    assert waits.pop(known.token) == 0.02
    assert set(waits.values()) == {9.0}


def test_a_section_is_in_force_when_no_subflow_is_left_on_an_untrusted_path(stage):
    stage.open()
    stage.join()
    stage.options.say(TOKEN, SocketWish(is_trusted=True, section=5))
    assert stage.destroyed == [AIR]
    assert stage.options.confirmed == {TOKEN: 5}


def test_a_section_that_begins_with_the_connection_is_in_force_at_once_and_keeps_joins_away(stage):
    stage.options.say(TOKEN, SocketWish(is_trusted=True, section=5))
    stage.open()
    assert stage.options.confirmed == {TOKEN: 5}
    stage.join()  # the peer's
    assert stage.destroyed == [AIR]


def test_a_section_is_not_in_force_while_the_first_subflow_cannot_be_left(stage):
    """Before the kernel has the connection established it takes no commands."""
    stage.options.say(TOKEN, SocketWish(is_trusted=True, section=5))
    stage.connections.take_event(ConnectionCreated(token=TOKEN, flow=AIR, is_server_side=False))
    assert stage.options.confirmed == {}
    stage.open(flow=AIR)
    assert stage.destroyed == [AIR]
    assert stage.options.confirmed == {TOKEN: 5}


def test_each_section_is_answered_for_itself(stage):
    stage.open()
    for section in (5, 6):
        stage.options.say(TOKEN, SocketWish(is_trusted=True, section=section))
        assert stage.options.confirmed == {TOKEN: section}
        stage.options.say(TOKEN, SocketWish(section=section))


def test_where_the_kernel_lets_nothing_out_a_section_is_in_force():
    stage = Stage(hold=Hold.FENCED)
    stage.open(flow=AIR)
    stage.options.say(TOKEN, SocketWish(is_trusted=True, section=5))
    assert (stage.destroyed, stage.options.confirmed) == ([], {TOKEN: 5})


def test_what_has_ended_is_forgotten(stage):
    stage.options.say(TOKEN, SocketWish(is_trusted=True, section=5))
    stage.open()
    stage.connections.take_event(ConnectionClosed(token=TOKEN))
    assert stage.options.wish(TOKEN) == NOTHING_ASKED
    assert stage.options.confirmed == {}


def test_a_machine_that_lacks_something_says_so_and_goes_on_without():
    stage = Stage(SimulatedSocketOptions("BPF is refused"))
    (sentence,) = stage.keeper.limits()
    assert sentence.startswith("programs cannot set MPTCP_EXPIRATION and MPTCP_TRUSTED on this machine: ")
    assert sentence.endswith("BPF is refused")
    stage.open()
    assert stage.account.policy == RULE


def test_whoever_has_closed_heeds_nothing_more(stage):
    stage.open()
    stage.keeper.close()
    stage.options.say(TOKEN, SocketWish(wait_s=0.05))
    assert stage.account.policy == RULE


def test_the_status_says_what_is_missing_and_nothing_where_nothing_is(tmp_path):
    said = []
    for number, missing in enumerate(("", "BPF is refused")):
        world = replace(simulated_world(), options=SimulatedSocketOptions(missing))
        manager = Manager(world, facts=NO_FACTS, state=StateDirectory(tmp_path / str(number)))
        manager.options.begin()
        said.append(sum("BPF is refused" in each for each in manager.status().limits))
    assert said == [0, 1]


@pytest.mark.parametrize(("flow", "confirmed"), [(CABLE, {TOKEN: 5}), (AIR, {})], ids=["trusted", "untrusted"])
def test_what_has_fallen_back_to_plain_tcp_is_in_a_section_where_its_path_is_trusted(stage, flow, confirmed):
    stage.open(flow=flow)
    sample = ConnectionSample(
        token=TOKEN,
        flow=flow,
        state=TcpState.ESTABLISHED,
        owner=NOBODY,
        is_fallback=True,
        tx_bytes=0,
        rx_bytes=0,
        tx_written=0,
    )
    snapshot = Snapshot(connections=(sample,), subflows=())
    stage.connections.take_snapshot(snapshot)
    stage.connections._decide(Resynchronised(snapshot=snapshot))
    stage.options.say(TOKEN, SocketWish(is_trusted=True, section=5))
    assert stage.options.confirmed == confirmed


def test_a_connection_from_before_the_daemon_is_never_said_to_be_in_a_section(stage):
    stage.open()
    stage.account.is_foreign = True
    stage.options.say(TOKEN, SocketWish(is_trusted=True, section=5))
    assert stage.options.confirmed == {}
