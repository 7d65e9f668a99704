"""Which rule would be about an application, as front ends know it."""

import os
import pwd
from dataclasses import replace

from mpmanager.api.structures import AppInfo
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
    return replace(selector, user=pwd.getpwuid(os.geteuid()).pw_name)


def rule_about(app: AppInfo) -> str | None:
    """The selector of the rule that whoever runs this program may make of an application."""
    found = selector_of(app)
    return None if found is None else str(owned(Selector.parse(found)))
