"""Profiles in the window: listed, activated, followed, imported with a preview, deleted, and each of it taken back."""

import base64
from dataclasses import dataclass

import pytest
from fake_manager import World
from fake_profiles import CAFE, NOW, FakeProfiles
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QPushButton

from mpmanager.client.signing import trusted_signers
from mpmanager.model.errors import NotAuthorizedError
from mpmanager.model.profile import BEFORE, MergeMode
from mpmanager_ui.pages.profiles import ProfilesPage
from mpmanager_ui.viewmodels.page_names import PageName
from mpmanager_ui.widgets.label import Label

HARMLESS = CAFE.replace('tier = "when-needed"', 'tier = "never"').replace('"Cafe"', '"Strict"')


@pytest.fixture
def world():
    return World(profiles=FakeProfiles.furnished())


@dataclass
class Desk:
    """The page, and what a person does there."""

    stage: object
    page: ProfilesPage

    @property
    def kept(self):
        return self.stage.world.profiles

    @property
    def changes(self):
        return self.stage.daemon.manager.changes

    @property
    def review(self):
        return self.page.review

    def choose(self, name, entry):
        """Choose from the menu of a profile's card, and of its submenus."""
        menu = self.page.cards[name].menu()
        inner = [each for action in menu.actions() if action.menu() for each in action.menu().actions()]
        found = next(each for each in (*menu.actions(), *inner) if each.text() == entry)
        self.stage.act(lambda: [menu.close(), found.trigger()])  # in the order in which Qt does it

    def drop(self, file):
        """Drag a file onto the page and let go."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(file))])
        actions, keys = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(QPoint(9, 9), actions, data, Qt.MouseButton.LeftButton, keys)
        drop = QDropEvent(QPointF(9, 9), actions, data, Qt.MouseButton.LeftButton, keys)
        self.stage.act(lambda: [QApplication.sendEvent(self.page, each) for each in (enter, drop)])

    def open(self, file, text):
        """Drop a file with this text, and wait for the preview."""
        file.write_text(text)
        self.drop(file)
        self.stage.wait_until(lambda: self.page.is_reviewing, "the preview is shown")

    def click(self, button):
        self.stage.act(button.click)

    def undo(self):
        self.stage.act(self.stage.window.snackbar.button.click)

    def wait_for_note(self, words):
        bar = self.stage.window.snackbar
        self.stage.wait_until(lambda: bar.isVisible() and words in bar.label.text(), f"it is told: {words}")

    def wait_for(self, condition, what):
        self.stage.wait_until(condition, what)

    def words(self):
        """All that the preview says."""
        return [each.text() for each in self.review.findChildren(Label) if each.isVisibleTo(self.review)]


@pytest.fixture
def desk(stage):
    stage.begin()
    stage.act(lambda: stage.window.show_page(PageName.PROFILES))
    page = stage.window.page_widget(PageName.PROFILES)
    stage.wait_until(lambda: page.shelf.rows is not None, "the profiles were read")
    return Desk(stage, page)


def test_the_active_profile_stands_first_and_what_held_before_last(desk):
    assert list(desk.page.cards) == ["Office", "Cafe", BEFORE]
    assert "active, chosen by you" in desk.page.cards["Office"].accessibleName()
    assert not desk.page.cards["Office"].action.isVisibleTo(desk.page)
    assert desk.page.by_hand.isVisible()


def test_activating_what_widens_rights_shows_it_first_and_undo_goes_back_to_what_was_changed_since(desk):
    desk.kept.holds = desk.kept.holds.replace("wait_ms = 100", "wait_ms = 70")
    desk.click(desk.page.cards["Cafe"].action)
    desk.wait_for(lambda: desk.page.is_reviewing, "it is shown first")
    assert "Widens rights (1)" in desk.words()
    assert desk.changes == []
    desk.click(desk.review.use)
    desk.wait_for_note("Cafe is active now")
    assert (desk.kept.active, desk.kept.holds) == ("Cafe", CAFE)
    desk.undo()
    desk.wait_for(lambda: desk.kept.active == "Office", "it was taken back")
    assert "wait_ms = 70" in desk.kept.holds


def test_what_widens_no_rights_is_activated_at_once(desk):
    desk.kept.texts["Strict"] = HARMLESS
    desk.stage.run(desk.page.shelf.load())
    desk.click(desk.page.cards["Strict"].action)
    desk.wait_for_note("Strict is active now")
    assert not desk.page.is_reviewing


def test_a_dropped_file_is_shown_and_kept_only_when_asked_for(desk, tmp_path):
    desk.kept.texts.pop("Cafe")
    desk.kept.follows.pop("wifi:Cafe/open")
    desk.open(tmp_path / "cafe.toml", CAFE)
    said = desk.words()
    assert any(each.startswith("Not signed") for each in said)
    assert {"LTE paths: when used", "When needed", "wwan0"} <= set(said)
    assert desk.changes == []
    desk.click(desk.review.keep)
    desk.wait_for_note("Cafe is kept")
    assert desk.changes == [("store", "Cafe")]
    desk.undo()
    desk.wait_for(lambda: "Cafe" not in desk.kept.texts, "it was taken back")


def test_escape_leaves_the_preview_and_nothing_is_changed(desk, tmp_path):
    desk.open(tmp_path / "cafe.toml", CAFE)
    desk.stage.press(desk.review, Qt.Key.Key_Escape)
    desk.wait_for(lambda: not desk.page.is_reviewing, "the list is shown")
    assert desk.changes == []


def test_an_import_under_another_name_on_top_of_what_was_decided_is_activated(desk, tmp_path):
    desk.open(tmp_path / "cafe.toml", CAFE)
    desk.click(desk.review.mode.buttons[MergeMode.MERGE])
    desk.wait_for(desk.review.use.isEnabled, "the preview was renewed")
    assert "Trust in Wi-Fi “Staff” (WPA3)" not in desk.words()
    desk.stage.act(lambda: desk.review.name.setText("Both"))
    desk.click(desk.review.use)
    desk.wait_for_note("Both is active now")
    assert "wifi:Staff/wpa3" in desk.kept.holds
    assert "org.mozilla.firefox" in desk.kept.holds
    desk.undo()
    desk.wait_for(lambda: "Both" not in desk.kept.texts, "it was taken back")
    assert desk.kept.active == "Office"


def test_a_file_that_is_no_profile_is_named_with_its_line_and_changes_nothing(desk, tmp_path):
    (tmp_path / "junk.toml").write_text("version = 1\nname = \n")
    desk.drop(tmp_path / "junk.toml")
    desk.wait_for(desk.page.trouble.isVisible, "the trouble is told")
    said = desk.page.trouble.label.text()
    assert "junk.toml: this is no TOML" in said
    assert "line 2" in said
    assert "Nothing has been changed" in said
    assert desk.changes == []


def test_mistakes_are_named_by_line_and_have_to_be_agreed_to(desk, tmp_path):
    desk.open(tmp_path / "cafe.toml", CAFE.replace('"when-needed"', '"sometimes"'))
    assert "Line 11" in desk.words()
    assert not desk.review.keep.isEnabled()
    desk.click(desk.review.skip)
    assert desk.review.keep.isEnabled()


def test_an_unknown_signer_can_be_trusted_and_a_broken_signature_is_refused(desk, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    signed = tmp_path / "signed.toml"
    desk.stage.run(desk.page.write(signed, "Cafe", is_signed=True))
    text = signed.read_text()
    desk.open(signed, text)
    assert any(each.startswith("Signed by a key that you do not know") for each in desk.words())
    key, signer = desk.review.signature.key, desk.review.signature.signer
    desk.stage.act(lambda: desk.review.trust_wanted.emit(key, signer))
    desk.wait_for_note("You trust what")
    assert any("whom you trust" in each for each in desk.words())
    desk.open(tmp_path / "changed.toml", text.replace("wait_ms = 50", "wait_ms = 51"))
    desk.wait_for(lambda: any(each.startswith("The signature is invalid") for each in desk.words()), "it is told")
    assert not desk.review.use.isEnabled()


def test_a_signer_who_is_trusted_no_longer_can_be_trusted_again(desk):
    key = base64.b64encode(bytes(32)).decode()
    trusted_signers().trust(key, "Anna")
    desk.stage.run(desk.page.shelf.load())
    forget = next(each for each in desk.page.signers.findChildren(QPushButton) if "Anna" in each.accessibleName())
    desk.click(forget)
    desk.wait_for_note("You no longer trust what Anna signs")
    assert trusted_signers().entries() == []
    desk.undo()
    desk.wait_for(lambda: [each.key for each in trusted_signers().entries()] == [key], "it was taken back")


def test_two_profiles_are_compared_and_nothing_can_be_decided_there(desk):
    desk.choose("Office", "Cafe")
    desk.wait_for(lambda: desk.page.is_reviewing, "they are compared")
    assert {"From “Office” to “Cafe”", "All applications: how long data may wait", "100 ms", "50 ms"} <= set(
        desk.words()
    )
    assert not desk.review.use.isVisible()
    desk.click(desk.review.cancel)
    assert not desk.page.is_reviewing


def test_a_profile_follows_a_network_in_use_until_it_is_undone(desk):
    desk.kept.texts["Strict"] = HARMLESS
    desk.stage.run(desk.page.shelf.load())
    desk.choose("Strict", "Wi-Fi “Café am Markt” (WPA2)")
    desk.wait_for_note("Strict is used with Wi-Fi “Café am Markt” (WPA2)")
    assert desk.kept.follows["wifi:Café am Markt/wpa2"] == "Strict"
    desk.undo()
    desk.wait_for(lambda: "wifi:Café am Markt/wpa2" not in desk.kept.follows, "it was taken back")


def test_a_deleted_profile_comes_back_with_the_networks_that_it_follows(desk):
    desk.choose("Cafe", "Delete")
    desk.wait_for_note("Cafe is deleted")
    assert "Cafe" not in desk.kept.texts
    desk.undo()
    desk.wait_for(lambda: desk.kept.follows.get("wifi:Cafe/open") == "Cafe", "it was taken back")
    assert desk.kept.texts["Cafe"] == CAFE


def test_a_refused_deletion_leaves_what_the_profile_follows(desk):
    desk.stage.daemon.manager.refusals["delete"] = NotAuthorizedError("only root may do that")
    desk.choose("Cafe", "Delete")
    desk.wait_for(desk.stage.window.problem_banner.isVisible, "the refusal is told")
    assert desk.kept.follows["wifi:Cafe/open"] == "Cafe"


def test_current_decisions_are_saved_under_a_free_name(desk):
    desk.click(desk.page.save_button)
    assert desk.page.new_name.text() == "Office 2"
    desk.stage.press(desk.page.new_name, Qt.Key.Key_Return)
    desk.wait_for_note("kept as Office 2")
    assert 'name = "Office 2"' in desk.kept.texts["Office 2"]


def test_networks_choose_again_when_asked_to(desk):
    desk.click(desk.page.by_hand.button)
    desk.wait_for_note("choose the profile from now on")
    assert not desk.kept.is_by_hand
    desk.undo()
    desk.wait_for(lambda: desk.kept.is_by_hand, "it was taken back")
    assert desk.kept.active == "Office"


def test_without_profiles_the_page_says_what_to_do(desk):
    desk.kept.texts.clear()
    desk.kept.active, desk.kept.holds = None, NOW
    desk.stage.run(desk.page.shelf.load())
    assert any(each.text() == "No profiles yet" and each.isVisible() for each in desk.page.findChildren(Label))
