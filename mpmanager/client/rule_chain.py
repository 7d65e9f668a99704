"""The rules about something in the order in which they count, and what each of them decides."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from mpmanager.api.structures import PolicyInfo
from mpmanager.client.quantities import format_wait
from mpmanager.client.rule_values import (
    write_pair_wait,
    write_size,
    write_switch,
    write_tier,
    write_trigger,
    write_trust,
)
from mpmanager.model.selector import Selector

_WAIT_OR_INTENT, _TRUST = "wait", "trust"
_PAIR = "pair"
"""Counts as far down as the rule that gives the wait."""
_PARTS: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("leave_on_marks", "leave on marks", write_trigger),
    ("leave_on_loss", "leave on loss", write_trigger),
    (_TRUST, "trust", write_trust),
    ("multipath", "multipath", write_switch),
    ("lowest_delay", "lowest delay", write_switch),
)
"""Field of `PolicyInfo`, what it is called, and how its value is written."""


def chain(rules: Iterable[PolicyInfo]) -> Iterator[str]:
    """A line for each rule: what it says, and of that what a rule before it has said already."""
    decided: set[str] = set()
    for number, rule in enumerate(rules, start=1):
        said = list(_said(rule))
        words = [f"({text}: decided above)" if name in decided else text for name, text in said]
        decided |= {name for name, _text in said if name != _PAIR}
        if any(name == _WAIT_OR_INTENT for name, _text in said):
            decided.add(_PAIR)
        yield f"{number}. {_title(rule)}: {', '.join(words) or 'says nothing'}"


def _title(rule: PolicyInfo) -> str:
    parts = [rule.selector]
    if rule.temporary:
        parts.append(
            "until restart" if rule.until is None else f"until {datetime.fromtimestamp(rule.until).astimezone():%H:%M}"
        )
    if rule.owner is not None:
        parts.append(f"user {rule.owner}'s own")
    return " ".join([parts[0], *(f"({each})" for each in parts[1:])])


def _said(rule: PolicyInfo) -> Iterator[tuple[str, str]]:
    """What a rule says, by what a later rule would say in vain."""
    if rule.wait_ms is not None:
        yield _WAIT_OR_INTENT, f"wait {format_wait(rule.wait_ms)}"
    elif rule.intent is not None:
        yield _WAIT_OR_INTENT, f"for {rule.intent}"
    for pair in rule.pairs:
        yield _PAIR, write_pair_wait(pair)
    if rule.big_transfers_to is not None:
        over = "" if rule.big_over_bytes is None else f" over {write_size(rule.big_over_bytes)}"
        yield "big", f"big transfers{over} to {rule.big_transfers_to}"
    for choice in rule.tiers:
        yield f"tier {choice.paths}", write_tier(choice)
    for name, label, write in _PARTS:
        value = getattr(rule, name)
        if value is not None:
            only_adds = name == _TRUST and (rule.owner is not None or bool(Selector.parse(rule.selector).host))
            yield f"added {name}" if only_adds else name, f"{label} {write(value)}"
