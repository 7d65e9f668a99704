"""Small requests beside large transfers: LTE with a low delay, xDSL with a high one."""

import time
from collections.abc import Iterator
from functools import partial
from itertools import product

from mpmanager.bench.arithmetic import percentile
from mpmanager.bench.configurations import NEVER, POOLING, STALE_1, STOCK, Approach, Configuration
from mpmanager.bench.errors import BenchError
from mpmanager.bench.measurement import Case, Claim, Effort, Measured, Measurement, Metric, Results
from mpmanager.bench.stage import Stage
from mpmanager.lab.messages import Direction
from mpmanager.lab.topology import Topology

_LTE, _XDSL = "wwan0", "dsl0"
_RATE = "20mbit"
_BIG_BYTES = 200_000
"""The thesis' 1 MB within a second, scaled like the rate."""
_STEERED = Configuration(approach=Approach.OURS, wait_ms=NEVER, big_transfers_to=_XDSL, big_over_bytes=_BIG_BYTES)
_QUEUE = "1.25MB"
_ELEPHANTS = 3
_WARM_UP_S = 3.0
"""Until queues are full, and elephants are known."""
_MOUSE_EVERY_S = 0.3
_FLOOR_MS = 80.0
"""Two round trips of LTE: to connect, and to ask."""
_AT_THE_FLOOR, _NEAR_THE_FLOOR = 1.05, 1.1
_TIMES_FASTER = 9

_TOPOLOGY = Topology.from_data(
    {
        "description": "LTE with 40 ms and xDSL with 80 ms round-trip time, 20 Mbit/s each",
        "links": {
            _LTE: {"kind": "lte", "rate": _RATE, "delay": "20ms", "queue": _QUEUE},
            _XDSL: {"kind": "xdsl", "rate": _RATE, "delay": "40ms", "queue": _QUEUE},
        },
        "servers": {"server": {"addresses": ["10.99.0.1", "fd99::1"]}},
    },
    origin="the benchmark",
)


def elephants(effort: Effort) -> Measurement:
    """Three unlimited transfers and requests of 1 kB."""
    asked_s = effort.seconds(4, 8)
    directions = [Direction.DOWNLOAD] if effort.is_quick else list(Direction)
    cases = [
        Case(
            labels=(direction.value, congestion),
            configurations=(STOCK, POOLING, _STEERED) if effort.is_quick else (STOCK, STALE_1, POOLING, _STEERED),
            duration_s=_WARM_UP_S + asked_s,
            measure=partial(_measure, direction=direction, congestion=congestion, asked_s=asked_s),
            runs=effort.at_most(1, STALE_1),
        )
        for congestion, direction in product(effort.choose(["cubic"], ["cubic", "bbr"]), directions)
    ]
    return Measurement(
        name="elephants",
        title=f"Elephants and mice: {_ELEPHANTS} unlimited transfers, and requests of 1 kB",
        note="LTE 40 ms and xDSL 80 ms round trip, 20 Mbit/s each (the thesis: 100; scaled to what the emulator "
        "carries accurately), deep queues of 1.25 MB (half a second). Everything begins on LTE. A request is "
        f"a connection of its own: at least {_FLOOR_MS:g} ms. Ours: transfers of over 200 kB/s to xDSL.",
        topology=_TOPOLOGY,
        primary=_LTE,
        backup=_XDSL,
        label_titles=("elephants", "congestion"),
        metrics=(
            Metric(name="request_ms", title="median request, ms"),
            Metric(name="p95_ms", title="95 % of the requests within, ms"),
            Metric(name="lte_percent", title="bytes on LTE, %", decimals=1),
        ),
        cases=tuple(cases),
        claims=_claims,
    )


def _measure(stage: Stage, *, direction: Direction, congestion: str, asked_s: float) -> Measured:
    elephants_s = _WARM_UP_S + asked_s + 1
    big = ("--count", f"{_ELEPHANTS}", "--duration", f"{elephants_s}", "--direction", direction.value)
    small = ("--interval", f"{_MOUSE_EVERY_S}", "--duration", f"{asked_s}")
    with stage.exchange("elephants", *big, "--congestion", congestion):
        time.sleep(_WARM_UP_S)
        with (
            stage.shares(direction) as shares,
            stage.exchange("mice", *small, "--congestion", congestion) as mice,
        ):
            times_ms = mice.result(within_s=asked_s + 60)["times_ms"]
    median_ms, p95_ms = percentile(times_ms, 0.5), percentile(times_ms, 0.95)
    if median_ms is None or p95_ms is None:
        raise BenchError("no request was answered")
    lte_percent = 100 - shares.backup_percent
    return Measured(values={"request_ms": median_ms, "p95_ms": p95_ms, "lte_percent": lte_percent})


def _claims(results: Results) -> Iterator[Claim]:
    for labels in results.labels:
        if labels[1] != "cubic":
            continue  # the figures to reach were stated for it
        stock = results.median(labels, STOCK.name, "request_ms")
        if stock is None:
            continue
        yield Claim(
            text=f"mice under elephants, {', '.join(labels)}: median request, {_TIMES_FASTER} x faster than stock",
            figure=results.median(labels, _STEERED.name, "request_ms"),
            # Where stock is not that slow, nobody can be so much faster: then it is the floor.
            required=max(stock / _TIMES_FASTER, _NEAR_THE_FLOOR * _FLOOR_MS),
            aimed=_AT_THE_FLOOR * _FLOOR_MS,
            unit="ms",
        )
