"""The Paths page."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from mpmanager.api.structures import CapInfo
from mpmanager.model.caps import CapAction, CapState
from mpmanager.model.errors import NotAuthorizedError
from mpmanager.model.path import Tier
from mpmanager_ui.viewmodels.page_names import PageName

GB = 10**9


@pytest.fixture
def page(stage):
    stage.world.use("wwan0", today=10**8, period=4 * GB, forecast=6 * GB, cap=CapInfo(month_bytes=5 * GB, reset_day=15))
    stage.begin()
    stage.act(lambda: stage.window.show_page(PageName.PATHS))
    stage.act(lambda: stage.paths.choose("wwan0"))
    stage.settle()
    return stage.paths


def wait_for_change(stage, number=1):
    stage.wait_until(lambda: len(stage.daemon.manager.changes) == number, "the daemon was asked")
    stage.tick()
    stage.settle()


def last_change(stage):
    return stage.daemon.manager.changes[-1]


def type_into(stage, field, text):
    def write():
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)

    stage.act(write)


def test_the_keyboard_chooses_the_path_whose_details_are_shown(stage, page):
    stage.act(page.board.card_of("dsl0").setFocus)
    stage.wait_until(lambda: page.chosen == "dsl0", "another path was chosen")
    assert page.details.title.text() == "xDSL (Home line)"
    values = {fact.name: fact.value for fact in page.details.facts}
    assert (values["Addresses"], values["Gateway"]) == ("192.0.2.7/24", "192.0.2.1")


def test_a_cap_is_typed_in_force_at_once_and_taken_back_by_undo(stage, page):
    type_into(stage, page.details.cap.month, "4GB")
    wait_for_change(stage)
    assert last_change(stage) == ("wwan0", "cap", CapInfo(month_bytes=4 * GB, reset_day=15))
    assert page.details.cap.bars[0].bar.state is CapState.REACHED
    assert stage.world.path("wwan0").tier is Tier.NEVER
    assert page.board.lane_of(Tier.NEVER).cards.itemAt(0).widget().card.name == "wwan0"
    stage.act(stage.window.snackbar.button.click)
    wait_for_change(stage, 2)
    assert last_change(stage) == ("wwan0", "cap", CapInfo(month_bytes=5 * GB, reset_day=15))
    assert stage.world.path("wwan0").tier is Tier.WHEN_NEEDED


def test_what_is_no_size_is_told_beside_the_field_and_asks_for_nothing(stage, page):
    type_into(stage, page.details.cap.day, "much")
    stage.settle()
    assert "5 GB or 200 MB" in page.details.cap.mistake.text()
    assert stage.daemon.manager.changes == []
    stage.tick()
    assert page.details.cap.day.text() == "much"  # what somebody is writing is not overwritten


def test_what_follows_more_for_today_and_no_cap_are_one_click_each(stage, page):
    card = page.details.cap
    stage.act(card.then.buttons[CapAction.STANDBY].click)
    wait_for_change(stage)
    assert last_change(stage)[2].then is CapAction.STANDBY
    stage.act(card.more.click)
    wait_for_change(stage, 2)
    assert last_change(stage) == ("wwan0", "allow", 10**8)
    stage.act(stage.window.snackbar.button.click)
    wait_for_change(stage, 3)
    assert last_change(stage) == ("wwan0", "allow", 0)
    stage.act(card.remove.click)
    wait_for_change(stage, 4)
    assert last_change(stage) == ("wwan0", "cap", CapInfo())
    assert card.bars == []
    assert not card.more.isVisible()


def test_lane_metered_and_trust_are_changed_and_shown(stage, page):
    stage.act(page.details.tiers.buttons[Tier.BACKUP].click)
    wait_for_change(stage)
    assert last_change(stage) == ("wwan0", "backup")
    assert page.details.tiers.buttons[Tier.BACKUP].isChecked()
    stage.act(page.details.metered.buttons[False].click)
    wait_for_change(stage, 2)
    assert last_change(stage) == ("wwan0", "metered", "no")
    stage.act(stage.window.snackbar.button.click)
    wait_for_change(stage, 3)
    assert last_change(stage) == ("wwan0", "metered", "auto")
    distrust = next(each for each in page.details.trust_buttons if each.accessibleName() == "Do not trust this network")
    stage.act(distrust.click)
    wait_for_change(stage, 4)
    assert last_change(stage) == ("wwan0", "untrusted", "network")
    assert [each.accessibleName() for each in page.details.trust_buttons if each.isChecked()] == [
        "Do not trust this network"
    ]


def test_a_probe_tells_its_result_and_a_refusal_is_told(stage, page):
    stage.act(page.details.probe_button.click)
    stage.wait_until(lambda: "answered 4 of 5" in page.details.probe_words(), "the gateway answered")
    stage.daemon.manager.refusal = NotAuthorizedError("not allowed")
    stage.act(page.details.probe_button.click)
    stage.wait_until(stage.window.problem_banner.isVisible, "the refusal was told")
    assert page.details.probe_button.isEnabled()


def test_without_paths_the_page_says_what_to_do(stage, page):
    stage.world.paths.clear()
    stage.tick()
    stage.settle()
    assert page.chosen == ""
    assert not page.details.isVisible()


def test_a_heading_of_choices_stands_nearer_to_them_than_to_those_above(stage, page):
    stage.settle()
    choices = page.details._trust_choices
    parts = [part for place in range(choices.count()) if (part := choices.itemAt(place).widget())]
    headings = [place for place, part in enumerate(parts) if place and part not in page.details.trust_buttons]
    assert headings
    for place in headings:
        above, heading, below = (each.geometry() for each in parts[place - 1 : place + 2])
        assert heading.top() - above.bottom() > below.top() - heading.bottom()


def test_without_the_daemon_nothing_can_be_changed(stage, page):
    stage.act(stage.daemon.stop)
    stage.wait_until(lambda: bool(stage.session.as_of), "contact was lost")
    stage.settle()
    assert not page.details.tiers.isEnabled()
    assert not page.details.probe_button.isEnabled()
