"""Who may do what."""

from typing import Protocol

from mpmanager.model.authority import Action, Caller


class Authority(Protocol):
    """Decides whether a caller may do something. May take as long as somebody needs to type a password."""

    async def authorise(self, caller: Caller, action: Action) -> None:
        """Return when it is allowed.

        Raises:
            NotAuthorizedError: it is not; the sentence says what would help.
        """
        ...
