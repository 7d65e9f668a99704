"""Which rule would be about an application, as front ends know it."""

from mpmanager.api.structures import AppInfo
from mpmanager.model.selector import SelectorKind

_EVERYBODYS = "/"
_NAMING = frozenset({SelectorKind.SCRIPT, SelectorKind.EXE, SelectorKind.APP, SelectorKind.UNIT})


def selector_of(app: AppInfo) -> str | None:
    """The selector that suits an application best: what it was recognised by. None where nobody can
    tell it from others.
    """
    if app.id.partition(":")[0] in _NAMING:
        return app.id
    if app.exe is not None:
        return f"{SelectorKind.EXE.value}:{app.exe}"
    return f"{SelectorKind.CGROUP.value}:{app.cgroup}" if app.cgroup and app.cgroup != _EVERYBODYS else None
