"""The style sheet for the stock widgets; what the product draws itself does not pass here."""

from dataclasses import fields
from string import Template

from mpmanager_ui.look.colours import Colours

_SHEET = Template(
    """
QToolTip { background: $snack; color: $on_snack; border: 0; padding: 6px 8px; }
QScrollArea, QScrollArea > QWidget > QWidget#page { background: transparent; border: 0; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="lead"] { color: $text; }
QLabel[role="command"], QPlainTextEdit {
    background: $lane; border: 1px solid $border; border-radius: 6px; padding: 8px 12px;
    font-family: monospace;
}
QFrame[role="card"] { background: $surface; border: 1px solid $border; border-radius: 8px; }
QPushButton, QToolButton {
    background: $surface; color: $text; border: 1px solid $border; border-radius: 6px;
    padding: 5px 12px; min-height: 18px;
}
QToolButton { padding: 5px 8px; }
QPushButton[edge="right"] { padding-left: 8px; padding-right: 0; }
QPushButton:hover, QToolButton:hover { background: $hover; }
QPushButton:pressed, QToolButton:pressed { background: $accent_soft; }
QPushButton:focus, QToolButton:focus { border: 1px solid $accent; }
QPushButton:checked, QToolButton:checked { background: $accent_soft; border-color: $accent; }
QPushButton:disabled, QToolButton:disabled { color: $faint; background: transparent; }
QPushButton[role="flat"], QToolButton[role="flat"] { background: transparent; border-color: transparent; }
QPushButton[tone="accent"] { color: $accent; }
QPushButton[role="flat"]:hover, QToolButton[role="flat"]:hover { background: $hover; }
QPushButton[role="flat"]:focus, QToolButton[role="flat"]:focus { border-color: $accent; }
QPushButton[role="flat"]:checked, QToolButton[role="flat"]:checked { background: $accent_soft; }
QPushButton:disabled, QToolButton:disabled { color: $faint; background: $lane; }
QPushButton[role="primary"] { background: $accent; color: $on_accent; border-color: $accent; font-weight: 600; }
QPushButton[role="primary"]:hover { background: $text; color: $window; border-color: $text; }
QPushButton[role="primary"]:focus { border-color: $text; }
QPushButton[role="primary"]:disabled { background: $lane; color: $faint; border-color: $border; }
QPushButton[segment] { border-radius: 0; margin-left: -1px; }
QPushButton[segment="first"] { border-top-left-radius: 6px; border-bottom-left-radius: 6px; margin-left: 0; }
QPushButton[segment="last"] { border-top-right-radius: 6px; border-bottom-right-radius: 6px; }
QLabel[role="warning-text"] { color: $warning; }
QLabel[role="danger-text"] { color: $danger; }
QLabel[role="badge"], QLabel[role="badge-good"], QLabel[role="badge-danger"] {
    border-radius: 8px; padding: 0 8px; min-height: 17px; background: $lane; color: $muted;
}
QLabel[role="badge-good"] { background: $accent_soft; color: $accent; font-weight: 600; }
QLabel[role="badge-danger"] { background: $danger_soft; color: $danger; }
QFrame[role="panel"] { background: $surface; border: 0; border-left: 1px solid $border; }
QPushButton[role="choice"] { text-align: left; border-color: transparent; background: transparent; padding: 4px 8px; }
QPushButton[role="choice"]:hover { background: $hover; }
QPushButton[role="choice"]:checked { background: transparent; border-color: transparent; }
QPushButton[role="choice"]:focus { border-color: $accent; }
QPushButton[role="segment"] { padding: 5px 4px; }
QPushButton:disabled { color: $faint; }
QLabel[role="mistake"] { color: $danger; }
QComboBox, QSpinBox {
    background: $surface; color: $text; border: 1px solid $border; border-radius: 6px;
    padding: 5px 8px; min-height: 18px; selection-background-color: $accent; selection-color: $on_accent;
}
QComboBox:hover { background: $hover; }
QComboBox::drop-down { border: 0; width: 24px; }
QComboBox::down-arrow, QSpinBox::up-arrow, QSpinBox::down-arrow { image: none; width: 0; height: 0; }
QComboBox QAbstractItemView { background: $surface; color: $text; border: 1px solid $border; padding: 4px; }
QComboBox:focus, QSpinBox:focus { border-color: $accent; }
QComboBox:disabled, QSpinBox:disabled { color: $faint; background: $lane; }
QSpinBox { padding: 3px 0 4px 0; }
QSpinBox::up-button, QSpinBox::down-button { border: 0; width: 24px; background: transparent; }
QSpinBox::up-button { subcontrol-position: top right; }
QSpinBox::down-button { subcontrol-position: bottom right; }
QProgressBar { background: $lane; border: 0; border-radius: 2px; }
QProgressBar::chunk { background: $accent; border-radius: 2px; }
QFrame[role="snack"] { background: $snack; border-radius: 8px; }
QFrame[role="snack"] QLabel { color: $on_snack; }
QFrame[role="snack"] QPushButton {
    background: transparent; border: 1px solid transparent; color: $snack_action; font-weight: 600;
}
QFrame[role="snack"] QPushButton:hover, QFrame[role="snack"] QPushButton:focus { border-color: $snack_action; }
QFrame[role="line"] { background: $border; border: 0; }
QFrame[role="notice"] { background: $accent_soft; border: 1px solid $accent_soft; border-radius: 8px; }
QFrame[role="warning"] { background: $warning_soft; border: 1px solid $warning_soft; border-radius: 8px; }
QFrame[role="danger"] { background: $danger_soft; border: 1px solid $danger_soft; border-radius: 8px; }
QLineEdit {
    background: $surface; color: $text; border: 1px solid $border; border-radius: 6px;
    padding: 5px 8px; min-height: 18px; selection-background-color: $accent;
    selection-color: $on_accent; placeholder-text-color: $muted;
}
QLineEdit > QToolButton { background: transparent; border: 0; padding: 0; min-height: 0; }
QLineEdit:focus { border-color: $accent; }
QLineEdit:disabled { color: $faint; background: $lane; }
QMenu { background: $surface; color: $text; border: 1px solid $border; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 8px; border-radius: 4px; }
QMenu::item:selected { background: $accent_soft; color: $text; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $border; margin: 4px 8px; }
QMenu::icon { padding-left: 8px; }
QHeaderView { background: $surface; border: 0; }
QHeaderView::section {
    background: $surface; color: $muted; border: 0; border-bottom: 1px solid $border; padding: 6px 8px;
}
QHeaderView::section:hover { background: $hover; color: $text; }
QTreeView, QTableView, QListView { background: $surface; border: 0; outline: 0; }
QTableView { gridline-color: $grid; selection-background-color: $accent_soft; selection-color: $text; }
QTableView::item { padding: 0 8px; border-bottom: 1px solid $grid; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar::handle:vertical { background: $border; border-radius: 4px; min-height: 32px; margin: 2px; }
QScrollBar::handle:vertical:hover { background: $outline; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle:horizontal { background: $border; border-radius: 4px; min-width: 32px; margin: 2px; }
QScrollBar::handle:horizontal:hover { background: $outline; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
"""
)


def style_sheet(colours: Colours) -> str:
    """The style sheet in these colours."""
    return _SHEET.substitute({each.name: str(getattr(colours, each.name)) for each in fields(colours)})
