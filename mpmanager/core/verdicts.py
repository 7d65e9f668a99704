"""When a carrying subflow has to be taken for dead."""

from mpmanager.core.findings import SubflowView
from mpmanager.core.streams import Receiving, Sending
from mpmanager.core.subflow_tracks import SubflowTracks
from mpmanager.model.expiration import ExpirationReason

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
_FLOOD_PATIENCE = 4
"""Where so much comes behind a hole, or has come in the last second, the path is full and not dead: its sender has lost
much at once and repairs it round by round, and to leave it would have all that is on its way sent once more."""


class Judge:
    """Of one connection. All times are seconds of the caller's clock."""

    def __init__(self, sending: Sending, receiving: Receiving, tracks: SubflowTracks) -> None:
        self._sending = sending
        self._receiving = receiving
        self._tracks = tracks

    def sending_verdict(self, subflow: SubflowView, wait_s: float, now: float) -> ExpirationReason | None:
        """Why data that may wait so long has to leave this carrier, if it has to."""
        vitals, base_s = subflow.vitals, subflow.base_s
        if not vitals.unacknowledged or self._sending.age_s(now) <= base_s + wait_s:
            return None
        silent_s = min(vitals.silent_s, self._tracks.busy_s(subflow.flow, now))
        if silent_s > base_s + max(_SILENCE_SHARE * wait_s, LEAST_SILENCE_S):
            return ExpirationReason.SILENT
        rtt_s = _grown_rtt_s(vitals.rtt_s, base_s)
        if self._tracks.unacknowledged_s(subflow.flow, now) > rtt_s + max(wait_s, LEAST_HOLE_S):
            return ExpirationReason.HOLE
        return None

    def receiving_verdict(self, subflow: SubflowView, wait_s: float, now: float) -> ExpirationReason | None:
        """Why this carrier has to be left although something comes over it, if it has to."""
        is_missing = self._tracks.has_hole(subflow)
        if is_missing and self._receiving.silent_s(now) > self._receiving_hole_s(subflow, wait_s):
            return ExpirationReason.HOLE
        return None

    def _receiving_hole_s(self, subflow: SubflowView, wait_s: float) -> float:
        """How long something may be missing while other data comes.

        A loss shows to the sender when what comes after it has come, and its repair may be lost once, too.
        """
        rtt_s = _grown_rtt_s(subflow.vitals.receiver_rtt_s, subflow.base_s)
        limit_s = self._receiving.longest_gap_s + 2 * rtt_s + max(wait_s, LEAST_HOLE_S)
        is_flood = (
            self._tracks.disordered_packets(subflow.flow) >= _FLOOD_PACKETS
            or self._receiving.lately_bytes > _FLOOD_BYTES
        )
        return _FLOOD_PATIENCE * limit_s if is_flood else limit_s


def _grown_rtt_s(rtt_s: float | None, base_s: float) -> float:
    """What a round trip takes, as far as its growth is an excuse."""
    return min(max(rtt_s or base_s, base_s), base_s + _LONGEST_HOLE_EXTRA_S)
