"""What the daemon may expect of socket options, in the kernel and in memory alike."""

import asyncio
import os
import socket
import subprocess
from contextlib import ExitStack, suppress

import pytest

from mpmanager.linux import mounts
from mpmanager.linux.cgroups import LinuxCgroups
from mpmanager.linux.socket_options import LinuxSocketOptions
from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.errors import NotSupportedError
from mpmanager.model.names import Token
from mpmanager.model.policy import NEVER
from mpmanager.model.socket_options import NOTHING_ASKED, SocketOption, SocketWish
from mpmanager.simulated.socket_options import SimulatedSocketOptions
from netns.stage import Talk, lab_of_two_links, until

EXPIRATION, TRUSTED = 0x6D700001, 0x6D700002
NEVER_MS, UNSET_MS = -1, -2
NOBODYS = Token(0x12345678)


def ignore(_token):
    """Whoever wants to know asks."""


class SimulatedPlace:
    """A program with one connection, and what it has said of it."""

    def __init__(self):
        self.token = Token(7)
        self._wish = NOTHING_ASKED
        self._options = []

    def run(self, test):
        asyncio.run(test(self))

    def options(self, missing=""):
        self._options.append(SimulatedSocketOptions(missing))
        return self._options[-1]

    def begin(self, options, changed=ignore):
        options.begin(CgroupPath("/"), changed)

    def _say(self, **parts):
        said = {"wait_s": self._wish.wait_s, "is_trusted": self._wish.is_trusted, "section": self._wish.section}
        self._wish = SocketWish(**{**said, **parts})
        for each in self._options:
            each.say(self.token, self._wish)

    def set_expiration(self, value_ms):
        waits = {NEVER_MS: NEVER, UNSET_MS: None}
        self._say(wait_s=waits.get(value_ms, value_ms / 1000))

    def set_trusted(self, value):
        self._say(is_trusted=bool(value), section=self._wish.section + 1)

    def is_confirmed(self):
        """Whether the program is told that its section is in force."""
        return any(each.confirmed.get(self.token) == self._wish.section for each in self._options)


class LinuxPlace:
    def __init__(self, lab, mount_point):
        self._lab, self._mount_point = lab, mount_point

    def run(self, test):
        self._lab.inside("laptop", lambda: self._run(test))

    def _run(self, test):
        mounts.mount_bpffs(self._mount_point)
        try:
            with ExitStack() as self._stack:
                self._talk = self._stack.enter_context(Talk(self._lab))
                self.token = self._talk.token
                asyncio.run(self._bounded(test))
        finally:
            subprocess.run(["umount", self._mount_point], check=True)

    async def _bounded(self, test):
        with ExitStack() as self._opened:
            await asyncio.wait_for(test(self), 20)

    def options(self, missing=""):
        where = self._mount_point / "nowhere" if missing else self._mount_point
        made = LinuxSocketOptions(mount_point=where)
        self._opened.callback(made.close)
        return made

    def begin(self, options, changed=ignore):
        options.begin(LinuxCgroups().of_process(os.getpid()), changed)

    def set_expiration(self, value_ms):
        self._talk.client.setsockopt(socket.SOL_TCP, EXPIRATION, value_ms)

    def set_trusted(self, value):
        self._talk.client.setsockopt(socket.SOL_TCP, TRUSTED, value)

    def is_confirmed(self):
        return self._talk.client.getsockopt(socket.SOL_TCP, TRUSTED) == 2


@pytest.fixture(scope="module")
def lab():
    with lab_of_two_links("options") as made:
        yield made


@pytest.fixture(params=["simulated", pytest.param("linux", marks=pytest.mark.netns)])
def place(request, tmp_path):
    if request.param == "simulated":
        return SimulatedPlace()
    return LinuxPlace(request.getfixturevalue("lab"), tmp_path)


def in_place(test):
    """The test runs where the sockets are."""

    def run(place):
        place.run(test)

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    return run


@in_place
async def test_what_a_program_says_is_told_and_can_be_asked_for(place):
    options, told = place.options(), []
    place.begin(options, told.append)
    assert options.wish(place.token) == NOTHING_ASKED
    for value_ms, wait_s in ((50, 0.05), (0, 0.0), (NEVER_MS, NEVER), (60_000, 60.0), (UNSET_MS, None)):
        place.set_expiration(value_ms)
        await until(lambda: place.token in told, f"the change to {value_ms} ms is told")
        assert options.wish(place.token) == SocketWish(wait_s=wait_s)
        told.clear()


@in_place
async def test_both_options_stand_beside_each_other(place):
    options = place.options()
    place.begin(options)
    place.set_expiration(20)
    place.set_trusted(1)
    wish = options.wish(place.token)
    assert (wish.wait_s, wish.is_trusted) == (0.02, True)
    assert wish.options == (SocketOption.EXPIRATION, SocketOption.TRUSTED)


@in_place
async def test_a_section_is_confirmed_to_the_program_but_not_the_one_after_it(place):
    options = place.options()
    place.begin(options)
    place.set_trusted(1)
    first = options.wish(place.token)
    assert not place.is_confirmed()
    options.confirm(place.token, first)
    assert place.is_confirmed()
    place.set_trusted(0)
    place.set_trusted(1)
    options.confirm(place.token, first)  # late, as if it came from before
    assert not place.is_confirmed()
    options.confirm(place.token, options.wish(place.token))
    assert place.is_confirmed()


@in_place
async def test_of_connections_that_are_not_there_nothing_is_asked(place):
    options = place.options()
    place.begin(options)
    assert options.wish(NOBODYS) == NOTHING_ASKED
    options.forget(NOBODYS)
    place.set_expiration(20)
    options.forget(place.token)
    assert options.wish(place.token) == NOTHING_ASKED


@in_place
async def test_closing_can_be_done_twice_and_tells_no_more(place):
    options, told = place.options(), []
    place.begin(options, told.append)
    for _ in range(2):
        options.close()
    with suppress(OSError):  # the kernel knows no such option now
        place.set_expiration(20)
    await asyncio.sleep(0.02)
    assert not told


@in_place
async def test_a_machine_that_lacks_something_says_so(place):
    options = place.options(missing="a part of it is not built")
    with pytest.raises(NotSupportedError):
        place.begin(options)
    assert options.wish(place.token) == NOTHING_ASKED


@pytest.mark.netns
def test_without_anybody_to_take_them_the_kernel_knows_no_such_options(lab, tmp_path):
    place = LinuxPlace(lab, tmp_path)

    async def test(place):
        options = place.options()
        place.begin(options)
        place.set_expiration(20)
        options.close()
        for say in (place.set_expiration, place.set_trusted):
            with pytest.raises(OSError, match="Protocol not available"):
                say(1)
        successor = place.options()
        place.begin(successor)
        assert successor.wish(place.token) == SocketWish(wait_s=0.02), "what was said outlives who heard it"

    place.run(test)
