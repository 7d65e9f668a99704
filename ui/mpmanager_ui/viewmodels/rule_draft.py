"""A rule that somebody edits: what it was, what it shall be, and what becomes of it when others change it meanwhile."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum, unique

import msgspec.structs

from mpmanager.api.structures import PolicyInfo, TierChoiceInfo, Wait
from mpmanager.client.applications import changeable
from mpmanager.model.policy import OWN_TIER, PROTECTED_HANDSHAKE, Intent, TrustDemand
from mpmanager.model.selector import SelectorKind

HOUR_S = 3600.0


@unique
class Lifetime(Enum):
    """How long a rule holds."""

    ALWAYS = "always"
    HOUR = "hour"
    """Until an hour after it was said."""
    UNTIL_RESTART = "until-restart"


@unique
class Preset(Enum):
    """A whole rule by one name."""

    AUTOMATIC = "automatic"
    CALL_AND_SHELL = "call-and-shell"
    BROWSING = "browsing"
    DOWNLOAD = "download"
    TRUSTED_ONLY = "trusted-only"
    OWN = "own"
    """Whatever none of the others says."""


_INTENTS = {
    Preset.AUTOMATIC: Intent.AUTOMATIC,
    Preset.CALL_AND_SHELL: Intent.CALL_AND_SHELL,
    Preset.BROWSING: Intent.BROWSING,
    Preset.DOWNLOAD: Intent.DOWNLOAD,
}


@unique
class Part(Enum):
    """What can be edited of a rule."""

    WAIT = "wait"
    TRUST = "trust"
    TIERS = "tiers"
    MULTIPATH = "multipath"
    LOWEST_DELAY = "lowest-delay"
    LIFE = "life"


_FIELDS = {
    Part.WAIT: ("wait_ms", "intent"),
    Part.TRUST: ("trust",),
    Part.TIERS: ("tiers",),
    Part.MULTIPATH: ("multipath",),
    Part.LOWEST_DELAY: ("lowest_delay",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the daemon has of one selector: a lasting rule, and one for a while that counts before it."""

    lasting: PolicyInfo
    """One that says nothing where there is none."""
    temporary: PolicyInfo | None = None

    @classmethod
    def of(cls, selector: str, policies: Iterable[PolicyInfo]) -> "Standing":
        """Those of all rules that whoever runs this program would change."""
        known = tuple(policies)
        return cls(
            lasting=changeable(known).get(selector, PolicyInfo(selector=selector)),
            temporary=changeable(known, temporary=True).get(selector),
        )

    @property
    def exists(self) -> bool:
        """Whether anything was said."""
        return self.temporary is not None or not says_nothing(self.lasting)

    @property
    def shown(self) -> PolicyInfo:
        """Both as one rule, without how long it holds."""
        merged = _bare(self.lasting)
        if self.temporary is None:
            return merged
        said = _bare(self.temporary)
        for fields in _FIELDS.values():
            values = {field: getattr(said, field) for field in fields}
            if any(each is not None and each != [] for each in values.values()):
                merged = _with(merged, values)
        named = {each.paths for each in said.tiers}
        return _with(
            merged, {"tiers": [*said.tiers, *(each for each in self.lasting.tiers if each.paths not in named)]}
        )

    @property
    def life(self) -> Lifetime:
        """How long what is shown holds."""
        if self.temporary is None:
            return Lifetime.ALWAYS
        return Lifetime.UNTIL_RESTART if self.temporary.until is None else Lifetime.HOUR

    @property
    def rules(self) -> tuple[PolicyInfo, ...]:
        """What to say to have it so again."""
        none = PolicyInfo(selector=self.lasting.selector, temporary=True)
        return self.lasting, self.temporary or none


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDraft:
    """A rule as it shall be."""

    base: Standing
    rule: PolicyInfo
    life: Lifetime

    @classmethod
    def of(cls, base: Standing) -> "RuleDraft":
        """Nothing is changed yet."""
        return cls(base=base, rule=base.shown, life=base.life)

    @property
    def selector(self) -> str:
        """Whom it is about."""
        return self.rule.selector

    @property
    def changed(self) -> tuple[Part, ...]:
        """What is to become another."""
        before = RuleDraft.of(self.base)
        return tuple(part for part in Part if _value(self, part) != _value(before, part))

    @property
    def is_changed(self) -> bool:
        """Whether there is anything to apply."""
        return bool(self.changed)

    def with_wait(self, wait: Wait | Intent | None) -> "RuleDraft":
        """Another wait, or what it is for; None leaves it to other rules."""
        number, intent = (None, wait) if isinstance(wait, Intent) else (wait, None)
        return self._with(wait_ms=number, intent=intent)

    def with_trust(self, trust: str | None) -> "RuleDraft":
        """Another demand, as `PolicyInfo.trust`."""
        return self._with(trust=trust)

    def with_multipath(self, multipath: bool | None) -> "RuleDraft":  # noqa: FBT001  # None is a third answer
        return self._with(multipath=multipath)

    def with_lowest_delay(self, lowest_delay: bool | None) -> "RuleDraft":  # noqa: FBT001  # same
        return self._with(lowest_delay=lowest_delay)

    def with_tier(self, paths: str, tier: str | None) -> "RuleDraft":
        """When it may use some paths; None says nothing of them."""
        others = [each for each in self.rule.tiers if each.paths != paths]
        return self._with(tiers=others if tier is None else [*others, TierChoiceInfo(paths=paths, tier=tier)])

    def with_life(self, life: Lifetime) -> "RuleDraft":
        return replace(self, life=life)

    def with_preset(self, preset: Preset) -> "RuleDraft":
        """All that it says of waits and of trust; the rest stays. `OWN` leaves everything as it is."""
        if preset is Preset.OWN:
            return self
        intent = _INTENTS.get(preset)
        wait, trust = self._nothing
        return self._with(
            wait_ms=wait if intent is None else None,
            intent=intent,
            trust=TrustDemand.ONLY.value if preset is Preset.TRUSTED_ONLY else trust,
        )

    @property
    def preset(self) -> Preset | None:
        """By which name it goes; None where it says nothing of waits and trust."""
        wait, trust = self._nothing
        rule = self.rule
        said = (
            None if rule.wait_ms == wait else rule.wait_ms,
            rule.intent,
            None if rule.trust == trust else rule.trust,
        )
        if said == (None, None, None):
            return None
        if said == (None, None, TrustDemand.ONLY.value):
            return Preset.TRUSTED_ONLY
        return next((each for each, intent in _INTENTS.items() if said == (None, intent, None)), Preset.OWN)

    @property
    def _nothing(self) -> tuple[Wait | None, str | None]:
        """The wait and the trust of a rule that says nothing of them: the default has nobody to leave them to."""
        is_default = self.selector == SelectorKind.DEFAULT
        return ("never", str(PROTECTED_HANDSHAKE)) if is_default else (None, None)

    def tier_of(self, paths: str) -> str | None:
        """What it says of these paths, literally."""
        return next((each.tier for each in self.rule.tiers if each.paths == paths), None)

    def commands(self, now: float) -> tuple[PolicyInfo, ...]:
        """What to tell the daemon; `now` is Unix time. A rule for a while leaves the lasting one as it is."""
        selector, temporary = self.selector, self.base.temporary
        if self.life is Lifetime.ALWAYS:
            over = () if temporary is None else (PolicyInfo(selector=selector, temporary=True),)
            return (self.rule, *over)
        until = now + HOUR_S if self.life is Lifetime.HOUR else None
        if temporary is not None and self.life is self.base.life:
            until = temporary.until
        return (_with(self.rule, {"temporary": True, "until": until}),)

    def rebased(self, base: Standing) -> "RuleDraft":
        """The same changes to what somebody else has made of the rule meanwhile."""
        draft = RuleDraft.of(base)
        rule, changed = draft.rule, self.changed
        for part in changed:
            rule = _with(rule, {field: getattr(self.rule, field) for field in _FIELDS.get(part, ())})
        return replace(draft, rule=rule, life=self.life if Part.LIFE in changed else draft.life)

    def disputed(self, base: Standing) -> tuple[Part, ...]:
        """What was changed both here and, meanwhile, by somebody else, and not to the same."""
        before, theirs = RuleDraft.of(self.base), RuleDraft.of(base)
        return tuple(
            part for part in self.changed if _value(theirs, part) not in (_value(before, part), _value(self, part))
        )

    def _with(self, **fields: object) -> "RuleDraft":
        return replace(self, rule=_with(self.rule, fields))


def path_reference(name: str) -> str:
    """How a rule names one path."""
    return f"path:{name}"


def is_own_tier(tier: str | None) -> bool:
    """Whether a path's own tier counts."""
    return tier in {None, OWN_TIER}


def says_nothing(rule: PolicyInfo) -> bool:
    """Whether a rule says nothing, which is no rule."""
    return _bare(rule) == PolicyInfo(selector=rule.selector)


def _value(draft: RuleDraft, part: Part) -> object:
    if part is Part.LIFE:
        return draft.life
    if part is Part.TIERS:
        return {each.paths: each.tier for each in draft.rule.tiers}
    return tuple(getattr(draft.rule, field) for field in _FIELDS[part])


def _bare(rule: PolicyInfo) -> PolicyInfo:
    return _with(rule, {"temporary": False, "until": None, "owner": None})


def _with(rule: PolicyInfo, fields: dict[str, object]) -> PolicyInfo:
    return msgspec.structs.replace(rule, **fields)
