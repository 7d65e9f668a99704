"""MPTCP sockets and their subflows over sock_diag (`linux/inet_diag.h`, `linux/mptcp.h`, `linux/tcp.h`).

Two dumps for each address family make a snapshot: MPTCP sockets, and TCP sockets with the information of their upper
layer protocol, whose local token ties a subflow to its connection.
"""

import asyncio
import errno
import struct
from collections.abc import Callable, Collection, Iterator
from enum import IntEnum
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from socket import AF_INET, AF_INET6
from typing import Generic, TypeVar

from mpmanager.linux.bpf import BpfObject
from mpmanager.linux.last_words import LastWords, hear_last_words
from mpmanager.linux.netlink import NetlinkSocket, NotificationSocket, Take, attribute
from mpmanager.linux.own_connection import IPPROTO_MPTCP
from mpmanager.linux.record_layout import Field, RecordReader, Values
from mpmanager.linux.stream_counters import written_bytes
from mpmanager.model.connection import (
    ConnectionSample,
    Endpoint,
    FourTuple,
    ProcessKey,
    Snapshot,
    SubflowEnd,
    SubflowSample,
    TcpState,
    normalised,
)
from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.errors import CommandRefusedError
from mpmanager.model.names import AddressId, IPAddress, Token
from mpmanager.model.progress import Progress, SubflowVitals

_NETLINK_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_SKNLGRP_INET_TCP_DESTROY = 1
_SKNLGRP_INET6_TCP_DESTROY = 3
_END_BUFFER_BYTES = 8 * 1024 * 1024

_IPPROTO_TCP = 6
_INET_DIAG_REQ_PROTOCOL = 3
_EXTENSIONS = 1 << (2 - 1)
"""INET_DIAG_INFO, without which no upper layer protocol is told; the cgroup always is."""
_REQUEST_HEAD = struct.Struct("=BBBxI")
_MESSAGE_BYTES = 72
"""sizeof(struct inet_diag_msg)"""
_ENDS = struct.Struct("!HH16s16s")
"""The beginning of struct inet_diag_sockid: ports and addresses."""
_REMOTE_ADDRESS = slice(20, 36)
"""In these ends."""
_LOOPBACK_4 = 127
_LOOPBACK_6 = IPv6Address("::1").packed
_LOOPBACK_4_IN_6 = IPv6Address("::ffff:127.0.0.0").packed[:13]
_COOKIE_OFFSET = 40
"""In struct inet_diag_sockid."""


class _Attribute(IntEnum):
    """INET_DIAG_*."""

    INFO = 2
    ULP_INFO = 19
    CGROUP_ID = 21


_ULP_MPTCP = 3
"""INET_ULP_INFO_MPTCP"""


class _SubflowAttribute(IntEnum):
    """MPTCP_SUBFLOW_ATTR_*."""

    TOKEN_LOC = 2
    FLAGS = 8
    ID_REM = 9
    ID_LOC = 10


_CAPABLE_ASKED, _JOIN_ASKED = 0x02, 0x08
"""MPTCP_SUBFLOW_FLAG_MCAP_LOC, MPTCP_SUBFLOW_FLAG_JOIN_LOC: this end sent the SYN."""
_FULLY_ESTABLISHED = 0x40
"""MPTCP_SUBFLOW_FLAG_FULLY_ESTABLISHED"""
_BACKUP_THERE = 0x10
"""MPTCP_SUBFLOW_FLAG_BKUP_REM"""
_BACKUP_HERE = 0x20
"""MPTCP_SUBFLOW_FLAG_BKUP_LOC"""
_FALLBACK = 0x1
"""MPTCP_INFO_FLAG_FALLBACK"""

_STATES = {
    1: TcpState.ESTABLISHED,
    2: TcpState.SYN_SENT,
    3: TcpState.SYN_RECEIVED,
    4: TcpState.FIN_WAIT_1,
    5: TcpState.FIN_WAIT_2,
    6: TcpState.TIME_WAIT,
    7: TcpState.CLOSED,
    8: TcpState.CLOSE_WAIT,
    9: TcpState.LAST_ACK,
    10: TcpState.LISTEN,
    11: TcpState.CLOSING,
    12: TcpState.SYN_RECEIVED,
}
_FIN_RECEIVED = {8, 9, 11}
"""CLOSE_WAIT, LAST_ACK, CLOSING."""
_CLOSED = 7
_ESTABLISHED, _LISTENING = 1, 10
_LIVING = 0xFFF & ~(1 << 6 | 1 << 10)
"""All states but LISTEN and TIME_WAIT, whose sockets know nothing of MPTCP any more."""


