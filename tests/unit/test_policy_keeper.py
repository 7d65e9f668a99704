"""What was said about the waits of applications: checked, kept, told, and found again."""

import json
import logging

import msgspec
import pytest

from mpmanager.api.structures import EventKind, PairWaitInfo, PolicyInfo, TierChoiceInfo
from mpmanager.daemon.journal import Journal
from mpmanager.daemon.policy_keeper import PolicyKeeper
from mpmanager.daemon.state import StateDirectory
from mpmanager.model.connection import UNKNOWN_APPLICATION, Application
from mpmanager.model.errors import InvalidValueError, NotSupportedError, StateFileError
from mpmanager.model.policy import NEVER, CongestionTriggers, Intent
from mpmanager.model.selector import Subject

NOTHING_SAID = PolicyInfo(selector="default", wait_ms="never", trust="handshake")


class Stage:
    """A keeper, what it told, and how often."""

    def __init__(self, directory):
        self.journal = Journal(wall_clock=lambda: 0.0)
        self.changes = 0
        self.state = StateDirectory(directory)
        self.now = 1000.0
        self.keeper = self.another_keeper()

    def another_keeper(self):
        return PolicyKeeper(self.state, journal=self.journal, changed=self._note, wall_clock=lambda: self.now)

    def _note(self):
        self.changes += 1

    def say(self, selector="exe:/usr/bin/ssh", *, owner_uid=None, **said):
        self.keeper.set(PolicyInfo(selector=selector, **said), owner_uid=owner_uid)

    def wait_of(self, application):
        return self.keeper.policy_for(Subject(application=application)).wait_s

    @property
    def texts(self):
        return [each.text for each in self.journal.recent(100)]


@pytest.fixture
def stage(tmp_path):
    return Stage(tmp_path)


def pair(wait_ms=20.0, carrier="wlan0", helper="wwan0"):
    return PairWaitInfo(carrier=carrier, helper=helper, wait_ms=wait_ms)


def ssh(cgroup=None):
    return Application(id="exe:/usr/bin/ssh", name="ssh", pid=1, exe="/usr/bin/ssh", cgroup=cgroup)


def test_at_first_there_is_the_default_alone_and_it_is_never(stage):
    assert stage.keeper.rules == ()
    assert stage.keeper.rows() == [NOTHING_SAID]
    assert stage.keeper.policy_for(Subject(application=UNKNOWN_APPLICATION)).wait_s == NEVER


def test_what_is_said_is_in_force_told_and_found_again(stage, tmp_path):
    stage.say(wait_ms=50, pairs=[pair()], big_transfers_to="dsl0", leave_on_marks=0.05, leave_on_loss="off")
    policy = stage.keeper.policy_for(Subject(application=ssh()))
    assert (policy.wait_s, [each.wait_s for each in policy.pairs]) == (0.05, [0.02])
    assert policy.congestion == CongestionTriggers(marks_share=0.05)
    assert stage.keeper.rows() == [
        PolicyInfo(
            selector="exe:/usr/bin/ssh",
            wait_ms=50,
            pairs=[pair()],
            big_transfers_to="dsl0",
            big_over_bytes=1_000_000,
            leave_on_marks=0.05,
            leave_on_loss="off",
        ),
        NOTHING_SAID,
    ]
    (event,) = stage.journal.recent(100)
    assert (event.kind, event.app) == (EventKind.POLICY_CHANGED, "exe:/usr/bin/ssh")
    assert stage.changes == 1
    again = Stage(tmp_path)
    assert again.keeper.rows() == stage.keeper.rows()
    assert again.keeper.policy_for(Subject(application=ssh())) == policy
    assert (again.changes, again.texts) == (0, [])


def test_rules_stand_in_the_order_in_which_they_are_asked(stage):
    for selector in ("default", "cgroup:/a", "exe:/z", "cgroup:/a/b", "exe:/b"):
        stage.say(selector, wait_ms=1)
    order = [each.selector for each in stage.keeper.rows()]
    assert order == [str(each.selector) for each in stage.keeper.rules]
    assert order[-3:] == ["cgroup:/a/b", "cgroup:/a", "default"]
    assert set(order[:2]) == {"exe:/b", "exe:/z"}


def test_a_change_reaches_programs_that_were_asked_about_before(stage):
    assert stage.keeper.policy_for(Subject(application=ssh())).wait_s == NEVER
    stage.say("default", wait_ms=0)
    assert stage.keeper.policy_for(Subject(application=ssh())).wait_s == 0


def test_one_program_in_two_cgroups_may_have_two_policies(stage):
    stage.say("cgroup:/fast", wait_ms=10)
    assert [stage.keeper.policy_for(Subject(application=ssh(each))).wait_s for each in ("/fast", "/slow")] == [
        0.01,
        NEVER,
    ]


