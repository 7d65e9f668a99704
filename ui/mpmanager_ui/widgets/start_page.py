"""What stands in the window while there is no daemon: how to get one."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from mpmanager_ui.look import icons
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.viewmodels.contact import Instruction, absence_sentence
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.widgets.label import Label

_WIDTH = 560
_COMMAND_WIDTH = 440
"""At least so many pixels are left for a command."""
_COMMAND_PADDING = 20


class StartPage(QWidget):
    """Says what is missing and what to type."""

    def __init__(self, look: Look, instructions: Sequence[Instruction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._instructions = instructions
        self._copy_buttons: list[QToolButton] = []
        self._image = Label()
        self._title = Label()
        self._reason = Label()
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        column.addStretch(1)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(self._card(instructions))
        row.addStretch()
        column.addLayout(row)
        column.addStretch(2)
        look.changed.connect(self._recolour)
        self._recolour()
        self.show_connecting()

    def show_connecting(self) -> None:
        """The first attempt is under way."""
        self._title.setText(tr("Looking for the daemon"))
        self._reason.setText(tr("This takes a moment."))

    def show_absent(self, reason: str) -> None:
        """There is none, for this reason."""
        self._title.setText(tr("The daemon is not running"))
        self._reason.setText(absence_sentence(reason))

    def commands(self) -> list[str]:
        """The command lines that are offered."""
        return [each.command for each in self._instructions]

    def _card(self, instructions: Sequence[Instruction]) -> QFrame:
        card = QFrame()
        card.setProperty("role", "card")
        card.setFixedWidth(_WIDTH)
        column = QVBoxLayout(card)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        column.setSpacing(GRID)
        self._title.setFont(self._look.font(scale=1.5, is_bold=True))
        self._reason.setProperty("role", "muted")
        self._reason.setWordWrap(True)
        for widget in (self._image, self._title, self._reason):
            column.addWidget(widget)
        for each in instructions:
            column.addSpacing(GRID)
            text = Label(each.text)
            text.setWordWrap(True)
            column.addWidget(text)
            column.addLayout(self._command_row(each.command))
        return card

    def _command_row(self, command: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GRID)
        label = Label(command)
        label.setProperty("role", "command")
        label.setWordWrap(True)
        label.setMinimumHeight(_height_of(label))
        label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        button = QToolButton()
        button.setToolTip(tr("Copy"))
        button.setAccessibleName(tr("Copy {command}", command=command))
        button.clicked.connect(lambda: QGuiApplication.clipboard().setText(command))
        self._copy_buttons.append(button)
        row.addWidget(label, 1)
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _recolour(self) -> None:
        image = icons.pixmap("start", self._look.colours.accent, 40, self.devicePixelRatioF())
        self._image.setPixmap(image)
        for button in self._copy_buttons:
            button.setIcon(icons.icon("copy", self._look.colours.muted))


def _height_of(command: Label) -> int:
    """What a label needs that may break over lines; the style sheet's padding is not known to it."""
    command.ensurePolished()
    room = QRect(0, 0, _COMMAND_WIDTH, 0)
    lines = command.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, command.text())
    return lines.height() + _COMMAND_PADDING
