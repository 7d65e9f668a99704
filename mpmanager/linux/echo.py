"""Echo requests over chosen interfaces by raw ICMP and ICMPv6 sockets (RFC 792, RFC 4443).

A ping socket would need less than CAP_NET_RAW, but the kernel refuses it to root, too, where the namespace's
`net.ipv4.ping_group_range` is as the kernel makes it: empty.
"""

import asyncio
import logging
import secrets
import socket
import struct
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv4Address, ip_address
from typing import NamedTuple

from mpmanager.model.heartbeat import Beat
from mpmanager.model.names import IPAddress, LinkName

_log = logging.getLogger(__name__)

_SO_BINDTOIFINDEX = 62
_ICMP_FILTER = 1
"""Of the level SOL_RAW; a mask of the types that are not wanted."""
_SOL_RAW = 255
_ICMP6_FILTER = 1
"""Of the level IPPROTO_ICMPV6; the same for 256 types, in words of the host's byte order."""

_HEADER = struct.Struct("!BBHHH")
"""Type, code, checksum, identifier, sequence number."""
_COOKIE_BYTES = 16
_ECHO_BYTES = _HEADER.size + _COOKIE_BYTES
_LONGEST_IP_HEADER = 60
"""Raw IPv4 sockets give it, too."""

_MOST_SOCKETS = 32
_MOST_AWAITED = 64
_DATAGRAMS_AT_ONCE = 64

_SocketKey = tuple[int, IPAddress]


class _Kind(NamedTuple):
    """What differs between the versions of IP."""

    family: socket.AddressFamily
    protocol: int
    request: int
    reply: int


_ICMP = _Kind(socket.AF_INET, socket.IPPROTO_ICMP, 8, 0)
_ICMP6 = _Kind(socket.AF_INET6, socket.IPPROTO_ICMPV6, 128, 129)


class _Awaited(NamedTuple):
    """A beat on its way, and the random bytes that it carries."""

    beat: Beat
    cookie: bytes


class LinuxEchoRequests:
    """EchoRequests of the namespace in which they are sent. Needs CAP_NET_RAW and a running event loop.

    Whatever hinders sending (no route, a firewall, a full queue, no such interface) is logged once for each path.
    """

    def __init__(self) -> None:
        self._deliver: Callable[[Beat], None] | None = None
        self._identifier = secrets.randbelow(1 << 16)
        self._sockets: OrderedDict[_SocketKey, _EchoSocket] = OrderedDict()
        """By interface and local address; the one used last comes last."""
        self._told: set[LinkName] = set()

    def listen(self, deliver: Callable[[Beat], None]) -> None:
        self._deliver = deliver

    def send(self, beat: Beat) -> None:
        if self._deliver is None:
            return
        try:
            self._socket(beat.interface_index, beat.local, self._deliver).send(beat)
        except OSError as error:
            self._drop(beat.interface_index, beat.local)  # perhaps the interface is another one by now
            if beat.path not in self._told:
                self._told.add(beat.path)
                _log.info("no heartbeat over %s: %s", beat.path, error.strerror)

    def close(self) -> None:
        self._deliver = None
        for key in list(self._sockets):
            self._drop(*key)

    def _socket(self, interface_index: int, local: IPAddress, deliver: Callable[[Beat], None]) -> "_EchoSocket":
        key = (interface_index, local)
        if key not in self._sockets:
            if len(self._sockets) >= _MOST_SOCKETS:
                self._drop(*next(iter(self._sockets)))
            self._sockets[key] = _EchoSocket(interface_index, local, identifier=self._identifier, deliver=deliver)
        self._sockets.move_to_end(key)
        return self._sockets[key]

    def _drop(self, interface_index: int, local: IPAddress) -> None:
        dropped = self._sockets.pop((interface_index, local), None)
        if dropped is not None:
            dropped.close()