def _reader(*fields: Field) -> RecordReader:
    return RecordReader(head_bytes=_MESSAGE_BYTES, fields=fields)


_INFO = (_Attribute.INFO,)
_SUBFLOW = (_Attribute.ULP_INFO, _ULP_MPTCP)

_SOCKET = (
    Field((), 0, "B"),  # idiag_family
    Field((), 4, f"{_ENDS.size}s"),  # id: ports and addresses
    Field((), 44, "Q"),  # id.idiag_cookie
)
_STATE = Field((), 1, "B")
_TCP_COUNTERS = (
    _STATE,
    Field((), 56, "I"),  # idiag_rqueue
    Field(_INFO, 200, "Q"),  # tcpi_bytes_sent
    Field(_INFO, 208, "Q"),  # tcpi_bytes_retrans
    Field(_INFO, 128, "Q"),  # tcpi_bytes_received
    Field(_INFO, 100, "I"),  # tcpi_total_retrans
)
_SUBFLOW_READER = _reader(
    *_SOCKET,
    Field((*_SUBFLOW, _SubflowAttribute.TOKEN_LOC), 0, "I"),
    Field((*_SUBFLOW, _SubflowAttribute.FLAGS), 0, "I"),
    Field((*_SUBFLOW, _SubflowAttribute.ID_LOC), 0, "B"),
    Field((*_SUBFLOW, _SubflowAttribute.ID_REM), 0, "B"),
    Field((), 40, "I"),  # id.idiag_if
    Field(_INFO, 68, "I"),  # tcpi_rtt
    *_TCP_COUNTERS,
)
_CONNECTION_READER = _reader(
    *_SOCKET,
    Field(_INFO, 12, "I"),  # mptcpi_token
    _STATE,
    Field((), 68, "I"),  # idiag_inode
    Field((), 64, "I"),  # idiag_uid
    Field((_Attribute.CGROUP_ID,), 0, "Q"),
    Field(_INFO, 8, "I"),  # mptcpi_flags
    Field(_INFO, 56, "Q"),  # mptcpi_bytes_sent
    Field(_INFO, 64, "Q"),  # mptcpi_bytes_received
    Field(_INFO, 72, "Q"),  # mptcpi_bytes_acked
    Field(_INFO, 16, "Q"),  # mptcpi_write_seq
    Field(_INFO, 24, "Q"),  # mptcpi_snd_una
)
_PLAIN_READER = _reader(
    *_SOCKET,
    _STATE,
    Field((), 68, "I"),  # idiag_inode
    Field((), 64, "I"),  # idiag_uid
    Field((_Attribute.CGROUP_ID,), 0, "Q"),
    Field((*_SUBFLOW, _SubflowAttribute.TOKEN_LOC), 0, "I"),
)
_END_READER = _reader(*_SOCKET, *_TCP_COUNTERS)
_PROGRESS_READER = _reader(
    Field(_INFO, 12, "I"),  # mptcpi_token
    Field(_INFO, 16, "Q"),  # mptcpi_write_seq
    Field(_INFO, 24, "Q"),  # mptcpi_snd_una
    Field(_INFO, 32, "Q"),  # mptcpi_rcv_nxt
)
_VITALS_READER = _reader(
    *_SOCKET,
    _STATE,
    Field((*_SUBFLOW, _SubflowAttribute.FLAGS), 0, "I"),
    Field(_INFO, 68, "I"),  # tcpi_rtt
    Field(_INFO, 148, "I"),  # tcpi_min_rtt
    Field(_INFO, 92, "I"),  # tcpi_rcv_rtt
    Field(_INFO, 56, "I"),  # tcpi_last_ack_recv
    Field(_INFO, 24, "I"),  # tcpi_unacked
    Field(_INFO, 200, "Q"),  # tcpi_bytes_sent
    Field(_INFO, 208, "Q"),  # tcpi_bytes_retrans
    Field(_INFO, 144, "I"),  # tcpi_notsent_bytes
    Field(_INFO, 160, "Q"),  # tcpi_delivery_rate
    Field(_INFO, 120, "Q"),  # tcpi_bytes_acked
    Field(_INFO, 140, "I"),  # tcpi_segs_in
    Field(_INFO, 224, "I"),  # tcpi_rcv_ooopack
    Field(_INFO, 192, "I"),  # tcpi_delivered
    Field(_INFO, 196, "I"),  # tcpi_delivered_ce
    Field(_INFO, 156, "I"),  # tcpi_data_segs_out
    Field(_INFO, 100, "I"),  # tcpi_total_retrans
)

