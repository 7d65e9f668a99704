"""Gives the subflows that stand the backup flags that they should have."""

from collections.abc import Iterator
from operator import itemgetter

from mpmanager.core.connection_state import Connection
from mpmanager.core.intrusions import is_borne
from mpmanager.core.situation import Situation
from mpmanager.core.subflow_events import BackupFlagObserved
from mpmanager.model.pathmanager import Command, SetBackup

FLAG_REST_S = 0.02
"""Before a flag is set again that the kernel refused: it knows a subflow only some time after it has reported it."""
MOST_FLAG_REFUSALS = 20


def set_backup_flags(situation: Situation, connection: Connection, now: float) -> Iterator[Command]:
    """Clear flags before any is set: at no moment shall all subflows be backups."""
    changed = []
    for flow, subflow in connection.subflows.items():
        path = situation.path_of(flow.local.address)
        is_wrong = path is not None and subflow.is_backup != (
            connection.is_backup_on(path) or is_borne(situation, connection, flow, subflow, now)
        )
        if is_wrong and subflow.flag_not_before <= now:
            subflow.is_backup = not subflow.is_backup
            changed.append((subflow.is_backup, flow, subflow.local_id))
    for is_backup, flow, local_id in sorted(changed, key=itemgetter(0)):
        yield SetBackup(token=connection.token, flow=flow, local_id=local_id, is_backup=is_backup)


def note_flag_refused(situation: Situation, connection: Connection, command: SetBackup, now: float) -> None:
    """The flag is still what it was: set it again after a rest."""
    subflow = connection.subflows.get(command.flow)
    if subflow is None:
        return
    subflow.flag_refusals += 1
    if subflow.flag_refusals <= MOST_FLAG_REFUSALS:
        subflow.is_backup = not command.is_backup
        subflow.flag_not_before = now + FLAG_REST_S
        situation.wake(connection.token, subflow.flag_not_before)


def note_flag(connection: Connection, event: BackupFlagObserved) -> None:
    """Take in what the kernel has made of a flag."""
    subflow = connection.subflows.get(event.flow)
    if subflow is not None:
        subflow.is_backup = event.is_backup
