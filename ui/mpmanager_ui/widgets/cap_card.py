"""What a path may carry: bars, the fields that change it, and more for today."""

from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from mpmanager.api.structures import CapInfo, PathInfo
from mpmanager.model.caps import FIRST_RESET_DAY, LAST_RESET_DAY, CapAction
from mpmanager.model.errors import InvalidValueError
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.viewmodels.caps import (
    NO_CAP,
    ONE_MORE_BYTES,
    THEN_HINTS,
    THEN_WORDS,
    cap_bars,
    read_size,
    usage_sentences,
    write_size,
)
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.widgets.cap_bar import CapBarWidget
from mpmanager_ui.widgets.choice_grid import ChoiceGrid
from mpmanager_ui.widgets.fields import ChoiceBox
from mpmanager_ui.widgets.label import Label

_FIELD_WIDTH = 96


class CapCard(QWidget):
    """Every change is wanted at once, when a field is left or Enter is pressed."""

    cap_wanted = Signal(object)
    """A `CapInfo`; one that limits nothing takes the cap away."""
    more_wanted = Signal(object)
    """Bytes, today."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._cap = NO_CAP
        self._name = ""
        self.sentences = Label()
        self.bars: list[CapBarWidget] = []
        self._bars = QVBoxLayout()
        self.month, self.day = QLineEdit(), QLineEdit()
        self.reset_day = ChoiceBox(look)
        self.then = ChoiceGrid(THEN_WORDS.items(), tr("When the cap is reached"))
        self._then_hint, self.mistake = Label(), Label()
        self.more = QPushButton(tr("{amount} more today", amount=f"+{write_size(ONE_MORE_BYTES)}"))
        self.remove = QPushButton(tr("No cap"))
        self._build()

    def show_path(self, path: PathInfo, today: date) -> None:
        """Show what this path has carried and may carry; a field that has the keyboard is left alone."""
        is_other = path.name != self._name
        self._name, self._cap = path.name, path.cap or NO_CAP
        self.sentences.setText("\n".join(usage_sentences(path)))
        self._show_bars(path, today)
        for field, count in ((self.month, self._cap.month_bytes), (self.day, self._cap.day_bytes)):
            if is_other or not field.isModified():
                field.setText(write_size(count))
                field.setModified(False)
        self.reset_day.setCurrentIndex(self._cap.reset_day - FIRST_RESET_DAY)
        self.then.show_value(self._cap.then)
        self._then_hint.setText(THEN_HINTS[self._cap.then])
        if is_other:
            self.mistake.hide()
        is_capped = path.cap is not None
        for each in (self.then, self._then_hint, self.more, self.remove):
            each.setVisible(is_capped)
        self.reset_day.setEnabled(self._cap.month_bytes is not None)

    def _show_bars(self, path: PathInfo, today: date) -> None:
        bars = cap_bars(path, today)
        while len(self.bars) > len(bars):
            gone = self.bars.pop()
            self._bars.removeWidget(gone)
            gone.deleteLater()
        for number, bar in enumerate(bars):
            if number < len(self.bars):
                self.bars[number].show_bar(bar)
            else:
                self.bars.append(CapBarWidget(self._look, bar))
                self._bars.addWidget(self.bars[-1])

    def _want(self, field: QLineEdit | None = None) -> None:
        """What the fields say, unless one of them says nothing that can be read."""
        if field is not None and not field.isModified():
            return
        try:
            cap = CapInfo(
                month_bytes=read_size(self.month.text()),
                reset_day=self.reset_day.currentIndex() + FIRST_RESET_DAY,
                day_bytes=read_size(self.day.text()),
                then=self._cap.then,
            )
        except InvalidValueError as error:
            self.mistake.setText(str(error))
            self.mistake.show()
            return
        self.mistake.hide()
        for each in (self.month, self.day):
            each.setModified(False)
        self.cap_wanted.emit(cap)

    def _want_then(self, then: CapAction) -> None:
        cap = self._cap
        self.cap_wanted.emit(
            CapInfo(month_bytes=cap.month_bytes, reset_day=cap.reset_day, day_bytes=cap.day_bytes, then=then)
        )

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        self.sentences.setWordWrap(True)
        column.addWidget(self.sentences)
        self._bars.setSpacing(GRID)
        column.addLayout(self._bars)
        column.addLayout(self._fields())
        self.mistake.setProperty("role", "mistake")
        self._then_hint.setProperty("role", "muted")
        for label in (self.mistake, self._then_hint):
            label.setWordWrap(True)
        self.mistake.hide()
        column.addWidget(self.mistake)
        column.addWidget(self.then)
        column.addWidget(self._then_hint)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        self.remove.setProperty("role", "flat")
        row.addWidget(self.more)
        row.addWidget(self.remove)
        row.addStretch(1)
        column.addLayout(row)
        self.then.wanted.connect(self._want_then)
        self.more.clicked.connect(lambda: self.more_wanted.emit(ONE_MORE_BYTES))
        self.remove.clicked.connect(lambda: self.cap_wanted.emit(NO_CAP))

    def _fields(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(GRID)
        for row, field, name in ((0, self.month, tr("A month")), (2, self.day, tr("A day"))):
            field.setPlaceholderText(tr("no cap"))
            field.setFixedWidth(_FIELD_WIDTH)
            field.setAlignment(Qt.AlignmentFlag.AlignRight)
            field.setAccessibleName(name)
            field.setToolTip(tr("Such as 5 GB or 200 MB; empty for no cap"))
            field.editingFinished.connect(lambda field=field: self._want(field))
            grid.addWidget(_named(name, field), row, 0)
            grid.addWidget(field, row, 1)
        for day in range(FIRST_RESET_DAY, LAST_RESET_DAY + 1):
            self.reset_day.addItem(f"{day}")
        self.reset_day.setAccessibleName(tr("Day of the month on which it begins anew"))
        self.reset_day.activated.connect(lambda _index: self._want())
        self.reset_day.setFixedWidth(_FIELD_WIDTH)
        grid.addWidget(_named(tr("Begins on day"), self.reset_day), 1, 0)
        grid.addWidget(self.reset_day, 1, 1)
        grid.setColumnStretch(2, 1)
        return grid


def _named(text: str, buddy: QWidget) -> Label:
    label = Label(text)
    label.setProperty("role", "muted")
    label.setBuddy(buddy)
    return label
