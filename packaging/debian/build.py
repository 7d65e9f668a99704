"""Builds the Debian packages into build/deb: `make deb`. The same sources and lock files give the same bytes.

Usage: build.py [--version VERSION] [--into DIRECTORY]
"""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path, PurePosixPath

import archive
import click
import copyright_file
import elf
import locked
import wheels
from click.shell_completion import get_completion_class
from manifest import (
    COMMON,
    COMPLETIONS,
    COPIED,
    ICONS,
    MANUAL_PAGES,
    MODULES,
    OF_ADMINISTRATOR,
    PRIVATE,
    PROGRAMS,
    PYTHON_VERSIONS,
    Package,
    Program,
    of_version,
)

_HERE = Path(__file__).parent
_SOURCE = _HERE.parents[1]
_LOCKS = {name: _SOURCE / f"packaging/requirements-{name}.lock" for name in ("daemon", "window")}
_REVISION = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """One build: what is made, of when, and where."""

    version: str
    """Of the packages, with Debian's revision."""
    epoch: int
    """All files are of this time (Unix, seconds): that of the last commit."""
    directory: Path
    """For packages and for what is kept for the next build."""

    def root(self, package: Package) -> Path:
        """What is installed by a package, before it is packed."""
        return self.directory / "roots" / package


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", help="Of the packages; else that of the project.")
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), default=_SOURCE / "build/deb", help="Where.")
def main(version: str | None, into: Path) -> None:
    """Build mpmanager-daemon and mpmanager-gui."""
    build = Build(version=version or f"{_project_version()}-{_REVISION}", epoch=_epoch(), directory=into.absolute())
    os.environ["SOURCE_DATE_EPOCH"] = str(build.epoch)  # for every program that is called from here
    os.umask(0o022)
    for package in Package:
        shutil.rmtree(build.root(package), ignore_errors=True)
    _install_own(build)
    _install_others(build)
    for package in Package:
        _install_files(build.root(package), package)
        _install_documents(build, package)
        _pack(build, package)


