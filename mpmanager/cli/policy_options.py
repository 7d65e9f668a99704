"""The options with which something is said of a policy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

import click

from mpmanager.api.structures import PairWaitInfo, PolicyInfo, TierChoiceInfo
from mpmanager.cli.context import Command
from mpmanager.cli.policy_changes import Said, TakenBack
from mpmanager.cli.policy_parts import INTENT, PARTS, SINGLE, WAIT, Part
from mpmanager.cli.policy_values import (
    option_value,
    read_pair,
    read_pair_wait,
    read_size,
    read_tier,
    read_tier_paths,
    read_until,
)
from mpmanager.client.applications import changeable
from mpmanager.client.presets import PRESETS
from mpmanager.model.policy import Intent

NOTHING_TO_SET = (
    "nothing to set: name --wait, --intent, --preset, --pair, --big-transfers-to, --big-over, "
    + ", ".join(each.option for each in PARTS)
    + " or --tier"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """Whether a command is about the lasting rule or the temporary one beside it, and how long that holds."""

    is_temporary: bool = False
    until: float | None = None
    """Unix time; None: until this machine restarts."""
    is_everybodys: bool = False
    """Whether it is about the programs of all users also where somebody says it who is not root."""

    def among(self, policies: Iterable[PolicyInfo]) -> dict[str, PolicyInfo]:
        """The policies in it, by selector: those of other users are told of, and not changed."""
        shared = [each for each in policies if each.owner is None] if self.is_everybodys else policies
        return changeable(shared, temporary=self.is_temporary)

    def empty(self, selector: str) -> PolicyInfo:
        """A policy that says nothing yet."""
        return PolicyInfo(selector=selector, temporary=self.is_temporary)


def said_options(function: Command) -> Command:
    """The options that say something, handed on as one `Said` and the `Layer` where it is said."""

    @wraps(function)
    def run(  # click hands in each option by its name
        *,
        pair: Sequence[PairWaitInfo],
        tier: Sequence[TierChoiceInfo],
        big_transfers_to: str | None,
        big_over: int | None,
        preset: str | None,
        until: float | None,
        until_restart: bool,
        everybody: bool,
        **others: Any,  # noqa: ANN401  # click's
    ) -> None:
        single = {each.field: others.pop(each.name) for each in SINGLE}
        if isinstance(single[WAIT.field], Intent):
            single[INTENT.field], single[WAIT.field] = single[WAIT.field], None
        if single[WAIT.field] is not None and single[INTENT.field] is not None:
            raise click.UsageError("--wait and --intent are two ways to say the same: name one of them")
        said = Said(
            pairs=tuple(pair),
            tiers=tuple(tier),
            big_transfers_to=big_transfers_to,
            big_over_bytes=big_over,
            **single,
        )
        if until is not None and until_restart:
            raise click.UsageError("--for and --until-restart: name one of them")
        is_temporary = until_restart or until is not None
        layer = Layer(is_temporary=is_temporary, until=until, is_everybodys=everybody)
        function(said=_with_preset(said, preset), layer=layer, **others)

    for option in reversed(_OPTIONS):
        run = option(run)
    return run


def _with_preset(said: Said, name: str | None) -> Said:
    """What is said by itself counts before what the preset says."""
    if name is None:
        return said
    preset = PRESETS[name]
    has_wait = said.wait_ms is not None or said.intent is not None
    named = {each.paths for each in said.tiers}
    return replace(
        said,
        wait_ms=said.wait_ms if has_wait else preset.wait_ms,
        lowest_delay=preset.lowest_delay if said.lowest_delay is None else said.lowest_delay,
        tiers=(*said.tiers, *(each for each in preset.choices() if each.paths not in named)),
    )


def _option(part: Part) -> Any:  # noqa: ANN401  # click's decorator
    return click.option(part.option, part.name, type=option_value(part.read), metavar=part.metavar, help=part.help)


_EVERYBODY = click.option(
    "--everybody", is_flag=True, help="Also the programs of other users, as root means it anyway."
)

_OPTIONS = (
    _option(WAIT),
    _option(INTENT),
    click.option(
        "--preset",
        type=click.Choice(list(PRESETS)),
        help="Wait and tiers as operators sell them: " + "; ".join(each.title for each in PRESETS.values()) + ".",
    ),
    click.option(
        "--pair",
        type=option_value(read_pair_wait),
        multiple=True,
        metavar="A:B=WAIT",
        help="Data on path A may wait so long for path B. May be given several times.",
    ),
    click.option(
        "--tier",
        type=option_value(read_tier),
        multiple=True,
        metavar="PATHS=TIER",
        help="When it may use PATHS: always, when-needed, backup, never. PATHS is metered, unmetered, trusted, "
        "untrusted, kind:lte and the like, or a path's name. May be given several times.",
    ),
    click.option(
        "--big-transfers-to", metavar="PATH", help="Connections that move much go to PATH until they calm down."
    ),
    click.option(
        "--big-over",
        type=option_value(read_size),
        metavar="SIZE",
        help="What is big: moved within a second. 1MB if not said.",
    ),
    *(_option(part) for part in PARTS),
    click.option(
        "--for",
        "until",
        type=option_value(read_until),
        metavar="TIME",
        help="Only so long, such as 1h; then what was said before holds again.",
    ),
    click.option("--until-restart", is_flag=True, help="Only until this machine restarts."),
    _EVERYBODY,
)


def taken_back_options(function: Command) -> Command:
    """The options that take something back, handed on as one `TakenBack` and the `Layer` where that is."""

    @wraps(function)
    def run(
        *,
        pair: Sequence[tuple[str, str]],
        tier: Sequence[str],
        big_transfers: bool,
        temporary: bool,
        everybody: bool,
        **others: Any,  # noqa: ANN401  # click's
    ) -> None:
        named = {each.field for each in SINGLE if others.pop(each.name)}
        back = TakenBack(fields=frozenset(named), pairs=tuple(pair), tiers=tuple(tier), big_transfers=big_transfers)
        function(back=back, layer=Layer(is_temporary=temporary, is_everybodys=everybody), **others)

    for option in reversed(_BACK_OPTIONS):
        run = option(run)
    return run


_BACK_OPTIONS = (
    *(click.option(each.option, each.name, is_flag=True, help=f"What was said by {each.option}.") for each in SINGLE),
    click.option(
        "--pair",
        type=option_value(read_pair),
        multiple=True,
        metavar="A:B",
        help="The exception for path A waiting for path B.",
    ),
    click.option(
        "--tier",
        type=option_value(read_tier_paths),
        multiple=True,
        metavar="PATHS",
        help="When it may use PATHS.",
    ),
    click.option("--big-transfers", is_flag=True, help="Where big transfers go."),
    click.option("--temporary", is_flag=True, help="What was said with --for or --until-restart."),
    _EVERYBODY,
)
