"""The Live page's map and inspector."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from mpmanager_ui.viewmodels.flow_map import NodeKind
from mpmanager_ui.viewmodels.live_tree import Column
from mpmanager_ui.viewmodels.motion import Motion
from mpmanager_ui.viewmodels.page_names import PageName


@pytest.fixture
def page(stage):
    stage.begin()
    stage.window.show_page(PageName.LIVE)
    stage.settle()
    return stage.live


def click(stage, page, node):
    """Click into a box of the map."""
    place = QPoint(round(node.left + 3), round(node.top + 3))
    stage.act(lambda: QTest.mouseClick(page.map, Qt.MouseButton.LeftButton, pos=place))
    stage.settle()


def node_of(page, title):
    return next(each for each in page.map.scene.nodes if each.title == title)


def rows(page):
    model = page.model
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_a_click_on_the_map_filters_and_chooses_and_another_takes_it_back(stage, page):
    before = rows(page)
    click(stage, page, node_of(page, "curl"))
    assert (page.filter.text(), rows(page)) == ("app:curl", ["curl"])
    assert page.view.currentIndex().data() == "curl"
    click(stage, page, node_of(page, "LTE"))
    assert page.filter.text() == "path:wwan0"
    curl = page.model.index(0, 0)
    connection = page.model.index(0, 0, curl)
    assert page.model.index(0, 0, connection).data() == "wwan0"
    assert page.model.rowCount(connection) == 1
    click(stage, page, node_of(page, "LTE"))
    assert (page.filter.text(), rows(page)) == ("", before)
    stage.act(page.map.setFocus)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return):
        stage.press(page.map, key)
    assert page.filter.text() == "app:Element"


def test_a_ctrl_click_on_a_cell_shows_only_what_has_its_value(stage, page):
    cell = page.view.visualRect(page.model.index(1, Column.NAME)).center()
    control = Qt.KeyboardModifier.ControlModifier
    stage.act(lambda: QTest.mouseClick(page.view.viewport(), Qt.MouseButton.LeftButton, control, cell))
    stage.wait_until(lambda: page.shows_filter("app:Element"), "the filter took effect")
    assert rows(page) == ["Element"]


def test_the_filter_offers_what_there_is(stage, page):
    stage.act(lambda: QTest.keyClicks(page.filter, "path:w"))
    assert page.filter.offers() == ["path:wlan0", "path:wwan0"]


def test_dots_rest_while_nobody_sees_them_and_while_the_view_is_paused(stage, page):
    assert page.map.is_moving
    page.pause.click()
    assert not page.map.is_moving
    page.pause.click()
    stage.window.show_page(PageName.OVERVIEW)
    assert not page.map.is_moving
    stage.window.show_page(PageName.LIVE)
    assert page.map.is_moving
    for motion in (Motion.STEPS, Motion.STILL):
        page.map.move_as(motion)
        stage.tick()
        assert not page.map.is_moving


def test_the_inspector_explains_a_connection_and_holds_it(stage, page):
    connection = page.model.index(0, 0, page.model.index(0, 0))
    stage.act(lambda: page.view.setCurrentIndex(connection))
    stage.wait_until(lambda: "1. default" in page.inspector.why.text(), "the rules are there")
    assert page.inspector.title.text() == "203.0.113.11:443"
    assert "Subflow on wlan0, as a normal one" in page.inspector.why.text()
    assert not page.inspector.switch.isChecked()
    stage.act(page.inspector.switch.click)
    stage.wait_until(lambda: stage.world.held, "the daemon was asked")
    stage.tick()
    assert page.inspector.switch.isChecked()
    stage.act(stage.window.snackbar.button.click)
    stage.wait_until(lambda: not stage.world.held, "it was taken back")


def test_there_is_a_ribbon_for_each_application_and_path(stage, page):
    stage.world.programs, stage.world.connections_per_program = 40, 1
    stage.tick()
    titles = [each.title for each in page.map.scene.nodes if each.kind is NodeKind.APPLICATION]
    assert titles[-1].endswith("others")
    assert len(page.map.scene.ribbons) == 3 * len(titles)
    assert "over Wi-Fi" in page.map.accessibleDescription()
