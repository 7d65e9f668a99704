"""Which attempts follow from what is in force."""

from itertools import product

import pytest

from mpmanager.api.structures import PathInfo, PolicyInfo, RestrictionInfo, TrustInfo
from mpmanager.model.path import KindSource, PathKind, PathState, Tier
from mpmanager.model.policy import TrustDemand, TrustPolicy
from mpmanager.model.trust import Trust
from mpmanager.verify.attempts import FIRST_PORT, PORTS, Manner, Traffic
from mpmanager.verify.cases import controls_of, derive, rounds_of
from mpmanager.verify.situation import DOCUMENTATION, Situation
from mpmanager.verify.verdict import Verdict, worst

ONLY = (Traffic.TCP, Traffic.MPTCP, Traffic.UDP, Traffic.UDP_CONNECTED, Traffic.DNS, Traffic.PING)
SINKS = {4: "198.51.100.7", 6: "2001:db8:7::1"}


def path(name, *, trusted=False, versions=(4, 6), state=PathState.UP, gateways=None):
    addresses = {4: f"10.0.{len(name)}.2/24", 6: "2001:db8:9::2/64"}
    ways = {4: "10.0.0.1", 6: "fe80::1"}
    found = [ways[each] for each in versions] if gateways is None else gateways
    return PathInfo(
        name=name,
        index=len(name),
        kind=PathKind.WIFI,
        kind_source=KindSource.KERNEL,
        network=None,
        security=None,
        tier=Tier.ALWAYS,
        tier_chosen=False,
        state=state,
        addresses=["fe80::9/64", *(addresses[each] for each in versions)],
        gateway=next(iter(found), None),
        gateways=found,
        rx_bytes=0,
        tx_bytes=0,
        rx_bit_s=0,
        tx_bit_s=0,
        trust=Trust.TRUSTED if trusted else Trust.UNTRUSTED,
    )


WIFI, LTE = path("wlan0"), path("wwan00", trusted=True)


def situation(demands, *, paths=(WIFI, LTE), policies=(), scopes=(), enforced=True, rules=None, **others):
    trust = TrustInfo(
        enforced=enforced,
        limits=[] if enforced else ["this kernel is too old"],
        root="/",
        restrictions=[
            RestrictionInfo(
                cgroup=cgroup, demand=demand, is_scope=cgroup in scopes, rules=(rules or {}).get(cgroup, [])
            )
            for cgroup, demand in demands.items()
        ],
        fences=[],
        plain_destinations=[],
    )
    return Situation(trust=trust, paths=paths, policies=policies, **others)


def policies(**trust):
    return [PolicyInfo(selector=selector, trust=demand) for selector, demand in trust.items()]


def tried(case, name="wlan0"):
    """What is tried on a path, and in how many ways."""
    return {each.traffic: len(each.attempts) for each in case.checks if each.path == name and each.attempts}


def settled(case, name):
    return [(each.settled.verdict, each.settled.reason) for each in case.checks if each.path == name and each.settled]


def test_only_is_tried_with_all_kinds_of_traffic_in_all_manners_of_both_versions():
    (case,) = derive(situation({"/app": "only"}))
    for check in case.checks[:-1]:
        combinations = {(each.manner, each.version) for each in check.attempts}
        assert combinations == set(product(Manner, (4, 6)))
        assert {each.interface for each in check.attempts} == {"wlan0"}
        assert {(each.version, each.destination) for each in check.attempts} == set(DOCUMENTATION.items())
    assert tried(case) == dict.fromkeys(ONLY, 12)
    assert settled(case, "wwan00") == [(Verdict.NOT_RESTRICTED, "trusted: all may leave there")]


def test_bound_attempts_name_the_address_of_their_path_and_no_link_local_one():
    (case,) = derive(situation({"/app": "only"}))
    assert {each.address for each in case.attempts} == {"10.0.5.2", "2001:db8:9::2"}


@pytest.mark.parametrize("demand", ["handshake", "handshake-strict"])
def test_handshakes_are_a_matter_of_multipath_tcp_alone(demand):
    (case,) = derive(situation({"/": demand}))
    assert tried(case) == {Traffic.MPTCP: 12}


