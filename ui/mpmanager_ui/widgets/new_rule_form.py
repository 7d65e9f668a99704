"""Asks whom a rule shall be about that is not running."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from mpmanager.model.errors import InvalidValueError
from mpmanager.model.selector import SelectorKind
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.viewmodels.new_rule import (
    CONDITIONS,
    PROGRAMS,
    NewRule,
    condition_example,
    condition_name,
    example_of,
    kind_name,
)
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.widgets.choice_row import ChoiceRow
from mpmanager_ui.widgets.label import Label


class NewRuleForm(QFrame):
    """What is wrong stands beneath its field, from the first attempt on."""

    wanted = Signal(str)
    """A selector that can be used."""
    left = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._look = look
        self._kind = SelectorKind.EXE
        self._was_tried = False
        self.kinds = ChoiceRow[SelectorKind](tr("About"), [(each, kind_name(each), "") for each in PROGRAMS])
        self.fields = {key: QLineEdit() for key in ("value", *CONDITIONS)}
        self.errors = {key: Label() for key in self.fields}
        self._value_name = Label()
        self.add = QPushButton(tr("Continue"))
        self._cancel = QPushButton(tr("Cancel"))
        self._build()
        self.kinds.wanted.connect(self._choose)
        for each in self.fields.values():
            each.textChanged.connect(self._check_again)
            each.returnPressed.connect(self._try)
        self.add.clicked.connect(self._try)
        self._cancel.clicked.connect(self.left)
        look.changed.connect(self._recolour)
        self._recolour()
        self._choose(self._kind)

    def begin(self) -> None:
        """Empty, with the keyboard in the first field."""
        self._was_tried = False
        for each in self.fields.values():
            each.clear()
        self._check_again()
        self.fields["value"].setFocus()

    def rule(self) -> NewRule:
        """What was written."""
        return NewRule(
            kind=self._kind,
            value=self.fields["value"].text(),
            conditions={key: self.fields[key].text() for key in CONDITIONS},
        )

    def _choose(self, kind: SelectorKind) -> None:
        self._kind = kind
        self.kinds.show_choice(kind)
        field, is_shown = self.fields["value"], kind is not SelectorKind.DEFAULT
        field.setPlaceholderText(example_of(kind))
        field.setAccessibleName(kind_name(kind))
        field.setVisible(is_shown)
        self._value_name.setText(kind_name(kind))
        self._value_name.setVisible(is_shown)
        self._check_again()

    def _check_again(self) -> None:
        mistakes = self.rule().mistakes() if self._was_tried else {}
        for key, label in self.errors.items():
            label.setText(mistakes.get(key, ""))
            label.setVisible(bool(mistakes.get(key)))

    def _try(self) -> None:
        self._was_tried = True
        self._check_again()
        mistakes = self.rule().mistakes()
        if mistakes:
            self.fields[next(key for key in self.fields if key in mistakes)].setFocus()
            return
        try:
            self.wanted.emit(self.rule().selector())
        except InvalidValueError as error:
            self.errors["value"].setText(str(error))
            self.errors["value"].show()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        title = Label(tr("A rule for something that need not be running"))
        title.setFont(self._look.font(scale=1.2, is_bold=True))
        column.addWidget(title)
        column.addWidget(self.kinds)
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID // 2)
        grid.setColumnStretch(1, 1)
        self._add_field(grid, 0, "value", self._value_name)
        for place, key in enumerate(CONDITIONS, 1):
            self.fields[key].setPlaceholderText(condition_example(key))
            self.fields[key].setAccessibleName(condition_name(key))
            self._add_field(grid, place, key, Label(tr("{condition} (optional)", condition=condition_name(key))))
        column.addLayout(grid)
        column.addStretch()
        column.addWidget(self._buttons())

    def _add_field(self, grid: QGridLayout, place: int, key: str, name: Label) -> None:
        name.setBuddy(self.fields[key])
        grid.addWidget(name, 2 * place, 0)
        grid.addWidget(self.fields[key], 2 * place, 1)
        self.errors[key].setWordWrap(True)
        grid.addWidget(self.errors[key], 2 * place + 1, 1)

    def _buttons(self) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch()
        self._cancel.setProperty("role", "flat")
        self.add.setProperty("role", "primary")
        row.addWidget(self._cancel)
        row.addWidget(self.add)
        return line

    def _recolour(self) -> None:
        for each in self.errors.values():
            each.setStyleSheet(f"color: {self._look.colours.danger}")
