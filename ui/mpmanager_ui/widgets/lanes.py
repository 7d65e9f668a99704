"""The lanes Always, When needed, Backup and Never, between which the cards of the paths move."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from mpmanager.model.path import Tier
from mpmanager_ui.look import icons
from mpmanager_ui.look.look import GRID, RADIUS, Look
from mpmanager_ui.viewmodels.axis import LEAST_TOP_BIT_S
from mpmanager_ui.viewmodels.overview import PathCard
from mpmanager_ui.viewmodels.signs import PathSigns
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.viewmodels.wording import TIER_HINTS, TIER_WORDS
from mpmanager_ui.widgets.path_card import PATH_MIME_TYPE, PathCardWidget

_HEADER = 48
_LEAST_HEIGHT = _HEADER + 8 * GRID
_NARROW = 824
"""Below this width the lanes stand in two rows."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

Rates = Mapping[str, Sequence[float | None]]
"""The last minute of each path, in bit/s."""


class Lane(QWidget):
    """The bed of one tier; a card that is dropped here asks for it."""

    dropped = Signal(str, object)
    """Path and tier."""

    def __init__(self, look: Look, tier: Tier, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._is_target = False
        self.tier = tier
        self.cards = QVBoxLayout(self)
        self.cards.setContentsMargins(GRID, _HEADER, GRID, GRID)
        self.cards.setSpacing(GRID)
        self.cards.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setMinimumHeight(_LEAST_HEIGHT)
        self.setAcceptDrops(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(tr("Lane {lane}: {hint}", lane=TIER_WORDS[tier], hint=TIER_HINTS[tier]))
        look.changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(self._edge())
        painter.setBrush(self._look.colour("accent_soft" if self._is_target else "lane"))
        painter.drawRoundedRect(rect, RADIUS + 2, RADIUS + 2)
        self._paint_header(painter)
        if self.cards.count() == 0:
            self._paint_empty(painter, rect.adjusted(GRID, _HEADER, -GRID, -GRID))
        painter.end()

    def _edge(self) -> QPen | Qt.PenStyle:
        return QPen(self._look.colour("accent"), 1.5) if self._is_target else Qt.PenStyle.NoPen

    def _paint_header(self, painter: QPainter) -> None:
        colours = self._look.colours
        image = icons.pixmap(icons.TIER_ICONS[self.tier], colours.muted, 18, self.devicePixelRatioF())
        painter.drawPixmap(12, 15, image)
        painter.setPen(self._look.colour("text"))
        painter.setFont(self._look.font(is_bold=True))
        painter.drawText(QRectF(38, 6, self.width() - 46, 19), _LEFT, TIER_WORDS[self.tier])
        painter.setPen(self._look.colour("muted"))
        painter.setFont(self._look.font(scale=0.85))
        hint = painter.fontMetrics().elidedText(TIER_HINTS[self.tier], Qt.TextElideMode.ElideRight, self.width() - 46)
        painter.drawText(QRectF(38, 24, self.width() - 46, 17), _LEFT, hint)

    def _paint_empty(self, painter: QPainter, rect: QRectF) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._look.colour("outline"), 1, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        painter.setPen(self._look.colour("muted"))
        painter.setFont(self._look.font(scale=0.9))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(rect.adjusted(12, 0, -12, 0), flags, tr("Drag a path here"))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(PATH_MIME_TYPE):
            event.acceptProposedAction()
            self._mark(is_target=True)

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self._mark(is_target=False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._mark(is_target=False)
        path = bytes(event.mimeData().data(PATH_MIME_TYPE).data()).decode()
        event.acceptProposedAction()
        self.dropped.emit(path, self.tier)

    def _mark(self, *, is_target: bool) -> None:
        self._is_target = is_target
        self.update()


class LaneBoard(QWidget):
    """All lanes side by side, or two by two where there is little room."""

    tier_wanted = Signal(str, object)
    kind_wanted = Signal(str, object)
    trust_wanted = Signal(str, object)
    chosen = Signal(str)
    """A card got the keyboard, or was clicked."""
    details_wanted = Signal(str)
    """Somebody wants to know more of this path; in a column its details stand beside it."""

    def __init__(self, look: Look, signs: PathSigns, parent: QWidget | None = None, *, is_column: bool = False) -> None:
        super().__init__(parent)
        self._is_column = is_column
        self._look = look
        self._signs = signs
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GRID)
        self._lanes = {tier: Lane(look, tier, self) for tier in Tier}
        self._widgets: dict[str, PathCardWidget] = {}
        self._columns = 0
        for lane in self._lanes.values():
            lane.dropped.connect(self._want_from_drop)
        self._arrange(1 if is_column else len(Tier))

    def show_cards(self, lanes: Mapping[Tier, Sequence[PathCard]], rates: Rates, *, is_stale: bool = False) -> None:
        """Put every card into its lane; the one with the keyboard keeps it. Stale numbers are greyed."""
        names = {card.name for cards in lanes.values() for card in cards}
        for name in self._widgets.keys() - names:
            self._widgets.pop(name).deleteLater()
        top = max((each or 0.0 for values in rates.values() for each in values), default=0.0)
        top = max(top, LEAST_TOP_BIT_S)  # one scale for all: a whisper shall not look like a roar
        for tier, cards in lanes.items():
            for place, card in enumerate(cards):
                self._place(self._lanes[tier], place, card)
                self._widgets[card.name].show_card(card, rates.get(card.name, ()), top=top, is_stale=is_stale)
        if self._is_column:
            self._keep_heights()

    def _keep_heights(self) -> None:
        """In a column that scrolls no lane gives way to another."""
        for lane in self._lanes.values():
            lane.setMinimumHeight(max(_LEAST_HEIGHT, lane.cards.minimumSize().height()))

    def mark(self, path: str) -> None:
        """Show that this path is the one whose details are shown."""
        for name, widget in self._widgets.items():
            widget.mark(is_marked=name == path)

    def card_of(self, path: str) -> PathCardWidget:
        """The card of a path."""
        return self._widgets[path]

    def lane_of(self, tier: Tier) -> Lane:
        """The lane of a tier."""
        return self._lanes[tier]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._is_column:
            self._arrange(len(Tier) if self.width() >= _NARROW else len(Tier) // 2)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self.update()

    def _place(self, lane: Lane, place: int, card: PathCard) -> None:
        widget = self._widgets.get(card.name)
        if widget is None:
            widget = self._widgets[card.name] = self._make(card)
        if lane.cards.indexOf(widget) != place:
            had_focus = widget.hasFocus()
            lane.cards.insertWidget(place, widget)
            widget.show()
            if had_focus:
                widget.setFocus()
            self._repaint_lanes()

    def _make(self, card: PathCard) -> PathCardWidget:
        widget = PathCardWidget(self._look, self._signs, card, self, leads_on=not self._is_column)
        widget.tier_wanted.connect(self.tier_wanted)
        widget.kind_wanted.connect(self.kind_wanted)
        widget.trust_wanted.connect(self.trust_wanted)
        widget.chosen.connect(self.chosen)
        widget.details_wanted.connect(self.details_wanted)
        return widget

    def _repaint_lanes(self) -> None:
        for lane in self._lanes.values():
            lane.update()

    def _want_from_drop(self, path: str, tier: Tier) -> None:
        widget = self._widgets.get(path)
        if widget is not None and widget.card.tier is not tier:
            self.tier_wanted.emit(path, tier)

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for number, lane in enumerate(self._lanes.values()):
            self._grid.addWidget(lane, number // columns, number % columns)
        for column in range(len(Tier)):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
