"""The commands about the kernel's own settings of Multipath TCP."""

import click
from click.shell_completion import CompletionItem
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from mpmanager.api.bus import Bus
from mpmanager.api.structures import PolicyInfo, SysctlInfo
from mpmanager.cli.context import ask, bus_command, console, json_option, print_json
from mpmanager.cli.sentences import printable
from mpmanager.client.manager import ManagerClient
from mpmanager.client.quantities import format_wait
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.sysctl import KNOWN, PREFIX, SysctlKind

_HELP = {"help_option_names": ["-h", "--help"]}
_INDENT = 4


def _complete_name(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Those that mpmanager knows, without asking the daemon."""
    short = begun.removeprefix(PREFIX)
    prefix = PREFIX if begun.startswith(PREFIX) else ""
    return [CompletionItem(f"{prefix}{each.name}", help=each.meaning) for each in KNOWN if each.name.startswith(short)]


_name_argument = click.argument("name", shell_complete=_complete_name)


@click.group(
    short_help="The kernel's settings of Multipath TCP.",
    context_settings=_HELP,
    invoke_without_command=True,
    epilog="""\b
Examples:
  mpm sysctl                                   all settings, what they mean, and how long data may wait
  mpm sysctl set stale_loss_cnt 2
  mpm sysctl undo stale_loss_cnt
""",
)
@click.pass_context
def sysctl(context: click.Context) -> None:
    """Show and set net.mptcp.*: how the kernel itself does Multipath TCP, beside the default wait of mpmanager.

    They belong to the network namespace of mpmanagerd, and what is set stays when it ends. Connections that are open
    keep most of what they began with. Without a command: list.
    """
    if context.invoked_subcommand is None:
        context.invoke(list_all, bus=context.obj)  # what was said before this command, or None


@sysctl.command(
    "list",
    short_help="All settings and what they mean.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm sysctl list
  mpm sysctl list --json
""",
)
@json_option
@bus_command
def list_all(*, bus: Bus, as_json: bool) -> None:
    """List all settings that this kernel has: value, default, meaning, and what was set by mpmanager."""
    rows, default = ask(bus, _rows_and_default)
    if as_json:
        print_json({"sysctls": rows, "default_wait_ms": default.wait_ms})
        return
    wait = "never" if default.wait_ms is None else format_wait(default.wait_ms)
    help_line = Text.assemble(("mpmanager's default wait", "bold"), f": {wait}  ", ("mpm default --wait", "dim"))
    console().print(Group(*(_shown(row, is_brief=True) for row in rows), help_line))


@sysctl.command(
    short_help="One setting, with all that it may be.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm sysctl show blackhole_timeout
  mpm sysctl show net.mptcp.scheduler --json
""",
)
@_name_argument
@json_option
@bus_command
def show(*, bus: Bus, name: str, as_json: bool) -> None:
    """Show the setting NAME (with or without net.mptcp.): value, default, meaning, what it may be, and the way back."""
    _print(ask(bus, lambda client: _row(client, name)), as_json=as_json)


@sysctl.command(
    "set",
    short_help="Set one, now and from now on.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm sysctl set stale_loss_cnt 2                       the kernel gives silent subflows up sooner
  mpm sysctl set blackhole_timeout 0 --not-persistent   until the next start
  mpm sysctl undo blackhole_timeout                     back to what it was
""",
)
@_name_argument
@click.argument("value")
@click.option("--not-persistent", is_flag=True, help="Until the next start only; what is kept for then stays.")
@json_option
@bus_command
def set_one(*, bus: Bus, name: str, value: str, not_persistent: bool, as_json: bool) -> None:
    """Set NAME to VALUE, for new connections, at once, and kept over restarts in a file for sysctl.d(5).

    A daemon on a bus of its own, or in another network namespace, keeps it in its own directory and sets it when it
    starts.
    """

    async def change(client: ManagerClient) -> tuple[SysctlInfo, SysctlInfo]:
        before = await _row(client, name)
        await client.set_sysctl(name, value, persistent=not not_persistent)
        return before, await _row(client, name)

    _tell(*ask(bus, change), as_json=as_json)


@sysctl.command(
    short_help="What it was before mpmanager set it.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm sysctl undo stale_loss_cnt
""",
)
@_name_argument
@json_option
@bus_command
def undo(*, bus: Bus, name: str, as_json: bool) -> None:
    """Make NAME again what it was before mpmanager set it for the first time, and keep it no longer.

    Where somebody else has set it since, it stays as that.
    """

    async def change(client: ManagerClient) -> tuple[SysctlInfo, SysctlInfo]:
        before = await _row(client, name)
        await client.undo_sysctl(name)
        return before, await _row(client, name)

    _tell(*ask(bus, change), as_json=as_json)


async def _rows_and_default(client: ManagerClient) -> tuple[list[SysctlInfo], PolicyInfo]:
    return await client.sysctls(), (await client.policies())[-1]


async def _row(client: ManagerClient, name: str) -> SysctlInfo:
    rows = await client.sysctls()
    wanted = PREFIX + name.removeprefix(PREFIX)
    for each in rows:
        if each.name == wanted:
            return each
    names = ", ".join(each.name.removeprefix(PREFIX) for each in rows) or "none: it has no Multipath TCP"
    raise InvalidValueError(f"this kernel has no {wanted}; there are: {names}")


def _print(row: SysctlInfo, *, as_json: bool) -> None:
    if as_json:
        print_json({"sysctls": [row]})
    else:
        console().print(_shown(row, is_brief=False))


def _tell(before: SysctlInfo, after: SysctlInfo, *, as_json: bool) -> None:
    """What became of it, and how to go back."""
    if as_json:
        print_json({"sysctls": [after]})
        return
    was = f"is {after.value} as before" if before.value == after.value else f"{before.value} -> {after.value}"
    joint = " " if before.value == after.value else ": "
    click.echo(printable(f"{after.name}{joint}{was}"))
    for line in _notes(after):
        click.echo(printable(line))


def _shown(row: SysctlInfo, *, is_brief: bool) -> RenderableType:
    name, value = printable(row.name), printable(row.value)
    head = Text.assemble((name, "bold"), f" = {value}", (_default_words(row), "dim"))
    lines = [printable(row.meaning), *([] if is_brief else _possible(row)), *_notes(row)]
    return Group(head, Padding(Text("\n".join(lines)), (0, 0, 0, _INDENT), expand=False))


def _default_words(row: SysctlInfo) -> str:
    return "" if row.default in {None, row.value} else f"  (kernel's default: {row.default})"


def _possible(row: SysctlInfo) -> list[str]:
    if row.refusal is not None:
        return [f"It cannot be set here: {row.refusal}."]
    if row.choices:
        return [f"It may be: {', '.join(map(printable, row.choices))}."]
    unit = " seconds" if row.kind is SysctlKind.SECONDS else ""
    return [f"It may be {row.lowest} to {row.highest}{unit}."]


def _notes(row: SysctlInfo) -> list[str]:
    """What was done to it and what comes of it."""
    notes = [] if row.warning is None else [f"Beware: {row.warning}"]
    if row.kept is not None:
        notes.append(f"Kept as {printable(row.kept)} in {printable(row.kept_in or 'a file')}")
    if row.before is not None or row.kept is not None:
        before = "" if row.before is None else f" ({printable(row.before)})"
        notes.append(f"To go back{before}: mpm sysctl undo {row.name.removeprefix(PREFIX)}")
    return notes
