"""Python packages of others: which are locked, how they are got, and what is installed of them."""

import hashlib
import re
import shutil
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.parser import HeaderParser
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

import elf
import locked
from manifest import LEFT_OUT, PYTHON_VERSIONS, QT_KEPT

_QT = "PySide6"
_GLIBC_MINOR = 34
"""Debian 12 has glibc 2.36; wheels name the version that they need at least."""


def fetch(file: Path, version: str, directory: Path) -> Sequence[Path]:
    """The wheels that a lock file names for a version of Python, checked by their hashes; those that are there stay."""
    entries = locked.needed(file, version)
    done = directory / ".complete"
    mark = hashlib.sha256("\n".join(each.text for each in entries).encode()).hexdigest()
    if not done.exists() or done.read_text() != mark:
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        locked.download(entries, version, directory, glibc_minor=_GLIBC_MINOR)
        done.write_text(mark)
    return sorted(directory.glob("*.whl"))


def by_place(fetched: Mapping[str, Sequence[Path]]) -> Iterator[tuple[str | None, Path]]:
    """Each wheel once, with the version of Python that it is for; None: all of them have the same."""
    everywhere = set.intersection(*({each.name for each in wheels} for wheels in fetched.values()))
    for version, wheels in fetched.items():
        for wheel in wheels:
            if wheel.name not in everywhere:
                yield version, wheel
            elif version == PYTHON_VERSIONS[0]:
                yield None, wheel


def name_of(wheel: Path) -> str:
    """As lock files write it."""
    return re.sub(r"[-_.]+", "-", wheel.name.partition("-")[0]).lower()


def unpack(wheel: Path, target: Path, *, only: str = "*") -> None:
    """Install what is of use of a wheel; of its files only those whose paths fit a pattern."""
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            place = _place(entry.filename)
            if entry.is_dir() or place is None or not fnmatch(place, only):
                continue
            file = target / place
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(archive.read(entry))
    if (target / _QT).is_dir():
        _trim_qt(target / _QT)


def _place(name: str) -> str | None:
    """Where a wheel's file belongs; None: nowhere, as it is a program or of no use."""
    top, _, rest = name.partition("/")
    if top.endswith(".data"):
        kind, _, name = rest.partition("/")
        if kind not in {"purelib", "platlib"}:
            return None
    return None if any(fnmatch(name, each) for each in LEFT_OUT) else name


def _trim_qt(directory: Path) -> None:
    """Leave what the window uses of it and the libraries that this is linked with."""
    files = {each for each in directory.rglob("*") if each.is_file()}
    kept = {each for each in files if any(fnmatch(str(each.relative_to(directory)), one) for one in QT_KEPT)}
    libraries = {each.name: each for each in files if ".so" in each.name and "plugins" not in each.parts}
    waiting = list(kept)
    while waiting:
        found = {libraries[name] for name in elf.needed(waiting.pop()) if name in libraries} - kept
        kept |= found
        waiting += found
    for each in files - kept:
        each.unlink()
    for each in sorted(directory.rglob("*"), reverse=True):
        if each.is_dir() and not any(each.iterdir()):
            each.rmdir()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundled:
    """What is to be said of a package of somebody else."""

    name: str
    version: str
    authors: str
    licence: str
    """In SPDX's words."""
    texts: Sequence[PurePosixPath]
    """Files with licences, from the root of the package."""


def bundled(root: Path) -> Iterator[Bundled]:
    """What has been installed below a directory, each once."""
    seen = set()
    for metadata in sorted(root.rglob("*.dist-info/METADATA")):
        fields = HeaderParser().parsestr(metadata.read_text(encoding="utf-8"))
        if fields["Name"] in seen:
            continue
        seen.add(fields["Name"])
        texts = [each for each in metadata.parent.rglob("*") if each.name.upper().startswith(("LICEN", "COPYING"))]
        yield Bundled(
            name=fields["Name"],
            version=fields["Version"],
            authors=fields["Author"] or fields["Author-email"] or f"the authors of {fields['Name']}",
            licence=fields["License-Expression"] or fields["License"] or _classified(fields.get_all("Classifier", [])),
            texts=[PurePosixPath(each.relative_to(root)) for each in sorted(texts) if each.is_file()],
        )


def _classified(classifiers: Sequence[str]) -> str:
    """A licence in the words of older packages."""
    names = (each.rpartition(" :: ")[2] for each in classifiers if each.startswith("License ::"))
    return " and ".join(names).replace(" License", "")
