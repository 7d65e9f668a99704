"""How soon additional subflows follow a new connection: `.venv/bin/python tests/bench/bench_latency.py`.

The reference is the kernel's own path manager, in the same lab and the same run, in turns with the daemon. Times are
those of the SYNs as they leave the laptop, stamped by the kernel.
"""

import os
import socket
import struct
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

from stage import Acceptor, connect, daemon_in, lab_of, reference, verdict

from mpmanager.lab.instance import Lab

TURNS = 3
CONNECTIONS_A_TURN = 30
LATER_MS = 10.0
_PATHS = ("wlan0", "wwan0", "dsl0")
_JOINED_WITHIN_S = 3.0

_ETH_P_ALL = 0x0003
"""With a narrower protocol, a packet socket does not see what leaves."""
_IPV4_WITHOUT_OPTIONS = 0x45
_SO_TIMESTAMPNS = 35
_TIMESPEC = struct.Struct("=qq")
_OUTGOING = 4
"""PACKET_OUTGOING"""
_TCP_FLAGS_AT, _SYN = 33, 0x02
"""In an IPv4 packet without options."""


def main() -> int:
    """Print all figures; the number of missed targets is the exit code."""
    kernels: list[list[float]] = []
    ours: list[list[float]] = []
    with (
        tempfile.TemporaryDirectory(prefix="mpmanager-bench-") as scratch,
        lab_of("home", name=f"bench{os.getpid()}") as lab,
    ):
        for turn in range(TURNS):
            with kernel_path_manager(lab):
                kernels += _delays(lab)
            with daemon_in(lab, Path(scratch) / str(turn)):
                ours += _delays(lab)
    print(f"{len(ours)} connections each over {len(_PATHS)} paths; from the first SYN to the SYN of")
    missed = 0
    for number, words in enumerate(("the first additional subflow", "the last additional subflow")):
        theirs_ms, ours_ms = ([each[number] * 1000 for each in delays] for delays in (kernels, ours))
        reference(f"{words}, the kernel's path manager, median", median(theirs_ms), "ms")
        reference(f"{words}, the kernel's path manager, 95 %", _percentile_95(theirs_ms), "ms")
        reference(f"{words}, mpmanagerd, median", median(ours_ms), "ms")
        reference(f"{words}, mpmanagerd, 95 %", _percentile_95(ours_ms), "ms")
        missed += not verdict(f"{words}: later, median", median(ours_ms) - median(theirs_ms), "ms", target=LATER_MS)
        later = _percentile_95(ours_ms) - _percentile_95(theirs_ms)
        missed += not verdict(f"{words}: later, 95 %", later, "ms", target=LATER_MS)
    return missed


@contextmanager
def kernel_path_manager(lab: Lab) -> Iterator[None]:
    """An endpoint for each path, as one would set up the stock kernel."""
    lab.run(["ip", "mptcp", "limits", "set", "subflows", "8", "add_addr_accepted", "8"])
    for each in _PATHS:
        lab.run(["ip", "mptcp", "endpoint", "add", str(lab.laptop_address(each)), "dev", each, "subflow"])
    tables = list(enumerate(_PATHS, start=100))
    for table, each in tables:
        address = str(lab.laptop_address(each))
        route = lab.run(["ip", "route", "show", "default", "dev", each]).stdout.split()
        lab.run(
            ["ip", "route", "add", "default", "via", route[route.index("via") + 1], "dev", each, "table", str(table)]
        )
        lab.run(["ip", "rule", "add", "from", address, "lookup", str(table)])
    try:
        yield
    finally:
        lab.run(["ip", "mptcp", "endpoint", "flush"])
        for table, each in tables:
            lab.run(["ip", "rule", "del", "from", str(lab.laptop_address(each)), "lookup", str(table)])
            lab.run(["ip", "route", "flush", "table", str(table)])


def _delays(lab: Lab) -> list[list[float]]:
    """Of each connection, the seconds from its first SYN to the SYNs of its joins."""
    acceptor = Acceptor(lab)
    capture = lab.inside("laptop", _capture)
    try:
        return [_delays_of_one(lab, acceptor.port, capture) for _ in range(CONNECTIONS_A_TURN)]
    finally:
        capture.close()
        acceptor.close()


def _delays_of_one(lab: Lab, port: int, capture: socket.socket) -> list[float]:
    with connect(lab, lab.server_address(), port) as connection:
        connection.sendall(b"hello")
        first, *joins = _syns(capture, len(_PATHS))
    time.sleep(0.05)
    return [each - first for each in joins]


def _capture() -> socket.socket:
    """All packets of the namespace, without link-layer headers."""
    capture = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ETH_P_ALL))
    capture.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    capture.settimeout(_JOINED_WITHIN_S)
    return capture


def _is_syn(packet: bytes) -> bool:
    return len(packet) > _TCP_FLAGS_AT and packet[0] == _IPV4_WITHOUT_OPTIONS and packet[_TCP_FLAGS_AT] == _SYN


def _percentile_95(values: Sequence[float]) -> float:
    return quantiles(values, n=20)[-1]


def _syns(capture: socket.socket, number: int) -> list[float]:
    """When the next SYNs to different paths left, in Unix time."""
    times: dict[str, float] = {}
    while len(times) < number:
        packet, ancillary, _flags, (device, _protocol, direction, *_rest) = capture.recvmsg(128, 128)
        if direction == _OUTGOING and _is_syn(packet):
            seconds, nanoseconds = _TIMESPEC.unpack(ancillary[0][2])
            times.setdefault(device, seconds + nanoseconds / 1e9)
    return sorted(times.values())


if __name__ == "__main__":
    sys.exit(main())
