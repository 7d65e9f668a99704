"""The Overview page."""

from itertools import pairwise

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from mpmanager.api.structures import EventKind
from mpmanager.model.errors import NotAuthorizedError
from mpmanager.model.path import PathKind, Tier
from mpmanager.model.trust import Trust
from mpmanager_ui.viewmodels.page_names import PageName
from mpmanager_ui.viewmodels.translation import speak
from mpmanager_ui.widgets.path_card import PATH_MIME_TYPE


def lane_names(stage, tier):
    layout = stage.overview.board.lane_of(tier).cards
    return [layout.itemAt(place).widget().card.name for place in range(layout.count())]


def drop(lane, path):
    data = QMimeData()
    data.setData(PATH_MIME_TYPE, path.encode())
    where = QPointF(lane.rect().center())
    nothing = Qt.KeyboardModifier.NoModifier
    lane.dropEvent(QDropEvent(where, Qt.DropAction.MoveAction, data, Qt.MouseButton.LeftButton, nothing))


def changes(stage):
    return stage.daemon.manager.changes


def wait_for_change(stage, number=1):
    stage.wait_until(lambda: len(changes(stage)) == number, "the daemon was asked")
    stage.tick()
    stage.settle()


def test_the_page_says_the_state_in_one_sentence(stage):
    stage.begin(ticks=10)
    assert stage.overview.sentence() == "Wi-Fi carries everything; LTE and xDSL stand by."


def test_no_line_of_the_headline_ends_within_a_word(stage):
    stage.begin()
    assert stage.overview._sentence.text().startswith("Wi\N{NON-BREAKING HYPHEN}Fi carries")
    assert "-" not in stage.overview._sentence.text()


def test_every_path_has_its_card_in_its_lane(stage):
    stage.begin()
    assert {tier: lane_names(stage, tier) for tier in Tier} == {
        Tier.ALWAYS: ["wlan0"],
        Tier.WHEN_NEEDED: ["wwan0"],
        Tier.BACKUP: ["dsl0"],
        Tier.NEVER: [],
    }


def test_a_card_that_is_dropped_on_another_lane_moves_its_path(stage):
    stage.begin()
    stage.act(lambda: drop(stage.overview.board.lane_of(Tier.ALWAYS), "wwan0"))
    wait_for_change(stage)
    assert changes(stage) == [("wwan0", "always")]
    assert lane_names(stage, Tier.ALWAYS) == ["wlan0", "wwan0"]


def test_a_card_follows_at_once_and_not_only_with_the_next_frame(stage):
    stage.begin()
    stage.act(lambda: drop(stage.overview.board.lane_of(Tier.NEVER), "dsl0"))
    stage.wait_until(lambda: lane_names(stage, Tier.NEVER) == ["dsl0"], "the card moved")
    wait_for_change(stage)


def test_a_card_that_is_dropped_on_its_own_lane_asks_for_nothing(stage):
    stage.begin()
    stage.act(lambda: drop(stage.overview.board.lane_of(Tier.ALWAYS), "wlan0"))
    stage.settle()
    assert changes(stage) == []


@pytest.mark.parametrize(
    ("key", "modifier", "tier"),
    [
        (Qt.Key.Key_4, Qt.KeyboardModifier.NoModifier, "never"),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier, "always"),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier, "backup"),
    ],
)
def test_the_keyboard_moves_a_card(stage, key, modifier, tier):
    stage.begin()
    stage.press(stage.overview.board.card_of("wwan0"), key, modifier)
    wait_for_change(stage)
    assert changes(stage) == [("wwan0", tier)]


def test_undo_puts_a_path_back(stage):
    stage.begin()
    stage.press(stage.overview.board.card_of("wwan0"), Qt.Key.Key_1)
    wait_for_change(stage)
    stage.wait_until(stage.window.snackbar.isVisible, "Undo was offered")
    stage.act(stage.window.snackbar.button.click)
    wait_for_change(stage, 2)
    assert changes(stage) == [("wwan0", "always"), ("wwan0", "when-needed")]
    assert lane_names(stage, Tier.WHEN_NEEDED) == ["wwan0"]


