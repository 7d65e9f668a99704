"""Probes: joins beside a standing subflow whose answer matters and nothing else.

A question is two of them at once, from two ports and with two ids, since one lost packet shall not look like a dead
path. Any answer to either settles it, be it a refusal; the other one is dropped when its own answer comes.

They are withdrawn rather than destroyed wherever possible: with a destroyed subflow the kernel forgets the first id
that it has for that address, whichever subflow's that is. Where a standing subflow would lose its id so, an unanswered
probe may stay until its second SYN has had time for an answer.
"""

from collections.abc import Iterable, Iterator
from math import inf

from mpmanager.core.connection_state import MOST_SUBFLOWS, Connection, Probe
from mpmanager.core.joining import REFUSALS
from mpmanager.core.situation import Situation
from mpmanager.core.subflow_events import CommandRefused
from mpmanager.model.connection import Endpoint, FourTuple
from mpmanager.model.names import IPAddress
from mpmanager.model.path import Path
from mpmanager.model.pathmanager import (
    Command,
    CreateSubflow,
    DestroySubflow,
    SubflowClosed,
    SubflowEstablished,
    WithdrawAddress,
)

PROBES_AT_ONCE = 2

PROBE_ENDS_S = 0.9
"""An unanswered one is destroyed before its second SYN (sent after 1 s): closing what that begins would make the peer
send once more all that is on its way."""

ID_SPARED_S = 2.5
"""Time for an answer to the second SYN, where destroying could cost a standing subflow its id."""

WITHDRAWALS_APART_S = 0.03
"""A Linux peer overlooks a REMOVE_ADDR that comes before it has obeyed the last one."""

DROPPED_WITHIN_S = 1.0
"""One that the peer was asked to drop is destroyed when the peer has not done so by then."""


def ask(situation: Situation, connection: Connection, standing: FourTuple, now: float) -> Iterator[Command]:
    """Join beside a standing subflow. Earlier questions are void: their late answers would say nothing of now."""
    _settle(connection)
    path = situation.path_of(standing.local.address)
    sockets = len(connection.subflows) + len(connection.joins) + len(connection.probes)
    if path is not None:
        for _each in range(min(PROBES_AT_ONCE, MOST_SUBFLOWS - sockets)):
            yield _join(situation, connection, path, standing, now)


def adopt(situation: Situation, connection: Connection, now: float) -> None:
    """Drop what a daemon that was killed meanwhile has left: second subflows between the same ends, as backups."""
    ends = set()
    for flow, each in sorted(connection.subflows.items(), key=lambda item: (item[1].is_backup, item[1].local_id)):
        pair = flow.local.address, flow.remote
        if pair in ends and each.is_backup:
            del connection.subflows[flow]
            probe = connection.probes[flow] = Probe(
                local_id=each.local_id, expires=inf, interface_index=each.interface_index, is_awaited=False
            )
            _have_dropped(situation, connection, probe, now)
            _bound(situation, connection, probe, now)
        ends.add(pair)


def take_answer(
    situation: Situation, connection: Connection, event: SubflowEstablished | SubflowClosed, now: float
) -> None:
    """A probe was answered, or has ended: have the peer drop it, and the kernel forget its id."""
    probe = connection.probes[event.flow]
    if is_answer(connection, event):
        _settle(connection)
    if not probe.is_answered:
        _have_dropped(situation, connection, probe, now)
    if isinstance(event, SubflowClosed):
        del connection.probes[event.flow]
    else:
        _bound(situation, connection, probe, now)


def _have_dropped(situation: Situation, connection: Connection, probe: Probe, now: float) -> None:
    """Have the peer told to drop it, when its turn comes."""
    probe.is_answered = True
    connection.withdrawals.append(probe.local_id)
    situation.wake(connection.token, max(now, connection.next_withdrawal))


def _bound(situation: Situation, connection: Connection, probe: Probe, now: float) -> None:
    """Wait no longer for the peer to drop it."""
    probe.expires = now + DROPPED_WITHIN_S
    situation.wake(connection.token, probe.expires)


def withdraw(situation: Situation, connection: Connection, now: float) -> Iterator[Command]:
    """Tell the peer which one to drop next."""
    if connection.withdrawals and connection.next_withdrawal <= now:
        connection.next_withdrawal = now + WITHDRAWALS_APART_S
        yield WithdrawAddress(token=connection.token, local_id=connection.withdrawals.pop(0))
        if connection.withdrawals:
            situation.wake(connection.token, connection.next_withdrawal)


def is_answer(connection: Connection, event: SubflowEstablished | SubflowClosed) -> bool:
    """Whether this settles a question; a router that knows no way does not."""
    probe = connection.probes.get(event.flow)
    is_from_peer = isinstance(event, SubflowEstablished) or event.error in REFUSALS
    return probe is not None and probe.is_awaited and is_from_peer


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
        path = situation.path_of(command.local.address)
        if event.is_port_taken and path is not None:
            yield _join(situation, connection, path, command.flow, now)
    if isinstance(command, WithdrawAddress):
        ended = [flow for flow, each in connection.probes.items() if each.local_id == command.local_id]
        yield from _drop(connection, ended)


def give_up(connection: Connection, now: float) -> Iterator[Command]:
    """Destroy those that nobody has answered, and those that the peer has not dropped."""
    yield from _drop(connection, [flow for flow, each in connection.probes.items() if each.expires <= now])


def drop_from(connection: Connection, address: IPAddress) -> Iterator[Command]:
    """End the probes from an address before something new joins from it, whose id the kernel might forget later."""
    yield from _drop(connection, [flow for flow in connection.probes if flow.local.address == address])


def _join(situation: Situation, connection: Connection, path: Path, standing: FourTuple, now: float) -> CreateSubflow:
    command = CreateSubflow(
        token=connection.token,
        local=Endpoint(standing.local.address, situation.choose_port()),
        local_id=connection.fresh_id(),
        interface_index=path.index,
        remote=standing.remote,
        is_backup=True,
    )
    is_id_at_stake = any(
        each.local_id and flow.local.address == standing.local.address for flow, each in connection.subflows.items()
    )
    expires = now + (ID_SPARED_S if is_id_at_stake else PROBE_ENDS_S)
    connection.probes[command.flow] = Probe(local_id=command.local_id, expires=expires, interface_index=path.index)
    situation.wake(connection.token, expires)
    return command


def _settle(connection: Connection) -> None:
    for probe in connection.probes.values():
        probe.is_awaited = False


def _drop(connection: Connection, flows: Iterable[FourTuple]) -> Iterator[Command]:
    for flow in flows:
        del connection.probes[flow]
        yield DestroySubflow(token=connection.token, flow=flow)
