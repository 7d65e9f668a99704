"""Thousands of connections of one program at once, and the server that answers each. Knows the standard library only.

crowd.py serve PORT                   answers each message of 100 bytes with 100 bytes
crowd.py open ADDRESS PORT COUNT      opens so many connections without waiting, and has each exchange one message;
                                      answers with how many have; then, for each line `again`, the same on each of them;
                                      `close` closes them all
"""

import select
import socket
import sys
import time

IPPROTO_MPTCP = 262
MESSAGE = bytes(100)
PATIENCE_S = 90
READ, WRITE = select.EPOLLIN, select.EPOLLOUT


def serve(port):
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("", port))
    listener.listen(20_000)
    listener.setblocking(False)
    poll, connections = select.epoll(), {}
    poll.register(listener, READ)
    say("ready")
    while True:
        for descriptor, _events in poll.poll():
            if descriptor == listener.fileno():
                accept(listener, poll, connections)
            else:
                answer(descriptor, poll, connections)


def accept(listener, poll, connections):
    while True:
        try:
            connection, _peer = listener.accept()
        except BlockingIOError:
            return
        connection.setblocking(False)
        connections[connection.fileno()] = connection
        poll.register(connection, READ)


def answer(descriptor, poll, connections):
    connection = connections[descriptor]
    try:
        part = connection.recv(4096)
        if part:
            connection.send(part)
            return
    except BlockingIOError:
        return
    except OSError:
        pass
    poll.unregister(descriptor)
    connections.pop(descriptor).close()


class Crowd:
    def __init__(self, address, port, count):
        self._poll, self._connections = select.epoll(), {}
        self.failures = 0
        for _number in range(count):
            made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP)
            made.setblocking(False)
            made.connect_ex((address, port))
            self._connections[made.fileno()] = made

    def exchange(self):
        """Send a message on each and wait for its answer; how many have come."""
        left = dict.fromkeys(self._connections, len(MESSAGE))
        for descriptor in left:
            self._poll.register(descriptor, WRITE)
        deadline = time.monotonic() + PATIENCE_S
        while left and time.monotonic() < deadline:
            for descriptor, events in self._poll.poll(1):
                self._go_on(descriptor, events, left)
        for descriptor in left:
            self._poll.unregister(descriptor)
        return len(self._connections) - len(left) - self.failures

    def _go_on(self, descriptor, events, left):
        connection = self._connections[descriptor]
        try:
            if events & WRITE:
                connection.send(MESSAGE)
                self._poll.modify(descriptor, READ)
                return
            left[descriptor] -= len(connection.recv(4096))
        except BlockingIOError:
            return
        except OSError as error:
            self.failures += 1
            sys.stderr.write(f"{error!r}\n")
            left[descriptor] = 0
        if left[descriptor] <= 0:
            del left[descriptor]
            self._poll.unregister(descriptor)

    def close(self):
        for each in self._connections.values():
            each.close()


def say(text):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(role, *arguments):
    if role == "serve":
        serve(int(arguments[0]))
        return
    address, port, count = arguments
    crowd = Crowd(address, int(port), int(count))
    say(crowd.exchange())
    for line in sys.stdin:
        if line.strip() == "close":
            crowd.close()
            say("closed")
        else:
            say(crowd.exchange())


main(*sys.argv[1:])
