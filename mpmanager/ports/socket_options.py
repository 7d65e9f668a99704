"""What the daemon needs so that programs can say something of their own connections."""

from collections.abc import Callable
from typing import Protocol

from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.names import Token
from mpmanager.model.socket_options import SocketWish


class SocketOptions(Protocol):
    """The options MPTCP_EXPIRATION and MPTCP_TRUSTED of TCP sockets, for as long as the daemon lives."""

    def begin(self, root: CgroupPath, changed: Callable[[Token], None]) -> None:
        """Take the options of all programs below a cgroup, and call `changed` when they say something else.

        What was said of a connection before it had a token is known as soon as it has one. What was said to an
        earlier daemon counts, and is not told again. `changed` is also called, once or more often than needed, for
        connections of which something may have been said, and may be called for tokens that nobody else knows.

        Raises:
            NotSupportedError: this machine cannot.
            CommandRefusedError: the kernel refuses.
        """
        ...

    def wish(self, token: Token) -> SocketWish:
        """What the program says of a connection now; `NOTHING_ASKED` also where there is no such connection."""
        ...

    def confirm(self, token: Token, wish: SocketWish) -> None:
        """Let the program know that this trusted section is in force."""
        ...

    def forget(self, token: Token) -> None:
        """The connection has ended."""
        ...

    def close(self) -> None:
        """Take no options any more: the kernel knows none of them. What was said is kept for the next daemon."""
        ...
