"""A cgroup under restrictions on a host with two ways out, of which wifi0 is the default and lte0 the allowed one."""

import asyncio
import os
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from mpmanager.core.paths import derive_paths
from mpmanager.core.routing import desired_routing
from mpmanager.linux import mounts
from mpmanager.linux.enforcement import LinuxEnforcement
from mpmanager.linux.mounts import cgroup_mount
from mpmanager.linux.network import LinuxNetworkObserver
from mpmanager.linux.routing import LinuxRoutingTables
from mpmanager.model.enforcement import Shortfall
from netns.restricted import Attacker, Captures, server


@pytest.fixture(scope="session")
def pins():
    """A file system of pins of our own, that everybody on this machine sees."""
    place = Path(f"/run/mpmanager-test-bpf{os.getpid()}")
    place.mkdir()
    mounts.mount_bpffs(place)
    yield place
    subprocess.run(["umount", place], check=True)
    place.rmdir()


@pytest.fixture
def cgroup():
    mount = cgroup_mount()
    assert mount is not None, "cgroup v2 is not mounted"
    place = mount / f"mpmanager-test{os.getpid()}"
    place.mkdir()
    yield place
    deadline = time.monotonic() + 5
    while (place / "cgroup.procs").read_text() and time.monotonic() < deadline:
        time.sleep(0.01)
    place.rmdir()


@pytest.fixture
def enforcement(two_paths, pins, route_per_path):
    """With the rules and routes that the daemon has anyway."""
    route_per_path()
    made = LinuxEnforcement(mount_point=pins)
    missing = [each for each in made.limits() if each.shortfall is Shortfall.NOTHING_ENFORCED]
    assert not missing, f"this machine enforces nothing: {missing[0].sentence}"
    yield made
    made.clear()
    made.close()


@pytest.fixture
def route_per_path(two_paths):
    """Does for the network as it is what the daemon's per-path routing does."""
    return lambda: asyncio.run(_route_per_path())


async def _route_per_path():
    observer, tables = LinuxNetworkObserver(), LinuxRoutingTables()
    try:
        await tables.apply(desired_routing(derive_paths(await observer.observe())))
    finally:
        await observer.close()
        await tables.close()


@pytest.fixture
def attacker(two_paths, cgroup):
    subprocess.run(["sysctl", "-qw", "net.ipv4.ping_group_range=0 10"], check=True)
    made = Attacker(two_paths, cgroup)
    yield made
    made.close()


@pytest.fixture
def captures(two_paths):
    with ExitStack() as stack, server(two_paths):
        yield Captures(stack)
