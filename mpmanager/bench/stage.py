"""The lab during one run: programs, links, and what they carry."""

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from subprocess import Popen, TimeoutExpired
from typing import Any

from mpmanager.bench.arithmetic import LinkSample, share_of
from mpmanager.bench.configurations import ManagedLaptop
from mpmanager.bench.errors import BenchError
from mpmanager.bench.exchange import DEFAULT_PORT
from mpmanager.lab.control import LinkState
from mpmanager.lab.instance import Lab
from mpmanager.lab.messages import Direction, MessageReport
from mpmanager.lab.programs import Command, ServerSpec, complaint, output_file, running
from mpmanager.lab.topology import LinkChange

_SAMPLE_EVERY_S = 0.02
_FIRST_BYTES = 3000
"""More than handshakes take: the program has begun."""
_STARTS_WITHIN_S = 15.0
_POLL_S = 0.01
_PATIENCE_S = 20


class ExchangeServer(ServerSpec, frozen=True, kw_only=True, tag="exchange-server"):
    """The other end of the HTTP programs."""

    port: int = DEFAULT_PORT

    def prepare(self, lab: Lab) -> list[str]:  # noqa: ARG002  # needs no files
        return [*module_command("mpmanager.bench.exchange"), "serve", "--port", str(self.port)]


def module_command(name: str) -> list[str]:
    """The command line of a module of ours."""
    return [sys.executable, "-P", "-m", name]


class RunningProgram:
    """A client that prints a JSON object when it has finished."""

    def __init__(self, lab: Lab, program: Command, process: "Popen[bytes]") -> None:
        self._lab = lab
        self._program = program
        self._process = process

    def has_printed(self, text: str) -> bool:
        return text in output_file(self._lab, self._program).read_text(encoding="utf-8", errors="replace")

    def await_printed(self, text: str, *, within_s: float) -> None:
        """Until it has said so.

        Raises:
            BenchError: it did not, or ended.
        """
        deadline = time.monotonic() + within_s
        while not self.has_printed(text):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise BenchError(f"{self._program.name} did not begin: {complaint(self._lab, self._program)}")
            time.sleep(_POLL_S)

    def result(self, *, within_s: float) -> dict[str, Any]:
        """What it measured, once it has ended.

        Raises:
            BenchError: it did not end in time or measured nothing.
        """
        try:
            self._process.wait(within_s)
        except TimeoutExpired as error:
            raise BenchError(f"{self._program.name} did not end within {within_s:g} s") from error
        lines = output_file(self._lab, self._program).read_text(encoding="utf-8", errors="replace").splitlines()
        if not lines or not lines[-1].startswith("{"):
            raise BenchError(f"{self._program.name} failed: {complaint(self._lab, self._program)}")
        result: dict[str, Any] = json.loads(lines[-1])
        return result


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePlan:
    """A stream of messages."""

    direction: Direction
    congestion: str
    duration_s: float
    size_bytes: int = 1000
    interval_s: float = 0.02

    def arguments(self, host: str) -> Iterator[str]:
        """Of the messages program."""
        yield from ("send" if self.direction is Direction.UPLOAD else "receive", host, "--json", "--series")
        yield from ("--size", f"{self.size_bytes}B", "--interval", f"{self.interval_s * 1e6:g}us")
        yield from ("--duration", f"{self.duration_s:g}s", "--congestion", self.congestion)
        yield from ("--patience", f"{_PATIENCE_S}s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where one run takes place; a configuration is in force."""

    lab: Lab
    primary: str
    backup: str
    daemon: ManagedLaptop | None
    run: int
    """Number of this run, from 0; for what is drawn."""

    def change_primary(self, change: LinkChange) -> None:
        """Change the primary while programs run."""
        self.lab.change_link(self.primary, change)

    @contextmanager
    def program(self, name: str, module: str, *arguments: str) -> Iterator[RunningProgram]:
        """A client program on the laptop that runs during the block at the longest."""
        command = Command(name=name, argv=(*module_command(module), *arguments))
        with running(self.lab, command) as process:
            yield RunningProgram(self.lab, command, process)

    @contextmanager
    def exchange(self, command: str, *arguments: str) -> Iterator[RunningProgram]:
        """One of the HTTP programs on the laptop."""
        host = str(self.lab.server_address())
        with self.program(command, "mpmanager.bench.exchange", command, host, *arguments) as program:
            yield program

    @contextmanager
    def messages(self, plan: MessagePlan) -> Iterator[RunningProgram]:
        """Messages on the laptop that have begun to flow when the block begins.

        Raises:
            BenchError: they did not begin.
        """
        before = self.carried(plan.direction)
        host = str(self.lab.server_address())
        with self.program("messages", "mpmanager.lab.messages", *plan.arguments(host)) as program:
            deadline = time.monotonic() + _STARTS_WITHIN_S
            while sum(self.carried(plan.direction)) < sum(before) + _FIRST_BYTES:
                if time.monotonic() > deadline:
                    raise BenchError("the messages did not begin to flow")
                time.sleep(_POLL_S)
            yield program

    def carried(self, direction: Direction) -> tuple[int, int]:
        """Bytes of IP packets that primary and backup have delivered in the direction of the data."""
        primary, backup = (_delivered(self.lab.link_state(link), direction) for link in (self.primary, self.backup))
        return primary, backup

    @contextmanager
    def shares(self, direction: Direction) -> "Iterator[CarriedShares]":
        """What the links carry during the block; to be read after it."""
        shares = CarriedShares()
        before = self.carried(direction)
        yield shares
        after = self.carried(direction)
        shares.primary_bytes, shares.backup_bytes = after[0] - before[0], after[1] - before[1]

    @contextmanager
    def sampled(self, direction: Direction) -> Iterator[list[LinkSample]]:
        """What the links have carried, again and again until the block ends."""
        samples: list[LinkSample] = []
        over = threading.Event()

        def sample() -> None:
            while not over.wait(_SAMPLE_EVERY_S):
                primary, backup = self.carried(direction)
                samples.append(LinkSample(at_s=time.monotonic(), primary_bytes=primary, backup_bytes=backup))

        thread = threading.Thread(target=sample)
        thread.start()
        try:
            yield samples
        finally:
            over.set()
            thread.join()


class CarriedShares:
    """What two links have carried."""

    primary_bytes = 0
    backup_bytes = 0

    @property
    def backup_percent(self) -> float:
        """Of all bytes."""
        return 100 * share_of(self.backup_bytes, self.primary_bytes)

    @property
    def both_bytes(self) -> int:
        return self.primary_bytes + self.backup_bytes


def report_of(program: RunningProgram, plan: MessagePlan) -> MessageReport:
    """What the messages came to.

    Raises:
        BenchError: messages are missing, or the connection was not Multipath TCP.
    """
    report = MessageReport(**program.result(within_s=plan.duration_s + _PATIENCE_S))
    if report.lost:
        raise BenchError(f"{report.lost} of {report.count} messages are missing: {report.error}")
    if not report.mptcp:
        raise BenchError("the connection fell back to TCP")
    return report


def _delivered(state: LinkState, direction: Direction) -> int:
    return (state.up if direction is Direction.UPLOAD else state.down).bytes
