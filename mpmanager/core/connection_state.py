"""What is known of one connection: its subflows, the joins that are under way, and what has failed."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from mpmanager.core.subflow_targets import UNRESTRICTED, Peer, Terms, owns
from mpmanager.model.connection import Endpoint, FourTuple, SubflowSample, TcpState
from mpmanager.model.names import AddressId, IPAddress, LinkName, Token
from mpmanager.model.path import Path
from mpmanager.model.pathmanager import CreateSubflow
from mpmanager.model.policy import tier_of
from mpmanager.model.trust import Hold

MOST_SUBFLOWS = 8
"""Of one connection. The kernel enforces no limit for a userspace path manager and counts in eight bits."""

PROVEN_AFTER_S = 1.0
"""A join stands as soon as its SYN was answered, and the peer may still refuse it: it does so when it has finished
sending (Linux accepts none then), or has enough subflows. That shows a round trip later, or somewhat more where the
peer's program is busy."""

_HIGHEST_ID = 255


@dataclass(slots=True, kw_only=True)
class Subflow:
    local_id: AddressId
    is_backup: bool
    since: float
    proven_at: float = float("-inf")
    """From then on the peer is taken to have accepted it."""
    interface_index: int = 0
    """Of the interface that it is bound to; 0 when it is not."""
    flag_refusals: int = 0
    """In a row."""
    flag_not_before: float = 0.0


@dataclass(slots=True, kw_only=True)
class Join:
    """A subflow that was asked for and does not stand yet."""

    local_id: AddressId
    is_backup: bool
    expires: float
    interface_index: int

    @classmethod
    def of(cls, command: CreateSubflow, *, expires: float) -> "Join":
        """What is awaited once the command has gone out."""
        return cls(
            local_id=command.local_id,
            is_backup=command.is_backup,
            expires=expires,
            interface_index=command.interface_index,
        )


@dataclass(slots=True, kw_only=True)
class Probe:
    """A join whose answer matters and nothing else, until it is gone."""

    local_id: AddressId
    expires: float
    interface_index: int
    is_awaited: bool = True
    """Whether its answer would still tell something: nobody has answered another one of the same question."""
    is_answered: bool = False
    """Whether it stands, and the peer is told to drop it."""


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
    has_left_initial_address: bool = False


@dataclass(slots=True, kw_only=True)
class Retry:
    failures: int = 0
    taken_ports: int = 0
    """In a row."""
    not_before: float = 0.0


@dataclass(slots=True, kw_only=True)
class Recovery:
    """A path that has failed for a connection and is tried again."""

    since: float
    rtt_s: float


@dataclass(slots=True, kw_only=True)
class Intrusion:
    """Subflows that somebody else opens on a path where none may be."""

    count: int = 0
    last: float = float("-inf")
    """When the last one was over, or has to be."""
    borne_until: float = 0.0


