"""How much the backup carries, and what that is worth: limited rates, a large file, a web page."""

from collections.abc import Iterator
from functools import partial
from itertools import product

from mpmanager.bench.arithmetic import least_possible_share
from mpmanager.bench.configurations import NEVER, POOLING, STALE_1, STOCK, Configuration, ours
from mpmanager.bench.faults import BACKUP, PRIMARY, THESIS_PATHS
from mpmanager.bench.measurement import Case, Claim, Effort, Measured, Measurement, Metric, Results
from mpmanager.bench.stage import MessagePlan, Stage, report_of
from mpmanager.lab.messages import Direction
from mpmanager.lab.topology import load_topology

_CAPACITY_BIT_S = 10e6
_MESSAGE_EVERY_S = 0.005
_RATE_WAIT_MS = 35.0
_RATE_OURS = ours(_RATE_WAIT_MS)
_RATES_MBIT_S = (1, 3, 5, 8, 10, 12, 15)
_FEW_RATES_MBIT_S = (5, 12)
_HALF_LOAD_MBIT_S = 5
_JUDGED_RATES = ("10", "12", "15")
_CONNECTIONS_OF_A_BROWSER = 6
_BOTH_CONGESTIONS = ("bbr", "cubic")
_FILE_WITHIN_S = 120.0

_SHARE = Metric(name="share_percent", title="bytes on the backup, %", decimals=1)
_TIME = Metric(name="time_s", title="time, s", decimals=2)


def limited_rate(effort: Effort) -> Measurement:
    """A program that sends at a steady rate."""
    duration_s = effort.seconds(3, 7)
    settings = [
        *product(["bbr"], Direction, _FEW_RATES_MBIT_S if effort.is_quick else _RATES_MBIT_S),
        *product(effort.choose([], ["cubic"]), Direction, _FEW_RATES_MBIT_S),
    ]
    cases = [
        Case(
            labels=(f"{rate}", direction.value, congestion),
            configurations=(POOLING, _RATE_OURS) if effort.is_quick else (STOCK, STALE_1, POOLING, _RATE_OURS),
            duration_s=duration_s,
            measure=partial(
                _measure_rate, rate_mbit_s=rate, direction=direction, congestion=congestion, duration_s=duration_s
            ),
            runs=effort.at_most(1, STALE_1),
        )
        for congestion, direction, rate in settings
    ]
    return Measurement(
        name="limited-rate",
        title="A program at a limited rate",
        note=f"{THESIS_PATHS}. Shares are of IP bytes counted at the links. The least possible share is what the "
        "primary had no room for: 1 - capacity x time / all bytes of both links, run by run. Below it, data came late.",
        topology=load_topology("thesis"),
        primary=PRIMARY,
        backup=BACKUP,
        label_titles=("Mbit/s", "direction", "congestion"),
        metrics=(
            _SHARE,
            Metric(name="excess_points", title="share above the least possible, points", decimals=1),
            Metric(name="median_ms", title="median message delay, ms"),
        ),
        cases=tuple(cases),
        claims=_rate_claims,
    )


def _measure_rate(
    stage: Stage, *, rate_mbit_s: int, direction: Direction, congestion: str, duration_s: float
) -> Measured:
    plan = MessagePlan(
        direction=direction,
        congestion=congestion,
        duration_s=duration_s,
        size_bytes=round(rate_mbit_s * 1e6 / 8 * _MESSAGE_EVERY_S),
        interval_s=_MESSAGE_EVERY_S,
    )
    with stage.shares(direction) as shares, stage.messages(plan) as program:
        report = report_of(program, plan)
    least = least_possible_share(shares.both_bytes, capacity_bit_s=_CAPACITY_BIT_S, duration_s=duration_s)
    return Measured(
        values={
            "share_percent": shares.backup_percent,
            "excess_points": shares.backup_percent - 100 * least,
            "median_ms": report.p50_ms or 0.0,
        }
    )


