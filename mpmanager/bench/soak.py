"""The soak: a daemon under churn, flapping paths and changing rules for as long as one likes, watched all the time.

Two questions: does it leave anything behind, and does it account every byte? What exact means, and the bounds, are in
docs/bench.md.
"""

import os
import random
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count, cycle
from pathlib import Path
from subprocess import TimeoutExpired

import psutil

from mpmanager.api.structures import Frame, PolicyInfo, SubscribeOptions, TierChoiceInfo, Topic
from mpmanager.bench.agenda import Agenda
from mpmanager.bench.books import Books, Sums, sums_in_history, sums_of
from mpmanager.bench.churn import DEFAULT_PORT, Counted
from mpmanager.bench.configurations import ManagedLaptop, installed, ours
from mpmanager.bench.errors import BenchError
from mpmanager.bench.stage import module_command
from mpmanager.bench.vitals import Vitals, look
from mpmanager.client.manager import ManagerClient
from mpmanager.lab import namespaces
from mpmanager.lab.instance import Lab, tear_down
from mpmanager.lab.programs import Command, ServerSpec, output_file, running
from mpmanager.lab.topology import LAPTOP, LinkChange, Topology
from mpmanager.lab.units import Duration, Share
from mpmanager.model.path import Tier
from mpmanager.model.trust import Trust

WIFI, LINE, CELLULAR = "wlan0", "dsl0", "wwan0"
SAMPLE_EVERY_S = 3.0
_LAB_PREFIX = "soak"
_PROGRAM_LIVES_S = (30.0, 90.0)
_START_GAP_S = 0.2
_RULES_CHANGE_EVERY_S = 3.0
_FLAP_PAUSE_S = (2.0, 8.0)
_FLAP_LASTS_S = (0.2, 3.0)
_FINISHING_S = 120.0
"""What was begun may take so long to end, a little more than a program's own patience."""
_POLL_S = 0.2
_REST_S = 6.0
"""Longer than the daemon's own interval between looks."""
_MOST_TRIES = 20
_WAIT_MS = 50.0

