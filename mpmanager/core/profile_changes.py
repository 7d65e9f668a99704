"""What a profile changes, and which of its changes widen rights."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from mpmanager.core.paths import DEFAULT_TIERS
from mpmanager.model.path import METERED_KINDS, Tier
from mpmanager.model.policy import (
    NEVER,
    NOTHING_DEMANDED,
    OWN_TIER,
    PROTECTED_HANDSHAKE,
    PolicyRule,
    Role,
    TierChoice,
    TrustDemand,
    TrustPolicy,
)
from mpmanager.model.profile import ChangeKind, Profile, ProfileChange, is_role, kind_reference
from mpmanager.model.selector import EVERYBODY, Selector, SelectorKind
from mpmanager.model.trust import Trust

_LEAST_FIRST = (Tier.NEVER, Tier.BACKUP, Tier.WHEN_NEEDED, Tier.ALWAYS)
_DEMANDS = tuple(TrustDemand)
_MS_PER_S = 1000
_NOT_SAID = ""
_NO_RULE = PolicyRule(selector=EVERYBODY)


def changes_between(before: Profile, after: Profile) -> tuple[ProfileChange, ...]:
    """What becomes another when `after` takes the place of `before`; what widens rights comes first.

    Where it cannot be known whether a change gives more rights (two selectors may mean the same connection), it counts
    as if it did.
    """
    changes = (
        *_networks(before, after),
        *_login(before, after),
        *_tiers(ChangeKind.TIER, "", (before.tiers, after.tiers), ((), ())),
        *_rules(before, after),
    )
    return tuple(sorted(changes, key=lambda change: not change.widens_rights))


def _networks(before: Profile, after: Profile) -> Iterator[ProfileChange]:
    for network in sorted({*before.networks, *after.networks}):
        old, new = before.networks.get(network), after.networks.get(network)
        if old is not new:
            yield ProfileChange(
                kind=ChangeKind.NETWORK_TRUST,
                about=network,
                before=old or _NOT_SAID,
                after=new or _NOT_SAID,
                # Where nothing is said, its nature may make it a trusted one.
                widens_rights=new is Trust.TRUSTED or (new is None and old is Trust.UNTRUSTED),
            )


def _login(before: Profile, after: Profile) -> Iterator[ProfileChange]:
    old, new = bool(before.wires_need_login), bool(after.wires_need_login)
    if old != new:
        yield ProfileChange(
            kind=ChangeKind.WIRES_NEED_LOGIN,
            about="cables",
            before=_yes_or_no(old),
            after=_yes_or_no(new),
            widens_rights=old,
        )


def _yes_or_no(answer: bool | None) -> str:  # noqa: FBT001  # a value to be worded
    return _NOT_SAID if answer is None else "true" if answer else "false"


def _tiers(
    kind: ChangeKind,
    whose: str,
    choices: tuple[Sequence[TierChoice], Sequence[TierChoice]],
    general: tuple[Sequence[TierChoice], Sequence[TierChoice]],
) -> Iterator[ProfileChange]:
    """Both before and after; `general` is what counts where nothing is said in `choices`."""
    old, new = ({each.paths: each.tier_text for each in said} for said in choices)
    for paths in dict.fromkeys((*old, *new)):
        if old.get(paths) != new.get(paths):
            least = _tier(old.get(paths), paths, general[0], Tier.NEVER)
            most = _tier(new.get(paths), paths, general[1], Tier.BACKUP)
            yield ProfileChange(
                kind=kind,
                about=f"{whose} {paths}".strip(),
                before=old.get(paths, _NOT_SAID),
                after=new.get(paths, _NOT_SAID),
                widens_rights=may_be_metered(paths) and _LEAST_FIRST.index(most) > _LEAST_FIRST.index(least),
            )
    shared = [paths for paths in old if paths in new]
    if shared != [paths for paths in new if paths in old]:
        yield ProfileChange(
            kind=kind,
            about=f"{whose} order".strip(),
            before=", ".join(old),
            after=", ".join(new),
            widens_rights=any(map(may_be_metered, shared)),
        )


def _tier(said: str | None, paths: str, general: Sequence[TierChoice], unknown: Tier) -> Tier:
    """When paths are used, where it is said, follows from what is `general`, or is known of their kind."""
    if said not in {None, OWN_TIER}:
        return Tier(str(said))
    other = next((each for each in general if each.paths == paths), None)
    if said is None and other is not None and other.tier is not None:
        return other.tier
    if any(is_role(each.paths) for each in general):
        return unknown
    reference = kind_reference(paths)
    if reference is not None:
        return DEFAULT_TIERS[reference[0]]
    return Tier.BACKUP if paths == Role.METERED else unknown


def may_be_metered(paths: str) -> bool:
    """Whether what a profile calls so may cost something."""
    reference = kind_reference(paths)
    return reference[0] in METERED_KINDS if reference is not None else paths != Role.UNMETERED


def _rules(before: Profile, after: Profile) -> Iterator[ProfileChange]:
    demands = _Demands(before.rules), _Demands(after.rules)
    old = {rule.selector: rule for rule in before.rules}
    new = {rule.selector: rule for rule in after.rules}
    for selector in dict.fromkeys((*old, *new)):
        was = old.get(selector, replace(_NO_RULE, selector=selector))
        becomes = new.get(selector, replace(_NO_RULE, selector=selector))
        if was.trust != becomes.trust:
            yield _trust(was, becomes, demands)
        yield from _tiers(ChangeKind.PATHS, str(selector), (was.tiers, becomes.tiers), (before.tiers, after.tiers))
        for part in _PARTS:
            if (change := part.change(was, becomes)) is not None:
                yield change


def _trust(was: PolicyRule, becomes: PolicyRule, demands: "tuple[_Demands, _Demands]") -> ProfileChange:
    selector = was.selector
    most = was.trust or _strictest(demands[0].behind(selector))
    least = becomes.trust or _laxest(demands[1].behind(selector))
    return ProfileChange(
        kind=ChangeKind.TRUST_DEMAND,
        about=str(selector),
        before=_NOT_SAID if was.trust is None else str(was.trust),
        after=_NOT_SAID if becomes.trust is None else str(becomes.trust),
        widens_rights=is_laxer(least, most),
    )


def is_laxer(one: TrustPolicy, other: TrustPolicy) -> bool:
    """Whether one demands less than the other in any respect."""
    return one.strictest(other) != one


class _Demands:
    """What rules demand of trust, to be found by selectors that may mean the same connections."""

    def __init__(self, rules: Iterable[PolicyRule]) -> None:
        said = [(rule.selector, rule.trust) for rule in rules if rule.trust is not None]
        self._default = next((trust for selector, trust in said if selector == EVERYBODY), PROTECTED_HANDSHAKE)
        self._ordered = sorted(((selector.order, selector, trust) for selector, trust in said), key=_by_order)
        self._orders = [order for order, _selector, _trust in self._ordered]

    def behind(self, selector: Selector) -> list[TrustPolicy]:
        """What may be demanded of its connections where the selector's own rule says nothing."""
        others = self._ordered[bisect_left(self._orders, selector.order) :]
        return [
            *(trust for _order, each, trust in others if each != selector and _may_overlap(each, selector)),
            self._default,
        ]


