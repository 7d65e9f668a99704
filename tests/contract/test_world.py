"""What the daemon may expect of the world outside, of the simulated one and of the kernel's alike."""

import asyncio
import functools
import itertools
import os
import time
from contextlib import suppress
from dataclasses import replace
from errno import EADDRINUSE, EADDRNOTAVAIL
from ipaddress import ip_address
from pathlib import Path

import pytest

from mpmanager.core.paths import derive_paths
from mpmanager.core.routing import desired_routing
from mpmanager.daemon.compose import linux_world, simulated_world
from mpmanager.daemon.world import World
from mpmanager.lab.topology import LinkChange
from mpmanager.linux.head_start import HeadStart
from mpmanager.model.connection import UNKNOWN_APPLICATION, Endpoint, FourTuple, ProcessKey, TcpState
from mpmanager.model.errors import CommandRefusedError, ConnectionGoneError
from mpmanager.model.names import AddressId, LinkName, Token
from mpmanager.model.network import LinkHint, RoutingPlan
from mpmanager.model.pathmanager import (
    AnnounceAddress,
    ConnectionEstablished,
    CreateSubflow,
    DestroySubflow,
    SetBackup,
    SubflowClosed,
    SubflowEstablished,
    WithdrawAddress,
)
from mpmanager.simulated.world import OUTAGE_BEGINS_S
from netns.stage import Talk, lab_of_two_links

TIMEOUT_S = 10.0
NOBODY = Token(0xFFFFFFFF)
_ports = itertools.count(45_000)
"""The kernel keeps a port for a while after its subflow has ended."""


class Place:
    """A world with one managed connection in it, `token`, of which `initial` is the first subflow."""

    world: World
    token: Token
    initial: FourTuple
    lossy_link: LinkName
    """Whose carrier goes with `unplug`."""

    def __init__(self):
        self.events, self.losses = [], 0

    def listen(self):
        self.world.path_manager.listen(self.events.append, self._lose)
        self.world.connections.listen(lambda _end: None, self._lose)

    def _lose(self):
        self.losses += 1

    async def event(self, kind, **wanted):
        """Wait for an event of the connection."""

        def found():
            return next((each for each in self.events if _matches(each, kind, self.token, wanted)), None)

        return await until(found, f"{kind.__name__} with {wanted}")

    def shown(self, flow):
        """The subflow, in a new snapshot."""
        return next((each for each in self.world.connections.snapshot().subflows if each.flow == flow), None)

    async def joining(self, **changes):
        """The command that joins from another link than the first subflow's."""
        network = await self.world.network.observe()
        source = next(
            each
            for each in network.addresses
            if each.address.address.version == 4 and each.address.address != self.initial.local.address
        )
        command = CreateSubflow(
            token=self.token,
            local=Endpoint(source.address.address, next(_ports)),
            local_id=AddressId(1),
            interface_index=source.link_index,
            remote=self.initial.remote,
            is_backup=False,
        )
        return replace(command, **changes)

    async def join(self, command=None):
        """Join, and return the event that says that the subflow stands."""
        command = command or await self.joining()
        self.world.path_manager.execute(command)
        return await self.event(SubflowEstablished, flow=command.flow)


def _matches(event, kind, token, wanted):
    if not isinstance(event, kind) or event.token != token:
        return False
    return all(getattr(event, name) == value for name, value in wanted.items())


async def until(condition, what):
    deadline = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        if result := condition():
            return result
        await asyncio.sleep(0.005)
    raise AssertionError(f"not within {TIMEOUT_S} s: {what}")