def test_any_leaves_nothing_to_try():
    (case,) = derive(situation({"/app": "any"}))
    assert not case.attempts
    assert [each[0] for each in settled(case, None)] == [Verdict.NOT_RESTRICTED]


def test_any_below_only_is_only():
    inner = next(each for each in derive(situation({"/a": "only", "/a/b": "any"})) if each.cgroup == "/a/b")
    assert inner.demand.demand is TrustDemand.ONLY
    assert tried(inner) == dict.fromkeys(ONLY, 12)


def test_first_bytes_need_a_peer_that_answers():
    (case,) = derive(situation({"/app": "first:1000"}))
    assert tried(case) == {Traffic.MPTCP: 12}
    assert [each[0] for each in settled(case, "wlan0")] == [Verdict.NOT_VERIFIED] * 2
    (case,) = derive(situation({"/app": "first:1000"}, sinks=SINKS))
    assert tried(case) == {Traffic.MPTCP: 12, Traffic.FIRST_BYTES: 2}
    assert {each.payload_bytes for each in case.attempts if each.traffic is Traffic.FIRST_BYTES} == {1000}
    assert {each.destination for each in case.attempts} == set(SINKS.values())


def test_a_peer_of_one_ip_version_leaves_the_other_open():
    (case,) = derive(situation({"/app": "first:1000"}, sinks={4: SINKS[4]}))
    assert tried(case) == {Traffic.MPTCP: 12, Traffic.FIRST_BYTES: 1}
    ((verdict, reason),) = settled(case, "wlan0")
    assert (verdict, reason.startswith("IPv6")) == (Verdict.NOT_VERIFIED, True)


def test_of_many_first_bytes_some_are_sent():
    (case,) = derive(situation({"/app": "first:1000000"}, sinks=SINKS))
    assert max(each.payload_bytes for each in case.attempts) == 65_536


def test_where_no_path_is_trusted_lenient_handshakes_are_let_go_and_all_else_is_tried():
    demands = {"/": "handshake", "/a": "handshake-strict", "/b": "only", "/c": "first:1000"}
    cases = {each.cgroup: each for each in derive(situation(demands, paths=[WIFI], sinks=SINKS))}
    assert {cgroup: sum(tried(case).values()) for cgroup, case in cases.items()} == {
        "/": 0,
        "/a": 12,
        "/b": 72,
        "/c": 0,
    }
    assert [verdict for verdict, _reason in settled(cases["/"], "wlan0")] == [Verdict.NOT_RESTRICTED]


def test_handshakes_are_let_go_in_the_ip_version_that_no_trusted_path_has():
    (case,) = derive(situation({"/": "handshake"}, paths=[WIFI, path("wwan00", trusted=True, versions=(4,))]))
    assert {each.version for each in case.attempts} == {4}


@pytest.mark.parametrize(
    ("changes", "versions"),
    [
        ({"versions": (4,)}, {4}),
        ({"gateways": ["fe80::1"]}, {6}),
        ({"gateways": []}, {4, 6}),  # point to point
        ({"state": PathState.LOCAL_ONLY, "gateways": []}, set()),
        ({"state": PathState.DOWN}, set()),
    ],
)
def test_what_leads_nowhere_is_not_tried(changes, versions):
    (case,) = derive(situation({"/app": "only"}, paths=[path("wlan0", **changes), LTE]))
    assert {each.version for each in case.attempts} == versions
    assert bool(versions) != bool(settled(case, "wlan0"))


def test_cases_are_named_by_who_demands_it():
    demands = {"/": "handshake-strict", "/user.slice": "only", "/app": "only", "/x": "only", "/r": "only"}
    said = policies(**{"cgroup:/app": "only", "exe:/bin/x": "only", "default": "only"})
    rules = {"/app": ["cgroup:/app"], "/x": ["exe:/bin/x"]}
    cases = derive(situation(demands, policies=said, scopes=["/r"], running={"/bin/x": ["/x"]}, rules=rules))
    assert {each.cgroup: each.rule for each in cases} == {
        "/": "default",
        "/user.slice": "default",
        "/app": "cgroup:/app",
        "/x": "exe:/bin/x",
        "/r": "mpm run",
    }


