"""Heartbeats: whether a path is alive over which a peer that is not asked sends nothing.

A client whose server was silent when a path died has nothing in flight that could show it. So while connections are
active and nothing is heard over a path, a peer there is sent an echo request every 0.1 s. Data and acknowledgements are
heartbeats themselves: a busy path costs no packet, an idle one none either, a pause some twenty at most.

Many hosts answer no echo requests. Silence means something only where a peer has answered over this very path before;
and even then it is a reason to suspect the path and ask by a join, never a verdict.
"""

from collections import OrderedDict, deque
from collections.abc import Collection
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

from mpmanager.core.suspicion import PROBE_EXTRA_S, PROBE_FACTOR
from mpmanager.model.heartbeat import Beat
from mpmanager.model.names import IPAddress, LinkName

HEARTBEAT_S = 0.1
"""Between two beats on a path, and the silence before the first."""
ACTIVE_S = 2.0
"""A connection that has moved nothing for so long needs no heartbeat."""
MISSES = 2
"""Unanswered beats that make a path suspect: one may just be lost."""

MOST_UNANSWERED = 3
"""Beats that a peer gets which has never answered,"""
REST_S = 600.0
"""before it is left alone for so long."""
MOST_FALSE_ALARMS = 3
"""In a row; a peer that has answered once and does so no more is then like one that never has."""
FALSE_ALARM_S = 0.05
"""A path that was heard again within a round trip and so much of being suspected was alive."""

MOST_PEERS = 64
"""On one path; further ones are not asked while these are active."""
_MOST_PENDING = 32
_SEQUENCES = 1 << 16
_SLOWEST_FADES = 8

_PeerKey = tuple[int, IPAddress, IPAddress]


@dataclass(slots=True, kw_only=True, eq=False)
class _Peer:
    """The other end of connections, as one local address on one interface reaches it."""

    interface_index: int
    local: IPAddress
    address: IPAddress
    rtt_s: float
    moved: float
    is_trusted: bool = False
    """Whether it answers echo requests over this path."""
    asked: float = -inf
    slowest_s: float = 0.0
    """What its answers have taken lately."""
    unanswered: int = 0
    """Beats since it was last trusted or left alone."""
    rests_until: float = 0.0
    false_alarms: int = 0
    """In a row."""

    @property
    def patience_s(self) -> float:
        return PROBE_FACTOR * max(self.rtt_s, self.slowest_s) + PROBE_EXTRA_S

    def may_be_asked(self, now: float) -> bool:
        return now < self.moved + ACTIVE_S and (
            self.is_trusted or self.unanswered < MOST_UNANSWERED or now >= self.rests_until
        )

    def note_asked(self, now: float) -> None:
        self.asked = now
        if not self.is_trusted:
            self.unanswered = self.unanswered % MOST_UNANSWERED + 1
            self.rests_until = now + REST_S

    def note_answer(self, took_s: float) -> None:
        self.is_trusted = True
        self.unanswered = self.false_alarms = 0
        took_s = min(took_s, ACTIVE_S)
        self.slowest_s = max(took_s, self.slowest_s + (took_s - self.slowest_s) / _SLOWEST_FADES)

    def note_false_alarm(self, now: float) -> None:
        self.false_alarms += 1
        if self.false_alarms >= MOST_FALSE_ALARMS:
            self.is_trusted, self.false_alarms = False, 0
            self.unanswered, self.rests_until = MOST_UNANSWERED, now + REST_S


class _Pending(NamedTuple):
    """A beat that was not answered yet."""

    peer: _Peer
    sequence: int
    sent: float
    expires: float


