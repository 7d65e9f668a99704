"""Profiles in the daemon: kept, put into force as a whole or not at all, undone, following networks."""

import asyncio
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpmanager.api.profile_text import write_profile
from mpmanager.api.structures import EventKind
from mpmanager.core.paths import PathPreferences
from mpmanager.core.profile_mapping import Decisions
from mpmanager.core.trust import TrustPreferences
from mpmanager.daemon.journal import Journal
from mpmanager.daemon.profile_keeper import ProfileKeeper
from mpmanager.daemon.state import StateDirectory
from mpmanager.model.errors import InvalidValueError, StateFileError, UnknownProfileError
from mpmanager.model.path import PathKind, Tier
from mpmanager.model.policy import Life, PolicyRule, TrustPolicy
from mpmanager.model.selector import EVERYBODY, Selector
from mpmanager.model.trust import Trust, TrustReason, TrustVerdict
from profile_model import LAPTOP, TWO_CARDS, path, profiles

SSH = Selector.parse("exe:/usr/bin/ssh")
CAFE = """\
version = 1
name = "Cafe"
description = "For open networks"
[trust.networks]
"wifi:Cafe/open" = "untrusted"
[[tiers]]
paths = "metered"
tier = "never"
[[policies]]
selector = "exe:/usr/bin/ssh"
trust = "only"
"""
HOME = 'version = 1\nname = "Home"\n[defaults]\nwait_ms = 50\n'
SECOND_CARD = 'version = 1\nname = "a"\n[[tiers]]\npaths = "kind:wifi:2"\ntier = "never"\n'
CAFE_ID, HOME_ID = "wifi:Cafe/open", "wifi:Home/wpa2"
PENDING = {
    "paths": json.dumps({"role_tiers": [["metered", "never"]], "network_trust": {CAFE_ID: "untrusted"}}),
    "policies": json.dumps({"policies": [{"selector": "exe:/usr/bin/ssh", "trust": "only"}]}),
}
"""What activating `CAFE` leaves behind where the machine stops halfway."""


def cafe_paths(*networks):
    return (path("wlan0", PathKind.WIFI, networks=networks), *LAPTOP[1:])


async def settled():
    """Nothing here waits for anything but its turn."""
    for _ in range(5):
        await asyncio.sleep(0)


class Stage:
    """A keeper of profiles, and the decisions that it rules over."""

    def __init__(self, directory):
        self.directory = directory
        self.state = StateDirectory(directory)
        self.decisions = Decisions(preferences=self.state.load_preferences(), rules=self.state.load_policies())
        self.paths = LAPTOP
        self.pause = None
        """While it is not set, the kernel is busy with what is being put into force."""
        self.journal = Journal(wall_clock=lambda: 0.0)
        self.keeper = ProfileKeeper(
            self.state,
            journal=self.journal,
            paths=lambda: self.paths,
            decisions=lambda: self.decisions,
            take_over=self._take_over,
        )

    async def _take_over(self, decisions):
        self.decisions = decisions
        if self.pause is not None:
            await self.pause.wait()

    def decide(self, *rules, **preferences):
        """As somebody does by hand."""
        self.decisions = Decisions(preferences=PathPreferences(**preferences), rules=rules)
        self.state.save_preferences(self.decisions.preferences)
        self.state.save_policies(rules)

    def preview(self, text, mode):
        return asyncio.run(self.keeper.preview(text, mode))

    def choose(self, name):
        asyncio.run(self.keeper.choose(name))

    def network(self, *networks):
        """Be in these networks, and let profiles follow."""
        self.paths = cafe_paths(*networks)
        self.keeper.stir()
        self.follow()

    def follow(self):
        async def follow():
            task = asyncio.create_task(self.keeper.run())
            await settled()
            task.cancel()

        asyncio.run(follow())

    @property
    def on_disk(self):
        state = StateDirectory(self.directory)
        return Decisions(preferences=state.load_preferences(), rules=state.load_policies())

    @property
    def rows(self):
        return {row.name: row for row in self.keeper.rows()}

    @property
    def texts(self):
        return [each.text for each in self.journal.recent(100)]


@pytest.fixture
def stage(tmp_path):
    return Stage(tmp_path)