class SimulatedPlace(Place):
    lossy_link = LinkName("wlan0")

    def run(self, main):
        asyncio.run(main())

    async def open(self):
        self._skipped_s = 0.0
        self.world = simulated_world(clock=lambda: time.monotonic() + self._skipped_s)
        self.world.path_manager.take_over()
        self.listen()
        self.token, self.initial = self.world.connections.snapshot().connections[0][:2]

    async def close(self):
        await self.world.close()

    def move(self):
        """Let some bytes flow in both directions."""
        self._skipped_s += 1.0

    def unplug(self):
        self._skipped_s += OUTAGE_BEGINS_S

    def held(self):
        """What the routing tables hold of ours."""
        return self.world.routing.plan.rules | self.world.routing.plan.routes


class LinuxPlace(Place):
    lossy_link = LinkName("dsl0")

    def __init__(self, lab, directory):
        super().__init__()
        self._lab, self._directory = lab, directory

    def run(self, main):
        self._lab.inside("laptop", lambda: asyncio.run(main()))

    async def open(self):
        self.world = linux_world(
            self._directory / "remembered", sysctl_file=self._directory / "sysctls", head_start=HeadStart()
        )
        self.world.path_manager.take_over()
        self.listen()
        self._talk = Talk(self._lab)
        self.token, self.initial = self._talk.token, self._talk.flow
        self.move()
        await self.event(ConnectionEstablished)

    async def close(self):
        self._talk.__exit__()
        self.world.path_manager.hand_back()
        await self.world.routing.clear()
        await self.world.close()
        self._lab.change_link(self.lossy_link, LinkChange(carrier=True))

    def move(self):
        self._talk.send_up(10_000)
        self._talk.send_down(20_000)

    def unplug(self):
        self._lab.change_link(self.lossy_link, LinkChange(carrier=False))

    def held(self):
        commands = [("ip", family, *words) for family in ("-4", "-6") for words in (["rule"], _ALL_ROUTES)]
        lines = ((command, line) for command in commands for line in self._lab.run(command).stdout.splitlines())
        return frozenset(each for each in lines if "proto 109" in each[1])


_ALL_ROUTES = ["route", "show", "table", "all"]


@pytest.fixture(scope="module")
def lab():
    with lab_of_two_links("world") as made:
        yield made


SIMULATED, LINUX = "simulated", pytest.param("linux", marks=pytest.mark.netns)


@pytest.fixture(params=[SIMULATED, LINUX])
def place(request, tmp_path):
    if request.param == SIMULATED:
        return SimulatedPlace()
    return LinuxPlace(request.getfixturevalue("lab"), tmp_path)


def in_the_world(test):
    """Make a test of a coroutine that runs where the world is."""

    @functools.wraps(test)
    def run(place):
        async def main():
            async with asyncio.timeout(3 * TIMEOUT_S):
                await place.open()
                try:
                    await test(place)
                finally:
                    await place.close()

        place.run(main)

    return run


@in_the_world
async def test_the_network_is_of_one_piece(place):
    state = await place.world.network.observe()
    indexes = [each.index for each in state.links]
    assert len(set(indexes)) == len({each.name for each in state.links}) == len(state.links) >= 2
    assert "lo" not in {each.name for each in state.links}
    assert {each.link_index for each in (*state.addresses, *state.default_routes)} <= set(indexes)
    assert len(derive_paths(state)) >= 2


@in_the_world
async def test_counters_are_there_for_every_link_and_never_go_down(place):
    network = place.world.network
    state, before = await network.observe(), await network.counters()
    assert {each.index for each in state.links} <= before.keys()
    for _ in range(3):
        place.move()
        after = await network.counters()
        assert all(after[each].rx_bytes >= before[each].rx_bytes for each in before)
        assert all(after[each].tx_bytes >= before[each].tx_bytes for each in before)
        assert sum(each.rx_bytes for each in after.values()) > sum(each.rx_bytes for each in before.values())
        before = after


@in_the_world
async def test_a_lost_carrier_is_a_change_and_is_seen(place):
    async def has_carrier():
        state = await place.world.network.observe()
        return next(each.has_carrier for each in state.links if each.name == place.lossy_link)

    assert await has_carrier()
    changes = place.world.network.changes()
    place.unplug()
    while await has_carrier():
        await anext(changes)
    await changes.aclose()


