"""What outlives the daemon: the user's decisions about paths, and what has to be handed back."""

import fcntl
import logging
import os
import time
from pathlib import Path
from typing import BinaryIO, Self

import msgspec

from mpmanager.core.paths import PathPreferences
from mpmanager.model.errors import StateFileError
from mpmanager.model.names import LinkName
from mpmanager.model.path import PathKind, Tier

_log = logging.getLogger(__name__)


class _PathsFile(msgspec.Struct, forbid_unknown_fields=True):
    version: int = 1
    tiers: dict[str, Tier] = {}
    kinds: dict[str, PathKind] = {}


class StateDirectory:
    """The daemon's directory, made on first use. Files are replaced whole or not at all."""

    def __init__(self, directory: Path) -> None:
        """Make the directory.

        Raises:
            StateFileError: it cannot be made or written to.
        """
        self._directory = directory
        try:
            directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StateFileError(f"--state {directory}: {error.strerror}") from error
        if not os.access(directory, os.W_OK):
            raise StateFileError(f"--state {directory}: not writable")
        self._lock: BinaryIO | None = None

    def __enter__(self) -> Self:
        """Have the directory for this process alone.

        Raises:
            StateFileError: another daemon has it.
        """
        lock = (self._directory / "lock").open("wb")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            raise StateFileError(f"--state {self._directory}: another mpmanagerd uses this directory") from error
        self._lock = lock
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._lock is not None:
            self._lock.close()

    @property
    def remembered_path_manager(self) -> Path:
        """The file that notes who managed connections before."""
        return self._directory / "path-manager-before"

    @property
    def _paths_file(self) -> Path:
        return self._directory / "paths.json"

    def load_preferences(self) -> PathPreferences:
        """What the user decided; defaults when there is nothing, or nothing that can be read.

        An unreadable file is put aside under another name, so that nothing is lost and the daemon starts.
        """
        try:
            text = self._paths_file.read_bytes()
            found = msgspec.json.decode(text, type=_PathsFile)
        except FileNotFoundError:
            return PathPreferences()
        except (OSError, msgspec.DecodeError) as error:
            aside = self._paths_file.with_suffix(f".broken-{int(time.time())}")
            _log.warning("%s cannot be read (%s); put aside as %s", self._paths_file, error, aside.name)
            self._paths_file.rename(aside)
            return PathPreferences()
        return PathPreferences(
            tiers={LinkName(name): tier for name, tier in found.tiers.items()},
            kinds={LinkName(name): kind for name, kind in found.kinds.items()},
        )

    def save_preferences(self, preferences: PathPreferences) -> None:
        """Write them down; when this returns they are on the disk.

        Raises:
            StateFileError: the old file is still there as it was.
        """
        content = _PathsFile(
            tiers={str(name): tier for name, tier in preferences.tiers.items()},
            kinds={str(name): kind for name, kind in preferences.kinds.items()},
        )
        draft = self._paths_file.with_suffix(".new")
        try:
            with draft.open("wb") as file:
                file.write(msgspec.json.format(msgspec.json.encode(content)))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._paths_file)
        except OSError as error:
            raise StateFileError(f"{self._paths_file}: {error.strerror}") from error
