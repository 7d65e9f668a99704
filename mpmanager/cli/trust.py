"""The commands that say how far networks are trusted."""

from dataclasses import dataclass

import click

from mpmanager.api.bus import Bus
from mpmanager.api.structures import PathInfo, StatusInfo
from mpmanager.cli import sentences
from mpmanager.cli.context import ask, bus_command, json_option, print_json
from mpmanager.cli.probation import confirm_option
from mpmanager.client.manager import ManagerClient
from mpmanager.model.trust import Trust, TrustSource

_HELP = {"help_option_names": ["-h", "--help"]}
_LEVELS = [*(level.value for level in Trust), sentences.AUTOMATIC]
_ANYTHING = ""
"""The scope that the daemon chooses: the network where it has a name."""


@click.command(
    short_help="How far a path's network is trusted.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm path trust wlan0                         how far, why, and what names its network
  mpm path trust wlan0 untrusted               this network, whatever card reaches it
  mpm path trust eth0 untrusted --interface    this card, whatever network it is in
  mpm path trust wlan0 auto                    back to what the nature of the network suggests
""",
)
@click.argument("name")
@click.argument("level", type=click.Choice(_LEVELS), metavar="[LEVEL]", required=False)
@click.option("--network", "of_network", is_flag=True, help="Say it of the network that the path is in now.")
@click.option("--interface", "of_interface", is_flag=True, help="Say it of the interface, whatever network it is in.")
@json_option
@bus_command
@confirm_option
def trust(*, bus: Bus, name: str, level: str | None, of_network: bool, of_interface: bool, as_json: bool) -> None:
    """Show or say how far the network of the path NAME is trusted. Kept over restarts.

    LEVEL is trusted, untrusted, or auto (what the nature of the network suggests: a Wi-Fi by its encryption; cables,
    cellular networks and VPNs are trusted). Without --network and --interface it is said of the network where something
    names it, else of the interface; auto takes back both. What was said of a network comes before what was said of the
    interface.

    Taking trust away is in force at once: what is held to trusted paths leaves this one (mpm trust shows what is).
    """
    scope = _scope(of_network=of_network, of_interface=of_interface)
    if level is None:
        if scope != _ANYTHING:
            raise click.UsageError(f"--{scope} needs a LEVEL: {', '.join(_LEVELS)}")
        _show(ask(bus, lambda client: client.path(name)), as_json=as_json)
        return
    before, after = ask(bus, lambda client: _decide(client, name, level, scope))
    if as_json:
        print_json({"paths": [after], "staying": 0})
        return
    for line in sentences.trust_changed(before, after):
        click.echo(line)


def _scope(*, of_network: bool, of_interface: bool) -> str:
    if of_network and of_interface:
        raise click.UsageError("--network and --interface exclude each other: say it of one, then of the other")
    if of_network:
        return TrustSource.NETWORK.value
    return TrustSource.INTERFACE.value if of_interface else _ANYTHING


def _show(row: PathInfo, *, as_json: bool) -> None:
    if as_json:
        print_json({"paths": [row]})
        return
    for line in sentences.trust_shown(row):
        click.echo(line)


async def _decide(client: ManagerClient, name: str, level: str, scope: str) -> tuple[PathInfo, PathInfo]:
    before = await client.path(name)
    network = "" if scope == TrustSource.INTERFACE else next(iter(before.network_ids), "")
    await client.set_path_trust(name, level, scope, network)
    return before, await client.path(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cables:
    """The setting and the paths, before and after."""

    status_before: StatusInfo
    status: StatusInfo
    before: list[PathInfo]
    after: list[PathInfo]


@click.command(
    "wires-need-login",
    short_help="Whether cables need a login to be trusted.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm path wires-need-login        whether they do
  mpm path wires-need-login on     trust a cable only where 802.1X has let this machine in
  mpm path wires-need-login off    trust every cable
""",
)
@click.argument("answer", type=click.Choice(["on", "off"]), metavar="[on|off]", required=False)
@json_option
@bus_command
def wires_need_login(*, bus: Bus, answer: str | None, as_json: bool) -> None:
    """Show or say whether wired Ethernet is trusted only with a login (802.1X). Off at first; kept over restarts.

    Only NetworkManager tells of logins: where it does not manage the cable, on means untrusted. What was said with mpm
    path trust comes before.
    """
    cables = ask(bus, lambda client: _answer(client, answer))
    if as_json:
        print_json(cables.status)
        return
    needed_before = cables.status_before.wires_need_login if answer is not None else None
    lines = sentences.wires_need_login(needed_before, cables.status.wires_need_login)
    for line in (*lines, *sentences.trust_differences(cables.before, cables.after)):
        click.echo(line)


async def _answer(client: ManagerClient, answer: str | None) -> _Cables:
    status_before, before = await client.status(), await client.paths()
    if answer is not None:
        await client.set_wires_need_login(needed=answer == "on")
    return _Cables(status_before=status_before, status=await client.status(), before=before, after=await client.paths())
