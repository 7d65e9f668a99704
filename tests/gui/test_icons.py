"""The icons."""

import pytest

from mpmanager.api.structures import EventKind
from mpmanager.model.path import PathKind, Tier
from mpmanager.model.trust import Trust
from mpmanager_ui.look.icons import EVENT_ICONS, KIND_ICONS, TIER_ICONS, TRUST_ICONS, pixmap


@pytest.mark.parametrize(
    ("meanings", "icons"),
    [(EventKind, EVENT_ICONS), (PathKind, KIND_ICONS), (Tier, TIER_ICONS), (Trust, TRUST_ICONS)],
    ids=["events", "kinds", "tiers", "trust"],
)
def test_everything_has_an_icon_that_shows_something(qapp, meanings, icons):
    assert set(icons) == set(meanings)
    for name in icons.values():
        image = pixmap(name, "#ff0000", 16).toImage()
        assert any(image.pixelColor(x, y).red() > 100 for x in range(16) for y in range(16)), name