_US_PER_MS = 1000.0
_US_PER_S = 1e6
_MS_PER_S = 1e3
_NO_RTT_US = 0xFFFFFFFF
"""tcpi_min_rtt before the first measurement."""
_MOST_ASKED_ALONE = 8
"""Connections: a dump costs as much as some exact questions, whatever it finds (measured: 6 to 10)."""
_IPV4 = 4
_ANY_COOKIE = (0xFFFFFFFF, 0xFFFFFFFF)
"""INET_DIAG_NOCOOKIE"""

SampleT = TypeVar("SampleT")


class _Sampler(Generic[SampleT]):
    """Makes samples of one kind of socket; a socket that says what it said before gets the sample it had."""

    def __init__(self, reader: RecordReader, sample: Callable[[FourTuple, Values], SampleT | None]) -> None:
        """The reader's first fields are those of `_SOCKET`; `sample` makes one of a flow and of all other values."""
        self._reader = reader
        self._sample = sample
        self._known: dict[int, tuple[Values, FourTuple, SampleT | None]] = {}
        """By cookie, which no other socket ever has."""
        self._seen: dict[int, tuple[Values, FourTuple, SampleT | None]] = {}
        self._samples: list[SampleT] = []

    def take(self, messages: memoryview) -> int:
        """Read some of the messages; returns how many bytes they took."""
        records, size = self._reader.read(messages)
        for values in records:
            cookie = values[2]
            known = self._known.get(cookie)
            if known is None or known[0] != values:
                flow = known[1] if known is not None and known[0][1] == values[1] else _flow(values)
                known = (values, flow, self._sample(flow, values[len(_SOCKET) :]))
            self._seen[cookie] = known
            if known[2] is not None:
                self._samples.append(known[2])
        return size

    def harvest(self) -> tuple[SampleT, ...]:
        """The samples since the last call; sockets not seen since then are forgotten."""
        self._known, self._seen = self._seen, {}
        samples, self._samples = tuple(self._samples), []
        return samples


