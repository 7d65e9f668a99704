"""What a lock file names: which of it a version of Python needs, and how its wheels are got."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker

_OLDEST_GLIBC_MINOR = 5
_OLDER_PLATFORMS = ("manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64")


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """One entry of a lock file."""

    name: str
    requirement: str
    """With its version."""
    marker: Marker | None
    hashes: Sequence[str]
    """As pip's options."""

    @property
    def text(self) -> str:
        """As pip reads it, for a version of Python that needs it."""
        return " ".join((self.requirement, *self.hashes))

    def is_for(self, version: str) -> bool:
        """Whether this version of Python on Linux needs it."""
        environment = {
            "python_version": version,
            "python_full_version": f"{version}.0",
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
            "sys_platform": "linux",
        }
        return self.marker is None or self.marker.evaluate(environment)


def locked(file: Path) -> Iterator[Locked]:
    """The entries of a lock file."""
    for line in file.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        words, *hashes = line.split(" --hash=")
        requirement, _, marker = words.partition(";")
        yield Locked(
            name=requirement.partition("==")[0].strip(),
            requirement=requirement.strip(),
            marker=Marker(marker.strip()) if marker else None,
            hashes=[f"--hash={each.strip()}" for each in hashes],
        )


def needed(file: Path, version: str) -> tuple[Locked, ...]:
    """The entries that a version of Python needs."""
    return tuple(each for each in locked(file) if each.is_for(version))


def download(entries: Sequence[Locked], version: str, directory: Path, *, glibc_minor: int) -> None:
    """Fetch their wheels, each checked by its hashes, for a version of Python where glibc is 2.`glibc_minor`.

    Raises:
        subprocess.CalledProcessError: pip fails; it has said why.
    """
    requirements = directory / "requirements.txt"
    requirements.write_text("".join(f"{each.text}\n" for each in entries), encoding="utf-8")
    newer = (f"manylinux_2_{minor}_x86_64" for minor in range(glibc_minor, _OLDEST_GLIBC_MINOR - 1, -1))
    platforms = [f"--platform={each}" for each in (*newer, *_OLDER_PLATFORMS)]
    options = ["-qq", "--disable-pip-version-check", "--no-deps", "--require-hashes", "--only-binary=:all:"]
    target = ["--implementation=cp", f"--python-version={version}", *platforms]
    command = [sys.executable, "-m", "pip", "download", *options, *target]
    subprocess.run([*command, f"--dest={directory}", f"--requirement={requirements}"], check=True)
