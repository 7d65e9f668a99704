"""Which paths the core makes of a network: one row for each rule."""

from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from typing import Any

import pytest

from mpmanager.core.paths import DEFAULT_TIERS, PathPreferences, derive_paths
from mpmanager.core.trust import TrustPreferences
from mpmanager.model.facts import LinkFacts
from mpmanager.model.names import LinkName
from mpmanager.model.network import DefaultRoute, Link, LinkAddress, LinkHint, Neighbour, NetworkState
from mpmanager.model.path import (
    InterfaceAddress,
    KindSource,
    Path,
    PathKind,
    PathState,
    Security,
    Tier,
    WayOut,
)
from mpmanager.model.trust import NetworkId, Trust, TrustReason

WLAN0 = LinkName("wlan0")
WIFI = LinkHint(source=KindSource.NL80211, kind=PathKind.WIFI, network="Cafe", security=Security.OPEN)


def link(index: int = 1, name: str = "wlan0", **changes: Any) -> Link:
    usual: dict[str, Any] = {
        "is_enabled": True,
        "has_carrier": True,
        "hardware_type": 1,
        "driver_kind": None,
        "master_index": None,
    }
    return Link(index=index, name=LinkName(name), **(usual | changes))


def address(text: str, *, index: int = 1, temporary: bool = False) -> LinkAddress:
    host, _, length = text.partition("/")
    return LinkAddress(
        link_index=index,
        address=InterfaceAddress(address=ip_address(host), prefix_length=int(length)),
        is_temporary=temporary,
    )


def route(gateway: str | None, *, index: int = 1, metric: int = 0, version: int | None = None) -> DefaultRoute:
    hop = ip_address(gateway) if gateway else None
    return DefaultRoute(link_index=index, version=version or (hop.version if hop else 4), gateway=hop, metric=metric)


def network(
    links: tuple[Link, ...] = (link(),),
    addresses: tuple[LinkAddress, ...] = (address("192.0.2.7/24"),),
    routes: tuple[DefaultRoute, ...] = (route("192.0.2.1"),),
) -> NetworkState:
    return NetworkState(links=links, addresses=addresses, default_routes=routes)


def way(gateway: str | None, version: int = 4) -> WayOut:
    return WayOut(version=version, gateway=ip_address(gateway) if gateway else None)


def hint(source: KindSource, **what: Any) -> LinkHint:
    return LinkHint(source=source, **what)


@dataclass
class Row:
    """A network with what is known about wlan0, and what its path then has to be."""

    rule: str
    expected: dict[str, Any]
    network: NetworkState = field(default_factory=network)
    hints: tuple[LinkHint, ...] = (WIFI,)
    facts: LinkFacts | None = None
    tiers: dict[LinkName, Tier] = field(default_factory=dict)
    kinds: dict[LinkName, PathKind] = field(default_factory=dict)

    def path(self) -> Path:
        (path,) = derive_paths(
            self.network,
            hints={WLAN0: self.hints},
            facts={WLAN0: self.facts} if self.facts else {},
            preferences=PathPreferences(tiers=self.tiers, kinds=self.kinds),
        )
        return path


V4_AND_V6 = (address("192.0.2.7/24"), address("2001:db8::7/64"))

