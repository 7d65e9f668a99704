"""Active backup for all connections: what they share, and the orders that follow from what their machines find.

They share what is known of paths (a path that one connection has found dead is not probed by the next one, one probe
serves all that suspect the same path, as do heartbeats), a budget of commands, and the doubt of a daemon that was late
itself.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from mpmanager.core.automatic_wait import AutomaticWait
from mpmanager.core.big_transfers import TransferMeter
from mpmanager.core.expiration import Expiration
from mpmanager.core.findings import (
    Effect,
    LeaveSubflow,
    ProbePath,
    Rank,
    Report,
    SubflowView,
    TakeBack,
    is_standing,
)
from mpmanager.core.heartbeats import ACTIVE_S, Heartbeats
from mpmanager.core.subflow_events import NormalPathsChosen, Order, PathRecovered, ProbeWanted, SubflowFailed
from mpmanager.core.subflows import StandingSubflow
from mpmanager.model.expiration import ExpirationView
from mpmanager.model.heartbeat import Beat
from mpmanager.model.history import WaitCount
from mpmanager.model.names import IPAddress, LinkName, Token
from mpmanager.model.path import Path, Tier
from mpmanager.model.policy import NEVER, Intent, Policy
from mpmanager.model.progress import Progress, SubflowVitals
from mpmanager.model.traffic import PathTimes

TENSE_INTERVAL_S = 0.004
"""Between looks while a verdict may be near; the shortest."""
BUSY_INTERVAL_S = 0.0125
"""While connections are active and all is well, or a quarter of the shortest wait that is allowed."""
_BUSY_SHARE = 0.25
QUIET_INTERVAL_S = 0.025
LONGEST_BUSY_INTERVAL_S = 0.02
"""However much the looks cost."""
MOST_OF_A_CORE = 0.1
"""What looking may cost before it is done less often."""

_BEATS_EVERY_S = 0.025
"""How exact heartbeats are."""

COMMANDS_PER_S = 200.0
MOST_COMMANDS = 100

LAG_S = 0.02
"""A look that comes so late sees stalls that may be this program's own."""
DOUBT_S = 0.1
"""The longest time for which such stalls are doubted."""

FOUND_DEAD_S = 1.0
PROBE_SHARED_S = 0.1

_CLEARLY_FASTER = 0.8
"""The share of the delay of the path that carries which another one has to come under to carry instead."""
_MAY_LEAD = frozenset({Tier.ALWAYS, Tier.WHEN_NEEDED})

