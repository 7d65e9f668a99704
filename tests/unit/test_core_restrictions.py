"""What of rules and paths has to stand in the kernel."""

from dataclasses import replace
from ipaddress import ip_address

import pytest

from mpmanager.core.restrictions import LENIENT, STRICT, demand_at, demands_of, plan_of, root_of
from mpmanager.core.rule_places import Surroundings, places_of
from mpmanager.model.connection import Endpoint
from mpmanager.model.enforcement import CgroupPolicy, Restriction
from mpmanager.model.path import InterfaceAddress, KindSource, Path, PathKind, PathState, Tier, WayOut
from mpmanager.model.policy import NOTHING_DEMANDED, Life, PolicyRule, TrustPolicy
from mpmanager.model.selector import Selector
from mpmanager.model.trust import Trust, TrustReason, TrustVerdict


def trust(text):
    return TrustPolicy.parse(text)


def rule(selector, demand):
    return PolicyRule(selector=Selector.parse(selector), trust=trust(demand))


def demands(*rules, places=None, scopes=None, root="/"):
    around = Surroundings(root=root, led=places or {})
    found = places_of([each.selector for each in rules], around)
    return demands_of(rules, root=root, places=found, scopes=scopes or {})


def path(name, index, *, level=Trust.TRUSTED, metric=0, state=PathState.UP, v6=False):
    addresses = [InterfaceAddress(address=ip_address(f"10.0.{index}.2"), prefix_length=24)]
    ways = [WayOut(version=4, gateway=ip_address(f"10.0.{index}.1"), metric=metric)]
    if v6:
        addresses.append(InterfaceAddress(address=ip_address(f"fd00:{index}::2"), prefix_length=64))
        ways.append(WayOut(version=6, gateway=ip_address(f"fd00:{index}::1"), metric=metric))
    return Path(
        name=name,
        index=index,
        kind=PathKind.ETHERNET,
        kind_source=KindSource.KERNEL,
        network=None,
        security=None,
        trust=TrustVerdict(level=level, reason=TrustReason.WIRED),
        tier=Tier.ALWAYS,
        state=state,
        addresses=tuple(addresses),
        ways_out=tuple(ways),
    )


def test_where_nothing_was_said_everybody_opens_on_trusted_paths():
    assert demands() == {"/": trust("handshake")}


@pytest.mark.parametrize("said", ["any", "handshake-strict", "first:100"])
def test_what_was_said_of_everybody_holds_for_the_root(said):
    assert demands(rule("default", said)) == {"/": trust(said)}


def test_only_for_everybody_spares_the_services_that_bring_the_network_up():
    assert demands(rule("default", "only"), root="/lab") == {
        "/lab": trust("handshake-strict"),
        "/lab/user.slice": trust("only"),
        "/lab/machine.slice": trust("only"),
    }


def test_rules_hold_for_the_cgroups_of_their_programs_and_scopes_for_themselves():
    found = demands(
        rule("exe:/usr/bin/firefox", "only"),
        rule("exe:/usr/bin/ssh", "only"),
        rule("cgroup:/user.slice", "first:100"),
        places={"/usr/bin/firefox": {"/user.slice/app-firefox-1.scope"}},
        scopes={"/mpm-run-1": trust("only")},
    )
    assert found == {
        "/": trust("handshake"),
        "/user.slice": trust("first:100"),
        "/user.slice/app-firefox-1.scope": trust("only"),
        "/mpm-run-1": trust("only"),
    }


def test_of_two_demands_on_one_cgroup_the_stricter_one_holds():
    found = demands(rule("cgroup:/a", "handshake-strict"), scopes={"/a": trust("first:7")})
    assert found["/a"] == TrustPolicy.parse("first-strict:7")


