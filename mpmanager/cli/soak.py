"""`mpm bench soak`: does the daemon leave anything behind, and does it account every byte?"""

import csv
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from mpmanager.bench.soak import Progress, Soaked, soak
from mpmanager.bench.soak_checks import Check, checks
from mpmanager.bench.vitals import HEADINGS, as_row
from mpmanager.cli import interruption
from mpmanager.cli.bar import bar
from mpmanager.cli.context import FAILED, INTERRUPTED, console, print_json
from mpmanager.lab.rights import missing_rights
from mpmanager.model.errors import MpmanagerError

_VERDICTS = {True: "[green]PASS[/]", False: "[red]FAIL[/]", None: "[yellow]not told[/]"}
_MB = 1e6


@click.command(
    "soak",
    short_help="Does it leak, and are accounts exact?",
    epilog="""\b
Examples:
  mpm bench soak                            for half an hour
  mpm bench soak --minutes 3 --json
""",
)
@click.option(
    "--minutes", type=click.FloatRange(0.1, 10_000), default=30.0, show_default=True, help="Of churn; two more at most."
)
@click.option("--seed", type=int, default=1, show_default=True, help="Of everything that is drawn.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("build/bench"),
    show_default=True,
    help="Where the samples (soak.csv) and the daemon's log (soak.log) go.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON; what happens goes to standard error.")
def soak_command(*, minutes: float, seed: int, output: Path, as_json: bool) -> None:
    """Soak the daemon: in a lab with three paths, seven applications open and close connections all the time, paths
    fail and come back, rules change. Its memory, descriptors and what it has put into the kernel are looked at every
    three seconds; in the end all its accounts are compared with what both ends of every connection counted themselves.

    Exit code 0 when all lines say PASS, 1 when one says FAIL. Ctrl-C ends it properly, prints what was seen so far, and
    gives 130.
    """
    if missing := missing_rights():
        raise click.ClickException(f"this machine refuses a lab; missing: {'; '.join(missing)}")
    output.mkdir(parents=True, exist_ok=True)
    try:
        soaked = _soak(minutes * 60, seed, output / "soak.log")
    except MpmanagerError as error:
        raise click.ClickException(str(error)) from error
    found = checks(soaked)
    _save(soaked, output / "soak.csv")
    _show(soaked, found, console(stderr=as_json))
    if as_json:
        print_json(_document(soaked, found))
    if soaked.was_interrupted:
        click.echo("Interrupted; everything that was started is removed.", err=True)
        sys.exit(INTERRUPTED)
    if any(each.is_held is False for each in found):
        sys.exit(FAILED)


def _soak(duration_s: float, seed: int, log: Path) -> Soaked:
    over = interruption.noted_once_told()
    with bar(BarColumn(), TimeElapsedColumn(), TimeRemainingColumn()) as progress:
        task = progress.add_task("starting", total=duration_s)

        def show(so_far: Progress) -> None:
            progress.update(task, completed=so_far.at_s, description=_words(so_far))

        return soak(
            duration_s,
            seed=seed,
            over=over,
            on_sample=show,
            undisturbed=interruption.held_back,
            keep_log=log,
        )


def _words(so_far: Progress) -> str:
    last = so_far.last
    memory = f"{last.uss_bytes / _MB:.1f} MB"
    return f"{so_far.connections} connections, {memory}, {last.descriptors} descriptors, {last.threads} threads"


def _save(soaked: Soaked, file: Path) -> None:
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, HEADINGS)
        writer.writeheader()
        writer.writerows(as_row(each) for each in (*soaked.at_rest[:1], *soaked.samples, *soaked.at_rest[1:]))


def _show(soaked: Soaked, found: Sequence[Check], shown: Console) -> None:
    cpu_s = soaked.samples[-1].cpu_s - soaked.samples[0].cpu_s if soaked.samples else 0.0
    span_s = soaked.samples[-1].at_s - soaked.samples[0].at_s if soaked.samples else 0.0
    share = cpu_s / span_s if span_s else 0.0
    shown.print(
        f"{soaked.duration_s / 60:.1f} minutes: {len(soaked.books.accounts)} connections, {soaked.faults} faults, "
        f"{soaked.rule_changes} changes of rules; the daemon took {share:.1%} of a processor\n"
    )
    table = Table("", "found", "bound", "verdict", box=None, header_style="bold")
    for each in found:
        table.add_row(*(escape(text) for text in (each.text, each.figure, each.bound)), _VERDICTS[each.is_held])
    shown.print(table)
    for each in found:
        for detail in each.details:
            shown.print(f"{escape(each.text)}: {escape(detail)}", style="red")


def _document(soaked: Soaked, found: Sequence[Check]) -> dict[str, object]:
    """For programs."""
    return {
        "duration_s": soaked.duration_s,
        "connections": len(soaked.books.accounts),
        "faults": soaked.faults,
        "rule_changes": soaked.rule_changes,
        "interrupted": soaked.was_interrupted,
        "checks": [
            {
                "text": each.text,
                "figure": each.figure,
                "bound": each.bound,
                "held": each.is_held,
                "details": list(each.details),
            }
            for each in found
        ],
        "at_rest": [as_row(each) for each in soaked.at_rest],
        "samples": [as_row(each) for each in soaked.samples],
    }
