"""One direction of an emulated link as a pure machine: packets go in, and come out when they are due.

A packet waits in a FIFO of limited bytes, is serialised at the link's rate, may then be lost (it has used its share
of the rate, as on a radio) or get a congestion mark, and otherwise travels for the one-way delay. Times are computed,
not waited for: the caller may look late or rarely and the schedule is the same. Jitter never reorders: a packet that
would overtake another arrives together with it.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum, unique

from mpmanager.lab.marking import marked

PACKET_BYTES = 1500
LEAST_QUEUE_BYTES = 10 * PACKET_BYTES
UNLIMITED_QUEUE_BYTES = 16 * 1024 * 1024


@unique
class DropReason(StrEnum):
    """Why a packet did not arrive."""

    QUEUE = "queue"
    """No room in the FIFO."""
    LOSS = "loss"
    CARRIER = "carrier"
    """The link was unplugged."""
    DEVICE = "device"
    """The device at the far end did not take it: it is switched off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shaping:
    """How one direction of a link treats packets."""

    rate_bit_s: float | None = None
    """Of IP packets; None: unlimited."""
    delay_s: float = 0.0
    """One way, after serialisation."""
    jitter_s: float = 0.0
    """The delay varies uniformly by this much to both sides, but never below zero."""
    loss: float = 0.0
    """Probability, 0 to 1; 1 is a black hole."""
    marks: float = 0.0
    """Probability, 0 to 1, with which a packet that arrives gets a congestion mark, if its ends use ECN."""
    queue_bytes: int | None = None
    """None: one bandwidth-delay product of the round trip, but room for ten packets."""

    @property
    def queue_limit_bytes(self) -> int:
        """What the FIFO holds, the packet being serialised included."""
        if self.queue_bytes is not None:
            return max(self.queue_bytes, PACKET_BYTES)
        if self.rate_bit_s is None:
            return UNLIMITED_QUEUE_BYTES
        return max(LEAST_QUEUE_BYTES, int(self.rate_bit_s / 8 * 2 * self.delay_s))


class Shaper:
    """One direction of a link. Times are seconds of any one clock that does not go back.

    offered packets = delivered + dropped + `packets_inside`, at every moment.
    """

    def __init__(self, shaping: Shaping, *, draw: Callable[[], float]) -> None:
        """`draw` gives uniform random numbers of [0, 1)."""
        self._draw = draw
        self._queue: deque[tuple[float, bytes]] = deque()  # arrival, packet
        self._wire: deque[tuple[float, bytes]] = deque()  # due, packet
        self._backlog_bytes = 0
        self._free_at = 0.0  # when the serialiser has finished the last packet it took
        self._last_due = 0.0
        self.offered_packets = 0
        self.delivered_packets = 0
        self.delivered_bytes = 0
        self.marked_packets = 0
        self.dropped_packets = dict.fromkeys(DropReason, 0)
        self._adopt(shaping)

    @property
    def shaping(self) -> Shaping:
        return self._shaping

    @property
    def packets_inside(self) -> int:
        """Waiting or travelling."""
        return len(self._queue) + len(self._wire)

    @property
    def backlog_bytes(self) -> int:
        """In the FIFO, as of the last call."""
        return self._backlog_bytes

    def offer(self, packet: bytes, now: float) -> None:
        """Take a packet in, or drop it when the FIFO is full."""
        self.offered_packets += 1
        size = len(packet)
        if self._backlog_bytes + size > self._limit_bytes:
            self._serialise(now)
            if self._backlog_bytes + size > self._limit_bytes:
                self.dropped_packets[DropReason.QUEUE] += 1
                return
        self._backlog_bytes += size
        self._queue.append((now, packet))

    def take_due(self, now: float) -> list[bytes]:
        """The packets that have arrived at the far end by now, in order."""
        self._serialise(now)
        wire = self._wire
        due: list[bytes] = []
        while wire and wire[0][0] <= now:
            due.append(wire.popleft()[1])
        self.delivered_packets += len(due)
        self.delivered_bytes += sum(map(len, due))
        return due

    def next_due(self) -> float | None:
        """No packet is due before this time; None: none is inside."""
        if self._wire:
            return self._wire[0][0]
        if not self._queue:
            return None
        arrival, packet = self._queue[0]
        return max(arrival, self._free_at) + len(packet) * self._s_per_byte + self._least_delay_s

    def reshape(self, shaping: Shaping, now: float) -> None:
        """From now on treat packets like this. What travels already arrives as it would have."""
        self._serialise(now)
        old_s_per_byte = self._s_per_byte
        self._adopt(shaping)
        if self._queue and old_s_per_byte:
            self._continue_head(now, old_s_per_byte)

    def drop_all(self, reason: DropReason) -> None:
        """Lose everything that is inside."""
        self.dropped_packets[reason] += self.packets_inside
        self._queue.clear()
        self._wire.clear()
        self._backlog_bytes = 0

    def drop(self, reason: DropReason) -> None:
        """Count a packet that never gets in."""
        self.offered_packets += 1
        self.dropped_packets[reason] += 1

    def return_delivered(self, packet: bytes, reason: DropReason) -> None:
        """Correct the account of a packet of `take_due` that could not be handed over."""
        self.delivered_packets -= 1
        self.delivered_bytes -= len(packet)
        self.dropped_packets[reason] += 1

    def _adopt(self, shaping: Shaping) -> None:
        self._shaping = shaping
        self._s_per_byte = 8 / shaping.rate_bit_s if shaping.rate_bit_s else 0.0
        self._limit_bytes = shaping.queue_limit_bytes
        self._least_delay_s = max(0.0, shaping.delay_s - shaping.jitter_s)

    def _continue_head(self, now: float, old_s_per_byte: float) -> None:
        """Keep the part of the head packet that is serialised already; the rest goes at the new rate."""
        arrival, packet = self._queue[0]
        started = max(arrival, self._free_at)
        if started >= now:
            return
        done_bytes = (now - started) / old_s_per_byte
        self._free_at = now - done_bytes * self._s_per_byte
        self._queue[0] = (self._free_at, packet)

    def _serialise(self, now: float) -> None:
        """Move to the wire whatever has been serialised by now."""
        queue = self._queue
        while queue:
            arrival, packet = queue[0]
            size = len(packet)
            start = arrival if arrival > self._free_at else self._free_at  # noqa: FURB136  # max() costs three times as much
            finish = start + size * self._s_per_byte
            if finish > now:
                return
            queue.popleft()
            self._backlog_bytes -= size
            self._free_at = finish
            self._send(packet, finish)

    def _send(self, packet: bytes, at: float) -> None:
        shaping = self._shaping
        if shaping.loss and self._draw() < shaping.loss:
            self.dropped_packets[DropReason.LOSS] += 1
            return
        if shaping.marks and self._draw() < shaping.marks:
            packet = self._marked(packet)
        due = at + shaping.delay_s
        if shaping.jitter_s:
            due = max(at, due + (2 * self._draw() - 1) * shaping.jitter_s)
        self._last_due = due = max(due, self._last_due)
        self._wire.append((due, packet))

    def _marked(self, packet: bytes) -> bytes:
        after = marked(packet)
        if after is None:
            return packet
        self.marked_packets += 1
        return after
