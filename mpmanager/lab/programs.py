"""Real programs in the lab, made Multipath TCP by `mptcpize` or by their own choice.

A program is described by a value that can stand in a scenario file (its `run` key chooses the kind) or be made in
Python; `running` and `run_to_end` start it.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from mpmanager.lab.definitions import Definition
from mpmanager.lab.errors import ProgramFailedError
from mpmanager.lab.instance import Lab
from mpmanager.lab.messages import DEFAULT_PORT, Direction
from mpmanager.lab.topology import LAPTOP
from mpmanager.lab.units import Duration, Rate, Size

_READY_TIMEOUT_S = 10.0
_END_TIMEOUT_S = 5.0
_POLL_S = 0.02
_LISTENING = "0A"  # of /proc/net/tcp
_MPTCPIZE = ("mptcpize", "run")

Measures = Mapping[str, float]


class ProgramSpec(Definition, frozen=True, kw_only=True, tag_field="run"):
    """A program, where it runs and when it starts. Its name names its log files."""

    name: str
    start: Duration = Duration(0)
    """Since the scenario began; servers are started before."""

    @property
    def place(self) -> str:
        """Where it runs."""
        return LAPTOP

    @property
    def listening_port(self) -> int | None:
        """The TCP port of a server, which runs until it is ended; None for programs that end by themselves."""
        return None

    def prepare(self, lab: Lab) -> list[str]:
        """Make the files that it needs in the lab's directory; its command line."""
        raise NotImplementedError

    def measure(self, output: str) -> Measures:  # noqa: ARG002  # most programs print no measurements
        """What its output says, each number under a name with its unit.

        Raises:
            ValueError: that is no output of this program.
        """
        return {}


class ServerSpec(ProgramSpec, frozen=True, kw_only=True):
    """A program that listens until it is ended."""

    on: str = "server"
    port: int

    @property
    def place(self) -> str:
        return self.on

    @property
    def listening_port(self) -> int | None:
        return self.port


class ClientSpec(ProgramSpec, frozen=True, kw_only=True):
    """A program on the laptop that speaks to a server."""

    server: str = "server"
    version: Literal[4, 6] = 4
    """Of IP."""

    def host(self, lab: Lab) -> str:
        """The server's address."""
        return str(lab.server_address(self.server, version=self.version))


class HttpServer(ServerSpec, frozen=True, kw_only=True, tag="http-server"):
    """nginx with files that are named by their sizes."""

    port: int = 80
    files: tuple[str, ...] = ("1M", "20M")

    def __post_init__(self) -> None:
        for each in self.files:
            Size.parse(each)

    def prepare(self, lab: Lab) -> list[str]:
        directory = lab.directory / self.name
        documents = directory / "documents"
        documents.mkdir(parents=True, exist_ok=True)
        for each in self.files:
            with (documents / each).open("wb") as file:
                file.truncate(int(Size.parse(each)))  # sparse
        configuration = directory / "nginx.conf"
        configuration.write_text(_nginx_configuration(directory, self.port), encoding="utf-8")
        return [*_MPTCPIZE, "nginx", "-e", "stderr", "-p", str(directory), "-c", str(configuration)]


class Download(ClientSpec, frozen=True, kw_only=True, tag="download"):
    """curl fetches a file. Measures `bytes`, `time_s`, `bit_s`."""

    file: str
    port: int = 80

    def prepare(self, lab: Lab) -> list[str]:
        host = self.host(lab)
        address = f"[{host}]" if self.version == 6 else host  # noqa: PLR2004  # IPv6
        url = f"http://{address}:{self.port}/{self.file}"
        return [*_MPTCPIZE, "curl", "--silent", "--show-error", "--fail", "-o", "/dev/null", "-w", "%{json}\n", url]

    def measure(self, output: str) -> Measures:
        result = _fields(output)
        size, time_s = result["size_download"], result["time_total"]
        return {"bytes": size, "time_s": time_s, "bit_s": 8 * size / time_s if time_s else 0.0}


