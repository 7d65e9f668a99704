"""Which subflows every connection should have, and the commands that bring it there.

Where this host is the client: one subflow on each path that its tier allows, towards the address of the initial subflow
(or, where the peer forbids that, towards an address it announced), and one from the best path to every other address
that the peer announces. Where it is the server: its other addresses are announced, and joins are left to the client.

A connection that began inside a VPN stays inside VPNs, and one outside stays outside: whoever sends all through a
tunnel does not expect part of it beside the tunnel.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from mpmanager.core import backup_flags, intrusions, leaving, probing
from mpmanager.core.address_offers import note_offer_refused, offer_addresses
from mpmanager.core.connection_state import (
    Connection,
    ConnectionMemory,
    Subflow,
    guess_peer,
    is_server_side,
    take_as_found,
)
from mpmanager.core.joining import Joiner, forget_failures
from mpmanager.core.situation import Situation
from mpmanager.core.subflow_events import (
    BackupFlagObserved,
    CommandRefused,
    ConnectionHeld,
    ConnectionNews,
    Event,
    ManagedElsewhere,
    NormalPathsChosen,
    Order,
    PathRecovered,
    PathsChanged,
    PathsChosen,
    ProbeWanted,
    Resynchronised,
    SubflowFailed,
    TimePassed,
)
from mpmanager.core.subflow_targets import UNRESTRICTED, Terms, is_open
from mpmanager.model.connection import FourTuple, SubflowSample, TcpState
from mpmanager.model.names import AddressId, Token
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
    SetBackup,
    SubflowClosed,
    SubflowEstablished,
)

MOST_AT_ONCE = 20
"""Connections that get subflows in one go: meanwhile the kernel tells more, and each join waits for its answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingSubflow:
    """A subflow as others need to know it."""

    flow: FourTuple
    path: Path
    interface_index: int
    """Of the interface that it is bound to; 0 when it is not."""
    proven_at: float = float("-inf")
    """From then on, in seconds of the manager's clock, the peer is taken to have accepted it."""