@in_the_world
async def test_hints_are_given_for_the_links_asked_about(place):
    identification = place.world.identification
    links = (await place.world.network.observe()).links
    hints = await identification.hints(links)
    assert hints.keys() == {each.name for each in links}
    assert all(isinstance(hint, LinkHint) for each in hints.values() for hint in each)
    assert await identification.hints([]) == {}


@in_the_world
async def test_a_link_that_has_just_gone_may_be_asked_about(place):
    link = (await place.world.network.observe()).links[0]
    gone = replace(link, name=LinkName("gone0"), index=9999)
    assert (await place.world.identification.hints([gone])).keys() == {"gone0"}


@in_the_world
async def test_routing_holds_exactly_the_plan_and_applying_it_twice_changes_nothing(place):
    routing = place.world.routing
    plan = desired_routing(derive_paths(await place.world.network.observe()))
    assert place.held() == frozenset()
    await routing.apply(plan)
    held = place.held()
    assert held
    await routing.apply(plan)
    assert place.held() == held
    await routing.apply(RoutingPlan(rules=frozenset(list(plan.rules)[:1]), routes=plan.routes))
    assert len(held - place.held()) == len(plan.rules) - 1
    assert place.held() < held
    await routing.apply(plan)
    assert place.held() == held


@in_the_world
async def test_clearing_removes_all_of_the_plan_and_may_be_done_twice(place):
    routing = place.world.routing
    await routing.apply(desired_routing(derive_paths(await place.world.network.observe())))
    await routing.clear()
    assert place.held() == frozenset()
    await routing.clear()
    assert place.held() == frozenset()


@in_the_world
async def test_what_was_taken_over_is_handed_back_however_often_that_is_asked(place):
    manager = place.world.path_manager
    assert manager.current() == "userspace"
    for _ in range(2):
        manager.hand_back()
        assert manager.current() == "kernel"
    manager.take_over()
    assert manager.current() == "userspace"


@pytest.mark.parametrize("is_backup", [False, True])
def test_a_created_subflow_is_reported_and_appears_in_the_next_snapshot(place, is_backup):
    @in_the_world
    async def check(place):
        command = await place.joining(is_backup=is_backup)
        assert place.shown(command.flow) is None
        seen = await place.join(command)
        assert (seen.local_id, seen.remote_id, seen.is_backup_there) == (1, 0, False)
        shown = place.shown(command.flow)
        assert (shown.token, shown.local_id, shown.is_backup_here) == (place.token, 1, is_backup)
        assert {each.flow for each in place.world.connections.snapshot().subflows if each.token == place.token} == {
            place.initial,
            command.flow,
        }

    check(place)


@in_the_world
async def test_a_created_subflow_is_found_by_its_ends_and_its_interface(place):
    seen = await place.join()
    assert seen.interface_index == place.shown(seen.flow).interface_index
    found = place.world.connections.subflow(seen.flow, interface_index=seen.interface_index)
    assert found is not None
    assert (found.token, found.flow) == (place.token, seen.flow)


@in_the_world
async def test_a_destroyed_subflow_is_reported_and_in_no_snapshot_any_more(place):
    seen = await place.join()
    place.world.path_manager.execute(DestroySubflow(token=place.token, flow=seen.flow))
    closed = await place.event(SubflowClosed, flow=seen.flow)
    assert (closed.local_id, closed.remote_id) == (1, 0)
    await until(lambda: place.shown(seen.flow) is None, "it is gone")
    assert place.shown(place.initial) is not None


@in_the_world
async def test_a_withdrawn_address_loses_its_subflow(place):
    seen = await place.join()
    place.world.path_manager.execute(WithdrawAddress(token=place.token, local_id=AddressId(1)))
    await place.event(SubflowClosed, flow=seen.flow)
    await until(lambda: place.shown(seen.flow) is None, "the peer has dropped it")


