"""What late data has led to within a minute: how often paths helped, what they carried of it, how long data waited."""

import math
from dataclasses import dataclass

from mpmanager.core.ledger import ApplicationKey
from mpmanager.model.history import Usage, WaitCount
from mpmanager.model.names import LinkName, Token

_MS_PER_S = 1000.0


@dataclass(slots=True, kw_only=True)
class _Help:
    key: ApplicationKey
    began: float
    waited_s: float
    counted: int


class HelpRecord:
    """Counts up; times are seconds of the caller's clock, volumes are bytes that only grow."""

    def __init__(self) -> None:
        self._open: dict[tuple[Token, LinkName], _Help] = {}
        self.usages: dict[tuple[ApplicationKey, LinkName], Usage] = {}
        """Of helpers, by application; only what is about help is filled in."""
        self.waits: dict[ApplicationKey, WaitCount] = {}
        """Bytes by how long they waited, or would have: what was helped waits as long as help was needed."""

    def successor(self) -> "HelpRecord":
        """An empty one in which help that goes on is known."""
        following = HelpRecord()
        following._open = self._open  # of the same class
        return following

    def begin(
        self,
        token: Token,
        helper: LinkName,
        key: ApplicationKey,
        volume: int,
        *,
        now: float,
        waited_s: float | None,
        allowed_s: float,
    ) -> None:
        """A path begins to help a connection, of which it has carried `volume` before."""
        fresh = _Help(key=key, began=now, waited_s=waited_s or 0.0, counted=volume)
        self._open.setdefault((token, helper), fresh)
        usage = Usage(helps=1)
        if waited_s is not None and math.isfinite(allowed_s):
            waited_ms = round(waited_s * _MS_PER_S)
            allowed_ms = round(allowed_s * _MS_PER_S)
            usage = Usage(helps=1, waits=1, waited_ms=waited_ms, longest_ms=waited_ms, allowed_ms=allowed_ms)
        self._add(key, helper, usage)

    def advance(self, token: Token, helper: LinkName, volume: int, *, now: float) -> None:
        """It goes on to help, and has carried so much by now."""
        help_ = self._open.get((token, helper))
        if help_ is None:
            return
        carried, help_.counted = max(0, volume - help_.counted), max(volume, help_.counted)
        if carried:
            self._add(help_.key, helper, Usage(helper_bytes=carried))
            self.waits.setdefault(help_.key, WaitCount()).add(help_.waited_s + now - help_.began, carried)

    def end(self, token: Token, helper: LinkName, volume: int, *, now: float) -> None:
        """It does not help any more."""
        self.advance(token, helper, volume, now=now)
        self._open.pop((token, helper), None)

    def note_waits(self, key: ApplicationKey, waits: WaitCount) -> None:
        """Data that nobody helped has waited like this."""
        if waits.total:
            self.waits.setdefault(key, WaitCount()).merge(waits)

    def _add(self, key: ApplicationKey, helper: LinkName, usage: Usage) -> None:
        self.usages[key, helper] = self.usages.get((key, helper), Usage()).plus(usage)
