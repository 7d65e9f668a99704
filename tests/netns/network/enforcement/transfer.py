"""Bulk over one MPTCP connection: `python transfer.py serve`, and `python transfer.py ask SERVER PORT [CONGESTION]`.

The server prints its port. The other one connects, and does what it reads from its input: `up BYTES` and `down BYTES`
print the seconds that it took.
"""

import socket
import sys
import threading
import time

IPPROTO_MPTCP = 262
BLOCK = bytes(1 << 16)


def serve():
    with socket.socket(socket.AF_INET6, socket.SOCK_STREAM, IPPROTO_MPTCP) as listener:
        listener.bind(("::", 0))
        listener.listen()
        print(listener.getsockname()[1], flush=True)  # noqa: T201  # read by the test
        while True:
            threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()


def answer(connection):
    with connection, connection.makefile("rb") as reader:
        for line in reader:
            direction, size = line.split()
            if direction == b"up":
                read(reader, int(size))
                connection.sendall(b"!")
            else:
                write(connection, int(size))


def read(reader, size):
    while size:
        size -= len(reader.read(min(size, len(BLOCK))))


def write(connection, size):
    while size:
        block = BLOCK[:size]
        connection.sendall(block)
        size -= len(block)


def ask(server, port, congestion=None):
    family = socket.AF_INET6 if ":" in server else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM, IPPROTO_MPTCP) as connection:
        if congestion:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, congestion.encode())
        connection.connect((server, int(port)))
        with connection.makefile("rb") as reader:
            for line in sys.stdin:
                begin = time.monotonic()
                transfer(connection, reader, line)
                print(time.monotonic() - begin, flush=True)  # noqa: T201  # read by the test


def transfer(connection, reader, line):
    direction, size = line.split()
    connection.sendall(line.encode())
    if direction == "up":
        write(connection, int(size))
        read(reader, 1)
    else:
        read(reader, int(size))


if __name__ == "__main__":
    {"serve": serve, "ask": ask}[sys.argv[1]](*sys.argv[2:])
