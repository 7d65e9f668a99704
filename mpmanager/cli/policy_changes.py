"""What becomes of a policy when something about it is said or taken back, in values and in words."""

import shlex
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from mpmanager.api.structures import PairWaitInfo, PathInfo, PolicyInfo, Trigger, Wait
from mpmanager.cli.policy_values import write_pair, write_pair_wait, write_size, write_trigger, write_trust, write_wait
from mpmanager.client.quantities import enumerate_words, format_wait
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.path import Tier
from mpmanager.model.selector import SelectorKind

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command says of a policy; None and nothing where it says nothing."""

    wait_ms: Wait | None = None
    pairs: tuple[PairWaitInfo, ...] = ()
    big_transfers_to: str | None = None
    big_over_bytes: int | None = None
    leave_on_marks: Trigger | None = None
    leave_on_loss: Trigger | None = None
    trust: str | None = None

    @property
    def is_nothing(self) -> bool:
        return self == Said()

    @property
    def is_wait(self) -> bool:
        """Whether it lets data wait for a time, and not for ever."""
        waits = (self.wait_ms, *(each.wait_ms for each in self.pairs))
        return any(each not in {None, "never"} for each in waits)

    @property
    def path_names(self) -> tuple[str, ...]:
        """The paths it speaks of, each once."""
        names = [name for each in self.pairs for name in (each.carrier, each.helper)]
        return tuple(dict.fromkeys([*names, *filter(None, [self.big_transfers_to])]))

    def added_to(self, policy: PolicyInfo) -> PolicyInfo:
        """The policy with what is said here; the rest of it stays.

        Raises:
            InvalidValueError: it says what is big, but nobody has said where that goes.
        """
        to = self.big_transfers_to or policy.big_transfers_to
        if self.big_over_bytes is not None and to is None:
            raise InvalidValueError("--big-over means nothing without --big-transfers-to")
        pairs = _by_pair(policy.pairs) | _by_pair(self.pairs)
        return PolicyInfo(
            selector=policy.selector,
            wait_ms=policy.wait_ms if self.wait_ms is None else self.wait_ms,
            pairs=list(pairs.values()),
            big_transfers_to=to,
            big_over_bytes=policy.big_over_bytes if self.big_over_bytes is None else self.big_over_bytes,
            leave_on_marks=policy.leave_on_marks if self.leave_on_marks is None else self.leave_on_marks,
            leave_on_loss=policy.leave_on_loss if self.leave_on_loss is None else self.leave_on_loss,
            trust=policy.trust if self.trust is None else self.trust,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """What a command takes back from a policy; nothing named means all of it."""

    wait: bool = False
    pairs: tuple[Pair, ...] = ()
    big_transfers: bool = False
    leave_on_marks: bool = False
    leave_on_loss: bool = False
    trust: bool = False

    def taken_from(self, policy: PolicyInfo) -> PolicyInfo:
        """The policy without it.

        Raises:
            InvalidValueError: a pair is not there; the sentence lists those that are.
        """
        if self == TakenBack():
            return PolicyInfo(selector=policy.selector)
        pairs = _by_pair(policy.pairs)
        for carrier, helper in self.pairs:
            if (carrier, helper) not in pairs:
                known = ", ".join(write_pair(each) for each in policy.pairs) or "none"
                raise InvalidValueError(f"{policy.selector} says nothing of {carrier}:{helper}; its pairs are: {known}")
        left = replace(policy, pairs=[each for pair, each in pairs.items() if pair not in self.pairs])
        if self.wait:
            left.wait_ms = None
        if self.big_transfers:
            left.big_transfers_to = left.big_over_bytes = None
        if self.leave_on_marks:
            left.leave_on_marks = None
        if self.leave_on_loss:
            left.leave_on_loss = None
        if self.trust:
            left.trust = None
        return left


def _by_pair(pairs: Sequence[PairWaitInfo]) -> dict[Pair, PairWaitInfo]:
    return {(each.carrier, each.helper): each for each in pairs}


def told(before: PolicyInfo, after: PolicyInfo) -> Iterator[str]:
    """What became of a policy, and how to go back."""
    if before == after:
        yield f"Nothing changed: {after.selector} {'has no rule' if _is_empty(after) else 'says that already'}"
        return
    yield from (f"{after.selector}: {each}" for each in _differences(before, after))
    yield f"To go back: {' && '.join(shlex.join(each) for each in way_back(before, after))}"


def absent(said: Said, known: Collection[str]) -> Iterator[str]:
    """That some paths are not there now."""
    for name in said.path_names:
        if name not in known:
            yield f"There is no path {name} now; what was said counts when it comes."


def unhelped(said: Said, paths: Collection[PathInfo]) -> Iterator[str]:
    """That no path helps a full one, where a wait was said and there are backups that could."""
    backups = [each.name for each in paths if each.tier is Tier.BACKUP]
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
    if before.wait_ms != after.wait_ms:
        yield f"wait: {_wait(before.wait_ms)} -> {_wait(after.wait_ms)}"
    old, new = _by_pair(before.pairs), _by_pair(after.pairs)
    for carrier, helper in sorted(old.keys() | new.keys()):
        waits = [each.get((carrier, helper)) for each in (old, new)]
        if waits[0] != waits[1]:
            words = " -> ".join(_wait(None if each is None else each.wait_ms) for each in waits)
            yield f"wait of {carrier} for {helper}: {words}"
    if _big(before) != _big(after):
        yield f"big transfers: {_big(before)} -> {_big(after)}"
    for name, old_trigger, new_trigger in _triggers(before, after):
        yield f"leave on {name}: {_trigger(old_trigger)} -> {_trigger(new_trigger)}"
    if before.trust != after.trust:
        yield f"trust: {_trust(before.trust)} -> {_trust(after.trust)}"


def _triggers(before: PolicyInfo, after: PolicyInfo) -> Iterator[tuple[str, Trigger | None, Trigger | None]]:
    """Those that have become others."""
    for name, old, new in (
        ("marks", before.leave_on_marks, after.leave_on_marks),
        ("loss", before.leave_on_loss, after.leave_on_loss),
    ):
        if old != new:
            yield name, old, new


def _trigger(trigger: Trigger | None) -> str:
    return "not said" if trigger is None else write_trigger(trigger)


def _trust(trust: str | None) -> str:
    return "not said" if trust is None else write_trust(trust)


def _wait(wait_ms: Wait | None) -> str:
    return "not said" if wait_ms is None else format_wait(wait_ms)


def _big(policy: PolicyInfo) -> str:
    if policy.big_transfers_to is None:
        return "not said"
    over = "" if policy.big_over_bytes is None else f", over {write_size(policy.big_over_bytes)} in a second"
    return f"to {policy.big_transfers_to}{over}"


def way_back(before: PolicyInfo, after: PolicyInfo) -> Iterator[list[str]]:
    """The commands that make `before` of `after`, as lists of arguments."""
    selector = before.selector
    if _is_empty(before) and selector != SelectorKind.DEFAULT:
        yield ["mpm", "app", "clear", selector]
        return
    if again := list(_said_again(before, after)):
        yield (
            ["mpm", "default", *again] if selector == SelectorKind.DEFAULT else ["mpm", "app", "set", selector, *again]
        )
    if back := list(_taken_back(before, after)):
        yield ["mpm", "app", "clear", selector, *back]


def _is_empty(policy: PolicyInfo) -> bool:
    return policy == PolicyInfo(selector=policy.selector)


def _said_again(before: PolicyInfo, after: PolicyInfo) -> Iterator[str]:
    if before.wait_ms is not None and before.wait_ms != after.wait_ms:
        yield from ("--wait", write_wait(before.wait_ms))
    for each in before.pairs:
        if each not in after.pairs:
            yield from ("--pair", write_pair_wait(each))
    if before.big_transfers_to is not None and _big(before) != _big(after):
        yield from ("--big-transfers-to", before.big_transfers_to)
        if before.big_over_bytes is not None:
            yield from ("--big-over", write_size(before.big_over_bytes))
    for name, trigger, _after in _triggers(before, after):
        if trigger is not None:
            yield from (f"--leave-on-{name}", write_trigger(trigger))
    if before.trust is not None and before.trust != after.trust:
        yield from ("--trust", write_trust(before.trust))


def _taken_back(before: PolicyInfo, after: PolicyInfo) -> Iterator[str]:
    if before.wait_ms is None and after.wait_ms is not None:
        yield "--wait"
    known = _by_pair(before.pairs)
    for each in after.pairs:
        if (each.carrier, each.helper) not in known:
            yield from ("--pair", write_pair(each))
    if before.big_transfers_to is None and after.big_transfers_to is not None:
        yield "--big-transfers"
    for name, trigger, _after in _triggers(before, after):
        if trigger is None:
            yield f"--leave-on-{name}"
    if before.trust is None and after.trust is not None:
        yield "--trust"
