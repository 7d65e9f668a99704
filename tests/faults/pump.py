"""A program whose connections go on and on, and the server that sends everything back. Knows the standard library only.

pump.py serve PORT                      echoes on this port: Multipath TCP, TCP and UDP
pump.py talk ADDRESS PORT KIND...       a connection of each kind (mptcp, tcp, udp) that sends and takes all the time
pump.py talk ... --opening [SOURCE]     also opens short ones all the time, and some from an address (which shall fail)

Told `count` it answers with what each connection has sent and got back; told `finish` it ends them in order and
answers with the same once nothing is on its way any more. Told `end` it ends.
"""

import errno
import itertools
import json
import random
import socket
import sys
import threading

IPPROTO_MPTCP = 262
PERIOD = 65_521
PATTERN = random.Random(7).randbytes(PERIOD) * 2  # noqa: S311  # not a secret
CHUNK = 8192
PAUSE_S = 0.1
OPENING_PAUSE_S = 0.2
DATAGRAM = 200
PATIENCE_S = 60
KINDS = {
    "mptcp": (socket.SOCK_STREAM, IPPROTO_MPTCP),
    "tcp": (socket.SOCK_STREAM, socket.IPPROTO_TCP),
    "udp": (socket.SOCK_DGRAM, socket.IPPROTO_UDP),
}


def expected(position, count):
    begin = position % PERIOD
    return PATTERN[begin : begin + count]


def connected(kind, address, port, source=None):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    made = socket.socket(family, *KINDS[kind])
    made.settimeout(PATIENCE_S)
    try:
        if source:
            made.bind((source, 0))
        made.connect((address, port))
    except OSError:
        made.close()
        raise
    return made


class Stream:
    """A connection by which what was sent comes back, in order and whole."""

    def __init__(self, kind, address, port):
        self.kind, self.sent, self.received, self.error = kind, 0, 0, ""
        self._socket = connected(kind, address, port)
        self.local = self._socket.getsockname()[0]
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=run, daemon=True) for run in (self._send, self._receive)]
        for each in self._threads:
            each.start()

    def _send(self):
        try:
            while not self._is_over.wait(PAUSE_S):
                self._socket.sendall(expected(self.sent, CHUNK))
                self.sent += CHUNK
            self._socket.shutdown(socket.SHUT_WR)
        except OSError as error:
            self.error = f"sending: {error!r}"

    def _receive(self):
        try:
            while part := self._socket.recv(CHUNK):
                if part != expected(self.received, len(part)):
                    self.error = f"other bytes at {self.received}"
                    return
                self.received += len(part)
        except OSError as error:
            self.error = f"receiving: {error!r}"

    def finish(self):
        self._is_over.set()
        for each in self._threads:
            each.join(PATIENCE_S)
        self._socket.close()
        self._judge()

    def _judge(self):
        if not self.error and self.received != self.sent:
            self.error = f"{self.sent - self.received} bytes are missing"

    def row(self):
        return {
            "kind": self.kind,
            "local": self.local,
            "sent": self.sent,
            "received": self.received,
            "error": self.error,
        }


class Datagrams(Stream):
    """What comes back of them is counted; some may be lost on the way."""

    def _send(self):
        while not self._is_over.wait(PAUSE_S):
            try:
                self._socket.send(bytes(DATAGRAM))
                self.sent += 1
            except OSError as error:
                self.error = f"sending: {error!r}"

    def _receive(self):
        self._socket.settimeout(PAUSE_S)
        while not self._is_over.is_set():
            try:
                self._socket.recv(CHUNK)
                self.received += 1
            except TimeoutError:
                pass
            except OSError as error:
                self.error = f"receiving: {error!r}"

    def _judge(self):
        """Whatever is missing."""


class Opener:
    """Opens short connections without end."""

    def __init__(self, address, port, source):
        self.opened, self.failures, self.refused, self.slips = 0, [], 0, []
        self._target, self._source = (address, port), source
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        for kind in itertools.cycle(KINDS):
            if self._is_over.wait(OPENING_PAUSE_S):
                return
            self._open(kind)
            if self._source:
                self._slip(kind)

    def _open(self, kind):
        try:
            with connected(kind, *self._target) as made:
                made.settimeout(10)
                made.sendall(expected(0, 1000))
                taken = b""
                while len(taken) < 1000 and (part := made.recv(1000)):
                    taken += part
            self.opened += 1
        except OSError as error:
            if kind != "udp" or not isinstance(error, TimeoutError):  # a datagram may be lost
                self.failures.append(f"{kind}: {error!r}")

    def _slip(self, kind):
        """What must not work: from the address of the other path."""
        try:
            with connected(kind, *self._target, self._source) as made:
                made.send(b"x")
            self.slips.append(kind)
        except OSError as error:
            self.refused += 1
            if error.errno not in {errno.EPERM, errno.EHOSTUNREACH, errno.ENETUNREACH}:
                self.slips.append(f"{kind}: {error!r}")

    def finish(self):
        self._is_over.set()
        self._thread.join(PATIENCE_S)

    def row(self):
        return {"opened": self.opened, "failures": self.failures, "refused": self.refused, "slips": self.slips}


def serve(port):
    for kind in ("mptcp", "udp"):
        made = socket.socket(socket.AF_INET6, *KINDS[kind])
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(("::", port))
        if kind == "udp":
            threading.Thread(target=echo_datagrams, args=(made,), daemon=True).start()
        else:
            made.listen(512)
            threading.Thread(target=accept, args=(made,), daemon=True).start()
    say("ready")
    sys.stdin.read()


def accept(listener):
    while True:
        threading.Thread(target=echo, args=listener.accept()[:1], daemon=True).start()


def echo(connection):
    with connection:
        try:
            while part := connection.recv(1 << 16):
                connection.sendall(part)
        except OSError:
            pass  # the other end tells


def echo_datagrams(made):
    while True:
        made.sendto(*made.recvfrom(CHUNK))


def talk(address, port, kinds, openers):
    streams = [(Datagrams if kind == "udp" else Stream)(kind, address, port) for kind in kinds]
    say("ready")
    for line in sys.stdin:
        if line.strip() == "end":
            return
        if line.strip() == "finish":
            for each in (*streams, *openers):
                each.finish()
        say(json.dumps({"streams": [each.row() for each in streams], "openers": [each.row() for each in openers]}))


def say(text):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(role, *arguments):
    if role == "serve":
        serve(int(arguments[0]))
        return
    address, port, *kinds = arguments
    openers = []
    if "--opening" in kinds:
        at = kinds.index("--opening")
        source = kinds[at + 1] if len(kinds) > at + 1 else None
        kinds = kinds[:at]
        openers = [Opener(address, int(port), source)]
    talk(address, int(port), kinds, openers)


main(*sys.argv[1:])
