"""A strip that says what is wrong, why, and offers one action."""

from collections.abc import Callable
from enum import StrEnum, unique

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QToolButton, QWidget

from mpmanager_ui.look import icons
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.widgets.label import Label


@unique
class Tone(StrEnum):
    """How urgent it is; the value is the frame's role in the style sheet."""

    QUIET = "quiet"
    """A line of text without a ground of its own, to stand among others."""
    NOTICE = "notice"
    WARNING = "warning"
    DANGER = "danger"


_ICONS = {Tone.QUIET: "information", Tone.NOTICE: "information", Tone.WARNING: "warning", Tone.DANGER: "warning"}
_COLOURS = {Tone.QUIET: "muted", Tone.NOTICE: "accent", Tone.WARNING: "warning", Tone.DANGER: "danger"}


class Banner(QFrame):
    """Hidden until `show_text`."""

    dismissed = Signal()
    """Somebody has closed it."""

    def __init__(self, look: Look, tone: Tone, *, is_closable: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._tone = tone
        self._action: Callable[[], None] | None = None
        self.setProperty("role", tone.value)
        self._icon = Label()
        self.label = Label()
        self.label.setWordWrap(True)
        self.label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.button = QPushButton()
        self.button.clicked.connect(self._act)
        self.close_button = QToolButton()
        self.close_button.setProperty("role", "flat")
        self.close_button.setAccessibleName(tr("Dismiss"))
        self.close_button.clicked.connect(self.hide)
        self.close_button.clicked.connect(self.dismissed)
        row = QHBoxLayout(self)
        if tone is Tone.QUIET:
            row.setContentsMargins(0, 0, GRID, 0)
            self.label.setProperty("role", "muted")
        else:
            row.setContentsMargins(2 * GRID, GRID, GRID, GRID)
        row.setSpacing(12)
        for widget in (self._icon, self.label, self.button, self.close_button):
            row.addWidget(widget)
        self.close_button.setVisible(is_closable)  # not before it has its place: it would be a window of its own
        look.changed.connect(self._recolour)
        self._recolour()
        self.hide()

    def show_text(self, text: str, *, action: str = "", act: Callable[[], None] | None = None) -> None:
        """Say this, with a button if there is something to do."""
        self.label.setText(text)
        self.setAccessibleName(text)
        self._action = act
        self.button.setText(action)
        self.button.setVisible(act is not None)
        self.show()

    def _act(self) -> None:
        self.hide()
        if self._action is not None:
            self._action()

    def _recolour(self) -> None:
        colour = getattr(self._look.colours, _COLOURS[self._tone])
        self._icon.setPixmap(icons.pixmap(_ICONS[self._tone], colour, 18, self.devicePixelRatioF()))
        self.close_button.setIcon(icons.icon("close", self._look.colours.muted))
