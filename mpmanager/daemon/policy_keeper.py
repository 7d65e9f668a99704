"""Keeps what was said about applications, and says which policy is in force for each of their connections."""

import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import fields, replace
from functools import lru_cache
from typing import TypedDict

from mpmanager.api.policy_rules import info_of, rule_of
from mpmanager.api.structures import EventKind, PolicyInfo
from mpmanager.core.match import RuleIndex
from mpmanager.core.policies import STOCK, policy_from
from mpmanager.daemon.journal import Journal
from mpmanager.daemon.policy_words import told, who
from mpmanager.daemon.state import StateDirectory
from mpmanager.model.errors import InvalidValueError, NotSupportedError, SetByFileError
from mpmanager.model.policy import PROTECTED_HANDSHAKE, Policy, PolicyRule, RuleKey, TrustPolicy
from mpmanager.model.selector import EVERYBODY, Selector, SelectorKind, Subject
from mpmanager.model.trust import NetworkId

MOST_PER_USER = 500
"""Rules of those who are not the administrator."""
_PARTS = tuple({each.name for each in fields(PolicyRule)} - {"selector", "life", "owner_uid", "origin"})
_REMEMBERED = 1000
"""Subjects whose policy need not be put together again."""


class PolicyKeeper:
    """The policies of this host. `changed` is called whenever one has become another."""

    def __init__(
        self,
        state: StateDirectory,
        *,
        journal: Journal,
        changed: Callable[[], None],
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._state = state
        self._journal = journal
        self._changed = changed
        self._wall_clock = wall_clock
        self._rules: dict[RuleKey, PolicyRule] = {}
        """In the order in which they were said."""
        self._mandated: tuple[PolicyRule, ...] = ()
        self._take(state.load_policies())

    @property
    def rules(self) -> tuple[PolicyRule, ...]:
        """The most specific first."""
        return self._index.rules

    def _take(self, rules: Iterable[PolicyRule]) -> None:
        self._rules = {rule.key: rule for rule in rules if not rule.is_empty}
        self._index = RuleIndex((*self._rules.values(), *self._mandated))
        self._policy_for = lru_cache(_REMEMBERED)(self._found)

    def _found(self, subject: Subject, first: tuple[PolicyRule, ...]) -> Policy:
        return policy_from([*first, *self._index.fitting(subject)])

    def set(self, info: PolicyInfo, *, owner_uid: int | None = None) -> None:
        """Put a rule in the place of the one with its selector; one that says nothing removes that.

        It is the administrator's, or that of the user `owner_uid`.

        Raises:
            InvalidValueError, NotSupportedError, SetByFileError, StateFileError: nothing was changed.
        """
        info.owner = owner_uid
        after = rule_of(info)
        before = self._rules.get(
            after.key, PolicyRule(selector=after.selector, life=after.life, owner_uid=after.owner_uid)
        )
        is_about_all = after.selector == EVERYBODY and owner_uid is None
        is_decided = is_about_all and (after == before or after.trust != before.trust)
        are_lost = self._state.are_policies_lost and not is_decided
        demanded = None if info.trust is None else TrustPolicy.parse(info.trust)
        self._require_right(after, demanded, is_new=after.key not in self._rules)
        if info.origin is not None:
            after = self._without_mandated(after, before)
        if after == before and are_lost == self._state.are_policies_lost:
            return
        self._require_sense(after)
        self._replace(self._rules | {after.key: after}, are_lost=are_lost)
        self._journal.record(EventKind.POLICY_CHANGED, told(before, after), **_about(after))
        self._changed()

    def _without_mandated(self, rule: PolicyRule, before: PolicyRule) -> PolicyRule:
        """Of a rule that was shown as a file says it, and comes back with something else, what people say of it."""
        for each in (known for known in self._mandated if known.selector == rule.selector):
            unsaid = {name: getattr(before, name) for name in _PARTS if getattr(rule, name) == getattr(each, name)}
            rule = replace(rule, **unsaid)
        return rule

    def _require_right(self, rule: PolicyRule, demanded: TrustPolicy | None, *, is_new: bool) -> None:
        """Where a file of the administrator says more, less would be said in vain."""
        for each in self._mandated:
            if each.selector != rule.selector or rule.owner_uid is not None:
                continue
            if demanded is not None and each.trust is not None and demanded.strictest(each.trust) != demanded:
                raise SetByFileError(
                    f"{who(rule.selector)}: your administrator demands {each.trust} at least, and not {demanded}: "
                    f"{each.origin}"
                )
            if rule.is_empty and is_new:
                raise SetByFileError(f"{who(rule.selector)}: set by your administrator: {each.origin}; change it there")

    def _require_sense(self, rule: PolicyRule) -> None:
        if rule.is_empty:
            return
        if rule.life.until is not None and rule.life.until <= self._wall_clock():
            raise InvalidValueError(f"until {rule.life.until!r}: that time is over")
        owned = sum(each.owner_uid == rule.owner_uid for each in self._rules.values())
        if rule.owner_uid is not None and rule.key not in self._rules and owned >= MOST_PER_USER:
            raise NotSupportedError(f"you have {MOST_PER_USER} rules already: take some back")

    def _replace(self, rules: dict[RuleKey, PolicyRule], *, are_lost: bool) -> None:
        self._state.save_policies((rule for rule in rules.values() if not rule.is_empty), are_lost=are_lost)
        self._take(rules.values())

    def take_mandated(self, rules: tuple[PolicyRule, ...]) -> bool:
        """Have these rules of the administrator's files below people's; returns whether they are others than before."""
        if rules == self._mandated:
            return False
        self._mandated = rules
        self._take(tuple(self._rules.values()))
        return True

    def take_over(self, rules: Iterable[PolicyRule]) -> None:
        """Have these rules, which are written down already, instead of all others; the caller calls `changed`."""
        self._take(rules)

    @property
    def said(self) -> tuple[PolicyRule, ...]:
        """The rules in the order in which they were said."""
        return tuple(self._rules.values())

    @property
    def deadline(self) -> float | None:
        """Unix time at which `expire` has something to do."""
        return min((until for rule in self._rules.values() if (until := rule.life.until) is not None), default=None)

    def expire(self) -> None:
        """Let go of the rules whose time is over.

        Raises:
            StateFileError: they could not be removed from the disk, and still hold.
        """
        now = self._wall_clock()
        over = [rule for rule in self._rules.values() if rule.life.until is not None and rule.life.until <= now]
        if not over:
            return
        kept = {key: rule for key, rule in self._rules.items() if rule not in over}
        self._replace(kept, are_lost=self._state.are_policies_lost)
        for rule in over:
            text = f"{who(rule.selector)}: the time of a temporary rule is over"
            self._journal.record(EventKind.POLICY_CHANGED, text, **_about(rule))
        self._changed()

    def rows(self) -> list[PolicyInfo]:
        """All rules, the most specific first; the last one is the default and leaves no wait and no trust open."""
        default = info_of(self._default())
        if default.wait_ms is None and default.intent is None:
            default.wait_ms = "never"
        if default.trust is None:
            default.trust = str(PROTECTED_HANDSHAKE)
        return [*(info_of(rule) for rule in self.rules if rule.key != STOCK.key), default]

    def _default(self) -> PolicyRule:
        """Of everybody, with what the administrator's files say of it."""
        found = self._rules.get(STOCK.key, STOCK)
        for each in self._mandated:
            if each.key == STOCK.key:
                said = {name: getattr(each, name) for name in _PARTS if getattr(found, name) in (None, ())}
                trust = each.trust if found.trust is None else found.trust.strictest(each.trust or found.trust)
                found = replace(found, **{**said, "trust": trust, "origin": each.origin})
        return found

    def policy_for(self, subject: Subject, first: tuple[PolicyRule, ...] = ()) -> Policy:
        """What is in force for a connection for which these rules count before all others."""
        return self._policy_for(subject, first)

    def rules_in(self, networks: Collection[NetworkId]) -> list[PolicyRule]:
        """The rules that count while these networks are in use, the most specific first."""
        counting = {None, *networks}
        return [rule for rule in self.rules if rule.selector.on_network in counting]

    def fitting(self, subject: Subject) -> list[PolicyRule]:
        """The rules that are about a connection, the most specific first."""
        return self._index.fitting(subject)


class _About(TypedDict):
    app: str | None
    uid: int | None


def _about(rule: PolicyRule) -> _About:
    """What an event about a rule is about. Where a user's rule leads to is that user's business."""
    uid = rule.owner_uid if rule.selector.has_destination else None
    return _About(app=_application_id(rule.selector), uid=uid)


def _application_id(selector: Selector) -> str | None:
    return f"{selector.kind}:{selector.value}" if selector.kind in {SelectorKind.EXE, SelectorKind.APP} else None
