"""The icons that desktops show of the application."""

import importlib.util
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

pytestmark = pytest.mark.gui

ROOT = Path(__file__).parents[2]
_SPECIFICATION = importlib.util.spec_from_file_location("icons_of_desktops", ROOT / "packaging" / "icons.py")
icons = importlib.util.module_from_spec(_SPECIFICATION)
_SPECIFICATION.loader.exec_module(icons)


@pytest.fixture(scope="module")
def theme(tmp_path_factory):
    directory = tmp_path_factory.mktemp("hicolor")
    icons.lay(directory)
    return directory


def test_each_size_is_a_picture_of_its_own_with_clear_corners(theme, qapp):
    for size in icons.SIZES:
        image = QImage(str(theme / f"{size}x{size}" / "apps" / f"{icons.NAME}.png"))
        assert (image.width(), image.height()) == (size, size)
        assert image.pixelColor(0, 0).alpha() < 128
        assert len({image.pixelColor(x, size // 2).rgb() for x in range(size)}) > 3


def test_the_symbolic_icon_consists_of_filled_shapes_as_desktops_colour_nothing_else():
    source = (icons.ICONS / f"{icons.NAME}-symbolic.svg").read_text()
    assert "stroke" not in source
    assert source.count("fill=") == 1
