"""How long data may wait, as a slider with a few places: pool, 20 ms, ... never."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSlider, QWidget

from mpmanager.api.structures import Wait
from mpmanager_ui.look.look import Look
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.viewmodels.waits import (
    DEFAULT,
    DETENTS,
    NEVER,
    WaitSetting,
    detent_at,
    detent_beside,
    place_of,
    setting_sentence,
    source_words,
    wait_words,
)
from mpmanager_ui.widgets.label import plain_tip

STEP = 9
"""Pixels between two detents, where there is little room."""
_LABELLED_STEP = 40
LABEL_HEIGHT = 16
_LEFT_EDGE = 14
_KNOB = 5.0
_HALO = 9.0
_WORDS_GAP = 12
_SOURCE_GAP = 6
_WIDEST: Wait = NEVER
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_STEPS = {
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_Plus: 1,
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_Minus: -1,
}


def _track_width(step: int) -> int:
    return _LEFT_EDGE + step * (len(DETENTS) - 1) + _WORDS_GAP + (step // 4 if step >= _LABELLED_STEP else 0)


class WaitPainter:
    """Paints a setting; rows that nobody touches look like the slider itself."""

    def __init__(self, look: Look, step: int = STEP) -> None:
        """`step`: pixels between two detents; where it is wide, each has its words beneath it."""
        self._look = look
        self._step = step
        self.track_width = _track_width(step)
        self.is_labelled = step >= _LABELLED_STEP
        self._measure()
        look.changed.connect(self._measure)

    def width(self, wait: Wait | None, source: str) -> int:
        """What the track and the words take."""
        return self.track_width + self._metrics.horizontalAdvance(wait_words(wait)) + self._source_width(source)

    def paint(self, painter: QPainter, rect: QRectF, setting: WaitSetting, *, halo: float = 0.0) -> None:
        """A setting; `halo`, from 0 to 1, lifts the knob."""
        if self.is_labelled:
            self._paint_labels(painter, rect)
            rect = rect.adjusted(0, 0, 0, -LABEL_HEIGHT)
        self._paint_track(painter, rect, setting, halo)
        painter.setFont(self._font)
        is_chosen = setting.is_own
        painter.setPen(self._text if is_chosen else self._muted)
        words = wait_words(setting.wait)
        place = rect.adjusted(self.track_width, 0, 0, 0)
        painter.drawText(place, _LEFT, words)
        source = source_words(setting)
        used = self._metrics.horizontalAdvance(words) + _SOURCE_GAP
        if source and place.width() >= used + self._source_width(source) - _SOURCE_GAP:
            painter.setFont(self._small)
            painter.setPen(self._muted)
            painter.drawText(place.adjusted(used, 0, 0, 0), _LEFT, source)

    def _paint_labels(self, painter: QPainter, rect: QRectF) -> None:
        painter.setFont(self._small)
        painter.setPen(self._muted)
        for place, wait in enumerate(DETENTS):
            middle = rect.left() + _LEFT_EDGE + self._step * place
            room = QRectF(middle - self._step / 2, rect.bottom() - LABEL_HEIGHT, self._step, LABEL_HEIGHT)
            if place == 0:
                room = room.adjusted(self._step / 2 - _LEFT_EDGE, 0, self._step / 2 - _LEFT_EDGE, 0)
            side = _LEFT if place == 0 else Qt.AlignmentFlag.AlignCenter
            painter.drawText(room, side, wait_words(wait))

    def _paint_track(self, painter: QPainter, rect: QRectF, setting: WaitSetting, halo: float) -> None:
        middle = rect.center().y() + 0.5
        left = rect.left() + _LEFT_EDGE
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._outline, 1.2))
        painter.drawLine(QPointF(left, middle), QPointF(left + self._step * (len(DETENTS) - 1), middle))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._outline)
        for place in range(len(DETENTS)):
            painter.drawEllipse(QPointF(left + self._step * place, middle), 1.7, 1.7)
        if setting.wait is not None:
            knob = QPointF(left + self._step * place_of(setting.wait), middle)
            if halo:
                painter.setBrush(self._look.colour("accent", 0.25 * halo))
                painter.drawEllipse(knob, _HALO, _HALO)
            is_filled = setting.is_own
            painter.setPen(QPen(self._accent if is_filled or halo else self._muted, 1.6))
            painter.setBrush(self._accent if is_filled else self._surface)
            painter.drawEllipse(knob, _KNOB, _KNOB)
        painter.restore()

    def _source_width(self, source: str) -> int:
        return self._small_metrics.horizontalAdvance(source) + _SOURCE_GAP if source else 0

    def _measure(self) -> None:
        self._font, self._small = self._look.font(), self._look.font(scale=0.85)
        self._metrics, self._small_metrics = QFontMetrics(self._font), QFontMetrics(self._small)
        self._text, self._muted = self._look.colour("text"), self._look.colour("muted")
        self._outline, self._accent = self._look.colour("outline"), self._look.colour("accent")
        self._surface = self._look.colour("surface")


class WaitSlider(QSlider):
    """Arrows, + and - go one place further, Home and End to the ends, Delete back to the default."""

    wanted = Signal(object)
    """A wait, or None: as the default says."""
    left = Signal()
    """Escape was pressed, or the pointer went away."""

    def __init__(self, look: Look, parent: QWidget | None = None, *, step: int = STEP) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._step = step
        self._painter = WaitPainter(look, step)
        self._who = ""
        self._is_dragged = False
        self._is_hovered = False
        self.setting = WaitSetting("never", "", "")
        self._shown = self.setting
        """The setting, or while the knob is dragged what it would be."""
        self.setRange(0, len(DETENTS) - 1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        look.changed.connect(self.update)

    @property
    def is_in_use(self) -> bool:
        """Whether a person holds it by the pointer or the keyboard."""
        return self._is_dragged or self.hasFocus()

    def show_setting(self, who: str, setting: WaitSetting) -> None:
        """Show this setting of somebody; while the knob is dragged, the hand counts."""
        if (who, setting) == (self._who, self.setting) or self._is_dragged:
            return
        self._who, self.setting = who, setting
        self._show(setting)
        self.setToolTip(plain_tip(setting_sentence(setting)))
        self.setAccessibleDescription(setting_sentence(setting))
        self.setEnabled(setting.selector is not None)

    def step(self, direction: int) -> None:
        """Ask for the next detent: 1 waits longer, -1 helps sooner."""
        if self.isEnabled():
            self._want(detent_beside(self.setting.wait if self.setting.wait is not None else "never", direction))

    def want_default(self) -> None:
        """Ask for what the default says; nothing to do where the default is what it shows."""
        if self.isEnabled() and self.setting.is_own and self.setting.policy != DEFAULT:
            self.wanted.emit(None)

    def sizeHint(self) -> QSize:
        height = 28 + LABEL_HEIGHT * self._painter.is_labelled
        return QSize(self._painter.width(_WIDEST, source_words(self.setting)) + 4, height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        if not self.isEnabled():
            painter.setOpacity(0.6)
        halo = 1.0 if self.hasFocus() or self._is_dragged else 0.6 if self._is_hovered and self.isEnabled() else 0.0
        self._painter.paint(painter, QRectF(self.rect()), self._shown, halo=halo)
        painter.end()

    # Pointer and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._is_dragged = True
            self._drag_to(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._is_dragged:
            self._drag_to(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._is_dragged and event.button() is Qt.MouseButton.LeftButton:
            self._is_dragged = False
            shown = self._shown.wait
            self._show(self.setting)
            if shown is not None:
                self._want(shown)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # whoever scrolls past it means the page

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEPS:
            self.step(_STEPS[key])
        elif key in {Qt.Key.Key_Home, Qt.Key.Key_End}:
            self._want(DETENTS[0 if key == Qt.Key.Key_Home else -1])
        elif key in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.want_default()
        elif key == Qt.Key.Key_Escape:
            self._cancel()
        else:
            QWidget.keyPressEvent(self, event)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._is_hovered = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._is_hovered = False
        self.update()
        if not self.is_in_use:
            self.left.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def _cancel(self) -> None:
        self._is_dragged = False
        self._show(self.setting)
        self.left.emit()

    def _drag_to(self, x: float) -> None:
        wait = detent_at((x - _LEFT_EDGE) / self._step)
        self._show(self.setting._replace(wait=wait, policy=self.setting.selector or ""))

    def _want(self, wait: Wait) -> None:
        if wait != self.setting.wait or not self.setting.is_own:
            self.wanted.emit(wait)

    def _show(self, setting: WaitSetting) -> None:
        self._shown = setting
        if setting.wait is not None:
            self.setValue(round(place_of(setting.wait)))
        self.setAccessibleName(tr("{who}: data may wait {wait}", who=self._who, wait=wait_words(setting.wait)))
        self.update()