ROWS = [
    # --- state
    Row("carrier, address and gateway make a path up", {"state": PathState.UP, "gateway": ip_address("192.0.2.1")}),
    Row(
        "a switched-off link is down whatever else it has",
        {"state": PathState.DOWN},
        network=network(links=(link(is_enabled=False, has_carrier=False),)),
    ),
    Row(
        "without carrier the addresses do not count",
        {"state": PathState.NO_CARRIER},
        network=network(links=(link(has_carrier=False),)),
    ),
    Row("no address yet", {"state": PathState.NO_ADDRESS}, network=network(addresses=())),
    Row("no gateway means the own subnet only", {"state": PathState.LOCAL_ONLY}, network=network(routes=())),
    Row(
        "a gateway of the other IP version is no way out",
        {"state": PathState.LOCAL_ONLY},
        network=network(routes=(route("fe80::1"),)),
    ),
    Row(
        "IPv6 alone is enough",
        {"state": PathState.UP, "ways_out": (way("fe80::1", 6),)},
        network=network(addresses=(address("2001:db8::7/64"),), routes=(route("fe80::1"),)),
    ),
    Row(
        "a point-to-point link needs no gateway",
        {"state": PathState.UP, "ways_out": (way(None),), "gateway": None, "gateways": ()},
        network=network(routes=(route(None),)),
    ),
    # --- addresses
    Row(
        "a temporary address is preferred",
        {"addresses": tuple(address(each).address for each in ("2001:db8::ff/64", "2001:db8::7/64"))},
        network=network(addresses=(address("2001:db8::7/64"), address("2001:db8::ff/64", temporary=True))),
    ),
    Row(
        "addresses of other links are not taken",
        {"addresses": (address("192.0.2.7/24").address,)},
        network=network(addresses=(address("192.0.2.7/24"), address("192.0.2.8/24", index=2))),
    ),
    # --- ways out
    Row(
        "the lowest metric wins",
        {"gateway": ip_address("192.0.2.2")},
        network=network(routes=(route("192.0.2.1", metric=600), route("192.0.2.2", metric=100))),
    ),
    Row(
        "of equal metrics the first wins, as in the kernel",
        {"gateway": ip_address("192.0.2.1")},
        network=network(routes=(route("192.0.2.1"), route("192.0.2.2"))),
    ),
    Row(
        "one way out for each IP version, IPv4 first",
        {"ways_out": (way("192.0.2.1"), way("fe80::1", 6))},
        network=network(addresses=V4_AND_V6, routes=(route("fe80::1", metric=1), route("192.0.2.1", metric=9))),
    ),
    Row(
        "another link's gateway is not taken",
        {"state": PathState.LOCAL_ONLY},
        network=network(routes=(route("192.0.2.1", index=2),)),
    ),
    Row(
        "a stated gateway comes before the routes",
        {"gateway": ip_address("192.0.2.254"), "state": PathState.UP},
        facts=LinkFacts(gateway=ip_address("192.0.2.254")),
    ),
    Row(
        "a stated gateway makes a way out where no route does",
        {"gateway": ip_address("192.0.2.254"), "state": PathState.UP},
        network=network(routes=()),
        facts=LinkFacts(gateway=ip_address("192.0.2.254")),
    ),
    Row(
        "a stated gateway leaves the other IP version alone",
        {"gateways": (ip_address("192.0.2.254"), ip_address("fe80::1"))},
        network=network(addresses=V4_AND_V6, routes=(route("192.0.2.1"), route("fe80::1"))),
        facts=LinkFacts(gateway=ip_address("192.0.2.254")),
    ),
    # --- kind, network, security
    Row("nobody knows the kind", {"kind": PathKind.UNKNOWN, "kind_source": KindSource.NOBODY}, hints=()),
    Row(
        "the more credible source tells the kind whatever the order",
        {"kind": PathKind.WIFI, "kind_source": KindSource.NL80211},
        hints=(hint(KindSource.DRIVER, kind=PathKind.ETHERNET), WIFI),
    ),
    Row(
        "facts correct what was detected",
        {"kind": PathKind.LTE, "kind_source": KindSource.FACTS},
        facts=LinkFacts(kind=PathKind.LTE),
    ),
    Row(
        "the user corrects the facts",
        {"kind": PathKind.XDSL, "kind_source": KindSource.USER},
        facts=LinkFacts(kind=PathKind.LTE),
        kinds={WLAN0: PathKind.XDSL},
    ),
    Row(
        "a source without opinion on the kind leaves it to the next",
        {"kind": PathKind.WIFI, "kind_source": KindSource.NL80211, "network": "Home"},
        hints=(hint(KindSource.NETWORK_MANAGER, network="Home"), WIFI),
    ),
    Row(
        "facts that state a network only keep the kind and security detected",
        {"kind": PathKind.WIFI, "network": "Office", "security": Security.OPEN},
        facts=LinkFacts(network="Office"),
    ),
    Row(
        "security of the most credible source",
        {"security": Security.WPA3},
        facts=LinkFacts(security=Security.WPA3),
    ),
    # --- tier
    Row("the user's tier comes before the kind's", {"tier": Tier.NEVER}, tiers={WLAN0: Tier.NEVER}),
    Row("a corrected kind brings its tier", {"tier": Tier.BACKUP}, kinds={WLAN0: PathKind.LTE}),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.rule)
def test_the_network_gives_the_path_of_the_rule(row: Row) -> None:
    path = row.path()
    assert {name: getattr(path, name) for name in row.expected} == row.expected


@dataclass
class Shown:
    """Which links appear as paths at all."""

    rule: str
    names: list[str]
    network: NetworkState
    hints: tuple[LinkHint, ...] = ()


TWO_LINKS = network(
    links=(link(7, "eth0"), link(2)),
    addresses=(address("192.0.2.7/24", index=2), address("192.0.2.8/24", index=7)),
)

SHOWN = [
    Shown("paths come in the order of the indexes", ["wlan0", "eth0"], TWO_LINKS),
    Shown("a bridge's port is part of the bridge", [], network((link(master_index=9),)), (WIFI,)),
    Shown("a link of unknown kind that has nothing is left out", [], network(addresses=(), routes=())),
    Shown("a known kind is shown without address", ["wlan0"], network(addresses=(), routes=()), (WIFI,)),
    Shown(
        "a virtual link without address is left out",
        [],
        network(addresses=(), routes=()),
        (hint(KindSource.KERNEL, kind=PathKind.VIRTUAL),),
    ),
    Shown(
        "a virtual link with an address is shown",
        ["wlan0"],
        network(routes=()),
        (hint(KindSource.KERNEL, kind=PathKind.VIRTUAL),),
    ),
    Shown("no links, no paths", [], NetworkState()),
]  # fmt: skip


@pytest.mark.parametrize("row", SHOWN, ids=lambda row: row.rule)
def test_the_rule_decides_which_links_are_paths(row: Shown) -> None:
    assert [path.name for path in derive_paths(row.network, hints={WLAN0: row.hints})] == row.names


