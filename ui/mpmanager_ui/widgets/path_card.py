"""One path as a card: what it is, how it does, and a menu that moves it to another lane."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QDrag,
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QMenu, QSizePolicy, QWidget

from mpmanager.model.caps import CapState
from mpmanager.model.path import PathKind, Tier
from mpmanager_ui.look import icons
from mpmanager_ui.look.hatching import edge_pen, paint_stripe
from mpmanager_ui.look.look import GRID, RADIUS, Look
from mpmanager_ui.viewmodels.overview import PathCard
from mpmanager_ui.viewmodels.signs import PathSign, PathSigns
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.viewmodels.wording import AUTOMATIC_TIERS, KIND_WORDS, STATE_EXPLANATIONS, TIER_HINTS, TIER_WORDS
from mpmanager_ui.widgets.choices import choice
from mpmanager_ui.widgets.label import plain_tip
from mpmanager_ui.widgets.sparkline import paint_sparkline
from mpmanager_ui.widgets.trust_shield import TrustShield

PATH_MIME_TYPE = "application/x-mpmanager-path"
_PAD = 12
_BUTTON = 24
"""Edge of the square in the corner that opens the menu."""
_TIER_KEYS = {
    Qt.Key.Key_1: Tier.ALWAYS,
    Qt.Key.Key_2: Tier.WHEN_NEEDED,
    Qt.Key.Key_3: Tier.BACKUP,
    Qt.Key.Key_4: Tier.NEVER,
}
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_CAP_COLOURS = {CapState.WARNED: "warning", CapState.NEARLY: "warning", CapState.REACHED: "danger"}
_ARROW = 12
_ARROW_BEARING = 2
"""Empty pixels left of the arrow in its image: it stands on the edge of the text."""


class PathCardWidget(QWidget):
    """Shows a `PathCard`. Drag it, press 1 to 4, Alt and an arrow, or Space for its menu; Tab leads to its shield."""

    tier_wanted = Signal(str, object)
    """Path and tier; None lets the kind decide."""
    kind_wanted = Signal(str, object)
    """Path and kind; None goes back to what was detected."""
    trust_wanted = Signal(str, object)
    """Path and `TrustChange`."""
    chosen = Signal(str)
    """It got the keyboard, or was clicked."""
    details_wanted = Signal(str)
    """It was clicked twice, or Enter was pressed, where that leads to its details."""

    def __init__(
        self, look: Look, signs: PathSigns, card: PathCard, parent: QWidget | None = None, *, leads_on: bool = False
    ) -> None:
        """`leads_on`: Enter leads to the details of the path; else they stand beside it, and Enter opens the menu."""
        super().__init__(parent)
        self._leads_on = leads_on
        self._look = look
        self._signs = signs
        self._rates: Sequence[float | None] = ()
        self._top = 0.0
        self._pressed_at: QPoint | None = None
        self._is_hovered = False
        self._is_stale = False
        self._is_marked = False
        self.card = card
        self.shield = TrustShield(look, card.shield, self)
        self.shield.wanted.connect(lambda change: self.trust_wanted.emit(self.card.name, change))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        look.changed.connect(self.update)
        self.show_card(card, ())

    def show_card(
        self, card: PathCard, rates: Sequence[float | None], *, top: float = 0.0, is_stale: bool = False
    ) -> None:
        """Show this from now on; `rates` are the last minute's, their scale ends at `top`, in bit/s.

        Stale numbers are greyed.
        """
        self._top, self._is_stale = top, is_stale
        if card != self.card or not self.accessibleName():
            self.setAccessibleName(card.summary)
            self.setToolTip(plain_tip(_tool_tip(card, leads_on=self._leads_on)))
        self.card, self._rates = card, rates
        is_lively = card.is_usable and not is_stale
        self.shield.show_shield(card.shield, title=card.full_title, is_lively=is_lively, is_reached=not is_stale)
        self._place_shield()
        self.update()

    def mark(self, *, is_marked: bool) -> None:
        """Whether the details of this path are shown."""
        if is_marked != self._is_marked:
            self._is_marked = is_marked
            self.update()

    def sizeHint(self) -> QSize:
        line = self.fontMetrics().height()
        return QSize(208, 2 * _PAD + 4 * line + 52)

    def minimumSizeHint(self) -> QSize:
        return QSize(168, self.sizeHint().height())

    @property
    def _sign(self) -> PathSign:
        return self._signs.of(self.card.name)

    def open_menu(self, at: QPoint) -> None:
        """The lanes and the kinds to choose from."""
        menu = QMenu(self)
        for key, tier in zip("1234", Tier, strict=True):
            menu.addAction(self._tier_action(menu, tier, key))
        automatic = menu.addAction(tr("Automatic ({lane})", lane=TIER_WORDS[AUTOMATIC_TIERS[self.card.kind]]))
        automatic.setToolTip(tr("What its kind suggests"))
        automatic.triggered.connect(lambda: self.tier_wanted.emit(self.card.name, None))
        menu.addSeparator()
        kinds = menu.addMenu(tr("This link is …"))
        for kind in PathKind:
            if kind is not PathKind.UNKNOWN:
                kinds.addAction(self._kind_action(menu, kind))
        detected = kinds.addAction(tr("What was detected"))
        detected.triggered.connect(lambda: self.kind_wanted.emit(self.card.name, None))
        self.shield.fill(menu.addMenu(tr("Trust …")))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    def _tier_action(self, menu: QMenu, tier: Tier, key: str) -> QAction:
        text = f"{TIER_WORDS[tier]}: {TIER_HINTS[tier][0].lower()}{TIER_HINTS[tier][1:]}\t{key}"
        action = choice(self._look, menu, text, icons.TIER_ICONS[tier], is_present=tier is self.card.tier)
        action.triggered.connect(lambda: self.tier_wanted.emit(self.card.name, tier))
        return action

    def _kind_action(self, menu: QMenu, kind: PathKind) -> QAction:
        action = choice(self._look, menu, KIND_WORDS[kind], icons.KIND_ICONS[kind], is_present=kind is self.card.kind)
        action.triggered.connect(lambda: self.kind_wanted.emit(self.card.name, kind))
        return action

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_frame(painter)
        if not self.card.is_usable:
            painter.setOpacity(0.72)
        inner = QRectF(self.rect()).adjusted(_PAD + 6, _PAD, -_PAD, -_PAD)
        line = float(self.fontMetrics().height())
        self._paint_title(painter, inner, line)
        top = inner.top() + line + 4
        self._paint_place(painter, QRectF(inner.left(), top, inner.width(), line))
        top += line + 8
        self._paint_rates(painter, QRectF(inner.left(), top, inner.width(), 30))
        top += 36
        self._paint_numbers(painter, QRectF(inner.left(), top, inner.width(), line), line)
        painter.end()

    def _paint_frame(self, painter: QPainter) -> None:
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        shape = QPainterPath()
        shape.addRoundedRect(rect, RADIUS, RADIUS)
        painter.fillPath(shape, self._look.colour("accent_soft" if self._is_marked else "surface"))
        painter.save()
        painter.setClipPath(shape)
        paint_stripe(painter, QRectF(0, 0, 6, self.height()), self._sign, self._look.colours)
        painter.restore()
        focused = self.hasFocus()
        edge = "accent" if focused else "muted" if self._is_hovered else "border"
        painter.setPen(QPen(self._look.colour(edge), 2 if focused else 1))
        painter.drawPath(shape)

    def _paint_title(self, painter: QPainter, inner: QRectF, line: float) -> None:
        colours = self._look.colours
        image = icons.pixmap(icons.KIND_ICONS[self.card.kind], colours.text, 18, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(inner.left(), inner.top() + (line - 18) / 2), image)
        painter.setFont(self._look.font(scale=1.05, is_bold=True))
        painter.setPen(self._look.colour("text"))
        title = QRectF(inner.left() + 26, inner.top(), self.shield.x() - inner.left() - 26, line)
        painter.drawText(title, _LEFT, self.card.title)
        used = painter.fontMetrics().horizontalAdvance(f"{self.card.title} ")
        more = icons.pixmap("more", colours.muted, 16, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(inner.right() - 12, inner.top() + (line - 16) / 2), more)
        if self.card.network:
            painter.setFont(self._look.font())
            _draw_elided(painter, title.adjusted(used, 0, 0, 0), f"({self.card.network})")

    def _paint_place(self, painter: QPainter, rect: QRectF) -> None:
        """How it stands, then interface, address and security, small."""
        card = self.card
        colour = "warning" if card.is_in_use_against_tier else "good" if card.is_usable else "danger"
        painter.setFont(self._look.font(scale=0.9))
        painter.setPen(self._look.colour(colour))
        words = rect.adjusted(13, 0, 0, 0)
        painter.drawText(words, _LEFT, card.state_words)
        text_width = painter.fontMetrics().horizontalAdvance
        used = text_width(card.state_words)
        painter.setPen(self._look.colour("muted"))
        room = words.adjusted(used, 0, 0, 0)
        _draw_elided(painter, room, _where(card, lambda text: text_width(text) <= room.width()))
        self._paint_state_sign(painter, QRectF(rect.left() + 1, rect.center().y() - 3.5, 7, 7), colour)

    def _paint_state_sign(self, painter: QPainter, box: QRectF, colour: str) -> None:
        """A disc for what is up, a cross for what is not, a square for what should not be in use."""
        painter.setBrush(self._look.colour(colour))
        painter.setPen(Qt.PenStyle.NoPen)
        if self.card.is_in_use_against_tier:
            painter.drawRect(box)
        elif self.card.is_usable:
            painter.drawEllipse(box)
        else:
            painter.setPen(QPen(self._look.colour(colour), 1.6))
            painter.drawLine(box.topLeft(), box.bottomRight())
            painter.drawLine(box.topRight(), box.bottomLeft())

    def _paint_rates(self, painter: QPainter, rect: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        painter.setPen(self._look.colour("grid"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if self._rates:
            paint_sparkline(painter, rect, self._rates, edge_pen(self._sign, self._look.colours).color(), top=self._top)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _paint_numbers(self, painter: QPainter, rect: QRectF, line: float) -> None:
        half = rect.width() / 2
        painter.setFont(self._look.font(scale=0.95, is_bold=True))
        painter.setPen(self._look.colour("muted" if self._is_stale else "text"))
        for column, (name, text) in enumerate((("down", self.card.down), ("up", self.card.up))):
            cell = QRectF(rect.left() + column * half, rect.top(), half, line)
            image = icons.pixmap(name, self._look.colours.muted, _ARROW, self.devicePixelRatioF())
            painter.drawPixmap(QPointF(cell.left() - _ARROW_BEARING, cell.center().y() - _ARROW / 2), image)
            painter.drawText(cell.adjusted(_ARROW, 0, 0, 0), _LEFT, text)
        second = rect.translated(0, line + 4)
        painter.setFont(self._look.font(scale=0.9))
        painter.setPen(self._look.colour("muted"))
        painter.drawText(second, _LEFT, tr("RTT {time}", time=self.card.rtt))
        painter.setPen(self._look.colour(_CAP_COLOURS.get(self.card.cap_state, "muted")))
        _draw_elided(painter, second.adjusted(half, 0, 0, 0), self.card.carried)

    # Pointer and keys

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_shield()

    def _place_shield(self) -> None:
        """Left of the button of the menu."""
        middle = _PAD + self.fontMetrics().height() // 2
        self.shield.move(self.width() - _BUTTON - self.shield.width(), middle - self.shield.height() // 2)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        if self._menu_button().contains(event.position()):
            self.open_menu(event.globalPosition().toPoint())
        else:
            self._pressed_at = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        start = self._pressed_at
        if start is None:
            return
        distance = (event.position().toPoint() - start).manhattanLength()
        if distance >= QApplication.startDragDistance():
            self._pressed_at = None
            self._drag(start)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._pressed_at = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._leads_on and event.button() is Qt.MouseButton.LeftButton:
            self._pressed_at = None
            self.details_wanted.emit(self.card.name)
        else:
            self.mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.open_menu(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        tier = self._tier_of_key(event)
        if tier is not None and tier is not self.card.tier:
            self.tier_wanted.emit(self.card.name, tier)
        elif self._leads_on and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.details_wanted.emit(self.card.name)
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self.open_menu(self.mapToGlobal(QPoint(_PAD, self.height() // 2)))
        else:
            super().keyPressEvent(event)

    def enterEvent(self, _event: QEnterEvent) -> None:
        self._is_hovered = True
        self.update()

    def leaveEvent(self, _event: QEvent) -> None:
        self._is_hovered = False
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.chosen.emit(self.card.name)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def _menu_button(self) -> QRectF:
        return QRectF(self.width() - _BUTTON, _PAD - 6, _BUTTON, _BUTTON + 4)

    def _tier_of_key(self, event: QKeyEvent) -> Tier | None:
        tiers = list(Tier)
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
            return tiers[min(max(tiers.index(self.card.tier) + step, 0), len(tiers) - 1)]
        return _TIER_KEYS.get(Qt.Key(event.key()))

    def _drag(self, start: QPoint) -> None:
        data = QMimeData()
        data.setData(PATH_MIME_TYPE, self.card.name.encode())
        drag = QDrag(self)
        drag.setMimeData(data)
        drag.setPixmap(self.grab())
        drag.setHotSpot(start - QPoint(0, GRID))
        drag.exec(Qt.DropAction.MoveAction)


def _where(card: PathCard, fits: Callable[[str], bool]) -> str:
    """The interface, and what else there is room for: half an address tells nothing."""
    text = f" · {card.name}"
    for each in (card.security, *(address.partition("/")[0] for address in card.addresses[:1])):
        if each and fits(f"{text} · {each}"):
            text = f"{text} · {each}"
    return text


def _draw_elided(painter: QPainter, rect: QRectF, text: str) -> None:
    text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(rect.width()))
    painter.drawText(rect, _LEFT, text)


def _tool_tip(card: PathCard, *, leads_on: bool) -> str:
    lines = [STATE_EXPLANATIONS[card.state]]
    if card.is_in_use_against_tier:
        lines.append(tr("Never, still in use: connections that began here keep it while they have no other path."))
    if card.addresses:
        lines.append(tr("Addresses: {addresses}", addresses=", ".join(card.addresses)))
    if card.gateways:
        lines.append(tr("Gateway: {gateways}", gateways=", ".join(card.gateways)))
    lines.append(
        tr("Drag to another lane, or press 1 to 4; Space opens the menu, Enter or a double click the details.")
        if leads_on
        else tr("Drag to another lane, or press 1 to 4; Enter opens the menu.")
    )
    return "\n".join(lines)
