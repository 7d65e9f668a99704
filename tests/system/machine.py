"""Guests: what is put into them, and how they are run. Always by emulation, so that every machine will do."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

HERE = Path(__file__).parent
SOURCE = HERE.parent.parent
_TAKEN = ("mpmanager", "resources", "tests", "pyproject.toml")
_ITSELF = "mpmanager"
_DISTRIBUTIONS = (
    _ITSELF,
    "click",
    "dbus-fast",
    "dnspython",
    "idna",
    "msgspec",
    "platformdirs",
    "psutil",
    "pyroute2",
    "pytest",
    "rich",
)
"""With what they require; of the product itself only what it is, as reading all takes an emulated machine long."""
_GRACE_S = 10.0
_PAUSE_S = 1.0

Line = Mapping[str, object]
"""What a guest tells of its tests: see guest/told.py."""


class SystemTestError(Exception):
    """A guest could not be made or run; the sentence says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Images:
    """What all guests of a kernel share."""

    release: str
    """Of the kernel, as `uname -r` says."""
    kernel: Path
    """The directory of the kernel, its modules and its initrd."""
    root: Path


class Workshop:
    """Makes images in a cache, by the scripts beside this file."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache

    def prepare(self) -> None:
        """Get the tools and the root image, which takes some minutes the first time."""
        self._cache.mkdir(parents=True, exist_ok=True)
        self._script("tools.sh")
        self._script("root.sh")

    def images(self, package: str) -> Images:
        """The newest kernel that a Debian package stands for."""
        release = self._script("kernel.sh", package).strip()
        return Images(release=release, kernel=self._cache / "kernels" / release, root=self._cache / "root.squashfs")

    def inputs(self, target: Path, arguments: Sequence[str], built: Sequence[str] = ()) -> None:
        """Make an image of the sources, of the packages that they need, and of pytest's arguments.

        Raises:
            SystemTestError: something was not built before.
        """
        with tempfile.TemporaryDirectory() as scratch:
            place = Path(scratch)
            place.chmod(0o755)  # users of the guest read it, too
            for name in _TAKEN:
                _copy(SOURCE / name, place / "source" / name)
            for file in _newest(built):
                _copy(file, place / "source" / file.relative_to(SOURCE))
            for file, place_in_packages in _files(_DISTRIBUTIONS):
                _copy(file, place / "packages" / place_in_packages)
            (place / "arguments").write_text("".join(f"{each}\n" for each in arguments))
            options = ("-noappend", "-quiet", "-no-progress", "-noI", "-noD", "-noF", "-noX")
            self.run(["mksquashfs", str(place), str(target), *options])

    def environment(self) -> Mapping[str, str]:
        """In which programs and libraries of the tools are found."""
        tools = self._cache / "tools"
        libraries = [str(tools / each / "x86_64-linux-gnu") for each in ("usr/lib", "lib")]
        programs = [str(tools / each) for each in ("usr/sbin", "usr/bin", "sbin", "bin")]
        return {
            **os.environ,
            "PATH": os.pathsep.join([*programs, os.environ.get("PATH", os.defpath)]),
            "LD_LIBRARY_PATH": os.pathsep.join(libraries),
            "QEMU_MODULE_DIR": f"{libraries[0]}/qemu",
        }

    def firmware(self) -> Sequence[str]:
        """Where QEMU looks for what a machine brings with it."""
        places = (self._cache / "tools/usr/share" / each for each in ("qemu", "seabios"))
        return [argument for each in places if each.is_dir() for argument in ("-L", str(each))]

    def run(self, command: Sequence[str]) -> str:
        """Run a tool and return what it prints."""
        done = subprocess.run(command, env=self.environment(), check=False, stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise SystemTestError(f"{' '.join(command)} ended with status {done.returncode}")
        return done.stdout

    def _script(self, name: str, *arguments: str) -> str:
        return self.run(["sh", str(HERE / name), str(self._cache), *arguments])


def _copy(source: Path, target: Path) -> None:
    """With their times: Python takes its compiled files for stale otherwise."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copy2(source, target)


