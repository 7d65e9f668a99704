"""Records what connections of real programs look like, in a lab: `python tests/traces/record.py [NAME...]`.

Each file beside this one holds one connection, looked at every 12.5 ms as the daemon does: milliseconds, bytes written
by the program, of these acknowledged, bytes received; one line whenever something has moved. Both links are those of
the thesis, 10 Mbit/s and 30 ms for the one that is used. Needs root.
"""

import os
import random
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path

from mpmanager.lab.enter import enter_network
from mpmanager.lab.instance import Lab, tear_down
from mpmanager.lab.messages import mptcp_socket
from mpmanager.lab.programs import HttpServer, Iperf3Server, MessagesServer, running
from mpmanager.linux.sock_diag import LinuxConnectionTable

HERE = Path(__file__).parent
LOOK_S = 0.0125
SHELL_PORT = 2222
MOST_BYTES = 48_000
"""Of a file: what comes later is left out."""

SERVERS = (
    HttpServer(name="web", files=("4k", "15k", "60k", "150k", "400k", "20M", "100M")),
    Iperf3Server(name="iperf3-server"),
    MessagesServer(name="messages-server"),
)


def curl(lab, *options):
    return ["mptcpize", "run", "curl", "--silent", "--fail", *options]


def url(lab, name):
    return f"http://{lab.server_address()}/{name}"


def browsing(lab):
    """Pages: a document and what belongs to it, over one connection, and time to read."""
    pages = [("15k", "60k", "4k", "150k"), ("60k", "15k", "15k", "4k", "400k"), ("4k", "60k"), ("150k", "15k", "60k")]
    return [sys.executable, "-c", BROWSER, str(lab.server_address()), *(",".join(page) for page in pages)]


BROWSER = """
import http.client, socket, sys, time
from mpmanager.lab.messages import mptcp_socket
connection = http.client.HTTPConnection(sys.argv[1])
connection.sock = mptcp_socket(socket.AF_INET)
connection.sock.connect((sys.argv[1], 80))
agent = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) " + "x" * 350}
for number, page in enumerate(sys.argv[2:]):
    for name in page.split(","):
        connection.request("GET", "/" + name, headers=agent)
        connection.getresponse().read()
        time.sleep(0.04)
    time.sleep((2.5, 0.9, 4.0, 1.5)[number])
"""


def segments(lab):
    """A player that fetches four seconds of film every four seconds, once its first parts are there."""
    return [sys.executable, "-c", PLAYER, str(lab.server_address())]


PLAYER = """
import http.client, socket, sys, time
from mpmanager.lab.messages import mptcp_socket
connection = http.client.HTTPConnection(sys.argv[1])
connection.sock = mptcp_socket(socket.AF_INET)
connection.sock.connect((sys.argv[1], 80))
sizes = (980_000, 1_060_000, 1_010_000, 940_000, 1_100_000, 1_000_000, 1_030_000, 970_000, 1_050_000)
first, start = time.monotonic(), 0
for number, size in enumerate(sizes):
    time.sleep(max(0.0, first + 4.0 * (number - 2) - time.monotonic()))
    connection.request("GET", "/100M", headers={"Range": f"bytes={start}-{start + size - 1}"})
    connection.getresponse().read()
    start += size
"""


SLOW_READER = """
import socket, sys, time
from mpmanager.lab.messages import mptcp_socket
connection = mptcp_socket(socket.AF_INET)
connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 500_000)
connection.connect((sys.argv[1], 80))
connection.sendall(b"GET /20M HTTP/1.1\\r\\nHost: server\\r\\n\\r\\n")
first, read = time.monotonic(), 0
while time.monotonic() < first + 15:
    read += len(connection.recv(65536))
    time.sleep(max(0.0, first + read / 400_000 - time.monotonic()))
"""


def messages(lab, *options):
    return [sys.executable, "-P", "-m", "mpmanager.lab.messages", *options]


