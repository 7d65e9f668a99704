"""The command mpm history: what was carried when, and what a wait budget would have cost."""

from datetime import datetime

import click
from rich.console import Group, RenderableType
from rich.text import Text

from mpmanager.api.bus import Bus
from mpmanager.api.history import HistoryInfo, HistoryQuery, WaitEstimate
from mpmanager.api.structures import Wait
from mpmanager.cli.context import ask, bus_command, console, json_option, print_json
from mpmanager.cli.fitting import Column, FittingTable
from mpmanager.cli.sentences import printable
from mpmanager.client.history import Total, history_csv, totals
from mpmanager.client.quantities import count_of, enumerate_words, format_bytes, format_wait
from mpmanager.model.history import HistoryRange

_HELP = {"help_option_names": ["-h", "--help"]}
_COLUMNS = (
    Column(title="Program"),
    Column(title="Path"),
    *(Column(title=each, is_number=True) for each in ("Down", "Up", "Late, here", "Helped", "Waited", "Allowed")),
)
_DISPENSABLE = ("Allowed", "Waited", "Helped", "Late, here")
_NONE = "-"
_METERED = " *"
NOTHING_KNOWN = (
    "How long its data waited is not known: while it was looked at it sent nothing, or had no second path. "
    "Look again after a while."
)
_LEGEND = Text("* metered", style="dim")


@click.group(
    short_help="What was carried when, and by what.",
    invoke_without_command=True,
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm history                          today, by program and path
  mpm history --week --metered         what went over metered paths this week
  mpm history --month --back 1 --csv   last month, a line for each day, program and path
  mpm history cost --app firefox       what waits would have cost it last week
""",
)
@click.option("--day", "range_", flag_value="day", default=True, help="Today; the default.")
@click.option("--week", "range_", flag_value="week", help="This week, from Monday.")
@click.option("--month", "range_", flag_value="month", help="This month.")
@click.option(
    "--back",
    type=click.IntRange(0, 1200),
    default=0,
    metavar="N",
    help="So many days, weeks or months ago.",
)
@click.option("--app", metavar="TEXT", help="Only programs in whose name or id this occurs.")
@click.option("--path", metavar="NAME", help="Only this path.")
@click.option("--metered", is_flag=True, help="Only what went over paths that were metered.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, a line for each bar, program and path.")
@json_option
@click.pass_context
@bus_command
def history(
    context: click.Context,
    /,
    *,
    bus: Bus,
    range_: str,
    back: int,
    app: str | None,
    path: str | None,
    metered: bool,
    as_csv: bool,
    as_json: bool,
) -> None:
    """Show what programs have moved over Multipath TCP, path by path, and what of that was help for late data.

    What a path carried besides, other protocols and all headers, is its "Other traffic". Days are those of the daemon's
    time zone. Minutes are kept for two days, hours for 60, then days.
    """
    if context.invoked_subcommand is not None:
        return
    if as_csv and as_json:
        raise click.UsageError("--csv and --json: one of them")
    query = HistoryQuery(range=HistoryRange(range_), offset=back, only_metered=metered, app=app, path=path)
    info = ask(bus, lambda client: client.history(query))
    if as_json:
        print_json({"history": info})
    elif as_csv:
        click.echo(history_csv(info), nl=False)
    else:
        console().print(_table(info))


@history.command(
    short_help="What wait budgets would have cost.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm history cost                     of everything you run, in the last week
  mpm history cost --app ssh --weeks 4
""",
)
@click.option("--app", default="", metavar="TEXT", help="Only programs in whose name or id this occurs.")
@click.option("--weeks", type=click.IntRange(1, 520), default=1, show_default=True, metavar="N", help="So many.")
@json_option
@bus_command
def cost(*, bus: Bus, app: str, weeks: int, as_json: bool) -> None:
    """Estimate how much would have gone over a backup, had data been allowed to wait for so long.

    It counts what waited longer, beyond a round trip, until it was acknowledged; what was helped counts for as long as
    help was needed. That is known of what was sent while a second path was there; under "never" of samples only.
    """
    estimate = ask(bus, lambda client: client.estimate_wait(app, weeks))
    if as_json:
        print_json({"cost": estimate})
    else:
        console().print(_cost(estimate))


def _table(info: HistoryInfo) -> RenderableType:
    title = Text(_title(info), style="bold")
    if not info.rows:
        return Group(title, Text(_nothing(info)))
    rows = totals(info.rows)
    table = FittingTable(columns=_COLUMNS, rows=[_cells(each) for each in rows], dispensable=_DISPENSABLE)
    return Group(title, table, *([_LEGEND] if any(each.is_metered for each in rows) else []))


def _title(info: HistoryInfo) -> str:
    first, last = (datetime.fromtimestamp(each).astimezone() for each in (info.edges[0], info.edges[-1] - 1))
    if info.range is HistoryRange.DAY:
        return f"{first:%A, %d %B %Y}"
    return f"{first:%d %B} to {last:%d %B %Y}"


def _nothing(info: HistoryInfo) -> str:
    if info.since is None:
        return "Nothing is recorded yet; a minute after something has been carried it is shown here."
    return "Nothing is recorded of that."


def _cells(total: Total) -> tuple[str, ...]:
    waited = _NONE if total.longest_ms is None else f"{format_wait(total.waited_ms)} (to {total.longest_ms:.0f})"
    return (
        printable(total.name or ""),
        f"{printable(total.path or '')}{_METERED if total.is_metered else ''}",
        format_bytes(total.rx_bytes),
        format_bytes(total.tx_bytes),
        format_bytes(total.helper_bytes) if total.helper_bytes else _NONE,
        str(total.helps) if total.helps else _NONE,
        waited,
        _NONE if total.allowed_ms is None else format_wait(total.allowed_ms),
    )


def _cost(estimate: WaitEstimate) -> RenderableType:
    who = enumerate_words([printable(each) for each in estimate.names]) or "Everything you run"
    period = "week" if estimate.weeks == 1 else count_of(estimate.weeks, "week")
    lines = [
        Text(f"{who}: {format_bytes(estimate.moved_bytes)} in the last {period}, of which {_really(estimate)}."),
    ]
    if not estimate.known_bytes:
        return Group(*lines, Text(NOTHING_KNOWN))
    table = FittingTable(
        columns=(Column(title="Wait"), Column(title="Would have gone over a backup", is_number=True)),
        rows=[
            (_budget(each.wait_ms), f"{'at most ' if each.wait_ms == 0 else ''}{format_bytes(each.bytes)}")
            for each in estimate.costs
        ],
        dispensable=(),
    )
    known = f"An estimate, from {format_bytes(estimate.known_bytes)} of which the wait is known."
    return Group(*lines, table, Text(known, style="dim"))


def _really(estimate: WaitEstimate) -> str:
    if not estimate.helper_bytes:
        return "nothing went over a backup because of late data"
    return f"{format_bytes(estimate.helper_bytes)} went over a backup because of late data ({_times(estimate.helps)})"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _budget(wait_ms: Wait) -> str:
    return "0 (pool everything)" if wait_ms == 0 else format_wait(wait_ms)
