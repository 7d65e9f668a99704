"""A badge with its reason beside it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from mpmanager_ui.look import icons
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.viewmodels.badges import Badge, Tone
from mpmanager_ui.widgets.label import Label

_ICON = 16
_ICONS = {Tone.GOOD: "tick", Tone.WARNING: "warning", Tone.DANGER: "never", Tone.NEUTRAL: "information"}


class BadgeLabel(QWidget):
    """Hidden where there is none."""

    def __init__(self, look: Look, name: str) -> None:
        super().__init__()
        self._look = look
        self._name = name
        self._badge: Badge | None = None
        self._icon = Label()
        self._icon.setFixedSize(_ICON, _ICON)
        self.label = Label()
        self.label.setWordWrap(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.label, 1)
        look.changed.connect(self._recolour)
        self.hide()

    def show_badge(self, badge: Badge | None) -> None:
        """Show this one."""
        self.setVisible(badge is not None)
        if badge == self._badge or badge is None:
            return
        self._badge = badge
        self.label.setText(badge.sentence)
        self.setAccessibleName(f"{self._name}: {badge.sentence}")
        self._recolour()

    def _recolour(self) -> None:
        if self._badge is not None:
            colour = getattr(self._look.colours, self._badge.tone.value)
            self._icon.setPixmap(icons.pixmap(_ICONS[self._badge.tone], colour, _ICON, self.devicePixelRatioF()))
            self.label.setStyleSheet(
                f"color: {colour if self._badge.tone is not Tone.NEUTRAL else self._look.colours.muted}"
            )
