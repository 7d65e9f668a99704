"""Tells big transfers (elephants) from the rest: a connection that moves much within a second."""

from collections import deque

WINDOW_S = 1.0
_STEP_S = 0.1
CALM_SHARE = 0.1
"""A big transfer is over when so little of what made it big has moved within a second,"""
CALM_S = 2.0
"""for so long."""


class TransferMeter:
    """Of one connection. Times are seconds of the caller's clock."""

    def __init__(self, over_bytes: int) -> None:
        self.over_bytes = over_bytes
        self.is_big = False
        self._marks: deque[tuple[float, int]] = deque()
        self._busy = 0.0

    def take(self, moved_bytes: int, now: float) -> bool:
        """Take in what both directions have moved altogether; whether `is_big` has changed."""
        if not self._marks or now - self._marks[-1][0] >= _STEP_S:
            self._marks.append((now, moved_bytes))
        while len(self._marks) > 1 and now - self._marks[0][0] > WINDOW_S:
            self._marks.popleft()
        lately = moved_bytes - self._marks[0][1]
        if lately > CALM_SHARE * self.over_bytes:
            self._busy = now
        was_big = self.is_big
        self.is_big = lately > self.over_bytes or (was_big and now - self._busy < CALM_S)
        return self.is_big is not was_big