def _by_order(entry: tuple[tuple[int, ...], Selector, TrustPolicy]) -> tuple[int, ...]:
    return entry[0]


def _strictest(demands: Iterable[TrustPolicy]) -> TrustPolicy:
    result = NOTHING_DEMANDED
    for each in demands:
        result = result.strictest(each)
    return result


def _laxest(demands: Sequence[TrustPolicy]) -> TrustPolicy:
    return min(demands, key=lambda each: (_DEMANDS.index(each.demand), each.first_bytes, each.is_strict))


def _may_overlap(one: Selector, other: Selector) -> bool:
    """Whether there may be a connection that both select."""
    if one.kind is not other.kind or one.kind is SelectorKind.DEFAULT:
        return True
    if one.kind is SelectorKind.CGROUP:
        inner, outer = sorted((one.value, other.value), key=len, reverse=True)
        return inner == outer or inner.startswith(outer.rstrip("/") + "/")
    return one.value == other.value


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What else a rule can say: how it reads, and whether another value may use metered paths more."""

    kind: ChangeKind
    name: str
    words: Callable[[PolicyRule], str]
    widens: Callable[[PolicyRule], bool] = lambda _rule: False

    def change(self, was: PolicyRule, becomes: PolicyRule) -> ProfileChange | None:
        before, after = self.words(was), self.words(becomes)
        if before == after:
            return None
        return ProfileChange(
            kind=self.kind,
            about=f"{was.selector} {self.name}",
            before=before,
            after=after,
            widens_rights=self.widens(becomes),
        )


def _wait(wait_s: float | None) -> str:
    if wait_s is None:
        return _NOT_SAID
    return "never" if wait_s == NEVER else f"{wait_s * _MS_PER_S:g} ms"


def _share(share: float | None) -> str:
    return _NOT_SAID if share is None else "off" if share == NEVER else f"{share:g}"


def _pairs(rule: PolicyRule) -> str:
    return ", ".join(f"{each.carrier}>{each.helper} {_wait(each.wait_s)}" for each in rule.pairs)


def _big(rule: PolicyRule) -> str:
    big = rule.big_transfers
    return _NOT_SAID if big is None else f"{big.path} over {big.over_bytes} bytes"


_PARTS: Sequence[_Part] = (
    _Part(kind=ChangeKind.WAIT, name="wait", words=lambda rule: _wait(rule.wait_s)),
    _Part(kind=ChangeKind.WAIT, name="intent", words=lambda rule: rule.intent or _NOT_SAID),
    _Part(kind=ChangeKind.WAIT, name="pairs", words=_pairs),
    _Part(
        kind=ChangeKind.PATHS,
        name="big transfers",
        words=_big,
        widens=lambda rule: rule.big_transfers is not None and may_be_metered(rule.big_transfers.path),
    ),
    _Part(kind=ChangeKind.OTHER, name="leave on marks", words=lambda rule: _share(rule.marks_share)),
    _Part(kind=ChangeKind.OTHER, name="leave on loss", words=lambda rule: _share(rule.loss_share)),
    _Part(kind=ChangeKind.OTHER, name="multipath", words=lambda rule: _yes_or_no(rule.is_multipath)),
    _Part(kind=ChangeKind.OTHER, name="lowest delay", words=lambda rule: _yes_or_no(rule.prefers_lowest_delay)),
)
