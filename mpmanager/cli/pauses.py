"""The commands `mpm pause` and `mpm resume`: nothing is enforced for a while."""

from functools import partial

import click

from mpmanager.api.bus import Bus
from mpmanager.api.structures import StatusInfo
from mpmanager.cli import tables
from mpmanager.cli.context import ask, bus_command, json_option, print_json
from mpmanager.cli.policy_values import option_value, read_seconds
from mpmanager.client.manager import ManagerClient

_HELP = {"help_option_names": ["-h", "--help"]}


@click.command(
    short_help="Enforce nothing for a while.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm pause               for ten minutes, such as for a café's login page
  mpm pause --for 90s     as long as you say, an hour at most
  mpm resume              enforce again at once
""",
)
@click.option(
    "--for",
    "seconds",
    type=option_value(read_seconds),
    default="10m",
    show_default=True,
    metavar="TIME",
    help="How long, an hour at most.",
)
@json_option
@bus_command
def pause(*, bus: Bus, seconds: int, as_json: bool) -> None:
    """Hold nobody to trusted paths and watch no wait for a while; then everything is enforced again by itself.

    It ends at its time also when mpmanagerd is stopped or killed, and when this machine starts again. Rules stay what
    they are, and may be changed meanwhile. When paths may be used (mpm path tier), mpm hold, and what programs ask for
    themselves hold all the same, and sockets that were led to a trusted path keep to it.
    """
    status = ask(bus, partial(_pause, seconds=seconds))
    if as_json:
        print_json(status)
        return
    until = tables.paused_until(status)
    click.echo(f"Enforcing is paused until {until}; then it goes on by itself.\nTo go back: mpm resume")


@click.command(
    short_help="End a pause: enforce again.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm resume
""",
)
@json_option
@bus_command
def resume(*, bus: Bus, as_json: bool) -> None:
    """Enforce again what the rules say, before the time of mpm pause is over."""
    status = ask(bus, partial(_pause, seconds=0))
    if as_json:
        print_json(status)
        return
    click.echo("Everything is enforced.")


async def _pause(client: ManagerClient, *, seconds: int) -> StatusInfo:
    await client.pause_enforcing(seconds)
    return await client.status()
