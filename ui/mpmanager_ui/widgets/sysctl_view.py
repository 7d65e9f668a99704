"""One of the kernel's settings, with what it means and a way to change it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.viewmodels.sysctls import SysctlRow
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.widgets.cards import words
from mpmanager_ui.widgets.label import Label
from mpmanager_ui.widgets.segments import Segments


class SysctlView(QWidget):
    """Tells what a person wants it to be."""

    value_wanted = Signal(str)
    undo_wanted = Signal()

    def __init__(self, look: Look, shown: SysctlRow) -> None:
        super().__init__()
        self._look = look
        self.shown = shown
        self.setAccessibleName(shown.summary)
        self.back = QPushButton(shown.way_back)
        self.control = self._control()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, GRID // 2, 0, GRID // 2)
        row.setSpacing(GRID)
        row.addLayout(self._texts(), 1)
        self.back.setProperty("role", "flat")
        self.back.setVisible(bool(shown.way_back))
        self.back.setAccessibleName(f"{shown.name}: {shown.way_back}")
        self.back.clicked.connect(self.undo_wanted)
        unit = Label(self.shown.unit.strip())
        unit.set_role("muted")
        unit.setFixedWidth(2 * GRID)
        for widget in (self.back, self.control, unit):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)

    def _texts(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(2)
        name = Label(self.shown.name)
        name.setFont(self._look.font(is_bold=True))
        column.addWidget(name)
        column.addWidget(words(self.shown.meaning))
        if self.shown.notes:
            column.addWidget(words(" ".join(self.shown.notes), "muted"))
        if self.shown.warning:
            column.addWidget(words(self.shown.warning, "warning-text"))
        return column

    def _control(self) -> QWidget:
        if self.shown.choices:
            segments = Segments(self.shown.choices, self.shown.name)
            if self.shown.value in self.shown.choices:
                segments.choose(self.shown.value)
            segments.chosen.connect(self._want)
            return segments
        if self.shown.numbers is not None:
            return self._number_field(*self.shown.numbers)
        return Label(self.shown.value)

    def _number_field(self, lowest: int, highest: int) -> QLineEdit:
        field = QLineEdit(self.shown.value)
        field.setValidator(QIntValidator(lowest, highest, field))
        field.setAlignment(Qt.AlignmentFlag.AlignRight)
        field.setFixedWidth(10 * GRID)
        field.setAccessibleName(self.shown.name)
        field.setToolTip(tr("{lowest} to {highest}; Enter sets it", lowest=lowest, highest=highest))
        field.editingFinished.connect(lambda: self._want(field.text()))
        return field

    def _want(self, value: str) -> None:
        if value != self.shown.value:
            self.value_wanted.emit(value)
