"""Restrictions on applications that are remembered and hold nobody."""

from collections.abc import Collection
from dataclasses import replace

from mpmanager.model.enforcement import (
    CgroupPath,
    EnforcementLimit,
    EnforcementPlan,
    FenceCounters,
    Restriction,
    Shortfall,
)
from mpmanager.model.errors import NotSupportedError


class SimulatedEnforcement:
    """Enforcement on a machine whose shortfalls are given."""

    def __init__(self, limits: Collection[EnforcementLimit] = ()) -> None:
        self.plan = EnforcementPlan()
        """What stands."""
        self.gone: set[CgroupPath] = set()
        """Cgroups that are not there; all others are."""
        self.traffic: tuple[FenceCounters, ...] = ()
        """What applications have sent; it is told of those alone that stand under `ONLY`."""
        self.paused_until_s = 0.0
        self._limits = tuple(limits)

    def limits(self) -> tuple[EnforcementLimit, ...]:
        return self._limits

    def apply(self, plan: EnforcementPlan) -> Collection[CgroupPath]:
        reason = next((each.sentence for each in self._limits if each.shortfall is Shortfall.NOTHING_ENFORCED), None)
        if reason is not None and plan.restricts():
            raise NotSupportedError(f"Trust cannot be enforced on this machine: {reason}")
        self.plan = _with_others(plan, self.plan) if plan.keeps_others else plan
        return tuple(each.cgroup for each in plan.policies if each.cgroup in self.gone)

    def pause(self, until_s: float) -> None:
        self.paused_until_s = until_s

    def is_intact(self) -> bool:
        return True

    def counters(self) -> Collection[FenceCounters]:
        fenced = {each.cgroup for each in self.plan.policies if each.restriction is Restriction.ONLY}
        return tuple(each for each in self.traffic if each.cgroup in fenced - self.gone)

    def clear(self) -> None:
        self.plan = EnforcementPlan()

    def close(self) -> None:
        """Nothing is held; the plan stands."""


def _with_others(plan: EnforcementPlan, standing: EnforcementPlan) -> EnforcementPlan:
    held = {each.cgroup for each in standing.policies if each.restriction is Restriction.ONLY}
    weaker = {each for each in plan.policies if each.cgroup in held and each.restriction is not Restriction.ONLY}
    policies = plan.policies - weaker
    kept = {each for each in standing.policies if each.cgroup not in {policy.cgroup for policy in policies}}
    numbers = {each.number for each in plan.classes}
    classes = {each for each in standing.classes if each.number not in numbers}
    return replace(plan, policies=policies | kept, classes=plan.classes | classes)
