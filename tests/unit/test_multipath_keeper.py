"""What the daemon says of the kernel's hook: what is wanted, what is in force, and why not."""

import logging

import pytest

from mpmanager.daemon.multipath_keeper import MultipathKeeper
from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.errors import CommandRefusedError
from mpmanager.model.multipath import MultipathMeans, MultipathObstacle
from mpmanager.simulated.multipath import SimulatedMultipathHook

BROWSER, SHELL = CgroupPath("/browser"), CgroupPath("/shell")


class FullHook(SimulatedMultipathHook):
    """A kernel that has no room."""

    def apply(self, wanted, unwanted):  # noqa: ARG002  # the port's
        raise CommandRefusedError("no room", errno=7)


def test_what_is_wanted_is_in_force_where_there_is_a_hook():
    hook = SimulatedMultipathHook()
    keeper = MultipathKeeper(hook)
    keeper.set_wanted([BROWSER], [SHELL])
    assert (hook.wanted, hook.unwanted) == ({BROWSER}, {SHELL})
    assert (keeper.info().in_force, keeper.info().sentence) == ({BROWSER}, "")
    assert keeper.verdict(BROWSER).means == {MultipathMeans.KERNEL_HOOK}
    assert keeper.verdict(SHELL).means == frozenset()


@pytest.mark.parametrize(
    ("hook", "obstacle", "sentence"),
    [
        (SimulatedMultipathHook("this kernel has none"), MultipathObstacle.NO_HOOK, "this kernel has none"),
        (FullHook(), None, "no room"),
    ],
)
def test_without_it_the_reason_is_told_and_logged_once(hook, obstacle, sentence, caplog):
    keeper = MultipathKeeper(hook)
    with caplog.at_level(logging.WARNING):
        keeper.set_wanted([BROWSER])
        keeper.look_again()
    assert [each.message.rpartition(": ")[2] for each in caplog.records] == [sentence]
    info = keeper.info()
    assert (info.wanted, info.in_force, info.obstacle, info.sentence) == ({BROWSER}, frozenset(), obstacle, sentence)
    assert keeper.verdict(BROWSER).sentence == sentence


def test_nothing_wanted_is_no_fault_where_there_is_no_hook(caplog):
    keeper = MultipathKeeper(SimulatedMultipathHook("this kernel has none"))
    keeper.set_wanted([])
    assert (keeper.info().sentence, caplog.records) == ("", [])


def test_a_cgroup_that_comes_later_is_reached_by_the_next_look():
    hook = SimulatedMultipathHook()
    hook.gone = {BROWSER}
    keeper = MultipathKeeper(hook)
    keeper.set_wanted([BROWSER, SHELL])
    assert keeper.info().in_force == {SHELL}
    hook.gone.clear()
    keeper.look_again()
    assert keeper.info().in_force == {BROWSER, SHELL}


def test_nothing_is_in_force_any_more_after_closing():
    hook = SimulatedMultipathHook()
    keeper = MultipathKeeper(hook)
    keeper.set_wanted([BROWSER])
    keeper.close()
    assert (hook.wanted, keeper.info().in_force) == (frozenset(), frozenset())
