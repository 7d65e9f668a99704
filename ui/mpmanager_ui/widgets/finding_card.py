"""A finding as a card: how bad, what was measured, what it means, and what mends it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QToolButton, QVBoxLayout

from mpmanager_ui.look import icons
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.viewmodels.diagnostics import FindingCard, Mood
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.widgets.label import Label, plain_tip

MOOD_ICONS = {Mood.GOOD: "tick", Mood.BAD: "warning", Mood.DOUBTFUL: "warning", Mood.NEUTRAL: "information"}
_ICON = 20


class CommandLine(QFrame):
    """A command to type, with a button that copies it."""

    def __init__(self, look: Look, command: str) -> None:
        super().__init__()
        self._look = look
        label = Label(command)
        label.setProperty("role", "command")
        label.setMinimumHeight(label.fontMetrics().height() + 2 * GRID)
        label.setMinimumWidth(10 * GRID)  # a long one is cut off sooner than that the page is
        label.setToolTip(plain_tip(command))
        label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.button = QToolButton()
        self.button.setToolTip(tr("Copy"))
        self.button.setAccessibleName(tr("Copy {command}", command=command))
        self.button.clicked.connect(lambda: QGuiApplication.clipboard().setText(command))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(label)
        row.addWidget(self.button)
        row.addStretch(1)
        look.changed.connect(self._recolour)
        self._recolour()

    def _recolour(self) -> None:
        self.button.setIcon(icons.icon("copy", self._look.colours.muted))


class FindingView(QFrame):
    """One card."""

    def __init__(self, look: Look, card: FindingCard) -> None:
        super().__init__()
        self._look = look
        self._card = card
        self._icon = Label()
        self.setProperty("role", "card")
        self.setAccessibleName(f"{card.severity}: {card.title}")
        title = Label(card.title)
        title.setFont(look.font(scale=1.1, is_bold=True))
        severity = Label(card.severity)
        severity.setProperty("role", "muted")
        heading = QHBoxLayout()
        heading.setSpacing(GRID)
        for widget in (self._icon, title):
            heading.addWidget(widget)
        heading.addStretch(1)
        heading.addWidget(severity)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 12, 2 * GRID, 12)
        column.setSpacing(GRID)
        column.addLayout(heading)
        column.addLayout(self._facts(card))
        look.changed.connect(self._recolour)
        self._recolour()

    def _facts(self, card: FindingCard) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(_ICON + GRID, 0, 0, 0)
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID // 2)
        grid.setColumnStretch(1, 1)
        facts = ((tr("Measured"), card.measured), (tr("Means"), card.meaning), (tr("Fix"), card.fix))
        for row, (name, text) in enumerate(facts):
            label, words = Label(name), Label(text)
            label.setProperty("role", "muted")
            words.setWordWrap(True)
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(words, row, 1)
        if card.command:
            grid.addWidget(CommandLine(self._look, card.command), len(facts), 1)
        return grid

    def _recolour(self) -> None:
        colour = getattr(self._look.colours, self._card.mood.value)
        self._icon.setPixmap(icons.pixmap(MOOD_ICONS[self._card.mood], colour, _ICON, self.devicePixelRatioF()))
