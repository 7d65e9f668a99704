"""Captures: the packets of one connection, with those of its later subflows, as a file for who asked for it."""

import asyncio
import logging
import socket
import time
from collections import deque
from collections.abc import Callable

from mpmanager.core.ledger import ConnectionAccount
from mpmanager.core.packet_flow import flow_of
from mpmanager.core.pcapng import interface_block, packet_block, section_block, statistics_block
from mpmanager.model.connection import FourTuple
from mpmanager.model.errors import InvalidValueError, NotSupportedError
from mpmanager.model.names import IPAddress, LinkName
from mpmanager.model.packet import SeenPacket
from mpmanager.ports.packets import PacketListener, PacketSource

_log = logging.getLogger(__name__)

LONGEST_S = 3600
MOST_BYTES = 1 << 30
MOST_CAPTURES = 4
MOST_OF_ONE_USER = 2
"""So that nobody takes all of them for an hour."""
_LOOK_EVERY_S = 0.1
"""At which subflows there are by now."""
_UNKNOWN_KEPT_S = 3.0
"""A subflow is known only after its handshake: so long its packets wait for that."""
_MOST_UNKNOWN = 512
_MOST_UNSENT_BYTES = 8 << 20
"""Who reads more slowly than packets come gets a file with holes; it says how many."""
_AFTER_END_S = 2.0
"""The last packets of a connection, or of a subflow, come after it was closed; its ports are used again later."""
_LAST_WORDS_S = 10.0
"""To read the rest."""


class Capture:
    """One of them. It ends by itself; `ended` is called then, once."""

    def __init__(
        self,
        account: ConnectionAccount,
        listener: PacketListener,
        stream: socket.socket,
        *,
        uid: int | None,
        seconds: float,
        max_bytes: int,
        ended: Callable[["Capture"], None],
    ) -> None:
        self.uid = uid
        """Who has asked for it."""
        self._account = account
        self._listener = listener
        self._stream = stream
        self._loop = asyncio.get_running_loop()
        self._ends_at = self._loop.time() + seconds
        self._bytes_left = max_bytes
        self._ended = ended
        self._flows: dict[FourTuple, float] = {}
        """Those of its subflows, and when each was seen living last."""
        self._watched: set[IPAddress] = remotes_of(account)
        self._unknown: deque[tuple[float, FourTuple, SeenPacket]] = deque()
        """Of no subflow that is known: it may be one that is just being made, or a flow of somebody else's."""
        self._interfaces: dict[LinkName, int] = {}
        self._unsent = bytearray()
        self._missing = 0
        self._is_over = False
        self._put(section_block(f"mpmanager: token {account.token:#010x}"))
        self._look()
        self._loop.add_reader(listener.fileno(), self._take)
        self._loop.add_reader(stream, self._on_readable)
        self._timer = self._loop.call_later(_LOOK_EVERY_S, self._tick)

    def close(self) -> None:
        """End at once."""
        if self._stream.fileno() < 0:
            return
        self._stop_listening()
        self._loop.remove_reader(self._stream)
        self._loop.remove_writer(self._stream)
        self._stream.close()
        self._ended(self)

    def _tick(self) -> None:
        now = self._loop.time()
        self._look()
        closed = self._account.closed
        is_gone = closed is not None and time.monotonic() - closed > _AFTER_END_S
        if is_gone or now >= self._ends_at:
            self._finish()
        else:
            self._timer = self._loop.call_later(_LOOK_EVERY_S, self._tick)

    def _look(self) -> None:
        """Learn of subflows that have come; their packets that have waited for that are written."""
        now = self._loop.time()
        living = flows_of(self._account)
        is_any_new = not living <= self._flows.keys()
        seen = self._flows | dict.fromkeys(living, now)
        self._flows = {flow: at for flow, at in seen.items() if now - at <= _AFTER_END_S}
        if is_any_new:
            self._watch()
            self._write_known()
        oldest = now - _UNKNOWN_KEPT_S
        while self._unknown and self._unknown[0][0] < oldest:
            self._unknown.popleft()

    def _watch(self) -> None:
        remotes = remotes_of(self._account) | self._watched
        if remotes != self._watched:
            self._watched = remotes
            self._listener.watch(remotes)

    def _write_known(self) -> None:
        waiting, self._unknown = self._unknown, deque()
        for since, flow, packet in waiting:
            if flow in self._flows:
                self._write(packet)
            else:
                self._unknown.append((since, flow, packet))

    def _take(self) -> None:
        for packet in self._listener.take():
            flow = flow_of(packet)
            if flow is None or self._is_over:
                continue
            if flow in self._flows:
                self._write(packet)
            elif len(self._unknown) < _MOST_UNKNOWN:
                self._unknown.append((self._loop.time(), flow, packet))

    def _write(self, packet: SeenPacket) -> None:
        block = packet_block(packet, self._number_of(packet.interface))
        if len(block) > self._bytes_left:
            self._finish()
        elif len(self._unsent) + len(block) > _MOST_UNSENT_BYTES:
            self._missing += 1
        else:
            self._bytes_left -= len(block)
            self._put(block)

    def _number_of(self, interface: LinkName) -> int:
        if interface not in self._interfaces:
            self._interfaces[interface] = len(self._interfaces)
            self._put(interface_block(interface))
        return self._interfaces[interface]

    def _finish(self) -> None:
        """No more packets; what is not sent yet may still be read."""
        if self._is_over:
            return
        self._is_over = True
        missing = self._missing + self._listener.lost()
        self._stop_listening()
        if self._interfaces:
            self._put(statistics_block(0, time.time_ns(), missing))
        self._timer = self._loop.call_later(_LAST_WORDS_S, self.close)
        self._send()

    def _stop_listening(self) -> None:
        self._timer.cancel()
        if self._listener.fileno() >= 0:
            self._loop.remove_reader(self._listener.fileno())
            self._listener.close()

    # To the reader

    def _put(self, block: bytes) -> None:
        self._unsent += block
        self._loop.add_writer(self._stream, self._send)

    def _send(self) -> None:
        try:
            sent = self._stream.send(self._unsent) if self._unsent else 0
        except BlockingIOError:
            return
        except OSError:
            self.close()
            return
        del self._unsent[:sent]
        if not self._unsent:
            self._loop.remove_writer(self._stream)
            if self._is_over:
                self._timer.cancel()
                self.close()

    def _on_readable(self) -> None:
        """The reader says nothing; that it has gone ends the capture."""
        try:
            if self._stream.recv(1024):
                return
        except BlockingIOError:
            return
        except OSError as error:
            _log.debug("a capture's reader: %s", error)
        self.close()


