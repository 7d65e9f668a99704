"""How the last changes are written down; what cannot be read of them cannot be taken back any more."""

from collections.abc import Callable, Iterator, Mapping
from typing import Literal, Self

import msgspec

from mpmanager.api.policy_rules import info_of, rule_of
from mpmanager.api.structures import PolicyInfo
from mpmanager.core.change_log import ChangeLog
from mpmanager.daemon.boot import current_boot
from mpmanager.daemon.kept_file import Reading
from mpmanager.model.caps import PathCap
from mpmanager.model.change import (
    METERED_WORDS,
    Aspect,
    AspectKind,
    Author,
    Change,
    ChangeId,
    Difference,
    Probation,
    Value,
)
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.path import PathKind, Tier
from mpmanager.model.policy import UNTIL_RESTART, PolicyRule, TierChoice
from mpmanager.model.profile import profile_name
from mpmanager.model.trust import Trust


def _metered(text: str) -> str:
    if text not in METERED_WORDS.values():
        raise InvalidValueError(f"metered {text!r}: expected {', '.join(METERED_WORDS.values())}")
    return text


_CHECKS: Mapping[AspectKind, Callable[[str], str]] = {
    AspectKind.TIER: Tier,
    AspectKind.KIND: PathKind,
    AspectKind.METERED: _metered,
    AspectKind.NETWORK_TRUST: Trust,
    AspectKind.INTERFACE_TRUST: Trust,
    AspectKind.PROFILE: profile_name,
    AspectKind.FOLLOWS: profile_name,
    AspectKind.MANDATE: str,
}
_FLAGS = {
    AspectKind.WIRES_NEED_LOGIN,
    AspectKind.TRUST_LOST,
    AspectKind.RULES_LOST,
    AspectKind.PROFILE_BY_HAND,
}


class _Value(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One of these, or nothing."""

    text: str | None = None
    is_so: bool | None = None
    tiers: list[tuple[str, str]] | None = None
    rule: PolicyInfo | None = None
    cap: PathCap | None = None

    @classmethod
    def of(cls, value: Value) -> Self:
        if isinstance(value, PolicyRule):
            return cls(rule=info_of(value))
        if isinstance(value, PathCap):
            return cls(cap=value)
        if isinstance(value, bool):
            return cls(is_so=value)
        if isinstance(value, tuple):
            return cls(tiers=[(each.paths, each.tier_text) for each in value])
        return cls(text=None if value is None else str(value))

    def value(self, kind: AspectKind) -> Value:
        """Checked: it has to be one that such a decision can have."""
        if kind is AspectKind.RULE:
            return None if self.rule is None else rule_of(self.rule)
        if kind is AspectKind.CAP:
            return None if self.cap is None else self.cap.check()
        if kind in _FLAGS:
            return self.is_so
        if kind is AspectKind.ROLE_TIERS:
            return None if self.tiers is None else tuple(TierChoice.parse(*each) for each in self.tiers)
        return None if self.text is None else _CHECKS[kind](self.text)


class _Difference(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    kind: AspectKind
    about: str = ""
    is_temporary: bool = False
    owner: int | None = None
    before: _Value = msgspec.field(default_factory=_Value)
    after: _Value = msgspec.field(default_factory=_Value)
    places: tuple[int | None, int | None] = (None, None)

    @classmethod
    def of(cls, difference: Difference) -> Self:
        aspect = difference.aspect
        return cls(
            kind=aspect.kind,
            about=aspect.about,
            is_temporary=aspect.is_temporary,
            owner=aspect.owner_uid,
            before=_Value.of(difference.before),
            after=_Value.of(difference.after),
            places=(difference.place_before, difference.place_after),
        )

    def difference(self, *, is_another_boot: bool) -> Difference:
        aspect = Aspect(kind=self.kind, about=self.about, is_temporary=self.is_temporary, owner_uid=self.owner)
        before, after = (each.value(self.kind) for each in (self.before, self.after))
        return Difference(
            aspect=aspect,
            before=_living(before, is_another_boot=is_another_boot),
            after=_living(after, is_another_boot=is_another_boot),
            place_before=self.places[0],
            place_after=self.places[1],
        )


def _living(value: Value, *, is_another_boot: bool) -> Value:
    """What held until the machine restarts does not come back after that."""
    is_over = is_another_boot and isinstance(value, PolicyRule) and value.life == UNTIL_RESTART
    return None if is_over else value


class _Change(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    id: int
    time: float
    differences: list[_Difference]
    uid: int | None = None
    program: str | None = None
    taken_back: float | None = None
    probation: tuple[int, float] | None = None
    """Seconds, and Unix time."""

    @classmethod
    def of(cls, change: Change) -> Self:
        probation = change.probation
        return cls(
            id=change.id,
            time=change.time,
            differences=[_Difference.of(each) for each in change.differences],
            uid=change.author.uid,
            program=change.author.program,
            taken_back=change.taken_back,
            probation=None if probation is None else (probation.seconds, probation.until),
        )

    def change(self, *, is_another_boot: bool) -> Change:
        found = [each.difference(is_another_boot=is_another_boot) for each in self.differences]
        probation = self.probation
        return Change(
            id=ChangeId(self.id),
            time=self.time,
            author=Author(uid=self.uid, program=self.program),
            differences=tuple(each for each in found if each.before != each.after),
            taken_back=self.taken_back,
            probation=None if probation is None else Probation(seconds=probation[0], until=probation[1]),
        )


class _File(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    version: Literal[1] = 1
    boot: str = ""
    next_id: int = 1
    changes: list[msgspec.Raw] = []


class ChangesFormat:
    """As JSON."""

    nothing = ChangeLog()
    lost = ChangeLog()

    def decode(self, text: bytes, earlier: ChangeLog | None) -> Reading[ChangeLog]:
        del earlier  # of a change that is damaged an earlier state would be wrong
        file = msgspec.json.decode(text, type=_File)
        entries = list(_entries(file))
        changes = tuple(each for each in entries if isinstance(each, Change) and each.differences)
        next_id = max([file.next_id, *(each.id + 1 for each in changes)])
        return Reading(
            content=ChangeLog(changes=changes, next_id=ChangeId(next_id)),
            faults=tuple(each for each in entries if isinstance(each, str)),
        )

    def encode(self, content: ChangeLog) -> bytes:
        file = {
            "version": 1,
            "boot": current_boot(),
            "next_id": content.next_id,
            "changes": [_Change.of(each) for each in content.changes],
        }
        return msgspec.json.encode(file)


def _entries(file: _File) -> Iterator[Change | str]:
    is_another_boot = file.boot != current_boot()
    for raw in file.changes:
        try:
            yield msgspec.json.decode(raw, type=_Change).change(is_another_boot=is_another_boot)
        except (ValueError, InvalidValueError) as error:  # msgspec's errors are ValueErrors
            yield f"has a change that cannot be read ({error}); it cannot be taken back any more"
