"""The Live page."""

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy, QTest
from PySide6.QtWidgets import QMenu

from mpmanager.api.structures import PairWaitInfo, PolicyInfo
from mpmanager.model.errors import NotAuthorizedError
from mpmanager.model.path import PathState
from mpmanager_ui.look.look import GRID
from mpmanager_ui.viewmodels.live_tree import COLUMN_WORDS, Column
from mpmanager_ui.viewmodels.page_names import PageName
from mpmanager_ui.viewmodels.translation import speak
from mpmanager_ui.viewmodels.waits import DETENTS
from mpmanager_ui.viewmodels.wording import clock
from mpmanager_ui.widgets.live_painter import elided_target

CURL = "exe:/usr/bin/curl"
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def page(stage):
    stage.begin()
    stage.window.resize(1280, 1200)  # the tree stands below the time and the map
    stage.window.show_page(PageName.LIVE)
    stage.settle()
    return stage.live


def column_of(model, column, parent=None):
    parent = parent or QModelIndex()
    return [model.index(row, column, parent).data() for row in range(model.rowCount(parent))]


def test_the_tree_is_application_connection_subflow(page):
    model = page.model
    assert column_of(model, Column.NAME) == ["curl", "Element", "Firefox", "rsync", "ssh"]
    curl = model.index(0, 0)
    assert column_of(model, Column.NAME, curl) == ["203.0.113.11:443", "203.0.113.11:8443"]
    assert column_of(model, Column.NAME, model.index(0, 0, curl)) == ["wlan0", "wwan0", "dsl0"]


def test_the_model_keeps_qts_rules_under_churn(stage, page):
    tester = QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Warning)
    world = stage.world
    for step in range(24):
        world.connections_per_program = 1 + step % 4
        world.programs = 3 + step % 5
        world.path("wlan0").state = PathState.UP if step % 3 else PathState.DOWN
        if step == 8:
            page.view.header().setSortIndicator(Column.DOWN, Qt.SortOrder.DescendingOrder)
            page.view.header().sectionClicked.emit(Column.DOWN)
        if step == 16:
            page.filter.setText("curl")
        stage.tick()
    assert tester.model() is page.model


def test_one_tick_is_one_change(stage, page):
    spy = QSignalSpy(page.model.dataChanged)
    stage.tick()
    assert spy.count() == 1


def test_few_connections_come_open(page):
    view, model = page.view, page.model
    curl = model.index(0, 0)
    assert view.isExpanded(curl)
    assert view.isExpanded(model.index(0, 0, curl))


def test_many_connections_come_closed(stage):
    stage.world.programs, stage.world.connections_per_program = 10, 10
    stage.window.show_page(PageName.LIVE)
    stage.begin()
    view, model = stage.live.view, stage.live.model
    assert view.isExpanded(model.index(0, 0))
    assert not view.isExpanded(model.index(0, 0, model.index(0, 0)))


def test_what_a_person_closed_stays_closed_through_a_filter(stage, page):
    page.view.collapse(page.model.index(0, 0))
    for text in ("ssh", ""):
        page.filter.setText(text)
        stage.wait_until(lambda wanted=text: page.shows_filter(wanted), "the filter took effect")
    assert column_of(page.model, Column.NAME)[0] == "curl"
    assert not page.view.isExpanded(page.model.index(0, 0))


def test_the_selection_survives_ticks_and_sorting(stage, page):
    page.view.setCurrentIndex(page.model.index(3, 0))
    stage.tick(3)
    page.view.header().setSortIndicator(Column.BYTES, Qt.SortOrder.DescendingOrder)
    page.view.header().sectionClicked.emit(Column.BYTES)
    stage.tick()
    assert page.view.currentIndex().siblingAtColumn(0).data() == "rsync"


def test_an_ended_row_stays_greyed_for_five_seconds(stage, page):
    stage.world.programs = 4
    stage.tick()
    assert column_of(page.model, Column.STATE)[1] == "ended"
    stage.tick(5)
    assert column_of(page.model, Column.NAME) == ["curl", "Firefox", "rsync", "ssh"]


