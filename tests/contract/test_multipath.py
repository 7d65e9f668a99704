"""What the daemon may expect of the hook for sockets and of socket units, real ones and those in memory alike."""

import asyncio

import pytest

from mpmanager.linux.multipath_hook import LinuxMultipathHook
from mpmanager.linux.socket_units import LinuxSocketUnits
from mpmanager.linux.systemd import ListeningUnit
from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.errors import InvalidValueError, NotSupportedError
from mpmanager.model.multipath import MultipathMeans, MultipathObstacle, SocketUnit
from mpmanager.simulated.multipath import SimulatedMultipathHook, SimulatedSocketUnits

ROOT, NOWHERE = CgroupPath("/"), CgroupPath("/mpmanager-test-nowhere")
SSH, NOBODY = SocketUnit(name="ssh.socket"), SocketUnit(name="nobody.socket")


def _simulated():
    made = SimulatedMultipathHook()
    made.gone = {NOWHERE}
    return made


@pytest.fixture(
    params=[
        pytest.param(_simulated, id="simulated"),
        pytest.param(lambda: SimulatedMultipathHook("there is none"), id="simulated-without"),
        pytest.param(LinuxMultipathHook, id="linux", marks=pytest.mark.netns),
    ]
)
def hook(request):
    made = request.param()
    yield made
    made.close()


def test_a_hook_that_can_be_had_serves_and_another_one_says_why_not(hook):
    refusal = hook.refusal()
    if refusal is None:
        assert list(hook.apply([NOWHERE], [])) == [NOWHERE]
        return
    assert len(refusal.splitlines()) == 1
    with pytest.raises(NotSupportedError) as caught:
        hook.apply([NOWHERE], [])
    assert str(caught.value) == refusal


def test_wanting_nothing_is_possible_everywhere(hook):
    for _ in range(2):
        assert list(hook.apply([], [ROOT])) == []
        hook.close()


class FakeSystemd:
    """One that knows one unit, which listens since before."""

    async def read_units(self):
        """Nothing is kept."""

    async def socket_unit(self, name):
        return ListeningUnit(is_known=name == SSH.name, is_active=True, protocol=262, active_since_us=1)


@pytest.fixture(params=["simulated", "linux"])
def units(request, tmp_path):
    if request.param == "simulated":
        return SimulatedSocketUnits()
    return LinuxSocketUnits(directory=tmp_path, systemd=FakeSystemd())


def test_units_are_those_that_were_applied_last(units):
    for wanted in ([SSH], [SSH], []):
        asyncio.run(units.apply(wanted))
        assert units.units() == set(wanted)


def test_an_unknown_unit_is_refused_and_nothing_is_changed(units):
    with pytest.raises(InvalidValueError, match=r"nobody\.socket"):
        asyncio.run(units.apply([SSH, NOBODY]))
    assert units.units() == frozenset()
    assert asyncio.run(units.verdict(NOBODY)).obstacle is MultipathObstacle.NO_PROGRAM


def test_a_unit_that_listens_goes_on_as_before_until_it_is_restarted(units):
    asyncio.run(units.apply([SSH]))
    verdict = asyncio.run(units.verdict(SSH))
    assert (verdict.means, verdict.obstacle) == (frozenset(), MultipathObstacle.ALREADY_RUNNING)


def test_a_unit_that_was_restarted_listens_with_multipath_tcp():
    units = SimulatedSocketUnits()
    asyncio.run(units.apply([SSH]))
    units.restart(SSH)
    assert asyncio.run(units.verdict(SSH)).means == {MultipathMeans.SOCKET_UNIT}
