"""Closes subflows, in the order that the kernel needs."""

from collections.abc import Iterator, Sequence
from math import inf

from mpmanager.core.connection_state import MOST_SUBFLOWS, Connection, Join, Probe, Subflow, is_on
from mpmanager.core.intrusions import is_borne
from mpmanager.core.situation import Situation
from mpmanager.model.connection import FourTuple
from mpmanager.model.pathmanager import Command, DestroySubflow, WithdrawAddress
from mpmanager.model.trust import Hold


def abandon(connection: Connection, flow: FourTuple) -> Iterator[Command]:
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


def close_unwanted(situation: Situation, connection: Connection, now: float) -> Iterator[Command]:
    """Leave the paths that are gone or not allowed; if nothing else would be left, those alone that must be left.

    What the peer may still refuse is nothing: others are left once it has accepted.
    """
    unwanted = [
        flow
        for flow, each in connection.subflows.items()
        if not (_may_stay(situation, connection, flow, each) or is_borne(situation, connection, flow, each, now))
    ]
    others = (each.proven_at for flow, each in connection.subflows.items() if flow not in unwanted)
    proven_at = min(others, default=inf)
    if unwanted and now < proven_at < inf:
        situation.wake(connection.token, proven_at)
    if proven_at <= now:
        yield from _leave(connection, unwanted)
    elif connection.terms.hold is Hold.TRUSTED:
        # Linux keeps a connection without subflows for a minute (net.mptcp.close_timeout), in which it can be joined.
        yield from _leave(connection, [flow for flow in unwanted if _is_on_untrusted(situation, flow)])
    for pending in (connection.joins, connection.probes):
        for flow in [flow for flow, each in pending.items() if not _may_stay(situation, connection, flow, each)]:
            del pending[flow]
            yield DestroySubflow(token=connection.token, flow=flow)


def close_surplus(connection: Connection) -> Iterator[Command]:
    """A peer may join more often than the kernel can count."""
    for flow in list(connection.subflows)[MOST_SUBFLOWS:]:
        del connection.subflows[flow]
        yield DestroySubflow(token=connection.token, flow=flow)


def _leave(connection: Connection, flows: Sequence[FourTuple]) -> Iterator[Command]:
    """Close subflows and have the peer close them; what they still held goes out on the others."""
    leaving = {flow: connection.subflows.pop(flow) for flow in flows}
    # In this order: destroying a subflow makes the kernel forget its address id.
    connection.has_left_initial_address |= connection.initial in leaving
    for flow, subflow in leaving.items():
        if subflow.local_id or flow == connection.initial:  # an unknown id reads as 0, which is the initial subflow's
            yield WithdrawAddress(token=connection.token, local_id=subflow.local_id)
    for flow in flows:
        yield DestroySubflow(token=connection.token, flow=flow)


def _is_on_untrusted(situation: Situation, flow: FourTuple) -> bool:
    path = situation.path_of(flow.local.address)
    return path is not None and not path.is_trusted


def _may_stay(situation: Situation, connection: Connection, flow: FourTuple, subflow: Subflow | Join | Probe) -> bool:
    path = situation.path_of(flow.local.address)
    if path is None:
        return flow.local.address in situation.other_addresses
    return connection.terms.admit(path, connection.initial) and is_on(path, flow, subflow)
