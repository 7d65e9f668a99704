"""Whether decisions leave a path that anything may use."""

from collections.abc import Iterable

from mpmanager.model.path import Path, PathState, Tier
from mpmanager.model.policy import PolicyRule, TrustDemand
from mpmanager.model.selector import EVERYBODY


def usable_paths(paths: Iterable[Path], rules: Iterable[PolicyRule]) -> int:
    """How many paths lead out for programs of which nothing was said; the rules with the most specific first."""
    everybodys = [each for each in rules if each.selector == EVERYBODY and each.owner_uid is None and each.trust]
    said = next((each for each in everybodys if not each.origin), None)
    counting = [each for each in everybodys if each.origin or each is said]
    keeps_to_trusted = any(each.trust is not None and each.trust.demand is TrustDemand.ONLY for each in counting)
    return sum(
        each.state is PathState.UP and each.tier is not Tier.NEVER and (each.is_trusted or not keeps_to_trusted)
        for each in paths
    )
