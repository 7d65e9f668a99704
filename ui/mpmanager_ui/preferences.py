"""What a person prefers of the window itself, kept in this user's settings."""

from PySide6.QtCore import QSettings

from mpmanager_ui.look.colours import Theme
from mpmanager_ui.viewmodels.notification_kinds import PAUSED_KEY, NotificationKind, settings_key
from mpmanager_ui.viewmodels.preferences import Motion

LANGUAGE_KEY = "language"
THEME_KEY = "theme"
MOTION_KEY = "motion"
TRAY_KEY = "tray/enabled"
"""Whether there is an icon, and with it a program that goes on when its window is closed."""
TRAY_START_KEY = "tray/start"
"""Whether the program begins there, without its window."""


class Preferences:
    """Read and written at once; a value that nobody knows is taken for none."""

    def __init__(self, settings: QSettings) -> None:
        self._settings = settings

    @property
    def theme(self) -> Theme:
        """Which colours."""
        said = self._text(THEME_KEY)
        return Theme(said) if said in set(Theme) else Theme.AUTO

    @theme.setter
    def theme(self, theme: Theme) -> None:
        self._settings.setValue(THEME_KEY, theme.value)

    @property
    def language(self) -> str:
        """The code of a language; empty: that of the user's session."""
        return self._text(LANGUAGE_KEY)

    @language.setter
    def language(self, code: str) -> None:
        self._settings.setValue(LANGUAGE_KEY, code)

    @property
    def motion(self) -> Motion:
        """Whether motion is reduced."""
        said = self._text(MOTION_KEY)
        return Motion(said) if said in set(Motion) else Motion.AUTO

    @motion.setter
    def motion(self, motion: Motion) -> None:
        self._settings.setValue(MOTION_KEY, motion.value)

    def is_on(self, key: str, *, default: bool = False) -> bool:
        """A switch."""
        return self._text(key, "true" if default else "false") == "true"

    def switch(self, key: str, *, is_on: bool) -> None:
        """Turn a switch on or off."""
        self._settings.setValue(key, is_on)

    def notifies(self, kind: NotificationKind) -> bool:
        """Whether a notification of a kind shall come now."""
        return not self.is_on(PAUSED_KEY) and self.is_on(settings_key(kind), default=True)

    def _text(self, key: str, default: str = "") -> str:
        """As text: in a file there is nothing else, and a value that was just set is whatever it was set to."""
        said = self._settings.value(key, default)
        return str(said).lower() if isinstance(said, bool) else str(said)