@in_the_world
async def test_an_address_is_withdrawn_first_and_its_subflow_destroyed_then(place):
    seen = await place.join()
    place.world.path_manager.execute(WithdrawAddress(token=place.token, local_id=AddressId(1)))
    with suppress(CommandRefusedError):  # where the peer was quicker
        place.world.path_manager.execute(DestroySubflow(token=place.token, flow=seen.flow))
    await until(lambda: place.shown(seen.flow) is None, "it is gone")


@in_the_world
async def test_a_backup_flag_is_set_and_cleared(place):
    seen = await place.join()
    change = SetBackup(token=place.token, flow=seen.flow, local_id=AddressId(1), is_backup=True)
    place.world.path_manager.execute(change)
    assert place.shown(seen.flow).is_backup_here
    place.world.path_manager.execute(replace(change, is_backup=False))
    assert not place.shown(seen.flow).is_backup_here
    place.world.path_manager.execute(replace(change, flow=place.initial, local_id=AddressId(0)))
    assert place.shown(place.initial).is_backup_here
    assert not place.shown(seen.flow).is_backup_here


@in_the_world
async def test_an_address_can_be_announced_and_withdrawn(place):
    join = await place.joining()
    manager = place.world.path_manager
    manager.execute(
        AnnounceAddress(
            token=place.token,
            local=join.local.address,
            local_id=AddressId(9),
            interface_index=join.interface_index,
        )
    )
    manager.execute(WithdrawAddress(token=place.token, local_id=AddressId(9)))


@in_the_world
async def test_commands_to_no_connection_say_that_it_is_gone(place):
    join = await place.joining()
    for command in (
        replace(join, token=NOBODY),
        DestroySubflow(token=NOBODY, flow=place.initial),
        SetBackup(token=NOBODY, flow=place.initial, local_id=AddressId(0), is_backup=True),
        AnnounceAddress(token=NOBODY, local=join.local.address, local_id=AddressId(1), interface_index=2),
        WithdrawAddress(token=NOBODY, local_id=AddressId(1)),
    ):
        with pytest.raises(ConnectionGoneError, match=f"^{type(command).__name__}: .") as caught:
            place.world.path_manager.execute(command)
        assert caught.value.errno > 0


@in_the_world
async def test_commands_to_no_subflow_or_address_are_refused(place):
    nobody = FourTuple(Endpoint(place.initial.local.address, 1), place.initial.remote)
    for command in (
        DestroySubflow(token=place.token, flow=nobody),
        SetBackup(token=place.token, flow=nobody, local_id=AddressId(0), is_backup=True),
        WithdrawAddress(token=place.token, local_id=AddressId(77)),
    ):
        with pytest.raises(CommandRefusedError, match=f"^{type(command).__name__}: .") as caught:
            place.world.path_manager.execute(command)
        assert not isinstance(caught.value, ConnectionGoneError)
        assert caught.value.errno > 0
    assert place.shown(place.initial) is not None
    assert not place.shown(place.initial).is_backup_here


@in_the_world
async def test_a_join_from_an_address_that_is_not_ours_or_a_port_that_is_taken_is_refused(place):
    join = await place.joining()
    await place.join(join)
    for command, number in (
        (replace(join, local=Endpoint(ip_address("192.0.2.254"), 0), local_id=AddressId(2)), EADDRNOTAVAIL),
        (join, EADDRINUSE),
    ):
        with pytest.raises(CommandRefusedError) as caught:
            place.world.path_manager.execute(command)
        assert caught.value.errno == number


@in_the_world
async def test_a_snapshot_shows_each_connection_once_and_subflows_of_them_only(place):
    snapshot = place.world.connections.snapshot()
    tokens = [each.token for each in snapshot.connections]
    assert place.token in tokens
    assert len(set(tokens)) == len(tokens)
    assert {each.token for each in snapshot.subflows} <= set(tokens)
    assert len({each.flow for each in snapshot.subflows}) == len(snapshot.subflows)


