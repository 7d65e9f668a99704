"""A preferred path that fails: black hole, flapping, random loss."""

import math
import time
from collections.abc import Iterator
from functools import partial
from itertools import product

from mpmanager.bench.arithmetic import LinkSample, return_time_s
from mpmanager.bench.configurations import POOLING, STALE_1, STOCK, ours
from mpmanager.bench.measurement import Case, Claim, Effort, Labels, Measured, Measurement, Metric, Results
from mpmanager.bench.stage import MessagePlan, Stage, report_of
from mpmanager.lab.messages import Direction, MessageReport
from mpmanager.lab.topology import LinkChange, load_topology
from mpmanager.lab.units import Share

WAIT_MS = 50.0
PRIMARY, BACKUP = "wlan0", "wwan0"
THESIS_PATHS = (
    "primary 10 Mbit/s with 30 ms round trip, backup 10 Mbit/s with 20 ms, queues of one bandwidth-delay product"
)

_OURS = ours(WAIT_MS)
_ALL = (STOCK, STALE_1, POOLING, _OURS)
_BLACK_HOLE = LinkChange(loss=Share(1))
_HEALED = LinkChange(loss=Share(0))
_WARM_UP_S = 1.0
"""Until the second subflow is there and times are known."""
_HOLE_S = 3.0
_FLAP_HOLE_S, _FLAP_EVERY_S = 1.0, 5.0
_INTERVAL_S = 0.02
_UP, _DOWN = Direction.UPLOAD, Direction.DOWNLOAD
_WORST = Metric(name="worst_ms", title="worst message delay, ms")
_MEDIAN = Metric(name="median_ms", title="median message delay, ms", is_shown=False)


def black_hole(effort: Effort) -> Measurement:
    """The primary loses everything for 3 s."""
    watched_s = effort.seconds(1.5, 4.0)
    cases = [
        Case(
            labels=(direction.value, congestion),
            configurations=_ALL,
            duration_s=_WARM_UP_S + _HOLE_S + watched_s,
            measure=partial(_measure_hole, direction=direction, congestion=congestion, watched_s=watched_s),
        )
        for congestion, direction in product(effort.choose(["bbr"], ["bbr", "cubic"]), Direction)
    ]
    return Measurement(
        name="black-hole",
        title="Black hole of 3 s, 1 kB every 20 ms",
        note=f"{THESIS_PATHS}. The link stays up and loses everything. Return: until the primary carries more than the "
        f"backup again, watched for {watched_s:g} s (with pooling, none is preferred).",
        topology=load_topology("thesis"),
        primary=PRIMARY,
        backup=BACKUP,
        label_titles=("direction", "congestion"),
        metrics=(_WORST, _MEDIAN, Metric(name="return_s", title="return to the primary, s", decimals=2)),
        cases=tuple(cases),
        claims=_black_hole_claims,
        series_step_s=_INTERVAL_S,
        series_title="message delay, ms",
    )


def _measure_hole(stage: Stage, *, direction: Direction, congestion: str, watched_s: float) -> Measured:
    plan = MessagePlan(
        direction=direction, congestion=congestion, duration_s=_WARM_UP_S + _HOLE_S + watched_s, interval_s=_INTERVAL_S
    )
    with stage.messages(plan) as program, stage.sampled(direction) as samples:
        time.sleep(_WARM_UP_S)
        stage.change_primary(_BLACK_HOLE)
        time.sleep(_HOLE_S)
        stage.change_primary(_HEALED)
        healed_at_s = time.monotonic()
        report = report_of(program, plan)
    return _of(report, return_s=_return_s(samples, healed_at_s))


def _return_s(samples: list[LinkSample], healed_at_s: float) -> float:
    found = return_time_s(samples, healed_at_s=healed_at_s)
    return math.inf if found is None else found


def _of(report: MessageReport, **others: float) -> Measured:
    delays = {"worst_ms": report.max_ms or 0.0, "median_ms": report.p50_ms or 0.0}
    return Measured(values=delays | others, series=tuple(report.delays_ms or ()))


def _black_hole_claims(results: Results) -> Iterator[Claim]:
    bounds = {_UP: (110, 80), _DOWN: (130, 90)}
    for labels in results.labels:
        required, aimed = bounds[Direction(labels[0])]
        yield _worst_claim("black hole", labels, results, required, aimed)
        yield Claim(
            text=f"black hole, {_words(labels)}: return to the primary",
            figure=results.median(labels, _OURS.name, "return_s"),
            required=1.5,
            aimed=0.5,
            unit="s",
        )


def _worst_claim(what: str, labels: Labels, results: Results, required: float, aimed: float) -> Claim:
    return Claim(
        text=f"{what}, {_words(labels)}: worst delay",
        figure=results.median(labels, _OURS.name, "worst_ms"),
        required=required,
        aimed=aimed,
        unit="ms",
    )


