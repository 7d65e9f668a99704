"""What a policy of trust costs a program: the time of connect(), and throughput, against no program attached.

Over a wire without any emulation, as a slow path would hide it. One process has sockets in two cgroups, one of which no
restriction concerns, and uses them in turns.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from statistics import median

from mpmanager.bench.arithmetic import median_interval
from mpmanager.bench.configurations import BOTH_ALWAYS, ManagedLaptop
from mpmanager.bench.errors import BenchError
from mpmanager.bench.measurement import Case, Claim, Effort, Labels, Measured, Measurement, Metric, Results, Table
from mpmanager.bench.pages import FIRST, TRUSTED, UNTRUSTED
from mpmanager.bench.spending import BULK_BYTES, DEFAULT_PORT
from mpmanager.bench.stage import Stage, module_command
from mpmanager.client.manager import ManagerClient
from mpmanager.lab import namespaces
from mpmanager.lab.instance import Lab
from mpmanager.lab.programs import ServerSpec, running
from mpmanager.lab.topology import LAPTOP, load_topology
from mpmanager.model.path import Tier
from mpmanager.model.trust import Trust

_WIRE = "wire0"
_LAPTOP_ADDRESS, _SERVER_ADDRESS = "10.78.0.1", "10.78.0.2"
_SERVER = "server"
_WITHIN_S = 180.0
_MANY_PORTS: dict[str, int | str] = {"net.ipv4.ip_local_port_range": "1024 65535"}
"""Where most ports are still held by connections that have ended, connect() takes milliseconds to find one."""

_WIRED = (
    "A veth pair between laptop and server. Free: in a cgroup outside of all that the daemon restricts, with no "
    "program attached. One process, in turns; the cost is the median of the differences within a round."
)
_START_S = 0.6
_LABEL_TITLES = ("policy", "socket", "path")
_UNITS = {"us": "us", "gbit_s": "Gbit/s", "percent": "%"}


class SpendingServer(ServerSpec, frozen=True, kw_only=True, tag="spending-server"):
    """The other end of the programs that measure what they spend."""

    port: int = DEFAULT_PORT

    def prepare(self, lab: Lab) -> list[str]:  # noqa: ARG002  # needs no files
        return [*module_command("mpmanager.bench.spending"), "serve", "--port", str(self.port)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    trust: str
    kind: str
    """Of socket."""
    is_wire_trusted: bool = True
    """Where it is not, a program looks at each packet whether it may leave there."""

    @property
    def labels(self) -> Labels:
        return self.trust, self.kind, "trusted" if self.is_wire_trusted else "untrusted"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Quantity:
    """What is measured with a restriction and without."""

    name: str
    title: str
    note: str
    command: str
    """Of the program that measures it."""
    unit: str
    cost_unit: str
    figure: Callable[[float], float]
    """Of what the program measures."""
    cost: Callable[[float, float], float]
    """Of what the program measures without and with it."""
    claim: str
    required: float
    aimed: float
    settings: tuple[_Setting, ...]
    quick_settings: tuple[_Setting, ...]
    rounds: int
    quick_rounds: int
    round_s: float
    tells_processor: bool = False
    """Whether the program measures its processor time, too."""

    def measurement(self, effort: Effort) -> Measurement:
        rounds = self.quick_rounds if effort.is_quick else self.rounds
        return Measurement(
            name=self.name,
            title=self.title,
            note=f"{_WIRED} {rounds} rounds, {self.note}.",
            topology=load_topology("cafe"),
            primary=UNTRUSTED,
            backup=TRUSTED,
            label_titles=_LABEL_TITLES,
            metrics=self.metrics,
            cases=tuple(
                Case(
                    labels=setting.labels,
                    configurations=(BOTH_ALWAYS,),
                    duration_s=_START_S + rounds * self.round_s,
                    measure=partial(self.measure, setting=setting, rounds=rounds),
                )
                for setting in (self.quick_settings if effort.is_quick else self.settings)
            ),
            is_kept_installed=True,
            claims=self.claims,
            extra_tables=self.tables,
            spread=_spread,
        )

    @property
    def value_names(self) -> tuple[str, ...]:
        """Without the restriction, with it, and what it costs: most likely, and where the true median lies."""
        return f"free_{self.unit}", f"held_{self.unit}", *_cost_names("", self.cost_unit)

    @property
    def metrics(self) -> tuple[Metric, ...]:
        processor = _cost_names(_PROCESSOR, "percent") if self.tells_processor else ()
        names = (*self.value_names, *processor)
        return tuple(Metric(name=each, title=each, decimals=2, is_shown=False) for each in names)

    def measure(self, stage: Stage, *, setting: _Setting, rounds: int) -> Measured:
        pairs, *processor = _measured_pairs(stage, setting, self.command, rounds)
        free, held = (self.figure(median(each)) for each in zip(*pairs, strict=True))
        values = dict(zip(self.value_names, (free, held), strict=False))
        values |= _costs_of([self.cost(free, held) for free, held in pairs], _cost_names("", self.cost_unit))
        for each in processor:
            values |= _costs_of([_percent_lost(free, held) for free, held in each], _cost_names(_PROCESSOR, "percent"))
        return Measured(values=values, series=[held / free for free, held in pairs])

    def claims(self, results: Results) -> Iterator[Claim]:
        for labels in results.labels:
            yield Claim(
                text=f"{_words(labels)}: {self.claim}",
                figure=results.median(labels, BOTH_ALWAYS.name, self.value_names[2]),
                required=self.required,
                aimed=self.aimed,
                unit=_UNITS[self.cost_unit],
            )

    def tables(self, results: Results) -> Iterator[Table]:
        unit = _UNITS[self.unit]
        headings = [f"free, {unit}", f"held, {unit}", f"cost, {_UNITS[self.cost_unit]}", _SURE]
        headings += ["sender's processor, %", _SURE] if self.tells_processor else []
        yield Table(
            title=self.title,
            headings=(*_LABEL_TITLES, *headings),
            rows=[(*labels, *self.cells(results, labels)) for labels in results.labels],
        )

    def cells(self, results: Results, labels: Labels) -> Iterator[str]:
        figures = [results.median(labels, BOTH_ALWAYS.name, metric.name) for metric in self.metrics]
        yield from map(_cell, figures[:2])
        for place in range(2, len(figures), 3):
            cost, least, most = figures[place : place + 3]
            yield _cell(cost)
            yield "-" if least is None or most is None else f"{least:.2f} to {most:.2f}"


_SURE = "95 % sure"
_PROCESSOR = "processor_"


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _cost_names(prefix: str, unit: str) -> tuple[str, ...]:
    return tuple(f"{prefix}{name}_{unit}" for name in ("cost", "least_cost", "most_cost"))


def _costs_of(costs: Sequence[float], names: Sequence[str]) -> dict[str, float]:
    """The median and, unless they are too few, where the true one lies."""
    sure = median_interval(costs)
    return dict(zip(names, (median(costs), *((sure.low, sure.high) if sure else ())), strict=False))


def _percent_lost(free: float, held: float) -> float:
    """Of what is done in a time."""
    return 100 * (1 - free / held)


_CONNECT = _Quantity(
    name="connect",
    title="connect() under a policy",
    note="two each",
    command="connect",
    unit="us",
    cost_unit="us",
    figure=lambda time_us: time_us,
    cost=lambda free_us, held_us: held_us - free_us,
    claim="connect() takes longer by",
    required=20,
    aimed=10,
    settings=(
        *(_Setting(trust="handshake", kind=kind) for kind in ("udp", "tcp", "mptcp")),
        _Setting(trust=FIRST, kind="mptcp"),
        *(_Setting(trust="only", kind=kind) for kind in ("udp", "tcp", "mptcp")),
    ),
    quick_settings=(_Setting(trust="handshake", kind="mptcp"), _Setting(trust="only", kind="tcp")),
    rounds=1000,
    quick_rounds=500,
    round_s=0.0015,
)
_THROUGHPUT = _Quantity(
    name="throughput",
    title="Throughput under a policy",
    note=f"two transfers of {BULK_BYTES / 1e6:g} MB each, all over connections of their own, CUBIC",
    command="bulk",
    unit="gbit_s",
    cost_unit="percent",
    figure=lambda time_s: BULK_BYTES * 8 / time_s / 1e9,
    cost=_percent_lost,
    claim="throughput is less by",
    required=2,
    aimed=1,
    settings=(
        _Setting(trust="only", kind="tcp"),
        _Setting(trust="only", kind="mptcp"),
        _Setting(trust="handshake", kind="tcp", is_wire_trusted=False),
    ),
    quick_settings=(_Setting(trust="only", kind="tcp"),),
    rounds=250,
    quick_rounds=80,
    round_s=0.09,
    tells_processor=True,
)


def connect(effort: Effort) -> Measurement:
    """How long connecting takes."""
    return _CONNECT.measurement(effort)


def throughput(effort: Effort) -> Measurement:
    """How fast much data goes."""
    return _THROUGHPUT.measurement(effort)


def _words(labels: Labels) -> str:
    return " ".join((*labels, "path"))


def _spread(results: Results) -> Mapping[str, Sequence[float]]:
    """Times with the restriction by those without, round by round."""
    return {
        _words(labels): [*chain.from_iterable(run.series for run in results.of(labels, BOTH_ALWAYS.name))]
        for labels in results.labels
    }


Pairs = Sequence[tuple[float, float]]
"""For each round what was measured without the restriction and with it."""


def _measured_pairs(stage: Stage, setting: _Setting, command: str, rounds: int) -> list[Pairs]:
    """One list for each figure that the program measures."""
    daemon, held = stage.daemon, stage.lab.cgroup()
    if daemon is None or held is None:
        raise BenchError("without a daemon, or without cgroups of the lab, nothing is restricted")
    with _wired(stage.lab, daemon, is_trusted=setting.is_wire_trusted), _free_cgroup(held) as free:
        arguments = ("--kind", setting.kind, "--free", f"{free}", "--held", f"{held}", "--rounds", f"{rounds}")
        daemon.set_trust(setting.trust)
        with stage.program(command, "mpmanager.bench.spending", command, _SERVER_ADDRESS, *arguments) as program:
            pairs = program.result(within_s=_WITHIN_S)["pairs"]
        is_sending = setting.kind != "udp"  # where connecting sends nothing
        if setting.trust == "only" and is_sending and not _has_passed_fence(daemon):
            raise BenchError("nothing has passed the fence: the program was not held")
    return [[(free[each], held[each]) for free, held in pairs] for each in range(len(pairs[0][0]))]


def _has_passed_fence(daemon: ManagedLaptop) -> bool:
    fences = daemon.ask(ManagerClient.trust).fences
    return any(each.path == _WIRE and each.passed_packets for each in fences)


@contextmanager
def _free_cgroup(held: Path) -> Iterator[Path]:
    """One beside that of the lab, which is all that its daemon is about. A slice: it belongs to no program."""
    free = held.parent.with_name(f"{held.parent.name}-free.slice")
    try:
        free.mkdir(exist_ok=True)
    except OSError as error:
        raise BenchError(f"{free}: {error.strerror}") from error
    try:
        yield free
    finally:
        with suppress(OSError):  # somebody else has put something into it
            free.rmdir()


@contextmanager
def _wired(lab: Lab, daemon: ManagedLaptop, *, is_trusted: bool) -> Iterator[None]:
    """A wire from the laptop to the server, with a program at its end; the other paths are not used meanwhile."""
    laptop, server = lab.namespace(LAPTOP), lab.namespace(_SERVER)
    namespaces.write_sysctls(laptop, _MANY_PORTS)
    namespaces.ip("-n", laptop, "link", "add", _WIRE, "type", "veth", "peer", "name", _WIRE, "netns", server)
    try:
        for namespace, address in ((laptop, _LAPTOP_ADDRESS), (server, _SERVER_ADDRESS)):
            lines = [f"address add {address}/30 dev {_WIRE}", f"link set {_WIRE} up"]
            namespaces.ip("-n", namespace, batch=lines)
        daemon.await_paths([_WIRE], state="local-only")
        daemon.ask(partial(_use_wire, trust=Trust.TRUSTED if is_trusted else Trust.UNTRUSTED))
        with running(lab, SpendingServer(name="spending-server")):
            yield
    finally:
        namespaces.ip("-n", laptop, "link", "delete", _WIRE)


async def _use_wire(client: ManagerClient, *, trust: Trust) -> None:
    for name in (UNTRUSTED, TRUSTED):
        await client.set_path_tier(name, Tier.NEVER)
    await client.set_path_tier(_WIRE, Tier.ALWAYS)
    await client.set_path_trust(_WIRE, trust)
