"""What other rules would mean for open connections."""

import pytest

from mpmanager.api.structures import PolicyInfo, TierChoiceInfo
from mpmanager.client.consequences import (
    Consequences,
    RuleBook,
    consequences_of,
    networks_of,
    policy_of,
    standing_for,
)
from unit.rule_frames import CURL, DEFAULT, connection, frame


def test_only_connections_for_which_something_else_holds_are_counted():
    seen = frame(connection("curl"), connection("curl", 22), connection("ssh"))
    rule = PolicyInfo(selector=CURL, wait_ms=50.0)
    assert consequences_of([DEFAULT], [rule, DEFAULT], seen) == Consequences(connections=2)
    assert consequences_of([DEFAULT], [PolicyInfo(selector=f"{CURL} port:22", wait_ms=50.0), DEFAULT], seen) == (
        Consequences(connections=1)
    )
    assert consequences_of([DEFAULT], [PolicyInfo(selector=CURL, wait_ms="never"), DEFAULT], seen) == Consequences()


def test_trusted_only_closes_what_is_on_untrusted_paths_even_if_nothing_is_left():
    only = PolicyInfo(selector=CURL, trust="only")
    found = consequences_of([DEFAULT], [only, DEFAULT], frame(connection("curl"), connection("curl", 2, ["wlan0"])))
    assert (found.connections, found.closing) == (2, {"wlan0": 2})


def test_a_path_that_may_never_be_used_is_left_unless_there_is_no_other():
    never = PolicyInfo(selector=CURL, tiers=[TierChoiceInfo(paths="path:wlan0", tier="never")])
    found = consequences_of([DEFAULT], [never, DEFAULT], frame(connection("curl"), connection("curl", 2, ["wlan0"])))
    assert (found.connections, found.closing) == (2, {"wlan0": 1})


def test_a_path_is_metered_where_somebody_has_said_so():
    never = PolicyInfo(selector=CURL, tiers=[TierChoiceInfo(paths="metered", tier="never")])
    seen = frame(connection("curl"))
    assert consequences_of([DEFAULT], [never, DEFAULT], seen).closing == {"wwan0": 1}
    seen.paths[0].metered, seen.paths[1].metered = True, False
    assert consequences_of([DEFAULT], [never, DEFAULT], seen).closing == {"wlan0": 1}


def test_without_multipath_the_first_subflow_stays_alone():
    single = PolicyInfo(selector=CURL, multipath=False)
    found = consequences_of([DEFAULT], [single, DEFAULT], frame(connection("curl")))
    assert found.closing == {"wwan0": 1}


def test_what_is_about_names_cannot_be_counted_and_says_so():
    rule = PolicyInfo(selector=f"{CURL} host:example.org", wait_ms=50.0)
    assert not consequences_of([DEFAULT], [rule, DEFAULT], frame(connection("curl"))).is_complete


@pytest.mark.parametrize("selector", [CURL, "script:/srv/backup.py", "unit:ssh.service", "app:org.mozilla.firefox"])
def test_rules_are_found_for_what_is_not_running(selector):
    rule = PolicyInfo(selector=selector, wait_ms=20.0)
    found = RuleBook([DEFAULT, rule]).about(standing_for(selector), networks_of([]))
    assert found == [rule, DEFAULT]
    assert policy_of(found).wait_s == 0.02
