"""Pauses enforcing for a while that nothing makes longer: no clock change, no crash, no restart."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from mpmanager.api.structures import EventKind
from mpmanager.daemon.boot import current_boot, since_boot
from mpmanager.daemon.journal import Journal
from mpmanager.daemon.state import Pause, StateDirectory
from mpmanager.daemon.waiting import wait
from mpmanager.model.errors import CommandRefusedError, InvalidValueError, StateFileError
from mpmanager.ports.enforcement import Enforcement

LONGEST_PAUSE_S = 3600

_LONGEST_SLEEP_S = 5.0
"""Waits do not go on while the machine sleeps, and pauses do."""
_REST_S = 1.0
_MINUTE_S = 60

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class BootClock:
    """The clock that pauses go by."""

    now: Callable[[], float] = since_boot
    """Seconds since the machine was started."""
    boot: Callable[[], str] = current_boot
    """Which start that was."""


class PauseKeeper:
    """Whether policies are enforced now. `changed` is called when that has become otherwise."""

    def __init__(
        self,
        state: StateDirectory,
        enforcement: Enforcement,
        *,
        journal: Journal,
        changed: Callable[[], None],
        clock: BootClock | None = None,
    ) -> None:
        self._state = state
        self._enforcement = enforcement
        self._journal = journal
        self._changed = changed
        self._clock = clock or BootClock()
        self._until_s = 0.0
        """0 where nothing is to be ended."""
        self._news = asyncio.Event()

    @property
    def left_s(self) -> float:
        """For how long nothing is enforced yet; 0: it is."""
        return max(0.0, self._until_s - self._clock.now())

    @property
    def is_paused(self) -> bool:
        """Whether nothing is enforced. Ends with the time, whoever notices."""
        return self.left_s > 0

    def begin(self) -> None:
        """Go on with the pause of the daemon before this one, if its time is not over; before anything is enforced."""
        kept = self._state.load_pause()
        if kept is None:
            return
        left_s = kept.until_s - self._clock.now()
        if kept.boot == self._clock.boot() and 0 < left_s <= LONGEST_PAUSE_S:
            self._until_s = kept.until_s
            self._enforcement.pause(kept.until_s)
        else:
            self._forget()
            self._tell_end("its pause was over before mpmanagerd began")

    def pause(self, seconds: int) -> None:
        """Enforce nothing for so long from now on, whatever was said before; 0: enforce again.

        Raises:
            InvalidValueError, StateFileError, CommandRefusedError: it is as before; but an end is in force, and what
                is left on the disk may begin the rest of the pause again with the next daemon.
        """
        if not 0 <= seconds <= LONGEST_PAUSE_S:
            raise InvalidValueError(f"seconds {seconds}: enforcing can be paused for {LONGEST_PAUSE_S} s at most")
        if seconds:
            self._begin(seconds)
        elif self._until_s:
            self._end("somebody has said so")

    async def run(self) -> None:
        """End pauses at their time, until cancelled."""
        while True:
            self._news.clear()
            await wait(self._news, min(self.left_s, _LONGEST_SLEEP_S) if self._until_s else None)
            if not self._until_s or self.is_paused:
                continue
            try:
                self._end("the time of its pause is over")
            except (StateFileError, CommandRefusedError) as error:
                _log.warning("%s", error)  # what is left on the disk and in the kernel ends by itself
                await asyncio.sleep(_REST_S)

    def _begin(self, seconds: int) -> None:
        until_s = self._clock.now() + seconds
        self._state.save_pause(Pause(boot=self._clock.boot(), until_s=until_s))
        try:
            self._enforcement.pause(until_s)
        except CommandRefusedError:
            self._forget()
            raise
        self._until_s = until_s
        text = f"enforcing is paused for {_told(seconds)}: nobody is held to trusted paths, and no wait is watched"
        self._journal.record(EventKind.ENFORCING_PAUSED, text)
        self._news.set()
        self._changed()

    def _end(self, reason: str) -> None:
        self._enforcement.pause(0)
        self._until_s = 0.0
        self._tell_end(reason)
        self._news.set()
        self._changed()
        self._state.forget_pause()

    def _tell_end(self, reason: str) -> None:
        self._journal.record(EventKind.ENFORCING_RESUMED, f"policies are enforced again: {reason}")

    def _forget(self) -> None:
        try:
            self._state.forget_pause()
        except StateFileError as error:
            _log.warning("%s", error)


def _told(seconds: int) -> str:
    minutes, rest = divmod(seconds, _MINUTE_S)
    return f"{minutes} min" if not rest else f"{seconds} s"
