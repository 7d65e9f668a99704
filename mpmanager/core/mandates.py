"""What an administrator's files demand, as a floor below what people decide: they may say more, and never less.

What is a matter of trust or of cost is a floor: demands of trust, networks that are not trusted, cables that need a
login, and when paths may be used at most. All else (waits, networks that are trusted, intents) is what holds where
nobody has said anything.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from mpmanager.core.paths import PathPreferences
from mpmanager.core.profile_mapping import Decisions, Places, decisions_by
from mpmanager.core.trust import TrustPreferences
from mpmanager.model.path import Path, Tier
from mpmanager.model.policy import PolicyRule, TierChoice
from mpmanager.model.profile import Profile
from mpmanager.model.trust import NetworkId, Trust

_NOTHING = Decisions(preferences=PathPreferences(), rules=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """What one file demands."""

    origin: str
    """The file, as people find it."""
    profile: Profile
    fingerprint: str = ""
    """Of its content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """How much a path may be used at most."""

    tier: Tier
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """What all files demand together, of the paths that there are."""

    mandates: tuple[Mandate, ...] = ()
    tiers: tuple[tuple[str, tuple[TierChoice, ...]], ...] = ()
    """By file, what it says of when paths may be used, the most specific first."""
    rules: tuple[PolicyRule, ...] = ()
    """Each with the file that it is from."""

    @classmethod
    def of(cls, mandates: tuple[Mandate, ...], places: Places) -> "Floor":
        """In the order of the files: of what holds where nobody has said anything, the first that says it counts."""
        placed = [(each, decisions_by(each.profile, places, _NOTHING)) for each in mandates]
        return cls(
            mandates=mandates,
            tiers=tuple((each.origin, _tiers(decisions.preferences)) for each, decisions in placed),
            rules=tuple(replace(rule, origin=each.origin) for each, decisions in placed for rule in decisions.rules),
        )

    def under(self, said: PathPreferences) -> PathPreferences:
        """What people have decided about paths, on this floor."""
        if not self.mandates:
            return said
        suggested, refused = self._networks(Trust.TRUSTED), self._networks(Trust.UNTRUSTED)
        trust = said.trust
        return replace(
            said,
            role_tiers=(*said.role_tiers, *(choice for _origin, choices in self.tiers for choice in choices)),
            trust=TrustPreferences(
                networks={**suggested, **trust.networks, **refused},
                interfaces=trust.interfaces,
                needs_wired_login=trust.needs_wired_login or self.login_origin is not None,
                are_lost=trust.are_lost,
            ),
        )

    def _networks(self, level: Trust) -> dict[NetworkId, Trust]:
        return {
            network: found
            for each in self.mandates
            for network, found in each.profile.networks.items()
            if found is level
        }

    def ceiling(self, path: Path) -> Ceiling | None:
        """How much a path may be used at most, and which file says so; None: no file limits it."""
        found = [
            Ceiling(tier=choice.tier, origin=origin)
            for origin, choices in self.tiers
            if (choice := next((each for each in choices if each.is_about(path)), None)) is not None
            and choice.tier is not None
        ]
        return max(found, key=lambda each: tuple(Tier).index(each.tier), default=None)

    @property
    def login_origin(self) -> str | None:
        """The file that demands a login of cables."""
        return next((each.origin for each in self.mandates if each.profile.wires_need_login), None)

    def refusal_origin(self, networks: tuple[NetworkId, ...]) -> str | None:
        """The file that says of a network, by one of its names, that it is not trusted."""
        return next(
            (
                each.origin
                for each in self.mandates
                for network in networks
                if each.profile.networks.get(network) is Trust.UNTRUSTED
            ),
            None,
        )

    def about(self, path: Path) -> Iterator[str]:
        """What files say of a path, one sentence each with the file."""
        for each in self.mandates:
            for network in path.network_ids:
                if (level := each.profile.networks.get(network)) is not None:
                    yield f"{level.value}: {each.origin}"
        ceiling = self.ceiling(path)
        if ceiling is not None:
            yield f"{ceiling.tier.value} at most: {ceiling.origin}"


NO_FLOOR = Floor()


def _tiers(preferences: PathPreferences) -> tuple[TierChoice, ...]:
    by_name = (TierChoice(paths=f"path:{name}", tier=tier) for name, tier in sorted(preferences.tiers.items()))
    return (*by_name, *preferences.role_tiers)
