"""The editor of one rule: shows an `EditorState` and tells what a person wants of it."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from mpmanager.api.structures import Wait
from mpmanager.model.policy import DEFAULT_FIRST_BYTES, MOST_FIRST_BYTES, TrustDemand, TrustPolicy
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.viewmodels.rule_draft import Lifetime, Preset
from mpmanager_ui.viewmodels.rule_editor import EditorState
from mpmanager_ui.viewmodels.rule_words import ChainLink, life_words, link_words, preset_hint, preset_words, trust_words
from mpmanager_ui.viewmodels.signs import PathSigns
from mpmanager_ui.viewmodels.translation import Spoken, tr, tr_later
from mpmanager_ui.viewmodels.waits import DEFAULT, setting_sentence
from mpmanager_ui.widgets.badge_label import BadgeLabel
from mpmanager_ui.widgets.check_box import CheckBox
from mpmanager_ui.widgets.choice_row import ChoiceRow
from mpmanager_ui.widgets.label import Label
from mpmanager_ui.widgets.tier_rows import TierRows
from mpmanager_ui.widgets.wait_slider import WaitSlider

_MAY_BE_STRICT = frozenset({TrustDemand.HANDSHAKE, TrustDemand.FIRST})
_FIELD_WIDTH = 96
_SLIDER_STEP = 48
"""Pixels between two detents; they have room for their words then."""


class RuleEditor(QScrollArea):
    """Changes nothing by itself: whoever listens makes another state of what is wanted."""

    preset_wanted = Signal(object)
    wait_wanted = Signal(object)
    """A wait, or None: as other rules say."""
    trust_wanted = Signal(object)
    """As `PolicyInfo.trust`, or None: as other rules say."""
    tier_wanted = Signal(str, object)
    multipath_wanted = Signal(object)
    lowest_delay_wanted = Signal(bool)
    life_wanted = Signal(object)

    def __init__(self, look: Look, signs: PathSigns) -> None:
        super().__init__()
        self.setAccessibleName(tr("Rule"))
        self._look = look
        self._trust = TrustPolicy(demand=TrustDemand.ANY)
        self._says_trust = False
        self.presets = ChoiceRow[Preset](
            tr("Preset"), [(each, preset_words(each), preset_hint(each)) for each in Preset]
        )
        self.slider = WaitSlider(look, step=_SLIDER_STEP)
        self.wait_meaning = _muted()
        self.promise = _muted()
        self.as_others_wait = _flat(tr("As other rules say"))
        self.trust = ChoiceRow[TrustDemand | None](tr("Trust"), _trust_choices())
        self.first_bytes = QLineEdit()
        self._details, self._bytes_row = QWidget(), QWidget()
        self.strict = CheckBox(look, tr("Refuse where no path is trusted"))
        self.trust_meaning = _muted()
        self.trust_badge = BadgeLabel(look, tr("Trust"))
        self.tiers = TierRows(look, signs)
        self.multipath = ChoiceRow[bool | None](tr("Multipath"), _multipath_choices())
        self.multipath_badge = BadgeLabel(look, tr("Multipath"))
        self.lowest_delay = CheckBox(look, tr("Prefer the path with the lowest delay"))
        self.life = ChoiceRow[Lifetime](tr("Holds"), [(each, life_words(each), "") for each in Lifetime])
        self.chain = QVBoxLayout()
        self._links: tuple[ChainLink, ...] = ()
        self._body = _Body()
        self._build()
        self._connect()

    def show_state(self, state: EditorState) -> None:
        """Show this; what a person is just writing stays."""
        self._body.setEnabled(state.is_editable)
        self.presets.show_choice(state.preset)
        self.slider.show_setting(state.title, state.wait)
        self.wait_meaning.setText(setting_sentence(state.wait))
        self.promise.setText(state.promise)
        is_own = state.wait.is_own and state.selector != DEFAULT
        self.as_others_wait.setVisible(is_own)
        self._show_trust(state)
        self.tiers.show_rows(state.tiers)
        self.multipath.show_choice(state.multipath)
        self.multipath_badge.show_badge(state.multipath_badge)
        self.lowest_delay.setChecked(state.lowest_delay)
        self.life.show_choice(state.life)
        if state.chain != self._links:
            self._show_chain(state.chain)

    def _show_trust(self, state: EditorState) -> None:
        self._trust, self._says_trust = state.trust, state.says_trust
        is_default = state.selector == DEFAULT
        self.trust.show_choice(state.trust.demand if state.says_trust or is_default else None)
        self.trust.buttons[None].setVisible(not is_default)  # there is nobody else to leave it to
        self.trust.buttons[None].setText(tr("As other rules say") if state.says_trust else _others_trust(state.trust))
        is_first = state.says_trust and state.trust.demand is TrustDemand.FIRST
        self._bytes_row.setVisible(is_first)
        if is_first and not self.first_bytes.hasFocus():
            self.first_bytes.setText(str(state.trust.first_bytes))
        may_be_strict = state.says_trust and state.trust.demand in _MAY_BE_STRICT
        self.strict.setVisible(may_be_strict)
        self._details.setVisible(may_be_strict)
        self.trust_meaning.setText(_TRUST_MEANINGS[state.trust.demand])
        self.strict.setChecked(state.trust.is_strict)
        self.trust_badge.show_badge(state.trust_badge)

    def _show_chain(self, links: tuple[ChainLink, ...]) -> None:
        self._links = links
        while (item := self.chain.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for number, link in enumerate(links, 1):
            label = Label(f"{number}.  {link_words(link)}")
            label.setWordWrap(True)
            self.chain.addWidget(label)
        if not links:
            self.chain.addWidget(
                _muted(tr("No rule: the backup stays a backup, and connections open on trusted paths."))
            )

    # What is wanted

    def _want_trust(self, demand: TrustDemand | None) -> None:
        if demand is None:
            self.trust_wanted.emit(None)
            return
        first = DEFAULT_FIRST_BYTES if demand is TrustDemand.FIRST else 0
        is_strict = self._says_trust and self._trust.is_strict and demand in _MAY_BE_STRICT
        self.trust_wanted.emit(str(TrustPolicy(demand=demand, first_bytes=first, is_strict=is_strict)))

    def _want_bytes(self) -> None:
        if self.first_bytes.hasAcceptableInput() and self._trust.demand is TrustDemand.FIRST:
            number, is_strict = int(self.first_bytes.text()), self._trust.is_strict
            if number != self._trust.first_bytes:
                wanted = TrustPolicy(demand=TrustDemand.FIRST, first_bytes=number, is_strict=is_strict)
                self.trust_wanted.emit(str(wanted))

    def _want_strict(self, *, is_strict: bool) -> None:
        demand, first = self._trust.demand, self._trust.first_bytes
        self.trust_wanted.emit(str(TrustPolicy(demand=demand, first_bytes=first, is_strict=is_strict)))

    def _want_wait(self, wait: Wait | None) -> None:
        self.wait_wanted.emit(wait)

    def _connect(self) -> None:
        self.presets.wanted.connect(self.preset_wanted)
        self.slider.wanted.connect(self._want_wait)
        self.as_others_wait.clicked.connect(lambda: self.wait_wanted.emit(None))
        self.trust.wanted.connect(self._want_trust)
        self.first_bytes.editingFinished.connect(self._want_bytes)
        self.strict.clicked.connect(lambda is_on: self._want_strict(is_strict=is_on))
        self.tiers.wanted.connect(self.tier_wanted)
        self.multipath.wanted.connect(self.multipath_wanted)
        self.lowest_delay.clicked.connect(self.lowest_delay_wanted)
        self.life.wanted.connect(self.life_wanted)

    # Building

    def _build(self) -> None:
        self.setWidgetResizable(True)
        self.setAccessibleName(tr("Rule"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._body.setObjectName("page")
        column = QVBoxLayout(self._body)
        column.setContentsMargins(0, 0, GRID // 2, GRID)
        column.setSpacing(2 * GRID)
        self.promise.set_role("lead")
        self.promise.setAccessibleName(tr("Promise and proof"))
        column.addWidget(
            self._card(
                tr("How long its data may wait"), self.presets, self._wait_row(), self.wait_meaning, self.promise
            )
        )
        trust = (self.trust, self.trust_meaning, self._trust_details(), self.trust_badge)
        column.addWidget(self._card(tr("Trust"), *trust))
        column.addWidget(self._card(tr("Paths it may use"), self.tiers, self.lowest_delay))
        column.addWidget(self._card(tr("Several paths at once (Multipath TCP)"), self.multipath, self.multipath_badge))
        column.addWidget(self._card(tr("How long this holds"), self.life))
        chain = QWidget()
        chain.setLayout(self.chain)
        self.chain.setContentsMargins(0, 0, 0, 0)
        self.chain.setSpacing(GRID // 2)
        column.addWidget(self._card(tr("The rules about it, in the order in which they count"), chain))
        column.addStretch()
        self.setWidget(self._body)

    def _wait_row(self) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.slider)
        row.addStretch()
        row.addWidget(self.as_others_wait, 0, Qt.AlignmentFlag.AlignTop)
        return line

    def _trust_details(self) -> QWidget:
        self.first_bytes.setValidator(QIntValidator(1, MOST_FIRST_BYTES, self.first_bytes))
        self.first_bytes.setFixedWidth(_FIELD_WIDTH)
        self.first_bytes.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.first_bytes.setAccessibleName(tr("Bytes that keep to trusted paths, in each direction"))
        bytes_row = QHBoxLayout(self._bytes_row)
        bytes_row.setContentsMargins(0, 0, 0, 0)
        bytes_row.addWidget(self.first_bytes)
        bytes_row.addWidget(Label(tr("bytes in each direction")))
        row = QHBoxLayout(self._details)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GRID)
        row.addWidget(self._bytes_row)
        row.addWidget(self.strict)
        row.addStretch()
        return self._details

    def _card(self, title: str, *widgets: QWidget) -> QFrame:
        card = QFrame()
        card.setProperty("role", "card")
        card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        column = QVBoxLayout(card)
        column.setContentsMargins(2 * GRID, 12, 2 * GRID, 12)
        column.setSpacing(GRID)
        heading = Label(title)
        heading.setFont(self._look.font(is_bold=True))
        column.addWidget(heading)
        for widget in widgets:
            column.addWidget(widget)
        return card


_TRUST_MEANINGS = Spoken(
    {
        TrustDemand.ANY: tr_later("Nothing is held to trusted paths."),
        TrustDemand.HANDSHAKE: tr_later(
            "What opens a connection carries its keys and keeps to trusted paths; what follows may use any path."
        ),
        TrustDemand.FIRST: tr_later(
            "The handshake and the first bytes in each direction keep to trusted paths; what follows may use any path."
        ),
        TrustDemand.ONLY: tr_later("Everything keeps to trusted paths; without one, it waits."),
    }
)


class _Body(QWidget):
    """As wide as there is room, and as high as its texts are then: alone they say how high they are when narrow."""

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)


def _trust_choices() -> list[tuple[TrustDemand | None, str, str]]:
    return [
        (None, tr("As other rules say"), tr("This rule demands nothing of its own.")),
        (TrustDemand.ANY, tr("Any path"), _TRUST_MEANINGS[TrustDemand.ANY]),
        (TrustDemand.HANDSHAKE, tr("Handshake"), _TRUST_MEANINGS[TrustDemand.HANDSHAKE]),
        (TrustDemand.FIRST, tr("First bytes"), _TRUST_MEANINGS[TrustDemand.FIRST]),
        (TrustDemand.ONLY, tr("Trusted only"), _TRUST_MEANINGS[TrustDemand.ONLY]),
    ]


def _multipath_choices() -> list[tuple[bool | None, str, str]]:
    return [
        (None, tr("As it asks itself"), tr("Several paths for programs that ask for Multipath TCP.")),
        (True, tr("On"), tr("Also for programs that know nothing of it, as far as that can be had.")),
        (False, tr("Off"), tr("One path is enough for it.")),
    ]


def _others_trust(trust: TrustPolicy) -> str:
    return tr("As other rules say ({demand})", demand=trust_words(str(trust)))


def _muted(text: str = "") -> Label:
    label = Label(text)
    label.setProperty("role", "muted")
    label.setWordWrap(True)
    return label


def _flat(text: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("role", "flat")
    return button
