"""What the daemon may expect of echo requests, simulated ones and the kernel's alike."""

import asyncio
import functools
import socket
import time
from contextlib import closing
from dataclasses import replace
from ipaddress import ip_address

import pytest

from mpmanager.lab.topology import LinkChange
from mpmanager.linux.echo import LinuxEchoRequests
from mpmanager.model.heartbeat import Beat
from mpmanager.model.names import LinkName
from mpmanager.simulated.world import OUTAGE_BEGINS_S, OUTAGE_S, SimulatedEchoRequests, SimulatedLaptop
from netns.stage import lab_of_two_links

TIMEOUT_S = 10.0
QUIET_S = 0.3


class SimulatedPlace:
    """The simulated laptop's Wi-Fi has an outage now and then."""

    def __init__(self):
        self._skipped_s = 0.0
        laptop = SimulatedLaptop(clock=lambda: time.monotonic() + self._skipped_s)
        (flow,) = laptop.connections[min(laptop.connections)].subflows
        self.beat = Beat(
            path=LinkName("wlan0"),
            interface_index=2,
            local=flow.local.address,
            peer=flow.remote.address,
            sequence=1,
        )
        self.requests = SimulatedEchoRequests(laptop)

    def run(self, test):
        asyncio.run(test(self))

    def break_path(self):
        self._skipped_s += OUTAGE_BEGINS_S

    def mend_path(self):
        self._skipped_s += OUTAGE_S


class LinuxPlace:
    """A lab whose Wi-Fi can be made a black hole."""

    def __init__(self, lab):
        self._lab = lab
        self.requests = LinuxEchoRequests()

    def run(self, test):
        def bounded():
            self.beat = Beat(
                path=LinkName("wlan0"),
                interface_index=socket.if_nametoindex("wlan0"),
                local=self._lab.laptop_address("wlan0"),
                peer=self._lab.server_address(),
                sequence=1,
            )
            asyncio.run(test(self))

        self._lab.inside("laptop", bounded)

    def break_path(self):
        self._lab.change_link("wlan0", LinkChange(loss=1.0))

    def mend_path(self):
        self._lab.change_link("wlan0", LinkChange(loss=0.0))


@pytest.fixture(scope="module")
def lab():
    with lab_of_two_links("echoes") as made:
        yield made


@pytest.fixture(params=["simulated", pytest.param("linux", marks=pytest.mark.netns)])
def place(request):
    return SimulatedPlace() if request.param == "simulated" else LinuxPlace(request.getfixturevalue("lab"))


def at_the_place(test):
    """Make a test of a coroutine that gets the place; its requests are closed in the end."""

    async def bounded(place):
        with closing(place.requests):
            async with asyncio.timeout(3 * TIMEOUT_S):
                await test(place)

    @functools.wraps(test)
    def run(place):
        place.run(bounded)

    return run


async def until(condition, what):
    deadline = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        if result := condition():
            return result
        await asyncio.sleep(0.005)
    raise AssertionError(f"not within {TIMEOUT_S} s: {what}")


@at_the_place
async def test_every_beat_is_answered_once_and_with_itself(place):
    answered = []
    place.requests.listen(answered.append)
    sent = [replace(place.beat, sequence=sequence) for sequence in (0, 1, 65535)]
    for each in sent:
        place.requests.send(each)
    assert answered == [], "an answer is never given within `send`"
    await until(lambda: len(answered) >= len(sent), "all answers")
    await asyncio.sleep(QUIET_S)
    assert sorted(answered, key=lambda each: each.sequence) == sent


@at_the_place
async def test_a_path_that_is_dead_answers_nothing_until_it_is_well(place):
    answered = []
    place.requests.listen(answered.append)
    place.break_path()
    try:
        place.requests.send(place.beat)
        await asyncio.sleep(QUIET_S)
        assert answered == []
    finally:
        place.mend_path()
    well = replace(place.beat, sequence=2)
    place.requests.send(well)
    await until(lambda: answered, "an answer")
    assert answered == [well]


@at_the_place
async def test_a_beat_that_cannot_be_sent_is_lost_without_a_word(place):
    answered = []
    place.requests.listen(answered.append)
    place.requests.send(replace(place.beat, interface_index=9999))
    place.requests.send(replace(place.beat, local=ip_address("192.0.2.254")))
    place.requests.send(replace(place.beat, local=ip_address("2001:db8::254"), peer=ip_address("2001:db8::253")))
    await asyncio.sleep(QUIET_S)
    assert answered == []


@at_the_place
async def test_nothing_comes_before_somebody_listens_or_after_the_end(place):
    answered = []
    place.requests.send(place.beat)
    place.requests.listen(answered.append)
    await asyncio.sleep(QUIET_S)
    place.requests.send(place.beat)
    place.requests.close()
    place.requests.send(place.beat)
    await asyncio.sleep(QUIET_S)
    assert answered == []