def test_undo_gives_a_path_back_to_its_kind_if_nobody_had_chosen(stage):
    stage.daemon.world.path("wlan0").tier_chosen = False
    stage.begin()
    stage.press(stage.overview.board.card_of("wlan0"), Qt.Key.Key_4)
    stage.wait_until(stage.window.snackbar.isVisible, "Undo was offered")
    stage.act(stage.window.snackbar.button.click)
    wait_for_change(stage, 2)
    assert changes(stage) == [("wlan0", "never"), ("wlan0", "auto")]


def test_undo_works_before_a_frame_has_told_the_change(stage):
    stage.begin()
    stage.press(stage.overview.board.card_of("wwan0"), Qt.Key.Key_1)
    stage.wait_until(stage.window.snackbar.isVisible, "Undo was offered")
    assert stage.window.snackbar.label.text() == "LTE is in the lane Always now"
    stage.act(stage.window.snackbar.button.click)
    wait_for_change(stage, 2)
    assert changes(stage) == [("wwan0", "always"), ("wwan0", "when-needed")]
    assert lane_names(stage, Tier.WHEN_NEEDED) == ["wwan0"]


def test_undo_of_the_automatic_lane_works_before_a_frame_has_told_it(stage):
    stage.begin()
    menu = open_menu(stage, "wlan0")
    stage.act(next(each for each in menu.actions() if each.text() == "Automatic (Always)").trigger)
    menu.close()
    stage.wait_until(stage.window.snackbar.isVisible, "Undo was offered")
    stage.act(stage.window.snackbar.button.click)
    wait_for_change(stage, 2)
    assert changes(stage) == [("wlan0", "auto"), ("wlan0", "always")]


def test_undo_of_two_quick_corrections_goes_back_one_step_each(stage):
    stage.begin()
    page = stage.overview
    for number, kind in enumerate((PathKind.ETHERNET, PathKind.VPN), 1):
        stage.act(lambda kind=kind: page.board.kind_wanted.emit("dsl0", kind))
        stage.wait_until(lambda number=number: len(changes(stage)) == number, "the daemon was asked")
        stage.settle()
    stage.act(stage.window.snackbar.button.click)
    wait_for_change(stage, 3)
    assert changes(stage) == [("dsl0", "ethernet"), ("dsl0", "vpn"), ("dsl0", "ethernet")]


def test_the_menu_of_a_card_ticks_what_is_so_and_greys_nothing(stage):
    stage.begin()
    menu = open_menu(stage, "wwan0")
    kinds = next(each.menu() for each in menu.actions() if each.menu() is not None)
    ticked = [each.text() for each in (*menu.actions(), *kinds.actions()) if each.isChecked()]
    assert ticked == ["When needed: helps when data waits too long\t2", "LTE"]
    assert all(each.isEnabled() for each in (*menu.actions(), *kinds.actions()))
    menu.close()


def test_a_refusal_is_told_with_its_cause_and_the_card_goes_back(stage):
    stage.begin()
    stage.daemon.manager.refusal = NotAuthorizedError("only root may do that")
    stage.press(stage.overview.board.card_of("wwan0"), Qt.Key.Key_1)
    stage.wait_until(stage.window.problem_banner.isVisible, "the refusal was told")
    assert "only root may do that" in stage.window.problem_banner.label.text()
    assert lane_names(stage, Tier.WHEN_NEEDED) == ["wwan0"]
    assert not stage.window.snackbar.isVisible()
    stage.daemon.manager.refusal = None
    stage.act(stage.window.problem_banner.button.click)
    wait_for_change(stage)
    assert changes(stage) == [("wwan0", "always")]


