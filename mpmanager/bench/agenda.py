"""Things to be done at their times, one after the other."""

import heapq
import threading
import time
from collections.abc import Callable
from itertools import count

Task = Callable[[], float | None]
"""Does it; returns after how many seconds it is to be done again, None: not."""


class Agenda:
    """What is due, by `time.monotonic`."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Task]] = []
        self._numbers = count()

    def add(self, at: float, task: Task) -> None:
        """Have something done at a time."""
        heapq.heappush(self._due, (at, next(self._numbers), task))

    def run(self, *, until: float, over: threading.Event) -> None:
        """Do what is due, until a time or until told to end. What takes long makes the rest late."""
        while not over.is_set() and (now := time.monotonic()) < until:
            at = min(self._due[0][0], until) if self._due else until
            if at > now:
                over.wait(at - now)
                continue
            _at, _number, task = heapq.heappop(self._due)
            again_s = task()
            if again_s is not None:
                self.add(time.monotonic() + again_s, task)
