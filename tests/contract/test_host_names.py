"""Names of addresses, simulated and learnt from a real name server, behave alike."""

import asyncio
from contextlib import closing
from ipaddress import ip_address

import pytest

from mpmanager.linux.host_names import LinuxHostNames
from mpmanager.simulated.host_names import SimulatedHostNames
from netns.name_server import NameServer
from netns.stage import TEST_LIMIT_S, lab_of_two_links, until

ADDRESS, OTHER = ip_address("198.51.100.7"), ip_address("2001:db8:7::7")


class SimulatedPlace:
    """Where names are known because a test says so."""

    def __init__(self, _directory):
        self.names = SimulatedHostNames()

    def run(self, main):
        asyncio.run(main())

    async def learn(self, address, name):
        self.names.learn(address, name)


class KernelPlace:
    """Where a program asks a name server."""

    def __init__(self, directory):
        self._lab = None
        self.names = LinuxHostNames(hosts_file=directory / "hosts")

    def run(self, main):
        with lab_of_two_links("names") as self._lab:
            self._lab.inside("laptop", lambda: asyncio.run(main()))

    async def learn(self, address, name):
        with closing(NameServer(self._lab, address="10.9.9.9")) as server:
            await server.ask(name, address)


@pytest.fixture(params=[SimulatedPlace, pytest.param(KernelPlace, marks=pytest.mark.netns)])
def place(request, tmp_path):
    return request.param(tmp_path)


def at(place, test):
    async def bounded():
        async with asyncio.timeout(TEST_LIMIT_S):
            with closing(place.names):
                await test()

    place.run(bounded)


def test_what_is_learnt_is_told_and_known_with_all_names(place):
    changes = []

    async def test():
        place.names.listen(changes.extend)
        assert place.names.names_of(ADDRESS) == frozenset()
        await place.learn(ADDRESS, "one.example")
        await until(lambda: changes == [ADDRESS], "the first name")
        await place.learn(OTHER, "one.example")
        await until(lambda: changes == [ADDRESS, OTHER], "another address")
        await place.learn(ADDRESS, "two.example")
        await until(lambda: changes == [ADDRESS, OTHER, ADDRESS], "a second name")
        assert place.names.names_of(ADDRESS) == {"one.example", "two.example"}
        assert place.names.names_of(OTHER) == {"one.example"}

    at(place, test)


def test_what_was_known_already_is_not_told_again(place):
    changes = []

    async def test():
        place.names.listen(changes.extend)
        await place.learn(ADDRESS, "one.example")
        await place.learn(ADDRESS, "one.example")
        await place.learn(OTHER, "one.example")
        await until(lambda: OTHER in changes, "the last name")
        assert changes == [ADDRESS, OTHER]

    at(place, test)


def test_nothing_is_learnt_before_somebody_listens_nor_kept_after_the_end(place):
    changes = []

    async def test():
        await place.learn(ADDRESS, "early.example")
        place.names.listen(changes.extend)
        await place.learn(OTHER, "one.example")
        await until(lambda: changes == [OTHER], "a name")
        assert place.names.names_of(ADDRESS) == frozenset()
        place.names.close()
        assert place.names.names_of(OTHER) == frozenset()

    at(place, test)
