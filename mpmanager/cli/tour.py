"""`mpm tour`: the whole product at work in a minute, on this machine's networks or in a lab."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from asyncio.subprocess import Process
from collections import deque
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from enum import Enum, unique
from pathlib import Path
from time import monotonic, time

import click
import psutil
from rich.console import Console
from rich.live import Live
from rich.text import Text

from mpmanager.api.bus import Bus, parse_bus
from mpmanager.api.structures import EventInfo, EventKind, Frame, PolicyInfo, SubscribeOptions, Topic
from mpmanager.cli import interruption, tables
from mpmanager.cli.context import INTERRUPTED, beside, console
from mpmanager.cli.pictures import Pictures
from mpmanager.client.manager import connected
from mpmanager.lab.instance import Lab, instances_directory, tear_down
from mpmanager.lab.play import Step, StepKind, play
from mpmanager.lab.report import Report
from mpmanager.lab.rights import missing_rights
from mpmanager.lab.scenario import load_scenario
from mpmanager.model.errors import MpmanagerError, NotSupportedError
from mpmanager.model.selector import EVERYBODY, Selector, SelectorKind

_LAB_PREFIX = "tour"
_SCENARIO = "home"
_READY_WITHIN_S = 20.0
_END_WITHIN_S = 15.0
_PRINT_EVERY_S = 10.0
"""Between tables where the output is no terminal."""
_PRINT_AFTER_EVENT_S = 2.0
"""By then what a link's change did can be seen."""
_EVENTS_SHOWN = 6
_WAIT_MS = 50
"""Of the call in the lab: a gap of that length is not heard."""
_TRUST = "only"
_DISTRUSTED = "wlan0"
_DECISIONS = ((46.0, "untrusted"), (6.0, "auto"))
"""Of a person in the lab, and after how many seconds: once all links are well again."""
_HELP = {
    EventKind.BACKUP_OPENED: "yellow",
    EventKind.BACKUP_CLOSED: "green",
    EventKind.STEERED: "yellow",
    EventKind.STEERED_BACK: "green",
    EventKind.FAILED_OVER: "yellow",
    EventKind.RETURNED: "green",
    EventKind.TRUST_CHANGED: "bold",
}
"""What late data and decisions lead to, and their colours."""


@unique
class Ground(Enum):
    """What the tour is shown on."""

    HERE = "this machine's own networks"
    LAB = "a lab of network namespaces"
    SIMULATED = "a simulated world"


