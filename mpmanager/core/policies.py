"""Which policy is in force for a connection: every part of it from the most specific rule that says something."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from mpmanager.model.policy import (
    NEVER,
    NOTHING_DEMANDED,
    PROTECTED_HANDSHAKE,
    CongestionTriggers,
    Intent,
    Policy,
    PolicyRule,
    TierChoice,
    TrustPolicy,
)
from mpmanager.model.selector import EVERYBODY, Selector

PartT = TypeVar("PartT")

STOCK = PolicyRule(selector=EVERYBODY, wait_s=NEVER, trust=PROTECTED_HANDSHAKE)
"""Where nobody has said anything, a backup is a backup, and connections open on trusted paths."""


def policy_from(fitting: Sequence[PolicyRule]) -> Policy:
    """Put a policy together of the rules that are about a connection, the most specific first.

    Pairs of paths count as far down as the rule that gives the wait.
    """
    rules = (*fitting, STOCK)
    waiting = next(index for index, rule in enumerate(rules) if rule.allowed_wait_s is not None)
    wait_s, intent = _allowed(rules[waiting])
    trust, trusting = _trust(rules)
    return Policy(
        wait_s=wait_s,
        intent=intent,
        decided_by=rules[waiting].selector,
        pairs=tuple(pair for rule in rules[: waiting + 1] for pair in rule.pairs),
        big_transfers=_first(rule.big_transfers for rule in rules),
        congestion=_congestion(_first(rule.marks_share for rule in rules), _first(rule.loss_share for rule in rules)),
        trust=trust,
        trust_decided_by=trusting,
        tiers=_tiers(rules),
        is_multipath=_first(rule.is_multipath for rule in rules),
        prefers_lowest_delay=_first(rule.prefers_lowest_delay for rule in rules) or False,
    )


def _allowed(rule: PolicyRule) -> tuple[float, Intent | None]:
    wait_s = rule.allowed_wait_s
    return NEVER if wait_s is None else wait_s, rule.intent if rule.wait_s is None else None


def _trust(rules: Sequence[PolicyRule]) -> tuple[TrustPolicy, Selector]:
    """What the administrator demands of the program, and no less than that where a rule may only add to it.

    Such are rules of users, those about host names, which anybody may forge who answers for a name (decision 022), and
    those of the administrator's files, on which all others stand (decision 030).
    """
    said = [(rule, rule.trust) for rule in rules if rule.trust is not None]
    trusting, trust = next((rule, trust) for rule, trust in said if not _may_only_add(rule))
    decided_by = trusting.selector
    for rule, added in said:
        if _may_only_add(rule) and (both := added.strictest(trust)) != trust:
            trust, decided_by = both, rule.selector
    return trust, decided_by


def _may_only_add(rule: PolicyRule) -> bool:
    return rule.owner_uid is not None or bool(rule.selector.host or rule.origin)


def _tiers(rules: Iterable[PolicyRule]) -> tuple[TierChoice, ...]:
    """Those of the most specific rule first, and of each rule what is about a path before what is about a role."""
    return tuple(choice for rule in rules for choice in sorted(rule.tiers, key=lambda each: each.order))


def _first(parts: Iterable[PartT | None]) -> PartT | None:
    """The first that says something."""
    return next((each for each in parts if each is not None), None)


def _congestion(marks_share: float | None, loss_share: float | None) -> CongestionTriggers | None:
    triggers = CongestionTriggers(
        marks_share=None if marks_share == NEVER else marks_share,
        loss_share=None if loss_share == NEVER else loss_share,
    )
    return None if triggers == CongestionTriggers() else triggers


def paused(policy: Policy) -> Policy:
    """What is left of a policy while nothing is enforced: what costs money, and whether there are several paths."""
    return replace(
        policy,
        wait_s=NEVER,
        intent=None,
        pairs=(),
        big_transfers=None,
        congestion=None,
        trust=NOTHING_DEMANDED,
        prefers_lowest_delay=False,
    )


STOCK_POLICY = policy_from(())
"""Where the rules say nothing."""
