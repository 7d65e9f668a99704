"""The shield on a path's card."""

import pytest
from fake_manager import OPEN_AIR
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from mpmanager.model.errors import NotAuthorizedError
from mpmanager.model.path import Security
from mpmanager.model.trust import Trust, TrustSource
from mpmanager_ui.viewmodels.contact import Contact
from mpmanager_ui.viewmodels.trust import NOT_NOW

DISTRUST = "Do not trust this network"
SHIELD_WIDTH = 18
"""With the space right of it."""
AUTOMATIC = "Back to automatic (would be trusted)"


def card_of(stage, path):
    return stage.overview.board.card_of(path)


def shield_of(stage, path):
    return card_of(stage, path).shield


def changes(stage):
    return stage.daemon.manager.changes


def open_menu(stage, path):
    shield = shield_of(stage, path)
    stage.act(lambda: QTest.mouseClick(shield, Qt.MouseButton.LeftButton))
    stage.settle()
    return shield.findChild(QMenu)


def entries(menu):
    return {each.text(): each for each in menu.actions() if not each.isSeparator()}


def choose(stage, path, text):
    """Open the shield's menu and take an entry."""
    menu = open_menu(stage, path)
    stage.act(entries(menu)[text].trigger)
    menu.close()
    stage.settle()


def wait_for_change(stage, number=1):
    stage.wait_until(lambda: len(changes(stage)) == number, "the daemon was asked")
    stage.settle()


def undo(stage):
    stage.wait_until(stage.window.snackbar.isVisible, "Undo was offered")
    stage.act(stage.window.snackbar.button.click)


def shape_of(shield):
    """Which pixels are empty, row by row."""
    image = shield.grab().toImage()
    ground = image.pixelColor(0, 0)
    return [[image.pixelColor(x, y) == ground for x in range(image.width())] for y in range(image.height())]


def right_of(shape):
    """The shield without the person beside it."""
    return [row[-SHIELD_WIDTH:] for row in shape]


def test_every_card_has_a_shield_that_says_itself(stage):
    stage.begin()
    shield = shield_of(stage, "wlan0")
    assert shield.accessibleName() == "Trust in Wi-Fi (Café am Markt): trusted"
    assert "WPA2 encrypts the air" in shield.accessibleDescription()
    assert "WPA2 encrypts the air" in shield.toolTip()
    assert "trusted: WPA2 encrypts the air" in card_of(stage, "wlan0").accessibleName()


def test_trusted_untrusted_and_decided_differ_in_shape(stage):
    stage.begin()
    shield = shield_of(stage, "wlan0")
    shapes = [shape_of(shield)]
    for scope, trust in (("network", Trust.UNTRUSTED), ("network", Trust.TRUSTED), ("interface", Trust.UNTRUSTED)):
        stage.world.say("wlan0", scope, trust)
        stage.tick()
        shapes.append(shape_of(shield))
    automatic, distrusted, chosen, same = shapes
    assert right_of(chosen) == right_of(automatic) != right_of(distrusted)
    assert not all(ground for row in chosen for ground in row[:-SHIELD_WIDTH])
    assert all(ground for row in automatic for ground in row[:-SHIELD_WIDTH])
    assert same == chosen


def test_a_shield_follows_its_path_into_another_network(stage):
    stage.begin()
    stage.world.join("wlan0", "Station")
    stage.tick()
    shield = shield_of(stage, "wlan0").shield
    assert (shield.level, shield.reason) == OPEN_AIR
    assert stage.overview.event_texts()[0].startswith("wlan0 (Station) is untrusted now")


def test_a_shield_stands_left_of_the_button_of_the_menu(stage):
    stage.world.say("wwan0", "network", Trust.UNTRUSTED)
    stage.begin()
    for width in (800, 1280, 1680):
        stage.window.resize(width, 800)
        stage.settle()
        for name in ("wlan0", "wwan0"):
            card = card_of(stage, name)
            assert card.shield.geometry().toRectF().right() == card._menu_button().left()
            assert 0 < card.shield.y() < card._menu_button().bottom() - card.shield.height()


def test_a_click_distrusts_a_network_and_undo_takes_it_back(stage):
    stage.begin()
    choose(stage, "wlan0", DISTRUST)
    wait_for_change(stage)
    assert changes(stage) == [("wlan0", "untrusted", "network")]
    assert stage.window.snackbar.label.text() == "Café am Markt is untrusted now"
    undo(stage)
    wait_for_change(stage, 2)
    assert changes(stage)[1] == ("wlan0", "auto", "network")
    stage.tick()
    assert not shield_of(stage, "wlan0").shield.is_chosen


def test_undo_restores_a_decision_of_before(stage):
    stage.world.say("wlan0", "network", Trust.UNTRUSTED)
    stage.world.say("wlan0", "interface", Trust.TRUSTED)
    stage.begin()
    choose(stage, "wlan0", AUTOMATIC)
    wait_for_change(stage, 2)
    undo(stage)
    wait_for_change(stage, 4)
    assert changes(stage)[2:] == [("wlan0", "untrusted", "network"), ("wlan0", "trusted", "interface")]


