"""What a profile would change here, to be read before it is taken in or put into force."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextOption
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from mpmanager.client.signing import SignatureInfo
from mpmanager.model.profile import MergeMode
from mpmanager_ui.look import icons
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.viewmodels.profile_preview import (
    ChangeRow,
    MistakeRow,
    PlaceRow,
    PreviewWords,
    Purpose,
    Vouching,
    signature_words,
    vouching,
)
from mpmanager_ui.viewmodels.translation import tr, tr_count
from mpmanager_ui.widgets.cards import card_column, clear, heading_font, title, words
from mpmanager_ui.widgets.check_box import CheckBox
from mpmanager_ui.widgets.label import Label, plain_tip
from mpmanager_ui.widgets.segments import Segments

_MOST_ROWS = 200
"""More than so many stand in one text below, which is made much faster."""
_SIGNS = {
    Vouching.TRUSTED: ("shield-trusted", "good", "card"),
    Vouching.UNKNOWN: ("warning", "warning", "warning"),
    Vouching.NOBODY: ("information", "muted", "card"),
    Vouching.REFUSED: ("warning", "danger", "danger"),
}
_ICON = 20
_TEXT_HEIGHT = 30 * GRID
_COLUMNS = (5, 3, 0, 3)
"""What changes, before, an arrow, after: shares of the width."""


class ProfileReview(QWidget):
    """Shows; what a person decides is told by signals."""

    cancelled = Signal()
    keeping_wanted = Signal()
    use_wanted = Signal()
    """It is to be put into force, or to follow the network."""
    mode_chosen = Signal(object)
    trust_wanted = Signal(str, str)
    """A key, and the name under which to trust it."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._purpose = Purpose.IMPORT
        self._shown: tuple[PreviewWords, SignatureInfo] | None = None
        self._is_refused = False
        self._has_mistakes = False
        self._heading = Label()
        self._source = Label()
        self._sentence = words()
        self._options = QFrame()
        self.name = QLineEdit()
        self.mode = Segments(
            {MergeMode.REPLACE: tr("Replace current decisions"), MergeMode.MERGE: tr("Add to current decisions")},
            tr("How it is taken"),
        )
        self._cards = QVBoxLayout()
        self._text = QPlainTextEdit()
        self.text_switch = QPushButton(tr("Show how it is written"))
        self.skip = CheckBox(look, tr("Take the rest, without what cannot be used"), colour="text")
        self.cancel = QPushButton(tr("Cancel"))
        self.keep = QPushButton()
        self.use = QPushButton()
        self._build()
        look.changed.connect(self._show_cards)

    def show_review(
        self,
        purpose: Purpose,
        *,
        heading: str,
        source: str,
        name: str,
        text: str,
        shown: PreviewWords,
        signature: SignatureInfo,
    ) -> None:
        """Show what a profile would change; `source` is the file that it comes from, `text` is how it is written."""
        self._purpose = purpose
        self._is_refused = vouching(signature) is Vouching.REFUSED
        self._has_mistakes = bool(shown.mistakes) and purpose is Purpose.IMPORT
        self._heading.setText(heading)
        self._source.setText(Path(source).name)
        self._source.setToolTip(plain_tip(source))
        self._sentence.setText(shown.sentence)
        self.name.setText(name)
        self._options.setVisible(purpose is Purpose.IMPORT)
        self.skip.setVisible(self._has_mistakes)
        self.skip.setChecked(False)
        self._shown = shown, signature
        self._text.setPlainText(text)
        self._source.setVisible(bool(source))
        self._show_cards()
        self._name_buttons()
        self._allow()
        self.setAccessibleName(f"{heading}. {shown.sentence}")

    @property
    def signature(self) -> SignatureInfo | None:
        """Of the profile that is shown."""
        return None if self._shown is None else self._shown[1]

    def wait_for(self, mode: MergeMode) -> None:
        """What another way of taking it would change is being asked for."""
        self.mode.choose(mode)
        for button in (self.keep, self.use):
            button.setEnabled(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)

    # Showing

    def _show_cards(self) -> None:
        clear(self._cards)
        if self._shown is None:
            return
        shown, signature = self._shown
        if self._purpose is not Purpose.COMPARE:
            self._cards.addWidget(self._signature_card(signature))
        if shown.mistakes:
            self._cards.addWidget(self._mistakes_card(shown.mistakes))
        if shown.wider:
            heading = tr_count("Widens rights (1)", "Widens rights ({count})", len(shown.wider))
            self._cards.addWidget(self._changes_card(heading, shown.wider, "warning"))
        if shown.others:
            heading = tr_count("Changes otherwise (1)", "Changes otherwise ({count})", len(shown.others))
            self._cards.addWidget(self._changes_card(heading, shown.others, "card"))
        if shown.places:
            self._cards.addWidget(self._places_card(shown.places))

    def _signature_card(self, signature: SignatureInfo) -> QFrame:
        name, colour, role = _SIGNS[vouching(signature)]
        card = QFrame()
        column = card_column(card, role)
        column.addLayout(self._sign_row(name, colour, words(signature_words(signature))))
        if vouching(signature) is Vouching.UNKNOWN and signature.key is not None:
            column.addLayout(self._trust_row(signature.key, signature.signer or ""))
        return card

    def _sign_row(self, icon: str, colour: str, text: Label) -> QHBoxLayout:
        sign = Label()
        sign.setPixmap(icons.pixmap(icon, getattr(self._look.colours, colour), _ICON, self.devicePixelRatioF()))
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row.addWidget(text, 1)
        return row

    def _trust_row(self, key: str, signer: str) -> QHBoxLayout:
        button = QPushButton(tr("Trust this signer"))
        button.setToolTip(tr("Compare the fingerprint with its owner first, on another way than the file came."))
        button.clicked.connect(lambda: self.trust_wanted.emit(key, signer))
        row = QHBoxLayout()
        row.setSpacing(12)
        row.setContentsMargins(_ICON + 12, 0, 0, 0)
        row.addWidget(button)
        hint = tr("Compare the fingerprint with its owner first, on another way than the file came.")
        row.addWidget(words(hint, "muted"), 1)
        return row

    def _mistakes_card(self, rows: Sequence[MistakeRow]) -> QFrame:
        card = QFrame()
        column = card_column(card, "danger")
        heading = tr_count("Cannot be used (1)", "Cannot be used ({count})", len(rows))
        column.addLayout(self._sign_row("warning", "danger", title(self._look, heading)))
        grid = _grid(column, (0, 1))
        for place, row in enumerate(rows[:_MOST_ROWS]):
            for side, text in enumerate((row.place, row.sentence)):
                label = words(text)
                if side == 0:
                    label.setWordWrap(False)
                    label.setFont(self._look.font(is_bold=True))
                grid.addWidget(label, place, side, Qt.AlignmentFlag.AlignTop)
        _add_rest(column, [f"{row.place}: {row.sentence}" for row in rows])
        hint = tr("Mend these lines in an editor and open the file again; nothing has been changed.")
        column.addWidget(words(hint, "muted"))
        return card

    def _changes_card(self, heading: str, rows: Sequence[ChangeRow], role: str) -> QFrame:
        card = QFrame()
        column = card_column(card, role)
        label = title(self._look, heading)
        column.addLayout(self._sign_row("warning", "warning", label) if role == "warning" else _alone(label))
        grid = _grid(column, _COLUMNS)
        for place, row in enumerate(rows[:_MOST_ROWS]):
            after = words(row.after)
            after.setFont(self._look.font(is_bold=True))
            cells = (words(row.about), words(row.before, "muted"), words("→", "muted"), after)
            for side, cell in enumerate(cells):
                cell.setAccessibleName(row.sentence)
                grid.addWidget(cell, place, side, Qt.AlignmentFlag.AlignTop)
        _add_rest(column, [row.sentence for row in rows])
        return card

    def _places_card(self, rows: Sequence[PlaceRow]) -> QFrame:
        card = QFrame()
        column = card_column(card)
        column.addWidget(title(self._look, tr("What it calls paths, and which these are here")))
        grid = _grid(column, _COLUMNS)
        for place, row in enumerate(rows[:_MOST_ROWS]):
            grid.addWidget(words(row.reference), place, 0, Qt.AlignmentFlag.AlignTop)
            here = words(row.here, "" if row.is_present else "muted")
            grid.addWidget(here, place, 1, 1, len(_COLUMNS) - 1, Qt.AlignmentFlag.AlignTop)
        _add_rest(column, [f"{row.reference}: {row.here}" for row in rows])
        return card

    # Deciding

    def _name_buttons(self) -> None:
        self.keep.setVisible(self._purpose is Purpose.IMPORT)
        self.use.setVisible(self._purpose is not Purpose.COMPARE)
        self.cancel.setText(tr("Close") if self._purpose is Purpose.COMPARE else tr("Cancel"))
        self.keep.setText(tr("Import"))
        texts = {
            Purpose.IMPORT: tr("Import and activate"),
            Purpose.ACTIVATE: tr("Activate"),
            Purpose.FOLLOW: tr("Use it with this network"),
            Purpose.COMPARE: "",
        }
        self.use.setText(texts[self._purpose])

    def _allow(self) -> None:
        is_allowed = not self._is_refused and (not self._has_mistakes or self.skip.isChecked())
        is_named = self._purpose is not Purpose.IMPORT or bool(self.name.text().strip())
        for button in (self.keep, self.use):
            button.setEnabled(is_allowed and is_named)

    # Building

    def _build(self) -> None:
        heading_font(self._look, self._heading)
        self._heading.setWordWrap(True)
        self._source.set_role("muted")
        page = QWidget()
        page.setObjectName("page")
        column = QVBoxLayout(page)
        column.setContentsMargins(3 * GRID, GRID, 3 * GRID, 3 * GRID)
        column.setSpacing(2 * GRID)
        self._fill_options()
        column.addWidget(self._options)
        column.addWidget(self.skip)
        self._cards.setSpacing(2 * GRID)
        column.addLayout(self._cards)
        self.text_switch.setCheckable(True)
        self.text_switch.setProperty("role", "flat")
        self.text_switch.toggled.connect(self._text.setVisible)
        self._text.setReadOnly(True)
        self._text.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._text.setMinimumHeight(_TEXT_HEIGHT)
        self._text.setAccessibleName(tr("How it is written"))
        self._text.hide()
        column.addWidget(self.text_switch, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._text)
        column.addStretch()
        area = QScrollArea()
        area.setAccessibleName(tr("Preview"))
        area.setWidget(page)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(self._head())
        outer.addWidget(area, 1)

    def _fill_options(self) -> None:
        column = card_column(self._options)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        label = Label(tr("Keep it as"))
        label.setBuddy(self.name)
        self.name.setAccessibleName(tr("Name of the profile"))
        self.name.setMaximumWidth(280)
        self.name.setAcceptDrops(False)  # files are dropped on the page
        self.name.textChanged.connect(self._allow)
        self.mode.choose(MergeMode.REPLACE)
        self.mode.chosen.connect(self.mode_chosen)
        self.mode.buttons[MergeMode.MERGE].setToolTip(tr("What you decided stays where this profile says nothing else"))
        row.addWidget(label)
        row.addWidget(self.name, 1)
        row.addStretch()
        column.addLayout(row)
        column.addWidget(self.mode, 0, Qt.AlignmentFlag.AlignLeft)

    def _head(self) -> QHBoxLayout:
        """What it is about, and what may be done; it stays in sight."""
        column = QVBoxLayout()
        column.setSpacing(GRID // 2)
        for label in (self._heading, self._source, self._sentence):
            column.addWidget(label)
        row = QHBoxLayout()
        row.setContentsMargins(3 * GRID, GRID, 3 * GRID, GRID)
        row.setSpacing(GRID)
        row.addLayout(column, 1)
        self.use.setProperty("role", "primary")
        self.skip.toggled.connect(self._allow)
        self.cancel.clicked.connect(self.cancelled)
        self.keep.clicked.connect(self.keeping_wanted)
        self.use.clicked.connect(self.use_wanted)
        for button in (self.cancel, self.keep, self.use):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        return row


def _alone(widget: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addWidget(widget)
    return row


def _grid(column: QVBoxLayout, shares: Sequence[int]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(2 * GRID)
    grid.setVerticalSpacing(GRID)
    for side, share in enumerate(shares):
        grid.setColumnStretch(side, share)
    column.addLayout(grid)
    return grid


def _add_rest(column: QVBoxLayout, sentences: Sequence[str]) -> None:
    """What does not stand in the grid."""
    if len(sentences) > _MOST_ROWS:
        column.addWidget(words("\n".join(sentences[_MOST_ROWS:])))