@pytest.mark.parametrize(
    ("cgroup", "held"),
    [
        ("/", "handshake"),
        ("/b", "handshake"),
        ("/a", "any"),
        ("/a/deep/down", "any"),
        ("/only/any", "only"),
        ("/only/any/x", "only"),
        ("/onlyx", "handshake"),
    ],
)
def test_the_nearest_demand_holds_but_only_is_never_lifted_below(cgroup, held):
    said = {"/": trust("handshake"), "/a": trust("any"), "/only": trust("only"), "/only/any": trust("any")}
    assert demand_at(cgroup, said) == trust(held)


def test_outside_of_all_demands_there_is_none():
    assert demand_at("/elsewhere", {"/lab": trust("only")}) == NOTHING_DEMANDED


def test_trusted_paths_alone_are_allowed_in_the_order_of_the_main_table():
    paths = [
        path("eth0", 2, metric=100),
        path("wlan0", 3, level=Trust.UNTRUSTED, metric=1),
        path("tun0", 4, metric=50, v6=True),
        path("eth1", 5, metric=1, state=PathState.LOCAL_ONLY),
        path("wlan1", 6, metric=1, state=PathState.NO_ADDRESS),
    ]
    plan = plan_of(paths, {"/": trust("handshake")})
    (lenient,) = plan.classes
    assert (lenient.number, lenient.is_lenient, lenient.is_unattended) == (LENIENT, True, False)
    assert lenient.interfaces == {2, 4, 5}
    assert lenient.addresses == {ip_address(each) for each in ("10.0.2.2", "10.0.4.2", "10.0.5.2", "fd00:4::2")}
    assert [(way.link_index, way.version) for way in lenient.ways_out] == [(4, 4), (4, 6), (2, 4)]


@pytest.mark.parametrize(
    ("demand", "restriction", "number", "first_bytes"),
    [
        ("any", Restriction.ANY, LENIENT, 0),
        ("handshake", Restriction.HANDSHAKE, LENIENT, 0),
        ("handshake-strict", Restriction.HANDSHAKE, STRICT, 0),
        ("first:100", Restriction.HANDSHAKE, LENIENT, 100),
        ("first-strict:100", Restriction.HANDSHAKE, STRICT, 100),
        ("only", Restriction.ONLY, STRICT, 0),
    ],
)
def test_each_demand_becomes_a_restriction_to_a_class(demand, restriction, number, first_bytes):
    plan = plan_of([path("eth0", 2)], {"/a": trust(demand)})
    assert plan.policies == {
        CgroupPolicy(cgroup="/a", restriction=restriction, path_class=number, first_bytes=first_bytes)
    }
    assert {each.number: each.is_lenient for each in plan.classes} == {number: number == LENIENT}


def test_what_else_is_known_is_handed_on():
    plain = Endpoint(ip_address("203.0.113.5"), 443)
    plan = plan_of([], {"/": trust("handshake")}, plain_destinations=[plain], is_unattended=True)
    assert plan.plain_destinations == {plain}
    assert all(each.is_unattended and not each.interfaces for each in plan.classes)


@pytest.mark.parametrize(
    ("own", "root"),
    [
        ("/", "/"),
        ("/system.slice/mpmanagerd.service", "/"),
        ("/user.slice/user-0.slice/session-1.scope", "/"),
        ("/docker/abc", "/docker/abc"),
        ("/lab/x/system.slice", "/lab/x"),
    ],
)
def test_everybody_is_whoever_is_in_the_cgroup_around_systemds(own, root):
    assert root_of(own) == root


TREE = ["/system.slice/ssh.service", "/user.slice", "/user.slice/user-1000.slice"]
AROUND = Surroundings(
    root="/",
    led={"/usr/bin/ssh": ["/user.slice/user-1000.slice/a.scope", "/user.slice/user-1001.slice/b.scope"]},
    tree=TREE,
    applications={"/user.slice/user-1000.slice/a.scope": ("org.example.A", "a")},
    uids={"anna": 1000},
)


