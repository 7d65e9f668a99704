"""Pictures of every page in every state, for people to look at: `make gallery`, then open build/gallery/index.html.

Scales and languages hold for a whole process, so each pair of them is one. The daemon is the tests' fake.
"""

import argparse
import asyncio
import html
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parent))

import qasync  # the platform has to be set first
from fake_manager import EPOCH, FakeDaemon, World  # found by the line above
from fake_profiles import FakeProfiles  # same
from gallery_scenes import Scene, checked, checking, editing, importing, inspecting  # same
from PySide6.QtWidgets import QApplication  # same

from mpmanager.api.bus import parse_bus  # same
from mpmanager.api.structures import CapInfo  # same
from mpmanager.model.change import AspectKind  # same
from mpmanager.model.path import Security, Tier  # same
from mpmanager_ui import language  # same
from mpmanager_ui.look.colours import Theme  # same
from mpmanager_ui.look.look import Look  # same
from mpmanager_ui.session import Session  # same
from mpmanager_ui.viewmodels.page_names import PageName  # same
from mpmanager_ui.window import Window  # same

DIRECTORY = Path(__file__).parents[2] / "build" / "gallery"
SIZES = {"wide": (1280, 800), "narrow": (800, 480)}
SETTLING_S = 0.3
TICKS = 6
TICK_S = 1.0
WITHIN_S = 20.0


def normal() -> World:
    world = World(profiles=FakeProfiles.furnished())
    world.fail_over(3)
    world.open_helper(1)
    monthly = CapInfo(month_bytes=10**10, reset_day=15)
    world.use("wlan0", today=8 * 10**8, period=8 * 10**9, forecast=11 * 10**9, cap=monthly)
    return world


def no_paths() -> World:
    return World(paths=[], programs=0, is_history_empty=True)


def busy() -> World:
    return World(programs=50, connections_per_program=20, subflows_per_connection=2)  # 2,000 subflows


def cafe() -> World:
    """All four lanes, a network that is not trusted, one path away."""
    world = World()
    world.join("wlan0", "Café am Markt", Security.OPEN)
    world.path("dsl0").tier = Tier.NEVER
    world.path("wwan0").tier = Tier.BACKUP
    world.lose("dsl0")
    return world


def changed() -> World:
    """Changes of all sorts, and one that leaves no path and counts down."""
    world = World()
    day_s, hour_s = 86_400.0, 3600.0
    world.decide(AspectKind.TIER, "wwan0", None, "backup", time=EPOCH - day_s, program="mpm")
    world.decide(AspectKind.NETWORK_TRUST, "wifi:Café am Markt/open", None, "untrusted", time=EPOCH - hour_s)
    rule = world.decide(AspectKind.RULE, "exe:/usr/bin/ssh", None, None, program="mpm")
    rule.text = "ssh: data may wait 50 ms, trusted paths only, big transfers go to dsl0 (more than 1 MB in a second)"
    world.decide(AspectKind.PROFILE, "", None, "Café", uid=None, program=None)
    world.decide(AspectKind.KIND, "enp0s20u1", "ethernet", "lte").taken_back = EPOCH
    world.decide(AspectKind.TIER, "dsl0", "backup", "when-needed")
    world.decide(AspectKind.TIER, "dsl0", "when-needed", "always")
    world.decide(AspectKind.WIRES_NEED_LOGIN, "", None, "true")
    world.decide(AspectKind.TIER, "wlan0", "always", "never", keep_until=EPOCH + world.now + 46)
    for path in world.paths:
        path.tier = Tier.NEVER
    return world


def limited() -> World:
    limits = ["trust cannot be enforced: cgroup v2 is not mounted", "no name service can be read"]
    return World(limits=limits, paused_until=EPOCH + 2_000.0)


def untouched() -> World:
    """Nobody has decided anything yet."""
    world = World()
    for path in world.paths:
        path.tier_chosen = False
    return world


@dataclass(frozen=True, slots=True)
class State:
    """What the window is shown with."""

    name: str
    world: Callable[[], World]
    is_running: bool = True
    stops: bool = False
    """The daemon ends after some frames."""
    has_panel: bool = False
    """The time line of changes is open."""
    page: PageName | None = None
    """The only one that is shown; all if there is none."""
    scene: Scene | None = None
    """What is done there before."""


STATES = (
    State("normal", normal),
    State("empty", no_paths),
    State("first start", untouched),
    State("busy", busy),
    State("four lanes", cafe),
    State("limits", limited),
    State("changes", changed, has_panel=True),
    State("no changes", normal, has_panel=True),
    State("checked", normal, page=PageName.DIAGNOSTICS, scene=checked),
    State("checking", normal, page=PageName.DIAGNOSTICS, scene=checking),
    State("importing", normal, page=PageName.PROFILES, scene=importing),
    State("inspecting", normal, page=PageName.LIVE, scene=inspecting),
    State("editing", normal, page=PageName.APPLICATIONS, scene=editing),
    State("no daemon", normal, is_running=False),
    State("daemon lost", normal, stops=True),
)

AT_WORK = tuple(each.name for each in STATES if each.scene is not None)


@dataclass(frozen=True, slots=True)
class Round:
    """What holds for a whole process, and which pictures it takes."""

    scale: str
    language: str
    states: tuple[str, ...] = tuple(each.name for each in STATES)
    themes: tuple[Theme, ...] = (Theme.LIGHT, Theme.DARK)
    sizes: tuple[str, ...] = ("wide",)


