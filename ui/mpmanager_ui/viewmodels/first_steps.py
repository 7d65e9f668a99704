"""What the Overview explains of itself while nobody has decided anything yet."""

from collections.abc import Iterable

from mpmanager.api.structures import PathInfo
from mpmanager.model.path import PathKind
from mpmanager_ui.viewmodels.translation import tr

HINT = "first-steps"
"""By this name it is remembered that somebody has closed it."""


def first_steps(paths: Iterable[PathInfo], *, has_rules: bool) -> str:
    """What lanes and shields mean; empty once something was decided, or where there is nothing to decide about."""
    world = [path for path in paths if path.kind is not PathKind.VIRTUAL]
    if not world or has_rules or any(_is_decided(path) for path in world):
        return ""
    return tr(
        "Below, drag a path to the lane that says when it may carry data. "
        "Its shield says whether its network is trusted: click it to decide."
    )


def _is_decided(path: PathInfo) -> bool:
    return path.tier_chosen or path.network_trust is not None or path.interface_trust is not None
