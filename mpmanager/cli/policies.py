"""The commands `mpm app` and `mpm default`: how long data may wait, and what keeps to trusted paths."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
from msgspec.structs import replace

from mpmanager.api.bus import Bus
from mpmanager.api.structures import ConnectionInfo, PathInfo, PolicyInfo, SubscribeOptions, Topic
from mpmanager.cli import tables
from mpmanager.cli.context import ask, bus_command, console, json_option, print_json
from mpmanager.cli.policy_changes import Said, TakenBack, absent, told, unhelped
from mpmanager.cli.policy_options import NOTHING_TO_SET, Layer, said_options, taken_back_options
from mpmanager.cli.probation import confirm_option
from mpmanager.cli.selection import is_selected, selected
from mpmanager.client.applications import owned
from mpmanager.client.manager import ManagerClient
from mpmanager.model.selector import EVERYBODY, Selector, SelectorKind

_HELP = {"help_option_names": ["-h", "--help"]}

_SELECTOR = """

SELECTOR is the name of a program that is connected now or has a rule; or exe:/path of a program, script:/path of a
script, app:ID of an application, unit:NAME of systemd, cgroup:/path (with all below it), or default. Conditions may
follow, in quotes all together: user:NAME, host:NAME or host:*.NAME, to:NETWORK, port:NUMBER, on:NETWORK-IN-USE.
"""
_SHOW = "Show the rule of a program, and what is in force on its connections."
_SET = """Say how long the data of a program may wait before another path helps, and what keeps to trusted paths.

In force at once, also for connections that are open, and kept. What is not named stays as it is. Paths that are used
when needed help as soon as data is late, backups only when nothing else delivers.

Who is not root rules their own programs by that; what is said here of everybody's needs --everybody, and an
administrator.

Trust is enforced by the kernel for a cgroup. A program that shares its cgroup with others (whatever a terminal starts)
is held to its rule as well as can be; `mpm run` gives it one of its own.
"""
_UNSET = "Take back what was said of a program: what is named, or without options the whole rule."


@click.group(short_help="What holds for single programs.", context_settings=_HELP)
def app() -> None:
    """Decide, program by program, how long data may wait before another path helps, and what keeps to trusted paths."""


@app.command(
    "list",
    short_help="All rules, and what is in force.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm app list           the rules, the most specific first, and the programs that are connected now
  mpm app list --json    the rules alone
""",
)
@json_option
@bus_command
def list_(*, bus: Bus, as_json: bool) -> None:
    """List what was said of programs, and what is in force for those that are connected now.

    The most specific rule that says something of a wait decides; where none does, it is the default.
    """
    policies, connections = ask(bus, _everything)
    if as_json:
        print_json({"policies": policies})
        return
    screen = console()
    screen.print(tables.policies(policies))
    if connections:
        screen.print("", tables.in_force(connections), sep="\n")


@app.command(
    short_help="The rule of one program.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm app show ssh
  mpm app show exe:/usr/bin/ssh --json
""",
    help=_SHOW + _SELECTOR,
)
@click.argument("selector")
@json_option
@bus_command
def show(*, bus: Bus, selector: str, as_json: bool) -> None:
    shown = ask(bus, lambda client: _look_at(client, selector))
    if as_json:
        print_json({"policies": [shown.policy]})
        return
    screen = console()
    screen.print(tables.policies([shown.policy]), "", tables.in_force(shown.connections), sep="\n")


@app.command(
    "set",
    short_help="Say how long data may wait, and so on.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm app set ssh --wait 50ms                      another path helps what is 50 ms late
  mpm app set exe:/usr/bin/rsync --wait 0          all paths together
  mpm app set ssh --pair wlan0:wwan0=20ms          only 20 ms where LTE would help Wi-Fi
  mpm app set cgroup:/user.slice --big-transfers-to dsl0 --big-over 5MB
  mpm app set ssh --leave-on-loss 2%               to another path, for a while, when much is lost
  mpm app set ssh --intent call-and-shell          no number: what it is for
  mpm app set firefox --preset low-cost            LTE only where the rest is full
  mpm app set app:org.gnome.Software --tier metered=never
  mpm app set "firefox host:*.bank.example" --trust only
  mpm app set ssh --wait 0 --for 1h                then as before
  mpm app set firefox --trust first:32kB           its connections open, and begin, on trusted paths
  mpm app set cgroup:/user.slice --trust only      nothing on untrusted paths
""",
    help=_SET + _SELECTOR,
)
@click.argument("selector")
@said_options
@json_option
@bus_command
@confirm_option
def set_(*, bus: Bus, selector: str, said: Said, layer: Layer, as_json: bool) -> None:
    if said.is_nothing:
        raise click.UsageError(NOTHING_TO_SET)
    _say(bus, selector, said, layer, as_json=as_json)


