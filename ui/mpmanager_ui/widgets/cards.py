"""Cards: surfaces with a title, on which something stands together."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.widgets.label import Label


def card_column(card: QFrame, role: str = "card") -> QVBoxLayout:
    """What stands in a card, one below the other; `role` is its look in the style sheet."""
    card.setProperty("role", role)
    column = QVBoxLayout(card)
    column.setContentsMargins(2 * GRID, 12, 2 * GRID, 12)
    column.setSpacing(GRID)
    return column


def title(look: Look, text: str) -> Label:
    """The title of a card."""
    label = Label(text)
    label.setFont(look.font(scale=1.1, is_bold=True))
    return label


def words(text: str = "", role: str = "") -> Label:
    """A text of any length, to be copied as well."""
    label = Label(text)
    label.setWordWrap(True)
    if role:
        label.setProperty("role", role)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def clear(column: QVBoxLayout | QHBoxLayout) -> None:
    """Remove the widgets that stand in a layout."""
    while (item := column.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()


def heading_font(look: Look, label: QWidget) -> None:
    """The sentence at the top of a page."""
    label.setFont(look.font(scale=1.6, is_bold=True))
