"""What a change was, in a sentence."""

from collections.abc import Callable, Iterable, Mapping

from mpmanager.daemon.policy_words import told
from mpmanager.model.caps import PathCap
from mpmanager.model.change import METERED_WORDS, AspectKind, Change, Difference, Value
from mpmanager.model.path import TIER_WORDS, PathKind, Tier
from mpmanager.model.policy import PolicyRule
from mpmanager.model.selector import Selector

_MOST_TOLD = 2
_BYTES_PER_MB = 1_000_000
_TOLD_FIRST = (AspectKind.PROFILE, AspectKind.FOLLOWS)
_HARDLY_WORTH_TELLING = (AspectKind.PROFILE_BY_HAND, AspectKind.TRUST_LOST, AspectKind.RULES_LOST)


def change_sentence(change: Change) -> str:
    """What became of which decision; of many the first, and how many more."""
    parts = sorted(change.differences, key=_rank)
    if parts[0].aspect.kind is AspectKind.PROFILE:
        others = sum(each.aspect.kind not in {AspectKind.PROFILE, *_HARDLY_WORTH_TELLING} for each in parts)
        return f"{difference_sentence(parts[0])}{_others(others, 'change')}"
    worth = [each for each in parts if each.aspect.kind not in _HARDLY_WORTH_TELLING] or parts
    sentences = list(dict.fromkeys(difference_sentence(each) for each in worth))
    rest = len(sentences) - _MOST_TOLD
    return f"{'; '.join(sentences[:_MOST_TOLD])}{f', and {rest} more' if rest > 0 else ''}"


def _others(count: int, noun: str) -> str:
    return "" if not count else f": {count} {noun}" if count == 1 else f": {count} {noun}s"


def _rank(difference: Difference) -> int:
    kind = difference.aspect.kind
    return 0 if kind in _TOLD_FIRST else 2 if kind in _HARDLY_WORTH_TELLING else 1


def difference_sentence(difference: Difference) -> str:
    """What became of one decision."""
    aspect, before, after = difference.aspect, difference.before, difference.after
    if aspect.kind is AspectKind.RULE:
        return _rule(difference)
    return _SENTENCES[aspect.kind](aspect.about, before, after)


def _rule(difference: Difference) -> str:
    known = next(each for each in (difference.after, difference.before) if isinstance(each, PolicyRule))
    nothing = PolicyRule(
        selector=Selector.parse(difference.aspect.about), life=known.life, owner_uid=difference.aspect.owner_uid
    )
    before, after = (
        each if isinstance(each, PolicyRule) else nothing for each in (difference.before, difference.after)
    )
    return told(before, after)


def _tier(name: str, before: Value, after: Value) -> str:
    if after is None:
        return f"{name} is used as its kind suggests{_was(before)}"
    return f"{name} {TIER_WORDS[Tier(str(after))]}{_was(before)}"


def _was(before: Value) -> str:
    return "" if before is None else f" (before: {before})"


def _kind(name: str, before: Value, after: Value) -> str:
    what = "what was detected" if after is None else PathKind(str(after)).value
    return f"{name} is taken for {what}{_was(before)}"


def _trust(what: str) -> Callable[[str, Value, Value], str]:
    def sentence(name: str, before: Value, after: Value) -> str:
        level = "trusted as its nature suggests" if after is None else str(after)
        return f"{what} {name} is {level}{_was(before)}"

    return sentence


def _metered(name: str, _before: Value, after: Value) -> str:
    if after is None:
        return f"{name} is metered or not as its kind suggests"
    return f"{name} is {'metered' if after == METERED_WORDS[True] else 'not metered'}"


def _cap(name: str, _before: Value, after: Value) -> str:
    if not isinstance(after, PathCap):
        return f"{name} has no cap any more"
    caps = ((after.month_bytes, "month"), (after.day_bytes, "day"))
    said = " and ".join(f"{count / _BYTES_PER_MB:,.6g} MB a {span}" for count, span in caps if count is not None)
    return f"{name} may carry {said}"


def _role_tiers(_about: str, before: Value, after: Value) -> str:
    said = _choices(after) or _choices(before)
    return f"tiers of {', '.join(dict.fromkeys(said))} were {'said' if _choices(after) else 'taken back'}"


def _choices(value: Value) -> Iterable[str]:
    return [each.paths for each in value] if isinstance(value, tuple) else []


def _login(_about: str, _before: Value, after: Value) -> str:
    return "cables are trusted only with a login" if after else "cables are trusted also without a login"


def _profile(_about: str, before: Value, after: Value) -> str:
    return f"no profile is in force any more (before: {before})" if after is None else f"profile {after} is in force"


def _by_hand(_about: str, _before: Value, after: Value) -> str:
    return "no network changes the profile" if after else "the networks in use choose the profile"


def _follows(network: str, before: Value, after: Value) -> str:
    if after is None:
        return f"profile {before} no longer goes with {network}"
    return f"profile {after} goes with {network}"


def _lost(what: str) -> Callable[[str, Value, Value], str]:
    return lambda _about, _before, after: f"what was said about {what} counts as {'lost' if after else 'known again'}"


def _mandate(file: str, before: Value, after: Value) -> str:
    what = "was removed" if after is None else "was set down" if before is None else "became another"
    return f"your administrator's file {file} {what}"


_SENTENCES: Mapping[AspectKind, Callable[[str, Value, Value], str]] = {
    AspectKind.TIER: _tier,
    AspectKind.ROLE_TIERS: _role_tiers,
    AspectKind.KIND: _kind,
    AspectKind.METERED: _metered,
    AspectKind.CAP: _cap,
    AspectKind.NETWORK_TRUST: _trust("network"),
    AspectKind.INTERFACE_TRUST: _trust("interface"),
    AspectKind.WIRES_NEED_LOGIN: _login,
    AspectKind.TRUST_LOST: _lost("networks"),
    AspectKind.RULES_LOST: _lost("applications"),
    AspectKind.PROFILE: _profile,
    AspectKind.PROFILE_BY_HAND: _by_hand,
    AspectKind.FOLLOWS: _follows,
    AspectKind.MANDATE: _mandate,
}
