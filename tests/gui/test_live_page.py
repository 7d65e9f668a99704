"""The Live page."""

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy

from mpmanager.model.path import PathState
from mpmanager_ui.viewmodels.live_tree import Column
from mpmanager_ui.viewmodels.wording import clock


@pytest.fixture
def page(stage):
    stage.begin()
    stage.window.show_page("live")
    stage.settle()
    return stage.window.live


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
    stage.window.show_page("live")
    stage.begin()
    view, model = stage.window.live.view, stage.window.live.model
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
    stage.window.show_page("overview")
    spy = QSignalSpy(page.model.dataChanged)
    stage.tick(3)
    assert spy.count() == 0
    stage.window.show_page("live")
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


def test_many_changes_at_once_keep_the_place_the_selection_and_what_is_open(stage):
    stage.world.programs, stage.world.connections_per_program = 10, 10
    stage.window.show_page("live")
    stage.begin()
    page = stage.window.live
    view, model = page.view, page.model
    stage.act(lambda: view.collapse(model.index(1, 0)))
    stage.act(lambda: view.setCurrentIndex(model.index(2, 0)))
    stage.act(lambda: view.verticalScrollBar().setValue(333))
    spy = QSignalSpy(model.modelReset)
    stage.world.connections_per_program = 14
    stage.tick()
    stage.settle()
    assert spy.count() == 1
    assert view.verticalScrollBar().value() == 333
    assert view.currentIndex().data() == model.index(2, 0).data()
    assert [view.isExpanded(model.index(row, 0)) for row in range(3)] == [True, False, True]
    assert model.rowCount(model.index(0, 0)) == 14
