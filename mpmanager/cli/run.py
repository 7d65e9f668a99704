"""The command `mpm run`: a program under a rule of its own from its start."""

import errno
import os
import shlex
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import click

from mpmanager.api.bus import Bus
from mpmanager.api.structures import ScopeOptions, TierChoiceInfo, Wait
from mpmanager.cli.context import ask, bus_command, exit_code, told
from mpmanager.cli.policy_values import option_value, read_paths, read_trust, read_wait_or_auto
from mpmanager.client import launching
from mpmanager.client.manager import ManagerClient
from mpmanager.model.errors import DaemonNotRunningError, MpmanagerError
from mpmanager.model.policy import Intent

NOT_FOUND = 127
NOT_EXECUTABLE = 126
"""As shells say it."""

_RULELESS = "With --multipath and nothing else it is started over many paths without that, and no rules hold."
_ABSENT = {errno.ENOENT, errno.ENOTDIR}


@click.command(
    short_help="Run a program under a rule of its own.",
    context_settings={"help_option_names": ["-h", "--help"], "allow_interspersed_args": False},
    epilog="""\b
Examples:
  mpm run -- ssh host                                 Multipath TCP, though ssh asks for TCP
  mpm run --trust only -- curl https://example.org    nothing of it on untrusted paths
  mpm run --trust handshake-strict -- ssh host        refused where no path is trusted
  mpm run --trust first:64kB -- firefox               the first 64 kB of each connection
  mpm run --trust only -- bash                        all that is started from this shell
  mpm run --wait 50ms -- ssh host                     another path helps what is 50 ms late
  mpm run --paths unmetered -- apt upgrade            no subflow on what costs
  mpm run --app org.example.Backup -- rsync ...       under the rules of that application

\b
Exit codes:
  that of the command; where it could not be started:
  126  it is no program that can be executed
  127  there is no such command
  and those of mpm where trust could not be had: see mpm --help
""",
)
@click.option(
    "--trust",
    type=option_value(read_trust),
    metavar="POLICY",
    help="What keeps to trusted paths: any (nothing), handshake, handshake-strict, first, first:16kB, first-strict, "
    "only. What holds for this shell if not said.",
)
@click.option(
    "--wait",
    type=option_value(read_wait_or_auto),
    metavar="WAIT",
    help="How long its data may wait before another path helps: 50ms, 0 (pool all), never, auto.",
)
@click.option(
    "--paths",
    type=option_value(read_paths),
    metavar="PATHS",
    help="The only paths for its subflows: names, kinds and roles, as in wlan0,kind:lte,trusted. Where a connection "
    "opens is left to routing; --trust says that.",
)
@click.option("--app", metavar="ID", help="Run it as this application: under its rules, and shown with it.")
@click.option(
    "--multipath/--no-multipath",
    default=None,
    help="Whether TCP sockets of the program, and of all that it starts, become Multipath TCP ones (default: they do).",
)
@click.option("-v", "--verbose", is_flag=True, help="Say on standard error what was done so that it uses many paths.")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED, metavar="COMMAND [ARGS]...")
@bus_command
def run(
    *,
    bus: Bus,
    trust: str | None,
    wait: Wait | Intent | None,
    paths: tuple[TierChoiceInfo, ...] | None,
    app: str | None,
    multipath: bool | None,
    verbose: bool,
    command: Sequence[str],
) -> None:
    """Run COMMAND in a cgroup of its own, under what is said here before it starts, with all that it starts.

    only lets nothing of it out on an untrusted path: TCP, UDP, DNS, whatever it is. handshake holds what opens a
    Multipath TCP connection, as it carries the keys; first holds the first bytes of each connection, too. With -strict
    a connection is refused where no path is trusted, rather than let go. What holds for the shell that mpm is started
    from goes on holding, and it lasts until the last program in there has ended.

    Its TCP sockets become Multipath TCP ones by a library that is loaded into it (LD_PRELOAD) and by GODEBUG, which
    programs in Go heed. Programs that are statically linked, or get rights of their own (set-uid), are not reached so;
    --verbose tells, and with --multipath it is told whenever that is so. With --multipath and no rule the command is
    started even where no mpmanagerd runs.

    mpm becomes the command: its terminal, signals and exit code are its own. Where trust cannot be enforced nothing is
    started.
    """
    options = ScopeOptions(
        trust=trust,
        wait_ms=None if isinstance(wait, Intent) else wait,
        intent=wait if isinstance(wait, Intent) else None,
        tiers=list(paths or ()),
        app=app,
    )
    _enter_scope(bus, options, command, needs_rules=options != ScopeOptions() or not multipath)
    _become(command, _environment_for(command, multipath=multipath, is_verbose=verbose))


