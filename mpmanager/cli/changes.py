"""The commands that list what was decided, take it back, make it again, and keep it."""

import pwd
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

import click
from rich.table import Table
from rich.text import Text

from mpmanager.api.bus import Bus
from mpmanager.api.structures import ChangeInfo
from mpmanager.cli.context import ask, bus_command, console, json_option, print_json
from mpmanager.cli.sentences import printable

_HELP = {"help_option_names": ["-h", "--help"]}
_NOTHING = "Nothing was decided yet, or nothing that is remembered."
_LAST = 0

_change_argument = click.argument("change", type=click.IntRange(min=1), metavar="[ID]", required=False)


@click.command(
    short_help="What was decided, and can be taken back.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm changes                  the last ones, the newest first
  mpm changes --limit 3 --json
""",
)
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many at most.")
@json_option
@bus_command
def changes(*, bus: Bus, limit: int, as_json: bool) -> None:
    """List what was decided last: about paths, networks, programs and profiles, by whom, and whether it holds.

    The daemon remembers the last 100 changes, over restarts. Of other users' own rules only root is told.
    """
    rows = ask(bus, lambda client: client.recent_changes(limit))
    if as_json:
        print_json({"changes": rows})
    elif rows:
        console().print(_table(rows))
    else:
        click.echo(_NOTHING)


@click.command(
    short_help="Take back what was decided.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm undo                     the last change that holds
  mpm undo 12                  one of mpm changes
  mpm undo 12 --with-later     and what has changed the same since
  mpm undo --dry-run           only say what it would be
""",
)
@_change_argument
@click.option("--with-later", is_flag=True, help="Take back later changes too that are about the same.")
@click.option("--dry-run", is_flag=True, help="Only show what would be taken back.")
@json_option
@bus_command
def undo(*, bus: Bus, change: int | None, with_later: bool, dry_run: bool, as_json: bool) -> None:
    """Take back the change ID (mpm changes lists them), or the last one that holds.

    What it changed is as it was before, in force at once; all else stays. Where later changes are about the same, it is
    refused unless these are to go, too. It takes what making the opposite takes.
    """
    wanted = change or _LAST
    if dry_run:
        rows = ask(bus, lambda client: client.preview_undo(wanted, with_later=with_later))
    else:
        rows = ask(bus, lambda client: client.undo_change(wanted, with_later=with_later))
    _tell("Would be taken back" if dry_run else "Taken back", rows, as_json=as_json)
    if not dry_run and not as_json:
        click.echo(f"To go back: {' && '.join(f'mpm redo {row.id}' for row in reversed(rows))}")


@click.command(
    short_help="Make again what was taken back.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm redo         what was taken back last
  mpm redo 12      one of mpm changes
""",
)
@_change_argument
@json_option
@bus_command
def redo(*, bus: Bus, change: int | None, as_json: bool) -> None:
    """Make the change ID again, or the one that was taken back last. It takes what making it takes."""
    _tell("Made again", ask(bus, lambda client: client.redo_change(change or _LAST)), as_json=as_json)


@click.command(
    short_help="Confirm a change that waits for it.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm path tier wlan0 never --confirm-within 60s
  mpm keep
""",
)
@_change_argument
@json_option
@bus_command
def keep(*, bus: Bus, change: int | None, as_json: bool) -> None:
    """Have the change ID stay, or the last one that waits to be confirmed (--confirm-within)."""
    ask(bus, lambda client: client.keep_change(change or _LAST))
    if as_json:
        print_json({"changes": ask(bus, lambda client: client.recent_changes())})
    else:
        click.echo("Kept.")


def _tell(what: str, rows: Iterable[ChangeInfo], *, as_json: bool) -> None:
    if as_json:
        print_json({"changes": rows})
        return
    for row in rows:
        click.echo(f"{what}: {row.id}  {printable(row.text)}")


def _table(rows: Iterable[ChangeInfo]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("ID", justify="right")
    for name in ("WHEN", "BY", "CHANGE", ""):
        table.add_column(name)
    for row in rows:
        style = "dim" if row.taken_back else ""
        cells = (str(row.id), _time(row.time), _author(row), printable(row.text), _state(row))
        table.add_row(*(Text(cell, style=style) for cell in cells))
    return table


def _time(unix_time: float) -> str:
    return f"{datetime.fromtimestamp(unix_time).astimezone():%d.%m. %H:%M:%S}"


def _author(row: ChangeInfo) -> str:
    if row.uid is None:
        return "the network in use"
    name = str(row.uid)
    with suppress(KeyError):
        name = pwd.getpwuid(row.uid).pw_name
    return name if row.program is None else f"{name}, {printable(row.program)}"


def _state(row: ChangeInfo) -> str:
    if row.keep_until is not None:
        return f"unless kept, until {datetime.fromtimestamp(row.keep_until).astimezone():%H:%M:%S} (mpm keep {row.id})"
    return "taken back" if row.taken_back is not None else ""
