"""Results as tables of text and as records for programs."""

import math
from collections.abc import Iterator

from mpmanager.bench.arithmetic import Summary
from mpmanager.bench.measurement import Claim, Measurement, Metric, Results, Table

_ABSENT = "-"
_NEVER = "never"
RECORD_HEADINGS = ("measurement", "case", "configuration", "metric", "run", "value")

Record = tuple[str, str, str, str, int, float]


def tables(measurement: Measurement, results: Results) -> Iterator[Table]:
    """One for each metric, ours next to the others, and what the measurement derives from them."""
    for metric in measurement.metrics:
        if metric.is_shown:
            yield _metric_table(measurement, results, metric)
    yield from measurement.extra_tables(results)


def _metric_table(measurement: Measurement, results: Results, metric: Metric) -> Table:
    names = [
        name
        for name in results.configurations
        if any(results.summary(labels, name, metric.name) for labels in results.labels)
    ]
    rows = [
        (*labels, *(cell(results.summary(labels, name, metric.name), metric.decimals) for name in names))
        for labels in results.labels
    ]
    return Table(title=metric.title, headings=(*measurement.label_titles, *names), rows=rows)


def cell(summary: Summary | None, decimals: int) -> str:
    """Median and, of several runs, the worst."""
    if summary is None:
        return _ABSENT
    median = number(summary.median, decimals)
    return median if summary.count == 1 else f"{median} [{number(summary.worst, decimals)}]"


def number(value: float, decimals: int) -> str:
    """With so many decimals."""
    return _NEVER if math.isinf(value) else f"{value:.{decimals}f}"


def claim_row(claim: Claim) -> tuple[str, str, str, str, str]:
    """What was promised, the figure, what it must reach, what is aimed at, and the verdict."""
    figure = _ABSENT if claim.figure is None else _with_unit(claim.figure, claim.unit)
    aimed = f"≤ {_with_unit(claim.aimed, claim.unit)}"
    required = f"≤ {_with_unit(claim.required, claim.unit)}"
    if math.isfinite(claim.least):
        required = f"{claim.least:.3g} to {_with_unit(claim.required, claim.unit)}"
    return claim.text, figure, required, aimed, claim.verdict.value


def _with_unit(value: float, unit: str) -> str:
    return f"{_NEVER if math.isinf(value) else format(value, '.3g')} {unit}".rstrip()


def records(measurement: Measurement, results: Results) -> Iterator[Record]:
    """Every figure of every run, for CSV; the headings are `RECORD_HEADINGS`."""
    for labels in results.labels:
        for name in results.configurations:
            for run, measured in enumerate(results.of(labels, name)):
                for metric, value in measured.values.items():
                    yield measurement.name, " ".join(labels), name, metric, run, value
