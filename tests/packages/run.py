"""Tries the packages on fresh Debian systems and writes docs/packages.md: `make test-deb`."""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import click
from page import Page, Result, written
from sandbox import CommandFailedError, Sandbox, fresh

_HERE = Path(__file__).parent
_SOURCE = _HERE.parents[1]
_BUILT = _SOURCE / "build/deb"
_SEEN = _SOURCE / "build/test-deb"
_PAGE = _SOURCE / "docs/packages.md"
_SYSTEMS = {"bookworm": "Debian 12", "trixie": "Debian 13"}
_NAMES = ("mpmanager-daemon", "mpmanager-gui")
_LATER = "later1"
_KEPT = ("etc/mpmanager", "var/lib/mpmanager")
"""What removing leaves and purging does not."""
_OPTIONS = ("APT::Sandbox::User=root", "DPkg::Options::=--force-unsafe-io", "Dpkg::Use-Pty=0")
"""As root, for nobody else is there; without waiting for the disk, for the system is to be gone soon."""
_APT = ("apt-get", "-qq", "-y", "--no-install-recommends", *(f"--option={each}" for each in _OPTIONS))


def _default_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mpmanager" / "package-tests"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("suites", type=click.Choice(list(_SYSTEMS)), metavar="[SUITE]...", nargs=-1)
@click.option("--cache", type=click.Path(file_okay=False, path_type=Path), default=_default_cache, help="For systems.")
def main(suites: Sequence[str], cache: Path) -> None:
    """Try the packages in build/deb on all systems, or on those that are named."""
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    cache.mkdir(parents=True, exist_ok=True)
    packages = [_built(name) for name in _NAMES]
    mark = hashlib.sha256(b"".join(each.read_bytes() for each in packages)).hexdigest()
    results = []
    for suite in suites or _SYSTEMS:
        found = list(_tried(cache, suite))
        results += found
        _memory(suite).write_text(json.dumps({"packages": mark, "results": [asdict(each) for each in found]}))
    _write_page(packages, mark)
    sys.exit(0 if all(each.is_fine for each in results) else 1)


def _memory(suite: str) -> Path:
    """What was found on a system the last time."""
    return _SEEN / f"{suite}.json"


def _write_page(packages: Sequence[Path], mark: str) -> None:
    """Once there is a result of these packages on all systems."""
    told = [json.loads(_memory(suite).read_text()) for suite in _SYSTEMS if _memory(suite).exists()]
    if [each["packages"] for each in told] != [mark] * len(_SYSTEMS):
        return
    sizes = {each.name: (each.stat().st_size, _installed_kb(each)) for each in packages}
    results = [Result(**each) for one in told for each in one["results"]]
    page = Page(date=f"{datetime.now(UTC):%Y-%m-%d}", sizes=sizes, results=results)
    _PAGE.write_text(written(_HERE / "introduction.md", page), encoding="utf-8")


def _built(name: str) -> Path:
    found = sorted(_BUILT.glob(f"{name}_*.deb"), key=lambda each: each.stat().st_mtime)
    if not found:
        sys.exit(f"packages: there is no {name} in {_BUILT}; see: make deb")
    return found[-1]


def _installed_kb(package: Path) -> int:
    command = ["dpkg-deb", "--field", str(package), "Installed-Size"]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _tried(cache: Path, suite: str) -> Iterator[Result]:
    """All steps on one system, until one fails: the others build upon it."""
    pictures = _SEEN / suite
    shutil.rmtree(pictures, ignore_errors=True)
    pictures.mkdir(parents=True)
    with fresh(cache, suite) as sandbox:
        trial = Trial(sandbox=sandbox, pictures=pictures)
        for step in trial.steps():
            begin = time.monotonic()
            said, fault = "", ""
            try:
                said = step()
            except (CommandFailedError, AssertionError, subprocess.TimeoutExpired) as error:
                fault = str(error)
            sentence = (step.__doc__ or "").splitlines()[0].rstrip(".")
            lasted_s = time.monotonic() - begin
            click.echo(
                f"{suite}: {'FAILED' if fault else 'held  '} {lasted_s:6.1f} s  {sentence}\n{fault or said}".rstrip()
            )
            yield Result(system=_SYSTEMS[suite], sentence=sentence, lasted_s=lasted_s, said=said, is_fine=not fault)
            if fault:
                return


