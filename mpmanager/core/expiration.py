"""Late data may use the backup: what the lateness of one connection's data says about its paths (active backup).

A connection is looked at many times a second. `take` notes how far its streams have got and says whether its subflows
deserve a closer look, which `judge` draws a finding from. State and finding give the next state:

    finding      PRIMARY      AGGREGATE    STEERED      SUSPECT      FAILED_OVER  PROBING
    on time      .            PRIMARY      PRIMARY      .            .            .
    late         AGGREGATE    .            .            .            .            .
    congested    STEERED      STEERED      .            .            .            .
    dead         FAILED_OVER  FAILED_OVER  FAILED_OVER  FAILED_OVER  .            FAILED_OVER
    starved      SUSPECT      .            .            .            .            .
    heard        .            .            .            PRIMARY      .            .
    unanswered   .            .            FAILED_OVER  FAILED_OVER  .            .
    rejoined     PROBING      PROBING      PROBING      PROBING      PROBING      .
    lost         FAILED_OVER  FAILED_OVER  FAILED_OVER  FAILED_OVER  .            FAILED_OVER
    proven       .            .            .            .            PRIMARY      PRIMARY
    undecided    .            .            .            .            .            .

Sending is exact: the oldest byte that the peer has not acknowledged tells how long data has waited. It is late when it
has waited for longer than a round trip on its path and the expiration delay (thesis 2.2). A path that answers nothing
meanwhile, or answers and never delivers what was lost, is dead: the kernel has pushed data into its subflow that leaves
it only when that is destroyed. A path that is merely full gets help from another one. A path that marks or loses more
than the policy bears, where it says so, is avoided for a while.

Receiving is a guess, because what has not come may not have been sent. Silence beyond the learned gaps therefore is no
verdict, nor are missed heartbeats: a new subflow on the same path, whose handshake has to be answered within a round
trip, is asked first.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from mpmanager.core.absences import Absences
from mpmanager.core.congestion import CongestionMeter, Detours
from mpmanager.core.findings import (
    TRANSITIONS,
    UNKNOWN_RTT_S,
    Conclusion,
    Effect,
    Finding,
    Happening,
    LeaveSubflow,
    ProbePath,
    Rank,
    Report,
    SubflowView,
    TakeBack,
)
from mpmanager.core.streams import Receiving, Sending
from mpmanager.core.subflow_tracks import SubflowTracks
from mpmanager.core.suspicion import Step, Suspicion
from mpmanager.core.verdicts import Judge
from mpmanager.model.connection import FourTuple
from mpmanager.model.expiration import ExpirationReason, ExpirationState, ExpirationView
from mpmanager.model.history import WaitCount
from mpmanager.model.names import LinkName
from mpmanager.model.policy import NEVER, Policy
from mpmanager.model.progress import Progress

FULL_SHARE = 0.75
"""Of the expiration delay: a path is full when what is queued there for it will take longer than this,"""
CALM_SHARE = 0.6
"""and has room again when it takes less. An open helper gets most of what is new, because the kernel sends to the
subflow with the shortest queue: a path that is helped for longer than that runs dry."""

_LONGEST_UNSEEN_S = 0.0125
"""Half of the longest time between two looks. What a late one finds may have happened just before it."""
_LATE_LOOK_S = 0.1
"""After the one before: the time between does not count as silence of the peer."""
_ADVANCING_S = 0.03
"""Acknowledgements, or data, that came so lately are coming."""
_STREAM_BYTES = 100_000
"""Received within a second, is a stream whose round trip says something."""

_TENSE_S = 0.005
"""An acknowledgement that is so much later than a round trip is awaited with attention."""
_LOSSY_S = 10.0
"""For so long a path that has lost something is expected to lose something again."""
PROBE_REST_S = 0.25
"""Between two probes of one connection."""
_PASSED_OVER_S = 1.0
"""Data that has come for so long over other paths only says that the peer may have given up those that are to carry."""
_PASSED_OVER_REST_S = 60.0
"""Before they are asked again, once they have answered: it may have its own mind."""

MOST_ACTIONS = 8
ACTIONS_PER_S = 20.0
"""What one connection may cause: bursts of `MOST_ACTIONS`, and so many a second over time."""

_REFRESH_S = 1.0
_LOOK_EVERY_S = {
    ExpirationState.PRIMARY: 0.0,
    ExpirationState.AGGREGATE: 0.008,
    ExpirationState.STEERED: 0.0,
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
_MEASURE_EVERY_S = 0.05
"""The longest, while something moves and congestion is looked for, or much is received."""
_TENSE_FOR_S = 2.0
"""Lateness that has lasted for so long will last."""


_S = ExpirationState


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
        self.absences = Absences()
        self.detours = Detours()
        self._meter = CongestionMeter()
        self.active = self._taken = now
        """When anything moved last, and when that was looked at."""
        self._progress: Progress | None = None
        self._sending = Sending(now)
        self._receiving = Receiving(now)
        self._tracks = SubflowTracks(self._sending)
        self._judge = Judge(self._sending, self._receiving, self._tracks)
        self._suspicion: Suspicion | None = None
        self._next_probe = self._next_doubt = now
        self._base_s = UNKNOWN_RTT_S
        self._allowed_s = policy.wait_s + UNKNOWN_RTT_S
        self._calm_limit_s = 0.0
        self._next_look = self._due_look = now
        self._budget = float(MOST_ACTIONS)
        self._budget_time = now
        self._path: LinkName | None = None
        self._waited_s: float | None = None

    def set_policy(self, policy: Policy, *, now: float) -> None:
        """Put another policy in force."""
        if policy != self.policy:
            self.policy = policy
            self._due_look = now
            if self.opened:
                wait_s = min(policy.wait_between(self._path, helper) for helper in self.opened)
                self._calm_limit_s = CALM_SHARE * wait_s

    def normal_paths(self, ranks: Mapping[LinkName, Rank]) -> frozenset[LinkName]:
        """The paths whose subflows shall carry now."""
        preferred = {path for path, rank in ranks.items() if rank is Rank.PREFERRED}
        pooled = {
            path
            for path, rank in ranks.items()
            if rank is Rank.HELPER and any(self.policy.wait_between(each, path) == 0 for each in preferred)
        }
        avoided = self.absences.paths | self.detours.paths
        return frozenset((preferred - avoided) | pooled | (self.opened.keys() & ranks.keys()))

    def settle(self, now: float) -> None:
        """Other paths carry from now on: what comes late at first was sent over those that carried before."""
        self._suspicion = None
        self._receiving.settle(now)

    def forget_paths_but(self, paths: Iterable[LinkName]) -> None:
        """What is not among these is gone or forbidden: it is not waited for any more."""
        known = set(paths)
        self.absences.forget_but(known)
        self.detours.forget_but(known)
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

    def take_waits(self) -> WaitCount:
        """How long data has waited that was acknowledged since the last call."""
        waits, self._sending.waits = self._sending.waits, WaitCount()
        return waits

    @property
    def suspected_path(self) -> LinkName | None:
        """The path whose probe is awaited."""
        return self._suspicion.path if self._suspicion is not None else None

    @property
    def is_awaiting(self) -> bool:
        """Whether a path that was left is back and has to prove itself."""
        return self.absences.is_any_back

    def take(self, progress: Progress, now: float) -> bool:
        """Note how far the streams have got; whether the subflows deserve a closer look."""
        before = self._progress
        # What has moved has done so at some time since the last look.
        moved = (self._taken + now) / 2
        if now - self._taken > _LATE_LOOK_S:
            self._receiving.excuse(self._taken, now)
        self._taken = now
        if before is None:
            self._progress = progress
            self._sending.count_from(progress.write_seq)
            if progress.write_seq != progress.snd_una:
                self._sending.write(progress.write_seq, now)
            return True
        if progress != before:
            self._progress = progress
            self._note_moves(before, progress, moved, latest=max(moved, now - _LONGEST_UNSEEN_S))
        if now >= self._due_look:
            return True
        return now >= self._next_look and (
            self._sending.age_s(now) > self._allowed_s or self._is_starved(now) or self._suspicion is not None
        )

    def is_tense(self, now: float) -> bool:
        """Whether a verdict may be near: then looks have to be frequent."""
        if self._base_s + _TENSE_S < self._sending.age_s(now) < _TENSE_FOR_S:
            return True
        is_asking = self._suspicion is not None and self._receiving.is_expected(now)
        return is_asking or self._receiving.is_overdue(now)

    def note_answer(self) -> None:
        """The probe was answered, be it by a refusal."""
        if self._suspicion is not None:
            self._suspicion.note_answer()

    def judge(
        self,
        subflows: Sequence[SubflowView],
        now: float,
        *,
        may_act: bool = True,
        found_dead: Iterable[LinkName] = (),
        missed: Collection[LinkName] = (),
    ) -> tuple[Effect, ...]:
        """Look closely, draw a conclusion and say what has to be done.

        Args:
            subflows: all that stand, probes left out.
            now: the time.
            may_act: False when the caller has been late itself: stalls that it sees may be its own.
            found_dead: paths on which other connections have just found nothing delivered.
            missed: paths that did not answer their last heartbeats.
        """
        self._follow(subflows, now)
        self._schedule(now)
        if not subflows or not may_act:
            return ()
        finding, effects = self._find(subflows, now, frozenset(found_dead), missed)
        self._enter(TRANSITIONS[self.state][finding], now)
        return effects

    def _note_moves(self, before: Progress, progress: Progress, now: float, *, latest: float) -> None:
        self.active = now
        if progress.write_seq != before.write_seq:
            self._sending.write(progress.write_seq, latest)
        if progress.snd_una != before.snd_una:
            is_helped = self.state not in {_S.PRIMARY, _S.SUSPECT}
            self._sending.acknowledge(progress.snd_una, now, latest=latest, base_s=self._base_s, is_helped=is_helped)
        if progress.rcv_nxt != before.rcv_nxt:
            has_long_gap = self._receiving.take(progress.rcv_nxt - before.rcv_nxt, now, base_s=self._base_s)
            if has_long_gap:
                self._due_look = now  # whether it was a hole's has to be looked at

    def _is_starved(self, now: float) -> bool:
        disordered = self._tracks.disordered
        is_lossy = disordered is not None and now - disordered < _LOSSY_S
        return self._receiving.is_starved(now, wait_s=self.policy.wait_s, is_lossy=is_lossy)

    def _schedule(self, now: float) -> None:
        # What has been late for long needs less attention than what has just become so.
        patience_s = min(_LONGEST_LOOK_REST_S, self._sending.age_s(now) * _LOOK_REST_SHARE)
        self._next_look = now + max(_LOOK_EVERY_S[self.state], patience_s)
        self._due_look = now + self._rest_s(now)

    def _rest_s(self, now: float) -> float:
        """How long nobody has to look while all seems well."""
        if self.state is _S.AGGREGATE:
            return _LOOK_EVERY_S[self.state]
        if self.is_awaiting:
            return _TEND_EVERY_S
        if now - self.active > _REFRESH_S:
            return _REFRESH_S
        is_stream = self._may_probe and self._receiving.lately_bytes > _STREAM_BYTES
        return _MEASURE_EVERY_S if self.policy.congestion is not None or is_stream else _REFRESH_S

    def _follow(self, subflows: Sequence[SubflowView], now: float) -> None:
        carriers = self._carriers(subflows)
        self._tracks.follow(subflows, carriers, now)
        self._base_s = min((each.base_s for each in carriers), default=UNKNOWN_RTT_S)
        if self._suspicion is None and not self._is_starved(now):
            has_hole = any(self._tracks.has_hole(each) for each in subflows)
            self._receiving.explain(has_hole=has_hole, base_s=self._base_s)
            self._tracks.note_nothing_missing()
        others = [each for each in subflows if each not in carriers]
        self._allowed_s = min(
            (each.base_s + self._wait_s(each, others) for each in carriers), default=self.policy.wait_s + UNKNOWN_RTT_S
        )
        self._receiving.soften(now)

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
        self,
        subflows: Sequence[SubflowView],
        now: float,
        found_dead: frozenset[LinkName],
        missed: Collection[LinkName],
    ) -> Conclusion:
        """The first finding that there is, the gravest first, with what follows from it."""
        return (
            self._find_dead(subflows, now)
            or self._find_returning(subflows, now)
            or self._find_silence(subflows, now, found_dead, missed)
            or self._find_congestion(subflows, now)
            or self._find_lateness(subflows, now)
            or (Finding.UNDECIDED, ())
        )

    def _find_dead(self, subflows: Sequence[SubflowView], now: float) -> Conclusion | None:
        dead: dict[FourTuple, ExpirationReason] = {}
        for each in self._carriers(subflows):
            wait_s = self._wait_s(each, subflows)
            reason = self._judge.sending_verdict(each, wait_s, now)
            if reason is None and self._suspicion is not None:
                reason = self._judge.receiving_verdict(each, wait_s, now)
            if reason is not None:
                dead[each.flow] = reason
        return self._leave(subflows, dead, Finding.DEAD, now) if dead else None

    def _leave(
        self, subflows: Sequence[SubflowView], dead: Mapping[FourTuple, ExpirationReason], finding: Finding, now: float
    ) -> Conclusion | None:
        """Leave the dead, if anything is left that may deliver, and open the best of it where nothing else carries.

        What the peer may still refuse may not: the kernel takes no subflow back that was left for it.
        """
        reasons = {each.path: dead[each.flow] for each in subflows if each.flow in dead}
        left = [each for each in subflows if each.path in reasons]
        rest = [each for each in subflows if each.path not in reasons and each.is_proven]
        if not rest or not self._may_act(now, len(left) + 1):
            return None
        waited_s = self._waiting_s(now)
        for each in left:
            self.opened.pop(each.path, None)
            self.absences.leave(each.path, each.rank, reasons[each.path], now)
        before = self.absences.paths
        helper = self._helper_among(rest, now)
        self.reason = reasons[left[0].path]
        self._path, self._waited_s = left[0].path, _beyond(waited_s, left[0].base_s)
        reports = [
            Report(
                happening=Happening.FAILED_OVER,
                path=each.path,
                helper=helper,
                reason=reasons[each.path],
                waited_s=_beyond(waited_s, each.base_s),
                allowed_s=self._wait_s(each, rest),
            )
            for each in left
        ]
        self._suspicion = None
        self.detours.end()
        self._sending.restart(now)
        leaves = (LeaveSubflow(flow=each.flow, path=each.path, rtt_s=each.base_s) for each in left)
        back = (TakeBack(path=path) for path in before - self.absences.paths)
        return finding, (*leaves, *back, *reports)

    def _waiting_s(self, now: float) -> float | None:
        """How long data has waited; None where none is known to wait, because heartbeats alone were missed."""
        if self._suspicion is None:
            return self._sending.age_s(now)
        return None if self._suspicion.is_of_path_alone else self._receiving.silent_s(now)

    def _helper_among(self, rest: Sequence[SubflowView], now: float) -> LinkName:
        """What carries from now on: what is open already, or the best of the others, which is opened."""
        normal = self.normal_paths({each.path: each.rank for each in rest})
        open_ones = [each for each in rest if each.path in normal]
        best = min(open_ones or rest, key=lambda each: (each.rank, each.base_s))
        if not open_ones:
            self.absences.forgive(best.path)
            if best.rank is not Rank.PREFERRED:
                self.opened[best.path] = now
        return best.path

    def _find_returning(self, subflows: Sequence[SubflowView], now: float) -> Conclusion | None:
        if self.absences.paths:
            self.absences.follow({each.path for each in subflows}, now)
        effects: list[Effect] = []
        for each in subflows:
            if each.path in self.absences.paths and self.absences.is_proven(each, now) and self._may_act(now, 2):
                effects += self._return_to(each.path, now)
        if not self.absences.paths:
            if not effects and self.state not in {_S.FAILED_OVER, _S.PROBING}:
                return None
            self.opened.clear()
            return Finding.PROVEN, tuple(effects)
        is_back = self.absences.are_all_back
        if is_back is (self.state is _S.PROBING):
            return (Finding.UNDECIDED, tuple(effects)) if effects else None
        return Finding.REJOINED if is_back else Finding.LOST, tuple(effects)

    def _return_to(self, path: LinkName, now: float) -> Iterable[Effect]:
        absence = self.absences.return_to(path, now)
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
        self,
        subflows: Sequence[SubflowView],
        now: float,
        found_dead: frozenset[LinkName],
        missed: Collection[LinkName],
    ) -> Conclusion | None:
        if self._suspicion is not None:
            if self._receiving.moved > self._suspicion.since and not self._suspicion.is_of_path_alone:
                self._suspicion = None
                return Finding.HEARD, ()
            return self._advance(self._suspicion, subflows, now, found_dead)
        if not self._may_probe or self.state is _S.AGGREGATE:
            return None
        carriers = self._carriers(subflows)
        if self._is_starved(now):
            return self._begin_suspicion(Suspicion(now), carriers, subflows, now)
        suspects = [each for each in carriers if each.path in missed]
        if not suspects and self._are_passed_over(carriers, now):
            suspects = carriers
        return (
            self._begin_suspicion(Suspicion(now, is_of_path_alone=True), suspects, subflows, now) if suspects else None
        )

    def _are_passed_over(self, carriers: Iterable[SubflowView], now: float) -> bool:
        """Whether data comes by other ways than it should: the peer's kernel leaves a path that answers nothing."""
        silent_since = max(self._tracks.silent_since(each.flow) for each in carriers)
        return self._receiving.moved - silent_since > _PASSED_OVER_S and now >= self._next_doubt

    def _begin_suspicion(
        self, suspicion: Suspicion, suspects: Sequence[SubflowView], subflows: Sequence[SubflowView], now: float
    ) -> Conclusion | None:
        """One suspect is asked at once; of several, the silent one shows after a while."""
        if len(subflows) == len(suspects) == 1 or self._wait_s(suspects[0], subflows) == NEVER:
            return None  # nobody could or may carry instead
        if len(suspects) == 1:
            suspicion.name(suspects[0], now)
            if self._tracks.has_hole(suspects[0]):
                # What comes out of order shows that the path is alive: nobody has to be asked.
                suspicion.note_answer()
                self._suspicion = suspicion
                return Finding.STARVED, ()
        if now < self._next_probe or not self._may_act(now, 1):
            return None
        self._next_probe = now + PROBE_REST_S
        self._suspicion = suspicion
        return Finding.STARVED, () if suspicion.flow is None else (ProbePath(flow=suspicion.flow),)

    def _advance(
        self, suspicion: Suspicion, subflows: Sequence[SubflowView], now: float, found_dead: frozenset[LinkName]
    ) -> Conclusion | None:
        step = suspicion.advance(subflows, self._carriers(subflows), self._tracks, now, found_dead)
        flow = suspicion.flow
        match step:
            case Step.ASK if flow is not None:
                return Finding.UNDECIDED, (ProbePath(flow=flow),)
            case Step.UNANSWERED if flow is not None:
                return self._leave(subflows, {flow: ExpirationReason.PROBE_UNANSWERED}, Finding.UNANSWERED, now)
            case Step.FOUND_BY_OTHERS if flow is not None:
                return self._leave(subflows, {flow: ExpirationReason.FOUND_BY_OTHERS}, Finding.UNANSWERED, now)
            case Step.CLEARED | Step.GONE:
                self._suspicion = None
                if step is Step.CLEARED:
                    self._next_doubt = now + _PASSED_OVER_REST_S
                    if self._receiving.moved <= suspicion.since:
                        self._receiving.bear(now)
                return Finding.HEARD, ()
            case _:
                return None

    def _find_congestion(self, subflows: Sequence[SubflowView], now: float) -> Conclusion | None:
        triggers = self.policy.congestion
        is_over = triggers is None or self.detours.are_over(now)
        if self.state is _S.STEERED and is_over and self._may_act(now, 2):
            return self._steer_back(now)
        if triggers is None or self._suspicion is not None or self.absences.paths:
            return None
        carriers = self._carriers(subflows)
        congested = self._meter.take(carriers, triggers, now)
        if not congested or self.state is _S.STEERED:
            return None
        rest = [each for each in carriers if each.path not in congested]
        helpers = [each for each in subflows if each.rank is Rank.HELPER and each not in carriers]
        if not (rest or helpers) or not self._may_act(now, 2):
            return None
        return self._steer(congested, rest, helpers, now)

    def _steer(
        self,
        congested: Mapping[LinkName, ExpirationReason],
        rest: Sequence[SubflowView],
        helpers: Sequence[SubflowView],
        now: float,
    ) -> Conclusion:
        """Avoid what is congested; the best helper is opened where nothing else carries."""
        for path in congested:
            self.opened.pop(path, None)
            self.detours.begin(path, now)
        best = min(rest or helpers, key=lambda each: (each.rank, each.base_s))
        if best.rank is not Rank.PREFERRED:
            self.opened.setdefault(best.path, now)
        self._path, self.reason = next(iter(congested.items()))
        self._waited_s = None
        return Finding.CONGESTED, tuple(
            Report(
                happening=Happening.STEERED,
                path=path,
                helper=best.path,
                reason=reason,
                waited_s=None,
                allowed_s=self.policy.wait_s,
            )
            for path, reason in congested.items()
        )

    def _steer_back(self, now: float) -> Conclusion:
        reports = tuple(
            Report(
                happening=Happening.STEERED_BACK,
                path=path,
                helper=next(iter(self.opened), None),
                reason=ExpirationReason.ON_TIME,
                waited_s=None,
                allowed_s=self.policy.wait_s,
                lasted_s=now - self.since,
            )
            for path in sorted(self.detours.paths)
        )
        self.detours.end()
        self.opened.clear()
        self.reason = ExpirationReason.ON_TIME
        return Finding.ON_TIME, reports

    def _find_lateness(self, subflows: Sequence[SubflowView], now: float) -> Conclusion | None:
        carriers = self._carriers(subflows)
        helpers = [each for each in subflows if each.rank is Rank.HELPER and each not in carriers]
        carrier = max(carriers, key=lambda each: each.base_s)
        if helpers and not self._suspicion and not self.absences.paths:
            wait_s = self._wait_s(carrier, helpers)
            waited_s = self._backlog_s(carrier, wait_s, now)
            if waited_s is not None and self._may_act(now, 1):
                return self._open(carrier, helpers, waited_s, wait_s, now)
        if self.state is _S.AGGREGATE:
            return self._close_when_calm(carriers, now)
        return None

    def _backlog_s(self, carrier: SubflowView, wait_s: float, now: float) -> float | None:
        """How long data waits since there is too much for the carrier; None when it waits no longer than it may."""
        waited_s = self._sending.age_s(now) - carrier.base_s
        # Where a hole holds all up, a helper would take the data whose acknowledgements could repair it.
        is_moving = now - self._sending.moved < _ADVANCING_S
        if waited_s > wait_s and is_moving and self._tracks.queue_s(carrier) > FULL_SHARE * wait_s:
            return waited_s
        queued_s = self._queued_there_s(carrier, now)
        return queued_s if queued_s > wait_s else None

    def _queued_there_s(self, carrier: SubflowView, now: float) -> float:
        """How long what is being received has waited on its way, as far as that shows.

        The receiver's round trip (`tcp_rcv_rtt_measure_ts`) begins with an acknowledgement and ends with the data that
        was sent next: it includes the sender's pauses, so only a stream without long ones tells anything.
        """
        is_streaming = self._receiving.lately_bytes > _STREAM_BYTES and self._receiving.silent_s(now) < _ADVANCING_S
        if not self._may_probe or not is_streaming:
            return 0.0
        rtt_s = carrier.vitals.receiver_rtt_s or 0.0
        return max(0.0, rtt_s - carrier.base_s - self._receiving.longest_gap_s)

    def _open(
        self, carrier: SubflowView, helpers: Sequence[SubflowView], waited_s: float, wait_s: float, now: float
    ) -> Conclusion:
        helper = min(helpers, key=lambda each: (self.policy.wait_between(carrier.path, each.path), each.base_s))
        self.opened[helper.path] = now
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

    def _close_when_calm(self, carriers: Sequence[SubflowView], now: float) -> Conclusion | None:
        """What the helper still has to deliver is no reason to keep it open."""
        helped = [each for each in carriers if each.path not in self.opened]
        if any(
            max(self._tracks.queue_s(each), self._queued_there_s(each, now)) > self._calm_limit_s for each in helped
        ):
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


def _beyond(waited_s: float | None, base_s: float) -> float | None:
    return None if waited_s is None else max(0.0, waited_s - base_s)
