"""A world in memory, put together: for machines that refuse namespaces, and for tests of the bus."""

import time
from collections.abc import Callable

import psutil

from mpmanager.daemon.world import World
from mpmanager.linux.directory_watch import LinuxDirectoryWatch
from mpmanager.simulated.blackout import SimulatedBlackout
from mpmanager.simulated.cgroups import SimulatedCgroups
from mpmanager.simulated.clock import simulated_clock
from mpmanager.simulated.enforcement import SimulatedEnforcement
from mpmanager.simulated.host_names import SimulatedHostNames
from mpmanager.simulated.kernel_trials import SimulatedKernelTrials
from mpmanager.simulated.multipath import SimulatedMultipathHook, SimulatedSocketUnits
from mpmanager.simulated.packets import SimulatedPackets
from mpmanager.simulated.path_probes import SimulatedPathProbes
from mpmanager.simulated.socket_options import SimulatedSocketOptions
from mpmanager.simulated.sysctls import SimulatedSysctls
from mpmanager.simulated.world import (
    SimulatedConnections,
    SimulatedEchoRequests,
    SimulatedIdentification,
    SimulatedLaptop,
    SimulatedNetwork,
    SimulatedPathManager,
    SimulatedRouting,
)


def world_in_memory(*, clock: Callable[[], float] = time.monotonic) -> World:
    """A world that exists in memory only; `clock` gives seconds, in which it goes on."""
    laptop = SimulatedLaptop(clock=clock)
    connections = SimulatedConnections(laptop)
    return World(
        is_simulated=True,
        network=SimulatedNetwork(laptop),
        routing=SimulatedRouting(),
        identification=SimulatedIdentification(),
        path_manager=SimulatedPathManager(laptop),
        connections=connections,
        echo=SimulatedEchoRequests(laptop),
        gateway_echo=SimulatedEchoRequests(laptop),
        moment=simulated_clock(clock),
        probes=SimulatedPathProbes(laptop),
        kernel_trials=SimulatedKernelTrials(),
        blackout=SimulatedBlackout(laptop),
        packets=SimulatedPackets(),
        applications=connections,
        cgroups=SimulatedCgroups(is_running=psutil.pid_exists),
        enforcement=SimulatedEnforcement(),
        host_names=SimulatedHostNames(),
        sysctls=SimulatedSysctls(),
        options=SimulatedSocketOptions(),
        multipath_hook=SimulatedMultipathHook(),
        socket_units=SimulatedSocketUnits(),
        watch=LinuxDirectoryWatch,
        limits=lambda: ["everything shown is simulated: nothing of it exists outside this program"],
        notes=list,
    )
