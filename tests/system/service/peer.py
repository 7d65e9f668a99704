"""A server that speaks Multipath TCP and sends back what it gets."""

import socket
import threading

IPPROTO_MPTCP = 262


def serve(connection):
    with connection:
        while part := connection.recv(1 << 16):
            connection.sendall(part)


with socket.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP) as listener:
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("", 7000))
    listener.listen(16)
    print("listening", flush=True)  # noqa: T201  # read by the check that started it
    while True:
        threading.Thread(target=serve, args=listener.accept()[:1], daemon=True).start()
