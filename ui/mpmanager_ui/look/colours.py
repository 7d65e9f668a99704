"""The light and the dark set of colours."""

from dataclasses import dataclass
from enum import StrEnum, unique


@unique
class Theme(StrEnum):
    """What a person may choose."""

    AUTO = "auto"
    """As the desktop has it."""
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Colours:
    """One set; every value is #rrggbb."""

    is_dark: bool
    window: str
    """Behind everything."""
    sidebar: str
    surface: str
    """Cards, tables, fields."""
    lane: str
    """The bed on which cards lie."""
    hover: str
    border: str
    outline: str
    """The edge of what can be ticked or dropped on; 3:1 on surface, window and lane."""
    grid: str
    """Lines inside charts."""
    text: str
    muted: str
    """Text of the second rank; 4.5:1 on every background here."""
    faint: str
    """Ended rows, zeros; 4.5:1 on surface and lane."""
    accent: str
    accent_soft: str
    on_accent: str
    good: str
    warning: str
    warning_soft: str
    danger: str
    danger_soft: str
    snack: str
    on_snack: str
    snack_action: str


LIGHT = Colours(
    is_dark=False,
    window="#f4f5f8",
    sidebar="#e9ebf1",
    surface="#ffffff",
    lane="#eaecf2",
    hover="#e1e5ee",
    border="#d5d9e3",
    outline="#7d8698",
    grid="#e6e8ee",
    text="#1c2230",
    muted="#566074",
    faint="#616a7c",
    accent="#2f5fd0",
    accent_soft="#dde6fb",
    on_accent="#ffffff",
    good="#1f7a4d",
    warning="#8a5a00",
    warning_soft="#fdf0d3",
    danger="#b3261e",
    danger_soft="#fbe3e1",
    snack="#272d3a",
    on_snack="#f2f4f8",
    snack_action="#9fbcff",
)

DARK = Colours(
    is_dark=True,
    window="#15181e",
    sidebar="#1a1e26",
    surface="#20252e",
    lane="#1a1e26",
    hover="#2a303b",
    border="#333a47",
    outline="#78829a",
    grid="#2b313c",
    text="#e8ebf1",
    muted="#a3adbf",
    faint="#8b94a6",
    accent="#86aaff",
    accent_soft="#273556",
    on_accent="#0f1726",
    good="#6fcf9c",
    warning="#f2c266",
    warning_soft="#3a3120",
    danger="#ff9c92",
    danger_soft="#452523",
    snack="#e8ebf1",
    on_snack="#1c2230",
    snack_action="#2f5fd0",
)
