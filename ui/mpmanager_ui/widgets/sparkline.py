"""A small line of recent rates, painted into any rectangle."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen


def paint_sparkline(
    painter: QPainter, rect: QRectF, values: Sequence[float | None], colour: QColor, *, top: float = 0.0
) -> None:
    """Steps from zero to `top` or the peak, the newest at the right edge; None leaves a gap."""
    top = max(top, max((value for value in values if value is not None), default=0.0))
    soft = QColor(colour)
    soft.setAlphaF(0.22)
    for start, run in _runs(values):
        outline = _outline(rect, start, run, rect.width() / len(values), top)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(soft)
        painter.drawPolygon(outline)
        painter.setPen(QPen(colour, 1))
        painter.drawPolyline(outline[1:-1])


def _outline(rect: QRectF, start: int, run: Sequence[float], width: float, top: float) -> list[QPointF]:
    """From the base line over the steps back to the base line."""
    scale = (rect.height() - 1) / top if top > 0 else 0.0
    left = rect.left() + start * width
    points = [QPointF(left, rect.bottom())]
    for value in run:
        y = rect.bottom() - value * scale
        points += [QPointF(left, y), QPointF(left + width, y)]
        left += width
    points.append(QPointF(left, rect.bottom()))
    return points


def _runs(values: Sequence[float | None]) -> Iterator[tuple[int, list[float]]]:
    """Each stretch without a gap, with the place where it begins."""
    run: list[float] = []
    for index, value in enumerate(values):
        if value is not None:
            run.append(value)
        elif run:
            yield index - len(run), run
            run = []
    if run:
        yield len(values) - len(run), run
