"""`mpm bench`: what the product does, measured beside the stock kernel on this machine."""

import csv
import math
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table as ShownTable

from mpmanager.bench.arithmetic import Verdict
from mpmanager.bench.catalogue import BACKUP, TRUST, Catalogue, measurements
from mpmanager.bench.measurement import Claim, Effort, Measurement, Results
from mpmanager.bench.runner import Failure, Run, carry_out, estimate_s
from mpmanager.bench.tables import RECORD_HEADINGS, claim_row, records, tables
from mpmanager.cli import interruption
from mpmanager.cli.bar import bar
from mpmanager.cli.context import FAILED, INTERRUPTED, console, print_json
from mpmanager.cli.soak import soak_command
from mpmanager.lab.rights import missing_rights
from mpmanager.model.errors import MpmanagerError

_RUNS, _QUICK_RUNS = 3, 1
_STYLES = {
    Verdict.AIM_REACHED: "green",
    Verdict.HELD: "green",
    Verdict.MISSED: "red",
    Verdict.NOT_MEASURED: "yellow",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A measurement that has been made."""

    measurement: Measurement
    results: Results
    failures: Sequence[Failure]

    @property
    def claims(self) -> list[Claim]:
        return list(self.measurement.claims(self.results))


@click.group(short_help="Measure it beside the stock kernel.")
def bench() -> None:
    """Measure what mpmanager does, beside the stock kernel, in a lab of network namespaces. Needs root."""


def _measuring(catalogue: Catalogue) -> Callable[[click.decorators.FC], click.decorators.FC]:
    """The options that every benchmark has."""
    options = (
        click.option(
            "--only", multiple=True, metavar="NAME", type=click.Choice(list(catalogue)), help="Repeatable; see --list."
        ),
        click.option("--list", "wants_list", is_flag=True, help="List the measurements and how long they take."),
        click.option("--seed", type=int, default=1, show_default=True, help="Of everything that is drawn."),
        click.option(
            "--output",
            type=click.Path(file_okay=False, path_type=Path),
            default=Path("build/bench"),
            show_default=True,
            help="Where figures (CSV) and pictures (PNG) go; those of earlier runs are replaced.",
        ),
        click.option("--json", "as_json", is_flag=True, help="Print JSON; what happens goes to standard error."),
    )

    def decorate(command: click.decorators.FC) -> click.decorators.FC:
        for each in reversed(options):
            command = each(command)
        return command

    return decorate


@bench.command(
    short_help="What late data costs.",
    epilog="""\b
Examples:
  mpm bench backup --quick                  everything once, within five minutes
  mpm bench backup --only black-hole --runs 5
""",
)
@click.option("--quick", is_flag=True, help="Fewer and shorter runs: within five minutes.")
@click.option(
    "--runs", type=click.IntRange(1, 1000), help=f"Of each case. [default: {_RUNS}; with --quick {_QUICK_RUNS}]"
)
@_measuring(BACKUP)
def backup(
    *, quick: bool, only: tuple[str, ...], wants_list: bool, runs: int | None, seed: int, output: Path, as_json: bool
) -> None:
    """Measure active backup: mpmanager, the stock kernel's backup, and pooling, in turns in the same lab.

    Each table has medians and, of several runs, the [worst]. Exit code 0 when every figure that must be reached was
    reached, 1 when not.
    """
    effort = Effort(is_quick=quick, runs=runs or (_QUICK_RUNS if quick else _RUNS), seed=seed)
    _make(measurements(BACKUP, only, effort), effort, output, wants_list=wants_list, as_json=as_json)


@bench.command(
    short_help="What trust costs.",
    epilog="""\b
Examples:
  mpm bench trust                           within ten minutes
  mpm bench trust --only page-load --samples 9 --seed 2
""",
)
@click.option("--quick", is_flag=True, help="Fewer and shorter runs: within two minutes.")
@click.option("--samples", type=click.IntRange(1, 1000), help="Of pages and links. [default: 36; with --quick 9]")
@_measuring(TRUST)
def trust(
    *, quick: bool, only: tuple[str, ...], wants_list: bool, samples: int | None, seed: int, output: Path, as_json: bool
) -> None:
    """Measure what it costs to keep to trusted paths: pages, connecting, and throughput, with and without, in turns.

    Exit code 0 when every figure that must be reached was reached, 1 when not.
    """
    effort = Effort(is_quick=quick, runs=1, seed=seed, samples=samples)
    _make(measurements(TRUST, only, effort), effort, output, wants_list=wants_list, as_json=as_json)


bench.add_command(soak_command)


def _make(chosen: Sequence[Measurement], effort: Effort, output: Path, *, wants_list: bool, as_json: bool) -> None:
    if wants_list:
        _list(chosen, effort)
        return
    try:
        findings = _measure(chosen, effort, output, shown=console(stderr=as_json))
    except MpmanagerError as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        click.echo("Interrupted; everything that was started is removed.", err=True)
        sys.exit(INTERRUPTED)
    if as_json:
        print_json([_document(each) for each in findings])
    if not _is_success(findings):
        sys.exit(FAILED)


def _list(chosen: Iterable[Measurement], effort: Effort) -> None:
    for each in chosen:
        click.echo(f"{each.name:<20} {_minutes(estimate_s(each, effort.runs)):>8}  {each.title}")


def _minutes(time_s: float) -> str:
    return f"{time_s:.0f} s" if time_s < 100 else f"{time_s / 60:.0f} min"  # noqa: PLR2004  # as people say it


def _measure(chosen: Sequence[Measurement], effort: Effort, output: Path, *, shown: Console) -> list[Finding]:
    if missing := missing_rights():
        raise click.ClickException(f"this machine refuses a lab; missing: {'; '.join(missing)}")
    output.mkdir(parents=True, exist_ok=True)
    total_s = sum(estimate_s(each, effort.runs) for each in chosen)
    counts = f"{len(chosen)} measurement{'s' if len(chosen) != 1 else ''}, seed {effort.seed}"
    shown.print(f"{counts}, runs of each case: {effort.runs}; about {_minutes(total_s)}")
    findings = []
    interruption.end_once_told()
    with bar(BarColumn(), TimeElapsedColumn(), TimeRemainingColumn()) as progress:
        task = progress.add_task("starting", total=total_s)
        for measurement in chosen:
            finding = _carry_out(measurement, effort, progress, task)
            findings.append(finding)
            _save(finding, output)
            progress.stop()  # tables and the bar do not mix on a terminal
            _show(finding, shown)
            progress.start()
    _show_verdicts(findings, shown)
    shown.print(_saved(output))
    return findings


def _carry_out(measurement: Measurement, effort: Effort, progress: Progress, task: TaskID) -> Finding:
    def begin(run: Run) -> None:
        words = " ".join((measurement.name, *run.case.labels, run.configuration.name))
        progress.update(task, description=escape(words))

    def end(run: Run) -> None:
        progress.advance(task, run.duration_s)

    results, failures = carry_out(
        measurement, effort.runs, on_run=begin, on_end=end, undisturbed=interruption.held_back
    )
    return Finding(measurement=measurement, results=results, failures=failures)


def _save(finding: Finding, output: Path) -> None:
    measurement, results = finding.measurement, finding.results
    with (output / f"{measurement.name}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(RECORD_HEADINGS)
        writer.writerows(records(measurement, results))
    if results.outcomes and _can_draw():
        from mpmanager.bench.plots import draw  # noqa: PLC0415  # matplotlib is an extra, and slow to load

        draw(measurement, results, output)


def _can_draw() -> bool:
    return find_spec("matplotlib") is not None


def _saved(output: Path) -> str:
    if _can_draw():
        return f"Figures and pictures are in {output}."
    return f"Figures are in {output}; for pictures install matplotlib (the extra `bench`)."


def _show(finding: Finding, shown: Console) -> None:
    measurement = finding.measurement
    shown.print(f"\n[bold]{escape(measurement.title)}[/]")
    shown.print(escape(measurement.note), style="dim")
    for each in tables(measurement, finding.results):
        table = ShownTable(*(escape(heading) for heading in each.headings), box=None, header_style="bold")
        for row in each.rows:
            table.add_row(*(escape(text) for text in row))
        shown.print(f"\n{escape(each.title)}", style="italic")
        shown.print(table)
    for failure in finding.failures:
        words = " ".join((*failure.run.case.labels, failure.run.configuration.name))
        shown.print(f"[red]failed[/]: {escape(words)}: {escape(failure.reason)}")


def _show_verdicts(findings: Sequence[Finding], shown: Console) -> None:
    table = ShownTable("", "mpmanager", "must", "aim", "verdict", box=None, header_style="bold")
    for finding in findings:
        for claim in finding.claims:
            *words, verdict = claim_row(claim)
            table.add_row(*(escape(each) for each in words), f"[{_STYLES[claim.verdict]}]{verdict}[/]")
    if table.row_count:
        shown.print("\n[bold]What it must reach[/] (medians)")
        shown.print(table)


def _is_success(findings: Sequence[Finding]) -> bool:
    verdicts = {claim.verdict for finding in findings for claim in finding.claims}
    return verdicts <= {Verdict.HELD, Verdict.AIM_REACHED} and not any(each.failures for each in findings)


def _document(finding: Finding) -> dict[str, object]:
    """For programs."""
    measurement, results = finding.measurement, finding.results
    return {
        "name": measurement.name,
        "title": measurement.title,
        "note": measurement.note,
        "runs": [dict(zip(RECORD_HEADINGS, each, strict=True)) for each in records(measurement, results)],
        "tables": [
            {"title": each.title, "headings": list(each.headings), "rows": [list(row) for row in each.rows]}
            for each in tables(measurement, results)
        ],
        "claims": [_claim_document(each) for each in finding.claims],
        "failures": [
            {
                "case": " ".join(each.run.case.labels),
                "configuration": each.run.configuration.name,
                "reason": each.reason,
            }
            for each in finding.failures
        ],
    }


def _claim_document(claim: Claim) -> dict[str, object]:
    return {
        "text": claim.text,
        "figure": claim.figure,
        "required": claim.required,
        "aimed": claim.aimed,
        "least": claim.least if math.isfinite(claim.least) else None,
        "unit": claim.unit,
        "verdict": claim.verdict.value,
    }
