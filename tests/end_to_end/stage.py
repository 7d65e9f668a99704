"""A lab, a daemon in it, and programs that talk."""

import asyncio
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from mpmanager.api.bus import parse_bus
from mpmanager.api.structures import SubscribeOptions, Topic
from mpmanager.client.manager import connected

DAEMON = Path(sys.executable).with_name("mpmanagerd")
IPPROTO_MPTCP = 262


class Daemon:
    """mpmanagerd at a place of a lab."""

    def __init__(self, lab, directory, *, place="laptop", program=(DAEMON,)):
        self.lab, self.directory, self.place, self._program = lab, directory, place, program
        self.bus = parse_bus(f"private:{directory / 'bus'}")
        self.log = directory / "daemon.log"
        self.process = None

    def start(self, *, within_s=15.0):
        offset = self.launch()
        try:
            until(
                lambda: b"ready on the bus" in self.log.read_bytes()[offset:], "the daemon is ready", within_s=within_s
            )
        except AssertionError as late:
            raise AssertionError(f"{late}; it says: {self.log.read_bytes()[offset:].decode()!r}") from late
        return self

    def launch(self):
        """Start it without waiting; returns how much there was in its log before."""
        with self.log.open("ab") as log:
            offset = log.tell()
            self.process = self.lab.popen(
                [
                    *self._program,
                    f"--bus={self.bus}",
                    f"--facts={self.lab.facts_file}",
                    f"--state={self.directory / 'state'}",
                ],
                place=self.place,
                is_service=True,
                stderr=log,
                start_new_session=True,  # as a service has
            )
        return offset

    def stop(self):
        if self.process is None:
            return
        self.process.terminate()
        assert self.process.wait(15) == 0, self.log.read_text()
        self.process = None
        assert "Traceback" not in self.log.read_text(), self.log.read_text()

    def kill(self):
        """As the kernel does when memory is short."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        self.process = None

    def ask(self, talk):
        async def run():
            async with connected(self.bus) as client:
                return await talk(client)

        return asyncio.run(run())

    def frame(self, *topics):
        wanted = list(topics) or [Topic.PATHS, Topic.CONNECTIONS]
        return self.ask(lambda client: client.snapshot(SubscribeOptions(interval_s=0.1, topics=wanted)))

    def connections(self):
        return self.frame().connections

    def connection(self, local):
        """The connection of a local endpoint; None when the daemon does not show it."""
        return next((each for each in self.connections() if each.local == endpoint(local)), None)

    def path(self, name):
        return next(each for each in self.frame().paths if each.name == name)

    def set_tier(self, path, tier):
        self.ask(lambda client: client.set_path_tier(path, tier))

    def events(self, *kinds):
        recent = self.ask(lambda client: client.recent_events(1000))
        return [each for each in recent if not kinds or each.kind in kinds]


def until(condition, what, *, within_s=15.0):
    """Wait until a condition holds and return what it returned."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if result := condition():
            return result
        time.sleep(0.05)
    raise AssertionError(f"not within {within_s} s: {what}")


def endpoint(sock_name):
    host, port = sock_name[0], sock_name[1]
    host = host.removeprefix("::ffff:")
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def subflow_paths(connection):
    """The paths of a connection's established subflows."""
    return {each.path for each in connection.subflows if each.state == "established"} if connection else set()


class Server:
    """Reads a header with two numbers, takes as many bytes, sends as many bytes, and counts both."""

    def __init__(self, lab, *, place="server", family=socket.AF_INET6, protocol=IPPROTO_MPTCP):
        self._listener = lab.inside(place, lambda: _listener(family, protocol))
        self.port = self._listener.getsockname()[1]
        self.counted = {}
        self._threads = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def _accept(self):
        while True:
            try:
                connection, peer = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection, peer), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection, peer):
        with connection, suppress(OSError):
            connection.settimeout(60)
            up, down, closes_first = (int(word) for word in read_exactly(connection, 60).split())
            received = 60 + len(read_exactly(connection, up))
            connection.sendall(bytes(down))
            self.counted[endpoint(peer)] = (received, down)
            if not closes_first:
                connection.recv(1)

    def close(self):
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join(5)


def _listener(family, protocol):
    listener = socket.socket(family, socket.SOCK_STREAM, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("::" if family == socket.AF_INET6 else "", 0))
    listener.listen(512)
    return listener


def read_exactly(connection, count):
    parts, left = [], count
    while left:
        part = connection.recv(min(left, 1 << 16))
        if not part:
            raise ConnectionResetError("the peer ended too early")
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def header(up, down, *, server_closes_first=False):
    return f"{up} {down} {int(server_closes_first)}".ljust(60).encode()


def connect(lab, address, port, *, place="laptop", family=None, protocol=IPPROTO_MPTCP):
    """An MPTCP socket at a place, connected."""
    family = family or (socket.AF_INET6 if ":" in str(address) else socket.AF_INET)
    connection = lab.inside(place, lambda: socket.socket(family, socket.SOCK_STREAM, protocol))
    connection.settimeout(30)
    connection.connect((str(address), port))
    return connection
