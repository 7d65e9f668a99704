"""What the journal says when a network comes, changes and goes."""

import asyncio
from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from mpmanager.api.structures import EventKind
from mpmanager.daemon.cap_keeper import CapKeeper
from mpmanager.daemon.compose import simulated_world
from mpmanager.daemon.journal import Journal
from mpmanager.daemon.path_keeper import PathKeeper
from mpmanager.daemon.state import StateDirectory
from mpmanager.model.facts import NO_FACTS
from mpmanager.model.names import LinkName
from mpmanager.model.network import DefaultRoute, Link, LinkAddress, LinkHint, NetworkState
from mpmanager.model.path import InterfaceAddress, KindSource, PathKind

HINT = LinkHint(source=KindSource.NL80211, kind=PathKind.WIFI, network="Home")


class Net:
    """One Wi-Fi link, as the test says it is."""

    def __init__(self):
        self.state = NetworkState()

    async def observe(self):
        return self.state

    async def hints(self, links):
        return {link.name: (HINT,) for link in links}

    def becomes(self, *, enabled=True, carrier=True, address="192.0.2.7", gateway="192.0.2.1"):
        link = Link(
            index=3,
            name=LinkName("wlan0"),
            is_enabled=enabled,
            has_carrier=carrier,
            hardware_type=1,
            driver_kind=None,
            master_index=None,
        )
        own = InterfaceAddress(address=IPv4Address(address), prefix_length=24) if address else None
        way = DefaultRoute(link_index=3, version=4, gateway=IPv4Address(gateway), metric=0) if gateway else None
        self.state = NetworkState(
            links=(link,),
            addresses=(LinkAddress(link_index=3, address=own, is_temporary=False),) if own else (),
            default_routes=(way,) if way else (),
        )


OFF = {"enabled": False, "carrier": False, "address": None, "gateway": None}
NO_CARRIER = {"carrier": False, "address": None, "gateway": None}
NO_ADDRESS = {"address": None, "gateway": None}
LOCAL_ONLY = {"gateway": None}
UP = {}


@pytest.fixture
def told(tmp_path):
    """What is told about one state after another: kinds and sentences."""

    def tell(*states):
        net, journal = Net(), Journal(wall_clock=lambda: 0.0)
        world = replace(simulated_world(), network=net, identification=net)
        state = StateDirectory(tmp_path)
        keeper = PathKeeper(
            world,
            facts=NO_FACTS,
            state=state,
            journal=journal,
            caps=CapKeeper(state, journal=journal, moment=world.moment),
            enforce=list,
            changed=lambda: None,
        )
        for state in states:
            net.becomes(**state)
            asyncio.run(keeper.look())
        return [(each.kind, each.text) for each in journal.recent(100)]

    return tell


def test_nothing_is_lost_on_the_way_up(told):
    assert told(OFF, NO_CARRIER, NO_ADDRESS, LOCAL_ONLY, UP) == [
        (EventKind.PATH_ADDED, "wlan0 (Home) is switched off"),
        (EventKind.PATH_CHANGED, "wlan0 (Home) has no carrier"),
        (EventKind.PATH_CHANGED, "wlan0 (Home) has a carrier but no address"),
        (EventKind.PATH_CHANGED, "wlan0 (Home) has an address but no gateway"),
        (EventKind.PATH_UP, "wlan0 (Home) is up"),
    ]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (LOCAL_ONLY, "has lost its gateway"),
        (NO_ADDRESS, "has lost its address"),
        (NO_CARRIER, "has lost its carrier"),
        (OFF, "was switched off"),
    ],
)
def test_a_lost_path_says_what_it_lost_and_nothing_else(told, state, words):
    assert told(UP, state)[1:] == [(EventKind.PATH_DOWN, f"wlan0 (Home) {words}")]


def test_a_path_that_is_lost_already_is_not_lost_again(told):
    assert told(UP, NO_CARRIER, OFF)[1:] == [
        (EventKind.PATH_DOWN, "wlan0 (Home) has lost its carrier"),
        (EventKind.PATH_CHANGED, "wlan0 (Home) was switched off"),
    ]


def test_another_address_of_a_path_that_stays_up_is_a_change(told):
    assert told(UP, {"address": "192.0.2.8"}, {"address": "192.0.2.8"})[1:] == [
        (EventKind.PATH_CHANGED, "wlan0 (Home): other addresses")
    ]