@in_the_world
async def test_totals_in_snapshots_never_go_down(place):
    await place.join()
    before = totals(place)
    for _ in range(4):
        place.move()
        after = totals(place)
        assert after.keys() == before.keys()
        assert all(new >= old for key in before for new, old in zip(after[key], before[key], strict=True))
        assert after[place.token] > before[place.token]
        before = after


def totals(place):
    """Bytes by token and by four-tuple."""
    snapshot = place.world.connections.snapshot()
    connections = {each.token: (each.tx_bytes, each.rx_bytes, each.tx_written) for each in snapshot.connections}
    return connections | {each.flow: (each.tx_bytes, each.rx_bytes) for each in snapshot.subflows}


@in_the_world
async def test_one_connection_and_its_first_subflow_are_found_alone(place):
    connections = place.world.connections
    assert connections.connection(place.token).flow == place.initial
    found = connections.subflow(place.initial)
    assert (found.token, found.local_id, found.remote_id) == (place.token, 0, 0)
    assert found.is_begun_here
    assert found.is_fully_established


@in_the_world
async def test_what_is_not_there_is_none(place):
    connections = place.world.connections
    assert connections.connection(NOBODY) is None
    assert connections.subflow(FourTuple(place.initial.remote, place.initial.local)) is None


@in_the_world
async def test_progress_is_told_of_the_connections_asked_about_and_goes_only_forward(place):
    connections = place.world.connections
    assert connections.progress([]) == []
    assert connections.progress([NOBODY]) == []
    (before,) = connections.progress([place.token, NOBODY])
    assert before.token == place.token
    assert connections.progress([place.token]) == [before], "to ask changes nothing"
    for _ in range(3):
        place.move()
        (after,) = connections.progress([place.token])
        assert after.write_seq >= after.snd_una >= before.snd_una
        assert after.write_seq > before.write_seq
        assert after.rcv_nxt > before.rcv_nxt
        before = after


@in_the_world
async def test_vitals_of_every_subflow_are_plausible_and_those_of_none_are_none(place):
    connections = place.world.connections
    seen = await place.join()
    place.move()
    for flow, index in ((place.initial, 0), (seen.flow, seen.interface_index)):
        vitals = connections.vitals(flow, interface_index=index)
        assert vitals.flow == flow
        assert vitals.state is TcpState.ESTABLISHED
        assert 0 < vitals.min_rtt_s <= 10
        assert vitals.silent_s >= 0
        assert not vitals.is_backup_there
        assert all(count >= 0 for count in vitals[vitals._fields.index("unacknowledged") :])
    assert connections.vitals(FourTuple(place.initial.remote, place.initial.local)) is None


@in_the_world
async def test_the_owner_of_a_connection_is_found_and_that_of_none_is_unknown(place):
    applications = place.world.applications
    owner = place.world.connections.connection(place.token).owner
    nobody = ProcessKey(0, owner.uid, 0)
    found, unknown, again = applications.find([owner, nobody, owner])
    assert found == again
    assert Path(found.exe).is_absolute()
    assert found.id not in {"", UNKNOWN_APPLICATION.id}
    assert unknown == UNKNOWN_APPLICATION
    assert applications.find([]) == []
    assert place.world.is_simulated or found.pid == os.getpid()


@in_the_world
async def test_of_neighbours_only_gateways_are_told(place):
    network = await place.world.network.observe()
    gateways = {(each.link_index, each.gateway) for each in network.default_routes}
    heard = {(each.link_index, each.address) for each in network.neighbours}
    assert heard <= gateways
    assert heard == gateways or not place.world.is_simulated


@in_the_world
async def test_limits_and_notes_are_sentences(place):
    assert all(isinstance(each, str) and each for each in (*place.world.limits(), *place.world.notes()))


@in_the_world
async def test_nothing_was_lost(place):
    await place.join()
    place.move()
    assert place.losses == 0
