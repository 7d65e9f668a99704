"""Learns host names by listening to what name servers answer to this machine, and from /etc/hosts.

DNS is seen on every interface, loopback too, where local resolvers such as systemd-resolved are asked. It only listens:
it asks nobody, and nothing is written down.
"""

import asyncio
import logging
import socket
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from mpmanager.core.host_memory import HostMemory
from mpmanager.linux.hosts_file import HostsFile
from mpmanager.linux.packet_socket import dns_socket
from mpmanager.model.connection import normalised
from mpmanager.model.names import HostName, IPAddress

if TYPE_CHECKING:  # loaded by whoever listens: few do, and reading DNS takes long to load
    from mpmanager.linux.dns_answers import Conversations, Ignored

_log = logging.getLogger(__name__)

_TO_THIS_HOST, _OUTGOING = 0, 4
"""PACKET_HOST and PACKET_OUTGOING; over loopback a packet comes twice, as both."""
_LONGEST_PACKET = 65_576
_DATAGRAMS_AT_ONCE = 16
"""Reading an answer takes up to half a millisecond."""
_HOSTS_INTERVAL_S = 5.0

_UNSEEN = (
    "names that programs learn by encrypted DNS (DoT, DoH), by DNS over TCP, by mDNS, or before mpmanagerd listened "
    "are not known: rules about host names do not apply there"
)


class LinuxHostNames:
    """HostNames of the namespace in which `listen` is called. Needs a running event loop, and CAP_NET_RAW for DNS."""

    def __init__(self, *, hosts_file: Path = Path("/etc/hosts")) -> None:
        self._memory = HostMemory()
        self._conversations: Conversations | None = None
        """None: nobody listens."""
        self._hosts = HostsFile(hosts_file)
        self._changed: Callable[[Collection[IPAddress]], None] | None = None
        self._socket: socket.socket | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._limits: list[str] = []

    @property
    def ignored(self) -> "Ignored":
        """How many answers were not believed, for want of form or of a question; while it listens."""
        assert self._conversations is not None  # noqa: S101  # as the contract says
        return self._conversations.ignored

    def listen(self, changed: Callable[[Collection[IPAddress]], None]) -> None:
        from mpmanager.linux.dns_answers import Conversations  # noqa: PLC0415  # see above

        self._changed, self._conversations = changed, Conversations()
        try:
            self._socket = dns_socket()
        except OSError as error:
            self._limits = [f"host names are known from {self._hosts.path} only: listening to DNS: {error.strerror}"]
            _log.warning("%s", self._limits[0])
        else:
            asyncio.get_running_loop().add_reader(self._socket, self._read, self._socket)
            self._limits = [_UNSEEN]
        self._look_at_hosts_file()

    def names_of(self, address: IPAddress) -> frozenset[HostName]:
        plain = normalised(address)
        return self._memory.names_of(plain, now=time.monotonic()) | self._hosts.names.get(plain, frozenset())

    def limits(self) -> list[str]:
        return self._limits

    def close(self) -> None:
        self._changed = None
        if self._timer is not None:
            self._timer.cancel()
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
        self._socket = None
        self._memory, self._conversations = HostMemory(), None
        self._hosts = HostsFile(self._hosts.path)

    def _look_at_hosts_file(self) -> None:
        """Every few seconds: it is often a link, or replaced as a whole, and nobody waits for it."""
        self._tell(self._hosts.refresh())
        if self._changed is not None:
            self._timer = asyncio.get_running_loop().call_later(_HOSTS_INTERVAL_S, self._look_at_hosts_file)

    def _read(self, listener: socket.socket) -> None:
        """Some packets at a time: others want the event loop, too, whoever floods this host."""
        for _ in range(_DATAGRAMS_AT_ONCE):
            try:
                packet, (_interface, _protocol, direction, *_) = listener.recvfrom(_LONGEST_PACKET)
            except BlockingIOError:
                return
            except OSError as error:
                _log.debug("listening to DNS: %s", error)
                return
            self._take(packet, direction)
            if listener.fileno() < 0:
                return  # whoever was told has closed it

    def _take(self, packet: bytes, direction: int) -> None:
        conversations, now = self._conversations, time.monotonic()
        if conversations is None:
            return
        if direction == _OUTGOING:
            conversations.ask(packet, now=now)
        elif direction == _TO_THIS_HOST and (learnt := conversations.answer(packet, now=now)) is not None:
            self._tell(
                [
                    each
                    for each in learnt.addresses
                    if self._memory.learn(each, learnt.names, ttl_s=learnt.ttl_s, now=now)
                ]
            )

    def _tell(self, addresses: Collection[IPAddress]) -> None:
        if addresses and self._changed is not None:
            self._changed(addresses)
