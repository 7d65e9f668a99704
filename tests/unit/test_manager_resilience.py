"""The daemon outlives a kernel that does not answer for once."""

import asyncio
import errno
import time

import pytest

from mpmanager.core.policies import STOCK_POLICY
from mpmanager.daemon import manager as manager_module
from mpmanager.daemon import path_keeper
from mpmanager.daemon.compose import simulated_world
from mpmanager.daemon.connection_keeper import ConnectionKeeper
from mpmanager.daemon.journal import Journal
from mpmanager.daemon.manager import Manager
from mpmanager.daemon.state import StateDirectory
from mpmanager.model.errors import CommandRefusedError
from mpmanager.model.facts import NO_FACTS


class Sulking:
    """Refuses a few times to do what it stands for, then does it."""

    def __init__(self, action, times):
        self._action = action
        self.left = times

    def __call__(self, *arguments, **options):
        if self.left:
            self.left -= 1
            raise CommandRefusedError("looking: the kernel did not answer within 2 s", errno=errno.ETIMEDOUT)
        return self._action(*arguments, **options)


@pytest.mark.parametrize(("port", "method"), [("connections", "snapshot"), ("network", "counters")])
def test_an_answer_that_does_not_come_ends_nothing(tmp_path, monkeypatch, port, method):
    monkeypatch.setattr(manager_module, "_REST_S", 0.01)

    async def scenario():
        world = simulated_world()
        manager = Manager(world, facts=NO_FACTS, state=StateDirectory(tmp_path))
        ready = asyncio.Event()
        running = asyncio.create_task(manager.run(ready=ready.set))
        await asyncio.wait_for(ready.wait(), 5)
        sulking = Sulking(getattr(getattr(world, port), method), times=2)
        setattr(getattr(world, port), method, sulking)
        deadline = time.monotonic() + 10
        while sulking.left and time.monotonic() < deadline:
            manager._stirred.set()
            await asyncio.sleep(0.05)
        assert not sulking.left
        await asyncio.sleep(0.05)
        assert not running.done()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(scenario())


def test_a_look_at_the_network_is_repeated_until_it_is_answered(tmp_path, monkeypatch):
    monkeypatch.setattr(path_keeper, "_REST_S", 0.01)

    async def scenario():
        world = simulated_world()
        paths = Manager(world, facts=NO_FACTS, state=StateDirectory(tmp_path)).paths
        world.network.observe = Sulking(world.network.observe, times=2)
        await asyncio.wait_for(paths._look_until_answered(), 5)
        assert len(paths.paths) == 3

    asyncio.run(scenario())


def test_lost_events_are_made_up_for_even_if_the_first_look_fails():
    world = simulated_world()
    journal = Journal(wall_clock=lambda: 0.0)
    keeper = ConnectionKeeper(
        world,
        journal=journal,
        clock=time.monotonic,
        choose_port=lambda: 50000,
        news=lambda: None,
        policy_for=lambda _account: STOCK_POLICY,
    )
    world.connections.snapshot = Sulking(world.connections.snapshot, times=1)
    keeper._note_lost_events()
    with pytest.raises(CommandRefusedError):
        keeper.resynchronise_if_needed()
    assert not list(keeper.ledger.living())
    keeper.resynchronise_if_needed()
    known = len(list(keeper.ledger.living()))
    assert known == len(world.connections.snapshot().connections) > 0
