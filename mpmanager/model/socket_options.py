"""What a program says of its own connection, by the socket options MPTCP_EXPIRATION and MPTCP_TRUSTED."""

from dataclasses import dataclass
from enum import StrEnum, unique


@unique
class SocketOption(StrEnum):
    """The options, by the names that programs know."""

    EXPIRATION = "MPTCP_EXPIRATION"
    TRUSTED = "MPTCP_TRUSTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketWish:
    """What was said by the options of one socket."""

    wait_s: float | None = None
    """How long data may wait: `policy.NEVER`, 0 (pool everything) or more; None: as the rules say."""
    is_trusted: bool = False
    """Whether a trusted section has begun: its data keeps to trusted paths."""
    section: int = 0
    """Tells one section from another of the same socket: an answer to an earlier one is none to this."""

    @property
    def options(self) -> tuple[SocketOption, ...]:
        """Those that say something."""
        expiration = () if self.wait_s is None else (SocketOption.EXPIRATION,)
        return (*expiration, SocketOption.TRUSTED) if self.is_trusted else expiration


NOTHING_ASKED = SocketWish()
