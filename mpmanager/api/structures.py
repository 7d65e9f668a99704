"""What travels over the bus; the same structures are the JSON of the command line.

Rates are bits per second over the last sampling interval, byte counts are payload unless said otherwise.
"""

from enum import StrEnum, unique

import msgspec

from mpmanager.model.connection import TcpState
from mpmanager.model.path import KindSource, PathKind, PathState, Security, Tier


class Structure(msgspec.Struct, kw_only=True):
    """Base of all structures on the wire: unknown fields are ignored, so that either side may be newer."""


class StatusInfo(Structure):
    """The daemon as a whole."""

    version: str
    pid: int
    started: float
    """Unix time, seconds."""
    simulated: bool
    """True when nothing of what the daemon shows exists outside its memory."""
    path_manager: str
    """`userspace` while the daemon manages the connections of this namespace, else what manages them."""
    paths_up: int
    connections: int
    events: int
    """Events recorded since the start."""
    limits: list[str]
    """What cannot be done on this machine, one sentence each; empty when everything works."""
    notes: list[str] = []
    """What is not there and is done without, one sentence each."""


class PathInfo(Structure):
    """One network path. Byte counts are those of the interface: everything it carried, headers included."""

    name: str
    index: int
    kind: PathKind
    kind_source: KindSource
    network: str | None
    security: Security | None
    tier: Tier
    tier_chosen: bool
    """Whether a person has set the tier; else the kind suggests it."""
    state: PathState
    addresses: list[str]
    """With prefix length, such as 192.0.2.7/24."""
    gateway: str | None
    gateways: list[str]
    rx_bytes: int
    tx_bytes: int
    rx_bit_s: float
    tx_bit_s: float


class AppInfo(Structure):
    """The program that owns a connection."""

    id: str
    name: str
    pid: int | None
    exe: str | None
    cgroup: str | None


class BackupInfo(Structure):
    """Who has marked a subflow as backup."""

    local: bool
    peer: bool


class SubflowInfo(Structure):
    """One living subflow."""

    path: str | None
    """None when its address belongs to no path any more."""
    local: str
    remote: str
    local_id: int
    remote_id: int
    backup: BackupInfo
    state: TcpState
    rtt_ms: float | None
    tx_bytes: int
    rx_bytes: int
    tx_bit_s: float
    rx_bit_s: float
    retransmits: int


class CarriedInfo(Structure):
    """What one path has carried of a connection or an application, ended subflows included."""

    path: str
    tx_bytes: int
    rx_bytes: int


class ConnectionInfo(Structure):
    """One MPTCP connection. Its own byte counts are of the stream, each byte once."""

    token: str
    """Such as 0x2833a25d."""
    app: AppInfo
    local: str
    remote: str
    state: TcpState
    fallback: bool
    server_side: bool
    managed: bool
    """False for a connection that was made before the daemon took over: it keeps the subflows it has."""
    opened: float
    """Unix time at which the daemon first saw it."""
    tx_bytes: int
    rx_bytes: int
    subflows: list[SubflowInfo]
    carried: list[CarriedInfo]


class ApplicationTotals(Structure):
    """What an application has moved over MPTCP since the daemon started, ended connections included."""

    id: str
    name: str
    connections: int
    """Living ones."""
    carried: list[CarriedInfo]


@unique
class EventKind(StrEnum):
    """What can happen."""

    DAEMON_STARTED = "daemon-started"
    PATH_ADDED = "path-added"
    PATH_REMOVED = "path-removed"
    PATH_UP = "path-up"
    PATH_DOWN = "path-down"
    PATH_CHANGED = "path-changed"
    TIER_CHANGED = "tier-changed"
    CONNECTION_OPENED = "connection-opened"
    CONNECTION_CLOSED = "connection-closed"
    CONNECTION_FELL_BACK = "connection-fell-back"
    CONNECTION_UNMANAGED = "connection-unmanaged"
    SUBFLOW_OPENED = "subflow-opened"
    SUBFLOW_CLOSED = "subflow-closed"
    SUBFLOW_REFUSED = "subflow-refused"
    RESYNCHRONISED = "resynchronised"


class EventInfo(Structure):
    """Something that happened."""

    id: int
    time: float
    """Unix time, seconds."""
    kind: EventKind
    text: str
    """One sentence for people."""
    path: str | None = None
    token: str | None = None
    app: str | None = None
    """Application id."""


@unique
class Topic(StrEnum):
    """What a stream can carry."""

    PATHS = "paths"
    CONNECTIONS = "connections"
    ENDED = "ended"
    """Connections that ended in the last minute, with their final accounts (1,000 at most)."""
    APPLICATIONS = "applications"
    EVENTS = "events"


class SubscribeOptions(Structure):
    """What a subscriber wants."""

    interval_s: float = 1.0
    """Between frames; 0.1 to 60."""
    count: int = 0
    """Frames after which the stream ends; 0: never."""
    topics: list[Topic] = msgspec.field(default_factory=lambda: [Topic.PATHS, Topic.CONNECTIONS, Topic.EVENTS])


class Frame(Structure):
    """One tick of a stream. A topic that was not asked for is an empty list.

    A slow reader misses frames (`dropped` counts them) but no event: events wait for the next frame.
    """

    sequence: int
    time: float
    """Unix time, seconds."""
    monotonic: float
    """Seconds of the daemon's monotonic clock: differences are exact when the system clock jumps."""
    simulated: bool
    dropped: int
    paths: list[PathInfo] = []
    connections: list[ConnectionInfo] = []
    ended: list[ConnectionInfo] = []
    applications: list[ApplicationTotals] = []
    events: list[EventInfo] = []
