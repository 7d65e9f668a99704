"""Fills flatpak/wheels with the locked packages of the window, and with the window itself: what the manifest installs.

Usage: wheels.py     for the Python of the runtime
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from packaging.markers import Marker

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "packaging" / "requirements-window.lock"
WHEELS = ROOT / "flatpak" / "wheels"
RUNTIME_PYTHON = "3.13"
"""Of org.freedesktop.Platform 25.08."""
_NEWEST_GLIBC_MINOR, _OLDEST_GLIBC_MINOR = 40, 5
_PLATFORMS = (
    *(f"manylinux_2_{minor}_x86_64" for minor in range(_NEWEST_GLIBC_MINOR, _OLDEST_GLIBC_MINOR - 1, -1)),
    "manylinux2014_x86_64",
)


class Requirement(NamedTuple):
    """One entry of a lock file."""

    name: str
    marker: str
    text: str
    """With version and hashes, as pip reads it; without the marker."""

    def is_for(self, python: str) -> bool:
        """Whether this version of Python on Linux needs it."""
        environment = {
            "python_version": python,
            "python_full_version": f"{python}.0",
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
            "sys_platform": "linux",
        }
        return not self.marker or Marker(self.marker).evaluate(environment)


def requirements(lock: str) -> Iterator[Requirement]:
    """The entries of a lock file's text."""
    for line in lock.replace("\\\n", " ").splitlines():
        words, *hashes = re.split(r"\s+--hash=", line.strip())
        pinned, _, marker = (part.strip() for part in words.partition(";"))
        yield Requirement(
            name=pinned.partition("==")[0],
            marker=marker,
            text=" ".join((pinned, *(f"--hash={each}" for each in hashes))),
        )


def needed(python: str) -> tuple[Requirement, ...]:
    """What the window needs with this version of Python."""
    return tuple(each for each in requirements(LOCK.read_text(encoding="utf-8")) if each.is_for(python))


def _pip(*arguments: str | Path) -> None:
    subprocess.run([sys.executable, "-m", "pip", "--disable-pip-version-check", "-q", *arguments], check=True)


def fill(directory: Path, python: str) -> None:
    """Download what is locked, every file against its hashes, and build the window's own wheel.

    Raises:
        subprocess.CalledProcessError: pip fails; it has said why.
    """
    listed = directory / "requirements.txt"
    listed.write_text("".join(f"{each.text}\n" for each in needed(python)), encoding="utf-8")
    platforms = [f"--platform={each}" for each in _PLATFORMS]
    target = ("--python-version", python, "--implementation=cp", *platforms, "--only-binary=:all:")
    _pip("download", "--no-deps", "--require-hashes", *target, "-r", listed, "-d", directory)
    _pip("wheel", "--no-deps", "--no-build-isolation", ROOT, "-w", directory)


def main() -> None:
    """Fill the folder anew, as a whole or not at all."""
    with tempfile.TemporaryDirectory(dir=WHEELS.parent) as scratch:
        fresh = Path(scratch) / "wheels"
        fresh.mkdir()
        fill(fresh, RUNTIME_PYTHON)
        if WHEELS.exists():
            shutil.rmtree(WHEELS)
        fresh.rename(WHEELS)
    count = len(list(WHEELS.glob("*.whl")))
    print(f"flatpak: {count} wheels for Python {RUNTIME_PYTHON} in {WHEELS.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
