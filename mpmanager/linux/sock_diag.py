"""MPTCP sockets and their subflows over sock_diag (`linux/inet_diag.h`, `linux/mptcp.h`, `linux/tcp.h`).

Two dumps for each address family make a snapshot: MPTCP sockets, and TCP sockets with the information of their upper
layer protocol, whose local token ties a subflow to its connection.
"""

import asyncio
import errno
import struct
from collections.abc import Callable, Iterator
from enum import IntEnum, IntFlag
from ipaddress import IPv4Address, IPv6Address
from socket import AF_INET, AF_INET6

from mpmanager.linux.netlink import NetlinkSocket, NotificationSocket, attribute, messages_of
from mpmanager.linux.record_layout import Field, RecordReader
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
from mpmanager.model.errors import CommandRefusedError
from mpmanager.model.names import AddressId, IPAddress, Token

_NETLINK_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_SKNLGRP_INET_TCP_DESTROY = 1
_SKNLGRP_INET6_TCP_DESTROY = 3
_END_BUFFER_BYTES = 8 * 1024 * 1024

_IPPROTO_TCP = 6
_IPPROTO_MPTCP = 262
_INET_DIAG_REQ_PROTOCOL = 3
_REQUEST_HEAD = struct.Struct("=BBBxI")
_MESSAGE_BYTES = 72
"""sizeof(struct inet_diag_msg)"""
_SOCKET_ID = struct.Struct("!4xHH16s16s")
"""Of an inet_diag_msg: ports and addresses."""
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


class _SubflowFlag(IntFlag):
    """MPTCP_SUBFLOW_FLAG_*."""

    BKUP_REM = 0x10
    BKUP_LOC = 0x20


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
_FIN_RECEIVED = {7, 8, 9, 11}
"""CLOSED, CLOSE_WAIT, LAST_ACK, CLOSING."""
_FIN_SENT = {4, 5, 6, 9, 11}
"""FIN_WAIT_1, FIN_WAIT_2, TIME_WAIT, LAST_ACK, CLOSING: the DATA_FIN has its place in the sequence space."""
_LISTENING = 1 << 10
_LIVING = 0xFFF & ~(1 << 6 | _LISTENING)
"""All states but LISTEN and TIME_WAIT, whose sockets know nothing of MPTCP any more."""

_INFO = (_Attribute.INFO,)
_SUBFLOW = (_Attribute.ULP_INFO, _ULP_MPTCP)

_STATE = Field((), 1, "B")
_COOKIE = Field((), 44, "Q")
_TCP_COUNTERS = (
    _STATE,
    Field((), 56, "I"),  # idiag_rqueue
    Field(_INFO, 200, "Q"),  # tcpi_bytes_sent
    Field(_INFO, 208, "Q"),  # tcpi_bytes_retrans
    Field(_INFO, 128, "Q"),  # tcpi_bytes_received
    Field(_INFO, 100, "I"),  # tcpi_total_retrans
)
_SUBFLOW_READER = RecordReader(
    head_bytes=_MESSAGE_BYTES,
    fields=(
        Field((*_SUBFLOW, _SubflowAttribute.TOKEN_LOC), 0, "I"),
        _COOKIE,
        Field((), 40, "I"),  # idiag_if
        Field((*_SUBFLOW, _SubflowAttribute.FLAGS), 0, "I"),
        Field((*_SUBFLOW, _SubflowAttribute.ID_LOC), 0, "B"),
        Field((*_SUBFLOW, _SubflowAttribute.ID_REM), 0, "B"),
        Field(_INFO, 68, "I"),  # tcpi_rtt
        *_TCP_COUNTERS,
    ),
)
_CONNECTION_READER = RecordReader(
    head_bytes=_MESSAGE_BYTES,
    fields=(
        Field(_INFO, 12, "I"),  # mptcpi_token
        _COOKIE,
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
    ),
)
_END_READER = RecordReader(head_bytes=_MESSAGE_BYTES, fields=_TCP_COUNTERS)

_US_PER_MS = 1000.0
_IPV4 = 4
_ANY_COOKIE = 0xFFFFFFFF
"""INET_DIAG_NOCOOKIE"""


