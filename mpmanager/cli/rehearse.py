"""The command `mpm rehearse`: what would survive if a path went away?"""

import asyncio
import sys
import time

import click
from rich.console import Group, RenderableType
from rich.progress import BarColumn, TimeRemainingColumn
from rich.text import Text

from mpmanager.api.bus import Bus
from mpmanager.api.structures import RehearsalInfo, RehearsedInfo
from mpmanager.cli import interruption
from mpmanager.cli.bar import bar
from mpmanager.cli.context import FAILED, INTERRUPTED, bus_command, console, json_option, print_json
from mpmanager.cli.fitting import Cell, Column, FittingTable
from mpmanager.cli.policy_values import option_value, read_wait
from mpmanager.cli.sentences import printable
from mpmanager.client.manager import ManagerClient, connected
from mpmanager.client.quantities import count_of, format_bytes
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.rehearsal import Endurance

_HELP = {"help_option_names": ["-h", "--help"]}
_BEFORE_S = 1.0
"""The daemon watches so long before it takes the path away."""
_STYLES = {Endurance.MOVED: "green", Endurance.IDLE: "dim", Endurance.STALLED: "red", Endurance.ENDED: "red"}
_COLUMNS = (
    *(Column(title=each) for each in ("Program", "To", "Outcome")),
    Column(title="Waited", is_number=True),
    Column(title="By"),
    Column(title="Bytes", is_number=True),
)


def _duration(text: str) -> float:
    wait_ms = read_wait(text)
    if isinstance(wait_ms, str) or not wait_ms:
        raise InvalidValueError(f"{text!r}: expected a time such as 10s")
    return wait_ms / 1000


@click.command(
    short_help="What survives if a path goes away.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm rehearse wlan0 --for 10s          take Wi-Fi away for ten seconds
  mpm rehearse wlan0 --for 10s --json

\b
Exit codes, besides those in mpm --help:
  0    everything that had something to carry went on
  1    something stalled or ended
""",
)
@click.argument("path")
@click.option(
    "--for",
    "seconds",
    type=option_value(_duration),
    default="10s",
    show_default=True,
    metavar="TIME",
    help="How long, 1s to 60s.",
)
@json_option
@bus_command
def rehearse(*, bus: Bus, path: str, seconds: float, as_json: bool) -> None:
    """Take PATH away for a while and see what survives: which connections went on, by what, and how long they waited.

    Everything that comes and goes there is thrown away, while the link itself stays up: as when a network goes out of
    reach. It ends by itself, also if mpmanagerd or this machine's network manager dies meanwhile; Ctrl-C ends it at
    once. Whoever works on this machine over PATH is cut off for that long.
    """
    interruption.end_as_by_ctrl_c()
    try:
        report = asyncio.run(_rehearse(bus, path, seconds))
    except asyncio.CancelledError:
        click.echo(f"Interrupted; {path} is back.", err=True)
        sys.exit(INTERRUPTED)
    if as_json:
        print_json({"rehearsal": report})
    else:
        console().print(shown(report))
    if report.plain or any(_is_bad(each) for each in report.connections):
        sys.exit(FAILED)


def _is_bad(row: RehearsedInfo) -> bool:
    return row.outcome in {Endurance.STALLED, Endurance.ENDED}


async def _rehearse(bus: Bus, path: str, seconds: float) -> RehearsalInfo:
    interruption.cancel_once_told()
    async with connected(bus) as client:
        showing = asyncio.create_task(_show_progress(path, seconds + _BEFORE_S))
        try:
            return await client.rehearse(path, seconds)
        except asyncio.CancelledError:
            await _give_back(client, path)
            raise
        finally:
            showing.cancel()


async def _give_back(client: ManagerClient, path: str) -> None:
    """Not cancelled once more: `interruption` ignores further signals."""
    await client.rehearse(path, 0.0)


async def _show_progress(path: str, seconds: float) -> None:
    with bar(BarColumn(), TimeRemainingColumn()) as progress:
        task, began = progress.add_task(f"{path} is away", total=seconds), time.monotonic()
        while True:
            progress.update(task, completed=time.monotonic() - began)
            await asyncio.sleep(0.1)


def shown(report: RehearsalInfo) -> RenderableType:
    """Each connection, then what could not move, at the end what it comes to."""
    parts: list[RenderableType] = []
    if report.connections:
        rows = [_cells(each) for each in report.connections]
        parts += [FittingTable(columns=_COLUMNS, rows=rows, dispensable=("To", "Bytes")), ""]
    for each in report.plain:
        what = f"{printable(each.app)}: {count_of(each.connections, 'connection')} of plain TCP could not move"
        parts.append(Text(what, style="yellow"))
    return Group(*parts, _summary(report))


def _cells(row: RehearsedInfo) -> tuple[Cell, ...]:
    words = f"{row.outcome.value}{' (fell back to plain TCP)' if row.fallback else ''}"
    waited = "-" if row.waited_ms is None else f"{row.waited_ms:.0f} ms"
    return (
        printable(row.app),
        row.remote or "-",
        Text(words, style=_STYLES[row.outcome]),
        waited,
        ", ".join(row.moved_to) or "-",
        format_bytes(row.moved_bytes),
    )


def _summary(report: RehearsalInfo) -> Text:
    where = f"{report.path} was away for {report.took_s:.0f} s"
    bad = sum(_is_bad(each) for each in report.connections) + sum(each.connections for each in report.plain)
    if bad:
        return Text.assemble((f"{count_of(bad, 'connection')} did not survive it unharmed", "yellow"), f"; {where}.")
    if not report.connections:
        return Text(f"Nothing used it; {where}.")
    return Text.assemble(("Everything went on", "green"), f"; {where}.")
