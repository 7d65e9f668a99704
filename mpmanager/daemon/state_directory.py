"""A state directory is one daemon's alone; and what of it is needed without any knowledge of the rest."""

import fcntl
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO

from mpmanager.model.errors import StateFileError

_NAME = "lock"


def remembered_path_manager(directory: Path) -> Path:
    """The file that notes who managed connections before."""
    return directory / "path-manager-before"


def lock_directory(directory: Path) -> BinaryIO:
    """Have a directory for this process alone, until what is returned is closed.

    Raises:
        StateFileError: another daemon has it, or it cannot be written to.
    """
    try:
        lock = (directory / _NAME).open("wb")
    except OSError as error:
        raise StateFileError(f"--state {directory}: {error.strerror}") from error
    return _locked(lock, directory)


def lock_what_is_there(directory: Path) -> AbstractContextManager[object]:
    """The same, but do without where the directory is missing or damaged: then nobody has it.

    Raises:
        StateFileError: another daemon has it.
    """
    try:
        lock = (directory / _NAME).open("rb")
    except OSError:
        return nullcontext()
    return _locked(lock, directory)


def _locked(lock: BinaryIO, directory: Path) -> BinaryIO:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise StateFileError(f"--state {directory}: another mpmanagerd uses this directory") from error
    return lock
