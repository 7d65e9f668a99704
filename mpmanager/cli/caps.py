"""The commands about what paths may carry, what they cost, and whether they answer."""

from collections.abc import Awaitable, Callable, Iterable

import click

from mpmanager.api.bus import Bus
from mpmanager.api.structures import CapInfo, PathInfo
from mpmanager.cli import cap_words
from mpmanager.cli.context import ask, bus_command, json_option, print_json
from mpmanager.cli.policy_values import option_value, read_amount
from mpmanager.client.manager import ManagerClient
from mpmanager.model.caps import FIRST_RESET_DAY, LAST_RESET_DAY, CapAction

_HELP = {"help_option_names": ["-h", "--help"]}


@click.command(
    short_help="How much a path may carry.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm path cap wwan0                                what it has carried, and its cap
  mpm path cap wwan0 --month 5GB --reset-day 15     5 GB from the 15th to the 15th, then nothing new
  mpm path cap wwan0 --day 200MB --then standby     then only when nothing else is left
  mpm path cap wwan0 --none                         as much as it can
""",
)
@click.argument("name")
@click.option("--month", type=option_value(read_amount), metavar="SIZE", help="In a billing month, such as 5GB.")
@click.option(
    "--reset-day",
    type=click.IntRange(FIRST_RESET_DAY, LAST_RESET_DAY),
    metavar="DAY",
    help="On which the billing month begins; where a month has no such day, on its last one. 1 if not said.",
)
@click.option("--day", type=option_value(read_amount), metavar="SIZE", help="In a day, such as 200MB.")
@click.option(
    "--then",
    type=click.Choice([each.value for each in CapAction]),
    help="What then: stop (nothing new begins there; the default) or standby (used when nothing else is left).",
)
@click.option("--none", "is_none", is_flag=True, help="No cap any more.")
@json_option
@bus_command
def cap(
    *,
    bus: Bus,
    name: str,
    month: int | None,
    reset_day: int | None,
    day: int | None,
    then: str | None,
    is_none: bool,
    as_json: bool,
) -> None:
    """Show or say how much the path NAME may carry, both directions together. Kept over restarts.

    What you do not name stays as it was said. The daemon counts always; it warns at 75 % and 95 %, which mpm events
    tells.
    """
    said = (month, reset_day, day, then)
    if is_none and any(each is not None for each in said):
        raise click.UsageError("--none takes the cap away: nothing else can be said with it")
    if not is_none and all(each is None for each in said):
        _show(ask(bus, lambda client: client.path(name)), as_json=as_json)
        return

    async def change(client: ManagerClient, before: PathInfo) -> None:
        await client.set_path_cap(name, CapInfo() if is_none else _combined(before, month, reset_day, day, then))

    before, after = ask(bus, lambda client: _changed(client, name, change))
    _tell(after, cap_words.cap_changed(before, after), as_json=as_json)


def _combined(before: PathInfo, month: int | None, reset_day: int | None, day: int | None, then: str | None) -> CapInfo:
    """What was said before, and what is said now."""
    known = before.cap or CapInfo()
    combined = CapInfo(
        month_bytes=known.month_bytes if month is None else month,
        reset_day=known.reset_day if reset_day is None else reset_day,
        day_bytes=known.day_bytes if day is None else day,
        then=known.then if then is None else CapAction(then),
    )
    if combined.cap() is None:
        raise click.UsageError(f"{before.name} has no cap yet: say --month or --day first")
    return combined


@click.command(
    short_help="Let a path carry more, today only.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm path allow wwan0 100MB    so much more than its cap says, until midnight
  mpm path allow wwan0 0B       take back what was allowed today
""",
)
@click.argument("name")
@click.argument("size", type=option_value(read_amount))
@json_option
@bus_command
def allow(*, bus: Bus, name: str, size: int, as_json: bool) -> None:
    """Let the path NAME carry SIZE more than its cap says, counted from now, until the day ends."""

    async def change(client: ManagerClient, _before: PathInfo) -> None:
        await client.allow_more(name, size)

    _before, after = ask(bus, lambda client: _changed(client, name, change))
    _tell(after, cap_words.allowed(after, size), as_json=as_json)


@click.command(
    short_help="Whether what a path carries costs.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm path metered wlan0 yes     a Wi-Fi that costs, such as a telephone's
  mpm path metered wwan0 auto    back to what is known of it
""",
)
@click.argument("name")
@click.argument("answer", type=click.Choice(["yes", "no", "auto"]), metavar="yes|no|auto")
@json_option
@bus_command
def metered(*, bus: Bus, name: str, answer: str, as_json: bool) -> None:
    """Say whether what the path NAME carries costs something. Kept over restarts.

    Rules speak of metered paths, and an automatic wait spends little on them. auto: what NetworkManager says, else LTE,
    tethering and Bluetooth are metered.
    """

    async def change(client: ManagerClient, _before: PathInfo) -> None:
        await client.set_path_metered(name, answer)

    before, after = ask(bus, lambda client: _changed(client, name, change))
    _tell(after, cap_words.metered_changed(before, after), as_json=as_json)


@click.command(
    short_help="Whether a path's gateway answers now.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm path probe wlan0           five questions, two seconds at most
  mpm path probe wlan0 --json
""",
)
@click.argument("name")
@json_option
@bus_command
def probe(*, bus: Bus, name: str, as_json: bool) -> None:
    """Ask the gateway of the path NAME five times, and show round-trip times and loss."""
    result = ask(bus, lambda client: client.probe_path(name))
    if as_json:
        print_json(result)
    else:
        click.echo(cap_words.probed(result))


async def _changed(
    client: ManagerClient, name: str, change: Callable[[ManagerClient, PathInfo], Awaitable[None]]
) -> tuple[PathInfo, PathInfo]:
    before = await client.path(name)
    await change(client, before)
    return before, await client.path(name)


def _show(row: PathInfo, *, as_json: bool) -> None:
    _tell(row, cap_words.cap_shown(row), as_json=as_json)


def _tell(row: PathInfo, lines: Iterable[str], *, as_json: bool) -> None:
    if as_json:
        print_json({"paths": [row]})
        return
    for line in lines:
        click.echo(line)
