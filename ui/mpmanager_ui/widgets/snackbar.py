"""A note at the lower edge of the window: what was done, and Undo."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from mpmanager_ui.look.look import GRID
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.widgets.label import Label

SHOWN_MS = 8000


class Snackbar(QFrame):
    """Floats over its parent and goes away by itself; the pointer or the keyboard on it keeps it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self.setProperty("role", "snack")
        self._undo: Callable[[], None] | None = None
        self.label = Label()
        self.button = QPushButton(tr("Undo"))
        self.button.setToolTip(tr("Undo (Ctrl+Z)"))
        self.button.clicked.connect(self._act)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, GRID, GRID, GRID)
        row.setSpacing(2 * GRID)
        row.addWidget(self.label)
        row.addWidget(self.button)
        self._timer = QTimer(self, interval=SHOWN_MS, singleShot=True)
        self._timer.timeout.connect(self._leave)
        parent.installEventFilter(self)
        self.hide()

    def show_text(self, text: str, undo: Callable[[], None] | None) -> None:
        """Say this for eight seconds; `undo` takes it back."""
        self._undo = undo
        self.label.setText(text)
        self.setAccessibleName(text)
        self.button.setVisible(undo is not None)
        self._fit()
        self.adjustSize()
        self._float()
        self.show()
        self.raise_()
        self._timer.start()

    def act(self) -> bool:
        """Take back what is shown; returns whether there was anything."""
        has_something = self.isVisible() and self._undo is not None
        if has_something:
            self._act()
        return has_something

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self._float()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        """Break a text over lines that is longer than the window is wide."""
        has_button = self._undo is not None
        self._row.setContentsMargins(2 * GRID, GRID, GRID if has_button else 2 * GRID, GRID)
        beside = self.button.sizeHint().width() + 3 * GRID if has_button else 2 * GRID
        room = self._parent.width() - beside - 8 * GRID
        self.label.setWordWrap(False)
        wanted = self.label.sizeHint().width()
        self.label.setWordWrap(wanted > room)
        self.label.setFixedWidth(min(wanted, room))

    def _float(self) -> None:
        area = self._parent.rect()
        self.move((area.width() - self.width()) // 2, area.height() - self.height() - 3 * GRID)

    def _leave(self) -> None:
        if self.underMouse() or self.button.hasFocus():
            self._timer.start()
        else:
            self.hide()

    def _act(self) -> None:
        self.hide()
        if self._undo is not None:
            self._undo()
