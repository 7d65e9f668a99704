"""The last changes, and which decisions take one of them back or make it again."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from mpmanager.model.change import Aspect, AspectKind, Author, Change, ChangeId, Difference, Probation, Value
from mpmanager.model.errors import ChangedSinceError, UnknownChangeError
from mpmanager.model.policy import PolicyRule

MOST_CHANGES = 100
MOST_OWN_CHANGES = 30
"""Of one user's own rules: nobody gets rid of what others may want to take back."""
MOST_DIFFERENCES = 4000
"""Of all changes of the machine together: a profile may bring a thousand rules. The last change is always kept."""

_ANY = ChangeId(0)
_FIRST = ChangeId(1)
_LABELS = {AspectKind.PROFILE, AspectKind.PROFILE_BY_HAND}
"""Say how decisions came about; who deletes a profile changes none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLog:
    """The oldest first."""

    changes: tuple[Change, ...] = ()
    next_id: ChangeId = _FIRST

    def with_change(
        self, author: Author, differences: tuple[Difference, ...], *, time: float, probation: Probation | None
    ) -> "ChangeLog":
        """One more; the oldest are forgotten where there are too many."""
        change = Change(id=self.next_id, time=time, author=author, differences=differences, probation=probation)
        return ChangeLog(changes=_bounded((*self.changes, change)), next_id=ChangeId(self.next_id + 1))

    def with_replaced(self, changed: Iterable[Change]) -> "ChangeLog":
        """Some of them are otherwise now."""
        others = {each.id: each for each in changed}
        return replace(self, changes=tuple(others.get(each.id, each) for each in self.changes))

    def standing(self, wanted: int, is_shown: Callable[[Change], bool]) -> Change:
        """The change that is to be taken back; 0 means the last one that holds.

        Raises:
            UnknownChangeError: there is none, or it is taken back already.
        """
        found = [each for each in self.changes if is_shown(each) and _is_meant(each, wanted)]
        holding = [each for each in found if each.taken_back is None]
        if not holding:
            raise UnknownChangeError(
                f"change {wanted} is taken back already: mpm redo {wanted}"
                if found and wanted
                else _unknown(wanted, "there is nothing to take back")
            )
        return holding[-1]

    def undone(self, wanted: int, is_shown: Callable[[Change], bool]) -> Change:
        """The change that is to be made again; 0 means the one that was taken back last.

        Raises:
            UnknownChangeError: there is none, or it holds.
        """
        found = [each for each in self.changes if is_shown(each) and wanted in {_ANY, each.id}]
        undone = [each for each in found if each.taken_back is not None]
        if not undone:
            raise UnknownChangeError(
                f"change {wanted} holds: there is nothing to make again"
                if found and wanted
                else _unknown(wanted, "there is nothing to make again")
            )
        # Of those that were taken back together the first to be made was the last to go.
        return max(undone, key=lambda each: (each.taken_back or 0.0, -each.id))

    def later_about_the_same(self, change: Change) -> tuple[Change, ...]:
        """Those that hold and have changed since what it has, or what one of them has; the oldest first."""
        aspects, found = set(change.aspects), []
        for each in self.changes:
            if each.id > change.id and each.taken_back is None and aspects & each.aspects:
                aspects |= each.aspects
                found.append(each)
        return tuple(found)


def _is_meant(change: Change, wanted: int) -> bool:
    """What files have made is nobody's last change."""
    return change.id == wanted or (wanted == _ANY and change.origin is None)