def _rate_claims(results: Results) -> Iterator[Claim]:
    for labels in results.labels:
        rate, *rest = labels
        where = f"{rate} Mbit/s, {', '.join(rest)}"
        if int(rate) <= _HALF_LOAD_MBIT_S:
            share = results.median(labels, _RATE_OURS.name, "share_percent")
            yield _claim(f"{where}: backup share", share, 1.0, 0.05, "%")  # 0.05 is 0 as it is printed
        if rate in _JUDGED_RATES:
            excess = results.median(labels, _RATE_OURS.name, "excess_points")
            off = None if excess is None else abs(excess)  # far below it, data came late
            yield _claim(f"{where}: share off the least possible", off, 6, 3, "points")


def _claim(text: str, figure: float | None, required: float, aimed: float, unit: str) -> Claim:
    return Claim(text=text, figure=figure, required=required, aimed=aimed, unit=unit)


def bulk(effort: Effort) -> Measurement:
    """A file against the expiration delay."""
    size = 4_000_000 if effort.is_quick else 20_000_000
    settings = [("bbr", Direction.DOWNLOAD)]
    if not effort.is_quick:
        settings += [("bbr", Direction.UPLOAD), ("cubic", Direction.DOWNLOAD)]
    waits = [ours(wait) for wait in ((0.0, 50.0) if effort.is_quick else (0.0, 20.0, 50.0, 100.0, 200.0, NEVER))]
    cases = [
        Case(
            labels=(direction.value, congestion),
            configurations=(STOCK, POOLING, *waits) if effort.is_quick else (STOCK, STALE_1, POOLING, *waits),
            duration_s=size * 8 / _CAPACITY_BIT_S * 0.75,
            measure=partial(measure_file, direction=direction, congestion=congestion, size=size),
            runs=effort.at_most(1, STALE_1) | effort.at_most(2, STOCK, POOLING, *waits),
        )
        for congestion, direction in settings
    ]
    return Measurement(
        name="bulk",
        title=f"A file of {size / 1e6:g} MB against the expiration delay",
        note=f"{THESIS_PATHS}.",
        topology=load_topology("thesis"),
        primary=PRIMARY,
        backup=BACKUP,
        label_titles=("direction", "congestion"),
        metrics=(_TIME, _SHARE),
        cases=tuple(cases),
    )


def measure_file(stage: Stage, *, direction: Direction, congestion: str, size: int) -> Measured:
    """A file on a connection of its own: its time, and the share of the backup."""
    arguments = ("--direction", direction.value, "--bytes", f"{size}", "--congestion", congestion)
    with stage.shares(direction) as shares, stage.exchange("transfer", *arguments) as program:
        result = program.result(within_s=_FILE_WITHIN_S)
    return Measured(values={"time_s": result["time_s"], "share_percent": shares.backup_percent})


def page(effort: Effort) -> Measurement:
    """A web page against the expiration delay."""
    waits: list[Configuration] = [ours(wait) for wait in ((50.0,) if effort.is_quick else (20.0, 50.0, 100.0, NEVER))]
    cases = [
        Case(
            labels=(congestion,),
            configurations=(STOCK, POOLING, *waits) if effort.is_quick else (STOCK, STALE_1, POOLING, *waits),
            duration_s=2.0,
            measure=partial(_measure_page, congestion=congestion),
        )
        for congestion in effort.choose(["cubic"], _BOTH_CONGESTIONS)
    ]
    return Measurement(
        name="page",
        title="A web page of 1.6 MB",
        note=f"{THESIS_PATHS}. 47 objects of the sizes of a news site's start page over {_CONNECTIONS_OF_A_BROWSER} "
        "connections, HTTP/1.1 with connections kept open.",
        topology=load_topology("thesis"),
        primary=PRIMARY,
        backup=BACKUP,
        label_titles=("congestion",),
        metrics=(_TIME, _SHARE),
        cases=tuple(cases),
    )


def _measure_page(stage: Stage, *, congestion: str) -> Measured:
    arguments = ("--count", f"{_CONNECTIONS_OF_A_BROWSER}", "--congestion", congestion)
    with stage.shares(Direction.DOWNLOAD) as shares, stage.exchange("page", *arguments) as program:
        result = program.result(within_s=_FILE_WITHIN_S)
    return Measured(values={"time_s": result["time_s"], "share_percent": shares.backup_percent})