def _project_version() -> str:
    project = tomllib.loads((_SOURCE / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def _epoch() -> int:
    """When what is built was written: the last commit, unless SOURCE_DATE_EPOCH says better."""
    if told := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(told)
    command = ["git", "-C", str(_SOURCE), "log", "-1", "--format=%ct"]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _install_own(build: Build) -> None:
    """Our own Python packages, with what was compiled of them, and how they are called."""
    scratch = build.directory / "own"
    shutil.rmtree(scratch, ignore_errors=True)
    for script in ("bpf.sh", "preload.sh"):
        subprocess.run(["sh", str(_SOURCE / "packaging" / script)], check=True)
    subprocess.run([sys.executable, str(_SOURCE / "packaging/translations.py"), "--compile"], check=True)
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation"]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, f"--wheel-dir={scratch}", str(_SOURCE)], check=True)
    (wheel,) = scratch.glob("*.whl")
    for package, module in MODULES.items():
        wheels.unpack(wheel, build.root(package) / COMMON, only=f"{module}/*")
    wheels.unpack(wheel, build.root(Package.DAEMON) / COMMON, only="mpmanager-*.dist-info/*")
    for program in PROGRAMS:
        _install_program(build.root(program.package), program)
    _install_environment(build.root(Package.DAEMON))


def _install_program(root: Path, program: Program) -> None:
    """A command, and a link to it beside the interpreter: there our programs look for each other."""
    text = (_HERE / "launcher.in").read_text(encoding="utf-8")
    words = {"@PROGRAM@": program.path.name, "@MODULE@": program.module, "@VERSIONS@": ", ".join(PYTHON_VERSIONS)}
    for word, meant in words.items():
        text = text.replace(word, meant)
    _write(root / program.path, text, mode=0o755)
    _link(root / PRIVATE / "bin" / program.path.name, PurePosixPath("/") / program.path)


def _install_environment(root: Path) -> None:
    """An environment as `python3 -m venv` makes it, for every version of Python."""
    _link(root / PRIVATE / "bin/python3", PurePosixPath("/usr/bin/python3"))
    _write(root / PRIVATE / "pyvenv.cfg", "home = /usr/bin\ninclude-system-site-packages = false\n")
    for version in PYTHON_VERSIONS:
        places = "".join(f"/{each}\n" for each in (of_version(version), COMMON))
        _write(root / PRIVATE / f"lib/python{version}/site-packages/mpmanager.pth", places)


def _install_others(build: Build) -> None:
    """What Debian lacks, or has too old."""
    cache = build.directory / "wheels"
    fetched = {each: wheels.fetch(_LOCKS["window"], each, cache / each) for each in PYTHON_VERSIONS}
    of_daemon = {each.name for each in locked.locked(_LOCKS["daemon"])}
    for version, wheel in wheels.by_place(fetched):
        package = Package.DAEMON if wheels.name_of(wheel) in of_daemon else Package.GUI
        wheels.unpack(wheel, build.root(package) / (COMMON if version is None else of_version(version)))


def _install_files(root: Path, package: Package) -> None:
    """What is copied as it is, and manual pages."""
    for copied in COPIED:
        for source, place in copied.files(_SOURCE) if copied.package is package else ():
            _write(root / place, source.read_bytes())
    for name, owner in MANUAL_PAGES.items():
        if owner is package:
            page = (_SOURCE / "resources/man" / name).read_bytes()
            _write(root / f"usr/share/man/man{name[-1]}/{name}.gz", archive.compressed(page))
    for name in OF_ADMINISTRATOR[package]:
        (root / name).mkdir(parents=True)
    if package is Package.GUI:
        icons = root / "usr/share/icons/hicolor"
        subprocess.run([sys.executable, str(_SOURCE / "packaging/icons.py"), str(icons)], check=True)
    if package is Package.DAEMON:
        for shell, path in COMPLETIONS.items():
            _write(root / path, completion(shell))
    else:
        subprocess.run([sys.executable, _SOURCE / "packaging/icons.py", root / ICONS], check=True)


def completion(shell: str) -> str:
    """The program by which a shell completes the arguments of mpm."""
    made = get_completion_class(shell)
    if made is None:
        raise ValueError(f"click knows no shell {shell}")
    return made(import_module("mpmanager.cli.main").main, {}, "mpm", "_MPM_COMPLETE").source()


def _install_documents(build: Build, package: Package) -> None:
    """What Debian wants to have told of every package."""
    root = build.root(package)
    place = root / "usr/share/doc" / package
    _write(place / "changelog.gz", archive.compressed((_SOURCE / "CHANGELOG.md").read_bytes()))
    entry = archive.changelog_entry(version=build.version, epoch=build.epoch)
    _write(place / "changelog.Debian.gz", archive.compressed(entry.encode()))
    _write(place / "copyright", copyright_file.text(wheels.bundled(root)))
    overrides = _HERE / f"{package}.lintian-overrides"
    if overrides.exists():
        _write(root / "usr/share/lintian/overrides" / package, overrides.read_bytes())


def _pack(build: Build, package: Package) -> None:
    root = build.root(package)
    others = _others(build, package)
    depends = sorted(set(elf.packages(root, others)))
    what = archive.Description(package=package, version=build.version, epoch=build.epoch, depends=depends)
    target = archive.pack(root, what, into=build.directory)
    click.echo(f"{target}: {target.stat().st_size / 1e6:.1f} MB")


def _others(build: Build, package: Package) -> Mapping[str, Path]:
    """Libraries that the other package has."""
    others = [each for each in Package if each is not package]
    return {name: file for each in others for name, file in elf.libraries(build.root(each)).items()}


def _write(file: Path, content: bytes | str, *, mode: int = 0o644) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    file.chmod(mode)


def _link(link: Path, target: PurePosixPath) -> None:
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(target)


if __name__ == "__main__":
    main()
