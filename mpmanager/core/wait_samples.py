"""How long data waits on connections that nobody has to watch: a few of them, those that send, looked at now and then.

Whoever wonders what a wait would cost mostly has none yet.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from mpmanager.core.ledger import ApplicationKey, ConnectionAccount
from mpmanager.core.streams import Sending
from mpmanager.model.history import WaitCount
from mpmanager.model.names import Token
from mpmanager.model.progress import Progress

MOST_OBSERVED = 16
_MS_PER_S = 1000.0


@dataclass(slots=True, kw_only=True)
class _Observed:
    key: ApplicationKey
    sending: Sending
    base_s: float
    """The shortest round trip that was seen."""
    progress: Progress | None = None


class WaitSamples:
    """Times are seconds of the caller's clock."""

    def __init__(self) -> None:
        self._written: dict[Token, int] = {}
        """Up to where each had written when they were chosen last."""
        self._observed: dict[Token, _Observed] = {}
        self._waits: dict[ApplicationKey, WaitCount] = {}
        self._looked: float | None = None

    @property
    def tokens(self) -> frozenset[Token]:
        """Whom to look at."""
        return frozenset(self._observed)

    def choose(self, accounts: Iterable[ConnectionAccount], now: float) -> None:
        """Observe those that have sent most since the last call; they will go on, or not."""
        written = {each.token: (each, each.sample.tx_written) for each in accounts if each.sample is not None}
        sent = {token: count - self._written.get(token, 0) for token, (_account, count) in written.items()}
        self._written = {token: count for token, (_account, count) in written.items()}
        chosen = sorted((token for token, count in sent.items() if count), key=lambda token: -sent[token])
        self._forget_but(chosen[:MOST_OBSERVED])
        for token in chosen[:MOST_OBSERVED]:
            self._observe(written[token][0], now)

    def take(self, progress: Progress, now: float) -> None:
        """Note how far one has got."""
        observed = self._observed.get(progress.token)
        if observed is None:
            return
        before, observed.progress = observed.progress, progress
        if before is None:
            observed.sending.count_from(progress.write_seq)
            return
        # What has moved has done so at some time since the last look.
        moved = now if self._looked is None else (self._looked + now) / 2
        if progress.write_seq != before.write_seq:
            observed.sending.write(progress.write_seq, moved)
        if progress.snd_una != before.snd_una:
            observed.sending.acknowledge(progress.snd_una, moved, base_s=observed.base_s, is_helped=False)

    def end_look(self, now: float) -> None:
        """All have been taken in."""
        self._looked = now

    def take_waits(self) -> dict[ApplicationKey, WaitCount]:
        """How long data has waited that was acknowledged since the last call."""
        for each in self._observed.values():
            self._collect(each)
        waits, self._waits = self._waits, {}
        return waits

    def _observe(self, account: ConnectionAccount, now: float) -> None:
        samples = (each.sample for each in account.living_subflows())
        round_trips = [each.rtt_ms / _MS_PER_S for each in samples if each is not None and each.rtt_ms is not None]
        if not round_trips:
            return
        observed = self._observed.setdefault(
            account.token, _Observed(key=account.key, sending=Sending(now), base_s=min(round_trips))
        )
        observed.base_s = min(observed.base_s, *round_trips)

    def _forget_but(self, tokens: Collection[Token]) -> None:
        for token in self._observed.keys() - set(tokens):
            self._collect(self._observed.pop(token))

    def _collect(self, observed: _Observed) -> None:
        waits, observed.sending.waits = observed.sending.waits, WaitCount()
        if waits.total:
            self._waits.setdefault(observed.key, WaitCount()).merge(waits)
