"""Presets: what operators of several access lines sell as service classes (thesis 3.2.2), as policies."""

from collections.abc import Mapping
from dataclasses import dataclass

from mpmanager.api.structures import PolicyInfo, TierChoiceInfo, Wait
from mpmanager.model.path import Tier
from mpmanager.model.policy import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """What is said of a policy under one name."""

    title: str
    """For people."""
    wait_ms: Wait
    lowest_delay: bool
    tiers: Mapping[str, Tier]

    def choices(self) -> list[TierChoiceInfo]:
        """Its tiers, as they travel."""
        return [TierChoiceInfo(paths=paths, tier=tier) for paths, tier in self.tiers.items()]

    def is_said_by(self, policy: PolicyInfo) -> bool:
        """Whether a policy says all of this, and no other wait."""
        said = {each.paths: each.tier for each in policy.tiers}
        return (
            (policy.wait_ms, bool(policy.lowest_delay)) == (self.wait_ms, self.lowest_delay)
            and policy.intent is None
            and all(said.get(paths) == tier for paths, tier in self.tiers.items())
        )


_METERED_WHEN_NEEDED = {Role.METERED.value: Tier.WHEN_NEEDED}

PRESETS = {
    "business": Preset(
        title="Business: all paths together, all the time",
        wait_ms=0.0,
        lowest_delay=False,
        tiers=_METERED_WHEN_NEEDED,
    ),
    "low-cost": Preset(
        title="Low cost: what is metered helps only where the rest is full",
        wait_ms=200.0,
        lowest_delay=False,
        tiers=_METERED_WHEN_NEEDED,
    ),
    "gaming": Preset(
        title="Gaming: the path with the lowest delay, and another one as soon as it is late",
        wait_ms=20.0,
        lowest_delay=True,
        tiers=_METERED_WHEN_NEEDED,
    ),
}
"""By the name that the command line knows. 200 ms are what a full queue of an access line holds at least (bufferbloat),
so that bursts that its queue would have swallowed cost nothing."""