@dataclass(slots=True, kw_only=True)
class Connection:
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
    subflows: dict[FourTuple, Subflow] = field(default_factory=dict)
    joins: dict[FourTuple, Join] = field(default_factory=dict)
    retries: dict[tuple[LinkName, Endpoint], Retry] = field(default_factory=dict)
    normal_paths: frozenset[LinkName] | None = None
    """None: as the tiers say."""
    terms: Terms = UNRESTRICTED
    recoveries: dict[LinkName, Recovery] = field(default_factory=dict)
    intrusions: dict[LinkName, Intrusion] = field(default_factory=dict)
    probes: dict[FourTuple, Probe] = field(default_factory=dict)
    withdrawals: list[AddressId] = field(default_factory=list)
    """Ids of probes that the peer has to be told to drop, one after the other."""
    next_withdrawal: float = 0.0

    def is_backup_on(self, path: Path) -> bool:
        """Whether its subflows there carry the backup flag."""
        if self.terms.hold is Hold.STANDBY:
            return not path.is_trusted
        if self.terms.hold is Hold.RECEIVING and path.is_trusted:
            # The kernel uses no backup while there is another subflow, be it one that may send nothing.
            return False
        if self.normal_paths is None:
            return tier_of(path, self.terms.tiers).is_backup
        return path.name not in self.normal_paths

    @property
    def memory(self) -> ConnectionMemory | None:
        """None when there is nothing to remember, as with most connections of a client."""
        has_told = self.offered or (self.is_server_side and self.has_left_initial_address)
        if not (self.is_initial_address_forbidden or self.announced or has_told):
            return None
        return ConnectionMemory(
            token=self.token,
            initial=self.initial,
            is_initial_address_forbidden=self.is_initial_address_forbidden,
            announced=tuple(self.announced.items()),
            offered=tuple((local_id, address) for address, local_id in self.offered.items()),
            has_left_initial_address=self.has_left_initial_address,
        )

    def recall(self, memory: ConnectionMemory) -> None:
        """Take in what is still unknown of what was once known."""
        if memory.initial == self.initial:  # or the token belongs to another connection by now
            self.is_initial_address_forbidden |= memory.is_initial_address_forbidden
            self.announced = dict(memory.announced) | self.announced
            self.offered = {address: local_id for local_id, address in memory.offered} | self.offered
            self.has_left_initial_address |= memory.has_left_initial_address
            self.is_server_side |= bool(memory.offered)  # whoever has no subflow left does not show it

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
            terms=self.terms,
        )

    def fresh_id(self) -> AddressId:
        """An id that nothing uses: with a stated local port the kernel wants a new one for every join."""
        taken = {*self.offered.values(), *self.withdrawals}
        for sockets in (self.subflows, self.joins, self.probes):
            taken |= {each.local_id for each in sockets.values()}
        for _attempt in range(_HIGHEST_ID):
            self.last_id = self.last_id % _HIGHEST_ID + 1
            if self.last_id not in taken:
                break
        return AddressId(self.last_id)


def is_server_side(samples: Iterable[SubflowSample]) -> bool:
    """Whether the peer has opened a connection: it has sent all SYNs then. Without any subflow nobody knows."""
    samples = tuple(samples)
    return bool(samples) and not any(each.is_begun_here for each in samples)


def take_as_found(connection: Connection, samples: Iterable[SubflowSample], now: float, *, state: TcpState) -> None:
    """Give a connection, which is in this state itself, the subflows that it really has.

    One that has lost them all may be joined again for a minute. The kernel refuses where that is not so.
    """
    samples = tuple(samples)
    connection.is_established |= any(each.is_fully_established for each in samples) or (
        not samples and state is TcpState.ESTABLISHED
    )
    connection.subflows = {
        each.flow: Subflow(
            local_id=each.local_id,
            is_backup=each.is_backup_here,
            since=now,
            proven_at=now if each.is_fully_established else now + PROVEN_AFTER_S,
            interface_index=each.interface_index,
        )
        for each in samples
        if each.state is TcpState.ESTABLISHED and each.flow not in connection.probes
    }
    connection.joins = {
        each.flow: connection.joins.get(each.flow)  # what was asked for just now has its time yet
        or Join(
            local_id=each.local_id, is_backup=each.is_backup_here, expires=now, interface_index=each.interface_index
        )
        for each in samples
        if each.state is TcpState.SYN_SENT and each.flow not in connection.probes
    }
    found = {each.flow for each in samples}
    connection.probes = {flow: each for flow, each in connection.probes.items() if flow in found}
    connection.last_id = max([connection.last_id, *(each.local_id for each in samples)])


def guess_peer(connection: Connection, samples: Iterable[SubflowSample]) -> None:
    """Of a client's connection that is new to us, infer what nobody remembers from where its subflows go.

    That is the peer's other addresses, and whether it forbids its initial one: other networks went elsewhere then.
    """
    if connection.is_server_side:
        return
    is_remembered = connection.memory is not None
    initial = connection.initial
    joined = [each for each in samples if each.flow != initial]
    for each in joined:
        if each.flow.remote != initial.remote:
            connection.announced.setdefault(each.remote_id, each.flow.remote)
    others = {
        each.flow.remote
        for each in joined
        if each.flow.local.address != initial.local.address
        and each.flow.local.address.version == initial.local.address.version
    }
    if others and not is_remembered:
        connection.is_initial_address_forbidden = initial.remote not in others


def is_on(path: Path, flow: FourTuple, subflow: Subflow | Join | Probe) -> bool:
    """Whether it can use the path: one that is bound to an interface that was made anew since cannot."""
    return owns(path, flow.local.address) and subflow.interface_index in {0, path.index}
