"""Late data may use the backup: what the lateness of one connection's data says about its paths (active backup).

A connection is looked at many times a second. `take` notes how far its streams have got and says whether its subflows
deserve a closer look, which `judge` draws a finding from. State and finding give the next state:

    finding      PRIMARY      AGGREGATE    SUSPECT      FAILED_OVER  PROBING
    on time      .            PRIMARY      .            .            .
    late         AGGREGATE    .            .            .            .
    dead         FAILED_OVER  FAILED_OVER  FAILED_OVER  .            FAILED_OVER
    starved      SUSPECT      .            .            .            .
    heard        .            .            PRIMARY      .            .
    unanswered   .            .            FAILED_OVER  .            .
    rejoined     PROBING      PROBING      PROBING      PROBING      .
    lost         FAILED_OVER  FAILED_OVER  FAILED_OVER  .            FAILED_OVER
    proven       .            .            .            PRIMARY      PRIMARY
    undecided    .            .            .            .            .

Sending is exact: the oldest byte that the peer has not acknowledged tells how long data has waited. It is late when it
has waited for longer than a round trip on its path and the expiration delay (thesis 2.2). A path that answers nothing
meanwhile, or answers and never delivers what was lost, is dead: the kernel has pushed data into its subflow that leaves
it only when that is destroyed. A path that is merely full gets help from another one.

Receiving is a guess, because what has not come may not have been sent. Silence beyond the learned gaps therefore is no
verdict: a new subflow on the same path, whose handshake has to be answered within a round trip, is asked first.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum, unique
from typing import NamedTuple

from mpmanager.model.connection import FourTuple, TcpState
from mpmanager.model.expiration import ExpirationReason, ExpirationState, ExpirationView
from mpmanager.model.names import LinkName
from mpmanager.model.policy import NEVER, Policy
from mpmanager.model.progress import Progress, SubflowVitals

UNKNOWN_RTT_S = 0.1
"""Of a path that has not been measured."""

LEAST_SILENCE_S = 0.04
"""Beside a round trip, before silence means anything: a receiver may hold an acknowledgement back for so long."""
_SILENCE_SHARE = 0.8
"""Of the expiration delay: acknowledgements stop half a round trip after the path did, at most."""
LEAST_HOLE_S = 0.06
"""Beside a round trip, before a hole means anything: one repair by the kernel's own means fits in."""
_LONGEST_HOLE_EXTRA_S = 0.1
"""A round trip that has grown by more than this over the shortest one is no excuse."""
_FLOOD_PACKETS = 30
_FLOOD_BYTES = 100_000
_LATELY_S = 1.0
_FLOOD_PATIENCE = 4
"""Where so much comes behind a hole, or has come in the last second, the path is full and not dead: its sender has lost
much at once and repairs it round by round, and to leave it would have all that is on its way sent once more."""

FULL_SHARE = 0.75
"""Of the expiration delay: a path is full when what is queued there for it will take longer than this,"""
CALM_SHARE = 0.6
"""and has room again when it takes less. An open helper gets most of what is new, because the kernel sends to the
subflow with the shortest queue: a path that is helped for longer than that runs dry."""

_ADVANCING_S = 0.03
"""Acknowledgements that came so lately are coming."""

GAPS_KEPT = 24
GAPS_NEEDED = 6
_TENSE_S = 0.005
"""An acknowledgement that is so much later than a round trip is awaited with attention."""
_GAP_FACTOR = 1.1
_GAP_EXTRA_S = 0.004
_LEAST_STARVING_S = 0.02
LONGEST_GAP_S = 1.0
"""A stream with longer gaps than this cannot be told from one that has ended."""
_MOST_PATIENCE = 8.0
_PATIENCE_KEPT_S = 10.0
PROBE_FACTOR, PROBE_EXTRA_S = 1.15, 0.012
"""An answer may take so many round trips, and the time between two looks and a little more."""
SETTLING_S = 1.0
"""After paths have changed places, before the receiver's gaps mean anything."""
PROBE_REST_S = 0.25
"""Between two probes of one connection."""
_TELLING_S = 0.012
"""How long several carriers are looked at before it is clear which one is silent."""

QUARANTINE_S = 0.2
FIRST_HOLD_S = 0.5
LONGEST_HOLD_S = 30.0
_HOLD_FACTORS = {ExpirationReason.HOLE: 4}
"""By which a hold grows when a path relapses: one that answers and loses much is worse than it looks; others double."""
RELAPSE_S = 10.0
"""A path that fails within this time after its return, and its hold, has returned too early."""
CALM_PATH_S = 60.0
"""A path that has been well for so long starts anew."""

MOST_ACTIONS = 8
ACTIONS_PER_S = 20.0
"""What one connection may cause: bursts of `MOST_ACTIONS`, and so many a second over time."""