def test_a_rule_that_says_nothing_removes_what_there_was(stage):
    stage.say(wait_ms=50)
    stage.say()
    assert stage.keeper.rows() == [NOTHING_SAID]
    stage.say()
    assert stage.changes == 2


def test_saying_the_same_again_changes_nothing(stage):
    for pairs in ([pair(), pair(5, "dsl0")], [pair(5, "dsl0"), pair()]):
        stage.say(wait_ms=50, pairs=pairs)
    assert (stage.changes, len(stage.texts)) == (1, 1)


@pytest.mark.parametrize("wait_ms", [0, 0.001, 1.001, 16.7, 57, 999.999, 60_000, "never"])
def test_a_wait_comes_back_as_it_was_said(stage, tmp_path, wait_ms):
    stage.say(wait_ms=wait_ms, pairs=[pair(wait_ms)])
    for keeper in (stage.keeper, Stage(tmp_path).keeper):
        (row, _default) = keeper.rows()
        assert (row.wait_ms, row.pairs[0].wait_ms) == (wait_ms, wait_ms)


@pytest.mark.parametrize("share", [0.000001, 0.07, 0.333333, 1.0, "off"])
def test_a_share_that_is_not_borne_comes_back_as_it_was_said(stage, tmp_path, share):
    stage.say(leave_on_marks=share, leave_on_loss=share)
    for keeper in (stage.keeper, Stage(tmp_path).keeper):
        (row, _default) = keeper.rows()
        assert (row.leave_on_marks, row.leave_on_loss) == (share, share)


def test_off_is_the_same_as_nothing_said_of_the_default_and_not_so_of_a_program(stage):
    stage.say("default", leave_on_marks=0.05, leave_on_loss=0.02)
    stage.say(leave_on_marks="off")
    assert stage.keeper.policy_for(Subject(application=ssh())).congestion == CongestionTriggers(loss_share=0.02)
    stage.say("default", leave_on_marks="off", leave_on_loss="off")
    assert stage.keeper.rows()[-1] == NOTHING_SAID
    assert stage.keeper.policy_for(Subject(application=ssh())).congestion is None
    assert stage.texts[-1] == "default: nothing said of congestion marks any more, nothing said of loss any more"


def test_what_a_version_without_triggers_wrote_is_read(tmp_path):
    entry = {"selector": "exe:/usr/bin/ssh", "wait_ms": 50.0, "pairs": [], "big_transfers_to": None}
    file = tmp_path / "policies.json"
    file.write_text(json.dumps({"version": 1, "policies": [entry | {"big_over_bytes": None}]}))
    keeper = Stage(tmp_path).keeper
    assert keeper.rows() == [PolicyInfo(selector="exe:/usr/bin/ssh", wait_ms=50), NOTHING_SAID]
    assert keeper.policy_for(Subject(application=ssh())).congestion is None


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ({"wait_ms": 50}, "ssh: data may wait 50 ms"),
        ({"wait_ms": 0}, "ssh: all paths are pooled"),
        ({"wait_ms": "never"}, "ssh: a backup is used only when nothing else is left"),
        ({"selector": "default", "wait_ms": 2000}, "default: data may wait 2000 ms"),
        ({"selector": "cgroup:/user.slice", "wait_ms": 1.5}, "cgroup:/user.slice: data may wait 1.5 ms"),
        ({"pairs": [pair()]}, "ssh: wwan0 helps wlan0 after 20 ms"),
        ({"pairs": [pair(0)]}, "ssh: wwan0 helps wlan0 at once"),
        ({"pairs": [pair("never")]}, "ssh: wwan0 helps wlan0 never"),
        ({"big_transfers_to": "dsl0"}, "ssh: big transfers go to dsl0 (more than 1 MB in a second)"),
        ({"leave_on_marks": 0.05}, "ssh: a path is left for congestion marks over 5 %"),
        ({"leave_on_loss": 0.005}, "ssh: a path is left for loss over 0.5 %"),
        ({"leave_on_loss": "off"}, "ssh: no path is left for loss"),
        ({"wait_ms": 5, "pairs": [pair()]}, "ssh: data may wait 5 ms, wwan0 helps wlan0 after 20 ms"),
    ],
)
def test_what_was_said_is_told_in_a_sentence(stage, said, text):
    stage.say(**said)
    assert stage.texts == [text]