class SubflowManager:
    """All connections of the namespace: takes in what happens, answers with what has to be done."""

    def __init__(self, *, choose_port: Callable[[], int]) -> None:
        """`choose_port` gives a local port (host byte order) for a join, another one each time."""
        self._situation = Situation(choose_port=choose_port)
        self._connections = self._situation.connections
        self._joiner = Joiner(self._situation)
        self._recalled: dict[Token, ConnectionMemory] = {}
        self._terms: dict[Token, Terms] = {}
        """Of connections that are not known yet."""

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
        return self._situation.deadline

    def standing(self, token: Token) -> tuple[StandingSubflow, ...]:
        """The subflows of a connection that are established, probes left out."""
        connection = self._connections.get(token)
        if connection is None:
            return ()
        return tuple(
            StandingSubflow(flow=flow, path=path, interface_index=each.interface_index, proven_at=each.proven_at)
            for flow, each in connection.subflows.items()
            if (path := self._situation.path_of(flow.local.address)) is not None
        )

    def is_probing(self, token: Token) -> bool:
        """Whether an answer to a probe is awaited."""
        connection = self._connections.get(token)
        return connection is not None and any(each.is_awaited for each in connection.probes.values())

    def probing(self) -> tuple[Token, ...]:
        """The connections that await an answer to a probe."""
        return tuple(token for token in self._connections if self.is_probing(token))

    def is_probe_answer(self, event: SubflowEstablished | SubflowClosed) -> bool:
        """Whether this is the answer that a probe was sent for; before the event is handed in."""
        connection = self._connections.get(event.token)
        return connection is not None and probing.is_answer(connection, event)

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
                self._terms.pop(event.token, None)
                return ()
            case _:
                return self._on_one_connection(event, now)

    def _on_one_connection(self, event: ConnectionNews, now: float) -> tuple[Command, ...]:
        token = event.command.token if isinstance(event, CommandRefused) else event.token
        connection = self._connections.get(token)
        if connection is None:
            if isinstance(event, ConnectionHeld | PathsChosen):
                self._terms[token] = _terms_after(self._terms.get(token, UNRESTRICTED), event)
            return ()
        if isinstance(event, Order):
            return tuple(self._obey(connection, event, now))
        if isinstance(event, CommandRefused) and probing.concerns(connection, event.command):
            return tuple(probing.on_refused(self._situation, connection, event, now))
        if isinstance(event, CommandRefused) and isinstance(event.command, DestroySubflow):
            return ()  # it was gone already
        if isinstance(event, SubflowEstablished | SubflowClosed) and event.flow in connection.probes:
            probing.take_answer(self._situation, connection, event, now)
        else:
            self._note(connection, event, now)
        return tuple(self._reconcile(connection, now))

    def _obey(self, connection: Connection, order: Order, now: float) -> Iterator[Command]:
        match order:
            case NormalPathsChosen():
                connection.normal_paths = order.paths
            case SubflowFailed():
                self._joiner.note_failed(connection, order, now)
                yield from leaving.abandon(connection, order.flow)
                yield from probing.drop_from(connection, order.flow.local.address)
            case ConnectionHeld() | PathsChosen():
                connection.terms = _terms_after(connection.terms, order)
            case PathRecovered():
                self._joiner.note_recovered(connection, order.path)
            case ProbeWanted():
                yield from probing.ask(self._situation, connection, order.flow, now)
        yield from self._reconcile(connection, now)

    def _note(self, connection: Connection, event: ConnectionNews, now: float) -> None:
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
                connection.is_server_side |= _is_first_of_peer(connection, event.flow)
                intrusions.note_opened(self._situation, connection, event.flow, now)
                self._joiner.note_established(connection, event, now)
            case SubflowClosed():
                self._joiner.note_closed(connection, event, now)
            case ManagedElsewhere():
                connection.is_foreign = True
            case BackupFlagObserved():
                backup_flags.note_flag(connection, event)
            case _:
                pass

    def _note_refused(self, connection: Connection, event: CommandRefused, now: float) -> None:
        """Only what did not come about matters; the rest was about what is gone already."""
        match event.command:
            case SetBackup():
                backup_flags.note_flag_refused(self._situation, connection, event.command, now)
            case AnnounceAddress():
                note_offer_refused(connection, event.command)
            case CreateSubflow():
                self._joiner.note_refused(connection, event.command.flow, now, is_port_taken=event.is_port_taken)
            case _:
                pass

    def _on_connection(self, event: ConnectionCreated | ConnectionEstablished, now: float) -> tuple[Command, ...]:
        connection = self._connections.get(event.token)
        if connection is None:
            connection = self._connections[event.token] = Connection(
                token=event.token,
                initial=event.flow,
                is_server_side=event.is_server_side,
                terms=self._terms.pop(event.token, UNRESTRICTED),
            )
            connection.subflows[event.flow] = Subflow(local_id=AddressId(0), is_backup=False, since=now)
        if isinstance(event, ConnectionEstablished):
            connection.is_established = True
            connection.retries.clear()  # what failed before could not succeed
            connection.is_initial_address_forbidden = event.is_initial_address_forbidden
        return tuple(self._reconcile(connection, now))

    def _on_paths_changed(self, event: PathsChanged, now: float) -> tuple[Command, ...]:
        before = {path.name: path for path in self._situation.paths}
        changed = {path.name for path in event.paths if before.get(path.name) != path}
        lost = {path.name for path in before.values() if is_open(path)} - {
            path.name for path in event.paths if is_open(path)
        }
        self._situation.set_paths(event.paths, event.other_addresses)
        for connection in self._connections.values():
            forget_failures(connection, changed, lost)
        return tuple(self._reconcile_all(now))

    def _on_time_passed(self, now: float) -> tuple[Command, ...]:
        return tuple(
            command
            for token in self._situation.take_due(now, most=MOST_AT_ONCE)
            if (connection := self._connections.get(token)) is not None
            for command in self._reconcile(connection, now)
        )

    def _on_resynchronised(self, event: Resynchronised, now: float) -> tuple[Command, ...]:
        found: dict[Token, list[SubflowSample]] = {}
        for sample in event.snapshot.subflows:
            found.setdefault(sample.token, []).append(sample)
        living = {each.token: each for each in event.snapshot.connections if not each.is_fallback}
        # Those that are still being opened are told when they are: their only subflow looks like a join in vain.
        opening = {
            token for token, each in living.items() if each.state is TcpState.SYN_SENT
        } - self._connections.keys()
        managed = {
            token: self._connections.get(token)
            or Connection(
                token=token,
                initial=each.flow,
                is_server_side=is_server_side(found.get(token, ())),
                terms=self._terms.get(token, UNRESTRICTED),
            )
            for token, each in living.items()
            if token not in opening
        }
        known = self._connections.keys() & managed.keys()
        self._connections.clear()
        self._connections.update(managed)
        for token in self._connections.keys() & self._recalled.keys():
            self._connections[token].recall(self._recalled[token])
        self._recalled.clear()
        self._terms = {token: terms for token, terms in self._terms.items() if token in opening}
        for token, connection in self._connections.items():
            samples = found.get(token, ())
            take_as_found(connection, samples, now, state=living[token].state)
            if token not in known:
                guess_peer(connection, samples)
                if not connection.is_server_side:
                    probing.adopt(self._situation, connection, now)
        return tuple(self._reconcile_all(now))

    def _reconcile_all(self, now: float) -> Iterator[Command]:
        """What has to go goes at once, everywhere; what is missing comes as fast as it can be taken in."""
        for number, connection in enumerate(self._connections.values()):
            if number < MOST_AT_ONCE:
                yield from self._reconcile(connection, now)
            elif _is_steered(connection):
                yield from self._correct(connection, now)
                self._situation.wake(connection.token, now)

    def _reconcile(self, connection: Connection, now: float) -> Iterator[Command]:
        """Bring the connection nearer to what it should be."""
        if _is_steered(connection):
            yield from self._correct(connection, now)
            yield from self._complete(connection, now)

    def _correct(self, connection: Connection, now: float) -> Iterator[Command]:
        """Close what should not be, and have the rest be what it should."""
        yield from leaving.close_unwanted(self._situation, connection, now)
        yield from leaving.close_surplus(connection)
        yield from backup_flags.set_backup_flags(self._situation, connection, now)
        yield from probing.withdraw(self._situation, connection, now)
        yield from probing.give_up(connection, now)

    def _complete(self, connection: Connection, now: float) -> Iterator[Command]:
        """Have what is missing made."""
        if connection.is_server_side:
            yield from offer_addresses(self._situation, connection)
        else:
            yield from self._joiner.give_up(connection, now)
            yield from self._joiner.join(connection, now)


def _is_steered(connection: Connection) -> bool:
    return connection.is_established and not (connection.is_local or connection.is_foreign)


def _is_first_of_peer(connection: Connection, flow: FourTuple) -> bool:
    """Whether a peer joins what had no subflow left, and so shows who has opened the connection."""
    is_theirs = not connection.subflows and flow not in connection.joins
    return is_theirs and flow.local.port == connection.initial.local.port


def _terms_after(terms: Terms, order: ConnectionHeld | PathsChosen) -> Terms:
    if isinstance(order, ConnectionHeld):
        return replace(terms, hold=order.hold)
    return replace(terms, tiers=order.tiers, is_multipath=order.is_multipath)
