"""How much may move by itself."""

import pytest

from mpmanager_ui.viewmodels.motion import MOTION_WORDS, DotMotion, motion_asked
from mpmanager_ui.viewmodels.preferences import Motion


@pytest.mark.parametrize(
    ("environment", "motion"),
    [
        ({}, DotMotion.FLOWING),
        ({"GTK_ENABLE_ANIMATIONS": "1"}, DotMotion.FLOWING),
        ({"GTK_ENABLE_ANIMATIONS": "0"}, DotMotion.STILL),
        ({"GTK_ENABLE_ANIMATIONS": "0", "MPMANAGER_MOTION": "steps"}, DotMotion.STEPS),
        ({"MPMANAGER_MOTION": "wild"}, DotMotion.FLOWING),
    ],
)
def test_what_the_settings_say_counts_first_and_what_the_desktop_asks_for_last(environment, motion):
    assert motion_asked(Motion.AUTO, environment) is motion
    assert motion_asked(Motion.ON, environment) is DotMotion.STILL
    assert motion_asked(Motion.OFF, environment) is DotMotion.FLOWING


def test_every_motion_has_words():
    assert set(MOTION_WORDS) == set(DotMotion)
