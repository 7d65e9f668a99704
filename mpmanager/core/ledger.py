"""The accounts: which connection moved how many bytes over which path, exact to the end of every subflow.

Two sources are joined. Snapshots see what lives; the kernel's last words about a destroyed socket give the final
counters of what ended in between. Subflows count payload, including what was sent once more on another subflow; the
stream counts each byte once.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from mpmanager.core.policies import STOCK_POLICY
from mpmanager.core.protection import Opening
from mpmanager.model.connection import (
    NOBODY,
    UNKNOWN_APPLICATION,
    Application,
    ConnectionSample,
    FourTuple,
    Snapshot,
    StreamEnd,
    SubflowEnd,
    SubflowSample,
    TcpState,
)
from mpmanager.model.expiration import ExpirationView, HelpCount
from mpmanager.model.names import IPAddress, LinkName, Token
from mpmanager.model.policy import Policy
from mpmanager.model.protection import UNPROTECTED, Protection
from mpmanager.model.socket_options import NOTHING_ASKED, SocketWish

ENDED_KEPT = 1000
"""Ended connections that are remembered,"""
ENDED_KEPT_S = 60.0
"""and for how long."""

_BITS_PER_BYTE = 8


class Volume(NamedTuple):
    """Bytes in both directions."""

    tx_bytes: int
    rx_bytes: int

    def plus(self, other: "Volume") -> "Volume":
        return Volume(self.tx_bytes + other.tx_bytes, self.rx_bytes + other.rx_bytes)

    def minus(self, other: "Volume") -> "Volume":
        return Volume(self.tx_bytes - other.tx_bytes, self.rx_bytes - other.rx_bytes)


NOTHING = Volume(0, 0)
ApplicationKey = tuple[str, int | None]
"""Application and user: two users may run one program."""
Carried = dict[LinkName | None, Volume]
"""Payload by path; None is for addresses that were no path's."""


@dataclass(slots=True, kw_only=True)
class SubflowAccount:
    """One subflow, living or ended."""

    token: Token
    """Of its connection."""
    flow: FourTuple
    path: LinkName | None
    """Where its address belongs, or belonged before it went; None when that is no path of this host."""
    interface_index: int = 0
    """Of the interface that it is bound to; 0 when it is not, or that is not known yet."""
    last_seen: int
    """Number of the snapshot that showed it last, or that was the last before it began.

    Its last words may still be on their way after the first snapshot without it.
    """
    sample: SubflowSample | None = None
    """The last look; None when it ended before the first one."""
    volume: Volume = NOTHING
    tx_bit_s: float = 0.0
    rx_bit_s: float = 0.0
    retransmits: int = 0
    is_closed: bool = False
    """Whether the kernel has said so; its last words may still be on their way."""
    is_ended: bool = False
    """Whether its account is final."""

    @property
    def is_moving(self) -> bool:
        """Whether it carried anything lately."""
        return self.tx_bit_s > 0 or self.rx_bit_s > 0

    def end(self) -> None:
        """Nothing more will be heard of it."""
        self.is_ended = True
        self.tx_bit_s = self.rx_bit_s = 0.0


