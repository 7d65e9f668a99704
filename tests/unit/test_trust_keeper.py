"""What the keeper of trust puts into force, in a world that is remembered only."""

import asyncio
from dataclasses import replace
from ipaddress import ip_address

import pytest

from mpmanager.api.structures import EventKind
from mpmanager.core.ledger import ConnectionAccount
from mpmanager.core.protection import Opening
from mpmanager.daemon import trust_keeper
from mpmanager.daemon.compose import simulated_world
from mpmanager.daemon.journal import Journal
from mpmanager.daemon.program_places import ProgramPlaces
from mpmanager.daemon.subjects import uids_of
from mpmanager.daemon.trust_keeper import MOST_PLAIN, PLAIN_KEPT_S, TrustKeeper
from mpmanager.model.connection import UNKNOWN_APPLICATION, Application, Endpoint, FourTuple
from mpmanager.model.enforcement import CgroupsRefusedError, EnforcementLimit, Restriction, Shortfall
from mpmanager.model.errors import CommandRefusedError, NotSupportedError
from mpmanager.model.path import InterfaceAddress, KindSource, Path, PathKind, PathState, Tier, WayOut
from mpmanager.model.policy import Policy, PolicyRule, TrustPolicy
from mpmanager.model.progress import Progress
from mpmanager.model.protection import Coverage, CoverageReason
from mpmanager.model.selector import Selector
from mpmanager.model.socket_options import NOTHING_ASKED, SocketWish
from mpmanager.model.trust import Hold, Trust, TrustReason, TrustVerdict
from mpmanager.simulated.cgroups import SimulatedCgroups
from mpmanager.simulated.enforcement import SimulatedEnforcement
from mpmanager.simulated.world import SimulatedConnections, SimulatedLaptop

NOTHING_WORKS = EnforcementLimit(shortfall=Shortfall.NOTHING_ENFORCED, sentence="no BPF here")
LET_GO = Opening(is_on_trusted=False, had_trusted=False)


class Refusing(SimulatedEnforcement):
    """Refuses while it is told to, all or what concerns single cgroups."""

    refuses, barred = False, frozenset()

    def apply(self, plan):
        if self.refuses:
            raise CommandRefusedError("out of memory", errno=12)
        gone = super().apply(plan)
        error = CommandRefusedError("Operation not permitted", errno=1)
        if refused := {each.cgroup: error for each in plan.policies if each.cgroup in self.barred}:
            raise CgroupsRefusedError(refused, gone=gone)
        return gone


class Counting(SimulatedConnections):
    """Tells how far connections have got as it is told."""

    def __init__(self, laptop):
        super().__init__(laptop)
        self.got = {}
        self.silences = 0
        """How often more it does not answer."""

    def connection(self, token):
        self._answer()
        return super().connection(token)

    def _answer(self):
        if self.silences:
            self.silences -= 1
            raise CommandRefusedError("looking: the kernel did not answer within 2 s", errno=110)

    def progress(self, tokens):
        self._answer()
        return [
            Progress(token=each, write_seq=0, snd_una=up, rcv_nxt=down)
            for each, (up, down) in self.got.items()
            if each in tokens
        ]


