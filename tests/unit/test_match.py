"""Which rules are about a connection, and which of them counts first."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpmanager.core.match import RuleIndex
from mpmanager.core.policies import policy_from
from mpmanager.model.connection import Application, Endpoint
from mpmanager.model.policy import Intent, Life, PolicyRule, TierChoice, TrustPolicy
from mpmanager.model.selector import Selector, Subject

BROWSER = Application(
    id="app:org.mozilla.firefox",
    name="Firefox",
    pid=7,
    exe="/usr/lib/firefox/firefox",
    cgroup="/user.slice/user-1000.slice/app.slice/app-firefox-1.scope",
    app_id="org.mozilla.firefox",
    unit="app-firefox-1.scope",
    uid=1000,
)
VISIT = Subject(
    application=BROWSER,
    users=frozenset({"1000", "anna"}),
    remote=Endpoint(ip_address("192.0.2.7"), 443),
    hosts=frozenset({"www.example.org", "edge.cdn.example"}),
    networks=frozenset({"wifi:Cafe/open", "nm:1"}),
)


def rule(selector, **said):
    return PolicyRule(selector=Selector.parse(selector), **said)


def fitting(*selectors, subject=VISIT):
    found = RuleIndex([rule(each, wait_s=0.0) for each in selectors]).fitting(subject)
    return [str(each.selector) for each in found]


@pytest.mark.parametrize(
    "selector",
    [
        "default",
        "exe:/usr/lib/firefox/firefox",
        "app:org.mozilla.firefox",
        "unit:app-firefox-1.scope",
        "cgroup:/user.slice",
        "user:anna",
        "user:1000",
        "host:www.example.org",
        "host:*.example.org",
        "host:*.cdn.example",
        "host:*.org",
        "to:192.0.2.0/24",
        "to:192.0.2.7/32",
        "to:0.0.0.0/0",
        "port:443",
        "on:wifi:Cafe/open",
        "app:org.mozilla.firefox user:anna host:*.example.org to:192.0.0.0/16 port:443 on:nm:1",
    ],
)
def test_a_rule_is_about_a_connection_that_fulfils_all_its_conditions(selector):
    assert fitting(selector) == [str(Selector.parse(selector))]


@pytest.mark.parametrize(
    "selector",
    [
        "exe:/usr/lib/firefox",
        "app:org.mozilla",
        "unit:firefox.scope",
        "cgroup:/user.slice/user-1000",
        "user:root",
        "host:example.org",
        "host:*.www.example.org",
        "host:*.ample.org",
        "to:192.0.3.0/24",
        "to:::/0",
        "port:80",
        "on:wifi:Home/wpa2",
        "app:org.mozilla.firefox port:80",
        "host:www.example.org user:berta",
    ],
)
def test_a_rule_is_about_no_connection_that_lacks_one_condition(selector):
    assert fitting(selector) == []


def test_the_most_specific_rule_counts_first():
    assert fitting(
        "default",
        "on:nm:1",
        "user:anna",
        "port:443",
        "to:192.0.0.0/16",
        "to:192.0.2.0/24",
        "host:*.org",
        "host:*.example.org",
        "host:www.example.org",
        "host:www.example.org port:443",
        "cgroup:/user.slice",
        "cgroup:/user.slice/user-1000.slice",
        "unit:app-firefox-1.scope",
        "app:org.mozilla.firefox",
        "exe:/usr/lib/firefox/firefox",
        "exe:/usr/lib/firefox/firefox host:*.org",
    ) == [
        "exe:/usr/lib/firefox/firefox host:*.org",
        "exe:/usr/lib/firefox/firefox",
        "app:org.mozilla.firefox",
        "unit:app-firefox-1.scope",
        "cgroup:/user.slice/user-1000.slice",
        "cgroup:/user.slice",
        "host:www.example.org port:443",
        "host:www.example.org",
        "host:*.example.org",
        "host:*.org",
        "to:192.0.2.0/24",
        "to:192.0.0.0/16",
        "port:443",
        "user:anna",
        "on:nm:1",
        "default",
    ]


def test_of_rules_as_specific_as_each_other_the_first_counts():
    assert fitting("user:anna", "user:1000") == ["user:anna", "user:1000"]
    assert fitting("user:1000", "user:anna") == ["user:1000", "user:anna"]


def test_a_temporary_rule_counts_before_the_lasting_one_with_its_selector():
    lasting = rule("app:org.mozilla.firefox", wait_s=1.0)
    temporary = rule("app:org.mozilla.firefox", wait_s=0.0, life=Life(is_temporary=True))
    assert RuleIndex([lasting, temporary]).fitting(VISIT) == [temporary, lasting]


def test_an_intent_gives_the_wait_where_its_rule_names_no_number():
    by_intent = policy_from([rule("default", intent=Intent.BROWSING)])
    assert (by_intent.wait_s, by_intent.intent) == (0.05, Intent.BROWSING)
    by_number = policy_from([rule("exe:/x", wait_s=0.2), rule("default", intent=Intent.BROWSING)])
    assert (by_number.wait_s, by_number.intent) == (0.2, None)


def test_a_choice_about_a_path_counts_before_one_about_its_role_and_a_specific_rule_before_others():
    choices = [TierChoice.parse("metered", "never"), TierChoice.parse("path:wwan0", "backup")]
    policy = policy_from(
        [rule("exe:/x", tiers=tuple(choices)), rule("default", tiers=(TierChoice.parse("kind:lte", "always"),))]
    )
    assert [each.paths for each in policy.tiers] == ["path:wwan0", "metered", "kind:lte"]


@pytest.mark.parametrize(
    ("own", "administrators", "result", "decided_by"),
    [
        ("any", "only", "only", "default"),
        ("only", "handshake", "only", "exe:/x"),
        ("first:100", "handshake-strict", "first-strict:100", "exe:/x"),
        ("handshake", "first:100", "first:100", "default"),
    ],
)
def test_the_rule_of_a_user_demands_more_trust_than_the_administrator_but_never_less(
    own, administrators, result, decided_by
):
    policy = policy_from(
        [
            rule("exe:/x", trust=TrustPolicy.parse(own), owner_uid=1000),
            rule("default", trust=TrustPolicy.parse(administrators)),
        ]
    )
    assert (str(policy.trust), str(policy.trust_decided_by)) == (result, decided_by)


names = st.sampled_from(["a", "b", "a.b", "b.a.b", "*.b", "*.a.b"])
selectors = st.builds(
    Selector,
    user=st.sampled_from(["", "anna", "1000", "root"]),
    host=st.just("") | names,
    port=st.none() | st.sampled_from([443, 80]),
    on_network=st.none() | st.sampled_from(["wifi:Cafe/open", "nm:2"]),
)


@given(st.lists(selectors, unique=True), st.sets(names.filter(lambda name: "*" not in name)))
def test_what_the_index_finds_is_what_looking_at_every_rule_finds(said, hosts):
    subject = Subject(
        application=BROWSER, users=VISIT.users, remote=VISIT.remote, hosts=frozenset(hosts), networks=VISIT.networks
    )
    rules = [PolicyRule(selector=each, wait_s=0.0) for each in said]
    assert RuleIndex(rules).fitting(subject) == sorted(
        (each for each in rules if each.selector.selects(subject)), key=lambda each: each.selector.order
    )


def test_a_rule_about_a_host_name_adds_to_the_demand_and_takes_nothing_from_it():
    only, free = TrustPolicy.parse("only"), TrustPolicy.parse("any")
    assert policy_from([rule("host:a.example", trust=free), rule("exe:/x", trust=only)]).trust == only
    assert policy_from([rule("host:a.example", trust=only), rule("exe:/x", trust=free)]).trust == only
    assert policy_from([rule("to:192.0.2.0/24", trust=free), rule("default", trust=only)]).trust == free
