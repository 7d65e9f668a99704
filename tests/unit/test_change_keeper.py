"""Changes of what was decided: remembered, taken back, made again, and ended where nobody keeps them."""

import asyncio
import json
from dataclasses import fields, replace

import pytest

from mpmanager.api.structures import EventKind
from mpmanager.core.change_log import MOST_CHANGES, MOST_OWN_CHANGES
from mpmanager.core.paths import PathPreferences
from mpmanager.core.profile_mapping import Decisions
from mpmanager.core.reach import usable_paths
from mpmanager.core.standing import Standing, differences_between, values_of, with_values
from mpmanager.core.trust import TrustPreferences
from mpmanager.daemon.change_keeper import ChangeKeeper
from mpmanager.daemon.journal import Journal
from mpmanager.daemon.privacy import Viewer
from mpmanager.daemon.state import StateDirectory
from mpmanager.model.authority import Action
from mpmanager.model.caps import PathCap
from mpmanager.model.change import Aspect, AspectKind, Author
from mpmanager.model.errors import (
    ChangedSinceError,
    InvalidValueError,
    NotAuthorizedError,
    StateFileError,
    UnknownChangeError,
    UnknownProfileError,
)
from mpmanager.model.path import PathKind, PathState, Tier
from mpmanager.model.policy import UNTIL_RESTART, Life, PolicyRule, TierChoice, TrustPolicy
from mpmanager.model.profile import ProfileChoices
from mpmanager.model.selector import EVERYBODY, Selector
from mpmanager.model.trust import Trust, TrustReason, TrustVerdict
from profile_model import LAPTOP

ROOT, ALICE, BOB = Viewer(uid=0, sees_all=True), Viewer(uid=1000, sees_all=False), Viewer(uid=1001, sees_all=False)
SSH = PolicyRule(selector=Selector.parse("exe:/usr/bin/ssh"), wait_s=0.05)
CURL = PolicyRule(selector=Selector.parse("exe:/usr/bin/curl"), trust=TrustPolicy.parse("only"))
ALICES = PolicyRule(selector=Selector.parse("exe:/usr/bin/ssh user:alice"), wait_s=0.02, owner_uid=1000)
EVERYTHING = Standing(
    decisions=Decisions(
        preferences=PathPreferences(
            tiers={"wlan0": Tier.ALWAYS},
            role_tiers=(TierChoice.parse("metered", "never"),),
            kinds={"usb0": PathKind.LTE},
            metered={"wwan0": False, "wlan0": True},
            caps={"wwan0": PathCap(month_bytes=5_000_000_000, reset_day=17)},
            trust=TrustPreferences(
                networks={"wifi:Cafe/open": Trust.UNTRUSTED},
                interfaces={"eth0": Trust.TRUSTED},
                needs_wired_login=True,
                are_lost=True,
            ),
        ),
        rules=(SSH, CURL, ALICES),
    ),
    are_rules_lost=True,
    choices=ProfileChoices(active="Cafe", is_by_hand=True, follows={"wifi:Cafe/open": "Cafe"}),
)
NOTHING = Standing(decisions=Decisions(preferences=PathPreferences(), rules=()), choices=ProfileChoices())


