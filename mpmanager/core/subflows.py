"""Which subflows every connection should have, and the commands that bring it there.

Where this host is the client: one subflow on each path that its tier allows, towards the address of the initial subflow
(or, where the peer forbids that, towards an address it announced), and one from the best path to every other address
that the peer announces. Where it is the server: its other addresses are announced, and joins are left to the client.

A connection that began inside a VPN stays inside VPNs, and one outside stays outside: whoever sends all through a
tunnel does not expect part of it beside the tunnel.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from errno import ECONNREFUSED, ECONNRESET
from operator import itemgetter

from mpmanager.core.subflow_targets import Peer, Target, allowed_paths, is_open, owns, targets
from mpmanager.model.connection import Endpoint, FourTuple, Snapshot, SubflowSample, TcpState
from mpmanager.model.names import AddressId, IPAddress, LinkName, Token
from mpmanager.model.path import Path
from mpmanager.model.pathmanager import (
    AddressAnnounced,
    AddressWithdrawn,
    AnnounceAddress,
    Command,
    ConnectionClosed,
    ConnectionCreated,
    ConnectionEstablished,
    CreateSubflow,
    DestroySubflow,
    KernelEvent,
    SetBackup,
    SubflowClosed,
    SubflowEstablished,
    WithdrawAddress,
)

MOST_SUBFLOWS = 8
"""Of one connection. The kernel enforces no limit for a userspace path manager and counts in eight bits."""

JOIN_TIMEOUT_S = 4.0
"""An unanswered join is given up after its second SYN (sent after 1 s) has had time for an answer."""

RETRY_AFTER_S = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0)
"""Waits before a join is tried again; the last one is repeated where there was silence, not where the peer refused."""

REFUSALS = frozenset({0, ECONNREFUSED, ECONNRESET})
"""Errors of a join that the peer itself has answered; others come from routers on the way, or from nobody."""

MOST_TAKEN_PORTS = 10
"""Ports tried at once for one join; if all are taken, it waits like any other that failed."""

RECOVERY_JOIN_TIMEOUT_S = 0.15
"""Beside two round trips: what the first SYN of a join on a path that failed gets before another one is sent."""

RECOVERY_SAME_S, RECOVERY_DOUBLES_S = 4.0, 3.0
"""It stays the same for a while, then grows: to twice as much in the second time, to three times in twice that."""

RECOVERY_RETRIES = ((10.0, 0.1), (60.0, 0.5), (float("inf"), 2.0))
"""Until so long after a path has failed, the rest between its joins. Only one connection of a path tries so often."""

OTHERS_RETRY_S = 2.0
"""Rest between the joins of the other connections: they follow at once when the first one succeeds."""

PROBE_ENDS_S = 1.0
"""A subflow that was only a probe is destroyed when the peer has not dropped it by then."""

FLAG_REST_S = 0.02
"""Before a flag is set again that the kernel refused: it knows a subflow only some time after it has reported it."""
MOST_FLAG_REFUSALS = 20

HEALTHY_AFTER_S = 10.0
"""A subflow that has lived so long was no failure: when it ends, trying again begins at the first wait."""

_HIGHEST_ID = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class PathsChanged:
    """The network is another now."""

    paths: tuple[Path, ...]
    other_addresses: frozenset[IPAddress] = frozenset()
    """Of this host and of no path, such as a service's address on the loopback interface."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRefused:
    """The kernel refused a command."""

    command: Command
    is_port_taken: bool = False
    """Whether only the local port of a join stood in the way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedElsewhere:
    """A connection turned out to belong to another path manager."""

    token: Token


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupFlagObserved:
    """What a subflow's own backup flag really is (old kernels ignore it in SUBFLOW_CREATE)."""

    token: Token
    flow: FourTuple
    is_backup: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Resynchronised:
    """What there is, after events were lost or when the daemon has just started."""

    snapshot: Snapshot
    """A connection whose local port is among them was accepted here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalPathsChosen:
    """On which paths the subflows of a connection are normal ones, whatever the tiers say."""

    token: Token
    paths: frozenset[LinkName] | None
    """None: as the tiers say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubflowFailed:
    """A subflow delivers nothing: it has to go, and its path to be tried again."""

    token: Token
    flow: FourTuple
    rtt_s: float
    """Round trip of the path while it was well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathRecovered:
    """A path that had failed for this connection counts as well again."""

    token: Token
    path: LinkName


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeWanted:
    """A join beside a standing subflow shall show whether its path is alive."""

    token: Token
    flow: FourTuple
    """The standing subflow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePassed:
    """The deadline has come."""


