"""A directory of an administrator's profiles: which of its files can be believed, and what they say."""

import hashlib
import json
import os
import re
import stat
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mpmanager.api.profile_text import profile_in, read_profile
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.mistakes import unknown_key
from mpmanager.model.profile import LONGEST_TEXT_BYTES, Profile, ProfileMistake

if TYPE_CHECKING:
    from mpmanager.api.file_signature import PublicKey

SIGNATURE_SUFFIX = ".sig"
KEY_SUFFIX = ".pub"
MOST_FILES = 100
_MOST_KEYS = 50
_LONGEST_KEY_BYTES = 4096
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}\.(?:toml|json)")
"""Editors, package managers and configuration management have other names for what is not meant yet."""
_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH
_JSON_KEYS = ("version", "name", "description", "trust", "tiers", "defaults", "policies")


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateText:
    """A file that can be believed."""

    name: str
    text: str
    profile: Profile
    signer: str | None = None
    """The name of the trusted key; None: it is not signed."""
    signer_fingerprint: str | None = None

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A file that cannot be."""

    name: str
    reason: str
    """With the line, where that is known."""
    rest: Profile | None = None
    """What can be read of it, with less allowed rather than more; None: nothing, or its signature is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """Whom to believe."""

    keys: tuple["PublicKey", ...] = ()
    needs_signature: bool = False
    owners: Collection[int] | None = None
    """Users who may own what is read; None: that is not looked at, nor who may write to it."""
    refusals: tuple[str, ...] = ()
    """Keys that cannot be used, one sentence each."""


def fingerprint(text: str) -> str:
    """Of a file's content, for people to compare."""
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()[:16]


def trusted(directory: Path, *, needs_signature: bool, owners: Collection[int] | None) -> Trusted:
    """The keys of a directory; one that cannot be used is told and trusted by nobody."""
    keys: list[PublicKey] = []
    refusals: list[str] = []
    try:
        names = sorted(each for each in _names_in(directory) if each.endswith(KEY_SUFFIX))
    except InvalidValueError as error:
        names, refusals = [], [str(error)]
    for name in names[:_MOST_KEYS]:
        try:
            keys.append(_key(directory, name, owners))
        except InvalidValueError as error:
            refusals.append(f"{directory / name}: {error}; what it has signed is not believed")
    return Trusted(keys=tuple(keys), needs_signature=needs_signature, owners=owners, refusals=tuple(refusals))


def _key(directory: Path, name: str, owners: Collection[int] | None) -> "PublicKey":
    from mpmanager.api.file_signature import public_key  # noqa: PLC0415  # large, and rarely needed

    _check_directory(directory, owners)
    return public_key(_read(directory / name, owners, _LONGEST_KEY_BYTES), name.removesuffix(KEY_SUFFIX))


