"""Socket options in memory, set by whoever plays the programs."""

from collections.abc import Callable

from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.errors import NotSupportedError
from mpmanager.model.names import Token
from mpmanager.model.socket_options import NOTHING_ASKED, SocketWish


class SimulatedSocketOptions:
    """Options of connections, on a machine that has what they need unless `missing` says what it lacks."""

    def __init__(self, missing: str = "") -> None:
        self._missing = missing
        self._changed: Callable[[Token], None] | None = None
        self._wishes: dict[Token, SocketWish] = {}
        self.confirmed: dict[Token, int] = {}
        """The sections that are in force."""

    def say(self, token: Token, wish: SocketWish) -> None:
        """What a program does that sets its options."""
        self._wishes[token] = wish
        if self._changed is not None:
            self._changed(token)

    def begin(self, root: CgroupPath, changed: Callable[[Token], None]) -> None:  # noqa: ARG002  # everybody is there
        if self._missing:
            raise NotSupportedError(f"Socket options do not work on this machine: {self._missing}")
        self._changed = changed

    def wish(self, token: Token) -> SocketWish:
        return self._wishes.get(token, NOTHING_ASKED)

    def confirm(self, token: Token, wish: SocketWish) -> None:
        self.confirmed[token] = wish.section

    def forget(self, token: Token) -> None:
        self._wishes.pop(token, None)
        self.confirmed.pop(token, None)

    def close(self) -> None:
        self._changed = None
