"""How connections get through the loss of a path, from frequent looks at how far they have got.

What is sent is exact: data is waiting while it is not acknowledged. What is received can only be compared with the
moments before: a stream that paused by itself then may pause now.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from mpmanager.model.names import Token
from mpmanager.model.progress import Progress
from mpmanager.model.rehearsal import Endurance, Endured

GRACE_S = 0.25
"""What moves so soon after the loss was under way before."""


@dataclass(slots=True, kw_only=True)
class _Watched:
    last: Progress
    sent_at: float
    """When what was sent last got on, or had nothing left to get on with."""
    received_at: float
    was_pending: bool = False
    moved_before: bool = False
    moved_after: bool = False
    """Whether anything got on after the grace."""
    usual_gap_s: float = 0.0
    """The longest between two moments of receiving, before."""
    sending_gap_s: float = 0.0
    receiving_gap_s: float = 0.0
    is_receiving: bool = False
    is_gone: bool = False


class Watch:
    """Begins before the loss; call `look` often. Times are in seconds of one clock."""

    def __init__(self) -> None:
        self._watched: dict[Token, _Watched] = {}
        self._lost: float | None = None

    def lose(self, *, now: float) -> None:
        """From now on the path is away."""
        self._lost = now
        for each in self._watched.values():
            each.sent_at = max(each.sent_at, now)
            each.usual_gap_s = max(each.usual_gap_s, now - each.received_at) if each.is_receiving else 0.0
            each.received_at = now

    def look(self, progress: Iterable[Progress], *, now: float) -> None:
        """Take in how far all of them have got; of those that are known, a missing one has ended."""
        seen = {each.token: each for each in progress}
        for token, new in seen.items():
            known = self._watched.get(token)
            if known is not None:
                self._compare(known, new, now)
            elif self._lost is None:
                self._watched[token] = _Watched(last=new, sent_at=now, received_at=now)
        for token in self._watched.keys() - seen.keys():
            self._watched[token].is_gone = True

    def _compare(self, known: _Watched, new: Progress, now: float) -> None:
        has_sent, has_received = new.snd_una != known.last.snd_una, new.rcv_nxt != known.last.rcv_nxt
        is_pending = new.write_seq != new.snd_una
        if self._lost is not None:
            if is_pending and not has_sent:
                known.sending_gap_s = max(known.sending_gap_s, now - known.sent_at)
            if not has_received:
                known.receiving_gap_s = max(known.receiving_gap_s, now - known.received_at)
            known.was_pending |= is_pending
            known.moved_after |= (has_sent or has_received) and now - self._lost > GRACE_S
        elif has_sent or has_received:
            known.moved_before = True
            if has_received:
                known.usual_gap_s = max(known.usual_gap_s, now - known.received_at if known.is_receiving else 0.0)
                known.is_receiving = True
        if has_sent or not is_pending:
            known.sent_at = now
        if has_received:
            known.received_at = now
        known.last = new

    def endured(self, token: Token) -> Endured:
        """What became of one, by the last look."""
        known = self._watched.get(token)
        if known is None or known.is_gone:
            return Endured(endurance=Endurance.ENDED, waited_s=None)
        if not known.was_pending and not known.moved_before and not known.moved_after:
            return Endured(endurance=Endurance.IDLE, waited_s=None)
        excess_s = max(0.0, known.receiving_gap_s - known.usual_gap_s) if known.is_receiving else 0.0
        waited_s = max(known.sending_gap_s, excess_s)
        return Endured(endurance=Endurance.MOVED if known.moved_after else Endurance.STALLED, waited_s=waited_s)