_WHOSE_DATA = {
    Ground.LAB: "The call (python3 below)",
    Ground.SIMULATED: "Data",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Everything that runs during a tour."""

    ground: Ground
    bus: Bus
    lab: Lab | None
    pictures: Pictures | None
    """None where a display shows the window itself."""
    duration_s: float


@click.command(
    short_help="See everything at work, for a minute.",
    epilog="""\b
Examples:
  make run            set everything up, then this
  mpm tour --lab      in the lab, even where there are several networks
""",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--lab", "wants_lab", is_flag=True, help="Use the lab, however many networks this machine has.")
@click.option("--simulate", is_flag=True, help="Use the simulated world.")
@click.option(
    "--seconds",
    "duration_s",
    type=click.FloatRange(5, 3600),
    default=60.0,
    show_default=True,
    help="How long to show it where there is no display; on one, the window's end ends it.",
)
@click.option(
    "--screenshots",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("build/screenshots"),
    show_default=True,
    help="Where pictures of the window go when there is no display. Those of an earlier tour "
    "(NNNN-overview-light.png and the like) are replaced; other files there stay.",
)
def tour(*, wants_lab: bool, simulate: bool, duration_s: float, screenshots: Path) -> None:
    """Start the daemon and the window, let programs talk over several paths, show what happens, and clean up.

    It uses the networks of this machine where there are at least two, else a lab. Both need root: without the rights it
    says which are missing and shows a simulated world. This is what `make run` does.
    """
    try:
        ground = choose_ground(wants_lab=wants_lab, simulate=simulate)
        code = asyncio.run(_tour(ground, duration_s, None if _has_display() else screenshots))
    except MpmanagerError as error:
        raise click.ClickException(str(error)) from error
    except (KeyboardInterrupt, asyncio.CancelledError):
        code = INTERRUPTED
    sys.exit(code)


def choose_ground(*, wants_lab: bool, simulate: bool) -> Ground:
    """Decide where the tour takes place, and say why."""
    if simulate:
        return Ground.SIMULATED
    names = links_with_default_route()
    if len(names) > 1 and os.geteuid() == 0 and not wants_lab:
        click.echo(f"This machine has {len(names)} usable paths: {', '.join(names)}.")
        return Ground.HERE
    missing = missing_rights()
    if missing:
        if os.geteuid() != 0:
            click.echo("To see it on the real kernel: sudo make run", err=True)
        click.echo("No lab can be made here; missing:", err=True)
        for each in missing:
            click.echo(f"  {each}", err=True)
        click.echo("Showing a SIMULATED world instead: nothing of what you see is real.", err=True)
        return Ground.SIMULATED
    if not wants_lab:
        found = f"one usable path ({names[0]})" if names else "no usable path"
        click.echo(f"This machine has {found}; multipath needs two. Starting the lab: a laptop with three.")
    return Ground.LAB


def links_with_default_route() -> list[str]:
    """The network interfaces by which this machine can get out."""
    names: dict[str, None] = {}
    for version in ("-4", "-6"):
        shown = subprocess.run(
            ["ip", version, "-j", "route", "show", "default"], capture_output=True, text=True, check=False
        )
        for route in json.loads(shown.stdout or "[]"):
            if "dev" in route and route["dev"] != "lo":
                names[route["dev"]] = None
    return list(names)


async def _tour(ground: Ground, duration_s: float, screenshots: Path | None) -> int:
    interruption.cancel_once_told()
    async with AsyncExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mpm-tour-")))
        lab = _lab(stack) if ground is Ground.LAB else None
        setting = Setting(
            ground=ground,
            bus=parse_bus(f"private:{directory / 'bus'}"),
            lab=lab,
            pictures=Pictures(screenshots) if screenshots else None,
            duration_s=duration_s,
        )
        await stack.enter_async_context(_daemon(setting, directory))
        await _let_wait(setting)
        window = await stack.enter_async_context(_window(setting, directory / "window.log"))
        report = await _show(setting, window)
        return _conclude(setting, report)


def _lab(stack: AsyncExitStack) -> Lab:
    name = f"{_LAB_PREFIX}{os.getpid()}"
    stack.callback(_remove, name)
    with interruption.held_back():
        for abandoned in _abandoned_labs():
            tear_down(abandoned)
        return Lab.up(load_scenario(_SCENARIO).topology, name=name)


def _remove(name: str) -> None:
    with interruption.held_back():
        tear_down(name)


def _abandoned_labs() -> list[str]:
    """The labs of tours that were killed before they could clean up."""
    names = [each.name for each in instances_directory().glob(f"{_LAB_PREFIX}*")]
    return [
        name
        for name in names
        if (number := name.removeprefix(_LAB_PREFIX)).isdecimal() and not psutil.pid_exists(int(number))
    ]


@asynccontextmanager
async def _daemon(setting: Setting, directory: Path) -> AsyncIterator[None]:
    program = [str(beside("mpmanagerd")), f"--bus={setting.bus}", f"--state={directory / 'state'}"]
    if setting.ground is Ground.SIMULATED:
        program.append("--simulate")
    log = directory / "mpmanagerd.log"
    with log.open("wb") as output:
        if setting.lab is not None:
            program.append(f"--facts={setting.lab.facts_file}")
            process = await setting.lab.spawn(program, is_service=True, stderr=output, start_new_session=True)
        else:
            process = await asyncio.create_subprocess_exec(*program, stderr=output, start_new_session=True)
    try:
        await _until_ready(process, log)
        yield
    finally:
        await _end(process)
        if setting.ground is not Ground.SIMULATED:
            await _release(setting, directory / "state")


async def _release(setting: Setting, state: Path) -> None:
    """A daemon leaves in force what programs are held to; a tour leaves nothing."""
    program = [str(beside("mpmanagerd")), "--release", f"--state={state}"]
    if setting.lab is not None:
        program = setting.lab.command(program, is_service=True)
    process = await asyncio.create_subprocess_exec(*program, stderr=asyncio.subprocess.DEVNULL, start_new_session=True)
    await process.wait()


async def _until_ready(process: Process, log: Path) -> None:
    try:
        async with asyncio.timeout(_READY_WITHIN_S):
            while "ready on the bus" not in _said(log):
                if process.returncode is not None:
                    raise NotSupportedError(f"mpmanagerd did not start: {_said(log)}")
                await asyncio.sleep(0.05)
    except TimeoutError as error:
        raise NotSupportedError(f"mpmanagerd did not become ready: {_said(log)}") from error


def _said(log: Path) -> str:
    return log.read_text(errors="replace").strip()


async def _let_wait(setting: Setting) -> None:
    """Say how long data may wait; on this machine's own networks that may cost money, and is for people to say."""
    selector = _selector(setting.ground)
    if selector is None:
        click.echo("Late data is left to the kernel until you say how long it may wait: in the window under Live, or")
        click.echo(f"  {beside('mpm')} --bus {setting.bus} default --wait {_WAIT_MS}ms")
        return
    async with connected(setting.bus) as client:
        await client.set_policy(PolicyInfo(selector=str(selector), wait_ms=_WAIT_MS))
        click.echo(f"{_WHOSE_DATA[setting.ground]} may wait {_WAIT_MS} ms before another path helps.")
        if setting.ground is Ground.LAB:
            await client.set_policy(PolicyInfo(selector=str(EVERYBODY), trust=_TRUST))
            click.echo("All programs keep to trusted networks; for now that is all three.")


def _selector(ground: Ground) -> Selector | None:
    """Whose data shall not wait for longer; None where that is not for the tour to say."""
    match ground:
        case Ground.HERE:
            return None
        case Ground.LAB:
            return Selector(kind=SelectorKind.EXE, value=str(Path(sys.executable).resolve()))
        case Ground.SIMULATED:
            return EVERYBODY


@asynccontextmanager
async def _window(setting: Setting, log: Path) -> AsyncIterator[Process | None]:
    """The window; None where Qt is not installed."""
    program = beside("mpmanager")
    if not program.exists():
        click.echo("The window is not installed (PySide6 is missing): showing the terminal only.", err=True)
        yield None
        return
    async with AsyncExitStack() as stack:
        environment = dict(os.environ)
        options: list[str] = []
        if setting.pictures is not None:
            environment |= await stack.enter_async_context(_virtual_display())
            stack.callback(setting.pictures.remove_earlier)
            every_s = max(2.0, setting.duration_s / 5)
            options = [f"--screenshots={setting.pictures.directory}", f"--every={every_s}"]
        with log.open("wb") as said:  # Qt talks on standard error, into the middle of the table
            process = await asyncio.create_subprocess_exec(
                str(program), f"--bus={setting.bus}", *options, env=environment, stderr=said, start_new_session=True
            )
        try:
            yield process
        finally:
            await _end(process)
            if process.returncode not in {0, -signal.SIGTERM}:
                click.echo(f"the window failed: {_said(log)}", err=True)


@asynccontextmanager
async def _virtual_display() -> AsyncIterator[dict[str, str]]:
    """The environment of a display that nobody sees: Xvfb where it is installed, else Qt's own."""
    xvfb = shutil.which("Xvfb")
    if xvfb is None:
        yield {"QT_QPA_PLATFORM": "offscreen"}
        return
    process = await asyncio.create_subprocess_exec(
        xvfb,
        *("-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        number = (await process.stdout.readline()).decode().strip() if process.stdout else ""
        yield {"DISPLAY": f":{number}"} if number else {"QT_QPA_PLATFORM": "offscreen"}
    finally:
        await _end(process)


async def _show(setting: Setting, window: Process | None) -> Report | None:
    """Show frames until the time is over or the window is closed; meanwhile the scenario is played."""
    screen = Screen(console(), setting)
    viewer = asyncio.create_task(screen.follow())
    player = asyncio.create_task(_play(setting, screen))
    end = asyncio.create_task(_time_is_over(setting, window, player))
    try:
        await asyncio.wait({viewer, end}, return_when=asyncio.FIRST_COMPLETED)
        if viewer.done():
            viewer.result()
        if end.done():
            end.result()
        return player.result() if player.done() else None
    finally:
        for task in (viewer, end, player):
            task.cancel()
        await asyncio.gather(viewer, end, player, return_exceptions=True)


async def _play(setting: Setting, screen: "Screen") -> Report | None:
    if setting.lab is None:
        return None
    distrust = asyncio.create_task(_distrust_for_a_while(setting.bus))
    try:
        return await play(load_scenario(_SCENARIO), setting.lab, on_step=screen.tell, is_managed=True)
    finally:
        distrust.cancel()
        await asyncio.gather(distrust, return_exceptions=True)


async def _distrust_for_a_while(bus: Bus) -> None:
    """Somebody stops trusting the Wi-Fi, and trusts it again."""
    async with connected(bus) as client:
        for rest_s, level in _DECISIONS:
            await asyncio.sleep(rest_s)
            await client.set_path_trust(_DISTRUSTED, level)


async def _time_is_over(setting: Setting, window: Process | None, player: "asyncio.Task[Report | None]") -> None:
    if setting.pictures is None and window is not None:
        await window.wait()
        return
    await asyncio.sleep(setting.duration_s)
    if setting.lab is not None and setting.duration_s >= load_scenario(_SCENARIO).duration_s:
        await player  # it needs a moment more for its programs to end


class Screen:
    """The terminal: a table that lives, or one every few seconds where the output is a file."""

    def __init__(self, console: Console, setting: Setting) -> None:
        self._console = console
        self._bus = setting.bus
        self._news: deque[Text] = deque(maxlen=_EVENTS_SHOWN)
        self._next_print = 0.0
        self._began: float | None = None
        """When the scenario did, Unix time."""

    def tell(self, step: Step) -> None:
        """Something happened in the scenario."""
        self._began = time() - step.at_s
        self._tell_line(Text(f"{step.at_s:5.1f} s  {step.text}", style="bold"))
        if step.kind is StepKind.LINK_CHANGED:
            self._next_print = min(self._next_print, monotonic() + _PRINT_AFTER_EVENT_S)

    async def follow(self) -> None:
        """Show frames until cancelled."""
        options = SubscribeOptions(topics=[Topic.PATHS, Topic.CONNECTIONS, Topic.EVENTS])
        async with connected(self._bus) as client, aclosing(client.frames(options)) as frames:
            if not self._console.is_terminal:
                async for frame in frames:
                    self._tell_help(frame.events)
                    self._print_now_and_then(frame)
                return
            with Live(console=self._console, auto_refresh=False) as live:
                async for frame in frames:
                    self._tell_help(frame.events)
                    live.update(tables.frame(frame, news=self._news), refresh=True)

    def _tell_help(self, events: list[EventInfo]) -> None:
        for event in events:
            if event.kind in _HELP:
                line = tables.event(event, began=self._began)
                line.stylize(_HELP[event.kind])
                self._tell_line(line)

    def _tell_line(self, line: Text) -> None:
        self._news.append(line)
        if not self._console.is_terminal:
            self._console.print(line)

    def _print_now_and_then(self, frame: Frame) -> None:
        if monotonic() >= self._next_print:
            self._next_print = monotonic() + _PRINT_EVERY_S
            self._console.print(tables.frame(frame), "")


def _conclude(setting: Setting, report: Report | None) -> int:
    """Say what became of it; the exit code."""
    if setting.pictures is not None:
        click.echo(f"{len(setting.pictures.new())} new pictures of the window are in {setting.pictures.directory}.")
    if report is None:
        return 0
    for check in report.checks:
        click.echo(f"{check.verdict.value:>12}: {check.expected} ({check.found})")
    click.echo(f"{report.summary}.")
    return 0 if report.is_success else 1


async def _end(process: Process) -> None:
    """End a process that may have ended already: politely, then not."""
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(_END_WITHIN_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _has_display() -> bool:
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
