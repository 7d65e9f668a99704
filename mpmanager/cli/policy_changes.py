"""What becomes of a policy when something about it is said or taken back, in values and in words."""

import shlex
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from mpmanager.api.structures import PairWaitInfo, PathInfo, PolicyInfo, TierChoiceInfo, Trigger, Wait
from mpmanager.cli.policy_parts import INTENT, PARTS, SINGLE, WAIT, Part
from mpmanager.client.quantities import enumerate_words, format_wait
from mpmanager.client.rule_values import write_pair, write_pair_wait, write_size, write_tier
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.path import Tier
from mpmanager.model.policy import Intent, Role
from mpmanager.model.selector import SelectorKind

Pair = tuple[str, str]

_PATH = "path:"
_NOT_SAID = "not said"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command says of a policy; None and nothing where it says nothing."""

    wait_ms: Wait | None = None
    intent: Intent | None = None
    pairs: tuple[PairWaitInfo, ...] = ()
    big_transfers_to: str | None = None
    big_over_bytes: int | None = None
    leave_on_marks: Trigger | None = None
    leave_on_loss: Trigger | None = None
    trust: str | None = None
    multipath: bool | None = None
    lowest_delay: bool | None = None
    tiers: tuple[TierChoiceInfo, ...] = ()

    @property
    def is_nothing(self) -> bool:
        return self == Said()

    @property
    def is_wait(self) -> bool:
        """Whether it lets data wait for a time, and not for ever."""
        waits = (self.wait_ms, *(each.wait_ms for each in self.pairs))
        return self.intent is not None or any(each not in {None, "never"} for each in waits)

    @property
    def path_names(self) -> tuple[str, ...]:
        """The paths it speaks of, each once."""
        names = [name for each in self.pairs for name in (each.carrier, each.helper)]
        tiers = [name for each in self.tiers if (name := each.paths.removeprefix(_PATH)) != each.paths]
        return tuple(dict.fromkeys([*names, *filter(None, [self.big_transfers_to]), *tiers]))

    def added_to(self, policy: PolicyInfo) -> PolicyInfo:
        """The policy with what is said here; the rest of it stays. An intent takes the place of a wait, and a wait its.

        Raises:
            InvalidValueError: it says what is big, but nobody has said where that goes.
        """
        to = self.big_transfers_to or policy.big_transfers_to
        if self.big_over_bytes is not None and to is None:
            raise InvalidValueError("--big-over means nothing without --big-transfers-to")
        said = {each.field: value for each in SINGLE if (value := getattr(self, each.field)) is not None}
        if said.keys() & {WAIT.field, INTENT.field}:
            said = {WAIT.field: None, INTENT.field: None} | said
        return replace(
            policy,
            pairs=list((_by_pair(policy.pairs) | _by_pair(self.pairs)).values()),
            tiers=list((_by_paths(policy.tiers) | _by_paths(self.tiers)).values()),
            big_transfers_to=to,
            big_over_bytes=policy.big_over_bytes if self.big_over_bytes is None else self.big_over_bytes,
            **said,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """What a command takes back from a policy; nothing named means all of it."""

    fields: frozenset[str] = frozenset()
    """Of `PolicyInfo`, those of single values."""
    pairs: tuple[Pair, ...] = ()
    tiers: tuple[str, ...] = ()
    big_transfers: bool = False

    def taken_from(self, policy: PolicyInfo) -> PolicyInfo:
        """The policy without it.

        Raises:
            InvalidValueError: a pair or a tier is not there; the sentence lists those that are.
        """
        if self == TakenBack():
            return PolicyInfo(selector=policy.selector, temporary=policy.temporary, owner=policy.owner)
        pairs, tiers = _by_pair(policy.pairs), _by_paths(policy.tiers)
        for carrier, helper in self.pairs:
            if (carrier, helper) not in pairs:
                known = ", ".join(write_pair(each) for each in policy.pairs) or "none"
                raise InvalidValueError(f"{policy.selector} says nothing of {carrier}:{helper}; its pairs are: {known}")
        for paths in self.tiers:
            if paths not in tiers:
                raise InvalidValueError(f"{policy.selector} says nothing of {paths}; it does of: {', '.join(tiers)}")
        left = replace(
            policy,
            pairs=[each for pair, each in pairs.items() if pair not in self.pairs],
            tiers=[each for paths, each in tiers.items() if paths not in self.tiers],
            **dict.fromkeys(self.fields),
        )
        if self.big_transfers:
            left.big_transfers_to = left.big_over_bytes = None
        return left


def _by_pair(pairs: Sequence[PairWaitInfo]) -> dict[Pair, PairWaitInfo]:
    return {(each.carrier, each.helper): each for each in pairs}


def _by_paths(tiers: Sequence[TierChoiceInfo]) -> dict[str, TierChoiceInfo]:
    return {each.paths: each for each in tiers}


def told(before: PolicyInfo, after: PolicyInfo, *, is_everybodys: bool = False) -> Iterator[str]:
    """What became of a policy, and how to go back; `is_everybodys`: that was said in so many words."""
    who = f"{after.selector}{_life(before if _is_empty(after) else after)}"
    if before == after:
        yield f"Nothing changed: {who} {'has no rule' if _is_empty(after) else 'says that already'}"
        return
    yield from (f"{who}: {each}" for each in _differences(before, after))
    everybody = ["--everybody"] if is_everybodys else []
    yield f"To go back: {' && '.join(shlex.join([*each, *everybody]) for each in way_back(before, after))}"


def _life(policy: PolicyInfo) -> str:
    if not policy.temporary:
        return ""
    if policy.until is None:
        return " (until this machine restarts)"
    return f" (until {datetime.fromtimestamp(policy.until).astimezone():%Y-%m-%d %H:%M})"


def absent(said: Said, known: Collection[str]) -> Iterator[str]:
    """That some paths are not there now."""
    for name in said.path_names:
        if name not in known:
            yield f"There is no path {name} now; what was said counts when it comes."


def unhelped(said: Said, paths: Collection[PathInfo]) -> Iterator[str]:
    """That no path helps a full one, where a wait was said and there are backups that could."""
    helping = {Role.METERED, Role.ANY} & {each.paths for each in said.tiers if each.tier == Tier.WHEN_NEEDED}
    backups = [each.name for each in paths if each.tier is Tier.BACKUP and not helping]
    if not said.is_wait or not backups or any(each.tier is Tier.WHEN_NEEDED for each in paths):
        return
    first = backups[0]
    if len(backups) == 1:
        yield f"Note: {first} is backup: it replaces a dead path, but does not help a full one; to let it help:"
    else:
        names = enumerate_words(backups)
        yield f"Note: {names} are backup: they replace a dead path, but do not help a full one; to let one help:"
    yield f"  mpm path tier {first} when-needed"


def _differences(before: PolicyInfo, after: PolicyInfo) -> Iterator[str]:
    yield from _changed_parts((WAIT, INTENT), before, after)
    old, new = _by_pair(before.pairs), _by_pair(after.pairs)
    for carrier, helper in sorted(old.keys() | new.keys()):
        waits = [each.get((carrier, helper)) for each in (old, new)]
        if waits[0] != waits[1]:
            words = " -> ".join(_NOT_SAID if each is None else format_wait(each.wait_ms) for each in waits)
            yield f"wait of {carrier} for {helper}: {words}"
    if _big(before) != _big(after):
        yield f"big transfers: {_big(before)} -> {_big(after)}"
    yield from _changed_parts(PARTS, before, after)
    tiers = [_by_paths(each.tiers) for each in (before, after)]
    for paths in sorted(tiers[0].keys() | tiers[1].keys()):
        choices = [each.get(paths) for each in tiers]
        if choices[0] != choices[1]:
            words = " -> ".join(_NOT_SAID if each is None else each.tier for each in choices)
            yield f"tier of {paths}: {words}"
    if before.until != after.until and not (_is_empty(before) or _is_empty(after)):
        yield f"holds{_life(before)} ->{_life(after)}"


def _changed_parts(parts: Iterable[Part], before: PolicyInfo, after: PolicyInfo) -> Iterator[str]:
    for part in parts:
        if part.of(before) != part.of(after):
            yield f"{part.label}: {part.written(before)} -> {part.written(after)}"


def _big(policy: PolicyInfo) -> str:
    if policy.big_transfers_to is None:
        return _NOT_SAID
    over = "" if policy.big_over_bytes is None else f", over {write_size(policy.big_over_bytes)} in a second"
    return f"to {policy.big_transfers_to}{over}"


def way_back(before: PolicyInfo, after: PolicyInfo) -> Iterator[list[str]]:
    """The commands that make `before` of `after`, as lists of arguments."""
    selector = before.selector
    layer = ["--temporary"] if after.temporary else []
    is_default = selector == SelectorKind.DEFAULT
    if _is_empty(before) and (after.temporary or not is_default):
        yield ["mpm", "app", "unset", selector, *layer]
        return
    is_for_another_time = before.temporary and before.until != after.until
    missing = replace(PolicyInfo(selector=selector), temporary=True) if is_for_another_time else after
    if again := list(_said_again(before, missing)):
        yield ["mpm", *(["default"] if is_default else ["app", "set", selector]), *again, *_life_again(before)]
    if back := list(_taken_back(before, after)):
        yield ["mpm", "app", "unset", selector, *back, *layer]


def _life_again(before: PolicyInfo) -> list[str]:
    if not before.temporary:
        return []
    if before.until is None:
        return ["--until-restart"]
    return ["--for", f"{max(1, round(before.until - time.time()))}s"]


def _is_empty(policy: PolicyInfo) -> bool:
    return policy == PolicyInfo(
        selector=policy.selector, temporary=policy.temporary, until=policy.until, owner=policy.owner
    )


def _said_again(before: PolicyInfo, after: PolicyInfo) -> Iterator[str]:
    yield from _parts_again((WAIT, INTENT), before, after)
    for each in before.pairs:
        if each not in after.pairs:
            yield from ("--pair", write_pair_wait(each))
    if before.big_transfers_to is not None and _big(before) != _big(after):
        yield from ("--big-transfers-to", before.big_transfers_to)
        if before.big_over_bytes is not None:
            yield from ("--big-over", write_size(before.big_over_bytes))
    yield from _parts_again(PARTS, before, after)
    for choice in before.tiers:
        if choice not in after.tiers:
            yield from ("--tier", write_tier(choice))


def _parts_again(parts: Iterable[Part], before: PolicyInfo, after: PolicyInfo) -> Iterator[str]:
    for part in parts:
        if part.of(before) is not None and part.of(before) != part.of(after):
            yield from (part.option, part.write(part.of(before)))


def _taken_back(before: PolicyInfo, after: PolicyInfo) -> Iterator[str]:
    has_either = before.wait_ms is not None or before.intent is not None  # saying the one takes back the other
    new = [each for each in SINGLE if each.of(before) is None and each.of(after) is not None]
    yield from (each.option for each in new if each in {WAIT, INTENT} and not has_either)
    known = _by_pair(before.pairs)
    for pair in after.pairs:
        if (pair.carrier, pair.helper) not in known:
            yield from ("--pair", write_pair(pair))
    if before.big_transfers_to is None and after.big_transfers_to is not None:
        yield "--big-transfers"
    yield from (each.option for each in new if each not in {WAIT, INTENT})
    for choice in after.tiers:
        if choice.paths not in _by_paths(before.tiers):
            yield from ("--tier", choice.paths)
