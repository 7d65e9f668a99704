"""Stacked bars: what was carried in each hour or day, by path."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from mpmanager_ui.look.hatching import edge_pen, fill_brush, hatch_brush, paint_swatch
from mpmanager_ui.look.look import Look
from mpmanager_ui.viewmodels.quantities import format_bytes
from mpmanager_ui.viewmodels.signs import PathSigns
from mpmanager_ui.viewmodels.traffic_record import BarChart
from mpmanager_ui.viewmodels.translation import tr, tr_number

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_BAR_SHARE = 0.72
_WIDEST_BAR = 48.0
_LEAST_HEIGHT = 2.0
"""Of what was carried at all."""
_READING_GAP = 12


class BarChartView(QWidget):
    """Shows a `BarChart`. Left and right move the cursor, Escape takes it away."""

    def __init__(self, look: Look, signs: PathSigns, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._signs = signs
        self._chart = BarChart()
        self._titles: dict[str, str] = {}
        self._summary = ""
        self.cursor_bar: int | None = None
        """The bar that is read off."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumHeight(200)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        look.changed.connect(self.update)

    def show_chart(self, chart: BarChart, titles: dict[str, str], *, name: str, summary: str) -> None:
        """Show this; `summary` says in a sentence what is to be seen."""
        if len(chart.bars) != len(self._chart.bars):
            self.cursor_bar = None
        self._chart, self._titles, self._summary = chart, titles, summary
        self.setAccessibleName(name)
        self.setAccessibleDescription(summary)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(640, 240)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._look.font(scale=0.9))
        plot = self._plot()
        self._paint_lines(painter, plot)
        for number in range(len(self._chart.bars)):
            self._paint_bar(painter, plot, number)
        painter.setPen(self._look.colour("outline"))
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
        if self._chart.is_empty:
            painter.setPen(self._look.colour("muted"))
            painter.drawText(plot, Qt.AlignmentFlag.AlignCenter, self._summary)
        if self.cursor_bar is not None:
            self._paint_reading(painter, plot, self.cursor_bar)
        if self.hasFocus():
            painter.setPen(QPen(self._look.colour("accent"), 1, Qt.PenStyle.DotLine))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    # Geometry

    def _plot(self) -> QRectF:
        metrics = QFontMetricsF(self._look.font(scale=0.9))
        left = max(metrics.horizontalAdvance(_tick(each)) for each in self._chart.ticks()) + 12
        return QRectF(left, 8, self.width() - left - 2, self.height() - metrics.height() - 18)

    def _slot(self, plot: QRectF, number: int) -> QRectF:
        width = plot.width() / len(self._chart.bars)
        return QRectF(plot.left() + number * width, plot.top(), width, plot.height())

    def _bar_at(self, x: float) -> int | None:
        plot = self._plot()
        if not self._chart.bars or not plot.left() <= x < plot.right():
            return None
        return int((x - plot.left()) / plot.width() * len(self._chart.bars))

    # Painting

    def _paint_lines(self, painter: QPainter, plot: QRectF) -> None:
        for tick in self._chart.ticks():
            y = plot.bottom() - plot.height() * tick / self._chart.top
            painter.setPen(self._look.colour("grid"))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(self._look.colour("muted"))
            painter.drawText(QRectF(0, y - 10, plot.left() - 8, 20), _RIGHT, _tick(tick))

    def _paint_bar(self, painter: QPainter, plot: QRectF, number: int) -> None:
        bar, slot = self._chart.bars[number], self._slot(plot, number)
        if not bar.is_recorded and any(each.is_recorded for each in self._chart.bars[number:]):
            painter.fillRect(slot, self._look.colour("lane", 0.6))
        if number == self.cursor_bar:
            painter.fillRect(slot, self._look.colour("accent_soft", 0.6))
        painter.setPen(self._look.colour("muted"))
        label = QRectF(slot.center().x() - 40, plot.bottom() + 4, 80, self.height() - plot.bottom() - 4)
        painter.drawText(label, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, bar.label)
        width = min(slot.width() * _BAR_SHARE, _WIDEST_BAR)
        bottom = plot.bottom()
        for path, value in zip(self._chart.paths, bar.values, strict=True):
            if value:
                height = max(_LEAST_HEIGHT, plot.height() * value / self._chart.top)
                part = QRectF(slot.center().x() - width / 2, bottom - height, width, height)
                self._paint_part(painter, part, path)
                bottom -= height

    def _paint_part(self, painter: QPainter, part: QRectF, path: str) -> None:
        sign, colours = self._signs.of(path), self._look.colours
        painter.fillRect(part, fill_brush(sign, colours))
        hatch = hatch_brush(sign, colours)
        if hatch is not None:
            painter.fillRect(part, hatch)
        painter.setPen(edge_pen(sign, colours))
        painter.drawLine(QPointF(part.left(), part.top()), QPointF(part.right() - 1, part.top()))

    def _paint_reading(self, painter: QPainter, plot: QRectF, number: int) -> None:
        rows = self._reading(number)
        metrics = painter.fontMetrics()
        line = metrics.height() + 2
        names = max(metrics.horizontalAdvance(title) + 16 for _path, title, _amount in rows)
        amounts = max(metrics.horizontalAdvance(amount) for _path, _title, amount in rows)
        title = self._chart.bars[number].title
        width = max(names + 24 + amounts, metrics.horizontalAdvance(title)) + 16
        slot = self._slot(plot, number)
        right = slot.right() + _READING_GAP
        left = right if right + width < plot.right() else max(plot.left(), slot.left() - _READING_GAP - width)
        box = QRectF(left, plot.top(), width, (len(rows) + 1) * line + 12)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._look.colour("border"))
        painter.setBrush(self._look.colour("surface", 0.96))
        painter.drawRoundedRect(box, 6, 6)
        inner = box.adjusted(8, 6, -8, -6)
        painter.setPen(self._look.colour("muted"))
        painter.drawText(QRectF(inner.left(), inner.top(), inner.width(), line), _LEFT, title)
        for place, (path, words, amount) in enumerate(rows, 1):
            row = QRectF(inner.left(), inner.top() + place * line, inner.width(), line)
            if path:
                swatch = QRectF(row.left(), row.center().y() - 5, 10, 10)
                paint_swatch(painter, swatch, self._signs.of(path), self._look.colours)
            painter.setPen(self._look.colour("text"))
            painter.drawText(row.adjusted(16, 0, 0, 0), _LEFT, words)
            painter.drawText(row, _RIGHT, amount)

    def _reading(self, number: int) -> list[tuple[str, str, str]]:
        """Path, its title, and what it carried; the top of the stack first, then all together."""
        bar = self._chart.bars[number]
        if not bar.is_recorded:
            return [("", tr("not recorded"), "")]
        parts = [
            (path, self._titles.get(path, path), format_bytes(value))
            for path, value in zip(self._chart.paths, bar.values, strict=True)
        ]
        return [*reversed(parts), ("", tr("together"), format_bytes(bar.total))]

    # Reading off

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._move_cursor(self._bar_at(event.position().x()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._move_cursor(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._move_cursor(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self._chart.bars) - 1
        cursor = self.cursor_bar
        match event.key():
            case Qt.Key.Key_Left:
                self._move_cursor(last if cursor is None else max(0, cursor - 1))
            case Qt.Key.Key_Right:
                self._move_cursor(0 if cursor is None else min(last, cursor + 1))
            case Qt.Key.Key_Home:
                self._move_cursor(0)
            case Qt.Key.Key_End:
                self._move_cursor(last)
            case Qt.Key.Key_Escape:
                self._move_cursor(None)
            case _:
                super().keyPressEvent(event)

    def _move_cursor(self, cursor: int | None) -> None:
        if cursor == self.cursor_bar:
            return
        self.cursor_bar = cursor
        self.setAccessibleDescription(self._summary if cursor is None else self._spoken(cursor))
        self.update()

    def _spoken(self, number: int) -> str:
        rows = ", ".join(f"{title} {amount}" for _path, title, amount in self._reading(number))
        return f"{self._chart.bars[number].title}: {rows}"


def _tick(value: float) -> str:
    return format_bytes(round(value)).replace(tr_number(".0"), "") if value else "0"
