"""What the window costs, each figure beside its target: `.venv/bin/python tests/bench/bench_window.py`.

Times are CPU times of the window's thread, which nothing in it waits: by the clock, other programs on a busy machine
would count too. The reference is an empty Qt widget of the same size, painted in the same run, and plain Python's
speed. `--soak MINUTES` does nothing but let connections come and go, and prints the memory of each minute.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[1] / "gui"))

import qasync  # the platform has to be set first
from fake_manager import FakeDaemon, World  # found by the line above
from PySide6.QtCore import QEvent, QObject, qInstallMessageHandler  # same
from PySide6.QtWidgets import QApplication, QWidget  # same

from mpmanager.api.bus import parse_bus  # same
from mpmanager.api.codec import decode_frame, encode_frame  # same
from mpmanager.api.structures import Frame  # same
from mpmanager_ui.application import calm_collector  # same
from mpmanager_ui.look.colours import Theme  # same
from mpmanager_ui.look.look import Look  # same
from mpmanager_ui.session import Session  # same
from mpmanager_ui.viewmodels.live_rows import Recorder  # same
from mpmanager_ui.viewmodels.page_names import PageName  # same
from mpmanager_ui.window import Window  # same

FRAME_MS = 16.0
STALL_MS = 50.0
FIRST_PAINT_MS = 1500.0
HIDDEN_PERCENT = 0.5
HIDDEN_S = 20.0
MEMORY_MIB = 220.0
MEMORY_TICKS = 180
TICKS = 25
ROUNDS = 30
FIRST_PAINT = """
import time; began = time.perf_counter()
import sys
from mpmanager_ui.main import main
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication
from mpmanager_ui import application, window
class Watcher(QObject):
    def eventFilter(self, watched, event):
        if event.type() is QEvent.Type.Paint and isinstance(watched, window.Window):
            print((time.perf_counter() - began) * 1000)
            sys.stdout.flush()
            watched.removeEventFilter(self)
            watched.close()
        return False
watcher = Watcher()
shown = window.Window.show
def show(self):
    self.installEventFilter(watcher)
    shown(self)
