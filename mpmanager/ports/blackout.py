"""What the daemon needs to take a path away for a while."""

from typing import Protocol

from mpmanager.model.names import LinkName


class Blackout(Protocol):
    """Swallows everything on one interface; the link itself stays up, as where a network goes out of reach."""

    def begin(self, link: LinkName, seconds: float) -> None:
        """Swallow what comes and goes there for so long; it ends by itself even if nobody lives to end it.

        Raises:
            NotSupportedError, CommandRefusedError: nothing is swallowed.
        """
        ...

    def end(self) -> None:
        """Let all pass again; also what somebody has left who died. Safe to call at any time."""
        ...
