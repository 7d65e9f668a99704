"""Paints the rows of the Live tree."""

from collections.abc import Iterable, Mapping
from operator import attrgetter

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter

from mpmanager.model.path import PathKind
from mpmanager_ui.look import icons
from mpmanager_ui.look.hatching import edge_pen, paint_swatch
from mpmanager_ui.look.look import Look
from mpmanager_ui.viewmodels.live_rows import (
    CARRYING_BIT_S,
    HISTORY_TICKS,
    RowKind,
    RowSign,
    RowState,
    Values,
)
from mpmanager_ui.viewmodels.live_tree import NUMBERS, Column, cell_text
from mpmanager_ui.viewmodels.live_words import SettingOf, words_of
from mpmanager_ui.viewmodels.signs import PathSigns
from mpmanager_ui.widgets.sparkline import paint_sparkline
from mpmanager_ui.widgets.wait_slider import WaitPainter

_PAD = 8
_ICON = 16
_STATE_TEXT = 22
"""Where the words of a state begin in their cell."""
_SWATCH_STEP = 22
_LEAST_DETAIL = 48
_ROOM_FOR_NAMES = 100
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

_ICONS = {
    RowSign.APPLICATION: "application",
    RowSign.CONNECTION: "connection",
    RowSign.INCOMING: "incoming",
    RowSign.DOUBTFUL: "warning",
}
_STATE_COLOURS = {
    RowState.FAILED_OVER: "danger",
    RowState.SUSPECT: "warning",
    RowState.PROBING: "warning",
    RowState.STEERED: "accent",
    RowState.HELPED: "accent",
    RowState.CARRYING: "good",
    RowState.STANDING_IN: "good",
    RowState.HELPING: "accent",
    RowState.AVOIDED: "warning",
    RowState.LEFT: "danger",
    RowState.IDLE: "muted",
    RowState.STANDBY: "accent",
    RowState.CONNECTING: "warning",
    RowState.CLOSING: "muted",
    RowState.ENDED: "faint",
}

TROUBLE = frozenset({RowState.FAILED_OVER, RowState.SUSPECT, RowState.PROBING, RowState.STEERED, RowState.HELPED})
"""States of a connection that have a reason."""
_DIAMONDS = TROUBLE | {RowState.HELPING}
_FULL_SIGNS = frozenset(
    {
        RowState.CARRYING,
        RowState.STANDING_IN,
        RowState.HELPING,
        RowState.STEERED,
        RowState.HELPED,
        RowState.FAILED_OVER,
    }
)
_DIAMOND_CORNERS = (QPointF(0, -4.5), QPointF(4.5, 0), QPointF(0, 4.5), QPointF(-4.5, 0))
_MOST_WIDTHS = 2000
"""Sentences tell how long something lasts: they are others every second."""


