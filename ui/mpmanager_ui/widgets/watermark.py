"""The word "simulated" all over the page, behind what stands on it."""

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from mpmanager_ui.look.look import Look
from mpmanager_ui.viewmodels.translation import tr

_WORD = "simulated"
_DEGREES = -24
_DISTANCE = 84
_GAP = 56


class Watermark(QWidget):
    """Fills its parent; put it below its siblings."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self._look = look
        self._image = QPixmap()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(tr("Everything shown is simulated"))
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
        """Once for each size."""
        area = self._parent.rect()
        self.setGeometry(area)
        ratio = self.devicePixelRatioF()
        self._image = QPixmap(area.size() * ratio)
        self._image.setDevicePixelRatio(ratio)
        self._image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(self._image)
        painter.setFont(self._look.font(scale=2.4, is_bold=True))
        painter.setPen(self._look.colour("warning", 0.14))
        painter.rotate(_DEGREES)
        width = painter.fontMetrics().horizontalAdvance(_WORD) + _GAP
        reach = area.width() + area.height()
        for row, y in enumerate(range(0, 2 * reach, _DISTANCE)):
            for x in range(-reach - row % 2 * width // 2, reach, width):
                painter.drawText(QPointF(x, y), _WORD)
        painter.end()
        self.update()
