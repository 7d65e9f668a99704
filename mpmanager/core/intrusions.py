"""Subflows that somebody else opens where none may be: left at once, unless it becomes a fight.

A second path manager that opens again what was closed would have both of them do nothing else, some 25 times a second.
So such a subflow is borne for a while, for longer each time, as a backup, which carries nothing while another one can.
Where trust forbids the path nothing is borne.
"""

from mpmanager.core.connection_state import Connection, Intrusion, Join, Probe, Subflow, is_on
from mpmanager.core.situation import Situation
from mpmanager.core.subflow_targets import is_admitted
from mpmanager.model.connection import FourTuple

BORNE_S = (0.0, 0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0)
"""The last one is repeated."""
FORGIVEN_AFTER_S = 120.0
"""Without another one."""


def note_opened(situation: Situation, connection: Connection, flow: FourTuple, now: float) -> None:
    """A subflow was opened that nobody here has asked for; before it is noted."""
    path = situation.path_of(flow.local.address)
    if flow in connection.joins or path is None or connection.terms.admit(path, connection.initial):
        return
    intrusion = connection.intrusions.setdefault(path.name, Intrusion())
    if now - intrusion.last > FORGIVEN_AFTER_S:
        intrusion.count = 0
    borne_s = BORNE_S[min(intrusion.count, len(BORNE_S) - 1)]
    intrusion.count += 1
    intrusion.last = intrusion.borne_until = now + borne_s
    if borne_s:
        situation.wake(connection.token, intrusion.borne_until)


def is_borne(
    situation: Situation, connection: Connection, flow: FourTuple, subflow: Subflow | Join | Probe, now: float
) -> bool:
    """Whether a subflow where none may be is left alone for now."""
    path = situation.path_of(flow.local.address)
    intrusion = None if path is None else connection.intrusions.get(path.name)
    if path is None or intrusion is None or intrusion.borne_until <= now:
        return False
    return path.state.is_usable and is_admitted(path, connection.terms.hold) and is_on(path, flow, subflow)