def open_menu(stage, path):
    card = stage.overview.board.card_of(path)
    card.open_menu(card.mapToGlobal(QPoint(0, 0)))
    stage.settle()
    return card.findChild(QMenu)


def test_the_menu_of_a_card_moves_it(stage):
    stage.begin()
    menu = open_menu(stage, "dsl0")
    never = next(each for each in menu.actions() if each.text().startswith("Never"))
    stage.act(never.trigger)
    menu.close()
    wait_for_change(stage)
    assert changes(stage) == [("dsl0", "never")]


def test_the_menu_of_a_card_corrects_its_kind(stage):
    stage.begin()
    menu = open_menu(stage, "dsl0")
    kinds = next(each for each in menu.actions() if each.menu() is not None).menu()
    stage.act(next(each for each in kinds.actions() if each.text() == "Ethernet").trigger)
    menu.close()
    wait_for_change(stage)
    assert changes(stage) == [("dsl0", PathKind.ETHERNET.value)]


def test_a_path_that_is_gone_takes_its_card_along(stage):
    stage.begin()
    del stage.world.paths[2]
    stage.tick()
    assert lane_names(stage, Tier.BACKUP) == []


def test_the_chart_says_itself_in_a_sentence(stage):
    stage.begin(ticks=5)
    assert "Wi-Fi downloads" in stage.overview.chart.accessibleDescription()


def test_the_chart_is_read_off_by_keyboard(stage):
    stage.begin(ticks=5)
    chart = stage.overview.chart
    stage.press(chart, Qt.Key.Key_End)
    assert "Wi-Fi" in chart.accessibleDescription()
    stage.press(chart, Qt.Key.Key_Escape)


def test_the_chart_is_read_off_in_the_language_that_is_spoken(stage):
    stage.begin(ticks=5)
    speak(lambda text: text.replace("{down} down", "{down} herunter"))
    try:
        stage.press(stage.overview.chart, Qt.Key.Key_End)
    finally:
        speak(None)
    assert "bit/s herunter" in stage.overview.chart.accessibleDescription()


def test_the_chart_is_also_a_table(stage):
    stage.begin(ticks=5)
    page = stage.overview
    page.table_switch.click()
    stage.settle()
    model = page.table
    assert [model.headerData(n, Qt.Orientation.Horizontal) for n in range(3)] == ["Time", "Wi-Fi down", "Wi-Fi up"]
    assert model.data(model.index(0, 1)).endswith("bit/s")
    page.table_switch.click()
    assert page.chart.isVisible()


def test_events_of_connections_are_shown_on_demand_only(stage):
    stage.begin()
    stage.world.happen(EventKind.CONNECTION_OPENED, "curl opened a connection")
    stage.world.lose("dsl0")
    stage.tick()
    page = stage.overview
    assert page.event_texts() == ["dsl0 lost its carrier"]
    page.with_connections.click()
    assert page.event_texts() == ["dsl0 lost its carrier", "curl opened a connection"]


def test_a_hidden_page_paints_nothing_and_catches_up_when_shown(stage):
    stage.begin()
    before = stage.overview.sentence()
    stage.window.show_page(PageName.LIVE)
    stage.world.lose("wlan0")
    stage.tick(3)
    assert stage.overview.sentence() == before
    stage.window.show_page(PageName.OVERVIEW)
    assert "Wi-Fi is not connected" in stage.overview.sentence()


def test_events_carry_their_proof_and_come_together(stage):
    stage.begin()
    stage.world.fail_over(1)
    stage.world.recover(1)
    stage.tick(2)
    texts = [each.replace("\N{NO-BREAK SPACE}", " ") for each in stage.overview.event_texts()]
    assert texts == [
        "curl: Wi-Fi carries again after 3.2 s; LTE carried 1.4 MB",
        "curl (2 connections): waited up to 54 ms (allowed 50 ms): LTE carries instead, as Wi-Fi answers nothing",
    ]


