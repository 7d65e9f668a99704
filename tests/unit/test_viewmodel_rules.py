"""The editor of rules: drafts, what they change in words, badges, promise and proof, the list."""

import os

import pytest

from mpmanager.api.structures import (
    AppInfo,
    ApplicationTotals,
    EventInfo,
    EventKind,
    HelpCounts,
    MultipathInfo,
    PolicyInfo,
    ProtectionInfo,
    TrustInfo,
)
from mpmanager.client.consequences import RuleBook, consequences_of, policy_of
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.multipath import MultipathState
from mpmanager.model.policy import Intent, TrustPolicy
from mpmanager.model.protection import Coverage, CoverageReason
from mpmanager.model.selector import SelectorKind
from mpmanager.model.trust import Hold
from mpmanager_ui.viewmodels.applications import KEPT_AFTER_END_S, Roster, found
from mpmanager_ui.viewmodels.badges import Tone, expected_badge, multipath_badge, trust_badge
from mpmanager_ui.viewmodels.drafts import Drafts
from mpmanager_ui.viewmodels.new_rule import NewRule
from mpmanager_ui.viewmodels.promises import promise_and_proof, proof_of
from mpmanager_ui.viewmodels.rule_draft import HOUR_S, Lifetime, Part, Preset, RuleDraft, Standing
from mpmanager_ui.viewmodels.rule_editor import Surroundings, applied, editor_state
from mpmanager_ui.viewmodels.rule_words import chain_links, preview_of
from unit.rule_frames import CURL, DEFAULT, connection, frame

TITLES = {"wlan0": "Wi-Fi", "wwan0": "LTE"}
NOW = 1_800_000_000.0


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def draft_of(*policies, selector=CURL):
    return RuleDraft.of(Standing.of(selector, policies))


@pytest.fixture(autouse=True)
def as_root(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)


# Drafts


def test_a_draft_of_nothing_changes_nothing():
    assert not draft_of(PolicyInfo(selector=CURL, wait_ms=50.0)).is_changed
    assert not draft_of().with_wait(50.0).with_wait(None).is_changed


@pytest.mark.parametrize("preset", set(Preset) - {Preset.OWN})
def test_each_preset_is_known_again_by_what_it_says(preset):
    assert draft_of().with_trust("first:100").with_preset(preset).preset is preset


def test_the_default_says_nothing_by_what_holds_without_it():
    stock = PolicyInfo(selector="default", wait_ms="never", trust="handshake")
    draft = draft_of(stock, selector="default")
    assert draft.preset is None
    browsing = draft.with_preset(Preset.BROWSING)
    assert (browsing.preset, browsing.changed) == (Preset.BROWSING, (Part.WAIT,))
    trusted = browsing.with_preset(Preset.TRUSTED_ONLY)
    assert (trusted.preset, trusted.changed) == (Preset.TRUSTED_ONLY, (Part.TRUST,))


def test_a_rule_of_its_own_kind_is_none_of_the_presets_and_no_rule_has_none():
    assert draft_of(PolicyInfo(selector=CURL, wait_ms=70.0)).preset is Preset.OWN
    assert draft_of().preset is None


def test_a_rule_for_an_hour_leaves_the_lasting_one_as_it_is():
    draft = draft_of(PolicyInfo(selector=CURL, wait_ms=50.0)).with_wait(20.0).with_life(Lifetime.HOUR)
    (said,) = draft.commands(NOW)
    assert (said.wait_ms, said.temporary, said.until) == (20.0, True, NOW + HOUR_S)
    assert draft.base.rules == (
        PolicyInfo(selector=CURL, wait_ms=50.0),
        PolicyInfo(selector=CURL, temporary=True),
    )


