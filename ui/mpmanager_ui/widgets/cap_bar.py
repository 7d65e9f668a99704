"""How far a cap is used up: a bar with marks where people are warned, and one for the forecast."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from mpmanager.model.caps import CapState
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.viewmodels.caps import CapBar

_COLOURS = {CapState.WARNED: "warning", CapState.NEARLY: "warning", CapState.REACHED: "danger"}
_BAR = 10
_MARKS = (0.75, 0.95)
_TIP = 5
"""Half the width of the forecast's mark."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class CapBarWidget(QWidget):
    """Title and amounts above the bar, when it begins anew below it."""

    def __init__(self, look: Look, bar: CapBar) -> None:
        super().__init__()
        self._look = look
        self.bar = bar
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_bar(bar)
        look.changed.connect(self.update)

    def show_bar(self, bar: CapBar) -> None:
        """Show this from now on."""
        self.bar = bar
        self.setAccessibleName(bar.summary)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, 2 * self._line + _BAR + 2 * GRID + 2)

    @property
    def _line(self) -> int:
        return self.fontMetrics().height()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        first = QRectF(0, 0, self.width(), self._line)
        self._write(painter, first, _LEFT, self.bar.title, "text", is_bold=True)
        self._write(painter, first, _RIGHT, self.bar.text, _COLOURS.get(self.bar.state, "text"))
        track = QRectF(0.5, self._line + GRID - 1.5, self.width() - 1, _BAR)
        self._paint_track(painter, track)
        second = QRectF(0, track.bottom() + GRID, self.width(), self._line)
        self._write(painter, second, _LEFT, self.bar.note, "muted")
        painter.end()

    def _write(
        self, painter: QPainter, rect: QRectF, flags: Qt.AlignmentFlag, text: str, colour: str, *, is_bold: bool = False
    ) -> None:
        painter.setFont(self._look.font(scale=0.95, is_bold=is_bold))
        painter.setPen(self._look.colour(colour))
        painter.drawText(rect, flags, text)

    def _paint_track(self, painter: QPainter, track: QRectF) -> None:
        shape = QPainterPath()
        shape.addRoundedRect(track, _BAR / 2, _BAR / 2)
        painter.fillPath(shape, self._look.colour("lane"))
        painter.save()
        painter.setClipPath(shape)
        used = QRectF(track.topLeft(), QSize(round(track.width() * min(self.bar.share, 1.0)), _BAR))
        painter.fillRect(used, self._look.colour(_COLOURS.get(self.bar.state, "accent")))
        for mark in _MARKS:
            x = track.left() + mark * track.width()
            painter.setPen(QPen(self._look.colour("surface"), 1.5))
            painter.drawLine(QPointF(x, track.top()), QPointF(x, track.bottom()))
        painter.restore()
        painter.setPen(QPen(self._look.colour("outline"), 1))
        painter.drawPath(shape)
        if self.bar.forecast_share is not None:
            self._paint_forecast(painter, track, min(self.bar.forecast_share, 1.0))

    def _paint_forecast(self, painter: QPainter, track: QRectF, share: float) -> None:
        """A triangle below the bar where it will be; at its end also where that is far behind it."""
        x = min(max(track.left() + share * track.width(), track.left() + _TIP), track.right() - _TIP)
        top = track.bottom() + 1
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour("text"))
        painter.drawPolygon(QPolygonF([QPointF(x, top), QPointF(x - _TIP, top + 6), QPointF(x + _TIP, top + 6)]))
