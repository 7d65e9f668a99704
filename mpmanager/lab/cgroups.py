"""A tree of cgroups for an instance, as systemd would make it: the laptop's programs in one slice, its services apart.

What a program of the laptop is held to by its cgroup then concerns this instance and nobody else on the machine. Where
cgroups (v2) cannot be made, programs run in the cgroup of whoever starts them.
"""

import os
import time
from contextlib import suppress
from pathlib import Path

from mpmanager.linux.mounts import cgroup_mount

PEOPLE = "user.slice"
SERVICES = "system.slice"

_ALL = "mpmanager-lab"
_REMOVAL_S = 2.0
_POLL_S = 0.01


def make(name: str) -> None:
    """Make the tree of an instance, where that is possible."""
    mount = cgroup_mount()
    if mount is not None:
        for each in (PEOPLE, SERVICES):
            with suppress(OSError):
                (mount / _ALL / name / each).mkdir(parents=True, exist_ok=True)


def remove(name: str) -> None:
    """Remove the tree, in which nothing runs any more; what cannot be removed stays."""
    mount = cgroup_mount()
    if mount is None:
        return
    root = mount / _ALL / name
    deadline = time.monotonic() + _REMOVAL_S
    while root.is_dir() and time.monotonic() < deadline:
        # From the leaves on; one may still hold a process that is just ending.
        for each in (*sorted((path for path in root.rglob("*") if path.is_dir()), reverse=True), root):
            with suppress(OSError):
                each.rmdir()
        time.sleep(0 if not root.is_dir() else _POLL_S)
    with suppress(OSError):
        (mount / _ALL).rmdir()


def path_of(name: str, slice_name: str) -> Path | None:
    """The directory of a slice of an instance; None where there is none."""
    mount = cgroup_mount()
    directory = None if mount is None else mount / _ALL / name / slice_name
    return directory if directory is not None and directory.is_dir() else None


def join(directory: Path) -> None:
    """Move this process into a cgroup.

    Raises:
        OSError: refused.
    """
    (directory / "cgroup.procs").write_text(f"{os.getpid()}\n", encoding="ascii")