PROGRAMS = {
    "shell": lambda lab: [sys.executable, __file__, "--type", str(lab.server_address())],
    "call-sent": lambda lab: messages(
        lab, "send", str(lab.server_address()), "--size", "200B", "--interval", "20ms", "--duration", "8s"
    ),
    "call-received": lambda lab: messages(
        lab, "receive", str(lab.server_address()), "--size", "200B", "--interval", "20ms", "--duration", "8s"
    ),
    "browsing": browsing,
    "film-in-segments": segments,
    "film-paced": lambda lab: [sys.executable, "-c", SLOW_READER, str(lab.server_address())],
    "live-upload": lambda lab: messages(
        lab, "send", str(lab.server_address()), "--size", "12kB", "--interval", "33ms", "--duration", "10s"
    ),
    "download": lambda lab: curl(lab, "-o", "/dev/null", url(lab, "20M")),
    "upload": lambda lab: ["mptcpize", "run", "iperf3", "--client", str(lab.server_address()), "--time", "12"],
}


def serve_shell(listener):
    """Echoes keys, and answers a line end with what a command prints."""
    draw = random.Random(1)  # noqa: S311  # no secret
    with suppress(OSError):
        connection, _peer = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while keys := connection.recv(4096):
            connection.sendall(bytes(len(keys)))
            if keys.endswith(b"\n"):
                time.sleep(0.02)
                connection.sendall(bytes(draw.choice((120, 300, 900, 2600, 5200))))


def type_commands(address):
    """As somebody in a shell: packets of 36 bytes a key, some seconds to read."""
    draw = random.Random(2)  # noqa: S311  # no secret
    with mptcp_socket(socket.AF_INET) as connection:
        connection.connect((address, SHELL_PORT))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=lambda: [None for _ in iter(lambda: connection.recv(4096), b"")], daemon=True).start()
        connection.sendall(bytes(1500))  # versions and keys
        time.sleep(0.4)
        for _command in range(10):
            for _key in range(draw.randint(2, 14)):
                connection.sendall(bytes(36))
                time.sleep(draw.uniform(0.06, 0.25))
            connection.sendall(bytes(35) + b"\n")
            time.sleep(draw.uniform(0.5, 2.5))


def watch(table, process):
    """What each connection did while a program ran, by token: rows of time, written, acknowledged, received."""
    seen = {}
    began = due = time.monotonic()
    while process.poll() is None:
        tokens = [each.token for each in table.snapshot().connections] if len(seen) < 2 else list(seen)
        for each in table.progress(tokens):
            rows = seen.setdefault(each.token, [])
            if not rows or rows[-1][1:] != each[1:]:
                rows.append((round((time.monotonic() - began) * 1000), *each[1:]))
        due += LOOK_S
        time.sleep(max(0.0, due - time.monotonic()))
    return seen


def record(lab, name):
    """The connection of a program that moved most."""
    process = lab.popen(PROGRAMS[name](lab), stdout=subprocess.DEVNULL)

    def inside():
        enter_network(lab.namespace("laptop"))
        table = LinuxConnectionTable()
        try:
            return watch(table, process)
        finally:
            table.close()

    try:
        seen = lab.inside("laptop", inside)
    finally:
        process.kill()
        process.wait()
    standing = [[row for row in rows if row[3]] for rows in seen.values()]  # 0: the other end is not known yet
    rows = max(filter(None, standing), key=lambda each: sum(each[-1][1:]) - sum(each[0][1:]))
    first = rows[0]
    lines = [f"# {name}: ms, bytes written, acknowledged, received"]
    lines += [" ".join(str(now - then) for now, then in zip(row, first, strict=True)) for row in rows]
    text = "\n".join(lines)
    if len(text) > MOST_BYTES:
        text = text[:MOST_BYTES].rpartition("\n")[0]
    (HERE / f"{name}.txt").write_text(text + "\n", encoding="ascii")
    print(name, len(rows), "rows", rows[-1], len(text), process.returncode)  # noqa: T201  # what was recorded


def main(names):
    """Record some, or all."""
    name = f"traces{os.getpid()}"
    with ExitStack() as stack:
        stack.callback(tear_down, name)
        lab = Lab.up("thesis", name=name)
        for each in SERVERS:
            stack.enter_context(running(lab, each))
        for each in names or PROGRAMS:
            listener = lab.inside("server", lambda: mptcp_socket(socket.AF_INET))
            with listener:
                if each == "shell":
                    listener.bind(("", SHELL_PORT))
                    listener.listen()
                    threading.Thread(target=serve_shell, args=(listener,), daemon=True).start()
                record(lab, each)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--type"]:
        type_commands(sys.argv[2])
    else:
        main(sys.argv[1:])