@app.command(
    short_help="Take back what was said.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm app unset ssh                         the whole rule
  mpm app unset ssh --pair wlan0:wwan0      one exception
  mpm app unset default --big-transfers     something of the default
""",
    help=_UNSET + _SELECTOR,
)
@click.argument("selector")
@taken_back_options
@json_option
@bus_command
def unset(*, bus: Bus, selector: str, back: TakenBack, layer: Layer, as_json: bool) -> None:
    ask(bus, lambda client: _change(client, selector, back.taken_from, layer)).show(as_json=as_json)


@click.command(
    short_help="What holds for all other programs.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm default                   what holds where nothing else is said
  mpm default --wait 100ms      another path helps what is 100 ms late
  mpm default --wait never      as Linux does by itself: a backup only when nothing else is left
  mpm default --trust any       untrusted paths are used as others are
""",
)
@said_options
@json_option
@bus_command
@confirm_option
def default(*, bus: Bus, said: Said, layer: Layer, as_json: bool) -> None:
    """Show or say how long data may wait, and what keeps to trusted paths, where nothing else was said of a program.

    In force at once, also for connections that are open, and kept. What is not named stays as it is; `mpm app unset
    default` takes it back.
    """
    if not said.is_nothing:
        _say(bus, str(EVERYBODY), said, layer, as_json=as_json)
        return
    policy = ask(bus, lambda client: _policy(client, EVERYBODY, Layer()))
    if as_json:
        print_json({"policies": [policy]})
    else:
        console().print(tables.policies([policy]))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    policy: PolicyInfo
    connections: list[ConnectionInfo]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """A policy before and after."""

    before: PolicyInfo
    after: PolicyInfo
    paths: list[PathInfo]
    """That are there now."""
    is_everybodys: bool
    """Whether that was said in so many words."""

    def show(self, said: Said | None = None, *, as_json: bool) -> None:
        if as_json:
            print_json({"policies": [self.after]})
            return
        for line in told(self.before, self.after, is_everybodys=self.is_everybodys):
            click.echo(line)
        for line in absent(said or Said(), {each.name for each in self.paths}):
            click.echo(line)


def _say(bus: Bus, selector: str, said: Said, layer: Layer, *, as_json: bool) -> None:
    change = ask(bus, lambda client: _change(client, selector, said.added_to, layer))
    change.show(said, as_json=as_json)
    if hint := _link_hint(Selector.parse(change.after.selector)):
        click.echo(hint, err=True)
    for line in unhelped(said, change.paths):
        click.echo(line, err=True)


def _link_hint(selector: Selector) -> str | None:
    """Running programs are known by what is behind symbolic links."""
    file = Path(selector.value)
    if selector.kind is not SelectorKind.EXE or not file.exists() or (real := file.resolve()) == file:
        return None
    return f"Note: {file} is a link. A program that is started by it is known as exe:{real}"


async def _change(
    client: ManagerClient, selector: str, changed: Callable[[PolicyInfo], PolicyInfo], layer: Layer
) -> _Change:
    found = await selected(client, selector)
    meant = found if layer.is_everybodys else owned(found)
    before = await _policy(client, meant, layer)
    await client.set_policy(replace(changed(before), until=layer.until))
    after = await _policy(client, meant, layer)
    return _Change(before=before, after=after, paths=await client.paths(), is_everybodys=layer.is_everybodys)


async def _policy(client: ManagerClient, selector: Selector, layer: Layer) -> PolicyInfo:
    """What was said; an empty one where nothing was."""
    return layer.among(await client.policies()).get(str(selector), layer.empty(str(selector)))


async def _connections(client: ManagerClient) -> list[ConnectionInfo]:
    return (await client.snapshot(SubscribeOptions(topics=[Topic.CONNECTIONS]))).connections


async def _everything(client: ManagerClient) -> tuple[list[PolicyInfo], list[ConnectionInfo]]:
    return await client.policies(), await _connections(client)


async def _look_at(client: ManagerClient, text: str) -> _Shown:
    selector = await selected(client, text)
    connections = [row for row in await _connections(client) if is_selected(row, selector)]
    return _Shown(policy=await _policy(client, selector, Layer()), connections=connections)
