"""`mpm lab`: a multi-homed laptop of network namespaces, for demonstrations, tests and benchmarks."""

import asyncio
import shlex
import sys
from collections.abc import Callable, Iterator
from typing import Any

import click
import msgspec
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from mpmanager.cli import interruption
from mpmanager.cli.context import INTERRUPTED, beside, console
from mpmanager.cli.fitting import Column, FittingTable
from mpmanager.client.quantities import format_bytes
from mpmanager.lab.control import DirectionState, LinkState
from mpmanager.lab.definitions import shipped_names
from mpmanager.lab.enter import execute as enter_and_execute
from mpmanager.lab.errors import LabError
from mpmanager.lab.instance import DEFAULT_NAME, Lab, instances, tear_down
from mpmanager.lab.play import Step, play
from mpmanager.lab.report import Report, Verdict
from mpmanager.lab.scenario import Scenario, load_scenario
from mpmanager.lab.topology import LAPTOP, LinkChange, LinkDirection, Topology, load_topology
from mpmanager.lab.units import Duration, Quantity, Rate, Share, Size
from mpmanager.model.errors import MpmanagerError

_STEP_CHARACTERS = 60
_TICK_S = 0.2
_LINK_COLUMNS = (
    *(Column(title=each) for each in ("link", "")),
    *(Column(title=each, is_number=True) for each in ("rate", "delay", "loss", "marks", "packets", "bytes", "dropped")),
)
_DISPENSABLE = ("marks", "packets", "bytes", "dropped", "delay")


def _quantity(kind: type[Quantity]) -> Callable[[str], Quantity]:
    """Reads a quantity with its unit, for click."""

    def parse(text: str) -> Quantity:
        try:
            return kind.parse(text)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error

    return parse