@dataclass(kw_only=True)
class Trial:
    """What is done on one system."""

    sandbox: Sandbox
    pictures: Path
    before: Mapping[str, str] = field(default_factory=dict)
    """All files when everything was there that the packages need."""

    def steps(self) -> Sequence[Callable[[], str]]:
        """In this order."""
        return (
            self.depend,
            self.install,
            self.link,
            self.use,
            self.show,
            self.upgrade,
            self.remove,
            self.purge,
            self.show_on_screen,
            self.examine,
        )

    def depend(self) -> str:
        """Apt finds all that the packages need."""
        self._hand_in([_built(name) for name in _NAMES])
        self.sandbox.run(*_APT, "update", connected=True)
        planned = self.sandbox.run(*_APT, "--simulate", "install", *self._handed(), connected=True)
        needed = [each for each in re.findall(r"^Inst (\S+)", planned, re.MULTILINE) if each not in _NAMES]
        self.sandbox.run(*_APT, "install", *needed, connected=True)
        self.sandbox.run("apt-get", "-qq", "clean")
        self.before = self.sandbox.files()
        return f"{len(needed)} packages"

    def install(self) -> str:
        """They can be installed."""
        self.sandbox.run(*_APT, "install", *self._handed())
        self.sandbox.run("dpkg", "--audit")
        assert self.sandbox.run("dpkg", "--verify", *_NAMES) == ""
        enabled = self.sandbox.root / "etc/systemd/system/multi-user.target.wants/mpmanager.service"
        assert enabled.is_symlink(), "the service is not enabled"
        return ""

    def link(self) -> str:
        """Every compiled file finds the libraries that it is linked with."""
        files = "find /usr/lib/mpmanager -name '*.so*' -type f ! -name libqgtk3.so"
        private = self.sandbox.run("sh", "-c", f"{files} -exec ldd {{}} + | grep 'not found' | sort -u")
        version = self.sandbox.run("python3", "-c", "import sys; print('python%d.%d' % sys.version_info[:2])").strip()
        assert private == "", private
        return version

    def use(self) -> str:
        """The daemon serves, mpm answers, completion completes."""
        return self._trial("use")

    def show(self) -> str:
        """The window shows itself without a display."""
        said = self._trial("offscreen")
        self._keep_pictures("offscreen")
        return said

    def upgrade(self) -> str:
        """An upgrade keeps decisions and settings."""
        self._trial("decide")
        kept = self.sandbox.root / "etc/mpmanager/profiles.d/site.toml"
        kept.write_text("# of the administrator\n")
        with tempfile.TemporaryDirectory() as scratch:
            self._hand_in([_later(_built(name), Path(scratch)) for name in _NAMES])
        self.sandbox.run(*_APT, "install", *self._handed())
        assert _LATER in self.sandbox.run("dpkg-query", "--show", _NAMES[0])
        assert kept.exists()
        return self._trial("decided")

    def remove(self) -> str:
        """Removing leaves decisions and settings, and nothing else."""
        self.sandbox.run(*_APT, "remove", *_NAMES)
        left = {each for each in _differences(self.before, self.sandbox.files()) if not each.startswith(_KEPT)}
        assert not left, f"left: {sorted(left)}"
        assert (self.sandbox.root / "var/lib/mpmanager/paths.json").exists()
        return ""

    def purge(self) -> str:
        """Purging leaves nothing at all."""
        self.sandbox.run(*_APT, "purge", *_NAMES)
        left = _differences(self.before, self.sandbox.files())
        assert not left, f"left: {sorted(left)}"
        return ""

    def show_on_screen(self) -> str:
        """Installed again, the window shows itself on an X server."""
        self.sandbox.run(*_APT, "install", "xvfb", *self._handed(), connected=True)
        said = self._trial("screen")
        self._keep_pictures("screen")
        return said

    def examine(self) -> str:
        """Lintian finds no error."""
        self.sandbox.run(*_APT, "install", "lintian", connected=True)
        self._hand_in([_built(each) for each in _NAMES])  # and not those that were made later for the upgrade
        options = ["--fail-on", "error", "--no-tag-display-limit", "--allow-root"]
        return self.sandbox.run("lintian", *options, *self._handed())

    def _trial(self, what: str) -> str:
        shutil.copy(_HERE / "trial.sh", self.sandbox.root / "tmp/trial.sh")
        return self.sandbox.run("sh", "/tmp/trial.sh", what, limit_s=600)

    def _hand_in(self, packages: Sequence[Path]) -> None:
        place = self.sandbox.root / "tmp/packages"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        for each in packages:
            shutil.copy(each, place)

    def _handed(self) -> Sequence[str]:
        return [f"/tmp/packages/{each.name}" for each in sorted((self.sandbox.root / "tmp/packages").iterdir())]

    def _keep_pictures(self, where: str) -> None:
        shutil.copytree(self.sandbox.root / "tmp/pictures", self.pictures / where)
        shutil.rmtree(self.sandbox.root / "tmp/pictures")


def _differences(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    """Files that came, went or changed. Tables that Debian's own tools keep change with every package."""
    return {each for each in before.keys() | after.keys() if before.get(each) != after.get(each)}


def _later(package: Path, scratch: Path) -> Path:
    """The same as a later version."""
    root = scratch / package.stem
    subprocess.run(["dpkg-deb", "--raw-extract", str(package), str(root)], check=True)
    control = root / "DEBIAN/control"
    version = re.search(r"^Version: (.+)$", control.read_text(), re.MULTILINE)
    assert version
    control.write_text(control.read_text().replace(version[1], f"{version[1]}+{_LATER}"))
    target = scratch / f"{package.stem}.{_LATER}.deb"
    command = ["dpkg-deb", "--root-owner-group", "-Znone", "--build", str(root), str(target)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return target


if __name__ == "__main__":
    main()
