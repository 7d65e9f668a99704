"""The command mpmanagerd."""

import asyncio
import faulthandler
import gc
import logging
import sys
from pathlib import Path

import click

from mpmanager.daemon.state_directory import lock_what_is_there, remembered_path_manager
from mpmanager.model.errors import MpmanagerError

_log = logging.getLogger("mpmanagerd")

_EXAMPLES = """\b
Examples:
  mpmanagerd                                   on the system bus, as root
  mpmanagerd --bus private:/run/user/0/mpm     on a bus of its own; use mpm --bus private:/run/user/0/mpm
  mpmanagerd --facts facts.toml                with what you know better about your links
  mpmanagerd --restore                         once it was killed: normal networking; trust stays in force
  mpmanagerd --release                         once it is stopped: hold nobody to trusted paths any more
"""


@click.command(epilog=_EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--bus",
    "bus_text",
    default="system",
    show_default=True,
    metavar="BUS",
    envvar="MPMANAGER_BUS",
    show_envvar=True,
    help="Where to be found: system, session, private:DIR (starts a bus of its own in DIR) or a D-Bus address.",
)
@click.option(
    "--facts",
    "facts_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A TOML file that states of what kind links are: [interface.NAME] with kind, network, security, gateway.",
)
@click.option(
    "--state",
    "state_directory",
    type=click.Path(path_type=Path),  # whatever is there, --restore works
    default=Path("/var/lib/mpmanager"),
    show_default=True,
    help="The directory that keeps decisions over restarts.",
)
@click.option(
    "--config",
    "config_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="How to run, as TOML; without it /etc/mpmanager/daemon.toml, where that is there and the bus is the system's.",
)
@click.option(
    "--metrics",
    "metrics",
    multiple=True,
    metavar="WHERE",
    help="Tell monitoring systems how it goes: unix:SOCKET (GET /metrics) or file:NAME.prom, written every 15 s; "
    "may be given more than once, and counts before the configuration file.",
)
@click.option("--simulate", is_flag=True, help="Show a world that exists in memory only; touches nothing.")
@click.option(
    "--restore",
    is_flag=True,
    help="Take back what a daemon that was killed has left behind of routes and settings, and end. Needs no state.",
)
@click.option(
    "--release",
    is_flag=True,
    help="The same, and lift what programs are held to.",
)
@click.option("--verbose", "-v", is_flag=True, help="Say more on standard error.")
@click.version_option(package_name="mpmanager", prog_name="mpmanagerd")
def main(
    *,
    bus_text: str,
    facts_file: Path | None,
    state_directory: Path,
    config_file: Path | None,
    metrics: tuple[str, ...],
    simulate: bool,
    restore: bool,
    release: bool,
    verbose: bool,
) -> None:
    """Manage the Multipath TCP connections of this network namespace.

    Needs root (CAP_NET_ADMIN). Ends on SIGTERM and SIGINT and then leaves routes and settings as they were, but for
    what mpm sysctl has set; connections stay, and what programs are held to goes on to hold, so that nothing leaks
    while nobody looks. --release lifts that.
    Started again after a crash it goes on where it was. Where it is not to be started again, --restore does what it
    had no time for; systemd does so by itself after each end.
    """
    logging.basicConfig(level=logging.DEBUG if verbose else logging.INFO, handlers=[log_handler()])
    logging.getLogger("asyncio").setLevel(logging.WARNING)
    faulthandler.enable()  # systemd's watchdog sends SIGABRT to what hangs
    try:
        if restore or release:
            asyncio.run(_clean_up(state_directory, is_releasing=release))
        else:
            _serve(bus_text, facts_file, state_directory, config_file, metrics, simulate=simulate)
    except MpmanagerError as error:
        _log.error("%s", error)  # a sentence for people; a traceback would hide it
        sys.exit(1)
    except Exception:  # noqa: BLE001  # the supervisor: everything was handed back on the way here
        _log.exception("ended by a fault of its own")
        sys.exit(1)


def log_handler() -> logging.Handler:
    """Writes on standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_PlainFormatter("mpmanagerd: %(message)s"))
    return handler


class _PlainFormatter(logging.Formatter):
    """Names that somebody else gave neither begin lines of their own nor mean anything to a terminal."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # logging's name
        record.message = "".join(each if each.isprintable() else f"\\x{ord(each):02x}" for each in record.message)
        return super().formatMessage(record)


async def _clean_up(state_directory: Path, *, is_releasing: bool) -> None:
    """Undo what a daemon has left here, be it that it was killed.

    Raises:
        NotSupportedError, StateFileError: a daemon is at work here, or the rights are missing.
        CommandRefusedError: the kernel refused something.
    """
    # Of all the daemon this alone is loaded: systemd waits for it before it starts the next one.
    from mpmanager.linux.leftovers import release, restore  # noqa: PLC0415  # see above

    with lock_what_is_there(state_directory):
        await (release if is_releasing else restore)(remembered_path_manager(state_directory))
    trust = "no program is held to trusted paths any more" if is_releasing else "trust stays in force"
    _log.info("routes and settings are as they were, and %s", trust)


def _serve(
    bus_text: str,
    facts_file: Path | None,
    state_directory: Path,
    config_file: Path | None,
    metrics: tuple[str, ...],
    *,
    simulate: bool,
) -> None:
    """Run until told to stop.

    Raises:
        MpmanagerError: that is not possible here, or came to an end.
    """
    # Loading takes most of the time of a start; --help, --version and --restore do without. Nothing that is loaded ever
    # goes again: looking for that took a tenth of that time, and would take its share again and again.
    gc.disable()
    from mpmanager.linux.head_start import HeadStart  # noqa: PLC0415  # see above

    head_start = None if simulate else HeadStart()
    from mpmanager.api.bus import parse_bus  # noqa: PLC0415  # see above
    from mpmanager.daemon.configuration import configuration_for  # noqa: PLC0415  # same
    from mpmanager.daemon.serving import serve  # noqa: PLC0415  # same
    from mpmanager.daemon.state import StateDirectory  # noqa: PLC0415  # same
    from mpmanager.model.facts import NO_FACTS  # noqa: PLC0415  # same

    gc.freeze()
    gc.enable()
    bus, facts = parse_bus(bus_text), NO_FACTS
    if facts_file:
        from mpmanager.daemon.facts import read_facts  # noqa: PLC0415  # same, and few have such a file

        facts = read_facts(facts_file)
    configuration = configuration_for(bus, config_file, metrics)
    with StateDirectory(state_directory) as state:
        asyncio.run(serve(bus, facts, state, configuration, head_start=head_start))
