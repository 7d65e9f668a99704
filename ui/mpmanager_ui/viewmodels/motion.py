"""How much may move by itself: what a person chose, else what the desktop asks for."""

from collections.abc import Mapping
from enum import StrEnum, unique

from mpmanager_ui.viewmodels.translation import tr_later

CHOICE_VARIABLE = "MPMANAGER_MOTION"
_GTK_VARIABLE = "GTK_ENABLE_ANIMATIONS"


@unique
class Motion(StrEnum):
    """Of things that show which way data flows."""

    FLOWING = "flowing"
    """Ten times a second."""
    STEPS = "steps"
    """Once with each second's figures."""
    STILL = "still"
    """Not at all: arrows show the way."""


MOTION_WORDS = {
    Motion.FLOWING: tr_later("Dots flow"),
    Motion.STEPS: tr_later("Dots move once a second"),
    Motion.STILL: tr_later("Arrows that stand still"),
}
"""To choose from; translate with `tr_literal`."""


def motion_asked(environment: Mapping[str, str]) -> Motion:
    """What the surroundings ask for: `MPMANAGER_MOTION`, else still where GTK programs shall not animate."""
    chosen = environment.get(CHOICE_VARIABLE, "").strip().casefold()
    if chosen in set(Motion):
        return Motion(chosen)
    return Motion.STILL if environment.get(_GTK_VARIABLE, "").strip() == "0" else Motion.FLOWING