Order = NormalPathsChosen | SubflowFailed | PathRecovered | ProbeWanted
"""What is decided about a connection elsewhere in the core."""

_ConnectionNews = (
    AddressAnnounced
    | AddressWithdrawn
    | SubflowEstablished
    | SubflowClosed
    | CommandRefused
    | ManagedElsewhere
    | BackupFlagObserved
    | Order
)

Event = KernelEvent | PathsChanged | _ConnectionNews | Resynchronised | TimePassed


@dataclass(slots=True, kw_only=True)
class _Subflow:
    local_id: AddressId
    is_backup: bool
    since: float
    interface_index: int = 0
    """Of the interface that it is bound to; 0 when it is not."""
    flag_refusals: int = 0
    """In a row."""
    flag_not_before: float = 0.0


@dataclass(slots=True, kw_only=True)
class _Join:
    """A subflow that was asked for and does not stand yet."""

    local_id: AddressId
    is_backup: bool
    expires: float
    interface_index: int
    is_answered: bool = False
    """Of a probe: it stands, and has to go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionMemory:
    """What events have told of a connection and nobody would tell again."""

    token: Token
    initial: FourTuple
    is_initial_address_forbidden: bool
    announced: tuple[tuple[AddressId, Endpoint], ...]
    """By the peer."""
    offered: tuple[tuple[AddressId, IPAddress], ...]
    """By this host."""


@dataclass(slots=True, kw_only=True)
class _Retry:
    failures: int = 0
    taken_ports: int = 0
    """In a row."""
    not_before: float = 0.0


@dataclass(slots=True, kw_only=True)
class _Recovery:
    """A path that has failed for a connection and is tried again."""

    since: float
    rtt_s: float

    def rest_s(self, now: float) -> float:
        return next(rest_s for until_s, rest_s in RECOVERY_RETRIES if now - self.since < until_s)


@dataclass(slots=True, kw_only=True)
class _Connection:
    token: Token
    initial: FourTuple
    is_server_side: bool
    is_established: bool = False
    is_initial_address_forbidden: bool = False
    is_foreign: bool = False
    """Whether another path manager has it: nothing can be done to it."""
    announced: dict[AddressId, Endpoint] = field(default_factory=dict)
    """By the peer."""
    offered: dict[IPAddress, AddressId] = field(default_factory=dict)
    """By this host."""
    has_left_initial_address: bool = False
    """Whether it was withdrawn: it can be offered again, under another id."""
    refused_offers: int = 0
    last_id: int = 0
    subflows: dict[FourTuple, _Subflow] = field(default_factory=dict)
    joins: dict[FourTuple, _Join] = field(default_factory=dict)
    retries: dict[tuple[LinkName, Endpoint], _Retry] = field(default_factory=dict)
    normal_paths: frozenset[LinkName] | None = None
    """None: as the tiers say."""
    recoveries: dict[LinkName, _Recovery] = field(default_factory=dict)
    probes: dict[FourTuple, _Join] = field(default_factory=dict)
    """Joins whose answer matters and nothing else; answered ones until they are gone."""

    def is_backup_on(self, path: Path) -> bool:
        """Whether its subflows there carry the backup flag."""
        return path.tier.is_backup if self.normal_paths is None else path.name not in self.normal_paths

    @property
    def memory(self) -> ConnectionMemory | None:
        """None when there is nothing to remember, as with most connections of a client."""
        if not (self.is_initial_address_forbidden or self.announced or self.offered):
            return None
        return ConnectionMemory(
            token=self.token,
            initial=self.initial,
            is_initial_address_forbidden=self.is_initial_address_forbidden,
            announced=tuple(self.announced.items()),
            offered=tuple((local_id, address) for address, local_id in self.offered.items()),
        )

    def recall(self, memory: ConnectionMemory) -> None:
        """Take in what is still unknown of what was once known."""
        if memory.initial == self.initial:  # or the token belongs to another connection by now
            self.is_initial_address_forbidden |= memory.is_initial_address_forbidden
            self.announced = dict(memory.announced) | self.announced
            self.offered = {address: local_id for local_id, address in memory.offered} | self.offered

    @property
    def is_local(self) -> bool:
        """Whether both ends are on this machine."""
        return self.initial.local.address.is_loopback or self.initial.local.address == self.initial.remote.address

    @property
    def peer(self) -> Peer:
        return Peer(
            initial=self.initial,
            is_initial_address_forbidden=self.is_initial_address_forbidden,
            announced=self.announced,
        )

    def fresh_id(self) -> AddressId:
        """An id that nothing uses: with a stated local port the kernel wants a new one for every join."""
        joins = (*self.joins.values(), *self.probes.values())
        taken = {each.local_id for each in self.subflows.values()} | {each.local_id for each in joins}
        taken |= set(self.offered.values())
        for _attempt in range(_HIGHEST_ID):
            self.last_id = self.last_id % _HIGHEST_ID + 1
            if self.last_id not in taken:
                break
        return AddressId(self.last_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingSubflow:
    """A subflow as others need to know it."""

    flow: FourTuple
    path: Path
    interface_index: int
    """Of the interface that it is bound to; 0 when it is not."""


class SubflowManager:
    """All connections of the namespace: takes in what happens, answers with what has to be done."""

    def __init__(self, *, choose_port: Callable[[], int]) -> None:
        """`choose_port` gives a local port (host byte order) for a join, another one each time."""
        self._choose_port = choose_port
        self._connections: dict[Token, _Connection] = {}
        self._paths: tuple[Path, ...] = ()
        self._other_addresses: frozenset[IPAddress] = frozenset()
        self._path_of: dict[IPAddress, Path] = {}
        self._timers: list[tuple[float, Token]] = []
        self._scouts: dict[LinkName, Token] = {}
        """For each path that has failed, the connection that tries it often."""
        self._recalled: dict[Token, ConnectionMemory] = {}

    def memories(self) -> tuple[ConnectionMemory, ...]:
        """What would be lost with this object."""
        memories = (each.memory for each in self._connections.values())
        return tuple(each for each in memories if each is not None)

    def recall(self, memories: Iterable[ConnectionMemory]) -> None:
        """Hand in the memories of an earlier manager; they serve when their connections are found."""
        self._recalled = {each.token: each for each in memories}

    @property
    def deadline(self) -> float | None:
        """When `TimePassed` has to be handed in, in seconds of the same clock as `now`."""
        return self._timers[0][0] if self._timers else None

    def standing(self, token: Token) -> tuple[StandingSubflow, ...]:
        """The subflows of a connection that are established, probes left out."""
        connection = self._connections.get(token)
        if connection is None:
            return ()
        return tuple(
            StandingSubflow(flow=flow, path=path, interface_index=each.interface_index)
            for flow, each in connection.subflows.items()
            if (path := self._path_of.get(flow.local.address)) is not None
        )

    def is_probing(self, token: Token) -> bool:
        """Whether an answer to a probe is awaited."""
        connection = self._connections.get(token)
        return connection is not None and any(not each.is_answered for each in connection.probes.values())

    def is_probe(self, token: Token, flow: FourTuple) -> bool:
        """Whether a subflow is only there to see whether it is answered."""
        connection = self._connections.get(token)
        return connection is not None and flow in connection.probes

    def is_managed(self, token: Token) -> bool:
        """Whether subflows of this connection can be steered."""
        connection = self._connections.get(token)
        return connection is not None and not (connection.is_foreign or connection.is_local)

    def handle(self, event: Event, *, now: float) -> tuple[Command, ...]:
        """Take in one event and return what has to be done about it, in this order."""
        match event:
            case PathsChanged():
                return self._on_paths_changed(event, now)
            case TimePassed():
                return self._on_time_passed(now)
            case Resynchronised():
                return self._on_resynchronised(event, now)
            case ConnectionCreated() | ConnectionEstablished():
                return self._on_connection(event, now)
            case ConnectionClosed():
                self._connections.pop(event.token, None)
                return ()
            case _:
                return self._on_one_connection(event, now)

    def _on_one_connection(self, event: _ConnectionNews, now: float) -> tuple[Command, ...]:
        token = event.command.token if isinstance(event, CommandRefused) else event.token
        connection = self._connections.get(token)
        if connection is None:
            return ()
        if isinstance(event, Order):
            return tuple(self._obey(connection, event, now))
        if isinstance(event, CommandRefused):
            match event.command:
                case WithdrawAddress():
                    return tuple(_drop_unwithdrawn(connection, event.command))
                case CreateSubflow() if event.command.flow in connection.probes:
                    return tuple(self._probe_again(connection, event, now))
                case _:
                    pass
        self._note(connection, event, now)
        return (*_end_probe(connection, event), *self._reconcile(connection, now))

    def _obey(self, connection: _Connection, order: Order, now: float) -> Iterator[Command]:
        match order:
            case NormalPathsChosen():
                connection.normal_paths = order.paths
            case SubflowFailed():
                self._note_failed(connection, order, now)
                yield from _abandon(connection, order.flow)
                yield from _drop_probes(connection, order.flow.local.address)
            case PathRecovered():
                connection.recoveries.pop(order.path, None)
                for (path, _remote), retry in connection.retries.items():
                    retry.failures = 0 if path == order.path else retry.failures
            case ProbeWanted():
                yield from self._probe(connection, order.flow, now)
        yield from self._reconcile(connection, now)

    def _note_failed(self, connection: _Connection, event: SubflowFailed, now: float) -> None:
        path = self._path_of.get(event.flow.local.address)
        if path is not None and not connection.is_server_side:
            connection.recoveries[path.name] = _Recovery(since=now, rtt_s=event.rtt_s)
            if self._scouts.get(path.name) not in self._connections:
                self._scouts[path.name] = connection.token
            retry = connection.retries[(path.name, event.flow.remote)] = _Retry()
            retry.not_before = now + connection.recoveries[path.name].rest_s(now)
            heapq.heappush(self._timers, (retry.not_before, connection.token))

    def _probe(self, connection: _Connection, standing: FourTuple, now: float) -> Iterator[Command]:
        path = self._path_of.get(standing.local.address)
        is_asking = any(not each.is_answered for each in connection.probes.values())
        if path is not None and not is_asking and len(connection.subflows) < MOST_SUBFLOWS:
            command = CreateSubflow(
                token=connection.token,
                local=Endpoint(standing.local.address, self._choose_port()),
                local_id=connection.fresh_id(),
                interface_index=path.index,
                remote=standing.remote,
                is_backup=True,
            )
            connection.probes[command.flow] = self._expected(connection, command, now + PROBE_ENDS_S)
            yield command

    def _give_up_probes(self, connection: _Connection, now: float) -> Iterator[Command]:
        for flow in [flow for flow, probe in connection.probes.items() if probe.expires <= now]:
            del connection.probes[flow]
            yield DestroySubflow(token=connection.token, flow=flow)

    def _probe_again(self, connection: _Connection, event: CommandRefused, now: float) -> Iterator[Command]:
        """From another port, if only that was in the way."""
        command = event.command
        if isinstance(command, CreateSubflow):
            del connection.probes[command.flow]
            if event.is_port_taken:
                yield from self._probe(connection, command.flow, now)

    def _note(self, connection: _Connection, event: _ConnectionNews, now: float) -> None:
        match event:
            case CommandRefused():
                self._note_refused(connection, event, now)
            case AddressAnnounced():
                connection.announced[event.remote_id] = event.remote
            case AddressWithdrawn(remote_id=0):
                connection.is_initial_address_forbidden = True
            case AddressWithdrawn():
                connection.announced.pop(event.remote_id, None)
            case SubflowEstablished():
                self._note_established(connection, event, now)
            case SubflowClosed() if event.flow in connection.probes:
                del connection.probes[event.flow]
            case SubflowClosed():
                self._note_closed(connection, event, now)
            case ManagedElsewhere():
                connection.is_foreign = True
            case BackupFlagObserved():
                _note_flag(connection, event)

    def _on_connection(self, event: ConnectionCreated | ConnectionEstablished, now: float) -> tuple[Command, ...]:
        connection = self._connections.get(event.token)
        if connection is None:
            connection = self._connections[event.token] = _Connection(
                token=event.token, initial=event.flow, is_server_side=event.is_server_side
            )
            connection.subflows[event.flow] = _Subflow(local_id=AddressId(0), is_backup=False, since=now)
        if isinstance(event, ConnectionEstablished):
            connection.is_established = True
            connection.retries.clear()  # what failed before could not succeed
            connection.is_initial_address_forbidden = event.is_initial_address_forbidden
        return tuple(self._reconcile(connection, now))

    def _on_paths_changed(self, event: PathsChanged, now: float) -> tuple[Command, ...]:
        before = {path.name: path for path in self._paths}
        changed = {path.name for path in event.paths if before.get(path.name) != path}
        lost = {path.name for path in self._paths if is_open(path)} - {
            path.name for path in event.paths if is_open(path)
        }
        self._paths = event.paths
        self._other_addresses = event.other_addresses
        self._path_of = {each.address: path for path in event.paths for each in path.addresses}
        return tuple(
            command
            for connection in self._connections.values()
            for command in self._reconcile(_with_fresh_hope(connection, changed, lost), now)
        )

    def _on_time_passed(self, now: float) -> tuple[Command, ...]:
        due = set()
        while self._timers and self._timers[0][0] <= now:
            due.add(heapq.heappop(self._timers)[1])
        return tuple(
            command
            for token in due
            if (connection := self._connections.get(token)) is not None
            for command in self._reconcile(connection, now)
        )

    def _on_resynchronised(self, event: Resynchronised, now: float) -> tuple[Command, ...]:
        found: dict[Token, list[SubflowSample]] = {}
        for sample in event.snapshot.subflows:
            found.setdefault(sample.token, []).append(sample)
        living = {each.token: each for each in event.snapshot.connections if not each.is_fallback}
        self._connections = {
            token: self._connections.get(token)
            or _Connection(token=token, initial=each.flow, is_server_side=is_server_side(found.get(token, ())))
            for token, each in living.items()
        }
        for token in self._connections.keys() & self._recalled.keys():
            self._connections[token].recall(self._recalled[token])
        self._recalled.clear()
        return tuple(
            command
            for token, connection in self._connections.items()
            for command in self._reconcile(_as_found(connection, found.get(token, ()), now), now)
        )

    def _note_refused(self, connection: _Connection, event: CommandRefused, now: float) -> None:
        """Only what did not come about matters; the rest was about what is gone already."""
        if isinstance(event.command, SetBackup) and event.command.flow in connection.subflows:
            self._note_flag_refused(connection, event.command, now)
        if isinstance(event.command, AnnounceAddress):
            connection.refused_offers += 1
            connection.offered.pop(event.command.local, None)
        if isinstance(event.command, CreateSubflow) and event.command.flow in connection.joins:
            del connection.joins[event.command.flow]
            retry = connection.retries.setdefault(self._retry_key(event.command.flow), _Retry())
            retry.taken_ports += event.is_port_taken
            if not event.is_port_taken or retry.taken_ports > MOST_TAKEN_PORTS:
                self._wait_longer(connection, event.command.flow, now)

    def _note_flag_refused(self, connection: _Connection, command: SetBackup, now: float) -> None:
        subflow = connection.subflows[command.flow]
        subflow.flag_refusals += 1
        if subflow.flag_refusals <= MOST_FLAG_REFUSALS:
            subflow.is_backup = not command.is_backup
            subflow.flag_not_before = now + FLAG_REST_S
            heapq.heappush(self._timers, (subflow.flag_not_before, connection.token))

    def _note_closed(self, connection: _Connection, event: SubflowClosed, now: float) -> None:
        join = connection.joins.pop(event.flow, None)
        subflow = connection.subflows.pop(event.flow, None)
        if join is None and subflow is None:
            return  # left or given up before: that has been noted
        path = self._retry_key(event.flow)[0]
        if join is not None and event.error in REFUSALS and path in self._scouts:
            self._call_the_others(path, now)  # a refusal is a sign of life
        if subflow is not None and now - subflow.since >= HEALTHY_AFTER_S:
            connection.retries.pop(self._retry_key(event.flow), None)
        self._wait_longer(connection, event.flow, now)

    def _note_established(self, connection: _Connection, event: SubflowEstablished, now: float) -> None:
        if event.flow in connection.probes:
            return
        join = connection.joins.pop(event.flow, None)
        connection.subflows[event.flow] = _Subflow(
            local_id=join.local_id if join else event.local_id,
            is_backup=join.is_backup if join else False,
            since=now,
            interface_index=event.interface_index,
        )
        path = self._path_of.get(event.flow.local.address)
        if path is not None and path.name in self._scouts:
            self._call_the_others(path.name, now)

    def _call_the_others(self, path: LinkName, now: float) -> None:
        """A path that had failed answers: all connections that miss it may try at once."""
        del self._scouts[path]
        for connection in self._connections.values():
            if path in connection.recoveries:
                for name, remote in connection.retries:
                    if name == path:
                        connection.retries[(name, remote)].not_before = now
                heapq.heappush(self._timers, (now, connection.token))

    def _wait_longer(self, connection: _Connection, flow: FourTuple, now: float, *, is_silence: bool = False) -> None:
        """Silence may end without a sign, so it is tried again for ever; a peer that refuses is left alone some day."""
        retry = connection.retries.setdefault(self._retry_key(flow), _Retry())
        retry.failures += 1
        retry.taken_ports = 0
        recovery = connection.recoveries.get(self._retry_key(flow)[0])
        if recovery is not None and is_silence:
            retry.not_before = now + self._recovery_rest_s(connection, flow, recovery, now)
            heapq.heappush(self._timers, (retry.not_before, connection.token))
        elif is_silence or retry.failures <= len(RETRY_AFTER_S):
            retry.not_before = now + RETRY_AFTER_S[min(retry.failures, len(RETRY_AFTER_S)) - 1]
            heapq.heappush(self._timers, (retry.not_before, connection.token))
        else:
            retry.not_before = float("inf")

    def _recovery_rest_s(self, connection: _Connection, flow: FourTuple, recovery: _Recovery, now: float) -> float:
        path = self._retry_key(flow)[0]
        scout = self._scouts.get(path)
        if scout is None or scout not in self._connections:
            self._scouts[path] = scout = connection.token
        return recovery.rest_s(now) if scout == connection.token else max(OTHERS_RETRY_S, recovery.rest_s(now))

    def _retry_key(self, flow: FourTuple) -> tuple[LinkName, Endpoint]:
        path = self._path_of.get(flow.local.address)
        return (path.name if path else LinkName(""), flow.remote)

    def _reconcile(self, connection: _Connection, now: float) -> Iterator[Command]:
        """Bring the connection nearer to what it should be."""
        if not connection.is_established or connection.is_local or connection.is_foreign:
            return
        yield from self._close_unwanted(connection)
        yield from _close_surplus(connection)
        yield from self._set_backup_flags(connection, now)
        yield from self._give_up_probes(connection, now)
        if connection.is_server_side:
            yield from self._offer_addresses(connection)
        else:
            yield from self._give_up_joins(connection, now)
            yield from self._join(connection, now)

    def _close_unwanted(self, connection: _Connection) -> Iterator[Command]:
        """Leave the paths that are gone or not allowed, unless nothing else would be left."""
        unwanted = [flow for flow, each in connection.subflows.items() if not self._may_stay(flow, each)]
        if len(unwanted) < len(connection.subflows):
            yield from _leave(connection, unwanted)
        for flow in [flow for flow, each in connection.joins.items() if not self._may_stay(flow, each)]:
            del connection.joins[flow]
            yield DestroySubflow(token=connection.token, flow=flow)

    def _may_stay(self, flow: FourTuple, subflow: _Subflow | _Join) -> bool:
        path = self._path_of.get(flow.local.address)
        if path is None:
            return flow.local.address in self._other_addresses
        return is_open(path) and _is_on(path, flow, subflow)

    def _set_backup_flags(self, connection: _Connection, now: float) -> Iterator[Command]:
        """Clear flags before any is set: at no moment shall all subflows be backups."""
        changed = []
        for flow, subflow in connection.subflows.items():
            path = self._path_of.get(flow.local.address)
            is_wrong = path is not None and subflow.is_backup != connection.is_backup_on(path)
            if is_wrong and subflow.flag_not_before <= now:
                subflow.is_backup = not subflow.is_backup
                changed.append((subflow.is_backup, flow, subflow.local_id))
        for is_backup, flow, local_id in sorted(changed, key=itemgetter(0)):
            yield SetBackup(token=connection.token, flow=flow, local_id=local_id, is_backup=is_backup)

    def _offer_addresses(self, connection: _Connection) -> Iterator[Command]:
        """Announce this server's other addresses, and take back those that are gone."""
        version = connection.initial.local.address.version
        wanted = {
            address: path
            for path in allowed_paths(connection.initial, self._paths)
            if (address := path.source_address(version)) is not None
            and (connection.has_left_initial_address or not owns(path, connection.initial.local.address))
        }
        for address in [address for address in connection.offered if address not in wanted]:
            # The peer closes what it has there: something must be left elsewhere.
            if any(flow.local.address != address for flow in connection.subflows):
                yield WithdrawAddress(token=connection.token, local_id=connection.offered.pop(address))
        for address, path in wanted.items():
            is_room_left = len(connection.offered) + connection.refused_offers < MOST_SUBFLOWS - 1
            if address not in connection.offered and is_room_left:
                local_id = connection.offered[address] = connection.fresh_id()
                yield AnnounceAddress(
                    token=connection.token, local=address, local_id=local_id, interface_index=path.index
                )

    def _give_up_joins(self, connection: _Connection, now: float) -> Iterator[Command]:
        for flow in [flow for flow, join in connection.joins.items() if join.expires <= now]:
            del connection.joins[flow]
            self._wait_longer(connection, flow, now, is_silence=True)
            yield DestroySubflow(token=connection.token, flow=flow)

    def _join(self, connection: _Connection, now: float) -> Iterator[Command]:
        for target in targets(connection.peer, self._paths):
            if len(connection.subflows) + len(connection.joins) >= MOST_SUBFLOWS:
                return
            retry = connection.retries.get((target.path.name, target.remote))
            if not _is_served(connection, target) and (retry is None or retry.not_before <= now):
                yield self._create(connection, target, now)

    def _create(self, connection: _Connection, target: Target, now: float) -> CreateSubflow:
        command = CreateSubflow(
            token=connection.token,
            local=Endpoint(target.local, self._choose_port()),
            local_id=connection.fresh_id(),
            interface_index=target.path.index,
            remote=target.remote,
            is_backup=connection.is_backup_on(target.path),
        )
        patience_s = self._patience_s(connection, target, now)
        connection.joins[command.flow] = self._expected(connection, command, now + patience_s)
        return command

    def _patience_s(self, connection: _Connection, target: Target, now: float) -> float:
        """How long an answer may take; the round trip of a path that failed may be longer than it was."""
        recovery = connection.recoveries.get(target.path.name)
        if recovery is None:
            return JOIN_TIMEOUT_S
        patience_s = 2 * recovery.rtt_s + RECOVERY_JOIN_TIMEOUT_S
        grown_s = max(0.0, now - recovery.since - RECOVERY_SAME_S)
        return min(JOIN_TIMEOUT_S, patience_s * (1 + grown_s / RECOVERY_DOUBLES_S))

    def _expected(self, connection: _Connection, command: CreateSubflow, expires: float) -> _Join:
        heapq.heappush(self._timers, (expires, connection.token))
        return _Join(
            local_id=command.local_id,
            is_backup=command.is_backup,
            expires=expires,
            interface_index=command.interface_index,
        )