_REFRESH_S = 1.0
_LOOK_EVERY_S = {
    ExpirationState.PRIMARY: 0.0,
    ExpirationState.AGGREGATE: 0.008,
    ExpirationState.SUSPECT: 0.0,
    ExpirationState.FAILED_OVER: 0.01,
    ExpirationState.PROBING: 0.01,
}
"""The shortest time between two looks at the subflows of a connection that is late or starved."""
_LOOK_REST_SHARE = 0.02
_LONGEST_LOOK_REST_S = 0.1
"""And this share of the age of the data, up to this."""
_TEND_EVERY_S = 0.04
"""The longest, while a path that was left has to prove itself."""
_TENSE_FOR_S = 2.0
"""Lateness that has lasted for so long will last."""


@unique
class Rank(IntEnum):
    """In which order paths carry."""

    PREFERRED = 0
    HELPER = 1
    """Helps as soon as data is late."""
    RESERVE = 2
    """Carries when nothing else delivers."""


class SubflowView(NamedTuple):
    """A standing subflow."""

    flow: FourTuple
    path: LinkName
    rank: Rank
    vitals: SubflowVitals

    @property
    def queue_s(self) -> float:
        """How long new data would wait there before it leaves; unknown is none."""
        rate = self.vitals.delivery_rate_byte_s
        if not rate:
            return 0.0
        queued = self.vitals.unsent_bytes + self.vitals.in_flight_bytes
        return max(0.0, queued / rate - self.base_s)

    @property
    def base_s(self) -> float:
        """The round trip of the path when it is empty."""
        return self.vitals.min_rtt_s or self.vitals.rtt_s or UNKNOWN_RTT_S


@unique
class Finding(StrEnum):
    """What a look says."""

    ON_TIME = "on-time"
    LATE = "late"
    DEAD = "dead"
    STARVED = "starved"
    HEARD = "heard"
    UNANSWERED = "unanswered"
    REJOINED = "rejoined"
    LOST = "lost"
    PROVEN = "proven"
    UNDECIDED = "undecided"


_S, _F = ExpirationState, Finding

TRANSITIONS: Mapping[ExpirationState, Mapping[Finding, ExpirationState]] = {
    state: dict.fromkeys(Finding, state) | changes
    for state, changes in {
        _S.PRIMARY: {
            _F.LATE: _S.AGGREGATE,
            _F.DEAD: _S.FAILED_OVER,
            _F.STARVED: _S.SUSPECT,
            _F.REJOINED: _S.PROBING,
            _F.LOST: _S.FAILED_OVER,
        },
        _S.AGGREGATE: {
            _F.ON_TIME: _S.PRIMARY,
            _F.DEAD: _S.FAILED_OVER,
            _F.REJOINED: _S.PROBING,
            _F.LOST: _S.FAILED_OVER,
        },
        _S.SUSPECT: {
            _F.DEAD: _S.FAILED_OVER,
            _F.HEARD: _S.PRIMARY,
            _F.UNANSWERED: _S.FAILED_OVER,
            _F.REJOINED: _S.PROBING,
            _F.LOST: _S.FAILED_OVER,
        },
        _S.FAILED_OVER: {_F.REJOINED: _S.PROBING, _F.PROVEN: _S.PRIMARY},
        _S.PROBING: {_F.DEAD: _S.FAILED_OVER, _F.LOST: _S.FAILED_OVER, _F.PROVEN: _S.PRIMARY},
    }.items()
}