class Stage:
    def __init__(self, *limits):
        self.now = 100.0
        self.connections = Counting(SimulatedLaptop(clock=lambda: self.now))
        self.enforcement = Refusing(limits)
        self.cgroups = SimulatedCgroups()
        self.journal = Journal(wall_clock=lambda: 0.0)
        self.rules, self.scopes, self.revised, self.accounts = [], {}, [], []
        self.keeper = TrustKeeper(
            self._world(),
            journal=self.journal,
            clock=lambda: self.now,
            root="/",
            rules=lambda: self.rules,
            scopes=lambda: self.scopes,
            places_of=ProgramPlaces(self.cgroups, root="/", uids=uids_of, scope_applications=dict).of,
            revise=self._revise,
        )
        self.keeper.begin()

    def _world(self):
        return replace(
            simulated_world(),
            connections=self.connections,
            applications=self.connections,
            cgroups=self.cgroups,
            enforcement=self.enforcement,
        )

    def _revise(self, account):
        self.revised.append(account)
        for each in [account] if account else self.accounts:
            each.protection = self.keeper.protection(each)

    def say(self, selector, demand):
        self.rules.append(PolicyRule(selector=Selector.parse(selector), trust=TrustPolicy.parse(demand)))
        self.keeper.take_rules()

    def open(self, token=1, *, demand="handshake", cgroup="/x", opening=None):
        here, there = Endpoint(ip_address("10.0.2.2"), token), Endpoint(ip_address("203.0.113.5"), 443)
        account = ConnectionAccount(token=token, flow=FourTuple(here, there), is_server_side=False, opened=self.now)
        account.application = Application(id="exe:/bin/a", name="a", pid=1, exe="/bin/a", cgroup=cgroup)
        account.policy = Policy(wait_s=0, decided_by=Selector.parse("default"), trust=TrustPolicy.parse(demand))
        account.opening = opening or account.opening
        account.protection = self.keeper.protection(account)
        self.accounts.append(account)
        return account

    @property
    def policies(self):
        return {each.cgroup: each.restriction for each in self.enforcement.plan.policies}


@pytest.fixture
def stage():
    stage = Stage()
    stage.keeper.enforce((path(),))
    return stage


def path(level=Trust.TRUSTED, *, metric=100, index=2):
    return Path(
        name=f"eth{index}",
        index=index,
        kind=PathKind.ETHERNET,
        kind_source=KindSource.KERNEL,
        network=None,
        security=None,
        trust=TrustVerdict(level=level, reason=TrustReason.WIRED),
        tier=Tier.ALWAYS,
        state=PathState.UP,
        addresses=(InterfaceAddress(address=ip_address("10.0.2.2"), prefix_length=24),),
        ways_out=(WayOut(version=4, gateway=ip_address("10.0.2.1"), metric=metric),),
    )


def test_before_the_network_is_known_nobody_is_held_and_no_program_is_started():
    stage = Stage()
    stage.say("default", "only")
    assert stage.policies == {}
    with pytest.raises(NotSupportedError, match="just starting"):
        stage.keeper.enforce_now()
    stage.keeper.enforce((path(),))
    assert stage.policies["/user.slice"] is Restriction.ONLY


def test_rules_are_in_force_at_once_and_told(stage):
    assert stage.policies == {"/": Restriction.HANDSHAKE}
    stage.say("cgroup:/a", "only")
    assert stage.policies == {"/": Restriction.HANDSHAKE, "/a": Restriction.ONLY}
    info = stage.keeper.info(unix_time=lambda now: now)
    assert [(each.cgroup, each.demand, each.is_scope) for each in info.restrictions] == [
        ("/", "handshake", False),
        ("/a", "only", False),
    ]


def test_what_the_kernel_refuses_is_told_once_and_tried_again(stage):
    stage.enforcement.refuses = True
    stage.say("cgroup:/a", "only")
    stage.keeper.look()
    assert [each.kind for each in stage.journal.recent(9)] == [EventKind.ENFORCEMENT_FAILED]
    assert "out of memory" in stage.keeper.limits()[-1]
    stage.enforcement.refuses = False
    stage.keeper.look()
    assert stage.policies["/a"] is Restriction.ONLY
    assert stage.keeper.limits() == []


def test_a_cgroup_that_cannot_be_held_is_told_and_costs_no_other_its_restriction(stage):
    stage.enforcement.barred, stage.enforcement.gone = {"/barred"}, {"/gone"}
    for each in ("barred", "gone", "a"):
        stage.say(f"cgroup:/{each}", "only")
    stage.keeper.look()
    demands = {each: str(stage.keeper.demand_at(each)) for each in ("/barred", "/gone", "/a")}
    assert demands == {"/barred": "handshake", "/gone": "handshake", "/a": "only"}
    assert [each.kind for each in stage.journal.recent(9)] == [EventKind.ENFORCEMENT_FAILED]
    assert stage.keeper.limits()[-1].endswith("refused what is demanded of /barred: Operation not permitted")
    stage.enforcement.barred = set()
    stage.keeper.look()
    assert str(stage.keeper.demand_at("/barred")) == "only"
    assert stage.keeper.limits() == []


