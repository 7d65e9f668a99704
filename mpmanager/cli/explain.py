"""The commands `mpm explain` and `mpm hold`: why a connection uses what it uses, and keeping one to trusted paths."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import click

from mpmanager.api.bus import Bus
from mpmanager.api.structures import (
    ApplicationTotals,
    ConnectionInfo,
    Frame,
    PathInfo,
    PolicyInfo,
    PolicyQuery,
    SubscribeOptions,
    Topic,
    TrustInfo,
)
from mpmanager.cli.context import ask, bus_command, json_option, print_json
from mpmanager.cli.policy_values import write_trust
from mpmanager.cli.rule_chain import chain
from mpmanager.cli.sentences import printable
from mpmanager.cli.wait_words import ASKED_ITSELF, wait_reason
from mpmanager.client.manager import ManagerClient
from mpmanager.model.errors import InvalidValueError, UnknownApplicationError
from mpmanager.model.path import TIER_WORDS
from mpmanager.model.protection import COVERAGE_NAMES, COVERAGE_WORDS
from mpmanager.model.socket_options import SocketOption
from mpmanager.model.trust import Hold, Trust, why

_HELP = {"help_option_names": ["-h", "--help"]}

_CHAIN = "  The rules about it, in the order in which they count:"

_HOLD_WORDS = {
    Hold.FREE: "may use every path that its tier allows",
    Hold.STANDBY: "has untrusted paths stand by, as its first bytes have not passed",
    Hold.RECEIVING: "takes data in by untrusted paths and sends none there, as its own first bytes have not passed",
    Hold.FENCED: "gets nothing out by untrusted paths",
    Hold.TRUSTED: "has no subflows on untrusted paths, and waits where there is no other",
}


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
            lines += reasons(row, frame.paths, trust)
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


def reasons(row: ConnectionInfo, paths: list[PathInfo], trust: TrustInfo) -> Iterator[str]:
    """Why a connection may use what it uses, the first reason first."""
    yield f"{row.app.name} ({row.token}) {'from' if row.server_side else 'to'} {row.remote}"
    if row.app.reason:
        yield f"  {row.app.name} is {row.app.id}: {row.app.reason}."
    by_address = {address.partition("/")[0]: path for path in paths for address in path.addresses}
    if not row.managed:
        yield "  It began before mpmanagerd: it keeps the subflows it has."
    yield f"  {wait_reason(row)}"
    yield from (f"  {each}" for each in _trust_reasons(row))
    if SocketOption.TRUSTED in row.asked:
        yield f"  It is in a trusted section, as {ASKED_ITSELF} ({SocketOption.TRUSTED.value})."
    origin = by_address.get(row.local.rpartition(":")[0].strip("[]"))
    if origin is not None:
        yield f"  It opened on {origin.name}, which is {_trusted(origin)}."
    yield from (f"  {each}" for each in _plain_reasons(row, trust))
    for subflow in row.subflows:
        path = next((each for each in paths if each.name == subflow.path), None)
        if path is not None:
            flag = "as a backup" if subflow.backup.local else "as a normal one"
            yield f"  Subflow on {path.name}, {flag}: {path.name} {TIER_WORDS[path.tier]} and is {path.trust.value}."


def _trust_reasons(row: ConnectionInfo) -> Iterator[str]:
    protection = row.protection
    if protection is None:
        return
    by = f"the rule of {protection.rule}, or its cgroup"
    yield (
        f"Trusted paths for: {write_trust(protection.demand)} ({by}): "
        f"{COVERAGE_NAMES[protection.coverage]}, as {COVERAGE_WORDS[protection.reason]}."
    )
    yield f"At the moment it {_HOLD_WORDS[protection.hold]}."


def _plain_reasons(row: ConnectionInfo, trust: TrustInfo) -> Iterator[str]:
    if row.fallback:
        yield "The other end speaks no Multipath TCP: this is plain TCP over one path."
    for each in trust.plain_destinations:
        if each.destination == row.remote:
            until = datetime.fromtimestamp(each.until).astimezone().strftime("%H:%M")
            yield f"That is remembered until {until}: so long, connections there open on any path, as plain TCP."


def _trusted(path: PathInfo) -> str:
    word = "trusted" if path.trust is Trust.TRUSTED else "not trusted"
    return f"{word}: {why(path.trust_reason, path.trust_source)}"
