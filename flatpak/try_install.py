"""Does what the manifest says with this machine's Python, without a runtime: install, clean up, open the window.

Usage: try_install.py     works in build/flatpak; the exit status is 1 where something is missing or fails
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import wheels

ROOT = wheels.ROOT
MANIFEST = ROOT / "flatpak" / "io.github.mpmanager.MPManager.json"
PLACE = ROOT / "build" / "flatpak"
PREFIX = PLACE / "app"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
PACKAGES = PREFIX / "lib" / f"python{PYTHON}" / "site-packages"
LONGEST_S = 120
_OPEN = "import site, sys; site.addsitedir(sys.argv.pop(1)); from mpmanager_ui.main import main; main()"


def sources(module: Mapping[str, Any], build: Path) -> None:
    """Put together what the module is built of; the wheels are those for this Python."""
    for source in module["sources"]:
        if source["type"] == "file":
            shutil.copy(MANIFEST.parent / source["path"], build)
        else:
            (build / source["dest"]).mkdir()
            wheels.fill(build / source["dest"], PYTHON)


def build(module: Mapping[str, Any]) -> None:
    """Run the module's own commands, with this environment's pip."""
    directory = PLACE / "build"
    directory.mkdir(parents=True)
    sources(module, directory)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    for command in module["build-commands"]:
        environment = {
            "PATH": path,
            "FLATPAK_DEST": str(PREFIX),
            "PIP_QUIET": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }
        subprocess.run(["sh", "-ec", command], cwd=directory, env=environment, check=True)


def clean_up(patterns: Iterable[str]) -> None:
    """Remove what the manifest removes; a pattern that finds nothing is a mistake."""
    for pattern in patterns:
        found = list(PREFIX.glob(pattern.removeprefix("/")))
        if not found:
            sys.exit(f"flatpak: cleanup {pattern} finds nothing")
        for each in found:
            if each.is_dir():
                shutil.rmtree(each)
            else:
                each.unlink()


def lacking() -> list[str]:
    """Packages that are locked, and not in the prefix."""
    names = {each.name.lower().replace("_", "-").replace(".", "-") for each in distributions(path=[str(PACKAGES)])}
    return sorted(each.name for each in wheels.needed(PYTHON) if each.name not in names)


def opened(language: str) -> bool:
    """Whether the window opens from the prefix alone, without the daemon, and can be seen."""
    pictures = PLACE / f"pictures-{language}"
    python = Path(sys.base_prefix) / "bin" / "python3"
    arguments = ["--language", language, "--screenshots", pictures, "--quit-after", "15", "--bus", "private:/nowhere"]
    home = {"HOME": str(PLACE), "QT_QPA_PLATFORM": "offscreen", "LC_ALL": "C.UTF-8"}
    subprocess.run([python, "-I", "-c", _OPEN, PACKAGES, *arguments], env=home, check=True, timeout=LONGEST_S)
    return bool(list(pictures.glob("*.png")))


def main() -> None:
    """Install, look, open."""
    shutil.rmtree(PLACE, ignore_errors=True)
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    for module in manifest["modules"]:
        build(module)
    clean_up(manifest["cleanup"])
    if not (PREFIX / "bin" / manifest["command"]).is_file():
        sys.exit(f"flatpak: there is no {manifest['command']} in the prefix")
    if lacking():
        sys.exit(f"flatpak: not installed: {', '.join(lacking())}")
    unseen = [language for language in ("en", "de") if not opened(language)]
    if unseen:
        sys.exit(f"flatpak: no picture of the window in {', '.join(unseen)}")
    size_mb = sum(each.stat().st_size for each in PREFIX.rglob("*") if each.is_file()) / 1e6
    print(f"flatpak: installed, and the window opens; {size_mb:.0f} MB in {PREFIX.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
