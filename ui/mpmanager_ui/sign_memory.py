"""Remembers over restarts by which colour and hatch each path is known."""

from collections.abc import Iterator, MutableMapping

from PySide6.QtCore import QSettings

_GROUP = "path-signs"


class SignMemory(MutableMapping[str, str]):
    """The user's settings as a mapping, for `PathSigns`."""

    def __init__(self, settings: QSettings) -> None:
        self._settings = settings

    def __getitem__(self, name: str) -> str:
        value = self._settings.value(f"{_GROUP}/{name}")
        if not isinstance(value, str):
            raise KeyError(name)
        return value

    def __setitem__(self, name: str, sign: str) -> None:
        if self.get(name) != sign:
            self._settings.setValue(f"{_GROUP}/{name}", sign)

    def __delitem__(self, name: str) -> None:
        self._settings.remove(f"{_GROUP}/{name}")

    def __iter__(self) -> Iterator[str]:
        prefix = f"{_GROUP}/"
        return (key.removeprefix(prefix) for key in self._settings.allKeys() if key.startswith(prefix))

    def __len__(self) -> int:
        return sum(1 for _ in self)