class Iperf3Server(ServerSpec, frozen=True, kw_only=True, tag="iperf3-server"):
    """iperf3 -s, for one client at a time."""

    port: int = 5201

    def prepare(self, lab: Lab) -> list[str]:  # noqa: ARG002  # needs no files
        return [*_MPTCPIZE, "iperf3", "--server", "--port", str(self.port)]


class Iperf3(ClientSpec, frozen=True, kw_only=True, tag="iperf3"):
    """iperf3 sends, or with `reverse` receives. Measures `bytes` and `bit_s` at the receiver, without headers."""

    port: int = 5201
    duration: Duration = Duration(10)
    """Whole seconds."""
    reverse: bool = False
    rate: Rate | None = None
    """None: as fast as it goes."""

    def prepare(self, lab: Lab) -> list[str]:
        command = [*_MPTCPIZE, "iperf3", "--client", self.host(lab), "--port", str(self.port), "--json"]
        command += ["--time", str(round(self.duration))]
        command += ["--reverse"] if self.reverse else []
        return [*command, "--bitrate", str(round(self.rate))] if self.rate else command

    def measure(self, output: str) -> Measures:
        result = _fields(output)["end"]["sum_received"]
        return {"bytes": result["bytes"], "bit_s": result["bits_per_second"]}


class MessagesServer(ServerSpec, frozen=True, kw_only=True, tag="messages-server"):
    """The other end of `Messages`."""

    port: int = DEFAULT_PORT

    def prepare(self, lab: Lab) -> list[str]:  # noqa: ARG002  # needs no files
        return [*_messages_program(), "serve", "--port", str(self.port)]


class Messages(ClientSpec, frozen=True, kw_only=True, tag="messages"):
    """Small messages at an interval. Measures `p50_ms`, `p95_ms`, `p99_ms`, `max_ms`, `received` and `lost`."""

    port: int = DEFAULT_PORT
    direction: Direction = Direction.UPLOAD
    size: Size = Size(1000)
    interval: Duration = Duration(0.02)
    duration: Duration = Duration(10)
    congestion: str | None = None
    patience: Duration = Duration(30)

    def prepare(self, lab: Lab) -> list[str]:
        command = [*_messages_program(), "send" if self.direction is Direction.UPLOAD else "receive", self.host(lab)]
        command += ["--port", str(self.port), "--size", str(self.size), "--interval", str(self.interval)]
        command += ["--duration", str(self.duration), "--patience", str(self.patience), "--json"]
        return [*command, "--congestion", self.congestion] if self.congestion else command

    def measure(self, output: str) -> Measures:
        names = ("p50_ms", "p95_ms", "p99_ms", "max_ms", "received", "lost")
        return {name: value for name, value in _fields(output).items() if name in names and value is not None}


class Command(ProgramSpec, frozen=True, kw_only=True, tag="command"):
    """Any other program."""

    argv: tuple[str, ...]
    on: str = LAPTOP
    multipath: bool = False
    """Whether `mptcpize` shall make it use MPTCP."""

    def __post_init__(self) -> None:
        if not self.argv:
            raise ValueError("argv: a program is needed")

    @property
    def place(self) -> str:
        return self.on

    def prepare(self, lab: Lab) -> list[str]:  # noqa: ARG002  # needs no files
        return [*_MPTCPIZE, *self.argv] if self.multipath else list(self.argv)


Program = HttpServer | Download | Iperf3Server | Iperf3 | MessagesServer | Messages | Command


def output_file(lab: Lab, program: ProgramSpec) -> Path:
    """Where what it prints goes, until the lab ends."""
    return lab.log_directory / f"{program.name}.out"


def error_file(lab: Lab, program: ProgramSpec) -> Path:
    """Where its complaints go, until the lab ends."""
    return lab.log_directory / f"{program.name}.err"