class LinuxConnectionTable:
    """The sockets of the namespace it was made in. Listening needs CAP_NET_ADMIN and a running event loop."""

    def __init__(self, *, ends: BpfObject | None = None) -> None:
        """`ends` is the program that hears how subflows end, where it was loaded already."""
        self._ends = ends
        self._netlink = NetlinkSocket(_NETLINK_SOCK_DIAG)
        self._subflows = _Sampler(_SUBFLOW_READER, _subflow)
        self._connections = _Sampler(_CONNECTION_READER, _connection)
        self._notifications: NotificationSocket | None = None
        self._last_words: LastWords | None = None

    def snapshot(self) -> Snapshot:
        """Connections first: a subflow whose connection is missing has been opened in between.

        Where there are none, nobody goes through all TCP sockets of the machine: that is most of what a look costs.
        """
        self._dump(IPPROTO_MPTCP, _LIVING, self._connections.take)
        if connections := self._connections.harvest():
            self._dump(_IPPROTO_TCP, _LIVING, self._subflows.take)
        return Snapshot(connections, self._subflows.harvest())

    def connection(self, token: Token) -> ConnectionSample | None:
        request = _request_of(token)
        sampler = _Sampler(_CONNECTION_READER, _connection)
        self._one(request, sampler.take, what=f"look at connection {token:#x}")
        return next(iter(sampler.harvest()), None)

    def subflow(self, flow: FourTuple, *, interface_index: int = 0) -> SubflowSample | None:
        family = AF_INET if flow.local.address.version == _IPV4 else AF_INET6
        request = _request(
            _IPPROTO_TCP, family, _LIVING, socket_id=_socket_id(flow, interface_index), cookie=_ANY_COOKIE
        )
        sampler = _Sampler(_SUBFLOW_READER, _subflow)
        self._one(request, sampler.take, what=f"look at subflow {flow}")
        return next(iter(sampler.harvest()), None)

    def progress(self, tokens: Collection[Token]) -> list[Progress]:
        records: list[Values] = []

        def take(messages: memoryview) -> int:
            found, size = _PROGRESS_READER.read(messages)
            records.extend(found)
            return size

        if len(tokens) <= _MOST_ASKED_ALONE:
            for token in tokens:
                self._one(_request_of(token), take, what="look at a connection")
        else:
            self._dump(IPPROTO_MPTCP, _LIVING, take)
        return [Progress._make(values) for values in records if values[0] in tokens]

    def vitals(self, flow: FourTuple, *, interface_index: int = 0) -> SubflowVitals | None:
        family = AF_INET if flow.local.address.version == _IPV4 else AF_INET6
        request = _request(
            _IPPROTO_TCP, family, _LIVING, socket_id=_socket_id(flow, interface_index), cookie=_ANY_COOKIE
        )
        found: list[Values] = []

        def take(messages: memoryview) -> int:
            records, size = _VITALS_READER.read(messages)
            found.extend(records)
            return size

        self._one(request, take, what=f"look at subflow {flow}")
        return _vitals(flow, found[0][len(_SOCKET) :]) if found else None

    def plain_connections(self, *, local: Collection[IPAddress] | None = None) -> list[ProcessKey]:
        connected: list[Values] = []
        listening: set[int] = set()

        def take(messages: memoryview) -> int:
            records, size = _PLAIN_READER.read(messages)
            for values in records:
                if values[_PLAIN_STATE] == _LISTENING:
                    listening.add(_local_port(values))
                elif values[-1] is None:
                    connected.append(values)
            return size

        self._dump(_IPPROTO_TCP, 1 << _ESTABLISHED | 1 << _LISTENING, take)
        own = (each for each in connected if _local_port(each) not in listening)
        outside = (each for each in own if not _is_over_loopback(each))
        return [_owner(each) for each in outside if local is None or _flow(each).local.address in local]

    def _one(self, request: bytes, take: Take, *, what: str) -> None:
        """Read the message about one socket; there is none when it is gone."""
        try:
            self._netlink.ask_into(_SOCK_DIAG_BY_FAMILY, request, take, what=what)
        except CommandRefusedError as error:
            if error.errno not in {errno.ENOENT, errno.ESTALE}:
                raise

    def listen(
        self, deliver: Callable[[SubflowEnd], None], lost: Callable[[], None], *, root: CgroupPath | None = None
    ) -> None:
        notifications = NotificationSocket(_NETLINK_SOCK_DIAG, receive_buffer_bytes=_END_BUFFER_BYTES)
        notifications.join(_SKNLGRP_INET_TCP_DESTROY)
        notifications.join(_SKNLGRP_INET6_TCP_DESTROY)
        self._notifications = notifications
        if root is not None:
            ends, self._ends = self._ends, None
            self._last_words = hear_last_words(root, deliver, lost, ahead=ends)
        asyncio.get_running_loop().add_reader(notifications, self._drain, notifications, deliver, lost)

    def _drain(
        self, notifications: NotificationSocket, deliver: Callable[[SubflowEnd], None], lost: Callable[[], None]
    ) -> None:
        def take(messages: memoryview) -> None:
            for end in decode_ends(messages):
                deliver(end)

        if self._last_words is not None:
            self._last_words.drain()  # who has spoken there has said it better, and earlier
        if notifications.drain(take):
            lost()

    def close(self) -> None:
        if self._last_words is not None:
            self._last_words.close()
            self._last_words = None
        if self._ends is not None:
            self._ends.close()
            self._ends = None
        if self._notifications is not None:
            asyncio.get_running_loop().remove_reader(self._notifications)
            self._notifications.close()
            self._notifications = None
        self._netlink.close()

    def _dump(self, protocol: int, states: int, take: Take) -> None:
        for family in (AF_INET, AF_INET6):
            request = _request(protocol, family, states)
            self._netlink.dump_into(_SOCK_DIAG_BY_FAMILY, request, take, what="look at all sockets")


def _request(
    protocol: int,
    family: int,
    states: int,
    *,
    socket_id: bytes = bytes(_COOKIE_OFFSET),
    cookie: tuple[int, int] = (0, 0),
) -> bytes:
    head = _REQUEST_HEAD.pack(family, protocol & 0xFF, _EXTENSIONS, states)
    # The head has eight bits for the protocol: 262 alone would be taken for TCP.
    full_protocol = attribute(_INET_DIAG_REQ_PROTOCOL, struct.pack("=I", protocol))
    return head + socket_id + struct.pack("=II", *cookie) + full_protocol


@lru_cache(_MOST_ASKED_ALONE)
def _request_of(token: Token) -> bytes:
    return _request(IPPROTO_MPTCP, AF_INET, _LIVING, cookie=(token, 0))


def _socket_id(flow: FourTuple, interface_index: int) -> bytes:
    """What comes before the cookie in a struct inet_diag_sockid."""
    ends = _ENDS.pack(flow.local.port, flow.remote.port, flow.local.address.packed, flow.remote.address.packed)
    return ends + struct.pack("=I", interface_index)


