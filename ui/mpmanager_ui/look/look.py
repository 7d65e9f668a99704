"""The look that all widgets share: the present colours, fonts and measures."""

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from mpmanager_ui.look.colours import DARK, LIGHT, Colours, Theme
from mpmanager_ui.look.style_sheet import style_sheet

GRID = 8
"""Every distance is a multiple of this, or half of it."""

RADIUS = 8


class Look(QObject):
    """Follows the desktop's light or dark, unless a person has chosen."""

    changed = Signal()

    def __init__(self, application: QApplication, theme: Theme = Theme.AUTO) -> None:
        super().__init__(application)
        self._application = application
        self._base = _with_tabular_figures(application.font())
        self.theme = theme
        self.colours: Colours = LIGHT
        application.setStyle("Fusion")
        application.setFont(self._base)
        application.styleHints().colorSchemeChanged.connect(self._follow)
        self._apply()

    def choose(self, theme: Theme) -> None:
        """Take another theme."""
        self.theme = theme
        self._apply()
        self.changed.emit()

    def font(self, *, scale: float = 1.0, is_bold: bool = False) -> QFont:
        """The desktop's font with figures of one width."""
        font = QFont(self._base)
        if self._base.pointSizeF() > 0:
            font.setPointSizeF(self._base.pointSizeF() * scale)
        else:
            font.setPixelSize(round(self._base.pixelSize() * scale))
        font.setWeight(QFont.Weight.DemiBold if is_bold else QFont.Weight.Normal)
        return font

    def colour(self, name: str, alpha: float = 1.0) -> QColor:
        """One of the colours by its name in `Colours`."""
        colour = QColor(getattr(self.colours, name))
        colour.setAlphaF(alpha)
        return colour

    def _follow(self) -> None:
        if self.theme is Theme.AUTO:
            self._apply()
            self.changed.emit()

    def _apply(self) -> None:
        self.colours = DARK if self._is_dark() else LIGHT
        self._application.setPalette(_palette(self.colours))
        self._application.setStyleSheet(style_sheet(self.colours))

    def _is_dark(self) -> bool:
        if self.theme is not Theme.AUTO:
            return self.theme is Theme.DARK
        return self._application.styleHints().colorScheme() is Qt.ColorScheme.Dark


def _with_tabular_figures(font: QFont) -> QFont:
    result = QFont(font)
    result.setFeature(QFont.Tag.fromString("tnum"), 1)
    return result


def _palette(colours: Colours) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: colours.window,
        QPalette.ColorRole.WindowText: colours.text,
        QPalette.ColorRole.Base: colours.surface,
        QPalette.ColorRole.AlternateBase: colours.lane,
        QPalette.ColorRole.Text: colours.text,
        QPalette.ColorRole.PlaceholderText: colours.muted,
        QPalette.ColorRole.Button: colours.surface,
        QPalette.ColorRole.ButtonText: colours.text,
        QPalette.ColorRole.ToolTipBase: colours.snack,
        QPalette.ColorRole.ToolTipText: colours.on_snack,
        QPalette.ColorRole.Highlight: colours.accent,
        QPalette.ColorRole.HighlightedText: colours.on_accent,
        QPalette.ColorRole.Link: colours.accent,
        QPalette.ColorRole.Mid: colours.border,
        QPalette.ColorRole.Accent: colours.accent,
    }
    for role, value in roles.items():
        palette.setColor(role, QColor(value))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.faint))
    return palette
