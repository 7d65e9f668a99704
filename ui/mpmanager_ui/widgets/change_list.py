"""The time line of changes: what was decided, by whom, and a button at each that takes it back."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from mpmanager_ui.look import icons
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.viewmodels.change_rows import ChangeRow
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.widgets.empty_state import EmptyState
from mpmanager_ui.widgets.label import Label

PANEL_WIDTH = 400
_LEAST_BESIDE = 616
"""An area that keeps so many pixels makes room for the panel."""
_BARE = 2 * GRID
"""An area that begins at most so far below the top has nothing above it."""
_DISC = 28
_LINE_X = 2 * GRID + _DISC // 2
_ICON = 16
_TEXT_X = 7 * GRID


class _Row(QWidget):
    """A station on the line."""

    def __init__(self, look: Look, row: ChangeRow) -> None:
        super().__init__()
        self._look = look
        self._row = row
        self.button = QPushButton(row.action)
        self.button.setProperty("role", "flat")
        self.button.setProperty("tone", "accent")
        self.button.setAccessibleName(f"{row.action}: {row.text}")
        self.keep = QPushButton(tr("Keep"))
        self.keep.setVisible(row.is_pending)
        self.keep.setAccessibleName(tr("Keep: {change}", change=row.text))
        text, details = Label(row.text), Label(row.details)
        text.setProperty("role", "muted" if row.is_taken_back else "lead")
        details.setProperty("role", "muted")
        details.setFont(look.font(scale=0.85))
        for label in (text, details):
            label.setWordWrap(True)
        words = QVBoxLayout()
        words.setSpacing(GRID // 4)
        words.addWidget(text)
        words.addWidget(details)
        line = QHBoxLayout(self)
        line.setContentsMargins(_TEXT_X, GRID, 2 * GRID, GRID)
        line.setSpacing(GRID)
        line.addLayout(words, 1)
        for button in (self.keep, self.button):
            line.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self.setAccessibleName(f"{row.text}, {row.details}")

    @property
    def row(self) -> ChangeRow:
        return self._row

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._look.colour("border"), 2))
        painter.drawLine(QPointF(_LINE_X, 0), QPointF(_LINE_X, self.height()))
        disc = QRectF(_LINE_X - _DISC / 2, GRID - 2, _DISC, _DISC)
        painter.setBrush(self._look.colour("surface" if self._row.is_taken_back else "accent_soft"))
        painter.setPen(QPen(self._look.colour("border"), 1) if self._row.is_taken_back else Qt.PenStyle.NoPen)
        painter.drawEllipse(disc)
        name = "undo" if self._row.is_taken_back else self._row.icon
        colour = self._look.colours.muted if self._row.is_taken_back else self._look.colours.accent
        image = icons.pixmap(name, colour, _ICON, self.devicePixelRatioF())
        painter.drawPixmap(disc.center() - QPointF(_ICON / 2, _ICON / 2), image)
        painter.end()


class ChangeList(QScrollArea):
    """All changes, the newest first, under the days on which they were made."""

    undo_wanted = Signal(int, bool)
    """A change, and whether later ones about the same go with it."""
    redo_wanted = Signal(int)
    keep_wanted = Signal(int)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._shown: tuple[ChangeRow, ...] | None = None
        self.rows: list[_Row] = []
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Changes, the newest first"))
        look.changed.connect(self._rebuild)

    def show_rows(self, rows: Sequence[ChangeRow]) -> None:
        """Show these; nothing happens if they are the same."""
        if tuple(rows) != self._shown:
            self._shown = tuple(rows)
            self._rebuild()

    def _rebuild(self) -> None:
        if self._shown is None:
            return
        place = self.verticalScrollBar().value()
        focused = next((each.row.id for each in self.rows if each.button.hasFocus()), None)
        self.rows = [self._made(each) for each in self._shown]
        page = QWidget()
        page.setObjectName("page")
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 2 * GRID)
        column.setSpacing(0)
        day = None
        for row in self.rows:
            if row.row.day != day:
                day = row.row.day
                column.addWidget(self._heading(day))
            column.addWidget(row)
        column.addStretch()
        self.setWidget(page)
        self.verticalScrollBar().setValue(place)
        for row in self.rows:
            if row.row.id == focused:
                row.button.setFocus()

    def _heading(self, day: str) -> Label:
        label = Label(day)
        label.setProperty("role", "muted")
        label.setFont(self._look.font(scale=0.85, is_bold=True))
        label.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, GRID)
        return label

    def _made(self, row: ChangeRow) -> _Row:
        made = _Row(self._look, row)
        made.button.clicked.connect(lambda: self._act(row))
        made.keep.clicked.connect(lambda: self.keep_wanted.emit(row.id))
        return made

    def _act(self, row: ChangeRow) -> None:
        if row.is_taken_back:
            self.redo_wanted.emit(row.id)
        else:
            self.undo_wanted.emit(row.id, row.later > 0)


class ChangePanel(QFrame):
    """Stands at the right edge of an area of its parent, over what is there if it is narrow; Escape closes it."""

    closed = Signal()

    def __init__(self, look: Look, parent: QWidget, area: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._area = area
        self.setProperty("role", "panel")
        self.setAccessibleName(tr("Changes"))
        self.list = ChangeList(look)
        self.empty = EmptyState(look, "changes")
        self.empty.show_text(
            tr("Nothing was changed yet"),
            tr("What you decide about paths, networks and applications is listed here, and can be taken back."),
        )
        self.close_button = QToolButton()
        self.close_button.setProperty("role", "flat")
        self.close_button.setAccessibleName(tr("Close"))
        self.close_button.clicked.connect(self.close_panel)
        self._stack = QStackedLayout()
        self._build()
        area.installEventFilter(self)
        look.changed.connect(self._recolour)
        self._recolour()
        self.hide()

    def show_rows(self, rows: Sequence[ChangeRow]) -> None:
        """Show these, the newest first."""
        self.list.show_rows(rows)
        self._stack.setCurrentWidget(self.list if rows else self.empty)

    def open_panel(self) -> None:
        """Come up, with the keyboard."""
        self.show()
        self._place()
        self.raise_()
        (self.list.rows[0].button if self.list.rows else self.close_button).setFocus()

    def close_panel(self) -> None:
        """Go away."""
        self.hide()
        self.closed.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._area.setContentsMargins(0, 0, 0, 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_panel()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.Resize, QEvent.Type.Move} and not self.isHidden():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        area = self._area.geometry()
        width = min(PANEL_WIDTH, area.width())
        top = area.top() if area.top() > _BARE else 0
        self.setGeometry(area.right() + 1 - width, top, width, area.bottom() + 1 - top)
        is_beside = area.width() - width >= _LEAST_BESIDE
        self._area.setContentsMargins(0, 0, width if is_beside else 0, 0)

    def _build(self) -> None:
        title = Label(tr("Changes"))
        title.setFont(self._look.font(scale=1.3, is_bold=True))
        title.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        hint = Label(tr("Ctrl+Z takes back the last one, Ctrl+Y makes it again."))
        hint.setProperty("role", "muted")
        hint.setWordWrap(True)
        head = QHBoxLayout()
        head.setContentsMargins(2 * GRID, 2 * GRID, GRID, 0)
        head.addWidget(title)
        head.addWidget(self.close_button)
        below = QHBoxLayout()
        below.setContentsMargins(2 * GRID, 0, 2 * GRID, GRID)
        below.addWidget(hint)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(below)
        self._stack.addWidget(self.list)
        self._stack.addWidget(self.empty)
        column.addLayout(self._stack, 1)

    def _recolour(self) -> None:
        self.close_button.setIcon(icons.icon("close", self._look.colours.muted))
