"""Programs that measure what a restriction costs: the same again and again, held by a cgroup and free of it, in turns.

`python -m mpmanager.bench.spending serve` takes whatever comes until its sender ends, and ends then, too. `connect` and
`bulk` print what they measured as a JSON object: for each round what it was without restriction and with it. A socket
belongs for good to the cgroup in which it was made, so one process can have both kinds. Standard library only.
"""

import argparse
import json
import os
import selectors
import socket
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from mpmanager.lab.messages import mptcp_socket

DEFAULT_PORT = 8081
BULK_BYTES = 16_000_000
"""Few enough that most of the times nothing else gets in between."""

_BUFFER_BYTES = 1 << 20
_BACKLOG = 1024
_PATIENCE_S = 30.0


def serve(port: int) -> None:
    """Serve until the process is ended."""
    buffer = bytearray(_BUFFER_BYTES)
    with selectors.DefaultSelector() as waiting, mptcp_socket(socket.AF_INET) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("", port))
        listener.listen(_BACKLOG)
        waiting.register(listener, selectors.EVENT_READ)
        while True:
            for key, _ in waiting.select():
                if key.fileobj is listener:
                    waiting.register(listener.accept()[0], selectors.EVENT_READ)
                else:
                    _take(waiting, key, buffer)


def _take(waiting: selectors.BaseSelector, key: selectors.SelectorKey, buffer: bytearray) -> None:
    connection = key.fileobj
    if not isinstance(connection, socket.socket):
        return
    try:
        is_over = not connection.recv_into(buffer)
    except OSError:
        is_over = True
    if is_over:
        waiting.unregister(connection)
        connection.close()


def make(kind: str) -> socket.socket:
    """A socket of a kind: `udp`, `tcp` or `mptcp`."""
    if kind == "mptcp":
        return mptcp_socket(socket.AF_INET)
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM)


Figures = tuple[float, ...]


def connecting(kind: str, address: tuple[str, int]) -> Figures:
    """How long connect() takes, in microseconds."""
    with make(kind) as made:
        began_ns = time.perf_counter_ns()
        made.connect(address)
        return ((time.perf_counter_ns() - began_ns) / 1000,)


def sending(kind: str, address: tuple[str, int]) -> Figures:
    """How long it takes until the other end has all of a lot of data, and this end's processor time: seconds.

    Without connecting.
    """
    data = memoryview(bytes(_BUFFER_BYTES))
    left = BULK_BYTES
    with make(kind) as made:
        made.settimeout(_PATIENCE_S)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, b"cubic")  # without pacing
        made.connect(address)
        began, began_cpu = time.perf_counter(), time.process_time()
        while left > 0:
            left -= made.send(data[:left])
        made.shutdown(socket.SHUT_WR)
        made.recv(1)
        return time.perf_counter() - began, time.process_time() - began_cpu


def in_turns(act: Callable[[], Figures], *, free: Path, held: Path, rounds: int) -> list[tuple[Figures, Figures]]:
    """What an act measures in two cgroups, a pair for each round: the mean of twice, in the order AB BA or BA AB."""
    pairs = []
    for number in range(rounds):
        first, second = (free, held) if number % 2 == 0 else (held, free)
        found: dict[Path, list[Figures]] = {free: [], held: []}
        for cgroup in (first, second, second, first):
            _join(cgroup)
            found[cgroup].append(act())
        pairs.append((_mean(found[free]), _mean(found[held])))
    return pairs


def _mean(measured: Sequence[Figures]) -> Figures:
    return tuple(sum(each) / len(measured) for each in zip(*measured, strict=True))


def _join(cgroup: Path) -> None:
    (cgroup / "cgroup.procs").write_text(f"{os.getpid()}\n", encoding="ascii")


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="spending", description="What a restriction costs a program.")
    commands = parser.add_subparsers(dest="command", required=True)
    server = commands.add_parser("serve", help="serve until ended")
    server.add_argument("--port", type=int, default=DEFAULT_PORT)
    for name in ("connect", "bulk"):
        client = commands.add_parser(name)
        client.add_argument("host")
        client.add_argument("--kind", choices=["udp", "tcp", "mptcp"], required=True)
        client.add_argument("--free", type=Path, required=True, help="directory of the cgroup without restriction")
        client.add_argument("--held", type=Path, required=True, help="that of the one with it")
        client.add_argument("--rounds", type=int, default=10)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the programs; 1 when it broke off, with the reason on standard error."""
    given = _arguments(arguments)
    try:
        if given.command == "serve":
            serve(given.port)
        address = (given.host, DEFAULT_PORT)
        measure = connecting if given.command == "connect" else sending
        pairs = in_turns(lambda: measure(given.kind, address), free=given.free, held=given.held, rounds=given.rounds)
        print(json.dumps({"pairs": pairs}))  # noqa: T201  # the program's own output
    except OSError as error:
        print(f"spending: {error}", file=sys.stderr)  # noqa: T201  # same
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
