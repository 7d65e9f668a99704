"""Where profiles are kept, and which of them is in force and follows which network."""

from pathlib import Path
from typing import Literal

import msgspec

from mpmanager.daemon.kept_file import Reading, replace_file
from mpmanager.model.errors import InvalidValueError, StateFileError, UnknownProfileError
from mpmanager.model.profile import LONGEST_TEXT_BYTES, ProfileChoices, ProfileName, profile_name
from mpmanager.model.trust import NetworkId

_SUFFIX = ".toml"
_MOST = 200


class ProfileFiles:
    """A directory of profiles, one file each, which people may edit."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def names(self) -> list[ProfileName]:
        """Of all that there are, in their order."""
        found = (each.name.removesuffix(_SUFFIX) for each in self._directory.glob(f"*{_SUFFIX}"))
        return sorted(ProfileName(name) for name in found if _is_name(name))

    def read(self, name: ProfileName) -> str:
        """The text as it was written.

        Raises:
            UnknownProfileError: there is none.
            InvalidValueError: it is no text.
            StateFileError: it cannot be read.
        """
        file = self._file(name)
        try:
            content = file.read_bytes()[: LONGEST_TEXT_BYTES + 1]
        except FileNotFoundError as error:
            raise UnknownProfileError(f"there is no profile {name!r}; profiles are: {self._known()}") from error
        except OSError as error:
            raise StateFileError(f"{file}: {error.strerror}") from error
        try:
            return content.decode()
        except UnicodeDecodeError as error:
            raise InvalidValueError(f"profile {name!r}: this is no text: {error}") from error

    def write(self, name: ProfileName, text: str) -> None:
        """Write it down; when this returns it is on the disk.

        Raises:
            InvalidValueError: there are too many already.
            StateFileError: the old file is still there as it was.
        """
        known = self.names()
        if name not in known and len(known) >= _MOST:
            raise InvalidValueError(f"there are {_MOST} profiles already; delete one first")
        try:
            self._directory.mkdir(exist_ok=True)
        except OSError as error:
            raise StateFileError(f"{self._directory}: {error.strerror}") from error
        replace_file(self._file(name), text.encode(), is_lasting=True)

    def delete(self, name: ProfileName) -> None:
        """Remove it.

        Raises:
            UnknownProfileError: there is none.
            StateFileError: it is still there.
        """
        file = self._file(name)
        try:
            file.unlink()
        except FileNotFoundError as error:
            raise UnknownProfileError(f"there is no profile {name!r}; profiles are: {self._known()}") from error
        except OSError as error:
            raise StateFileError(f"{file}: {error.strerror}") from error

    def _file(self, name: ProfileName) -> Path:
        return self._directory / f"{name}{_SUFFIX}"

    def _known(self) -> str:
        return ", ".join(self.names()) or "none yet"


def _is_name(text: str) -> bool:
    try:
        return profile_name(text) == text
    except InvalidValueError:
        return False


class _File(msgspec.Struct, forbid_unknown_fields=True):
    version: Literal[1] = 1
    active: str | None = None
    previous: str | None = None
    is_by_hand: bool = False
    follows: dict[str, str] = {}


class ChoicesFormat:
    """As JSON."""

    nothing = ProfileChoices()
    lost = ProfileChoices(is_by_hand=True)

    def decode(self, text: bytes, earlier: ProfileChoices | None) -> Reading[ProfileChoices]:
        del earlier  # it can be read as a whole or not at all
        file = msgspec.json.decode(text, type=_File)
        return Reading(
            content=ProfileChoices(
                active=None if file.active is None else profile_name(file.active),
                previous=None if file.previous is None else profile_name(file.previous),
                is_by_hand=file.is_by_hand,
                follows={NetworkId(network): profile_name(name) for network, name in file.follows.items()},
            )
        )

    def encode(self, content: ProfileChoices) -> bytes:
        file = _File(
            active=content.active,
            previous=content.previous,
            is_by_hand=content.is_by_hand,
            follows={str(network): str(name) for network, name in content.follows.items()},
        )
        return msgspec.json.format(msgspec.json.encode(file))
