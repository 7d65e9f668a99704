"""A window on a fake daemon, without a display; a warning of Qt's fails the test."""

import asyncio
import os
from pathlib import Path

import pytest

os.environ["QT_QPA_PLATFORM"] = "offscreen"

qasync = pytest.importorskip("qasync", reason="the window's packages are not installed")

from fake_manager import FakeDaemon, World  # noqa: E402  # the platform has to be set first
from PySide6.QtCore import QSettings, Qt  # noqa: E402  # the platform has to be set first
from PySide6.QtTest import QTest  # noqa: E402  # same

from mpmanager.api.bus import parse_bus  # noqa: E402  # same
from mpmanager_ui.look.colours import Theme  # noqa: E402  # same
from mpmanager_ui.look.look import Look  # noqa: E402  # same
from mpmanager_ui.session import Session  # noqa: E402  # same
from mpmanager_ui.viewmodels.page_names import PageName  # noqa: E402  # same
from mpmanager_ui.window import Window  # noqa: E402  # same

HERE = Path(__file__).parent
LONGEST_WAIT_S = 20.0


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.gui)
            item.add_marker(pytest.mark.qt_log_level_fail("WARNING"))
            # The offscreen platform says so: it has no window manager, no keyboard to grab, and no tray.
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support", "No such signal .*systemTray"))


class Stage:
    """A window, the daemon it talks to, and the loop on which both live."""

    def __init__(self, loop, look, world):
        self.loop = loop
        self.look = look
        self.daemon = FakeDaemon(world)
        self.session = Session(self.daemon.connect, retry_s=0.05)
        self.window = Window(look, self.session, parse_bus("system"))

    @property
    def world(self):
        return self.daemon.world

    @property
    def overview(self):
        return self.window.page_widget(PageName.OVERVIEW)

    @property
    def paths(self):
        return self.window.page_widget(PageName.PATHS)

    @property
    def live(self):
        return self.window.page_widget(PageName.LIVE)

    def run(self, coroutine):
        """Run a coroutine to its end, and not a timer longer.

        `run_until_complete` of qasync handles events once more after that, when no loop counts as running: a coroutine
        whose timer is due just then fails.
        """
        task = self.loop.create_task(coroutine)
        task.add_done_callback(lambda _: self.loop.stop())
        self.loop.run_forever()
        return task.result()

    def act(self, action):
        """Do what a person does, while the loop runs, as it does in the program."""

        async def act():
            action()

        self.run(act())

    def press(self, widget, key, modifier=Qt.KeyboardModifier.NoModifier):
        """Press a key on a widget."""
        self.act(lambda: QTest.keyClick(widget, key, modifier))

    def wait_until(self, condition, what):
        """Let the loop run until a condition holds."""

        async def wait():
            async with asyncio.timeout(LONGEST_WAIT_S):
                while not condition():  # noqa: ASYNC110  # conditions of all kinds, none of which tells
                    await asyncio.sleep(0.01)

        try:
            self.run(wait())
        except TimeoutError:
            pytest.fail(f"waited in vain: {what}")

    def settle(self):
        """Let everything that is queued happen."""
        self.run(asyncio.sleep(0.05))

    def start(self):
        """Show the window and let it look for the daemon."""
        self.window.show()
        self.window.activateWindow()

        async def start():
            self.window.tasks.start(self.session.run(), attempt="Following the daemon failed")

        self.run(start())

    def tick(self, count=1):
        """Let seconds pass on the daemon's clock, each with its frame, shown one after the other."""
        for _ in range(count):
            self.daemon.manager.tick()
            sequence = self.world.sequence
            self.wait_until(
                lambda wanted=sequence: (
                    self.session.frame is not None and self.session.frame.sequence >= wanted and not self.live.is_busy
                ),
                "the frame was taken",
            )

    def begin(self, ticks=3):
        """Start, connect and show some frames."""
        self.start()
        self.wait_until(lambda: self.daemon.managers, "the window connected")
        self.tick(ticks)

    def end(self):
        """Close the window and everything it started."""
        self.run(self.window.tasks.finish())
        self.window.close()
        self.window.deleteLater()
        self.settle()


@pytest.fixture(autouse=True)
def own_settings(tmp_path, monkeypatch):
    """Tests neither read nor change the settings of whoever runs them."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, str(tmp_path / "config"))


@pytest.fixture
def loop(qapp):
    loop = qasync.QEventLoop(qapp)
    asyncio.set_event_loop(loop)
    yield loop
    asyncio.set_event_loop(None)
    loop.close()


@pytest.fixture
def world():
    return World()


@pytest.fixture
def look(qapp):
    look = Look(qapp, Theme.LIGHT)
    yield look
    look.deleteLater()


@pytest.fixture
def stage(loop, look, world):
    stage = Stage(loop, look, world)
    yield stage
    stage.end()