def test_what_is_to_last_again_takes_the_temporary_rule_back():
    lasting = PolicyInfo(selector=CURL, wait_ms=50.0)
    temporary = PolicyInfo(selector=CURL, trust="only", temporary=True)
    draft = draft_of(lasting, temporary)
    assert (draft.rule.wait_ms, draft.rule.trust, draft.life) == (50.0, "only", Lifetime.UNTIL_RESTART)
    assert draft.with_life(Lifetime.ALWAYS).commands(NOW) == (
        PolicyInfo(selector=CURL, wait_ms=50.0, trust="only"),
        PolicyInfo(selector=CURL, temporary=True),
    )


def test_what_is_edited_is_kept_on_top_of_what_others_change_meanwhile():
    drafts = Drafts()
    drafts.learn([PolicyInfo(selector=CURL, wait_ms=50.0)])
    drafts.put(drafts.of(CURL).with_trust("only"))
    drafts.learn([PolicyInfo(selector=CURL, wait_ms=200.0)])
    assert (drafts.of(CURL).rule.wait_ms, drafts.of(CURL).rule.trust) == (200.0, "only")
    assert (
        drafts.note_on(CURL) == "Somebody else has changed this rule meanwhile. Your changes are kept on top of that."
    )
    drafts.learn([PolicyInfo(selector=CURL, wait_ms=200.0, trust="handshake")])
    assert drafts.of(CURL).rule.trust == "only"
    assert "also: Trust" in drafts.note_on(CURL)


def test_what_others_have_done_as_wished_ends_the_draft_and_ones_own_doing_is_nobody_elses():
    drafts = Drafts()
    drafts.learn([])
    drafts.put(drafts.of(CURL).with_wait(50.0).with_trust("only"))
    with drafts.changing(CURL):
        drafts.learn([PolicyInfo(selector=CURL, multipath=True)])
    assert (drafts.of(CURL).rule.multipath, drafts.note_on(CURL)) == (True, "")
    drafts.learn([PolicyInfo(selector=CURL, multipath=True, wait_ms=50.0, trust="only")])
    assert not drafts.changed


# Words


def preview(draft, policies, seen):
    after = applied(RuleBook(policies), draft, NOW).policies
    own = [policy_of([each for each in rules if each.selector == CURL]) for rules in (policies, after)]
    result = preview_of(draft, tuple(own), consequences_of(policies, after, seen), TITLES, {"wlan0": "Cafe (Wi-Fi)"})
    return plain(result.text)


def test_a_preview_says_what_changes_and_whom_it_affects():
    rules = [PolicyInfo(selector=CURL, wait_ms=100.0, trust="any"), DEFAULT]
    seen = frame(connection("curl"), connection("curl", 2, ["wwan0"]), connection("ssh"))
    assert preview(draft_of(*rules).with_wait(20.0).with_trust("only"), rules, seen) == (
        "Wait: 100 ms → 20 ms; Trust: any path → trusted only; 2 connections are affected; "
        "1 subflow on Cafe (Wi-Fi) will be closed"
    )


def test_a_preview_names_what_other_rules_say_where_this_one_says_nothing():
    draft = draft_of(DEFAULT).with_wait(Intent.BROWSING).with_tier("path:wwan0", "never").with_life(Lifetime.HOUR)
    assert preview(draft, [DEFAULT], frame()) == (
        "Wait: no limit (other rules) → browsing (50 ms); LTE: as the path itself → Never; "
        "Holds: Always → For an hour; no open connection is affected"
    )


def test_of_the_rules_in_their_order_each_says_what_it_decides_and_what_was_decided_before():
    links = chain_links(
        [PolicyInfo(selector=CURL, wait_ms=20.0), PolicyInfo(selector="default", wait_ms="never", trust="only")], TITLES
    )
    assert [(each.who, plain(each.said), each.overruled) for each in links] == [
        (CURL, "waits up to 20 ms", ""),
        ("Default", "trust trusted only", "waits without limit"),
    ]


