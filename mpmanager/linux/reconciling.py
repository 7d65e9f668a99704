"""Says what of ours should be in the kernel's routing, looks at what is, applies the difference and reads it back."""

import logging
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from errno import EADDRNOTAVAIL, EBUSY, EHOSTUNREACH, EINVAL, ENETDOWN, ENETUNREACH, ENODEV, ENOENT, ESRCH
from typing import Generic, TypeVar

from mpmanager.linux.rtnetlink import RouteSocket
from mpmanager.model.errors import CommandRefusedError

LINK_MAY_BE_GONE = frozenset({ENODEV, ENETDOWN, ENETUNREACH, EHOSTUNREACH, EINVAL, EADDRNOTAVAIL})
"""How the kernel refuses a route whose link or source address has just gone (EINVAL: the source address)."""
_ALREADY_GONE = frozenset({ESRCH, ENOENT, ENODEV, EADDRNOTAVAIL})

_ROUNDS = 3
"""One to change, one to read back, and one for what was in the way of itself or changed meanwhile."""

_log = logging.getLogger(__name__)

WantedT = TypeVar("WantedT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(Generic[WantedT]):
    """Something of ours in the kernel."""

    value: WantedT | None
    """None: of a form that is never wanted."""
    removal: int
    """The type of the message that removes it."""
    body: bytes
    """The message that describes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciler(Generic[WantedT]):
    """Of one owner's rules and routes."""

    socket: RouteSocket
    name: str
    """Of all that is ours, as a sentence begins with it."""
    held: Callable[[], Collection[Held[WantedT]]]
    """Says what of ours the kernel holds, in the order in which it may go."""
    order: Callable[[WantedT], tuple[int, str]]
    """The key by which is sorted what is added."""
    add_one: Callable[[WantedT], None]
    """Puts something into the kernel, or raises CommandRefusedError."""
    is_excused: Callable[[WantedT, CommandRefusedError], bool]
    """Whether something cannot be there because its link has just gone: it is left out then."""

    def apply(self, wanted: Collection[WantedT]) -> None:
        """Make the kernel hold exactly this of ours, and read it back.

        Idempotent: what is there already is not sent again. What is missing comes before anything else goes.

        Raises:
            CommandRefusedError: something was refused without excuse (EBUSY: somebody else keeps changing what is
                ours); what could be applied stays.
        """
        left = set(wanted)
        refusals: list[CommandRefusedError] = []
        for _ in range(_ROUNDS):
            held = {each.value for each in self.held()}
            if left == held:
                return
            refusals = [*self._add(left, held), *self._remove_all_but(left)]
        raise refusals[0] if refusals else CommandRefusedError(f"{self.name} do not stay as they were set", errno=EBUSY)

    def _add(self, wanted: set[WantedT], held: Collection[WantedT | None]) -> Iterator[CommandRefusedError]:
        """Add what is missing and tell what was refused; what is excused is taken out of what is wanted."""
        for each in sorted(wanted.difference(held), key=self.order):
            try:
                self.add_one(each)
            except CommandRefusedError as refusal:
                if not self.is_excused(each, refusal):
                    yield refusal
                    continue
                _log.info("left out, its link has just gone: %s", refusal)
                wanted.discard(each)

    def _remove_all_but(self, wanted: Collection[WantedT]) -> Iterator[CommandRefusedError]:
        """Remove what else is ours; looks again, as a replaced route is gone by now."""
        for each in self.held():
            if each.value in wanted:
                continue
            try:
                self.socket.command(each.removal, each.body, what=f"removing {each.value or 'a leftover'}")
            except CommandRefusedError as refusal:
                if refusal.errno not in _ALREADY_GONE:
                    yield refusal
