"""The command mpmanagerd."""

import asyncio
import logging
import os
import signal
import sys
from contextlib import ExitStack
from pathlib import Path

import click

from mpmanager.api.bus import Bus, BusKind, parse_bus
from mpmanager.daemon.compose import authority_on, linux_world, simulated_world
from mpmanager.daemon.facts import read_facts
from mpmanager.daemon.manager import Manager
from mpmanager.daemon.private_bus import PrivateBus
from mpmanager.daemon.service import Service
from mpmanager.daemon.state import StateDirectory
from mpmanager.model.errors import MpmanagerError
from mpmanager.model.facts import NO_FACTS, Facts

_log = logging.getLogger("mpmanagerd")

_EXAMPLES = """\b
Examples:
  mpmanagerd                                   on the system bus, as root
  mpmanagerd --bus private:/run/user/0/mpm     on a bus of its own; use mpm --bus private:/run/user/0/mpm
  mpmanagerd --facts facts.toml                with what you know better about your links
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
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("/var/lib/mpmanager"),
    show_default=True,
    help="The directory that keeps decisions over restarts.",
)
@click.option("--simulate", is_flag=True, help="Show a world that exists in memory only; touches nothing.")
@click.option(
    "--release",
    is_flag=True,
    help="Lift all that is in force, also what a daemon that was killed has left behind, and end.",
)
@click.option("--verbose", "-v", is_flag=True, help="Say more on standard error.")
@click.version_option(package_name="mpmanager", prog_name="mpmanagerd")
def main(
    *, bus_text: str, facts_file: Path | None, state_directory: Path, simulate: bool, release: bool, verbose: bool
) -> None:
    """Manage the Multipath TCP connections of this network namespace.

    Needs root (CAP_NET_ADMIN). Ends on SIGTERM and SIGINT and then leaves routes and settings as they were, but for
    what mpm sysctl has set; connections stay, and what programs are held to goes on to hold, so that nothing leaks
    while nobody looks. --release lifts that.
    Started again after a crash it goes on where it was.
    """
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO, format="mpmanagerd: %(message)s", stream=sys.stderr
    )
    logging.getLogger("asyncio").setLevel(logging.WARNING)
    try:
        bus = parse_bus(bus_text)
        facts = read_facts(facts_file) if facts_file else NO_FACTS
        with StateDirectory(state_directory) as state:
            asyncio.run(_release(bus, state) if release else _serve(bus, facts, state, simulate=simulate))
    except MpmanagerError as error:
        _log.error("%s", error)  # a sentence for people; a traceback would hide it
        sys.exit(1)
    except Exception:  # noqa: BLE001  # the supervisor: everything was handed back on the way here
        _log.exception("ended by a fault of its own")
        sys.exit(1)


async def _release(bus: Bus, state: StateDirectory) -> None:
    """Undo what a daemon has left in force here, be it that it was killed.

    Raises:
        NotSupportedError: a daemon is at work here, or the rights are missing.
        CommandRefusedError: the kernel refused something.
    """
    world = linux_world(state.remembered_path_manager, sysctl_file=_sysctl_file(bus, state))
    try:
        world.path_manager.take_over()
        world.path_manager.hand_back()
        await world.routing.clear()
        world.enforcement.clear()
    finally:
        await world.close()
    _log.info("released; no program is held to trusted paths any more")


async def _serve(bus: Bus, facts: Facts, state: StateDirectory, *, simulate: bool) -> None:
    """Run until told to stop."""
    world = (
        simulated_world()
        if simulate
        else linux_world(state.remembered_path_manager, sysctl_file=_sysctl_file(bus, state))
    )
    manager = Manager(world, facts=facts, state=state)
    authority = authority_on(bus)
    service = Service(manager, authority)
    with ExitStack() as stack:
        stack.callback(authority.close)
        if bus.kind is BusKind.PRIVATE and bus.directory is not None:
            stack.enter_context(PrivateBus(bus.directory, owner=os.getuid()))
        await service.connect(bus)
        stack.callback(service.close)
        await _until_told(manager, service, bus)


async def _until_told(manager: Manager, service: Service, bus: Bus) -> None:
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    tasks = {
        asyncio.create_task(manager.run(ready=lambda: _log.info("ready on the bus %s%s", bus, _hint(bus)))),
        asyncio.create_task(service.wait_until_gone()),
        asyncio.create_task(told.wait()),
    }
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise _first_of(result)
    _log.info("stopped; routes and settings are as they were, and trust stays in force (--release lifts it)")


def _sysctl_file(bus: Bus, state: StateDirectory) -> Path | None:
    """Where this daemon keeps settings of the kernel; None: where the system reads them when it starts.

    That is for the system's own daemon alone: settings belong to a network namespace, and the machine's is that of its
    first process.
    """
    return None if bus.kind is BusKind.SYSTEM and _is_in_first_namespace() else state.own_sysctl_file


def _is_in_first_namespace() -> bool:
    try:
        return Path("/proc/self/ns/net").samefile("/proc/1/ns/net")
    except OSError:  # whoever may not look there may not set anything either
        return False


def _hint(bus: Bus) -> str:
    return f"; look with: mpm --bus {bus} paths" if bus.kind is BusKind.PRIVATE else ""


def _first_of(error: Exception) -> Exception:
    """What a task group wraps."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error
