"""What lies over a page while a file is dragged across it."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from mpmanager_ui.look import icons
from mpmanager_ui.look.look import GRID, RADIUS, Look
from mpmanager_ui.viewmodels.translation import tr

_ICON = 48
_MARGIN = 2 * GRID


class DropVeil(QWidget):
    """Hidden until `cover`."""

    def __init__(self, look: Look, page: QWidget) -> None:
        super().__init__(page)
        self._look = look
        self._page = page
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def cover(self) -> None:
        """Lie over all of the page."""
        self.setGeometry(self._page.rect())
        self.show()
        self.raise_()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), self._look.colour("window", 0.85))
        painter.setPen(QPen(self._look.colour("accent"), 2, Qt.PenStyle.DashLine))
        painter.setBrush(self._look.colour("accent_soft"))
        frame = QRectF(self.rect()).adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
        image = icons.pixmap("import", self._look.colours.accent, _ICON, self.devicePixelRatioF())
        middle = frame.center()
        painter.drawPixmap(QPointF(middle.x() - _ICON / 2, middle.y() - _ICON - GRID), image)
        painter.setPen(self._look.colour("text"))
        painter.setFont(self._look.font(scale=1.2, is_bold=True))
        text = QRectF(frame.left(), middle.y() + GRID, frame.width(), 4 * GRID)
        painter.drawText(text, Qt.AlignmentFlag.AlignCenter, tr("Drop it to see what it would change"))
        painter.end()
