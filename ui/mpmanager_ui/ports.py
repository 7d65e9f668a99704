"""What the window needs of the daemon's client; `ManagerClient` is one, the tests' fake another."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Protocol

from mpmanager.api.structures import EventInfo, Frame, PolicyInfo, StatusInfo, SubscribeOptions


class Manager(Protocol):
    """The daemon as the window sees it. Every method raises an `MpmanagerError` when it fails."""

    async def status(self) -> StatusInfo:
        """The daemon as a whole."""

    async def recent_events(self, limit: int = 100) -> list[EventInfo]:
        """The last events, the oldest first."""

    async def set_path_tier(self, path: str, tier: str) -> None:
        """Set when a path may be used; `auto` goes back to what its kind suggests."""

    async def set_path_kind(self, path: str, kind: str) -> None:
        """Correct the kind of a path; `auto` goes back to what was detected."""

    async def set_path_trust(self, path: str, trust: str, scope: str = "", network: str = "") -> None:
        """Say how far a path's network (or its interface) is trusted; `auto` goes back to what its nature suggests."""

    async def policies(self) -> list[PolicyInfo]:
        """What was said about applications, the most specific first; the last is the default, which is always there."""

    async def set_policy(self, policy: PolicyInfo) -> None:
        """Put a policy in the place of the one with its selector; one that says nothing removes that."""

    async def pause_enforcing(self, seconds: int) -> None:
        """Have nothing enforced for so long; 0: enforce again."""

    def frames(self, options: SubscribeOptions) -> AsyncGenerator[Frame, None]:
        """Frames as the daemon sends them, until it ends."""

    async def close(self) -> None:
        """Leave the bus."""


Connect = Callable[[], Awaitable[Manager]]
"""Reaches the daemon's bus, or raises an `MpmanagerError`."""
