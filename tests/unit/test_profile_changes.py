"""Which changes widen rights."""

import pytest
from hypothesis import given, settings

from mpmanager.api.profile_text import read_profile
from mpmanager.core.profile_changes import changes_between
from mpmanager.model.profile import ChangeKind
from profile_model import profiles


def profile(body):
    reading = read_profile(f'version = 1\nname = "a"\n{body}')
    assert reading.mistakes == ()
    return reading.profile


def network(level):
    return f'[trust.networks]\n"wifi:Cafe/open" = "{level}"\n'


def tier(paths, when):
    return f'[[tiers]]\npaths = "{paths}"\ntier = "{when}"\n'


def rule(said, selector="exe:/usr/bin/ssh"):
    return f'[[policies]]\nselector = "{selector}"\n{said}\n'


def default(said):
    return f"[defaults]\n{said}\n"


ONLY, FIRST, ANY, HANDSHAKE = 'trust = "only"', 'trust = "first:1000"', 'trust = "any"', 'trust = "handshake"'
LOGIN = "[trust]\nwires_need_login = {}\n"
APP = "app:org.mozilla.firefox"

WIDENS = [
    ("a network is trusted", "", network("trusted")),
    ("a network is no longer distrusted", network("untrusted"), ""),
    ("a network that was distrusted is trusted", network("untrusted"), network("trusted")),
    ("cables need no login", LOGIN.format("true"), LOGIN.format("false")),
    ("nothing is said of logins any more", LOGIN.format("true"), ""),
    ("the default demands nothing", "", default(ANY)),
    ("the default demands the handshake only", default(ONLY), ""),
    ("fewer first bytes", rule('trust = "first:1000"'), rule('trust = "first:999"')),
    ("a handshake may be let go", rule('trust = "handshake-strict"'), rule('trust = "handshake"')),
    ("from only to handshake", rule(ONLY), rule(HANDSHAKE)),
    ("from only to first bytes", rule(ONLY), rule(FIRST)),
    ("a rule with a demand is gone", rule(ONLY), ""),
    ("a rule says nothing of trust any more", rule(ONLY), rule("wait_ms = 1")),
    ("a rule demands less than the default", default(ONLY), default(ONLY) + rule(HANDSHAKE)),
    (
        "a rule takes some out of a broader demand",
        rule(ONLY, "unit:a.service"),
        rule(ONLY, "unit:a.service") + rule(ANY),
    ),
    ("an inner cgroup demands less", rule(ONLY, "cgroup:/a"), rule(ONLY, "cgroup:/a") + rule(FIRST, "cgroup:/a/b")),
    ("LTE carries all the time", "", tier("kind:lte", "always")),
    ("LTE helps when needed", tier("kind:lte", "backup"), tier("kind:lte", "when-needed")),
    ("metered paths are used again", tier("metered", "never"), ""),
    ("metered paths are used as their kind suggests", tier("metered", "never"), tier("metered", "auto")),
    ("trusted paths may be metered", "", tier("trusted", "always")),
    ("any path may be metered", tier("any", "never"), tier("any", "backup")),
    ("an interface may be metered", "", tier("path:usb0", "always")),
    ("a program uses LTE", "", rule('tiers = [{ paths = "kind:lte", tier = "always" }]')),
    (
        "a program is no longer kept off LTE",
        rule('tiers = [{ paths = "kind:lte", tier = "never" }]'),
        rule("wait_ms = 1"),
    ),
    ("big transfers go to LTE", rule('big_transfers_to = "kind:xdsl"'), rule('big_transfers_to = "kind:lte"')),
]
DOES_NOT = [
    ("a network is distrusted", network("trusted"), network("untrusted")),
    ("a network is no longer trusted", network("trusted"), ""),
    ("cables need a login", "", LOGIN.format("true")),
    ("the default demands more", default(ANY), ""),
    ("a rule demands more than the default", "", rule(FIRST)),
    ("a rule demands more", rule(FIRST), rule(ONLY)),
    ("a rule demands what the default does", default(ONLY), default(ONLY) + rule(ONLY)),
    ("a rule about others is there already", rule(ONLY, APP), rule(ONLY, APP) + rule(HANDSHAKE, "app:other")),
    ("LTE is kept as backup", "", tier("kind:lte", "backup")),
    ("LTE is never used", "", tier("kind:lte", "never")),
    ("Wi-Fi carries all the time", tier("kind:wifi", "never"), tier("kind:wifi", "always")),
    ("unmetered paths carry all the time", tier("unmetered", "never"), tier("unmetered", "always")),
    ("a program keeps off LTE", "", rule('tiers = [{ paths = "kind:lte", tier = "never" }]')),
    ("big transfers go to xDSL", "", rule('big_transfers_to = "kind:xdsl"')),
    ("a longer wait", rule("wait_ms = 10"), rule("wait_ms = 20")),
    ("another intent", rule('intent = "browsing"'), rule('intent = "streaming"')),
    ("multipath", "", rule("multipath = true")),
]


@pytest.mark.parametrize(("before", "after"), [each[1:] for each in WIDENS], ids=[each[0] for each in WIDENS])
def test_it_widens_rights_when(before, after):
    changes = changes_between(profile(before), profile(after))
    assert any(each.widens_rights for each in changes)
    assert changes[0].widens_rights


@pytest.mark.parametrize(("before", "after"), [each[1:] for each in DOES_NOT], ids=[each[0] for each in DOES_NOT])
def test_it_does_not_widen_rights_when(before, after):
    changes = changes_between(profile(before), profile(after))
    assert changes
    assert not any(each.widens_rights for each in changes)


def test_each_change_says_what_becomes_what():
    before = profile(rule("wait_ms = 10\n" + ONLY))
    after = profile(network("untrusted") + tier("metered", "never") + rule('wait_ms = "never"\n' + ONLY))
    assert [(each.kind, each.about, each.before, each.after) for each in changes_between(before, after)] == [
        (ChangeKind.NETWORK_TRUST, "wifi:Cafe/open", "", "untrusted"),
        (ChangeKind.TIER, "metered", "", "never"),
        (ChangeKind.WAIT, "exe:/usr/bin/ssh wait", "10 ms", "never"),
    ]


def test_the_order_of_roles_is_a_change():
    one = tier("metered", "never") + tier("trusted", "always")
    other = tier("trusted", "always") + tier("metered", "never")
    (change,) = changes_between(profile(one), profile(other))
    assert (change.about, change.before, change.after) == ("order", "metered, trusted", "trusted, metered")
    assert change.widens_rights


@settings(deadline=None)
@given(profiles)
def test_nothing_changes_where_nothing_is_different(same):
    assert changes_between(same, same) == ()


@settings(deadline=None)
@given(profiles, profiles)
def test_what_is_there_and_back_again_is_the_same_changes(one, other):
    there, back = changes_between(one, other), changes_between(other, one)
    assert {(each.kind, each.about, each.before, each.after) for each in there} == {
        (each.kind, each.about, each.after, each.before) for each in back
    }