def _names_in(directory: Path) -> list[str]:
    try:
        return [each.name for each in directory.iterdir()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise InvalidValueError(f"{directory}: {error.strerror}") from error


def names_of(directory: Path) -> list[str]:
    """The files that are meant as profiles, in the order in which they count.

    Raises:
        InvalidValueError: the directory cannot be read, so that nobody knows what is in it.
    """
    names = sorted(each for each in _names_in(directory) if _NAME.fullmatch(each))
    if len(names) > MOST_FILES:
        raise InvalidValueError(f"{directory}: {len(names)} profiles; {MOST_FILES} are the most")
    return names


def read_file(directory: Path, name: str, trust: Trusted) -> MandateText | Refusal:
    """What one file says, or why it cannot be believed."""
    try:
        _check_directory(directory, trust.owners)
        content = _read(directory / name, trust.owners, LONGEST_TEXT_BYTES)
        signer = _signer(directory, name, content, trust)
        text = _decoded(content)
        profile, mistakes = profile_of_file(name, text)
    except InvalidValueError as error:
        return Refusal(name=name, reason=str(error))
    if mistakes:
        return Refusal(name=name, reason="; ".join(_told(text, name, each) for each in mistakes), rest=profile)
    key_name, key_fingerprint = (None, None) if signer is None else (signer.name, signer.fingerprint)
    return MandateText(name=name, text=text, profile=profile, signer=key_name, signer_fingerprint=key_fingerprint)


def profile_of_file(name: str, text: str) -> tuple[Profile, tuple[ProfileMistake, ...]]:
    """What a text says, by the end of its name as TOML or JSON.

    Raises:
        InvalidValueError: nothing of it can be read.
    """
    if not name.endswith(".json"):
        reading = read_profile(text)
        return reading.profile, reading.mistakes
    return profile_in(_json_tables(text))


def _json_tables(text: str) -> dict[str, Any]:
    try:
        tables = json.loads(text, object_pairs_hook=_without_doubles)
    except RecursionError as error:
        raise InvalidValueError("it is nested too deeply") from error
    except ValueError as error:
        raise InvalidValueError(f"this is no JSON: {error}") from error
    if not isinstance(tables, dict):
        raise InvalidValueError("this is no JSON object")
    for key in (each for each in tables if each not in _JSON_KEYS):
        raise InvalidValueError(unknown_key(key, _JSON_KEYS))
    return tables


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice in one object")
    return found


def _decoded(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InvalidValueError(f"line {line}: this is no text in UTF-8") from error


def _signer(directory: Path, name: str, content: bytes, trust: Trusted) -> "PublicKey | None":
    """A signature that is there has to be right, whether one is needed or not."""
    file = directory / f"{name}{SIGNATURE_SUFFIX}"
    if not os.path.lexists(file):
        if trust.needs_signature:
            raise InvalidValueError(f"it is not signed: there is no {file.name}")
        return None
    from mpmanager.api.file_signature import signer_of  # noqa: PLC0415  # large, and rarely needed

    try:
        signature = _read(file, trust.owners, _LONGEST_KEY_BYTES)
    except InvalidValueError as error:
        raise InvalidValueError(f"{file.name}: {error}") from error
    return signer_of(content, signature, list(trust.keys))


def _check_directory(directory: Path, owners: Collection[int] | None) -> None:
    """Whoever may write to it could put anything there.

    Raises:
        InvalidValueError: others than the administrator may.
    """
    if owners is None:
        return
    try:
        found = directory.lstat()
    except OSError as error:
        raise InvalidValueError(f"{directory}: {error.strerror}") from error
    if not stat.S_ISDIR(found.st_mode):
        raise InvalidValueError(f"{directory} is no directory")
    _check_rights(found, owners, f"the directory {directory}")


def _check_rights(found: os.stat_result, owners: Collection[int], what: str) -> None:
    if found.st_uid not in owners:
        raise InvalidValueError(f"{what} belongs to the user {found.st_uid} and not to root: chown root")
    if found.st_mode & _OTHERS_MAY_WRITE:
        raise InvalidValueError(f"others than root may write to {what}: chmod go-w")


def _read(file: Path, owners: Collection[int] | None, longest: int) -> bytes:
    """A whole file of an administrator.

    Raises:
        InvalidValueError: it cannot be read, is too long, or is not theirs alone.
    """
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        is_link = False
        with suppress(OSError):
            is_link = file.is_symlink()
        reason = "it is a link, and only files of this directory itself count" if is_link else error.strerror
        raise InvalidValueError(str(reason)) from error
    with os.fdopen(descriptor, "rb") as stream:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise InvalidValueError("it is no ordinary file")
        if owners is not None:
            _check_rights(found, owners, "the file")
        try:
            content = stream.read(longest + 1)
        except OSError as error:
            raise InvalidValueError(str(error.strerror)) from error
    if len(content) > longest:
        raise InvalidValueError(f"it has more than {longest} bytes")
    return content


def _told(text: str, name: str, mistake: ProfileMistake) -> str:
    line = None if name.endswith(".json") else line_of(text, mistake.place)
    return str(mistake) if line is None else f"line {line}: {mistake}"


_PLACE = re.compile(r"(?P<table>[a-z_]+)\[(?P<number>\d+)\](?:\.(?P<key>\w+))?")
_QUOTED = re.compile(r"'(?P<text>[^']*)'")


def line_of(text: str, place: str) -> int | None:
    """The line of a TOML text where a place such as `policies[2].wait_ms` stands, written in the usual way."""
    if match := _PLACE.match(place):
        headers = list(_lines(text, rf"\s*\[\[\s*{match['table']}\s*\]\]"))
        number = int(match["number"])
        if number >= len(headers):
            return None
        first = headers[number]
        return next(_lines(text, rf"\s*{match['key']}\s*=", after=first), first) if match["key"] else first
    word = match["text"] if (match := _QUOTED.search(place)) else place.rpartition(".")[2]
    return next(_lines(text, rf"""\s*(?:\[+\s*)?["']?{re.escape(word)}["']?\s*(?:=|\.|\])"""), None)


def _lines(text: str, pattern: str, *, after: int = 0) -> Iterator[int]:
    compiled = re.compile(pattern)
    return (
        number
        for number, line in enumerate(text.splitlines(), start=1)
        if number > after and compiled.match(line) is not None
    )