@pytest.mark.parametrize(
    ("left", "text"),
    [
        ({}, "ssh: no rule any more"),
        ({"wait_ms": 50, "big_transfers_to": "dsl0"}, "ssh: nothing said of wlan0 and wwan0 any more"),
        ({"wait_ms": 50, "pairs": [pair()]}, "ssh: nothing said of big transfers any more"),
        ({"pairs": [pair()], "big_transfers_to": "dsl0"}, "ssh: nothing said of the wait any more"),
        (
            {"wait_ms": 50, "pairs": [pair(30)], "big_transfers_to": "dsl0"},
            "ssh: wwan0 helps wlan0 after 30 ms",
        ),
    ],
)
def test_what_was_taken_back_is_told_too(stage, left, text):
    stage.say(wait_ms=50, pairs=[pair()], big_transfers_to="dsl0")
    stage.say(**left)
    assert stage.texts[1:] == [text]


def test_the_default_goes_back_to_never(stage):
    stage.say("default", wait_ms=50)
    stage.say("default", wait_ms="never")
    assert stage.texts[1:] == ["default: back to never"]
    assert (stage.keeper.rules, stage.keeper.rows()) == ((), [NOTHING_SAID])
    stage.say("default", pairs=[pair()])
    assert stage.keeper.rows() == [PolicyInfo(selector="default", wait_ms="never", pairs=[pair()], trust="handshake")]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"selector": "ssh"}, ["selector 'ssh'", "exe:/path"]),
        ({"wait_ms": -1}, ["wait_ms -1", "0 to 60000"]),
        ({"wait_ms": 60_000.1}, ["wait_ms 60000.1", "never"]),
        ({"wait_ms": float("nan")}, ["wait_ms nan"]),
        ({"wait_ms": float("inf")}, ["wait_ms inf"]),
        ({"pairs": [pair(60_001)]}, ["pairs: wlan0:wwan0: wait_ms 60001"]),
        ({"pairs": [pair(carrier="wwan0")]}, ["pairs: wwan0:wwan0", "two different paths"]),
        ({"pairs": [pair(carrier="")]}, ["pairs: carrier ''"]),
        ({"pairs": [pair(helper="")]}, ["pairs: helper ''"]),
        ({"pairs": [pair(helper="no such:name")]}, ["pairs: helper 'no such:name'"]),
        ({"pairs": [pair(), pair(30)]}, ["pairs: wlan0:wwan0", "more than once"]),
        ({"big_over_bytes": 5000}, ["big_over_bytes 5000", "big_transfers_to"]),
        ({"big_transfers_to": "dsl0", "big_over_bytes": 999}, ["big_over_bytes 999", "1000 to"]),
        ({"big_transfers_to": "dsl0", "big_over_bytes": 10**13}, ["big_over_bytes 10000000000000"]),
        *(
            ({field: share}, [f"{field} {share}", "over 0 to 1, or off"])
            for field in ("leave_on_marks", "leave_on_loss")
            for share in (0.0, -0.05, 1.001, 5.0, 1e-7, float("nan"), float("inf"))
        ),
        ({"big_transfers_to": ""}, ["big_transfers_to ''"]),
        ({"big_transfers_to": "sixteen-letters-"}, ["big_transfers_to 'sixteen-letters-'"]),
    ],
)
def test_what_cannot_be_used_is_named_and_changes_nothing(stage, tmp_path, said, words):
    stage.say(wait_ms=50)
    with pytest.raises(InvalidValueError) as refusal:
        stage.say(**{"wait_ms": 20} | said)
    assert all(each in str(refusal.value) for each in words), refusal.value
    assert (stage.changes, stage.keeper.rows()[0].wait_ms) == (1, 50)
    assert Stage(tmp_path).keeper.rows() == stage.keeper.rows()


def test_what_cannot_be_written_down_is_not_in_force(stage, tmp_path):
    stage.say(wait_ms=50)
    (tmp_path / "policies.new").mkdir()
    with pytest.raises(StateFileError, match=r"policies\.json"):
        stage.say(wait_ms=20)
    assert (stage.changes, stage.keeper.policy_for(Subject(application=ssh())).wait_s) == (1, 0.05)


ONLY_TRUSTED = msgspec.structs.replace(NOTHING_SAID, trust="only")


@pytest.fixture
def lost(tmp_path, caplog):
    """A keeper that has found a file that cannot be read, and no copy of it."""
    (tmp_path / "policies.json").write_bytes(b"{")
    with caplog.at_level(logging.WARNING):
        return Stage(tmp_path)


def test_where_rules_are_lost_everybody_is_held_to_trusted_paths_until_somebody_says_otherwise(lost, tmp_path):
    assert lost.keeper.rows() == [ONLY_TRUSTED]
    lost.say(wait_ms=50)
    lost.say("default", wait_ms=20, trust="only")
    again = Stage(tmp_path)
    assert again.keeper.rows()[-1].trust == "only"
    assert again.state.are_policies_lost, "neither was about trust"
    again.say("default", trust="handshake")
    assert not again.state.are_policies_lost
    assert Stage(tmp_path).keeper.rows()[-1] == NOTHING_SAID


