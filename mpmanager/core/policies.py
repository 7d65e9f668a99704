"""Which policy is in force for an application: every part of it from the most specific rule that says something."""

from collections.abc import Iterable
from typing import TypeVar

from mpmanager.model.connection import UNKNOWN_APPLICATION, Application
from mpmanager.model.policy import (
    EVERYBODY,
    NEVER,
    PROTECTED_HANDSHAKE,
    CongestionTriggers,
    Policy,
    PolicyRule,
)

PartT = TypeVar("PartT")

STOCK = PolicyRule(selector=EVERYBODY, wait_s=NEVER, trust=PROTECTED_HANDSHAKE)
"""Where nobody has said anything, a backup is a backup, and connections open on trusted paths."""


def policy_of(application: Application, rules: Iterable[PolicyRule]) -> Policy:
    """Put an application's policy together; pairs of paths count as far down as the rule that gives `wait_s`."""
    fitting = sorted(
        (rule for rule in (*rules, STOCK) if rule.selector.selects(application)), key=lambda rule: rule.selector.order
    )
    waiting = next(index for index, rule in enumerate(fitting) if rule.wait_s is not None)
    wait_s = fitting[waiting].wait_s
    trusting = next(rule for rule in fitting if rule.trust is not None)
    return Policy(
        wait_s=NEVER if wait_s is None else wait_s,
        decided_by=fitting[waiting].selector,
        pairs=tuple(pair for rule in fitting[: waiting + 1] for pair in rule.pairs),
        big_transfers=_first(rule.big_transfers for rule in fitting),
        congestion=_congestion(
            _first(rule.marks_share for rule in fitting), _first(rule.loss_share for rule in fitting)
        ),
        trust=trusting.trust or PROTECTED_HANDSHAKE,
        trust_decided_by=trusting.selector,
    )


def _first(parts: Iterable[PartT | None]) -> PartT | None:
    """The first that says something."""
    return next((each for each in parts if each is not None), None)


def _congestion(marks_share: float | None, loss_share: float | None) -> CongestionTriggers | None:
    triggers = CongestionTriggers(
        marks_share=None if marks_share == NEVER else marks_share,
        loss_share=None if loss_share == NEVER else loss_share,
    )
    return None if triggers == CongestionTriggers() else triggers


STOCK_POLICY = policy_of(UNKNOWN_APPLICATION, ())
