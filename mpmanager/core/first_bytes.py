"""Counts the first bytes of connections, which are held to trusted paths."""

from dataclasses import dataclass

from mpmanager.model.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """In which directions the first bytes have passed."""

    up: bool
    """Sent, and acknowledged by the peer."""
    down: bool


@dataclass(slots=True, kw_only=True)
class FirstBytes:
    """One connection. What passes between the first counters and the first `Progress` is not counted: that is safe."""

    limit: int
    """In each direction."""
    tx_bytes: int
    rx_bytes: int
    """Of the stream so far."""
    _last: Progress | None = None

    def take(self, progress: Progress) -> bool:
        """Take in how far the connection has got; whether that is further than before."""
        last, self._last = self._last, progress
        if last is None:
            return True
        tx_bytes, rx_bytes = progress.snd_una - last.snd_una, progress.rcv_nxt - last.rcv_nxt
        self.tx_bytes += tx_bytes
        self.rx_bytes += rx_bytes
        return bool(tx_bytes or rx_bytes)

    @property
    def passed(self) -> Passed:
        return Passed(up=self.tx_bytes >= self.limit, down=self.rx_bytes >= self.limit)
