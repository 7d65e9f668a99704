"""When an application may use which paths: a row each, with a menu."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QMenu, QPushButton, QWidget

from mpmanager.model.path import Tier
from mpmanager_ui.look import icons
from mpmanager_ui.look.hatching import paint_swatch
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.viewmodels.rule_editor import TierRow
from mpmanager_ui.viewmodels.rule_words import tier_words
from mpmanager_ui.viewmodels.signs import PathSigns
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.widgets.choices import choice
from mpmanager_ui.widgets.label import Label

_SWATCH = 12


class Swatch(QWidget):
    """A path's colour and hatch; nothing for what is no single path."""

    def __init__(self, look: Look, signs: PathSigns, path: str | None) -> None:
        super().__init__()
        self._look, self._signs, self._path = look, signs, path
        self.setFixedSize(QSize(_SWATCH, _SWATCH))
        look.changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._path is not None:
            painter = QPainter(self)
            paint_swatch(painter, QRectF(0, 0, _SWATCH, _SWATCH), self._signs.of(self._path), self._look.colours)
            painter.end()


class TierRows(QWidget):
    """Made anew when other paths are there; else the words change in place."""

    wanted = Signal(str, object)
    """Paths as a rule names them, and a tier or None."""

    def __init__(self, look: Look, signs: PathSigns) -> None:
        super().__init__()
        self._look, self._signs = look, signs
        self._rows: tuple[TierRow, ...] = ()
        self.buttons: dict[str, QPushButton] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(GRID)
        self._grid.setVerticalSpacing(GRID // 2)
        self._grid.setColumnStretch(1, 1)
        look.changed.connect(self._recolour)

    def show_rows(self, rows: Sequence[TierRow]) -> None:
        """Show these."""
        if [(each.paths, each.title) for each in rows] != [(each.paths, each.title) for each in self._rows]:
            self._make(rows)
        self._rows = tuple(rows)
        for row in rows:
            button = self.buttons[row.paths]
            button.setText(row.words)
            button.setAccessibleName(f"{row.title}: {row.words}")

    def _make(self, rows: Sequence[TierRow]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self.buttons = {}
        for place, row in enumerate(rows):
            button = QPushButton()
            button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow stands behind the words
            button.clicked.connect(lambda _checked=False, paths=row.paths: self._open(paths))
            self.buttons[row.paths] = button
            title = Label(row.title)
            title.setMinimumWidth(1)
            self._grid.addWidget(Swatch(self._look, self._signs, row.path), place, 0)
            self._grid.addWidget(title, place, 1)
            self._grid.addWidget(button, place, 2)

        self._recolour()

    def _recolour(self) -> None:
        for button in self.buttons.values():
            button.setIcon(icons.icon("chevron-down", self._look.colours.muted))

    def _open(self, paths: str) -> None:
        row = next(each for each in self._rows if each.paths == paths)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for tier in Tier:
            self._add(menu, row, tier.value, tier_words(tier.value), icons.TIER_ICONS[tier])
        menu.addSeparator()
        self._add(menu, row, None, tr("Say nothing of it"), "undo")
        button = self.buttons[paths]
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _add(self, menu: QMenu, row: TierRow, tier: str | None, words: str, icon: str) -> None:
        action = choice(self._look, menu, words, icon, is_present=row.said == tier)
        action.triggered.connect(lambda: self.wanted.emit(row.paths, tier))
        menu.addAction(action)
