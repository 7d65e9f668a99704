"""What the daemon needs so that applications send by allowed paths only."""

from collections.abc import Collection
from typing import Protocol

from mpmanager.model.enforcement import CgroupPath, EnforcementLimit, EnforcementPlan, FenceCounters


class Enforcement(Protocol):
    """Holds restrictions where applications cannot get around them, and where they outlive the daemon."""

    def limits(self) -> tuple[EnforcementLimit, ...]:
        """What cannot be enforced on this machine, found by trying; empty when everything can."""
        ...

    def apply(self, plan: EnforcementPlan) -> Collection[CgroupPath]:
        """Make exactly this plan stand; returns the cgroups of it that are gone, in which nothing can run.

        Applying twice changes nothing, and what an earlier run has left counts as ours. There is no gap: what an
        interface loses it has lost before anything else changes (fence, then second fence, then steering), so a
        failure half-way leaves too little that is allowed, never too much.

        Raises:
            NotSupportedError: the plan restricts something, and this machine cannot.
            CgroupsRefusedError: the kernel refused what concerns single cgroups; all else stands.
            CommandRefusedError: the kernel refused something; what could be applied stays.
        """
        ...

    def pause(self, until_s: float) -> None:
        """Let everything pass until a time of CLOCK_BOOTTIME, in seconds; 0: no longer than now.

        What stands goes on standing, and holds again when the time is over although this process has died. Sockets
        that were led to a path keep to it. Whoever makes another of these without saying so ends the pause as soon as
        something is applied.

        Raises:
            CommandRefusedError: the kernel refused; what held before goes on.
        """
        ...

    def is_intact(self) -> bool:
        """Whether rules and filters, which others may flush, stand as they were applied; cheap enough to ask often.

        Without them nothing leaks, but what they would lead is refused, and the kernel may give up Multipath TCP.

        Raises:
            CommandRefusedError: the kernel does not answer.
        """
        ...

    def counters(self) -> Collection[FenceCounters]:
        """What has passed and what was dropped, for each cgroup under `ONLY` and interface that it has tried."""
        ...

    def clear(self) -> None:
        """Restrict nothing any more, and remove all that is ours.

        Raises:
            CommandRefusedError: the kernel refused; what could be removed is.
        """
        ...

    def close(self) -> None:
        """Let go of it; everything stays in force."""
        ...