def test_a_stored_profile_is_kept_as_it_was_written_and_changes_nothing(stage, tmp_path):
    stage.keeper.store("Cafe", CAFE + "# a comment\n")
    assert stage.keeper.text("Cafe") == CAFE + "# a comment\n"
    assert stage.decisions == stage.on_disk == Decisions(preferences=PathPreferences(), rules=())
    again = Stage(tmp_path)
    assert again.rows.keys() == {"Cafe"}
    assert again.rows["Cafe"].description == "For open networks"
    assert not again.rows["Cafe"].active


def test_an_active_profile_is_in_force_written_down_and_told(stage):
    stage.keeper.store("Cafe", CAFE)
    stage.choose("Cafe")
    assert stage.decisions == stage.on_disk
    assert stage.decisions.rules == (PolicyRule(selector=SSH, trust=TrustPolicy.parse("only")),)
    assert stage.decisions.preferences.trust.networks == {CAFE_ID: Trust.UNTRUSTED}
    assert [str(each.tier) for each in stage.decisions.preferences.role_tiers] == ["never"]
    row = stage.rows["Cafe"]
    assert (row.active, row.changed, row.chosen) == (True, False, "by-hand")
    (event,) = stage.journal.recent(10)
    assert event.kind is EventKind.PROFILE_CHANGED
    assert event.text == "profile Cafe is in force, chosen by hand: 3 changes"


def test_the_undo_brings_back_what_held_and_can_be_undone(stage):
    stage.decide(
        PolicyRule(selector=SSH, wait_s=0.5),
        tiers={"wwan0": Tier.ALWAYS},
        trust=TrustPreferences(networks={HOME_ID: Trust.TRUSTED}, needs_wired_login=True),
    )
    held = stage.decisions
    stage.keeper.store("Cafe", CAFE)
    stage.choose("Cafe")
    active = stage.decisions
    stage.choose("before")
    assert stage.decisions == stage.on_disk == held
    assert not any(row.active for row in stage.rows.values())
    stage.choose("before")
    assert stage.decisions == active
    assert stage.rows["Cafe"].active


def test_temporary_rules_and_those_of_users_stay(stage):
    kept = (
        PolicyRule(selector=SSH, wait_s=1.0, life=Life(is_temporary=True)),
        PolicyRule(selector=SSH, owner_uid=7, wait_s=2.0),
    )
    stage.decide(PolicyRule(selector=SSH, wait_s=3.0), *kept)
    stage.keeper.store("Home", HOME)
    stage.choose("Home")
    assert stage.decisions.rules[1:] == kept
    assert stage.decisions.rules[0].wait_s == 0.05


def test_what_is_decided_after_activation_shows(stage):
    stage.keeper.store("Cafe", CAFE)
    stage.choose("Cafe")
    stage.decisions = replace(stage.decisions, rules=())
    assert stage.rows["Cafe"].changed


def test_a_profile_with_a_broken_rule_is_in_force_but_for_that_and_says_so(stage):
    stage.keeper.store("Cafe", CAFE + '[[policies]]\nselector = "exe:/usr/bin/scp"\nwait_mss = 1\n')
    stage.choose("Cafe")
    assert [str(rule.selector) for rule in stage.decisions.rules] == ["exe:/usr/bin/ssh"]
    (limit,) = stage.keeper.limits()
    assert limit.startswith("profile Cafe: policies[1]: there is no key 'wait_mss'; did you mean 'wait_ms'?")
    assert Stage(stage.directory).keeper.limits() == [limit]


def test_a_stored_file_that_was_spoilt_is_named_and_changes_nothing(stage):
    stage.keeper.store("Cafe", CAFE)
    (stage.directory / "profiles/Cafe.toml").write_text("version = ")
    held = stage.decisions
    with pytest.raises(InvalidValueError, match="this is no TOML"):
        stage.choose("Cafe")
    assert stage.decisions is held
    assert "no TOML" in stage.rows["Cafe"].mistakes[0]


@pytest.mark.parametrize("broken", ["paths.json", "policies.json"])
def test_what_cannot_be_written_down_is_not_in_force_either(stage, broken):
    stage.decide(PolicyRule(selector=SSH, wait_s=3.0), tiers={"wwan0": Tier.ALWAYS})
    stage.keeper.store("Home", HOME)
    stage.choose("Home")
    stage.keeper.store("Cafe", CAFE)
    held, undo = stage.decisions, stage.keeper.text("before")
    (stage.directory / broken).with_suffix(".new").mkdir()
    with pytest.raises(StateFileError):
        stage.choose("Cafe")
    (stage.directory / broken).with_suffix(".new").rmdir()
    assert stage.decisions == stage.on_disk == held
    assert stage.keeper.text("before") == undo
    assert stage.rows["Home"].active


