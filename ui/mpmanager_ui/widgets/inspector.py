"""The inspector of the Live page: one row, explained."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from mpmanager_ui.look.hatching import edge_pen
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.viewmodels.inspector import Details, HoldSwitch
from mpmanager_ui.viewmodels.quantities import format_rate
from mpmanager_ui.viewmodels.signs import PathSigns
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.widgets.check_box import CheckBox
from mpmanager_ui.widgets.empty_state import EmptyState
from mpmanager_ui.widgets.label import Label
from mpmanager_ui.widgets.sparkline import paint_sparkline

WIDTH = 296
_CHART_HEIGHT = 88
_LEAST_TOP_BIT_S = 1000.0


class RowChart(QWidget):
    """The last minute of one row, one step a second."""

    def __init__(self, look: Look, signs: PathSigns) -> None:
        super().__init__()
        self._look = look
        self._signs = signs
        self._history: Sequence[float | None] = ()
        self._path: str | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH - 4 * GRID, _CHART_HEIGHT)

    def show_history(self, history: Sequence[float | None], path: str | None, words: str) -> None:
        """Show these rates, in the colour of a path if they are of one; `words` say it to who does not see it."""
        self._history, self._path = history, path
        self.setAccessibleName(words)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._look.font(scale=0.9))
        line = painter.fontMetrics().height()
        top = max(_LEAST_TOP_BIT_S, *(each or 0.0 for each in self._history), 0.0)
        plot = QRectF(0, line + 2, self.width() - 1, self.height() - 2 * line - 6)
        painter.setPen(self._look.colour("grid"))
        painter.drawLine(plot.topLeft(), plot.topRight())
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
        sign = self._signs.of(self._path) if self._path else None
        colour = edge_pen(sign, self._look.colours).color() if sign else self._look.colour("accent")
        if any(self._history):
            paint_sparkline(painter, plot, self._history, colour, top=top)
        painter.setPen(self._look.colour("muted"))
        painter.drawText(QRectF(0, 0, self.width(), line), Qt.AlignmentFlag.AlignLeft, format_rate(top))
        below = QRectF(0, self.height() - line, self.width(), line)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, tr("\N{MINUS SIGN}60 s"))
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, tr("now"))
        painter.end()


class Inspector(QFrame):
    """Shows `Details` and why they are so."""

    hold_wanted = Signal(str, bool)
    """The token of a connection, and whether it shall keep to trusted paths."""
    capture_wanted = Signal(str)
    """The token of a connection whose packets somebody wants in a file."""

    def __init__(self, look: Look, signs: PathSigns) -> None:
        super().__init__()
        self._look = look
        self._hold: HoldSwitch | None = None
        self._token: str | None = None
        self._is_capturing = False
        self.title = Label()
        self._subtitle = Label()
        self.sentence = Label()
        self.chart = RowChart(look, signs)
        self._figures = QGridLayout()
        self._cells: list[tuple[Label, Label]] = []
        self._promise_title = Label()
        self.promise = Label()
        self.switch = CheckBox(look, tr("Hold to trusted paths"))
        self._switch_words = Label()
        self.capture = QPushButton(_capture_words())
        self._why_title = Label()
        self.why = Label()
        self._content = QWidget()
        self._hint = EmptyState(look, "information")
        self._restyle()  # before they have a place: with another parent, Qt takes a style sheet's font again
        self._build()
        look.changed.connect(self._restyle)

    def show_nothing(self) -> None:
        """No row is chosen."""
        self._content.hide()
        self._hint.show()

    def show_details(self, details: Details, token: str | None) -> None:
        """Show a row; `token` is that of the connection whose packets can be captured."""
        self.title.setText(details.title)
        self._subtitle.setText(details.subtitle)
        self._subtitle.setVisible(bool(details.subtitle))
        self.sentence.setText(details.sentence)
        self.chart.show_history(details.history, details.path, details.history_words)
        self._show_figures(details.figures)
        self.promise.setText("\n\n".join(details.promise))
        for each in (self._promise_title, self.promise):
            each.setVisible(bool(details.promise))
        self._show_hold(details.hold)
        self._token = token
        self.capture.setVisible(token is not None or self._is_capturing)
        self._hint.hide()
        self._content.show()

    def show_capture(self, *, is_running: bool) -> None:
        """Packets are being captured, or no longer."""
        self._is_capturing = is_running
        self.capture.setText(tr("Stop capturing packets") if is_running else _capture_words())
        self.capture.setVisible(is_running or self._token is not None)

    def show_why(self, sentences: Sequence[str]) -> None:
        """Show the reasons."""
        self.why.setText("\n\n".join(sentences))
        for each in (self._why_title, self.why):
            each.setVisible(bool(sentences))

    def _show_figures(self, figures: Sequence[tuple[str, str]]) -> None:
        while len(self._cells) < len(figures):
            self._add_row()
        for place, (name, value) in enumerate(self._cells):
            is_used = place < len(figures)
            name.setVisible(is_used)
            value.setVisible(is_used)
            if is_used:
                name.setText(figures[place][0])
                value.setText(figures[place][1])

    def _add_row(self) -> None:
        name, value = Label(), Label()
        name.setProperty("role", "muted")
        value.setAlignment(Qt.AlignmentFlag.AlignRight)
        value.setWordWrap(True)
        row = len(self._cells)
        self._figures.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
        self._figures.addWidget(value, row, 1)
        self._cells.append((name, value))

    def _show_hold(self, hold: HoldSwitch | None) -> None:
        self._hold = hold
        self.switch.setVisible(hold is not None)
        self._switch_words.setVisible(hold is not None)
        if hold is not None:
            self.switch.setChecked(hold.is_on)
            self.switch.setEnabled(hold.is_free)
            self._switch_words.setText(hold.words)

    def _want_hold(self) -> None:
        """What the person wants; where the switch stands says the daemon, with the next figures."""
        if self._hold is not None:
            self.hold_wanted.emit(self._hold.token, not self._hold.is_on)

    def _build(self) -> None:
        self.setProperty("role", "card")
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(tr("About the current row"))
        column = QVBoxLayout(self._content)
        column.setContentsMargins(2 * GRID, 12, 2 * GRID, 12)
        column.setSpacing(GRID)
        self._promise_title.setText(tr("Promise and proof"))
        self._why_title.setText(tr("Why"))
        self._figures.setColumnStretch(1, 1)
        self._figures.setVerticalSpacing(GRID // 2)
        for label in (self.title, self._subtitle, self.sentence, self.promise, self._switch_words, self.why):
            label.setWordWrap(True)
        for label in (self._subtitle, self._switch_words):
            label.setProperty("role", "muted")
        for label in (self.title, self._subtitle, self.sentence, self.promise, self.why):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        above: tuple[QWidget, ...] = (self.title, self._subtitle, self.sentence, self.chart)
        for widget in above:
            column.addWidget(widget)
        column.addLayout(self._figures)
        below: tuple[QWidget, ...] = (
            self._promise_title,
            self.promise,
            self.switch,
            self._switch_words,
            self._why_title,
            self.why,
        )
        for widget in below:
            column.addWidget(widget)
        column.addWidget(self.capture, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch()
        self.switch.clicked.connect(self._want_hold)
        self.capture.clicked.connect(lambda: self.capture_wanted.emit(self._token or ""))
        self._put_in()

    def _put_in(self) -> None:
        self._content.setObjectName("page")
        scroll = QScrollArea()
        scroll.setAccessibleName(tr("Inspector"))
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inner = QWidget()
        inner.setObjectName("page")
        both = QVBoxLayout(inner)
        both.setContentsMargins(0, 0, 0, 0)
        self._hint.show_text(
            tr("Why does it go this way?"),
            tr(
                "Choose a row or a ribbon to read what it does and why, which rule said so, how long its data "
                "waited, and what another path carried for it."
            ),
        )
        both.addWidget(self._hint, 1)
        both.addWidget(self._content)
        scroll.setWidget(inner)
        frame = QVBoxLayout(self)
        frame.setContentsMargins(1, 1, 1, 1)
        frame.addWidget(scroll)
        self.show_nothing()

    def _restyle(self) -> None:
        self.title.setFont(self._look.font(scale=1.15, is_bold=True))
        for label in (self._promise_title, self._why_title):
            label.setFont(self._look.font(is_bold=True))


def _capture_words() -> str:
    return tr("Capture its packets\N{HORIZONTAL ELLIPSIS}")
