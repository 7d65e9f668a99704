"""Packs a directory as a Debian package."""

import gzip
import hashlib
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from manifest import PRIVATE, PYTHON_VERSIONS, Package

_HERE = Path(__file__).parent
_SCRIPTS = ("preinst", "postinst", "prerm", "postrm")
_CONTROL_FILES = ("triggers",)
_ARCHITECTURE = "amd64"
MAINTAINER = "mpmanager maintainers <mpmanager@packages.example>"


def compressed(content: bytes) -> bytes:
    """By gzip, with no name and no time in it."""
    return gzip.compress(content, compresslevel=9, mtime=0)


def changelog_entry(*, version: str, epoch: int) -> str:
    """What Debian's tools read of a package's history: one entry; the rest is in the changelog of the project."""
    date = f"{datetime.fromtimestamp(epoch, UTC):%a, %d %b %Y %H:%M:%S +0000}"
    what = "  * Built from the project's own sources; see changelog.gz."
    return f"mpmanager ({version}) unstable; urgency=medium\n\n{what}\n\n -- {MAINTAINER}  {date}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What dpkg has to know of a package."""

    package: Package
    version: str
    epoch: int
    """Unix, seconds: of all its files."""
    depends: Sequence[str]
    """For its libraries."""


def pack(root: Path, what: Description, *, into: Path) -> Path:
    """Write the package of a directory; returns the file, which takes the place of earlier ones when it is complete."""
    content = [each for each in sorted(root.rglob("*")) if each.is_file() and not each.is_symlink()]
    control = root / "DEBIAN"
    control.mkdir()
    (control / "md5sums").write_text("".join(f"{_md5(each)}  {each.relative_to(root)}\n" for each in content))
    settings = [each.relative_to(root) for each in content if each.is_relative_to(root / "etc")]
    if settings:
        (control / "conffiles").write_text("".join(f"/{each}\n" for each in settings))
    (control / "control").write_text(_control(what, size_kb=_size_kb(content)))
    _add_scripts(control, what.package)
    _settle(root, what.epoch)
    target = into / f"{what.package}_{what.version}_{_ARCHITECTURE}.deb"
    draft = target.with_suffix(".new")
    command = ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(root), str(draft)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    for old in into.glob(f"{what.package}_*.deb"):
        old.unlink()
    return draft.rename(target)


def _md5(file: Path) -> str:
    return hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()


def _control(what: Description, *, size_kb: int) -> str:
    text = (_HERE / f"{what.package}.control").read_text(encoding="utf-8")
    minors = [int(each.rpartition(".")[2]) for each in PYTHON_VERSIONS]
    words = {
        "@VERSION@": what.version,
        "@ARCHITECTURE@": _ARCHITECTURE,
        "@MAINTAINER@": MAINTAINER,
        "@SIZE@": str(size_kb),
        "@PYTHON@": f"python3 (>= 3.{min(minors)}), python3 (<< 3.{max(minors) + 1})",
        "@LIBRARIES@": ", ".join(what.depends),
    }
    for word, meant in words.items():
        text = text.replace(word, meant)
    return text


def _add_scripts(control: Path, package: Package) -> None:
    """The scripts that dpkg runs, with what both packages' have in common."""
    common = (_HERE / "common.sh").read_text(encoding="utf-8")
    for name in (*_SCRIPTS, *_CONTROL_FILES):
        source = _HERE / f"{package}.{name}"
        if source.exists():
            text = source.read_text(encoding="utf-8").replace("@COMMON@\n", common)
            text = text.replace("@PACKAGE@", package).replace("@PRIVATE@", f"/{PRIVATE}")
            (control / name).write_text(text, encoding="utf-8")
            (control / name).chmod(0o755 if name in _SCRIPTS else 0o644)


def _size_kb(content: Sequence[Path]) -> int:
    return sum(-(-each.stat().st_size // 1024) for each in content)


def _settle(root: Path, epoch: int) -> None:
    """The same rights and times wherever and whenever it is built."""
    for each in (root, *root.rglob("*")):
        if not each.is_symlink():
            is_program = each.is_dir() or each.stat().st_mode & 0o100
            each.chmod(0o755 if is_program else 0o644)
        os.utime(each, (epoch, epoch), follow_symlinks=False)