ROUNDS = (
    Round("1", "en"),
    Round("1", "en", states=("normal", "changes", *AT_WORK), themes=(Theme.LIGHT,), sizes=("narrow",)),
    Round("1.25", "en", states=("normal", "changes", *AT_WORK), themes=(Theme.LIGHT,)),
    Round("2", "en", states=("normal", *AT_WORK), themes=(Theme.DARK,)),
    Round("1", "de", states=("normal", "empty", "changes", *AT_WORK), themes=(Theme.LIGHT,)),
    Round("1", "fr", states=("normal",), themes=(Theme.LIGHT,)),
)


class Photographer:
    """Shows one state after the other."""

    def __init__(self, application: QApplication, directory: Path, this: Round, pages: list[PageName]) -> None:
        self._look = Look(application, Theme.LIGHT)
        self._directory = directory
        self._round = this
        self._pages = pages

    async def run(self) -> None:
        for state in STATES:
            pages = [page for page in self._pages if state.page in {None, page}]
            if pages and state.name in self._round.states:
                await self._show(state, pages)

    async def _show(self, state: State, pages: list[PageName]) -> None:
        daemon = FakeDaemon(state.world())
        daemon.is_running = state.is_running
        session = Session(daemon.connect, retry_s=0.05)
        window = Window(self._look, session, parse_bus("system"))
        window.show()
        window.tasks.start(session.run(), attempt="Following the daemon failed")
        await self._live(state, daemon, session)
        clock = asyncio.create_task(_tick(daemon))
        if state.has_panel:
            window.sidebar.changes.click()
        if state.scene is not None:
            await state.scene(window, daemon)
        for size in self._round.sizes:
            window.resize(*SIZES[size])
            for page in pages:
                await self._take(window, state, page, size)
        clock.cancel()
        await window.tasks.finish()
        window.close()
        window.deleteLater()

    async def _live(self, state: State, daemon: FakeDaemon, session: Session) -> None:
        if not state.is_running:
            await asyncio.sleep(SETTLING_S)
            return
        async with asyncio.timeout(WITHIN_S):
            for number in range(TICKS):
                while not daemon.managers or (number and session.frame is None):  # noqa: ASYNC110  # nobody tells
                    await asyncio.sleep(0.01)
                daemon.manager.tick()
                await asyncio.sleep(SETTLING_S / 3)
        if state.stops:
            daemon.stop()
            await asyncio.sleep(SETTLING_S)

    async def _take(self, window: Window, state: State, page: PageName, size: str) -> None:
        window.show_page(page)
        for theme in self._round.themes:
            self._look.choose(theme)
            await asyncio.sleep(SETTLING_S)
            words = [page.value, state.name, theme.value, size, self._round.language, f"{self._round.scale}x"]
            file = self._directory / f"{'--'.join(words).replace(' ', '-')}.png"
            if not window.grab().save(str(file)):
                sys.exit(f"gallery: cannot write {file}")


async def _tick(daemon: FakeDaemon) -> None:
    """Let the seconds pass, as a daemon does that runs: without them the window takes it for lost."""
    while daemon.is_running:
        await asyncio.sleep(TICK_S)
        daemon.manager.tick()


def take(directory: Path, this: Round, pages: list[PageName]) -> None:
    """All pictures of one process."""
    application = QApplication(sys.argv[:1])
    if language.choose(application, this.language) != this.language:
        sys.exit(f"gallery: no translation for {this.language}; run packaging/translations.py --compile")
    loop = qasync.QEventLoop(application)
    with loop:
        loop.run_until_complete(Photographer(application, directory, this, pages).run())


def index(directory: Path) -> str:
    """An HTML page with all pictures, page by page."""
    files = sorted(directory.glob("*.png"))
    lines = ["<!DOCTYPE html><meta charset=utf-8><title>mpmanager: gallery</title>"]
    lines.append("<style>body{font:14px sans-serif;margin:24px}img{max-width:640px;border:1px solid #8888}</style>")
    for page, pictures in groupby(files, key=lambda each: each.stem.split("--")[0]):
        lines.append(f"<h1>{html.escape(page)}</h1>")
        for each in pictures:
            words = ", ".join(each.stem.split("--")[1:])
            lines.append(
                f"<figure style='display:inline-block;margin:8px'><a href='{each.name}'><img src='{each.name}'></a>"
                f"<figcaption>{html.escape(words)}</figcaption></figure>"
            )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Take all pictures, or as many as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=DIRECTORY)
    parser.add_argument("--page", action="append", choices=[each.value for each in PageName], help="repeatable")
    parser.add_argument("--round", type=int, choices=range(len(ROUNDS)), help=argparse.SUPPRESS)
    given = parser.parse_args()
    pages = [PageName(each) for each in given.page or PageName]
    given.output.mkdir(parents=True, exist_ok=True)
    if given.round is not None:
        take(given.output, ROUNDS[given.round], pages)
        return
    for page in pages:
        for old in given.output.glob(f"{page.value}--*.png"):
            old.unlink()
    for number, each in enumerate(ROUNDS):
        print(f"gallery: {each.language}, {each.scale}x", flush=True)
        command = [sys.executable, __file__, *sys.argv[1:], "--round", str(number)]
        subprocess.run(command, check=True, env=os.environ | {"QT_SCALE_FACTOR": each.scale})
    (given.output / "index.html").write_text(index(given.output))
    print(f"gallery: {len(list(given.output.glob('*.png')))} pictures, {given.output / 'index.html'}")


if __name__ == "__main__":
    main()
