"""What all commands share: the bus, JSON or words, and how failures end."""

import asyncio
import errno
import os
import shlex
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
import msgspec
from rich.console import Console

from mpmanager.api.bus import Bus, BusKind, parse_bus
from mpmanager.client.manager import ManagerClient, connected
from mpmanager.model.errors import (
    DaemonNotRunningError,
    MpmanagerError,
    NotAuthorizedError,
    UnknownApplicationError,
    UnknownChangeError,
    UnknownPathError,
    UnknownProfileError,
)

ResultT = TypeVar("ResultT")
Command = Callable[..., Any]

FAILED = 1
DAEMON_NOT_RUNNING = 3
NOT_AUTHORIZED = 4
NOT_FOUND = 5
INTERRUPTED = 130
PROBATION = "mpmanager.probation"
"""Where a command says after how many seconds its change is taken back, unless it is kept."""
_FILE_WIDTH = 10_000
"""Of output that is no terminal: nothing is ever wrapped there."""
_OWN_BUS = "private:/run/mpmanager"
_NOBODY_LISTENS = {errno.ENOENT, errno.ECONNREFUSED}
_OUTPUT_REFUSED = {errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF}

EXIT_CODES = """\b
Exit codes:
  0    done
  1    failed; the reason is on standard error
  2    wrong usage
  3    mpmanagerd does not run on that bus
  4    not authorised
  5    no such path, connection, program, profile or change
  130  interrupted
"""

_CODES: dict[type[MpmanagerError], int] = {
    DaemonNotRunningError: DAEMON_NOT_RUNNING,
    NotAuthorizedError: NOT_AUTHORIZED,
    UnknownPathError: NOT_FOUND,
    UnknownApplicationError: NOT_FOUND,
    UnknownProfileError: NOT_FOUND,
    UnknownChangeError: NOT_FOUND,
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
        where = bus or parse_bus("system")
        try:
            function(*arguments, bus=where, **options)
        except MpmanagerError as error:
            click.echo(f"mpm: {told(error, where)}", err=True)
            sys.exit(exit_code(error))
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)

    return bus_option(run)


def local_command(function: Command) -> Command:
    """Make the failures of a command that needs no daemon end in one sentence and the right exit code."""

    @wraps(function)
    def run(**options: Any) -> None:  # noqa: ANN401  # click's
        try:
            function(**options)
        except MpmanagerError as error:
            click.echo(f"mpm: {error}", err=True)
            sys.exit(exit_code(error))

    return run


def told(error: MpmanagerError, bus: Bus) -> str:
    """An error in words that say what to do next."""
    if isinstance(error, DaemonNotRunningError):
        return _how_to_start(error, bus)
    if isinstance(error, NotAuthorizedError):
        return f"{error}. Try:\n  sudo {_this_command(bus)}"
    return str(error)


def _how_to_start(error: DaemonNotRunningError, bus: Bus) -> str:
    cause = error.__cause__
    is_absent = cause is None or (isinstance(cause, OSError) and cause.errno in _NOBODY_LISTENS)
    where = f"the {bus} bus" if bus.kind in {BusKind.SYSTEM, BusKind.SESSION} else bus
    problem = f"mpmanagerd is not running on {where}" if is_absent else str(error)
    # On the system bus it needs a policy, and a root daemon is no guest of somebody's session.
    is_wellknown = bus.kind in {BusKind.SYSTEM, BusKind.SESSION}
    place, own = ("on a bus of its own", _OWN_BUS) if is_wellknown else ("there", str(bus))
    return (
        f"{problem}. Start one {place}:\n  {as_root()}{shlex.join([str(beside('mpmanagerd')), '--bus', own])}\n"
        f"and then:\n  {shlex.join(['mpm', '--bus', own, 'status'])}"
    )


