"""The daemon's life on a bus, from its start until it is told to end."""

import asyncio
import logging
import os
import signal
import time
from contextlib import ExitStack
from pathlib import Path

from mpmanager.api.bus import Bus, BusKind
from mpmanager.daemon.compose import authority_on, linux_world, service_manager, simulated_world
from mpmanager.daemon.configuration import Configuration
from mpmanager.daemon.liveness import Liveness
from mpmanager.daemon.manager import Manager
from mpmanager.daemon.service import Service
from mpmanager.daemon.state import StateDirectory
from mpmanager.linux.head_start import HeadStart
from mpmanager.linux.own_rights import give_up_rights
from mpmanager.model.facts import Facts

_log = logging.getLogger("mpmanagerd")


async def serve(
    bus: Bus, facts: Facts, state: StateDirectory, configuration: Configuration, *, head_start: HeadStart | None
) -> None:
    """Run until told to stop, in the world for which programs are being loaded, or without one in a simulated world."""
    world = (
        simulated_world()
        if head_start is None
        else linux_world(state.remembered_path_manager, sysctl_file=_sysctl_file(bus, state), head_start=head_start)
    )
    manager = Manager(world, facts=facts, state=state, configuration=configuration)
    liveness = Liveness(service_manager(), clock=time.monotonic, status=manager.sentence)
    authority = authority_on(bus)
    service = Service(manager, authority)
    with ExitStack() as stack:
        stack.callback(authority.close)
        if bus.kind is BusKind.PRIVATE and bus.directory is not None:
            from mpmanager.daemon.private_bus import PrivateBus  # noqa: PLC0415  # the system's daemon never needs it

            stack.enter_context(PrivateBus(bus.directory, owner=os.getuid()))
        if head_start is not None:
            give_up_rights()
        await service.connect(bus)
        stack.callback(service.close)
        await _until_told(manager, service, bus, liveness)


async def _until_told(manager: Manager, service: Service, bus: Bus, liveness: Liveness) -> None:
    def ready() -> None:
        service.open()
        _log.info("ready on the bus %s%s", bus, _hint(bus))
        liveness.ready()

    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    tasks = {
        asyncio.create_task(manager.run(ready=ready, progressed=liveness.progressed)),
        asyncio.create_task(service.wait_until_gone()),
        asyncio.create_task(told.wait()),
    }
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        liveness.stopping()
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
