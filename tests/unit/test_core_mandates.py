"""What an administrator's files demand is a floor: people may say more, and never less."""

from dataclasses import replace

import pytest

from mpmanager.api.profile_text import read_profile
from mpmanager.core.mandates import Floor, Mandate
from mpmanager.core.paths import PathPreferences
from mpmanager.core.policies import policy_from
from mpmanager.core.profile_mapping import Places
from mpmanager.core.restrictions import demand_at, demands_of
from mpmanager.core.trust import TrustPreferences
from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.names import LinkName
from mpmanager.model.path import KindSource, Path, PathKind, PathState, Tier
from mpmanager.model.policy import PolicyRule, TierChoice, TrustPolicy
from mpmanager.model.selector import EVERYBODY, Selector
from mpmanager.model.trust import NetworkId, Trust

FILE = "/etc/mpmanager/profiles.d/10-office.toml"
ROOT = CgroupPath("/")
SLICE = CgroupPath("/user.slice")
SHELL = CgroupPath("/user.slice/shell.scope")
SSH = Selector.parse("exe:/usr/bin/ssh")
ONLY = TrustPolicy.parse("only")


def mandate(text, origin=FILE):
    return Mandate(origin=origin, profile=read_profile(f'version = 1\nname = "Office"\n{text}').profile)


def path(name, kind, **changes):
    plain = Path(
        name=LinkName(name),
        index=1,
        kind=kind,
        kind_source=KindSource.FACTS,
        network=None,
        security=None,
        tier=Tier.ALWAYS,
        state=PathState.UP,
        addresses=(),
        ways_out=(),
    )
    return replace(plain, **changes)


LTE = path("wwan0", PathKind.LTE)
WIFI = path("wlan0", PathKind.WIFI, network_ids=(NetworkId("wifi:Cafe/open"),))


def floor(*texts):
    mandates = tuple(mandate(text, origin=f"/{number}.toml") for number, text in enumerate(texts))
    return Floor.of(mandates, Places([LTE, WIFI]))


def rule(selector, trust, **more):
    return PolicyRule(selector=selector, trust=TrustPolicy.parse(trust), **more)


def test_without_files_everything_is_as_people_say():
    said = PathPreferences(tiers={LinkName("wwan0"): Tier.NEVER})
    assert Floor().under(said) is said
    assert Floor().ceiling(LTE) is None


def test_a_network_that_a_file_distrusts_is_not_trusted_whatever_people_say():
    said = PathPreferences(trust=TrustPreferences(networks={NetworkId("wifi:Cafe/open"): Trust.TRUSTED}))
    found = floor('[trust.networks]\n"wifi:Cafe/open" = "untrusted"').under(said)
    assert found.trust.networks == {NetworkId("wifi:Cafe/open"): Trust.UNTRUSTED}


def test_a_network_that_a_file_trusts_may_be_distrusted_by_people():
    office = floor('[trust.networks]\n"wifi:Office/wpa3" = "trusted"')
    network = NetworkId("wifi:Office/wpa3")
    assert office.under(PathPreferences()).trust.networks == {network: Trust.TRUSTED}
    said = PathPreferences(trust=TrustPreferences(networks={network: Trust.UNTRUSTED}))
    assert office.under(said).trust.networks == {network: Trust.UNTRUSTED}


def test_of_two_files_the_one_that_distrusts_counts_in_either_order():
    yes, no = ('[trust.networks]\n"wifi:A/wpa2" = "trusted"', '[trust.networks]\n"wifi:A/wpa2" = "untrusted"')
    for texts in ((yes, no), (no, yes)):
        assert floor(*texts).under(PathPreferences()).trust.networks == {NetworkId("wifi:A/wpa2"): Trust.UNTRUSTED}


@pytest.mark.parametrize(
    ("said", "file", "found"), [(False, "true", True), (True, "false", True), (False, "false", False)]
)
def test_a_login_of_cables_is_needed_where_either_says_so(said, file, found):
    preferences = PathPreferences(trust=TrustPreferences(needs_wired_login=said))
    office = floor(f"[trust]\nwires_need_login = {file}")
    assert office.under(preferences).trust.needs_wired_login is found


def test_a_tier_of_a_file_is_the_most_that_is_allowed():
    office = floor(
        '[[tiers]]\npaths = "kind:lte"\ntier = "backup"', '[[tiers]]\npaths = "metered"\ntier = "when-needed"'
    )
    ceiling = office.ceiling(LTE)
    assert ceiling is not None
    assert (ceiling.tier, ceiling.origin) == (Tier.BACKUP, "/0.toml")
    assert office.ceiling(WIFI) is None


def test_a_tier_of_a_file_holds_where_people_have_said_nothing():
    office = floor('[[tiers]]\npaths = "kind:lte"\ntier = "when-needed"')
    assert office.under(PathPreferences()).role_tiers == (TierChoice(paths="kind:lte", tier=Tier.WHEN_NEEDED),)


def test_a_demand_of_a_file_is_added_to_what_others_say_of_the_same_program():
    office = floor('[[policies]]\nselector = "exe:/usr/bin/ssh"\ntrust = "only"\nwait_ms = 20')
    people = PolicyRule(selector=SSH, trust=TrustPolicy.parse("any"), wait_s=0.5)
    found = policy_from([people, *office.rules])
    assert (found.trust, found.wait_s) == (ONLY, 0.5)
    assert policy_from(office.rules).wait_s == 0.02


def test_people_may_demand_more_than_a_file():
    office = floor('[[policies]]\nselector = "exe:/usr/bin/ssh"\ntrust = "first:1000"')
    assert policy_from([rule(SSH, "only"), *office.rules]).trust == ONLY


def test_the_kernel_holds_a_program_to_what_a_file_demands_whatever_else_is_said_of_it():
    office = floor('[[policies]]\nselector = "exe:/usr/bin/ssh"\ntrust = "only"')
    rules = [rule(SSH, "any"), *office.rules]
    demands = demands_of(rules, root=ROOT, places={SSH: [SHELL]}, scopes={})
    assert demand_at(SHELL, demands) == ONLY


def test_a_default_of_a_file_is_a_floor_below_all_rules_of_people():
    office = floor('[defaults]\ntrust = "handshake-strict"')
    inner = Selector.parse("cgroup:/user.slice/shell.scope")
    rules = [rule(inner, "any"), rule(EVERYBODY, "any"), *office.rules]
    demands = demands_of(rules, root=ROOT, places={inner: [SHELL]}, scopes={})
    strict = TrustPolicy.parse("handshake-strict")
    assert demand_at(SHELL, demands) == demand_at(ROOT, demands) == strict


def test_only_as_a_files_default_means_people_and_their_containers_as_it_does_elsewhere():
    demands = demands_of(floor('[defaults]\ntrust = "only"').rules, root=ROOT, places={}, scopes={})
    assert demand_at(SLICE, demands) == ONLY
    assert demand_at(CgroupPath("/system.slice"), demands) == TrustPolicy.parse("handshake-strict")


def test_what_a_file_says_of_a_path_is_told_with_the_file():
    office = floor('[trust.networks]\n"wifi:Cafe/open" = "untrusted"\n[[tiers]]\npaths = "kind:wifi"\ntier = "backup"')
    assert list(office.about(WIFI)) == ["untrusted: /0.toml", "backup at most: /0.toml"]
    assert list(office.about(LTE)) == []
