"""What a command runs, and what its file tells of how it opens sockets: a few small reads, whatever its size."""

import os
import re
import shutil
import stat
import struct
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from mpmanager.core.multipath import Executable
from mpmanager.model.errors import InvalidValueError

_ELF = b"\x7fELF"
_SCRIPT = b"#!"
_LONGEST_LINE = 256
"""Of a script's first one: BINPRM_BUF_SIZE."""
_MOST_INTERPRETERS = 5
"""A script's interpreter may be a script: so often the kernel follows."""
_ENV = "env"
_CLASS_64, _LITTLE = 2, 1
_INTERPRETER = 3
"""PT_INTERP"""
_HEADERS = {1: "HHIIIIIHHHHHH", _CLASS_64: "HHIQQQIHHHHHH"}
"""Elf32_Ehdr and Elf64_Ehdr behind the identification."""
_IDENTIFICATION_BYTES = 16
_PROGRAM_HEADERS = {1: "IIIIIIII", _CLASS_64: "IIQQQQQQ"}
_SECTION_HEADERS = {1: "IIIIIIIIII", _CLASS_64: "IIQQQQIIQQ"}
_MOST_HEADERS = 4096
_LONGEST_NAMES = 1 << 20
_GO_SECTION = b".go.buildinfo"
_GO_MAGIC = b"\xff Go buildinf:"
_GO_FLAGS, _GO_INLINE, _GO_TEXT = 15, 0x2, 32
"""From Go 1.18 on the version stands behind the header, after its length."""
_GO_VERSION = re.compile(rb"(?:go|devel go)(\d+)\.(\d+)")
_UNKNOWN_GO = (0, 0)
_CAPABILITIES = "security.capability"


class _Section(NamedTuple):
    name: bytes
    offset: int
    size: int


class _Elf:
    """The parts of an ELF file that are asked for, read when they are."""

    def __init__(self, file: BinaryIO) -> None:
        """Read the header.

        Raises:
            InvalidValueError: it is none, or damaged.
        """
        self._file = file
        identification = _read(file, 0, _IDENTIFICATION_BYTES)
        if identification[:4] != _ELF or identification[4] not in _HEADERS:
            raise InvalidValueError("no ELF file")
        self.bits = identification[4]
        self._order = "<" if identification[5] == _LITTLE else ">"
        values = self._values(_HEADERS[self.bits], _IDENTIFICATION_BYTES)
        self.machine = values[1]
        self._programs, self._sections = (values[4], values[9]), (values[5], values[11])
        self._names_index = values[12]

    def is_dynamic(self) -> bool:
        """Whether it names a dynamic linker."""
        start, count = self._programs
        return any(each[0] == _INTERPRETER for each in self._table(_PROGRAM_HEADERS[self.bits], start, count))

    def section(self, name: bytes, length: int) -> bytes | None:
        """The beginning of a section; None where there is none of that name."""
        found = next((each for each in self._each_section() if each.name == name), None)
        return None if found is None else _read_some(self._file, found.offset, min(found.size, length))

    def _each_section(self) -> Iterator[_Section]:
        headers = list(self._table(_SECTION_HEADERS[self.bits], *self._sections))
        if self._names_index >= len(headers):
            return
        names = headers[self._names_index]
        text = _read_some(self._file, names[4], min(names[5], _LONGEST_NAMES))
        for each in headers:
            yield _Section(text[each[0] : text.find(b"\0", each[0])], each[4], each[5])

    def _table(self, form: str, start: int, count: int) -> Iterator[tuple[int, ...]]:
        size = struct.calcsize(f"{self._order}{form}")
        for number in range(min(count, _MOST_HEADERS)):
            yield self._values(form, start + number * size)

    def _values(self, form: str, offset: int) -> tuple[int, ...]:
        layout = struct.Struct(f"{self._order}{form}")
        return layout.unpack(_read(self._file, offset, layout.size))


def look_at(command: str, environment: Mapping[str, str]) -> Executable | None:
    """What runs when a command is given; None where it is not found, cannot be read, or is no program."""
    path: str | None = _found(command, environment)
    for _ in range(_MOST_INTERPRETERS):
        if path is None:
            return None
        try:
            with Path(path).open("rb") as file:
                words = _interpreter(file)
                if words is None:
                    return _executable(path, file)
        except (OSError, InvalidValueError):
            return None
        path = _next(words, environment)
    return None


def machine_of(library: Path) -> tuple[int, int] | None:
    """For which kind of processor a library is made; None where it cannot be read."""
    try:
        with library.open("rb") as file:
            elf = _Elf(file)
            return elf.bits, elf.machine
    except (OSError, InvalidValueError):
        return None


def _executable(path: str, file: BinaryIO) -> Executable:
    elf = _Elf(file)
    return Executable(
        path=path,
        is_dynamic=elf.is_dynamic(),
        machine=(elf.bits, elf.machine),
        go_version=_go_version(elf),
        has_rights=_has_rights(file),
    )


def _found(command: str, environment: Mapping[str, str]) -> str | None:
    return shutil.which(command, path=environment.get("PATH", os.defpath))


def _interpreter(file: BinaryIO) -> Sequence[str] | None:
    """The words behind `#!`, up to a NUL as the kernel reads them; None where it is no script."""
    begin = file.read(_LONGEST_LINE)
    if not begin.startswith(_SCRIPT):
        return None
    line = begin[len(_SCRIPT) :].partition(b"\n")[0].partition(b"\0")[0]
    return os.fsdecode(line).split()


def _next(words: Sequence[str], environment: Mapping[str, str]) -> str | None:
    """The interpreter; of `env`, which becomes what it is given, that."""
    if not words:
        return None
    if Path(words[0]).name != _ENV:
        return words[0]
    names = [each for each in words[1:] if not each.startswith("-") and "=" not in each]
    return _found(names[0], environment) if names else words[0]


def _has_rights(file: BinaryIO) -> bool:
    """As far as it concerns this user; what is mounted without such rights is not looked at."""
    status = os.fstat(file.fileno())
    sets_user = bool(status.st_mode & stat.S_ISUID) and status.st_uid != os.getuid()
    sets_group = bool(status.st_mode & stat.S_ISGID) and status.st_gid != os.getgid()
    return sets_user or sets_group or (os.getuid() != 0 and _has_capabilities(file))


def _has_capabilities(file: BinaryIO) -> bool:
    try:
        return bool(os.getxattr(file.fileno(), _CAPABILITIES))
    except OSError:
        return False


def _go_version(elf: _Elf) -> tuple[int, int] | None:
    """None where it is no Go program, or has no section headers any more, as after some packers."""
    info = elf.section(_GO_SECTION, _GO_TEXT + _LONGEST_LINE)
    if info is None or not info.startswith(_GO_MAGIC):
        return None
    if len(info) <= _GO_TEXT or not info[_GO_FLAGS] & _GO_INLINE:
        return _UNKNOWN_GO
    found = _GO_VERSION.match(info, _GO_TEXT + 1)
    return (int(found[1]), int(found[2])) if found else _UNKNOWN_GO


def _read(file: BinaryIO, offset: int, length: int) -> bytes:
    if len(data := _read_some(file, offset, length)) < length:
        raise InvalidValueError("the file ends too early")
    return data


def _read_some(file: BinaryIO, offset: int, length: int) -> bytes:
    try:
        file.seek(offset)
    except (OverflowError, ValueError) as error:
        raise InvalidValueError("the file points beyond its end") from error
    return file.read(length)