def _this_command(bus: Bus) -> str:
    """What was typed, so that root's shell finds it: sudo has another PATH and drops MPMANAGER_BUS."""
    typed = sys.argv[1:]
    where = [] if any(each.startswith("--bus") for each in typed) else ["--bus", str(bus)]
    return shlex.join([str(beside("mpm")), *where, *typed])


def as_root() -> str:
    """What a person writes before a command that needs root."""
    return "" if os.geteuid() == 0 else "sudo "


def beside(name: str) -> Path:
    """A program installed next to this one."""
    return Path(sys.executable).with_name(name)


class Program(click.Group):
    """The outermost command: nobody who reads on is no failure, output that cannot be written is one.

    Most subcommands are loaded when they are asked for: all of them together take half a second.
    """

    def __init__(self, *arguments: Any, later: Mapping[str, str], **options: Any) -> None:  # noqa: ANN401  # click's
        """`later` says where subcommands are, as `module:name`."""
        super().__init__(*arguments, **options)
        self._later = dict(later)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, those that are loaded and those that are not."""
        return sorted({*super().list_commands(ctx), *self._later})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One by its name, loaded by now; None if there is none."""
        if cmd_name in self._later:
            module, _colon, name = self._later.pop(cmd_name).partition(":")
            self.add_command(getattr(import_module(module), name), cmd_name)
        return super().get_command(ctx, cmd_name)

    def make_context(self, *arguments: Any, **options: Any) -> click.Context:  # noqa: ANN401  # click's
        """Read the command line; --help and --version print here."""
        with _writing():
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  # click's
        """Run the chosen command."""
        with _writing():
            return super().invoke(ctx)


@contextmanager
def _writing() -> Iterator[None]:
    try:
        try:
            yield
        finally:
            _flush()  # while a failure can still be told
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)  # click would call it a failure; also while a command is still being loaded
    except OSError as error:
        _end_unwritten(error)
    except ExceptionGroup as group:
        refused = group.subgroup(lambda error: isinstance(error, OSError) and _is_of_output(error))
        if refused is None:
            raise
        _end_unwritten(next(each for each in refused.exceptions if isinstance(each, OSError)))


def _flush() -> None:
    if sys.stdout is not None and not sys.stdout.closed:
        sys.stdout.flush()


def _is_of_output(error: OSError) -> bool:
    """Whether it came from standard output or standard error: those errors name no file."""
    return error.filename is None and error.errno in _OUTPUT_REFUSED


def _end_unwritten(error: OSError) -> NoReturn:
    if not _is_of_output(error):
        raise error
    is_closed_pipe = error.errno == errno.EPIPE
    if not is_closed_pipe:
        with suppress(OSError):
            click.echo(f"mpm: cannot write: {error.strerror}", err=True)
    # What is still in the buffer would fail once more at the interpreter's end.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(0 if is_closed_pipe else FAILED)


def ask(bus: Bus, talk: Callable[[ManagerClient], Awaitable[ResultT]]) -> ResultT:
    """Talk to the daemon once."""
    context = click.get_current_context(silent=True)
    probation_s = None if context is None else context.meta.get(PROBATION)

    async def run() -> ResultT:
        async with connected(bus) as client:
            if probation_s is not None:
                await client.provisional_change(probation_s)
            return await talk(client)

    return asyncio.run(run())


def print_json(value: object) -> None:
    """One JSON document on one line."""
    click.echo(msgspec.json.encode(value).decode())


class _Output(Console):
    """Leaves it to `Program` what a closed pipe means."""

    def on_broken_pipe(self) -> None:
        """Called while the error is handled."""
        raise  # noqa: PLE0704  # rich calls this inside its except clause


def console(*, stderr: bool = False) -> Console:
    """Where words go: coloured on a terminal, as wide as it is; elsewhere plain, and no line is ever wrapped."""
    shown = _Output(highlight=False, stderr=stderr)
    if not shown.is_terminal:
        shown.width = _FILE_WIDTH
    return shown