_TOPOLOGY = Topology.from_data(
    {
        "description": "An open Wi-Fi, a line that is not trusted, and LTE, the only one that is",
        "links": {
            WIFI: {"kind": "wifi", "network": "Café", "security": "open", "rate": "10mbit", "delay": "8ms"},
            LINE: {"kind": "xdsl", "rate": "8mbit", "delay": "15ms", "up": {"rate": "3mbit"}},
            CELLULAR: {"kind": "lte", "network": "Operator", "rate": "8mbit", "delay": "25ms"},
        },
        "servers": {"server": {"addresses": ["10.99.0.1", "fd99::1"]}},
    },
    origin="soak",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A program of the laptop that connects again and again."""

    name: str
    habit: str
    threads: int
    trust: str | None = None
    held_to: str | None = None
    """The only path that its connections may use."""

    @property
    def id(self) -> str:
        """As the daemon calls it."""
        return f"app:soak.{self.name}"


APPLICATIONS = (
    Application(name="browser", habit="requests", threads=3),
    Application(name="film", habit="download", threads=1),
    Application(name="backup", habit="upload", threads=1),
    Application(name="bank", habit="exchange", threads=1, trust="only", held_to=CELLULAR),
    Application(name="mail", habit="exchange", threads=2, trust="handshake"),
    Application(name="shop", habit="requests", threads=2, trust="first:16kB"),
    Application(name="radio", habit="impatient", threads=1),
)

_FAULTS: tuple[tuple[str, LinkChange, LinkChange], ...] = (
    (WIFI, LinkChange(loss=Share(1.0)), LinkChange(loss=Share(0.0))),
    (WIFI, LinkChange(carrier=False), LinkChange(carrier=True)),
    (WIFI, LinkChange(delay=Duration(0.08)), LinkChange(delay=Duration(0.008))),
    (LINE, LinkChange(carrier=False), LinkChange(carrier=True)),
    (LINE, LinkChange(loss=Share(0.05)), LinkChange(loss=Share(0.0))),
    (CELLULAR, LinkChange(loss=Share(1.0)), LinkChange(loss=Share(0.0))),
)
_HEALTHY = LinkChange(loss=Share(0.0), carrier=True)


class ChurnServer(ServerSpec, frozen=True, kw_only=True, tag="churn-server"):
    """The other end of the applications."""

    port: int = DEFAULT_PORT

    def prepare(self, lab: Lab) -> list[str]:  # noqa: ARG002  # needs no files
        return [*module_command("mpmanager.bench.churn"), "serve", "--port", str(self.port)]


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceCount:
    """What a path has carried by different accounts, both directions together unless it says otherwise."""

    by_daemon: int
    """As it counts towards caps."""
    by_kernel: int
    """The interface's own counters."""
    received_by_daemon: int
    received_by_emulator: int
    """What it delivered to the laptop."""

    def minus(self, other: "InterfaceCount") -> "InterfaceCount":
        return InterfaceCount(
            by_daemon=self.by_daemon - other.by_daemon,
            by_kernel=self.by_kernel - other.by_kernel,
            received_by_daemon=self.received_by_daemon - other.received_by_daemon,
            received_by_emulator=self.received_by_emulator - other.received_by_emulator,
        )


@dataclass(slots=True, kw_only=True)
class Soaked:
    """What a soak has seen."""

    books: Books
    duration_s: float
    was_interrupted: bool = False
    samples: list[Vitals] = field(default_factory=list)
    """While it went on."""
    at_rest: list[Vitals] = field(default_factory=list)
    """Before it began, and after all has ended."""
    interfaces: dict[str, InterfaceCount] = field(default_factory=dict)
    """What came during the soak, by path."""
    totals: Sums = field(default_factory=dict)
    """What the daemon says of applications in the end."""
    history: Sums = field(default_factory=dict)
    """What is in its database after it has ended."""
    faults: int = 0
    rule_changes: int = 0
    complaints: list[str] = field(default_factory=list)
    """Of the daemon, in its log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far it is."""

    at_s: float
    connections: int
    """Whose accounts are final."""
    last: Vitals


def soak(
    duration_s: float,
    *,
    seed: int,
    over: threading.Event,
    on_sample: Callable[[Progress], None] = lambda _: None,
    undisturbed: Callable[[], AbstractContextManager[None]] = nullcontext,
    keep_log: Path | None = None,
) -> Soaked:
    """Make a lab, soak the daemon in it, and take the lab away again, whatever happens.

    Args:
        duration_s: of churn; beginning and ending properly take up to two minutes more.
        seed: of all that is drawn.
        over: set by whoever wants it to end before that; what was seen so far is returned.
        on_sample: called with each sample.
        undisturbed: a block in which Ctrl-C has to wait; programs started in it never notice one.
        keep_log: where the daemon's log is left.

    Raises:
        MpmanagerError: the lab could not be made, or the daemon failed.
    """
    name = f"{_LAB_PREFIX}{os.getpid()}"
    with ExitStack() as stack:
        stack.callback(tear_down, name)
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mpm-soak-")))
        with undisturbed():
            lab = Lab.up(_TOPOLOGY, name=name)
            for place in (LAPTOP, *_TOPOLOGY.servers):
                # One black hole would make the kernel give up Multipath TCP for an hour.
                namespaces.write_sysctls(lab.namespace(place), {"net.mptcp.blackhole_timeout": 0})
            stack.enter_context(running(lab, ChurnServer(name="churn-server")))
        with undisturbed(), ExitStack() as managed:
            laptop = managed.enter_context(_managed(lab, scratch))
            run = _Run(lab, laptop, seed=seed, bus=f"private:{scratch / 'bus'}", undisturbed=undisturbed)
            result = run.carry_out(duration_s, over, on_sample)
        result.history = sums_in_history(scratch / "state" / "history.sqlite")
        log = scratch / "mpmanagerd.log"
        result.complaints = _complaints(log)
        if keep_log is not None:
            shutil.copy(log, keep_log)
    return result


@contextmanager
def _managed(lab: Lab, scratch: Path) -> Iterator[ManagedLaptop]:
    with installed(ours(_WAIT_MS), lab, primary=WIFI, backup=CELLULAR, scratch=scratch) as laptop:
        if laptop is None:
            raise BenchError("there is no daemon to be soaked")
        laptop.await_paths([WIFI, LINE, CELLULAR])
        laptop.ask(lambda client: client.set_path_trust(LINE, Trust.UNTRUSTED))
        yield laptop


def _complaints(log: Path) -> list[str]:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return [line for line in lines if "Traceback" in line or " ERROR " in line or line.startswith("ERROR")]


class _Started:
    """A program that was started."""

    def __init__(self, lab: Lab, program: Command) -> None:
        self._stack = ExitStack()
        self._process = self._stack.enter_context(running(lab, program))

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def tell_to_end(self) -> None:
        """It finishes what it has begun."""
        if self.is_running:
            self._process.terminate()

    def end(self, deadline: float) -> None:
        """Wait for that; afterwards it is ended."""
        with suppress(TimeoutExpired):
            self._process.wait(max(0.0, deadline - time.monotonic()))
        self._stack.close()


class _Run:
    """One soak in a lab that stands."""

    def __init__(
        self,
        lab: Lab,
        laptop: ManagedLaptop,
        *,
        seed: int,
        bus: str,
        undisturbed: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._lab = lab
        self._laptop = laptop
        self._seed = seed
        self._bus = bus
        self._undisturbed = undisturbed
        self._draw = random.Random(seed)  # noqa: S311  # no secret
        self._rules = cycle(_rule_changes())
        self._numbers = {each.name: count(1) for each in APPLICATIONS}
        self._programs: dict[str, _Started] = {}
        self._former: list[_Started] = []
        """Told to end; some may not have ended yet."""
        self._told: list[Command] = []
        """All programs that were started: their reports lie in the lab."""
        self._began = time.monotonic()
        books = Books(
            applications={each.name: each.id for each in APPLICATIONS},
            held_to={each.id: each.held_to for each in APPLICATIONS if each.held_to},
        )
        self._result = Soaked(books=books, duration_s=0.0)

    def carry_out(self, duration_s: float, over: threading.Event, on_sample: Callable[[Progress], None]) -> Soaked:
        result = self._result
        time.sleep(_REST_S)
        before = self._count_interfaces()
        result.at_rest.append(self._look())
        with ExitStack() as ending:
            ending.callback(self._end_programs)
            self._churn(duration_s, over, on_sample)
            self._finish()
        time.sleep(_REST_S)
        self._read_accounts()
        result.at_rest.append(self._look())
        result.totals = sums_of(self._frame(Topic.APPLICATIONS).applications)
        after = self._count_interfaces()
        result.interfaces = {name: after[name].minus(before[name]) for name in after}
        return result

    # While it goes on

    def _churn(self, duration_s: float, over: threading.Event, on_sample: Callable[[Progress], None]) -> None:
        agenda = Agenda()
        self._began = began = time.monotonic()

        def sample() -> float:
            self._read_accounts()
            vitals = self._look()
            self._result.samples.append(vitals)
            on_sample(
                Progress(at_s=vitals.at_s, connections=len(self._result.books.accounts), last=vitals),
            )
            return SAMPLE_EVERY_S

        def change_rules() -> float:
            change = next(self._rules)
            self._laptop.ask(change)
            self._result.rule_changes += 1
            return _RULES_CHANGE_EVERY_S

        for number, application in enumerate(APPLICATIONS):
            agenda.add(began + _START_GAP_S * number, partial(self._start_anew, application))
        agenda.add(began + SAMPLE_EVERY_S, sample)
        agenda.add(began + _RULES_CHANGE_EVERY_S, change_rules)
        agenda.add(began + _FLAP_PAUSE_S[0], lambda: self._flap(agenda))
        agenda.run(until=began + duration_s, over=over)
        self._result.duration_s = time.monotonic() - began
        self._result.was_interrupted = over.is_set()

    def _start_anew(self, application: Application) -> float:
        """Have a program end what it has begun, and start another one meanwhile."""
        former = self._programs.pop(application.name, None)
        lives_s = self._draw.uniform(*_PROGRAM_LIVES_S)
        number = next(self._numbers[application.name])
        program = Command(name=f"{application.name}.{number}", argv=self._command(application, number, lives_s))
        with self._undisturbed():
            self._programs[application.name] = _Started(self._lab, program)
        self._told.append(program)
        if former is not None:
            former.tell_to_end()
            self._former.append(former)
        return lives_s

    def _command(self, application: Application, number: int, lives_s: float) -> tuple[str, ...]:
        trust = ["--trust", application.trust] if application.trust else []
        hosts = [str(self._lab.server_address(version=version)) for version in (4, 6)]
        return (
            *(str(Path(sys.executable).with_name("mpm")), "--bus", self._bus, "run", "--no-multipath"),
            *("--app", f"soak.{application.name}", *trust, "--"),
            *(*module_command("mpmanager.bench.churn"), "talk", f"{application.name}.{number}", application.habit),
            *(*hosts, "--threads", str(application.threads), "--duration", f"{lives_s:.1f}", "--seed", str(self._seed)),
        )

    def _flap(self, agenda: Agenda) -> float:
        link, fault, healing = self._draw.choice(_FAULTS)
        lasts_s = self._draw.uniform(*_FLAP_LASTS_S)
        self._lab.change_link(link, fault)
        self._result.faults += 1

        def heal() -> None:
            self._lab.change_link(link, healing)

        agenda.add(time.monotonic() + lasts_s, heal)
        return lasts_s + self._draw.uniform(*_FLAP_PAUSE_S)

    # Afterwards

    def _finish(self) -> None:
        """Let everything end properly, and wait until the daemon knows the end of it."""
        for link in _TOPOLOGY.links:
            self._lab.change_link(link, _HEALTHY)
        self._let_programs_finish()
        self._end_programs()
        books, deadline = self._result.books, time.monotonic() + _FINISHING_S
        while time.monotonic() < deadline:
            self._read_reports()
            self._read_accounts()
            if not books.compare().missing and set(books.clients) <= set(books.servers):
                return
            time.sleep(_POLL_S)

    def _let_programs_finish(self) -> None:
        """The daemon shows what has ended for a minute only, and programs may take two."""
        started = self._tell_programs_to_end()
        deadline = time.monotonic() + _FINISHING_S
        while time.monotonic() < deadline and any(each.is_running for each in started):
            self._read_accounts()
            time.sleep(_POLL_S)

    def _end_programs(self) -> None:
        started = self._tell_programs_to_end()
        self._former, self._programs = [], {}
        deadline = time.monotonic() + _FINISHING_S
        for each in started:
            each.end(deadline)

    def _tell_programs_to_end(self) -> list[_Started]:
        started = [*self._former, *self._programs.values()]
        for each in started:
            each.tell_to_end()
        return started

    # What there is

    def _frame(self, *topics: Topic) -> Frame:
        return self._laptop.ask(lambda client: client.snapshot(SubscribeOptions(interval_s=0.1, topics=list(topics))))

    def _read_accounts(self) -> None:
        frame = self._frame(Topic.CONNECTIONS, Topic.ENDED)
        self._result.books.take(frame.connections, frame.ended)

    def _read_reports(self) -> None:
        books = self._result.books
        for program in self._told:
            books.clients.update((each.name, each) for each in _reports(output_file(self._lab, program)))
        server = output_file(self._lab, ChurnServer(name="churn-server"))
        books.servers.update((each.name, each) for each in _reports(server))

    def _look(self) -> Vitals:
        try:
            return look(self._lab, self._laptop.pid, at_s=time.monotonic() - self._began)
        except psutil.NoSuchProcess as error:
            raise BenchError("mpmanagerd has ended") from error

    def _count_interfaces(self) -> dict[str, InterfaceCount]:
        """While nothing moves, so that all mean the same moment; where something always does, as near as can be."""
        before = self._delivered()
        counts = self._interface_counts(before)
        for _ in range(_MOST_TRIES):
            after = self._delivered()
            if after == before:
                break
            before, counts = after, self._interface_counts(after)
        return counts

    def _interface_counts(self, delivered: Mapping[str, int]) -> dict[str, InterfaceCount]:
        return {
            each.name: InterfaceCount(
                by_daemon=each.usage.period_bytes if each.usage else 0,
                by_kernel=self._interface_bytes(each.name),
                received_by_daemon=each.rx_bytes,
                received_by_emulator=delivered[each.name],
            )
            for each in self._frame(Topic.PATHS).paths
            if each.name in _TOPOLOGY.links
        }

    def _delivered(self) -> dict[str, int]:
        return {name: self._lab.link_state(name).down.bytes for name in _TOPOLOGY.links}

    def _interface_bytes(self, name: str) -> int:
        def read() -> int:
            line = next(
                line
                for line in Path("/proc/thread-self/net/dev").read_text(encoding="ascii").splitlines()
                if line.strip().startswith(f"{name}:")
            )
            fields = line.split(":", 1)[1].split()
            return int(fields[0]) + int(fields[8])

        return self._lab.inside(LAPTOP, read)


def _reports(file: Path) -> Iterator[Counted]:
    """The whole lines of a program's report."""
    text = file.read_text(encoding="ascii", errors="replace") if file.exists() else ""
    for line in text.splitlines(keepends=True):
        if line.endswith("\n"):
            yield Counted.parse(line)


_Change = Callable[[ManagerClient], Awaitable[None]]


def _rule(policy: PolicyInfo) -> _Change:
    return lambda client: client.set_policy(policy)


def _tier(path: str, tier: Tier) -> _Change:
    return lambda client: client.set_path_tier(path, tier)


def _rule_changes() -> Sequence[_Change]:
    """One after the other, again and again; what is said is taken back in the end."""
    film, backup = "app:soak.film", "app:soak.backup"
    return (
        _rule(PolicyInfo(selector="default", wait_ms="never", trust="any")),
        _rule(PolicyInfo(selector=film, lowest_delay=True)),
        _tier(LINE, Tier.BACKUP),
        _rule(PolicyInfo(selector="default", wait_ms=0.0, trust="any")),
        _rule(PolicyInfo(selector=backup, tiers=[TierChoiceInfo(paths="metered", tier="never")])),
        _tier(LINE, Tier.ALWAYS),
        _rule(PolicyInfo(selector=film)),
        _rule(PolicyInfo(selector="default", wait_ms=_WAIT_MS, trust="any")),
        _rule(PolicyInfo(selector=backup)),
        _tier(CELLULAR, Tier.ALWAYS),
        _tier(CELLULAR, Tier.WHEN_NEEDED),
    )