def _newest(patterns: Sequence[str]) -> Iterator[Path]:
    """The last file that was built of each pattern."""
    for pattern in patterns:
        found = sorted(SOURCE.glob(pattern), key=lambda each: each.stat().st_mtime)
        if not found:
            raise SystemTestError(f"there is no {pattern}: see make deb")
        yield found[-1]


def _files(names: Sequence[str]) -> Iterator[tuple[Path, Path]]:
    """All files of some distributions of this environment and of what they require, with their names in it."""
    waiting, seen = [*names], set()
    while waiting:
        if (name := waiting.pop()) in seen:
            continue
        seen.add(name)
        found = distribution(name)
        waiting += _required(found) if name != _ITSELF else []
        for file in found.files or ():
            path = Path(str(found.locate_file(file)))
            if ".." not in file.parts and path.is_file() and path.suffix != ".pth":
                yield path, Path(file)


def _required(found: Distribution) -> list[str]:
    requirements = map(Requirement, found.requires or ())
    return [each.name for each in requirements if not each.marker or each.marker.evaluate({"extra": ""})]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a guest is to do."""

    name: str
    images: Images
    init: str
    """The program with the process id 1, as the guest sees it."""
    memory_mb: int
    inputs: Path
    limit_s: float
    is_virtual_time: bool
    """Whether the guest's clock counts its instructions, which takes two to three times as long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a guest said: of its tests, and all of it."""

    lines: Sequence[Line]
    console: Path
    is_complete: bool
    """False when it had to be stopped."""


def run_guest(workshop: Workshop, run: Run, directory: Path, hear: Callable[[Line], None]) -> Told:
    """Run a guest until it switches itself off, or its time is up; `hear` gets each line about tests as it comes."""
    console, results = directory / f"{run.name}.console.log", _Results(directory / f"{run.name}.results.jsonl")
    command = ["nice", "qemu-system-x86_64", *workshop.firmware(), *_options(run)]
    command += ["-serial", f"file:{console}", "-serial", f"file:{results.path}"]
    deadline, lines = time.monotonic() + run.limit_s, []
    with subprocess.Popen(command, env=workshop.environment(), stdin=subprocess.DEVNULL) as machine:
        try:
            while (is_running := machine.poll() is None) and time.monotonic() < deadline:
                time.sleep(_PAUSE_S)
                for line in results.more():
                    lines.append(line)
                    hear(line)
        finally:
            _stop(machine)
    lines += results.more()
    return Told(lines=lines, console=console, is_complete=not is_running)


def _options(run: Run) -> Iterator[str]:
    """One processor of an old kind: newer ones have wider registers, which take longer to emulate."""
    yield from ("-accel", "tcg,thread=single", "-smp", "1", "-cpu", "Nehalem")
    if run.is_virtual_time:
        yield from ("-icount", "shift=1,sleep=off")
    yield from ("-M", "q35", "-m", f"{run.memory_mb}M")
    yield from ("-nodefaults", "-no-user-config", "-display", "none", "-no-reboot")
    yield from ("-kernel", str(run.images.kernel / "vmlinuz"), "-initrd", str(run.images.kernel / "initrd"))
    # The radios keep the kernel's names for them.
    yield from ("-append", f"console=ttyS0 panic=-1 quiet mitigations=off net.ifnames=0 guest.init={run.init}")
    for image in (run.images.root, run.images.kernel / "modules.squashfs", run.inputs):
        yield from ("-drive", f"file={image},format=raw,if=virtio,readonly=on")


def _stop(machine: subprocess.Popen[bytes]) -> None:
    if machine.poll() is not None:
        return
    machine.terminate()
    try:
        machine.wait(timeout=_GRACE_S)
    except subprocess.TimeoutExpired:
        machine.kill()


class _Results:
    """What the guest writes to its second serial port."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.unlink(missing_ok=True)
        self._read = 0

    def more(self) -> Iterator[Line]:
        """The lines that are complete since the last time."""
        data = self.path.read_bytes()[self._read :] if self.path.exists() else b""
        complete = data[: data.rfind(b"\n") + 1]
        self._read += len(complete)
        for line in complete.decode(errors="replace").splitlines():
            yield json.loads(line)
