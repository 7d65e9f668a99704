"""What a restricted program pays: `python spending.py SERVER PORT` does what it reads from its input, and prints times.

`udp`, `tcp` and `mptcp` make many connections and print the median time of connect() in microseconds; `bulk` sends for
a second and prints bytes; `datagrams` prints the median time of sendto() in microseconds.
"""

import socket
import statistics
import sys
import time

SERVER = (sys.argv[1], int(sys.argv[2]))
CONNECTS = 500
DATAGRAMS = 3000
BULK_S = 1.0
IPPROTO_MPTCP = 262


def connects(kind, protocol=0):
    times = []
    for _ in range(CONNECTS):
        with socket.socket(socket.AF_INET, kind, protocol) as made:
            begin = time.perf_counter_ns()
            made.connect(SERVER)
            times.append(time.perf_counter_ns() - begin)
    return statistics.median(times) / 1000


def datagrams():
    times = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        for _ in range(DATAGRAMS):
            begin = time.perf_counter_ns()
            made.sendto(b"hello", (SERVER[0], 9))
            times.append(time.perf_counter_ns() - begin)
    return statistics.median(times) / 1000


def bulk():
    sent, block = 0, bytes(1 << 20)
    with socket.create_connection(SERVER) as made:
        end = time.monotonic() + BULK_S
        while time.monotonic() < end:
            sent += made.send(block)
    return sent


MEASUREMENTS = {
    "udp": lambda: connects(socket.SOCK_DGRAM),
    "tcp": lambda: connects(socket.SOCK_STREAM),
    "mptcp": lambda: connects(socket.SOCK_STREAM, IPPROTO_MPTCP),
    "datagrams": datagrams,
    "bulk": bulk,
}


def main():
    for line in sys.stdin:
        print(MEASUREMENTS[line.strip()](), flush=True)  # noqa: T201  # read by the test


if __name__ == "__main__":
    main()
