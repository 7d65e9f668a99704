"""What compiled files are linked with."""

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path

from manifest import LIBRARIES, OPTIONAL

_MAGIC = b"\x7fELF"
_NEEDED = re.compile(r"\(NEEDED\).*\[(.+)\]")


class UnknownLibraryError(Exception):
    """A file needs a library that neither is bundled nor has a known package."""


def is_compiled(file: Path) -> bool:
    """Whether it is a program or a library."""
    with file.open("rb") as opened:
        return opened.read(len(_MAGIC)) == _MAGIC


def needed(file: Path) -> Sequence[str]:
    """The libraries that a file is linked with, by their names; none if it is not compiled."""
    if not is_compiled(file):
        return []
    command = ["readelf", "--dynamic", "--wide", str(file)]
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
    shown = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return _NEEDED.findall(shown.stdout)


def packages(root: Path, others: Mapping[str, Path]) -> Iterator[str]:
    """Which of Debian's packages the files below a directory need, as entries of Depends, each as often as needed.

    Args:
        root: of a package.
        others: libraries by name that another package of ours has.

    Raises:
        UnknownLibraryError: the table of libraries is not complete.
    """
    own = libraries(root)
    for file in sorted(each for each in root.rglob("*") if each.is_file() and not each.is_symlink()):
        if any(fnmatch(str(file), each) for each in OPTIONAL):
            continue
        for name in needed(file):
            if name in LIBRARIES:
                yield LIBRARIES[name]
            elif name not in own and name not in others:
                raise UnknownLibraryError(f"{file.relative_to(root)} needs {name}")


def libraries(root: Path) -> Mapping[str, Path]:
    """The compiled files below a directory by their names."""
    return {each.name: each for each in root.rglob("*.so*") if each.is_file()}