@dataclass(slots=True, kw_only=True)
class ConnectionAccount:
    """One connection, living or ended."""

    token: Token
    flow: FourTuple
    is_server_side: bool
    opened: float
    """In seconds of the caller's clock, as `closed`."""
    application: Application = UNKNOWN_APPLICATION
    owner_uid: int | None = None
    """The user who has made its socket; None while the kernel does not tell."""
    sample: ConnectionSample | None = None
    subflows: dict[FourTuple, SubflowAccount] = field(default_factory=dict)
    earlier: Carried = field(default_factory=dict)
    """By subflows between the same ends as later ones."""
    closed: float | None = None
    """When the application closed it."""
    settled: float | None = None
    """When its account became final: where a path is silent, long after."""
    sampled_payload: Volume = NOTHING
    """What the subflows had carried when `sample` was taken."""
    is_foreign: bool = False
    """Whether another path manager has it."""
    is_sample_final: bool = False
    """Whether `sample` was taken after the application had closed the connection."""
    policy: Policy = STOCK_POLICY
    expiration: ExpirationView | None = None
    """None while nothing is watched."""
    opening: Opening = field(default_factory=lambda: Opening(is_on_trusted=True, had_trusted=True))
    protection: Protection = UNPROTECTED
    has_received_first: bool = False
    has_sent_first: bool = False
    """Whether the first bytes have passed that have to keep to trusted paths."""
    is_in_section: bool = False
    """Whether somebody has said of it: from here on trusted paths only."""
    wish: SocketWish = NOTHING_ASKED
    """What its program says by socket options."""
    revision: int = 0
    """Another one whenever the sample or the subflows have become others."""

    @property
    def key(self) -> ApplicationKey:
        """Under which its application's totals are."""
        return self.application.id, self.owner_uid

    @property
    def title(self) -> str:
        """Whose it is, for the beginning of a sentence."""
        return "connection" if self.application is UNKNOWN_APPLICATION else self.application.name

    @property
    def volume(self) -> Volume:
        """Of the stream, each byte once."""
        payload = self.payload()
        sample = self.sample
        if sample is None or sample.tx_bytes is None or sample.rx_bytes is None:
            return payload
        if self.closed is None:
            return Volume(sample.tx_bytes, sample.rx_bytes)
        if self.is_sample_final:
            # Nothing is written or read any more: all that was written goes out, unless the connection was aborted.
            return Volume(max(sample.tx_bytes, min(sample.tx_written, payload.tx_bytes)), sample.rx_bytes)
        grown = Volume(sample.tx_bytes, sample.rx_bytes).plus(payload.minus(self.sampled_payload))
        # No byte has passed that no subflow carried: one that ended between two parts of a look would count twice.
        return Volume(
            max(sample.tx_bytes, min(grown.tx_bytes, payload.tx_bytes)),
            max(sample.rx_bytes, min(grown.rx_bytes, payload.rx_bytes)),
        )

    def payload(self) -> Volume:
        """Of all subflows together."""
        return _sum((*self.earlier.values(), *(each.volume for each in self.subflows.values())))

    @property
    def is_fallback(self) -> bool:
        return self.sample is not None and self.sample.is_fallback

    @property
    def state(self) -> TcpState:
        return self.sample.state if self.sample else TcpState.ESTABLISHED

    def carried(self) -> Carried:
        """Payload by path, ended subflows included."""
        result = dict(self.earlier)
        for each in self.subflows.values():
            result[each.path] = result.get(each.path, NOTHING).plus(each.volume)
        return result

    def living_subflows(self) -> Iterator[SubflowAccount]:
        return (each for each in self.subflows.values() if not each.is_closed and not each.is_ended)

    def open_accounts(self) -> Iterator[SubflowAccount]:
        """Of subflows about which something may still be heard."""
        return (each for each in self.subflows.values() if not each.is_ended)


@dataclass(slots=True, kw_only=True)
class ApplicationAccount:
    """What one application of one user moved in connections that have ended."""

    application: Application
    owner_uid: int | None
    carried: Carried = field(default_factory=dict)

    @property
    def key(self) -> ApplicationKey:
        """As that of its connections."""
        return self.application.id, self.owner_uid


