"""What holds where files of decisions are damaged: never less than what was forbidden."""

import json
import logging

import pytest

from mpmanager.core.paths import PathPreferences
from mpmanager.core.trust import TrustPreferences
from mpmanager.daemon.state import POLICIES_LOST, TRUST_LOST, StateDirectory
from mpmanager.model.errors import StateFileError
from mpmanager.model.names import LinkName
from mpmanager.model.path import PathKind, Tier
from mpmanager.model.policy import UNTIL_RESTART, PolicyRule, TrustPolicy
from mpmanager.model.selector import Selector
from mpmanager.model.trust import NetworkId, Trust


def rule(selector, trust=None, **said):
    return PolicyRule(
        selector=Selector.parse(selector), trust=None if trust is None else TrustPolicy.parse(trust), **said
    )


BANK, MAIL, SSH = rule("exe:/usr/bin/bank", "only"), rule("exe:/usr/bin/mail", "first:5"), rule("exe:/ssh", wait_s=0.05)
RULES = (BANK, MAIL, SSH)
EVERYBODY_ONLY = rule("default", "only")
WLAN, WWAN = LinkName("wlan0"), LinkName("wwan0")
DECISIONS = PathPreferences(
    tiers={WWAN: Tier.NEVER},
    kinds={WLAN: PathKind.LTE},
    trust=TrustPreferences(networks={NetworkId("wifi:Home/wpa2"): Trust.TRUSTED}, interfaces={WWAN: Trust.TRUSTED}),
)
ENDLESS = b'{"policies": [' + b"[" * 100_000 + b"]" * 100_000 + b"]}"
DAMAGED = [
    *[b"", b"{", b"null", b"[]", b'{"policies": 3}', b'{"version": 2, "policies": []}', b"\xff\x00", b"{}"],
    pytest.param(ENDLESS, id="endless"),
]


@pytest.fixture(autouse=True)
def _warned(caplog):
    caplog.set_level(logging.WARNING)


@pytest.fixture
def said(tmp_path):
    """A directory in which things were said."""
    state = StateDirectory(tmp_path)
    state.save_policies(RULES)
    state.save_preferences(DECISIONS)
    return tmp_path


def rules_of(directory):
    """As they are found now, with what is told of it."""
    state = StateDirectory(directory)
    return set(state.load_policies()), state


def change(file, act):
    content = json.loads(file.read_bytes())
    act(content)
    file.write_text(json.dumps(content))


def without_copy(directory):
    for each in directory.glob("*.copy.json"):
        each.unlink()


def test_a_first_start_finds_nothing_and_writes_nothing(tmp_path):
    state = StateDirectory(tmp_path)
    assert state.load_policies() == ()
    assert state.load_preferences() == PathPreferences()
    assert state.limits() == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", DAMAGED)
def test_what_cannot_be_read_is_replaced_by_its_copy_put_aside_and_told(said, caplog, text):
    (said / "policies.json").write_bytes(text)
    found, state = rules_of(said)
    assert found == set(RULES)
    (told,) = state.limits()
    assert "cannot be read" in told
    assert "its copy is in force" in told
    assert told.removeprefix("policies.json") in caplog.text
    (aside,) = said.glob("policies.broken-*")
    assert aside.read_bytes() == text
    assert aside.name in told
    found, state = rules_of(said)
    assert (found, state.limits()) == (set(RULES), []), "it is whole again"


def test_a_file_that_is_gone_is_replaced_by_its_copy_and_told(said):
    (said / "policies.json").unlink()
    found, state = rules_of(said)
    assert found == set(RULES)
    assert state.limits() == ["policies.json is gone; its copy is in force"]
    assert rules_of(said)[1].limits() == []


@pytest.mark.parametrize("text", DAMAGED)
@pytest.mark.parametrize("is_gone", [False, True])
def test_where_file_and_copy_are_damaged_everybody_is_held_and_that_outlives_restarts(said, text, is_gone):
    for name in ("policies.json", "policies.copy.json"):
        (said / name).write_bytes(text)
    if is_gone:
        (said / "policies.json").unlink()
    for _start in range(3):
        found, state = rules_of(said)
        assert found == {EVERYBODY_ONLY}
        assert state.are_policies_lost
        assert POLICIES_LOST in state.limits()


def test_where_it_cannot_be_written_either_it_stays_lost(said):
    for name in ("policies.json", "policies.copy.json"):
        (said / name).write_bytes(b"{")
    (said / "policies.new").mkdir()
    for _start in range(2):
        found, state = rules_of(said)
        assert found == {EVERYBODY_ONLY}
        assert POLICIES_LOST in state.limits()
    assert (said / "policies.json").read_bytes() == b"{"


def test_a_damaged_copy_is_renewed_and_costs_nothing(said):
    (said / "policies.copy.json").write_bytes(b"{")
    found, state = rules_of(said)
    assert (found, state.limits()) == (set(RULES), [])
    (said / "policies.json").write_bytes(b"{")
    assert rules_of(said)[0] == set(RULES)


def test_a_file_of_before_there_were_copies_gets_one(said):
    without_copy(said)
    rules_of(said)
    assert (said / "policies.copy.json").exists()


def test_a_copy_that_cannot_be_renewed_goes_as_it_may_allow_what_is_forbidden_since(said):
    (said / "policies.copy.new").mkdir()
    StateDirectory(said).save_policies([EVERYBODY_ONLY])
    assert not (said / "policies.copy.json").exists()