def _connection(flow: FourTuple, values: Values) -> ConnectionSample | None:
    token, state, inode, uid, cgroup_id, flags, sent, received, acked, write_seq, snd_una = values
    if not token:
        return None  # a socket that has not connected yet
    is_fallback = bool(flags & _FALLBACK)
    return ConnectionSample(
        Token(token),
        flow,
        _STATES.get(state, TcpState.CLOSED),
        ProcessKey(inode, uid, cgroup_id or 0),
        is_fallback,
        sent,
        received,
        written_bytes(
            state,
            sent=sent,
            acked=acked or 0,
            write_seq=write_seq or 0,
            snd_una=snd_una or 0,
            is_fallback=is_fallback,
        ),
    )


def _subflow(flow: FourTuple, values: Values) -> SubflowSample | None:
    token, flags, local_id, remote_id, interface, rtt, state, queued, sent, again, received, retransmits = values
    if token is None or flags is None:
        return None  # plain TCP
    return SubflowSample(
        Token(token),
        flow,
        AddressId(local_id or 0),
        AddressId(remote_id or 0),
        _STATES.get(state, TcpState.CLOSED),
        bool(flags & _BACKUP_HERE),
        bool(flags & _BACKUP_THERE),
        bool(flags & (_CAPABLE_ASKED | _JOIN_ASKED)),
        bool(flags & _FULLY_ESTABLISHED),
        interface,
        rtt / _US_PER_MS if rtt else None,
        (sent or 0) - (again or 0),
        _payload(received, queued, state),
        retransmits or 0,
    )


def _vitals(flow: FourTuple, values: Values) -> SubflowVitals:
    (
        state,
        flags,
        rtt,
        min_rtt,
        receiver_rtt,
        silent,
        unacknowledged,
        sent,
        again,
        unsent,
        rate,
        acknowledged,
        *counts,
    ) = (value or 0 for value in values)
    return SubflowVitals(
        flow,
        _STATES.get(state, TcpState.CLOSED),
        bool(flags & _BACKUP_THERE),
        rtt / _US_PER_S or None,
        None if min_rtt in {0, _NO_RTT_US} else min_rtt / _US_PER_S,
        receiver_rtt / _US_PER_S or None,
        silent / _MS_PER_S,
        unacknowledged,
        max(0, sent - again - acknowledged),
        unsent,
        rate,
        acknowledged,
        *counts,
    )


def _payload(received: int | None, queued: int, state: int) -> int:
    """Received payload: tcpi_bytes_received also counts a FIN.

    Whether a closed socket has received one cannot be seen but where it waits unread (measured): see last_words.py.
    """
    has_fin = state in _FIN_RECEIVED or (state == _CLOSED and queued == 1)
    return max(0, (received or 0) - has_fin)


_PLAIN_STATE = len(_SOCKET)
"""Among the values of `_PLAIN_READER`."""


def _local_port(values: Values) -> int:
    port: int = _ENDS.unpack(values[1])[0]
    return port


def _is_over_loopback(values: Values) -> bool:
    """By the bytes of the remote address: objects of thousands of them would take most of the time."""
    family, ends = values[:2]
    remote: bytes = ends[_REMOTE_ADDRESS]
    if family == AF_INET:
        return remote[0] == _LOOPBACK_4
    return remote == _LOOPBACK_6 or remote.startswith(_LOOPBACK_4_IN_6)


def _owner(values: Values) -> ProcessKey:
    _state, inode, uid, cgroup_id, _token = values[_PLAIN_STATE:]
    return ProcessKey(inode, uid, cgroup_id or 0)


def _flow(values: Values) -> FourTuple:
    """The two ends, from the values of `_SOCKET`."""
    family, ends = values[:2]
    local_port, remote_port, local, remote = _ENDS.unpack(ends)
    address = _ipv4 if family == AF_INET else _ipv6
    return FourTuple(Endpoint(address(local), local_port), Endpoint(address(remote), remote_port))


def _ipv4(packed: bytes) -> IPAddress:
    return IPv4Address(packed[:4])


def _ipv6(packed: bytes) -> IPAddress:
    return normalised(IPv6Address(packed))


def decode_ends(messages: memoryview) -> Iterator[SubflowEnd]:
    """The final counters in the messages about destroyed sockets.

    Left out are sockets that were never connected, and those that the kernel has disconnected, and so reset, before
    destroying them: the initial subflow where the peer closed first.
    """
    while messages:
        records, size = _END_READER.read(messages)
        messages = messages[size:]
        for values in records:
            flow = _flow(values)
            if flow.remote.port:
                state, queued, sent, again, received, retransmits = values[len(_SOCKET) :]
                yield SubflowEnd(flow, (sent or 0) - (again or 0), _payload(received, queued, state), retransmits or 0)
