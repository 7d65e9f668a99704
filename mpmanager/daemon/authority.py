"""The authority without polkit: root and the daemon's user may do everything, others read and rule their own."""

import os
from collections.abc import Mapping

from mpmanager.model.authority import ROOT_UID, Action, Caller
from mpmanager.model.errors import NotAuthorizedError


class OwnerAuthority:
    """Knows two users: root and the daemon's own."""

    def __init__(self) -> None:
        self._allowed = {ROOT_UID, os.getuid()}

    async def authorise(self, caller: Caller, action: Action, details: Mapping[str, str]) -> None:  # noqa: ARG002  # the port's
        if action is Action.INFO:
            return
        if action is Action.POLICY_OWN and caller.uid is not None:
            return
        if caller.uid not in self._allowed:
            raise NotAuthorizedError(
                "only root and the user who runs mpmanagerd may change this; an administrator may: sudo mpm ..."
            )

    async def notes(self) -> list[str]:
        return []

    def close(self) -> None:
        """Nothing is held."""
