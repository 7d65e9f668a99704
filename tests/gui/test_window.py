"""The shell: contact with the daemon, banners, themes, pages."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QLabel, QWidget

from mpmanager.model.errors import MpmanagerError
from mpmanager_ui.look.colours import DARK, LIGHT, Theme
from mpmanager_ui.screenshots import Photographer, ScreenshotError
from mpmanager_ui.session import FRAME_INTERVAL_S, UNWATCHED_INTERVAL_S
from mpmanager_ui.tasks import TaskRunner
from mpmanager_ui.viewmodels.contact import Contact
from mpmanager_ui.viewmodels.page_names import PageName
from mpmanager_ui.viewmodels.wording import clock
from mpmanager_ui.widgets.label import plain_tip

PROGRAM = Path(sys.executable).with_name("mpmanager")
_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def test_without_a_daemon_the_window_says_how_to_start_one(stage):
    stage.daemon.is_running = False
    stage.start()
    stage.wait_until(lambda: stage.session.contact is Contact.ABSENT, "the absence was noticed")
    assert stage.window.start_page.isVisible()
    commands = stage.window.start_page.commands()
    assert commands[0].startswith("sudo /")
    assert commands[0].endswith("/mpmanagerd --bus private:/run/mpmanager")
    assert commands[1].endswith("/mpmanager --bus private:/run/mpmanager")


def test_the_window_connects_by_itself_when_the_daemon_appears(stage):
    stage.daemon.is_running = False
    stage.start()
    stage.wait_until(lambda: stage.session.contact is Contact.ABSENT, "the absence was noticed")
    stage.daemon.is_running = True
    stage.wait_until(lambda: stage.daemon.managers, "the window connected")
    stage.tick(2)
    assert stage.overview.isVisible()
    assert not stage.window.start_page.isVisible()


def test_a_restart_of_the_daemon_is_survived_and_leaves_a_gap(stage):
    stage.begin(ticks=10)
    stage.daemon.stop()
    stage.wait_until(lambda: stage.session.contact is Contact.LOST, "the loss was noticed")
    assert stage.window.lost_banner.isVisible()
    assert stage.overview.isVisible()
    assert stage.overview.details().startswith(f"As of {clock(stage.session.frame.time)}: 5")
    stage.world.now += 20.0
    stage.daemon.is_running = True
    stage.wait_until(lambda: len(stage.daemon.managers) == 2, "the window connected again")
    stage.tick(3)
    assert stage.session.contact is Contact.CONNECTED
    assert stage.overview.details().startswith("5")
    assert not stage.window.lost_banner.isVisible()
    gaps = stage.session.history.data().gaps()
    assert len(gaps) == 1
    assert gaps[0][1] - gaps[0][0] >= 19


def test_a_hidden_window_asks_for_less_and_misses_no_event(stage):
    stage.begin()
    manager = stage.daemon.manager
    assert manager.options.interval_s == FRAME_INTERVAL_S
    recorded = stage.live._timeline._last
    stage.window.hide()
    stage.wait_until(lambda: manager.options.interval_s == UNWATCHED_INTERVAL_S, "fewer frames were asked for")
    stage.world.lose("wlan0")
    stage.world.advance()  # told to nobody
    manager.tick()
    stage.wait_until(lambda: any(each.path == "wlan0" for each in stage.session.news), "the event came all the same")
    assert stage.live._timeline._last == recorded
    stage.window.show()
    stage.wait_until(lambda: manager.options.interval_s == FRAME_INTERVAL_S, "frames were asked for as before")
    stage.world.now += 20.0
    stage.tick()
    assert {len(each.values.history) for each in stage.live._recorder.applications.values()} == {1}
    assert len(stage.daemon.managers) == 1


def test_every_connection_that_was_opened_is_closed(stage):
    stage.begin()
    stage.daemon.stop()
    stage.wait_until(lambda: stage.daemon.manager.is_closed, "the client was closed")


def test_closing_the_window_ends_its_coroutines(stage):
    stage.begin()
    stage.run(stage.window.tasks.finish())
    assert stage.daemon.manager.is_closed
    assert len(asyncio.all_tasks(stage.loop)) == 0


def test_simulated_is_written_across_every_page(stage):
    stage.world.simulated = True
    stage.world.limits = ["everything shown is simulated"]
    stage.begin()
    for page in PageName:
        stage.act(lambda page=page: stage.window.show_page(page))
        assert stage.window.watermark.isVisible()
        assert stage.window.simulated_banner.isVisible()
        assert stage.window.simulated_banner.label.text() == "Simulated: none of this is real."
        assert not stage.window.limits_banner.isVisible()


def test_a_simulated_overview_needs_no_scrolling(stage):
    stage.world.simulated = True
    stage.begin()
    stage.window.resize(1280, 800)
    stage.settle()
    assert stage.overview.verticalScrollBar().maximum() == 0


def test_without_a_display_the_program_says_so_and_does_not_abort():
    quiet = {name: value for name, value in os.environ.items() if name not in _DISPLAYS}
    done = subprocess.run([PROGRAM], env=quiet, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stderr == ("mpmanager: there is no display. Set QT_QPA_PLATFORM=offscreen, or use `mpm watch`.\n")


def test_a_note_goes_when_the_page_turns(stage):
    stage.begin()
    stage.act(lambda: stage.window.snackbar.show_text("done", lambda: None))
    stage.act(lambda: stage.window.show_page(PageName.OVERVIEW))
    assert stage.window.snackbar.isVisible()
    stage.act(lambda: stage.window.show_page(PageName.LIVE))
    assert not stage.window.snackbar.isVisible()


def test_nothing_is_called_simulated_that_is_real(stage):
    stage.begin()
    assert not stage.window.watermark.isVisible()
    assert not stage.window.simulated_banner.isVisible()


def test_what_the_machine_cannot_do_is_told(stage):
    stage.world.limits = ["The kernel tells no events"]
    stage.begin()
    assert "The kernel tells no events." in stage.window.limits_banner.label.text()


@pytest.mark.parametrize(("theme", "colours"), [(Theme.LIGHT, LIGHT), (Theme.DARK, DARK)])
def test_a_chosen_theme_colours_the_window(stage, theme, colours):
    stage.begin()
    stage.look.choose(theme)
    stage.settle()
    image = stage.window.grab().toImage()
    assert image.pixelColor(image.width() - 4, 4).name() == colours.window
    assert image.pixelColor(4, image.height() // 2).name() == colours.sidebar


def test_pages_turn_by_keyboard(stage):
    stage.begin()
    key = Qt.Key(Qt.Key.Key_1 + list(PageName).index(PageName.LIVE))
    stage.press(stage.window, key, Qt.KeyboardModifier.ControlModifier)
    stage.wait_until(stage.live.isVisible, "the page turned")
    stage.press(stage.window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    stage.wait_until(stage.overview.isVisible, "the page turned back")


def test_a_fault_in_a_coroutine_is_told_and_logged(stage, caplog):
    async def fail():
        raise ZeroDivisionError("by zero")

    async def start():
        await stage.window.tasks.start(fail(), attempt="Counting failed")

    stage.start()
    stage.run(start())
    assert "Counting failed: ZeroDivisionError: by zero." in stage.window.problem_banner.label.text()
    assert "Counting failed" in caplog.text


def test_pictures_are_taken_of_each_page_in_each_theme(stage, tmp_path):
    stage.begin()
    stage.run(Photographer(stage.window, stage.look, tmp_path / "shots").take_round())
    assert {each.name for each in (tmp_path / "shots").iterdir()} == {
        f"0001-{page}-{theme.value}.png" for page in PageName for theme in (Theme.LIGHT, Theme.DARK)
    }
    assert (stage.look.theme, stage.window.page) == (Theme.LIGHT, PageName.OVERVIEW)


def test_a_picture_that_cannot_be_written_is_an_error(stage, tmp_path):
    stage.begin()
    (tmp_path / "file").write_text("in the way")
    photographer = Photographer(stage.window, stage.look, tmp_path / "file" / "shots")
    with pytest.raises(ScreenshotError) as caught:
        stage.run(photographer.take_round())
    assert isinstance(caught.value, MpmanagerError)


def test_the_coroutines_of_a_widget_end_with_it(stage):
    owner = QWidget()
    tasks = TaskRunner(owner, lambda *_: None)
    running = []

    async def start():
        running.append(tasks.start(asyncio.sleep(3600), attempt="Waiting failed"))

    stage.run(start())
    owner.deleteLater()
    stage.wait_until(running[0].done, "the coroutine ended")
    assert running[0].cancelled()


def test_no_label_takes_text_from_outside_for_html(stage):
    stage.begin()
    labels = stage.window.findChildren(QLabel)
    assert len(labels) > 10
    assert {each.textFormat() for each in labels if each.text()} == {Qt.TextFormat.PlainText}


def test_a_tool_tip_shows_names_as_they_are(qapp):
    document = QTextDocument()
    document.setHtml(plain_tip("<b>Cafe</b>\n& Bar"))
    assert document.toPlainText() == "<b>Cafe</b>\n& Bar"


def test_control_q_ends_the_program(stage):
    stage.begin()
    endings = []
    stage.window.closed.connect(lambda: endings.append("ended"))
    stage.press(stage.window, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    assert endings == ["ended"]


def test_what_is_told_in_passing_fits_into_a_small_window(stage):
    stage.begin()
    bar = stage.window.snackbar
    stage.act(lambda: [stage.window.resize(800, 480), bar.show_text("a very long sentence, " * 12, lambda: None)])
    assert bar.parentWidget().rect().contains(bar.geometry())
    assert bar.button.isVisible()
