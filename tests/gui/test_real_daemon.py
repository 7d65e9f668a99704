"""The window on a real mpmanagerd that is killed and started again."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from mpmanager.api.bus import parse_bus
from mpmanager.model.trust import Trust, TrustReason
from mpmanager_ui.application import connector
from mpmanager_ui.session import Session
from mpmanager_ui.viewmodels.contact import Contact
from mpmanager_ui.viewmodels.page_names import PageName
from mpmanager_ui.window import Window

DAEMON = Path(sys.executable).with_name("mpmanagerd")


class Daemon:
    """An mpmanagerd with a simulated world on a bus of its own."""

    def __init__(self, directory):
        self.bus = parse_bus(f"private:{directory / 'bus'}")
        self._state = directory / "state"
        self._process = None
        self.start()

    def start(self):
        self._process = subprocess.Popen(
            [DAEMON, "--simulate", f"--bus={self.bus}", f"--state={self._state}"], stderr=subprocess.PIPE, text=True
        )
        line = self._process.stderr.readline()
        assert "ready" in line, line

    def end(self, number):
        self._process.send_signal(number)
        self._process.communicate(timeout=10)


@pytest.fixture
def daemon(tmp_path):
    daemon = Daemon(tmp_path)
    yield daemon
    daemon.end(signal.SIGTERM)


@pytest.fixture
def real(stage, daemon):
    """The stage with a window on the real daemon in place of the fake one."""
    stage.window.close()
    stage.session = Session(connector(daemon.bus), retry_s=0.2)
    stage.window = Window(stage.look, stage.session, daemon.bus)
    stage.start()
    stage.wait_until(lambda: stage.session.frame is not None, "the first frame came")
    return stage


def test_the_window_survives_a_killed_daemon_and_shows_fresh_numbers_of_the_next_one(real, daemon):
    before = real.session.frame
    daemon.end(signal.SIGKILL)
    real.wait_until(lambda: real.session.contact is Contact.LOST, "the loss was noticed")
    assert real.window.lost_banner.isVisible()
    daemon.start()
    real.wait_until(lambda: real.session.contact is Contact.CONNECTED, "the window connected again")
    assert real.session.frame.time > before.time
    assert not real.window.lost_banner.isVisible()
    fresh = real.session.frame
    real.wait_until(lambda: real.session.frame.sequence > fresh.sequence, "the frames go on")


def test_the_window_says_how_long_data_may_wait_and_takes_it_back(real):
    window, session = real.window, real.session
    real.act(lambda: window.show_page(PageName.LIVE))
    page = window.page_widget(PageName.LIVE)
    real.wait_until(lambda: page.model.rowCount() > 0 and not page.is_busy, "there are programs")
    real.act(lambda: page.view.setCurrentIndex(page.model.index(0, 0)))
    real.wait_until(page.view.slider.isVisible, "the slider stands in the row")
    selector = page.view.slider.setting.selector
    real.press(page.view.slider, Qt.Key.Key_Home)
    real.wait_until(window.snackbar.isVisible, "the daemon agreed")
    real.wait_until(lambda: (selector, 0.0) in waits(session), "a frame shows the rule")
    assert {each for each in waits(session) if each[0] != selector} == {("default", "never")}
    real.act(window.snackbar.button.click)
    real.wait_until(lambda: waits(session) == {("default", "never")}, "the rule is gone")


def test_the_window_distrusts_a_path_and_takes_it_back(real):
    window, session = real.window, real.session
    before = session.frame.paths[0]
    shield = window.page_widget(PageName.OVERVIEW).board.card_of(before.name).shield
    wanted = next(
        choice.change
        for group in shield.shield.choices
        for choice in group
        if choice.level is Trust.UNTRUSTED and not choice.is_present
    )
    real.act(lambda: shield.wanted.emit(wanted))
    real.wait_until(window.snackbar.isVisible, "the daemon agreed")
    real.wait_until(lambda: session.path(before.name).trust_reason is TrustReason.CHOSEN, "a frame shows the decision")
    assert session.path(before.name).trust is shield.shield.level is Trust.UNTRUSTED
    real.act(window.snackbar.button.click)
    real.wait_until(lambda: session.path(before.name).trust_reason is before.trust_reason, "it is taken back")
    assert session.path(before.name).trust is before.trust


def waits(session):
    """The rules in force on connections."""
    return {(each.policy, each.wait_ms) for each in session.frame.connections}
