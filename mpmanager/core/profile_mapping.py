"""Decisions as a profile, which speaks of kinds and roles of paths, and a profile as decisions about these paths."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from mpmanager.core.paths import PathPreferences
from mpmanager.core.trust import TrustPreferences
from mpmanager.model.names import LinkName
from mpmanager.model.path import Path, PathKind, Tier
from mpmanager.model.policy import BigTransfers, PairWait, PolicyRule, TierChoice
from mpmanager.model.profile import Profile, ProfileName, is_role, kind_reference, named_path

Refer = Callable[[LinkName], str]
"""How a profile calls an interface."""

_NAMELESS = {PathKind.VIRTUAL, PathKind.UNKNOWN}
"""Kinds that say nothing on another machine."""


def by_interface(name: LinkName) -> str:
    """For profiles that never leave this machine."""
    return f"path:{name}"


class Places:
    """The paths of this machine by what a profile calls them."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths = tuple(paths)
        self._kinds = {path.name: path.kind for path in self._paths}

    def refer(self, name: LinkName) -> str:
        """`kind:wifi`; `kind:wifi:2` where there are several; `path:wlan9` where nobody knows what it is."""
        kind = self._kinds.get(name)
        if kind is None or kind in _NAMELESS:
            return by_interface(name)
        same = self._of_kind(kind)
        return f"kind:{kind}" if len(same) == 1 else f"kind:{kind}:{same.index(name) + 1}"

    def names(self, reference: str) -> tuple[LinkName, ...]:
        """The paths that are meant; an interface that is named may come later."""
        if (name := named_path(reference)) is not None:
            return (name,)
        if (found := kind_reference(reference)) is None:
            choice = TierChoice(paths=reference, tier=Tier.ALWAYS)
            return tuple(path.name for path in self._paths if choice.is_about(path))
        kind, number = found
        same = self._of_kind(kind)
        return same if number is None else same[number - 1 : number]

    def present(self, reference: str) -> tuple[LinkName, ...]:
        """Those of them that there are now."""
        return tuple(name for name in self.names(reference) if name in self._kinds)

    def _of_kind(self, kind: PathKind) -> tuple[LinkName, ...]:
        return tuple(sorted(path.name for path in self._paths if path.kind is kind))


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """What people decided on this machine, or would by a profile."""

    preferences: PathPreferences
    rules: tuple[PolicyRule, ...]


def profile_of(decisions: Decisions, *, name: ProfileName, refer: Refer) -> Profile:
    """What was decided, without what belongs to this machine, one user, or the moment alone.

    That is: corrected kinds, what was said of interfaces, users' own rules and temporary ones.
    """
    preferences = decisions.preferences
    by_name = [TierChoice(paths=f"path:{link}", tier=tier) for link, tier in sorted(preferences.tiers.items())]
    return Profile(
        name=name,
        networks=dict(sorted(preferences.trust.networks.items())),
        wires_need_login=preferences.trust.needs_wired_login,
        tiers=_referring_tiers((*by_name, *preferences.role_tiers), refer),
        rules=tuple(_referring(rule, refer) for rule in decisions.rules if is_portable(rule)),
    )


def is_portable(rule: PolicyRule) -> bool:
    """Whether a rule is part of profiles."""
    return rule.owner_uid is None and not rule.life.is_temporary and not rule.is_empty


def _referring(rule: PolicyRule, refer: Refer) -> PolicyRule:
    pairs = {
        (refer(each.carrier), refer(each.helper)): PairWait(
            carrier=LinkName(refer(each.carrier)), helper=LinkName(refer(each.helper)), wait_s=each.wait_s
        )
        for each in rule.pairs
    }
    big = rule.big_transfers
    return replace(
        rule,
        pairs=tuple(pairs[each] for each in sorted(pairs)),
        big_transfers=None if big is None else replace(big, path=LinkName(refer(big.path))),
        tiers=_referring_tiers(rule.tiers, refer),
    )


def _referring_tiers(choices: Iterable[TierChoice], refer: Refer) -> tuple[TierChoice, ...]:
    """Of several about the same paths the first: the most specific one."""
    found: dict[str, TierChoice] = {}
    for each in sorted(choices, key=lambda choice: choice.order):
        name = named_path(each.paths)
        paths = each.paths if name is None else refer(name)
        found.setdefault(paths, replace(each, paths=paths))
    return tuple(sorted(found.values(), key=_tier_order))


def _tier_order(choice: TierChoice) -> tuple[int, bool, str]:
    """Interfaces, numbered kinds, kinds, then roles: these in the order in which they were said."""
    reference = kind_reference(choice.paths)
    is_of_all = reference is not None and reference[1] is None
    return choice.order, is_of_all, "" if is_role(choice.paths) else choice.paths


