"""What the window needs of the daemon's client; `ManagerClient` is one, the tests' fake another."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Protocol

from mpmanager.api.history import HistoryInfo, HistoryQuery, WaitEstimate
from mpmanager.api.structures import (
    CapInfo,
    ChangeInfo,
    DiagnosisInfo,
    EventInfo,
    Frame,
    GatewayAnswer,
    PolicyInfo,
    PolicyQuery,
    ProbeOptions,
    ProfileChanges,
    ProfileInfo,
    RehearsalInfo,
    StatusInfo,
    SubscribeOptions,
    SysctlInfo,
    TrustInfo,
)
from mpmanager.model.profile import MergeMode


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

    async def set_path_metered(self, path: str, metered: str) -> None:
        """Say whether what a path carries costs something: yes, no, or `auto` for what is known of it."""

    async def set_path_cap(self, path: str, cap: CapInfo) -> None:
        """Say how much a path may carry, in place of what was said; neither a month nor a day: as much as it can."""

    async def allow_more(self, path: str, more_bytes: int) -> None:
        """Let a path carry so much more than its caps say until the day ends; 0 takes back what was allowed today."""

    async def probe_path(self, path: str) -> GatewayAnswer:
        """Ask a path's gateway whether it answers; takes up to two seconds."""

    async def policies(self) -> list[PolicyInfo]:
        """What was said about applications, the most specific first; the last is the default, which is always there."""

    async def explain_policies(self, query: PolicyQuery) -> list[PolicyInfo]:
        """The rules about a connection or an application, in the order in which they count."""

    async def hold_connection(self, token: str, *, held: bool) -> None:
        """Have a connection keep to trusted paths from now on, or no longer."""

    def capture(self, token: str, *, seconds: int, max_bytes: int) -> AsyncGenerator[bytes, None]:
        """The packets of a connection from now on, as the parts of a pcapng file; ends with the capture."""

    async def set_policy(self, policy: PolicyInfo) -> None:
        """Put a policy in the place of the one with its selector; one that says nothing removes that."""

    async def pause_enforcing(self, seconds: int) -> None:
        """Have nothing enforced for so long; 0: enforce again."""

    async def profiles(self) -> list[ProfileInfo]:
        """The stored profiles, by name."""

    async def profile_text(self, name: str) -> str:
        """A stored profile as it was handed in."""

    async def current_decisions(self) -> str:
        """A profile of what people decided and what holds now."""

    async def preview_profile(self, text: str, mode: MergeMode) -> ProfileChanges:
        """What a profile would change; nothing is changed."""

    async def store_profile(self, name: str, text: str) -> None:
        """Keep a profile under a name; nothing of it is in force by that."""

    async def activate_profile(self, name: str) -> None:
        """Put a profile in the place of all that people decided; empty: from now on the networks in use choose."""

    async def delete_profile(self, name: str) -> None:
        """Forget a profile; what is in force stays."""

    async def follow_network(self, network: str, profile: str) -> None:
        """Have a profile activated while a network is in use; empty: none."""

    async def set_wires_need_login(self, *, needed: bool) -> None:
        """Say whether cables are trusted only where 802.1X has let this machine in."""

    async def sysctls(self) -> list[SysctlInfo]:
        """The kernel's settings of Multipath TCP, by name."""

    async def set_sysctl(self, name: str, value: str, *, persistent: bool) -> None:
        """Set one of them; `persistent`: also from the next start on."""

    async def undo_sysctl(self, name: str) -> None:
        """Make one again what it was before mpmanager set it, and keep it no longer."""

    async def recent_changes(self, limit: int = 100) -> list[ChangeInfo]:
        """The last changes of what was decided, the newest first."""

    async def undo_change(self, change: int = 0, *, with_later: bool = False) -> list[ChangeInfo]:
        """Take a change back, 0 the last one; `with_later`: with all later ones that are about the same."""

    async def redo_change(self, change: int = 0) -> list[ChangeInfo]:
        """Make a change again, 0 the one that was taken back last."""

    async def keep_change(self, change: int = 0) -> None:
        """Have a change stay that would be taken back by itself."""

    async def guard_changes(self, seconds: int) -> None:
        """Have all changes of this client that leave no usable path taken back after so long, unless kept."""

    async def trust(self) -> TrustInfo:
        """What of trust is in force."""

    async def diagnose(self, options: ProbeOptions) -> DiagnosisInfo:
        """Try the paths, and say what is not as it should be; takes some seconds."""

    async def rehearse(self, path: str, seconds: float) -> RehearsalInfo:
        """Take a path away for so long, and report how connections got through it; 0: end that now."""

    async def history(self, query: HistoryQuery) -> HistoryInfo:
        """What was carried in a day, week or month."""

    async def estimate_wait(self, app: str, weeks: int) -> WaitEstimate:
        """What wait budgets would have cost an application in the last weeks; empty: all of this user's."""

    def frames(self, options: SubscribeOptions) -> AsyncGenerator[Frame, None]:
        """Frames as the daemon sends them, until it ends."""

    async def close(self) -> None:
        """Leave the bus."""


Connect = Callable[[], Awaitable[Manager]]
"""Reaches the daemon's bus, or raises an `MpmanagerError`."""
