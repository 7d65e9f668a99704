"""The message program: its account of delays, over a connection inside the process."""

import socket
import threading
from collections.abc import Iterator

import pytest

from mpmanager.lab.enter import mounts_below_sys
from mpmanager.lab.messages import Direction, MessageReport, Plan, collect, describe, percentile, send_messages

TIMEOUT_S = 10.0


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A sender's and a receiver's end of a TCP connection over loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sender = socket.create_connection(listener.getsockname(), timeout=TIMEOUT_S)
        receiver, _ = listener.accept()
    receiver.settimeout(TIMEOUT_S)
    with sender, receiver:
        yield sender, receiver


def plan(**changes: object) -> Plan:
    fields = {
        "direction": Direction.UPLOAD,
        "size_bytes": 1000,
        "interval_s": 0.001,
        "count": 50,
        "congestion": None,
        "patience_s": TIMEOUT_S,
    }
    return Plan(**fields | changes)


def exchange(ends: tuple[socket.socket, socket.socket], plan: Plan) -> MessageReport:
    sender, receiver = ends

    def send() -> None:
        send_messages(sender, plan)
        sender.shutdown(socket.SHUT_WR)

    thread = threading.Thread(target=send)
    thread.start()
    report = collect(receiver, plan)
    thread.join()
    return report


def test_every_message_is_counted_with_its_delay(ends: tuple[socket.socket, socket.socket]) -> None:
    report = exchange(ends, plan())
    assert (report.received, report.lost, report.error) == (50, 0, None)
    assert report.p50_ms is not None
    assert report.max_ms is not None
    assert 0 < report.p50_ms <= report.max_ms < TIMEOUT_S * 1000
    assert not report.mptcp, "this connection is plain TCP"


def test_a_sender_that_is_held_up_counts_the_wait_as_delay(ends: tuple[socket.socket, socket.socket]) -> None:
    """40 MB do not fit into the buffers; the receiver does not read before they are full."""
    sender, receiver = ends
    held_up = plan(size_bytes=400_000, interval_s=0.002, count=100)
    thread = threading.Thread(target=send_messages, args=(sender, held_up))
    thread.start()
    thread.join(0.5)
    assert thread.is_alive(), "the buffers hold everything: this test needs more data"
    receiving = threading.Thread(target=lambda: (thread.join(), sender.shutdown(socket.SHUT_WR)))
    receiving.start()
    report = collect(receiver, held_up)
    receiving.join()
    assert report.received == 100
    assert report.p50_ms is not None
    assert report.p50_ms > 150, "the median message was due at 0.1 s and could arrive after 0.5 s at the earliest"


def test_messages_that_never_come_are_lost(ends: tuple[socket.socket, socket.socket]) -> None:
    sender, receiver = ends
    send_messages(sender, plan(count=10))
    sender.shutdown(socket.SHUT_WR)
    report = collect(receiver, plan(count=12))
    assert (report.received, report.lost) == (10, 2)


def test_a_connection_that_falls_silent_is_reported_as_such(ends: tuple[socket.socket, socket.socket]) -> None:
    sender, receiver = ends
    receiver.settimeout(0.05)
    send_messages(sender, plan(count=1))
    report = collect(receiver, plan(count=3))
    assert (report.received, report.lost, report.error) == (1, 2, "timed out")
    assert "1 messages" not in describe(report)
    assert "2 lost (timed out)" in describe(report)


def test_nothing_at_all_is_told_without_numbers(ends: tuple[socket.socket, socket.socket]) -> None:
    _, receiver = ends
    receiver.settimeout(0.01)
    assert describe(collect(receiver, plan())).endswith("nothing arrived (timed out)")


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100), (0.0, 1)])
def test_a_percentile_is_one_of_the_numbers(share: float, value: float) -> None:
    assert percentile(range(1, 101), share) == value


def test_the_outermost_mounts_below_sys_are_kept() -> None:
    points = ["/", "/sys", "/sys/fs/cgroup/unified", "/sys/fs/cgroup", "/sys/fs/bpf", "/sysfs", "/sys/fs/cgroup-x"]
    assert mounts_below_sys(points) == ["/sys/fs/bpf", "/sys/fs/cgroup", "/sys/fs/cgroup-x"]