class _EchoSocket:
    """Echo requests from one local address, over one interface and no other."""

    def __init__(
        self, interface_index: int, local: IPAddress, *, identifier: int, deliver: Callable[[Beat], None]
    ) -> None:
        """Open it.

        Raises:
            OSError: the address or the interface is not there, or CAP_NET_RAW is missing.
        """
        self._kind = _ICMP if isinstance(local, IPv4Address) else _ICMP6
        self._identifier = identifier
        self._deliver = deliver
        self._awaited: OrderedDict[int, _Awaited] = OrderedDict()
        """By sequence number."""
        self._socket = socket.socket(self._kind.family, socket.SOCK_RAW | socket.SOCK_NONBLOCK, self._kind.protocol)
        try:
            _want_only(self._socket, self._kind)
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_BINDTOIFINDEX, interface_index)
            self._socket.bind((str(local), 0))
        except OSError:
            self._socket.close()
            raise
        asyncio.get_running_loop().add_reader(self._socket, self._read)

    def send(self, beat: Beat) -> None:
        """Send one.

        Raises:
            OSError: it could not be sent.
        """
        cookie = secrets.token_bytes(_COOKIE_BYTES)
        self._socket.sendto(self._request(beat.sequence, cookie), (str(beat.peer), 0))
        self._awaited[beat.sequence] = _Awaited(beat, cookie)
        if len(self._awaited) > _MOST_AWAITED:
            self._awaited.popitem(last=False)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def _request(self, sequence: int, cookie: bytes) -> bytes:
        """The kernel itself puts the checksum into ICMPv6 messages."""
        blank = _HEADER.pack(self._kind.request, 0, 0, self._identifier, sequence) + cookie
        checksum = internet_checksum(blank) if self._kind is _ICMP else 0
        return _HEADER.pack(self._kind.request, 0, checksum, self._identifier, sequence) + cookie

    def _read(self) -> None:
        """Some datagrams at a time: others want the event loop, too, whoever floods this host."""
        for _ in range(_DATAGRAMS_AT_ONCE):
            try:
                datagram, sender = self._socket.recvfrom(_LONGEST_IP_HEADER + _ECHO_BYTES + 1)
            except BlockingIOError:
                return
            except OSError as error:
                _log.debug("reading echo replies: %s", error)
                return
            self._take(datagram, sender[0])
            if self._socket.fileno() < 0:
                return  # whoever was told has closed it

    def _take(self, datagram: bytes, sender: str) -> None:
        reply = datagram[_ip_header_bytes(datagram) :] if self._kind is _ICMP else datagram
        if len(reply) != _ECHO_BYTES:
            return
        kind, code, _checksum, identifier, sequence = _HEADER.unpack_from(reply)
        awaited = self._awaited.get(sequence)
        if awaited is None or (kind, code, identifier) != (self._kind.reply, 0, self._identifier):
            return
        if secrets.compare_digest(awaited.cookie, reply[_HEADER.size :]) and _is_same(sender, awaited.beat.peer):
            del self._awaited[sequence]
            self._deliver(awaited.beat)


def internet_checksum(message: bytes) -> int:
    """Of an even number of bytes, in which the checksum itself is still 0 (RFC 1071)."""
    total: int = sum(struct.unpack(f"!{len(message) // 2}H", message))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def _want_only(raw: socket.socket, kind: _Kind) -> None:
    """Leave all types of messages but replies in the kernel."""
    if kind is _ICMP:
        raw.setsockopt(_SOL_RAW, _ICMP_FILTER, struct.pack("=I", 0xFFFFFFFF ^ (1 << kind.reply)))
        return
    words = [0xFFFFFFFF] * 8
    words[kind.reply >> 5] ^= 1 << (kind.reply & 31)
    raw.setsockopt(socket.IPPROTO_ICMPV6, _ICMP6_FILTER, struct.pack("=8I", *words))


def _ip_header_bytes(datagram: bytes) -> int:
    return (datagram[0] & 0x0F) * 4


def _is_same(sender: str, peer: IPAddress) -> bool:
    """A link-local sender comes with its interface, `fe80::1%eth0`."""
    return ip_address(sender.partition("%")[0]).packed == peer.packed
