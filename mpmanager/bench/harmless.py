"""What the daemon costs where nothing is wrong: false alarms, delays, processor time."""

import time
from collections.abc import Iterator
from functools import partial

from mpmanager.bench.arithmetic import percentile
from mpmanager.bench.configurations import STOCK, ManagedLaptop, ours
from mpmanager.bench.errors import BenchError
from mpmanager.bench.exchange import READY
from mpmanager.bench.faults import BACKUP, PRIMARY, THESIS_PATHS, WAIT_MS
from mpmanager.bench.measurement import Case, Claim, Effort, Labels, Measured, Measurement, Metric, Results
from mpmanager.bench.stage import Stage
from mpmanager.lab.topology import load_topology

_OURS = ours(WAIT_MS)
_PATTERNS = {"idle": 8.0, "bursty": 6.0, "requests": 6.0}
"""How long each runs, in seconds."""
_QUICK_S = 3.0
_RUNS = 20
_QUICK_RUNS = 2
_STOCK_RUNS = 5
_NO_WORSE = 1.1

_CROWDS = {1: 0.02, 50: 0.1, 500: 1.0}
"""Connections, and seconds between two requests of one."""
_QUICK_CROWDS = (1, 50)
_CONNECTED_WITHIN_S = 60.0
_SETTLING_S = 3.0
_FAILOVERS = Metric(name="failovers", title="fail-overs without any fault")
_OPENINGS = Metric(name="openings", title="openings of the backup")
_MAY_OPEN = "bursty"
"""A large burst takes longer than the data may wait."""


def no_fault(effort: Effort) -> Measurement:
    """Programs that pause, burst and wait, over paths that are well."""
    runs = {_OURS: max(effort.runs, _RUNS), STOCK: max(effort.runs, _STOCK_RUNS)}
    if effort.is_quick:
        runs = {_OURS: max(effort.runs, _QUICK_RUNS), STOCK: effort.runs}
    cases = [
        Case(
            labels=(name,),
            configurations=(STOCK, _OURS),
            duration_s=duration_s,
            measure=partial(_measure_pattern, pattern=name, duration_s=duration_s, seed=effort.seed),
            runs=runs,
        )
        for name, full_s in _PATTERNS.items()
        for duration_s in [effort.seconds(_QUICK_S, full_s)]
    ]
    return Measurement(
        name="no-fault",
        title="No fault: programs that pause, burst and wait",
        note=f"{THESIS_PATHS}. {runs[_OURS]} runs of ours, {runs[STOCK]} of stock. The system's congestion control. "
        "Bursts of up to 100 kB take longer than the 50 ms that data may wait: to open the backup for them is right.",
        topology=load_topology("thesis"),
        primary=PRIMARY,
        backup=BACKUP,
        label_titles=("program",),
        metrics=(
            Metric(name="request_ms", title="median exchange, ms"),
            Metric(name="p95_ms", title="95 % of the exchanges within, ms"),
            _FAILOVERS,
            _OPENINGS,
        ),
        cases=tuple(cases),
        claims=_no_fault_claims,
    )


def _measure_pattern(stage: Stage, *, pattern: str, duration_s: float, seed: int) -> Measured:
    arguments = ("--duration", f"{duration_s}", "--seed", f"{seed + stage.run}")
    with stage.exchange(pattern, *arguments) as program:
        times_ms = program.result(within_s=duration_s + 60)["times_ms"]
    median_ms, p95_ms = percentile(times_ms, 0.5), percentile(times_ms, 0.95)
    if median_ms is None or p95_ms is None:
        raise BenchError(f"{pattern}: nothing was answered")
    counts = _counts(stage.daemon) if stage.daemon else {}
    return Measured(values={"request_ms": median_ms, "p95_ms": p95_ms} | counts)


def _counts(daemon: ManagedLaptop) -> dict[str, float]:
    return {_FAILOVERS.name: daemon.failovers(), _OPENINGS.name: daemon.openings()}


def _no_fault_claims(results: Results) -> Iterator[Claim]:
    for labels in results.labels:
        judged = [_FAILOVERS] if labels[0] == _MAY_OPEN else [_FAILOVERS, _OPENINGS]
        yield from (_none_claim(f"no fault, {labels[0]}", metric, results, labels) for metric in judged)
        if stock := results.median(labels, STOCK.name, "request_ms"):
            yield Claim(
                text=f"no fault, {labels[0]}: median exchange",
                figure=results.median(labels, _OURS.name, "request_ms"),
                required=_NO_WORSE * stock,
                aimed=stock,
                unit="ms",
            )


def _none_claim(what: str, metric: Metric, results: Results, labels: Labels) -> Claim:
    """In all runs together."""
    counts = [each.values[metric.name] for each in results.of(labels, _OURS.name)]
    return Claim(
        text=f"{what}: {metric.name} in {len(counts)} runs",
        figure=sum(counts) if counts else None,
        required=0,
        aimed=0,
        unit="",
    )


def processor(effort: Effort) -> Measurement:
    """The daemon's processor time under a policy."""
    watched_s = effort.seconds(5, 20)
    cases = [
        Case(
            labels=(f"{count}",),
            configurations=(_OURS,),
            duration_s=_SETTLING_S + watched_s + count / 50,
            measure=partial(_measure_crowd, count=count, interval_s=interval_s, watched_s=watched_s),
        )
        for count, interval_s in _CROWDS.items()
        if count in _QUICK_CROWDS or not effort.is_quick
    ]
    intervals = ", ".join(f"{count} x every {interval_s * 1e3:g} ms" for count, interval_s in _CROWDS.items())
    return Measurement(
        name="processor",
        title="The daemon's processor time under a policy of 50 ms",
        note=f"{THESIS_PATHS}. Active connections that ask for 200 bytes: {intervals}. Nobody watches the daemon.",
        topology=load_topology("thesis"),
        primary=PRIMARY,
        backup=BACKUP,
        label_titles=("connections",),
        metrics=(Metric(name="cpu_percent", title="of one core, %", decimals=1), _FAILOVERS, _OPENINGS),
        cases=tuple(cases),
        claims=_processor_claims,
    )


def _measure_crowd(stage: Stage, *, count: int, interval_s: float, watched_s: float) -> Measured:
    if stage.daemon is None:
        raise BenchError("there is no daemon whose processor time could be measured")
    talking_s = _SETTLING_S + watched_s + 5
    arguments = ("--count", f"{count}", "--interval", f"{interval_s}", "--duration", f"{talking_s}")
    with stage.exchange("crowd", *arguments) as program:
        program.await_printed(READY, within_s=_CONNECTED_WITHIN_S)
        time.sleep(_SETTLING_S)
        before_s, began_s = stage.daemon.cpu_s(), time.monotonic()
        time.sleep(watched_s)
        used = (stage.daemon.cpu_s() - before_s) / (time.monotonic() - began_s)
        counts = _counts(stage.daemon)
    return Measured(values={"cpu_percent": 100 * used} | counts)


def _processor_claims(results: Results) -> Iterator[Claim]:
    bounds = {"1": (3, 1), "50": (12, 5), "500": (40, 20)}
    for labels in results.labels:
        required, aimed = bounds[labels[0]]
        yield Claim(
            text=f"daemon, {labels[0]} active connections: processor",
            figure=results.median(labels, _OURS.name, "cpu_percent"),
            required=required,
            aimed=aimed,
            unit="%",
        )
        yield _none_claim(f"daemon, {labels[0]} active connections", _FAILOVERS, results, labels)