def test_a_machine_that_stopped_halfway_completes_it_at_the_next_start(stage):
    stage.keeper.store("Cafe", CAFE)
    stage.choose("Cafe")
    wanted = stage.decisions
    stage.choose("before")
    (stage.directory / "decisions-pending.json").write_text(json.dumps(PENDING))
    assert stage.on_disk == wanted
    assert not (stage.directory / "decisions-pending.json").exists()
    assert stage.on_disk == wanted


@pytest.mark.parametrize(
    "decide",
    [
        lambda state: state.save_policies([PolicyRule(selector=SSH, wait_s=3.0)]),
        lambda state: state.save_preferences(PathPreferences(tiers={"wwan0": Tier.ALWAYS})),
    ],
    ids=["of programs", "of paths"],
)
def test_what_could_not_be_completed_does_not_overwrite_what_was_decided_since(tmp_path, caplog, decide):
    (tmp_path / "decisions-pending.json").write_text(json.dumps(PENDING))
    (tmp_path / "policies.new").mkdir()
    stage = Stage(tmp_path)
    assert "a profile is in force by half" in caplog.text
    assert (tmp_path / "decisions-pending.json").exists()
    (tmp_path / "policies.new").rmdir()
    decide(stage.state)
    decided = (tmp_path / "paths.json").read_text(), (tmp_path / "policies.json").exists()
    assert not (tmp_path / "decisions-pending.json").exists()
    Stage(tmp_path)
    assert ((tmp_path / "paths.json").read_text(), (tmp_path / "policies.json").exists()) == decided


@pytest.mark.parametrize("name", ["before", "../evil", "", "a/b", ".hidden"])
def test_names_that_are_not_free_are_refused(stage, name):
    with pytest.raises(InvalidValueError):
        stage.keeper.store(name, CAFE)
    assert stage.keeper.rows() == []


def test_an_unknown_profile_is_named_with_those_there_are(stage):
    stage.keeper.store("Cafe", CAFE)
    for do in (stage.keeper.text, stage.keeper.delete, stage.choose, lambda name: stage.keeper.follow(CAFE_ID, name)):
        with pytest.raises(UnknownProfileError, match="there is no profile 'Nobody'; profiles are: Cafe"):
            do("Nobody")


def test_a_profile_follows_its_network_and_the_others_go_to_otherwise(stage):
    stage.keeper.store("Cafe", CAFE)
    stage.keeper.store("Home", HOME)
    stage.keeper.follow(CAFE_ID, "Cafe")
    stage.keeper.follow("otherwise", "Home")
    stage.network(CAFE_ID)
    assert (stage.rows["Cafe"].active, stage.rows["Cafe"].chosen) == (True, "automatic")
    stage.network(HOME_ID)
    assert stage.rows["Home"].active
    assert stage.texts == [
        "profile Cafe is in force, chosen by the network in use: 3 changes",
        "profile Home is in force, chosen by the network in use: 4 changes, 3 of which widen rights",
    ]


def test_a_network_that_is_not_trusted_widens_nothing_by_its_name(stage):
    stage.decide(PolicyRule(selector=EVERYBODY, trust=TrustPolicy.parse("only")))
    held = stage.decisions
    stage.keeper.store("Home", HOME)
    stage.keeper.follow(CAFE_ID, "Home")
    untrusted = TrustVerdict(level=Trust.UNTRUSTED, reason=TrustReason.WIFI_OPEN)
    stage.paths = [replace(each, trust=untrusted) for each in cafe_paths(CAFE_ID)]
    for _time in range(2):
        stage.keeper.stir()
        stage.follow()
    assert (stage.decisions, stage.rows["Home"].active) == (held, False)
    (text,) = stage.texts
    assert text.endswith("as it widens rights: mpm profile activate Home")
    stage.choose("Home")
    assert stage.rows["Home"].active


