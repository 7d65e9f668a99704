"""A peer for proofs: `python -m mpmanager.verify.sink` takes in all that is sent to it, until it is ended.

It listens where `mpm verify trust --sink` sends to, for TCP, Multipath TCP where the kernel has it, and UDP, of IPv4
and IPv6.
"""

import resource
import selectors
import socket
from collections.abc import Iterator
from contextlib import suppress

from mpmanager.verify.attempts import DNS_PORT, FIRST_PORT, PORTS

_IPPROTO_MPTCP = 262
_BACKLOG = 64
_AT_ONCE_BYTES = 1 << 16
_DESCRIPTORS = 4 * PORTS
"""Two listeners for each port, and as many connections again."""


def _stream() -> socket.socket:
    try:
        return socket.socket(socket.AF_INET6, socket.SOCK_STREAM, _IPPROTO_MPTCP)
    except OSError:
        return socket.socket(socket.AF_INET6, socket.SOCK_STREAM)


def _listeners() -> Iterator[socket.socket]:
    for port in range(FIRST_PORT, FIRST_PORT + PORTS):
        listener = _stream()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("::", port))
        listener.listen(_BACKLOG)
        yield listener


def _datagrams() -> Iterator[socket.socket]:
    for port in range(FIRST_PORT, FIRST_PORT + PORTS):
        made = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        made.bind(("::", port))
        yield made
    with suppress(OSError):  # a name server may be there
        made = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        made.bind(("::", DNS_PORT))
        yield made


def _accept(waiting: selectors.BaseSelector, listener: socket.socket) -> None:
    with suppress(OSError):
        made = listener.accept()[0]
        made.settimeout(0)
        waiting.register(made, selectors.EVENT_READ, _read)


def _read(waiting: selectors.BaseSelector, connection: socket.socket) -> None:
    with suppress(BlockingIOError):
        try:
            received = connection.recv(_AT_ONCE_BYTES)
        except ConnectionError:
            received = b""
        if not received:
            waiting.unregister(connection)
            connection.close()


def _discard(_waiting: selectors.BaseSelector, made: socket.socket) -> None:
    with suppress(OSError):
        made.recv(_AT_ONCE_BYTES)


def main() -> None:
    """Listen until Ctrl-C."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    wanted = _DESCRIPTORS if most == resource.RLIM_INFINITY else min(most, _DESCRIPTORS)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    with selectors.DefaultSelector() as waiting:
        for each in _listeners():
            each.settimeout(0)
            waiting.register(each, selectors.EVENT_READ, _accept)
        for each in _datagrams():
            each.settimeout(0)
            waiting.register(each, selectors.EVENT_READ, _discard)
        print(f"listening on the ports {FIRST_PORT} to {FIRST_PORT + PORTS - 1}", flush=True)  # noqa: T201  # its voice
        while True:
            for key, _events in waiting.select():
                key.data(waiting, key.fileobj)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
