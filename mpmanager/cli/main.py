"""The command mpm."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click
from rich.live import Live

from mpmanager.api.bus import Bus
from mpmanager.api.structures import ConnectionInfo, Frame, PathInfo, SubscribeOptions, Topic
from mpmanager.cli import caps, sentences, tables
from mpmanager.cli.context import (
    EXIT_CODES,
    Program,
    ask,
    bus_command,
    bus_option,
    console,
    json_option,
    print_json,
)
from mpmanager.cli.event_stream import follow_events
from mpmanager.cli.probation import confirm_option
from mpmanager.cli.trust import trust, wires_need_login
from mpmanager.client.manager import ManagerClient, connected
from mpmanager.model.errors import UnknownPathError
from mpmanager.model.path import PathKind, Tier

_HELP = {"help_option_names": ["-h", "--help"]}
_TIERS = [*(tier.value for tier in Tier), "auto"]
_KINDS = [*(kind.value for kind in PathKind), "auto"]

_QUIET_INTERVAL_S = 1.0

_EXAMPLES = """\b
Examples:
  mpm paths                            the networks of this machine and what they carry
  mpm connections                      which program uses which path now
  mpm watch                            the same, live
  mpm path tier wwan0 backup           keep LTE for when nothing else is left
  mpm path cap wwan0 --month 5GB       no more than that in a month
  mpm path trust wlan0                 how far this network is trusted, and why
  mpm app set ssh --wait 50ms          another path helps what is 50 ms late
  mpm undo                             take back what was decided last
  mpm run --trust only -- ssh host     nothing of it on networks that are not trusted
  mpm doctor                           what is wrong, and what mends it
  mpm tour                             everything at work, in a lab if need be
  mpm --bus private:/run/mpmanager status    a daemon on a bus of its own
"""


_LATER = {
    "app": "mpmanager.cli.policies:app",
    "bench": "mpmanager.cli.bench:bench",
    "changes": "mpmanager.cli.changes:changes",
    "capture": "mpmanager.cli.capture:capture",
    "default": "mpmanager.cli.policies:default",
    "doctor": "mpmanager.cli.doctor:doctor",
    "explain": "mpmanager.cli.explain:explain",
    "history": "mpmanager.cli.history:history",
    "hold": "mpmanager.cli.explain:hold",
    "keep": "mpmanager.cli.changes:keep",
    "lab": "mpmanager.cli.lab:lab",
    "metrics": "mpmanager.cli.metrics:metrics",
    "pause": "mpmanager.cli.pauses:pause",
    "profile": "mpmanager.cli.profiles:profile",
    "resume": "mpmanager.cli.pauses:resume",
    "redo": "mpmanager.cli.changes:redo",
    "rehearse": "mpmanager.cli.rehearse:rehearse",
    "run": "mpmanager.cli.run:run",
    "sysctl": "mpmanager.cli.sysctls:sysctl",
    "tour": "mpmanager.cli.tour:tour",
    "undo": "mpmanager.cli.changes:undo",
    "verify": "mpmanager.cli.verify:verify",
}


@click.group(cls=Program, later=_LATER, context_settings=_HELP, epilog=_EXAMPLES + "\n" + EXIT_CODES)
@partial(bus_option, envvar="MPMANAGER_BUS")
@click.version_option(package_name="mpmanager", prog_name="mpm")
def main(bus: Bus | None) -> None:
    """See and steer which application uses which network path."""
    del bus  # its callback has put it where the subcommands find it


@main.command(
    "trust",
    short_help="What of trust is in force.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm trust                                who is held to trusted paths, and what was stopped
  mpm trust --json
  mpm path trust wlan0 untrusted           trust a network, or not
  mpm app set firefox --trust only         hold a program to trusted paths
""",
)
@json_option
@bus_command
def trust_in_force(*, bus: Bus, as_json: bool) -> None:
    """Show what the kernel holds programs to: cgroup by cgroup, what their fences let pass and what they dropped."""
    info = ask(bus, lambda client: client.trust())
    if as_json:
        print_json({"trust": info})
    else:
        console().print(tables.restrictions(info))


@main.command(short_help="Whether mpmanagerd runs, and its limits.", context_settings=_HELP)
@json_option
@bus_command
def status(*, bus: Bus, as_json: bool) -> None:
    """Show whether mpmanagerd runs, and what it cannot do here."""
    info = ask(bus, lambda client: client.status())
    if as_json:
        print_json(info)
    else:
        console().print(tables.status(info))