class Ledger:
    """All accounts of the namespace. Times are seconds of one clock, chosen by the caller."""

    def __init__(self) -> None:
        self._living: dict[Token, ConnectionAccount] = {}
        self._closing: dict[Token, ConnectionAccount] = {}
        self._ended: deque[ConnectionAccount] = deque(maxlen=ENDED_KEPT)
        self._applications: dict[ApplicationKey, ApplicationAccount] = {}
        self._help: dict[ApplicationKey, HelpCount] = {}
        self.retransmits: Counter[LinkName | None] = Counter()
        """Segments that were sent again, by path, since the first look at each subflow's."""
        self._subflows: dict[FourTuple, SubflowAccount] = {}
        self._path_of: Mapping[IPAddress, LinkName] = {}
        self._last_snapshot: float | None = None
        self._snapshots = 0

    def set_paths(self, path_of: Mapping[IPAddress, LinkName]) -> None:
        """Say to which path each address belongs from now on. Subflows keep a path that is there still."""
        self._path_of = path_of
        names = set(path_of.values())
        for subflow in self._subflows.values():
            path = path_of.get(subflow.flow.local.address)
            if path is not None and subflow.path not in names:
                subflow.path = path
                self._stir(subflow)

    def living(self) -> Iterable[ConnectionAccount]:
        """Connections that their application has not closed yet."""
        return self._living.values()

    def closing(self) -> Iterable[ConnectionAccount]:
        """Connections that still wait for the last words about their subflows."""
        return self._closing.values()

    def ended(self, now: float) -> list[ConnectionAccount]:
        """Connections whose accounts have become final lately, the oldest first."""
        return [each for each in self._ended if each.settled is not None and now - each.settled <= ENDED_KEPT_S]

    def connection(self, token: Token) -> ConnectionAccount | None:
        """A connection whose account is not final yet."""
        return self._living.get(token) or self._closing.get(token)

    def application_totals(self) -> dict[ApplicationKey, ApplicationAccount]:
        """What each application of each user has moved, ended and living connections together."""
        totals = {key: replace(each, carried=dict(each.carried)) for key, each in self._applications.items()}
        for account in (*self._living.values(), *self._closing.values()):
            _add_to(totals, account)
        return totals

    def help_of(self, account: ConnectionAccount | ApplicationAccount) -> HelpCount:
        """How often the late data of its application was helped; to be counted up."""
        return self._help.setdefault(account.key, HelpCount())

    def helps(self) -> Mapping[ApplicationKey, HelpCount]:
        """The same of all applications."""
        return self._help

    def open(self, token: Token, flow: FourTuple, *, is_server_side: bool, now: float) -> ConnectionAccount:
        """Begin the account of a connection; one that exists is returned as it is."""
        known = self._living.get(token)
        if known is not None:
            return known
        account = ConnectionAccount(token=token, flow=flow, is_server_side=is_server_side, opened=now)
        self._living[token] = account
        self.open_subflow(account, flow)
        return account

    def open_subflow(self, account: ConnectionAccount, flow: FourTuple, *, interface_index: int = 0) -> SubflowAccount:
        """Begin the account of a subflow; one that exists is returned as it is."""
        known = account.subflows.get(flow)
        if known is not None and (known.is_closed or known.is_ended):
            self._end(flow)
            account.earlier[known.path] = account.earlier.get(known.path, NOTHING).plus(known.volume)
            known = None
        if known is None:
            self._end(flow)  # ports are used again: what was there before belongs to another connection
            known = SubflowAccount(
                token=account.token,
                flow=flow,
                path=self._path_of.get(flow.local.address),
                interface_index=interface_index,
                last_seen=self._snapshots,
            )
            account.subflows[flow] = self._subflows[flow] = known
            account.revision += 1
        return known

    def close(self, token: Token, *, now: float) -> ConnectionAccount | None:
        """The application has closed the connection; its account stays open until `settle`."""
        account = self._living.pop(token, None)
        if account is not None:
            account.closed = now
            self._closing[token] = account
        return account

    def settle(self, token: Token, *, now: float) -> None:
        """Nothing more will be heard of a closed connection: its account is final."""
        account = self._closing.pop(token, None)
        if account is None:
            return
        account.settled = now
        for subflow in account.subflows.values():
            subflow.end()
            if self._subflows.get(subflow.flow) is subflow:
                del self._subflows[subflow.flow]
        self._ended.append(account)
        _add_to(self._applications, account)

    def end_subflow(self, end: SubflowEnd) -> None:
        """The kernel's last words about a socket; those about other people's sockets are ignored, and second ones."""
        subflow = self._end(end.flow)
        if subflow is None:
            return
        self._count_retransmits(subflow, end.retransmits)
        # Counters only grow: a socket that was reset before it died would take back what was seen.
        subflow.volume = Volume(max(end.tx_bytes, subflow.volume.tx_bytes), max(end.rx_bytes, subflow.volume.rx_bytes))
        account = self.connection(subflow.token)
        if account is not None and end.stream is not None:
            _set_sample(account, _at_its_end(account, end.stream))

    def _count_retransmits(self, subflow: SubflowAccount, now: int) -> None:
        more = now - subflow.retransmits
        if more:
            subflow.retransmits = now
            self.retransmits[subflow.path] += max(0, more)

    def close_subflow(self, flow: FourTuple) -> None:
        """The kernel has closed a subflow: it is not shown any more, and its account waits for the last words."""
        subflow = self._subflows.get(flow)
        if subflow is not None:
            subflow.is_closed = True
            self._stir(subflow)

    def lose_subflow(self, flow: FourTuple) -> None:
        """A subflow is gone and left no last words."""
        self._end(flow)

    def _end(self, flow: FourTuple) -> SubflowAccount | None:
        subflow = self._subflows.pop(flow, None)
        if subflow is not None:
            subflow.end()
            self._stir(subflow)
        return subflow

    def _stir(self, subflow: SubflowAccount) -> None:
        account = self.connection(subflow.token)
        if account is not None:
            account.revision += 1

    def look(self, token: Token, sample: ConnectionSample | None, subflows: Iterable[SubflowSample]) -> None:
        """Take in what one connection, if it is still there, and all its living subflows say at one moment."""
        account = self.connection(token)
        if account is None:
            return
        for each in subflows:
            self._take(account, each, interval_s=None)
        if sample is not None:
            _set_sample(account, sample)

    def take(self, snapshot: Snapshot, *, now: float) -> list[ConnectionAccount]:
        """Take in what everybody says; returns the accounts of connections that were not known before.

        Connections that a snapshot does not show any more count as closed: their last words were lost.
        """
        interval_s = now - self._last_snapshot if self._last_snapshot is not None else None
        self._last_snapshot = now
        self._snapshots += 1
        fresh = self._open_unknown(snapshot, now)
        for sample in snapshot.subflows:
            account = self._living.get(sample.token) or self._closing.get(sample.token)
            if account is not None:
                self._take(account, sample, interval_s=interval_s)
        for each in snapshot.connections:
            account = self._living.get(each.token) or self._closing.get(each.token)
            if account is not None:
                _set_sample(account, each)
        self._forget_the_unseen(snapshot, now)
        return fresh

    def _open_unknown(self, snapshot: Snapshot, now: float) -> list[ConnectionAccount]:
        unknown = {
            each.token: each
            for each in snapshot.connections
            if each.token not in self._living and each.token not in self._closing
        }
        if not unknown:
            return []
        begun_here = {each.token for each in snapshot.subflows if each.is_begun_here}
        shown = {each.token for each in snapshot.subflows}  # of others nobody knows who began: mostly this side
        return [
            self.open(
                token,
                each.flow,
                is_server_side=token not in begun_here and (token in shown or each.is_fallback),
                now=now,
            )
            for token, each in unknown.items()
        ]

    def _take(self, account: ConnectionAccount, sample: SubflowSample, *, interval_s: float | None) -> None:
        subflow = account.subflows.get(sample.flow) or self.open_subflow(account, sample.flow)
        subflow.last_seen = self._snapshots
        if sample == subflow.sample and not subflow.is_moving:
            return
        account.revision += 1
        tx_bytes, rx_bytes = subflow.volume
        if interval_s and subflow.sample is not None:
            subflow.tx_bit_s = max(0, sample.tx_bytes - tx_bytes) * _BITS_PER_BYTE / interval_s
            subflow.rx_bit_s = max(0, sample.rx_bytes - rx_bytes) * _BITS_PER_BYTE / interval_s
        if sample.tx_bytes != tx_bytes or sample.rx_bytes != rx_bytes:
            subflow.volume = Volume(max(sample.tx_bytes, tx_bytes), max(sample.rx_bytes, rx_bytes))
        self._count_retransmits(subflow, sample.retransmits)
        subflow.sample = sample
        subflow.interface_index = sample.interface_index

    def _forget_the_unseen(self, snapshot: Snapshot, now: float) -> None:
        shown = {each.token for each in snapshot.connections}
        for token in [token for token in self._living if token not in shown]:
            self.close(token, now=now)
        long_ago = self._snapshots - 2
        for subflow in [each for each in self._subflows.values() if each.last_seen <= long_ago]:
            self.lose_subflow(subflow.flow)