def test_pause_freezes_the_view_and_not_the_recording(stage, page):
    stage.press(stage.window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    stage.wait_until(lambda: page.is_paused, "the view paused")
    before = column_of(page.model, Column.BYTES)
    stage.tick(10)
    assert column_of(page.model, Column.BYTES) == before
    page.pause.click()
    stage.settle()
    assert column_of(page.model, Column.BYTES) != before
    node = page.model.node(page.model.index(0, 0))
    assert len(node.values.history) >= 13


def test_the_filter_works_on_a_frozen_view_without_thawing_it(stage, page):
    page.pause.click()
    before = column_of(page.model, Column.BYTES)
    stage.tick(5)
    page.filter.setText("curl")
    stage.wait_until(lambda: page.shows_filter("curl"), "the filter took effect")
    assert column_of(page.model, Column.BYTES) == before[:1]


def test_a_filter_that_fits_nothing_says_so(stage, page):
    page.filter.setText("no such thing")
    stage.wait_until(lambda: page.shows_filter("no such thing"), "the filter took effect")
    assert not page.view.isVisible()


def test_a_hidden_page_records_and_does_not_touch_its_rows(stage, page):
    stage.window.show_page(PageName.OVERVIEW)
    spy = QSignalSpy(page.model.dataChanged)
    stage.tick(3)
    assert spy.count() == 0
    stage.window.show_page(PageName.LIVE)
    assert spy.count() == 1
    assert len(page.model.node(page.model.index(0, 0)).values.history) >= 6


def test_a_paused_page_says_since_when(stage, page):
    assert page.title.text() == "Who uses which path now"
    page.pause.click()
    assert page.title.text() == f"Paused at {clock(stage.session.frame.time)}"
    page.pause.click()
    assert page.title.text() == "Who uses which path now"


def test_an_empty_page_counts_nothing(stage, page):
    stage.world.programs = 0
    stage.tick(7)
    assert not page._counts.isVisible()
    stage.world.programs = 1
    stage.tick()
    assert page._counts.isVisible()


def test_the_arrow_keys_open_and_close_rows(stage, page):
    page.view.setFocus()
    page.view.setCurrentIndex(page.model.index(0, 0))
    stage.press(page.view, Qt.Key.Key_Left)
    assert not page.view.isExpanded(page.model.index(0, 0))
    stage.press(page.view, Qt.Key.Key_Right)
    assert page.view.isExpanded(page.model.index(0, 0))


@pytest.mark.parametrize("width", [1280, 900, 800])
def test_every_width_leaves_room_for_the_name(stage, page, width):
    stage.window.resize(width, 600)
    stage.settle()
    header = page.view.header()
    assert header.sectionSize(Column.NAME) >= 96
    assert header.length() <= page.view.viewport().width()


def test_longer_words_of_another_language_are_not_cut_off(stage, page):
    header = page.view.header()
    speak(lambda text: {"State": "Zustand"}.get(text, text))
    try:
        page.title.setText("Wer jetzt welchen Pfad benutzt, und warum")
        stage.window.resize(800, 600)
        stage.settle()
        shown = [column for column in Column if not header.isSectionHidden(column)]
        room = {column: header.sectionSize(column) - 2 * GRID for column in shown}
        words = {column: header.fontMetrics().horizontalAdvance(COLUMN_WORDS[column]) for column in shown}
        assert [each.name for each in shown if room[each] < words[each]] == []
    finally:
        speak(None)
    assert page.title.height() >= page.title.heightForWidth(page.title.width())
    assert page.minimumSizeHint().width() <= page.width()


def test_an_address_that_is_cut_off_keeps_its_port(page):
    metrics, name = page.view.fontMetrics(), "203.0.113.11:8443"
    whole = metrics.horizontalAdvance(name)
    assert elided_target(name, metrics, whole) == name
    for room in range(whole // 2, whole):
        cut = elided_target(name, metrics, room)
        assert cut.endswith(("\N{HORIZONTAL ELLIPSIS}:8443", "1:8443"))
        assert metrics.horizontalAdvance(cut) <= room
    assert elided_target("waiting", metrics, whole) == "waiting"


def test_many_changes_at_once_keep_the_place_the_selection_and_what_is_open(stage):
    stage.world.programs, stage.world.connections_per_program = 10, 10
    stage.window.show_page(PageName.LIVE)
    stage.begin()
    page = stage.live
    view, model = page.view, page.model
    stage.act(lambda: view.collapse(model.index(1, 0)))
    stage.act(lambda: view.setCurrentIndex(model.index(2, 0)))
    stage.act(lambda: view.verticalScrollBar().setValue(333))
    spy = QSignalSpy(model.replaced)
    stage.world.connections_per_program = 20
    stage.tick()
    stage.settle()
    assert spy.count() == 10
    assert view.verticalScrollBar().value() == 333
    assert view.currentIndex().data() == model.index(2, 0).data()
    assert [view.isExpanded(model.index(row, 0)) for row in range(3)] == [True, False, True]
    assert model.rowCount(model.index(0, 0)) == 20


def test_a_connection_stays_current_when_many_others_come(stage):
    stage.world.programs, stage.world.connections_per_program = 3, 3
    stage.window.show_page(PageName.LIVE)
    stage.begin()
    page = stage.live
    view, model = page.view, page.model
    stage.act(lambda: view.setCurrentIndex(model.index(1, 0, model.index(1, 0))))
    before = model.node(view.currentIndex()).path()
    stage.world.connections_per_program = 20
    stage.tick()
    stage.settle()
    assert model.rowCount(model.index(1, 0)) == 20
    assert model.node(view.currentIndex()).path() == before


# How long data may wait


def changes(stage):
    return stage.daemon.manager.changes


def wait_for_change(stage, number=1):
    stage.wait_until(lambda: len(changes(stage)) == number, "the daemon was asked")
    stage.settle()


def choose(stage, page, row):
    """Make an application current."""
    stage.act(lambda: page.view.setCurrentIndex(page.model.index(row, 0)))
    stage.wait_until(page.view.slider.isVisible, "the slider stands in the row")
    return page.view.slider


def wait_cell(page, row):
    return page.view.visualRect(page.model.index(row, Column.WAIT))


def place_in(slider, detent):
    return QPoint(14 + 9 * detent, slider.height() // 2)


def test_the_slider_stands_in_the_row_of_the_current_application(stage, page):
    for row, name in enumerate(["curl", "Element"]):
        slider = choose(stage, page, row)
        assert slider.geometry() == wait_cell(page, row)
        assert slider.accessibleName() == f"{name}: data may wait no limit"
    subflow = page.model.index(0, 0, page.model.index(0, 0, page.model.index(0, 0)))
    stage.act(lambda: page.view.setCurrentIndex(subflow))
    assert page.view.slider.geometry() == wait_cell(page, 0)


def test_the_slider_follows_the_pointer_and_goes_back_to_the_current_row(stage, page):
    choose(stage, page, 0)
    stage.act(lambda: QTest.mouseMove(page.view.viewport(), wait_cell(page, 1).center()))
    assert page.view.slider.geometry() == wait_cell(page, 1)
    stage.act(lambda: QTest.mouseMove(page.view.viewport(), page.view.visualRect(page.model.index(0, 0)).center()))
    assert page.view.slider.geometry() == wait_cell(page, 0)


def test_the_slider_scrolls_with_its_row(stage, page):
    slider = choose(stage, page, 0)
    stage.act(lambda: page.view.verticalScrollBar().setValue(8))
    assert slider.geometry() == wait_cell(page, 0)
    stage.act(lambda: page.view.verticalScrollBar().setValue(200))
    assert not slider.isVisible()


@pytest.mark.parametrize(
    ("key", "wait"),
    [(Qt.Key.Key_Left, "500.0"), (Qt.Key.Key_Minus, "500.0"), (Qt.Key.Key_Home, "0.0"), (Qt.Key.Key_End, "never")],
)
def test_the_keyboard_moves_the_slider(stage, page, key, wait):
    slider = choose(stage, page, 0)
    slider.setFocus()
    stage.press(slider, key)
    wait_for_change(stage)
    assert changes(stage) == [(CURL, wait)]


def test_alt_and_an_arrow_move_the_slider_from_anywhere_in_the_application(stage, page):
    choose(stage, page, 0)
    stage.act(lambda: page.view.setCurrentIndex(page.model.index(0, 0, page.model.index(0, 0))))
    stage.press(page.view, Qt.Key.Key_Left, ALT)
    wait_for_change(stage)
    stage.press(page.view, Qt.Key.Key_Left, ALT)
    wait_for_change(stage, 2)
    assert changes(stage) == [(CURL, "500.0"), (CURL, "200.0")]


def test_tab_leads_from_the_tree_to_the_slider(stage, page):
    slider = choose(stage, page, 0)
    page.view.setFocus()
    stage.press(page.view, Qt.Key.Key_Tab)
    assert slider.hasFocus()


def test_escape_leads_from_the_slider_back_to_the_tree(stage, page):
    slider = choose(stage, page, 0)
    slider.setFocus()
    stage.press(slider, Qt.Key.Key_Escape)
    assert page.view.hasFocus()
    assert changes(stage) == []


@pytest.mark.parametrize("detent", range(len(DETENTS) - 1))
def test_a_click_on_a_detent_sets_it(stage, page, detent):
    slider = choose(stage, page, 0)
    stage.act(lambda: QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=place_in(slider, detent)))
    wait_for_change(stage)
    assert changes(stage) == [(CURL, str(DETENTS[detent]))]


def test_a_drag_is_asked_for_when_it_ends(stage, page):
    slider = choose(stage, page, 0)
    stage.act(lambda: QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=place_in(slider, 6)))
    stage.act(lambda: QTest.mouseMove(slider, place_in(slider, 2)))
    assert slider.accessibleName().replace("\N{NO-BREAK SPACE}", " ") == "curl: data may wait 50 ms"
    stage.tick()
    assert changes(stage) == []
    stage.act(lambda: QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=place_in(slider, 2)))
    wait_for_change(stage)
    assert changes(stage) == [(CURL, "50.0")]