def _bounded(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    room = Counter[int | None]()
    kept: list[Change] = []
    differences = 0
    for each in reversed(changes):
        owner = each.owner_uid
        room[owner] += 1
        differences += len(each.differences) if owner is None else 0
        is_last = not kept
        has_room = room[owner] <= (MOST_CHANGES if owner is None else MOST_OWN_CHANGES)
        if is_last or (has_room and (owner is not None or differences <= MOST_DIFFERENCES)):
            kept.append(each)
    return tuple(reversed(kept))


def _unknown(wanted: int, nothing: str) -> str:
    return f"there is no change {wanted} (any more): mpm changes lists them" if wanted else nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to decide instead, so that some changes are taken back or made again."""

    changes: tuple[Change, ...]
    """The first to go first."""
    values: Mapping[Aspect, Value] = field(default_factory=dict)
    places: Mapping[Aspect, int] = field(default_factory=dict)


def undo_plan(log: ChangeLog, change: Change, now: Mapping[Aspect, Value], *, with_later: bool, time: float) -> Plan:
    """How a change is taken back; `with_later`: with all later ones that are about the same.

    Rules whose time is over by `time` (Unix time) do not come back.

    Raises:
        ChangedSinceError: something else was said since of what it changed.
    """
    if change.origin is not None:
        raise ChangedSinceError(
            f"change {change.id} was made by your administrator's file {change.origin}; change or remove it there"
        )
    later = log.later_about_the_same(change)
    if later and not with_later:
        raise ChangedSinceError(
            f"change {change.id} cannot be taken back alone, as what it changed was changed again by "
            f"{', '.join(str(each.id) for each in later)}; to take back these too: mpm undo {change.id} --with-later"
        )
    values: dict[Aspect, Value] = {}
    places: dict[Aspect, int] = {}
    going = (*reversed(later), change)
    for each in going:
        for difference in each.differences:
            known = values.get(difference.aspect, now.get(difference.aspect))
            _require(each, difference, known)
            values[difference.aspect] = _revived(difference.before, time)
            if difference.place_before is not None:
                places[difference.aspect] = difference.place_before
    return Plan(changes=going, values=values, places=places)


def _require(change: Change, difference: Difference, known: Value) -> None:
    """What has gone by itself, such as a rule for an hour, need not be taken back."""
    if difference.aspect.kind not in _LABELS and known not in (difference.after, difference.before):
        raise ChangedSinceError(
            f"change {change.id} cannot be taken back: {_thing(difference.aspect)} has become another since, and by "
            "none of the changes that are remembered; say what shall hold instead"
        )


def redo_plan(change: Change, now: Mapping[Aspect, Value], *, time: float) -> Plan:
    """How a change that was taken back is made again.

    Raises:
        ChangedSinceError: something else was said since of what it changed.
    """
    for each in change.differences:
        if each.aspect.kind not in _LABELS and now.get(each.aspect) not in (each.before, each.after):
            raise ChangedSinceError(
                f"change {change.id} cannot be made again: something else was said since of {_thing(each.aspect)}"
            )
    return Plan(
        changes=(change,),
        values={each.aspect: _revived(each.after, time) for each in change.differences},
        places={each.aspect: each.place_after for each in change.differences if each.place_after is not None},
    )


def _revived(value: Value, time: float) -> Value:
    is_over = isinstance(value, PolicyRule) and value.life.until is not None and value.life.until <= time
    return None if is_over else value


_THINGS = {
    AspectKind.TIER: "the tier of {}",
    AspectKind.ROLE_TIERS: "the tiers of kinds and roles",
    AspectKind.KIND: "the kind of {}",
    AspectKind.METERED: "whether {} is metered",
    AspectKind.CAP: "the cap of {}",
    AspectKind.NETWORK_TRUST: "the trust in {}",
    AspectKind.INTERFACE_TRUST: "the trust in {}",
    AspectKind.WIRES_NEED_LOGIN: "whether cables need a login",
    AspectKind.TRUST_LOST: "what is known of networks",
    AspectKind.RULE: "the rule of {}",
    AspectKind.RULES_LOST: "what is known of rules",
    AspectKind.PROFILE: "the profile in force",
    AspectKind.PROFILE_BY_HAND: "who chooses the profile",
    AspectKind.FOLLOWS: "the profile of {}",
    AspectKind.MANDATE: "what {} says",
}


def _thing(aspect: Aspect) -> str:
    return _THINGS[aspect.kind].format(aspect.about)
