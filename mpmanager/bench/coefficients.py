"""The thesis' two coefficients over random loss and random topologies.

TC: 0 is as fast as the faster of pooling and stock backup, 1 as slow as the slower. BU: 0 is as little on the backup
as with stock backup, 1 as much as with pooling. Both of medians over the runs.
"""

import random
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import product
from statistics import median

from mpmanager.bench.arithmetic import backup_usage_coefficient, time_coefficient
from mpmanager.bench.configurations import POOLING, STOCK, ours
from mpmanager.bench.faults import BACKUP, PRIMARY, THESIS_PATHS, WAIT_MS
from mpmanager.bench.measurement import Case, Effort, Labels, Measurement, Metric, Results, Table
from mpmanager.bench.shares import measure_file
from mpmanager.lab.messages import Direction
from mpmanager.lab.topology import LinkChange, load_topology
from mpmanager.lab.units import Duration, Rate, Share

_OURS = ours(WAIT_MS)
_COMPARED = (STOCK, POOLING, _OURS)
"""The coefficients are of the first two."""
_LOSSES = (0.001, 0.005, 0.01, 0.02)
_QUICK_LOSSES = ((0.001, 0.01), (0.02, 0.001))
_SAMPLED = 8
_QUICK_SAMPLED = 1
_RATES_MBIT_S = (0.5, 20.0)
_LONGEST_RTT_S = 0.4
_LARGEST_LOSS = 0.02
_FILE_S = 2.0
"""The faster of two links alone carries the file in so long."""

_METRICS = (
    Metric(name="time_s", title="time, s", decimals=2),
    Metric(name="share_percent", title="bytes on the backup, %", decimals=1),
)


def loss_coefficients(effort: Effort) -> Measurement:
    """The 16 loss settings of the thesis."""
    size = 1_500_000 if effort.is_quick else 3_000_000
    settings = _QUICK_LOSSES if effort.is_quick else tuple(product(_LOSSES, _LOSSES))
    cases = [
        Case(
            labels=(f"{primary:.1%}", f"{backup:.1%}", congestion),
            configurations=_COMPARED,
            duration_s=size * 8 / 10e6,
            shape={PRIMARY: LinkChange(loss=Share(primary)), BACKUP: LinkChange(loss=Share(backup))},
            measure=partial(measure_file, direction=Direction.DOWNLOAD, congestion=congestion, size=size),
            runs=effort.at_most(2, *_COMPARED),
        )
        for congestion, (primary, backup) in product(effort.choose(["cubic"], ["bbr", "cubic"]), settings)
    ]
    return Measurement(
        name="loss-coefficients",
        title=f"Random loss on both paths, a download of {size / 1e6:g} MB",
        note=f"{THESIS_PATHS}. {len(settings)} of the thesis' 16 settings.",
        topology=load_topology("thesis"),
        primary=PRIMARY,
        backup=BACKUP,
        label_titles=("loss primary", "loss backup", "congestion"),
        metrics=_METRICS,
        cases=tuple(cases),
        extra_tables=_coefficients,
    )


def random_coefficients(effort: Effort) -> Measurement:
    """Random topologies, the same for the same seed."""
    draw = random.Random(effort.seed)  # noqa: S311  # no secret
    samples = [_sample(draw) for _ in range(_QUICK_SAMPLED if effort.is_quick else _SAMPLED)]
    cases = [
        _random_case(number, shape, congestion, effort)
        for congestion, (number, shape) in product(
            effort.choose(["cubic"], ["bbr", "cubic"]), enumerate(samples, start=1)
        )
    ]
    return Measurement(
        name="random-coefficients",
        title="Random topologies, a download",
        note=f"Sampled with seed {effort.seed}: rates {_RATES_MBIT_S[0]:g} to {_RATES_MBIT_S[1]:g} Mbit/s (the "
        "thesis: 0.1 to 100; scaled to what the emulator carries accurately), round trips to 400 ms, loss to 2 %. "
        f"The file takes {_FILE_S:g} s on the faster link alone.",
        topology=load_topology("thesis"),
        primary=PRIMARY,
        backup=BACKUP,
        label_titles=("topology", "primary", "backup", "congestion"),
        metrics=_METRICS,
        cases=tuple(cases),
        extra_tables=_coefficients,
    )


def _sample(draw: random.Random) -> dict[str, LinkChange]:
    return {name: _sample_link(draw) for name in (PRIMARY, BACKUP)}


def _sample_link(draw: random.Random) -> LinkChange:
    least, most = _RATES_MBIT_S
    return LinkChange(
        rate=Rate(round(1e6 * least * (most / least) ** draw.random(), -5)),
        delay=Duration(round(draw.uniform(0, _LONGEST_RTT_S / 2), 3)),
        loss=Share(round(draw.uniform(0, _LARGEST_LOSS), 4)),
    )


def _random_case(number: int, shape: Mapping[str, LinkChange], congestion: str, effort: Effort) -> Case:
    fastest_bit_s = max(each.rate or 0.0 for each in shape.values())
    size = int(fastest_bit_s / 8 * _FILE_S)
    return Case(
        labels=(f"{number}", _words(shape[PRIMARY]), _words(shape[BACKUP]), congestion),
        configurations=_COMPARED,
        duration_s=size * 8 / (shape[PRIMARY].rate or fastest_bit_s) + 2,
        shape=shape,
        measure=partial(measure_file, direction=Direction.DOWNLOAD, congestion=congestion, size=size),
        runs=effort.at_most(2, *_COMPARED),
    )


def _words(link: LinkChange) -> str:
    return f"{(link.rate or 0) / 1e6:g} Mbit/s {2e3 * (link.delay or 0):.0f} ms {link.loss or 0:.1%}"


def _coefficients(results: Results) -> Iterator[Table]:
    names = [name for name in results.configurations if name not in {STOCK.name, POOLING.name}]
    found = {
        labels: {name: pair for name in names if (pair := _pair(results, labels, name))} for labels in results.labels
    }
    rows = [(*labels, *(_cell(pairs.get(name)) for name in names)) for labels, pairs in found.items()]
    if not rows:
        return
    blanks = [""] * (len(results.labels[0]) - 1)
    medians = {name: [pairs[name] for pairs in found.values() if name in pairs] for name in names}
    rows.append(("median", *blanks, *(_cell(_median(medians[name])) for name in names)))
    headings = [*("setting" for _ in results.labels[0]), *names]
    yield Table(title="TC and BU of the thesis (0 is best)", headings=headings, rows=rows)


def _pair(results: Results, labels: Labels, name: str) -> tuple[float, float] | None:
    """TC and BU of a configuration; None where a run is missing."""
    times = [results.median(labels, each, "time_s") for each in (name, POOLING.name, STOCK.name)]
    shares = [results.median(labels, each, "share_percent") for each in (name, POOLING.name, STOCK.name)]
    if None in times or None in shares:
        return None
    time_s, pooling_s, stock_s = (each or 0.0 for each in times)
    share, pooling, stock = ((each or 0.0) / 100 for each in shares)
    tc = time_coefficient(time_s, pooling_s=pooling_s, stock_s=stock_s)
    return tc, backup_usage_coefficient(share, pooling=pooling, stock=stock)


def _median(pairs: list[tuple[float, float]]) -> tuple[float, float] | None:
    return (median(tc for tc, _ in pairs), median(bu for _, bu in pairs)) if pairs else None


def _cell(pair: tuple[float, float] | None) -> str:
    return f"TC {pair[0]:.2f}  BU {pair[1]:.2f}" if pair else "-"
