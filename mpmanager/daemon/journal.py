"""What happened, remembered for a while and told to whoever listens."""

import itertools
from collections import Counter, deque
from collections.abc import Callable
from typing import TypedDict, Unpack

from mpmanager.api.structures import EventInfo, EventKind, Wait
from mpmanager.model.expiration import ExpirationReason
from mpmanager.model.names import Token
from mpmanager.model.trust import Trust, TrustReason

KEPT = 1000
_MOST_COUNTED_USERS = 64
_UNCOUNTED_USER = -1
"""Whose events are counted together where there are more: nobody's own, then."""


class Proof(TypedDict, total=False):
    """The figures of a decision: fields of `EventInfo`."""

    trust: Trust | None
    trust_reason: TrustReason | None
    helper: str | None
    reason: ExpirationReason | None
    waited_ms: float | None
    allowed_ms: Wait | None
    helper_bytes: int | None
    lasted_s: float | None


def token_text(token: Token) -> str:
    """A token as people and programs see it."""
    return f"{token:#010x}"


class Journal:
    """The last events. `wall_clock` gives Unix time in seconds."""

    def __init__(self, *, wall_clock: Callable[[], float]) -> None:
        self._wall_clock = wall_clock
        self._ids = itertools.count(1)
        self._events: deque[EventInfo] = deque(maxlen=KEPT)
        self.count = 0
        """Events recorded so far."""
        self._counts: Counter[tuple[EventKind, bool, int | None]] = Counter()
        """By kind, whether it is about the machine, and user."""
        self._counted_users: set[int | None] = set()

    def record(
        self,
        kind: EventKind,
        text: str,
        *,
        path: str | None = None,
        token: Token | None = None,
        app: str | None = None,
        uid: int | None = None,
        **proof: Unpack[Proof],
    ) -> None:
        """Remember an event that happened just now."""
        self.count = next(self._ids)
        self._counts[kind, token is None and uid is None, self._counted_user(uid)] += 1
        self._events.append(
            EventInfo(
                id=self.count,
                time=self._wall_clock(),
                kind=kind,
                text=text,
                path=path,
                token=None if token is None else token_text(token),
                app=app,
                uid=uid,
                **proof,
            )
        )

    def _counted_user(self, uid: int | None) -> int | None:
        if len(self._counted_users) < _MOST_COUNTED_USERS:
            self._counted_users.add(uid)
        return uid if uid in self._counted_users else _UNCOUNTED_USER

    def counts(self, may_see: Callable[[int | None], bool]) -> Counter[EventKind]:
        """How many of each kind were recorded so far, of the machine's and of users whose events may be seen."""
        found: Counter[EventKind] = Counter()
        for (kind, is_of_all, uid), number in self._counts.items():
            if is_of_all or may_see(uid):
                found[kind] += number
        return found

    def recent(self, limit: int) -> list[EventInfo]:
        """The last events, the oldest first."""
        return list(self._events)[-limit:] if limit else []

    def lost_since(self, last_id: int) -> int:
        """How many of the events after one are not remembered any more."""
        return max(0, self._events[0].id - last_id - 1) if self._events else 0

    def since(self, last_id: int) -> list[EventInfo]:
        """The events after one, as far as they are still remembered."""
        return [event for event in self._events if event.id > last_id]