def decisions_by(profile: Profile, places: Places, now: Decisions) -> Decisions:
    """What holds once a profile has taken the place of what was decided `now`.

    What profiles do not say stays: corrected kinds, what was said of interfaces, users' own rules and temporary ones.
    """
    choices: dict[str, TierChoice] = {}
    for choice in sorted(profile.tiers, key=_tier_order):
        for paths in _placed_paths(choice.paths, places):
            choices.setdefault(paths, replace(choice, paths=paths))
    by_name: dict[LinkName, Tier] = {}
    roles: list[TierChoice] = []
    for choice in choices.values():
        name = named_path(choice.paths)
        if name is None or choice.tier is None:
            roles.append(choice)
        else:
            by_name[name] = choice.tier
    trust = TrustPreferences(
        networks=dict(profile.networks),
        interfaces=now.preferences.trust.interfaces,
        needs_wired_login=bool(profile.wires_need_login),
    )
    rules = (_placed(rule, places) for rule in profile.rules)
    return Decisions(
        preferences=replace(now.preferences, tiers=by_name, role_tiers=tuple(roles), trust=trust),
        rules=(
            *(rule for rule in rules if not rule.is_empty),
            *(rule for rule in now.rules if not is_portable(rule)),
        ),
    )


def _is_single(reference: str) -> bool:
    """Whether one path is meant, so that its name has to be found."""
    found = kind_reference(reference)
    return named_path(reference) is not None or (found is not None and found[1] is not None)


def _placed_paths(reference: str, places: Places) -> list[str]:
    """What is said of some paths, said of a single one by its name."""
    return [f"path:{name}" for name in places.names(reference)] if _is_single(reference) else [reference]


def _placed(rule: PolicyRule, places: Places) -> PolicyRule:
    return replace(
        rule,
        pairs=tuple(_placed_pairs(rule.pairs, places)),
        big_transfers=_placed_big(rule.big_transfers, places),
        tiers=tuple(_placed_tiers(rule.tiers, places)),
    )


def _placed_pairs(pairs: Sequence[PairWait], places: Places) -> Iterator[PairWait]:
    """For every two paths that are meant; what names them more exactly counts first."""
    found: dict[tuple[LinkName, LinkName], PairWait] = {}
    for each in sorted(pairs, key=lambda pair: not (_is_single(pair.carrier) and _is_single(pair.helper))):
        for carrier, helper in product(places.names(each.carrier), places.names(each.helper)):
            if carrier != helper:
                found.setdefault((carrier, helper), PairWait(carrier=carrier, helper=helper, wait_s=each.wait_s))
    yield from (found[each] for each in sorted(found))


def _placed_big(big: BigTransfers | None, places: Places) -> BigTransfers | None:
    names = () if big is None else places.names(big.path)
    return replace(big, path=names[0]) if big is not None and names else None


def _placed_tiers(choices: Sequence[TierChoice], places: Places) -> Iterator[TierChoice]:
    seen: set[str] = set()
    for choice in choices:
        for paths in _placed_paths(choice.paths, places):
            if paths not in seen:
                seen.add(paths)
                yield replace(choice, paths=paths)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedReference:
    """What a profile calls some paths, and which these are here."""

    reference: str
    names: tuple[LinkName, ...]
    """Of those that there are now; empty: there is none, and what is said of it has no effect."""
    users: tuple[str, ...]
    """Who speaks of it: `tiers`, and selectors of rules."""


def placed_references(profile: Profile, places: Places) -> tuple[PlacedReference, ...]:
    """All that a profile calls paths, in the order of their names."""
    users: dict[str, dict[str, None]] = {}
    for user, reference in _references(profile):
        users.setdefault(reference, {})[user] = None
    return tuple(
        PlacedReference(reference=reference, names=places.present(reference), users=tuple(users[reference]))
        for reference in sorted(users)
    )


def _references(profile: Profile) -> Iterator[tuple[str, str]]:
    for choice in profile.tiers:
        yield "tiers", choice.paths
    for rule in profile.rules:
        selector = str(rule.selector)
        for pair in rule.pairs:
            yield selector, pair.carrier
            yield selector, pair.helper
        if rule.big_transfers is not None:
            yield selector, rule.big_transfers.path
        for choice in rule.tiers:
            yield selector, choice.paths


def merged(base: Profile, added: Profile) -> Profile:
    """What both say; where they disagree, what is added counts. A rule is taken whole."""
    said = {choice.paths for choice in added.tiers}
    rules = {rule.key: rule for rule in base.rules} | {rule.key: rule for rule in added.rules}
    login = added.wires_need_login
    return replace(
        added,
        networks=dict(sorted((dict(base.networks) | dict(added.networks)).items())),
        wires_need_login=base.wires_need_login if login is None else login,
        tiers=tuple(sorted((*added.tiers, *(each for each in base.tiers if each.paths not in said)), key=_tier_order)),
        rules=tuple(rules.values()),
    )
