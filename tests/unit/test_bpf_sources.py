"""What the programs of the kernel must not do."""

import re
from pathlib import Path

import pytest

BPF = Path(__file__).parents[2] / "mpmanager/bpf"


@pytest.mark.parametrize("source", sorted(BPF.glob("*.bpf.c")), ids=lambda each: each.name)
def test_connections_are_asked_for_of_streams_only(source):
    """The kernel's helper panics over raw sockets, and over the one that answers strangers: see connection.h."""
    assert "bpf_skc_to_mptcp_sock" not in source.read_text()


def test_whoever_asks_for_a_connection_looks_at_the_type_first():
    (asks,) = re.findall(r"^.*bpf_skc_to_mptcp_sock.*$", (BPF / "connection.h").read_text(), re.MULTILINE)
    assert asks.strip() == "return sk->type == SOCK_STREAM ? bpf_skc_to_mptcp_sock(sk) : 0;"


def test_the_guard_asks_for_no_connection_of_a_closed_socket():
    """Its packets may come late: the connection may be freed by then, to which the socket still points."""
    (guard,) = re.findall(r"^int guard\(.*?^}", (BPF / "fence.bpf.c").read_text(), re.MULTILINE | re.DOTALL)
    closed, asks = guard.index("if (sk && is_closed(sk))\n\t\treturn"), guard.index("connection_of(sk)")
    assert closed < asks