@main.command(short_help="The network paths and what they carry.", context_settings=_HELP)
@json_option
@bus_command
def paths(*, bus: Bus, as_json: bool) -> None:
    """List the network paths: kind, state, how far they are trusted, when they are used, and what they carry.

    A * marks what a person has decided.
    """
    frame = _snapshot(bus, Topic.PATHS)
    if as_json:
        print_json({"paths": frame.paths})
    else:
        _print_simulated(frame)
        console().print(tables.paths(frame.paths))


@main.group(short_help="Decide about paths.", context_settings=_HELP)
def path() -> None:
    """Decide when a path may be used, how much it may carry and how far it is trusted, or correct what it is."""


path.add_command(trust)
path.add_command(wires_need_login)
for _command in (caps.cap, caps.allow, caps.metered, caps.probe):
    path.add_command(_command)


@path.command(
    short_help="When a path may carry data.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm path tier wwan0 backup     use LTE when nothing else is left
  mpm path tier wwan0 never      never use it
  mpm path tier wwan0 auto       back to what its kind suggests
""",
)
@click.argument("name")
@click.argument("tier", type=click.Choice(_TIERS), metavar="TIER")
@json_option
@bus_command
@confirm_option
def tier(*, bus: Bus, name: str, tier: str, as_json: bool) -> None:
    """Say when the path NAME may carry data. In force at once, also for connections that are open, and kept.

    TIER is always (carries data all the time), when-needed, backup (stands by until nothing else is left), never (gets
    no subflow), or auto (what the kind of the path suggests).
    """
    change = ask(bus, lambda client: _decide(client, name, client.set_path_tier, tier))
    change.show(sentences.tier_changed(change.before, change.after), as_json=as_json)


@path.command(
    short_help="Say of what kind a path really is.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm path kind enp0s20u1 lte     the "wired" card is an LTE stick
  mpm path kind enp0s20u1 auto    back to what was detected
""",
)
@click.argument("name")
@click.argument("kind", type=click.Choice(_KINDS), metavar="KIND")
@json_option
@bus_command
def kind(*, bus: Bus, name: str, kind: str, as_json: bool) -> None:
    """Say of what kind the path NAME really is. Kept over restarts.

    KIND is wifi, lte, xdsl, ethernet, vpn, bluetooth, tethering, virtual, unknown, or auto (what is detected).
    """
    change = ask(bus, lambda client: _decide(client, name, client.set_path_kind, kind))
    change.show(sentences.kind_changed(change.before, change.after), as_json=as_json)


@main.command(
    short_help="Which program uses which path.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm connections --path wwan0    what uses LTE now
  mpm connections --app curl      one program
  mpm connections --ended         the accounts of connections that ended in the last minute
""",
)
@click.option("--path", "path_name", metavar="NAME", help="Only connections with a subflow on this path.")
@click.option("--app", "app_text", metavar="TEXT", help="Only applications whose name or identity contains TEXT.")
@click.option("--ended", is_flag=True, help="Those that ended in the last minute, with their final accounts.")
@json_option
@bus_command
def connections(*, bus: Bus, path_name: str | None, app_text: str | None, ended: bool, as_json: bool) -> None:
    """Show every Multipath TCP connection under its application, and its subflows with their paths."""
    frame = _snapshot(bus, Topic.PATHS, Topic.ENDED if ended else Topic.CONNECTIONS)
    if path_name is not None and all(path_name != each.name for each in frame.paths):
        known = ", ".join(each.name for each in frame.paths)
        raise UnknownPathError(f"there is no path {path_name!r}; paths are: {known}")
    found = frame.ended if ended else frame.connections
    rows = [row for row in found if _is_wanted(row, path_name, app_text)]
    if as_json:
        print_json({"connections": rows})
        return
    _print_simulated(frame)
    nothing = sentences.no_connection(app=app_text, path=path_name, ended=ended, others=len(found))
    console().print(tables.connections(rows, nothing=nothing))


@main.command(
    short_help="Paths and connections, live.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm watch                                  live table, Ctrl-C ends it
  mpm watch --interval 0.5 --json            one JSON object a line, two a second
  mpm watch --json --count 1                 one snapshot of everything
""",
)
@click.option(
    "--interval",
    type=click.FloatRange(0.1, 60.0),
    default=_QUIET_INTERVAL_S,
    show_default=True,
    metavar="SECONDS",
    help="Between frames.",
)
@click.option("--count", type=click.IntRange(min=1), metavar="N", help="End after N frames; without it, go on.")
@json_option
@bus_command
def watch(*, bus: Bus, interval: float, count: int | None, as_json: bool) -> None:
    """Show paths and connections and keep them up to date until Ctrl-C."""
    topics = list(Topic) if as_json else [Topic.PATHS, Topic.CONNECTIONS]
    options = SubscribeOptions(interval_s=interval, count=count or 0, topics=topics)
    asyncio.run(_watch_json(bus, options) if as_json else _watch_table(bus, options))