def test_the_sentence_tells_what_carries_instead(stage):
    stage.begin()
    stage.world.fail_over(1)
    stage.world.fail_over(2)
    stage.tick()
    sentence = stage.overview.sentence().replace("\N{NO-BREAK SPACE}", " ")
    assert "LTE carries instead of Wi-Fi for 2 applications" in sentence


def test_a_row_of_the_events_is_high_enough_for_its_text(stage):
    stage.begin()
    stage.world.happen(EventKind.PATH_CHANGED, "short", "wlan0")
    stage.world.fail_over(1)
    stage.tick()
    view = stage.overview.events
    assert view.sizeHintForRow(0) > view.sizeHintForRow(1)


def test_rows_of_the_events_do_not_overlap_in_a_narrower_window(stage):
    stage.begin()
    for name, network in (("wlan0", "Café Zentral am Marktplatz"), ("wlan0", "Station"), ("wlan0", "Library")):
        stage.world.join(name, network)
        stage.world.say(name, "network", Trust.TRUSTED)
    stage.tick()
    view = stage.overview.events
    for width in (1280, 1200, 1000):
        stage.window.resize(width, 800)
        stage.settle()
        rows = [view.visualRect(view.model().index(row, 0)) for row in range(view.model().rowCount())]
        assert [row.height() for row in rows] == [view.sizeHintForRow(row) for row in range(len(rows))]
        assert all(above.bottom() < below.top() for above, below in pairwise(rows))


def test_the_page_explains_itself_until_somebody_closes_that_or_decides(stage):
    for path in stage.world.paths:
        path.tier_chosen = False
    stage.begin()
    hint = stage.overview.first_steps
    assert hint.isVisible()
    stage.world.path("wlan0").tier_chosen = True
    stage.tick()
    assert not hint.isVisible()
    stage.world.path("wlan0").tier_chosen = False
    stage.tick()
    stage.act(hint.close_button.click)
    stage.tick()
    assert not hint.isVisible()


def test_enter_on_an_event_turns_to_live_which_explains_its_application(stage):
    stage.begin()
    stage.world.fail_over(2)
    stage.tick()
    stage.settle()
    events = stage.overview.events
    app = events.events.event_at(0).app
    stage.act(lambda: events.setCurrentIndex(events.events.index(0)))
    stage.press(events, Qt.Key.Key_Return)
    stage.tick()
    stage.wait_until(lambda: stage.live.inspector.title.text() == stage.session.app_names()[app], "it is explained")
    assert stage.window.page is PageName.LIVE
    assert stage.live.filter.text() == f"app:{stage.session.app_names()[app]}"


def test_enter_or_a_double_click_on_a_card_leads_to_the_details_of_its_path(stage):
    stage.begin()
    card = stage.overview.board.card_of("wwan0")
    stage.press(card, Qt.Key.Key_Return)
    assert stage.window.page is PageName.PATHS
    assert stage.paths.chosen == "wwan0"
    stage.act(lambda: stage.window.show_page(PageName.OVERVIEW))
    card = stage.overview.board.card_of("dsl0")
    stage.act(lambda: QTest.mouseDClick(card, Qt.MouseButton.LeftButton, pos=card.rect().center()))
    assert stage.window.page is PageName.PATHS
    assert stage.paths.chosen == "dsl0"


def test_in_a_narrow_window_only_what_carries_stands_in_the_headline(stage):
    stage.begin()
    wide = stage.overview.sentence()
    assert ";" in wide
    stage.act(lambda: stage.window.resize(800, 600))
    stage.settle()
    first, _, rest = wide.partition("; ")
    assert stage.overview.sentence() == f"{first}."
    assert stage.overview.details().startswith(rest)
    stage.act(lambda: stage.window.resize(1280, 800))
    stage.settle()
    assert stage.overview.sentence() == wide
