"""Chooses the world and the authority: the only place that knows all of them."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from mpmanager.api.bus import Bus, BusKind
from mpmanager.daemon.authority import OwnerAuthority
from mpmanager.daemon.world import World
from mpmanager.linux.applications import LinuxApplicationFinder
from mpmanager.linux.blackout import LinuxBlackout
from mpmanager.linux.cgroups import LinuxCgroups
from mpmanager.linux.clock import moment
from mpmanager.linux.echo import LinuxEchoRequests
from mpmanager.linux.enforcement import LinuxEnforcement
from mpmanager.linux.host_names import LinuxHostNames
from mpmanager.linux.identification import LinuxIdentification
from mpmanager.linux.kernel_trials import LinuxKernelTrials
from mpmanager.linux.mounts import cgroup_mount
from mpmanager.linux.mptcp_pm import LinuxPathManager
from mpmanager.linux.multipath_hook import LinuxMultipathHook
from mpmanager.linux.network import LinuxNetworkObserver
from mpmanager.linux.packets import LinuxPackets
from mpmanager.linux.path_probes import LinuxPathProbes
from mpmanager.linux.polkit import PolkitAuthority
from mpmanager.linux.routing import LinuxRoutingTables
from mpmanager.linux.service_manager import ServiceManager
from mpmanager.linux.sock_diag import LinuxConnectionTable
from mpmanager.linux.socket_options import LinuxSocketOptions
from mpmanager.linux.socket_units import LinuxSocketUnits, OthersSocketUnits
from mpmanager.linux.sysctls import LinuxSysctls
from mpmanager.ports.authority import Authority
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

_SYSTEM_SYSCTLS = Path("/etc/sysctl.d/60-mpmanager.conf")
"""See sysctl.d(5)."""


def linux_world(remembered_path_manager: Path, *, sysctl_file: Path | None) -> World:
    """The network namespace this process is in. Call it inside a running event loop.

    `sysctl_file` keeps settings of the kernel, for a namespace that is not the machine's own, or a daemon that is not
    the system's; None: where the system reads them when it starts.

    Raises:
        NotSupportedError: this kernel lacks something without which nothing works.
    """
    path_manager = LinuxPathManager(remembered=remembered_path_manager)
    connections = LinuxConnectionTable()
    identification = LinuxIdentification()
    return World(
        is_simulated=False,
        network=LinuxNetworkObserver(),
        routing=LinuxRoutingTables(),
        identification=identification,
        path_manager=path_manager,
        connections=connections,
        echo=LinuxEchoRequests(),
        gateway_echo=LinuxEchoRequests(),
        moment=moment,
        probes=LinuxPathProbes(path_manager),
        kernel_trials=LinuxKernelTrials(path_manager, connections),
        blackout=LinuxBlackout(),
        packets=LinuxPackets(),
        applications=LinuxApplicationFinder(),
        cgroups=LinuxCgroups(),
        enforcement=LinuxEnforcement(),
        host_names=LinuxHostNames(),
        sysctls=LinuxSysctls(sysctl_file or _SYSTEM_SYSCTLS, is_applied_at_boot=sysctl_file is None),
        options=LinuxSocketOptions(),
        multipath_hook=LinuxMultipathHook(),
        socket_units=LinuxSocketUnits() if sysctl_file is None else OthersSocketUnits(),
        limits=_limits,
        notes=lambda: [f"{source}: {reason}" for source, reason in identification.missing.items()],
    )


def _limits() -> list[str]:
    if cgroup_mount() is None:
        return ["cgroup v2 is not mounted: applications are recognised by their processes only"]
    return []


def simulated_world(*, clock: Callable[[], float] = time.monotonic) -> World:
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
        limits=lambda: ["everything shown is simulated: nothing of it exists outside this program"],
        notes=list,
    )


def authority_on(bus: Bus) -> Authority:
    """Who decides about callers on a bus. polkit knows those of the system's only."""
    owner = OwnerAuthority()
    return PolkitAuthority(without=owner) if bus.kind is BusKind.SYSTEM else owner


def service_manager() -> ServiceManager:
    """Whoever has started this process and wants to hear of it, if anybody; call it once."""
    return ServiceManager.of_environment(os.environ)