def test_whoever_asks_for_a_scope_gets_it_whatever_is_refused_of_others(stage):
    stage.scopes["/scope"] = TrustPolicy.parse("only")
    stage.say("cgroup:/barred", "only")
    stage.enforcement.barred = {"/barred"}
    stage.keeper.enforce_now(asked_for=stage.scopes)
    assert str(stage.keeper.demand_at("/scope")) == "only"
    assert "/barred" in stage.keeper.limits()[-1]
    stage.enforcement.barred = {"/barred", "/scope"}
    with pytest.raises(CgroupsRefusedError, match="of 1 more"):
        stage.keeper.enforce_now(asked_for=stage.scopes)


def test_a_machine_that_can_enforce_nothing_is_not_asked_to_and_says_so():
    stage = Stage(NOTHING_WORKS)
    stage.keeper.enforce((path(),))
    stage.say("cgroup:/a", "only")
    assert stage.policies == {}
    assert stage.keeper.limits() == ["trust cannot be enforced on this machine: no BPF here"]
    protection = stage.open(demand="only").protection
    assert (protection.coverage, protection.reason) == (Coverage.BEST_EFFORT, CoverageReason.MACHINE)


def test_a_cgroup_that_comes_later_is_restricted_when_it_is_there(stage):
    stage.enforcement.gone.add("/later")
    stage.say("cgroup:/later", "only")
    assert str(stage.keeper.demand_at("/later")) == "handshake"
    stage.enforcement.gone.clear()
    stage.cgroups.make("/", "later")
    stage.keeper.look()
    assert str(stage.keeper.demand_at("/later")) == "only"
    assert stage.revised[-1] is None, "what is known of all connections is looked at again"


def test_no_trusted_path_is_told_once_until_there_is_one(stage):
    stage.keeper.enforce((path(Trust.UNTRUSTED),))
    for token in (1, 2):
        stage.open(token, opening=LET_GO)
    assert [each.kind for each in stage.journal.recent(9)] == [EventKind.HANDSHAKE_UNPROTECTED]
    stage.keeper.enforce((path(),))
    stage.open(3, opening=LET_GO)
    assert len(stage.journal.recent(9)) == 2


def test_plain_destinations_are_learnt_where_they_were_seen_on_a_trusted_path_and_expire(stage):
    stage.keeper.enforce((path(), path(Trust.UNTRUSTED, metric=1, index=3)))
    stage.keeper.learn_plain(stage.open(1, opening=LET_GO))
    stage.keeper.look()
    assert stage.enforcement.plan.plain_destinations == frozenset()
    stage.keeper.learn_plain(stage.open(2))
    stage.keeper.look()
    assert {str(each) for each in stage.enforcement.plan.plain_destinations} == {"203.0.113.5:443"}
    stage.now += PLAIN_KEPT_S
    stage.keeper.look()
    assert stage.enforcement.plan.plain_destinations == frozenset()


def test_nothing_is_learnt_where_the_main_table_leads_to_trusted_paths_anyway(stage):
    stage.keeper.enforce((path(), path(Trust.UNTRUSTED, metric=200, index=3)))
    stage.keeper.learn_plain(stage.open(2))
    stage.keeper.look()
    assert stage.enforcement.plan.plain_destinations == frozenset()


def test_no_more_destinations_are_remembered_than_there_is_room_for(stage):
    stage.keeper.enforce((path(), path(Trust.UNTRUSTED, metric=1, index=3)))
    for number in range(MOST_PLAIN + 5):
        account = stage.open(number + 1)
        account.flow = FourTuple(account.flow.local, Endpoint(ip_address("203.0.113.5"), number + 1))
        stage.keeper.learn_plain(account)
    stage.keeper.look()
    assert {each.port for each in stage.enforcement.plan.plain_destinations} == set(range(6, MOST_PLAIN + 6))