def test_every_kind_has_a_default_tier() -> None:
    assert set(DEFAULT_TIERS) == set(PathKind)


@pytest.mark.parametrize("kind", PathKind)
def test_a_path_has_its_kinds_default_tier(kind: PathKind) -> None:
    (path,) = derive_paths(network(), hints={WLAN0: (hint(KindSource.KERNEL, kind=kind),)})
    assert path.tier is DEFAULT_TIERS[kind]


def test_hints_and_facts_of_other_links_are_not_taken() -> None:
    (path,) = derive_paths(
        network(), hints={LinkName("eth0"): (WIFI,)}, facts={LinkName("eth0"): LinkFacts(network="Office")}
    )
    assert (path.kind, path.network) == (PathKind.UNKNOWN, None)


# Trust.

ROUTER, OTHER_ROUTER = "02:00:5e:00:53:01", "02:00:5e:00:53:02"
CABLE = LinkHint(source=KindSource.DRIVER, kind=PathKind.ETHERNET)
DISTRUSTING = PathPreferences(
    trust=TrustPreferences(networks={NetworkId(f"gateway:{ROUTER}"): Trust.UNTRUSTED}),
)


def trust_of(*hints: LinkHint, router: str | None = None, preferences: PathPreferences = DISTRUSTING, **changes: Any):
    heard = () if router is None else (Neighbour(link_index=1, address=ip_address("192.0.2.1"), link_address=router),)
    state = replace(network(links=(link(**changes),)), neighbours=heard)
    (path,) = derive_paths(state, hints={WLAN0: hints}, preferences=preferences)
    return path.trust.level, path.trust.reason


def test_a_cable_is_known_by_the_link_address_of_its_router():
    assert trust_of(CABLE, router=ROUTER) == (Trust.UNTRUSTED, TrustReason.CHOSEN)
    assert trust_of(CABLE, router=OTHER_ROUTER) == (Trust.TRUSTED, TrustReason.WIRED)


def test_a_cable_whose_router_was_not_heard_may_be_a_distrusted_one():
    assert trust_of(CABLE) == (Trust.UNTRUSTED, TrustReason.NOT_RECOGNISED_YET)
    assert trust_of(CABLE, preferences=PathPreferences()) == (Trust.TRUSTED, TrustReason.WIRED)


def test_whoever_asks_for_no_link_addresses_is_not_waited_for():
    modem = LinkHint(source=KindSource.DRIVER, kind=PathKind.LTE)
    assert trust_of(modem, resolves_neighbours=False) == (Trust.TRUSTED, TrustReason.CELLULAR)


def test_a_modem_may_be_in_a_distrusted_network_as_long_as_nobody_tells_which_profile_it_has():
    modem = LinkHint(source=KindSource.KERNEL, kind=PathKind.LTE)
    abroad = PathPreferences(trust=TrustPreferences(networks={NetworkId("nm:7"): Trust.UNTRUSTED}))
    profiles = [LinkHint(source=KindSource.NETWORK_MANAGER, connection=each) for each in ("7", "8", None)]
    seen = [
        trust_of(*hints, modem, preferences=abroad, resolves_neighbours=False)
        for hints in ((), *((each,) for each in profiles))
    ]
    assert seen == [
        (Trust.UNTRUSTED, TrustReason.NOT_RECOGNISED_YET),
        (Trust.UNTRUSTED, TrustReason.CHOSEN),
        (Trust.TRUSTED, TrustReason.CELLULAR),
        (Trust.TRUSTED, TrustReason.CELLULAR),
    ]


def test_a_wifi_whose_name_nobody_tells_may_be_a_distrusted_one():
    guests = PathPreferences(trust=TrustPreferences(networks={NetworkId("wifi:Guests/wpa2"): Trust.UNTRUSTED}))
    hidden = LinkHint(source=KindSource.NL80211, kind=PathKind.WIFI, security=Security.WPA2)
    assert trust_of(hidden, preferences=guests) == (Trust.UNTRUSTED, TrustReason.NOT_RECOGNISED_YET)
    assert trust_of(replace(hidden, network="Home"), preferences=guests) == (Trust.TRUSTED, TrustReason.WIFI_WPA2)


def test_a_wifi_has_a_name_of_its_own_and_needs_no_router():
    home = LinkHint(source=KindSource.NL80211, kind=PathKind.WIFI, network="Home", security=Security.WPA2)
    assert trust_of(home) == (Trust.TRUSTED, TrustReason.WIFI_WPA2)


def test_an_enterprise_network_is_trusted_for_its_certificate_only():
    office = LinkHint(source=KindSource.NL80211, kind=PathKind.WIFI, network="Office", security=Security.ENTERPRISE)
    profile = LinkHint(source=KindSource.NETWORK_MANAGER, validates_certificate=True)
    assert trust_of(office) == (Trust.UNTRUSTED, TrustReason.ENTERPRISE_UNKNOWN)
    assert trust_of(office, profile) == (Trust.TRUSTED, TrustReason.ENTERPRISE_CERTIFICATE)