@pytest.mark.parametrize(
    ("running", "verdict", "words"),
    [
        ([], Verdict.NOTHING_TO_TRY, "does not run"),
        (["/a", "/shared"], Verdict.NOT_VERIFIED, "best effort: it shares /shared "),
    ],
)
def test_a_program_without_a_cgroup_of_its_own_is_not_verified(running, verdict, words):
    said = policies(**{"exe:/bin/x": "only", "default": "handshake"})
    cases = derive(situation({"/": "handshake", "/a": "only"}, policies=said, running={"/bin/x": running}))
    (check,) = next(each for each in cases if each.cgroup is None).checks
    assert check.settled.verdict is verdict
    assert words in check.settled.reason


def test_a_program_whose_cgroups_are_all_held_is_in_its_cases_and_in_no_other():
    said = policies(**{"exe:/bin/x": "handshake", "default": "handshake"})
    held = {"/": "handshake", "/a": "only"}
    cases = derive(situation(held, policies=said, running={"/bin/x": ["/a", "/b"]}, rules={"/a": ["exe:/bin/x"]}))
    assert [each.rule for each in cases] == ["default", "exe:/bin/x"]


def test_what_is_not_enforced_is_not_verified():
    cases = derive(situation({}, policies=policies(default="handshake"), enforced=False))
    assert [each.checks[0].settled.verdict for each in cases] == [Verdict.NOT_VERIFIED]
    assert "this kernel is too old" in cases[0].checks[0].settled.reason


def test_a_rule_about_a_cgroup_that_is_not_there_leaves_nothing_to_try():
    said = policies(**{"cgroup:/gone": "only", "default": "handshake"})
    cases = derive(situation({"/": "handshake"}, policies=said))
    assert [each.checks[0].settled.verdict for each in cases if each.rule == "cgroup:/gone"] == [Verdict.NOTHING_TO_TRY]


def test_what_a_proof_has_set_free_is_no_case():
    name = "/mpm-verify-free-77"
    said = policies(**{f"cgroup:{name}": "any", "default": "handshake"})
    assert [each.cgroup for each in derive(situation({"/": "handshake", name: "any"}, policies=said))] == ["/"]


def test_there_is_a_control_for_each_path_kind_and_version():
    other = path("eth0")
    cases = derive(situation({"/": "handshake", "/a": "only", "/b": "only"}, paths=[WIFI, other, LTE]))
    controls = controls_of(cases)
    assert {(each.interface, each.traffic, each.version) for each in controls} == set(
        product(("wlan0", "eth0"), ONLY, (4, 6))
    )
    assert len(controls) == 24
    assert {each.manner for each in controls} == {Manner.DEVICE}


def test_at_one_time_no_two_attempts_have_one_port():
    cases = derive(situation({f"/{number}": "only" for number in range(20)}))
    rounds = list(rounds_of(cases))
    assert len(rounds) == 2
    for each in rounds:
        ports = [attempt.port for _case, attempts in each for attempt in attempts]
        assert len(set(ports)) == len(ports) <= PORTS
        assert min(ports) >= FIRST_PORT
    all_of_them = [attempt for each in rounds for _case, attempts in each for attempt in attempts]
    assert sorted(each.number for each in all_of_them) == list(range(20 * 72))


def test_the_worst_verdict_counts():
    assert worst([]) is Verdict.NOT_RESTRICTED
    assert worst([Verdict.PASSED, Verdict.NOT_RESTRICTED]) is Verdict.PASSED
    assert worst([Verdict.PASSED, Verdict.INCONCLUSIVE, Verdict.FAILED]) is Verdict.FAILED


def test_the_demand_of_a_case_is_what_holds_there():
    cases = derive(situation({"/": "handshake", "/a": "first-strict:100"}))
    assert [each.demand for each in cases] == [TrustPolicy.parse("handshake"), TrustPolicy.parse("first-strict:100")]
