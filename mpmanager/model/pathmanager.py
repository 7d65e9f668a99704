"""The kernel's path manager interface: what it reports and what it can be told (`linux/mptcp_pm.h`)."""

from dataclasses import dataclass

from mpmanager.model.connection import Endpoint, FourTuple
from mpmanager.model.names import AddressId, IPAddress, Token


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionCreated:
    """MP_CAPABLE was exchanged; joining is not possible yet."""

    token: Token
    flow: FourTuple
    is_server_side: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionEstablished:
    """Data has flowed: subflows may be made from now on."""

    token: Token
    flow: FourTuple
    is_server_side: bool
    is_initial_address_forbidden: bool
    """The peer's C flag: nothing may join the address of the initial subflow (a load balancer's)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionClosed:
    token: Token


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressAnnounced:
    """The peer offers another address (ADD_ADDR)."""

    token: Token
    remote_id: AddressId
    remote: Endpoint
    """Port 0: the port of the initial subflow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressWithdrawn:
    """The peer takes an address back (REMOVE_ADDR)."""

    token: Token
    remote_id: AddressId


@dataclass(frozen=True, slots=True, kw_only=True)
class SubflowEstablished:
    """A joined subflow stands; also reported for joins that the peer began."""

    token: Token
    flow: FourTuple
    local_id: AddressId
    remote_id: AddressId
    is_backup_there: bool
    interface_index: int = 0
    """Of the interface that the socket is bound to; 0 when it is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubflowClosed:
    token: Token
    flow: FourTuple
    local_id: AddressId
    remote_id: AddressId
    error: int = 0
    """An errno; 0 when it was closed in order."""


KernelEvent = (
    ConnectionCreated
    | ConnectionEstablished
    | ConnectionClosed
    | AddressAnnounced
    | AddressWithdrawn
    | SubflowEstablished
    | SubflowClosed
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateSubflow:
    """Join from an address of ours. The local port is stated, so that an unanswered join can be given up."""

    token: Token
    local: Endpoint
    local_id: AddressId
    interface_index: int
    remote: Endpoint
    is_backup: bool

    @property
    def flow(self) -> FourTuple:
        """Of the subflow that this will make."""
        return FourTuple(self.local, self.remote)


@dataclass(frozen=True, slots=True, kw_only=True)
class DestroySubflow:
    """Reset one subflow; what it still held is sent again on the others."""

    token: Token
    flow: FourTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBackup:
    """Set or clear the backup flag on both ends (MP_PRIO is sent on this subflow)."""

    token: Token
    flow: FourTuple
    local_id: AddressId
    is_backup: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnounceAddress:
    """Offer an address of ours to the peer (ADD_ADDR)."""

    token: Token
    local: IPAddress
    local_id: AddressId
    interface_index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawAddress:
    """Take an address back (REMOVE_ADDR): the peer drops the subflows that use it.

    Must come before DestroySubflow, which makes the kernel forget the id.
    """

    token: Token
    local_id: AddressId


Command = CreateSubflow | DestroySubflow | SetBackup | AnnounceAddress | WithdrawAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class EventListener:
    """Another process that hears what the kernel tells path managers."""

    pid: int | None
    """None where it cannot be seen from here (another PID namespace)."""
    name: str
    """As `ps` shows it; empty where that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelEndpoint:
    """An address that the kernel's own path manager uses for the connections that are its own (`ip mptcp endpoint`)."""

    address: IPAddress
    flags: tuple[str, ...]
    """Such as `subflow` or `signal`."""