def test_a_choice_by_hand_stays_until_it_is_given_back(stage, tmp_path):
    stage.keeper.store("Cafe", CAFE)
    stage.keeper.store("Home", HOME)
    stage.keeper.follow(CAFE_ID, "Cafe")
    stage.choose("Home")
    stage.network(CAFE_ID)
    assert stage.rows["Home"].active
    again = Stage(tmp_path)
    again.network(CAFE_ID)
    assert again.rows["Home"].chosen == "by-hand"
    again.choose("")
    again.follow()
    assert again.rows["Cafe"].active


def test_a_choice_that_cannot_be_noted_is_in_force_all_the_same_and_that_is_told(stage):
    stage.keeper.store("Cafe", CAFE)
    (stage.directory / "profiles.new").mkdir()
    stage.choose("Cafe")
    assert stage.decisions == stage.on_disk
    assert stage.decisions.rules
    assert (stage.rows["Cafe"].active, stage.rows["Cafe"].chosen) == (True, "by-hand")
    forgotten, in_force = stage.texts
    assert in_force == "profile Cafe is in force, chosen by hand: 3 changes"
    assert forgotten.startswith("which profile is in force will not be known after a restart: ")


def test_a_choice_by_hand_is_not_taken_back_by_a_network_that_is_found_meanwhile(stage):
    stage.keeper.store("Cafe", CAFE)
    stage.keeper.store("Home", HOME)
    stage.keeper.follow(CAFE_ID, "Cafe")
    stage.paths = cafe_paths(CAFE_ID)

    async def scenario():
        stage.pause = asyncio.Event()
        choosing = asyncio.create_task(stage.keeper.choose("Home"))
        await asyncio.sleep(0)
        following = asyncio.create_task(stage.keeper.run())
        await asyncio.sleep(0)
        stage.pause.set()
        await choosing
        await settled()
        following.cancel()

    asyncio.run(scenario())
    assert stage.rows["Home"].chosen == "by-hand"
    assert [each for each in stage.texts if "Cafe" in each] == []


def test_what_is_decided_while_a_network_is_in_use_is_not_taken_back_by_the_same_network(stage):
    stage.keeper.store("Cafe", CAFE)
    stage.keeper.follow(CAFE_ID, "Cafe")
    stage.network(CAFE_ID)
    stage.decisions = replace(stage.decisions, rules=())
    stage.network(CAFE_ID)
    assert stage.decisions.rules == ()


def test_a_followed_profile_that_is_spoilt_is_told_once_and_what_held_stays(stage):
    stage.keeper.store("Cafe", CAFE)
    stage.keeper.follow(CAFE_ID, "Cafe")
    (stage.directory / "profiles/Cafe.toml").write_text("version = ")
    held = stage.decisions
    stage.network(CAFE_ID)
    stage.network(CAFE_ID)
    assert stage.decisions == held
    (text,) = stage.texts
    assert text.startswith("profile Cafe cannot be activated, what held still does: this is no TOML")


def test_a_followed_profile_is_activated_once_it_was_mended(stage):
    stage.keeper.store("Cafe", CAFE)
    stage.keeper.follow(CAFE_ID, "Cafe")
    (stage.directory / "profiles/Cafe.toml").write_text("version = ")
    stage.network(CAFE_ID)
    assert not stage.rows["Cafe"].active
    stage.keeper.store("Cafe", CAFE)
    stage.follow()
    assert stage.rows["Cafe"].active


def test_a_network_that_is_followed_anew_asks_again(stage):
    stage.keeper.store("Cafe", CAFE)
    stage.keeper.follow(CAFE_ID, "Cafe")
    stage.paths = cafe_paths(CAFE_ID)

    async def scenario():
        following = asyncio.create_task(stage.keeper.run())
        (stage.directory / "profiles/Cafe.toml").write_text("version = ")
        await settled()
        (stage.directory / "profiles/Cafe.toml").write_text(CAFE)
        stage.keeper.stir()
        await settled()
        assert not stage.rows["Cafe"].active
        stage.keeper.follow(CAFE_ID, "Cafe")
        await settled()
        following.cancel()

    asyncio.run(scenario())
    assert stage.rows["Cafe"].active


def test_a_profile_that_is_followed_is_not_deleted(stage):
    stage.keeper.store("Cafe", CAFE)
    stage.keeper.follow(CAFE_ID, "Cafe")
    with pytest.raises(InvalidValueError, match="profile 'Cafe' follows wifi:Cafe/open"):
        stage.keeper.delete("Cafe")
    stage.keeper.follow(CAFE_ID, "")
    stage.keeper.delete("Cafe")
    assert stage.keeper.rows() == []
    with pytest.raises(InvalidValueError, match="no profile follows it; followed are: none"):
        stage.keeper.follow(CAFE_ID, "")


