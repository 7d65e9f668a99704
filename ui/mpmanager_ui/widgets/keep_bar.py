"""A strip with a countdown: what was changed goes by itself unless somebody keeps it."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy

from mpmanager_ui.look import icons
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.widgets.label import Label

_LINE = 3


class KeepBar(QFrame):
    """Hidden until `show_pending`."""

    keep_wanted = Signal()
    back_wanted = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._share = 1.0
        self.setProperty("role", "warning")
        self._icon = Label()
        self.label = Label()
        self.label.setWordWrap(True)
        self.label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.keep = QPushButton(tr("Keep"))
        self.back = QPushButton(tr("Take back"))
        self.keep.clicked.connect(self.keep_wanted)
        self.back.clicked.connect(self.back_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, GRID, GRID, GRID + _LINE)
        row.setSpacing(12)
        for widget in (self._icon, self.label, self.back, self.keep):
            row.addWidget(widget)
        look.changed.connect(self._recolour)
        self._recolour()
        self.hide()

    def show_pending(self, text: str, *, share: float, is_undone: bool) -> None:
        """Say this; `share` of the time is left. `is_undone`: it would be made again."""
        self._share = min(1.0, max(0.0, share))
        self.label.setText(text)
        self.back.setText(tr("Make again") if is_undone else tr("Take back"))
        if self.isHidden():
            self.setAccessibleName(text)  # once: nobody wants to hear each second
            self.show()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour("warning"))
        width = (self.width() - 2 * GRID) * self._share
        painter.drawRoundedRect(QRectF(GRID, self.height() - _LINE - 1, width, _LINE), _LINE / 2, _LINE / 2)
        painter.end()

    def _recolour(self) -> None:
        self._icon.setPixmap(icons.pixmap("warning", self._look.colours.warning, 18, self.devicePixelRatioF()))