def test_a_rule_of_the_administrators_file_stands_beside_the_own_one_names_it_and_is_nobodys_to_change():
    of_file = PolicyInfo(selector=CURL, trust="only", origin="/etc/mpmanager/profiles.d/10-office.toml")
    own = PolicyInfo(selector=CURL, wait_ms=20.0)
    rules = [of_file, own, DEFAULT]
    curl = AppInfo(id=CURL, name="curl", pid=7, exe="/usr/bin/curl", cgroup=None)
    whose = [each.who for each in chain_links(RuleBook(rules).about(curl, frozenset()), TITLES)]
    assert set(whose) == {CURL, f"{CURL} (your administrator's, {of_file.origin})", "Default"}
    assert Standing.of(CURL, rules).lasting == own
    assert not Standing.of(CURL, [of_file, DEFAULT]).exists


def opened(waited_ms, allowed_ms=50.0, helper="wwan0"):
    return EventInfo(
        id=1,
        time=NOW,
        kind=EventKind.BACKUP_OPENED,
        text="",
        app=CURL,
        helper=helper,
        waited_ms=waited_ms,
        allowed_ms=allowed_ms,
    )


def test_the_proof_stands_beneath_the_promise():
    helps = [HelpCounts(openings=10, failovers=4, helper_bytes=38_000_000)]
    proof = proof_of([opened(54.0), opened(53.0), opened(70.0)], helps, 50.0)
    assert plain(promise_and_proof(50.0, proof, TITLES)) == (
        "Allowed 50 ms; LTE opened after 54 ms, at most 70 ms, 14 times, 38.0 MB on LTE."
    )


def test_a_proof_of_another_promise_says_so_and_nothing_is_made_up():
    assert plain(promise_and_proof(20.0, proof_of([opened(104.0, 100.0)], [], 20.0), TITLES)) == (
        "Allowed 20 ms; LTE opened after 104 ms (when 100 ms was allowed), once."
    )
    assert plain(promise_and_proof(50.0, proof_of([], [HelpCounts(failovers=2)], 50.0), TITLES)) == (
        "Allowed 50 ms; another path opened, 2 times."
    )
    assert promise_and_proof("never", proof_of([], [], "never"), TITLES).endswith(
        "; no help was needed since the daemon started."
    )


# Badges


def protection(coverage, reason, demand="only"):
    return ProtectionInfo(demand=demand, rule=CURL, coverage=coverage, reason=reason, hold=Hold.FREE)


def test_the_worst_of_its_connections_is_what_an_application_is_told_to_have():
    good = protection(Coverage.ENFORCED, CoverageReason.KERNEL)
    bad = protection(Coverage.BEST_EFFORT, CoverageReason.SHARED_CGROUP)
    badge = trust_badge([good, bad])
    assert (badge.word, badge.tone) == ("Best effort", Tone.WARNING)
    assert "shares its control group" in badge.reason
    assert trust_badge([protection(Coverage.ENFORCED, CoverageReason.NOTHING_DEMANDED, "any")]) is None


def trust(*, enforced=True):
    limits = [] if enforced else ["trust cannot be enforced: cgroup v2 is not mounted"]
    return TrustInfo(enforced=enforced, limits=limits, root="/", restrictions=[], fences=[], plain_destinations=[])


def test_what_cannot_be_held_is_said_before_it_is_applied():
    only = TrustPolicy.parse("only")
    assert expected_badge(CURL, TrustPolicy.parse("any"), trust()) is None
    assert expected_badge("script:/srv/x.py", only, trust()).word == "Best effort"
    assert expected_badge(f"{CURL} port:22", only, trust()).word == "Best effort"
    assert expected_badge("default", only, trust()).word == "Enforced"
    assert expected_badge(CURL, only, trust()).tone is Tone.NEUTRAL
    nowhere = expected_badge(CURL, TrustPolicy.parse("handshake"), trust(enforced=False))
    assert nowhere.sentence == "Not possible here: trust cannot be enforced: cgroup v2 is not mounted."


