"""Chooses the world and the authority: the only place that knows all of them."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from mpmanager.api.bus import Bus, BusKind
from mpmanager.daemon.authority import OwnerAuthority
from mpmanager.daemon.world import World
from mpmanager.linux.applications import LinuxApplicationFinder
from mpmanager.linux.blackout import LinuxBlackout
from mpmanager.linux.cgroups import LinuxCgroups
from mpmanager.linux.clock import moment
from mpmanager.linux.directory_watch import LinuxDirectoryWatch
from mpmanager.linux.echo import LinuxEchoRequests
from mpmanager.linux.enforcement import LinuxEnforcement
from mpmanager.linux.head_start import HeadStart
from mpmanager.linux.host_names import LinuxHostNames
from mpmanager.linux.identification import LinuxIdentification
from mpmanager.linux.kernel_trials import LinuxKernelTrials
from mpmanager.linux.mounts import cgroup_mount
from mpmanager.linux.mptcp_pm import LinuxPathManager
from mpmanager.linux.multipath_hook import LinuxMultipathHook
from mpmanager.linux.network import LinuxNetworkObserver
from mpmanager.linux.object_files import ENDS, FENCE, OPTIONS
from mpmanager.linux.packets import LinuxPackets
from mpmanager.linux.polkit import PolkitAuthority
from mpmanager.linux.routing import LinuxRoutingTables
from mpmanager.linux.service_manager import ServiceManager
from mpmanager.linux.sock_diag import LinuxConnectionTable
from mpmanager.linux.socket_options import LinuxSocketOptions
from mpmanager.linux.socket_units import LinuxSocketUnits, OthersSocketUnits
from mpmanager.linux.sysctls import LinuxSysctls
from mpmanager.model.diagnosis import Hop, Probe, ProbeWishes
from mpmanager.model.names import IPAddress
from mpmanager.model.path import Path as NetworkPath
from mpmanager.ports.authority import Authority
from mpmanager.ports.connections import PathManager
from mpmanager.ports.probes import PathProbes

_SYSTEM_SYSCTLS = Path("/etc/sysctl.d/60-mpmanager.conf")
"""See sysctl.d(5)."""


def linux_world(remembered_path_manager: Path, *, sysctl_file: Path | None, head_start: HeadStart) -> World:
    """The network namespace this process is in. Call it inside a running event loop.

    `sysctl_file` keeps settings of the kernel, for a namespace that is not the machine's own, or a daemon that is not
    the system's; None: where the system reads them when it starts.

    Raises:
        NotSupportedError: this kernel lacks something without which nothing works.
    """
    path_manager = LinuxPathManager(remembered=remembered_path_manager)
    loaded = head_start.trials()
    connections = LinuxConnectionTable(ends=loaded[ENDS].loaded)
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
        probes=_ProbesOnDemand(path_manager),
        kernel_trials=LinuxKernelTrials(path_manager, connections),
        blackout=LinuxBlackout(),
        packets=LinuxPackets(),
        applications=LinuxApplicationFinder(),
        cgroups=LinuxCgroups(),
        enforcement=LinuxEnforcement(ahead=loaded[FENCE]),
        host_names=LinuxHostNames(),
        sysctls=LinuxSysctls(sysctl_file or _SYSTEM_SYSCTLS, is_applied_at_boot=sysctl_file is None),
        options=LinuxSocketOptions(ahead=loaded[OPTIONS].loaded),
        multipath_hook=LinuxMultipathHook(),
        socket_units=LinuxSocketUnits() if sysctl_file is None else OthersSocketUnits(),
        watch=LinuxDirectoryWatch,
        limits=_limits,
        notes=lambda: [f"{source}: {reason}" for source, reason in identification.missing.items()],
    )


class _ProbesOnDemand:
    """PathProbes that are loaded when somebody asks: with DNS and HTTP they would be a sixth of the daemon's start."""

    def __init__(self, path_manager: PathManager) -> None:
        self._path_manager = path_manager

    async def probe(
        self, path: NetworkPath, wishes: ProbeWishes, *, others: Sequence[NetworkPath] = ()
    ) -> tuple[Probe, ...]:
        return await self._loaded().probe(path, wishes, others=others)

    async def trace(self, path: NetworkPath, destination: IPAddress) -> tuple[Hop, ...]:
        return await self._loaded().trace(path, destination)

    def _loaded(self) -> PathProbes:
        from mpmanager.linux.path_probes import LinuxPathProbes  # noqa: PLC0415  # see above

        return LinuxPathProbes(self._path_manager)


def _limits() -> list[str]:
    if cgroup_mount() is None:
        return ["cgroup v2 is not mounted: applications are recognised by their processes only"]
    return []


def simulated_world(*, clock: Callable[[], float] = time.monotonic) -> World:
    """A world that exists in memory only; `clock` gives seconds, in which it goes on."""
    from mpmanager.daemon.simulation import world_in_memory  # noqa: PLC0415  # of no use to a real daemon's start

    return world_in_memory(clock=clock)


def authority_on(bus: Bus) -> Authority:
    """Who decides about callers on a bus. polkit knows those of the system's only."""
    owner = OwnerAuthority()
    return PolkitAuthority(without=owner) if bus.kind is BusKind.SYSTEM else owner


def service_manager() -> ServiceManager:
    """Whoever has started this process and wants to hear of it, if anybody; call it once."""
    return ServiceManager.of_environment(os.environ)