def test_where_rules_are_lost_somebody_may_say_that_it_shall_stay_so(lost, tmp_path):
    lost.say("default", trust="only")
    assert not lost.state.are_policies_lost
    assert lost.texts == ["default: said again"]
    again = Stage(tmp_path)
    assert again.keeper.rows() == [ONLY_TRUSTED]
    assert not again.state.are_policies_lost


def test_an_event_about_a_users_rule_is_that_users_where_it_says_where_it_goes(stage):
    rules = ("exe:/usr/bin/ssh host:example.org", "exe:/usr/bin/ssh")
    for selector in rules:
        stage.keeper.set(PolicyInfo(selector=selector, wait_ms=20.0), owner_uid=1000)
        stage.keeper.set(PolicyInfo(selector=selector, wait_ms=20.0))
    assert [each.uid for each in stage.journal.recent(4)] == [1000, None, None, None]


def test_a_temporary_rule_counts_until_its_time_is_over_and_then_the_lasting_one_again(stage):
    stage.say(wait_ms=50)
    stage.say(wait_ms=0, temporary=True, until=1060.0)
    assert (stage.wait_of(ssh()), stage.keeper.deadline, stage.changes) == (0, 1060.0, 2)
    stage.now = 1059.0
    stage.keeper.expire()
    assert (stage.wait_of(ssh()), stage.changes) == (0, 2)
    stage.now = 1060.0
    stage.keeper.expire()
    assert (stage.wait_of(ssh()), stage.keeper.deadline, stage.changes) == (0.05, None, 3)
    assert stage.texts[-1] == "ssh: the time of a temporary rule is over"
    assert stage.another_keeper().rules == stage.keeper.rules


def test_a_rule_until_the_machine_restarts_is_not_known_after_that(stage, monkeypatch, tmp_path):
    stage.say(wait_ms=50)
    stage.say(wait_ms=0, temporary=True)
    assert len(stage.another_keeper().rules) == 2
    boot = tmp_path / "boot_id"
    boot.write_text("another\n")
    monkeypatch.setattr("mpmanager.daemon.boot._BOOT_ID", boot)
    (left,) = stage.another_keeper().rules
    assert left.wait_s == 0.05


def test_a_time_that_is_over_is_refused(stage):
    with pytest.raises(InvalidValueError, match="that time is over"):
        stage.say(wait_ms=0, temporary=True, until=999.0)
    with pytest.raises(InvalidValueError, match="until 2000"):
        stage.say(wait_ms=0, until=2000.0)
    assert stage.keeper.rules == ()


def test_the_rules_of_a_user_are_so_many_at_most_and_can_be_changed_and_taken_back(stage, monkeypatch):
    monkeypatch.setattr("mpmanager.daemon.policy_keeper.MOST_PER_USER", 2)
    for name in ("a", "b"):
        stage.say(f"exe:/{name} user:anna", owner_uid=1000, wait_ms=1)
    with pytest.raises(NotSupportedError, match="2 rules already"):
        stage.say("exe:/c user:anna", owner_uid=1000, wait_ms=1)
    stage.say("exe:/a user:anna", owner_uid=1000, wait_ms=2)
    stage.say("exe:/b user:anna", owner_uid=1000)
    stage.say("exe:/c user:anna", owner_uid=1000, wait_ms=1)
    stage.say("exe:/d user:anna", wait_ms=1)
    assert sorted((str(each.selector), each.owner_uid) for each in stage.keeper.rules) == [
        ("exe:/a user:anna", 1000),
        ("exe:/c user:anna", 1000),
        ("exe:/d user:anna", None),
    ]


def test_rules_about_other_networks_do_not_count(stage):
    stage.say("exe:/usr/bin/ssh on:wifi:Cafe/open", wait_ms=50)
    assert stage.keeper.rules_in({"wifi:Home/wpa2"}) == []
    assert stage.keeper.rules_in({"wifi:Cafe/open", "nm:1"}) == list(stage.keeper.rules)


def test_what_is_said_of_tiers_paths_and_delay_is_told_and_found_again(stage):
    tiers = [TierChoiceInfo(paths="metered", tier="never"), TierChoiceInfo(paths="path:wlan0", tier="auto")]
    stage.say(intent="streaming", tiers=tiers, multipath=False, lowest_delay=True)
    (told,) = stage.texts
    assert told.removeprefix("ssh: ").split(", ") == [
        "data may wait as is good for streaming",
        "metered is never used for new subflows",
        "path:wlan0 is used as its own tier says",
        "uses one path at a time",
        "prefers the path with the lowest delay",
    ]
    assert stage.another_keeper().rows()[0] == PolicyInfo(
        selector="exe:/usr/bin/ssh", intent=Intent.STREAMING, tiers=tiers, multipath=False, lowest_delay=True
    )
