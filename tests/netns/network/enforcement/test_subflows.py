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
from mpmanager.model.pathmanager import AnnounceAddress, ConnectionEstablished, CreateSubflow
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


async def _established(events, address="10.0.2.1"):
    async with asyncio.timeout(_LIMIT_S):
        while True:
            for each in events:
                if isinstance(each, ConnectionEstablished) and str(each.flow.local.address) == address:
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


_OURS = {4: ("10.0.1.1", "10.0.2.1"), 6: ("2001:db8:1::1", "2001:db8:2::1")}
"""Of wifi0, which is forbidden, and of lte0."""
_PEERS_BY_WIFI = {4: "10.0.1.2", 6: "2001:db8:1::2"}
_ANSWERS = 5


@pytest.fixture
def peer(two_paths, attacker):
    """Gets answers from a server in the cgroup over its trusted address, until all joins have been tried."""
    made = []

    def connect(version):
        attacker.tries("held_listener_of_both")
        with two_paths.outside():
            made.append(socket.socket(socket.AF_INET if version == 4 else socket.AF_INET6, socket.SOCK_STREAM, 262))
        made[0].settimeout(_LIMIT_S)
        made[0].connect((_OURS[version][1], 5001))
        return get_answer("serve")

    def get_answer(step="serve_more"):
        made[0].send(b"hello")
        assert attacker.tries(step) == "answered"
        return made[0].recv(2)

    connect.again = get_answer
    yield connect
    for each in made:
        each.close()


def join_us_by_wifi(world, version):
    """The kernel's path manager tells the peer of the forbidden address, and the peer's joins it."""
    world.run(f"ip mptcp endpoint add {_OURS[version][0]} dev wifi0 signal")


def invite_us_to_wifi(world, version):
    """The peer announces an address that only the forbidden path leads to, and our kernel's path manager joins it."""
    world.run_around(f"ip mptcp endpoint add {_PEERS_BY_WIFI[version]} dev wifi0 signal")


def allow_joins(world):
    world.run("ip mptcp limits set subflow 2 add_addr_accepted 2")
    world.run_around("ip mptcp limits set subflow 2 add_addr_accepted 2")


def by_wifi_while_served(peer, captures, version, attack):
    """How many packets left by wifi0 while a peer was served; the attack comes when both sides know each other well."""
    captures.since()
    assert peer(version) == b"ok"
    assert peer.again() == b"ok"
    attack()
    for _ in range(_ANSWERS):
        time.sleep(_QUIET_S)
        assert peer.again() == b"ok"
    return captures.since()[0]


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("attack", [join_us_by_wifi, invite_us_to_wifi])
def test_a_peer_that_joins_or_invites_elsewhere_gets_nothing_of_a_restricted_server(
    *, two_paths, cgroup, enforcement, peer, captures, attack, version
):
    enforcement.apply(restricting(cgroup))
    allow_joins(two_paths)
    assert by_wifi_while_served(peer, captures, version, lambda: attack(two_paths, version)) == 0


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("attack", [join_us_by_wifi, invite_us_to_wifi])
def test_each_of_these_joins_takes_place_where_nothing_is_restricted(
    *, two_paths, enforcement, peer, captures, attack, version
):
    assert not enforcement.counters()
    allow_joins(two_paths)
    assert by_wifi_while_served(peer, captures, version, lambda: attack(two_paths, version)) > 0


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("is_restricted", [True, False])
def test_a_peer_that_joins_an_announced_address_under_the_daemons_path_manager(
    *, two_paths, cgroup, enforcement, peer, captures, tmp_path, version, is_restricted
):
    if is_restricted:
        enforcement.apply(restricting(cgroup))
    two_paths.run_around("ip mptcp limits set subflow 2 add_addr_accepted 2")
    by_wifi = asyncio.run(_by_wifi_while_announced(peer, captures, tmp_path, version))
    assert (by_wifi == 0) == is_restricted


async def _by_wifi_while_announced(peer, captures, directory, version):
    events = []
    manager = LinuxPathManager(remembered=directory / "path-manager")
    manager.take_over()
    manager.listen(events.append, lambda: None)
    try:
        captures.since()
        assert await asyncio.to_thread(peer, version) == b"ok"
        manager.execute(_announcement(await _established(events, _OURS[version][1]), version))
        for _ in range(_ANSWERS):
            await asyncio.sleep(_QUIET_S)
            assert await asyncio.to_thread(peer.again) == b"ok"
        return captures.since()[0]
    finally:
        manager.hand_back()
        manager.close()


def _announcement(established, version):
    return AnnounceAddress(
        token=established.token,
        local=ip_address(_OURS[version][0]),
        local_id=AddressId(3),
        interface_index=socket.if_nametoindex("wifi0"),
    )