def _leave(connection: _Connection, flows: Sequence[FourTuple]) -> Iterator[Command]:
    """Close subflows and have the peer close them; what they still held goes out on the others."""
    leaving = {flow: connection.subflows.pop(flow) for flow in flows}
    # In this order: destroying a subflow makes the kernel forget its address id.
    connection.has_left_initial_address |= connection.initial in leaving
    for flow, subflow in leaving.items():
        if subflow.local_id or flow == connection.initial:  # an unknown id reads as 0, which is the initial subflow's
            yield WithdrawAddress(token=connection.token, local_id=subflow.local_id)
    for flow in flows:
        yield DestroySubflow(token=connection.token, flow=flow)


def _abandon(connection: _Connection, flow: FourTuple) -> Iterator[Command]:
    """Close a subflow that delivers nothing.

    A server keeps its address: its subflows may all have the same, and the client would close them all.
    """
    if flow not in connection.subflows:
        return
    if connection.is_server_side:
        del connection.subflows[flow]
        yield DestroySubflow(token=connection.token, flow=flow)
    else:
        yield from _leave(connection, [flow])


def _drop_probes(connection: _Connection, address: IPAddress) -> Iterator[Command]:
    """End the probes from an address before something new joins from it.

    The kernel forgets the first id that it has for the address of a destroyed subflow, whichever subflow's that is.
    """
    for flow in [flow for flow in connection.probes if flow.local.address == address]:
        del connection.probes[flow]
        yield DestroySubflow(token=connection.token, flow=flow)


