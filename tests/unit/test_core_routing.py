"""Which rules and routes the core wants for which paths: one row for each rule."""

from dataclasses import dataclass
from ipaddress import ip_address

import pytest

from mpmanager.core.routing import TABLE_BASE, desired_routing
from mpmanager.model.names import LinkName
from mpmanager.model.network import MainRule, RoutingPlan, SourceRule
from mpmanager.model.path import (
    InterfaceAddress,
    KindSource,
    Path,
    PathKind,
    PathState,
    Tier,
    WayOut,
)


def path(
    *addresses: str,
    index: int = 1,
    state: PathState = PathState.UP,
    gateways: tuple[str, ...] = (),
    direct: tuple[int, ...] = (),
    tier: Tier = Tier.ALWAYS,
) -> Path:
    """A path with addresses such as 192.0.2.7/24, gateways, and IP versions that leave without gateway."""
    split = [each.partition("/") for each in addresses]
    hops = [ip_address(each) for each in gateways]
    return Path(
        name=LinkName(f"link{index}"),
        index=index,
        kind=PathKind.UNKNOWN,
        kind_source=KindSource.NOBODY,
        network=None,
        security=None,
        tier=tier,
        state=state,
        addresses=tuple(
            InterfaceAddress(address=ip_address(host), prefix_length=int(length)) for host, _, length in split
        ),
        ways_out=(
            *(WayOut(version=hop.version, gateway=hop) for hop in hops),
            *(WayOut(version=version, gateway=None) for version in direct),
        ),
    )


@dataclass
class Row:
    """Paths, and the rules and routes for them in words: `ADDRESS -> TABLE`, `TABLE: DESTINATION WAY src SOURCE`.

    Each rule stands for two: one that leads to the table's subnets, one to its default route.
    """

    rule: str
    paths: tuple[Path, ...]
    rules: set[str]
    routes: set[str]


HOME = path("192.0.2.7/24", gateways=("192.0.2.1",))
BRIDGE = path("172.17.0.1/16", index=9, state=PathState.LOCAL_ONLY)

ROWS = [
    Row("no paths, nothing", (), set(), set()),
    Row(
        "an address has a rule, its subnet and its gateway",
        (HOME,),
        {"192.0.2.7 -> 1"},
        {"1: 192.0.2.0/24 link1 src 192.0.2.7", "1: default via 192.0.2.1 link1 src 192.0.2.7"},
    ),
    Row(
        "the versions are kept apart",
        (path("192.0.2.7/24", "2001:db8::7/64", gateways=("192.0.2.1", "fe80::1")),),
        {"192.0.2.7 -> 1", "2001:db8::7 -> 1"},
        {
            "1: 192.0.2.0/24 link1 src 192.0.2.7",
            "1: default via 192.0.2.1 link1 src 192.0.2.7",
            "1: 2001:db8::/64 link1 src 2001:db8::7",
            "1: default via fe80::1 link1 src 2001:db8::7",
        },
    ),
    Row(
        "a way out without an address of its version is of no use",
        (path("192.0.2.7/24", gateways=("192.0.2.1", "fe80::1")),),
        {"192.0.2.7 -> 1"},
        {"1: 192.0.2.0/24 link1 src 192.0.2.7", "1: default via 192.0.2.1 link1 src 192.0.2.7"},
    ),
    Row(
        "a point-to-point link sends everything out, and its lone address is no subnet",
        (path("192.0.2.7/32", direct=(4,)),),
        {"192.0.2.7 -> 1"},
        {"1: default link1 src 192.0.2.7"},
    ),
    Row(
        "two addresses of one subnet have one route to it, from the preferred one",
        (path("2001:db8::ff/64", "2001:db8::7/64", gateways=("fe80::1",)),),
        {"2001:db8::ff -> 1", "2001:db8::7 -> 1"},
        {"1: 2001:db8::/64 link1 src 2001:db8::ff", "1: default via fe80::1 link1 src 2001:db8::ff"},
    ),
    Row(
        "each subnet has its route",
        (path("192.0.2.7/24", "198.51.100.7/24", gateways=("192.0.2.1",)),),
        {"192.0.2.7 -> 1", "198.51.100.7 -> 1"},
        {
            "1: 192.0.2.0/24 link1 src 192.0.2.7",
            "1: 198.51.100.0/24 link1 src 198.51.100.7",
            "1: default via 192.0.2.1 link1 src 192.0.2.7",
        },
    ),
    Row(
        "paths with gateways do not appear in each other's tables, not even with the same subnet",
        (HOME, path("192.0.2.8/24", index=2, gateways=("192.0.2.1",))),
        {"192.0.2.7 -> 1", "192.0.2.8 -> 2"},
        {
            "1: 192.0.2.0/24 link1 src 192.0.2.7",
            "1: default via 192.0.2.1 link1 src 192.0.2.7",
            "2: 192.0.2.0/24 link2 src 192.0.2.8",
            "2: default via 192.0.2.1 link2 src 192.0.2.8",
        },
    ),
    Row(
        "the subnet of a link without way out is in its own table only: from elsewhere main leads to it",
        (HOME, BRIDGE),
        {"192.0.2.7 -> 1", "172.17.0.1 -> 9"},
        {
            "1: 192.0.2.0/24 link1 src 192.0.2.7",
            "1: default via 192.0.2.1 link1 src 192.0.2.7",
            "9: 172.17.0.0/16 link9 src 172.17.0.1",
        },
    ),
    Row(
        "a path that is never used keeps its routing: what is bound to it must not leak to others",
        (path("192.0.2.7/24", gateways=("192.0.2.1",), tier=Tier.NEVER),),
        {"192.0.2.7 -> 1"},
        {"1: 192.0.2.0/24 link1 src 192.0.2.7", "1: default via 192.0.2.1 link1 src 192.0.2.7"},
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.rule)
def test_paths_have_the_rules_and_routes_of_the_rule(row: Row) -> None:
    plan = desired_routing(row.paths)
    assert source_rules(plan, skips_default=True) == row.rules
    assert source_rules(plan, skips_default=False) == row.rules
    assert {
        f"{each.table - TABLE_BASE}: {each.destination or 'default'}"
        f"{f' via {each.gateway}' if each.gateway else ''} link{each.link_index} src {each.source}"
        for each in plan.routes
    } == row.routes
    assert all(each.version == each.source.version for each in plan.routes)


def source_rules(plan: RoutingPlan, *, skips_default: bool) -> set[str]:
    return {
        f"{each.source} -> {each.table - TABLE_BASE}"
        for each in plan.rules
        if isinstance(each, SourceRule) and each.skips_default == skips_default
    }


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.rule)
def test_main_is_asked_for_the_addresses_of_the_source_rules_and_no_others(row: Row) -> None:
    rules = desired_routing(row.paths).rules
    sources = {each.source for each in rules if isinstance(each, SourceRule)}
    assert {each for each in rules if isinstance(each, MainRule)} == {MainRule(source=each) for each in sources}


@pytest.mark.parametrize("state", [state for state in PathState if not state.is_usable])
def test_a_path_that_cannot_carry_data_has_no_routing(state: PathState) -> None:
    plan = desired_routing([path("192.0.2.7/24", state=state, gateways=("192.0.2.1",))])
    assert not plan.rules
    assert not plan.routes
