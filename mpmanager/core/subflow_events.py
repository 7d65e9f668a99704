"""What the subflow manager is told: by the kernel, by those who watch the network, and what others have decided."""

from dataclasses import dataclass

from mpmanager.model.connection import FourTuple, Snapshot
from mpmanager.model.names import IPAddress, LinkName, Token
from mpmanager.model.path import Path
from mpmanager.model.pathmanager import (
    AddressAnnounced,
    AddressWithdrawn,
    Command,
    KernelEvent,
    SubflowClosed,
    SubflowEstablished,
)
from mpmanager.model.policy import TierChoice
from mpmanager.model.trust import Hold


@dataclass(frozen=True, slots=True, kw_only=True)
class PathsChanged:
    """The network is another now."""

    paths: tuple[Path, ...]
    other_addresses: frozenset[IPAddress] = frozenset()
    """Of this host and of no path, such as a service's address on the loopback interface."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRefused:
    """The kernel refused a command."""

    command: Command
    is_port_taken: bool = False
    """Whether only the local port of a join stood in the way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedElsewhere:
    """A connection turned out to belong to another path manager."""

    token: Token


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupFlagObserved:
    """What a subflow's own backup flag really is (old kernels ignore it in SUBFLOW_CREATE)."""

    token: Token
    flow: FourTuple
    is_backup: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Resynchronised:
    """What there is, after events were lost or when the daemon has just started."""

    snapshot: Snapshot
    """A connection whose local port is among them was accepted here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalPathsChosen:
    """On which paths the subflows of a connection are normal ones, whatever the tiers say."""

    token: Token
    paths: frozenset[LinkName] | None
    """None: as the tiers say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubflowFailed:
    """A subflow delivers nothing: it has to go, and its path to be tried again."""

    token: Token
    flow: FourTuple
    rtt_s: float
    """Round trip of the path while it was well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathRecovered:
    """A path that had failed for this connection counts as well again."""

    token: Token
    path: LinkName


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeWanted:
    """Joins beside a standing subflow shall show whether its path is alive: one answer suffices."""

    token: Token
    flow: FourTuple
    """The standing subflow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionHeld:
    """What a connection may do on untrusted paths from now on."""

    token: Token
    hold: Hold


@dataclass(frozen=True, slots=True, kw_only=True)
class PathsChosen:
    """When a connection may use which paths from now on, and whether it may use several at all."""

    token: Token
    tiers: tuple[TierChoice, ...]
    is_multipath: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePassed:
    """The deadline has come."""


Order = NormalPathsChosen | SubflowFailed | PathRecovered | ProbeWanted | ConnectionHeld | PathsChosen
"""What is decided about a connection elsewhere in the core."""

ConnectionNews = (
    AddressAnnounced
    | AddressWithdrawn
    | SubflowEstablished
    | SubflowClosed
    | CommandRefused
    | ManagedElsewhere
    | BackupFlagObserved
    | Order
)

Event = KernelEvent | PathsChanged | ConnectionNews | Resynchronised | TimePassed