@pytest.mark.parametrize(
    ("selector", "places"),
    [
        ("app:org.example.A", {"/user.slice/user-1000.slice/a.scope"}),
        ("app:org.example", set()),
        ("unit:ssh.service", {"/system.slice/ssh.service"}),
        ("user:anna", {"/user.slice/user-1000.slice"}),
        ("user:nobody-knows", set()),
        ("exe:/usr/bin/ssh user:anna", {"/user.slice/user-1000.slice/a.scope"}),
        ("cgroup:/ user:anna", {"/user.slice/user-1000.slice"}),
        ("cgroup:/system.slice user:anna", set()),
        ("unit:ssh.service on:nm:1", {"/system.slice/ssh.service"}),
    ],
)
def test_the_programs_of_a_rule_are_in_these_cgroups(selector, places):
    meant = Selector.parse(selector)
    assert places_of([meant], AROUND) == {meant: places}


@pytest.mark.parametrize("selector", ["default", "on:nm:1", "host:example.org", "exe:/usr/bin/ssh port:22"])
def test_what_no_cgroup_tells_apart_has_no_place(selector):
    assert places_of([Selector.parse(selector)], AROUND) == {}


def test_a_place_outside_of_what_is_managed_is_anothers():
    around = Surroundings(root="/lab", led={"/x": ["/lab/a", "/b"]})
    assert places_of([Selector.parse("exe:/x")], around) == {Selector.parse("exe:/x"): {"/lab/a"}}


def test_a_temporary_rule_holds_instead_of_the_lasting_one():
    lasting, temporary = rule("cgroup:/a", "only"), replace(rule("cgroup:/a", "any"), life=Life(is_temporary=True))
    assert demands(temporary, lasting)["/a"] == trust("any")


def test_the_rule_of_a_user_takes_nothing_from_what_holds_around_it():
    own = replace(rule("cgroup:/a/b", "any"), owner_uid=1000)
    assert demands(own, rule("cgroup:/a", "first:100")) == {
        "/": trust("handshake"),
        "/a": trust("first:100"),
        "/a/b": trust("first:100"),
    }
    assert demands(replace(own, trust=trust("only")))["/a/b"] == trust("only")


def test_where_decisions_are_lost_handshakes_keep_to_what_is_trusted_by_its_nature():
    verdict = TrustVerdict(level=Trust.UNTRUSTED, reason=TrustReason.DECISIONS_LOST)
    probable = replace(path("lte0", 2), trust=verdict)
    plan = plan_of(
        [path("wlan0", 1, level=Trust.UNTRUSTED), probable], {"/": trust("handshake"), "/only": trust("only")}
    )
    assert {each.number: set(each.interfaces) for each in plan.classes} == {LENIENT: {2}, STRICT: set()}


def test_a_rule_about_a_network_in_use_alone_adds_to_what_holds_for_everybody():
    here, default = rule("on:nm:1", "only"), rule("default", "first:100")
    assert demands(here, default)["/user.slice"] == trust("only")
    assert demands(rule("on:nm:1", "any"), default) == {"/": trust("first:100")}


@pytest.mark.parametrize(("selector", "held"), [("unit:a.service", "first:100"), ("unit:a.service user:anna", "any")])
def test_a_name_that_users_give_themselves_frees_nobody(selector, held):
    cgroup = "/user.slice/user-1000.slice/user@1000.service/app.slice/a.service"
    rules = [rule(selector, "any"), rule("default", "first:100")]
    around = Surroundings(root="/", tree=[cgroup], uids={"anna": 1000})
    places = places_of([each.selector for each in rules], around)
    assert demands_of(rules, root="/", places=places, scopes={})[cgroup] == trust(held)


def test_a_scope_is_never_freer_than_what_is_around_it():
    assert demands(rule("default", "handshake-strict"), scopes={"/mpm-run-1": trust("handshake")}) == {
        "/": trust("handshake-strict"),
        "/mpm-run-1": trust("handshake-strict"),
    }


def test_of_very_many_cgroups_of_a_rule_some_are_held():
    around = Surroundings(root="/", led={"/x": [f"/a{number}" for number in range(1000)]})
    assert len(places_of([Selector.parse("exe:/x")], around)[Selector.parse("exe:/x")]) == 64
