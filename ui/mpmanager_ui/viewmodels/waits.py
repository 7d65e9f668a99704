"""How long an application's data may wait: the places on the slider, who decides, and all of it in words."""

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from mpmanager.api.structures import PolicyInfo, Wait
from mpmanager.client.applications import changeable
from mpmanager.model.policy import INTENT_WAITS_S, Intent
from mpmanager.model.socket_options import SocketOption
from mpmanager_ui.viewmodels.quantities import format_wait
from mpmanager_ui.viewmodels.translation import tr, tr_later, tr_literal

_MS_PER_S = 1000.0

DEFAULT = "default"
"""The selector of the rule for whatever has none of its own."""
NEVER: Wait = "never"
_NUMBERS = (0.0, 20.0, 50.0, 100.0, 200.0, 500.0)
DETENTS: tuple[Wait, ...] = (*_NUMBERS, NEVER)
"""Milliseconds, the soonest help first. A rule may also lie between them."""
_LONGEST_MS = 60_000.0
_NEARLY_NEVER = 0.5
"""How far towards `never` the longest wait stands: it shall not be taken for it."""
CANNOT_SET = tr_later(
    "Neither its program nor its control group is known, so no rule can be about it alone: it follows the default."
)


THE_PROGRAM = SocketOption.EXPIRATION.value
"""Instead of a rule's selector: the program has said so of its connection, which counts before every rule."""


class WaitSetting(NamedTuple):
    """What is in force for an application or connection."""

    wait: Wait | None
    """None where the connections of an application differ."""
    policy: str
    """Selector of the rule that says so, or `THE_PROGRAM`; empty where they differ."""
    selector: str | None
    """Whom a change would be about; None where nobody can tell the application from others."""

    @property
    def is_own(self) -> bool:
        """Whether somebody has said it of this very application."""
        return self.policy == self.selector


class Said:
    """What was said about waits, by selector; what a person has just asked for counts as said."""

    def __init__(self) -> None:
        self._rules: dict[str, PolicyInfo] = {}
        self._wishes: dict[str, Wait | Intent | None] = {}

    def learn(self, rules: Iterable[PolicyInfo]) -> None:
        """Take over what the daemon says."""
        self._rules = changeable(rules)

    def wish(self, selector: str, wait: Wait | Intent | None) -> None:
        """Somebody wants that; None leaves it to the rules that are less specific."""
        self._wishes[selector] = wait

    def drop_wish(self, selector: str, wait: Wait | Intent | None) -> None:
        """It was done or refused; unless something else is wanted by now, what the daemon says counts."""
        if selector in self._wishes and self._wishes[selector] == wait:
            del self._wishes[selector]

    @property
    def has_rules(self) -> bool:
        """Whether anything was said at all."""
        return bool(self._rules.keys() - {DEFAULT}) or self.default != NEVER

    @property
    def default(self) -> Wait:
        """How long data of those may wait whom no rule is about."""
        said = self._wait_of(DEFAULT)
        return NEVER if said is None else said

    def in_force(self, setting: WaitSetting) -> WaitSetting:
        """A setting of some frame as it is by now: a change shows at once, and in a view that is paused, too."""
        if setting.policy == THE_PROGRAM:
            return setting
        own = self._wait_of(setting.selector) if setting.selector is not None else None
        if own is not None and setting.selector is not None:
            return setting._replace(wait=own, policy=setting.selector)
        if setting.policy == DEFAULT or setting.is_own:
            return setting._replace(wait=self.default, policy=DEFAULT)
        return setting

    def _wait_of(self, selector: str) -> Wait | None:
        if selector in self._wishes:
            return shown_wait(self._wishes[selector])
        rule = self._rules.get(selector)
        return None if rule is None else shown_wait(rule.wait_ms if rule.intent is None else rule.intent)


def shown_wait(said: Wait | Intent | None) -> Wait | None:
    """What was said as a wait: that of an intent, where it was one."""
    return INTENT_WAITS_S[said] * _MS_PER_S if isinstance(said, Intent) else said