def test_a_file_that_cannot_be_written_stays_with_its_copy(said):
    (said / "policies.new").mkdir()
    with pytest.raises(StateFileError, match=r"policies\.json"):
        StateDirectory(said).save_policies([])
    assert rules_of(said)[0] == set(RULES)


def test_a_bad_entry_is_named_and_costs_no_other(said):
    change(said / "policies.json", lambda file: file["policies"][0].update(trust="onyl"))
    found, state = rules_of(said)
    assert found == set(RULES), "the copy knows what it was"
    (told,) = state.limits()
    assert "exe:/usr/bin/bank" in told
    assert "'onyl'" in told
    assert list(said.glob("policies.broken-*"))


@pytest.mark.parametrize(
    ("damage", "held"),
    [
        ({"trust": "onyl"}, {rule("exe:/usr/bin/mail", "only")}),
        ({"trust": 7}, {rule("exe:/usr/bin/mail", "only")}),
        ({"wait_ms": -1}, {rule("exe:/usr/bin/mail", "first:5")}),
        ({"weight": 1}, {rule("exe:/usr/bin/mail", "only")}),
        ({"wait_ms": -1, "trust": "any", "temporary": True}, {rule("exe:/usr/bin/mail", "only")}),
        ({"wait_ms": -1, "trust": "any", "owner": 1000}, {rule("exe:/usr/bin/mail", "only")}),
        ({"trust": None, "weight": 1}, {rule("exe:/usr/bin/mail", "only")}),
        ({"trust": None, "wait_ms": -1}, set()),
        ({"selector": "nobody"}, {EVERYBODY_ONLY}),
        ({"selector": None}, {EVERYBODY_ONLY}),
    ],
)
def test_of_a_bad_entry_that_nobody_knows_from_earlier_its_trust_holds_and_else_only(said, damage, held):
    without_copy(said)
    change(said / "policies.json", lambda file: file["policies"][1].update(damage))
    found, state = rules_of(said)
    assert found == {BANK, SSH} | held
    assert state.are_policies_lost == (EVERYBODY_ONLY in held)
    assert "has an entry that cannot be read" in state.limits()[0]


@pytest.mark.parametrize("entry", [7, None, [], {"selector": []}, "[" * 500])
def test_an_entry_of_which_nobody_knows_whom_it_is_about_may_be_about_any_that_were_known(said, entry):
    change(said / "policies.json", lambda file: file["policies"].__setitem__(0, entry))
    found, state = rules_of(said)
    assert found == set(RULES)
    assert not state.are_policies_lost


def test_rules_that_are_lost_override_what_was_said_of_the_default(said):
    state = StateDirectory(said)
    state.save_policies([rule("default", "any", wait_s=1.0), rule("default", "any", life=UNTIL_RESTART), BANK])
    without_copy(said)
    change(said / "policies.json", lambda file: file["policies"].append({}))
    found = {BANK, rule("default", "only", wait_s=1.0), rule("default", "only", life=UNTIL_RESTART)}
    for _start in range(2):
        assert rules_of(said)[0] == found


@pytest.mark.parametrize("text", [b"", b"{", b'{"tiers": []}', b'{"networks": {}}'])
def test_where_decisions_about_networks_are_lost_that_is_said_until_there_are_new_ones(said, text):
    (said / "paths.json").write_bytes(text)
    assert StateDirectory(said).load_preferences() == DECISIONS, "there is a copy"
    for name in ("paths.json", "paths.copy.json"):
        (said / name).write_bytes(text)
    for _start in range(2):
        state = StateDirectory(said)
        found = state.load_preferences()
        assert found == PathPreferences(trust=TrustPreferences(are_lost=True))
        assert TRUST_LOST in state.limits()
    state.save_preferences(PathPreferences())
    assert TRUST_LOST not in state.limits()


@pytest.mark.parametrize("has_copy", [True, False])
def test_a_bad_decision_is_named_costs_no_other_and_allows_nothing(said, has_copy):
    def spoil(file):
        file["tiers"]["wwan0"] = "nver"
        file["kinds"]["wlan0"] = ["lte"]
        file["network_trust"]["wifi:Home/wpa2"] = "turst"
        file["interface_trust"]["eth0"] = "trusted"
        file["needs_wired_login"] = "no"

    if not has_copy:
        without_copy(said)
    change(said / "paths.json", spoil)
    state = StateDirectory(said)
    found = state.load_preferences()
    told = " ".join(state.limits())
    assert all(each in told for each in ("nver", "lte", "turst", "needs_wired_login"))
    added = {LinkName("eth0"): Trust.TRUSTED}
    assert found.trust.needs_wired_login
    if has_copy:
        assert (found.tiers, found.kinds) == (DECISIONS.tiers, DECISIONS.kinds)
        assert found.trust.networks == DECISIONS.trust.networks
        assert found.trust.interfaces == DECISIONS.trust.interfaces | added
    else:
        assert (found.tiers, found.kinds) == ({}, {})
        assert found.trust.networks == {NetworkId("wifi:Home/wpa2"): Trust.UNTRUSTED}
        assert found.trust.interfaces == DECISIONS.trust.interfaces | added | {WLAN: Trust.UNTRUSTED}
