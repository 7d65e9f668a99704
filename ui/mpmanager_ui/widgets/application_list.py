"""The applications as a list: thousands of rows, one signal a tick, no sort proxy."""

from collections.abc import Collection, Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QFontMetrics, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from mpmanager_ui.look import icons
from mpmanager_ui.look.hatching import colour_of, hatch_brush
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.viewmodels.applications import ListRow, bar_share, row_sentence
from mpmanager_ui.viewmodels.badges import Badge, Tone
from mpmanager_ui.viewmodels.quantities import format_rate
from mpmanager_ui.viewmodels.signs import PathSigns
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.viewmodels.waits import DEFAULT
from mpmanager_ui.widgets.label import plain_tip

ROW_HEIGHT = 52
_SIGN = 28
_PAD = GRID
_BAR, _BAR_GAP, _BAR_HEIGHT = 8, 3, 28
_MOST_BARS = 6
_ICON = 14
_FEW = 64
"""Rows that come and go one by one; with more, all are looked at anew."""
_AnyIndex = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_SHIELDS = {
    Tone.GOOD: "shield-trusted",
    Tone.WARNING: "shield-trusted",
    Tone.NEUTRAL: "shield-trusted",
    Tone.DANGER: "shield-untrusted",
}


class ApplicationModel(QAbstractListModel):
    """An adapter over the rows of the roster."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[ListRow] = []

    def show_rows(self, rows: Sequence[ListRow]) -> None:
        """Show these; rows that stay keep their index objects, and so the selection."""
        old, new = [each.who.key for each in self._rows], [each.who.key for each in rows]
        if old != new:
            gone, come = set(old) - set(new), set(new) - set(old)
            if len(gone) + len(come) > _FEW or [each for each in old if each not in gone] != [
                each for each in new if each not in come
            ]:
                self.beginResetModel()
                self._rows = list(rows)
                self.endResetModel()
                return
            self._remove(gone)
            self._insert(rows, come)
        self._rows = list(rows)
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def row_at(self, row: int) -> ListRow:
        """What stands in a row."""
        return self._rows[row]

    def place_of(self, key: str) -> int | None:
        """The row of somebody; None where it is not shown."""
        return next((place for place, each in enumerate(self._rows) if each.who.key == key), None)

    def rowCount(self, parent: _AnyIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401  # Qt's type
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.who.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row_sentence(row, format_rate(row.rate_bit_s))
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(_tip(row))
        return None

    def _remove(self, gone: Collection[str]) -> None:
        for place in range(len(self._rows) - 1, -1, -1):
            if self._rows[place].who.key in gone:
                self.beginRemoveRows(_ROOT, place, place)
                del self._rows[place]
                self.endRemoveRows()

    def _insert(self, rows: Sequence[ListRow], come: Collection[str]) -> None:
        for place, row in enumerate(rows):
            if row.who.key in come:
                self.beginInsertRows(_ROOT, place, place)
                self._rows.insert(place, row)
                self.endInsertRows()


def _tip(row: ListRow) -> str:
    """The selector, and the badges with their reasons."""
    lines = [row.who.selector or row.who.name, row.detail]
    if row.trust is not None:
        lines.append(tr("Trust: {badge}", badge=row.trust.sentence))
    if row.multipath is not None:
        lines.append(tr("Multipath: {badge}", badge=row.multipath.sentence))
    return "\n".join(lines)


class RowPainter:
    """Paints a row, in the list and below it."""

    def __init__(self, look: Look, signs: PathSigns) -> None:
        self._look = look
        self._signs = signs
        self.paths: tuple[str, ...] = ()
        """A bar for each of them, always at the same place."""
        self.drafts: frozenset[str] = frozenset()
        """Selectors of which something is changed and not applied."""
        self.is_stale = False
        self._measure()
        look.changed.connect(self._measure)

    def paint(self, painter: QPainter, area: QRect, row: ListRow, *, is_current: bool, is_hovered: bool) -> None:
        """All of it."""
        if is_current or is_hovered:
            painter.fillRect(area, self.chosen if is_current else self._look.colour("hover"))
        is_faint = self.is_stale or not row.connections
        self._paint_sign(painter, area, row, is_faint=is_faint)
        left = area.left() + _PAD + _SIGN + GRID + 4
        right = self._paint_bars(painter, area, row)
        top = QRect(left, area.top() + 7, right - left, 20)
        bottom = QRect(left, area.top() + 27, right - left, 18)
        room = self._paint_rate(painter, top, row, is_faint=is_faint)
        self._paint_name(painter, top.adjusted(0, 0, -room, 0), row, is_faint=is_faint)
        used = self._paint_badges(painter, bottom, row)
        painter.setFont(self._small)
        painter.setPen(self._faint if is_faint else self._muted)
        words = self._small_metrics.elidedText(row.detail, Qt.TextElideMode.ElideRight, bottom.width() - used)
        painter.drawText(bottom, _LEFT, words)

    def _paint_sign(self, painter: QPainter, area: QRect, row: ListRow, *, is_faint: bool) -> None:
        box = QRect(area.left() + _PAD, area.top() + (ROW_HEIGHT - _SIGN) // 2, _SIGN, _SIGN)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._look.colour("outline" if not is_faint else "border"))
        painter.setBrush(self._look.colour("lane"))
        painter.drawRoundedRect(box, 7, 7)
        painter.setFont(self._bold)
        painter.setPen(self._faint if is_faint else self._text)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, sign_letter(row))

    def _paint_bars(self, painter: QPainter, area: QRect, row: ListRow) -> int:
        """Returns where they begin."""
        paths = self.paths[:_MOST_BARS]
        left = area.right() - _PAD - len(paths) * (_BAR + _BAR_GAP) + _BAR_GAP
        base = area.top() + (ROW_HEIGHT + _BAR_HEIGHT) // 2
        rates = dict(row.rates)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        for place, path in enumerate(paths):
            at = left + place * (_BAR + _BAR_GAP)
            height = round(_BAR_HEIGHT * bar_share(rates.get(path, 0.0)))
            painter.fillRect(at, base, _BAR, 1, self._outline)
            if height and not self.is_stale:
                sign = self._signs.of(path)
                bar = QRect(at, base - height, _BAR, height)
                painter.fillRect(bar, colour_of(sign, self._look.colours))
                hatch = hatch_brush(sign, self._look.colours)
                if hatch is not None:
                    painter.fillRect(bar, hatch)
        return left - GRID

    def _paint_rate(self, painter: QPainter, area: QRect, row: ListRow, *, is_faint: bool) -> int:
        """Returns what it takes."""
        words = format_rate(row.rate_bit_s) if row.connections else tr("ended") if row.is_ended else ""
        painter.setFont(self._small)
        painter.setPen(self._faint if is_faint else self._text)
        painter.drawText(area, _RIGHT, words)
        return self._small_metrics.horizontalAdvance(words) + GRID if words else 0

    def _paint_name(self, painter: QPainter, area: QRect, row: ListRow, *, is_faint: bool) -> None:
        is_drafted = row.who.selector in self.drafts
        painter.setFont(self._bold if row.has_rule else self._font)
        painter.setPen(self._faint if is_faint and not row.has_rule else self._text)
        metrics = painter.fontMetrics()
        words = metrics.elidedText(row.who.name, Qt.TextElideMode.ElideRight, area.width() - 14 * is_drafted)
        painter.drawText(area, _LEFT, words)
        if is_drafted:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._look.colour("accent"))
            painter.drawEllipse(area.left() + metrics.horizontalAdvance(words) + 6, area.center().y() - 3, 7, 7)

    def _paint_badges(self, painter: QPainter, area: QRect, row: ListRow) -> int:
        right = area.right()
        if row.multipath is not None and row.multipath.tone is not Tone.GOOD:
            words = tr("MP: {badge}", badge=row.multipath.word)
            painter.setFont(self._small)
            painter.setPen(self._look.colour(row.multipath.tone.value))
            painter.drawText(area, _RIGHT, words)
            right -= self._small_metrics.horizontalAdvance(words) + 6
        if row.trust is not None:
            painter.drawPixmap(right - _ICON, area.center().y() - _ICON // 2, self._shield(painter, row.trust))
            right -= _ICON + 6
        return area.right() - right

    def _shield(self, painter: QPainter, badge: Badge) -> QPixmap:
        colour = getattr(self._look.colours, badge.tone.value)
        return icons.pixmap(_SHIELDS[badge.tone], colour, _ICON, painter.device().devicePixelRatioF())

    def _measure(self) -> None:
        self.chosen = self._look.colour("accent_soft")
        """Behind the chosen row."""
        self._font, self._bold = self._look.font(), self._look.font(is_bold=True)
        self._small = self._look.font(scale=0.88)
        self._small_metrics = QFontMetrics(self._small)
        self._text, self._muted = self._look.colour("text"), self._look.colour("muted")
        self._faint, self._outline = self._look.colour("faint"), self._look.colour("border")


def sign_letter(row: ListRow) -> str:
    """The first letter of a name; a star for all others."""
    if row.who.key == DEFAULT:
        return "\N{ASTERISK OPERATOR}"
    return next((each.upper() for each in row.who.name if each.isalnum()), "?")


class _RowDelegate(QStyledItemDelegate):
    def __init__(self, painter: RowPainter, model: ApplicationModel) -> None:
        super().__init__()
        self._painter = painter
        self._model = model

    def sizeHint(self, option: QStyleOptionViewItem, index: _AnyIndex) -> QSize:
        del option, index  # all rows are alike
        return QSize(160, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _AnyIndex) -> None:
        state = option.state
        self._painter.paint(
            painter,
            option.rect,
            self._model.row_at(index.row()),
            is_current=bool(state & QStyle.StateFlag.State_Selected),
            is_hovered=bool(state & QStyle.StateFlag.State_MouseOver),
        )


class ApplicationList(QListView):
    """Chosen by pointer and keys; frames never move the selection."""

    chosen = Signal(str)
    """The key of a row."""

    def __init__(self, painter: RowPainter) -> None:
        super().__init__()
        self.applications = ApplicationModel()
        self._delegate = _RowDelegate(painter, self.applications)
        self._key = ""
        self.setModel(self.applications)
        self.setItemDelegate(self._delegate)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Applications"))
        self.selectionModel().currentChanged.connect(self._choose)

    def show_rows(self, rows: Sequence[ListRow]) -> None:
        """Show these, with the chosen one where it stands now."""
        self.applications.show_rows(rows)
        self.show_chosen(self._key)

    @property
    def inset(self) -> int:
        """What the scroll bar takes."""
        bar = self.verticalScrollBar()
        return bar.width() if bar.isVisible() else 0

    def show_chosen(self, key: str) -> None:
        """Mark this row, or none if it is not here."""
        self._key = key
        place = self.applications.place_of(key)
        model = self.selectionModel()
        if place is None:
            model.clear()
        elif self.currentIndex().row() != place or not model.isRowSelected(place):
            index = self.applications.index(place)
            model.blockSignals(True)  # noqa: FBT003  # Qt's
            self.setCurrentIndex(index)
            model.blockSignals(False)  # noqa: FBT003  # Qt's
            self.viewport().update()

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self._key = self.applications.row_at(index.row()).who.key
            self.chosen.emit(self._key)


class OthersRow(QAbstractButton):
    """What holds for all others; stands below the list, whatever that shows."""

    def __init__(self, painter: RowPainter, row: ListRow) -> None:
        super().__init__()
        self._painter = painter
        self.row = row
        self.inset = 0
        """Pixels at the right that the list's scroll bar takes."""
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(ROW_HEIGHT)
        self.show_row(row)

    def show_row(self, row: ListRow) -> None:
        """Show this from now on."""
        self.row = row
        self.setAccessibleName(row_sentence(row, format_rate(row.rate_bit_s)))
        self.setToolTip(plain_tip(tr("What holds for whoever has no rule of its own.")))
        self.update()

    def nextCheckState(self) -> None:
        self.setChecked(True)

    def sizeHint(self) -> QSize:
        return QSize(160, ROW_HEIGHT)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        is_hovered = self.underMouse() or self.hasFocus()
        if self.isChecked():
            painter.fillRect(self.rect(), self._painter.chosen)
        area = self.rect().adjusted(0, 0, -self.inset, 0)
        self._painter.paint(painter, area, self.row, is_current=self.isChecked(), is_hovered=is_hovered)
        painter.end()
