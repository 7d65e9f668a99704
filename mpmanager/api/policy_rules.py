"""A `PolicyInfo`, as it travels and is kept, and the `PolicyRule` that it means."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from mpmanager.api.structures import PairWaitInfo, PolicyInfo, TierChoiceInfo, Trigger, Wait
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.names import LinkName
from mpmanager.model.policy import (
    DEFAULT_BIG_BYTES,
    LEAST_BIG_BYTES,
    LEAST_SHARE,
    LONGEST_WAIT_S,
    MOST_BIG_BYTES,
    NEVER,
    PROTECTED_HANDSHAKE,
    BigTransfers,
    Life,
    PairWait,
    PolicyRule,
    TierChoice,
    TrustPolicy,
    link_name,
)
from mpmanager.model.selector import Selector

_MS_PER_S = 1000
_FINEST_DIGITS = 3
"""Of milliseconds: nothing is measured finer, and so a wait comes back as it was written."""
_SHARE_DIGITS = 6
_MOST_PARTS = 64
"""Pairs, or tiers, of one rule."""
_LAST_TIME = 253402300800.0
"""The year 10,000: later times cannot be shown."""


def wait_ms(wait_s: float) -> Wait:
    """A wait as it travels, in whole microseconds."""
    return "never" if wait_s == NEVER else round(wait_s * _MS_PER_S, _FINEST_DIGITS)


def info_of(rule: PolicyRule) -> PolicyInfo:
    """A rule as it travels."""
    big = rule.big_transfers
    return PolicyInfo(
        selector=str(rule.selector),
        wait_ms=None if rule.wait_s is None else wait_ms(rule.wait_s),
        pairs=[
            PairWaitInfo(carrier=each.carrier, helper=each.helper, wait_ms=wait_ms(each.wait_s)) for each in rule.pairs
        ],
        big_transfers_to=None if big is None else big.path,
        big_over_bytes=None if big is None else big.over_bytes,
        leave_on_marks=_trigger(rule.marks_share),
        leave_on_loss=_trigger(rule.loss_share),
        trust=None if rule.trust is None else str(rule.trust),
        intent=rule.intent,
        tiers=[TierChoiceInfo(paths=each.paths, tier=each.tier_text) for each in rule.tiers],
        multipath=rule.is_multipath,
        lowest_delay=rule.prefers_lowest_delay,
        temporary=rule.life.is_temporary,
        until=rule.life.until,
        owner=rule.owner_uid,
        origin=rule.origin or None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PathWords:
    """How paths are called: each takes what is written and raises an `InvalidValueError` where it means none."""

    name: Callable[[str, str], LinkName] = link_name
    """Of one path; takes the text and the field where it stands."""
    choice: Callable[[str, str], TierChoice] = TierChoice.parse
    """Of some paths, with their tier."""


ON_THIS_MACHINE = PathWords()


def rule_of(info: PolicyInfo, words: PathWords = ON_THIS_MACHINE) -> PolicyRule:
    """The rule that is meant, the owner's included. Its paths need not be there at the moment.

    Raises:
        InvalidValueError: names the field and the value that cannot be used.
    """
    selector = Selector.parse(info.selector)
    wait_s = None if info.wait_ms is None else _wait_s(info.wait_ms, "wait_ms")
    marks_share = _share(info.leave_on_marks, "leave_on_marks")
    loss_share = _share(info.leave_on_loss, "leave_on_loss")
    trust = None if info.trust is None else TrustPolicy.parse(info.trust)
    if selector.is_default and not info.temporary:  # "never", "off" and "handshake" say what holds anyway
        wait_s, marks_share, loss_share = (
            None if each == NEVER else each for each in (wait_s, marks_share, loss_share)
        )
        trust = None if trust == PROTECTED_HANDSHAKE else trust
    return PolicyRule(
        selector=selector,
        wait_s=wait_s,
        pairs=tuple(_pairs(info.pairs, words)),
        big_transfers=_big_transfers(info, words),
        marks_share=marks_share,
        loss_share=loss_share,
        trust=trust,
        intent=info.intent,
        tiers=tuple(_tiers(info.tiers, words)),
        is_multipath=info.multipath,
        prefers_lowest_delay=info.lowest_delay,
        life=_life(info),
        owner_uid=info.owner,
    )


def _life(info: PolicyInfo) -> Life:
    if info.until is not None and not (info.temporary and 0 < info.until < _LAST_TIME):
        raise InvalidValueError(f"until {info.until!r}: expected the Unix time at which a temporary rule ends")
    return Life(is_temporary=info.temporary, until=info.until)


def _tiers(infos: Sequence[TierChoiceInfo], words: PathWords) -> Iterator[TierChoice]:
    if len(infos) > _MOST_PARTS:
        raise InvalidValueError(f"tiers: {len(infos)} of them; {_MOST_PARTS} are the most")
    times = Counter(each.paths for each in infos)
    for each in infos:
        if times[each.paths] > 1:
            raise InvalidValueError(f"tiers: {each.paths} is there more than once")
        yield words.choice(each.paths, each.tier)


def _trigger(share: float | None) -> Trigger | None:
    return "off" if share == NEVER else share


def _share(trigger: Trigger | None, field: str) -> float | None:
    if trigger is None:
        return None
    if trigger == "off":
        return NEVER
    if not LEAST_SHARE <= trigger <= 1:
        raise InvalidValueError(f"{field} {trigger!r}: expected a share of packets, over 0 to 1, or off")
    return round(trigger, _SHARE_DIGITS)


def _wait_s(wait: Wait, field: str) -> float:
    if wait == "never":
        return NEVER
    if not 0 <= wait <= LONGEST_WAIT_S * _MS_PER_S:
        most = f"{LONGEST_WAIT_S * _MS_PER_S:.0f}"
        raise InvalidValueError(f"{field} {wait!r}: expected 0 to {most} milliseconds, or never")
    return round(wait, _FINEST_DIGITS) / _MS_PER_S


def _pairs(infos: Sequence[PairWaitInfo], words: PathWords) -> Iterator[PairWait]:
    if len(infos) > _MOST_PARTS:
        raise InvalidValueError(f"pairs: {len(infos)} of them; {_MOST_PARTS} are the most")
    times = Counter((each.carrier, each.helper) for each in infos)
    for each in sorted(infos, key=lambda info: (info.carrier, info.helper)):
        field = f"pairs: {each.carrier}:{each.helper}"
        if each.carrier == each.helper:
            raise InvalidValueError(f"{field}: expected two different paths")
        if times[each.carrier, each.helper] > 1:
            raise InvalidValueError(f"{field} is there more than once")
        yield PairWait(
            carrier=words.name(each.carrier, "pairs: carrier"),
            helper=words.name(each.helper, "pairs: helper"),
            wait_s=_wait_s(each.wait_ms, f"{field}: wait_ms"),
        )


def _big_transfers(info: PolicyInfo, words: PathWords) -> BigTransfers | None:
    if info.big_transfers_to is None:
        if info.big_over_bytes is not None:
            raise InvalidValueError(f"big_over_bytes {info.big_over_bytes}: means nothing without big_transfers_to")
        return None
    over_bytes = DEFAULT_BIG_BYTES if info.big_over_bytes is None else info.big_over_bytes
    if not LEAST_BIG_BYTES <= over_bytes <= MOST_BIG_BYTES:
        raise InvalidValueError(f"big_over_bytes {over_bytes}: expected {LEAST_BIG_BYTES} to {MOST_BIG_BYTES}")
    return BigTransfers(path=words.name(info.big_transfers_to, "big_transfers_to"), over_bytes=over_bytes)
