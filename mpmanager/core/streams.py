"""How late the two streams of a connection are: what it sends and what it receives."""

from collections import deque

from mpmanager.model.history import WaitCount
from mpmanager.model.policy import NEVER

GAPS_KEPT = 24
GAPS_NEEDED = 6
_GAP_FACTOR, _LOSSY_GAP_FACTOR = 1.1, 2.1
_GAP_EXTRA_S = 0.004
_LEAST_STARVING_S = 0.02
LONGEST_GAP_S = 1.0
"""A stream with longer gaps than this cannot be told from one that has ended."""
_MOST_PATIENCE = 8.0
_PATIENCE_KEPT_S = 10.0
SETTLING_S = 1.0
"""After paths have changed places, before the receiver's gaps mean anything."""
_LATELY_S = 1.0


class Sending:
    """How long data has waited that the peer has not acknowledged. All times are seconds of the caller's clock."""

    def __init__(self, now: float) -> None:
        self._written: deque[tuple[float, int]] = deque()
        self.moved = now
        """When data was acknowledged last."""
        self._counted = 0
        """Up to where `waits` tells."""
        self.waits = WaitCount()
        """How long data had waited that was acknowledged."""

    def count_from(self, write_seq: int) -> None:
        """How long anything has waited that was written before is not known."""
        self._counted = write_seq

    def write(self, write_seq: int, now: float) -> None:
        """Note up to where the application has written."""
        self._written.append((now, write_seq))

    def acknowledge(
        self, snd_una: int, now: float, *, base_s: float, is_helped: bool, latest: float | None = None
    ) -> None:
        """Note up to where the peer has acknowledged: likely now, but perhaps as late as `latest`.

        Its wait is counted beyond the round trip `base_s`, unless it was helped: then nobody knows what it would be.
        """
        self.moved = now if latest is None else latest
        while self._written and self._written[0][1] <= snd_una:
            written, write_seq = self._written.popleft()
            if not is_helped:
                self.waits.add(now - written - base_s, write_seq - self._counted)
            self._counted = write_seq

    def restart(self, now: float) -> None:
        """What is acknowledged from now on has come by another path."""
        self.moved = now

    def age_s(self, now: float) -> float:
        """How long the oldest data that was not acknowledged has waited; 0 where there is none."""
        return now - self._written[0][0] if self._written else 0.0


class Receiving:
    """What the gaps between received data tell of whoever sends it: which silence is longer than usual.

    All times are seconds of the caller's clock.
    """

    def __init__(self, now: float) -> None:
        self.moved = now
        """When data came last."""
        self._gaps: deque[float] = deque(maxlen=GAPS_KEPT)
        self.longest_gap_s = 0.0
        """Of those that are remembered."""
        self._unexplained_gap_s: float | None = None
        self._lately_bytes = 0.0
        self._expected_until = now
        self._is_quiet = True
        """Whether nothing is expected to come."""
        self._settled = now
        self._patience = 1.0
        self._patience_set = now

    @property
    def lately_bytes(self) -> float:
        """What had come in about a second when something came last."""
        return self._lately_bytes

    def take(self, moved_bytes: int, now: float, *, base_s: float) -> bool:
        """Note that data has come; whether `explain` has to say what the gap before it was."""
        gap_s = now - self.moved
        self._lately_bytes = self._lately_bytes * max(0.0, 1.0 - gap_s / _LATELY_S) + moved_bytes
        self.moved = now
        self._expected_until = now + LONGEST_GAP_S
        self._is_quiet = False
        if gap_s > LONGEST_GAP_S:
            self._gaps.clear()
            self.longest_gap_s = 0.0
        elif gap_s > base_s and gap_s > self.longest_gap_s:
            self._unexplained_gap_s = gap_s  # a shorter one changes little, whatever it was
            return True
        else:
            self._learn(gap_s)
        return False

    def explain(self, *, has_hole: bool, base_s: float) -> None:
        """A gap in which data came out of order was a hole's, and says little of the sender's habits."""
        if self._unexplained_gap_s is not None:
            self._learn(base_s if has_hole else self._unexplained_gap_s)
        self._unexplained_gap_s = None

    def _learn(self, gap_s: float) -> None:
        self._gaps.append(gap_s)
        self.longest_gap_s = max(self._gaps)

    def silent_s(self, now: float) -> float:
        """How long nothing has come."""
        return now - self.moved

    def is_starved(self, now: float, *, wait_s: float, is_lossy: bool = False) -> bool:
        """Whether nothing has come for longer than usual, and than half of what data may wait.

        Where packets are lost, what follows shows that one is missing, and nobody has to be asked: it is given time.
        """
        if self._is_quiet or len(self._gaps) < GAPS_NEEDED or now < self._settled:
            return False
        factor = _LOSSY_GAP_FACTOR if is_lossy else _GAP_FACTOR
        usual_s = self._patience * (factor * self.longest_gap_s + _GAP_EXTRA_S)
        limit_s = max(usual_s, _LEAST_STARVING_S if wait_s == NEVER else max(_LEAST_STARVING_S, wait_s / 2))
        return limit_s < self.silent_s(now) and now < self._expected_until and limit_s < LONGEST_GAP_S

    def is_overdue(self, now: float) -> bool:
        """Whether something should have come by now."""
        return not self._is_quiet and self.longest_gap_s < self.silent_s(now) and now < self._expected_until

    def is_expected(self, now: float) -> bool:
        """Whether the stream has not been silent for so long that it may have ended."""
        return now < self._expected_until

    def excuse(self, since: float, now: float) -> None:
        """Nobody has looked meanwhile: what was expected before still is."""
        if self.is_expected(since):
            self._expected_until += now - since

    def settle(self, now: float) -> None:
        """Expect nothing for a while: what comes late at first was sent over paths that carried before."""
        self._settled = now + SETTLING_S

    def bear(self, now: float) -> None:
        """Whoever sends has merely stopped: nothing is expected until something comes, and patience grows."""
        self._is_quiet = True
        self._patience, self._patience_set = min(2 * self._patience, _MOST_PATIENCE), now

    def soften(self, now: float) -> None:
        """Let patience wane that has not been needed for long."""
        if now - self._patience_set > _PATIENCE_KEPT_S:
            self._patience, self._patience_set = max(1.0, self._patience / 2), now
