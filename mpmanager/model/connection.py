"""Multipath TCP connections, their subflows, and whose they are."""

from dataclasses import dataclass, field
from enum import StrEnum, unique
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple

from mpmanager.model.names import AddressId, IPAddress, Token


class Endpoint(NamedTuple):
    """An address and a port (host byte order). Never a v4-mapped IPv6 address: see `normalised`."""

    address: IPAddress
    port: int

    def __str__(self) -> str:
        host = f"[{self.address}]" if isinstance(self.address, IPv6Address) else str(self.address)
        return f"{host}:{self.port}"


def normalised(address: IPAddress) -> IPAddress:
    """The address itself, or the IPv4 address inside a v4-mapped one (::ffff:a.b.c.d)."""
    if isinstance(address, IPv4Address):
        return address
    return address.ipv4_mapped or address


@dataclass(frozen=True, slots=True)
class FourTuple:
    """The two ends of one TCP flow, seen from this host."""

    local: Endpoint
    remote: Endpoint
    _hash: int = field(init=False, repr=False, compare=False)
    """Kept: it is asked for with every look at every subflow, and that of an address is slow."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.local, self.remote)))

    def __hash__(self) -> int:
        return self._hash

    def __str__(self) -> str:
        return f"{self.local} > {self.remote}"


@unique
class TcpState(StrEnum):
    """The state of a TCP socket, by the names of RFC 9293."""

    ESTABLISHED = "established"
    SYN_SENT = "syn-sent"
    SYN_RECEIVED = "syn-received"
    FIN_WAIT_1 = "fin-wait-1"
    FIN_WAIT_2 = "fin-wait-2"
    TIME_WAIT = "time-wait"
    CLOSED = "closed"
    CLOSE_WAIT = "close-wait"
    LAST_ACK = "last-ack"
    LISTEN = "listen"
    CLOSING = "closing"


class ProcessKey(NamedTuple):
    """What the kernel tells of a socket's owner; enough to find the process."""

    inode: int
    """Of the socket; 0 once the process has closed it."""
    uid: int
    cgroup_id: int
    """Inode number of the cgroup's directory; 0 where the kernel does not tell."""

    @property
    def is_known(self) -> bool:
        """Whether the user is: kernels before 6.17 call root's what no process holds (yet, or any more)."""
        return self.inode != 0 or self.uid != 0


NOBODY = ProcessKey(inode=0, uid=0, cgroup_id=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """The program to which a connection belongs."""

    id: str
    """What its connections are grouped by, stable between runs of the program: `app:` and `app_id`,
    `unit:name.service`, `exe:/path`, `script:/path`, `name:NAME`, `cgroup:/path`, or `unknown`."""
    name: str
    """Short, for people."""
    pid: int | None
    """None when no process could be found (it has ended, or belongs to another process namespace)."""
    exe: str | None
    cgroup: str | None
    """Path below the cgroup v2 mount, such as /user.slice/...; None where it is not known."""
    app_id: str | None = None
    """Of the desktop entry (`org.mozilla.firefox`, Flatpak and Snap too) or the container (`docker:0123456789ab`) that
    it belongs to. A program in a terminal belongs to the terminal."""
    unit: str | None = None
    """The innermost unit of systemd that it runs in, such as `ssh.service`."""
    uid: int | None = None
    """Of the user to whom the socket belongs."""
    icon: str | None = None
    """The desktop entry's: a name to look up in an icon theme, or a path."""
    script: str | None = None
    """What an interpreter runs: an absolute path, or the name of a module (`-m` of Python)."""
    reason: str = ""
    """How it was recognised, in words for people; empty where it was not."""


UNKNOWN_APPLICATION = Application(id="unknown", name="unknown", pid=None, exe=None, cgroup=None)


class ConnectionSample(NamedTuple):
    """One MPTCP socket at one moment. Counters are the connection's own: bytes of the stream, each once."""

    token: Token
    flow: FourTuple
    """Of the initial subflow."""
    state: TcpState
    owner: ProcessKey
    is_fallback: bool
    """Whether the connection has fallen back to plain TCP."""
    tx_bytes: int | None
    """Sent; None where the kernel does not count (before Linux 6.5)."""
    rx_bytes: int | None
    tx_written: int
    """What the application has handed over, sent or not."""


class SubflowSample(NamedTuple):
    """One subflow at one moment. Counters are payload bytes of this subflow since it exists."""

    token: Token
    flow: FourTuple
    local_id: AddressId
    remote_id: AddressId
    state: TcpState
    is_backup_here: bool
    """Whether this host has marked it as backup."""
    is_backup_there: bool
    """Whether the peer has."""
    is_begun_here: bool
    """Whether this host sent the SYN."""
    is_fully_established: bool
    """Whether the peer has confirmed that it speaks Multipath TCP: joins are possible from then on."""
    interface_index: int
    """Of the interface that the socket is bound to; 0 when it is not: then the source address tells the path."""
    rtt_ms: float | None
    """Smoothed; None until the first measurement."""
    tx_bytes: int
    """Sent, without retransmissions."""
    rx_bytes: int
    retransmits: int
    """Segments sent again."""


class Snapshot(NamedTuple):
    """All MPTCP connections and subflows of the namespace at one moment."""

    connections: tuple[ConnectionSample, ...]
    subflows: tuple[SubflowSample, ...]


class StreamEnd(NamedTuple):
    """What a connection had moved when one of its subflows was closed; as in `ConnectionSample`."""

    tx_bytes: int
    rx_bytes: int
    tx_written: int


class SubflowEnd(NamedTuple):
    """The final counters of a subflow that has just been closed, or whose socket the kernel has just destroyed."""

    flow: FourTuple
    tx_bytes: int
    rx_bytes: int
    retransmits: int
    stream: StreamEnd | None = None
    """None where the kernel does not say it."""
