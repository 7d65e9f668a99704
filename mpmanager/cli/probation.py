"""The option with which a change is taken back by itself unless it is confirmed."""

import os
import time
from functools import wraps
from typing import Any

import click

from mpmanager.api.bus import Bus
from mpmanager.api.structures import ChangeInfo
from mpmanager.cli.context import PROBATION, Command, ask
from mpmanager.cli.policy_values import option_value
from mpmanager.client.manager import ManagerClient
from mpmanager.lab.units import Duration

_LOOKED_AT = 5
"""Changes; others may have made some meanwhile."""


def _read_probation(text: str) -> int:
    """`60s`, in whole seconds."""
    return round(Duration.parse(text))


def confirm_option(function: Command) -> Command:
    """Give a command --confirm-within; it says afterwards how what it has changed is confirmed."""

    @wraps(function)
    def run(*, confirm_s: int | None, bus: Bus, as_json: bool, **others: Any) -> None:  # noqa: ANN401  # click's
        if confirm_s is None:
            function(bus=bus, as_json=as_json, **others)
            return
        began = time.time()
        click.get_current_context().meta[PROBATION] = confirm_s
        function(bus=bus, as_json=as_json, **others)
        del click.get_current_context().meta[PROBATION]
        pending = ask(bus, lambda client: _pending(client, began))
        click.echo(_told(pending, confirm_s), err=as_json)

    return click.option(
        "--confirm-within",
        "confirm_s",
        type=option_value(_read_probation),
        metavar="TIME",
        help="Taken back by itself after TIME (such as 60s), unless you say mpm keep by then: for changes that may "
        "cut this machine off.",
    )(run)


async def _pending(client: ManagerClient, began: float) -> ChangeInfo | None:
    """What was just changed and waits to be confirmed."""
    rows = await client.recent_changes(_LOOKED_AT)
    mine = (each for each in rows if each.keep_until is not None and each.uid == os.getuid())
    return next((each for each in mine if each.time >= began), None)


def _told(change: ChangeInfo | None, seconds: int) -> str:
    if change is None:
        return "Nothing was changed, so there is nothing to keep."
    return f"This is taken back in {seconds} s, unless you say: mpm keep {change.id}"
