"""Opens the subflows that are missing, and tries again where that failed: soon and often on a path that was well."""

from collections.abc import Iterable, Iterator
from errno import ECONNREFUSED, ECONNRESET

from mpmanager.core.connection_state import (
    MOST_SUBFLOWS,
    PROVEN_AFTER_S,
    Connection,
    Join,
    Recovery,
    Retry,
    Subflow,
    is_on,
)
from mpmanager.core.situation import Situation
from mpmanager.core.subflow_events import SubflowFailed
from mpmanager.core.subflow_targets import Target
from mpmanager.model.connection import Endpoint, FourTuple
from mpmanager.model.names import LinkName, Token
from mpmanager.model.pathmanager import Command, CreateSubflow, DestroySubflow, SubflowClosed, SubflowEstablished

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

HEALTHY_AFTER_S = 10.0
"""A subflow that has lived so long was no failure: when it ends, trying again begins at the first wait."""


class Joiner:
    """The joins of all connections."""

    def __init__(self, situation: Situation) -> None:
        self._situation = situation
        self._scouts: dict[LinkName, Token] = {}
        """For each path that has failed, the connection that tries it often."""

    def note_failed(self, connection: Connection, event: SubflowFailed, now: float) -> None:
        """A subflow has to go, and its path is tried again."""
        path = self._situation.path_of(event.flow.local.address)
        if path is not None and not connection.is_server_side:
            connection.recoveries[path.name] = Recovery(since=now, rtt_s=event.rtt_s)
            if self._scouts.get(path.name) not in self._situation.connections:
                self._scouts[path.name] = connection.token
            retry = connection.retries[(path.name, event.flow.remote)] = Retry()
            retry.not_before = now + _rest_s(connection.recoveries[path.name], now)
            self._situation.wake(connection.token, retry.not_before)

    def note_recovered(self, connection: Connection, path: LinkName) -> None:
        """What fails there from now on fails as on any other path."""
        connection.recoveries.pop(path, None)
        for (name, _remote), retry in connection.retries.items():
            retry.failures = 0 if name == path else retry.failures

    def note_refused(self, connection: Connection, flow: FourTuple, now: float, *, is_port_taken: bool) -> None:
        """The kernel did not even try to join."""
        if flow not in connection.joins:
            return
        del connection.joins[flow]
        retry = connection.retries.setdefault(self._retry_key(flow), Retry())
        retry.taken_ports += is_port_taken
        if not is_port_taken or retry.taken_ports > MOST_TAKEN_PORTS:
            self._wait_longer(connection, flow, now)

    def note_closed(self, connection: Connection, event: SubflowClosed, now: float) -> None:
        """A subflow, or a join, has ended."""
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

    def note_established(self, connection: Connection, event: SubflowEstablished, now: float) -> None:
        """A join, or one of the peer's, was answered."""
        join = connection.joins.pop(event.flow, None)
        connection.subflows[event.flow] = Subflow(
            local_id=join.local_id if join else event.local_id,
            is_backup=join.is_backup if join else False,
            since=now,
            proven_at=now + PROVEN_AFTER_S if join else now,
            interface_index=event.interface_index,
        )
        path = self._situation.path_of(event.flow.local.address)
        if path is not None and path.name in self._scouts:
            self._call_the_others(path.name, now)

    def give_up(self, connection: Connection, now: float) -> Iterator[Command]:
        """End the joins that nobody has answered in time."""
        for flow in [flow for flow, join in connection.joins.items() if join.expires <= now]:
            del connection.joins[flow]
            self._wait_longer(connection, flow, now, is_silence=True)
            yield DestroySubflow(token=connection.token, flow=flow)

    def join(self, connection: Connection, now: float) -> Iterator[Command]:
        """Ask for what is missing and may be tried now."""
        for target in self._situation.targets(connection.peer):
            if len(connection.subflows) + len(connection.joins) >= MOST_SUBFLOWS:
                return
            retry = connection.retries.get((target.path.name, target.remote))
            if not _is_served(connection, target) and (retry is None or retry.not_before <= now):
                yield self._create(connection, target, now)

    def _create(self, connection: Connection, target: Target, now: float) -> CreateSubflow:
        command = CreateSubflow(
            token=connection.token,
            local=Endpoint(target.local, self._situation.choose_port()),
            local_id=connection.fresh_id(),
            interface_index=target.path.index,
            remote=target.remote,
            is_backup=connection.is_backup_on(target.path),
        )
        patience_s = self._patience_s(connection, target, now)
        connection.joins[command.flow] = Join.of(command, expires=now + patience_s)
        self._situation.wake(connection.token, now + patience_s)
        return command

    def _patience_s(self, connection: Connection, target: Target, now: float) -> float:
        """How long an answer may take; the round trip of a path that failed may be longer than it was."""
        recovery = connection.recoveries.get(target.path.name)
        if recovery is None:
            return JOIN_TIMEOUT_S
        patience_s = 2 * recovery.rtt_s + RECOVERY_JOIN_TIMEOUT_S
        grown_s = max(0.0, now - recovery.since - RECOVERY_SAME_S)
        return min(JOIN_TIMEOUT_S, patience_s * (1 + grown_s / RECOVERY_DOUBLES_S))

    def _call_the_others(self, path: LinkName, now: float) -> None:
        """A path that had failed answers: all connections that miss it may try at once."""
        del self._scouts[path]
        for connection in self._situation.connections.values():
            if path in connection.recoveries:
                for name, remote in connection.retries:
                    if name == path:
                        connection.retries[(name, remote)].not_before = now
                self._situation.wake(connection.token, now)

    def _wait_longer(self, connection: Connection, flow: FourTuple, now: float, *, is_silence: bool = False) -> None:
        """Silence may end without a sign, so it is tried again for ever; a peer that refuses is left alone some day."""
        retry = connection.retries.setdefault(self._retry_key(flow), Retry())
        retry.failures += 1
        retry.taken_ports = 0
        recovery = connection.recoveries.get(self._retry_key(flow)[0])
        if recovery is not None and is_silence:
            retry.not_before = now + self._recovery_rest_s(connection, flow, recovery, now)
            self._situation.wake(connection.token, retry.not_before)
        elif is_silence or retry.failures <= len(RETRY_AFTER_S):
            retry.not_before = now + RETRY_AFTER_S[min(retry.failures, len(RETRY_AFTER_S)) - 1]
            self._situation.wake(connection.token, retry.not_before)
        else:
            retry.not_before = float("inf")

    def _recovery_rest_s(self, connection: Connection, flow: FourTuple, recovery: Recovery, now: float) -> float:
        path = self._retry_key(flow)[0]
        scout = self._scouts.get(path)
        if scout is None or scout not in self._situation.connections:
            self._scouts[path] = scout = connection.token
        return _rest_s(recovery, now) if scout == connection.token else max(OTHERS_RETRY_S, _rest_s(recovery, now))

    def _retry_key(self, flow: FourTuple) -> tuple[LinkName, Endpoint]:
        path = self._situation.path_of(flow.local.address)
        return (path.name if path else LinkName(""), flow.remote)


def forget_failures(connection: Connection, changed: Iterable[LinkName], lost: Iterable[LinkName]) -> None:
    """What failed on a path before it changed may succeed now; one that was lost comes back as another."""
    for key in [key for key in connection.retries if key[0] in changed]:
        del connection.retries[key]
    for path in lost:
        connection.recoveries.pop(path, None)


def _rest_s(recovery: Recovery, now: float) -> float:
    return next(rest_s for until_s, rest_s in RECOVERY_RETRIES if now - recovery.since < until_s)


def _is_served(connection: Connection, target: Target) -> bool:
    flows: list[tuple[FourTuple, Subflow | Join]] = [*connection.subflows.items(), *connection.joins.items()]
    if target.is_extra:
        return any(flow.remote == target.remote for flow, _each in flows)
    return any(is_on(target.path, flow, each) for flow, each in flows)
