"""The commands `mpm explain` and `mpm hold`: why a connection uses what it uses, and keeping one to trusted paths."""

from collections.abc import Iterator
from dataclasses import dataclass

import click

from mpmanager.api.bus import Bus
from mpmanager.api.structures import (
    ApplicationTotals,
    ConnectionInfo,
    Frame,
    PolicyInfo,
    PolicyQuery,
    SubscribeOptions,
    Topic,
    TrustInfo,
)
from mpmanager.cli.context import ask, bus_command, json_option, print_json
from mpmanager.cli.sentences import printable
from mpmanager.client.manager import ManagerClient
from mpmanager.client.reasons import reasons
from mpmanager.client.rule_chain import chain
from mpmanager.model.errors import InvalidValueError, UnknownApplicationError

_HELP = {"help_option_names": ["-h", "--help"]}

_CHAIN = "  The rules about it, in the order in which they count:"


@click.group(short_help="Why something is as it is.", context_settings=_HELP)
def explain() -> None:
    """Give the reasons, in the order in which they count."""


@explain.command(
    short_help="Why a connection may use which paths.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm connections --json              the tokens of all connections
  mpm explain connection 0x2833a25d
  mpm explain connection 203.0.113.5:443
""",
)
@click.argument("connection")
@bus_command
def connection(*, bus: Bus, connection: str) -> None:
    """Explain a living CONNECTION, named by its token, or by its remote or local end.

    Which rules hold for it, how far they are enforced, and what each of its paths is used for.
    """

    async def look(client: ManagerClient) -> list[str]:
        frame, trust = await _seen(client)
        lines: list[str] = []
        for row in _chosen(frame, connection):
            title, *why = reasons(row, frame.paths, trust)
            lines += [title, *(f"  {each}" for each in why)]
            rules = await client.explain_policies(PolicyQuery(token=row.token))
            lines += [
                "  The rules about it, in the order in which they count:",
                *(f"  {each}" for each in chain(rules)),
            ]
        return lines

    for line in ask(bus, look):
        click.echo(printable(line))


@explain.command(
    short_help="Why an application is treated as it is.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm explain app firefox
  mpm explain app app:org.mozilla.firefox --json
""",
)
@click.argument("app")
@json_option
@bus_command
def app(*, bus: Bus, app: str, as_json: bool) -> None:
    """Explain an APP that has a connection or had one lately, named by its name or its id.

    How it was recognised, and which rules are about it wherever it connects to, in the order in which they count.
    """

    async def look(client: ManagerClient) -> list[_Explained]:
        frame = await client.snapshot(SubscribeOptions(topics=[Topic.CONNECTIONS, Topic.ENDED, Topic.APPLICATIONS]))
        return [
            _Explained(
                application=each,
                rules=await client.explain_policies(PolicyQuery(app=each.id)),
                reason=_reason_of(each.id, frame),
            )
            for each in _applications(frame, app)
        ]

    found = ask(bus, look)
    if as_json:
        print_json({"policies": [rule for each in found for rule in each.rules]})
        return
    for each in found:
        for line in each.lines():
            click.echo(printable(line))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Explained:
    application: ApplicationTotals
    rules: list[PolicyInfo]
    reason: str

    def lines(self) -> Iterator[str]:
        application = self.application
        yield f"{application.name} is {application.id}{f': {self.reason}' if self.reason else ''}."
        if application.multipath is not None:
            yield f"  {application.multipath.sentence}."
        yield _CHAIN
        yield from (f"  {each}" for each in chain(self.rules))


def _applications(frame: Frame, name: str) -> list[ApplicationTotals]:
    found = [each for each in frame.applications if name == each.id or name.casefold() == each.name.casefold()]
    if not found:
        names = ", ".join(sorted({each.name for each in frame.applications})) or "none"
        raise UnknownApplicationError(f"no application {name!r} has had a connection; those that have: {names}")
    return found


def _reason_of(application_id: str, frame: Frame) -> str:
    rows = (*frame.connections, *frame.ended)
    return next((row.app.reason for row in rows if row.app.id == application_id), "")


@click.command(
    short_help="Keep one connection to trusted paths.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm hold 0x2833a25d              from here on, trusted paths only
  mpm hold 0x2833a25d --release    any path again
""",
)
@click.argument("connection")
@click.option("--release", is_flag=True, help="Let it use all paths again.")
@bus_command
def hold(*, bus: Bus, connection: str, release: bool) -> None:
    """From now on send the data of a CONNECTION, named by its token or by one of its ends, over trusted paths only.

    Where there is none its data waits; Linux ends a connection that has had no subflow for a minute.
    """

    async def change(client: ManagerClient) -> list[ConnectionInfo]:
        frame, _trust = await _seen(client)
        rows = _chosen(frame, connection)
        for row in rows:
            await client.hold_connection(row.token, held=not release)
        return rows

    for row in ask(bus, change):
        back = f"mpm hold {row.token}{'' if release else ' --release'}"
        what = "may use all paths again" if release else "keeps to trusted paths from now on"
        click.echo(f"{row.app.name} to {row.remote} {what}\nTo go back: {back}")


async def _seen(client: ManagerClient) -> tuple[Frame, TrustInfo]:
    frame = await client.snapshot(SubscribeOptions(topics=[Topic.PATHS, Topic.CONNECTIONS]))
    return frame, await client.trust()


def _chosen(frame: Frame, name: str) -> list[ConnectionInfo]:
    found = [row for row in frame.connections if name in {row.token, row.remote, row.local}]
    if not found:
        raise InvalidValueError(f"there is no connection {name!r} now; `mpm connections` lists them")
    return found
