"""A guest whose kernel has the hook: cgroups, and programs in them that tell what sockets they get."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from mpmanager.linux.applications import cgroup_mount
from mpmanager.linux.multipath_hook import LinuxMultipathHook
from mpmanager.model.enforcement import CgroupPath

_LIMIT_S = 60
_ASKING = """
import ctypes, json, socket, sys
calls = ctypes.CDLL(None)
told = {}
for name, how in json.loads(sys.argv[1]).items():
    made = socket.socket(fileno=calls.syscall(41, *how))
    told[name] = made.getsockopt(socket.SOL_SOCKET, socket.SO_PROTOCOL)
print(json.dumps(told))
"""
"""By the system call itself, as a static program does: no library has a say in it (41 is socket() on amd64)."""


@dataclass(frozen=True, slots=True)
class Place:
    """A cgroup of the test."""

    path: CgroupPath
    directory: Path

    def inner(self, name):
        """A cgroup in this one."""
        made = Place(CgroupPath(f"{self.path}/{name}"), self.directory / name)
        made.directory.mkdir()
        return made

    def run(self, command: Sequence[str]) -> str:
        """Run a program in it from its first instruction on; returns what it prints."""
        join = f'echo $$ > {self.directory}/cgroup.procs && exec "$@"'
        done = subprocess.run(
            ["sh", "-c", join, "sh", *command], check=True, stdout=subprocess.PIPE, text=True, timeout=_LIMIT_S
        )
        return done.stdout

    def protocols(self, sockets, *, around: Sequence[str] = ()) -> dict[str, int]:
        """Of sockets as a program in here opens them: a name for each, and what it gives to socket()."""
        return json.loads(self.run([*around, sys.executable, "-c", _ASKING, json.dumps(sockets)]))

    def protocol(self, *, around: Sequence[str] = ()) -> int:
        """Of a TCP socket that a program in here opens."""
        return self.protocols({"tcp": (2, 1, 0)}, around=around)["tcp"]


@pytest.fixture
def cgroup():
    mount = cgroup_mount()
    assert mount is not None
    name = f"mpmanager-test{os.getpid()}"
    place = Place(CgroupPath(f"/{name}"), mount / name)
    place.directory.mkdir()
    yield place
    _remove(place.directory)


def _remove(directory: Path) -> None:
    for each in directory.iterdir():
        if each.is_dir():
            _remove(each)
    deadline = time.monotonic() + _LIMIT_S
    while "populated 1" in (directory / "cgroup.events").read_text() and time.monotonic() < deadline:
        time.sleep(0.05)
    directory.rmdir()


@pytest.fixture
def hook():
    made = LinuxMultipathHook()
    yield made
    made.close()
