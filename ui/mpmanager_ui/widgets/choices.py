"""Entries of a menu of which one is so now."""

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from mpmanager_ui.look import icons
from mpmanager_ui.look.look import Look


def choice(look: Look, menu: QMenu, text: str, icon: str, *, is_present: bool) -> QAction:
    """An action, not in the menu yet. What is so now is ticked, in place of its icon."""
    name, colour = ("tick", look.colours.accent) if is_present else (icon, look.colours.text)
    action = QAction(icons.icon(name, colour), text, menu)
    action.setCheckable(is_present)
    action.setChecked(is_present)
    return action
