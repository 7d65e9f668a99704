"""Heeds what programs say of their own connections by socket options, and answers when it is so."""

import logging
from collections.abc import Callable

from mpmanager.core.ledger import ConnectionAccount
from mpmanager.daemon.connection_keeper import ConnectionKeeper
from mpmanager.daemon.world import World
from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.errors import CommandRefusedError, NotSupportedError
from mpmanager.model.names import Token
from mpmanager.model.socket_options import NOTHING_ASKED, SocketWish

_log = logging.getLogger(__name__)


class OptionKeeper:
    """Everything here is called in the event loop and returns at once."""

    def __init__(
        self,
        world: World,
        connections: ConnectionKeeper,
        *,
        root: CgroupPath,
        heeded: Callable[[ConnectionAccount], None],
    ) -> None:
        """`heeded` is called when a connection has got another policy by its program's word."""
        self._options = world.options
        self._connections = connections
        self._root = root
        self._heeded = heeded
        self._refusal: str | None = None
        self._unanswered: set[Token] = set()
        """Connections in a trusted section of which their programs do not know yet that it is in force."""

    def begin(self) -> None:
        """Take options from now on; where that cannot be, `limits` says so."""
        try:
            self._options.begin(self._root, self._take)
        except (NotSupportedError, CommandRefusedError) as error:
            self._refusal = str(error)

    def close(self) -> None:
        """Take no options any more: nobody is going to heed them."""
        self._options.close()

    def limits(self) -> list[str]:
        """What does not work here, one sentence each."""
        if self._refusal is None:
            return []
        return [f"programs cannot set MPTCP_EXPIRATION and MPTCP_TRUSTED on this machine: {self._refusal}"]

    def wish(self, token: Token) -> SocketWish:
        """What the program says of a connection."""
        try:
            wish = self._options.wish(token)
        except CommandRefusedError as error:
            _log.warning("%s", error)
            return NOTHING_ASKED
        if wish.is_trusted:
            self._unanswered.add(token)
        return wish

    def forget(self, token: Token) -> None:
        """The connection has ended."""
        self._unanswered.discard(token)
        try:
            self._options.forget(token)
        except CommandRefusedError as error:
            _log.warning("%s", error)

    def answer(self) -> None:
        """Let programs know whose trusted sections have come into force; whenever connections have become others."""
        for token in tuple(self._unanswered):
            account = self._connections.ledger.connection(token)
            if account is None or not account.wish.is_trusted:
                self._unanswered.discard(token)
            elif self._connections.keeps_to_trusted(account):
                self._unanswered.discard(token)
                self._confirm(account)

    def _take(self, token: Token) -> None:
        account = self._connections.ledger.connection(token)
        if account is None:
            return  # asked for when it is heard of
        wish = self.wish(token)
        if wish != account.wish:
            account.wish = wish
            self._connections.revise(account)
            self._heeded(account)
            self.answer()

    def _confirm(self, account: ConnectionAccount) -> None:
        try:
            self._options.confirm(account.token, account.wish)
        except CommandRefusedError as error:
            _log.warning("%s", error)
