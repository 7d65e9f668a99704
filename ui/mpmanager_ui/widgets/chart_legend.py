"""The chart's legend: each path's colour, hatch and name, the directions and the bin width."""

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from mpmanager_ui.look.hatching import paint_swatch
from mpmanager_ui.look.look import Look
from mpmanager_ui.viewmodels.history import BIN_S
from mpmanager_ui.viewmodels.signs import PathSigns
from mpmanager_ui.viewmodels.translation import tr

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def _scale_notes() -> tuple[str, ...]:
    """From the widest to none; the first that fits is shown."""
    return tr("mean of each {seconds} s", seconds=BIN_S), f"{BIN_S} s", ""


class ChartLegend(QWidget):
    """One line; what does not fit is left out from the right."""

    def __init__(self, look: Look, signs: PathSigns, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._signs = signs
        self._titles: Mapping[str, str] = {}
        self._note: str | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.update)

    def show_paths(self, titles: Mapping[str, str], *, note: str | None = None) -> None:
        """Name these paths, and what the chart's bins are; None: those of the live chart."""
        if (titles, note) != (self._titles, self._note):
            self._titles, self._note = dict(titles), note
            names = ", ".join(titles.values())
            self.setAccessibleName(tr("Paths: {names}; {scale}", names=names, scale=self._notes()[0]))
            self.update()

    def _notes(self) -> tuple[str, ...]:
        return _scale_notes() if self._note is None else (self._note, "")

    def sizeHint(self) -> QSize:
        return QSize(160, 20)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._look.font(scale=0.9))
        metrics = painter.fontMetrics()
        left = 0
        for name, title in self._titles.items():
            width = metrics.horizontalAdvance(title)
            if left + 16 + width > self.width():
                break
            swatch = QRectF(left, self.height() / 2 - 6, 12, 12)
            paint_swatch(painter, swatch, self._signs.of(name), self._look.colours)
            painter.setPen(self._look.colour("text"))
            painter.drawText(QRectF(left + 17, 0, width + 4, self.height()), _LEFT, title)
            left += width + 33
        room = self.width() - left
        note = next(each for each in self._notes() if metrics.horizontalAdvance(each) <= max(room, 0))
        painter.setPen(self._look.colour("muted"))
        painter.drawText(QRectF(self.rect()), _RIGHT, note)
        painter.end()
