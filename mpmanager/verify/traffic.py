"""A program that tries to get something out: `python -m mpmanager.verify.traffic`.

Says `ready`, reads one line of JSON with attempts, makes them all, prints one line with their outcomes, goes on with
what has connected, and ends with its input (or by itself, when nobody ends it).
"""

import errno
import os
import select
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from ipaddress import ip_address
from typing import Final

import msgspec

from mpmanager.verify.attempts import DNS_PORT, MULTIPATH, ON_DEVICE, STREAMS, Attempt, Manner, Outcome, Step, Traffic

READY = "ready"

_LONGEST_LIFE_S = 20.0
_BETWEEN_PARTS_S = 0.05
_PARTS = 8
_IPPROTO_MPTCP = 262
_SO_MARK = 36
_OWN_MARK = 0x4D50
_FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}
_ECHO_PROTOCOLS = {4: socket.IPPROTO_ICMP, 6: socket.IPPROTO_ICMPV6}
_ECHO_REQUESTS = {4: 8, 6: 128}
_QUESTION: Final = struct.pack("!HHHHHH", 1, 0x0100, 1, 0, 0, 0) + b"\x0ampm-verify\x07invalid\0" + b"\0\x01\0\x01"
"""Asks for an address of mpm-verify.invalid, which nobody can have (RFC 2606)."""
_SOME_BYTES = b"hello"


class _Stream:
    """A connection that sends its bytes part by part, as soon as it can."""

    def __init__(self, made: socket.socket, payload_bytes: int) -> None:
        self._socket = made
        part_bytes = -(-payload_bytes // _PARTS)
        self._left = [bytes(min(part_bytes, payload_bytes - at)) for at in range(0, payload_bytes, part_bytes)]

    def go_on(self) -> None:
        if not self._left:
            return
        try:
            sent = self._socket.send(self._left[0])
        except OSError as error:
            if error.errno not in {errno.EAGAIN, errno.ENOTCONN, errno.EINPROGRESS}:
                self._left.clear()
            return
        self._left[0] = self._left[0][sent:]
        if not self._left[0]:
            del self._left[0]


class Maker:
    """Makes attempts and keeps their sockets."""

    def __init__(self) -> None:
        self._kept: list[socket.socket] = []
        self._streams: list[_Stream] = []

    def make(self, attempt: Attempt) -> Outcome:
        """One attempt; waits for nothing."""
        step = Step.PREPARING
        try:
            made = _socket(attempt)
            self._kept.append(made)
            _bind(made, attempt)
            step = Step.SENDING
            _send(made, attempt)
        except OSError as error:
            return Outcome(number=attempt.number, step=step, error=_name(error))
        if attempt.traffic in STREAMS:
            self._streams.append(_Stream(made, attempt.payload_bytes))
        return Outcome(number=attempt.number, step=Step.DONE)

    def go_on_until_the_end_of(self, lifeline: int) -> None:
        """Send what streams have left, until whoever holds the other end of a pipe lets it go."""
        deadline = time.monotonic() + _LONGEST_LIFE_S
        while time.monotonic() < deadline:
            for each in self._streams:
                each.go_on()
            if select.select([lifeline], [], [], _BETWEEN_PARTS_S)[0]:
                break
        for made in self._kept:
            made.close()


def _name(error: OSError) -> str:
    return errno.errorcode.get(error.errno or 0, str(error))


def _socket(attempt: Attempt) -> socket.socket:
    family = _FAMILIES[attempt.version]
    if attempt.traffic in STREAMS:
        protocol = _IPPROTO_MPTCP if attempt.traffic in MULTIPATH else socket.IPPROTO_TCP
        made = socket.socket(family, socket.SOCK_STREAM, protocol)
    elif attempt.traffic is Traffic.PING:
        made = socket.socket(family, socket.SOCK_RAW, _ECHO_PROTOCOLS[attempt.version])
    else:
        made = socket.socket(family, socket.SOCK_DGRAM)
    made.settimeout(0)
    return made


def _bind(made: socket.socket, attempt: Attempt) -> None:
    if attempt.manner is Manner.MARK:
        made.setsockopt(socket.SOL_SOCKET, _SO_MARK, _OWN_MARK)
    if attempt.manner in ON_DEVICE:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, attempt.interface.encode())
    port = attempt.port if attempt.traffic is Traffic.DNS else 0
    if attempt.manner is Manner.ADDRESS:
        made.bind((attempt.address, port))
    elif port:
        made.bind(("", port))


def _send(made: socket.socket, attempt: Attempt) -> None:
    match attempt.traffic:
        case Traffic.PING:
            made.sendto(_echo_request(attempt), (attempt.destination, 0))
        case Traffic.DNS:
            made.sendto(_QUESTION, (attempt.destination, DNS_PORT))
        case Traffic.UDP:
            made.sendto(_SOME_BYTES, (attempt.destination, attempt.port))
        case Traffic.UDP_CONNECTED:
            made.connect((attempt.destination, attempt.port))
            made.send(_SOME_BYTES)
        case _:
            with suppress(BlockingIOError):  # it goes on by itself
                made.connect((attempt.destination, attempt.port))


def _echo_request(attempt: Attempt) -> bytes:
    """With the attempt's port as identifier; of IPv6 the kernel writes the checksum."""
    words = (_ECHO_REQUESTS[attempt.version] << 8, 0, attempt.port, 1)
    total = sum(words)
    checksum = ~(total + (total >> 16)) & 0xFFFF if ip_address(attempt.destination).version == 4 else 0  # noqa: PLR2004  # IPv4
    return struct.pack("!HHHH", words[0], checksum, *words[2:])


def _by_thread(maker: Maker, attempts: Iterable[Attempt]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    thread = threading.Thread(target=lambda: outcomes.extend(map(maker.make, attempts)))
    thread.start()
    thread.join()
    return outcomes


def _fork(attempts: list[Attempt]) -> int:
    """Have a child make attempts and keep their sockets for as long as this process lives; where its outcomes come."""
    reading, writing = os.pipe()
    lifeline, held = os.pipe()
    if os.fork():
        os.close(writing)
        os.close(lifeline)
        return reading
    os.close(held)
    maker = Maker()
    with os.fdopen(writing, "wb") as output:
        output.write(msgspec.json.encode([maker.make(each) for each in attempts]))
    maker.go_on_until_the_end_of(lifeline)
    os._exit(0)


def _outcomes_of(reading: int) -> list[Outcome]:
    with os.fdopen(reading, "rb") as told:
        return msgspec.json.decode(told.read(), type=list[Outcome])


def main() -> None:
    """Do what the input says."""
    print(READY, flush=True)  # noqa: T201  # read by the prover
    line = sys.stdin.readline()
    if not line:
        return  # nobody asks any more
    attempts = msgspec.json.decode(line, type=list[Attempt])
    forked = _fork([each for each in attempts if each.manner is Manner.FORK])
    maker = Maker()
    outcomes = [maker.make(each) for each in attempts if each.manner not in {Manner.FORK, Manner.THREAD}]
    outcomes += _by_thread(maker, [each for each in attempts if each.manner is Manner.THREAD])
    outcomes += _outcomes_of(forked)
    print(msgspec.json.encode(outcomes).decode(), flush=True)  # noqa: T201  # read by the prover
    maker.go_on_until_the_end_of(sys.stdin.fileno())


if __name__ == "__main__":
    with suppress(BrokenPipeError):  # whoever asked is gone
        main()
