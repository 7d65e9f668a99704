"""Tells whoever supervises the daemon that it is alive: only when its own work has gone on, and not each time."""

from collections.abc import Callable
from typing import Protocol

_SIGNS_IN_TIME = 3
"""How many signs of life are sent in the time after which one is missed."""
_LONGEST_INTERVAL_S = 30.0
"""What it is doing is told so often, where nobody asks for signs of life."""


class Supervisor(Protocol):
    """Who wants to hear of the daemon, if anybody."""

    watchdog_s: float | None
    """How soon after a sign of life the next one has to come; None: never."""

    def tell(self, **fields: str) -> None: ...


class Liveness:
    """Nothing here takes a timer or a thread of its own: those could live on while the daemon hangs."""

    def __init__(self, supervisor: Supervisor, *, clock: Callable[[], float], status: Callable[[], str]) -> None:
        """`status` says in a sentence what the daemon is doing."""
        self._supervisor = supervisor
        self._clock = clock
        self._status = status
        self._told_at = float("-inf")
        watchdog_s = supervisor.watchdog_s
        self._interval_s = _LONGEST_INTERVAL_S if watchdog_s is None else watchdog_s / _SIGNS_IN_TIME

    def ready(self) -> None:
        """The daemon has begun to manage."""
        self._supervisor.tell(READY="1", STATUS=self._status())

    def progressed(self) -> None:
        """A round of the daemon's work is done."""
        now = self._clock()
        if now - self._told_at >= self._interval_s:
            self._told_at = now
            self._supervisor.tell(WATCHDOG="1", STATUS=self._status())

    def stopping(self) -> None:
        """The daemon has begun to hand everything back."""
        self._supervisor.tell(STOPPING="1", STATUS="Handing everything back")
