"""How what was said about applications is written down, and what of it holds where it is damaged."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from mpmanager.api.policy_rules import info_of, rule_of
from mpmanager.api.structures import PolicyInfo
from mpmanager.daemon.boot import current_boot
from mpmanager.daemon.kept_file import Reading
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.policy import UNTIL_RESTART, PolicyRule, TrustDemand, TrustPolicy
from mpmanager.model.selector import EVERYBODY, Selector

_ONLY = TrustPolicy(demand=TrustDemand.ONLY)
_SHOWN = 80
"""Characters of an entry that does not say whom it is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """What was said about applications."""

    rules: tuple[PolicyRule, ...] = ()
    are_lost: bool = False
    """Whether there may have been others, of which nobody knows: then everybody is held to trusted paths."""


class _Entry(PolicyInfo, forbid_unknown_fields=True):
    pass


class _File(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    version: Literal[1] = 1
    boot: str = ""
    """During which it was written; what holds until the machine restarts does not hold in another one."""
    policies: list[msgspec.Raw]
    are_lost: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Damaged:
    """An entry that cannot be read."""

    selector: Selector | None
    trust: TrustPolicy | None
    """What of its trust holds."""
    fault: str


class PoliciesFormat:
    """As JSON; the entries are those of the bus."""

    nothing = Policies()
    lost = Policies(rules=(PolicyRule(selector=EVERYBODY, trust=_ONLY),), are_lost=True)

    def decode(self, text: bytes, earlier: Policies | None) -> Reading[Policies]:
        file = msgspec.json.decode(text, type=_File)
        entries = [_entry(each) for each in file.policies]
        damaged = [each for each in entries if isinstance(each, _Damaged)]
        is_another = file.boot != current_boot()
        rules = [each for each in entries if isinstance(each, PolicyRule)]
        living = tuple(each for each in rules if not (is_another and each.life == UNTIL_RESTART))
        content = Policies(rules=living, are_lost=file.are_lost)
        if not damaged:
            return Reading(content=content)
        return Reading(content=_completed(content, damaged, earlier), faults=tuple(each.fault for each in damaged))

    def encode(self, content: Policies) -> bytes:
        file = {
            "version": 1,
            "boot": current_boot(),
            "policies": [info_of(rule) for rule in content.rules],
            "are_lost": content.are_lost,
        }
        return msgspec.json.format(msgspec.json.encode(file))


def _completed(read: Policies, damaged: Iterable[_Damaged], earlier: Policies | None) -> Policies:
    """With what the damaged entries have said earlier; else with their trust, and `only` for all who may be meant."""
    rules = {rule.key: rule for rule in read.rules}
    known = {rule.key: rule for rule in earlier.rules} if earlier is not None else {}
    are_lost = read.are_lost
    for each in damaged:
        if each.selector is None:
            rules = known | rules
            are_lost |= earlier is None or earlier.are_lost
            continue
        said = {key: rule for key, rule in known.items() if rule.selector == each.selector}
        rest = PolicyRule(selector=each.selector, trust=each.trust)
        rules = (said or {rest.key: rest}) | rules
    if are_lost:
        rules = {rule.key: rule for rule in (*PoliciesFormat.lost.rules, *map(_held, rules.values()))}
    return Policies(rules=tuple(each for each in rules.values() if not each.is_empty), are_lost=are_lost)


def _held(rule: PolicyRule) -> PolicyRule:
    """What was said of everybody becomes `only`, be it for a while."""
    is_default = rule.selector == EVERYBODY and rule.owner_uid is None
    return replace(rule, trust=_ONLY) if is_default else rule


def _entry(raw: msgspec.Raw) -> PolicyRule | _Damaged:
    try:
        return rule_of(msgspec.json.decode(raw, type=_Entry))
    except (ValueError, InvalidValueError) as error:  # msgspec's errors are ValueErrors
        return _damaged(raw, str(error))


def _damaged(raw: msgspec.Raw, reason: str) -> _Damaged:
    content = msgspec.json.decode(raw)
    selector = _selector(content)
    who = selector or bytes(raw).decode(errors="replace")[:_SHOWN]
    return _Damaged(
        selector=selector,
        trust=_trust(content) if isinstance(content, dict) else _ONLY,
        fault=f"has an entry that cannot be read ({who}: {reason}); what it said before is in force, else its trust "
        "alone, and only trusted paths where that cannot be read either",
    )


def _selector(content: object) -> Selector | None:
    selector = content.get("selector") if isinstance(content, dict) else None
    try:
        return Selector.parse(selector) if isinstance(selector, str) else None
    except InvalidValueError:
        return None


def _trust(content: Mapping[str, object]) -> TrustPolicy | None:
    """None: it surely says nothing of trust. What it allows counts only where nothing narrows it, known or not."""
    trust = content.get("trust")
    is_plain = not content.get("temporary") and content.get("owner") is None
    if not is_plain or not content.keys() <= set(_Entry.__struct_fields__):
        return _ONLY
    try:
        return TrustPolicy.parse(trust) if isinstance(trust, str) else None if trust is None else _ONLY
    except InvalidValueError:
        return _ONLY
