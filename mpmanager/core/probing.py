"""Probes: joins beside a standing subflow whose answer matters and nothing else."""

from collections.abc import Iterable, Iterator

from mpmanager.core.connection_state import MOST_SUBFLOWS, Connection, Join
from mpmanager.core.situation import Situation
from mpmanager.core.subflow_events import CommandRefused, ConnectionNews
from mpmanager.model.connection import Endpoint, FourTuple
from mpmanager.model.names import IPAddress
from mpmanager.model.pathmanager import Command, CreateSubflow, DestroySubflow, SubflowEstablished, WithdrawAddress

PROBE_ENDS_S = 1.0
"""A subflow that was only a probe is destroyed when the peer has not dropped it by then."""


def probe(situation: Situation, connection: Connection, standing: FourTuple, now: float) -> Iterator[Command]:
    """Join beside a standing subflow, unless an answer is still awaited."""
    path = situation.path_of(standing.local.address)
    is_asking = any(not each.is_answered for each in connection.probes.values())
    if path is not None and not is_asking and len(connection.subflows) < MOST_SUBFLOWS:
        command = CreateSubflow(
            token=connection.token,
            local=Endpoint(standing.local.address, situation.choose_port()),
            local_id=connection.fresh_id(),
            interface_index=path.index,
            remote=standing.remote,
            is_backup=True,
        )
        connection.probes[command.flow] = Join.of(command, expires=now + PROBE_ENDS_S)
        situation.wake(connection.token, now + PROBE_ENDS_S)
        yield command


def concerns(connection: Connection, refused: Command) -> bool:
    """Whether a command that the kernel refused was a probe's beginning, or may have been its end."""
    if isinstance(refused, CreateSubflow):
        return refused.flow in connection.probes
    return isinstance(refused, WithdrawAddress)


def on_refused(situation: Situation, connection: Connection, event: CommandRefused, now: float) -> Iterator[Command]:
    """Ask from another port, if only that was in the way; end what the peer could not be asked to drop."""
    command = event.command
    if isinstance(command, CreateSubflow):
        del connection.probes[command.flow]
        if event.is_port_taken:
            yield from probe(situation, connection, command.flow, now)
    if isinstance(command, WithdrawAddress):
        ended = [flow for flow, each in connection.probes.items() if each.local_id == command.local_id]
        yield from _drop(connection, ended)


def end_answered(connection: Connection, event: ConnectionNews) -> Iterator[Command]:
    """Have the peer drop a probe that it has answered."""
    if isinstance(event, SubflowEstablished) and event.flow in connection.probes:
        connection.probes[event.flow].is_answered = True
        # Not DESTROY: it would make the kernel forget the id of the other subflow from this address.
        yield WithdrawAddress(token=connection.token, local_id=connection.probes[event.flow].local_id)


def give_up(connection: Connection, now: float) -> Iterator[Command]:
    """Destroy those that nobody has answered, and those that the peer has not dropped."""
    yield from _drop(connection, [flow for flow, each in connection.probes.items() if each.expires <= now])


def drop_from(connection: Connection, address: IPAddress) -> Iterator[Command]:
    """End the probes from an address before something new joins from it.

    The kernel forgets the first id that it has for the address of a destroyed subflow, whichever subflow's that is.
    """
    yield from _drop(connection, [flow for flow in connection.probes if flow.local.address == address])


def _drop(connection: Connection, flows: Iterable[FourTuple]) -> Iterator[Command]:
    for flow in flows:
        del connection.probes[flow]
        yield DestroySubflow(token=connection.token, flow=flow)
