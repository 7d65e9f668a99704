"""The authority without polkit: root may do everything, so may the user who runs the daemon; all may read."""

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
        if caller.uid not in self._allowed:
            raise NotAuthorizedError(f"{action.value} is for root and for the user who runs mpmanagerd; try with sudo")