def _words(labels: Labels) -> str:
    return ", ".join(labels)


def flapping(effort: Effort) -> Measurement:
    """The primary loses everything for 1 s of every 5."""
    rounds = 1 if effort.is_quick else 3
    cases = [
        Case(
            labels=(direction.value, congestion),
            configurations=(STOCK, _OURS) if effort.is_quick else _ALL,
            duration_s=_WARM_UP_S + rounds * _FLAP_EVERY_S,
            measure=partial(_measure_flapping, direction=direction, congestion=congestion, rounds=rounds),
            runs=effort.at_most(1, STALE_1, POOLING),
        )
        for congestion, direction in product(effort.choose(["bbr"], ["bbr", "cubic"]), Direction)
    ]
    return Measurement(
        name="flapping",
        title="Flapping: a black hole for 1 s of every 5, 1 kB every 20 ms",
        note=f"{THESIS_PATHS}. {rounds} holes.",
        topology=load_topology("thesis"),
        primary=PRIMARY,
        backup=BACKUP,
        label_titles=("direction", "congestion"),
        metrics=(_WORST, _MEDIAN),
        cases=tuple(cases),
        claims=_flapping_claims,
        series_step_s=_INTERVAL_S,
        series_title="message delay, ms",
    )


def _measure_flapping(stage: Stage, *, direction: Direction, congestion: str, rounds: int) -> Measured:
    plan = MessagePlan(
        direction=direction,
        congestion=congestion,
        duration_s=_WARM_UP_S + rounds * _FLAP_EVERY_S,
        interval_s=_INTERVAL_S,
    )
    with stage.messages(plan) as program:
        time.sleep(_WARM_UP_S)
        for _ in range(rounds):
            stage.change_primary(_BLACK_HOLE)
            time.sleep(_FLAP_HOLE_S)
            stage.change_primary(_HEALED)
            time.sleep(_FLAP_EVERY_S - _FLAP_HOLE_S)
        report = report_of(program, plan)
    return _of(report)


def _flapping_claims(results: Results) -> Iterator[Claim]:
    bounds = {_UP: (120, 90), _DOWN: (130, 95)}
    for labels in results.labels:
        required, aimed = bounds[Direction(labels[0])]
        yield _worst_claim("flapping", labels, results, required, aimed)


def loss(effort: Effort) -> Measurement:
    """The primary loses packets at random."""
    lossy_s = effort.seconds(3, 8)
    settings = [
        *product(["bbr"], [0.01, 0.2] if effort.is_quick else [0.01, 0.05, 0.2], Direction),
        *product(effort.choose([], ["cubic"]), [0.05, 0.2], Direction),
    ]
    cases = [
        Case(
            labels=(f"{share:.0%}", direction.value, congestion),
            configurations=(STOCK, _OURS) if effort.is_quick else _ALL,
            duration_s=_WARM_UP_S + lossy_s,
            measure=partial(_measure_loss, share=share, direction=direction, congestion=congestion, lossy_s=lossy_s),
            runs=effort.at_most(1, STALE_1, POOLING),
        )
        for congestion, share, direction in settings
    ]
    return Measurement(
        name="loss",
        title="Random loss on the primary in both directions, 1 kB every 20 ms",
        note=f"{THESIS_PATHS}. Loss for {lossy_s:g} s, once the connection has both subflows.",
        topology=load_topology("thesis"),
        primary=PRIMARY,
        backup=BACKUP,
        label_titles=("loss", "direction", "congestion"),
        metrics=(_WORST, _MEDIAN, Metric(name="share_percent", title="bytes on the backup, %")),
        cases=tuple(cases),
        claims=_loss_claims,
        series_step_s=_INTERVAL_S,
        series_title="message delay, ms",
    )


def _measure_loss(stage: Stage, *, share: float, direction: Direction, congestion: str, lossy_s: float) -> Measured:
    plan = MessagePlan(
        direction=direction, congestion=congestion, duration_s=_WARM_UP_S + lossy_s, interval_s=_INTERVAL_S
    )
    with stage.messages(plan) as program:
        time.sleep(_WARM_UP_S)
        with stage.shares(direction) as shares:
            stage.change_primary(LinkChange(loss=Share(share)))
            report = report_of(program, plan)
    return _of(report, share_percent=shares.backup_percent)


def _loss_claims(results: Results) -> Iterator[Claim]:
    bounds = {_UP: (180, 130), _DOWN: (700, 300)}
    for labels in results.labels:
        if labels[0] == "20%":
            required, aimed = bounds[Direction(labels[1])]
            yield _worst_claim("loss", labels, results, required, aimed)
        if labels[0] == "1%" and (stock := results.median(labels, STOCK.name, "worst_ms")):
            yield _worst_claim("loss", labels, results, 1.1 * stock, stock)
