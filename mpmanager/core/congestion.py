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
LOSS_WINDOW_S = 0.5
LOSS_WINDOWS = 2
"""So often in a row: slow start alone loses a fifth once (measured), on the best of paths."""
_LONGEST_WINDOW_S = 5.0
"""Who sends so little has no share."""
FIRST_DETOUR_S = 2.0
LONGEST_DETOUR_S = 60.0
_RELAPSE_S = 5.0
"""A path that is congested again within this time after a detour gets twice the detour."""


@dataclass(slots=True)
class _Gauge:
    """A share of some packets, measured over and over again."""

    since: float
    part: int
    whole: int
    times: int = 0
    """How often in a row it was exceeded."""

    def exceeds(self, share: float, part: int, whole: int, *, now: float, window_s: float) -> bool:
        """Whether the share was exceeded over the window that ends now; False while none ends."""
        lasted_s, packets = now - self.since, whole - self.whole
        is_enough = packets >= LEAST_PACKETS and lasted_s >= window_s
        if not is_enough and lasted_s <= max(window_s, _LONGEST_WINDOW_S):
            return False
        is_over = is_enough and part - self.part > share * packets
        self.times = self.times + 1 if is_over else 0
        self.since, self.part, self.whole = now, part, whole
        return is_over


@dataclass(slots=True)
class _Gauges:
    """Of one subflow."""

    marks: _Gauge
    loss: _Gauge


@dataclass(slots=True)
class CongestionMeter:
    """Shares of marks and loss on the subflows of one connection. All times are seconds of the caller's clock."""

    _gauges: dict[FourTuple, _Gauges] = field(default_factory=dict)

    def take(
        self, carriers: Sequence[SubflowView], triggers: CongestionTriggers, now: float
    ) -> dict[LinkName, ExpirationReason]:
        """The paths whose subflow has just shown too much of either."""
        known = self._gauges
        self._gauges = {each.flow: known.get(each.flow) or _begun(each.vitals, now) for each in carriers}
        found = {each.path: self._reason(each, triggers, now) for each in carriers}
        return {path: reason for path, reason in found.items() if reason is not None}

    def _reason(self, subflow: SubflowView, triggers: CongestionTriggers, now: float) -> ExpirationReason | None:
        gauges, vitals = self._gauges[subflow.flow], subflow.vitals
        rtt_s = vitals.rtt_s or subflow.base_s
        if triggers.marks_share is not None and gauges.marks.exceeds(
            triggers.marks_share, vitals.delivered_ce, vitals.delivered, now=now, window_s=rtt_s
        ):
            return ExpirationReason.MARKED
        if triggers.loss_share is not None and gauges.loss.exceeds(
            triggers.loss_share, vitals.total_retrans, vitals.data_segs_out, now=now, window_s=max(rtt_s, LOSS_WINDOW_S)
        ):
            return ExpirationReason.LOSSY if gauges.loss.times >= LOSS_WINDOWS else None
        return None


def _begun(vitals: SubflowVitals, now: float) -> _Gauges:
    return _Gauges(
        marks=_Gauge(now, vitals.delivered_ce, vitals.delivered),
        loss=_Gauge(now, vitals.total_retrans, vitals.data_segs_out),
    )


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
