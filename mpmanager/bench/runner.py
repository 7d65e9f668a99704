"""Carrying out measurements: one lab each, the configurations in turns so that drift hits all alike."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil

from mpmanager.bench.configurations import Approach, Configuration, ManagedLaptop, installed
from mpmanager.bench.measurement import Case, Measured, Measurement, Outcome, Results
from mpmanager.bench.stage import ExchangeServer, Stage
from mpmanager.lab import namespaces
from mpmanager.lab.instance import Lab, instances, tear_down
from mpmanager.lab.programs import MessagesServer, running
from mpmanager.lab.topology import LAPTOP, LinkChange, LinkDirection
from mpmanager.lab.units import Duration, Rate, Share
from mpmanager.model.errors import MpmanagerError

_LAB_PREFIX = "bench"
_LAB_S = 2.0
_RUN_S = 0.4
"""What starting and ending programs takes."""
_DAEMON_S = 0.8
_INDEPENDENT: dict[str, int | str] = {
    "net.ipv4.tcp_no_metrics_save": 1,  # no run learns from the one before
    "net.mptcp.blackhole_timeout": 0,  # nor switches Multipath TCP off for the next
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run that is about to begin."""

    measurement: Measurement
    case: Case
    configuration: Configuration
    number: int
    duration_s: float
    """About."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A run that gave nothing."""

    run: Run
    reason: str


def planned(measurement: Measurement, runs: int) -> Iterator[Run]:
    """All runs of a measurement in their order."""
    ordered = [
        Run(
            measurement=measurement,
            case=case,
            configuration=configuration,
            number=number,
            duration_s=case.duration_s + (0 if measurement.is_kept_installed else _overhead_s(configuration)),
        )
        for case in measurement.cases
        for number in range(max([runs, *case.runs.values()]))
        for configuration in case.configurations
        if number < case.runs.get(configuration, runs)
    ]
    if measurement.is_kept_installed:
        order = [*dict.fromkeys(each.configuration for each in ordered)]
        ordered.sort(key=lambda each: order.index(each.configuration))
    yield from ordered


def estimate_s(measurement: Measurement, runs: int) -> float:
    """How long it takes, about."""
    return _LAB_S + sum(each.duration_s for each in planned(measurement, runs))


def _overhead_s(configuration: Configuration) -> float:
    return _RUN_S + (_DAEMON_S if configuration.approach is Approach.OURS else 0.0)


def carry_out(
    measurement: Measurement,
    runs: int,
    *,
    on_run: Callable[[Run], None],
    on_end: Callable[[Run], None],
    undisturbed: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> tuple[Results, list[Failure]]:
    """Make a measurement in a lab of its own; the lab is gone afterwards, whatever happens.

    Args:
        measurement: what to measure.
        runs: of each case with each configuration.
        on_run: called before each run.
        on_end: called after each run.
        undisturbed: a block in which Ctrl-C has to wait.

    Raises:
        LabError: the lab could not be made.
    """
    results, failures = Results(), []
    with _standing(measurement, undisturbed) as lab, _Workshop(measurement, lab) as workshop:
        for run in planned(measurement, runs):
            on_run(run)
            try:
                measured = workshop.perform(run)
            except MpmanagerError as error:
                failures.append(Failure(run=run, reason=str(error)))
            else:
                results.outcomes.append(
                    Outcome(labels=run.case.labels, configuration=run.configuration.name, measured=measured)
                )
            on_end(run)
    return results, failures


@contextmanager
def _standing(measurement: Measurement, undisturbed: Callable[[], AbstractContextManager[None]]) -> Iterator[Lab]:
    name = f"{_LAB_PREFIX}{os.getpid()}"
    with ExitStack() as stack:
        stack.callback(_remove, name, undisturbed)
        with undisturbed():
            for abandoned in _abandoned_labs():
                tear_down(abandoned)
            lab = Lab.up(measurement.topology, name=name)
        for place in (LAPTOP, *measurement.topology.servers):
            namespaces.write_sysctls(lab.namespace(place), _INDEPENDENT)
        stack.enter_context(running(lab, MessagesServer(name="messages-server")))
        stack.enter_context(running(lab, ExchangeServer(name="exchange-server")))
        yield lab


def _remove(name: str, undisturbed: Callable[[], AbstractContextManager[None]]) -> None:
    with undisturbed():
        tear_down(name)


def _abandoned_labs() -> list[str]:
    """The labs of benchmarks that were killed before they could clean up."""
    numbers = {name: name.removeprefix(_LAB_PREFIX) for name in instances() if name.startswith(_LAB_PREFIX)}
    return [name for name, number in numbers.items() if number.isdecimal() and not psutil.pid_exists(int(number))]


class _Workshop:
    """The lab with a configuration in force."""

    def __init__(self, measurement: Measurement, lab: Lab) -> None:
        self._lab = lab
        self._links = {"primary": measurement.primary, "backup": measurement.backup}
        self._is_kept = measurement.is_kept_installed
        self._configuration: Configuration | None = None
        self._daemon: ManagedLaptop | None = None
        self._installed = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._installed.close()

    def perform(self, run: Run) -> Measured:
        """Make one run.

        Raises:
            MpmanagerError: it failed; the next one begins anew.
        """
        _restore_links(self._lab)
        for link, change in run.case.shape.items():
            self._lab.change_link(link, change)
        is_over = not self._is_kept
        try:
            self._install(run.configuration)
            return run.case.measure(Stage(lab=self._lab, **self._links, daemon=self._daemon, run=run.number))
        except MpmanagerError:
            is_over = True
            raise
        finally:
            if is_over:
                self._remove()

    def _install(self, configuration: Configuration) -> None:
        if self._configuration == configuration:
            return
        self._remove()
        scratch = self._installed.enter_context(tempfile.TemporaryDirectory(prefix="mpm-bench-"))
        standing = installed(configuration, self._lab, **self._links, scratch=Path(scratch))
        self._daemon = self._installed.enter_context(standing)
        self._configuration = configuration

    def _remove(self) -> None:
        self._configuration = self._daemon = None
        self._installed.close()


def _restore_links(lab: Lab) -> None:
    """As the topology has them. A queue's size is never changed."""
    for name, spec in lab.topology.links.items():
        for direction in (LinkDirection.UP, LinkDirection.DOWN):
            shaping = spec.shaping(direction)
            change = LinkChange(
                direction=direction,
                rate=None if shaping.rate_bit_s is None else Rate(shaping.rate_bit_s),
                delay=Duration(shaping.delay_s),
                jitter=Duration(shaping.jitter_s),
                loss=Share(shaping.loss),
                marks=Share(shaping.marks),
            )
            lab.change_link(name, change)