def test_a_change_shows_at_once_and_undo_takes_the_rule_away_again(stage, page):
    slider = choose(stage, page, 0)
    stage.press(page.view, Qt.Key.Key_Left, ALT)
    stage.wait_until(stage.window.snackbar.isVisible, "Undo was offered")
    assert slider.setting.wait == 500.0
    assert slider.setting.is_own
    assert "curl: data may wait" in stage.window.snackbar.label.text()
    stage.act(stage.window.snackbar.button.click)
    wait_for_change(stage, 2)
    assert changes(stage)[-1] == (CURL, "None")
    assert [each.selector for each in stage.world.policies] == ["default"]
    assert slider.setting.policy == "default"


def test_a_change_of_the_wait_leaves_the_rest_of_a_rule_alone(stage, page):
    pair = PairWaitInfo(carrier="wlan0", helper="wwan0", wait_ms=5.0)
    rest = {"pairs": [pair], "big_transfers_to": "dsl0", "leave_on_marks": 0.05, "leave_on_loss": "off"}
    stage.world.policies.insert(0, PolicyInfo(selector=CURL, wait_ms=20.0, **rest))
    choose(stage, page, 0)
    stage.tick()
    stage.press(page.view, Qt.Key.Key_Right, ALT)
    wait_for_change(stage)
    rule = next(each for each in stage.world.policies if each.selector == CURL)
    assert rule == PolicyInfo(selector=CURL, wait_ms=rule.wait_ms, **rest)
    assert rule.wait_ms != 20.0


