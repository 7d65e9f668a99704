"""How much may move by itself: what a person chose, else what the desktop asks for."""

from collections.abc import Mapping
from enum import StrEnum, unique

from mpmanager_ui.viewmodels.preferences import Motion
from mpmanager_ui.viewmodels.translation import tr_later

CHOICE_VARIABLE = "MPMANAGER_MOTION"
_GTK_VARIABLE = "GTK_ENABLE_ANIMATIONS"


@unique
class DotMotion(StrEnum):
    """Of things that show which way data flows."""

    FLOWING = "flowing"
    """Ten times a second."""
    STEPS = "steps"
    """Once with each second's figures."""
    STILL = "still"
    """Not at all: arrows show the way."""


MOTION_WORDS = {
    DotMotion.FLOWING: tr_later("Dots flow"),
    DotMotion.STEPS: tr_later("Dots move once a second"),
    DotMotion.STILL: tr_later("Arrows that stand still"),
}
"""To choose from; translate with `tr_literal`."""


def motion_asked(preference: Motion, environment: Mapping[str, str]) -> DotMotion:
    """What the settings say; else what the surroundings do.

    These are `MPMANAGER_MOTION`, and that GTK programs shall not animate.
    """
    chosen = environment.get(CHOICE_VARIABLE, "").strip().casefold()
    if preference is not Motion.AUTO:
        return DotMotion.STILL if preference is Motion.ON else DotMotion.FLOWING
    if chosen in set(DotMotion):
        return DotMotion(chosen)
    return DotMotion.STILL if environment.get(_GTK_VARIABLE, "").strip() == "0" else DotMotion.FLOWING
