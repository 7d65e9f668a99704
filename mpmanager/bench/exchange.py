"""Programs of the benchmark that speak HTTP/1.1 over Multipath TCP.

`python -m mpmanager.bench.exchange serve` answers `GET /bytes/N` with N bytes and takes what is `PUT`; connections stay
open between requests. A header `X-Congestion` chooses the congestion control of the server's end, `X-Head` how many
bytes its heads are filled up with. The other commands are clients that print what they measured as a JSON object.
Standard library only, so that they start quickly.
"""

import argparse
import json
import random
import selectors
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from mpmanager.lab.messages import is_mptcp, mptcp_socket

DEFAULT_PORT = 8080
READY = "ready"
"""What the crowd prints when all its connections are made."""

PAGE_BYTES = (
    # The document, style sheets and scripts.
    *(48_300, 61_900, 22_400, 8_700, 142_800, 97_600, 86_100, 61_200, 43_500, 35_800, 28_900, 21_300, 15_600, 9_800),
    # Fonts.
    *(38_400, 36_200, 23_100),
    # Pictures: a large one, some of articles, many small ones.
    *(188_700, 96_400, 84_200, 71_500, 66_300, 52_800, 47_100, 39_600, 31_200, 26_700, 22_900, 18_400, 14_800),
    *(12_100, 9_600, 8_300, 7_400, 6_200, 5_700, 4_900, 4_100, 3_600, 2_800, 2_300, 1_900, 1_500, 1_200, 900, 600, 400),
)
"""Of a news site's start page, 1.6 MB; the document comes first."""

_CHUNK_BYTES = 1 << 16
_HEAD_END = b"\r\n\r\n"
_LONGEST_HEAD_BYTES = 8192
_PATIENCE_S = 60.0
_UNLIMITED_BYTES = 10**12
_REQUEST_BYTES = 300
_FILLING_BYTES = 500
"""Of each head of an object: cookies and the like."""
_FILLED = f"Cookie: {'c' * _FILLING_BYTES}\r\nX-Head: {_FILLING_BYTES}\r\n"
_AT_ONCE = 20


