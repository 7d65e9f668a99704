"""The Live page's map and inspector."""

import csv
import json

import pytest
from PySide6.QtCore import QByteArray, QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtTest import QTest

from mpmanager_ui.pages.live_export import Format
from mpmanager_ui.viewmodels.flow_map import NodeKind
from mpmanager_ui.viewmodels.live_tree import Column
from mpmanager_ui.viewmodels.motion import DotMotion
from mpmanager_ui.viewmodels.page_names import PageName
from mpmanager_ui.viewmodels.timeline import Range


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
    for motion in (DotMotion.STEPS, DotMotion.STILL):
        page.map.move_as(motion)
        stage.tick()
        assert not page.map.is_moving


def test_the_inspector_explains_a_connection_and_holds_it(stage, page):
    connection = page.model.index(0, 0, page.model.index(0, 0))
    stage.act(lambda: page.view.setCurrentIndex(connection))
    stage.wait_until(lambda: "1. Default" in page.inspector.why.text(), "the rules are there")
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


def saved(stage, file):
    stage.wait_until(lambda: file.name in stage.window.snackbar.label.text(), "it was told")
    return file.read_bytes()


def test_what_is_shown_can_be_taken_away(stage, page, tmp_path):
    stage.act(lambda: page.filter.setText("app:curl"))
    stage.wait_until(lambda: page.shows_filter("app:curl"), "the filter took effect")
    files = {}
    for each in Format:
        file = tmp_path / f"live.{each}"
        stage.act(lambda each=each, file=file: page.exporter.save(each, file))
        files[each] = saved(stage, file)
    assert QImage.fromData(files[Format.PNG]).width() == 2 * page.time.strip.width()
    assert QSvgRenderer(QByteArray(files[Format.SVG])).isValid()
    rows = list(csv.DictReader(files[Format.CSV].decode().splitlines()))
    assert [each["kind"] for each in rows[:3]] == ["application", "connection", "subflow"]
    assert {each["application"] for each in rows} == {"curl"}
    document = json.loads(files[Format.JSON])
    assert (document["filter"], len(document["rows"])) == ("app:curl", len(rows))
    stage.act(lambda: page.exporter.save(Format.CSV, tmp_path / "nowhere" / "live.csv"))
    stage.wait_until(stage.window.problem_banner.isVisible, "the failure was told")


def test_the_packets_of_the_current_connection_go_to_a_file_until_one_says_stop(stage, page, tmp_path):
    connection = page.model.index(0, 0, page.model.index(0, 0))
    stage.act(lambda: page.view.setCurrentIndex(connection))
    token = stage.session.frame.connections[2].token
    file = tmp_path / "curl.pcapng"
    stage.act(lambda: page.packets.save(token, file))
    stage.wait_until(lambda: page.inspector.capture.text() == "Stop capturing packets", "it runs")
    stage.act(page.inspector.capture.click)
    assert saved(stage, file) == f"packets of {token}".encode()
    assert page.inspector.capture.text().startswith("Capture its packets")


def at_end(page, pixels):
    plot = page.time.strip._plot()
    return QPoint(round(plot.right()) - pixels, round(plot.center().y()))


def drag(stage, page, start, end):
    """Over the strip, in pixels from its right end."""
    left = Qt.MouseButton.LeftButton
    stage.act(lambda: QTest.mousePress(page.time.strip, left, pos=at_end(page, start)))
    stage.act(lambda: QTest.mouseMove(page.time.strip, at_end(page, end)))
    stage.act(lambda: QTest.mouseRelease(page.time.strip, left, pos=at_end(page, end)))


def test_a_range_of_time_shows_what_carried_then(stage, page):
    stage.world.programs = 3
    stage.tick(12)
    now = stage.session.frame.monotonic
    stage.act(lambda: page.time.choose_range(Range(now - 14, now - 12)))
    assert rows(page) == ["curl", "Element", "Firefox", "rsync", "ssh"]
    assert page.time.button.isVisible()
    assert not page.map.is_moving
    drag(stage, page, 8, 1)
    assert rows(page) == ["curl", "Firefox", "rsync"]
    assert page.time.button.text().startswith("Range ")
    drag(stage, page, 20, 20)
    assert not page.time.button.isVisible()
    assert page.map.is_moving


def test_the_strip_of_time_is_used_by_keyboard(stage, page):
    stage.act(page.time.strip.setFocus)
    stage.press(page.time.strip, Qt.Key.Key_Left)
    assert page.time.button.isVisible()
    stage.press(page.time.strip, Qt.Key.Key_Minus)
    assert page.time.strip.strip.column_s == 10
    stage.press(page.time.strip, Qt.Key.Key_Escape)
    assert not page.time.button.isVisible()
