"""The tray, and the pause that its menu begins."""

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QSystemTrayIcon

from mpmanager.model.errors import NotAuthorizedError
from mpmanager_ui.preferences import TRAY_KEY, Preferences
from mpmanager_ui.tray import Tray, tray_icon
from mpmanager_ui.viewmodels.tray import TrayState


@pytest.fixture
def settings(tmp_path):
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def tray(stage, settings, monkeypatch):
    """On a desktop that has one: the offscreen platform has none."""
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: True)
    settings.setValue(TRAY_KEY, True)
    return Tray(stage.look, stage.session, stage.window, Preferences(settings))


def test_each_state_has_a_shape_of_its_own(qapp):
    pictures = [tray_icon(state).pixmap(22).toImage() for state in TrayState]
    covered = [
        frozenset((x, y) for x in range(22) for y in range(22) if image.pixelColor(x, y).alpha() > 128)
        for image in pictures
    ]
    assert all(len(each ^ other) > 40 for each in covered for other in covered if each is not other)


def test_the_tray_says_what_the_overview_says(stage, tray):
    assert tray.status.state is TrayState.NO_DAEMON
    assert not tray.pause_action.isEnabled()
    stage.begin()
    assert (tray.status.state, tray.status.sentence) == (TrayState.CARRYING, stage.overview.sentence())
    for path in ("wlan0", "wwan0", "dsl0"):
        stage.world.lose(path)
    stage.tick()
    assert tray.status.state is TrayState.NO_PATH


def test_enforcing_is_paused_from_the_menu_and_resumed_from_the_banner(stage, tray):
    stage.begin()
    banner = stage.window.paused_banner
    assert not banner.isVisible()
    stage.act(tray.pause_action.trigger)
    stage.wait_until(banner.isVisible, "the banner says so")
    assert stage.daemon.manager.changes == [("pause", "600")]
    until = tray.status.sentence.partition(".")[0]
    assert banner.label.text().startswith(f"{until}:")
    assert (tray.status.state, tray.pause_action.text()) == (TrayState.PAUSED, "Resume enforcing")
    stage.act(banner.button.click)
    stage.wait_until(lambda: tray.status.state is TrayState.CARRYING, "it is over")
    assert stage.daemon.manager.changes[-1] == ("pause", "0")
    stage.tick()
    assert not banner.isVisible()


def test_a_pause_that_ends_by_itself_is_over_in_the_window_too(stage, tray):
    stage.world.paused_until = 1_800_000_000.0 + stage.world.now + 30
    stage.begin()
    assert stage.window.paused_banner.isVisible()
    stage.world.now += 60
    stage.tick()
    assert not stage.window.paused_banner.isVisible()
    assert tray.status.state is TrayState.CARRYING


def test_a_refused_resume_leaves_the_banner(stage, tray):
    stage.world.paused_until = 1_800_000_000.0 + stage.world.now + 300
    stage.begin()
    stage.daemon.manager.refusal = NotAuthorizedError("no")
    stage.act(stage.window.paused_banner.button.click)
    stage.wait_until(stage.window.problem_banner.isVisible, "the refusal is told")
    stage.tick()
    assert stage.window.paused_banner.isVisible()


def test_closing_ends_the_program_unless_the_tray_is_asked_for(stage, tray, settings):
    stage.begin()
    ended = []
    stage.window.closed.connect(lambda: ended.append(True))
    stage.act(stage.window.close)
    assert (ended, stage.window.isVisible()) == ([], False)
    stage.act(tray.open_action.trigger)
    assert stage.window.isVisible()
    settings.setValue(TRAY_KEY, False)
    stage.act(stage.window.close)
    assert ended == [True]


def test_quit_ends_the_program_from_the_tray(stage, tray):
    stage.begin()
    ended = []
    stage.window.closed.connect(lambda: ended.append(True))
    stage.act(tray.quit_action.trigger)
    assert ended == [True]


def test_a_window_whose_tray_has_gone_comes_back_by_itself(stage, tray, monkeypatch):
    stage.begin()
    stage.act(stage.window.close)
    tray.keep_reachable()
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: False)
    tray.keep_reachable()
    assert not stage.window.isVisible()
    stage.act(tray.keep_reachable)
    assert stage.window.isVisible()
