"""A program that sends small messages over Multipath TCP and measures how late they arrive.

`python -m mpmanager.lab.messages serve` answers `send` (upload) and `receive` (download) of other places on the same
machine: both ends read one monotonic clock. Each message carries its number and the time at which it was due or, when
the sender was on time, at which it was sent; a sender that is held up thus counts the wait as delay. Standard library
only, so that it starts quickly.
"""

import argparse
import json
import math
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from enum import StrEnum, unique

from mpmanager.lab.units import Duration, Size

DEFAULT_PORT = 5700
LEAST_SIZE_BYTES = 16

_IPPROTO_MPTCP = 262
_SOL_MPTCP = 284
_MPTCP_INFO = 1
_STAMP = struct.Struct("!QQ")  # number, nanoseconds
_RECEIVE_BYTES = 65536
_LONGEST_LINE_BYTES = 1 << 22  # a report with the delay of each message


@unique
class Direction(StrEnum):
    """Seen from the client."""

    UPLOAD = "upload"
    DOWNLOAD = "download"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the client asks for; the first line on the connection, as JSON."""

    direction: Direction
    size_bytes: int
    interval_s: float
    count: int
    congestion: str | None
    """Congestion control of the sender; None: the system's."""
    patience_s: float
    """How long either end waits for the other without any progress."""
    series: bool = False
    """Whether the report shall have the delay of each message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReport:
    """What arrived, and how late. Delays are None when nothing arrived."""

    direction: Direction
    size_bytes: int
    count: int
    received: int
    lost: int
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    max_ms: float | None
    mptcp: bool
    """Whether the connection was still Multipath TCP at its end, not fallen back to TCP."""
    error: str | None
    """Why messages are missing."""
    delays_ms: Sequence[float] | None = None
    """Of each message in the order of sending, when the plan asked for them."""


def mptcp_socket(family: socket.AddressFamily) -> socket.socket:
    """A Multipath TCP stream socket."""
    return socket.socket(family, socket.SOCK_STREAM, _IPPROTO_MPTCP)


def is_mptcp(connection: socket.socket) -> bool:
    """Whether the connection is a Multipath TCP one that has not fallen back."""
    try:
        connection.getsockopt(_SOL_MPTCP, _MPTCP_INFO, 4)
    except OSError:
        return False
    return True


def percentile(ordered: Sequence[float], share: float) -> float:
    """The nearest-rank percentile of ascending numbers, at least one."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def send_messages(connection: socket.socket, plan: Plan) -> None:
    """Send them all, one an interval, in order.

    Raises:
        OSError: the connection broke, or nothing could be sent for `patience_s` (TimeoutError).
    """
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if plan.congestion is not None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, plan.congestion.encode())
    padding = bytes(plan.size_bytes - _STAMP.size)
    interval_ns = int(plan.interval_s * 1e9)
    start_ns = time.monotonic_ns()
    for number in range(plan.count):
        due_ns = start_ns + number * interval_ns
        late_ns = time.monotonic_ns() - due_ns
        if late_ns < 0:
            time.sleep(-late_ns / 1e9)
        stamp_ns = due_ns if late_ns > interval_ns else time.monotonic_ns()
        connection.sendall(_STAMP.pack(number, stamp_ns) + padding)


def receive_delays(connection: socket.socket, size_bytes: int, received: bytes = b"") -> Iterator[float]:
    """The delay of each message as it arrives, in milliseconds, until the sender has finished.

    Args:
        connection: where they come from.
        size_bytes: of each message.
        received: what has been read of the first messages already.

    Raises:
        OSError: the connection broke, or nothing came within the connection's timeout (TimeoutError).
    """
    pending = bytearray(received)
    while True:
        while len(pending) >= size_bytes:
            _, stamp_ns = _STAMP.unpack_from(pending)
            del pending[:size_bytes]
            yield (time.monotonic_ns() - stamp_ns) / 1e6
        data = connection.recv(_RECEIVE_BYTES)
        if not data:
            return
        pending += data


def collect(connection: socket.socket, plan: Plan, received: bytes = b"") -> MessageReport:
    """Receive until the sender has finished or the connection breaks, and sum up."""
    delays: list[float] = []
    error = None
    try:
        delays.extend(receive_delays(connection, plan.size_bytes, received))
    except OSError as broken:
        error = str(broken)
    return _report(plan, delays, mptcp=is_mptcp(connection), error=error)


def _report(plan: Plan, delays: list[float], *, mptcp: bool, error: str | None) -> MessageReport:
    ordered = sorted(delays)
    p50, p95, p99, most = (percentile(ordered, share) if ordered else None for share in (0.5, 0.95, 0.99, 1.0))
    return MessageReport(
        direction=plan.direction,
        size_bytes=plan.size_bytes,
        count=plan.count,
        received=len(ordered),
        lost=plan.count - len(ordered),
        p50_ms=p50,
        p95_ms=p95,
        p99_ms=p99,
        max_ms=most,
        mptcp=mptcp,
        error=error,
        delays_ms=[round(each, 1) for each in delays] if plan.series else None,
    )


