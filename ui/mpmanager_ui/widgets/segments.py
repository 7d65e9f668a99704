"""A few choices side by side, of which one holds."""

from collections.abc import Mapping
from typing import Generic, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

ChoiceT = TypeVar("ChoiceT")


class _Row(QWidget):
    """Signals cannot be part of a generic class."""

    chosen = Signal(object)
    """A person chose another one."""


class Segments(_Row, Generic[ChoiceT]):
    """Buttons by what they choose; tells only of choices that a person makes."""

    def __init__(self, words: Mapping[ChoiceT, str], name: str) -> None:
        super().__init__()
        self.buttons: dict[ChoiceT, QPushButton] = {}
        self.setAccessibleName(name)
        group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        last = len(words) - 1
        for place, (choice, text) in enumerate(words.items()):
            button = QPushButton(text)
            button.setCheckable(True)
            button.setProperty("segment", "first" if place == 0 else "last" if place == last else "middle")
            button.setAccessibleName(f"{name}: {text}")
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            button.clicked.connect(lambda _checked=False, choice=choice: self.chosen.emit(choice))
            group.addButton(button)
            row.addWidget(button)
            self.buttons[choice] = button

    def choose(self, choice: ChoiceT) -> None:
        """Show what holds."""
        self.buttons[choice].setChecked(True)

    @property
    def choice(self) -> ChoiceT | None:
        """What holds; None before anything was chosen."""
        return next((each for each, button in self.buttons.items() if button.isChecked()), None)