class Stage:
    """A keeper, what it rules over, and two clocks."""

    def __init__(self, directory):
        self.directory = directory
        self.standing = NOTHING
        self.unix, self.monotonic = 5000.0, 100.0
        self.refusal = None
        self.paths = 1
        self.begin()

    def begin(self):
        """Start, or start again."""
        self.journal = Journal(wall_clock=lambda: self.unix)
        self.state = StateDirectory(self.directory)
        self.keeper = ChangeKeeper(
            self.state,
            journal=self.journal,
            standing=lambda: self.standing,
            restore=self._restore,
            reach=lambda: self.paths,
            wall_clock=lambda: self.unix,
            clock=lambda: self.monotonic,
        )

    async def _restore(self, standing):
        if self.refusal is not None:
            raise self.refusal
        self.standing = standing

    def decide(self, *, uid=0, program="mpm", bus_name=":1.1", paths=1, **preferences):
        """Somebody decides about paths."""
        now = self.standing.decisions
        self._record(replace(now, preferences=replace(now.preferences, **preferences)), uid, program, bus_name, paths)

    def rule(self, *rules, uid=0, bus_name=":1.1"):
        """Somebody has these rules instead of all others."""
        self._record(replace(self.standing.decisions, rules=rules), uid, "mpm", bus_name, 1)

    def _record(self, decisions, uid, program, bus_name, paths):
        async def record():
            async with self.keeper.recorded(Author(uid=uid, program=program), bus_name=bus_name):
                self.standing = replace(self.standing, decisions=decisions)
                self.paths = paths

        asyncio.run(record())

    def tier(self, tier, path="wlan0", **more):
        tiers = dict(self.standing.decisions.preferences.tiers)
        self.decide(tiers=tiers | {path: Tier(tier)}, **more)

    @property
    def tiers(self):
        return dict(self.standing.decisions.preferences.tiers)

    def undo(self, change=0, *, with_later=False, viewer=ROOT, allowed=frozenset(Action)):
        return asyncio.run(self.keeper.undo(change, with_later=with_later, viewer=viewer, allowed=allowed))

    def redo(self, change=0, *, viewer=ROOT):
        return asyncio.run(self.keeper.redo(change, viewer=viewer, allowed=frozenset(Action)))

    def keep(self, change=0, *, viewer=ROOT, allowed=frozenset(Action)):
        asyncio.run(self.keeper.keep(change, viewer=viewer, allowed=allowed))

    def pass_time(self, seconds, *, monotonic=None):
        self.unix += seconds
        self.monotonic += seconds if monotonic is None else monotonic
        asyncio.run(self.keeper.end_probations())

    def rows(self, viewer=ROOT):
        return {row.id: row for row in self.keeper.rows(1000, viewer)}

    @property
    def texts(self):
        return [each.text for each in self.journal.recent(100)]


@pytest.fixture
def stage(tmp_path):
    return Stage(tmp_path)


def test_every_decision_can_be_taken_back_and_made_again(stage):
    differences = differences_between(NOTHING, EVERYTHING)
    assert {each.aspect.kind for each in differences} == set(AspectKind) - {AspectKind.MANDATE}  # only files change it
    said, nothing = EVERYTHING.decisions.preferences, NOTHING.decisions.preferences
    assert all(getattr(said, each.name) != getattr(nothing, each.name) for each in fields(said))
    before = {each.aspect: each.before for each in differences}
    after = {each.aspect: each.after for each in differences}
    assert with_values(EVERYTHING, before, {}) == NOTHING
    assert with_values(NOTHING, after, {}) == EVERYTHING


def test_a_rule_comes_back_to_its_place():
    without = replace(EVERYTHING, decisions=replace(EVERYTHING.decisions, rules=(SSH, ALICES)))
    (difference,) = differences_between(EVERYTHING, without)
    found = with_values(without, {difference.aspect: difference.before}, {difference.aspect: difference.place_before})
    assert found.decisions.rules == (SSH, CURL, ALICES)


def test_the_last_change_is_taken_back_then_the_one_before_and_both_made_again_in_their_order(stage):
    stage.tier("backup")
    stage.tier("never")
    stage.undo()
    assert stage.tiers == {"wlan0": Tier.BACKUP}
    (row,) = stage.undo()
    assert (row.id, row.text) == (1, "wlan0 stands by until nothing else is left")
    assert stage.tiers == {}
    assert [stage.redo()[0].id, stage.redo()[0].id] == [1, 2]
    assert stage.tiers == {"wlan0": Tier.NEVER}
    with pytest.raises(UnknownChangeError, match="nothing to make again"):
        stage.redo()


def test_a_change_is_taken_back_although_others_were_made_since(stage):
    stage.tier("backup")
    stage.tier("never", "wwan0")
    stage.undo(1)
    assert stage.tiers == {"wwan0": Tier.NEVER}
    assert [stage.rows()[each].taken_back for each in (1, 2)] == [5000.0, None]


def test_what_was_changed_again_since_is_named_and_goes_with_it_only_when_that_is_said(stage):
    stage.tier("backup")
    stage.tier("when-needed")
    stage.tier("never")
    assert stage.rows()[1].later == [2, 3]
    with pytest.raises(ChangedSinceError, match="changed again by 2, 3; to take back these too: mpm undo 1 --with-l"):
        stage.undo(1)
    assert stage.tiers == {"wlan0": Tier.NEVER}
    assert [row.id for row in stage.keeper.preview(1, with_later=True, viewer=ROOT)] == [3, 2, 1]
    assert [row.id for row in stage.undo(1, with_later=True)] == [3, 2, 1]
    assert stage.tiers == {}
    assert [stage.redo()[0].id for _ in range(3)] == [1, 2, 3]


def test_what_became_another_by_nobody_remembered_is_not_overwritten(stage):
    stage.tier("backup")
    stage.standing = replace(EVERYTHING, decisions=replace(EVERYTHING.decisions, rules=()))
    with pytest.raises(ChangedSinceError, match="the tier of wlan0 has become another since"):
        stage.undo(1)


