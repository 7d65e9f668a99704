"""The stacked live chart of all paths: download up, upload down, one clock."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QBrush,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from mpmanager_ui.look import icons
from mpmanager_ui.look.hatching import edge_pen, fill_brush, hatch_brush, paint_swatch
from mpmanager_ui.look.look import Look
from mpmanager_ui.viewmodels import chart
from mpmanager_ui.viewmodels.axis import RateScale, scale_of, tick_label
from mpmanager_ui.viewmodels.history import BIN_S, SPAN_BINS, ChartData, Mark, MarkKind
from mpmanager_ui.viewmodels.proofs import Names, event_rows
from mpmanager_ui.viewmodels.signs import PathSign, PathSigns
from mpmanager_ui.viewmodels.translation import joined, labelled, tr
from mpmanager_ui.widgets.label import plain_tip

_MARK_ICONS = {
    MarkKind.LOST: "path-lost",
    MarkKind.BACK: "path-back",
    MarkKind.TIER: "tier-changed",
    MarkKind.TRUST: "trust-changed",
    MarkKind.OPENED: "helper-opened",
    MarkKind.FAILED_OVER: "failed-over",
    MarkKind.RETURNED: "returned",
}
_MARK_COLOURS = {
    MarkKind.LOST: "danger",
    MarkKind.BACK: "good",
    MarkKind.TIER: "muted",
    MarkKind.TRUST: "muted",
    MarkKind.OPENED: "accent",
    MarkKind.FAILED_OVER: "danger",
    MarkKind.RETURNED: "good",
}
_MARK_SIZE = 14
"""Pixels; the strip above the plot holds one row of them."""


class TrafficChart(QWidget):
    """Shows `ChartData`. Left and right move the cursor, Escape takes it away."""

    def __init__(self, look: Look, signs: PathSigns, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._signs = signs
        self._titles: dict[str, str] = {}
        self._names: Names = {}
        self._data = ChartData()
        self._span = self._data.span
        """Bins that are shown, the newest of all."""
        self._scale = scale_of(self._data)
        self._cursor: int | None = None
        """The bin that is read off, counted from the oldest."""
        self._picture: QPixmap | None = None
        self._drawing = QTimer(self, interval=0, singleShot=True)
        self._drawing.timeout.connect(self._draw_soon)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumHeight(184)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Traffic of the last five minutes"))
        look.changed.connect(self._redraw)

    def show_data(self, data: ChartData, titles: dict[str, str], names: Names | None = None) -> None:
        """Show this from now on; `names` are those of applications."""
        self._data, self._titles, self._names = data, titles, names or {}
        self._span = data.span
        self._scale = scale_of(data)
        self.setAccessibleDescription(chart.summary(data, titles))
        self._drawing.start()  # a turn of its own, before all that is new is painted in the next

    def _redraw(self) -> None:
        self._picture = None
        self.update()

    def _draw_soon(self) -> None:
        self._picture = None
        if self.isVisible():
            self._picture_of_data()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(640, 232)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture_of_data())
        if self._cursor is not None:
            painter.setFont(self._look.font(scale=0.9))
            self._paint_cursor(painter, self._plot(), self._cursor)
        if self.hasFocus():
            painter.setPen(QPen(self._look.colour("accent"), 1, Qt.PenStyle.DotLine))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _picture_of_data(self) -> QPixmap:
        """The chart without the cursor, drawn once for each tick and size: the cursor moves more often."""
        ratio = self.devicePixelRatioF()
        if self._picture is None or self._picture.deviceIndependentSize().toSize() != self.size():
            self._picture = QPixmap(self.size() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._picture)
            self._paint_data(painter)
            painter.end()
        return self._picture

    def _paint_data(self, painter: QPainter) -> None:
        painter.setFont(self._look.font(scale=0.9))
        plot = self._plot()
        self._paint_axes(painter, plot)
        self._paint_gaps(painter, plot)
        self._paint_stacks(painter, plot)
        self._paint_zero(painter, plot)
        self._paint_directions(painter, plot)
        self._paint_marks(painter, plot)
        if self._data.is_empty:
            self._paint_waiting(painter, plot)

    # Geometry

    def _plot(self) -> QRectF:
        metrics = QFontMetricsF(self._look.font(scale=0.9))
        left = max(metrics.horizontalAdvance(tick_label(tick)) for tick in self._scale.ticks()) + 12
        bottom = metrics.height() + 8
        top = _MARK_SIZE + 6
        return QRectF(left, top, self.width() - left - 2, self.height() - top - bottom)

    def _x(self, plot: QRectF, position: float) -> float:
        """Of a position in bins from the oldest."""
        return plot.right() - plot.width() * (SPAN_BINS - position) / self._span

    def _y(self, plot: QRectF, rate: float) -> float:
        """Of a rate; upload is negative."""
        span = self._scale.down_top + self._scale.up_top
        return plot.top() + plot.height() * (self._scale.down_top - rate) / span

    def _bin_at(self, x: float) -> int | None:
        plot = self._plot()
        if not plot.left() <= x < plot.right():
            return None
        return min(SPAN_BINS - 1, SPAN_BINS - self._span + int((x - plot.left()) / plot.width() * self._span))

    # Painting

    def _paint_axes(self, painter: QPainter, plot: QRectF) -> None:
        self._paint_rate_lines(painter, plot, self._scale)
        metrics = painter.fontMetrics()
        baseline = plot.bottom() + metrics.ascent() + 5
        for back, text in chart.axis_labels(self._span):
            x = self._x(plot, SPAN_BINS - back)
            painter.setPen(self._look.colour("grid"))
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom() + 4))
            width = metrics.horizontalAdvance(text)
            left = min(max(x - width / 2, plot.left()), plot.right() - width)
            painter.setPen(self._look.colour("muted"))
            painter.drawText(QPointF(left, baseline), text)

    def _paint_rate_lines(self, painter: QPainter, plot: QRectF, scale: RateScale) -> None:
        metrics = painter.fontMetrics()
        for tick in scale.ticks():
            y = self._y(plot, tick)
            painter.setPen(self._look.colour("grid"))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            text = tick_label(tick)
            painter.setPen(self._look.colour("muted"))
            left = plot.left() - 8 - metrics.horizontalAdvance(text)
            painter.drawText(QPointF(left, y + metrics.ascent() / 2 - 1), text)

    def _paint_directions(self, painter: QPainter, plot: QRectF) -> None:
        """What goes up and what goes down, where it is read: at the zero line's two sides."""
        metrics = painter.fontMetrics()
        zero = self._y(plot, 0.0)
        painter.setPen(self._look.colour("muted"))
        painter.drawText(QPointF(plot.left() + 6, plot.top() + metrics.ascent() + 3), tr("Download"))
        below = min(plot.bottom() - metrics.descent() - 2, zero + metrics.height() + 2)
        painter.drawText(QPointF(plot.left() + 6, below), tr("Upload"))

    def _paint_zero(self, painter: QPainter, plot: QRectF) -> None:
        painter.setPen(QPen(self._look.colour("muted"), 1))
        y = self._y(plot, 0.0)
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))

    def _paint_gaps(self, painter: QPainter, plot: QRectF) -> None:
        brush = QBrush(self._look.colour("border"), Qt.BrushStyle.BDiagPattern)
        for first, last in self._data.gaps():
            left, right = self._x(plot, first), self._x(plot, last)
            area = QRectF(left, plot.top(), right - left, plot.height())
            painter.fillRect(area, self._look.colour("window", 0.6))
            painter.fillRect(area, brush)
            painter.setPen(self._look.colour("muted"))
            words = tr("not measured")
            if area.width() > painter.fontMetrics().horizontalAdvance(words) + 8:
                painter.drawText(area, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_stacks(self, painter: QPainter, plot: QRectF) -> None:
        for direction in (1, -1):
            stack = [0.0] * SPAN_BINS
            below: dict[tuple[int, int], list[QPointF]] = {}
            for series in self._data.series:
                values = series.down if direction == 1 else series.up
                base = stack
                stack = [low + (value or 0.0) for low, value in zip(base, values, strict=True)]
                runs = {run: self._edge(plot, stack, *run, direction) for run in _busy_runs(values)}
                for run, top in runs.items():
                    floor = below.get(run) or self._edge(plot, base, *run, direction)
                    self._paint_area(painter, top, floor, self._signs.of(series.path))
                below = runs or below

    def _paint_area(self, painter: QPainter, top: list[QPointF], floor: list[QPointF], sign: PathSign) -> None:
        area = QPolygonF([*top, *reversed(floor)])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill_brush(sign, self._look.colours))
        painter.drawPolygon(area)
        hatch = hatch_brush(sign, self._look.colours)
        if hatch is not None:
            painter.setBrush(hatch)
            painter.drawPolygon(area)
        painter.setPen(edge_pen(sign, self._look.colours))
        painter.drawPolyline(top)

    def _edge(self, plot: QRectF, stack: Sequence[float], first: int, last: int, direction: int) -> list[QPointF]:
        """The steps of a stack over the bins [first, last)."""
        points: list[QPointF] = []
        width = plot.width() / self._span
        left = self._x(plot, first)
        zero = self._y(plot, 0.0)
        per_bit = direction * plot.height() / (self._scale.down_top + self._scale.up_top)
        for value in stack[first:last]:
            y = zero - value * per_bit
            points += (QPointF(left, y), QPointF(left + width, y))
            left += width
        return points

    def _paint_marks(self, painter: QPainter, plot: QRectF) -> None:
        groups = self._groups(plot)
        places = self._mark_lefts(plot, groups)
        for group, before, left, after in zip(
            groups, [plot.left(), *places], places, [*places[1:], None], strict=False
        ):
            x = self._mark_x(plot, group.marks[-1])
            colour = _MARK_COLOURS[group.kind]
            painter.setPen(QPen(self._look.colour(colour), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
            for number, path in enumerate(dict.fromkeys(each.path for each in group.marks)):
                swatch = QRectF(x - 4 - 10 * number, plot.top() - 3, 8, 6)
                paint_swatch(painter, swatch, self._signs.of(path), self._look.colours)
            name = getattr(self._look.colours, colour)
            image = icons.pixmap(_MARK_ICONS[group.kind], name, _MARK_SIZE, self.devicePixelRatioF())
            painter.drawPixmap(QPointF(left, 0), image)
            painter.setPen(self._look.colour(colour))
            free = (before + _MARK_SIZE, left), (left + _MARK_SIZE, plot.right() if after is None else after)
            self._paint_words(painter, group.words, free)

    def _paint_words(
        self, painter: QPainter, words: str, free: tuple[tuple[float, float], tuple[float, float]]
    ) -> None:
        """Beside their mark, where they cover no other: left of it, else right of it, else nowhere."""
        needed = painter.fontMetrics().horizontalAdvance(words) + 8
        for (first, last), side in zip(free, (Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft), strict=True):
            if words and last - first >= needed:
                place = QRectF(first + 4, 0, last - first - 8, _MARK_SIZE)
                painter.drawText(place, side | Qt.AlignmentFlag.AlignVCenter, words)
                return

    def _mark_lefts(self, plot: QRectF, groups: Sequence[chart.MarkGroup]) -> tuple[float, ...]:
        """Where the icons begin: over their lines, none over another."""
        lefts = (self._mark_x(plot, group.marks[-1]) - _MARK_SIZE / 2 for group in groups)
        return chart.apart([min(max(left, plot.left()), plot.right() - _MARK_SIZE) for left in lefts], _MARK_SIZE)

    def _groups(self, plot: QRectF) -> tuple[chart.MarkGroup, ...]:
        first = self._data.end - self._span * BIN_S
        shown = (each for each in self._data.marks if each.monotonic >= first)
        return chart.merged_marks(shown, nearness_s=_MARK_SIZE * self._span * BIN_S / plot.width())

    def _mark_x(self, plot: QRectF, mark: Mark) -> float:
        return self._x(plot, mark.monotonic - (self._data.end - SPAN_BINS * BIN_S))

    def _paint_waiting(self, painter: QPainter, plot: QRectF) -> None:
        painter.setPen(self._look.colour("muted"))
        waiting = tr("The first second is being measured"), tr("There is no path to measure")
        text = waiting[0] if self._data.series else waiting[1]
        place = painter.fontMetrics().boundingRect(plot.toRect(), Qt.AlignmentFlag.AlignCenter, text)
        painter.fillRect(place.adjusted(-8, -4, 8, 4), self._look.colour("surface"))
        painter.drawText(plot, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_cursor(self, painter: QPainter, plot: QRectF, cursor: int) -> None:
        x = self._x(plot, cursor + 0.5)
        painter.setPen(QPen(self._look.colour("text"), 1))
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        self._paint_reading(painter, plot, x, chart.reading(self._data, cursor, self._titles))

    def _paint_reading(self, painter: QPainter, plot: QRectF, x: float, reading: chart.Reading) -> None:
        metrics = painter.fontMetrics()
        names = max((metrics.horizontalAdvance(row[0]) for row in reading.rows), default=0)
        figure = metrics.horizontalAdvance("999.9 Mbit/s")
        line = metrics.height() + 2
        width, height = 32 + names + 2 * (figure + 8), (len(reading.rows) + 1) * line + 12
        left = x + 12 if x + 12 + width < plot.right() else x - 12 - width
        box = QRectF(left, plot.top() + 4, width, height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._look.colour("border"))
        painter.setBrush(self._look.colour("surface", 0.95))
        painter.drawRoundedRect(box, 6, 6)
        self._paint_reading_rows(painter, box.adjusted(8, 6, -8, -6), reading, line=line, figure=figure)

    def _paint_reading_rows(
        self, painter: QPainter, box: QRectF, reading: chart.Reading, *, line: float, figure: float
    ) -> None:
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        columns = (box.right() - figure, box.right() - 2 * figure - 8)
        painter.setPen(self._look.colour("muted"))
        painter.drawText(QRectF(box.left(), box.top(), box.width(), line), left, reading.time)
        for x, title in zip(columns, (tr("up"), tr("down")), strict=True):
            painter.drawText(QRectF(x, box.top(), figure, line), right, title)
        painter.setPen(self._look.colour("text"))
        for number, (series, row) in enumerate(zip(self._data.series, reading.rows, strict=True), 1):
            y = box.top() + number * line
            swatch = QRectF(box.left(), y + line / 2 - 5, 10, 10)
            paint_swatch(painter, swatch, self._signs.of(series.path), self._look.colours)
            painter.setPen(self._look.colour("text"))
            painter.drawText(QRectF(box.left() + 16, y, box.width(), line), left, row[0])
            for x, text in zip(columns, (row[2], row[1]), strict=True):
                painter.drawText(QRectF(x, y, figure, line), right, text)

    # Reading off

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._move_cursor(self._bin_at(event.position().x()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._move_cursor(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        cursor = SPAN_BINS if self._cursor is None else self._cursor
        match event.key():
            case Qt.Key.Key_Left:
                self._move_cursor(max(SPAN_BINS - self._span, cursor - 1))
            case Qt.Key.Key_Right:
                self._move_cursor(min(SPAN_BINS - 1, cursor + 1))
            case Qt.Key.Key_Home:
                self._move_cursor(SPAN_BINS - self._span)
            case Qt.Key.Key_End:
                self._move_cursor(SPAN_BINS - 1)
            case Qt.Key.Key_Escape:
                self._move_cursor(None)
            case _:
                super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            marks = [each for group in self._groups_near(event.pos().x()) for each in group.marks]
            QToolTip.showText(event.globalPos(), plain_tip("\n".join(self._mark_texts(marks))), self)
            return True
        return super().event(event)

    def _mark_texts(self, marks: Sequence[Mark]) -> list[str]:
        events = [each.event for each in marks if each.event is not None]
        return [row.text for row in reversed(event_rows(events, self._titles, self._names))]

    def _groups_near(self, x: float) -> Iterable[chart.MarkGroup]:
        plot = self._plot()
        groups = self._groups(plot)
        return (
            each
            for each, left in zip(groups, self._mark_lefts(plot, groups), strict=True)
            if left <= x <= left + _MARK_SIZE or abs(self._mark_x(plot, each.marks[-1]) - x) <= _MARK_SIZE / 2
        )

    def _move_cursor(self, cursor: int | None) -> None:
        if cursor == self._cursor:
            return
        self._cursor = cursor
        if cursor is not None:
            self.setAccessibleDescription(_spoken(chart.reading(self._data, cursor, self._titles)))
        self.update()


def _spoken(reading: chart.Reading) -> str:
    rows = (tr("{path}: {down} down, {up} up", path=path, down=down, up=up) for path, down, up in reading.rows)
    return labelled(reading.time, joined(rows))


def _busy_runs(values: Sequence[float | None]) -> Iterable[tuple[int, int]]:
    """The spans in which something was carried: neither gaps nor zeros are drawn."""
    first: int | None = None
    for index, value in enumerate(values):
        if value and first is None:
            first = index
        elif not value and first is not None:
            yield first, index
            first = None
    if first is not None:
        yield first, len(values)