def place_of(wait: Wait) -> float:
    """Where a wait stands on the slider: 0 is the first detent, 1 the second, and so on."""
    if isinstance(wait, str):
        return float(len(DETENTS) - 1)
    for place, (low, high) in enumerate(pairwise(_NUMBERS)):
        if wait < high:
            return place + (wait - low) / (high - low)
    beyond = min(1.0, (wait - _NUMBERS[-1]) / (_LONGEST_MS - _NUMBERS[-1]))
    return len(_NUMBERS) - 1 + _NEARLY_NEVER * math.sqrt(beyond)


def detent_at(place: float) -> Wait:
    """The detent nearest to a place, which may lie beyond either end."""
    return DETENTS[min(max(round(place), 0), len(DETENTS) - 1)]


def detent_beside(wait: Wait, step: int) -> Wait:
    """The next detent in a direction (1: waits longer, -1: helps sooner); at an end, that end."""
    place = place_of(wait)
    index = int(place) + 1 if step > 0 else int(place) - (place == int(place))
    return DETENTS[min(max(index, 0), len(DETENTS) - 1)]


def wait_words(wait: Wait | None) -> str:
    """The value, as short as it stands beside the slider; `never` would read as if nothing were allowed to wait."""
    if wait is None:
        return tr("differs")
    return tr("no limit") if wait == NEVER else _milliseconds(wait)


def waits_words(wait: Wait) -> str:
    """What a rule leads to, as a short part of a sentence."""
    if wait == 0:
        return tr("pools its paths")
    return tr("waits without limit") if wait == NEVER else tr("waits up to {wait}", wait=_milliseconds(wait))


def source_words(setting: WaitSetting) -> str:
    """Who says so, in a word; empty for a rule of the application's own."""
    if setting.is_own or not setting.policy:
        return ""
    if setting.policy == THE_PROGRAM:
        return tr("program")
    if setting.policy == DEFAULT:
        return tr("default")
    return tr("group") if setting.policy.startswith("cgroup:") else tr("rule")


def menu_words(wait: Wait) -> str:
    """A detent with its meaning, in a menu."""
    if wait == 0:
        return tr("0\N{NO-BREAK SPACE}ms: pool all paths")
    if wait == NEVER:
        return tr("No limit: another path only if nothing else is left")
    return tr("{wait}, then another path helps", wait=_milliseconds(wait))


def meaning(wait: Wait | None) -> str:
    """What a wait leads to, as a sentence without its full stop."""
    if wait is None:
        return tr("Its connections follow different rules")
    if wait == 0:
        return tr("No wait: paths in the lane When needed carry at once, pooled with the others")
    if wait == NEVER:
        return tr("No limit: data waits for its own path; others stand by until nothing else is left")
    return tr("Up to {wait}: when data waits longer, a path in the lane When needed helps", wait=_milliseconds(wait))


def setting_sentence(setting: WaitSetting) -> str:
    """What is in force and who says so."""
    return " ".join(each for each in (f"{meaning(setting.wait)}.", _source_sentence(setting)) if each)


def _source_sentence(setting: WaitSetting) -> str:
    """Who says so; empty for a rule of the application's own."""
    if setting.selector is None:
        return tr_literal(CANNOT_SET)
    if setting.is_own or not setting.policy:
        return ""
    if setting.policy == DEFAULT:
        return tr("The default says so; move the slider to give it a rule of its own.")
    if setting.policy == THE_PROGRAM:
        return tr("The program itself asked for it ({option}), which counts before every rule.", option=setting.policy)
    return tr("The rule for {rule} says so.", rule=setting.policy)


def done_words(who: str, wait: Wait | None, default: Wait) -> str:
    """What has become of a change."""
    if wait is None:
        return tr("{who} follows the default now ({wait})", who=who, wait=wait_words(default))
    if wait == 0:
        return tr("{who}: all paths are pooled now", who=who)
    if wait == NEVER:
        return tr("{who}: others help only when nothing else is left", who=who)
    return tr("{who}: data may wait {wait} now", who=who, wait=_milliseconds(wait))


def _milliseconds(wait: Wait) -> str:
    return "0\N{NO-BREAK SPACE}ms" if wait == 0 else format_wait(wait)
