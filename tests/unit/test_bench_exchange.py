"""The HTTP programs of the benchmark, over connections inside the process."""

import socket
import threading
from contextlib import contextmanager

import pytest

from mpmanager.bench import exchange
from mpmanager.bench.exchange import PAGE_BYTES, HttpClient, load_objects, load_page, serve_client, transfer

HOST = "127.0.0.1"


@pytest.fixture
def served(monkeypatch):
    """A server over plain TCP; the number of connections that it has accepted."""
    monkeypatch.setattr(exchange, "mptcp_socket", lambda family: socket.socket(family, socket.SOCK_STREAM))
    accepted = []
    with socket.create_server((HOST, 0)) as listener:
        monkeypatch.setattr(exchange, "DEFAULT_PORT", listener.getsockname()[1])

        def serve():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                accepted.append(threading.Thread(target=serve_client, args=(connection,)))
                accepted[-1].start()

        thread = threading.Thread(target=serve)
        thread.start()
        yield accepted
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)
    for each in accepted:
        each.join(10)


@contextmanager
def client():
    with HttpClient(HOST) as made:
        yield made


def test_a_connection_carries_several_requests_in_both_directions(served):
    with client() as made:
        made.get(100_000)
        made.put(70_000)
        made.get(0)
    assert len(served) == 1


@pytest.mark.parametrize("direction", ["upload", "download"])
def test_a_transfer_is_timed(served, direction):
    assert transfer(HOST, direction, 200_000, None)["time_s"] > 0


def test_congestion_control_is_chosen_at_both_ends(served):
    with HttpClient(HOST, congestion="reno") as made:
        made.get(10)


def test_a_page_is_fetched_over_as_many_connections_as_asked(served):
    assert load_page(HOST, 6, None)["time_s"] > 0
    assert len(served) == 6


def test_the_page_has_the_size_that_is_told():
    assert sum(PAGE_BYTES) == pytest.approx(1.6e6, rel=0.02)
    assert len(PAGE_BYTES) == 47


@pytest.mark.parametrize(("is_each_alone", "connections"), [(False, 1), (True, 3)])
def test_objects_come_over_one_connection_or_each_over_its_own(served, is_each_alone, connections):
    result = load_objects(HOST, [1000, 200_000, 3000], is_each_alone=is_each_alone, congestion=None)
    assert result["time_s"] > 0
    assert result["is_multipath"] is False, "this is plain TCP"
    assert len(served) == connections


def test_heads_are_filled_up_as_asked(served):
    with socket.create_connection((HOST, exchange.DEFAULT_PORT)) as plain:
        plain.sendall(b"GET /bytes/3 HTTP/1.1\r\nX-Head: 500\r\n\r\n")
        answer = b""
        while not answer.endswith(b"\0\0\0"):
            answer += plain.recv(1000)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.endswith(b"X-Filling: " + b"f" * 500)
    assert body == bytes(3)
