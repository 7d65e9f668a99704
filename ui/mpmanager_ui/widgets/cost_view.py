"""What each wait budget would have cost, as one bar each; the chosen one stands out."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from mpmanager.api.structures import Wait
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.viewmodels.traffic_record import CostRow
from mpmanager_ui.viewmodels.translation import joined, labelled

_ROW = 3 * GRID
_BAR = 6.0
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class CostView(QWidget):
    """One row for each wait."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.rows: tuple[CostRow, ...] = ()
        self._chosen: Wait | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.update)

    def show_rows(self, rows: Sequence[CostRow], chosen: Wait) -> None:
        """Show these."""
        self.rows, self._chosen = tuple(rows), chosen
        self.setAccessibleName(joined(labelled(each.words, each.amount) for each in rows))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, _ROW * len(self.rows))

    def minimumSizeHint(self) -> QSize:
        return QSize(200, _ROW * len(self.rows))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._look.font())
        metrics = painter.fontMetrics()
        words = max((metrics.horizontalAdvance(each.words) for each in self.rows), default=0) + 2 * GRID
        amounts = max((metrics.horizontalAdvance(each.amount) for each in self.rows), default=0) + 2 * GRID
        for number, row in enumerate(self.rows):
            place = QRectF(0, number * _ROW, self.width(), _ROW)
            self._paint_row(painter, place, row, words=words, amounts=amounts)
        painter.end()

    def _paint_row(self, painter: QPainter, place: QRectF, row: CostRow, *, words: float, amounts: float) -> None:
        is_chosen = row.wait == self._chosen
        if is_chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._look.colour("accent_soft"))
            painter.drawRoundedRect(place, 4, 4)
        painter.setPen(self._look.colour("text" if is_chosen else "muted"))
        painter.drawText(place.adjusted(GRID, 0, 0, 0), _LEFT, row.words)
        painter.drawText(place.adjusted(0, 0, -GRID, 0), _RIGHT, row.amount)
        room = place.width() - words - amounts
        if row.share > 0 and room > 0:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._look.colour("accent", 1.0 if is_chosen else 0.45))
            width = max(_BAR, room * row.share)
            painter.drawRoundedRect(QRectF(words, place.center().y() - _BAR / 2, width, _BAR), 3, 3)
