"""The word "simulated" across the whole window."""

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from mpmanager_ui.look.look import Look

_WORD = "simulated"
_DEGREES = -24
_DISTANCE = 260


class Watermark(QWidget):
    """Lies over its parent; pointer and keys pass through."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self._look = look
        self._image = QPixmap()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName("Everything shown is simulated")
        parent.installEventFilter(self)
        look.changed.connect(self._draw)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self._draw()
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._image)
        painter.end()

    def _draw(self) -> None:
        """Once for each size: the words lie over everything that moves."""
        area = self._parent.rect()
        self.setGeometry(area)
        ratio = self.devicePixelRatioF()
        self._image = QPixmap(area.size() * ratio)
        self._image.setDevicePixelRatio(ratio)
        self._image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(self._image)
        painter.setFont(self._look.font(scale=4.2, is_bold=True))
        painter.setPen(self._look.colour("warning", 0.13))
        painter.translate(QPointF(area.center()))
        painter.rotate(_DEGREES)
        half = painter.fontMetrics().horizontalAdvance(_WORD) / 2
        for row in (-1, 0, 1):
            painter.drawText(QPointF(-half, row * _DISTANCE), _WORD)
        painter.end()
        self.update()
