"""A laptop with three networks and some programs that exists in memory only.

It is deterministic: what is shown depends on the time since its beginning and on nothing else. Joins are answered after
a round trip, backup subflows carry nothing while a normal one stands, and once a minute the Wi-Fi is gone for ten
seconds.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from errno import EADDRINUSE, EADDRNOTAVAIL, EINVAL, ESRCH
from ipaddress import ip_address

from mpmanager.model.connection import (
    UNKNOWN_APPLICATION,
    Application,
    ConnectionSample,
    Endpoint,
    FourTuple,
    ProcessKey,
    Snapshot,
    SubflowEnd,
    SubflowSample,
    TcpState,
)
from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.errors import CommandRefusedError, ConnectionGoneError
from mpmanager.model.heartbeat import Beat
from mpmanager.model.names import AddressId, IPAddress, LinkName, Token
from mpmanager.model.network import (
    DefaultRoute,
    Link,
    LinkAddress,
    LinkHint,
    LinkHints,
    Neighbour,
    NetworkState,
    RoutingPlan,
)
from mpmanager.model.path import InterfaceAddress, KindSource, LinkCounters, PathKind, Security
from mpmanager.model.pathmanager import (
    AnnounceAddress,
    Command,
    CreateSubflow,
    DestroySubflow,
    EventListener,
    KernelEndpoint,
    KernelEvent,
    SetBackup,
    SubflowClosed,
    SubflowEstablished,
    WithdrawAddress,
)
from mpmanager.model.progress import Progress, SubflowVitals

OUTAGE_PERIOD_S = 60.0
OUTAGE_BEGINS_S = 30.0
OUTAGE_S = 10.0

_STEP_S = 0.1
_ETHERNET = 1
_BITS_PER_BYTE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _SimulatedLink:
    index: int
    name: LinkName
    kind: PathKind
    network: str
    security: Security | None
    address: str
    gateway: str
    router: str
    """The gateway's link address."""
    rtt_ms: float
    rate_bit_s: float


_LINKS = (
    _SimulatedLink(
        index=2,
        name=LinkName("wlan0"),
        kind=PathKind.WIFI,
        network="Home",
        security=Security.WPA2,
        address="192.0.2.10",
        gateway="192.0.2.1",
        router="00:00:5e:00:53:01",
        rtt_ms=12.0,
        rate_bit_s=20e6,
    ),
    _SimulatedLink(
        index=3,
        name=LinkName("wwan0"),
        kind=PathKind.LTE,
        network="Operator",
        security=None,
        address="198.51.100.10",
        gateway="198.51.100.1",
        router="00:00:5e:00:53:02",
        rtt_ms=45.0,
        rate_bit_s=12e6,
    ),
    _SimulatedLink(
        index=4,
        name=LinkName("dsl0"),
        kind=PathKind.XDSL,
        network="Line",
        security=None,
        address="203.0.113.10",
        gateway="203.0.113.1",
        router="00:00:5e:00:53:03",
        rtt_ms=28.0,
        rate_bit_s=8e6,
    ),
)
_PREFIX_LENGTH = 24
_USER, _NOBODY = 1000, 65534
_PROGRAMS = (("firefox", 6e6, _USER), ("thunderbird", 0.2e6, _USER), ("ssh", 0.02e6, _USER), ("backup", 3e6, _NOBODY))
"""What runs, what it would like to receive in bits per second, and whose it is."""
_SERVER = ip_address("198.18.0.200")
"""For documentation and benchmarks (RFC 5737, 2544, 7042): nothing here can be mistaken for somebody's network."""


@dataclass(slots=True, kw_only=True)
class _SimulatedSubflow:
    link: _SimulatedLink
    local_id: AddressId
    is_backup: bool
    tx_bytes: float = 0.0
    rx_bytes: float = 0.0


@dataclass(slots=True, kw_only=True)
class _SimulatedConnection:
    token: Token
    program: int
    wanted_bit_s: float
    flow: FourTuple
    subflows: dict[FourTuple, _SimulatedSubflow] = field(default_factory=dict)
    announced: set[AddressId] = field(default_factory=set)
    tx_bytes: float = 0.0
    rx_bytes: float = 0.0


