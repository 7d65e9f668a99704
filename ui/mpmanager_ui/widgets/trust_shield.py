"""The shield on a path's card: full with a check, or crossed; it opens a menu that changes it."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QMenu, QVBoxLayout, QWidget, QWidgetAction

from mpmanager.model.trust import Trust
from mpmanager_ui.look import icons
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.viewmodels.translation import tr, tr_literal
from mpmanager_ui.viewmodels.trust import LEVELS, NOT_NOW, Shield, TrustChange
from mpmanager_ui.widgets.choices import choice
from mpmanager_ui.widgets.label import Label, plain_tip

EDGE = 24
"""Of the square in which the shield stands, at the right end."""
_SHIELD = 18
_PERSON = 9
_PERSON_ROOM = 7
"""What the person beside the shield takes in addition."""
_COLOURS = {Trust.TRUSTED: "good", Trust.UNTRUSTED: "warning"}
_NOTE_WIDTH = 344
"""Of the explanation in a menu: about what its longest entry takes."""

Choose = Callable[[TrustChange], None]


class TrustShield(QAbstractButton):
    """Small and quiet; a person beside it: somebody decided. Of a path that is not connected it has no colour."""

    wanted = Signal(object)
    """A `TrustChange`."""

    def __init__(self, look: Look, shield: Shield, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._is_lively = True
        self._is_reached = True
        self.shield = shield
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.resize(self.sizeHint())
        self.clicked.connect(lambda: self.open_menu(self.mapToGlobal(QPoint(0, self.height()))))
        look.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(EDGE + _PERSON_ROOM * self.shield.is_chosen, EDGE)

    def show_shield(self, shield: Shield, *, title: str, is_lively: bool, is_reached: bool) -> None:
        """Show this from now on; `title` is how the path is called.

        Args:
            shield: what to show.
            title: of the path.
            is_lively: whether the path is connected and what is known is fresh.
            is_reached: whether the daemon is there to change it.
        """
        self.shield, self._is_lively, self._is_reached = shield, is_lively, is_reached
        name = tr("Trust in {path}: {level}", path=title, level=LEVELS[shield.level])
        if shield.is_chosen:
            name = tr("Trust in {path}: {level}, decided by you", path=title, level=LEVELS[shield.level])
        self.setAccessibleName(name)
        lines = [*shield.explanation, tr("A click or Enter changes it.") if is_reached else tr_literal(NOT_NOW)]
        self.setAccessibleDescription(" ".join(lines))
        self.setToolTip(plain_tip("\n".join(lines)))
        self.resize(self.sizeHint())
        self.update()

    def open_menu(self, at: QPoint) -> None:
        """What can be said of the network and of the interface."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill(menu)
        menu.popup(at)

    def fill(self, menu: QMenu) -> None:
        """Put the explanation and the choices into a menu."""
        explanation = self.shield.explanation if self._is_reached else (*self.shield.explanation, tr_literal(NOT_NOW))
        menu.addAction(_note(self._look, menu, explanation))
        for group in self.shield.choices:
            menu.addSeparator()
            for each in group:
                name = icons.TRUST_ICONS[each.level] if each.level else "undo"
                text = each.text.replace("&", "&&")  # a single one would underline the letter after it
                action = choice(self._look, menu, text, name, is_present=each.is_present)
                action.setEnabled(self._is_reached)
                if not each.is_present:
                    action.triggered.connect(lambda _checked=False, change=each.change: self.wanted.emit(change))
                menu.addAction(action)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_bed(painter)
        colour = _COLOURS[self.shield.level] if self._is_lively else "muted"
        rim = (EDGE - _SHIELD) / 2
        left = self.width() - EDGE + rim
        self._paint_icon(painter, icons.TRUST_ICONS[self.shield.level], colour, QPointF(left, rim), _SHIELD)
        if self.shield.is_chosen:
            self._paint_icon(painter, "person", "muted", QPointF(rim, EDGE - rim - _PERSON - 2), _PERSON)
        painter.end()

    def _paint_bed(self, painter: QPainter) -> None:
        if not (self.underMouse() or self.hasFocus()):
            return
        painter.setPen(QPen(self._look.colour("accent"), 1.5) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour("hover" if self.underMouse() else "surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)

    def _paint_icon(self, painter: QPainter, name: str, colour: str, at: QPointF, size: int) -> None:
        painter.drawPixmap(at, icons.pixmap(name, getattr(self._look.colours, colour), size, self.devicePixelRatioF()))


def _note(look: Look, menu: QMenu, lines: tuple[str, ...]) -> QWidgetAction:
    """The first line leads, the others are small."""
    note = QWidget()
    column = QVBoxLayout(note)
    column.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
    column.setSpacing(GRID // 2)
    for number, line in enumerate(lines):
        label = Label(line)
        label.setWordWrap(True)
        label.setFont(look.font(scale=0.9) if number else look.font(is_bold=True))
        label.setProperty("role", "muted" if number else "lead")
        label.setFixedSize(_NOTE_WIDTH, label.heightForWidth(_NOTE_WIDTH))
        column.addWidget(label)
    action = QWidgetAction(menu)
    action.setDefaultWidget(note)
    action.setText(" ".join(lines))
    action.setEnabled(False)  # arrows pass over it
    return action
