"""What happened last, the newest first."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from mpmanager.api.structures import EventKind
from mpmanager_ui.look import icons
from mpmanager_ui.look.look import Look
from mpmanager_ui.viewmodels.proofs import EventRow
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.viewmodels.wording import clock
from mpmanager_ui.widgets.label import plain_tip

_AnyIndex = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_ROW = 46
"""With one line of text; a long one takes up to four."""
_MOST_LINES = 4
_COLOURS = {
    EventKind.PATH_DOWN: "danger",
    EventKind.PATH_REMOVED: "danger",
    EventKind.PATH_UP: "good",
    EventKind.FAILED_OVER: "danger",
    EventKind.BACKUP_OPENED: "accent",
    EventKind.STEERED: "accent",
    EventKind.RETURNED: "good",
}
"""Those of the marks in the chart; all other icons are muted."""
_KEPT_LINES = 2000
_LEFT_EDGE = 30
_RIGHT_EDGE = 4
_TOP = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop


class EventModel(QAbstractListModel):
    """An adapter over events."""

    def __init__(self) -> None:
        super().__init__()
        self._events: tuple[EventRow, ...] = ()

    def show_events(self, events: Sequence[EventRow]) -> None:
        """Show these, the newest first; nothing happens if they are the same."""
        shown = tuple(events)
        if shown != self._events:
            self.beginResetModel()
            self._events = shown
            self.endResetModel()

    def event_at(self, row: int) -> EventRow:
        """The event of a row."""
        return self._events[row]

    def rowCount(self, parent: _AnyIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._events)

    def data(self, index: _AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401  # Qt's type
        if role == Qt.ItemDataRole.DisplayRole:
            event = self._events[index.row()]
            return f"{clock(event.time)} {event.text}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(_tip(self._events[index.row()]))
        return None


class _EventDelegate(QStyledItemDelegate):
    def __init__(self, look: Look, model: EventModel, view: QListView) -> None:
        super().__init__(view)
        self._look = look
        self._view = view
        self._model = model
        self._known_lines: dict[tuple[str, int], int] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: _AnyIndex) -> QSize:
        del option  # the font is the same in all rows
        metrics = QFontMetrics(self._look.font())
        room = self._view.viewport().width() - _LEFT_EDGE - _RIGHT_EDGE
        lines = self._lines(metrics, self._model.event_at(index.row()).text, room)
        return QSize(0, _ROW + (lines - 1) * metrics.height())

    def _lines(self, metrics: QFontMetrics, text: str, room: int) -> int:
        """How many lines a text takes in so many pixels. Kept: the same rows are asked for again and again."""
        known = self._known_lines.get((text, room))
        if known is None:
            if len(self._known_lines) >= _KEPT_LINES:
                self._known_lines.clear()
            place = metrics.boundingRect(QRect(0, 0, room, _ROW), _TOP | Qt.TextFlag.TextWordWrap, text)
            known = min(_MOST_LINES, max(1, round(place.height() / metrics.height())))
            self._known_lines[text, room] = known
        return known

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _AnyIndex) -> None:
        event = self._model.event_at(index.row())
        rect: QRect = option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, self._look.colour("accent_soft"))
        ratio = painter.device().devicePixelRatio()
        colour = getattr(self._look.colours, _COLOURS.get(event.kind, "muted"))
        image = icons.pixmap(icons.EVENT_ICONS[event.kind], colour, 16, ratio)
        painter.drawPixmap(rect.left() + 4, rect.top() + 5, image)
        place = rect.adjusted(_LEFT_EDGE, 4, -_RIGHT_EDGE, -4)
        painter.setFont(self._look.font())
        painter.setPen(self._look.colour("text"))
        metrics = painter.fontMetrics()
        height = self._lines(metrics, event.text, place.width()) * metrics.height()
        text_place = QRect(place.left(), place.top(), place.width(), height)
        painter.drawText(text_place, _TOP | Qt.TextFlag.TextWordWrap, event.text)
        painter.setFont(self._look.font(scale=0.85))
        painter.setPen(self._look.colour("muted"))
        painter.drawText(place.adjusted(0, height + 1, 0, 0), _TOP, clock(event.time))
        painter.restore()


def _tip(event: EventRow) -> str:
    if event.app is None:
        return event.text
    return "\n".join((event.text, tr("Double click or Enter: why, on the Live page")))


class EventList(QListView):
    """A quiet list that shows `rows` events without scrolling."""

    application_wanted = Signal(str)
    """The id of the application of the event on which somebody double-clicked or pressed Enter."""

    def __init__(self, look: Look, rows: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.events = EventModel()
        self.setModel(self.events)
        self.setItemDelegate(_EventDelegate(look, self.events, self))
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Last events, the newest first"))
        self.setMinimumHeight(rows * _ROW)
        self.events.modelReset.connect(self._leave_out_parts)
        self.activated.connect(self._want_application)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.scheduleDelayedItemsLayout()  # texts break elsewhere: the view would keep the rows where they were
        self._leave_out_parts()

    def _want_application(self, index: QModelIndex) -> None:
        app = self.events.event_at(index.row()).app
        if app is not None:
            self.application_wanted.emit(app)

    def _leave_out_parts(self) -> None:
        """End the view below the last row that is shown whole."""
        height = 0
        for row in range(self.events.rowCount()):
            taller = height + self.sizeHintForRow(row)
            if taller > self.height():
                break
            height = taller
        else:
            height = self.height()
        self.setViewportMargins(0, 0, 0, self.height() - height)