class SimulatedLaptop:
    """The world's state. `clock` gives seconds; the world begins when it is made."""

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began = clock()
        self._updated = 0.0
        self._carried: dict[LinkName, list[float]] = {link.name: [0.0, 0.0] for link in _LINKS}
        self.away: LinkName | None = None
        """A link on which nothing passes, although it is up."""
        self.connections = {each.token: each for each in _first_connections()}

    @property
    def elapsed_s(self) -> float:
        return self._clock() - self._began

    def is_up(self, link: _SimulatedLink) -> bool:
        """Whether a link has carrier now."""
        since = self.elapsed_s % OUTAGE_PERIOD_S
        return link is not _LINKS[0] or not OUTAGE_BEGINS_S <= since < OUTAGE_BEGINS_S + OUTAGE_S

    def rtt_ms(self, name: LinkName) -> float:
        """Of a link, there and back."""
        return next((each.rtt_ms for each in _LINKS if each.name == name), 0.0)

    def catch_up(self) -> None:
        """Let the traffic flow that is due since the last call, in steps."""
        while self._updated + _STEP_S <= self.elapsed_s:
            self._updated += _STEP_S
            for connection in self.connections.values():
                self._move(connection)

    def counters(self) -> dict[int, LinkCounters]:
        self.catch_up()
        return {
            link.index: LinkCounters(
                tx_bytes=int(self._carried[link.name][0]), rx_bytes=int(self._carried[link.name][1])
            )
            for link in _LINKS
        }

    def _move(self, connection: _SimulatedConnection) -> None:
        living = (each for each in connection.subflows.values() if self.is_up(each.link))
        usable = [each for each in living if each.link.name != self.away]
        carriers = [each for each in usable if not each.is_backup] or usable
        wave = 1.0 + 0.5 * math.sin(self._updated / 3.0 + connection.program)
        wanted = connection.wanted_bit_s * wave * _STEP_S / _BITS_PER_BYTE
        capacity = sum(each.link.rate_bit_s for each in carriers)
        for each in carriers:
            rx_bytes = wanted * each.link.rate_bit_s / capacity
            tx_bytes = rx_bytes / 20
            each.rx_bytes += rx_bytes
            each.tx_bytes += tx_bytes
            connection.rx_bytes += rx_bytes
            connection.tx_bytes += tx_bytes
            self._carried[each.link.name][0] += tx_bytes
            self._carried[each.link.name][1] += rx_bytes


def _first_connections() -> list[_SimulatedConnection]:
    connections = []
    for number, (_name, wanted_bit_s, _uid) in enumerate(_PROGRAMS):
        link = _LINKS[0]
        flow = FourTuple(Endpoint(ip_address(link.address), 40000 + number), Endpoint(_SERVER, 443))
        connection = _SimulatedConnection(
            token=Token(0x10000001 + number), program=number, wanted_bit_s=wanted_bit_s, flow=flow
        )
        connection.subflows[flow] = _SimulatedSubflow(link=link, local_id=AddressId(0), is_backup=False)
        connections.append(connection)
    return connections


class SimulatedNetwork:
    """Observer and identification of the simulated laptop."""

    def __init__(self, laptop: SimulatedLaptop) -> None:
        self._laptop = laptop

    async def observe(self) -> NetworkState:
        up = [link for link in _LINKS if self._laptop.is_up(link)]
        return NetworkState(
            links=tuple(
                Link(
                    index=link.index,
                    name=link.name,
                    is_enabled=True,
                    has_carrier=link in up,
                    hardware_type=_ETHERNET,
                    driver_kind=None,
                    master_index=None,
                )
                for link in _LINKS
            ),
            addresses=tuple(
                LinkAddress(
                    link_index=link.index,
                    address=InterfaceAddress(address=ip_address(link.address), prefix_length=_PREFIX_LENGTH),
                    is_temporary=False,
                )
                for link in up
            ),
            default_routes=tuple(
                DefaultRoute(
                    link_index=link.index, version=4, gateway=ip_address(link.gateway), metric=100 * link.index
                )
                for link in up
            ),
            neighbours=tuple(
                Neighbour(link_index=link.index, address=ip_address(link.gateway), link_address=link.router)
                for link in up
            ),
        )

    async def changes(self) -> AsyncIterator[None]:
        before = [self._laptop.is_up(link) for link in _LINKS]
        while True:
            await asyncio.sleep(_STEP_S)
            now = [self._laptop.is_up(link) for link in _LINKS]
            if now != before:
                before = now
                yield

    async def counters(self) -> Mapping[int, LinkCounters]:
        return self._laptop.counters()

    async def close(self) -> None:
        """Nothing is held."""


class SimulatedIdentification:
    """Knows every simulated link."""

    async def hints(self, links: Sequence[Link]) -> LinkHints:
        known = {link.name: (_hint(link),) for link in _LINKS}
        return {each.name: known.get(each.name, ()) for each in links}

    async def changes(self) -> AsyncIterator[None]:
        """Never."""
        await asyncio.Event().wait()
        yield

    async def close(self) -> None:
        """Nothing is held."""


def _hint(link: _SimulatedLink) -> LinkHint:
    return LinkHint(source=KindSource.KERNEL, kind=link.kind, network=link.network, security=link.security)


