"""The flow map: ribbons from applications through paths to the internet, with dots that flow along them."""

import math
from collections.abc import Iterable, Iterator

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from mpmanager.model.path import PathKind
from mpmanager_ui.look import icons
from mpmanager_ui.look.colours import Colours
from mpmanager_ui.look.hatching import edge_pen, fill_brush, hatch_brush, paint_swatch
from mpmanager_ui.look.look import Look
from mpmanager_ui.viewmodels.flow_map import (
    OTHERS,
    Choice,
    Flow,
    FlowMap,
    MapNode,
    NodeKind,
    PathPlace,
    Point,
    Ribbon,
    Scene,
    place_on,
)
from mpmanager_ui.viewmodels.motion import DotMotion
from mpmanager_ui.viewmodels.signs import PathSign, PathSigns
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.widgets.label import plain_tip

TICK_MS = 100
_SPACING_PX = 34.0
_SLOWEST_PX = 1.5
"""Of a dot, in a tick, at 1 kbit/s; for each tenfold rate `_FASTER_PX` more."""
_FASTER_PX = 1.4
_STEP_TICKS = 2.0
"""So far do dots go with each second's figures where they move in steps."""
_DIM = 0.22
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_NOTHING = Choice()


class FlowMapView(QWidget):
    """Shows what flows. Up and down go from box to box, Enter chooses one, Escape takes the choice back."""

    chosen = Signal(object)
    """A `Choice`: somebody clicked on a box or a ribbon; an empty one: on nothing, or on the same once more."""

    def __init__(self, look: Look, signs: PathSigns, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._signs = signs
        self._map = FlowMap()
        self.scene = Scene()
        self._choice = _NOTHING
        self._kinds: dict[str, PathKind] = {}
        self._motion = DotMotion.FLOWING
        self._is_frozen = False
        self._ticks = 0.0
        """How far the dots have gone."""
        self._current: int | None = None
        """The box that the keyboard is at."""
        self._picture: QPixmap | None = None
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self._advance)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(136)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Which application uses which path"))
        look.changed.connect(self._redraw)

    @property
    def motion(self) -> DotMotion:
        """How dots move."""
        return self._motion

    @property
    def is_moving(self) -> bool:
        """Whether dots flow at the moment."""
        return self._timer.isActive()

    def show_flows(self, flows: Iterable[Flow], paths: Iterable[PathPlace], kinds: dict[str, PathKind]) -> None:
        """Show this from now on."""
        self._map.take(flows, paths)
        self._kinds = kinds
        if self._motion is DotMotion.STEPS and not self._is_frozen:
            self._ticks += _STEP_TICKS
        self._lay_out()

    def show_choice(self, choice: Choice) -> None:
        """Have all that does not belong to it stand back."""
        if choice != self._choice:
            self._choice = choice
            self._redraw()

    def move_as(self, motion: DotMotion) -> None:
        """How dots move from now on."""
        self._motion = motion
        self._run_or_rest()
        self._redraw()

    def freeze(self, *, is_frozen: bool) -> None:
        """Nothing moves while what is shown is not the present."""
        self._is_frozen = is_frozen
        self._run_or_rest()

    def sizeHint(self) -> QSize:
        return QSize(640, 232)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._run_or_rest()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        self.scene = self._map.scene(self.width(), self.height())
        if self._current is not None and self._current >= len(self.scene.nodes):
            self._current = None
        self.setAccessibleDescription(self.scene.summary)
        self._redraw()
        self._run_or_rest()

    def _run_or_rest(self) -> None:
        has_motion = self._motion is DotMotion.FLOWING and not self._is_frozen and self.isVisible()
        if has_motion and any(not each.is_idle for each in self.scene.ribbons):
            if not self._timer.isActive():
                self._timer.start()
        else:
            self._timer.stop()

    def _advance(self) -> None:
        self._ticks += 1
        self.update()

    def _redraw(self) -> None:
        self._picture = None
        self.update()

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture_of_scene())
        self._paint_dots(painter)
        self._paint_focus(painter)
        painter.end()

    def paint(self, painter: QPainter) -> None:
        """Draw all of it once, for a picture."""
        self._paint_scene(painter)
        self._paint_dots(painter)

    def _picture_of_scene(self) -> QPixmap:
        """Everything but the dots, drawn once for each tick of the daemon: dots move more often."""
        ratio = self.devicePixelRatioF()
        if self._picture is None or self._picture.deviceIndependentSize().toSize() != self.size():
            self._picture = QPixmap(self.size() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._picture)
            self._paint_scene(painter)
            painter.end()
        return self._picture

    def _paint_scene(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for ribbon in self.scene.ribbons:
            painter.setOpacity(1.0 if self._choice.fits(ribbon.app, ribbon.path) else _DIM)
            self._paint_ribbon(painter, ribbon)
        for node in self.scene.nodes:
            painter.setOpacity(1.0 if self._fits(node) else 2 * _DIM)
            self._paint_node(painter, node)
        painter.setOpacity(1.0)
        self._paint_legend(painter)

    def _fits(self, node: MapNode) -> bool:
        if node.kind is NodeKind.APPLICATION:
            return self._choice.fits(node.key, None)
        return node.kind is NodeKind.INTERNET or self._choice.fits(None, str(node.key))

    def _paint_ribbon(self, painter: QPainter, ribbon: Ribbon) -> None:
        sign = self._signs.of(ribbon.path)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for part in ribbon.parts:
            line = _line(part)
            if ribbon.is_idle:
                pen = QPen(edge_pen(sign, self._look.colours).color(), 1, Qt.PenStyle.DotLine)
                painter.strokePath(line, pen)
                continue
            painter.strokePath(line, _flat(QPen(fill_brush(sign, self._look.colours), ribbon.width)))
            hatch = hatch_brush(sign, self._look.colours)
            if hatch is not None:
                painter.strokePath(line, _flat(QPen(hatch, ribbon.width)))

    def _paint_node(self, painter: QPainter, node: MapNode) -> None:
        box = QRectF(node.left + 0.5, node.top + 0.5, node.width - 1, node.height - 1)
        painter.setPen(QPen(self._look.colour("border"), 1))
        painter.setBrush(self._look.colour("surface" if node.kind is not NodeKind.INTERNET else "lane"))
        painter.drawRoundedRect(box, 6, 6)
        if node.kind is NodeKind.APPLICATION:
            self._paint_application(painter, box, node)
        elif node.kind is NodeKind.PATH:
            self._paint_path(painter, box, node)
        else:
            self._paint_internet(painter, box, node)

    def _paint_application(self, painter: QPainter, box: QRectF, node: MapNode) -> None:
        inner = box.adjusted(8, 0, -8, 0)
        detail = self._write(painter, inner, node.detail, _RIGHT, is_small=True, colour="muted")
        room = inner.width() - detail - 8
        self._write(painter, inner, node.title, _LEFT, room=room, colour="faint" if node.is_faint else "text")

    def _paint_path(self, painter: QPainter, box: QRectF, node: MapNode) -> None:
        middle = QRectF(box.left() + 8, box.center().y() - 18, box.width() - 16, 18)
        paint_swatch(painter, QRectF(middle.left(), middle.center().y() - 5, 10, 10), self._sign(node), self._colours)
        kind = self._kinds.get(str(node.key), PathKind.UNKNOWN)
        colour = self._colours.faint if node.is_faint else self._colours.text
        image = icons.pixmap(icons.KIND_ICONS[kind], colour, 14, _ratio(painter))
        painter.drawPixmap(QPointF(middle.left() + 16, middle.center().y() - 7), image)
        words = middle.adjusted(36, 0, 0, 0)
        self._write(painter, words, node.title, _LEFT, colour="faint" if node.is_faint else "text")
        self._write(painter, words.translated(0, 18), node.detail, _LEFT, is_small=True, colour="muted")

    def _paint_internet(self, painter: QPainter, box: QRectF, node: MapNode) -> None:
        centre = Qt.AlignmentFlag.AlignCenter
        image = icons.pixmap("internet", self._colours.muted, 20, _ratio(painter))
        painter.drawPixmap(QPointF(box.center().x() - 10, box.center().y() - 30), image)
        line = QRectF(box.left() + 4, box.center().y() - 6, box.width() - 8, 18)
        self._write(painter, line, node.title, centre)
        self._write(painter, line.translated(0, 18), node.detail, centre, is_small=True, colour="muted")

    def _write(
        self,
        painter: QPainter,
        area: QRectF,
        text: str,
        side: Qt.AlignmentFlag,
        *,
        is_small: bool = False,
        colour: str = "text",
        room: float | None = None,
    ) -> float:
        """Write a line, cut to the room there is; returns how wide it is."""
        font = self._look.font(scale=0.9 if is_small else 1.0)
        metrics = QFontMetricsF(font)
        fitting = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width() if room is None else room)
        painter.setFont(font)
        painter.setPen(self._look.colour(colour))
        painter.drawText(area, side, fitting)
        return metrics.horizontalAdvance(fitting)

    def _paint_legend(self, painter: QPainter) -> None:
        """Which width is which rate."""
        if not self.scene.legend:
            return
        line = QRectF(8, self.height() - 24, self.width() - 16, 20)
        if not self.scene.sample_words:
            self._write(painter, line, self.scene.legend, _LEFT, is_small=True, colour="muted")
            return
        sample = QRectF(line.left(), line.center().y() - self.scene.sample_px / 2, 24, self.scene.sample_px)
        painter.fillRect(sample, self._look.colour("outline"))
        text = f"{self.scene.sample_words}.  {self.scene.legend}"
        self._write(painter, line.adjusted(32, 0, 0, 0), text, _LEFT, is_small=True, colour="muted")

    def _paint_dots(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for ribbon in self.scene.ribbons:
            if ribbon.is_idle or not self._choice.fits(ribbon.app, ribbon.path):
                continue
            colour = edge_pen(self._signs.of(ribbon.path), self._colours).color()
            radius = min(3.0, max(1.6, ribbon.width / 4))
            if self._motion is DotMotion.STILL or self._is_frozen:
                _paint_arrows(painter, ribbon, colour, radius)
                continue
            pen = QPen(colour, 2 * radius)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawPoints([QPointF(*place) for place in _dots(ribbon, self._ticks)])

    def _paint_focus(self, painter: QPainter) -> None:
        if self.hasFocus() and self._current is not None:
            node = self.scene.nodes[self._current]
            painter.setPen(QPen(self._look.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(node.left, node.top, node.width, node.height), 6, 6)
        elif self.hasFocus():
            painter.setPen(QPen(self._look.colour("accent"), 1, Qt.PenStyle.DotLine))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    @property
    def _colours(self) -> Colours:
        return self._look.colours

    def _sign(self, node: MapNode) -> PathSign:
        return self._signs.of(str(node.key))

    # Choosing

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() is Qt.MouseButton.LeftButton:
            self._choose(_choice_of(self.scene.at(event.position().x(), event.position().y())))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is not None and self.scene.nodes:
            before = self._current if self._current is not None else -1 if step > 0 else 0
            self._current = (before + step) % len(self.scene.nodes)
            node = self.scene.nodes[self._current]
            self.setAccessibleDescription(f"{node.title}: {node.detail}")
            self.update()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space} and self._current is not None:
            self._choose(_choice_of(self.scene.nodes[self._current]))
        elif event.key() == Qt.Key.Key_Escape:
            self._choose(_NOTHING)
        else:
            super().keyPressEvent(event)

    def _choose(self, choice: Choice) -> None:
        self.chosen.emit(_NOTHING if choice == self._choice else choice)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            found = self.scene.at(event.pos().x(), event.pos().y())
            QToolTip.showText(event.globalPos(), plain_tip(_words_of(found)) if found else "", self)
            return True
        return super().event(event)


def _choice_of(found: MapNode | Ribbon | None) -> Choice:
    if found is None:
        return _NOTHING
    if isinstance(found, Ribbon):
        return Choice(path=found.path) if found.app == OTHERS else Choice(found.app, found.path)
    if found.kind is NodeKind.APPLICATION and found.key != OTHERS:
        return Choice(found.key)
    return Choice(path=str(found.key)) if found.kind is NodeKind.PATH else _NOTHING


def _words_of(found: MapNode | Ribbon) -> str:
    return found.words if isinstance(found, Ribbon) else f"{found.title}: {found.detail}"


def _line(part: tuple[Point, ...]) -> QPainterPath:
    """The same curve as `part` samples."""
    start, end = part[0], part[-1]
    middle = (start.x + end.x) / 2
    line = QPainterPath(QPointF(*start))
    line.cubicTo(QPointF(middle, start.y), QPointF(middle, end.y), QPointF(*end))
    return line


def _flat(pen: QPen) -> QPen:
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


def _dots(ribbon: Ribbon, ticks: float) -> Iterator[Point]:
    """Where a ribbon's dots are."""
    gone = ticks * (_SLOWEST_PX + _FASTER_PX * math.log10(max(1.0, ribbon.rate_bit_s / 1000)))
    for part in ribbon.parts:
        length = part[-1].x - part[0].x
        position = gone % _SPACING_PX
        while position < length:
            share = position / length
            yield place_on(part, 1 - share if ribbon.is_download else share)
            position += _SPACING_PX


def _paint_arrows(painter: QPainter, ribbon: Ribbon, colour: QColor, radius: float) -> None:
    painter.setPen(QPen(colour, 1.5))
    back = radius + 2 if ribbon.is_download else -radius - 2
    for part in ribbon.parts:
        for share in (0.25, 0.5, 0.75):
            tip = QPointF(*place_on(part, share))
            painter.drawPolyline([tip + QPointF(back, -radius - 1), tip, tip + QPointF(back, radius + 1)])


def _ratio(painter: QPainter) -> float:
    return painter.device().devicePixelRatio()
