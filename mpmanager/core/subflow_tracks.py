"""What changes on the subflows of one connection, and when it last did."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from mpmanager.core.findings import SubflowView
from mpmanager.core.streams import Sending
from mpmanager.model.connection import FourTuple
from mpmanager.model.progress import SubflowVitals

_RATE_KEPT_S = 0.25
"""Samples of a moment tell too little: a rate stays known for so long."""


@dataclass(slots=True)
class _Track:
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
    rate: tuple[int, float]
    """The highest delivery rate of late in bytes per second, and when it was measured."""


class SubflowTracks:
    """Of one connection. All times are seconds of the caller's clock."""

    def __init__(self, sending: Sending) -> None:
        self._sending = sending
        self._tracks: dict[FourTuple, _Track] = {}
        self._has_one_carrier = True
        self.disordered: float | None = None
        """When anything came out of order last."""

    def follow(self, subflows: Sequence[SubflowView], carriers: Collection[SubflowView], now: float) -> None:
        """Take in what the subflows say now; those that are gone are forgotten."""
        self._has_one_carrier = len(carriers) == 1
        known = self._tracks
        self._tracks = {each.flow: self._followed(known.get(each.flow), each.vitals, now) for each in subflows}
        for each in subflows:
            track = self._tracks[each.flow]
            track.carrying = (track.carrying or now) if each in carriers else None

    def _followed(self, track: _Track | None, vitals: SubflowVitals, now: float) -> _Track:
        if track is None:
            return self._begun(vitals, now)
        if vitals.acknowledged_bytes != track.acknowledged_bytes or not vitals.unacknowledged:
            track.acknowledged_bytes = vitals.acknowledged_bytes
            # Looks are rare while all is well, the stream is watched all the time.
            is_stream_exact = self._has_one_carrier and vitals.unacknowledged
            track.acknowledged = self._sending.moved if is_stream_exact else now
        if not vitals.unacknowledged:
            track.busy = None
        elif track.busy is None:
            track.busy = now
        if vitals.received_segments != track.received_segments:
            track.received_segments, track.heard = vitals.received_segments, now
        if vitals.delivery_rate_byte_s >= track.rate[0] or now - track.rate[1] > _RATE_KEPT_S:
            track.rate = (vitals.delivery_rate_byte_s, now)
        if vitals.out_of_order_packets != track.disorder[0]:
            track.disorder = (vitals.out_of_order_packets, now)
            self.disordered = now
        return track

    def _begun(self, vitals: SubflowVitals, now: float) -> _Track:
        return _Track(
            acknowledged_bytes=vitals.acknowledged_bytes,
            acknowledged=min(now, max(self._sending.moved, now - vitals.silent_s)),
            busy=now - self._sending.age_s(now) if vitals.unacknowledged else None,
            carrying=None,
            received_segments=vitals.received_segments,
            heard=now,
            out_of_order=vitals.out_of_order_packets,
            disorder=(vitals.out_of_order_packets, now),
            rate=(vitals.delivery_rate_byte_s, now),
        )

    def note_nothing_missing(self) -> None:
        """All that has come out of order until now was put in order."""
        for track in self._tracks.values():
            track.out_of_order = track.disorder[0]

    def has_hole(self, subflow: SubflowView) -> bool:
        """Whether data comes out of order there since nothing was missing; what comes in order again was repaired."""
        track = self._tracks[subflow.flow]
        is_repaired = track.heard > track.disorder[1] + 2 * subflow.base_s
        return subflow.vitals.out_of_order_packets != track.out_of_order and not is_repaired

    def disordered_packets(self, flow: FourTuple) -> int:
        """What has come out of order there since nothing was missing."""
        track = self._tracks[flow]
        return track.disorder[0] - track.out_of_order

    def queue_s(self, subflow: SubflowView) -> float:
        """How long new data would wait there before it leaves; unknown is none."""
        rate = self._tracks[subflow.flow].rate[0]
        if not rate:
            return 0.0
        queued = subflow.vitals.unsent_bytes + subflow.vitals.in_flight_bytes
        return max(0.0, queued / rate - subflow.base_s)

    def heard(self, flow: FourTuple) -> float:
        """When anything came over it last."""
        return self._tracks[flow].heard

    def silent_since(self, flow: FourTuple) -> float:
        """Since when a carrier has carried and nothing has come over it."""
        track = self._tracks[flow]
        return max(track.heard, track.carrying or track.heard)

    def unacknowledged_s(self, flow: FourTuple, now: float) -> float:
        """How long nothing of what is in flight there was acknowledged."""
        return min(now - self._tracks[flow].acknowledged, self._sending.age_s(now))

    def busy_s(self, flow: FourTuple, now: float) -> float:
        """How long something has been in flight on a carrier; a lone one has what the stream has waited for."""
        track = self._tracks[flow]
        since = track.carrying if self._has_one_carrier else track.busy
        return min(self._sending.age_s(now), 0.0 if since is None else now - since)