class SimulatedRouting:
    """Holds the plan it was given."""

    def __init__(self) -> None:
        self.plan = RoutingPlan()

    async def apply(self, plan: RoutingPlan) -> None:
        self.plan = plan

    async def clear(self) -> None:
        self.plan = RoutingPlan()

    async def close(self) -> None:
        """Nothing is held."""


class SimulatedPathManager:
    """Does what it is told to the simulated connections."""

    def __init__(self, laptop: SimulatedLaptop) -> None:
        self._laptop = laptop
        self._current = "kernel"
        self._deliver: Callable[[KernelEvent], None] | None = None

    def take_over(self) -> None:
        self._current = "userspace"

    def hand_back(self) -> None:
        self._current = "kernel"

    def current(self) -> str:
        return self._current

    def other_listeners(self) -> tuple[EventListener, ...]:
        return ()

    def kernel_endpoints(self) -> tuple[KernelEndpoint, ...]:
        return ()

    def listen(self, deliver: Callable[[KernelEvent], None], lost: Callable[[], None]) -> None:  # noqa: ARG002  # nothing is ever lost here
        self._deliver = deliver

    def has_news(self) -> bool:
        return False  # all is delivered as it happens

    def execute(self, command: Command) -> None:
        connection = self._laptop.connections.get(command.token)
        if connection is None:
            raise ConnectionGoneError(f"{type(command).__name__}: invalid token", errno=EINVAL)
        self._laptop.catch_up()
        match command:
            case CreateSubflow():
                self._join(connection, command)
            case DestroySubflow() | SetBackup() if command.flow not in connection.subflows:
                raise CommandRefusedError(f"{type(command).__name__}: no such subflow", errno=ESRCH)
            case DestroySubflow():
                self._drop(connection, command.flow)
            case SetBackup():
                connection.subflows[command.flow].is_backup = command.is_backup
            case AnnounceAddress():
                connection.announced.add(command.local_id)
            case WithdrawAddress():
                self._withdraw(connection, command)

    def close(self) -> None:
        self._deliver = None

    def _join(self, connection: _SimulatedConnection, command: CreateSubflow) -> None:
        link = next((link for link in _LINKS if ip_address(link.address) == command.local.address), None)
        if link is None:
            raise CommandRefusedError("CreateSubflow: cannot assign requested address", errno=EADDRNOTAVAIL)
        if command.flow in connection.subflows:
            raise CommandRefusedError("CreateSubflow: address already in use", errno=EADDRINUSE)
        asyncio.get_running_loop().call_later(link.rtt_ms / 1000, self._establish, connection, command, link)

    def _establish(self, connection: _SimulatedConnection, command: CreateSubflow, link: _SimulatedLink) -> None:
        if self._deliver is None or not self._laptop.is_up(link):
            return
        connection.subflows[command.flow] = _SimulatedSubflow(
            link=link, local_id=command.local_id, is_backup=command.is_backup
        )
        self._deliver(
            SubflowEstablished(
                token=command.token,
                flow=command.flow,
                local_id=command.local_id,
                remote_id=AddressId(0),
                is_backup_there=False,
            )
        )

    def _withdraw(self, connection: _SimulatedConnection, command: WithdrawAddress) -> None:
        """The peer drops the subflows that use the address, a round trip later."""
        users = [flow for flow, each in connection.subflows.items() if each.local_id == command.local_id]
        if not users and command.local_id not in connection.announced:
            raise CommandRefusedError("WithdrawAddress: address with specified id not found", errno=EINVAL)
        connection.announced.discard(command.local_id)
        for flow in users:
            rtt_s = connection.subflows[flow].link.rtt_ms / 1000
            asyncio.get_running_loop().call_later(rtt_s, self._drop, connection, flow)

    def _drop(self, connection: _SimulatedConnection, flow: FourTuple) -> None:
        subflow = connection.subflows.pop(flow, None)
        if subflow is not None:
            closed = SubflowClosed(token=connection.token, flow=flow, local_id=subflow.local_id, remote_id=AddressId(0))
            asyncio.get_running_loop().call_soon(self._tell, closed)

    def _tell(self, event: KernelEvent) -> None:
        if self._deliver is not None:
            self._deliver(event)


