"""Keeps what an administrator's files demand, in step with the directory of these files.

A file that cannot be believed any more lets nothing go: what it demanded when it could be holds until it is mended or
removed, over restarts too.
"""

import logging
import os
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from mpmanager.api.mandate_files import (
    MandateText,
    Refusal,
    Trusted,
    fingerprint,
    names_of,
    read_file,
    trusted,
)
from mpmanager.api.structures import EventKind, MandateInfo
from mpmanager.core.mandates import Mandate
from mpmanager.daemon.configuration import ProfilesConfiguration
from mpmanager.daemon.journal import Journal
from mpmanager.daemon.kept_file import replace_file
from mpmanager.model.authority import ROOT_UID
from mpmanager.model.change import Author
from mpmanager.model.errors import InvalidValueError, StateFileError
from mpmanager.ports.directories import DirectoryWatch

_LOOK_EVERY_S = 60.0
"""Where nothing is told: file systems of other machines tell nothing."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """One file, and what holds of it."""

    mandate: Mandate | None
    signer: str | None = None
    refusal: str | None = None


class MandateKeeper:
    """`changed` puts other mandates into force; `recorded` remembers what becomes another within."""

    def __init__(
        self,
        configuration: ProfilesConfiguration | None,
        copies: Path,
        *,
        watch: Callable[[Iterable[Path]], DirectoryWatch],
        journal: Journal,
        changed: Callable[[], Awaitable[None]],
        recorded: Callable[[Author], AbstractAsyncContextManager[None]],
    ) -> None:
        self._configuration = configuration
        self._copies = copies
        self._make_watch = watch
        self._journal = journal
        self._changed = changed
        self._recorded = recorded
        self._watch: DirectoryWatch | None = None
        self._notes: tuple[str, ...] = ()
        self._found: dict[str, _Found] = {}
        if configuration is not None:
            self._found = {name: _Found(mandate=each) for name, each in self._copied(configuration.directory)}

    def _copied(self, directory: Path) -> list[tuple[str, Mandate]]:
        """What held when the daemon ended."""
        try:
            names = names_of(self._copies)
        except InvalidValueError as error:
            _log.warning("%s", error)
            return []
        found = ((name, self._copy(directory, name)) for name in names)
        return [(name, mandate) for name, mandate in found if mandate is not None]

    def _copy(self, directory: Path, name: str) -> Mandate | None:
        reading = read_file(self._copies, name, Trusted())
        if isinstance(reading, MandateText):
            return _mandate(directory, reading)
        _log.warning("%s: %s", self._copies / name, reading.reason)
        if reading.rest is None:
            return None
        return Mandate(origin=str(directory / name), profile=reading.rest)

    @property
    def mandates(self) -> tuple[Mandate, ...]:
        """In the order of their files."""
        return tuple(each.mandate for _name, each in sorted(self._found.items()) if each.mandate is not None)

    @property
    def contents(self) -> dict[str, str]:
        """What holds, for comparing: the fingerprint of each file's content, by file."""
        return {each.origin: each.fingerprint for each in self.mandates}

    def limits(self) -> list[str]:
        """What cannot be believed, one sentence each."""
        return [*self._notes, *(each.refusal for _name, each in sorted(self._found.items()) if each.refusal)]

    def rows(self) -> list[MandateInfo]:
        """All files."""
        if self._configuration is None:
            return []
        return [self._row(self._configuration.directory / name, each) for name, each in sorted(self._found.items())]

    @staticmethod
    def _row(file: Path, found: _Found) -> MandateInfo:
        profile = None if found.mandate is None else found.mandate.profile
        return MandateInfo(
            file=str(file),
            in_force=profile is not None,
            name=None if profile is None else str(profile.name),
            description="" if profile is None else profile.description,
            signer=found.signer,
            refusal=found.refusal,
        )

    async def begin(self) -> None:
        """Look once, before anything is managed."""
        if self._configuration is not None:
            self._watch = self._make_watch((self._configuration.directory, self._configuration.keys))
            await self.look()

    async def run(self) -> None:
        """Follow the directory until cancelled."""
        if self._watch is None:
            return
        try:
            while True:
                await self._watch.changed(_LOOK_EVERY_S)
                await self.look()
        finally:
            self._watch.close()

    async def look(self) -> None:
        """Look at all files, and put what is new into force: all of it at once."""
        configuration = self._configuration
        if configuration is None:
            return
        try:
            found = self._look(configuration)
        except InvalidValueError as error:
            self._notes = (f"{error}; what the files demanded stays in force",)
            return
        if found == self._found:
            return
        async with self._recorded(Author(uid=ROOT_UID, program=str(configuration.directory))):
            before, self._found = self._found, found
            if _mandates(before) != _mandates(found):
                await self._changed()
        self._tell(configuration.directory, before)

    def _look(self, configuration: ProfilesConfiguration) -> dict[str, _Found]:
        directory = configuration.directory
        names = names_of(directory)
        owners = {ROOT_UID, os.getuid()}
        trust = trusted(configuration.keys, needs_signature=configuration.needs_signature, owners=owners)
        self._notes = trust.refusals
        writing = frozenset() if self._watch is None else self._watch.being_written
        found = {name: self._one(directory, name, trust, writing) for name in names}
        self._forget_copies(set(names))
        return {name: each for name, each in found.items() if each is not None}

    def _one(self, directory: Path, name: str, trust: Trusted, writing: frozenset[Path]) -> _Found | None:
        file = directory / name
        known = self._found.get(name)
        if {file, directory / f"{name}.sig"} & writing:
            return known
        reading = read_file(directory, name, trust)
        if isinstance(reading, Refusal):
            return self._refused(file, reading, None if known is None else known.mandate)
        self._keep_copy(name, reading.text)
        signer = None if reading.signer is None else f"{reading.signer} ({reading.signer_fingerprint})"
        return _Found(mandate=_mandate(directory, reading), signer=signer)

    def _refused(self, file: Path, refusal: Refusal, known: Mandate | None) -> _Found:
        """What it demanded before stays; of one that was never whole what can be read of it, as far as it is signed."""
        held = known
        if held is None and refusal.rest is not None:
            held = Mandate(origin=str(file), profile=refusal.rest)
        what = "what it demanded before stays in force" if known is not None else "what can be read of it is in force"
        what = "nothing of it is in force" if held is None else what
        return _Found(mandate=held, refusal=f"{file}: {refusal.reason}; {what}")

    def _keep_copy(self, name: str, text: str) -> None:
        copy = self._copies / name
        try:
            if copy.exists() and copy.read_bytes() == text.encode():
                return
            self._copies.mkdir(mode=0o700, exist_ok=True)
            replace_file(copy, text.encode(), is_lasting=True)
        except (OSError, StateFileError) as error:
            _log.warning("%s; should the file be damaged, nobody will know after a restart what it demanded", error)

    def _forget_copies(self, names: set[str]) -> None:
        """A file that is removed by who may remove it demands nothing any more."""
        try:
            for name in set(names_of(self._copies)) - names:
                (self._copies / name).unlink()
        except (OSError, InvalidValueError) as error:
            _log.warning("%s", error)

    def _tell(self, directory: Path, before: dict[str, _Found]) -> None:
        for name in sorted({*before, *self._found}):
            old, new = before.get(name), self._found.get(name)
            if old is not None and new is not None and (old.mandate, old.refusal) == (new.mandate, new.refusal):
                continue
            if new is None:
                text = f"{directory / name} was removed: what it demanded does not hold any more"
            elif new.refusal is not None:
                text = f"set by your administrator, and refused: {new.refusal}"
            else:
                text = f"set by your administrator: {directory / name} is in force"
            self._journal.record(EventKind.PROFILE_CHANGED, text)


def _mandate(directory: Path, reading: MandateText) -> Mandate:
    return Mandate(origin=str(directory / reading.name), profile=reading.profile, fingerprint=fingerprint(reading.text))


def _mandates(found: dict[str, _Found]) -> list[Mandate | None]:
    return [each.mandate for _name, each in sorted(found.items())]
