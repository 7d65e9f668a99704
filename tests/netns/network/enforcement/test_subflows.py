"""Joins of a restricted application's connections, whoever asks for them."""

import asyncio
import errno
import socket
import time
from ipaddress import ip_address

import pytest

from mpmanager.linux.mptcp_pm import LinuxPathManager
from mpmanager.model.connection import Endpoint
from mpmanager.model.enforcement import Restriction
from mpmanager.model.errors import CommandRefusedError
from mpmanager.model.names import AddressId
from mpmanager.model.pathmanager import ConnectionEstablished, CreateSubflow
from netns.restricted import Attacker, restricting, tried

_LIMIT_S = 10.0
_QUIET_S = 0.3


@pytest.mark.parametrize("restriction", [Restriction.ONLY, Restriction.HANDSHAKE])
def test_a_join_that_the_path_manager_asks_for(*, cgroup, enforcement, two_paths, captures, tmp_path, restriction):
    """Refused at once under `only`; allowed where only the handshake is protected."""
    enforcement.apply(restricting(cgroup, restriction))
    refusal, by_wifi = asyncio.run(_join_by_wifi(two_paths, cgroup, captures, tmp_path))
    if restriction is Restriction.ONLY:
        assert (refusal, by_wifi) == ("EPERM", 0)
    else:
        assert refusal is None
        assert by_wifi > 0


async def _join_by_wifi(world, cgroup, captures, directory):
    """What the kernel answers to SUBFLOW_CREATE, and how many packets left by wifi0 from the start on."""
    events = []
    manager = LinuxPathManager(remembered=directory / "path-manager")
    manager.take_over()
    manager.listen(events.append, lambda: None)
    attacker = Attacker(world, cgroup)
    try:
        captures.since()
        assert await asyncio.to_thread(attacker.tries, "held_mptcp") == "opened"
        established = await _established(events)
        refusal = _refusal_of(manager, established)
        assert await asyncio.to_thread(attacker.tries, "use_held_mptcp") == "answered"
        await asyncio.sleep(_QUIET_S)
        return refusal, captures.since()[0]
    finally:
        attacker.close()
        manager.hand_back()
        manager.close()


async def _established(events):
    async with asyncio.timeout(_LIMIT_S):
        while True:
            for each in events:
                if isinstance(each, ConnectionEstablished) and str(each.flow.local.address) == "10.0.2.1":
                    return each
            await asyncio.sleep(0.01)


def _refusal_of(manager, established):
    command = CreateSubflow(
        token=established.token,
        local=Endpoint(ip_address("10.0.1.1"), 40_000),
        local_id=AddressId(3),
        interface_index=socket.if_nametoindex("wifi0"),
        remote=established.flow.remote,
        is_backup=False,
    )
    try:
        manager.execute(command)
    except CommandRefusedError as error:
        return errno.errorcode[error.errno]
    return None


def test_a_join_of_the_kernels_own_path_manager_gets_nowhere(two_paths, cgroup, enforcement, attacker, captures):
    two_paths.run("ip mptcp limits set subflow 2 add_addr_accepted 2")
    two_paths.run("ip mptcp endpoint add 10.0.1.1 dev wifi0 subflow")
    assert attacker.tries("held_mptcp") == "opened"
    time.sleep(_QUIET_S)
    assert captures.since()[0] > 0, "the endpoint should have been used"
    enforcement.apply(restricting(cgroup))
    captures.since()
    results = tried(attacker, captures, ("held_mptcp", "use_held_mptcp"))
    time.sleep(_QUIET_S)
    assert {by_wifi for _, by_wifi, _ in results.values()} == {0}
    assert captures.since()[0] == 0