class CaptureKeeper:
    """All captures that run."""

    def __init__(self, packets: PacketSource) -> None:
        self._packets = packets
        self._captures: set[Capture] = set()

    def begin(self, account: ConnectionAccount, *, uid: int | None, seconds: int, max_bytes: int) -> socket.socket:
        """Capture the packets of a connection for a user; the caller sends the returned end away and closes it.

        It ends after so many seconds, when the file would become longer than so many bytes, after the connection has
        ended, or when nobody has the other end any more.

        Raises:
            InvalidValueError: so long, or so much, is not possible; the sentence says what is.
            NotSupportedError: there are too many already, or this machine does not let us.
        """
        if not 1 <= seconds <= LONGEST_S:
            raise InvalidValueError(f"a capture lasts 1 to {LONGEST_S} seconds, not {seconds}")
        if not 1 <= max_bytes <= MOST_BYTES:
            raise InvalidValueError(f"a capture has 1 to {MOST_BYTES} bytes, not {max_bytes}")
        if len(self._captures) >= MOST_CAPTURES:
            raise NotSupportedError(f"{MOST_CAPTURES} captures run already; end one of them first")
        if sum(each.uid == uid for each in self._captures) >= MOST_OF_ONE_USER:
            raise NotSupportedError(f"{MOST_OF_ONE_USER} captures of yours run already; end one of them first")
        listener = self._packets.listen(remotes_of(account))
        ours, theirs = socket.socketpair()
        ours.setblocking(False)  # noqa: FBT003  # the standard library's
        self._captures.add(
            Capture(
                account,
                listener,
                ours,
                uid=uid,
                seconds=seconds,
                max_bytes=max_bytes,
                ended=self._captures.discard,
            )
        )
        return theirs

    def close(self) -> None:
        """End all of them."""
        for each in list(self._captures):
            each.close()


def flows_of(account: ConnectionAccount) -> set[FourTuple]:
    """Of a connection's living subflows."""
    return {each.flow for each in account.living_subflows()}


def remotes_of(account: ConnectionAccount) -> set[IPAddress]:
    """Where they lead to."""
    return {each.remote.address for each in flows_of(account)}
