"""What all commands share: the bus, JSON or words, and how failures end."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, TypeVar

import click
import msgspec
from rich.console import Console

from mpmanager.api.bus import Bus, parse_bus
from mpmanager.client.manager import ManagerClient, connected
from mpmanager.model.errors import DaemonNotRunningError, MpmanagerError, NotAuthorizedError, UnknownPathError

ResultT = TypeVar("ResultT")
Command = Callable[..., Any]

FAILED = 1
DAEMON_NOT_RUNNING = 3
NOT_AUTHORIZED = 4
NOT_FOUND = 5
INTERRUPTED = 130
_FILE_WIDTH = 110

EXIT_CODES = """\b
Exit codes:
  0    done
  1    failed; the reason is on standard error
  2    wrong usage
  3    mpmanagerd does not run on that bus
  4    not authorised
  5    no such path or connection
  130  interrupted
"""

_CODES: dict[type[MpmanagerError], int] = {
    DaemonNotRunningError: DAEMON_NOT_RUNNING,
    NotAuthorizedError: NOT_AUTHORIZED,
    UnknownPathError: NOT_FOUND,
}


def exit_code(error: MpmanagerError) -> int:
    """The exit code for an error."""
    return _CODES.get(type(error), FAILED)


def _bus(context: click.Context, _parameter: click.Parameter, text: str | None) -> Bus | None:
    """The bus given here, else the one given before the subcommand; None: the system bus."""
    if text is not None:
        try:
            context.obj = parse_bus(text)
        except MpmanagerError as error:
            raise click.BadParameter(str(error), ctx=context) from error
    return context.obj if isinstance(context.obj, Bus) else None


def bus_option(function: Command, *, envvar: str | None = None) -> Command:
    """The option --bus. Only the first one of a command line may look into the environment."""
    return click.option(
        "--bus",
        metavar="BUS",
        callback=_bus,
        envvar=envvar,
        show_envvar=envvar is not None,
        help="Where mpmanagerd is: system (the default), session, private:DIR or a D-Bus address.",
    )(function)


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON; its keys are stable.")


def bus_command(function: Command) -> Command:
    """Give a command its --bus and make its failures end in one sentence and the right exit code."""

    @wraps(function)
    def run(*arguments: Any, bus: Bus | None, **options: Any) -> None:  # noqa: ANN401  # click's
        try:
            function(*arguments, bus=bus or parse_bus("system"), **options)
        except MpmanagerError as error:
            click.echo(f"mpm: {error}{_advice(error, bus)}", err=True)
            sys.exit(exit_code(error))
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)

    return bus_option(run)


def _advice(error: MpmanagerError, bus: Bus | None) -> str:
    if isinstance(error, DaemonNotRunningError):
        option = f" --bus {bus}" if bus else ""
        return f"\n  Start it with: sudo mpmanagerd{option}\n  or say where it is: mpm --bus private:DIR ..."
    return ""


def ask(bus: Bus, talk: Callable[[ManagerClient], Awaitable[ResultT]]) -> ResultT:
    """Talk to the daemon once."""

    async def run() -> ResultT:
        async with connected(bus) as client:
            return await talk(client)

    return asyncio.run(run())


def print_json(value: object) -> None:
    """One JSON document on one line."""
    click.echo(msgspec.json.encode(value).decode())


def console() -> Console:
    """Where words go: coloured on a terminal; elsewhere plain and wide enough for every table (or as COLUMNS says)."""
    shown = Console(highlight=False)
    if not shown.is_terminal and "COLUMNS" not in os.environ:
        shown.width = _FILE_WIDTH
    return shown
