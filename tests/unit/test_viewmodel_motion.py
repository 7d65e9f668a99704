"""How much may move by itself."""

import pytest

from mpmanager_ui.viewmodels.motion import MOTION_WORDS, Motion, motion_asked


@pytest.mark.parametrize(
    ("environment", "motion"),
    [
        ({}, Motion.FLOWING),
        ({"GTK_ENABLE_ANIMATIONS": "1"}, Motion.FLOWING),
        ({"GTK_ENABLE_ANIMATIONS": "0"}, Motion.STILL),
        ({"GTK_ENABLE_ANIMATIONS": "0", "MPMANAGER_MOTION": "steps"}, Motion.STEPS),
        ({"MPMANAGER_MOTION": "wild"}, Motion.FLOWING),
    ],
)
def test_what_a_person_chose_counts_before_what_the_desktop_asks_for(environment, motion):
    assert motion_asked(environment) is motion


def test_every_motion_has_words():
    assert set(MOTION_WORDS) == set(Motion)
