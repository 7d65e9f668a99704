"""All about one path: what it is, how far it is trusted and why, when it is used, what it may carry, and a probe."""

from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from mpmanager.api.structures import PathInfo
from mpmanager.model.path import Tier
from mpmanager_ui.look import icons
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.viewmodels.caps import METERED_WORDS, metered_sentence
from mpmanager_ui.viewmodels.path_details import (
    Fact,
    TrustOption,
    facts_of,
    said_tier,
    subtitle_of,
    tier_sentence,
    title_of,
    trust_groups,
)
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.viewmodels.trust import Shield
from mpmanager_ui.viewmodels.wording import TIER_WORDS
from mpmanager_ui.widgets.cap_card import CapCard
from mpmanager_ui.widgets.choice_grid import ChoiceGrid
from mpmanager_ui.widgets.label import Label, plain_tip

_TWO_COLUMNS = 700
_ICON = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A path, with wishes that are on their way."""

    path: PathInfo
    tier: Tier
    shield: Shield
    rtt: str
    today: date


class PathDetails(QWidget):
    """Cards, two beside each other where there is room."""

    tier_wanted = Signal(object)
    """A `Tier`; None lets the kind decide."""
    trust_wanted = Signal(object)
    """A `TrustChange`."""
    metered_wanted = Signal(object)
    """True, False, or None: what is known of it."""
    cap_wanted = Signal(object)
    """A `CapInfo`."""
    more_wanted = Signal(object)
    """Bytes more today."""
    probe_wanted = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.title, self._subtitle = Label(), Label()
        self.facts: tuple[Fact, ...] = ()
        self._fact_names, self._fact_values = QVBoxLayout(), QGridLayout()
        self._trust_icon = Label()
        self._trust_lines = QVBoxLayout()
        self._trust_labels: list[Label] = []
        self._trust_choices = QVBoxLayout()
        self._shield: Shield | None = None
        self.trust_buttons: list[QPushButton] = []
        self.tiers = ChoiceGrid([*TIER_WORDS.items(), (None, tr("Automatic"))], tr("Lane"))
        self._tier_line = Label()
        self.metered = ChoiceGrid(METERED_WORDS.items(), tr("Metered"))
        self._metered_line = Label()
        self.cap = CapCard(look)
        self.probe_button = QPushButton(tr("Probe now"))
        self._probe_line = Label()
        self._grid = QGridLayout()
        self._cards: list[QWidget] = []
        self._build()
        look.changed.connect(self._recolour)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def show_path(self, shown: Shown, *, is_reached: bool) -> None:
        """Show this from now on; without the daemon nothing can be changed."""
        path = shown.path
        self.title.setText(title_of(path))
        self._subtitle.setText(subtitle_of(path))
        self._show_facts(facts_of(path, shown.rtt))
        self._show_trust(shown.shield)
        is_said = path.tier_chosen or shown.tier is not said_tier(path)
        self.tiers.show_value(shown.tier if is_said else None)
        self._tier_line.setText(tier_sentence(path, shown.tier))
        self.metered.show_value(path.metered_said)
        self._metered_line.setText(metered_sentence(path))
        self.cap.show_path(path, shown.today)
        for each in (self.tiers, self.metered, self.cap, self.probe_button, *self.trust_buttons):
            each.setEnabled(is_reached)

    def show_probing(self) -> None:
        """Somebody waits for the gateway."""
        self.probe_button.setEnabled(False)
        self._probe_line.setText(tr("Asking the gateway …"))

    def show_probe(self, words: str) -> None:
        """What came of it; empty: it failed, which is told elsewhere."""
        self.probe_button.setEnabled(True)
        self._probe_line.setText(words or _probe_hint())

    def forget_probe(self) -> None:
        """Another path is shown."""
        self.show_probe("")

    def probe_words(self) -> str:
        """What is said of the last probe."""
        return self._probe_line.text()

    # Showing

    def _show_facts(self, facts: tuple[Fact, ...]) -> None:
        if facts == self.facts:
            return
        grid = self._fact_values
        for row, fact in enumerate(facts):
            for column, text in enumerate((fact.name, fact.value)):
                item = grid.itemAtPosition(row, column)
                label = item.widget() if item is not None else self._fact_label(row, column)
                if isinstance(label, Label):
                    label.setText(text)
        self.facts = facts

    def _fact_label(self, row: int, column: int) -> Label:
        label = Label()
        label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        if column:
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setWordWrap(True)
        else:
            label.setProperty("role", "muted")
        self._fact_values.addWidget(label, row, column)
        return label

    def _show_trust(self, shield: Shield) -> None:
        if shield == self._shield:
            return
        self._shield = shield
        self._show_trust_lines(shield.explanation)
        self._clear_trust_choices()
        for title, choices in trust_groups(shield):
            self._trust_choices.addSpacing(GRID)
            self._trust_choices.addWidget(self._group_title(title))
            for each in choices:
                self._trust_choices.addWidget(self._trust_button(each))
        self._recolour()

    def _show_trust_lines(self, lines: tuple[str, ...]) -> None:
        while len(self._trust_labels) < len(lines):
            label = Label()
            label.setWordWrap(True)
            label.setProperty("role", "muted" if self._trust_labels else "lead")
            self._trust_labels.append(label)
            self._trust_lines.addWidget(label)
        for number, label in enumerate(self._trust_labels):
            label.setText(lines[number] if number < len(lines) else "")
            label.setVisible(number < len(lines))

    def _clear_trust_choices(self) -> None:
        self.trust_buttons = []
        while (item := self._trust_choices.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()

    def _group_title(self, text: str) -> Label:
        label = Label(text)
        self._small(label)
        return label

    def _trust_button(self, option: TrustOption) -> QPushButton:
        button = QPushButton(option.word)
        button.setAccessibleName(option.text)
        button.setToolTip(plain_tip(option.text))
        button.setProperty("role", "choice")
        button.setCheckable(True)
        button.setChecked(option.is_present)

        def choose() -> None:
            button.setChecked(option.is_present)
            if not option.is_present:
                self.trust_wanted.emit(option.change)

        button.clicked.connect(choose)
        self.trust_buttons.append(button)
        return button

    # Building

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        self.title.setFont(self._look.font(scale=1.3, is_bold=True))
        self._subtitle.setProperty("role", "muted")
        for label in (self.title, self._subtitle):
            label.setWordWrap(True)
            column.addWidget(label)
        column.addSpacing(GRID)
        self._grid.setSpacing(2 * GRID)
        column.addLayout(self._grid)
        self._cards = [self._network_card(), self._use_card(), self._trust_card(), self._cap_card()]
        self._arrange()
        self.tiers.wanted.connect(self.tier_wanted)
        self.metered.wanted.connect(self.metered_wanted)
        self.cap.cap_wanted.connect(self.cap_wanted)
        self.cap.more_wanted.connect(self.more_wanted)
        self.probe_button.clicked.connect(self.probe_wanted)

    def _arrange(self) -> None:
        columns = 2 if self.width() >= _TWO_COLUMNS else 1
        for number, card in enumerate(self._cards):
            self._grid.addWidget(card, number // columns, number % columns)
        for column in range(2):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def _network_card(self) -> QWidget:
        card, column = self._card(tr("Network"))
        self._fact_values.setHorizontalSpacing(2 * GRID)
        self._fact_values.setVerticalSpacing(GRID // 2)
        self._fact_values.setColumnStretch(1, 1)
        column.addLayout(self._fact_values)
        column.addSpacing(GRID)
        self._small(self._probe_line)
        self._probe_line.setText(_probe_hint())
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addWidget(self.probe_button, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._probe_line, 1)
        column.addLayout(row)
        column.addStretch(1)
        return card

    def _trust_card(self) -> QWidget:
        card, column = self._card(tr("Trust"))
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self._trust_icon, 0, Qt.AlignmentFlag.AlignTop)
        self._trust_lines.setSpacing(GRID // 2)
        row.addLayout(self._trust_lines, 1)
        column.addLayout(row)
        self._trust_choices.setSpacing(0)
        column.addLayout(self._trust_choices)
        column.addStretch(1)
        return card

    def _use_card(self) -> QWidget:
        card, column = self._card(tr("Use"))
        for segments, line in ((self.tiers, self._tier_line), (self.metered, self._metered_line)):
            column.addWidget(segments)
            self._small(line)
            column.addWidget(line)
            column.addSpacing(GRID)
        column.addStretch(1)
        return card

    def _cap_card(self) -> QWidget:
        card, column = self._card(tr("Data cap"))
        column.addWidget(self.cap)
        column.addStretch(1)
        return card

    def _card(self, title: str) -> tuple[QFrame, QVBoxLayout]:
        card = QFrame()
        card.setProperty("role", "card")
        column = QVBoxLayout(card)
        column.setContentsMargins(2 * GRID, 12, 2 * GRID, 12)
        column.setSpacing(GRID)
        label = Label(title)
        label.setFont(self._look.font(scale=1.1, is_bold=True))
        column.addWidget(label)
        return card, column

    def _small(self, label: Label) -> None:
        label.setProperty("role", "muted")
        label.setWordWrap(True)

    def _recolour(self) -> None:
        if self._shield is None:
            return
        colours = self._look.colours
        level = icons.TRUST_ICONS[self._shield.level]
        colour = colours.good if level.endswith("-trusted") else colours.warning
        self._trust_icon.setPixmap(icons.pixmap(level, colour, _ICON, self.devicePixelRatioF()))
        for button in self.trust_buttons:
            is_on = button.isChecked()
            name, tint = ("option-on", colours.accent) if is_on else ("option-off", colours.muted)
            button.setIcon(icons.icon(name, tint))


def _probe_hint() -> str:
    return tr("Asks the gateway five times how fast it answers.")
