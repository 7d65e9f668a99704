"""A program that keeps a connection of Multipath TCP busy: a little now and then. Its argument is the server."""

import socket
import sys
import time

IPPROTO_MPTCP = 262

with socket.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP) as made:
    made.connect((sys.argv[1], 7000))
    print(made.getsockname()[0], flush=True)  # noqa: T201  # for whoever reads its journal
    while True:
        made.sendall(bytes(1000))
        made.recv(1000, socket.MSG_WAITALL)
        time.sleep(0.2)
