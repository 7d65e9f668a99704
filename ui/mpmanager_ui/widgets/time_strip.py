"""The strip of time over the Live page: what all paths carried, and a stretch of it that somebody chose."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from mpmanager_ui.look.hatching import fill_brush, hatch_brush
from mpmanager_ui.look.look import Look
from mpmanager_ui.viewmodels.quantities import format_rate
from mpmanager_ui.viewmodels.signs import PathSigns
from mpmanager_ui.viewmodels.timeline import Range, Strip, Zoom, clock_ticks, gaps, range_words
from mpmanager_ui.viewmodels.translation import tr

_HEIGHT = 84
_EDGE = 8
_LEAST_TOP_BIT_S = 10_000.0
_LEAST_DRAG_PX = 4
_KEY_STEPS = 20
"""A press of an arrow key moves by so many-th of what is shown."""
_Columns = Sequence[float | None]


class TimeStrip(QWidget):
    """Shows a `Strip`: the means of the paths stacked, and as a band what the peaks add.

    Drag over it to choose a stretch of time, or press an arrow key; with Shift its beginning moves alone. Escape lets
    go of it. The wheel, + and - zoom.
    """

    range_wanted = Signal(object)
    """A `Range`, or None: all that is now."""
    zoom_wanted = Signal(int)
    """1: a shorter time; -1: a longer one."""

    def __init__(self, look: Look, signs: PathSigns) -> None:
        super().__init__()
        self._look = look
        self._signs = signs
        self.strip = Strip()
        self._zoom = Zoom.TEN_MINUTES
        self._range: Range | None = None
        self._drag_from: float | None = None
        self._picture: QPixmap | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("What was carried, over time"))
        look.changed.connect(self._redraw)

    @property
    def columns(self) -> int:
        """How many columns there is room for."""
        return max(1, int(self._plot().width()))

    def show_strip(self, strip: Strip, zoom: Zoom) -> None:
        """Show this from now on."""
        self.strip, self._zoom = strip, zoom
        self.setAccessibleDescription(self._summary())
        self._redraw()

    def show_range(self, stretch: Range | None) -> None:
        """Mark a stretch of time."""
        self._range = stretch
        self.setAccessibleDescription(self._summary())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(640, _HEIGHT)

    def _summary(self) -> str:
        missing = sum(1 for _ in gaps(self.strip.highs))
        peak = tr("At most {rate}.", rate=format_rate(self.strip.top_bit_s))
        hole = " " + tr("Some of the time was not measured.") if missing else ""
        chosen = ""
        if self._range is not None:
            chosen = " " + tr("Chosen: {range}.", range=range_words(self._range, self.strip.wall_offset_s))
        return f"{peak}{hole}{chosen}"

    def _redraw(self) -> None:
        self._picture = None
        self.update()

    # Geometry

    def _plot(self) -> QRectF:
        line = self.fontMetrics().height()
        return QRectF(_EDGE, 4, self.width() - 2 * _EDGE, self.height() - line - 8)

    def _x(self, plot: QRectF, time: float) -> float:
        span = self.strip.end - self.strip.start or 1.0
        return plot.left() + plot.width() * (time - self.strip.start) / span

    def _time(self, x: float) -> float:
        plot = self._plot()
        share = min(1.0, max(0.0, (x - plot.left()) / plot.width()))
        return self.strip.start + share * (self.strip.end - self.strip.start)

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture_of_strip())
        if self._range is not None:
            self._paint_range(painter, self._range)
        if self.hasFocus():
            painter.setPen(QPen(self._look.colour("accent"), 1, Qt.PenStyle.DotLine))
            painter.drawRect(self.rect().adjusted(1, 1, -2, -2))
        painter.end()

    def _picture_of_strip(self) -> QPixmap:
        """Without the stretch that is chosen, which moves with the mouse."""
        ratio = self.devicePixelRatioF()
        if self._picture is None or self._picture.deviceIndependentSize().toSize() != self.size():
            self._picture = QPixmap(self.size() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._picture)
            self.paint(painter)
            painter.end()
        return self._picture

    def paint(self, painter: QPainter) -> None:
        """Draw all but the chosen stretch."""
        plot = self._plot()
        painter.setFont(self._look.font(scale=0.9))
        self._paint_axis(painter, plot)
        self._paint_gaps(painter, plot)
        top = max(_LEAST_TOP_BIT_S, self.strip.top_bit_s)
        self._paint_envelope(painter, plot, top)
        self._paint_means(painter, plot, top)
        painter.setPen(self._look.colour("muted"))
        painter.drawText(plot.adjusted(4, 1, 0, 0), Qt.AlignmentFlag.AlignLeft, format_rate(top))

    def _paint_axis(self, painter: QPainter, plot: QRectF) -> None:
        metrics = painter.fontMetrics()
        for time, text in clock_ticks(self.strip, self._zoom):
            x = self._x(plot, time)
            painter.setPen(self._look.colour("grid"))
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom() + 3))
            width = metrics.horizontalAdvance(text)
            left = min(max(x - width / 2, plot.left()), plot.right() - width)
            painter.setPen(self._look.colour("muted"))
            painter.drawText(QPointF(left, plot.bottom() + metrics.ascent() + 3), text)
        painter.setPen(self._look.colour("outline"))
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())

    def _paint_gaps(self, painter: QPainter, plot: QRectF) -> None:
        width = plot.width() / max(1, len(self.strip.highs))
        brush = self._look.colour("border")
        for first, last in gaps(self.strip.highs):
            area = QRectF(plot.left() + first * width, plot.top(), (last - first) * width, plot.height())
            painter.fillRect(area, self._look.colour("lane"))
            painter.setPen(brush)
            painter.drawLine(area.bottomLeft(), area.bottomRight())

    def _paint_envelope(self, painter: QPainter, plot: QRectF, top: float) -> None:
        """From the least to the most that was carried in each column."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour("muted", 0.35))
        for first, last in _runs(self.strip.highs):
            painter.drawPolygon(self._area(plot, top, self.strip.lows, self.strip.highs, range(first, last)))

    def _paint_means(self, painter: QPainter, plot: QRectF, top: float) -> None:
        below = [0.0] * len(self.strip.highs)
        for path, values in self.strip.means:
            above = [base + (value or 0.0) for base, value in zip(below, values, strict=True)]
            sign = self._signs.of(path)
            hatch = hatch_brush(sign, self._look.colours)
            for first, last in _runs([value or None for value in values]):
                area = self._area(plot, top, below, above, range(first, last))
                painter.setBrush(fill_brush(sign, self._look.colours))
                painter.drawPolygon(area)
                if hatch is not None:
                    painter.setBrush(hatch)
                    painter.drawPolygon(area)
            below = above

    def _area(self, plot: QRectF, top: float, lows: _Columns, highs: _Columns, columns: range) -> QPolygonF:
        """Steps along the highs, and back along the lows."""
        width = plot.width() / max(1, len(self.strip.highs))
        scale = plot.height() / top
        points = QPolygonF()
        for values, order in ((highs, columns), (lows, reversed(columns))):
            is_back = values is lows
            for column in order:
                y = plot.bottom() - (values[column] or 0.0) * scale
                left, right = plot.left() + column * width, plot.left() + (column + 1) * width
                points.append(QPointF(right if is_back else left, y))
                points.append(QPointF(left if is_back else right, y))
        return points

    def _paint_range(self, painter: QPainter, stretch: Range) -> None:
        plot = self._plot()
        left = max(plot.left(), self._x(plot, stretch.start))
        right = min(plot.right(), self._x(plot, stretch.end))
        for area in (
            QRectF(plot.left(), plot.top(), left - plot.left(), plot.height()),
            QRectF(right, plot.top(), plot.right() - right, plot.height()),
        ):
            painter.fillRect(area, self._look.colour("surface", 0.7))
        painter.setPen(QPen(self._look.colour("accent"), 2))
        for x in (left, right):
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))

    # Choosing

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.strip.highs:
            self._drag_from = event.position().x()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag_from is not None and abs(event.position().x() - self._drag_from) >= _LEAST_DRAG_PX:
            self.show_range(self._between(self._drag_from, event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._drag_from is None:
            return
        x, start, self._drag_from = event.position().x(), self._drag_from, None
        is_drag = abs(x - start) >= _LEAST_DRAG_PX
        self.range_wanted.emit(self._between(start, x) if is_drag else None)

    def _between(self, one: float, other: float) -> Range:
        """Whole columns: what lies between them cannot be told apart."""
        step = self.strip.column_s
        start, end = sorted((self._time(one), self._time(other)))
        return Range(start // step * step, max(-(-end // step), start // step + 1) * step)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y()
        if turned:
            self.zoom_wanted.emit(1 if turned > 0 else -1)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        arrow = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(key)
        zoom = {Qt.Key.Key_Plus: 1, Qt.Key.Key_Minus: -1}.get(key)
        if arrow is not None and self.strip.highs:
            self._move(arrow, is_start_alone=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif zoom is not None:
            self.zoom_wanted.emit(zoom)
        elif key is Qt.Key.Key_Escape:
            self.range_wanted.emit(None)
        else:
            super().keyPressEvent(event)

    def _move(self, direction: int, *, is_start_alone: bool) -> None:
        step = max(self.strip.column_s, (self.strip.end - self.strip.start) // _KEY_STEPS)
        if self._range is None:
            self.range_wanted.emit(Range(self.strip.end - step, self.strip.end))
            return
        start = max(self.strip.start, self._range.start + direction * step)
        end = self._range.end if is_start_alone else min(self.strip.end, self._range.end + direction * step)
        if start < end:
            self.range_wanted.emit(Range(start, end))


def _runs(values: _Columns) -> list[tuple[int, int]]:
    """The stretches with a value."""
    holes = [(0, 0), *gaps(values), (len(values), len(values))]
    return [(one[1], two[0]) for one, two in pairwise(holes) if one[1] < two[0]]