def _enter_scope(bus: Bus, options: ScopeOptions, command: Sequence[str], *, needs_rules: bool) -> None:
    """Ends this program where that fails and the rules are needed."""
    try:
        is_simulated = ask(bus, lambda client: _enter(client, options))
    except DaemonNotRunningError as error:
        if needs_rules:
            _give_up(command, told(error, bus), error, hint=_RULELESS if options == ScopeOptions() else "")
        click.echo("mpm: mpmanagerd does not run: no rules hold for this program", err=True)
    except MpmanagerError as error:
        _give_up(command, str(error), error)
    else:
        if is_simulated:
            click.echo("mpm: the daemon simulates everything: nothing of this program is held back", err=True)


def _give_up(command: Sequence[str], reason: str, error: MpmanagerError, *, hint: str = "") -> NoReturn:
    click.echo("\n".join(each for each in (f"mpm: {reason}", hint, _without(command)) if each), err=True)
    sys.exit(exit_code(error))


async def _enter(client: ManagerClient, options: ScopeOptions) -> bool:
    """Have this process moved; returns whether that is so in a simulation only."""
    is_simulated = (await client.status()).simulated
    process = os.pidfd_open(os.getpid())
    try:
        await client.enter_scope(process, options)
    finally:
        os.close(process)
    return is_simulated


def _without(command: Sequence[str]) -> str:
    return f"Nothing was started. To run it where any path may be used:\n  {shlex.join(command)}"


def _environment_for(command: Sequence[str], *, multipath: bool | None, is_verbose: bool) -> Mapping[str, str]:
    """With Multipath TCP unless it is not wanted; whoever asks for it in so many words is told where it fails."""
    given = _environment()
    if multipath is False:
        if is_verbose:
            click.echo("mpm: plain TCP, unless the program itself asks for Multipath TCP", err=True)
        return launching.plain(given)
    prepared = launching.with_multipath(command, given)
    verdict = prepared.verdict
    if verdict.means:
        if is_verbose:
            click.echo(f"mpm: Multipath TCP: {verdict.sentence}", err=True)
    elif is_verbose or multipath:
        click.echo(f"mpm: no Multipath TCP for {command[0]}: {verdict.sentence}", err=True)
    return prepared.environment


def _become(command: Sequence[str], environment: Mapping[str, str]) -> NoReturn:
    _forget_python()
    try:
        os.execvpe(command[0], list(command), environment)  # noqa: S606  # the person's own command, without a shell
    except OSError as error:
        click.echo(f"mpm: {command[0]}: {_trouble(error)}", err=True)
        sys.exit(NOT_FOUND if error.errno in _ABSENT else NOT_EXECUTABLE)


def _trouble(error: OSError) -> str:
    return "there is no such command" if error.errno in _ABSENT else (error.strerror or str(error))


def _forget_python() -> None:
    """Signals that Python ignores would be ignored by the command, too."""
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)


def _environment() -> dict[str, str]:
    """As it was given to this program: Python adds LC_CTYPE where the locale is C (PEP 538)."""
    given = Path("/proc/self/environ").read_bytes().split(b"\0")
    is_added = not any(each.startswith(b"LC_CTYPE=") for each in given)
    return {name: value for name, value in os.environ.items() if not (is_added and name == "LC_CTYPE")}