def test_paths_that_come_later_are_meant_too_unless_something_was_decided_since(stage):
    stage.keeper.store("a", SECOND_CARD)
    stage.choose("a")
    assert stage.decisions.preferences.tiers == {}
    stage.paths = TWO_CARDS
    stage.follow()
    assert stage.decisions.preferences.tiers == stage.on_disk.preferences.tiers == {"wlan1": Tier.NEVER}
    assert stage.texts[-1] == "profile a holds for more paths now"
    stage.paths = LAPTOP
    stage.follow()
    assert stage.decisions.preferences.tiers == {"wlan1": Tier.NEVER}


def test_paths_that_come_after_a_restart_are_meant_too(stage, tmp_path):
    stage.keeper.store("a", SECOND_CARD)
    stage.choose("a")
    again = Stage(tmp_path)
    again.follow()
    again.paths = TWO_CARDS
    again.follow()
    assert again.decisions.preferences.tiers == again.on_disk.preferences.tiers == {"wlan1": Tier.NEVER}
    assert again.texts == ["profile a holds for more paths now"]


def test_what_was_decided_before_a_restart_is_not_taken_back_for_paths_that_come_after_it(stage, tmp_path):
    stage.keeper.store("a", SECOND_CARD)
    stage.choose("a")
    stage.decide(PolicyRule(selector=SSH, wait_s=3.0))
    again = Stage(tmp_path)
    again.follow()
    again.paths = TWO_CARDS
    again.follow()
    assert again.decisions == stage.decisions
    assert again.texts == []


def test_paths_that_come_later_and_cannot_be_written_down_are_told_once_and_tried_again(stage):
    stage.keeper.store("a", SECOND_CARD)
    stage.choose("a")
    held = stage.decisions
    stage.paths = TWO_CARDS
    (stage.directory / "decisions-pending.new").mkdir()
    stage.follow()
    stage.follow()
    assert stage.decisions == stage.on_disk == held
    _in_force, text = stage.texts
    assert text.startswith("profile a does not hold for the paths that have come, what held still does: ")
    (stage.directory / "decisions-pending.new").rmdir()
    stage.follow()
    assert stage.decisions.preferences.tiers == {"wlan1": Tier.NEVER}


def test_a_preview_changes_nothing(stage):
    held = stage.decisions
    shown = stage.preview(CAFE, "replace")
    assert len(shown.changes) == 3
    assert [each.paths for each in shown.references] == [["wwan0"]]
    assert (stage.decisions, stage.keeper.rows()) == (held, [])
    with pytest.raises(InvalidValueError, match="mode 'mix': expected replace, merge"):
        stage.preview(CAFE, "mix")


def test_a_preview_of_merging_leaves_out_what_stays(stage):
    stage.decide(PolicyRule(selector=Selector.parse("exe:/usr/bin/scp"), wait_s=1.0))
    assert len(stage.preview(CAFE, "merge").changes) == 3
    assert len(stage.preview(CAFE, "replace").changes) == 4


def test_rights_are_widened_where_less_is_demanded_and_for_sure_not_by_what_cannot_be_read(stage):
    stage.keeper.store("Cafe", CAFE)
    stage.keeper.store("Home", HOME)
    assert not stage.keeper.may_widen("Cafe")
    assert not stage.keeper.may_widen("Nobody")
    stage.choose("Cafe")
    assert stage.keeper.may_widen("Home")
    stage.keeper.follow(CAFE_ID, "Home")
    assert stage.keeper.may_widen("")


@settings(max_examples=50, deadline=None)
@given(profiles, st.integers(0, 400), st.integers(0, 20), st.text(max_size=5))
def test_a_profile_with_a_slip_is_in_force_as_a_whole_or_not_at_all(tmp_path_factory, profile, place, removed, added):
    stage = Stage(tmp_path_factory.mktemp("state"))
    held = stage.decisions
    text = write_profile(profile)
    try:
        stage.keeper.store("a", text[:place] + added + text[place + removed :])
        stage.choose("a")
    except InvalidValueError:
        assert stage.decisions == held
    assert stage.decisions == stage.on_disk
