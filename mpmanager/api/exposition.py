"""Figures for monitoring systems, and Prometheus' text format of them (version 0.0.4)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum, unique

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Of the text, as HTTP calls it."""


@unique
class MetricKind(StrEnum):
    """What can be done with a figure."""

    COUNTER = "counter"
    """Only grows, but for a restart."""
    GAUGE = "gauge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One figure."""

    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """Figures of one name."""

    name: str
    """With its unit, and `_total` where it is a counter."""
    kind: MetricKind
    meaning: str
    """One sentence for people."""
    samples: tuple[Sample, ...]


def exposition(metrics: Iterable[Metric]) -> str:
    """The text; a metric without any sample is left out."""
    return "".join(f"{line}\n" for each in metrics if each.samples for line in _lines(each))


def _lines(metric: Metric) -> Iterator[str]:
    yield f"# HELP {metric.name} {_escaped(metric.meaning)}"
    yield f"# TYPE {metric.name} {metric.kind.value}"
    for sample in metric.samples:
        yield f"{metric.name}{_labels(sample.labels)} {_number(sample.value)}"


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    pairs = (f'{name}="{_quoted(value)}"' for name, value in labels.items())
    return f"{{{','.join(pairs)}}}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _quoted(text: str) -> str:
    return _escaped(text).replace('"', '\\"')


def _number(value: float) -> str:
    """Whole numbers as such: counters of bytes are exact beyond what a reader of %g would get."""
    return str(int(value)) if value == int(value) else repr(float(value))
