"""All that people decided, taken apart into single decisions and put together again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mpmanager.core.paths import PathPreferences
from mpmanager.core.profile_mapping import Decisions
from mpmanager.core.trust import TrustPreferences
from mpmanager.model.caps import PathCap
from mpmanager.model.change import METERED_WORDS, Aspect, AspectKind, Difference, Value
from mpmanager.model.names import LinkName
from mpmanager.model.path import PathKind, Tier
from mpmanager.model.policy import PolicyRule, TierChoice
from mpmanager.model.profile import ProfileChoices, ProfileName
from mpmanager.model.trust import NetworkId, Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What holds."""

    decisions: Decisions
    are_rules_lost: bool = False
    choices: ProfileChoices
    mandates: Mapping[str, str] = field(default_factory=dict)
    """What the administrator's files say, by file a fingerprint: they are followed, and taken back by nobody else."""


def values_of(standing: Standing) -> dict[Aspect, Value]:
    """Every single decision; rules in the order in which they were said."""
    return _said(_values(standing))


def _said(values: Iterable[tuple[Aspect, Value]]) -> dict[Aspect, Value]:
    return {aspect: value for aspect, value in values if value not in (None, False, ())}


def _values(standing: Standing) -> Iterator[tuple[Aspect, Value]]:
    for rule in standing.decisions.rules:
        yield rule_aspect(rule), rule
    yield from _values_but_rules(standing)


def _values_but_rules(standing: Standing) -> Iterator[tuple[Aspect, Value]]:
    yield from _path_values(standing.decisions.preferences)
    yield Aspect(kind=AspectKind.RULES_LOST), standing.are_rules_lost
    yield Aspect(kind=AspectKind.PROFILE), standing.choices.active
    yield Aspect(kind=AspectKind.PROFILE_BY_HAND), standing.choices.is_by_hand
    for network, name in standing.choices.follows.items():
        yield Aspect(kind=AspectKind.FOLLOWS, about=network), name
    for origin, fingerprint in standing.mandates.items():
        yield Aspect(kind=AspectKind.MANDATE, about=origin), fingerprint


def _path_values(preferences: PathPreferences) -> Iterator[tuple[Aspect, Value]]:
    trust = preferences.trust
    by_name: tuple[tuple[AspectKind, Mapping[str, str]], ...] = (
        (AspectKind.TIER, _by_text(preferences.tiers)),
        (AspectKind.KIND, _by_text(preferences.kinds)),
        (AspectKind.NETWORK_TRUST, _by_text(trust.networks)),
        (AspectKind.INTERFACE_TRUST, _by_text(trust.interfaces)),
    )
    for kind, said in by_name:
        for about, value in said.items():
            yield Aspect(kind=kind, about=about), value
    for name, is_metered in preferences.metered.items():
        yield Aspect(kind=AspectKind.METERED, about=name), METERED_WORDS[is_metered]
    for name, cap in preferences.caps.items():
        yield Aspect(kind=AspectKind.CAP, about=name), cap
    yield Aspect(kind=AspectKind.ROLE_TIERS), preferences.role_tiers
    yield Aspect(kind=AspectKind.WIRES_NEED_LOGIN), trust.needs_wired_login
    yield Aspect(kind=AspectKind.TRUST_LOST), trust.are_lost


def _by_text(
    said: Mapping[LinkName, Tier] | Mapping[LinkName, PathKind] | Mapping[NetworkId, Trust] | Mapping[LinkName, Trust],
) -> dict[str, str]:
    return {str(about): value.value for about, value in said.items()}


def rule_aspect(rule: PolicyRule) -> Aspect:
    """What a rule is about: there is one rule for each."""
    return Aspect(
        kind=AspectKind.RULE,
        about=str(rule.selector),
        is_temporary=rule.life.is_temporary,
        owner_uid=rule.owner_uid,
    )


def differences_between(before: Standing, after: Standing) -> tuple[Difference, ...]:
    """Which decisions have become others."""
    old, new = _said(_values_but_rules(before)), _said(_values_but_rules(after))
    others = (
        Difference(aspect=aspect, before=old.get(aspect), after=new.get(aspect))
        for aspect in dict.fromkeys((*old, *new))
        if old.get(aspect) != new.get(aspect)
    )
    return (*others, *_rule_differences(before.decisions.rules, after.decisions.rules))