class SimulatedConnections:
    """Shows the simulated connections and whose they are."""

    def __init__(self, laptop: SimulatedLaptop) -> None:
        self._laptop = laptop

    def snapshot(self) -> Snapshot:
        self._laptop.catch_up()
        connections = self._laptop.connections.values()
        return Snapshot(
            tuple(_connection(each) for each in connections),
            tuple(_subflow(each, flow) for each in connections for flow in each.subflows),
        )

    def connection(self, token: Token) -> ConnectionSample | None:
        connection = self._laptop.connections.get(token)
        return _connection(connection) if connection else None

    def subflow(self, flow: FourTuple, *, interface_index: int = 0) -> SubflowSample | None:  # noqa: ARG002  # the port's
        for connection in self._laptop.connections.values():
            if flow in connection.subflows:
                return _subflow(connection, flow)
        return None

    def progress(self, tokens: Collection[Token]) -> list[Progress]:
        self._laptop.catch_up()
        found = (self._laptop.connections.get(token) for token in tokens)
        return [
            Progress(each.token, int(each.tx_bytes), int(each.tx_bytes), int(each.rx_bytes))
            for each in found
            if each is not None
        ]

    def vitals(self, flow: FourTuple, *, interface_index: int = 0) -> SubflowVitals | None:  # noqa: ARG002  # the port's
        for connection in self._laptop.connections.values():
            if flow in connection.subflows:
                return _vitals(flow, connection.subflows[flow])
        return None

    def plain_connections(self, *, local: Collection[IPAddress] | None = None) -> list[ProcessKey]:  # noqa: ARG002  # the port's
        """All simulated programs use Multipath TCP."""
        return []

    def listen(
        self, deliver: Callable[[SubflowEnd], None], lost: Callable[[], None], *, root: CgroupPath | None = None
    ) -> None:
        """Simulated connections never end."""

    def close(self) -> None:
        """Nothing is held."""

    def find(self, owners: Sequence[ProcessKey]) -> list[Application]:
        """The simulated programs behind sockets (the application finder's port)."""
        return [_program(each) for each in owners]

    def cgroup(self, owner: ProcessKey) -> str | None:
        """Where a simulated program is."""
        return _program(owner).cgroup


class SimulatedEchoRequests:
    """The simulated server and the gateways answer every beat, a round trip later."""

    def __init__(self, laptop: SimulatedLaptop) -> None:
        self._laptop = laptop
        self._deliver: Callable[[Beat], None] | None = None

    def listen(self, deliver: Callable[[Beat], None]) -> None:
        self._deliver = deliver

    def send(self, beat: Beat) -> None:
        link = next((each for each in _LINKS if each.index == beat.interface_index), None)
        is_known = (
            link is not None
            and ip_address(link.address) == beat.local
            and beat.peer in {_SERVER, ip_address(link.gateway)}
        )
        if self._deliver is not None and link is not None and is_known and self._laptop.is_up(link):
            asyncio.get_running_loop().call_later(link.rtt_ms / 1000, self._answer, beat, link)

    def close(self) -> None:
        self._deliver = None

    def _answer(self, beat: Beat, link: _SimulatedLink) -> None:
        if self._deliver is not None and self._laptop.is_up(link):
            self._deliver(beat)


def _connection(connection: _SimulatedConnection) -> ConnectionSample:
    return ConnectionSample(
        connection.token,
        connection.flow,
        TcpState.ESTABLISHED,
        ProcessKey(connection.program + 1, _PROGRAMS[connection.program][2], 0),
        is_fallback=False,
        tx_bytes=int(connection.tx_bytes),
        rx_bytes=int(connection.rx_bytes),
        tx_written=int(connection.tx_bytes),
    )


def _vitals(flow: FourTuple, subflow: _SimulatedSubflow) -> SubflowVitals:
    rtt_s = subflow.link.rtt_ms / 1000
    return SubflowVitals(
        flow=flow,
        state=TcpState.ESTABLISHED,
        is_backup_there=False,
        rtt_s=rtt_s,
        min_rtt_s=rtt_s,
        receiver_rtt_s=rtt_s,
        silent_s=0.0,
        unacknowledged=0,
        in_flight_bytes=0,
        unsent_bytes=0,
        delivery_rate_byte_s=int(subflow.link.rate_bit_s) // _BITS_PER_BYTE,
        acknowledged_bytes=int(subflow.tx_bytes),
        received_segments=0,
        out_of_order_packets=0,
        delivered=0,
        delivered_ce=0,
        data_segs_out=0,
        total_retrans=0,
    )


def _program(owner: ProcessKey) -> Application:
    if not 0 < owner.inode <= len(_PROGRAMS):
        return UNKNOWN_APPLICATION
    name = _PROGRAMS[owner.inode - 1][0]
    return Application(
        id=f"exe:/usr/bin/{name}", name=name, pid=1000 + owner.inode, exe=f"/usr/bin/{name}", cgroup=None
    )


def _subflow(connection: _SimulatedConnection, flow: FourTuple) -> SubflowSample:
    subflow = connection.subflows[flow]
    return SubflowSample(
        connection.token,
        flow,
        subflow.local_id,
        AddressId(0),
        TcpState.ESTABLISHED,
        is_backup_here=subflow.is_backup,
        is_backup_there=False,
        is_begun_here=True,
        is_fully_established=True,
        interface_index=0,
        rtt_ms=subflow.link.rtt_ms,
        tx_bytes=int(subflow.tx_bytes),
        rx_bytes=int(subflow.rx_bytes),
        retransmits=0,
    )