def test_delete_goes_back_to_the_default(stage, page):
    slider = choose(stage, page, 0)
    stage.run(stage.daemon.manager.set_policy(PolicyInfo(selector=CURL, wait_ms=20.0)))
    stage.tick()
    stage.wait_until(lambda: slider.setting.is_own, "the rule was looked at")
    slider.setFocus()
    stage.press(slider, Qt.Key.Key_Delete)
    wait_for_change(stage, 2)
    assert changes(stage)[-1] == (CURL, "None")
    stage.press(slider, Qt.Key.Key_Delete)
    stage.settle()
    assert len(changes(stage)) == 2


def test_a_refused_change_is_told_and_the_knob_goes_back(stage, page):
    slider = choose(stage, page, 0)
    stage.daemon.manager.refusal = NotAuthorizedError("only root may do that")
    stage.press(page.view, Qt.Key.Key_Left, ALT)
    stage.wait_until(stage.window.problem_banner.isVisible, "the refusal was told")
    assert slider.setting.wait == "never"
    assert not stage.window.snackbar.isVisible()


def test_an_application_that_nobody_knows_says_why_it_cannot_be_set(stage):
    stage.world.anonymous = {1}
    stage.begin()
    stage.window.show_page(PageName.LIVE)
    page = stage.live
    slider = choose(stage, page, 0)
    assert not slider.isEnabled()
    assert "no rule can be about it alone" in slider.accessibleDescription()
    assert "no rule can be about it alone" in page.explanation.text()
    stage.press(page.view, Qt.Key.Key_Left, ALT)
    stage.settle()
    assert changes(stage) == []


