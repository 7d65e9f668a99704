"""What somebody has to be allowed in order to take a change back, make it again, or keep it."""

from collections.abc import Iterable

from mpmanager.model.authority import Action
from mpmanager.model.change import AspectKind, Change

_TRUST = {
    AspectKind.NETWORK_TRUST,
    AspectKind.INTERFACE_TRUST,
    AspectKind.WIRES_NEED_LOGIN,
    AspectKind.TRUST_LOST,
}
_BY_KIND = {
    **dict.fromkeys(AspectKind, Action.POLICY_SYSTEM),
    **dict.fromkeys(_TRUST, Action.PATH_TRUST),
    AspectKind.FOLLOWS: Action.IMPORT_PROFILE,
}


def actions_for(changes: Iterable[Change], uid: int | None, *, widens: bool) -> frozenset[Action]:
    """What making the opposite by hand takes; `widens`: whether the decisions as a whole give more rights."""
    found: set[Action] = set()
    for change in changes:
        found |= _actions(change, uid, widens=widens)
    return frozenset(found)


def _actions(change: Change, uid: int | None, *, widens: bool) -> set[Action]:
    kinds = {each.kind for each in change.aspects}
    if AspectKind.PROFILE in kinds:  # as activating the profile `before` does
        return {Action.POLICY_SYSTEM, *([Action.IMPORT_PROFILE] if widens else [])}
    own = {each for each in change.aspects if each.owner_uid is not None and each.owner_uid == uid}
    actions = {_BY_KIND[each.kind] for each in change.aspects - own}
    return actions | ({Action.POLICY_OWN} if own else set())


def is_shown_to(change: Change, uid: int | None, *, sees_all: bool) -> bool:
    """Whether a user may know of a change: of other users' own rules nobody does."""
    return sees_all or all(each.owner_uid in {None, uid} for each in change.aspects)
