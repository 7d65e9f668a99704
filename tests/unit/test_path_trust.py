"""Decisions about trust: what they are about, what they outlive, what is told of them."""

import asyncio
import json
from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from mpmanager.api.structures import EventKind
from mpmanager.core.paths import PathPreferences
from mpmanager.core.trust import TrustPreferences
from mpmanager.daemon.cap_keeper import CapKeeper
from mpmanager.daemon.compose import simulated_world
from mpmanager.daemon.journal import Journal
from mpmanager.daemon.path_keeper import PathKeeper
from mpmanager.daemon.state import StateDirectory
from mpmanager.model.errors import InvalidValueError, StateFileError, UnknownPathError
from mpmanager.model.facts import NO_FACTS
from mpmanager.model.names import LinkName
from mpmanager.model.network import DefaultRoute, Link, LinkAddress, LinkHint, NetworkState
from mpmanager.model.path import InterfaceAddress, KindSource, PathKind, Security, Tier
from mpmanager.model.trust import NetworkId, Trust, TrustDecisions, TrustReason, TrustSource

YES, NO = Trust.TRUSTED, Trust.UNTRUSTED
HOME, CAFE = NetworkId("wifi:Home/wpa2"), NetworkId("wifi:Café/open")
ADDRESS = InterfaceAddress(address=IPv4Address("192.0.2.7"), prefix_length=24)
LAPTOP = NetworkState(
    links=(
        Link(
            index=3,
            name=LinkName("link0"),
            is_enabled=True,
            has_carrier=True,
            hardware_type=1,
            driver_kind=None,
            master_index=None,
        ),
    ),
    addresses=(LinkAddress(link_index=3, address=ADDRESS, is_temporary=False),),
    default_routes=(DefaultRoute(link_index=3, version=4, gateway=None, metric=0),),
)


class Roaming:
    """One link that goes from network to network."""

    def __init__(self):
        self.hint = None

    async def observe(self):
        return LAPTOP

    async def hints(self, _links):
        return {LinkName("link0"): (self.hint,)}

    def home(self):
        self._wifi("Home", Security.WPA2)

    def cafe(self):
        self._wifi("Café", Security.OPEN)

    def nowhere(self):
        self._wifi(None, None)

    def cable(self, *, has_login):
        self.hint = LinkHint(source=KindSource.KERNEL, kind=PathKind.ETHERNET, has_login=has_login)

    def _wifi(self, network, security):
        self.hint = LinkHint(source=KindSource.NL80211, kind=PathKind.WIFI, network=network, security=security)


class Host:
    """A daemon's paths in a roaming laptop; `restart` forgets all but what is on the disk."""

    def __init__(self, directory):
        self.directory, self.roaming = directory, Roaming()
        self.roaming.home()
        self.restart()

    def restart(self):
        world = replace(simulated_world(), network=self.roaming, identification=self.roaming)
        self.journal = Journal(wall_clock=lambda: 0.0)
        state = StateDirectory(self.directory)
        self.keeper = PathKeeper(
            world,
            facts=NO_FACTS,
            state=state,
            journal=self.journal,
            caps=CapKeeper(state, journal=self.journal, moment=world.moment),
            enforce=list,
            changed=lambda: None,
        )
        self.look()

    def look(self):
        asyncio.run(self.keeper.look())

    def say(self, level, scope="", network=""):
        asyncio.run(self.keeper.set_trust("link0", level, scope, network))

    def needs_login(self, needed):
        asyncio.run(self.keeper.set_wires_need_login(needed=needed))

    @property
    def verdict(self):
        (path,) = self.keeper.paths
        return path.trust.level, path.trust.source

    @property
    def decisions(self):
        return self.keeper.paths[0].trust_decisions

    @property
    def told(self):
        events = [each for each in self.journal.recent(100) if each.kind is EventKind.TRUST_CHANGED]
        return [(each.text, each.trust, each.trust_reason) for each in events]


@pytest.fixture
def host(tmp_path):
    return Host(tmp_path)


def test_a_decision_is_about_the_network_and_goes_where_the_network_goes(host):
    host.say("untrusted")
    assert host.verdict == (NO, TrustSource.NETWORK)
    host.roaming.cafe()
    host.look()
    assert host.verdict == (NO, TrustSource.AUTOMATIC)
    host.say("trusted")
    host.roaming.home()
    host.look()
    assert host.verdict == (NO, TrustSource.NETWORK)


def test_where_nothing_names_the_network_a_decision_is_about_the_interface(host):
    host.roaming.nowhere()
    host.look()
    host.say("trusted")
    assert host.verdict == (YES, TrustSource.INTERFACE)
    assert host.decisions == TrustDecisions(interface=YES)


