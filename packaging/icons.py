"""Draws the application's icon in the sizes of a hicolor theme, as PNG for what cannot read SVG.

Usage: icons.py DIRECTORY     such as usr/share/icons/hicolor
"""

import sys
from pathlib import Path

from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

ICONS = Path(__file__).parents[1] / "resources" / "icons"
NAME = "io.github.mpmanager.MPManager"
SIZES = (16, 24, 32, 48, 64, 128, 256)


def rendered(source: Path, size: int) -> QImage:
    """A square picture of so many pixels."""
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(str(source)).render(painter)
    painter.end()
    return image


def lay(theme: Path) -> None:
    """Write all sizes below a theme's directory."""
    for size in SIZES:
        place = theme / f"{size}x{size}" / "apps" / f"{NAME}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        if not rendered(ICONS / f"{NAME}.svg", size).save(str(place)):
            sys.exit(f"icons: cannot write {place}")


if __name__ == "__main__":
    if len(sys.argv) != 2:  # noqa: PLR2004  # the program and its one argument
        sys.exit("usage: icons.py DIRECTORY")
    application = QGuiApplication(["icons", "-platform", "offscreen"])
    lay(Path(sys.argv[1]))
