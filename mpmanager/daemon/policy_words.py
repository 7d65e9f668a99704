"""What becomes of a rule, in the words of the journal."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePosixPath

from mpmanager.model.path import TIER_WORDS
from mpmanager.model.policy import (
    INTENT_NAMES,
    NEVER,
    PROTECTED_HANDSHAKE,
    BigTransfers,
    PairWait,
    PolicyRule,
    TierChoice,
    TrustDemand,
    TrustPolicy,
)
from mpmanager.model.selector import EVERYBODY, Selector, SelectorKind

_MS_PER_S = 1000
_BYTES_PER_MB = 1_000_000


def told(before: PolicyRule, after: PolicyRule) -> str:
    """What has become another, in a sentence."""
    if after.is_empty and (after.selector != EVERYBODY or after.life.is_temporary):
        return f"{who(after.selector)}: no {_kind(after)}rule any more"
    return f"{who(after.selector)}{_life_words(after)}: {', '.join(_differences(before, after)) or 'said again'}"


def _kind(rule: PolicyRule) -> str:
    return "temporary " if rule.life.is_temporary else ""


def _life_words(rule: PolicyRule) -> str:
    if not rule.life.is_temporary:
        return ""
    if rule.life.until is None:
        return " until this machine restarts"
    return f" until {datetime.fromtimestamp(rule.life.until).astimezone():%d.%m. %H:%M}"


def who(selector: Selector) -> str:
    """A selector for people: an executable alone by its name."""
    is_file = selector.kind is SelectorKind.EXE
    return (
        str(selector).replace(f"exe:{selector.value}", PurePosixPath(selector.value).name) if is_file else str(selector)
    )


def _differences(before: PolicyRule, after: PolicyRule) -> Iterator[str]:
    if before.wait_s != after.wait_s or before.intent != after.intent:
        yield _wait_words(after)
    yield from _pair_words(before.pairs, after.pairs)
    if before.big_transfers != after.big_transfers:
        yield _big_words(after.big_transfers)
    if before.marks_share != after.marks_share:
        yield _trigger_words("congestion marks", after.marks_share)
    if before.loss_share != after.loss_share:
        yield _trigger_words("loss", after.loss_share)
    if before.trust != after.trust:
        yield _trust_words(after.trust or PROTECTED_HANDSHAKE if after.selector == EVERYBODY else after.trust)
    yield from _tier_words(before.tiers, after.tiers)
    if before.is_multipath != after.is_multipath:
        yield _MULTIPATH_WORDS[after.is_multipath]
    if before.prefers_lowest_delay != after.prefers_lowest_delay:
        yield _DELAY_WORDS[after.prefers_lowest_delay]
    if before.life != after.life and after.life.is_temporary:
        yield "for another time"


_MULTIPATH_WORDS = {
    True: "uses several paths, as far as that can be had",
    False: "uses one path at a time",
    None: "nothing said of several paths any more",
}
_DELAY_WORDS = {
    True: "prefers the path with the lowest delay",
    False: "prefers paths as their tiers say",
    None: "nothing said of the lowest delay any more",
}


_OWN_TIER = "is used as its own tier says"


def _tier_words(before: tuple[TierChoice, ...], after: tuple[TierChoice, ...]) -> Iterator[str]:
    for each in after:
        if each not in before:
            yield f"{each.paths} {_OWN_TIER if each.tier is None else TIER_WORDS[each.tier]}"
    kept = {each.paths for each in after}
    for each in before:
        if each.paths not in kept:
            yield f"nothing said of {each.paths} any more"


def _wait_words(rule: PolicyRule) -> str:
    if rule.wait_s is None and rule.intent is not None:
        return f"data may wait as is good for {INTENT_NAMES[rule.intent]}"
    match rule.wait_s:
        case None if rule.selector == EVERYBODY:
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
