"""The command `mpm capture`: the packets of one connection in a file."""

import asyncio
import os
import sys
from contextlib import aclosing, suppress
from pathlib import Path
from typing import BinaryIO

import click

from mpmanager.api.bus import Bus
from mpmanager.api.structures import SubscribeOptions, Topic
from mpmanager.cli.context import ask, bus_command
from mpmanager.cli.interruption import cancel_once_told
from mpmanager.cli.policy_values import option_value
from mpmanager.client.manager import ManagerClient
from mpmanager.client.quantities import format_bytes
from mpmanager.lab.units import Duration, Size
from mpmanager.model.errors import InvalidValueError, MpmanagerError

_STANDARD_OUTPUT = "-"


class CaptureFileError(MpmanagerError):
    """The file cannot be written."""

    code = "CaptureFile"


@click.command(
    short_help="The packets of one connection in a file.",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""\b
Examples:
  mpm connections --json                                 the tokens of all connections
  mpm capture 0x2833a25d -o call.pcapng                  30 seconds of it
  mpm capture 203.0.113.5:443 -o call.pcapng --for 5min
  mpm capture 0x2833a25d -o - | tcpdump -nr -            on the screen
""",
)
@click.argument("connection")
@click.option("-o", "--output", "file", required=True, metavar="FILE", help="Where to: a pcapng file, or - .")
@click.option(
    "--for",
    "duration_s",
    type=option_value(Duration.parse),
    default="30s",
    show_default=True,
    metavar="TIME",
    help="How long at most; Ctrl-C ends it, too.",
)
@click.option(
    "--max",
    "most_bytes",
    type=option_value(Size.parse),
    default="100MB",
    show_default=True,
    metavar="SIZE",
    help="How much at most.",
)
@bus_command
def capture(*, bus: Bus, connection: str, file: str, duration_s: float, most_bytes: float) -> None:
    """Record the packets of a CONNECTION, named by its token or by one of its ends, and of nothing else.

    With all its subflows, those that come later included; each packet says on which interface it was. Wireshark and
    tcpdump read the file. Other users' connections take an administrator.
    """

    async def record(client: ManagerClient) -> int:
        token = await _token(client, connection)
        with _opened(file) as output:
            return await _record(client, token, output, seconds=round(duration_s), max_bytes=round(most_bytes))

    size = ask(bus, record)
    click.echo(f"{format_bytes(size)} in {file}", err=True)


async def _record(client: ManagerClient, token: str, output: BinaryIO, *, seconds: int, max_bytes: int) -> int:
    """Returns how many bytes were written; ended by Ctrl-C the file is whole, too."""
    size = 0
    cancel_once_told()
    with suppress(asyncio.CancelledError):
        async with aclosing(client.capture(token, seconds=seconds, max_bytes=max_bytes)) as parts:
            async for part in parts:
                output.write(part)
                output.flush()  # who reads it while it grows sees the present
                size += len(part)
    return size


async def _token(client: ManagerClient, name: str) -> str:
    frame = await client.snapshot(SubscribeOptions(topics=[Topic.CONNECTIONS]))
    found = [row.token for row in frame.connections if name in {row.token, row.remote, row.local}]
    if len(found) > 1:
        raise InvalidValueError(f"{name!r} are several connections: {', '.join(found)}")
    if not found:
        raise InvalidValueError(f"there is no connection {name!r} now; `mpm connections` lists them")
    return found[0]


def _opened(file: str) -> BinaryIO:
    if file == _STANDARD_OUTPUT:
        return os.fdopen(sys.stdout.fileno(), "wb", closefd=False)
    try:
        return Path(file).open("wb")
    except OSError as error:
        raise CaptureFileError(f"cannot write {file}: {error.strerror}") from error
