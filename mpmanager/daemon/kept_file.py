"""A file of decisions that must not be lost unnoticed: with a copy beside it, and a content for when both are lost."""

import logging
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import Generic, Protocol, TypeVar

from mpmanager.model.errors import InvalidValueError, StateFileError

ContentT = TypeVar("ContentT")

UNREADABLE = (OSError, ValueError, InvalidValueError, RecursionError)
"""The errors of msgspec are ValueErrors, except where something is nested without end."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Generic[ContentT]):
    """What a file says."""

    content: ContentT
    faults: tuple[str, ...] = ()
    """What of the file could not be read and what holds instead, each as what follows the file's name."""


class Format(Protocol[ContentT]):
    """How a content is written."""

    @property
    def nothing(self) -> ContentT:
        """Where nobody has ever said anything."""
        ...

    @property
    def lost(self) -> ContentT:
        """Where it is not known any more what was said: whatever may have been forbidden is."""
        ...

    def decode(self, text: bytes, earlier: ContentT | None) -> Reading[ContentT]:
        """Read all that can be read. What a damaged part said is taken from `earlier`, else nothing is allowed by it.

        Raises:
            ValueError, InvalidValueError, RecursionError: nothing of it can be read.
        """
        ...

    def encode(self, content: ContentT) -> bytes:
        """As `decode` reads it."""
        ...


class KeptFile(Generic[ContentT]):
    """Written whole, twice. What cannot be read is replaced by what holds instead, put aside, and told."""

    def __init__(self, path: Path, form: Format[ContentT]) -> None:
        self._path = path
        self._copy_path = path.with_suffix(f".copy{path.suffix}")
        self._form = form
        self.notices: tuple[str, ...] = ()
        """What was damaged when it was read, one sentence each."""

    def load(self) -> ContentT:
        """What it says, or its copy where it cannot be read; never less than what may have been forbidden."""
        if not any(map(os.path.lexists, (self._path, self._copy_path))):
            return self._form.nothing
        copied = self._read_copy()
        reading = self._read(copied)
        if reading.faults:
            self._mend(reading)
        elif copied is None or copied.faults or copied.content != reading.content:
            self._write_copy(self._form.encode(reading.content))
        return reading.content

    def save(self, content: ContentT) -> None:
        """Write it down; when this returns it is on the disk.

        Raises:
            StateFileError: the old file is still there as it was.
        """
        text = self._form.encode(content)
        replace_file(self._path, text, is_lasting=True)
        self._write_copy(text)

    def _read(self, copied: Reading[ContentT] | None) -> Reading[ContentT]:
        try:
            return self._form.decode(self._path.read_bytes(), None if copied is None else copied.content)
        except FileNotFoundError:
            return self._instead("is gone", copied)
        except UNREADABLE as error:
            return self._instead(f"cannot be read ({error})", copied)

    def _instead(self, what: str, copied: Reading[ContentT] | None) -> Reading[ContentT]:
        if copied is None:
            return Reading(content=self._form.lost, faults=(f"{what}, and there is no copy that can",))
        return Reading(content=copied.content, faults=(f"{what}; its copy is in force", *copied.faults))

    def _read_copy(self) -> Reading[ContentT] | None:
        with suppress(*UNREADABLE):
            return self._form.decode(self._copy_path.read_bytes(), None)
        return None

    def _mend(self, reading: Reading[ContentT]) -> None:
        """The damaged file goes only once something whole has taken its place: the next start must not find nothing."""
        aside = self._put_aside()
        kept = f"; put aside as {aside.name}" if aside is not None else ""
        self.notices = tuple(f"{self._path.name} {fault}{kept}" for fault in reading.faults)
        _log.warning("%s %s%s", self._path, "; ".join(reading.faults), kept)
        try:
            self.save(reading.content)
        except StateFileError as error:
            _log.warning("%s", error)

    def _put_aside(self) -> Path | None:
        aside = self._path.with_suffix(f".broken-{int(time())}")
        try:
            aside.hardlink_to(self._path)
        except OSError:
            return None
        return aside

    def _write_copy(self, text: bytes) -> None:
        """An old copy would be worse than none: it may allow what was forbidden since."""
        try:
            replace_file(self._copy_path, text, is_lasting=True)
        except StateFileError as error:
            _log.warning("%s", error)
            with suppress(OSError):
                self._copy_path.unlink()


def replace_file(file: Path, content: bytes, *, is_lasting: bool) -> None:
    """Replace a file as a whole; a lasting one is on the disk afterwards.

    Raises:
        StateFileError: the old file is still there as it was.
    """
    draft = file.with_suffix(".new")
    try:
        with draft.open("wb") as stream:
            stream.write(content)
            if is_lasting:
                stream.flush()
                os.fsync(stream.fileno())
        draft.replace(file)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()  # half of it would take up what little room there is
        raise StateFileError(f"{file}: {error.strerror}") from error
