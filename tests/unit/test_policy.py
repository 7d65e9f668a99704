"""Policies: whom a rule is about, and what is put together from several rules."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpmanager.core.match import RuleIndex
from mpmanager.core.policies import STOCK_POLICY, policy_from
from mpmanager.model.connection import UNKNOWN_APPLICATION, Application
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.names import LinkName
from mpmanager.model.policy import NEVER, BigTransfers, CongestionTriggers, PairWait, PolicyRule, TrustPolicy
from mpmanager.model.selector import Selector, SelectorKind, Subject

WLAN, LTE, DSL = LinkName("wlan0"), LinkName("wwan0"), LinkName("dsl0")


def program(exe=None, cgroup=None):
    return Application(id=f"exe:{exe}", name="program", pid=1, exe=exe, cgroup=cgroup)


def policy_of(application, rules):
    return policy_from(RuleIndex(rules).fitting(Subject(application=application)))


def rule(selector, **said):
    return PolicyRule(selector=Selector.parse(selector), **said)


def pair(carrier, helper, wait_s):
    return PairWait(carrier=carrier, helper=helper, wait_s=wait_s)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("default", "default"),
        ("exe:/usr/bin/ssh", "exe:/usr/bin/ssh"),
        ("exe:/opt/a b:c", "exe:/opt/a b:c"),
        ("cgroup:/user.slice/", "cgroup:/user.slice"),
        ("cgroup:/", "cgroup:/"),
        ("exe:/opt/My App/x user:anna", "exe:/opt/My App/x user:anna"),
        ("port:22 to:192.0.2.0/24 app:org.gnome.Maps", "app:org.gnome.Maps to:192.0.2.0/24 port:22"),
        ("host:*.Example.ORG. user:1000", "user:1000 host:*.example.org"),
        ("host:b\u00fccher.example", "host:xn--bcher-kva.example"),
        ("to:2001:db8::7", "to:2001:db8::7/128"),
        ("unit:getty@tty1.service on:wifi:Caf\u00e9 no 1/open", "unit:getty@tty1.service on:wifi:Caf\u00e9 no 1/open"),
    ],
)
def test_a_selector_is_written_as_it_is_read(text, canonical):
    selector = Selector.parse(text)
    assert str(selector) == canonical
    assert Selector.parse(str(selector)) == selector


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "expected default, or"),
        ("ssh", "expected default, or"),
        ("exe:", "expected default, or"),
        ("default:/x", "expected default, or"),
        ("exe:/a\nb", "expected default, or"),
        ("exe:/\x1b[31m", "expected default, or"),
        ("exe:ssh", "a path begins with /"),
        ("cgroup:/a/../b", "without . and .."),
        ("cgroup:/a/./b", "without . and .."),
        ("cgroup:/a//b", "without . and .."),
        ("cgroup:/..", "without . and .."),
        ("port:00443", "expected 1 to 65535"),
        ("port:00000165536", "expected 1 to 65535"),
        ("user:01000", "the name or the number of a user"),
        ("port:443 ", "too long, or with spaces at its ends"),
        ("exe:/" + "a" * 5000, "too long, or with spaces at its ends"),
        ("host:stra\u00dfe.example", "letters that programs write in two ways"),
        ("unit:/x", "the name of a unit"),
        ("app:a b", "an id such as"),
        ("exe:/a app:b", "there is a value already"),
        ("host:a host:b", "there is a host already"),
        ("host:*", "the name of a host"),
        ("host:a..b", "the name of a host"),
        ("host:exa_mple.-org", "the name of a host"),
        ("to:192.0.2.1/24", "expected a network"),
        ("port:0", "expected 1 to 65535"),
        ("port:65536", "expected 1 to 65535"),
        ("user:a/b", "the name or the number of a user"),
    ],
)
def test_what_is_no_selector_is_refused_by_name(text, what):
    with pytest.raises(InvalidValueError, match=re.escape(what)) as refusal:
        Selector.parse(text)
    assert repr(text[:100]).rstrip("'") in str(refusal.value)


@given(st.text("exaportusrhcgnm:/.*0123456789 -@", max_size=60))
def test_whatever_is_taken_for_a_selector_is_written_so_that_it_is_read_the_same(text):
    try:
        selector = Selector.parse(text)
    except InvalidValueError:
        return
    assert Selector.parse(str(selector)) == selector


@pytest.mark.parametrize("text", ["first:" + "0" * 20 + "5", "first:" + "9" * 5000, "first:0"])
def test_a_number_of_first_bytes_that_is_none_is_refused(text):
    with pytest.raises(InvalidValueError, match="expected 1 to"):
        TrustPolicy.parse(text)


@pytest.mark.parametrize(
    ("selector", "selected", "others"),
    [
        ("exe:/usr/bin/ssh", [program("/usr/bin/ssh")], [program("/usr/bin/sshd"), program(None), UNKNOWN_APPLICATION]),
        (
            "cgroup:/user.slice",
            [program("/x", "/user.slice"), program(None, "/user.slice/app.scope")],
            [program("/x", "/user.slice2"), program("/x", None), program("/x", "/")],
        ),
        ("cgroup:/", [program("/x", "/"), program("/x", "/user.slice")], [program("/x", None)]),
        ("default", [program("/x", "/y"), UNKNOWN_APPLICATION], []),
    ],
)
def test_a_rule_is_about_these_programs_and_no_others(selector, selected, others):
    parsed = Selector.parse(selector)
    assert all(parsed.selects_application(each) for each in selected)
    assert not any(parsed.selects_application(each) for each in others)


def test_where_nobody_has_said_anything_a_backup_is_a_backup():
    policy = policy_of(program("/usr/bin/ssh"), ())
    assert policy == STOCK_POLICY
    assert (policy.wait_s, str(policy.decided_by), policy.is_stock) == (NEVER, "default", True)


def test_the_most_specific_rule_that_says_a_wait_decides():
    rules = [
        rule("default", wait_s=1.0),
        rule("cgroup:/user.slice", wait_s=0.5),
        rule("cgroup:/user.slice/app.scope", wait_s=0.2),
        rule("exe:/usr/bin/ssh", wait_s=0.05),
        rule("exe:/usr/bin/quiet", big_transfers=BigTransfers(path=DSL)),
    ]

    def decided(exe, cgroup):
        policy = policy_of(program(exe, cgroup), rules)
        return policy.wait_s, str(policy.decided_by)

    assert decided("/usr/bin/ssh", "/user.slice/app.scope") == (0.05, "exe:/usr/bin/ssh")
    assert decided("/usr/bin/curl", "/user.slice/app.scope") == (0.2, "cgroup:/user.slice/app.scope")
    assert decided("/usr/bin/curl", "/user.slice") == (0.5, "cgroup:/user.slice")
    assert decided("/usr/bin/quiet", "/user.slice") == (0.5, "cgroup:/user.slice")
    assert decided("/usr/bin/curl", None) == (1.0, "default")


def test_pairs_count_as_far_down_as_the_rule_that_gives_the_wait():
    ssh, slice_, default = (
        rule("exe:/usr/bin/ssh", pairs=(pair(WLAN, LTE, 0.01),)),
        rule("cgroup:/user.slice", wait_s=0.5, pairs=(pair(WLAN, LTE, 0.02), pair(WLAN, DSL, 0.03))),
        rule("default", wait_s=1.0, pairs=(pair(DSL, LTE, 0.04),)),
    )
    policy = policy_of(program("/usr/bin/ssh", "/user.slice"), [default, slice_, ssh])
    assert policy.wait_between(WLAN, LTE) == 0.01, "the more specific rule comes first"
    assert policy.wait_between(WLAN, DSL) == 0.03
    assert policy.wait_between(DSL, LTE) == 0.5, "whoever has a wait of its own has no exceptions from the default's"
    assert policy.wait_between(LTE, WLAN) == 0.5, "a pair has a direction"
    assert policy.wait_between(None, LTE) == 0.5


def test_big_transfers_go_where_the_most_specific_rule_says():
    rules = [
        rule("default", big_transfers=BigTransfers(path=LTE)),
        rule("cgroup:/user.slice", big_transfers=BigTransfers(path=DSL)),
        rule("exe:/usr/bin/ssh", wait_s=0.05),
    ]
    policy = policy_of(program("/usr/bin/ssh", "/user.slice"), rules)
    assert policy.big_transfers == BigTransfers(path=DSL)
    assert not policy.is_stock


def test_each_trigger_of_congestion_is_that_of_the_most_specific_rule_that_says_it():
    rules = [
        rule("default", marks_share=0.05, loss_share=0.02),
        rule("cgroup:/user.slice", loss_share=0.1),
        rule("exe:/usr/bin/ssh", wait_s=0.05),
    ]
    policy = policy_of(program("/usr/bin/ssh", "/user.slice"), rules)
    assert policy.congestion == CongestionTriggers(marks_share=0.05, loss_share=0.1)


def test_a_rule_can_switch_off_for_its_programs_what_the_default_switches_on():
    default = rule("default", marks_share=0.05, loss_share=0.02)

    def congestion(**off):
        return policy_of(program("/x"), [default, rule("exe:/x", **off)]).congestion

    assert congestion(marks_share=NEVER) == CongestionTriggers(loss_share=0.02)
    assert congestion(loss_share=NEVER) == CongestionTriggers(marks_share=0.05)
    assert congestion(marks_share=NEVER, loss_share=NEVER) is None


@pytest.mark.parametrize("trigger", ["marks_share", "loss_share"])
def test_who_leaves_congested_paths_has_to_be_watched_and_who_never_does_has_not(trigger):
    assert not policy_of(program("/x"), [rule("default", **{trigger: 1.0})]).is_stock
    assert policy_of(program("/x"), [rule("default", **{trigger: NEVER})]).is_stock
    assert policy_of(program("/x"), ()).congestion is None


def test_a_rule_that_says_only_that_a_trigger_is_off_says_something():
    assert not rule("exe:/x", marks_share=NEVER).is_empty
    assert not rule("exe:/x", loss_share=NEVER).is_empty
    assert rule("exe:/x").is_empty


def test_an_exception_alone_has_to_be_watched():
    watched = policy_of(program("/x"), [rule("default", pairs=(pair(WLAN, LTE, 0.02),))])
    assert (watched.wait_s, watched.is_stock) == (NEVER, False)
    assert policy_of(program("/x"), [rule("default", pairs=(pair(WLAN, LTE, NEVER),))]).is_stock


waits = st.sampled_from([0.0, 0.02, 0.05, 1.0, NEVER])
shares = st.sampled_from([0.01, 0.05, 1.0, NEVER])
links = st.sampled_from([WLAN, LTE, DSL])
selectors = st.sampled_from(["default", "exe:/a", "exe:/b", "cgroup:/s", "cgroup:/s/t", "cgroup:/s/t/u", "cgroup:/"])
pairs = st.lists(st.builds(pair, links, links, waits), max_size=3).map(tuple)
rules = st.lists(
    st.builds(
        rule,
        selectors,
        wait_s=st.none() | waits,
        pairs=pairs,
        big_transfers=st.none() | st.builds(BigTransfers, path=links),
        marks_share=st.none() | shares,
        loss_share=st.none() | shares,
    ),
    unique_by=lambda each: each.selector,
)
programs = st.builds(
    program, st.sampled_from([None, "/a", "/b"]), st.sampled_from([None, "/", "/s", "/s/t", "/s/t/u/v", "/st"])
)


@given(application=programs, rules=rules)
def test_whatever_was_said_the_policy_is_that_of_one_rule_about_the_program(application, rules):
    policy = policy_of(application, rules)
    about = {each.selector: each for each in rules if each.selector.selects_application(application)}
    speaking = [each for each in about.values() if each.wait_s is not None]
    if speaking:
        decided = about[policy.decided_by]
        assert decided.wait_s == policy.wait_s
        assert decided.selector.order == min(each.selector.order for each in speaking)
    else:
        assert (policy.wait_s, policy.decided_by.kind) == (NEVER, SelectorKind.DEFAULT)
    assert set(policy.pairs) <= {each for found in about.values() for each in found.pairs}


@given(application=programs, rules=rules, data=st.data())
def test_neither_the_order_of_rules_nor_those_about_others_matter(application, rules, data):
    policy = policy_of(application, rules)
    assert policy_of(application, data.draw(st.permutations(rules))) == policy
    assert policy_of(application, [each for each in rules if each.selector.selects_application(application)]) == policy


@given(application=programs, rules=rules, carrier=links, helper=links)
def test_a_wait_is_one_that_was_said_or_never(application, rules, carrier, helper):
    said = {each.wait_s for each in rules} | {each.wait_s for rule in rules for each in rule.pairs} | {math.inf}
    assert policy_of(application, rules).wait_between(carrier, helper) in said
