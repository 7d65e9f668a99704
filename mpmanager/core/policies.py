"""Which policy is in force for an application: every part of it from the most specific rule that says something."""

from collections.abc import Iterable

from mpmanager.model.connection import UNKNOWN_APPLICATION, Application
from mpmanager.model.policy import NEVER, Policy, PolicyRule, Selector, SelectorKind

STOCK = PolicyRule(selector=Selector(kind=SelectorKind.DEFAULT), wait_s=NEVER)
"""Where nobody has said anything, a backup is a backup."""


def policy_of(application: Application, rules: Iterable[PolicyRule]) -> Policy:
    """Put an application's policy together; pairs of paths count as far down as the rule that gives `wait_s`."""
    fitting = sorted(
        (rule for rule in (*rules, STOCK) if rule.selector.selects(application)), key=lambda rule: rule.selector.order
    )
    waiting = next(index for index, rule in enumerate(fitting) if rule.wait_s is not None)
    wait_s = fitting[waiting].wait_s
    return Policy(
        wait_s=NEVER if wait_s is None else wait_s,
        decided_by=fitting[waiting].selector,
        pairs=tuple(pair for rule in fitting[: waiting + 1] for pair in rule.pairs),
        big_transfers=next((rule.big_transfers for rule in fitting if rule.big_transfers is not None), None),
    )


STOCK_POLICY = policy_of(UNKNOWN_APPLICATION, ())
