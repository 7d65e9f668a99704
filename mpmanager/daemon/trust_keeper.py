"""Has trust enforced: puts into the kernel what the rules demand, and says of every connection how it is protected."""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from mpmanager.api.structures import EventKind, FenceInfo, PlainDestinationInfo, RestrictionInfo, TrustInfo
from mpmanager.core.first_bytes import FirstBytes
from mpmanager.core.ledger import ConnectionAccount
from mpmanager.core.protection import Progress, protection_of
from mpmanager.core.restrictions import Demands, demand_at, demands_of, plan_of
from mpmanager.daemon.holds_file import Holds
from mpmanager.daemon.journal import Journal
from mpmanager.daemon.program_places import Places
from mpmanager.daemon.world import World
from mpmanager.model.connection import UNKNOWN_APPLICATION, Endpoint, FourTuple
from mpmanager.model.enforcement import (
    CgroupPath,
    CgroupsRefusedError,
    EnforcementLimit,
    EnforcementPlan,
    FenceCounters,
    Shortfall,
)
from mpmanager.model.errors import CommandRefusedError, NotSupportedError
from mpmanager.model.names import Token
from mpmanager.model.path import Path, PathState
from mpmanager.model.policy import NOTHING_DEMANDED, PolicyRule, TrustDemand, TrustPolicy
from mpmanager.model.protection import CoverageReason, Protection
from mpmanager.model.selector import Selector
from mpmanager.model.trust import Hold

