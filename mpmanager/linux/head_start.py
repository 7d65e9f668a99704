"""Loads programs into the kernel while the rest of the daemon is still being imported: 70 ms of its start.

libbpf works without Python's lock, so that a second processor does it beside.
"""

from collections.abc import Mapping
from pathlib import Path
from threading import Thread

from mpmanager.linux import pins
from mpmanager.linux.bpf import Trial, try_loading
from mpmanager.linux.mounts import BPFFS
from mpmanager.linux.object_files import ENDS, FENCE, OPTIONS, ObjectFile, candidates


class HeadStart:
    """The thread ends by itself."""

    def __init__(self, *, mount_point: Path = BPFFS) -> None:
        """Begin to load what every daemon needs in this network namespace; with bpffs at another place for tests."""
        self._trials: dict[ObjectFile, Trial] = {}
        self._thread = Thread(target=self._load, args=(mount_point, pins.namespace_cookie()), name="head start")
        self._thread.start()

    def trials(self) -> Mapping[ObjectFile, Trial]:
        """What came of each, once all are there; what they have loaded is the caller's."""
        self._thread.join()
        return self._trials

    def _load(self, mount_point: Path, cookie: int) -> None:
        of_namespace = pins.directory_of_namespace(mount_point, cookie)
        for file in (ENDS, FENCE, OPTIONS):
            self._trials[file] = _tried(file, cookie, file.pins(of_namespace))


def _tried(file: ObjectFile, cookie: int, directory: Path) -> Trial:
    """With what an earlier daemon has pinned, where that fits."""
    constants = candidates(file, cookie)
    if _has_pins(directory):
        trial = try_loading(file.path, constants, pins=directory)
        if trial.loaded is not None:
            return trial
    return try_loading(file.path, constants)


def _has_pins(directory: Path) -> bool:
    """Not where nobody lets us look: whoever needs them tells."""
    try:
        return any(directory.iterdir())
    except OSError:
        return False