def test_a_rule_that_somebody_else_made_is_shown(stage, page):
    slider = choose(stage, page, 0)
    stage.run(stage.daemon.manager.set_policy(PolicyInfo(selector="default", wait_ms=100.0)))
    stage.tick()
    stage.wait_until(lambda: slider.setting.wait == 100.0, "the rule was looked at")
    assert slider.setting.policy == "default"
    assert page.waits.default_slider.setting.wait == 100.0


def test_the_default_wait_is_set_at_the_top_and_undone(stage, page):
    page.waits.default_slider.setFocus()
    stage.press(page.waits.default_slider, Qt.Key.Key_Home)
    stage.wait_until(stage.window.snackbar.isVisible, "Undo was offered")
    assert changes(stage) == [("default", "0.0")]
    stage.act(stage.window.snackbar.button.click)
    wait_for_change(stage, 2)
    assert changes(stage)[-1] == ("default", "never")
    stage.press(page.waits.default_slider, Qt.Key.Key_Delete)
    stage.settle()
    assert len(changes(stage)) == 2


def test_the_menu_of_a_row_sets_its_wait(stage, page):
    choose(stage, page, 0)
    stage.act(lambda: page.view.customContextMenuRequested.emit(wait_cell(page, 0).center()))
    menu = page.findChild(QMenu)
    assert [each.text() for each in menu.actions() if each.isChecked()] == ["As the default says (no limit)"]
    stage.act(next(each for each in menu.actions() if each.text().startswith("50")).trigger)
    menu.close()
    wait_for_change(stage)
    assert changes(stage) == [(CURL, "50.0")]


def test_the_slider_is_a_slider_for_who_cannot_see_it(stage, page):
    slider = choose(stage, page, 0)
    spoken = QAccessible.queryAccessibleInterface(slider)
    assert spoken.role() is QAccessible.Role.Slider
    assert "May wait" not in spoken.text(QAccessible.Text.Name)
    assert spoken.text(QAccessible.Text.Description).startswith("No limit: ")


def test_a_row_in_trouble_says_why(stage, page):
    stage.world.fail_over(1)
    stage.tick()
    curl = page.model.index(0, 0)
    assert page.model.index(0, Column.STATE).data() == "failed over"
    told = page.model.index(0, Column.STATE, curl).data(Qt.ItemDataRole.AccessibleTextRole)
    assert told.startswith("failed over from Wi-Fi to LTE")
    stage.act(lambda: page.view.setCurrentIndex(page.model.index(0, 0, curl)))
    assert "Wi-Fi answers nothing" in page.explanation.text()
    stage.act(lambda: page.view.setCurrentIndex(curl))
    assert "LTE opened after 54\N{NO-BREAK SPACE}ms" in page.explanation.text()
    assert "2\N{NO-BREAK SPACE}times" in page.explanation.text()


def test_the_filter_finds_what_failed_over(stage, page):
    stage.world.fail_over(1)
    stage.tick()
    page.filter.setText("failed over")
    stage.wait_until(lambda: page.shows_filter("failed over"), "the filter took effect")
    assert column_of(page.model, Column.NAME) == ["curl"]


def test_an_empty_page_explains_no_row(stage, page):
    assert page.explanation.text().startswith("Choose a row")
    stage.world.programs = 0
    stage.tick(7)
    assert page.explanation.text() == ""