class HttpClient:
    """One connection to the server. Errors are `OSError`."""

    def __init__(self, host: str, *, congestion: str | None = None, headers: str = "") -> None:
        """With headers for each request, such as `Name: value` and the end of its line."""
        family, _, _, _, address = socket.getaddrinfo(host, DEFAULT_PORT, type=socket.SOCK_STREAM)[0]
        self._socket = mptcp_socket(family)
        self._socket.settimeout(_PATIENCE_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._headers = headers
        if congestion is not None:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, congestion.encode())
            self._headers += f"X-Congestion: {congestion}\r\n"
        self._socket.connect(address)

    def get(self, size: int) -> None:
        """Fetch so many bytes."""
        self._send_head("GET", f"/bytes/{size}", 0)
        self._finish_response()

    def put(self, size: int) -> None:
        """Send so many bytes and wait until the server has them."""
        self._send_head("PUT", "/", size)
        send_bytes(self._socket, size)
        self._finish_response()

    @property
    def is_multipath(self) -> bool:
        """Whether it has not fallen back to TCP."""
        return is_mptcp(self._socket)

    def shut(self) -> None:
        """Break off what another thread does with it."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _send_head(self, method: str, path: str, length: int) -> None:
        size = f"Content-Length: {length}\r\n" if length else ""
        self._socket.sendall(f"{method} {path} HTTP/1.1\r\nHost: server\r\n{self._headers}{size}\r\n".encode())

    def _finish_response(self) -> None:
        head, rest = _read_head(self._socket)
        take_bytes(self._socket, head.length - len(rest))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """Of a request or a response."""

    first: list[str]
    """The words of its first line."""
    length: int
    congestion: str | None
    filling_bytes: int
    """Of the heads that are wanted in return."""


def _read_head(connection: socket.socket, received: bytes = b"") -> tuple[_Head, bytes]:
    """The next head, and what has been read beyond it.

    Raises:
        ConnectionResetError: the other end has closed the connection.
    """
    while _HEAD_END not in received:
        data = connection.recv(_CHUNK_BYTES)
        if not data or len(received) > _LONGEST_HEAD_BYTES:
            raise ConnectionResetError("the other end closed the connection")
        received += data
    text, _, rest = received.partition(_HEAD_END)
    first, *lines = text.decode("latin-1").split("\r\n")
    fields = dict(line.lower().split(": ", 1) for line in lines)
    head = _Head(
        first=first.split(),
        length=int(fields.get("content-length", 0)),
        congestion=fields.get("x-congestion"),
        filling_bytes=int(fields.get("x-head", 0)),
    )
    return head, rest


def send_bytes(connection: socket.socket, size: int) -> None:
    """Send zeros."""
    chunk = memoryview(bytes(_CHUNK_BYTES))
    while size > 0:
        size -= connection.send(chunk[: min(size, _CHUNK_BYTES)])


def take_bytes(connection: socket.socket, size: int) -> None:
    """Receive exactly so many.

    Raises:
        ConnectionResetError: the other end closed the connection before.
    """
    buffer = bytearray(_CHUNK_BYTES)
    while size > 0:
        count = connection.recv_into(buffer, min(size, _CHUNK_BYTES))
        if not count:
            raise ConnectionResetError("the other end closed the connection")
        size -= count


def serve(port: int) -> None:
    """Serve any number of clients until the process is ended."""
    with mptcp_socket(socket.AF_INET6) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind(("::", port))
        listener.listen(1024)
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve_client, args=(connection,), daemon=True).start()


def serve_client(connection: socket.socket) -> None:
    """Answer requests until the client closes the connection or breaks off."""
    rest = b""
    with connection, suppress(OSError):
        connection.settimeout(_PATIENCE_S)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            head, rest = _read_head(connection, rest)
            if head.congestion:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, head.congestion.encode())
            body, rest = rest[: head.length], rest[head.length :]
            take_bytes(connection, head.length - len(body))
            size = int(head.first[1].removeprefix("/bytes/")) if head.first[0] == "GET" else 0
            filling = f"X-Filling: {'f' * head.filling_bytes}\r\n" if head.filling_bytes else ""
            connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n{filling}\r\n".encode())
            send_bytes(connection, size)


def transfer(host: str, direction: str, size: int, congestion: str | None) -> dict[str, object]:
    """One file on a connection of its own."""
    began = time.monotonic()
    with HttpClient(host, congestion=congestion) as client:
        _move(client, direction, size)
    return {"time_s": time.monotonic() - began}


def _move(client: HttpClient, direction: str, size: int) -> None:
    if direction == "upload":
        client.put(size)
    else:
        client.get(size)


def load_page(host: str, connections: int, congestion: str | None) -> dict[str, object]:
    """The document first, then everything else over several connections, as browsers do with HTTP/1.1."""
    document, *objects = PAGE_BYTES
    waiting = deque(objects)
    began = time.monotonic()

    def fetch_rest(client: HttpClient) -> None:
        with client, suppress(IndexError):
            while True:
                client.get(waiting.popleft())

    first = HttpClient(host, congestion=congestion)
    first.get(document)
    with ThreadPoolExecutor(connections) as pool:
        others = [
            pool.submit(lambda: fetch_rest(HttpClient(host, congestion=congestion))) for _ in range(connections - 1)
        ]
        fetch_rest(first)
        for each in others:
            each.result()
    return {"time_s": time.monotonic() - began}


def load_objects(host: str, sizes: Sequence[int], *, is_each_alone: bool, congestion: str | None) -> dict[str, object]:
    """Objects one after the other with full heads, over one connection or each over one of its own."""

    def connect() -> HttpClient:
        return HttpClient(host, congestion=congestion, headers=_FILLED)

    began = time.monotonic()
    is_multipath = True
    for part in [[size] for size in sizes] if is_each_alone else [sizes]:
        with connect() as client:
            for size in part:
                client.get(size)
            is_multipath &= client.is_multipath
    return {"time_s": time.monotonic() - began, "is_multipath": is_multipath}


def elephants(host: str, direction: str, count: int, duration_s: float, congestion: str | None) -> dict[str, object]:
    """Transfers without end, until the time is over."""
    clients = [HttpClient(host, congestion=congestion) for _ in range(count)]

    def run(client: HttpClient) -> None:
        with suppress(OSError):
            _move(client, direction, _UNLIMITED_BYTES)

    threads = [threading.Thread(target=run, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    time.sleep(duration_s)
    for client in clients:
        client.shut()
    for thread in threads:
        thread.join()
    return {"count": count}


def mice(host: str, interval_s: float, duration_s: float, congestion: str | None) -> dict[str, object]:
    """Requests of 1 kB, each on a connection of its own: the time of each in milliseconds."""

    def request() -> None:
        with HttpClient(host, congestion=congestion) as client:
            client.get(1000)

    return _repeated(request, lambda: interval_s, duration_s)


def idle(host: str, duration_s: float, draw: random.Random, congestion: str | None) -> dict[str, object]:
    """A little now and then, on one connection."""
    with HttpClient(host, congestion=congestion) as client:

        def exchange() -> None:
            client.put(_REQUEST_BYTES)
            client.get(1000)

        return _repeated(exchange, lambda: draw.uniform(1, 4), duration_s)


def bursty(host: str, duration_s: float, draw: random.Random, congestion: str | None) -> dict[str, object]:
    """Bursts of 10 to 100 kB, up or down, with pauses, on one connection."""
    with HttpClient(host, congestion=congestion) as client:

        def burst() -> None:
            _move(client, draw.choice(["upload", "download"]), draw.randrange(10_000, 100_000))

        return _repeated(burst, lambda: draw.uniform(0.05, 2), duration_s)


def requests(host: str, duration_s: float, draw: random.Random, congestion: str | None) -> dict[str, object]:
    """Small requests with small answers and a moment to think, on one connection."""
    with HttpClient(host, congestion=congestion) as client:
        return _repeated(lambda: client.get(draw.randrange(200, 20_000)), lambda: draw.uniform(0.02, 0.4), duration_s)


def _repeated(action: Callable[[], None], pause_s: Callable[[], float], duration_s: float) -> dict[str, object]:
    times = []
    over = time.monotonic() + duration_s
    while time.monotonic() < over:
        began = time.monotonic()
        action()
        times.append(round((time.monotonic() - began) * 1000, 1))
        time.sleep(pause_s())
    return {"times_ms": times}


def crowd(host: str, count: int, interval_s: float, duration_s: float) -> dict[str, object]:
    """Many connections in one process; each asks for 200 bytes again and again. Says so when all are made."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        clients = list(pool.map(lambda _: HttpClient(host), range(count)))
    print(READY, flush=True)  # noqa: T201  # read by the benchmark
    return {"answers": _Crowd([each._socket for each in clients], interval_s).talk(duration_s)}  # noqa: SLF001  # same module