def _set_sample(account: ConnectionAccount, sample: ConnectionSample) -> None:
    account.revision += account.sample != sample
    account.sample = sample
    if sample.owner.is_known:
        account.owner_uid = sample.owner.uid
    account.sampled_payload = account.payload()
    account.is_sample_final = account.closed is not None


def _at_its_end(account: ConnectionAccount, end: StreamEnd) -> ConnectionSample:
    """The last sample with what the connection had moved when one of its subflows was closed."""
    last = account.sample
    if last is None:
        return ConnectionSample(
            token=account.token,
            flow=account.flow,
            state=TcpState.ESTABLISHED,
            owner=NOBODY,
            is_fallback=False,
            tx_bytes=end.tx_bytes,
            rx_bytes=end.rx_bytes,
            tx_written=end.tx_written,
        )
    return last._replace(
        tx_bytes=max(end.tx_bytes, last.tx_bytes or 0),
        rx_bytes=max(end.rx_bytes, last.rx_bytes or 0),
        tx_written=end.tx_written,
    )


def _sum(volumes: Iterable[Volume]) -> Volume:
    tx_bytes = rx_bytes = 0
    for volume in volumes:
        tx_bytes += volume.tx_bytes
        rx_bytes += volume.rx_bytes
    return Volume(tx_bytes, rx_bytes)


def _add_to(totals: dict[ApplicationKey, ApplicationAccount], account: ConnectionAccount) -> None:
    fresh = ApplicationAccount(application=account.application, owner_uid=account.owner_uid)
    total = totals.setdefault(account.key, fresh)
    for path, volume in account.carried().items():
        total.carried[path] = total.carried.get(path, NOTHING).plus(volume)