@unique
class Happening(StrEnum):
    """What is worth telling."""

    OPENED = "opened"
    CLOSED = "closed"
    FAILED_OVER = "failed-over"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The proof of a decision."""

    happening: Happening
    path: LinkName
    """The one that was late, left or returned to."""
    helper: LinkName | None
    reason: ExpirationReason
    waited_s: float | None
    """Beyond the path's own round trip."""
    allowed_s: float
    lasted_s: float | None = None
    """Since opening, or since the path was left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveSubflow:
    """It delivers nothing."""

    flow: FourTuple
    path: LinkName
    rtt_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbePath:
    """Ask by a new subflow whether the path of this one is alive; answer by `note_answer`."""

    flow: FourTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack:
    """A path that was left is well again."""

    path: LinkName


Effect = LeaveSubflow | ProbePath | TakeBack | Report


@dataclass(slots=True)
class _Track:
    """What changed on a subflow, and when."""

    acknowledged_bytes: int
    acknowledged: float
    busy: float | None
    """Since when something is in flight there."""
    carrying: float | None
    """Since when it is one of those that carry."""
    received_segments: int
    heard: float
    out_of_order: int
    """When nothing was missing last."""
    disorder: tuple[int, float]
    """How much has come out of order by now, and when that changed."""


@dataclass(slots=True)
class _Absence:
    """A path that was left."""

    since: float
    rank: Rank
    rejoined: float | None = None


@dataclass(slots=True)
class _History:
    """How a path has behaved."""

    hold_s: float
    returned: float | None = None


@dataclass(slots=True)
class _Suspicion:
    since: float
    path: LinkName | None = None
    flow: FourTuple | None = None
    """None while it is not clear which subflow is silent."""
    asked: float | None = None
    is_answered: bool = False
    cleared: set[FourTuple] = field(default_factory=set)
    """Those that were asked before and are alive."""


class Expiration:
    """The machine of one connection. All times are seconds of the caller's clock."""

    def __init__(self, policy: Policy, *, now: float, may_probe: bool = True) -> None:
        """A server may not probe: it cannot join towards a client."""
        self.policy = policy
        self._may_probe = may_probe
        self.state = ExpirationState.PRIMARY
        self.reason = ExpirationReason.ON_TIME
        self.since = now
        self.opened: dict[LinkName, float] = {}
        """Helpers that are open, and since when."""
        self.absences: dict[LinkName, _Absence] = {}
        """Paths that were left."""
        self.active = self._taken = now
        """When anything moved last, and when that was looked at."""
        self._histories: dict[LinkName, _History] = {}
        self._tracks: dict[FourTuple, _Track] = {}
        self._written: deque[tuple[float, int]] = deque()
        self._progress: Progress | None = None
        self._una_moved = self._rcv_moved = now
        self._gaps: deque[float] = deque(maxlen=GAPS_KEPT)
        self._lately_bytes = 0.0
        self._longest_gap_s = 0.0
        self._long_gap_s: float | None = None
        self._base_s = UNKNOWN_RTT_S
        self._is_quiet = True
        """Whether nothing is expected to come."""
        self._next_probe = self._settled = now
        self._patience = 1.0
        self._patience_set = now
        self._suspicion: _Suspicion | None = None
        self._allowed_s = policy.wait_s + UNKNOWN_RTT_S
        self._calm_limit_s = 0.0
        self._has_one_carrier = True
        self._next_look = now
        self._due_look = now
        self._budget = float(MOST_ACTIONS)
        self._budget_time = now
        self._path: LinkName | None = None
        self._waited_s: float | None = None

    def set_policy(self, policy: Policy, *, now: float) -> None:
        """Put another policy in force."""
        if policy != self.policy:
            self.policy = policy
            self._due_look = now

    def normal_paths(self, ranks: Mapping[LinkName, Rank]) -> frozenset[LinkName]:
        """The paths whose subflows shall carry now."""
        preferred = {path for path, rank in ranks.items() if rank is Rank.PREFERRED}
        pooled = {
            path
            for path, rank in ranks.items()
            if rank is Rank.HELPER and any(self.policy.wait_between(each, path) == 0 for each in preferred)
        }
        return frozenset((preferred - self.absences.keys()) | pooled | (self.opened.keys() & ranks.keys()))

    def settle(self, now: float) -> None:
        """Other paths carry from now on: what comes late at first was sent over those that carried before."""
        self._suspicion = None
        self._settled = now + SETTLING_S

    def forget_paths_but(self, paths: Iterable[LinkName]) -> None:
        """What is not among these is gone or forbidden: it is not waited for any more."""
        known = set(paths)
        for path in self.absences.keys() - known:
            del self.absences[path]
        for path in self.opened.keys() - known:
            del self.opened[path]

    def view(self) -> ExpirationView:
        """The state, for people."""
        is_suspect = self.state is ExpirationState.SUSPECT
        return ExpirationView(
            state=self.state,
            reason=ExpirationReason.NOTHING_RECEIVED if is_suspect else self.reason,
            since=self.since,
            path=self.suspected_path if is_suspect else self._path,
            helper=next(iter(self.opened), None),
            waited_s=self._waited_s,
            allowed_s=self.policy.wait_s,
        )

    @property
    def suspected_path(self) -> LinkName | None:
        """The path whose probe is awaited."""
        return self._suspicion.path if self._suspicion is not None else None

    def age_s(self, now: float) -> float:
        """How long the oldest data that was not acknowledged has waited."""
        return now - self._written[0][0] if self._written else 0.0

    def take(self, progress: Progress, now: float) -> bool:
        """Note how far the streams have got; whether the subflows deserve a closer look."""
        before = self._progress
        # What has moved has done so at some time since the last look.
        moved, self._taken = (self._taken + now) / 2, now
        if before is None:
            self._progress = progress
            if progress.write_seq != progress.snd_una:
                self._written.append((now, progress.write_seq))
            return True
        if progress != before:
            self._progress = progress
            self._note_moves(before, progress, moved)
        if now >= self._due_look:
            return True
        return now >= self._next_look and (self._is_late(now) or self._is_starved(now) or self._suspicion is not None)

    def is_tense(self, now: float) -> bool:
        """Whether a verdict may be near: then looks have to be frequent."""
        silent_s = now - self._rcv_moved
        if self._written and self._base_s + _TENSE_S < now - self._written[0][0] < _TENSE_FOR_S:
            return True
        is_expecting = self._suspicion is not None or (not self._is_quiet and self._longest_gap_s < silent_s)
        return is_expecting and silent_s < LONGEST_GAP_S

    @property
    def is_awaiting(self) -> bool:
        """Whether a path that was left is back and has to prove itself."""
        return any(each.rejoined is not None for each in self.absences.values())

    def note_answer(self) -> None:
        """The probe was answered, be it by a refusal."""
        if self._suspicion is not None:
            self._suspicion.is_answered = True

    def judge(
        self,
        subflows: Sequence[SubflowView],
        now: float,
        *,
        may_act: bool = True,
        found_dead: Iterable[LinkName] = (),
    ) -> tuple[Effect, ...]:
        """Look closely, draw a conclusion and say what has to be done.

        Args:
            subflows: all that stand, probes left out.
            now: the time.
            may_act: False when the caller has been late itself: stalls that it sees may be its own.
            found_dead: paths on which other connections have just found nothing delivered.
        """
        self._follow(subflows, now)
        self._schedule(now)
        if not subflows or not may_act:
            return ()
        finding, effects = self._find(subflows, now, frozenset(found_dead))
        self._enter(TRANSITIONS[self.state][finding], now)
        return effects

    def _note_moves(self, before: Progress, progress: Progress, now: float) -> None:
        self.active = now
        if progress.write_seq != before.write_seq:
            self._written.append((now, progress.write_seq))
        if progress.snd_una != before.snd_una:
            self._una_moved = now
            while self._written and self._written[0][1] <= progress.snd_una:
                self._written.popleft()
        if progress.rcv_nxt != before.rcv_nxt:
            self._note_received(progress.rcv_nxt - before.rcv_nxt, now)

    def _note_received(self, moved_bytes: int, now: float) -> None:
        gap_s = now - self._rcv_moved
        self._lately_bytes = self._lately_bytes * max(0.0, 1.0 - gap_s / _LATELY_S) + moved_bytes
        self._rcv_moved = now
        self._is_quiet = False
        if gap_s > LONGEST_GAP_S:
            self._gaps.clear()
            self._longest_gap_s = 0.0
        elif gap_s > self._base_s:
            self._long_gap_s, self._due_look = gap_s, now  # whether it was a hole's has to be looked at
        else:
            self._learn(gap_s)

    def _learn(self, gap_s: float) -> None:
        self._gaps.append(gap_s)
        self._longest_gap_s = max(self._gaps)

    def _starving_s(self) -> float:
        """Silence of this length is more than usual."""
        usual_s = self._patience * (_GAP_FACTOR * self._longest_gap_s + _GAP_EXTRA_S)
        floor_s = _LEAST_STARVING_S if self.policy.wait_s == NEVER else max(_LEAST_STARVING_S, self.policy.wait_s / 2)
        return max(usual_s, floor_s)

    def _is_starved(self, now: float) -> bool:
        if self._is_quiet or len(self._gaps) < GAPS_NEEDED or now < self._settled:
            return False
        limit_s = self._starving_s()
        return limit_s < now - self._rcv_moved < LONGEST_GAP_S and limit_s < LONGEST_GAP_S

    def _is_late(self, now: float) -> bool:
        return bool(self._written) and now - self._written[0][0] > self._allowed_s

    def _schedule(self, now: float) -> None:
        # What has been late for long needs less attention than what has just become so.
        patience_s = min(_LONGEST_LOOK_REST_S, self.age_s(now) * _LOOK_REST_SHARE)
        self._next_look = now + max(_LOOK_EVERY_S[self.state], patience_s)
        is_aggregate = self.state is ExpirationState.AGGREGATE
        rest_s = _LOOK_EVERY_S[self.state] if is_aggregate else _TEND_EVERY_S if self.is_awaiting else _REFRESH_S
        self._due_look = now + rest_s

    def _follow(self, subflows: Sequence[SubflowView], now: float) -> None:
        carriers = self._carriers(subflows)
        self._has_one_carrier = len(carriers) == 1
        known = self._tracks
        self._tracks = {each.flow: self._followed(known.get(each.flow), each.vitals, now) for each in subflows}
        for each in subflows:
            track = self._tracks[each.flow]
            track.carrying = (track.carrying or now) if each in carriers else None
        others = [each for each in subflows if each not in carriers]
        self._base_s = min((each.base_s for each in carriers), default=UNKNOWN_RTT_S)
        self._learn_gap(subflows, now)
        self._allowed_s = min(
            (each.base_s + self._wait_s(each, others) for each in carriers), default=self.policy.wait_s + UNKNOWN_RTT_S
        )
        if now - self._patience_set > _PATIENCE_KEPT_S:
            self._patience, self._patience_set = max(1.0, self._patience / 2), now

    def _learn_gap(self, subflows: Sequence[SubflowView], now: float) -> None:
        """A gap in which data came out of order was a hole's, and says little of the sender's habits."""
        if self._suspicion is not None or self._is_starved(now):
            return
        if self._long_gap_s is not None:
            has_hole = any(self._has_hole(each) for each in subflows)
            self._learn(self._base_s if has_hole else self._long_gap_s)
        self._long_gap_s = None
        for each in subflows:
            self._tracks[each.flow].out_of_order = each.vitals.out_of_order_packets

    def _has_hole(self, subflow: SubflowView) -> bool:
        """Whether data comes out of order there since nothing was missing; what comes in order again was repaired."""
        track = self._tracks[subflow.flow]
        is_repaired = track.heard > track.disorder[1] + 2 * subflow.base_s
        return subflow.vitals.out_of_order_packets != track.out_of_order and not is_repaired

    def _followed(self, track: _Track | None, vitals: SubflowVitals, now: float) -> _Track:
        if track is None:
            return _Track(
                vitals.acknowledged_bytes,
                min(now, max(self._una_moved, now - vitals.silent_s)),
                now - self.age_s(now) if vitals.unacknowledged else None,
                None,
                vitals.received_segments,
                now,
                vitals.out_of_order_packets,
                (vitals.out_of_order_packets, now),
            )
        if vitals.acknowledged_bytes != track.acknowledged_bytes or not vitals.unacknowledged:
            track.acknowledged_bytes = vitals.acknowledged_bytes
            # Looks are rare while all is well, the stream is watched all the time.
            track.acknowledged = self._una_moved if self._has_one_carrier and vitals.unacknowledged else now
        if not vitals.unacknowledged:
            track.busy = None
        elif track.busy is None:
            track.busy = now
        if vitals.received_segments != track.received_segments:
            track.received_segments, track.heard = vitals.received_segments, now
        if vitals.out_of_order_packets != track.disorder[0]:
            track.disorder = (vitals.out_of_order_packets, now)
        return track

    def _carriers(self, subflows: Sequence[SubflowView]) -> list[SubflowView]:
        """Those that the scheduler uses: where all are backups, all."""
        normal = self.normal_paths({each.path: each.rank for each in subflows})
        return [each for each in subflows if each.path in normal] or list(subflows)

    def _wait_s(self, carrier: SubflowView, others: Iterable[SubflowView]) -> float:
        """How long data there may wait: the shortest of what is allowed towards each that could carry instead."""
        return min(
            (self.policy.wait_between(carrier.path, each.path) for each in others if each.path != carrier.path),
            default=self.policy.wait_s,
        )

    def _find(
        self, subflows: Sequence[SubflowView], now: float, found_dead: frozenset[LinkName]
    ) -> tuple[Finding, tuple[Effect, ...]]:
        """The first finding that there is, the gravest first, with what follows from it."""
        return (
            self._find_dead(subflows, now)
            or self._find_returning(subflows, now)
            or self._find_silence(subflows, now, found_dead)
            or self._find_lateness(subflows, now)
            or (Finding.UNDECIDED, ())
        )

    def _find_dead(self, subflows: Sequence[SubflowView], now: float) -> tuple[Finding, tuple[Effect, ...]] | None:
        dead: dict[FourTuple, ExpirationReason] = {}
        for each in self._carriers(subflows):
            reason = self._death_of(each, subflows, now)
            if reason is not None:
                dead[each.flow] = reason
        if not dead:
            return None
        return self._leave(subflows, dead, Finding.DEAD, now)

    def _death_of(self, subflow: SubflowView, subflows: Sequence[SubflowView], now: float) -> ExpirationReason | None:
        """Why a carrier has to be taken for dead, if it has to."""
        vitals, base_s = subflow.vitals, subflow.base_s
        wait_s = self._wait_s(subflow, subflows)
        age_s = self.age_s(now)
        track = self._tracks[subflow.flow]
        hole_limit_s = min(max(vitals.rtt_s or base_s, base_s), base_s + _LONGEST_HOLE_EXTRA_S)
        hole_limit_s += max(wait_s, LEAST_HOLE_S)
        if vitals.unacknowledged and age_s > base_s + wait_s:
            if min(vitals.silent_s, self._busy_s(track, now)) > base_s + max(_SILENCE_SHARE * wait_s, LEAST_SILENCE_S):
                return ExpirationReason.SILENT
            if min(now - track.acknowledged, age_s) > hole_limit_s:
                return ExpirationReason.HOLE
        is_missing = self._suspicion is not None and self._has_hole(subflow)
        if is_missing and now - self._rcv_moved > self._receiving_hole_s(subflow, wait_s):
            return ExpirationReason.HOLE
        return None

    def _receiving_hole_s(self, subflow: SubflowView, wait_s: float) -> float:
        """How long something may be missing while other data comes.

        A loss shows to the sender when what comes after it has come, and its repair may be lost once, too.
        """
        rtt_s = max(subflow.base_s, min(subflow.vitals.receiver_rtt_s or 0.0, subflow.base_s + _LONGEST_HOLE_EXTRA_S))
        limit_s = self._longest_gap_s + 2 * rtt_s + max(wait_s, LEAST_HOLE_S)
        came = subflow.vitals.out_of_order_packets - self._tracks[subflow.flow].out_of_order
        is_flood = came >= _FLOOD_PACKETS or self._lately_bytes > _FLOOD_BYTES
        return _FLOOD_PATIENCE * limit_s if is_flood else limit_s

    def _busy_s(self, track: _Track, now: float) -> float:
        """How long something has been in flight on a carrier; a lone one has what the stream has waited for."""
        since = track.carrying if self._has_one_carrier else track.busy
        return min(self.age_s(now), 0.0 if since is None else now - since)

    def _leave(
        self, subflows: Sequence[SubflowView], dead: Mapping[FourTuple, ExpirationReason], finding: Finding, now: float
    ) -> tuple[Finding, tuple[Effect, ...]] | None:
        """Leave the dead, if anything is left that may deliver, and open the best of it where nothing else carries."""
        reasons = {each.path: dead[each.flow] for each in subflows if each.flow in dead}
        left = [each for each in subflows if each.path in reasons]
        rest = [each for each in subflows if each.path not in reasons]
        if not rest or not self._may_act(now, len(left) + 1):
            return None
        waited_s = self.age_s(now) if self._suspicion is None else now - self._rcv_moved
        for each in left:
            self._mark_absent(each, reasons[each.path], now)
        before = set(self.absences)
        helper = self._helper_among(rest, now)
        first = left[0]
        self.reason = reasons[first.path]
        self._path, self._waited_s = first.path, max(0.0, waited_s - first.base_s)
        reports = [
            Report(
                happening=Happening.FAILED_OVER,
                path=each.path,
                helper=helper
                or next((o.path for o in rest if o.path in self.opened or o.rank is Rank.PREFERRED), None),
                reason=reasons[each.path],
                waited_s=max(0.0, waited_s - each.base_s),
                allowed_s=self._wait_s(each, rest),
            )
            for each in left
        ]
        self._suspicion = None
        self._una_moved = now  # what follows is another path's
        leaves = (LeaveSubflow(flow=each.flow, path=each.path, rtt_s=each.base_s) for each in left)
        back = (TakeBack(path=path) for path in before - self.absences.keys())
        return finding, (*leaves, *back, *reports)

    def _mark_absent(self, subflow: SubflowView, reason: ExpirationReason, now: float) -> None:
        path = subflow.path
        self.opened.pop(path, None)
        history = self._histories.setdefault(path, _History(FIRST_HOLD_S))
        if history.returned is not None:
            well_s = now - history.returned
            if well_s < RELAPSE_S + history.hold_s:
                history.hold_s = min(_HOLD_FACTORS.get(reason, 2) * history.hold_s, LONGEST_HOLD_S)
            elif well_s > CALM_PATH_S:
                history.hold_s = FIRST_HOLD_S
        self.absences[path] = _Absence(now, subflow.rank)

    def _helper_among(self, rest: Sequence[SubflowView], now: float) -> LinkName:
        """What carries from now on: what is open already, or the best of the others, which is opened."""
        normal = self.normal_paths({each.path: each.rank for each in rest})
        open_ones = [each for each in rest if each.path in normal]
        best = min(open_ones or rest, key=lambda each: (each.rank, each.base_s))
        if not open_ones:
            self.absences.pop(best.path, None)
            if best.rank is not Rank.PREFERRED:
                self.opened[best.path] = now
        return best.path

    def _find_returning(self, subflows: Sequence[SubflowView], now: float) -> tuple[Finding, tuple[Effect, ...]] | None:
        if not self.absences:
            return self._end_absence() if self.state in {_S.FAILED_OVER, _S.PROBING} else None
        standing = {each.path: each for each in subflows}
        effects: list[Effect] = []
        for path, absence in list(self.absences.items()):
            subflow = standing.get(path)
            absence.rejoined = None if subflow is None else absence.rejoined or now
            if subflow is not None and self._is_proven(path, absence, subflow, now) and self._may_act(now, 2):
                effects += self._return_to(path, now)
        if not self.absences:
            self.opened.clear()
            return Finding.PROVEN, tuple(effects)
        is_back = all(each.rejoined is not None for each in self.absences.values())
        if is_back is (self.state is _S.PROBING):
            return (Finding.UNDECIDED, tuple(effects)) if effects else None
        return Finding.REJOINED if is_back else Finding.LOST, tuple(effects)

    def _end_absence(self) -> tuple[Finding, tuple[Effect, ...]]:
        self.opened.clear()
        return Finding.PROVEN, ()

    def _is_proven(self, path: LinkName, absence: _Absence, subflow: SubflowView, now: float) -> bool:
        if absence.rejoined is None:
            return False
        if absence.rank is not Rank.PREFERRED:
            return True  # it stands by again, which asks nothing of it
        hold_s = self._histories[path].hold_s
        return now - absence.rejoined >= max(QUARANTINE_S, 2 * subflow.base_s) and now - absence.since >= hold_s

    def _return_to(self, path: LinkName, now: float) -> Iterable[Effect]:
        absence = self.absences.pop(path)
        self._histories[path].returned = now
        yield TakeBack(path=path)
        if absence.rank is Rank.PREFERRED:
            helper = next(iter(self.opened), None)
            self.opened.clear()
            self.reason = ExpirationReason.RECOVERED
            yield Report(
                happening=Happening.RETURNED,
                path=path,
                helper=helper,
                reason=ExpirationReason.RECOVERED,
                waited_s=None,
                allowed_s=self.policy.wait_s,
                lasted_s=now - absence.since,
            )

    def _find_silence(
        self, subflows: Sequence[SubflowView], now: float, found_dead: frozenset[LinkName]
    ) -> tuple[Finding, tuple[Effect, ...]] | None:
        if self._suspicion is None:
            is_time = self._may_probe and self.state is not _S.AGGREGATE and self._is_starved(now)
            return self._begin_suspicion(subflows, now) if is_time else None
        carriers = self._carriers(subflows)
        if self._rcv_moved > self._suspicion.since:
            self._suspicion = None
            return Finding.HEARD, ()
        if self._suspicion.flow is None:
            return self._name_the_silent(carriers, now)
        return self._await_answer(self._suspicion, subflows, now, found_dead)

    def _begin_suspicion(
        self, subflows: Sequence[SubflowView], now: float
    ) -> tuple[Finding, tuple[Effect, ...]] | None:
        carriers = self._carriers(subflows)
        if len(subflows) <= len(carriers) == 1 or self._wait_s(carriers[0], subflows) == NEVER:
            return None  # nobody could or may carry instead
        if len(carriers) == 1 and self._has_hole(carriers[0]):
            # What comes out of order shows that the path is alive: nobody has to be asked.
            self._suspicion = _Suspicion(now, carriers[0].path, carriers[0].flow, now, is_answered=True)
            return Finding.STARVED, ()
        if now < self._next_probe or not self._may_act(now, 1):
            return None
        self._next_probe = now + PROBE_REST_S
        self._suspicion = _Suspicion(now)
        if len(carriers) > 1:
            return Finding.STARVED, ()
        return Finding.STARVED, self._ask(carriers[0], now)

    def _ask(self, subflow: SubflowView, now: float) -> tuple[Effect, ...]:
        if self._suspicion is not None:
            self._suspicion.flow, self._suspicion.asked = subflow.flow, now
            self._suspicion.path = subflow.path
        return (ProbePath(flow=subflow.flow),)

    def _name_the_silent(
        self, carriers: Sequence[SubflowView], now: float
    ) -> tuple[Finding, tuple[Effect, ...]] | None:
        suspicion = self._suspicion
        if suspicion is None or now - suspicion.since < _TELLING_S:
            return None
        heard = {each.flow: self._tracks[each.flow].heard for each in carriers}
        silent = [
            each for each in carriers if heard[each.flow] <= suspicion.since and each.flow not in suspicion.cleared
        ]
        if not silent:
            self._calm_down(now)
            return Finding.HEARD, ()
        # The one that was heard last has carried until just now.
        return Finding.UNDECIDED, self._ask(max(silent, key=lambda each: heard[each.flow]), now)

    def _await_answer(
        self, suspicion: _Suspicion, subflows: Sequence[SubflowView], now: float, found_dead: frozenset[LinkName]
    ) -> tuple[Finding, tuple[Effect, ...]] | None:
        suspect = next((each for each in subflows if each.flow == suspicion.flow), None)
        if suspect is None or suspicion.asked is None:
            self._suspicion = None
            return Finding.HEARD, ()
        track = self._tracks[suspect.flow]
        has_hole = self._has_hole(suspect)
        if (suspicion.is_answered or track.heard > suspicion.asked) and not has_hole:
            suspicion.cleared.add(suspect.flow)
            suspicion.flow = suspicion.asked = None
            suspicion.is_answered = False
            return self._name_the_silent(self._carriers(subflows), now)
        limit_s = PROBE_FACTOR * suspect.base_s + PROBE_EXTRA_S
        is_overdue = now - suspicion.asked > limit_s and not suspicion.is_answered and not has_hole
        if is_overdue:
            return self._leave(subflows, {suspect.flow: ExpirationReason.PROBE_UNANSWERED}, Finding.UNANSWERED, now)
        if suspect.path in found_dead and not has_hole:
            return self._leave(subflows, {suspect.flow: ExpirationReason.FOUND_BY_OTHERS}, Finding.UNANSWERED, now)
        return None

    def _calm_down(self, now: float) -> None:
        """The path is well, and whoever sends has merely stopped: nothing is expected until something comes."""
        if self._suspicion is not None:
            self._suspicion = None
        self._is_quiet = True
        self._patience, self._patience_set = min(2 * self._patience, _MOST_PATIENCE), now

    def _find_lateness(self, subflows: Sequence[SubflowView], now: float) -> tuple[Finding, tuple[Effect, ...]] | None:
        carriers = self._carriers(subflows)
        helpers = [each for each in subflows if each.rank is Rank.HELPER and each not in carriers]
        age_s = self.age_s(now)
        carrier = max(carriers, key=lambda each: each.base_s)
        if helpers and not self._suspicion and not self.absences:
            wait_s = self._wait_s(carrier, helpers)
            # Where a hole holds all up, a helper would take the data whose acknowledgements could repair it.
            is_moving = now - self._una_moved < _ADVANCING_S
            is_full = carrier.queue_s > FULL_SHARE * wait_s
            if age_s > carrier.base_s + wait_s and is_moving and is_full and self._may_act(now, 1):
                return self._open(carrier, helpers, wait_s, now)
        if self.state is _S.AGGREGATE:
            return self._close_when_calm(carriers, now)
        return None

    def _open(
        self, carrier: SubflowView, helpers: Sequence[SubflowView], wait_s: float, now: float
    ) -> tuple[Finding, tuple[Effect, ...]]:
        helper = min(helpers, key=lambda each: (self.policy.wait_between(carrier.path, each.path), each.base_s))
        self.opened[helper.path] = now
        waited_s = self.age_s(now) - carrier.base_s
        self.reason, self._path, self._waited_s = ExpirationReason.BACKLOG, carrier.path, waited_s
        self._calm_limit_s = CALM_SHARE * wait_s
        return Finding.LATE, (
            Report(
                happening=Happening.OPENED,
                path=carrier.path,
                helper=helper.path,
                reason=ExpirationReason.BACKLOG,
                waited_s=waited_s,
                allowed_s=wait_s,
            ),
        )

    def _close_when_calm(
        self, carriers: Sequence[SubflowView], now: float
    ) -> tuple[Finding, tuple[Effect, ...]] | None:
        """What the helper still has to deliver is no reason to keep it open."""
        if any(each.queue_s > self._calm_limit_s for each in carriers if each.path not in self.opened):
            return None
        if not self._may_act(now, 1):
            return None
        reports = tuple(
            Report(
                happening=Happening.CLOSED,
                path=self._path or helper,
                helper=helper,
                reason=ExpirationReason.ON_TIME,
                waited_s=None,
                allowed_s=self.policy.wait_s,
                lasted_s=now - since,
            )
            for helper, since in self.opened.items()
        )
        self.opened.clear()
        self.reason = ExpirationReason.ON_TIME
        return Finding.ON_TIME, reports

    def _may_act(self, now: float, actions: int) -> bool:
        """Whether the budget allows so many actions; takes them from it."""
        self._budget = min(float(MOST_ACTIONS), self._budget + ACTIONS_PER_S * (now - self._budget_time))
        self._budget_time = now
        if self._budget < actions:
            return False
        self._budget -= actions
        return True

    def _enter(self, state: ExpirationState, now: float) -> None:
        if state is self.state:
            return
        self.state, self.since = state, now
        if state is _S.PRIMARY:
            self._path = self._waited_s = None
        self._schedule(now)
        self._due_look = now  # what is true of the subflows from now on has to be known soon


def is_standing(vitals: SubflowVitals) -> bool:
    """Whether a subflow can carry."""
    return vitals.state in {TcpState.ESTABLISHED, TcpState.CLOSE_WAIT}
