"""A check box whose edge can be seen in both themes."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox

from mpmanager_ui.look import icons
from mpmanager_ui.look.look import GRID, Look

_BOX = 15
_TICK = 13
_DISABLED = 0.5
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class CheckBox(QCheckBox):
    """The style would draw the box in a shade of the window that nobody sees."""

    def __init__(self, look: Look, text: str, *, colour: str = "muted") -> None:
        super().__init__(text)
        self._look = look
        self._colour = colour
        look.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(_BOX + GRID + metrics.horizontalAdvance(self.text()) + 1, max(_BOX, metrics.height()) + 4)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, position: object) -> bool:
        del position  # the whole width is meant
        return True

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(0.5, (self.height() - _BOX) / 2 + 0.5, _BOX - 1, _BOX - 1)
        is_on = self.isChecked()
        if not self.isEnabled():
            painter.setOpacity(_DISABLED)
        edge = "accent" if is_on or self.hasFocus() else "outline"
        painter.setPen(QPen(self._look.colour(edge), 2 if self.hasFocus() and not is_on else 1))
        painter.setBrush(self._look.colour("accent" if is_on else "surface"))
        painter.drawRoundedRect(box, 3, 3)
        if is_on:
            image = icons.pixmap("tick", self._look.colours.on_accent, _TICK, self.devicePixelRatioF())
            painter.drawPixmap(QPointF(box.center().x() - _TICK / 2, box.center().y() - _TICK / 2), image)
        painter.setPen(self._look.colour("accent" if self.hasFocus() else self._colour))
        painter.drawText(QRectF(self.rect()).adjusted(_BOX + GRID, 0, 0, 0), _LEFT, self.text())
        painter.end()