PLAIN_KEPT_S = 3600.0
"""A destination that has spoken no Multipath TCP is asked again after this time."""
MOST_PLAIN = 1000
_LOOK_EVERY_S = 1.0
"""For programs that have begun since, and cgroups that have come."""
_RELEASE_EVERY_S = 0.004
_QUIET_RELEASE_EVERY_S = 0.05
"""Between looks at how many bytes have passed: soon while some pass, rarely while a connection says nothing."""
_BUSY_S = 0.5
_REST_S = 1.0
"""Before it is looked again at what the kernel did not tell."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plain:
    """What is remembered of a destination that speaks no Multipath TCP."""

    until: float
    uid: int | None
    """Whose connection has shown it last."""


class TrustKeeper:
    """Everything here but `run` is called in the event loop and returns at once."""

    def __init__(
        self,
        world: World,
        *,
        journal: Journal,
        clock: Callable[[], float],
        root: CgroupPath,
        rules: Callable[[], Sequence[PolicyRule]],
        scopes: Callable[[], Demands],
        places_of: Callable[[Collection[Selector]], Places],
        revise: Callable[[ConnectionAccount | None], None],
        are_rules_lost: Callable[[], bool] = lambda: False,
        is_paused: Callable[[], bool] = lambda: False,
    ) -> None:
        """What is called back, besides the ports.

        Args:
            world: the ports.
            journal: takes the events.
            clock: seconds.
            root: the cgroup in which is all that the rules are about.
            rules: what was said and counts in the networks in use, the most specific first.
            scopes: what was demanded of single programs as they were started.
            places_of: finds the cgroups in which the programs of rules are.
            revise: called when `protection` says something else of a connection, or (None) of any.
            are_rules_lost: whether there may be other rules, of which nobody knows any more.
            is_paused: whether the kernel lets everything pass for now; what stands in it stands all the same.
        """
        self._world = world
        self._journal = journal
        self._clock = clock
        self._root = root
        self._rules = rules
        self._scopes = scopes
        self._places_of = places_of
        self._revise = revise
        self._are_rules_lost = are_rules_lost
        self._is_paused = is_paused
        self._paths: tuple[Path, ...] = ()
        self._places: Places = {}
        self._demands: Demands = {}
        self._identities: dict[CgroupPath, int | None] = {}
        """Of the cgroups of demands, as they were the last time: one that is made anew is nobody's until it is held."""
        self._plain: dict[Endpoint, _Plain] = {}
        self._has_new_plain = False
        self._refusal: str | None = None
        self._is_complete = True
        """Whether the kernel has taken all of what it was told last, whoever had it told."""
        self._limits: tuple[EnforcementLimit, ...] = ()
        self._counted: dict[Token, tuple[ConnectionAccount, FirstBytes]] = {}
        """Connections whose first bytes are being counted."""
        self._has_counted = asyncio.Event()
        self._recalled: Mapping[Token, FourTuple] = {}
        """Connections that the daemon before held."""
        self._holds_all = False
        """Whether it is lost which those were."""
        self._has_told_of_no_path = False
        self._has_begun = False
        """Whether the network is known: who is held to no path at all is held up."""

    def begin(self) -> None:
        """Find out what this machine can do; before the first `enforce`."""
        self._limits = self._world.enforcement.limits()

    def recall(self, holds: Holds) -> None:
        """Hand in the connections that the one before the crash held, until `end_recall` all if that is lost."""
        self._recalled, self._holds_all = holds.flows, holds.are_lost

    def end_recall(self) -> None:
        """What comes now is not older than this daemon."""
        self._holds_all = False

    @property
    def can_enforce(self) -> bool:
        """Whether the kernel takes any restriction."""
        return all(each.shortfall is not Shortfall.NOTHING_ENFORCED for each in self._limits)

    def limits(self) -> list[str]:
        """What does not hold here, one sentence each."""
        sentences = [_told(each) for each in self._limits]
        return [*sentences, *([f"trust is not enforced as it should be: {self._refusal}"] if self._refusal else [])]

    def info(self, *, unix_time: Callable[[float], float]) -> TrustInfo:
        """What is in force; `unix_time` makes Unix time of the clock's."""
        scopes = self._scopes()
        return TrustInfo(
            enforced=self.can_enforce,
            limits=self.limits(),
            root=self._root,
            restrictions=[
                RestrictionInfo(
                    cgroup=cgroup, demand=str(trust), is_scope=cgroup in scopes, rules=self._names_of(cgroup)
                )
                for cgroup, trust in sorted(self._demands.items())
            ],
            fences=[self._fence(each) for each in self._world.enforcement.counters()],
            plain_destinations=[
                PlainDestinationInfo(destination=str(each), until=unix_time(plain.until), uid=plain.uid)
                for each, plain in self._plain.items()
            ],
        )

    def _names_of(self, cgroup: CgroupPath) -> list[str]:
        """The rules that demand something of a cgroup, and not only of one around it."""
        return [str(selector) for selector, places in self._places.items() if cgroup in places]

    def _fence(self, counters: FenceCounters) -> FenceInfo:
        return FenceInfo(
            cgroup=counters.cgroup,
            path=next((path.name for path in self._paths if path.index == counters.link_index), None),
            interface_index=counters.link_index,
            passed_packets=counters.passed_packets,
            passed_bytes=counters.passed_bytes,
            dropped_packets=counters.dropped_packets,
            dropped_bytes=counters.dropped_bytes,
        )

    def demand_at(self, cgroup: CgroupPath) -> TrustPolicy:
        """What the processes of a cgroup are held to."""
        return demand_at(cgroup, self._demands)

    def enforce(self, paths: tuple[Path, ...], *, has_new_rules: bool = False) -> None:
        """The network is another now, and perhaps other rules count: put that into force before anybody uses it."""
        if has_new_rules or not self._has_begun:
            self._places = self._places_now()  # else what the daemon before has held would be let go for a while
        self._paths, self._has_begun = paths, True
        if any(path.is_trusted and path.state.is_usable for path in paths):
            self._has_told_of_no_path = False
        self._enforce_or_tell()

    def take_rules(self) -> None:
        """What was said is something else now."""
        self._places = self._places_now()
        self._enforce_or_tell()

    def enforce_now(self, *, has_new_places: bool = False, asked_for: Collection[CgroupPath] | None = None) -> None:
        """Put into force what holds now, also for programs that have just come where rules are about them.

        Where the kernel refuses what concerns single cgroups, the others are held, and that is told rather than raised
        when none of these is `asked_for`.

        Raises:
            NotSupportedError, CommandRefusedError: the kernel cannot, or did not; what is forbidden stays so.
        """
        if not self._has_begun:
            raise NotSupportedError("mpmanagerd is just starting and does not know the network yet; try again")
        if has_new_places:
            self._places = self._places_now()
        demands = demands_of(self._rules(), root=self._root, places=self._places, scopes=self._scopes())
        plan = self._plan(demands)
        identities = self._identities_of(demands)
        self._is_complete = False
        try:
            missing, refusal = self._world.enforcement.apply(plan), None
        except CgroupsRefusedError as error:
            missing, refusal = error.gone, error
        self._identities = identities | dict.fromkeys(missing)
        unheld = {*missing, *(refusal.cgroups if refusal else ())}
        self._demands = {cgroup: trust for cgroup, trust in demands.items() if cgroup not in unheld}
        if refusal is None:
            self._is_complete, self._refusal = True, None
        elif asked_for is None or not refusal.cgroups.isdisjoint(asked_for):
            raise refusal
        else:
            self._tell(refusal)

    def _enforce_or_tell(self) -> None:
        if not (self.can_enforce and self._has_begun):
            return
        try:
            self.enforce_now()
        except CommandRefusedError as error:
            self._tell(error)

    def _tell(self, error: CommandRefusedError) -> None:
        """Once, until all is as it should be."""
        if self._refusal is None:
            text = f"trust is not enforced as it should be: {error}; trying again"
            self._journal.record(EventKind.ENFORCEMENT_FAILED, text)
        self._refusal = str(error)

    def retire(self) -> None:
        """Leave what is in force so that it can stay without anybody to follow the network."""
        if self.can_enforce and self._demands:
            self._world.enforcement.apply(self._plan(self._demands, is_unattended=True))

    def _plan(self, demands: Demands, *, is_unattended: bool = False) -> EnforcementPlan:
        return plan_of(
            self._paths,
            demands,
            plain_destinations=self._plain,
            is_unattended=is_unattended,
            keeps_others=self._are_rules_lost(),
        )

    def protection(self, account: ConnectionAccount) -> Protection:
        """How a connection is protected as things are."""
        held = self._held(account) if self.can_enforce else None
        account.is_in_section |= self._holds_all
        if account.token in self._recalled:
            account.is_in_section |= self._recalled[account.token] == account.flow
            self._recalled = {token: flow for token, flow in self._recalled.items() if token != account.token}
        progress = Progress(
            has_received=account.has_received_first,
            has_sent=account.has_sent_first,
            is_fallback=account.is_fallback,
            is_in_section=account.is_in_section or account.wish.is_trusted,
        )
        found = protection_of(account.policy.trust, held, account.opening, progress)
        if found.hold in {Hold.STANDBY, Hold.RECEIVING} and account.token not in self._counted:
            tx_bytes, rx_bytes = account.volume
            count = FirstBytes(limit=found.demand.first_bytes, tx_bytes=tx_bytes, rx_bytes=rx_bytes)
            self._counted[account.token] = account, count
            self._has_counted.set()
        if found.reason is CoverageReason.NO_TRUSTED_PATH:
            self._tell_of_no_path(account)
        return found

    def _held(self, account: ConnectionAccount) -> TrustPolicy:
        if self._is_paused():
            return NOTHING_DEMANDED
        if self._demands.keys() <= {self._root}:
            return self._demands.get(self._root, NOTHING_DEMANDED)
        cgroup = account.application.cgroup
        if account.application is UNKNOWN_APPLICATION:
            try:
                sample = self._world.connections.connection(account.token)
            except CommandRefusedError as error:
                _log.warning("%s", error)
                return reduce(TrustPolicy.strictest, self._demands.values())  # until its program is found
            cgroup = None if sample is None else self._world.applications.cgroup(sample.owner)
        return self.demand_at(self._root if cgroup is None else CgroupPath(cgroup))

    def _tell_of_no_path(self, account: ConnectionAccount) -> None:
        """Once until there is a trusted path again: a café may have none for hours."""
        if not self._has_told_of_no_path:
            self._has_told_of_no_path = True
            text = f"no path is trusted: connections open unprotected; {account.flow.remote} is the first"
            self._journal.record(EventKind.HANDSHAKE_UNPROTECTED, text, token=account.token, uid=account.owner_uid)

    def hold(self, account: ConnectionAccount, *, held: bool) -> None:
        """A trusted section of a connection begins or ends: its data keeps to trusted paths, and waits for them."""
        account.is_in_section = held
        self._revise(account)

    def learn_plain(self, account: ConnectionAccount) -> None:
        """A connection has fallen back to plain TCP.

        Only where that was seen over a trusted path: elsewhere somebody may have stripped the option to have the next
        handshake for himself.
        """
        remote = account.flow.remote
        if account.is_server_side or not account.opening.is_on_trusted or account.flow.local.address.is_loopback:
            return
        if not self._is_led_astray(remote.address.version):
            return
        self._plain.pop(remote, None)
        self._plain[remote] = _Plain(until=self._clock() + PLAIN_KEPT_S, uid=account.owner_uid)
        while len(self._plain) > MOST_PLAIN:
            del self._plain[next(iter(self._plain))]
        self._has_new_plain = True

    def _is_led_astray(self, version: int) -> bool:
        """Whether the main table would send a connection by an untrusted path; else steering costs nobody anything."""
        ways = [
            (way.metric, path.index, path)
            for path in self._paths
            if path.state is PathState.UP
            for way in path.ways_out
            if way.version == version
        ]
        return bool(ways) and not min(ways, key=lambda each: each[:2])[2].is_trusted

    async def run(self) -> None:
        """Follow what changes by itself, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow_programs())
            tasks.create_task(self._count_first_bytes())

    async def _follow_programs(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            self.look()

    def look(self) -> None:
        """See whether programs, cgroups or what was learnt have become others."""
        now = self._clock()
        expired = [each for each, plain in self._plain.items() if plain.until <= now]
        for each in expired:
            del self._plain[each]
        places = self._places_now()
        are_others = self._identities != self._identities_of(self._identities)
        is_new = bool(expired or are_others or self._has_new_plain) or places != self._places
        if not is_new and self._is_complete and self._is_intact():
            return
        is_about_programs = places != self._places or are_others or not self._is_complete
        self._places, self._has_new_plain = places, False
        self._enforce_or_tell()
        if is_about_programs:
            self._revise(None)

    def _is_intact(self) -> bool:
        if not (self.can_enforce and self._has_begun):
            return True
        try:
            return self._world.enforcement.is_intact()
        except CommandRefusedError as error:
            _log.debug("%s", error)
            return True  # asked again soon

    def _identities_of(self, cgroups: Iterable[CgroupPath]) -> dict[CgroupPath, int | None]:
        return {each: self._world.cgroups.identity(each) for each in cgroups}

    def _places_now(self) -> Places:
        if not self.can_enforce:
            return {}
        return self._places_of([rule.selector for rule in self._rules() if rule.trust is not None])

    async def _count_first_bytes(self) -> None:
        busy_until = 0.0
        while True:
            if not self._counted:
                self._has_counted.clear()
                await self._has_counted.wait()
                busy_until = self._clock() + _BUSY_S
            try:
                if self.count_first_bytes():
                    busy_until = self._clock() + _BUSY_S
            except CommandRefusedError as error:
                _log.warning("%s; trying again", error)
                await asyncio.sleep(_REST_S)
                continue
            await asyncio.sleep(_RELEASE_EVERY_S if self._clock() < busy_until else _QUIET_RELEASE_EVERY_S)

    def count_first_bytes(self) -> bool:
        """Look how much has passed, and let connections go where it is enough; whether anything has moved."""
        has_moved = False
        found = {each.token: each for each in self._world.connections.progress(self._counted.keys())}
        for token, (account, count) in tuple(self._counted.items()):
            if token not in found or account.is_fallback or account.protection.demand.demand is not TrustDemand.FIRST:
                del self._counted[token]
                continue
            has_moved |= count.take(found[token])
            self._judge(token, account, count)
        return has_moved

    def _judge(self, token: Token, account: ConnectionAccount, count: FirstBytes) -> None:
        passed = count.passed
        if (passed.down, passed.up) == (account.has_received_first, account.has_sent_first):
            return
        was_receiving = account.protection.hold is Hold.RECEIVING
        account.has_received_first, account.has_sent_first = passed.down, passed.up
        if passed.down and passed.up:
            del self._counted[token]
        if was_receiving:
            # The kernel lets some subflows send nothing for as long as they live: have them made anew.
            account.is_in_section = True
            self._revise(account)
            account.is_in_section = False
        self._revise(account)


def _told(limit: EnforcementLimit) -> str:
    if limit.shortfall is Shortfall.NOTHING_ENFORCED:
        return f"trust cannot be enforced on this machine: {limit.sentence}"
    return limit.sentence
