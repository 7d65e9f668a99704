"""What the benchmarks of the kernel share: many connections, a daemon beside them, and printed figures."""

import resource
import selectors
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from end_to_end.stage import Daemon, connect  # found by the line above
from mpmanager.lab.instance import Lab, tear_down

IPPROTO_MPTCP = 262
_AT_ONCE = 20


@contextmanager
def lab_of(topology: str, *, name: str) -> Iterator[Lab]:
    """A lab that ends with the benchmark."""
    try:
        yield Lab.up(topology, name=name)
    finally:
        tear_down(name)


@contextmanager
def daemon_in(lab: Lab, directory: Path) -> Iterator[Any]:
    """Mpmanagerd on the lab's laptop."""
    directory.mkdir()
    daemon = Daemon(lab, directory)
    daemon.start()
    try:
        yield daemon
    finally:
        daemon.stop()


class Acceptor:
    """Accepts connections at the lab's server and reads whatever comes, until it is closed."""

    def __init__(self, lab: Lab) -> None:
        self._listener: socket.socket = lab.inside("server", _listener)
        self.port: int = self._listener.getsockname()[1]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            while not self._over.is_set():
                for key, _events in selector.select(timeout=0.2):
                    if key.fileobj is self._listener:
                        selector.register(self._listener.accept()[0], selectors.EVENT_READ)
                    elif not key.fileobj.recv(1 << 16):
                        selector.unregister(key.fileobj)
                        key.fileobj.close()
            for key in list(selector.get_map().values()):
                key.fileobj.close()

    def close(self) -> None:
        self._over.set()
        self._thread.join(10)


def _listener() -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP)
    listener.bind(("", 0))
    listener.listen(4096)
    return listener


@contextmanager
def connections(lab: Lab, number: int) -> Iterator[list[socket.socket]]:
    """So many Multipath TCP connections from the lab's laptop to its server, that have carried a few bytes each."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4 * number + 256)), hard))
    acceptor = Acceptor(lab)
    made: list[socket.socket] = []
    try:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for each in pool.map(lambda _: connect(lab, lab.server_address(), acceptor.port), range(number)):
                made.append(each)
                each.sendall(b"some bytes")
        yield made
    finally:
        for each in made:
            each.close()
        acceptor.close()


@contextmanager
def talking(sockets: Sequence[socket.socket], *, every_s: float) -> Iterator[None]:
    """Each socket sends a little again and again."""
    over = threading.Event()

    def talk() -> None:
        while not over.wait(every_s):
            for each in sockets:
                each.sendall(bytes(500))

    thread = threading.Thread(target=talk, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(10)


def verdict(what: str, figure: float, unit: str, *, target: float) -> bool:
    """Print a figure beside the most it may be."""
    is_met = figure <= target
    print(f"{what:<66} {figure:9.2f} {unit:<6} target <= {target:g} {unit:<6} {'met' if is_met else 'MISSED'}")
    return is_met


def reference(what: str, figure: float, unit: str) -> None:
    """Print what another program or the kernel takes for the same."""
    print(f"{what:<66} {figure:9.2f} {unit:<6} (reference)")
