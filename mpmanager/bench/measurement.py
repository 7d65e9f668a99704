"""What a measurement consists of, what comes of it, and how it is judged."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mpmanager.bench.arithmetic import Summary, Verdict, judge, summarise
from mpmanager.bench.configurations import Configuration
from mpmanager.bench.stage import Stage
from mpmanager.lab.topology import LinkChange, Topology

Labels = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much is measured."""

    is_quick: bool
    runs: int
    """Of each case with each configuration."""
    seed: int
    """Of everything that is drawn."""
    samples: int | None = None
    """Of what is drawn from many; None: as many as the measurement likes."""

    def choose(self, quick: Sequence[str], full: Sequence[str]) -> Sequence[str]:
        return quick if self.is_quick else full

    def at_most(self, runs: int, *configurations: Configuration) -> dict[Configuration, int]:
        """So many runs of these, to spare time."""
        return dict.fromkeys(configurations, min(runs, self.runs))

    def seconds(self, quick: float, full: float) -> float:
        return quick if self.is_quick else full


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one run gave."""

    values: Mapping[str, float]
    """By the name of the metric; infinite where something did not happen."""
    series: Sequence[float] = ()
    """For the picture, at even distances."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One row of a table: what is done with every configuration."""

    labels: Labels
    configurations: tuple[Configuration, ...]
    duration_s: float
    """Of one run, about."""
    measure: Callable[[Stage], Measured]
    shape: Mapping[str, LinkChange] = field(default_factory=dict)
    """What differs from the topology, by link."""
    runs: Mapping[Configuration, int] = field(default_factory=dict)
    """Where it is another number than that of the whole benchmark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A kind of figure. More of it is worse."""

    name: str
    title: str
    decimals: int = 0
    is_shown: bool = True
    """In a table of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One run of one case with one configuration."""

    labels: Labels
    configuration: str
    measured: Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A figure beside what it must reach. More of it is worse."""

    text: str
    figure: float | None
    required: float
    aimed: float
    unit: str
    least: float = -math.inf
    """Less of it is wrong."""

    @property
    def verdict(self) -> Verdict:
        return judge(self.figure, required=self.required, aimed=self.aimed, least=self.least)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under headings."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


class Results:
    """All outcomes of one measurement."""

    def __init__(self, outcomes: Iterable[Outcome] = ()) -> None:
        self.outcomes = list(outcomes)

    @property
    def labels(self) -> tuple[Labels, ...]:
        """Of the cases, in their order."""
        return tuple(dict.fromkeys(each.labels for each in self.outcomes))

    @property
    def configurations(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.configuration for each in self.outcomes))

    def of(self, labels: Labels, configuration: str) -> list[Measured]:
        """All runs of a case with a configuration."""
        return [
            each.measured for each in self.outcomes if each.labels == labels and each.configuration == configuration
        ]

    def summary(self, labels: Labels, configuration: str, metric: str) -> Summary | None:
        """Of all runs that have the metric."""
        runs = self.of(labels, configuration)
        return summarise([each.values[metric] for each in runs if metric in each.values])

    def median(self, labels: Labels, configuration: str, metric: str) -> float | None:
        """Of all runs that have the metric."""
        summary = self.summary(labels, configuration, metric)
        return summary.median if summary else None


def no_claims(_: Results) -> Iterator[Claim]:
    """Nothing was promised."""
    return iter(())


def no_tables(_: Results) -> Iterator[Table]:
    """Nothing beside the metrics."""
    return iter(())


def no_spread(_: Results) -> Mapping[str, Sequence[float]]:
    """Nothing whose distribution says more than a table."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """Cases that share one lab."""

    name: str
    title: str
    note: str
    """What has to be known to understand the figures."""
    topology: Topology
    primary: str
    backup: str
    label_titles: tuple[str, ...]
    metrics: tuple[Metric, ...]
    cases: tuple[Case, ...]
    is_kept_installed: bool = False
    """Whether a configuration stays in force for all cases, one configuration after the other, to spare time; else
    it is put in force for each run, in turns with the others."""
    claims: Callable[[Results], Iterator[Claim]] = no_claims
    extra_tables: Callable[[Results], Iterator[Table]] = no_tables
    series_step_s: float | None = None
    """Between the numbers of a series; None: there are none."""
    series_title: str = ""
    spread: Callable[[Results], Mapping[str, Sequence[float]]] = no_spread
    """Ratios whose distribution is drawn, by what they are of."""
