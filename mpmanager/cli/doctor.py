"""The command `mpm doctor`: what is not as it should be, and what mends it."""

import asyncio
import sys
from collections.abc import Iterator

import click
from rich.console import Group, RenderableType
from rich.progress import SpinnerColumn, TimeElapsedColumn
from rich.text import Text

from mpmanager.api.bus import Bus
from mpmanager.api.structures import DiagnosisInfo, FindingInfo, PathInfo, ProbeInfo, ProbeOptions, StatusInfo
from mpmanager.cli.bar import bar
from mpmanager.cli.context import FAILED, bus_command, console, json_option, print_json
from mpmanager.cli.fitting import Cell, Column, FittingTable
from mpmanager.cli.sentences import printable
from mpmanager.client.destinations import address_of, server_of
from mpmanager.client.diagnosis_report import redaction_for, report_text
from mpmanager.client.manager import ManagerClient, connected
from mpmanager.client.quantities import count_of, format_rtt
from mpmanager.model.diagnosis import STEP_WORDS, ProbeOutcome, Severity

_HELP = {"help_option_names": ["-h", "--help"]}
_STYLES = {Severity.PROBLEM: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}
_OUTCOME_STYLES = {ProbeOutcome.OK: "green", ProbeOutcome.NOT_ASKED: "dim", ProbeOutcome.NOT_SEEN: "dim"}
_WRONG = frozenset({Severity.PROBLEM, Severity.WARNING})
_COLUMNS = tuple(Column(title=each) for each in ("Path", "Asked", "Whom", "Outcome"))
_HOP_COLUMNS = (
    Column(title="Path"),
    Column(title="Hop", is_number=True),
    Column(title="Router"),
    Column(title="Time", is_number=True),
)


@click.command(
    short_help="What is wrong, and what mends it.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm doctor                                        the paths' own routes, gateways and name servers
  mpm doctor --server example.org:443               which of Multipath TCP gets through, path by path
  mpm doctor --path wlan0 --trace 198.51.100.7      which routers lead there
  mpm doctor --report > report.txt                  to hand on: without names and addresses

\b
Exit codes, besides those in mpm --help:
  0    nothing is wrong
  1    something is: a problem or a warning was found
""",
)
@click.option("--path", metavar="NAME", help="Only this path; without it, all that may be used.")
@click.option("--server", metavar="HOST:PORT", help="A server of your choice: TCP, and each step of Multipath TCP.")
@click.option("--trace", metavar="HOST", help="Find the routers that lead there, over each path.")
@click.option(
    "--portal",
    metavar="URL",
    envvar="MPMANAGER_PORTAL_URL",
    show_envvar=True,
    help="http:// URL that is answered with status 204; anything else is a captive portal's.",
)
@click.option("--portal-text", metavar="TEXT", help="The answer begins with TEXT instead.")
@click.option("--report", is_flag=True, help="Print it as text to hand on; names and addresses are replaced.")
@json_option
@bus_command
def doctor(
    *,
    bus: Bus,
    path: str | None,
    server: str | None,
    trace: str | None,
    portal: str | None,
    portal_text: str | None,
    report: bool,
    as_json: bool,
) -> None:
    """Examine the paths and what uses them, and name what is wrong: what was measured, what it means, what mends it.

    Each path asks its own gateway and its own name server, and nobody else: servers, portals and destinations are
    asked when you name them, and only then.
    """
    if report and as_json:
        raise click.UsageError("--report is text: name one of --report and --json")
    options = ProbeOptions(path=path, portal_url=portal or "", portal_text=portal_text or "")
    diagnosis, status, paths = asyncio.run(_examine(bus, options, server, trace))
    if as_json:
        print_json({"diagnosis": diagnosis})
    elif report:
        click.echo(report_text(diagnosis, status, paths, redaction_for(paths)), nl=False)
    else:
        console().print(shown(diagnosis))
    if any(each.severity in _WRONG for each in diagnosis.findings):
        sys.exit(FAILED)


async def _examine(
    bus: Bus, options: ProbeOptions, server: str | None, trace: str | None
) -> tuple[DiagnosisInfo, StatusInfo, list[PathInfo]]:
    async with connected(bus) as client:
        with bar(SpinnerColumn(), TimeElapsedColumn()) as progress:
            progress.add_task("Asking over every path" if options.path is None else f"Asking over {options.path}")
            options.server = await server_of(server) if server else ""
            options.trace = await address_of(trace) if trace else ""
            return await _ask(client, options)


async def _ask(client: ManagerClient, options: ProbeOptions) -> tuple[DiagnosisInfo, StatusInfo, list[PathInfo]]:
    diagnosis = await client.diagnose(options)
    return diagnosis, await client.status(), await client.paths()


def shown(diagnosis: DiagnosisInfo) -> RenderableType:
    """Each finding, then what each path answered, then the routers, at the end what it comes to."""
    parts: list[RenderableType] = []
    for finding in diagnosis.findings:
        parts += [*_finding(finding), ""]
    parts.append(
        FittingTable(columns=_COLUMNS, rows=[_cells(each) for each in diagnosis.probes], dispensable=("Whom",))
    )
    if diagnosis.hops:
        rows = [
            (each.path, str(each.distance), each.address or "*", format_rtt(each.took_ms)) for each in diagnosis.hops
        ]
        parts += ["", FittingTable(columns=_HOP_COLUMNS, rows=rows, dispensable=())]
    return Group(*parts, "", _summary(diagnosis))


def _not_asked(diagnosis: DiagnosisInfo) -> Iterator[Text]:
    """What was left out, and why, once for all paths and steps of which the same is to say."""
    left_out = [each for each in diagnosis.probes if each.outcome is ProbeOutcome.NOT_ASKED]
    for why in dict.fromkeys(each.detail for each in left_out):
        found = [each for each in left_out if each.detail == why]
        steps = ", ".join(dict.fromkeys(STEP_WORDS[each.step] for each in found))
        paths = ", ".join(dict.fromkeys(each.path for each in found))
        yield Text(f"Not asked: {steps} ({printable(why)}; {paths})", style="dim")


def _finding(finding: FindingInfo) -> Iterator[RenderableType]:
    style = _STYLES[finding.severity]
    yield Text.assemble((f"{finding.severity.value}: ", style), (finding.title, "bold"))
    yield Text(f"  Measured: {printable(finding.measured)}")
    yield Text(f"  Means:    {finding.meaning}")
    yield Text(f"  Fix:      {finding.fix}")
    if finding.command:
        yield Text(f"              {printable(finding.command)}", style="cyan")


def _cells(probe: ProbeInfo) -> tuple[Cell, ...]:
    took = f", {format_rtt(probe.took_ms)}" if probe.took_ms is not None else ""
    detail = f": {printable(probe.detail)}" if probe.detail else ""
    outcome = f"{probe.outcome.value.replace('-', ' ')}{detail}{took}"
    style = _OUTCOME_STYLES.get(probe.outcome, "red")
    return probe.path, STEP_WORDS[probe.step], printable(probe.target) or "-", Text(outcome, style=style)


def _summary(diagnosis: DiagnosisInfo) -> Text:
    wrong = [each for each in diagnosis.findings if each.severity in _WRONG]
    took = f" ({diagnosis.took_s:.1f} s)"
    if not wrong:
        return Text.assemble(("Nothing is wrong", "green"), took)
    return Text.assemble((f"{count_of(len(wrong), 'finding')} to look at", "yellow"), took)
