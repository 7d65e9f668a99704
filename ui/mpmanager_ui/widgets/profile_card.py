"""The card of a stored profile: its name, whether it is active, what it follows, and what may be done with it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from mpmanager_ui.look import icons
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.viewmodels.profiles import Badge, BadgeTone, FollowChoice, ProfileCardWords, title_of
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.widgets.cards import words
from mpmanager_ui.widgets.choices import choice
from mpmanager_ui.widgets.label import Label

_ICON = 24
_ROLES = {BadgeTone.ACTIVE: "badge-good", BadgeTone.NOTICE: "badge", BadgeTone.TROUBLE: "badge-danger"}


class ProfileCard(QFrame):
    """Tells what a person wants; the page does it."""

    activation_wanted = Signal()
    follow_wanted = Signal(str)
    """A network, by what names it."""
    unfollow_wanted = Signal(str)
    export_wanted = Signal()
    signing_wanted = Signal()
    """To be signed and exported."""
    deletion_wanted = Signal()
    look_wanted = Signal()
    comparison_wanted = Signal(str)
    """With which other profile."""

    def __init__(
        self, look: Look, shown: ProfileCardWords, follows: Sequence[FollowChoice], others: Sequence[str]
    ) -> None:
        super().__init__()
        self._look = look
        self.shown = shown
        self._follows = follows
        self._others = others
        """The names of the other profiles."""
        self.setProperty("role", "card")
        self.setAccessibleName(shown.summary)
        self._icon = Label()
        self.action = QPushButton(shown.action)
        self.more = QToolButton()
        self._build()
        look.changed.connect(self._recolour)
        self._recolour()

    def menu(self) -> QMenu:
        """What may be done with it."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        colour = self._look.colours.text
        menu.addAction(icons.icon("search", colour), tr("What it would change …"), self.look_wanted.emit)
        if self._others:
            self._fill_comparisons(menu.addMenu(icons.icon("tier-changed", colour), tr("Compare with")))
        if self.shown.is_own:
            self._fill_follows(menu.addMenu(icons.icon("wifi", colour), tr("Use with")))
        menu.addSeparator()
        menu.addAction(icons.icon("export", colour), tr("Export …"), self.export_wanted.emit)
        menu.addAction(icons.icon("person", colour), tr("Sign and export …"), self.signing_wanted.emit)
        if self.shown.is_own:
            menu.addSeparator()
            menu.addAction(icons.icon("delete", colour), tr("Delete"), self.deletion_wanted.emit)
        return menu

    def _fill_comparisons(self, menu: QMenu) -> None:
        for name in self._others:
            action = menu.addAction(title_of(name))
            action.triggered.connect(lambda _=False, name=name: self.comparison_wanted.emit(name))

    def _fill_follows(self, menu: QMenu) -> None:
        for each in self._follows:
            action = choice(self._look, menu, each.text.replace("&", "&&"), "connection", is_present=each.is_present)
            wanted = self.unfollow_wanted if each.is_present else self.follow_wanted
            action.triggered.connect(lambda _=False, wanted=wanted, each=each: wanted.emit(each.network))
            menu.addAction(action)

    def _open_menu(self) -> None:
        self.menu().popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, 12, GRID, 12)
        row.setSpacing(2 * GRID)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(self._texts(), 1)
        self.action.setVisible(bool(self.shown.action))
        self.action.setAccessibleName(f"{self.shown.action}: {self.shown.title}")
        self.action.clicked.connect(self.activation_wanted)
        self.more.setProperty("role", "flat")
        self.more.setAccessibleName(tr("More about {profile}", profile=self.shown.title))
        self.more.setToolTip(tr("Use with a network, export, delete"))
        self.more.clicked.connect(self._open_menu)
        for button in (self.action, self.more):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)

    def _texts(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(GRID // 2)
        column.addLayout(self._title_row())
        for text, role in ((self.shown.description, "muted"), (self.shown.facts, "muted")):
            if text:
                column.addWidget(words(text, role))
        for mistake in self.shown.mistakes:
            column.addWidget(words(mistake, "danger-text"))
        return column

    def _title_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GRID)
        name = Label(self.shown.title)
        name.setFont(self._look.font(scale=1.1, is_bold=True))
        row.addWidget(name)
        for badge in self.shown.badges:
            row.addWidget(_badge(badge))
        row.addStretch()
        return row

    def _recolour(self) -> None:
        is_active = any(each.tone is BadgeTone.ACTIVE for each in self.shown.badges)
        colours = self._look.colours
        colour = colours.accent if is_active else colours.muted
        name = "profiles" if self.shown.is_own else "undo"
        self._icon.setPixmap(icons.pixmap(name, colour, _ICON, self.devicePixelRatioF()))
        self.more.setIcon(icons.icon("more", colours.muted))


def _badge(badge: Badge) -> QWidget:
    label = Label(badge.text)
    label.setProperty("role", _ROLES[badge.tone])
    label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
    return label
