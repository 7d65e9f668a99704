"""What a profile means on a machine, and what of a machine's decisions goes into a profile."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpmanager.api.profile_text import write_profile
from mpmanager.core.paths import PathPreferences
from mpmanager.core.profile_mapping import (
    Decisions,
    Places,
    by_interface,
    decisions_by,
    merged,
    placed_references,
    profile_of,
)
from mpmanager.core.trust import TrustPreferences
from mpmanager.model.path import PathKind, Tier
from mpmanager.model.policy import BigTransfers, Life, PairWait, PolicyRule, TierChoice, TrustPolicy
from mpmanager.model.profile import Profile, ProfileName
from mpmanager.model.selector import EVERYBODY, Selector
from mpmanager.model.trust import Trust
from profile_model import LAPTOP, TWO_CARDS, path, profiles

NAME = ProfileName("Cafe")
SSH = Selector.parse("exe:/usr/bin/ssh")
NOTHING = Decisions(preferences=PathPreferences(), rules=())
LTE_ONLY = (path("wwan0", PathKind.LTE),)


def exported(decisions, paths):
    return profile_of(decisions, name=NAME, refer=Places(paths).refer)


def came_about(profile, paths, now=NOTHING):
    return decisions_by(profile, Places(paths), now)


def ssh(**said):
    return PolicyRule(selector=SSH, **said)


def pair(carrier, helper, wait_s=0.02):
    return PairWait(carrier=carrier, helper=helper, wait_s=wait_s)


def test_names_of_interfaces_become_kinds_and_on_another_machine_its_interfaces():
    rule = ssh(
        pairs=(pair("wlan0", "wwan0"),),
        big_transfers=BigTransfers(path="dsl0"),
        tiers=(TierChoice(paths="path:wwan0", tier=Tier.NEVER),),
    )
    profile = exported(Decisions(preferences=PathPreferences(tiers={"wwan0": Tier.BACKUP}), rules=(rule,)), LAPTOP)
    assert profile.tiers == (TierChoice(paths="kind:lte", tier=Tier.BACKUP),)
    assert profile.rules == (
        ssh(
            pairs=(pair("kind:wifi", "kind:lte"),),
            big_transfers=BigTransfers(path="kind:xdsl"),
            tiers=(TierChoice(paths="kind:lte", tier=Tier.NEVER),),
        ),
    )
    other = (path("wlp2s0", PathKind.WIFI), path("usb0", PathKind.LTE), path("ppp0", PathKind.XDSL))
    (found,) = came_about(profile, other).rules
    assert found.pairs == (pair("wlp2s0", "usb0"),)
    assert found.big_transfers == BigTransfers(path="ppp0")


def test_of_several_paths_of_a_kind_it_is_said_which_one_is_meant():
    decisions = Decisions(preferences=PathPreferences(tiers={"wlan1": Tier.NEVER}), rules=())
    profile = exported(decisions, TWO_CARDS)
    assert profile.tiers == (TierChoice(paths="kind:wifi:2", tier=Tier.NEVER),)
    assert came_about(profile, TWO_CARDS).preferences.tiers == {"wlan1": Tier.NEVER}
    assert came_about(profile, LAPTOP).preferences.tiers == {}


def test_what_is_said_of_a_kind_holds_for_all_of_it_and_what_is_said_of_one_comes_before():
    profile = Profile(
        name=NAME, rules=(ssh(pairs=(pair("kind:wifi", "kind:lte", 1), pair("kind:wifi:2", "kind:lte:1", 2))),)
    )
    (rule,) = came_about(profile, TWO_CARDS).rules
    assert rule.pairs == (pair("wlan0", "wwan0", 1), pair("wlan1", "wwan0", 2))


def test_an_interface_of_which_nobody_knows_the_kind_keeps_its_name():
    decisions = Decisions(preferences=PathPreferences(), rules=(ssh(big_transfers=BigTransfers(path="usb9")),))
    assert exported(decisions, LAPTOP).rules[0].big_transfers == BigTransfers(path="path:usb9")
    virtual = (path("br0", PathKind.VIRTUAL),)
    assert Places(virtual).refer("br0") == "path:br0"


def test_what_there_is_none_of_has_no_effect_and_is_told():
    profile = Profile(
        name=NAME,
        tiers=(TierChoice(paths="kind:wifi:2", tier=Tier.NEVER), TierChoice(paths="kind:vpn", tier=Tier.NEVER)),
        rules=(ssh(wait_s=1.0, pairs=(pair("kind:wifi", "kind:lte"),)),),
    )
    decisions = came_about(profile, LTE_ONLY)
    assert decisions.rules == (ssh(wait_s=1.0),)
    assert {each.reference: (each.names, each.users) for each in placed_references(profile, Places(LTE_ONLY))} == {
        "kind:lte": (("wwan0",), ("exe:/usr/bin/ssh",)),
        "kind:vpn": ((), ("tiers",)),
        "kind:wifi": ((), ("exe:/usr/bin/ssh",)),
        "kind:wifi:2": ((), ("tiers",)),
    }
    assert decisions.preferences.role_tiers == (TierChoice(paths="kind:vpn", tier=Tier.NEVER),)  # for when one comes


def test_what_belongs_to_this_machine_one_user_or_the_moment_is_not_exported_and_not_replaced():
    temporary = ssh(wait_s=1.0, life=Life(is_temporary=True))
    own = ssh(wait_s=2.0, owner_uid=1000)
    now = Decisions(
        preferences=PathPreferences(
            tiers={"wlan0": Tier.NEVER},
            kinds={"usb0": PathKind.LTE},
            trust=TrustPreferences(
                networks={"wifi:Home/wpa2": Trust.TRUSTED}, interfaces={"eth0": Trust.TRUSTED}, are_lost=True
            ),
        ),
        rules=(temporary, own, ssh(wait_s=3.0)),
    )
    profile = exported(now, LAPTOP)
    assert profile.rules == (ssh(wait_s=3.0),)
    after = came_about(Profile(name=NAME), LAPTOP, now)
    assert after.rules == (temporary, own)
    assert after.preferences == PathPreferences(
        kinds={"usb0": PathKind.LTE}, trust=TrustPreferences(interfaces={"eth0": Trust.TRUSTED})
    )


@settings(deadline=None)
@given(profiles, st.sampled_from([LAPTOP, TWO_CARDS, LTE_ONLY, ()]))
def test_what_came_about_is_exported_imported_and_exported_as_the_same_bytes(profile, paths):
    first = exported(came_about(profile, paths), paths)
    second = exported(came_about(first, paths), paths)
    assert write_profile(second) == write_profile(first)


@settings(deadline=None)
@given(profiles, profiles, st.sampled_from([LAPTOP, TWO_CARDS, LTE_ONLY, ()]))
def test_the_undo_brings_back_what_held(profile, other, paths):
    held = came_about(profile, paths)
    before = profile_of(held, name=ProfileName("before"), refer=by_interface)
    back = came_about(before, paths, came_about(other, paths, held))
    assert profile_of(back, name=NAME, refer=by_interface) == replace(before, name=NAME)
    assert back.preferences == held.preferences


def test_merging_keeps_what_the_added_one_does_not_speak_of():
    base = Profile(
        name=ProfileName("now"),
        networks={"a": Trust.TRUSTED, "b": Trust.TRUSTED},
        wires_need_login=True,
        tiers=(TierChoice(paths="kind:lte", tier=Tier.NEVER), TierChoice(paths="metered", tier=Tier.NEVER)),
        rules=(ssh(wait_s=1.0), PolicyRule(selector=EVERYBODY, trust=TrustPolicy.parse("only"))),
    )
    added = Profile(
        name=NAME,
        networks={"b": Trust.UNTRUSTED},
        tiers=(TierChoice(paths="metered", tier=Tier.BACKUP),),
        rules=(ssh(trust=TrustPolicy.parse("only")),),
    )
    assert merged(base, added) == Profile(
        name=NAME,
        networks={"a": Trust.TRUSTED, "b": Trust.UNTRUSTED},
        wires_need_login=True,
        tiers=(TierChoice(paths="kind:lte", tier=Tier.NEVER), TierChoice(paths="metered", tier=Tier.BACKUP)),
        rules=(ssh(trust=TrustPolicy.parse("only")), PolicyRule(selector=EVERYBODY, trust=TrustPolicy.parse("only"))),
    )


@pytest.mark.parametrize(
    ("reference", "names"),
    [
        ("kind:wifi", ("wlan0", "wlan1")),
        ("kind:wifi:2", ("wlan1",)),
        ("kind:wifi:3", ()),
        ("metered", ("wwan0",)),
        ("path:usb9", ()),
        ("any", ("wlan0", "wwan0", "dsl0", "wlan1")),
    ],
)
def test_references_mean_the_paths_that_there_are(reference, names):
    assert Places(TWO_CARDS).present(reference) == names


def test_of_two_choices_that_are_about_the_same_path_here_the_first_counts_once():
    tiers = (TierChoice(paths="kind:wifi:1", tier=None), TierChoice(paths="path:wlan0", tier=None))
    (choice,) = came_about(Profile(name=NAME, tiers=tiers), LAPTOP).preferences.role_tiers
    assert choice == TierChoice(paths="path:wlan0", tier=None)
