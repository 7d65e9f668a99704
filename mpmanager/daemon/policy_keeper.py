"""Keeps what was said about the waits of applications, and says which policy is in force for each."""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from pathlib import PurePosixPath

from mpmanager.api.structures import EventKind, PolicyInfo
from mpmanager.core.policies import STOCK, policy_of
from mpmanager.daemon.journal import Journal
from mpmanager.daemon.policy_rules import info_of, rule_of
from mpmanager.daemon.state import StateDirectory
from mpmanager.model.connection import Application
from mpmanager.model.policy import (
    NEVER,
    PROTECTED_HANDSHAKE,
    BigTransfers,
    PairWait,
    Policy,
    PolicyRule,
    Selector,
    SelectorKind,
    TrustDemand,
    TrustPolicy,
)

_REMEMBERED = 1000
"""Applications whose policy need not be put together again."""
_MS_PER_S = 1000
_BYTES_PER_MB = 1_000_000


class PolicyKeeper:
    """The policies of this host. `changed` is called whenever one has become another."""

    def __init__(self, state: StateDirectory, *, journal: Journal, changed: Callable[[], None]) -> None:
        self._state = state
        self._journal = journal
        self._changed = changed
        self._rules: dict[Selector, PolicyRule] = {}
        self.rules: tuple[PolicyRule, ...] = ()
        """The most specific first."""
        self._take(state.load_policies())

    def _take(self, rules: Iterable[PolicyRule]) -> None:
        self._rules = {rule.selector: rule for rule in rules if not rule.is_empty}
        self.rules = tuple(sorted(self._rules.values(), key=_specificity))
        self._policy_for = lru_cache(_REMEMBERED)(partial(policy_of, rules=self.rules))

    def set(self, info: PolicyInfo) -> None:
        """Put a rule in the place of the one with its selector; one that says nothing removes that.

        Raises:
            InvalidValueError, StateFileError: nothing was changed.
        """
        after = rule_of(info)
        before = self._rules.get(after.selector, PolicyRule(selector=after.selector))
        if after == before:
            return
        rules = self._rules | {after.selector: after}
        self._state.save_policies(sorted((rule for rule in rules.values() if not rule.is_empty), key=_specificity))
        self._take(rules.values())
        self._journal.record(EventKind.POLICY_CHANGED, _told(before, after), app=_application_id(after.selector))
        self._changed()

    def rows(self) -> list[PolicyInfo]:
        """All rules, the most specific first; the last one is the default and leaves no wait and no trust open."""
        default = info_of(self._rules.get(STOCK.selector, STOCK))
        if default.wait_ms is None:
            default.wait_ms = "never"
        if default.trust is None:
            default.trust = str(PROTECTED_HANDSHAKE)
        return [*(info_of(rule) for rule in self.rules if rule.selector != STOCK.selector), default]

    def policy_for(self, application: Application) -> Policy:
        """What is in force for an application."""
        return self._policy_for(application)


def _specificity(rule: PolicyRule) -> tuple[tuple[int, int], str]:
    return rule.selector.order, str(rule.selector)


def _application_id(selector: Selector) -> str | None:
    return str(selector) if selector.kind is SelectorKind.EXE else None


def _told(before: PolicyRule, after: PolicyRule) -> str:
    """What has become another, in a sentence."""
    if after.is_empty and after.selector != STOCK.selector:
        return f"{_who(after.selector)}: no rule any more"
    return f"{_who(after.selector)}: {', '.join(_differences(before, after))}"


def _who(selector: Selector) -> str:
    return PurePosixPath(selector.path).name if selector.kind is SelectorKind.EXE else str(selector)


def _differences(before: PolicyRule, after: PolicyRule) -> Iterator[str]:
    if before.wait_s != after.wait_s:
        yield _wait_words(after)
    yield from _pair_words(before.pairs, after.pairs)
    if before.big_transfers != after.big_transfers:
        yield _big_words(after.big_transfers)
    if before.marks_share != after.marks_share:
        yield _trigger_words("congestion marks", after.marks_share)
    if before.loss_share != after.loss_share:
        yield _trigger_words("loss", after.loss_share)
    if before.trust != after.trust:
        yield _trust_words(after.trust or PROTECTED_HANDSHAKE if after.selector == STOCK.selector else after.trust)


def _wait_words(rule: PolicyRule) -> str:
    match rule.wait_s:
        case None if rule.selector == STOCK.selector:
            return "back to never"
        case None:
            return "nothing said of the wait any more"
        case 0:
            return "all paths are pooled"
        case wait_s if wait_s == NEVER:
            return "a backup is used only when nothing else is left"
        case wait_s:
            return f"data may wait {_ms(wait_s)}"


def _pair_words(before: tuple[PairWait, ...], after: tuple[PairWait, ...]) -> Iterator[str]:
    for pair in after:
        if pair not in before:
            yield f"{pair.helper} helps {pair.carrier} {_when(pair.wait_s)}"
    kept = {(pair.carrier, pair.helper) for pair in after}
    for pair in before:
        if (pair.carrier, pair.helper) not in kept:
            yield f"nothing said of {pair.carrier} and {pair.helper} any more"


def _when(wait_s: float) -> str:
    if wait_s == NEVER:
        return "never"
    return f"after {_ms(wait_s)}" if wait_s else "at once"


def _big_words(big: BigTransfers | None) -> str:
    if big is None:
        return "nothing said of big transfers any more"
    return f"big transfers go to {big.path} (more than {big.over_bytes / _BYTES_PER_MB:g} MB in a second)"


def _trigger_words(what: str, share: float | None) -> str:
    if share is None:
        return f"nothing said of {what} any more"
    if share == NEVER:
        return f"no path is left for {what}"
    return f"a path is left for {what} over {share * 100:g} %"


def _trust_words(trust: TrustPolicy | None) -> str:
    if trust is None:
        return "nothing said of trust any more"
    refused = ", or are refused" if trust.is_strict else ""
    match trust.demand:
        case TrustDemand.ANY:
            return "may use any path from the beginning"
        case TrustDemand.HANDSHAKE:
            return f"connections open on trusted paths{refused}"
        case TrustDemand.FIRST:
            return f"connections open on trusted paths{refused}, and keep to them for {trust.first_bytes} bytes"
        case TrustDemand.ONLY:
            return "trusted paths only"


def _ms(wait_s: float) -> str:
    return f"{wait_s * _MS_PER_S:.6g} ms"
