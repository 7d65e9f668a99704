"""Looks at connections that nobody has to watch, as far as it costs next to nothing: what would a wait have cost?"""

import asyncio
import logging
from collections.abc import Callable, Iterable

from mpmanager.core.help_record import HelpRecord
from mpmanager.core.ledger import ConnectionAccount
from mpmanager.core.wait_samples import WaitSamples
from mpmanager.model.errors import CommandRefusedError
from mpmanager.ports.connections import ConnectionTable

_log = logging.getLogger(__name__)

_EVERY_S = 0.02
_MOST_OF_A_CORE = 0.01
"""What looking may cost before it is done less often."""


class WaitObserver:
    """`choose` after each sample, `run` in the event loop."""

    def __init__(self, table: ConnectionTable, *, clock: Callable[[], float]) -> None:
        self._table = table
        self._clock = clock
        self._samples = WaitSamples()
        self._has_any = asyncio.Event()
        self._cost_s = 0.0

    def choose(self, accounts: Iterable[ConnectionAccount]) -> None:
        """Of all living connections those that would be helped if a rule said so, and send."""
        self._samples.choose((each for each in accounts if _could_be_helped(each)), self._clock())
        if self._samples.tokens:
            self._has_any.set()

    def note_in(self, record: HelpRecord) -> None:
        """Add what has been seen since the last call."""
        for key, waits in self._samples.take_waits().items():
            record.note_waits(key, waits)

    async def run(self) -> None:
        """Look until cancelled; while nobody sends, not at all."""
        while True:
            if not self._samples.tokens:
                self._has_any.clear()
                await self._has_any.wait()
            self._look()
            await asyncio.sleep(max(_EVERY_S, self._cost_s / _MOST_OF_A_CORE))

    def _look(self) -> None:
        now = self._clock()
        try:
            for progress in self._table.progress(self._samples.tokens):
                self._samples.take(progress, now)
        except CommandRefusedError as error:
            _log.debug("%s", error)  # the next look shows what has moved meanwhile
        self._samples.end_look(now)
        self._cost_s += (self._clock() - now - self._cost_s) / 8


def _could_be_helped(account: ConnectionAccount) -> bool:
    if not account.policy.is_stock or account.is_fallback or account.is_foreign:
        return False
    return sum(1 for _each in account.living_subflows()) > 1