class LivePainter:
    """Paints a whole row at once: a call for each cell would cost as much as the painting itself."""

    def __init__(self, look: Look, signs: PathSigns) -> None:
        self._look = look
        self._signs = signs
        self._titles: Mapping[str, str] = {}
        self._kinds: Mapping[str, PathKind] = {}
        self._is_stale = False
        self._waits = WaitPainter(look)
        self._setting_of: SettingOf = attrgetter("wait")
        self._measure()
        look.changed.connect(self._measure)

    def show_titles(self, titles: Mapping[str, str], kinds: Mapping[str, PathKind]) -> None:
        """Learn how the paths are called and of what kind they are."""
        self._titles, self._kinds = titles, kinds

    def show_settings(self, setting_of: SettingOf) -> None:
        """Learn which setting to show for a row."""
        self._setting_of = setting_of

    def show_stale(self, *, is_stale: bool) -> None:
        """Grey all numbers from now on: they are not the present's."""
        self._is_stale = is_stale

    def paint_row(self, painter: QPainter, cells: Iterable[tuple[Column, QRect]], values: Values) -> None:
        """Paint these cells of a row; the rectangle of the name begins where its indentation ends."""
        for column, rect in cells:
            if column in NUMBERS:
                self._paint_number(painter, rect, values, column)
            elif column is Column.NAME:
                self._paint_name(painter, rect, values)
            elif column is Column.STATE:
                self._paint_state(painter, rect, values)
            elif column is Column.WAIT:
                self._paint_wait(painter, rect, values)
            elif column is Column.PATH:
                self._paint_paths(painter, rect, values)
            else:
                self._paint_history(painter, rect, values)

    def _measure(self) -> None:
        self._font: QFont = self._look.font()
        self._bold: QFont = self._look.font(is_bold=True)
        self._small: QFont = self._look.font(scale=0.9)
        self._metrics = QFontMetrics(self._font)
        self._bold_metrics = QFontMetrics(self._bold)
        self._small_metrics = QFontMetrics(self._small)
        self._widths: dict[str, int] = {}
        colours = self._look.colours
        self._text = self._look.colour("text")
        self._muted = self._look.colour("muted")
        self._faint = self._look.colour("faint")
        self._icon_colours = (colours.text, colours.faint)
        self._state_colours = {state: self._look.colour(name) for state, name in _STATE_COLOURS.items()}

    def _paint_name(self, painter: QPainter, rect: QRect, values: Values) -> None:
        has_ended = values.state is RowState.ENDED
        left = rect.left() + 2
        if values.kind is RowKind.SUBFLOW:
            left = self._paint_chip(painter, left, rect, values, has_ended=has_ended)
        else:
            left = self._paint_icon(painter, left, rect, values, has_ended=has_ended)
            is_application = values.kind is RowKind.APPLICATION
            font, metrics = (self._bold, self._bold_metrics) if is_application else (self._font, self._metrics)
            painter.setFont(font)
            painter.setPen(self._faint if has_ended else self._text)
            room = rect.right() - left - _PAD
            if is_application:
                text = metrics.elidedText(values.name, Qt.TextElideMode.ElideRight, room)
            else:
                text = elided_target(values.name, metrics, room)
            painter.drawText(QRect(left, rect.top(), room, rect.height()), _LEFT, text)
            left += metrics.horizontalAdvance(text) + _PAD
        self._paint_detail(painter, left, rect, values, has_ended=has_ended)

    def _paint_icon(self, painter: QPainter, left: int, rect: QRect, values: Values, *, has_ended: bool) -> int:
        name, colour = _ICONS[values.sign], self._icon_colours[has_ended]
        if values.sign is RowSign.DOUBTFUL and not has_ended:
            colour = self._look.colours.warning
        image = icons.pixmap(name, colour, _ICON, painter.device().devicePixelRatio())
        painter.drawPixmap(left, rect.top() + (rect.height() - _ICON) // 2, image)
        return left + _ICON + _PAD

    def _paint_chip(self, painter: QPainter, left: int, rect: QRect, values: Values, *, has_ended: bool) -> int:
        """The path: swatch, kind icon and name on a bed of the path's own colour."""
        path = values.paths[0] if values.paths else None
        sign = self._signs.of(path)
        text = self._titles.get(path, path) if path else values.name
        painter.setFont(self._small)
        width = self._small_metrics.horizontalAdvance(text) + 10 + _ICON + 3 * 6
        box = QRectF(left, rect.top() + 4, min(width, rect.right() - left), rect.height() - 8)
        bed = edge_pen(sign, self._look.colours).color()
        bed.setAlphaF(0.08 if has_ended else 0.2)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(bed)
        painter.drawRoundedRect(box, 5, 5)
        painter.setOpacity(0.45 if has_ended else 1.0)
        paint_swatch(painter, QRectF(left + 5, box.center().y() - 5, 10, 10), sign, self._look.colours)
        kind = self._kinds.get(path or "", PathKind.UNKNOWN)
        image = icons.pixmap(
            icons.KIND_ICONS[kind], self._icon_colours[has_ended], 14, painter.device().devicePixelRatio()
        )
        painter.drawPixmap(QPointF(left + 19, box.center().y() - 7), image)
        painter.restore()
        painter.setPen(self._faint if has_ended else self._text)
        room = int(box.width()) - 40
        painter.drawText(
            box.adjusted(37, 0, 0, 0), _LEFT, self._small_metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        )
        return int(left + width) + _PAD

    def _paint_detail(self, painter: QPainter, left: int, rect: QRect, values: Values, *, has_ended: bool) -> None:
        room = rect.right() - left - _PAD
        if not values.detail or room <= _LEAST_DETAIL:
            return
        painter.setFont(self._small)
        painter.setPen(self._faint if has_ended else self._muted)
        text = self._small_metrics.elidedText(values.detail, Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(QRect(left, rect.top(), room, rect.height()), _LEFT, text)

    def _paint_state(self, painter: QPainter, rect: QRect, values: Values) -> None:
        colour = self._state_colours[values.state]
        self._paint_state_sign(painter, QPointF(rect.left() + _PAD + 3.5, rect.center().y() + 0.5), values.state)
        painter.setFont(self._font)
        is_told = values.kind is RowKind.CONNECTION and values.state in TROUBLE
        painter.setPen(colour if is_told else self._faint if values.state is RowState.ENDED else self._text)
        room = rect.width() - _STATE_TEXT
        if room < _LEAST_DETAIL:
            return  # the sign alone
        text = words_of(values, self._titles).fitting(lambda each: self._width_of(each) <= room)
        if self._width_of(text) > room:
            text = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(rect.adjusted(_STATE_TEXT, 0, 0, 0), _LEFT, text)

    def _paint_state_sign(self, painter: QPainter, centre: QPointF, state: RowState) -> None:
        """A diamond where late data has led to something, a cross for what rests for that, a disc for what carries."""
        colour = self._state_colours[state]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(colour)
        painter.setBrush(colour if state in _FULL_SIGNS else Qt.BrushStyle.NoBrush)
        if state in _DIAMONDS:
            painter.drawPolygon([centre + each for each in _DIAMOND_CORNERS])
        elif state in {RowState.LEFT, RowState.AVOIDED}:
            painter.drawLine(centre + QPointF(-3, -3), centre + QPointF(3, 3))
            painter.drawLine(centre + QPointF(-3, 3), centre + QPointF(3, -3))
        else:
            painter.drawEllipse(centre, 3.5, 3.5)
        painter.restore()

    def _paint_wait(self, painter: QPainter, rect: QRect, values: Values) -> None:
        setting = self._setting_of(values)
        if setting is not None:
            painter.setOpacity(0.5 if values.state is RowState.ENDED or setting.selector is None else 1.0)
            self._waits.paint(painter, QRectF(rect), setting)
            painter.setOpacity(1.0)

    def _paint_paths(self, painter: QPainter, rect: QRect, values: Values) -> None:
        painter.setFont(self._font)
        painter.setPen(self._faint if values.state is RowState.ENDED else self._text)
        left = rect.left() + _PAD
        names = [self._titles.get(path, path) for path in values.paths]
        widths = [self._width_of(name) for name in names]
        has_room = (
            rect.width() >= _ROOM_FOR_NAMES and left + sum(widths) + _SWATCH_STEP * len(widths) + _PAD <= rect.right()
        )
        for path, name, width in zip(values.paths, names, widths, strict=True):
            swatch = QRectF(left, rect.center().y() - 4, 10, 10)
            paint_swatch(painter, swatch, self._signs.of(path), self._look.colours)
            left += 14
            if has_room:
                painter.drawText(QRect(left, rect.top(), width + 4, rect.height()), _LEFT, name)
                left += width + _SWATCH_STEP - 14

    def _width_of(self, name: str) -> int:
        """Kept: the same few names stand in every row."""
        if name not in self._widths:
            if len(self._widths) >= _MOST_WIDTHS:
                self._widths.clear()
            self._widths[name] = self._metrics.horizontalAdvance(name)
        return self._widths[name]

    def _paint_number(self, painter: QPainter, rect: QRect, values: Values, column: Column) -> None:
        painter.setFont(self._font)
        painter.setPen(self._faint if self._is_faint(values, column) else self._text)
        painter.drawText(rect.adjusted(0, 0, -_PAD, 0), _RIGHT, cell_text(values, column))

    def _is_faint(self, values: Values, column: Column) -> bool:
        """Of the past, nothing at all, or a round-trip time that nothing meets now."""
        is_unmet = column is Column.RTT and values.down_bit_s + values.up_bit_s < CARRYING_BIT_S
        return self._is_stale or is_unmet or values.state is RowState.ENDED or not values[_FIELDS[column]]

    def _paint_history(self, painter: QPainter, rect: QRect, values: Values) -> None:
        if not any(values.history):
            return
        is_one_path = values.kind is RowKind.SUBFLOW and values.paths
        sign = self._signs.of(values.paths[0]) if is_one_path else None
        colour = edge_pen(sign, self._look.colours).color() if sign else self._look.colour("muted")
        padding = [None] * (HISTORY_TICKS - len(values.history))
        area = QRectF(rect).adjusted(_PAD, 5, -_PAD, -5)
        paint_sparkline(painter, area, [*padding, *values.history], colour)


_FIELDS = {
    Column.DOWN: Values._fields.index("down_bit_s"),
    Column.UP: Values._fields.index("up_bit_s"),
    Column.RTT: Values._fields.index("rtt_ms"),
    Column.BYTES: Values._fields.index("byte_count"),
    Column.RETRANSMITS: Values._fields.index("retransmits"),
}


def elided_target(name: str, metrics: QFontMetrics, room: int) -> str:
    """An address and its port, cut to the room there is: not in the port, which would look like another."""
    host, colon, port = name.rpartition(":")
    if not colon or metrics.horizontalAdvance(name) <= room:
        return metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room)
    end = f"{colon}{port}"
    return metrics.elidedText(host, Qt.TextElideMode.ElideMiddle, room - metrics.horizontalAdvance(end)) + end
