"""What has to be told apart can be: contrast by WCAG 2.2, 1.4.3 and 1.4.11."""

import pytest
from PySide6.QtGui import QColor

from mpmanager_ui.look.colours import DARK, LIGHT
from mpmanager_ui.look.hatching import colour_of, edge_pen
from mpmanager_ui.viewmodels.signs import SIGNS

TEXT = 4.5
SHAPE = 3.0
EVERYWHERE = ("window", "sidebar", "surface", "lane", "hover", "accent_soft")

both_themes = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])


def luminance(colour):
    def linear(part):
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(part) for part in QColor(colour).getRgbF()[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@both_themes
@pytest.mark.parametrize("behind", EVERYWHERE)
@pytest.mark.parametrize("ink", ["text", "muted"])
def test_text_is_read_on_every_background(colours, ink, behind):
    assert contrast(getattr(colours, ink), getattr(colours, behind)) >= TEXT


@both_themes
@pytest.mark.parametrize(
    ("ink", "behind"),
    [
        ("faint", "surface"),
        ("faint", "lane"),
        ("good", "surface"),
        ("warning", "surface"),
        ("danger", "surface"),
        ("accent", "surface"),
        ("danger", "accent_soft"),
        ("warning", "accent_soft"),
        ("accent", "accent_soft"),
        ("text", "warning_soft"),
        ("text", "danger_soft"),
        ("on_accent", "accent"),
        ("on_snack", "snack"),
        ("snack_action", "snack"),
    ],
)
def test_coloured_text_is_read_where_it_stands(colours, ink, behind):
    assert contrast(getattr(colours, ink), getattr(colours, behind)) >= TEXT


@both_themes
@pytest.mark.parametrize("behind", ["surface", "accent_soft"])
@pytest.mark.parametrize("ink", ["accent", "muted"])
def test_the_knob_of_a_wait_is_seen_in_every_row(colours, ink, behind):
    assert contrast(getattr(colours, ink), getattr(colours, behind)) >= SHAPE


@both_themes
@pytest.mark.parametrize("behind", ["surface", "hover"])
@pytest.mark.parametrize("ink", ["good", "warning", "muted"])
def test_a_shield_is_seen_on_its_card_and_below_the_pointer(colours, ink, behind):
    assert contrast(getattr(colours, ink), getattr(colours, behind)) >= SHAPE


@both_themes
@pytest.mark.parametrize("behind", ["surface", "window", "lane"])
def test_edges_of_check_boxes_and_drop_areas_are_seen(colours, behind):
    assert contrast(colours.outline, getattr(colours, behind)) >= SHAPE


@pytest.mark.parametrize("sign", SIGNS, ids=[sign.hatch.value for sign in SIGNS])
def test_swatches_are_seen_on_dark(sign):
    assert contrast(colour_of(sign, DARK).name(), DARK.surface) >= SHAPE


@both_themes
@pytest.mark.parametrize("sign", SIGNS, ids=[sign.hatch.value for sign in SIGNS])
def test_the_edge_of_a_paths_area_is_seen(colours, sign):
    assert contrast(edge_pen(sign, colours).color().name(), colours.surface) >= SHAPE