def test_where_decisions_are_lost_nothing_is_trusted_until_one_is_made(host):
    host.say("trusted", "interface")
    for each in ("paths.json", "paths.copy.json"):
        (host.directory / each).write_bytes(b"{")
    host.restart()
    host.look()
    assert host.verdict == (NO, TrustSource.AUTOMATIC)
    host.needs_login(False)
    assert host.verdict == (NO, TrustSource.AUTOMATIC), "that was about none"
    host.say("auto")
    assert host.verdict == (YES, TrustSource.AUTOMATIC)


def test_auto_takes_back_both_decisions_or_the_one_that_is_named(host):
    for scope in ("network", "interface"):
        host.say("untrusted", scope)
    assert host.decisions == TrustDecisions(network=NO, interface=NO)
    host.say("auto", "network")
    assert host.verdict == (NO, TrustSource.INTERFACE)
    host.say("trusted", "network")
    host.say("auto")
    assert host.decisions == TrustDecisions()
    assert host.verdict == (YES, TrustSource.AUTOMATIC)


def test_decisions_survive_a_restart(host):
    host.say("untrusted")
    host.say("trusted", "interface")
    host.needs_login(True)
    host.restart()
    assert host.decisions == TrustDecisions(network=NO, interface=YES)
    assert host.keeper.wires_need_login


def test_every_change_of_the_level_is_told_with_its_reason_and_nothing_else_is(host):
    host.say("trusted")
    host.say("untrusted")
    host.say("untrusted", "interface")
    host.roaming.cafe()
    host.look()
    host.say("trusted", "interface")
    host.say("auto")
    assert host.told == [
        ("link0 (Home) is untrusted now: you have said so of this network", NO, TrustReason.CHOSEN),
        ("link0 (Café) is trusted now: you have said so of this interface", YES, TrustReason.CHOSEN),
        ("link0 (Café) is untrusted now: everybody in reach can overhear an open Wi-Fi", NO, TrustReason.WIFI_OPEN),
    ]


def test_cables_need_a_login_where_somebody_says_so(host):
    host.roaming.cable(has_login=False)
    host.look()
    assert host.verdict[0] is YES
    host.needs_login(True)
    assert host.verdict[0] is NO
    host.roaming.cable(has_login=True)
    host.look()
    assert host.verdict[0] is YES
    host.roaming.cable(has_login=False)
    host.look()
    host.needs_login(False)
    assert host.verdict[0] is YES


@pytest.mark.parametrize(
    ("said", "error", "words"),
    [
        (("link1", "trusted", ""), UnknownPathError, "paths are: link0"),
        (("link0", "maybe", ""), InvalidValueError, "trust 'maybe': expected one of trusted, untrusted, auto"),
        (("link0", "auto", "card"), InvalidValueError, "scope 'card': expected one of network, interface, or nothing"),
    ],
)
def test_what_cannot_be_said_is_refused_with_what_could_be(host, said, error, words):
    with pytest.raises(error, match=words):
        asyncio.run(host.keeper.set_trust(*said))
    assert host.decisions == TrustDecisions()


def test_what_is_meant_for_one_network_does_not_fall_upon_the_next(host):
    (name, *_others) = host.keeper.paths[0].network_ids
    with pytest.raises(InvalidValueError, match="in another network by now"):
        host.say("untrusted", "network", "wifi:Elsewhere/open")
    assert host.decisions == TrustDecisions()
    host.say("untrusted", "network", name)
    assert host.decisions.network is Trust.UNTRUSTED


@pytest.mark.parametrize("level", ["trusted", "auto"])
def test_nothing_is_said_of_a_network_that_nothing_names(host, level):
    host.roaming.nowhere()
    host.look()
    with pytest.raises(InvalidValueError, match=r"nothing names the network of link0 .* \(--interface\)"):
        host.say(level, "network")


def test_a_decision_that_cannot_be_written_down_is_not_taken(host, tmp_path):
    (tmp_path / "paths.new").mkdir()
    with pytest.raises(StateFileError):
        host.say("untrusted")
    with pytest.raises(StateFileError):
        host.needs_login(True)
    assert host.verdict == (YES, TrustSource.AUTOMATIC)
    assert not host.keeper.wires_need_login


def test_what_is_written_of_trust_is_read_back(tmp_path):
    said = PathPreferences(
        trust=TrustPreferences(
            networks={HOME: NO, CAFE: YES}, interfaces={LinkName("link0"): NO}, needs_wired_login=True
        )
    )
    StateDirectory(tmp_path).save_preferences(said)
    assert StateDirectory(tmp_path).load_preferences() == said


def test_a_file_from_before_trust_is_read(tmp_path):
    (tmp_path / "paths.json").write_text(json.dumps({"version": 1, "tiers": {"wwan0": "never"}, "kinds": {}}))
    found = StateDirectory(tmp_path).load_preferences()
    assert found == PathPreferences(tiers={LinkName("wwan0"): Tier.NEVER})
    assert not list(tmp_path.glob("*.broken-*"))
