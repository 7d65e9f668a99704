"""Fields with arrows that fit the round corners of the others: the style draws none into those."""

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QSpinBox, QWidget

from mpmanager_ui.look import icons
from mpmanager_ui.look.look import GRID, Look

_ARROW = 16
_SMALL_ARROW = 12


class ChoiceBox(QComboBox):
    """One of several."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        look.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        _draw(self, self._look, "chevron-down", _ARROW, (self.height() - _ARROW) // 2)


class NumberBox(QSpinBox):
    """A number, and two arrows that change it."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.lineEdit().setTextMargins(GRID - 1, 0, 0, 0)  # a style sheet does not reach into it
        look.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        middle = self.height() // 2
        _draw(self, self._look, "chevron-up", _SMALL_ARROW, middle - _SMALL_ARROW)
        _draw(self, self._look, "chevron-down", _SMALL_ARROW, middle)


def _draw(field: QWidget, look: Look, name: str, size: int, top: int) -> None:
    """An icon at the right edge."""
    colour = look.colours.muted if field.isEnabled() else look.colours.faint
    painter = QPainter(field)
    painter.drawPixmap(field.width() - size - GRID, top, icons.pixmap(name, colour, size, field.devicePixelRatioF()))
    painter.end()
