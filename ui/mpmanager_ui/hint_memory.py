"""Remembers over restarts which explanations somebody has closed, for good."""

from PySide6.QtCore import QSettings

_GROUP = "closed-hints"


class HintMemory:
    """In the user's settings; without any, for as long as the window lives."""

    def __init__(self, settings: QSettings | None = None) -> None:
        self._settings = settings
        self._closed: set[str] = set()

    def is_closed(self, name: str) -> bool:
        """Whether somebody has closed it."""
        kept = self._settings is not None and self._settings.value(f"{_GROUP}/{name}", defaultValue=False, type=bool)
        return name in self._closed or bool(kept)

    def close(self, name: str) -> None:
        """It is not shown any more."""
        self._closed.add(name)
        if self._settings is not None:
            self._settings.setValue(f"{_GROUP}/{name}", "true")