window.Window.show = show
sys.argv = ["mpmanager", "--bus", "private:/nowhere", "--quit-after", "10"]
main()
"""


def big_world() -> World:
    """1,000 connections of 50 applications over 2,000 subflows."""
    return World(programs=50, connections_per_program=20, subflows_per_connection=2)


def report(what: str, figure_ms: float, target_ms: float | None = None) -> None:
    """One line: the figure and, where there is one, its target."""
    target = "" if target_ms is None else f"   target < {target_ms:.0f} ms   {_verdict(figure_ms, target_ms)}"
    print(f"{what:<68}{figure_ms:9.1f} ms{target}")


def _verdict(figure_ms: float, target_ms: float) -> str:
    return "reached" if figure_ms < target_ms else "MISSED"


def resident_mib() -> float:
    """What the process has in memory."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def milliseconds(action: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """How long each of several rounds took."""
    figures = []
    for _ in range(rounds):
        began = time.thread_time()
        action()
        figures.append((time.thread_time() - began) * 1000)
    return figures


def bench_paint(what: str, widget: QWidget, before: Callable[[], object] | None = None) -> None:
    """Median and worst time to paint a widget as it is on the screen."""
    figures = []
    for _ in range(ROUNDS):
        if before is not None:
            before()
        figures += milliseconds(lambda: _repaint(widget), rounds=1)
    report(f"{what}: median frame", median(figures), FRAME_MS)
    report(f"{what}: worst of {ROUNDS}", max(figures))


def _repaint(widget: QWidget) -> None:
    widget.repaint()


class Heartbeat:
    """Measures how much the event loop did between two turns."""

    def __init__(self) -> None:
        self.longest_ms = 0.0

    async def run(self) -> None:
        last = time.thread_time()
        while True:
            await asyncio.sleep(0.001)
            now = time.thread_time()
            self.longest_ms = max(self.longest_ms, (now - last) * 1000)
            last = now


class Bench:
    """A window on a fake daemon."""

    def __init__(self, look: Look, world: World) -> None:
        self.daemon = FakeDaemon(world)
        self.session = Session(self.daemon.connect)
        self.window = Window(look, self.session, parse_bus("system"))

    async def start(self, page: PageName, ticks: int) -> None:
        self.window.show_page(page)
        self.window.show()
        self.window.tasks.start(self.session.run(), attempt="Following the daemon failed")
        while not self.daemon.managers:  # noqa: ASYNC110  # the fake tells nobody
            await asyncio.sleep(0.01)
        for _ in range(ticks):
            await self.tick()

    async def tick(self, frame: Frame | None = None) -> None:
        """Deliver a frame and wait until the window has shown it."""
        frame = frame or self.daemon.world.advance()
        self.daemon.manager.tell(frame)
        while self.session.frame is not frame or self.window.page_widget(PageName.LIVE).is_busy:  # noqa: ASYNC110  # same
            await asyncio.sleep(0.001)

    async def end(self) -> None:
        await self.window.tasks.finish()
        self.window.close()


async def bench_overview(look: Look) -> None:
    """Three paths and five minutes in the chart."""
    bench = Bench(look, World())
    await bench.start(PageName.OVERVIEW, ticks=0)
    for _ in range(310):
        bench.session._take(bench.daemon.world.advance())
    await asyncio.sleep(0.1)
    overview = bench.window.page_widget(PageName.OVERVIEW)
    data, titles = bench.session.history.data(), bench.session.titles
    bench_paint(
        "Overview: chart, 3 paths, 300 bins, drawn anew",
        overview.chart,
        lambda: overview.chart.show_data(data, titles),
    )
    bench_paint("Overview: the whole window", bench.window, lambda: overview.chart.show_data(data, titles))
    await bench.end()


async def bench_live(look: Look) -> None:
    """2,000 subflows, every row open."""
    bench = Bench(look, big_world())
    await bench.start(PageName.LIVE, ticks=3)
    live = bench.window.page_widget(PageName.LIVE)
    bench_paint("Live: tree with 2,000 subflows, connections closed", live.view.viewport())
    await bench_stalls("Live, connections closed, 100 of them end and 100 open a tick", bench, churn=100)
    for _ in range(8):
        await bench.tick()  # the ended rows go
    report("Live: opening all 3,050 rows", milliseconds(live.view.open_all, rounds=1)[0])
    await asyncio.sleep(0.2)
    bench_paint("Live: tree with 2,000 subflows, all rows open", live.view.viewport())
    bench_paint("Live: the whole window", bench.window)
    await bench_stalls("Live, all rows open, values change", bench, churn=0)
    await bench_stalls("Live, all rows open, 100 connections end and 100 open a tick", bench, churn=100)
    bench.window.show_page(PageName.OVERVIEW)
    await bench_stalls("Overview, 2,000 subflows", bench, churn=0)
    await bench.end()


async def bench_stalls(what: str, bench: Bench, *, churn: int) -> None:
    """Frames decoded from bytes as in the real client; the longest time in which nothing else ran."""
    bodies = [encode_frame(_churned(bench.daemon.world, churn * tick))[4:] for tick in range(TICKS)]
    heartbeat = Heartbeat()
    beating = asyncio.create_task(heartbeat.run())
    took = []
    for body in bodies:
        await asyncio.sleep(0.05)
        began = time.thread_time()
        await bench.tick(decode_frame(body))
        took.append((time.thread_time() - began) * 1000)
    await asyncio.sleep(0.1)
    beating.cancel()
    report(f"{what}: longest stall of the event loop", heartbeat.longest_ms, STALL_MS)
    report(f"{what}: decode, update and show a frame, median", median(took))


def _churned(world: World, replaced: int) -> Frame:
    """A frame in which the first connections are others than before."""
    frame = world.advance()
    for connection in frame.connections[replaced % 1000 : replaced % 1000 + 100] if replaced else ():
        connection.opened += replaced
    return frame


async def bench_pages(look: Look) -> None:
    """Every page with 2,000 subflows: its first showing, its frames, and what others wait while connections come."""
    bench = Bench(look, big_world())
    await bench.start(PageName.OVERVIEW, ticks=3)
    for name in PageName:
        title = name.value.capitalize()
        report(f"{title}: first showing", milliseconds(lambda name=name: _turn_to(bench.window, name), rounds=1)[0])
        await asyncio.sleep(0.3)
        bench_paint(f"{title}: the whole window", bench.window)
        await bench_stalls(f"{title}, 100 connections end and 100 open a tick", bench, churn=100)
    await bench.end()


def _turn_to(window: Window, name: PageName) -> None:
    window.show_page(name)
    window.repaint()


class PaintCounter(QObject):
    """Counts what is painted anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  # Qt's name
        del watched  # whatever it is
        self.count += event.type() is QEvent.Type.Paint
        return False


