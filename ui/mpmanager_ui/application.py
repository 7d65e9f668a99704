"""The window as a program: one Qt application on one asyncio loop."""

import asyncio
import gc
import logging
import signal
import sys
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import qasync
from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QApplication

from mpmanager.api.bus import Bus, parse_bus
from mpmanager.model.errors import MpmanagerError
from mpmanager_ui import language
from mpmanager_ui.announcer import Announcer, Desktop
from mpmanager_ui.hint_memory import HintMemory
from mpmanager_ui.idle_pages import IdlePages
from mpmanager_ui.look.colours import Theme
from mpmanager_ui.look.icons import APPLICATION_ICON
from mpmanager_ui.look.look import Look
from mpmanager_ui.ports import Connect, Manager
from mpmanager_ui.preferences import Preferences
from mpmanager_ui.session import Session
from mpmanager_ui.sign_memory import SignMemory
from mpmanager_ui.tray import Tray
from mpmanager_ui.viewmodels.page_names import PageName
from mpmanager_ui.viewmodels.signs import PathSigns
from mpmanager_ui.window import Window

logger = logging.getLogger(__name__)

_COLLECT_EVERY_MS = 500
_ALL_EACH_TURNS = 1_200


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line says."""

    bus: Bus
    page: PageName = PageName.OVERVIEW
    theme: Theme | None = None
    """None: as the settings say."""
    language: str | None = None
    """Its code; None: as the settings say."""
    screenshots: Path | None = None
    every_s: float = 5.0
    quit_after_s: float | None = None


def calm_collector() -> None:
    """Collect garbage in turns of its own: it would take half a frame's time in the middle of other work.

    Frames are thousands of objects without cycles, which end by themselves. Of the youngest, few are looked at at once.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(2_000, 1_000, 1_000)
    turns = count(1)
    timer = QTimer(QApplication.instance(), interval=_COLLECT_EVERY_MS)
    timer.timeout.connect(lambda: gc.collect(1 if next(turns) % _ALL_EACH_TURNS else 2))
    timer.start()


def run(options: Options) -> int:
    """Show the window until it is closed; the exit status."""
    application = QApplication(sys.argv[:1])
    application.setApplicationName("mpmanager")
    application.setDesktopFileName(APPLICATION_ICON)
    application.setQuitOnLastWindowClosed(False)  # the loop ends by itself, after the last coroutine
    settings = QSettings("mpmanager", "mpmanager")
    preferences = Preferences(settings)
    language.choose(application, preferences.language if options.language is None else options.language)
    look = Look(application, options.theme or preferences.theme)
    if options.screenshots is None:  # else themes are chosen for pictures only
        look.changed.connect(lambda: setattr(preferences, "theme", look.theme))
    loop = qasync.QEventLoop(application)
    with loop:
        return int(loop.run_until_complete(_show(options, look, settings)))


def connector(bus: Bus) -> Connect:
    """Reaches the daemon on a bus."""

    async def connect() -> Manager:
        # Loaded after the first paint: it takes a tenth of a second.
        from mpmanager.client.manager import ManagerClient  # noqa: PLC0415  # see above

        return await ManagerClient.connect(bus)

    return connect


async def _show(options: Options, look: Look, settings: QSettings) -> int:
    session = Session(connector(options.bus), PathSigns(SignMemory(settings)), HintMemory(settings))
    window = Window(look, session, options.bus)
    window.show_page(options.page)
    closed = asyncio.Event()
    window.closed.connect(closed.set)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, closed.set)
    preferences = Preferences(settings)
    tray = Tray(look, session, window, preferences)
    if tray.starts_hidden():
        session.watch(is_watched=False)
    else:
        window.show()
    announcer = _announcer(window, session, preferences, tray)
    asyncio.get_running_loop().call_later(1.0, calm_collector)
    window.tasks.start(session.run(), attempt="Following the daemon failed")
    if options.screenshots is None:
        window.tasks.start(IdlePages(window, session).run(), attempt="Making the pages failed")
    try:
        return await _until_closed(options, window, look, closed)
    finally:
        await window.tasks.finish()
        announcer.close()


def _announcer(window: Window, session: Session, preferences: Preferences, tray: Tray) -> Announcer:
    def show(page: PageName) -> None:
        window.show_page(page)
        window.bring_up()

    def desktop() -> Desktop:
        # Loaded when it is needed, as above.
        from mpmanager_ui.desktop_notifications import DesktopNotifications  # noqa: PLC0415  # see above

        return DesktopNotifications(parse_bus("session"), show)

    return Announcer(
        session,
        window.tasks,
        preferences,
        desktop=desktop,
        instead=tray.tell,
        is_attended=lambda: window.isVisible() and window.isActiveWindow(),
    )


async def _until_closed(options: Options, window: Window, look: Look, closed: asyncio.Event) -> int:
    waiting: set[asyncio.Task[object]] = {asyncio.create_task(closed.wait())}
    if options.screenshots is not None:
        from mpmanager_ui.screenshots import Photographer  # noqa: PLC0415  # most windows take no pictures

        photographer = Photographer(window, look, options.screenshots)
        waiting.add(asyncio.create_task(photographer.run(options.every_s)))
    done, pending = await asyncio.wait(waiting, timeout=options.quit_after_s, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    return _status_of(done)


def _status_of(done: set[asyncio.Task[object]]) -> int:
    for task in done:
        error = task.exception()
        if isinstance(error, MpmanagerError):
            sys.stderr.write(f"mpmanager: {error}\n")
            return 1
        if error is not None:
            raise error
    return 0
