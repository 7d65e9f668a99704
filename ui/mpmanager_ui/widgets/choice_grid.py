"""Choices of which one is so now, side by side, in as many rows as they need."""

from collections.abc import Hashable, Iterable

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from mpmanager_ui.look.look import GRID

_SPACE = GRID // 2


class ChoiceGrid(QWidget):
    """What is shown as chosen follows what is so, not the click."""

    wanted = Signal(object)
    """The value of a button that is not the present one."""

    def __init__(self, choices: Iterable[tuple[Hashable, str]], name: str) -> None:
        super().__init__()
        self._value: Hashable = object()
        self._columns = 0
        self.buttons: dict[Hashable, QPushButton] = {}
        self.setAccessibleName(name)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(_SPACE)
        for value, text in choices:
            button = self.buttons[value] = QPushButton(text)
            button.setCheckable(True)
            button.setProperty("role", "segment")
            button.setAccessibleName(f"{name}: {text}")
            button.clicked.connect(lambda _checked, value=value: self._choose(value))
        self._arrange(min(len(self.buttons), 3))

    def show_value(self, value: Hashable) -> None:
        """This is so now."""
        self._value = value
        for each, button in self.buttons.items():
            button.setChecked(each == value)

    def minimumSizeHint(self) -> QSize:
        """One below the other, if need be."""
        return QSize(self._widest, self._grid.minimumSize().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        fitting = (self.width() + _SPACE) // (self._widest + _SPACE)
        self._arrange(max(1, min(fitting, len(self.buttons))))

    @property
    def _widest(self) -> int:
        return max(button.sizeHint().width() for button in self.buttons.values())

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for number, button in enumerate(self.buttons.values()):
            self._grid.addWidget(button, number // columns, number % columns)
        for column in range(len(self.buttons)):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        self.updateGeometry()

    def _choose(self, value: Hashable) -> None:
        is_other = value != self._value
        self.show_value(self._value)
        if is_other:
            self.wanted.emit(value)
