"""Programs of the soak: connections opened and closed all the time, each counted to the byte at both of its ends.

`python -m mpmanager.bench.churn serve` answers; `talk` opens connections until its time is over or it is told to end
(SIGTERM), and finishes what it has begun. Both print a line for each connection when it has ended, as `Counted` reads
it. Standard library only, so that they start quickly.
"""

import argparse
import random
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum, unique
from itertools import count
from typing import Self

from mpmanager.lab.messages import is_mptcp, mptcp_socket

DEFAULT_PORT = 8090

_REQUEST = struct.Struct("=24sQQ?")
"""Name of the connection, bytes up after this, bytes down, whether the server closes first."""
_CHUNK_BYTES = 1 << 16
_PATIENCE_S = 90.0
_BACKLOG = 256
_KB, _MB = 1000, 1_000_000


@unique
class Outcome(StrEnum):
    """How a connection ended."""

    ORDERLY = "orderly"
    """All bytes arrived and both ends closed it."""
    BROKEN_OFF = "broken-off"
    """It was closed, or failed, with bytes on their way."""
    PLAIN = "plain"
    """It was plain TCP from its beginning: the kernel had tried with Multipath TCP in vain. Nobody accounts those."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What one end of a connection has itself sent and received."""

    name: str
    """The same at both ends, and given once."""
    local: str
    """The client's address and port, as the daemon writes them."""
    began: float
    """Unix time; as `ended`."""
    ended: float
    sent: int
    """What its kernel has taken of it,"""
    received: int
    """and what it has read."""
    outcome: Outcome

    def line(self) -> str:
        """For `parse`."""
        fields = (self.name, self.local, self.began, self.ended, self.sent, self.received, self.outcome.value)
        return " ".join(map(str, fields))

    @classmethod
    def parse(cls, line: str) -> Self:
        """What `line` gave."""
        name, local, began, ended, sent, received, outcome = line.split()
        return cls(
            name=name,
            local=local,
            began=float(began),
            ended=float(ended),
            sent=int(sent),
            received=int(received),
            outcome=Outcome(outcome),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """What connections of a kind of program are like. Sizes are drawn evenly between two numbers of bytes."""

    up: tuple[int, int]
    down: tuple[int, int]
    pause_s: tuple[float, float]
    breaks_off: bool = False
    """Closes while half of what it asked for is on its way."""


HABITS = {
    "requests": Habit(up=(0, 4 * _KB), down=(1, 60 * _KB), pause_s=(0.1, 0.6)),
    "download": Habit(up=(0, 500), down=(_MB, 5 * _MB), pause_s=(0.2, 1.0)),
    "upload": Habit(up=(_MB // 2, 3 * _MB), down=(0, 500), pause_s=(0.2, 1.0)),
    "exchange": Habit(up=(20 * _KB, 400 * _KB), down=(20 * _KB, 400 * _KB), pause_s=(0.3, 1.5)),
    "impatient": Habit(up=(0, 500), down=(300 * _KB, 900 * _KB), pause_s=(1.0, 3.0), breaks_off=True),
}


class _Counter:
    """A socket whose bytes are counted."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._buffer = bytearray(_CHUNK_BYTES)
        self.sent = self.received = 0

    def send(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            taken = self._connection.send(view)
            self.sent += taken
            view = view[taken:]

    def send_zeros(self, size: int) -> None:
        chunk = bytes(_CHUNK_BYTES)
        while size > 0:
            part = chunk[: min(size, _CHUNK_BYTES)]
            self.send(part)
            size -= len(part)

    def read_request(self) -> bytes:
        data = b""
        while len(data) < _REQUEST.size:
            part = self._connection.recv(_REQUEST.size - len(data))
            if not part:
                raise ConnectionResetError("ended before the request")
            self.received += len(part)
            data += part
        return data

    def take(self, size: int) -> None:
        while size > 0:
            size -= self._take_some(size)

    def take_rest(self) -> None:
        with suppress(EOFError):
            while True:
                self._take_some(_CHUNK_BYTES)

    def _take_some(self, most: int) -> int:
        taken = self._connection.recv_into(self._buffer, min(most, _CHUNK_BYTES))
        if not taken:
            raise EOFError("the other end has closed the connection")
        self.received += taken
        return taken


def _endpoint(name: tuple[str, int]) -> str:
    host = name[0].removeprefix("::ffff:")
    return f"[{host}]:{name[1]}" if ":" in host else f"{host}:{name[1]}"


class _Report:
    """Standard output, a whole line at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def tell(self, counted: Counted) -> None:
        with self._lock:
            sys.stdout.write(counted.line() + "\n")
            sys.stdout.flush()


def serve(port: int) -> None:
    """Serve until the process is ended."""
    report = _Report()
    with mptcp_socket(socket.AF_INET6) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind(("::", port))
        listener.listen(_BACKLOG)
        while True:
            connection, peer = listener.accept()
            threading.Thread(target=_serve, args=(connection, _endpoint(peer), report), daemon=True).start()


def _serve(connection: socket.socket, peer: str, report: _Report) -> None:
    began, name, outcome = time.time(), "?", Outcome.BROKEN_OFF
    counter = _Counter(connection)
    with suppress(OSError, EOFError), connection:
        connection.settimeout(_PATIENCE_S)
        label, up, down, closes_first = _REQUEST.unpack(counter.read_request())
        name = label.rstrip(b"\0").decode()
        counter.take(up)
        counter.send_zeros(down)
        if not closes_first:
            counter.take_rest()
        outcome = Outcome.ORDERLY
    report.tell(
        Counted(
            name=name,
            local=peer,
            began=began,
            ended=time.time(),
            sent=counter.sent,
            received=counter.received,
            outcome=outcome,
        )
    )


class Talker:
    """Opens connections, one after the other in each of several threads."""

    def __init__(self, name: str, hosts: Sequence[str], port: int, habit: Habit, seed: int) -> None:
        self._name = name
        self._hosts = hosts
        self._port = port
        self._habit = habit
        self._seed = seed
        self._over = threading.Event()
        self._report = _Report()
        self._numbers = count(1)

    def end(self, *_: object) -> None:
        """Begin nothing new."""
        self._over.set()

    def run(self, threads: int, duration_s: float) -> None:
        """Talk until the time is over."""
        timer = threading.Timer(duration_s, self.end)
        timer.daemon = True
        timer.start()
        talking = [threading.Thread(target=self._talk, args=(each,)) for each in range(threads)]
        for each in talking:
            each.start()
        for each in talking:
            each.join()

    def _talk(self, thread: int) -> None:
        draw = random.Random(f"{self._name}-{self._seed}-{thread}")  # noqa: S311  # no secret
        while not self._over.is_set():
            counted = self._connect(draw, f"{self._name}-{next(self._numbers)}")
            if counted is not None:
                self._report.tell(counted)
            self._over.wait(draw.uniform(*self._habit.pause_s))

    def _connect(self, draw: random.Random, name: str) -> Counted | None:
        """One connection; None when it could not be opened."""
        host = draw.choice(self._hosts)
        began = time.time()
        connection = mptcp_socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        connection.settimeout(_PATIENCE_S)
        counter, outcome = _Counter(connection), Outcome.BROKEN_OFF
        try:
            connection.connect((host, self._port))
        except OSError:
            connection.close()
            return None
        local, is_multipath = _endpoint(connection.getsockname()), is_mptcp(connection)
        with suppress(OSError, EOFError), connection:
            outcome = self._exchange(counter, draw, name)
        return Counted(
            name=name,
            local=local,
            began=began,
            ended=time.time(),
            sent=counter.sent,
            received=counter.received,
            outcome=outcome if is_multipath else Outcome.PLAIN,
        )

    def _exchange(self, counter: _Counter, draw: random.Random, name: str) -> Outcome:
        habit = self._habit
        up, down = draw.randint(*habit.up), draw.randint(*habit.down)
        closes_first = draw.random() < 0.5 and not habit.breaks_off  # noqa: PLR2004  # every second one
        counter.send(_REQUEST.pack(name.encode(), up, down, closes_first))
        counter.send_zeros(up)
        if habit.breaks_off:
            counter.take(down // 2)
            return Outcome.BROKEN_OFF
        counter.take(down)
        if closes_first:
            counter.take_rest()
        return Outcome.ORDERLY


def main() -> None:
    """Run the program that the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    server = commands.add_parser("serve")
    server.add_argument("--port", type=int, default=DEFAULT_PORT)
    client = commands.add_parser("talk")
    client.add_argument("name")
    client.add_argument("habit", choices=list(HABITS))
    client.add_argument("hosts", nargs="+")
    client.add_argument("--port", type=int, default=DEFAULT_PORT)
    client.add_argument("--threads", type=int, default=1)
    client.add_argument("--duration", type=float, required=True)
    client.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.command == "serve":
        serve(arguments.port)
        return
    talker = Talker(arguments.name, arguments.hosts, arguments.port, HABITS[arguments.habit], arguments.seed)
    signal.signal(signal.SIGTERM, talker.end)
    talker.run(arguments.threads, arguments.duration)


if __name__ == "__main__":
    main()
