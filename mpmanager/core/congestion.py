"""Congestion that shows before data is late: marks and loss on the carrying subflows, and the detours they lead to.

A flow that sees more marks than a share in a round trip moves to another path (FlowBender, thesis 4.2.3).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from mpmanager.core.findings import SubflowView
from mpmanager.model.connection import FourTuple
from mpmanager.model.expiration import ExpirationReason
from mpmanager.model.names import LinkName
from mpmanager.model.policy import CongestionTriggers
from mpmanager.model.progress import SubflowVitals

LEAST_PACKETS = 20
"""Fewer say nothing of a share of some percent."""
_LONGEST_WINDOW_S = 5.0
"""Who sends so little has no share."""
FIRST_DETOUR_S = 2.0
LONGEST_DETOUR_S = 60.0
_RELAPSE_S = 5.0
"""A path that is congested again within this time after a detour gets twice the detour."""


@dataclass(slots=True)
class _Window:
    """What the counters of a subflow were when a measurement began."""

    since: float
    vitals: SubflowVitals


@dataclass(slots=True)
class CongestionMeter:
    """Shares of marks and loss on the subflows of one connection. All times are seconds of the caller's clock."""

    _windows: dict[FourTuple, _Window] = field(default_factory=dict)

    def take(
        self, carriers: Sequence[SubflowView], triggers: CongestionTriggers, now: float
    ) -> dict[LinkName, ExpirationReason]:
        """The paths whose subflow has just shown too much of either, over a round trip and `LEAST_PACKETS` at least."""
        known = self._windows
        self._windows = {each.flow: known.get(each.flow) or _Window(now, each.vitals) for each in carriers}
        found = {each.path: self._reason(each, triggers, now) for each in carriers}
        return {path: reason for path, reason in found.items() if reason is not None}

    def _reason(self, subflow: SubflowView, triggers: CongestionTriggers, now: float) -> ExpirationReason | None:
        window, vitals = self._windows[subflow.flow], subflow.vitals
        packets = vitals.data_segs_out - window.vitals.data_segs_out
        lasted_s = now - window.since
        is_enough = packets >= LEAST_PACKETS and lasted_s >= (vitals.rtt_s or subflow.base_s)
        if is_enough or lasted_s > _LONGEST_WINDOW_S:
            self._windows[subflow.flow] = _Window(now, vitals)
        if not is_enough:
            return None
        delivered = vitals.delivered - window.vitals.delivered
        if _exceeds(vitals.delivered_ce - window.vitals.delivered_ce, delivered, triggers.marks_share):
            return ExpirationReason.MARKED
        if _exceeds(vitals.total_retrans - window.vitals.total_retrans, packets, triggers.loss_share):
            return ExpirationReason.LOSSY
        return None


def _exceeds(part: int, whole: int, share: float | None) -> bool:
    return share is not None and part > share * whole


@dataclass(slots=True)
class _Detour:
    length_s: float
    until: float


class Detours:
    """Paths that one connection avoids for a while. All times are seconds of the caller's clock."""

    def __init__(self) -> None:
        self._detours: dict[LinkName, _Detour] = {}
        self._avoided: set[LinkName] = set()

    @property
    def paths(self) -> frozenset[LinkName]:
        """Those that are avoided."""
        return frozenset(self._avoided)

    def begin(self, path: LinkName, now: float) -> None:
        """Avoid a path from now on."""
        before = self._detours.get(path)
        is_relapse = before is not None and now < before.until + _RELAPSE_S
        length_s = min(2 * before.length_s, LONGEST_DETOUR_S) if before and is_relapse else FIRST_DETOUR_S
        self._detours[path] = _Detour(length_s, now + length_s)
        self._avoided.add(path)

    def are_over(self, now: float) -> bool:
        """Whether all have lasted for as long as they should."""
        return all(now >= self._detours[path].until for path in self._avoided)

    def end(self) -> None:
        """Avoid nothing any more."""
        self._avoided.clear()

    def forget_but(self, known: Collection[LinkName]) -> None:
        """Do without paths that are not among these."""
        self._avoided &= set(known)
