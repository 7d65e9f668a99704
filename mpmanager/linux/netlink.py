"""Netlink messages: requests, dumps, notifications and attributes, without knowledge of any family."""

import errno
import itertools
import os
import select
import socket
import struct
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Self

from mpmanager.model.errors import CommandRefusedError

NLM_F_REQUEST = 0x1
NLM_F_ACK = 0x4
NLM_F_DUMP = 0x300

_NLMSG_ERROR = 2
_NLMSG_DONE = 3
_NLM_F_ACK_TLVS = 0x200
_NLMSGERR_ATTR_MSG = 1

_SOL_NETLINK = 270
_NETLINK_ADD_MEMBERSHIP = 1
_NETLINK_CAP_ACK = 10
_NETLINK_EXT_ACK = 11
_SO_RCVBUFFORCE = 33

_NLA_F_NESTED = 0x8000
NLA_TYPE_MASK = 0x3FFF

HEADER = struct.Struct("=IHHII")
ATTRIBUTE = struct.Struct("=HH")

_RECEIVE_BYTES = 256 * 1024
_REPLY_TIMEOUT_S = 2
_LONGEST_DRAIN_S = 0.02
_LACKS_MEMORY = frozenset({errno.ENOBUFS, errno.ENOMEM})
"""How the kernel has no room for once for a request or its answer."""
_TIMEVAL = struct.Struct("@ll")

Attributes = Mapping[int, memoryview]
Take = Callable[[memoryview], int]
"""Reads messages, netlink headers included, and says how many bytes that were: one whole message at least.

What it is given is valid only during the call.
"""


def aligned(length: int) -> int:
    """The length rounded up to netlink's four bytes."""
    return (length + 3) & ~3


def attribute(kind: int, payload: bytes) -> bytes:
    """One attribute with its padding."""
    length = ATTRIBUTE.size + len(payload)
    return ATTRIBUTE.pack(length, kind) + payload + bytes(aligned(length) - length)


def nested(kind: int, *attributes: bytes) -> bytes:
    """An attribute that holds attributes."""
    return attribute(kind | _NLA_F_NESTED, b"".join(attributes))


def attributes_of(body: memoryview) -> dict[int, memoryview]:
    """The attributes in a body; a truncated last one is left out, of a repeated one the last counts."""
    return dict(attribute_list(body))


def attribute_list(body: memoryview) -> Iterator[tuple[int, memoryview]]:
    """The attributes in a body with their types, in order."""
    offset = 0
    while offset + ATTRIBUTE.size <= len(body):
        length, kind = ATTRIBUTE.unpack_from(body, offset)
        if length < ATTRIBUTE.size or offset + length > len(body):
            return
        yield kind & NLA_TYPE_MASK, body[offset + ATTRIBUTE.size : offset + length]
        offset += aligned(length)


def messages_of(data: memoryview) -> Iterator[tuple[int, int, int, memoryview]]:
    """The messages in a datagram: (type, flags, sequence, body); a truncated last one is left out."""
    offset = 0
    while offset + HEADER.size <= len(data):
        length, kind, flags, sequence, _port = HEADER.unpack_from(data, offset)
        if length < HEADER.size or offset + length > len(data):
            return
        yield kind, flags, sequence, data[offset + HEADER.size : offset + length]
        offset += aligned(length)