def test_what_was_refused_to_somebody_who_asked_is_tried_again(stage):
    stage.scopes["/scope"] = TrustPolicy.parse("only")
    stage.enforcement.refuses = True
    with pytest.raises(CommandRefusedError):
        stage.keeper.enforce_now()
    stage.enforcement.refuses = False
    stage.keeper.look()
    assert stage.policies["/scope"] is Restriction.ONLY


def test_first_bytes_are_counted_until_they_have_passed_in_both_directions(stage):
    stage.say("cgroup:/x", "first:1000")
    account = stage.open(demand="first:1000")
    stage.connections.got[1] = (50_000, 70_000)
    assert stage.keeper.count_first_bytes()
    assert account.protection.hold is Hold.STANDBY
    stage.connections.got[1] = (50_000, 71_000)
    stage.keeper.count_first_bytes()
    assert account.protection.hold is Hold.RECEIVING
    stage.connections.got[1] = (51_000, 71_000)
    stage.keeper.count_first_bytes()
    assert account.protection.hold is Hold.FREE
    assert not stage.keeper.count_first_bytes(), "nobody is counted any more"


def test_first_bytes_are_counted_on_though_the_kernel_does_not_answer_for_once(stage, monkeypatch):
    for rest in ("_REST_S", "_QUIET_RELEASE_EVERY_S"):
        monkeypatch.setattr(trust_keeper, rest, 0.001)
    stage.say("cgroup:/x", "first:1000")
    account = stage.open(demand="first:1000")
    stage.connections.got[1] = (0, 0)
    stage.connections.silences = 2

    async def scenario():
        running = asyncio.create_task(stage.keeper.run())
        await asyncio.sleep(0.1)
        stage.connections.got[1] = (1000, 1000)
        await asyncio.sleep(0.1)
        assert not running.done()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(scenario())
    assert stage.connections.silences == 0
    assert account.protection.hold is Hold.FREE


def test_a_connection_of_which_the_kernel_tells_nothing_for_once_is_held_as_the_strictest_are(stage):
    stage.say("cgroup:/x", "only")
    account = stage.open(cgroup="/y")
    account.application = UNKNOWN_APPLICATION
    stage.connections.silences = 1
    assert stage.keeper.protection(account).hold is Hold.FENCED
    assert stage.connections.silences == 0
    assert stage.keeper.protection(account).hold is not Hold.FENCED


def test_subflows_that_the_kernel_has_limited_are_left_before_they_are_free(stage):
    stage.say("cgroup:/x", "first:1000")
    account = stage.open(demand="first:1000")
    holds = []
    stage.keeper._revise = lambda each: (stage._revise(each), holds.append(each.protection.hold))  # to watch
    for up, down in ((0, 0), (0, 1000), (1000, 1000)):
        stage.connections.got[1] = (up, down)
        stage.keeper.count_first_bytes()
    assert holds == [Hold.RECEIVING, Hold.TRUSTED, Hold.FREE]
    assert not account.is_in_section


def test_a_section_holds_a_connection_to_trusted_paths_and_lets_it_go(stage):
    account = stage.open()
    stage.keeper.hold(account, held=True)
    assert account.protection.hold is Hold.TRUSTED
    stage.keeper.hold(account, held=False)
    assert account.protection.hold is Hold.FREE


def test_a_section_that_the_program_has_begun_itself_ends_by_nobody_elses_word(stage):
    account = stage.open()
    account.wish = SocketWish(is_trusted=True)
    stage.keeper.hold(account, held=False)
    assert account.protection.hold is Hold.TRUSTED
    account.wish = NOTHING_ASKED
    stage.keeper.hold(account, held=True)
    assert account.protection.hold is Hold.TRUSTED


def test_whoever_stops_leaves_it_in_force_for_nobody_to_attend_to(stage):
    stage.say("cgroup:/a", "only")
    stage.keeper.retire()
    assert stage.policies == {"/": Restriction.HANDSHAKE, "/a": Restriction.ONLY}
    assert all(each.is_unattended for each in stage.enforcement.plan.classes)