def _rule_differences(before: Sequence[PolicyRule], after: Sequence[PolicyRule]) -> Iterator[Difference]:
    """Most of a thousand rules are the same objects as before, and need not be looked at."""
    same = {id(each) for each in before} & {id(each) for each in after}
    old, new = (
        {rule_aspect(rule): (place, rule) for place, rule in enumerate(rules) if id(rule) not in same}
        for rules in (before, after)
    )
    for aspect in dict.fromkeys((*old, *new)):
        (old_place, old_rule), (new_place, new_rule) = (each.get(aspect, (None, None)) for each in (old, new))
        if old_rule != new_rule:
            yield Difference(
                aspect=aspect, before=old_rule, after=new_rule, place_before=old_place, place_after=new_place
            )


def _places(standing: Standing) -> dict[Aspect, int]:
    return {rule_aspect(rule): place for place, rule in enumerate(standing.decisions.rules)}


def with_values(standing: Standing, said: Mapping[Aspect, Value], places: Mapping[Aspect, int]) -> Standing:
    """The standing with other decisions; rules that come back take their places among the others."""
    found = {aspect: value for aspect, value in (values_of(standing) | dict(said)).items() if value is not None}
    known = _places(standing)
    rules = [value for aspect, value in found.items() if isinstance(value, PolicyRule) and aspect in known]
    coming = [
        (places.get(aspect, len(found)), value)
        for aspect, value in found.items()
        if isinstance(value, PolicyRule) and aspect not in known
    ]
    for place, rule in sorted(coming, key=lambda each: each[0]):
        rules.insert(place, rule)
    return Standing(
        decisions=Decisions(preferences=_preferences(standing.decisions.preferences, found), rules=tuple(rules)),
        are_rules_lost=bool(found.get(Aspect(kind=AspectKind.RULES_LOST))),
        choices=_choices(standing.choices, found),
        mandates=standing.mandates,
    )


def _preferences(now: PathPreferences, found: Mapping[Aspect, Value]) -> PathPreferences:
    """What is no aspect, such as caps, stays as it is now."""
    roles = found.get(Aspect(kind=AspectKind.ROLE_TIERS))
    return replace(
        now,
        tiers={LinkName(about): Tier(value) for about, value in _texts(found, AspectKind.TIER)},
        role_tiers=_tier_choices(roles),
        kinds={LinkName(about): PathKind(value) for about, value in _texts(found, AspectKind.KIND)},
        metered={LinkName(about): value == METERED_WORDS[True] for about, value in _texts(found, AspectKind.METERED)},
        caps={LinkName(aspect.about): value for aspect, value in found.items() if isinstance(value, PathCap)},
        trust=TrustPreferences(
            networks={NetworkId(about): Trust(value) for about, value in _texts(found, AspectKind.NETWORK_TRUST)},
            interfaces={LinkName(about): Trust(value) for about, value in _texts(found, AspectKind.INTERFACE_TRUST)},
            needs_wired_login=bool(found.get(Aspect(kind=AspectKind.WIRES_NEED_LOGIN))),
            are_lost=bool(found.get(Aspect(kind=AspectKind.TRUST_LOST))),
        ),
    )


def _tier_choices(value: Value) -> tuple[TierChoice, ...]:
    return value if isinstance(value, tuple) else ()


def _choices(now: ProfileChoices, found: Mapping[Aspect, Value]) -> ProfileChoices:
    active = found.get(Aspect(kind=AspectKind.PROFILE))
    return replace(
        now,
        active=ProfileName(active) if isinstance(active, str) else None,
        is_by_hand=bool(found.get(Aspect(kind=AspectKind.PROFILE_BY_HAND))),
        follows={NetworkId(about): ProfileName(value) for about, value in _texts(found, AspectKind.FOLLOWS)},
    )


def _texts(found: Mapping[Aspect, Value], kind: AspectKind) -> Iterable[tuple[str, str]]:
    return [(each.about, value) for each, value in found.items() if each.kind is kind and isinstance(value, str)]