async def bench_hidden(look: Look) -> None:
    """A window in the tray: frames come as seldom as it asks for."""
    bench = Bench(look, big_world())
    await bench.start(PageName.LIVE, ticks=3)
    bodies = iter([encode_frame(bench.daemon.world.advance())[4:] for _ in range(int(HIDDEN_S) + 1)])
    bench.window.hide()
    await asyncio.sleep(0.5)
    counter = PaintCounter()
    began, until = time.thread_time(), time.monotonic() + HIDDEN_S
    QApplication.instance().installEventFilter(counter)
    while time.monotonic() < until:
        bench.daemon.manager.tell(decode_frame(next(bodies)))
        await asyncio.sleep(bench.daemon.manager.options.interval_s)
    QApplication.instance().removeEventFilter(counter)
    percent = (time.thread_time() - began) / HIDDEN_S * 100
    verdict = "reached" if percent < HIDDEN_PERCENT and not counter.count else "MISSED"
    what = f"hidden, 2,000 subflows: {counter.count} paintings (target: none), CPU time"
    print(f"{what:<68}{percent:9.2f} %    target < {HIDDEN_PERCENT} %   {verdict}")
    await bench.end()


async def bench_memory(look: Look, ticks: int) -> None:
    """The Live page while 100 connections end and 100 open a tick, as fast as it can."""
    bench = Bench(look, big_world())
    await bench.start(PageName.LIVE, ticks=3)
    report_memory("at the start")
    for tick in range(ticks):
        await bench.tick(decode_frame(encode_frame(_churned(bench.daemon.world, 100 * tick))[4:]))
    report_memory(f"after {ticks} ticks of churn")
    await bench.end()


def report_memory(when: str) -> None:
    """One line."""
    mib = resident_mib()
    verdict = "reached" if mib < MEMORY_MIB else "MISSED"
    print(f"memory {when:<61}{mib:9.1f} MiB  target < {MEMORY_MIB:.0f} MiB  {verdict}")


async def soak(look: Look, minutes: float) -> None:
    """Connections come and go once a second."""
    bench = Bench(look, big_world())
    await bench.start(PageName.LIVE, ticks=3)
    until, next_minute, tick = time.monotonic() + 60 * minutes, time.monotonic(), 0
    while time.monotonic() < until:
        if time.monotonic() >= next_minute:
            report_memory(f"after {tick} ticks")
            next_minute += 60.0
        tick += 1
        await bench.tick(decode_frame(encode_frame(_churned(bench.daemon.world, 100 * tick))[4:]))
        await asyncio.sleep(1.0)
    report_memory(f"after {tick} ticks")
    await bench.end()


def bench_pure() -> None:
    """What the work costs without Qt."""
    world = big_world()
    body = encode_frame(world.advance())[4:]
    report("decode a frame of 2,000 subflows", median(milliseconds(lambda: decode_frame(body))))
    recorder = Recorder()
    frames = iter([world.advance() for _ in range(ROUNDS)])
    report(
        "book a frame of 2,000 subflows (in steps of 100 connections)",
        median(milliseconds(lambda: list(recorder.take(next(frames))))),
    )
    report("reference: a million additions in Python", median(milliseconds(lambda: sum(range(1_000_000)), 5)))


def bench_first_paint() -> None:
    """From the start of the process's own code to the first paint of the window."""
    figures = []
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", FIRST_PAINT], capture_output=True, text=True, check=True)
        figures.append(float(done.stdout.split()[0]))
    report("first paint in a fresh process, median of 3", median(figures), FIRST_PAINT_MS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--soak", type=float, metavar="MINUTES", help="only watch the memory for so long")
    options = parser.parse_args()
    qInstallMessageHandler(lambda *_: None)  # the offscreen platform complains about every window
    application = QApplication(sys.argv[:1])
    look = Look(application, Theme.LIGHT)
    calm_collector()
    empty = QWidget()
    empty.resize(1280, 800)
    empty.show()
    report("reference: an empty widget of 1280x800", median(milliseconds(lambda: _repaint(empty))))
    empty.hide()
    bench_pure()
    with qasync.QEventLoop(application) as loop:
        if options.soak:
            loop.run_until_complete(soak(look, options.soak))
            return
        loop.run_until_complete(bench_memory(look, MEMORY_TICKS))
        loop.run_until_complete(bench_overview(look))
        loop.run_until_complete(bench_live(look))
        loop.run_until_complete(bench_pages(look))
        loop.run_until_complete(bench_hidden(look))
    bench_first_paint()


if __name__ == "__main__":
    main()
