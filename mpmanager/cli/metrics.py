"""The command `mpm metrics`."""

import click

from mpmanager.api.bus import Bus
from mpmanager.cli.context import ask, bus_command


@click.command(
    short_help="How it goes, for monitoring systems.",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""\b
Examples:
  mpm metrics                       figures in the text format of Prometheus
  mpm metrics | grep path_up        some of them
""",
)
@bus_command
def metrics(*, bus: Bus) -> None:
    """Print once what `mpmanagerd --metrics` gives to monitoring systems: sums over paths and rules, and how the daemon
    itself is. Root gets those of all users, everybody else those of the machine and their own.
    """
    click.echo(ask(bus, lambda client: client.metrics()), nl=False)
