"""A café: its open Wi-Fi is not trusted and has the default route, LTE is trusted and a backup; captures of both."""

import socket
import subprocess
import sys
import threading
from contextlib import suppress
from functools import partial
from pathlib import Path

from captured import Wire
from end_to_end.stage import read_exactly, until
from mpmanager.api.structures import Topic

MPM = Path(sys.executable).with_name("mpm")
DAEMON = Path(sys.executable).with_name("mpmanagerd")
TALKER = Path(__file__).with_name("talker.py")
IPPROTO_MPTCP = 262
WIFI, LTE = "wlan0", "wwan0"


class Answerer:
    """A server that reads how much it shall take and send, again and again."""

    def __init__(self, lab, *, protocol=IPPROTO_MPTCP):
        self._listener = lab.inside("server", lambda: socket.socket(socket.AF_INET6, socket.SOCK_STREAM, protocol))
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("::", 0))
        self._listener.listen(64)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with suppress(OSError):
            while True:
                threading.Thread(target=self._serve, args=self._listener.accept()[:1], daemon=True).start()

    @staticmethod
    def _serve(connection):
        with connection, suppress(OSError):
            while True:
                up, down = (int(word) for word in read_exactly(connection, 60).split())
                read_exactly(connection, up)
                connection.sendall(bytes(down))

    def close(self):
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


class Talker:
    """A program on the laptop that does what it is told."""

    def __init__(self, process):
        self.process = process

    def tell(self, line):
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def says(self, line):
        """What it answers."""
        self.tell(line)
        return self.process.stdout.readline().strip()


class Cafe:
    """A daemon, a server that speaks Multipath TCP and one that does not, and captures of both links."""

    def __init__(self, stack, lab, daemon, running):
        self.lab, self.daemon, self.running = lab, daemon, running
        self.server, self.plain = Answerer(lab), Answerer(lab, protocol=socket.IPPROTO_TCP)
        for each in (self.server, self.plain):
            stack.callback(each.close)
        self.wires = {
            name: stack.enter_context(Wire(name, inside=partial(lab.inside, "laptop"))) for name in (WIFI, LTE)
        }
        self.wifi, self.lte = (lab.laptop_address(name) for name in (WIFI, LTE))

    def mpm(self, *arguments):
        command = [MPM, "--bus", str(self.daemon.bus), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def talker(self, *prefix):
        """A program; the prefix starts it, such as `mpm run`."""
        return self.talker_of(sys.executable, *prefix)

    def talker_of(self, python, *prefix):
        """The same, run by another Python."""
        command = [*prefix, str(python), str(TALKER)]
        process = self.lab.popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.running.append(process)
        return Talker(process)

    def run_with(self, demand):
        return self.talker(str(MPM), "--bus", str(self.daemon.bus), "run", "--no-multipath", "--trust", demand, "--")

    def opening(self, kind="mptcp", *, version=4, port=None):
        return f"open {kind} {self.lab.server_address(version=version)} {port or self.server.port}"

    def left(self, name):
        return self.wires[name].packets()

    def applications(self):
        """As the daemon tells them."""
        return self.daemon.frame(Topic.APPLICATIONS).applications

    def connection(self):
        """The only one."""
        (found,) = until(self.daemon.connections, "the connection is known")
        return found
