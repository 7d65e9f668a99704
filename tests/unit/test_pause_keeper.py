"""Pausing enforcing: what ends it, and what nothing makes longer."""

import asyncio

import pytest

from mpmanager.api.structures import EventKind
from mpmanager.core.policies import paused, policy_from
from mpmanager.daemon.journal import Journal
from mpmanager.daemon.pause_keeper import LONGEST_PAUSE_S, BootClock, PauseKeeper
from mpmanager.daemon.state import Pause, StateDirectory
from mpmanager.model.errors import CommandRefusedError, InvalidValueError, StateFileError
from mpmanager.model.path import Tier
from mpmanager.model.policy import NEVER, NOTHING_DEMANDED, PolicyRule, TierChoice, TrustPolicy
from mpmanager.model.selector import EVERYBODY
from mpmanager.simulated.enforcement import SimulatedEnforcement


class Machine:
    """One that is started, in which daemons come and go."""

    def __init__(self, directory):
        self.directory = directory
        self.now, self.boot = 1000.0, "first"
        self.enforcement = SimulatedEnforcement()
        self.journal = Journal(wall_clock=lambda: 0.0)
        self.changes = []

    def daemon(self):
        keeper = PauseKeeper(
            StateDirectory(self.directory),
            self.enforcement,
            journal=self.journal,
            changed=lambda: self.changes.append(keeper.is_paused),
            clock=BootClock(now=lambda: self.now, boot=lambda: self.boot),
        )
        keeper.begin()
        return keeper

    def told(self):
        return [each.kind for each in self.journal.recent(10)]


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def test_a_pause_is_told_to_the_kernel_and_ends_with_its_time_though_nobody_notices(machine):
    keeper = machine.daemon()
    keeper.pause(600)
    assert (machine.enforcement.paused_until_s, machine.changes) == (1600.0, [True])
    assert machine.told() == [EventKind.ENFORCING_PAUSED]
    machine.now = 1599.0
    assert (keeper.is_paused, keeper.left_s) == (True, 1.0)
    machine.now = 1600.0
    assert (keeper.is_paused, keeper.left_s) == (False, 0.0)


def test_the_end_is_told_and_leaves_nothing_behind(machine):
    async def scenario():
        keeper = machine.daemon()
        running = asyncio.create_task(keeper.run())
        keeper.pause(600)
        await asyncio.sleep(0)
        machine.now = 1600.0
        keeper.pause(0)  # whichever comes first, somebody's word or the time
        await asyncio.sleep(0)
        running.cancel()
        return keeper

    assert not asyncio.run(scenario()).is_paused
    assert machine.changes == [True, False]
    assert machine.told() == [EventKind.ENFORCING_PAUSED, EventKind.ENFORCING_RESUMED]
    assert machine.enforcement.paused_until_s == 0
    assert not (machine.directory / "pause.json").exists()


def test_time_alone_ends_it(machine):
    async def scenario():
        keeper = machine.daemon()
        keeper.pause(600)
        machine.now = 1600.0
        running = asyncio.create_task(keeper.run())
        async with asyncio.timeout(5):
            while machine.enforcement.paused_until_s:  # noqa: ASYNC110  # nothing tells
                await asyncio.sleep(0.001)
        running.cancel()

    asyncio.run(scenario())
    assert machine.changes == [True, False]


def test_the_next_daemon_goes_on_for_the_rest_of_the_time_and_no_longer(machine):
    machine.daemon().pause(600)
    machine.now = 1500.0
    machine.enforcement.paused_until_s = 0.0
    assert machine.daemon().left_s == 100.0
    assert machine.enforcement.paused_until_s == 1600.0
    machine.now = 1600.0
    assert not machine.daemon().is_paused
    assert machine.told()[-1] is EventKind.ENFORCING_RESUMED


@pytest.mark.parametrize("kept", [("another", 1500.0), ("first", 1001.0 + LONGEST_PAUSE_S)])
def test_another_start_of_the_machine_or_an_impossible_time_ends_it(machine, kept):
    boot, until_s = kept
    StateDirectory(machine.directory).save_pause(Pause(boot=boot, until_s=until_s))
    keeper = machine.daemon()
    assert (keeper.is_paused, machine.enforcement.paused_until_s) == (False, 0.0)
    assert not (machine.directory / "pause.json").exists()


@pytest.mark.parametrize("text", ["", '{"boot": "first"}', '{"boot": "first", "until_s": "NaN"}'])
def test_a_damaged_note_is_no_pause(machine, text):
    (machine.directory / "pause.json").write_text(text)
    assert not machine.daemon().is_paused


def test_nobody_pauses_for_longer_than_an_hour(machine):
    with pytest.raises(InvalidValueError, match="3600 s at most"):
        machine.daemon().pause(LONGEST_PAUSE_S + 1)
    assert machine.changes == []


def test_a_pause_that_cannot_be_had_is_none(machine, monkeypatch):
    def refuse(_until_s):
        raise CommandRefusedError("no memory", errno=12)

    keeper = machine.daemon()
    monkeypatch.setattr(machine.enforcement, "pause", refuse)
    with pytest.raises(CommandRefusedError):
        keeper.pause(600)
    assert (keeper.is_paused, machine.changes) == (False, [])
    assert not (machine.directory / "pause.json").exists()


def test_an_end_that_cannot_be_written_down_is_an_end_and_an_error(machine, monkeypatch):
    def refuse(_directory):
        raise StateFileError("read-only")

    keeper = machine.daemon()
    keeper.pause(600)
    monkeypatch.setattr(StateDirectory, "forget_pause", refuse)
    with pytest.raises(StateFileError):
        keeper.pause(0)
    assert (keeper.is_paused, machine.enforcement.paused_until_s) == (False, 0.0)


def test_what_costs_money_stays_in_force_while_enforcing_is_paused():
    tiers = (TierChoice(paths="metered", tier=Tier.NEVER),)
    rule = PolicyRule(selector=EVERYBODY, wait_s=0.05, trust=TrustPolicy.parse("only"), tiers=tiers, is_multipath=False)
    left = paused(policy_from([rule]))
    assert (left.wait_s, left.trust, left.is_stock) == (NEVER, NOTHING_DEMANDED, True)
    assert (left.tiers, left.is_multipath) == (tiers, False)