class LinuxConnectionTable:
    """The sockets of the namespace it was made in. Listening needs CAP_NET_ADMIN and a running event loop."""

    def __init__(self) -> None:
        self._netlink = NetlinkSocket(_NETLINK_SOCK_DIAG)
        self._subflow_flows = _FlowMemory()
        self._connection_flows = _FlowMemory()
        self._notifications: NotificationSocket | None = None

    def snapshot(self) -> Snapshot:
        """Connections first: a subflow whose connection is missing has been opened in between."""
        connections = tuple(self._connections())
        subflows = tuple(self._subflows())
        self._connection_flows.forget_the_unseen()
        self._subflow_flows.forget_the_unseen()
        return Snapshot(connections, subflows)

    def connection(self, token: Token) -> ConnectionSample | None:
        request = _request(_IPPROTO_MPTCP, AF_INET, _LIVING, _extension(_Attribute.INFO), cookie=(token, 0))
        record = self._one(request, what=f"look at connection {token:#x}")
        return _connection(record, _FlowMemory()) if record else None

    def subflow(self, flow: FourTuple) -> SubflowSample | None:
        family = AF_INET if flow.local.address.version == _IPV4 else AF_INET6
        request = _request(
            _IPPROTO_TCP, family, _LIVING, _extension(_Attribute.INFO), flow=flow, cookie=(_ANY_COOKIE, _ANY_COOKIE)
        )
        record = self._one(request, what=f"look at subflow {flow}")
        return _subflow(record, _FlowMemory()) if record else None

    def _one(self, request: bytes, *, what: str) -> memoryview | None:
        """The record of one socket; None when it is gone."""
        try:
            records = self._netlink.query(_SOCK_DIAG_BY_FAMILY, request, what=what)
        except CommandRefusedError as error:
            if error.errno in {errno.ENOENT, errno.ESTALE}:
                return None
            raise
        return next((memoryview(each) for each in records if len(each) >= _MESSAGE_BYTES), None)

    def listening_ports(self) -> frozenset[int]:
        return frozenset(
            _SOCKET_ID.unpack_from(record)[0] for record in self._dump(_IPPROTO_TCP, _LISTENING, extensions=0)
        )

    def listen(self, deliver: Callable[[SubflowEnd], None], lost: Callable[[], None]) -> None:
        notifications = NotificationSocket(_NETLINK_SOCK_DIAG, receive_buffer_bytes=_END_BUFFER_BYTES)
        notifications.join(_SKNLGRP_INET_TCP_DESTROY)
        notifications.join(_SKNLGRP_INET6_TCP_DESTROY)
        self._notifications = notifications
        asyncio.get_running_loop().add_reader(notifications, _drain, notifications, deliver, lost)

    def close(self) -> None:
        if self._notifications is not None:
            asyncio.get_running_loop().remove_reader(self._notifications)
            self._notifications.close()
            self._notifications = None
        self._netlink.close()

    def _connections(self) -> Iterator[ConnectionSample]:
        for record in self._dump(_IPPROTO_MPTCP, _LIVING, _extension(_Attribute.INFO)):
            sample = _connection(record, self._connection_flows)
            if sample is not None:
                yield sample

    def _subflows(self) -> Iterator[SubflowSample]:
        for record in self._dump(_IPPROTO_TCP, _LIVING, _extension(_Attribute.INFO)):
            sample = _subflow(record, self._subflow_flows)
            if sample is not None:
                yield sample

    def _dump(self, protocol: int, states: int, extensions: int) -> Iterator[memoryview]:
        for family in (AF_INET, AF_INET6):
            request = _request(protocol, family, states, extensions)
            for record in self._netlink.dump(_SOCK_DIAG_BY_FAMILY, request, what="look at all sockets"):
                if len(record) >= _MESSAGE_BYTES:
                    yield record


class _FlowMemory:
    """Remembers the addresses of sockets by their cookies, as long as they are seen."""

    def __init__(self) -> None:
        self._known: dict[int, FourTuple] = {}
        self._seen: dict[int, FourTuple] = {}

    def flow(self, cookie: int, record: memoryview) -> FourTuple:
        flow = self._known.get(cookie) or _flow(record)
        self._seen[cookie] = flow
        return flow

    def forget_the_unseen(self) -> None:
        self._known, self._seen = self._seen, {}