@pytest.mark.parametrize("state", MultipathState)
def test_every_state_of_multipath_has_its_badge_with_the_reason(state):
    badge = multipath_badge(MultipathInfo(state=state, obstacle=None, sentence="Because."), is_seen=True)
    assert badge.word
    assert badge.reason == "Because"


# The list


def rows(roster, seen):
    for _ in roster.take(seen):
        pass
    return roster.rows


def test_the_list_is_in_the_order_of_names_whatever_they_carry_and_others_are_apart():
    roster = Roster()
    roster.learn(
        [PolicyInfo(selector=CURL, wait_ms=50.0), PolicyInfo(selector="exe:/usr/bin/borg", wait_ms=0.0), DEFAULT]
    )
    shown = rows(roster, frame(connection("ssh"), connection("curl"), connection("Atom")))
    assert [each.who.name for each in shown] == ["Atom", "borg", "curl", "ssh"]
    assert [each.has_rule for each in shown] == [False, True, True, False]
    assert roster.others.connections == 2
    assert [each.who.name for each in found(shown, "USR cur")] == ["curl"]


def test_who_has_ended_stays_a_while():
    roster = Roster()
    roster.learn([DEFAULT])
    seen = frame(connection("ssh"))
    rows(roster, seen)
    seen.connections, seen.monotonic = [], 1.0 + KEPT_AFTER_END_S - 0.1
    assert [(each.who.name, each.is_ended) for each in rows(roster, seen)] == [("ssh", True)]
    seen.monotonic += 0.2
    assert rows(roster, seen) == []


def test_the_editor_shows_what_holds_once_the_draft_is_applied_and_the_proof_of_what_holds_now():
    roster = Roster()
    roster.learn([DEFAULT])
    seen = frame(connection("curl"))
    seen.applications = [
        ApplicationTotals(id=CURL, name="curl", connections=1, carried=[], help=HelpCounts(failovers=1))
    ]
    (row,) = rows(roster, seen)
    draft = draft_of(DEFAULT).with_wait(20.0).with_tier("metered", "never")
    book = RuleBook([DEFAULT])
    after = applied(book, draft, NOW)
    around = Surroundings(frame=seen, book=book, after=after, events=[], titles=TITLES, trust=trust())
    state = editor_state(row, draft, around)
    assert (state.wait.wait, state.wait.is_own, state.trust.demand) == (20.0, True, "handshake")
    assert state.promise.startswith("Allowed: no limit")
    words = {each.title: each.words for each in state.tiers}
    assert words["wwan0 (LTE)"] == "No rule (Never)"
    assert words["Metered paths"] == "Never"


# A rule for something that is not running


def test_whom_a_new_rule_is_about_is_written_as_a_selector():
    rule = NewRule(kind=SelectorKind.EXE, value=" /usr/bin/ssh ", conditions={"port": "22", "host": ""})
    assert rule.mistakes() == {}
    assert rule.selector() == "exe:/usr/bin/ssh port:22"


def test_what_cannot_be_used_is_named_at_its_field():
    rule = NewRule(kind=SelectorKind.EXE, value="ssh", conditions={"port": "99999", "to": "10.0.0.0/8"})
    assert rule.mistakes() == {
        "value": "“ssh” cannot be used: a path begins with /",
        "port": "“99999” cannot be used: expected 1 to 65535",
    }
    assert NewRule(kind=SelectorKind.UNIT).mistakes() == {"value": "Say which: for instance ssh.service"}
    assert NewRule(kind=SelectorKind.DEFAULT).mistakes().keys() == {"value"}
    with pytest.raises(InvalidValueError):
        rule.selector()


def test_every_part_can_be_edited_and_is_told():
    draft = draft_of(DEFAULT).with_wait(20.0).with_trust("any").with_tier("any", "never").with_multipath(multipath=True)
    draft = draft.with_lowest_delay(lowest_delay=True).with_life(Lifetime.HOUR)
    assert set(draft.changed) == set(Part)
    assert preview(draft, [DEFAULT], frame()).count("→") == len(Part)