def _drop_unwithdrawn(connection: _Connection, command: WithdrawAddress) -> Iterator[Command]:
    """End a probe that the peer could not be asked to drop."""
    for flow in [flow for flow, probe in connection.probes.items() if probe.local_id == command.local_id]:
        del connection.probes[flow]
        yield DestroySubflow(token=connection.token, flow=flow)


def _end_probe(connection: _Connection, event: _ConnectionNews) -> Iterator[Command]:
    """Have the peer drop a probe that it has answered."""
    if isinstance(event, SubflowEstablished) and event.flow in connection.probes:
        connection.probes[event.flow].is_answered = True
        # Not DESTROY: it would make the kernel forget the id of the other subflow from this address.
        yield WithdrawAddress(token=connection.token, local_id=connection.probes[event.flow].local_id)


def _close_surplus(connection: _Connection) -> Iterator[Command]:
    """A peer may join more often than the kernel can count."""
    for flow in list(connection.subflows)[MOST_SUBFLOWS:]:
        del connection.subflows[flow]
        yield DestroySubflow(token=connection.token, flow=flow)


def is_server_side(samples: Iterable[SubflowSample]) -> bool:
    """Whether the peer has opened a connection: it has sent all SYNs then."""
    samples = tuple(samples)
    return bool(samples) and not any(each.is_begun_here for each in samples)


