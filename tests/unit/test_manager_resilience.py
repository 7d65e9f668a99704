"""The daemon outlives a kernel that does not answer for once."""

import asyncio
import errno
import time

import pytest

from mpmanager.core.paths import PathPreferences
from mpmanager.core.policies import STOCK_POLICY
from mpmanager.core.profile_mapping import Decisions
from mpmanager.core.trust import TrustPreferences
from mpmanager.daemon import manager as manager_module
from mpmanager.daemon import path_keeper
from mpmanager.daemon.compose import simulated_world
from mpmanager.daemon.connection_keeper import ConnectionKeeper
from mpmanager.daemon.journal import Journal
from mpmanager.daemon.manager import Manager
from mpmanager.daemon.state import StateDirectory
from mpmanager.model.errors import CommandRefusedError, StateFileError
from mpmanager.model.facts import NO_FACTS
from mpmanager.model.policy import PolicyRule, TrustPolicy
from mpmanager.model.selector import EVERYBODY
from mpmanager.model.trust import Trust

KEEPS_TO_TRUSTED = PolicyRule(selector=EVERYBODY, trust=TrustPolicy.parse("only"))


class Sulking:
    """Refuses a few times to do what it stands for, then does it."""

    def __init__(self, action, times, refusal=None):
        self._action = action
        self.left = times
        self._refusal = refusal

    def __call__(self, *arguments, **options):
        if self.left:
            self.left -= 1
            raise self._refusal or CommandRefusedError(
                "looking: the kernel did not answer within 2 s", errno=errno.ETIMEDOUT
            )
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


def test_a_profile_is_in_force_with_its_trust_though_the_network_does_not_answer(tmp_path):
    plans = []

    async def scenario():
        world = simulated_world()
        manager = Manager(world, facts=NO_FACTS, state=StateDirectory(tmp_path))
        manager.trust.begin()
        await manager.paths.look()
        apply = world.enforcement.apply
        world.enforcement.apply = lambda plan: plans.append(plan) or apply(plan)
        trusted = {path.name for path in manager.paths.paths if path.is_trusted}
        distrust = TrustPreferences(interfaces=dict.fromkeys(trusted, Trust.UNTRUSTED))
        world.network.observe = Sulking(world.network.observe, times=100)
        taken = Decisions(preferences=PathPreferences(trust=distrust), rules=(KEEPS_TO_TRUSTED,))
        await asyncio.wait_for(manager._take_over(taken), 5)
        assert trusted
        assert not any(path.is_trusted for path in manager.paths.paths)
        assert not manager._has_new_rules

    asyncio.run(scenario())
    assert plans
    assert all(plan.policies and not any(each.interfaces for each in plan.classes) for plan in plans)


def test_a_decision_is_in_force_though_the_network_does_not_answer(tmp_path):
    async def scenario():
        world = simulated_world()
        state = StateDirectory(tmp_path)
        manager = Manager(world, facts=NO_FACTS, state=state)
        manager.trust.begin()
        await manager.paths.look()
        path = next(path for path in manager.paths.paths if path.is_trusted and path.state.is_usable)
        assert any(path.index in each.interfaces for each in world.enforcement.plan.classes)
        world.network.observe = Sulking(world.network.observe, times=100)
        await asyncio.wait_for(manager.paths.set_trust(path.name, "untrusted", "interface"), 5)
        assert state.load_preferences().trust.interfaces == {path.name: Trust.UNTRUSTED}
        assert not manager.paths.path(path.name).is_trusted
        assert not any(path.index in each.interfaces for each in world.enforcement.plan.classes)

    asyncio.run(scenario())


def test_routing_that_was_refused_is_tried_again(tmp_path, monkeypatch):
    monkeypatch.setattr(path_keeper, "_REST_S", 0.01)

    async def scenario():
        world = simulated_world()
        manager = Manager(world, facts=NO_FACTS, state=StateDirectory(tmp_path))
        plans, applied = [], asyncio.Event()

        async def apply(plan):
            plans.append(plan)
            applied.set()

        refused = Sulking(apply, times=3)
        world.routing.apply = refused
        await manager.paths.begin()
        following = asyncio.create_task(manager.paths.follow())
        await asyncio.wait_for(applied.wait(), 5)
        await asyncio.sleep(0.05)
        assert len(plans) == 1
        assert not following.done()
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)

    asyncio.run(scenario())


def test_rules_that_were_taken_over_reach_the_connections_whatever_fails_meanwhile(tmp_path):
    async def scenario():
        world = simulated_world()
        manager = Manager(world, facts=NO_FACTS, state=StateDirectory(tmp_path))
        manager.trust.begin()
        await manager.paths.look()
        manager._connections.resynchronise()
        manager.paths._act_on = Sulking(None, times=1)
        with pytest.raises(CommandRefusedError):
            await manager._take_over(Decisions(preferences=PathPreferences(), rules=(KEEPS_TO_TRUSTED,)))
        assert {str(each.policy.trust) for each in manager._connections.ledger.living()} == {"only"}
        assert world.enforcement.plan.policies
        assert not manager._has_new_rules

    asyncio.run(scenario())


def test_what_is_known_of_connections_is_written_down_once_that_can_be(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(manager_module, "_REMEMBER_EVERY_S", 0.001)

    async def scenario():
        state = StateDirectory(tmp_path)
        manager = Manager(simulated_world(), facts=NO_FACTS, state=state)
        full = Sulking(state.save_connections, times=3, refusal=StateFileError("connections.json: no space left"))
        state.save_connections = full
        remembering = asyncio.create_task(manager._remember_forever())
        await asyncio.sleep(0.1)
        remembering.cancel()
        assert (tmp_path / "connections.json").exists()

    asyncio.run(scenario())
    assert [each.getMessage() for each in caplog.records] == ["connections.json: no space left"]


def test_whatever_is_due_again_and_again_others_are_served_between(tmp_path, monkeypatch):
    turns, wakes = [], []

    def always_due(_keeper):
        wakes.append(len(turns))
        assert len(wakes) < 100, "nobody else was served"

    async def scenario():
        manager = Manager(simulated_world(), facts=NO_FACTS, state=StateDirectory(tmp_path))
        monkeypatch.setattr(ConnectionKeeper, "deadline", property(lambda _keeper: 0.0))
        monkeypatch.setattr(ConnectionKeeper, "wake", always_due)
        tending = asyncio.create_task(manager._tend_connections())
        while len(turns) < 20:
            turns.append(await asyncio.sleep(0))
        tending.cancel()

    asyncio.run(scenario())
    assert wakes[-1] > 10