def run_client(host: str, port: int, plan: Plan) -> MessageReport:
    """Exchange messages with a server as planned.

    Raises:
        OSError: it cannot be reached.
    """
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with mptcp_socket(family) as connection:
        connection.settimeout(plan.patience_s)
        connection.connect(address)
        connection.sendall(json.dumps(asdict(plan)).encode() + b"\n")
        return _upload(connection, plan) if plan.direction is Direction.UPLOAD else collect(connection, plan)


def _upload(connection: socket.socket, plan: Plan) -> MessageReport:
    try:
        send_messages(connection, plan)
        connection.shutdown(socket.SHUT_WR)
        line, _ = _read_line(connection)
        report = MessageReport(**json.loads(line))
    except (OSError, ValueError) as broken:
        return _report(plan, [], mptcp=is_mptcp(connection), error=str(broken) or "the server sent no report")
    return report


def serve(host: str, port: int) -> None:
    """Serve any number of clients until the process is ended."""
    with mptcp_socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if listener.family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind((host, port))
        listener.listen(128)
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_serve_client, args=(connection,), daemon=True).start()


def _serve_client(connection: socket.socket) -> None:
    # A client that breaks off is its own affair: it reports what is missing.
    with connection, suppress(OSError, ValueError, TypeError):
        line, rest = _read_line(connection)
        fields = json.loads(line)
        plan = Plan(**fields | {"direction": Direction(fields["direction"])})
        connection.settimeout(plan.patience_s)
        if plan.direction is Direction.DOWNLOAD:
            send_messages(connection, plan)
            connection.shutdown(socket.SHUT_WR)
            connection.recv(1)  # until the client has everything and closes
        else:
            connection.sendall(json.dumps(asdict(collect(connection, plan, rest))).encode() + b"\n")


def _read_line(connection: socket.socket) -> tuple[bytes, bytes]:
    """The first line, and what has been read beyond it."""
    received = b""
    while b"\n" not in received and len(received) < _LONGEST_LINE_BYTES and (data := connection.recv(65536)):
        received += data
    line, _, rest = received.partition(b"\n")
    return line, rest


def describe(report: MessageReport) -> str:
    """The report as a sentence."""
    protocol = "MPTCP" if report.mptcp else "TCP"
    head = f"{report.direction} of {report.count} messages of {report.size_bytes} bytes over {protocol}"
    if report.received == 0:
        return f"{head}: nothing arrived ({report.error})"
    delays = ", ".join(f"{name} {getattr(report, f'{name}_ms'):.1f} ms" for name in ("p50", "p95", "p99", "max"))
    missing = f"{report.lost} lost" + (f" ({report.error})" if report.error else "")
    return f"{head}: {delays}, {missing}"


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="messages", description="Messages over Multipath TCP, and how late they arrive."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    server = commands.add_parser("serve", help="serve until ended")
    server.add_argument("--host", default="::", help="address to listen on; `::` is everything, IPv4 too")
    server.add_argument("--port", type=int, default=DEFAULT_PORT)
    for name, direction, help_text in (
        ("send", Direction.UPLOAD, "send messages to a server"),
        ("receive", Direction.DOWNLOAD, "have a server send messages"),
    ):
        _add_client_arguments(commands.add_parser(name, help=help_text), direction)
    return parser


def _add_client_arguments(client: argparse.ArgumentParser, direction: Direction) -> None:
    client.set_defaults(direction=direction)
    client.add_argument("host")
    client.add_argument("--port", type=int, default=DEFAULT_PORT)
    client.add_argument(
        "--size", type=Size.parse, default=Size(1000), help="of a message, such as 1kB; 16 bytes at least"
    )
    client.add_argument(
        "--interval", type=Duration.parse, default=Duration(0.02), help="between messages, such as 20ms"
    )
    client.add_argument("--duration", type=Duration.parse, default=Duration(10), help="such as 10s")
    client.add_argument("--congestion", help="congestion control of the sender, such as cubic")
    client.add_argument("--patience", type=Duration.parse, default=Duration(30), help="wait so long for progress")
    client.add_argument("--json", action="store_true", help="for programs")
    client.add_argument("--series", action="store_true", help="with --json, the delay of each message, too")


def _interval(text: str) -> Duration:
    interval = Duration.parse(text)
    if not interval:
        raise ValueError("an interval of nothing")
    return interval


def _plan_of(arguments: argparse.Namespace) -> Plan:
    return Plan(
        direction=arguments.direction,
        size_bytes=max(LEAST_SIZE_BYTES, int(arguments.size)),
        interval_s=float(arguments.interval),
        count=max(1, math.ceil(arguments.duration / arguments.interval)),
        congestion=arguments.congestion,
        patience_s=float(arguments.patience),
        series=arguments.series,
    )


def main() -> int:
    """Run the program; 0 when every message arrived, 1 when not."""
    arguments = _arguments().parse_args()
    if arguments.command == "serve":
        serve(arguments.host, arguments.port)
        return 0
    try:
        report = run_client(arguments.host, arguments.port, _plan_of(arguments))
    except OSError as error:
        print(f"messages: {arguments.host}: {error}", file=sys.stderr)  # noqa: T201  # the program's own output
        return 1
    print(json.dumps(asdict(report)) if arguments.json else describe(report))  # noqa: T201  # same
    return 0 if report.lost == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
