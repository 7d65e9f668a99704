"""Everything outside the daemon, behind its ports."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from mpmanager.model.clock import Moment
from mpmanager.ports.blackout import Blackout
from mpmanager.ports.cgroups import Cgroups
from mpmanager.ports.connections import ApplicationFinder, ConnectionTable, PathManager
from mpmanager.ports.directories import DirectoryWatch
from mpmanager.ports.enforcement import Enforcement
from mpmanager.ports.heartbeat import EchoRequests
from mpmanager.ports.host_names import HostNames
from mpmanager.ports.kernel import KernelTrials
from mpmanager.ports.multipath import MultipathHook, SocketUnits
from mpmanager.ports.network import LinkIdentification, NetworkObserver, RoutingTables
from mpmanager.ports.packets import PacketSource
from mpmanager.ports.probes import PathProbes
from mpmanager.ports.socket_options import SocketOptions
from mpmanager.ports.sysctls import Sysctls


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One set of ports: all on the kernel, or all in memory."""

    is_simulated: bool
    network: NetworkObserver
    routing: RoutingTables
    identification: LinkIdentification
    path_manager: PathManager
    connections: ConnectionTable
    echo: EchoRequests
    gateway_echo: EchoRequests
    """The same for people who ask, so that neither hears the answers of the other."""
    moment: Callable[[], Moment]
    probes: PathProbes
    kernel_trials: KernelTrials
    blackout: Blackout
    packets: PacketSource
    applications: ApplicationFinder
    cgroups: Cgroups
    enforcement: Enforcement
    host_names: HostNames
    sysctls: Sysctls
    options: SocketOptions
    multipath_hook: MultipathHook
    socket_units: SocketUnits
    watch: Callable[[Iterable[Path]], DirectoryWatch]
    """Of directories of the administrator, which are real in every world."""
    limits: Callable[[], list[str]]
    """What cannot be done here, as far as is known by now, one sentence each."""
    notes: Callable[[], list[str]]
    """What is not there and is done without."""

    async def close(self) -> None:
        """Let go of everything outside."""
        self.path_manager.close()
        self.connections.close()
        self.echo.close()
        self.gateway_echo.close()
        self.enforcement.close()
        self.host_names.close()
        self.options.close()
        await self.identification.close()
        await self.routing.close()
        await self.network.close()
