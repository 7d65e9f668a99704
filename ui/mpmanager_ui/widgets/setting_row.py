"""A row of settings: what it is, what that means, and the control on the right."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.widgets.cards import words
from mpmanager_ui.widgets.check_box import CheckBox
from mpmanager_ui.widgets.label import Label


class SettingRow(QWidget):
    """The control is named by the title, unless it has a name already."""

    def __init__(self, title: str, explanation: str, control: QWidget) -> None:
        super().__init__()
        self.control = control
        if not control.accessibleName():
            control.setAccessibleName(title)
        control.setAccessibleDescription(explanation)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, GRID // 2, 0, GRID // 2)
        row.setSpacing(3 * GRID)
        self.texts = QVBoxLayout()
        self.texts.setSpacing(2)
        self.texts.addWidget(Label(title))
        if explanation:
            self.texts.addWidget(words(explanation, "muted"))
        row.addLayout(self.texts, 1)
        row.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)


class SwitchRow(QWidget):
    """A box to tick, with what that means below."""

    def __init__(self, look: Look, title: str, explanation: str) -> None:
        super().__init__()
        self.box = CheckBox(look, title, colour="text")
        self.box.setAccessibleDescription(explanation)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, GRID // 2, 0, GRID // 2)
        column.setSpacing(2)
        column.addWidget(self.box)
        hint = words(explanation, "muted")
        hint.setContentsMargins(3 * GRID - 1, 0, 0, 0)  # below the words of the box
        column.addWidget(hint)
