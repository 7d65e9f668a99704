"""The Applications page."""

import pytest
from fake_manager import World
from PySide6.QtCore import Qt

from mpmanager.api.structures import PolicyInfo
from mpmanager.model.errors import NotAuthorizedError
from mpmanager.model.path import Security
from mpmanager_ui.viewmodels.page_names import PageName
from mpmanager_ui.viewmodels.rule_draft import Lifetime, Preset

CURL = "exe:/usr/bin/curl"


class Rules:
    """The page, and what the daemon has."""

    def __init__(self, stage):
        self.stage = stage
        stage.begin()
        stage.act(lambda: stage.window.show_page(PageName.APPLICATIONS))
        self.page = stage.window.page_widget(PageName.APPLICATIONS)
        self.wait_until(self.names, "the list is there")

    def wait_until(self, condition, what):
        self.stage.wait_until(condition, what)

    def names(self):
        model = self.page.list.applications
        return [model.row_at(place).who.name for place in range(model.rowCount())]

    def choose(self, name):
        model = self.page.list.applications
        place = self.names().index(name)
        self.stage.act(lambda: self.page.list.setCurrentIndex(model.index(place)))

    def click(self, button):
        self.stage.act(button.click)

    def rule(self, selector=CURL):
        return next((each for each in self.stage.world.policies if each.selector == selector), None)

    def tick(self):
        self.stage.tick()
        self.wait_until(lambda: not self.page.is_busy, "the frame was shown")


@pytest.fixture
def world():
    world = World()
    world.policies.insert(0, PolicyInfo(selector="exe:/usr/bin/borg", wait_ms=100.0))
    world.join("wlan0", "Cafe", Security.OPEN)
    world.open_helper(1, waited_ms=54.0)
    return world


@pytest.fixture
def rules(stage, monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 0)
    return Rules(stage)


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_those_that_are_seen_and_those_with_rules_are_listed_and_found(rules):
    assert rules.names() == ["borg", "curl", "Element", "Firefox", "rsync", "ssh"]
    assert rules.page.others.isVisible()
    rules.stage.act(lambda: rules.page.filter.setText("bin/cu"))
    rules.wait_until(lambda: rules.names() == ["curl"], "the filter works")
    assert rules.page.others.isVisible()


def test_a_draft_is_previewed_survives_frames_and_is_applied_and_undone(rules):
    rules.choose("curl")
    page = rules.page
    assert plain(page.editor.promise.text()).startswith("Allowed: no limit")
    rules.click(page.editor.presets.buttons[Preset.BROWSING])
    rules.click(page.editor.trust.buttons["only"])
    rules.tick()
    rules.wait_until(lambda: "closed" in page.preview.text(), "the preview is there")
    assert plain(page.preview.text()) == (
        "Wait: no limit (other rules) → browsing (50 ms); Trust: handshake (other rules) → trusted only; "
        "2 connections are affected; 2 subflows on Cafe (Wi-Fi) will be closed"
    )
    assert rules.rule() is None
    rules.click(page.apply)
    rules.wait_until(lambda: rules.rule() is not None, "the daemon was told")
    assert (rules.rule().intent, rules.rule().trust) == ("browsing", "only")
    rules.wait_until(page.bar.isHidden, "nothing is left to apply")
    rules.click(rules.stage.window.snackbar.button)
    rules.wait_until(lambda: rules.rule() is None, "it was undone")
    rules.click(rules.stage.window.snackbar.button)
    rules.wait_until(lambda: rules.rule() is not None, "and done again")


def test_a_switch_acts_at_once_beside_what_is_edited(rules):
    rules.choose("curl")
    page = rules.page
    rules.click(page.editor.life.buttons[Lifetime.UNTIL_RESTART])
    rules.stage.press(page.editor.slider, Qt.Key.Key_Home)
    rules.click(page.editor.multipath.buttons[True])
    rules.wait_until(lambda: rules.rule() is not None, "the daemon was told")
    assert rules.rule() == PolicyInfo(selector=CURL, multipath=True)
    rules.tick()
    assert page.bar.isVisible()
    assert page.note.isHidden()
    rules.click(page.discard)
    assert page.bar.isHidden()
    rules.click(page.remove)
    rules.wait_until(lambda: rules.rule() is None, "the rule is removed")


def test_what_somebody_else_changes_meanwhile_is_said(rules):
    rules.choose("curl")
    page = rules.page
    rules.stage.press(page.editor.slider, Qt.Key.Key_Home)
    rules.stage.run(rules.stage.daemon.manager.set_policy(PolicyInfo(selector=CURL, trust="only")))
    rules.tick()
    rules.wait_until(page.note.isVisible, "it is said")
    assert page.draft.rule == PolicyInfo(selector=CURL, wait_ms=0.0, trust="only")


def test_what_is_refused_stays_a_draft(rules):
    rules.choose("curl")
    rules.stage.press(rules.page.editor.slider, Qt.Key.Key_Home)
    rules.stage.daemon.manager.refusal = NotAuthorizedError("you may not")
    rules.click(rules.page.apply)
    rules.wait_until(rules.stage.window.problem_banner.isVisible, "the refusal is told")
    assert rules.page.draft.rule.wait_ms == 0.0
    assert rules.page.bar.isVisible()


def test_a_rule_is_added_for_what_is_not_running(rules):
    page = rules.page
    rules.click(page.add)
    rules.stage.act(lambda: page.form.fields["value"].setText("usr/bin/git"))
    rules.click(page.form.add)
    assert page.form.errors["value"].text() == "“usr/bin/git” cannot be used: a path begins with /"
    rules.stage.act(lambda: page.form.fields["value"].setText("/usr/bin/git"))
    rules.click(page.form.add)
    assert page.title.text() == "git"
    rules.click(page.editor.presets.buttons[Preset.DOWNLOAD])
    assert "git" in rules.names()
    rules.click(page.apply)
    rules.wait_until(lambda: rules.rule("exe:/usr/bin/git") is not None, "the daemon was told")


def test_where_there_is_no_room_the_list_and_the_editor_take_turns(rules):
    page = rules.page
    rules.stage.act(lambda: rules.stage.window.resize(800, 480))
    rules.stage.settle()
    assert page.list.isVisible()
    assert not page.editor.isVisible()
    rules.choose("curl")
    assert page.editor.isVisible()
    assert not page.list.isVisible()
    rules.click(page.back)
    assert page.list.isVisible()


def test_frames_keep_the_chosen_row_and_the_place_of_all_others(rules):
    rules.choose("rsync")
    rules.stage.world.programs = 3
    rules.tick()
    rules.tick()
    assert rules.names() == ["borg", "curl", "Element", "Firefox", "rsync", "ssh"]
    assert rules.page.list.currentIndex().data() == "rsync"
    assert rules.page.title.text() == "rsync"