class NetlinkSocket:
    """A socket of one netlink family, for requests that the kernel answers at once."""

    def __init__(self, protocol: int) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, protocol)
        # Not `settimeout`, which asks before every call whether the socket is ready.
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            self._socket.setsockopt(socket.SOL_SOCKET, option, _TIMEVAL.pack(_REPLY_TIMEOUT_S, 0))
        self._socket.setsockopt(_SOL_NETLINK, _NETLINK_EXT_ACK, 1)
        self._socket.setsockopt(_SOL_NETLINK, _NETLINK_CAP_ACK, 1)
        self._socket.bind((0, 0))
        self._sequence = itertools.count(1)
        self._buffer = bytearray(_RECEIVE_BYTES)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    def command(self, kind: int, body: bytes, *, flags: int = 0, what: str) -> None:
        """Send a request, with further request flags, and wait for its acknowledgement.

        Raises:
            CommandRefusedError: the kernel says no; the sentence begins with `what`.
        """
        self._exchange(kind, NLM_F_ACK | flags, body, _size_of_first, what=what)

    def query(self, kind: int, body: bytes, *, what: str) -> list[memoryview]:
        """Send a request and return the bodies of the answers that come before its acknowledgement.

        Raises:
            CommandRefusedError: the kernel says no.
        """
        return self._bodies(kind, NLM_F_ACK, body, what=what)

    def dump(self, kind: int, body: bytes, *, what: str) -> list[memoryview]:
        """Ask for everything; returns the bodies of the answers.

        Raises:
            CommandRefusedError: the kernel says no.
        """
        return self._bodies(kind, NLM_F_DUMP, body, what=what)

    def ask_into(self, kind: int, body: bytes, take: Take, *, what: str) -> None:
        """Ask for one thing and let `take` read the answer: the cheapest exchange there is.

        Raises:
            CommandRefusedError: the kernel says no.
        """
        self._exchange(kind, 0, body, take, what=what)

    def dump_into(self, kind: int, body: bytes, take: Take, *, what: str) -> None:
        """Like `dump`, but let `take` read the answers, which can be quicker than one by one.

        Raises:
            CommandRefusedError: the kernel says no.
        """
        self._exchange(kind, NLM_F_DUMP, body, take, what=what)

    def _bodies(self, kind: int, flags: int, body: bytes, *, what: str) -> list[memoryview]:
        result = []

        def take(messages: memoryview) -> int:
            size = _size_of_first(messages)
            result.append(memoryview(bytes(messages[HEADER.size : HEADER.unpack_from(messages)[0]])))
            return size

        self._exchange(kind, flags, body, take, what=what)
        return result

    def _exchange(self, kind: int, flags: int, body: bytes, take: Take, *, what: str) -> None:
        expected = next(self._sequence) & 0xFFFFFFFF
        header = HEADER.pack(HEADER.size + len(body), kind, NLM_F_REQUEST | flags, expected, 0)
        self._send(header + body, what)
        while True:
            messages = self._receive(what)
            while len(messages) >= HEADER.size:
                length, reply_kind, reply_flags, sequence, _port = HEADER.unpack_from(messages)
                if sequence != expected:
                    break  # the late answer to a request that timed out
                if reply_kind in {_NLMSG_ERROR, _NLMSG_DONE}:
                    _raise_refusal(messages[HEADER.size : length], reply_flags, what=what)
                    return
                messages = messages[take(messages) :]
                if not flags:
                    return  # nothing closes the exchange

    def _send(self, message: bytes, what: str) -> None:
        try:
            self._socket.send(message)
        except OSError as error:
            raise _as_refusal(error, what) from error

    def _receive(self, what: str) -> memoryview:
        try:
            return memoryview(self._buffer)[: self._socket.recv_into(self._buffer)]
        except OSError as error:
            raise _as_refusal(error, what) from error


def _as_refusal(error: OSError, what: str) -> Exception:
    """What a failed exchange means: the kernel's silence, its lack of memory, or the error itself."""
    if isinstance(error, BlockingIOError):
        sentence = f"{what}: the kernel did not answer within {_REPLY_TIMEOUT_S} s"
        return CommandRefusedError(sentence, errno=errno.ETIMEDOUT)
    if error.errno in _LACKS_MEMORY:
        return CommandRefusedError(f"{what}: {error.strerror}", errno=error.errno)
    return error


def _size_of_first(messages: memoryview) -> int:
    """Of the first message with its padding; all of the bytes if it is cut off or malformed."""
    length = HEADER.unpack_from(messages)[0]
    return aligned(length) if HEADER.size <= length <= len(messages) else len(messages)


def _raise_refusal(reply: memoryview, flags: int, *, what: str) -> None:
    """Raise unless the closing message of an exchange reports success."""
    code = struct.unpack_from("=i", reply)[0] if len(reply) >= 4 else 0  # noqa: PLR2004  # an int is four bytes
    if code >= 0:
        return
    explanation = _kernel_words(reply, flags) or os.strerror(-code)
    raise CommandRefusedError(f"{what}: {explanation}", errno=-code)


def _kernel_words(reply: memoryview, flags: int) -> str | None:
    """The extended acknowledgement's message."""
    if not flags & _NLM_F_ACK_TLVS:
        return None
    # With NETLINK_CAP_ACK only the request's header comes back in front of the attributes.
    words = attributes_of(reply[4 + HEADER.size :]).get(_NLMSGERR_ATTR_MSG)
    return bytes(words).rstrip(b"\0").decode(errors="replace") if words is not None else None


class NotificationSocket:
    """A socket of one netlink family that only listens to multicast groups."""

    def __init__(self, protocol: int, *, receive_buffer_bytes: int) -> None:
        self._socket = socket.socket(
            socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK, protocol
        )
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, receive_buffer_bytes)
        except PermissionError:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer_bytes)
        self._socket.bind((0, 0))
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)

    def join(self, group: int) -> None:
        """Listen to a group.

        Raises:
            PermissionError: the group is for CAP_NET_ADMIN only.
        """
        self._socket.setsockopt(_SOL_NETLINK, _NETLINK_ADD_MEMBERSHIP, group)

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def is_empty(self) -> bool:
        """Whether no datagram waits now, nor word of one that was lost."""
        return not self._poll.poll(0)

    def drain(self, take: Callable[[memoryview], None], *, longest_s: float = _LONGEST_DRAIN_S) -> bool:
        """Hand over the datagrams that wait, as far as there is time; returns whether some have been lost.

        Others want to be served in a storm, too: what is left keeps the socket readable.
        """
        has_lost, deadline = False, time.monotonic() + longest_s
        while time.monotonic() < deadline:
            try:
                datagram = self.receive()
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                has_lost = True
                continue
            if datagram is None:
                return has_lost
            take(memoryview(datagram))
        return has_lost

    def receive(self) -> bytes | None:
        """The next datagram; None when there is none.

        Raises:
            OSError: with ENOBUFS when notifications were lost.
        """
        try:
            return self._socket.recv(_RECEIVE_BYTES)
        except BlockingIOError:
            return None
