"""The History page: periods, what is metered, applications, what waits would have cost, and CSV."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from mpmanager.model.history import HistoryRange
from mpmanager_ui.pages.history import ExportError
from mpmanager_ui.viewmodels.page_names import PageName


@pytest.fixture
def page(stage):
    stage.begin(ticks=1)
    stage.act(lambda: stage.window.show_page(PageName.HISTORY))
    page = stage.window.page_widget(PageName.HISTORY)
    stage.wait_until(page.title, "the history was shown")
    return page


def names(page):
    return [row[0] for row in page.table.rows]


def click(stage, button):
    stage.act(lambda: QTest.mouseClick(button, Qt.MouseButton.LeftButton))


def test_periods_and_metered_paths_are_a_click_away(stage, page):
    assert page.title() == "Today, 19 November"
    assert names(page)[:2] == ["rsync", "Firefox"]
    assert not page.forward.isEnabled()
    click(stage, page.back)
    stage.wait_until(lambda: page.title() == "Yesterday, 18 November", "the day before")
    click(stage, page.forward)
    stage.wait_until(lambda: page.title() == "Today, 19 November", "the day after")
    click(stage, page.ranges.button(1))
    stage.wait_until(lambda: "22 November 2026" in page.title(), "the week")
    for _ in range(2):
        click(stage, page.back)
        stage.settle()
    assert not page.back.isEnabled()  # nothing was recorded before
    click(stage, page.only_metered)
    stage.wait_until(lambda: "Wi-Fi" not in page.table.header, "metered paths only")
    assert [(each.range, each.offset, each.only_metered) for each in stage.daemon.manager.asked][-2:] == [
        (HistoryRange.WEEK, 2, False),
        (HistoryRange.WEEK, 2, True),
    ]


def test_the_chart_can_be_read_without_eyes_or_mouse_and_as_a_table(stage, page):
    assert "2.8\N{NO-BREAK SPACE}GB over Wi-Fi" in page.chart.accessibleDescription()
    page.chart.setFocus()
    stage.press(page.chart, Qt.Key.Key_End)
    stage.press(page.chart, Qt.Key.Key_Home)
    stage.press(page.chart, Qt.Key.Key_Right)
    assert page.chart.accessibleDescription().startswith("01:00\N{EN DASH}02:00: Phone tether (usb7)")
    stage.press(page.chart, Qt.Key.Key_Escape)
    assert page.chart.accessibleDescription() == page.summary()
    click(stage, page.table_switch)
    assert page.chart_rows.header == ("Time", "Wi-Fi", "LTE", "xDSL", "Phone tether (usb7)", "Together")
    assert len(page.chart_rows.rows) == 24


def test_a_wait_is_tried_without_setting_anything(stage, page):
    assert page.cost.text.text().startswith("With 50\N{NO-BREAK SPACE}ms, about 122.0")
    stage.press(page.cost.slider, Qt.Key.Key_Right)
    assert page.cost.text.text().startswith("With 100\N{NO-BREAK SPACE}ms, about 61.0")
    assert stage.daemon.manager.changes == []
    assert [each.text() for each in page.cost.menu().actions()][:2] == ["Everything you run", "rsync"]
    for app, words in (("exe:/usr/bin/ssh", "is not known"), ("exe:/usr/bin/rsync", "Nothing is recorded of it")):
        stage.act(lambda app=app: page.cost.choose_application(app))
        stage.wait_until(lambda words=words: words in page.cost.text.text(), words)
        assert not page.cost.slider.isVisible()


def test_what_is_shown_is_written_as_csv(stage, page, tmp_path):
    file = tmp_path / "history.csv"
    stage.run(page.write_csv(file))
    lines = file.read_text().splitlines()
    assert lines[0].startswith("start,end,app,name,path,metered,rx_bytes")
    assert len(lines) == 1 + 15 * 6 * 4
    with pytest.raises(ExportError, match="cannot write"):
        stage.run(page.write_csv(tmp_path))


def test_without_records_the_page_says_what_will_stand_there(stage):
    stage.world.is_history_empty = True
    stage.begin(ticks=1)
    stage.act(lambda: stage.window.show_page(PageName.HISTORY))
    page = stage.window.page_widget(PageName.HISTORY)
    stage.wait_until(page.title, "the answer")
    assert not page.chart.isVisible()
    stage.act(lambda: stage.window.resize(800, 480))
    assert page.verticalScrollBar().maximum() == 0


def test_names_of_applications_keep_their_room_where_there_are_many_paths(stage, page):
    stage.act(lambda: stage.window.resize(800, 480))
    view = page.table_view
    assert view.columnWidth(0) >= view.sizeHintForColumn(0)
    assert view.horizontalScrollBar().maximum() > 0
    stage.act(lambda: stage.window.resize(1800, 800))
    assert view.horizontalScrollBar().maximum() == 0