def test_the_interface_can_be_decided_on_instead(stage):
    stage.begin()
    choose(stage, "dsl0", "Do not trust this interface, whatever network it is in")
    wait_for_change(stage)
    assert changes(stage) == [("dsl0", "untrusted", "interface")]
    stage.tick()
    assert shield_of(stage, "dsl0").shield.source is TrustSource.INTERFACE


def test_what_is_said_already_is_ticked_and_asks_for_nothing(stage):
    stage.world.say("wlan0", "network", Trust.UNTRUSTED)
    stage.begin()
    menu = open_menu(stage, "wlan0")
    assert [text for text, each in entries(menu).items() if each.isChecked()] == [DISTRUST]
    stage.act(entries(menu)[DISTRUST].trigger)
    menu.close()
    stage.settle()
    assert changes(stage) == []


def test_a_shield_follows_at_once_and_does_not_flicker(stage):
    stage.begin()
    late = stage.world.advance()  # made before the change, and told after it
    seen = []
    shield = shield_of(stage, "wlan0")
    choose(stage, "wlan0", DISTRUST)
    stage.session.frame_taken.connect(lambda: seen.append(shield.shield.level))
    seen.append(shield.shield.level)
    wait_for_change(stage)
    stage.daemon.manager.tell(late)
    stage.wait_until(lambda: len(seen) == 2, "the late frame was taken")
    stage.tick(3)
    assert set(seen) == {Trust.UNTRUSTED}


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_the_keyboard_opens_the_menu_of_the_shield(stage, key):
    stage.begin()
    card = card_of(stage, "wwan0")
    stage.act(card.setFocus)
    stage.press(card, Qt.Key.Key_Tab)
    assert card.shield.hasFocus()
    stage.press(card.shield, key)
    stage.settle()
    menu = card.shield.findChild(QMenu)
    assert DISTRUST in entries(menu)
    assert card.findChild(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly) is None
    menu.close()


def test_the_menu_is_walked_by_arrows(stage):
    stage.begin()
    menu = open_menu(stage, "wlan0")
    walked = []
    for _ in range(4):
        stage.press(menu, Qt.Key.Key_Down)
        walked.append(menu.activeAction().text())
    menu.close()
    assert walked[:2] == ["Trust this network (Café am Markt)", DISTRUST]


def test_the_menu_of_the_card_has_the_same_entries(stage):
    stage.begin()
    card = card_of(stage, "wlan0")
    card.open_menu(card.mapToGlobal(card.rect().center()))
    stage.settle()
    menu = card.findChild(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly)
    trust = next(each.menu() for each in menu.actions() if each.text() == "Trust …")
    stage.act(entries(trust)[DISTRUST].trigger)
    menu.close()
    wait_for_change(stage)
    assert changes(stage) == [("wlan0", "untrusted", "network")]


def test_a_refusal_is_told_with_its_cause_and_the_shield_goes_back(stage):
    stage.begin()
    stage.daemon.manager.refusal = NotAuthorizedError("only root may do that")
    choose(stage, "wlan0", DISTRUST)
    stage.wait_until(stage.window.problem_banner.isVisible, "the refusal was told")
    text = stage.window.problem_banner.label.text()
    assert text.startswith("Changing the trust in Wi-Fi failed: only root may do that.")
    assert shield_of(stage, "wlan0").shield.level is Trust.TRUSTED
    assert not stage.window.snackbar.isVisible()


def test_undo_does_not_fall_upon_another_network(stage):
    stage.begin()
    choose(stage, "wlan0", DISTRUST)
    wait_for_change(stage)
    stage.world.join("wlan0", "Station", Security.WPA2)
    stage.tick()
    undo(stage)
    stage.wait_until(stage.window.problem_banner.isVisible, "the refusal was told")
    assert "wlan0 is in another network by now" in stage.window.problem_banner.label.text()
    assert changes(stage) == [("wlan0", "untrusted", "network")]


def test_without_the_daemon_the_shield_explains_and_changes_nothing(stage):
    stage.begin()
    stage.act(stage.daemon.stop)
    stage.wait_until(lambda: stage.session.contact is Contact.LOST, "the loss was noticed")
    stage.settle()
    menu = open_menu(stage, "wlan0")
    choices = [each for text, each in entries(menu).items() if "rust this" in text]
    assert len(choices) == 4
    assert not any(each.isEnabled() for each in choices)
    assert NOT_NOW in shield_of(stage, "wlan0").accessibleDescription()
    menu.close()


def test_an_ampersand_in_a_networks_name_is_shown(stage):
    stage.world.path("wlan0").network = "Tom & Jerry"
    stage.begin()
    menu = open_menu(stage, "wlan0")
    assert "Trust this network (Tom && Jerry)" in entries(menu)
    menu.close()
