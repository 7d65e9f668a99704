"""Who may do what."""

from collections.abc import Mapping
from typing import Protocol

from mpmanager.model.authority import Action, Caller


class Authority(Protocol):
    """Decides whether a caller may do something. May take as long as somebody needs to type a password."""

    async def authorise(self, caller: Caller, action: Action, details: Mapping[str, str]) -> None:
        """Return when it is allowed. `details` say to a person who is asked what it is about.

        Raises:
            NotAuthorizedError: it is not; the sentence says what would help.
        """
        ...

    async def notes(self) -> list[str]:
        """What is not there and is done without, one sentence each."""
        ...

    def close(self) -> None:
        """Let go of everything outside."""
        ...
