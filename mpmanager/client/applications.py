"""Which rule would be about an application, as front ends know it."""

import os
import pwd
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from mpmanager.api.structures import AppInfo, PolicyInfo
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.selector import Selector, SelectorKind

_EVERYBODYS = "/"
_NAMING = frozenset({SelectorKind.EXE, SelectorKind.APP, SelectorKind.UNIT})
_OF_SCRIPTS = frozenset({"script", "module"})


def selector_of(app: AppInfo) -> str | None:
    """The selector that suits an application best: what it was recognised by. None where nobody can
    tell it from others.
    """
    kind = app.id.partition(":")[0]
    if app.script is not None and kind in _OF_SCRIPTS:
        return f"{SelectorKind.SCRIPT.value}:{app.script}"
    if kind in _NAMING:
        return app.id
    if app.exe is not None:
        return f"{SelectorKind.EXE.value}:{app.exe}"
    return f"{SelectorKind.CGROUP.value}:{app.cgroup}" if app.cgroup and app.cgroup != _EVERYBODYS else None


def owned(selector: Selector) -> Selector:
    """Who is not root rules their own programs: without another user, and unless it is about everything, theirs."""
    if selector.user or selector.is_default or not os.geteuid():
        return selector
    return replace(selector, user=_own_name())


def changeable(policies: Iterable[PolicyInfo], *, temporary: bool = False) -> dict[str, PolicyInfo]:
    """By selector, the rules that whoever runs this program would change: the own one where there are two."""
    found = [
        each
        for each in policies
        if each.temporary is temporary and each.owner in {None, _own_uid()} and each.origin is None
    ]
    return {each.selector: each for each in sorted(found, key=lambda each: each.owner is not None)}


def rule_about(app: AppInfo) -> str | None:
    """The selector of the rule that whoever runs this program may make of an application; None where none can be."""
    found = selector_of(app)
    if found is None or (os.geteuid() and app.uid not in {None, os.geteuid()}):
        return None
    try:
        return str(owned(Selector.parse(found)))
    except InvalidValueError:
        return None  # a name that no rule can say


def _own_uid() -> int | None:
    """None for root, whose rules are the administrator's."""
    return os.geteuid() or None


def _own_name() -> str:
    uid = str(os.geteuid())
    with suppress(KeyError, InvalidValueError):
        return Selector.parse(f"user:{pwd.getpwuid(int(uid)).pw_name}").user
    return uid