def test_a_change_that_cannot_be_put_into_force_is_not_called_taken_back(stage):
    stage.tier("backup")
    stage.refusal = StateFileError("disk full")
    with pytest.raises(StateFileError):
        stage.undo()
    assert stage.rows()[1].taken_back is None


def test_changes_outlive_the_daemon_with_all_that_they_were_about(stage):
    stage.standing = EVERYTHING
    asyncio.run(_emptied(stage))
    stage.begin()
    stage.undo()
    assert stage.standing == EVERYTHING


async def _emptied(stage):
    async with stage.keeper.recorded(Author(uid=0)):
        stage.standing = NOTHING


def test_a_damaged_change_costs_only_itself(stage):
    stage.tier("backup")
    stage.tier("never", "wwan0")
    file = stage.directory / "changes.json"
    content = json.loads(file.read_text())
    content["changes"][0]["differences"][0]["after"] = {"text": "sometimes"}
    file.write_text(json.dumps(content))
    stage.begin()
    assert list(stage.rows()) == [2]
    assert any("changes.json" in each for each in stage.state.limits())


def test_a_rule_whose_time_is_over_does_not_come_back(stage):
    hour = replace(SSH, life=Life(is_temporary=True, until=6000.0))
    stage.rule(hour)
    stage.rule()
    stage.unix = 7000.0
    stage.undo()
    assert stage.standing.decisions.rules == ()


def test_a_rule_until_the_restart_does_not_come_back_after_it(stage, monkeypatch, tmp_path):
    stage.rule(replace(SSH, life=UNTIL_RESTART), CURL)
    stage.rule()
    (tmp_path / "boot").write_text("another")
    monkeypatch.setattr("mpmanager.daemon.boot._BOOT_ID", tmp_path / "boot")
    stage.begin()
    stage.undo()
    assert stage.standing.decisions.rules == (CURL,)


def test_the_oldest_changes_are_forgotten(stage):
    for number in range(MOST_CHANGES + 5):
        stage.tier("backup" if number % 2 else "never")
    assert list(stage.rows()) == list(range(MOST_CHANGES + 5, 5, -1))


def test_nobody_gets_rid_of_what_others_may_take_back(stage):
    stage.tier("never")
    for number in range(MOST_OWN_CHANGES + 5):
        stage.rule(replace(ALICES, wait_s=number / 1000), uid=1000)
    assert list(stage.rows()) == [*range(MOST_OWN_CHANGES + 6, 6, -1), 1]


def test_nobody_sees_other_users_own_rules_nor_takes_them_back(stage):
    stage.rule(ALICES, uid=1000)
    assert list(stage.rows(ALICE)) == list(stage.rows(ROOT)) == [1]
    assert stage.rows(BOB) == {}
    with pytest.raises(UnknownChangeError):
        stage.keeper.actions_to_undo(1, with_later=False, viewer=BOB)
    stage.undo(viewer=ALICE)
    assert stage.journal.recent(1)[0].uid == 1000


@pytest.mark.parametrize(
    ("preferences", "action"),
    [
        ({"tiers": {"wlan0": Tier.NEVER}}, Action.POLICY_SYSTEM),
        ({"trust": TrustPreferences(networks={"wifi:a/open": Trust.TRUSTED})}, Action.PATH_TRUST),
        ({"trust": TrustPreferences(needs_wired_login=True)}, Action.PATH_TRUST),
    ],
)
def test_taking_back_takes_what_the_opposite_takes(stage, preferences, action):
    stage.decide(**preferences)
    assert stage.keeper.actions_to_undo(1, with_later=False, viewer=ALICE) == {action}
    with pytest.raises(NotAuthorizedError):
        stage.undo(viewer=ALICE, allowed=frozenset({Action.POLICY_OWN}))


def test_own_rules_take_the_right_to_own_rules_and_others_that_to_the_machine(stage):
    stage.rule(ALICES, uid=1000)
    stage.rule(ALICES, SSH)
    assert stage.keeper.actions_to_undo(1, with_later=False, viewer=ALICE) == {Action.POLICY_OWN}
    assert stage.keeper.actions_to_undo(1, with_later=False, viewer=ROOT) == {Action.POLICY_SYSTEM}
    assert stage.keeper.actions_to_undo(2, with_later=False, viewer=ALICE) == {Action.POLICY_SYSTEM}