def _note_flag(connection: _Connection, event: BackupFlagObserved) -> None:
    subflow = connection.subflows.get(event.flow)
    if subflow is not None:
        subflow.is_backup = event.is_backup


def _with_fresh_hope(connection: _Connection, changed: Iterable[LinkName], lost: Iterable[LinkName]) -> _Connection:
    """What failed on a path before it changed may succeed now; one that was lost comes back as another."""
    for key in [key for key in connection.retries if key[0] in changed]:
        del connection.retries[key]
    for path in lost:
        connection.recoveries.pop(path, None)
    return connection


def _as_found(connection: _Connection, samples: Iterable[SubflowSample], now: float) -> _Connection:
    """The connection with the subflows that it really has.

    Of a connection that is new to us, the peer's other addresses and whether it forbids its initial one are inferred
    from where its subflows go.
    """
    samples = tuple(samples)
    connection.is_established |= any(each.is_fully_established for each in samples)
    connection.subflows = {
        each.flow: _Subflow(
            local_id=each.local_id, is_backup=each.is_backup_here, since=now, interface_index=each.interface_index
        )
        for each in samples
        if each.state is TcpState.ESTABLISHED and each.flow not in connection.probes
    }
    connection.joins = {
        each.flow: _Join(
            local_id=each.local_id, is_backup=each.is_backup_here, expires=now, interface_index=each.interface_index
        )
        for each in samples
        if each.state is TcpState.SYN_SENT and each.flow not in connection.probes
    }
    found = {each.flow for each in samples}
    connection.probes = {flow: each for flow, each in connection.probes.items() if flow in found}
    connection.last_id = max([connection.last_id, *(each.local_id for each in samples)])
    joined = [each for each in samples if each.flow != connection.initial]
    for each in joined:
        if each.flow.remote != connection.initial.remote and not connection.is_server_side:
            connection.announced.setdefault(each.remote_id, each.flow.remote)
    if joined and all(each.flow.remote != connection.initial.remote for each in joined):
        connection.is_initial_address_forbidden = True
    return connection


def _is_served(connection: _Connection, target: Target) -> bool:
    flows: list[tuple[FourTuple, _Subflow | _Join]] = [*connection.subflows.items(), *connection.joins.items()]
    if target.is_extra:
        return any(flow.remote == target.remote for flow, _each in flows)
    return any(_is_on(target.path, flow, each) for flow, each in flows)


def _is_on(path: Path, flow: FourTuple, subflow: _Subflow | _Join) -> bool:
    """Whether it can use the path: one that is bound to an interface that was made anew since cannot."""
    return owns(path, flow.local.address) and subflow.interface_index in {0, path.index}
