"""The sidebar: the pages by icon and word, and how the window stands with the daemon."""

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from mpmanager.api.bus import Bus
from mpmanager_ui.look import icons
from mpmanager_ui.look.colours import Theme
from mpmanager_ui.look.look import GRID, RADIUS, Look
from mpmanager_ui.viewmodels.contact import CONTACT_WORDS, Contact, bus_words
from mpmanager_ui.viewmodels.translation import Spoken, tr, tr_later
from mpmanager_ui.widgets.label import plain_tip

WIDTH = 176
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_KEY_REASONS = {Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason}
_THEMES = Spoken(
    {Theme.AUTO: tr_later("Follow the desktop"), Theme.LIGHT: tr_later("Light"), Theme.DARK: tr_later("Dark")}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One page."""

    key: str
    word: str
    icon: str


class EntryButton(QAbstractButton):
    """Turns to one page."""

    def __init__(self, look: Look, entry: Entry, shortcut: str) -> None:
        super().__init__()
        self._look = look
        self._entry = entry
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(entry.word)
        self.setToolTip(f"{entry.word} ({shortcut})")
        self.setShortcut(shortcut)
        self.setFixedHeight(40)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._has_key_focus = False
        """Focus that came by the keyboard; only that is shown."""

    def sizeHint(self) -> QSize:
        return QSize(WIDTH - 2 * GRID, 40)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(self._look.colour("accent"), 1.5) if self._has_key_focus else Qt.PenStyle.NoPen)
        if self.isChecked():
            painter.setBrush(self._look.colour("accent_soft"))
        elif self.underMouse():
            painter.setBrush(self._look.colour("hover"))
        painter.drawRoundedRect(rect, RADIUS, RADIUS)
        name = "faint" if not self.isEnabled() else "accent" if self.isChecked() else "muted"
        image = icons.pixmap(self._entry.icon, getattr(self._look.colours, name), 20, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(12, (self.height() - 20) / 2), image)
        painter.setPen(self._look.colour("text" if self.isEnabled() else "faint"))
        painter.setFont(self._look.font(is_bold=self.isChecked()))
        painter.drawText(rect.adjusted(42, 0, -8, 0), _LEFT, self._entry.word)
        painter.end()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._has_key_focus = event.reason() in _KEY_REASONS

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._has_key_focus = False


class _Brand(QWidget):
    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setFixedHeight(56)
        self.setAccessibleName("mpmanager")

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        image = icons.pixmap(icons.APPLICATION_ICON, "", 28, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(8, 12), image)
        painter.setFont(self._look.font(scale=1.1, is_bold=True))
        painter.setPen(self._look.colour("text"))
        painter.drawText(QRectF(46, 0, self.width() - 46, 52), _LEFT, "mpmanager")
        painter.end()


class _ContactSign(QWidget):
    """A full disc when connected, a ring while it is not."""

    def __init__(self, look: Look, bus: Bus) -> None:
        super().__init__()
        self._look = look
        self._bus = bus
        self._contact = Contact.CONNECTING
        self.setFixedHeight(40)
        self.show_contact(self._contact)

    def show_contact(self, contact: Contact) -> None:
        self._contact = contact
        self.setAccessibleName(f"{CONTACT_WORDS[contact]}, {bus_words(self._bus)}")
        self.setToolTip(plain_tip(f"{CONTACT_WORDS[contact]}: {self._bus}"))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_connected = self._contact is Contact.CONNECTED
        colour = self._look.colour("good" if is_connected else "warning")
        painter.setPen(QPen(colour, 2))
        painter.setBrush(colour if is_connected else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(14, 11), 4, 4)
        painter.setPen(self._look.colour("text"))
        painter.setFont(self._look.font(scale=0.95))
        painter.drawText(QRectF(28, 0, self.width() - 28, 22), _LEFT, CONTACT_WORDS[self._contact])
        painter.setPen(self._look.colour("muted"))
        painter.setFont(self._look.font(scale=0.85))
        painter.drawText(QRectF(28, 20, self.width() - 28, 18), _LEFT, bus_words(self._bus))
        painter.end()


class Sidebar(QWidget):
    """Pages at the top, theme and contact at the bottom."""

    page_wanted = Signal(str)
    changes_wanted = Signal(bool)
    """Whether the time line of changes is to be shown."""

    def __init__(self, look: Look, entries: tuple[Entry, ...], bus: Bus) -> None:
        super().__init__()
        self._look = look
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(tr("Pages"))
        self._contact = _ContactSign(look, bus)
        self._pages = {each.key: EntryButton(look, each, f"Ctrl+{n}") for n, each in enumerate(entries, 1)}
        self.changes = EntryButton(look, Entry(key="changes", word=tr("Changes"), icon="changes"), "Ctrl+Shift+Z")
        self.changes.clicked.connect(self.changes_wanted)
        self._themes = {theme: self._theme_button(theme) for theme in Theme}
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(GRID // 2)
        column.addWidget(_Brand(look))
        group = QButtonGroup(self)
        for key, button in self._pages.items():
            group.addButton(button)
            column.addWidget(button)
            button.clicked.connect(lambda _checked=False, key=key: self.page_wanted.emit(key))
        column.addStretch()
        column.addWidget(self.changes)
        column.addWidget(self._contact)
        column.addLayout(self._theme_row())
        look.changed.connect(self._recolour)
        self._recolour()

    def show_page(self, key: str) -> None:
        """Mark the page that is shown."""
        self._pages[key].setChecked(True)
        _let_tab_stop_at_checked(self._pages.values())

    def entry(self, key: str) -> EntryButton:
        """The button of a page."""
        return self._pages[key]

    def show_contact(self, contact: Contact) -> None:
        """Tell how the window stands with the daemon."""
        self._contact.show_contact(contact)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.colour("sidebar"))
        painter.setPen(self._look.colour("border"))
        painter.drawLine(self.width() - 1, 0, self.width() - 1, self.height())
        painter.end()

    def _theme_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GRID // 2)
        group = QButtonGroup(self)
        for button in self._themes.values():
            group.addButton(button)
            row.addWidget(button, 1)
        return row

    def _theme_button(self, theme: Theme) -> QToolButton:
        button = QToolButton()
        button.setCheckable(True)
        button.setProperty("role", "flat")
        button.setToolTip(_THEMES[theme])
        button.setAccessibleName(tr("Colours: {theme}", theme=_THEMES[theme]))
        button.setChecked(theme is self._look.theme)
        button.setSizePolicy(button.sizePolicy().Policy.Expanding, button.sizePolicy().Policy.Fixed)
        button.clicked.connect(lambda: self._look.choose(theme))
        return button

    def _recolour(self) -> None:
        for theme, button in self._themes.items():
            button.setIcon(icons.icon(theme.value, self._look.colours.text))
            button.setChecked(theme is self._look.theme)
        _let_tab_stop_at_checked(self._themes.values())
        self.update()


def _let_tab_stop_at_checked(group: Iterable[QAbstractButton]) -> None:
    """The others are reached by arrow keys. Qt sees to that only where people check them."""
    for button in group:
        policy, by_tab = button.focusPolicy(), Qt.FocusPolicy.TabFocus
        button.setFocusPolicy(policy | by_tab if button.isChecked() else policy & ~by_tab)