@dataclass(slots=True, kw_only=True)
class _Pulse:
    """Of one path."""

    path: LinkName
    moved: float
    """When something of any connection moved last."""
    quiet_since: float
    """When something was heard last, or the first connection became active after that."""
    next_beat: float = -inf
    """The earliest time, however quiet it is."""
    sequence: int = 0
    peers: OrderedDict[_PeerKey, _Peer] = field(default_factory=OrderedDict)
    """The one whose connections have moved something last comes last."""
    pending: deque[_Pending] = field(default_factory=lambda: deque(maxlen=_MOST_PENDING))

    def carry(self, key: _PeerKey, rtt_s: float, moved: float) -> None:
        if moved >= self.moved + ACTIVE_S:
            self.quiet_since = max(self.quiet_since, moved)  # what was missed before is too old to mean anything
        self.moved = max(self.moved, moved)
        peer = self.peers.get(key) or self._admit(key, rtt_s, moved)
        if peer is not None and moved >= peer.moved:
            peer.moved, peer.rtt_s = moved, rtt_s
            self.peers.move_to_end(key)

    def _admit(self, key: _PeerKey, rtt_s: float, moved: float) -> _Peer | None:
        if len(self.peers) >= MOST_PEERS:
            oldest = next(iter(self.peers))
            if moved < self.peers[oldest].moved + ACTIVE_S:
                return None
            del self.peers[oldest]
        interface_index, local, address = key
        peer = _Peer(interface_index=interface_index, local=local, address=address, rtt_s=rtt_s, moved=moved)
        self.peers[key] = peer
        return peer

    def hear(self, now: float) -> None:
        self._count_false_alarm(now)
        self.quiet_since = max(self.quiet_since, now)

    def _count_false_alarm(self, now: float) -> None:
        """A dead path is not heard again so soon: whoever did not answer there does not deserve trust."""
        missed = self._decisive()
        if missed is not None and missed.expires <= now < 2 * missed.expires - missed.sent + FALSE_ALARM_S:
            for peer in {each.peer for each in self._unheard() if each.expires <= now}:
                peer.note_false_alarm(now)

    def hear_answer(self, address: IPAddress, sequence: int, now: float) -> None:
        for each in self.pending:
            if each.sequence == sequence and each.peer.address == address:
                self.hear(now)
                each.peer.note_answer(now - each.sent)
                self.pending.remove(each)
                return

    def beat(self, now: float) -> Beat | None:
        if not self._next() <= now < self.moved + ACTIVE_S:
            return None
        self.next_beat = now + HEARTBEAT_S
        peer = self._whom_to_ask(now)
        if peer is None:
            return None
        peer.note_asked(now)
        self.sequence = (self.sequence + 1) % _SEQUENCES
        self.pending.append(_Pending(peer, self.sequence, now, now + peer.patience_s))
        return Beat(
            path=self.path,
            interface_index=peer.interface_index,
            local=peer.local,
            peer=peer.address,
            sequence=self.sequence,
        )

    def _whom_to_ask(self, now: float) -> _Peer | None:
        """In turn, whoever answers; while nobody is known to, the others."""
        peers = [each for each in self.peers.values() if each.may_be_asked(now)]
        return min(peers, key=lambda each: (not each.is_trusted, each.asked), default=None)

    def is_missed(self, now: float) -> bool:
        missed = self._decisive()
        return missed is not None and missed.expires <= now < self.moved + ACTIVE_S

    def _decisive(self) -> _Pending | None:
        """The beat with whose expiry the path becomes suspect, if it does."""
        if not self.pending or self.pending[-1].sent <= self.quiet_since:
            return None
        expiring = sorted(self._unheard(), key=lambda each: each.expires)
        return expiring[MISSES - 1] if len(expiring) >= MISSES else None

    def _unheard(self) -> list[_Pending]:
        """What was sent since something was heard, to peers that answer."""
        return [each for each in self.pending if each.sent > self.quiet_since and each.peer.is_trusted]

    def deadline(self, now: float) -> float | None:
        missed = self._decisive()
        times = [self._next()] if missed is None or missed.expires <= now else [self._next(), missed.expires]
        return min((each for each in times if each < self.moved + ACTIVE_S), default=None)

    def _next(self) -> float:
        return max(self.quiet_since + HEARTBEAT_S, self.next_beat)


class Heartbeats:
    """Of all paths of a client. Times are seconds of the caller's clock.

    Take in all that has arrived before `missed` is asked: an answer that waits in a socket is none.
    """

    def __init__(self) -> None:
        self._pulses: dict[LinkName, _Pulse] = {}

    def note_carrying(
        self, path: LinkName, *, interface_index: int, local: IPAddress, peer: IPAddress, rtt_s: float, moved: float
    ) -> None:
        """A subflow of `local` and `peer` carries a connection of which something has moved last at `moved`.

        `rtt_s` is its round trip as it is now, queues included. To be said at least once a second while data moves.
        """
        pulse = self._pulses.get(path)
        if pulse is None:
            pulse = self._pulses[path] = _Pulse(path=path, moved=moved, quiet_since=moved)
        pulse.carry((interface_index, local, peer), rtt_s, moved)

    def note_heard(self, path: LinkName, now: float) -> None:
        """Anything has come over the path: data, an acknowledgement, the answer to a join."""
        pulse = self._pulses.get(path)
        if pulse is not None:
            pulse.hear(now)

    def note_answer(self, path: LinkName, peer: IPAddress, sequence: int, now: float) -> None:
        """A beat was answered, in time or late; one that nobody knows (any more) changes nothing."""
        pulse = self._pulses.get(path)
        if pulse is not None:
            pulse.hear_answer(peer, sequence, now)

    def forget_paths_but(self, paths: Collection[LinkName]) -> None:
        """The network is another now: there are only these paths."""
        self._pulses = {path: pulse for path, pulse in self._pulses.items() if path in paths}

    def due(self, now: float) -> tuple[Beat, ...]:
        """The beats to send now; each is given once."""
        beats = (pulse.beat(now) for pulse in self._pulses.values())
        return tuple(each for each in beats if each is not None)

    def missed(self, now: float) -> frozenset[LinkName]:
        """The paths that have become suspect and whose connections are still active; until something is heard."""
        return frozenset(path for path, pulse in self._pulses.items() if pulse.is_missed(now))

    def deadline(self, now: float) -> float | None:
        """When `due` has to be asked next, or `missed` may say more; that may be now. None when nothing runs."""
        deadlines = (pulse.deadline(now) for pulse in self._pulses.values())
        return min((each for each in deadlines if each is not None), default=None)