@contextmanager
def running(lab: Lab, program: ProgramSpec) -> Iterator["subprocess.Popen[bytes]"]:
    """A program that runs during the block; a server listens already when the block begins.

    Raises:
        ProgramFailedError: a server ended instead of listening.
    """
    command = program.prepare(lab)
    with output_file(lab, program).open("wb") as output, error_file(lab, program).open("wb") as errors:
        process = lab.popen(command, place=program.place, stdin=subprocess.DEVNULL, stdout=output, stderr=errors)
    with process:
        try:
            if program.listening_port is not None:
                _await_listening(lab, program, process)
            yield process
        finally:
            end(process)


def run_to_end(lab: Lab, program: ProgramSpec, *, timeout_s: float = 60.0) -> Measures:
    """Run a program that ends by itself, and take what it measured.

    Raises:
        ProgramFailedError: it failed, in its own words, or did not end in time.
    """
    with running(lab, program) as process:
        try:
            code = process.wait(timeout_s)
        except subprocess.TimeoutExpired as error:
            raise ProgramFailedError(f"{program.name} did not end within {timeout_s:g} s") from error
    if code != 0:
        raise ProgramFailedError(f"{program.name} ended with {code}: {complaint(lab, program)}")
    return measures(lab, program)


def end(process: "subprocess.Popen[bytes]") -> None:
    """End a process that may have ended already: politely, then not."""
    process.terminate()
    try:
        process.wait(_END_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def measures(lab: Lab, program: ProgramSpec) -> Measures:
    """What a program that has ended measured.

    Raises:
        ProgramFailedError: its output is not what it should be.
    """
    text = output_file(lab, program).read_text(encoding="utf-8", errors="replace")
    try:
        return program.measure(text)
    except (ValueError, KeyError, TypeError) as error:
        raise ProgramFailedError(f"{program.name} printed no measurements: {text[:200]!r}") from error


def complaint(lab: Lab, program: ProgramSpec) -> str:
    """The last line in which a program says what went wrong."""
    text = error_file(lab, program).read_text(encoding="utf-8", errors="replace")
    text = text or output_file(lab, program).read_text(encoding="utf-8", errors="replace")
    return text.strip().rsplit("\n", maxsplit=1)[-1] or "it says nothing"


def is_listening(lab: Lab, place: str, port: int) -> bool:
    """Whether a TCP or MPTCP socket listens on a port of a place."""

    def tables() -> str:
        return "".join(Path("/proc/thread-self/net", name).read_text(encoding="ascii") for name in ("tcp", "tcp6"))

    sockets = [line.split() for line in lab.inside(place, tables).splitlines()]
    return any(fields[3] == _LISTENING and fields[1].endswith(f":{port:04X}") for fields in sockets)


def mptcp_sockets(lab: Lab, place: str) -> tuple[str, ...]:
    """The MPTCP sockets of a place, one line of `ss` each; plain TCP does not appear."""
    return tuple(lab.run(["ss", "-HManO"], place=place).stdout.splitlines())


def _await_listening(lab: Lab, program: ProgramSpec, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _READY_TIMEOUT_S
    port = program.listening_port
    while port is not None and not is_listening(lab, program.place, port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise ProgramFailedError(f"{program.name} does not listen on port {port}: {complaint(lab, program)}")
        time.sleep(_POLL_S)


def _messages_program() -> list[str]:
    return [sys.executable, "-P", "-m", "mpmanager.lab.messages"]


def _fields(output: str) -> dict[str, Any]:
    fields = json.loads(output)
    if not isinstance(fields, dict):
        raise ValueError("no JSON object")  # noqa: TRY004  # the caller's single kind of error
    return fields


def _nginx_configuration(directory: Path, port: int) -> str:
    temporary = "\n".join(
        f"    {kind}_temp_path {directory}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"""daemon off;
user root;
worker_processes 1;
pid {directory}/nginx.pid;
error_log stderr;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
{temporary}
    server {{
        listen {port};
        listen [::]:{port};
        root {directory}/documents;
    }}
}}
"""