def _extension(kind: _Attribute) -> int:
    return 1 << (kind - 1)


def _request(
    protocol: int,
    family: int,
    states: int,
    extensions: int,
    *,
    flow: FourTuple | None = None,
    cookie: tuple[int, int] = (0, 0),
) -> bytes:
    head = _REQUEST_HEAD.pack(family, protocol & 0xFF, extensions, states)
    identity = bytes(_COOKIE_OFFSET)
    if flow is not None:
        ends = (flow.local.address.packed, flow.remote.address.packed)
        identity = struct.pack("!HH16s16sI", flow.local.port, flow.remote.port, *ends, 0)
    # The head has eight bits for the protocol: 262 alone would be taken for TCP.
    return (
        head + identity + struct.pack("=II", *cookie) + attribute(_INET_DIAG_REQ_PROTOCOL, struct.pack("=I", protocol))
    )


def _connection(record: memoryview, flows: _FlowMemory) -> ConnectionSample | None:
    token, cookie, state, inode, uid, cgroup_id, flags, sent, received, acked, write_seq, snd_una = (
        _CONNECTION_READER.read(record)
    )
    if token is None or not token:
        return None  # a socket that has not connected yet
    return ConnectionSample(
        Token(token),
        flows.flow(cookie or 0, record),
        _STATES.get(state or 0, TcpState.CLOSED),
        ProcessKey(inode or 0, uid or 0, cgroup_id or 0),
        bool((flags or 0) & _FALLBACK),
        sent,
        received,
        (acked or 0) + (write_seq or 0) - (snd_una or 0) - (state in _FIN_SENT),
    )


def _subflow(record: memoryview, flows: _FlowMemory) -> SubflowSample | None:
    token, cookie, interface, flags, local_id, remote_id, rtt, state, queued, sent, again, received, retransmits = (
        _SUBFLOW_READER.read(record)
    )
    if token is None or flags is None:
        return None  # plain TCP
    return SubflowSample(
        Token(token),
        flows.flow(cookie or 0, record),
        AddressId(local_id or 0),
        AddressId(remote_id or 0),
        _STATES.get(state or 0, TcpState.CLOSED),
        bool(flags & _SubflowFlag.BKUP_LOC),
        bool(flags & _SubflowFlag.BKUP_REM),
        interface or 0,
        rtt / _US_PER_MS if rtt else None,
        (sent or 0) - (again or 0),
        _payload(received, queued, state),
        retransmits or 0,
    )


def _payload(received: int | None, queued: int | None, state: int | None) -> int:
    """Received payload: tcpi_bytes_received also counts a FIN, which then is the one unread byte (measured)."""
    has_fin = queued == 1 and state in _FIN_RECEIVED
    return (received or 0) - has_fin


def _flow(record: memoryview) -> FourTuple:
    local_port, remote_port, local, remote = _SOCKET_ID.unpack_from(record)
    is_v4 = record[0] == AF_INET
    return FourTuple(Endpoint(_ip(local, is_v4=is_v4), local_port), Endpoint(_ip(remote, is_v4=is_v4), remote_port))


def _ip(packed: bytes, *, is_v4: bool) -> IPAddress:
    return IPv4Address(packed[:4]) if is_v4 else normalised(IPv6Address(packed))


def _drain(notifications: NotificationSocket, deliver: Callable[[SubflowEnd], None], lost: Callable[[], None]) -> None:
    try:
        while (data := notifications.receive()) is not None:
            for _kind, _flags, _sequence, record in messages_of(memoryview(data)):
                end = decode_end(record) if len(record) >= _MESSAGE_BYTES else None
                if end is not None:
                    deliver(end)
    except OSError as error:
        if error.errno != errno.ENOBUFS:
            raise
        lost()


def decode_end(record: memoryview) -> SubflowEnd | None:
    """The final counters in an inet_diag_msg of a destroyed socket.

    None for a socket that was never connected, or that the kernel has disconnected, and so reset, before destroying it:
    the initial subflow where the peer closed first.
    """
    flow = _flow(record)
    if not flow.remote.port:
        return None
    state, queued, sent, again, received, retransmits = _END_READER.read(record)
    return SubflowEnd(flow, (sent or 0) - (again or 0), _payload(received, queued, state), retransmits or 0)
