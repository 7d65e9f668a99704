"""What stands where there is nothing to show: why, and what to do."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from mpmanager_ui.look import icons
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.widgets.label import Label

_SIZE = 48


class EmptyState(QWidget):
    """An icon, a line and a hint, in the middle of the room there is."""

    def __init__(self, look: Look, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._name = icon
        self._image = Label()
        self._title = Label()
        self._hint = Label()
        self._title.setFont(look.font(scale=1.2, is_bold=True))
        self._hint.setProperty("role", "muted")
        self._hint.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 12, 2 * GRID, 12)
        column.setSpacing(GRID)
        column.addStretch(2)
        for label in (self._image, self._title, self._hint):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
            column.addWidget(label)
        column.addStretch(3)
        look.changed.connect(self._recolour)
        self._recolour()

    def show_text(self, title: str, hint: str) -> None:
        """Say this."""
        self._title.setText(title)
        self._hint.setText(hint)

    def _recolour(self) -> None:
        colour = self._look.colours.faint
        self._image.setPixmap(icons.pixmap(self._name, colour, _SIZE, self.devicePixelRatioF()))