@main.command(
    short_help="What happened to paths and connections.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm events                    what happened lately
  mpm events --follow           and what happens from now on
  mpm events --follow --json    one JSON object a line
  mpm events --follow --json --cursor-file /var/lib/mpmanager-events/cursor    for log collectors
""",
)
@click.option("--follow", "-f", is_flag=True, help="Go on with what happens next; Ctrl-C ends it.")
@click.option(
    "--limit",
    type=click.IntRange(0, 1000),
    default=50,
    show_default=True,
    metavar="N",
    help="So many of the past ones; 0, which needs --follow, for those to come only.",
)
@click.option(
    "--interval",
    type=click.FloatRange(0.1, 60.0),
    default=0.2,
    show_default=True,
    metavar="SECONDS",
    help="With --follow: how long new ones may wait to be told together.",
)
@click.option(
    "--cursor-file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="With --follow: go on after the last event that was told with this file, also when the daemon comes later.",
)
@json_option
@bus_command
def events(*, bus: Bus, follow: bool, limit: int, interval: float, cursor_file: Path | None, as_json: bool) -> None:
    """Show what happened: paths that were lost and came back, connections, subflows, changes of tier and trust.

    With --follow it goes on when mpmanagerd is started again. Where events are missing a line says so.
    """
    if not limit and not follow:
        raise click.BadParameter("0 asks for nothing; the least is 1 (or 0 with --follow)", param_hint="'--limit'")
    if cursor_file is not None and not follow:
        raise click.UsageError("--cursor-file needs --follow")
    if follow:
        asyncio.run(follow_events(bus, limit, interval_s=interval, cursor_file=cursor_file, as_json=as_json))
        return
    recent = ask(bus, lambda client: client.recent_events(limit))
    if as_json:
        print_json({"events": recent})
    else:
        console().print(tables.events(recent))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """A path before and after a decision about it."""

    before: PathInfo
    after: PathInfo
    staying: int
    """Connections that stay there although it may not be used any more."""

    def show(self, lines: Iterable[str], *, as_json: bool) -> None:
        if as_json:
            print_json({"paths": [self.after], "staying": self.staying})
            return
        for line in lines:
            click.echo(line)
        if self.staying:
            click.echo(sentences.staying_words(self.staying))


async def _decide(
    client: ManagerClient, name: str, set_it: Callable[[str, str], Awaitable[None]], value: str
) -> _Change:
    before = await client.path(name)
    await set_it(name, value)
    after = await client.path(name)
    staying = 0
    if after.tier is Tier.NEVER:
        frame = await client.snapshot(SubscribeOptions(topics=[Topic.PATHS, Topic.CONNECTIONS]))
        staying = sentences.staying(frame, name)
    return _Change(before=before, after=after, staying=staying)


def _snapshot(bus: Bus, *topics: Topic) -> Frame:
    return ask(bus, lambda client: client.snapshot(SubscribeOptions(topics=list(topics))))


def _print_simulated(frame: Frame) -> None:
    if frame.simulated:
        console().print(tables.SIMULATED)


def _is_wanted(row: ConnectionInfo, path_name: str | None, app_text: str | None) -> bool:
    on_paths = {each.path for each in row.subflows} | {each.path for each in row.carried}
    if path_name is not None and path_name not in on_paths:
        return False
    return app_text is None or app_text.lower() in f"{row.app.name} {row.app.id}".lower()


@asynccontextmanager
async def _frames(bus: Bus, options: SubscribeOptions) -> AsyncIterator[AsyncIterator[Frame]]:
    async with connected(bus) as client, aclosing(client.frames(options)) as frames:
        yield frames


async def _watch_json(bus: Bus, options: SubscribeOptions) -> None:
    async with _frames(bus, options) as frames:
        async for frame in frames:
            print_json(frame)


async def _watch_table(bus: Bus, options: SubscribeOptions) -> None:
    screen = console()
    async with _frames(bus, options) as frames:
        if not screen.is_terminal:
            async for frame in frames:
                screen.print(tables.frame(frame), "")
            return
        with Live(console=screen, auto_refresh=False, screen=options.count == 0, transient=False) as live:
            async for frame in frames:
                live.update(tables.frame(frame), refresh=True)