class LabGroup(click.Group):
    """Tells errors in a sentence instead of a traceback; Ctrl-C ends every command in the same way."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  # click's
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except MpmanagerError as error:
            raise click.ClickException(str(error)) from error
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)


_name_option = click.option("--name", default=DEFAULT_NAME, show_default=True, help="Which lab.")


@click.group(short_help="A laptop with several networks, to try it.", cls=LabGroup)
def lab() -> None:
    """Make a laptop with several networks, and servers behind them: namespaces, emulated links, real programs.

    Nothing outside of it is touched. Needs root.
    """


@lab.command(short_help="Make a lab.")
@click.argument("topology", default="home")
@_name_option
def up(topology: str, name: str) -> None:
    """Make a lab of TOPOLOGY: the name of a shipped one or a TOML file (default: home)."""
    made = _make(topology, name)
    click.echo(f"lab {name!r}: {made.topology.description or topology}")
    click.echo(f"links: {', '.join(made.topology.links)}")
    for line in _next_commands(made):
        click.echo(line)


@lab.command(short_help="Remove a lab and all that runs in it.")
@_name_option
def down(name: str) -> None:
    """Remove a lab and end all that runs in it. Nothing there is no error."""
    tear_down(name)


@lab.command(
    "exec",
    short_help="Run a program in a lab.",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.option("--on", "place", default=LAPTOP, show_default=True, help="Where: laptop, net, or a server's name.")
@_name_option
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def execute(place: str, name: str, command: tuple[str, ...]) -> None:
    """Run COMMAND in the lab, on the laptop unless another place is given."""
    instance = Lab.find(name)
    try:
        enter_and_execute(
            instance.namespace(place), list(command), cgroup=instance.cgroup() if place == LAPTOP else None
        )
    except OSError as error:
        raise LabError(f"{command[0]}: {error.strerror}") from error


@lab.command(short_help="Show or change a link while it runs.")
@click.argument("link")
@click.option("--rate", type=_quantity(Rate), metavar="RATE", help="Such as 10mbit, of IP packets.")
@click.option("--delay", type=_quantity(Duration), metavar="DURATION", help="One way, such as 30ms.")
@click.option(
    "--jitter", type=_quantity(Duration), metavar="DURATION", help="The delay varies by this much to both sides."
)
@click.option(
    "--loss", type=_quantity(Share), metavar="SHARE", help="Such as 1%; 100% is a black hole that keeps the carrier."
)
@click.option(
    "--marks",
    type=_quantity(Share),
    metavar="SHARE",
    help="Congestion marks (CE) on so many packets, such as 10%, where both ends use ECN.",
)
@click.option("--queue", type=_quantity(Size), metavar="SIZE", help="Such as 64kB.")
@click.option("--carrier", type=click.Choice(["on", "off"]), help="off unplugs the laptop's end.")
@click.option(
    "--direction",
    type=click.Choice([each.value for each in LinkDirection]),
    default="both",
    help="Which one the other options change, seen from the laptop.",
)
@_name_option
def link(name: str, link: str, direction: str, carrier: str | None, **shaping: Any) -> None:  # noqa: ANN401  # quantities
    """Change LINK while it runs. Without options, show it."""
    change = LinkChange(
        direction=LinkDirection(direction), carrier=None if carrier is None else carrier == "on", **shaping
    )
    state = Lab.find(name).change_link(link, change)
    _print_links({link: state})


@lab.command(short_help="Show a lab, its links and their counters.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@_name_option
def status(name: str, *, as_json: bool) -> None:
    """Show a lab: its links, their settings and counters, and where programs can run."""
    found = Lab.find(name)
    states = {link: found.link_state(link) for link in found.topology.links}
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(_status(found, states))).decode())
        return
    click.echo(f"lab {name!r}: {found.topology.description}")
    for place in found.places:
        click.echo(f"  {place}: namespace {found.namespace(place)}")
    _print_links(states)
    for line in _next_commands(found):
        click.echo(line)


@lab.command("play", short_help="Play a scenario in a lab of its own.")
@click.argument("scenario")
@click.option("--json", "as_json", is_flag=True, help="The report for programs; what happens goes to standard error.")
@click.option("--name", default="play", show_default=True, help="What to call that lab.")
def play_scenario(scenario: str, name: str, *, as_json: bool) -> None:
    """Play SCENARIO (a shipped one, or a TOML file) in a lab of its own, and remove the lab.

    Exit code 0 when everything held that the scenario expects, 1 when not.
    """
    report = _play(load_scenario(scenario), name)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(report)).decode())
    else:
        _print_report(report)
    if not report.is_success:
        sys.exit(1)


@lab.command("list", short_help="List topologies, scenarios, running labs.")
def list_shipped() -> None:
    """List the topologies and scenarios that come with mpmanager, and the labs that run."""
    for folder, load in (("topologies", load_topology), ("scenarios", load_scenario)):
        click.echo(f"{folder}:")
        for each in shipped_names(folder):
            click.echo(f"  {each:<10} {load(each).description}")
    running = [f"  {name:<10} {_description(name)}" for name in instances()]
    click.echo("\n".join(["running labs:", *running]) if running else "no lab runs")


def _description(name: str) -> str:
    try:
        return Lab.find(name).topology.description
    except MpmanagerError:  # half made, or left behind
        return f"incomplete; to remove it: mpm lab down{_option(name)}"


def _option(name: str) -> str:
    return "" if name == DEFAULT_NAME else f" --name {name}"


def _next_commands(made: Lab) -> Iterator[str]:
    """What to do with a lab, in commands that work as they stand."""
    option, bus = _option(made.name), f"private:{made.directory}/daemon"
    mpm, daemon = (shlex.quote(str(beside(name))) for name in ("mpm", "mpmanagerd"))
    files = f"--facts {made.facts_file} --state {made.directory}/state"
    yield f"facts file: {made.facts_file}"
    yield "start the daemon on its laptop:"
    yield f"  {mpm} lab exec{option} -- {daemon} --bus {bus} {files}"
    yield f"look at it:       mpm --bus {bus} watch"
    yield f"run a program:    mpm lab exec{option} -- CMD"
    yield f"remove the lab:   mpm lab down{option}"


def _play(scenario: Scenario, name: str) -> Report:
    made = _make(scenario.topology, name)
    try:
        return asyncio.run(_play_visibly(scenario, made))
    except (asyncio.CancelledError, KeyboardInterrupt):
        raise _removed(made) from None
    finally:
        interruption.ignore()
        made.down()


def _make(topology: Topology | str, name: str) -> Lab:
    """A lab, or nothing at all when Ctrl-C comes meanwhile."""
    interruption.end_as_by_ctrl_c()
    made: Lab | None = None
    try:
        with interruption.held_back():
            made = Lab.up(topology, name=name)
    except KeyboardInterrupt:
        raise (_removed(made) if made else KeyboardInterrupt) from None
    return made


def _removed(made: Lab) -> KeyboardInterrupt:
    """Clean up undisturbed."""
    interruption.ignore()
    made.down()
    click.echo("Interrupted; the lab is removed.", err=True)
    return KeyboardInterrupt()


async def _play_visibly(scenario: Scenario, made: Lab) -> Report:
    """With a line that shows how far it is and what happened last; each step stays above it."""
    interruption.cancel_once_told()
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console(stderr=True)) as progress:
        progress.console.print(f"[bold]{escape(scenario.name)}[/]: {escape(scenario.description)}")
        task = progress.add_task("starting", total=scenario.duration_s)

        def show(step: Step) -> None:
            progress.console.print(f"{step.at_s:6.1f} s  {escape(step.text)}")
            progress.update(task, description=escape(step.text[:_STEP_CHARACTERS]))

        clock = asyncio.create_task(_advance(progress, task))
        try:
            return await play(scenario, made, on_step=show)
        finally:
            clock.cancel()


async def _advance(progress: Progress, task: TaskID) -> None:
    while True:
        await asyncio.sleep(_TICK_S)
        progress.advance(task, _TICK_S)


def _print_report(report: Report) -> None:
    marks = {Verdict.HELD: "[green]held[/]", Verdict.FAILED: "[red]FAILED[/]", Verdict.NOT_ASKED: "[dim]not asked[/]"}
    carried = Table("link", "up", "down", box=None, header_style="bold")
    for link in report.links:
        carried.add_row(link.name, format_bytes(link.up_bytes), format_bytes(link.down_bytes))
    checks = Table("expected", "verdict", "found", box=None, header_style="bold")
    for check in report.checks:
        checks.add_row(escape(check.expected), marks[check.verdict], escape(check.found))
    console().print(carried, checks, f"{report.summary}.")


def _status(found: Lab, states: dict[str, LinkState]) -> dict[str, object]:
    return {
        "name": found.name,
        "description": found.topology.description,
        "directory": str(found.directory),
        "facts": str(found.facts_file),
        "places": [{"name": place, "namespace": found.namespace(place)} for place in found.places],
        "links": [{"name": name, **msgspec.to_builtins(state)} for name, state in states.items()],
    }


def _print_links(states: dict[str, LinkState]) -> None:
    rows: list[tuple[str, ...]] = []
    for name, state in states.items():
        rows.append((name, "up", *_cells(state.up)))
        rows.append(("" if state.carrier else "unplugged", "down", *_cells(state.down)))
    console().print(FittingTable(columns=_LINK_COLUMNS, rows=rows, dispensable=_DISPENSABLE))


def _cells(state: DirectionState) -> Iterator[str]:
    shaping = state.shaping
    yield "unlimited" if shaping.rate_bit_s is None else f"{shaping.rate_bit_s / 1e6:g} Mbit/s"
    yield f"{shaping.delay_s * 1e3:g} ms" + (f" ± {shaping.jitter_s * 1e3:g}" if shaping.jitter_s else "")
    yield "black hole" if shaping.loss == 1 else f"{shaping.loss:.1%}"
    yield f"{shaping.marks:.1%}"
    yield f"{state.packets}"
    yield format_bytes(state.bytes)
    yield ", ".join(f"{count} {reason}" for reason, count in state.dropped.items() if count) or "0"
