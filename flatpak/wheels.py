"""Fills flatpak/wheels with the locked packages of the window, and with the window itself: what the manifest installs.

Usage: wheels.py     for the Python of the runtime
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "packaging" / "debian"))

import locked  # noqa: E402  # the packages of Debian bring along the same

LOCK = ROOT / "packaging" / "requirements-window.lock"
WHEELS = ROOT / "flatpak" / "wheels"
RUNTIME_PYTHON = "3.13"
"""Of org.freedesktop.Platform 25.08."""
_GLIBC_MINOR = 40
"""The newest that wheels may need; the runtime has a newer glibc."""


def needed(python: str) -> tuple[locked.Locked, ...]:
    """What the window needs with this version of Python."""
    return locked.needed(LOCK, python)


def fill(directory: Path, python: str) -> None:
    """Download what is locked, every file against its hashes, and build the window's own wheel.

    Raises:
        subprocess.CalledProcessError: pip fails; it has said why.
    """
    locked.download(needed(python), python, directory, glibc_minor=_GLIBC_MINOR)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", ROOT, "-w", directory], check=True)


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
