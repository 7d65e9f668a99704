"""Throwaway cgroups in which attempts are made, and which programs run in which."""

import os
import re
import socket
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import psutil

from mpmanager.model.errors import CommandRefusedError, NotSupportedError

FREE_PREFIX: Final = "mpm-verify-free-"
"""Of the cgroup of the control; a process id follows."""

_PREFIX = "mpm-verify-"
_OWN = re.compile(rf"{_PREFIX}(free-)?(?P<pid>[0-9]+)(-[0-9]+)?")
_UNIFIED = "0::"
_LOWER = "lower_"
_MOUNT_POINT_FIELD = 4  # of /proc/self/mountinfo
_REMOVAL_S = 2.0
_POLL_S = 0.01


def own_name(number: int) -> str:
    """Of a cgroup of this process."""
    return f"{_PREFIX}{os.getpid()}-{number}"


def free_cgroup(root: str) -> str:
    """The cgroup of this process that nothing is to be demanded of."""
    return f"{root.rstrip('/')}/{FREE_PREFIX}{os.getpid()}"


@contextmanager
def throwaway(cgroup: str) -> Iterator[Path]:
    """Make a cgroup; at the end of the block, when all is ended that ran in it, it is removed.

    Raises:
        NotSupportedError, CommandRefusedError: it cannot be made.
    """
    directory = _mount_point() / cgroup.lstrip("/")
    try:
        directory.mkdir()
    except OSError as error:
        raise CommandRefusedError(f"making the cgroup {cgroup}: {error.strerror}", errno=error.errno or 0) from error
    try:
        yield directory
    finally:
        _remove(directory)


def enter(directory: Path, pid: int) -> None:
    """Move a process into a cgroup.

    Raises:
        CommandRefusedError: refused.
    """
    try:
        (directory / "cgroup.procs").write_text(str(pid), encoding="ascii")
    except OSError as error:
        raise CommandRefusedError(f"entering {directory.name}: {error.strerror}", errno=error.errno or 0) from error


def is_abandoned(cgroup: str) -> bool:
    """Whether it is the cgroup of a proof that was killed before it could clean up."""
    found = _OWN.fullmatch(cgroup.rpartition("/")[2])
    return found is not None and not psutil.pid_exists(int(found["pid"]))


def remove_abandoned(beneath: str) -> None:
    """Remove such cgroups right below another one; what cannot be removed stays."""
    for each in (_mount_point() / beneath.lstrip("/")).glob(f"{_PREFIX}*"):
        if is_abandoned(each.name):
            with suppress(OSError):
                each.rmdir()


def cgroups_of(executables: Collection[str]) -> Mapping[str, frozenset[str]]:
    """In which cgroups programs run now, by executable."""
    found: dict[str, set[str]] = {each: set() for each in executables}
    for process in psutil.process_iter(["exe"]) if executables else ():
        executable = (process.info["exe"] or "").removesuffix(" (deleted)")
        if executable in found and (cgroup := _cgroup_of(process.pid)) is not None:
            found[executable].add(cgroup)
    return {executable: frozenset(cgroups) for executable, cgroups in found.items()}


def _cgroup_of(pid: int) -> str | None:
    try:
        lines = Path(f"/proc/{pid}/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return next((line.removeprefix(_UNIFIED) for line in lines if line.startswith(_UNIFIED)), None)


def _mount_point() -> Path:
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
        before, _dash, after = line.partition(" - ")
        if after.startswith("cgroup2 "):
            return Path(before.split()[_MOUNT_POINT_FIELD].replace("\\040", " "))
    raise NotSupportedError("cgroup v2 is not mounted: no program can be held to anything, and nothing be proven")


def _remove(directory: Path) -> None:
    """A process that has just ended is in it for a moment still."""
    deadline = time.monotonic() + _REMOVAL_S
    while directory.is_dir():
        with suppress(OSError):
            directory.rmdir()
        if time.monotonic() > deadline:
            return
        time.sleep(_POLL_S if directory.is_dir() else 0)


def interfaces() -> frozenset[tuple[int, str]]:
    """Indexes and names of the interfaces in this network namespace."""
    return frozenset(socket.if_nameindex())


def lower_interfaces(name: str) -> frozenset[str]:
    """What carries an interface, and what carries that: a bridge's ports, the card below a VLAN."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for each in Path("/sys/class/net", waiting.pop()).glob(f"{_LOWER}*"):
            lower = each.name.removeprefix(_LOWER)
            if lower not in found:
                found.add(lower)
                waiting.append(lower)
    return frozenset(found)