class _Crowd:
    """Keeps all connections talking, one after the other, at even distances."""

    _REQUEST = b"GET /bytes/200 HTTP/1.1\r\nHost: server\r\n\r\n"

    def __init__(self, sockets: Sequence[socket.socket], interval_s: float) -> None:
        self._sockets = sockets
        self._gap_s = interval_s / len(sockets)
        self._selector = selectors.DefaultSelector()
        self._received_bytes = 0
        for each in sockets:
            each.setblocking(False)  # noqa: FBT003  # the standard library's
            self._selector.register(each, selectors.EVENT_READ, each)

    def talk(self, duration_s: float) -> int:
        """For so long; how many answers came, nearly."""
        began = time.monotonic()
        number = 0
        while (now := time.monotonic()) < began + duration_s:
            while number * self._gap_s <= now - began:
                with suppress(BlockingIOError):  # its buffer is full: it missed its turn
                    self._sockets[number % len(self._sockets)].send(self._REQUEST)
                number += 1
            self._read(timeout_s=max(0.0, began + number * self._gap_s - time.monotonic()))
        return self._received_bytes // 200

    def _read(self, timeout_s: float) -> None:
        for key, _ in self._selector.select(timeout_s):
            self._received_bytes += len(key.data.recv(_CHUNK_BYTES))


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="exchange", description="HTTP over Multipath TCP, and how long it takes.")
    commands = parser.add_subparsers(dest="command", required=True)
    server = commands.add_parser("serve", help="serve until ended")
    server.add_argument("--port", type=int, default=DEFAULT_PORT)
    for name in ("transfer", "page", "objects", "elephants", "mice", "crowd", "idle", "bursty", "requests"):
        client = commands.add_parser(name)
        client.add_argument("host")
        client.add_argument("--congestion", help="of both ends, such as cubic")
        client.add_argument("--direction", choices=["upload", "download"], default="download")
        client.add_argument("--bytes", type=int, default=1_000_000)
        client.add_argument("--sizes", type=int, nargs="+", default=[1000], help="of objects, in bytes")
        client.add_argument("--each-alone", action="store_true", help="each object over a connection of its own")
        client.add_argument("--count", type=int, default=1, help="of connections")
        client.add_argument("--interval", type=float, default=0.5, help="seconds")
        client.add_argument("--duration", type=float, default=10.0, help="seconds")
        client.add_argument("--seed", type=int, default=0)
    return parser.parse_args(arguments)


def _run(given: argparse.Namespace) -> dict[str, object]:
    host, congestion, duration_s = given.host, given.congestion, given.duration
    match given.command:
        case "transfer":
            return transfer(host, given.direction, given.bytes, congestion)
        case "page" | "objects":
            return _load(given)
        case "elephants":
            return elephants(host, given.direction, given.count, duration_s, congestion)
        case "mice":
            return mice(host, given.interval, duration_s, congestion)
        case "crowd":
            return crowd(host, given.count, given.interval, duration_s)
        case name:
            pattern = {"idle": idle, "bursty": bursty, "requests": requests}[name]
            return pattern(host, duration_s, random.Random(given.seed), congestion)  # noqa: S311  # no secret


def _load(given: argparse.Namespace) -> dict[str, object]:
    if given.command == "page":
        return load_page(given.host, given.count, given.congestion)
    return load_objects(given.host, given.sizes, is_each_alone=given.each_alone, congestion=given.congestion)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the programs; 1 when it broke off, with the reason on standard error."""
    given = _arguments(arguments)
    try:
        if given.command == "serve":
            serve(given.port)
        print(json.dumps(_run(given)))  # noqa: T201  # the program's own output
    except OSError as error:
        print(f"exchange: {error}", file=sys.stderr)  # noqa: T201  # same
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