def test_what_nobody_keeps_is_taken_back_when_its_time_is_over(stage):
    stage.keeper.expect(0, ":1.1", 60)
    stage.tier("never")
    assert stage.rows()[1].keep_until == 5060.0
    stage.pass_time(59)
    assert stage.tiers == {"wlan0": Tier.NEVER}
    stage.pass_time(1)
    assert stage.tiers == {}
    (event,) = stage.journal.recent(1)
    assert event.kind is EventKind.CHANGE_TAKEN_BACK
    assert event.text == "taken back, as nobody has kept that: wlan0 is never used for new subflows"


def test_what_is_kept_stays_and_the_change_after_it_is_for_good(stage):
    stage.keeper.expect(0, ":1.1", 60)
    stage.tier("never")
    stage.keep()
    stage.tier("backup", "wwan0")
    stage.pass_time(1000)
    assert stage.tiers == {"wlan0": Tier.NEVER, "wwan0": Tier.BACKUP}
    with pytest.raises(UnknownChangeError, match="no change waits to be kept"):
        stage.keep()


def test_keeping_the_last_change_keeps_no_other_that_has_come_meanwhile_and_takes_more(stage):
    stage.keeper.expect(1000, ":1.7", 60)
    stage.rule(ALICES, uid=1000, bus_name=":1.7")
    allowed = stage.keeper.actions_to_keep(0, viewer=ALICE)
    assert allowed == frozenset()
    stage.keeper.expect(0, ":1.1", 60)
    stage.tier("never")
    with pytest.raises(NotAuthorizedError, match="something was changed while you were asked"):
        stage.keep(0, viewer=ALICE, allowed=allowed)
    stage.keep(1, viewer=ALICE, allowed=allowed)
    stage.pass_time(60)
    assert stage.tiers == {}
    assert stage.standing.decisions.rules == (ALICES,)


def test_nobody_drives_out_what_another_user_has_said_of_their_next_change(stage):
    stage.keeper.expect(0, ":1.1", 60)
    stage.keeper.guard(0, ":1.2", 30)
    for number in range(2000):
        stage.keeper.expect(1000, f":2.{number}", 60)
        stage.keeper.guard(1000, f":2.{number}", 60)
    stage.tier("never")
    stage.tier("never", "wwan0", bus_name=":1.2", paths=0)
    assert [stage.rows()[each].keep_until for each in (1, 2)] == [5060.0, 5030.0]


def test_another_users_rule_that_ends_meanwhile_is_no_part_of_a_change(stage):
    stage.tier("backup")
    stage.rule(replace(ALICES, owner_uid=1001, life=Life(until=stage.unix + 60)), uid=1001)
    stage.unix += 60
    gone = replace(stage.standing.decisions, rules=())
    preferences = replace(gone.preferences, tiers={"wlan0": Tier.NEVER})
    stage._record(replace(gone, preferences=preferences), 0, "mpm", ":1.1", 1)
    assert stage.rows(ALICE).keys() == {1, 3}
    shown = stage.keeper.preview(1, with_later=True, viewer=ALICE)
    assert [part.kind for each in shown for part in each.parts] == [AspectKind.TIER, AspectKind.TIER]


def test_what_can_never_be_taken_back_keeps_nothing_else_from_it(stage):
    stage.keeper.expect(0, ":1.1", 60)
    stage.tier("never")
    stage.keeper.expect(0, ":1.1", 10)
    stage.tier("never", "wwan0")
    stage.refusal = UnknownProfileError("there is no profile 'Cafe'")
    stage.pass_time(10)
    assert "cannot be taken back" in stage.texts[-1]
    assert stage.rows()[2].keep_until is None
    stage.refusal = None
    stage.pass_time(50)
    assert stage.tiers == {"wwan0": Tier.NEVER}


def test_what_cannot_be_written_down_for_now_is_taken_back_later(stage):
    stage.keeper.expect(0, ":1.1", 60)
    stage.tier("never")
    stage.refusal = StateFileError("paths.json: No space left on device")
    with pytest.raises(StateFileError):
        stage.pass_time(60)
    stage.refusal = None
    stage.pass_time(1)
    assert stage.tiers == {}


def test_a_restart_of_the_daemon_prolongs_nothing(stage):
    stage.keeper.expect(0, ":1.1", 60)
    stage.tier("never")
    stage.begin()
    stage.pass_time(59)
    assert stage.tiers == {"wlan0": Tier.NEVER}
    stage.begin()
    stage.pass_time(1)
    assert stage.tiers == {}