_RANKS = {Tier.ALWAYS: Rank.PREFERRED, Tier.WHEN_NEEDED: Rank.HELPER, Tier.BACKUP: Rank.RESERVE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A big transfer was moved to a path of its own, or back."""

    path: LinkName
    is_back: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What follows from a look at one connection."""

    orders: tuple[Order, ...] = ()
    """To the subflow manager, in this order."""
    reports: tuple[Report | Move, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Watched:
    machine: Expiration
    said: Policy
    """What the rules say,"""
    policy: Policy
    """and what is in force: the same, unless the wait is computed."""
    is_server_side: bool
    automatic: AutomaticWait | None = None
    meter: TransferMeter | None = None
    chosen: frozenset[LinkName] | None = None
    """What the subflow manager was told last."""
    carriers: tuple[LinkName, ...] = ()
    """The paths over which its data went when it was looked at last."""
    has_changed_size: bool = False
    moved_to: LinkName | None = None
    """The path that its big transfer was moved to."""
    is_due: bool = False
    """Whether it has to be looked at whatever its data does."""
    fastest: LinkName | None = None
    """The path with the lowest delay, where that is what counts."""


class Expirations:
    """All connections under a policy. Times are seconds of the caller's clock."""

    def __init__(self) -> None:
        self._watched: dict[Token, _Watched] = {}
        self._paths: dict[LinkName, Path] = {}
        self._metered: frozenset[LinkName] = frozenset()
        self._found_dead: dict[tuple[LinkName, IPAddress], float] = {}
        """Paths where nothing was delivered from or to a peer, and when that was found."""
        self._probes: dict[LinkName, tuple[Token, float]] = {}
        self._heartbeats = Heartbeats()
        self._next_beats = 0.0
        self._missed: frozenset[LinkName] = frozenset()
        """Paths that have not answered their last heartbeats."""
        self._budget = float(MOST_COMMANDS)
        self._budget_time = 0.0
        self._doubt_until = 0.0
        self._is_behind = False
        self._is_tense = False
        self._busy_interval_s = BUSY_INTERVAL_S
        self._has_new_policies = False

    @property
    def tokens(self) -> frozenset[Token]:
        """The connections to look at."""
        return frozenset(self._watched)

    def watch(self, token: Token, policy: Policy, *, is_server_side: bool, now: float) -> None:
        """Look after a connection from now on, or after another policy for it."""
        known = self._watched.get(token)
        if known is None:
            machine = Expiration(policy, now=now, may_probe=not is_server_side)
            self._has_new_policies = True
            known = self._watched[token] = _Watched(
                machine=machine, said=policy, policy=policy, is_server_side=is_server_side
            )
        if policy.tiers != known.said.tiers and not is_server_side:
            known.machine.forget_paths_but(self._open_paths(policy))
            known.is_due = True
        known.said = policy
        if (policy.intent is Intent.AUTOMATIC) is not (known.automatic is not None):
            known.automatic = AutomaticWait() if known.automatic is None else None
        self._put_in_force(known, now)
        over_bytes = policy.big_transfers.over_bytes if policy.big_transfers else None
        if over_bytes != (known.meter.over_bytes if known.meter else None):
            known.meter = TransferMeter(over_bytes) if over_bytes else None

    def _put_in_force(self, watched: _Watched, now: float) -> None:
        policy = watched.said if watched.automatic is None else watched.automatic.policy(watched.said)
        self._has_new_policies = self._has_new_policies or policy != watched.policy
        watched.policy = policy
        watched.machine.set_policy(policy, now=now)

    def forget(self, token: Token) -> tuple[Order, ...]:
        """Let a connection go; it gets back what the tiers say."""
        watched = self._watched.pop(token, None)
        if watched is None:
            return ()
        back = tuple(PathRecovered(token=token, path=path) for path in sorted(watched.machine.absences.paths))
        return (NormalPathsChosen(token=token, paths=None), *back) if watched.chosen is not None or back else ()

    def set_paths(self, paths: Iterable[Path]) -> None:
        """The network is another now."""
        self._paths = {path.name: path for path in paths if path.state.is_usable}
        self._metered = frozenset(path.name for path in self._paths.values() if path.is_metered)
        self._heartbeats.forget_paths_but(self._paths)
        for each in self._watched.values():
            if not each.is_server_side:
                each.machine.forget_paths_but(self._open_paths(each.policy))
            each.is_due = True  # ranks may be others

    def _open_paths(self, policy: Policy) -> dict[LinkName, Tier]:
        """With their tiers for a connection under this policy."""
        return {name: tier for name, path in self._paths.items() if (tier := policy.tier_of(path)) is not Tier.NEVER}

    def note_lag(self, lag_s: float, now: float) -> None:
        """Say how much too late the looks come that follow."""
        if lag_s > LAG_S:
            self._doubt_until = now + min(lag_s, DOUBT_S)

    def note_behind(self, *, is_behind: bool) -> None:
        """Say whether the kernel has told what is not taken in yet: the answer to a probe may be there."""
        self._is_behind = is_behind

    def beats(self, now: float) -> tuple[Beat, ...]:
        """The heartbeats to send now; call it before each round of looks."""
        if now < self._next_beats:
            return ()
        self._next_beats = now + _BEATS_EVERY_S
        self._missed = self._heartbeats.missed(now)
        for each in self._watched.values() if self._missed else ():
            each.is_due = each.is_due or not self._missed.isdisjoint(each.carriers)
        return self._heartbeats.due(now)

    def note_heartbeat(self, beat: Beat, now: float) -> None:
        """A heartbeat was answered."""
        self._heartbeats.note_answer(beat.path, beat.peer, beat.sequence, now)

    def note_join(self, token: Token, path: LinkName, now: float) -> None:
        """A new subflow on the path was answered."""
        self._note_alive(path)
        self._heartbeats.note_heard(path, now)
        if token in self._watched:
            self._watched[token].is_due = True

    def _note_alive(self, path: LinkName) -> None:
        self._found_dead = {key: found for key, found in self._found_dead.items() if key[0] != path}

    def note_probe_answer(self, token: Token) -> None:
        """The probe of a connection was answered: all that suspect the same path know now."""
        for path in [path for path, (prober, _asked) in self._probes.items() if prober == token]:
            del self._probes[path]
            self._note_alive(path)
            for each in self._watched.values():
                if each.machine.suspected_path == path:
                    each.machine.note_answer()

    def view(self, token: Token) -> ExpirationView | None:
        """The state of a connection; None where it is not watched."""
        watched = self._watched.get(token)
        if watched is None:
            return None
        view = watched.machine.view()
        return view if watched.automatic is None else replace(view, grounds=watched.automatic.grounds)

    def take_waits(self, token: Token) -> WaitCount:
        """How long data of a connection has waited that was acknowledged since the last call."""
        watched = self._watched.get(token)
        return WaitCount() if watched is None else watched.machine.take_waits()

    def take(self, progress: Progress, now: float) -> bool:
        """Note how far a connection has got; whether `judge` wants to see its subflows."""
        watched = self._watched.get(progress.token)
        if watched is None:
            return False
        before = watched.machine.active
        wants = watched.machine.take(progress, now)
        if watched.machine.active != before:
            for path in watched.carriers:
                self._heartbeats.note_heard(path, now)
        if watched.meter is not None and watched.meter.take(progress.snd_una + progress.rcv_nxt, now):
            watched.has_changed_size = True
        if watched.automatic is not None and watched.automatic.take(progress, now):
            self._put_in_force(watched, now)
            watched.is_due = True
        self._is_tense = self._is_tense or watched.machine.is_tense(now)
        return wants or watched.has_changed_size or watched.is_due

    def judge(self, token: Token, subflows: Sequence[tuple[StandingSubflow, SubflowVitals]], now: float) -> Decision:
        """Draw the conclusions from a closer look at one connection."""
        watched = self._watched.get(token)
        if watched is None:
            return Decision()
        standing = {each.path.name for each, vitals in subflows if is_standing(vitals)}
        tiers = self._open_paths(watched.policy)
        watched.fastest = _fastest(watched, subflows, tiers)
        ranks = _ranks(watched, standing, tiers)
        views = [
            _seen_by_server(each, vitals) if watched.is_server_side else _seen(each, vitals, ranks[each.path.name], now)
            for each, vitals in subflows
            if is_standing(vitals) and each.path.name in ranks
        ]
        self._note_carriers(watched, subflows, ranks)
        self._measure(watched, views, now)
        is_hearing = not self._is_behind or watched.machine.suspected_path is None
        may_act = self._may_act(now) and is_hearing
        effects = watched.machine.judge(
            views, now, may_act=may_act, found_dead=self._dead_paths(subflows, now), missed=self._missed
        )
        moves = self._moves(watched, standing, now)
        orders = (*_choose(token, watched, ranks, tiers), *self._orders(token, effects, now))
        self._budget -= len(orders)
        return Decision(orders=orders, reports=(*moves, *(each for each in effects if isinstance(each, Report))))

    def _note_carriers(
        self,
        watched: _Watched,
        subflows: Sequence[tuple[StandingSubflow, SubflowVitals]],
        ranks: Mapping[LinkName, Rank],
    ) -> None:
        """A client that would leave a path for silence has it asked while nothing comes."""
        if watched.is_server_side or min(watched.policy.waits_s) == NEVER:
            watched.carriers = ()
            return
        normal = watched.machine.normal_paths(ranks)
        carriers = [(each, vitals) for each, vitals in subflows if each.path.name in normal and is_standing(vitals)]
        watched.carriers = tuple({each.path.name for each, _vitals in carriers})
        for each, vitals in carriers:
            if vitals.rtt_s is not None:
                self._heartbeats.note_carrying(
                    each.path.name,
                    interface_index=each.path.index,
                    local=each.flow.local.address,
                    peer=each.flow.remote.address,
                    rtt_s=vitals.rtt_s,
                    moved=watched.machine.active,
                )

    def _measure(self, watched: _Watched, views: Sequence[SubflowView], now: float) -> None:
        """Take what the paths measure into account where the wait is computed."""
        times = None if watched.automatic is None else _path_times(views, self._metered)
        if watched.automatic is not None and times is not None:
            watched.automatic.note_paths(times)
            self._put_in_force(watched, now)

    def interval_s(self, now: float, *, cost_s: float) -> float | None:
        """When to look again after a look that cost so much processor time; None: when there is something to watch."""
        is_tense, self._is_tense = self._is_tense, False
        if not self._watched:
            return None
        is_busy = any(
            now - each.machine.active < ACTIVE_S or each.machine.is_awaiting for each in self._watched.values()
        )
        if not is_busy:
            return QUIET_INTERVAL_S
        if self._has_new_policies:
            self._has_new_policies = False
            shortest_wait_s = min(wait_s for each in self._watched.values() for wait_s in each.policy.waits_s)
            self._busy_interval_s = min(max(TENSE_INTERVAL_S, _BUSY_SHARE * shortest_wait_s), BUSY_INTERVAL_S)
        shortest_s = TENSE_INTERVAL_S if is_tense else self._busy_interval_s
        return min(max(shortest_s, cost_s / MOST_OF_A_CORE), LONGEST_BUSY_INTERVAL_S)

    def _may_act(self, now: float) -> bool:
        self._budget = min(float(MOST_COMMANDS), self._budget + COMMANDS_PER_S * (now - self._budget_time))
        self._budget_time = now
        return self._budget >= 1 and now >= self._doubt_until

    def _dead_paths(self, subflows: Sequence[tuple[StandingSubflow, SubflowVitals]], now: float) -> list[LinkName]:
        """Paths that others have just found dead: towards the same peer, or towards so many that it is not the peer."""
        self._found_dead = {key: found for key, found in self._found_dead.items() if now - found < FOUND_DEAD_S}
        mine = {each.flow.remote.address for each, _vitals in subflows}
        peers: dict[LinkName, set[IPAddress]] = {}
        for path, peer in self._found_dead:
            peers.setdefault(path, set()).add(peer)
        return [path for path, found in peers.items() if len(found) > 1 or found & mine]

    def _moves(self, watched: _Watched, standing: set[LinkName], now: float) -> tuple[Move, ...]:
        watched.has_changed_size = watched.is_due = False
        target, meter = watched.policy.big_transfers, watched.meter
        is_big = target is not None and meter is not None and meter.is_big
        path = watched.moved_to if target is None else target.path
        is_moved = is_big and (path in standing or watched.moved_to is not None)
        if path is None or is_moved is (watched.moved_to is not None):
            return ()
        watched.moved_to = path if is_moved else None
        watched.machine.settle(now)
        return (Move(path=path, is_back=not is_moved),)

    def _orders(self, token: Token, effects: Iterable[Effect], now: float) -> tuple[Order, ...]:
        orders: list[Order] = []
        for effect in effects:
            match effect:
                case LeaveSubflow():
                    if not self._watched[token].is_server_side:
                        self._found_dead[effect.path, effect.flow.remote.address] = now
                    orders.append(SubflowFailed(token=token, flow=effect.flow, rtt_s=effect.rtt_s))
                case TakeBack():
                    self._note_alive(effect.path)
                    orders.append(PathRecovered(token=token, path=effect.path))
                case ProbePath() if self._is_first_to_ask(token, now):
                    orders.append(ProbeWanted(token=token, flow=effect.flow))
                case _:
                    pass
        return tuple(orders)

    def _is_first_to_ask(self, token: Token, now: float) -> bool:
        path = self._watched[token].machine.suspected_path
        if path is None:
            return False
        asked = self._probes.get(path)
        if asked is not None and asked[0] != token and asked[0] in self._watched and now - asked[1] < PROBE_SHARED_S:
            return False
        self._probes[path] = (token, now)
        return True


def _ranks(watched: _Watched, standing: set[LinkName], tiers: Mapping[LinkName, Tier]) -> Mapping[LinkName, Rank]:
    """What each path is to a connection; a big transfer prefers its own path where it has a subflow there."""
    own = _own_path(watched, standing, tiers) or watched.fastest
    ranks = {name: _RANKS[tier] for name, tier in tiers.items()}
    if own is not None:
        others = Rank.RESERVE if watched.policy.wait_s == 0 else Rank.HELPER  # helpers would be pooled
        ranks = {name: max(rank, others) for name, rank in ranks.items()} | {own: Rank.PREFERRED}
    return ranks


def _own_path(watched: _Watched, standing: set[LinkName], tiers: Mapping[LinkName, Tier]) -> LinkName | None:
    target = watched.policy.big_transfers
    if target is None or watched.meter is None or not watched.meter.is_big:
        return None
    return target.path if target.path in tiers and target.path in standing else None


def _fastest(
    watched: _Watched,
    subflows: Sequence[tuple[StandingSubflow, SubflowVitals]],
    tiers: Mapping[LinkName, Tier],
) -> LinkName | None:
    """Of the paths that its tiers let carry or help, the one with the shortest round trip when it is empty."""
    if not watched.policy.prefers_lowest_delay:
        return None
    delays_s = {
        each.path.name: vitals.min_rtt_s
        for each, vitals in subflows
        if is_standing(vitals) and vitals.min_rtt_s and tiers.get(each.path.name) in _MAY_LEAD
    }
    if not delays_s:
        return None
    best = min(delays_s, key=lambda path: delays_s[path])
    if watched.fastest in delays_s and delays_s[best] > _CLEARLY_FASTER * delays_s[watched.fastest]:
        return watched.fastest
    return best


def _choose(
    token: Token, watched: _Watched, ranks: Mapping[LinkName, Rank], tiers: Mapping[LinkName, Tier]
) -> tuple[Order, ...]:
    normal = watched.machine.normal_paths(ranks)
    by_tier = {name for name, tier in tiers.items() if tier is Tier.ALWAYS}
    chosen = None if normal == by_tier else normal
    if chosen == watched.chosen or watched.is_server_side:
        return ()
    watched.chosen = chosen
    if watched.automatic is not None:
        watched.automatic.note_other_carriers()
    return (NormalPathsChosen(token=token, paths=chosen),)


def _path_times(views: Sequence[SubflowView], metered: Collection[LinkName]) -> PathTimes | None:
    """Of the path that is to carry and of those that are to help it; None where none is to carry."""
    carriers = [each for each in views if each.rank is Rank.PREFERRED]
    helpers = [each for each in views if each.rank is Rank.HELPER]
    if not carriers:
        return None
    carrier = min(carriers, key=lambda each: each.base_s)
    helper = min(helpers, key=lambda each: each.base_s, default=None)
    metered_helpers = tuple(sorted({each.path for each in helpers if each.path in metered}))
    return PathTimes(
        carrier=carrier.path,
        carrier_rtt_s=carrier.vitals.min_rtt_s,
        helper=None if helper is None else helper.path,
        helper_rtt_s=None if helper is None else helper.vitals.min_rtt_s,
        metered_helpers=metered_helpers,
        is_every_helper_metered=bool(helpers) and {each.path for each in helpers} == set(metered_helpers),
    )


def _seen(subflow: StandingSubflow, vitals: SubflowVitals, rank: Rank, now: float) -> SubflowView:
    # A peer that accepts a join answers the end of its handshake (RFC 8684, 3.2), too.
    is_proven = subflow.proven_at <= now or vitals.received_segments > 1
    return SubflowView(subflow.flow, subflow.path.name, rank, vitals, is_proven=is_proven)


def _seen_by_server(subflow: StandingSubflow, vitals: SubflowVitals) -> SubflowView:
    """A server tells paths by where they lead, and cannot open what the client has marked as backup."""
    path = LinkName(f"{subflow.path.name} to {subflow.flow.remote.address}")
    rank = Rank.RESERVE if vitals.is_backup_there else Rank.PREFERRED
    return SubflowView(subflow.flow, path, rank, vitals)
