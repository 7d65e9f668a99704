"""The authority without polkit: root and the daemon's user may do everything, others read and rule their own."""

import os

from mpmanager.model.authority import Action, Caller
from mpmanager.model.errors import NotAuthorizedError


class OwnerAuthority:
    """Knows two users: root and the daemon's own."""

    def __init__(self) -> None:
        self._allowed = {0, os.getuid()}

    async def authorise(self, caller: Caller, action: Action) -> None:
        if action is Action.INFO:
            return
        if action is Action.POLICY_OWN and caller.uid is not None:
            return
        if caller.uid not in self._allowed:
            raise NotAuthorizedError(f"{action.value} is for root and for the user who runs mpmanagerd; try with sudo")
