"""What the daemon needs to ask paths whether they are alive."""

from collections.abc import Callable
from typing import Protocol

from mpmanager.model.heartbeat import Beat


class EchoRequests(Protocol):
    """Echo requests over chosen paths, and their answers."""

    def listen(self, deliver: Callable[[Beat], None]) -> None:
        """Call `deliver` with each beat that its peer has answered over the same path; once for each."""
        ...

    def send(self, beat: Beat) -> None:
        """Send one; it is lost like any packet where it cannot be sent, and before `listen` and after `close`."""
        ...

    def close(self) -> None: ...
