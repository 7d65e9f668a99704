"""The brushes of a path: its colour, and its hatch over it."""

from functools import cache

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen, QPixmap

from mpmanager_ui.look.colours import DARK, LIGHT, Colours
from mpmanager_ui.viewmodels.signs import Hatch, PathSign

_PATTERNS = {
    Hatch.SOLID: None,
    Hatch.RISING: Qt.BrushStyle.BDiagPattern,
    Hatch.DOTTED: Qt.BrushStyle.Dense6Pattern,
    Hatch.FALLING: Qt.BrushStyle.FDiagPattern,
    Hatch.HORIZONTAL: Qt.BrushStyle.HorPattern,
    Hatch.CROSSED: Qt.BrushStyle.DiagCrossPattern,
    Hatch.VERTICAL: Qt.BrushStyle.VerPattern,
    Hatch.GRID: Qt.BrushStyle.CrossPattern,
}


def colour_of(sign: PathSign, colours: Colours) -> QColor:
    """The path's own colour on the surface of these colours."""
    return QColor((colours.is_dark and sign.colour_on_dark) or sign.colour)


def fill_brush(sign: PathSign, colours: Colours) -> QBrush:
    """The area of a path."""
    colour = colour_of(sign, colours)
    colour.setAlphaF(0.88 if colours.is_dark else 0.72)
    return QBrush(colour)


def hatch_brush(sign: PathSign, colours: Colours) -> QBrush | None:
    """What is drawn over the area; None for a plain one."""
    pattern = _PATTERNS[sign.hatch]
    if pattern is None:
        return None
    ink = QColor(colours.window if colours.is_dark else colours.surface)
    ink.setAlphaF(0.55)
    return QBrush(ink, pattern)


def edge_pen(sign: PathSign, colours: Colours) -> QPen:
    """The line on top of the area."""
    colour = colour_of(sign, colours)
    return QPen(colour.lighter(125) if colours.is_dark else colour.darker(135), 1)


def paint_swatch(painter: QPainter, rect: QRectF, sign: PathSign, colours: Colours) -> None:
    """A small sample of a path's colour and hatch."""
    ratio = painter.device().devicePixelRatioF()
    painter.drawPixmap(rect.topLeft(), _swatch(sign, colours.is_dark, round(rect.width()), round(rect.height()), ratio))


def paint_stripe(painter: QPainter, rect: QRectF, sign: PathSign, colours: Colours) -> None:
    """A large one, without an edge."""
    painter.fillRect(rect, colour_of(sign, colours))
    hatch = hatch_brush(sign, colours)
    if hatch is not None:
        painter.fillRect(rect, hatch)


@cache
def _swatch(sign: PathSign, is_dark: bool, width: int, height: int, ratio: float) -> QPixmap:  # noqa: FBT001  # a cache's key
    """Drawn once: a page of rows shows a hundred of them each second."""
    colours = DARK if is_dark else LIGHT
    image = QPixmap(round(width * ratio), round(height * ratio))
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    shape = QPainterPath()
    shape.addRoundedRect(QRectF(0.5, 0.5, width - 1, height - 1), 3, 3)
    painter.fillPath(shape, colour_of(sign, colours))
    hatch = hatch_brush(sign, colours)
    if hatch is not None:
        painter.fillPath(shape, hatch)
    painter.strokePath(shape, edge_pen(sign, colours))
    painter.end()
    return image