def test_a_clock_that_is_set_back_prolongs_nothing(stage):
    stage.keeper.expect(0, ":1.1", 60)
    stage.tier("never")
    stage.pass_time(-3600, monotonic=60)
    assert stage.tiers == {}


def test_later_changes_that_nobody_keeps_go_with_it_and_what_was_said_for_good_stays(stage):
    stage.keeper.expect(0, ":1.1", 60)
    stage.tier("backup")
    stage.keeper.expect(0, ":1.1", 60)
    stage.tier("never")
    stage.pass_time(60)
    assert stage.tiers == {}
    stage.keeper.expect(0, ":1.1", 60)
    stage.tier("backup")
    stage.tier("never")
    stage.pass_time(60)
    assert stage.tiers == {"wlan0": Tier.NEVER}
    assert "other things were said since, which stay" in stage.texts[-1]
    assert stage.rows()[3].keep_until is None


def test_a_guarded_client_is_held_to_what_leaves_no_path_alone(stage):
    stage.keeper.guard(0, ":1.1", 30)
    stage.tier("backup", paths=1)
    stage.tier("never", bus_name=":1.2", paths=0)
    stage.paths = 1
    stage.tier("never", "wwan0", paths=0)
    stage.tier("never", "dsl0", paths=0)
    assert [stage.rows()[each].keep_until for each in (1, 2, 3, 4)] == [None, None, 5030.0, None]


def test_a_path_can_be_used_that_is_up_not_forbidden_and_trusted_where_everybody_keeps_to_trusted_ones():
    first, *others = LAPTOP
    untrusted = TrustVerdict(level=Trust.UNTRUSTED, reason=TrustReason.CHOSEN)
    lost = [replace(first, state=PathState.NO_CARRIER), replace(first, tier=Tier.NEVER)]
    only = PolicyRule(selector=EVERYBODY, trust=TrustPolicy.parse("only"))
    assert usable_paths([*lost, replace(first, trust=untrusted), *others], [CURL]) == 3
    assert usable_paths([*lost, replace(first, trust=untrusted), *others], [CURL, only]) == 2
    assert usable_paths(lost, []) == 0


def test_what_is_taken_back_and_leaves_no_path_is_made_again(stage):
    stage.tier("always")
    stage.keeper.guard(0, ":1.1", 30)

    async def undo():
        await stage.keeper.undo(1, with_later=False, viewer=ROOT, allowed=frozenset(Action), bus_name=":1.1")

    async def lose(standing):
        stage.standing, stage.paths = standing, 0 if standing == NOTHING else 1

    stage.keeper._restore = lose
    asyncio.run(undo())
    assert (stage.tiers, stage.rows()[1].keep_until) == ({}, 5030.0)
    stage.pass_time(30)
    assert stage.tiers == {"wlan0": Tier.ALWAYS}
    assert stage.journal.recent(1)[0].kind is EventKind.CHANGE_MADE_AGAIN


def test_a_time_in_which_nobody_can_answer_is_refused(stage):
    with pytest.raises(InvalidValueError, match="5 to 3600 s"):
        stage.keeper.expect(0, ":1.1", 1)


def test_of_what_a_network_has_chosen_people_have_the_last_word(stage):
    async def choose():
        async with stage.keeper.recorded():
            stage.standing = replace(stage.standing, choices=ProfileChoices(active="Cafe"))

    asyncio.run(choose())
    stage.undo()
    assert stage.standing.choices == ProfileChoices(is_by_hand=True)
    stage.redo()
    assert stage.standing.choices == ProfileChoices(active="Cafe")


def test_a_profile_is_one_change_and_told_as_that(stage):
    async def activate():
        async with stage.keeper.recorded(Author(uid=0)):
            decisions = Decisions(preferences=PathPreferences(tiers={"wlan0": Tier.NEVER}), rules=(SSH,))
            stage.standing = Standing(decisions=decisions, choices=ProfileChoices(active="Cafe", is_by_hand=True))

    asyncio.run(activate())
    assert stage.rows()[1].text == "profile Cafe is in force: 2 changes"
    stage.undo()
    assert stage.standing == NOTHING


def test_nothing_changed_is_no_change(stage):
    stage.tier("never")
    revision = stage.keeper.revision
    stage.tier("never")
    assert (list(stage.rows()), stage.keeper.revision) == ([1], revision)


def test_the_default_is_a_rule_like_others(stage):
    stage.rule(PolicyRule(selector=EVERYBODY, trust=TrustPolicy.parse("only")))
    assert stage.rows()[1].text == "default: trusted paths only"
    assert values_of(stage.standing).keys() == {Aspect(kind=AspectKind.RULE, about="default")}
