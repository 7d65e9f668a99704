"""The commands `mpm verify`: proofs that what is demanded holds."""

import asyncio
import shlex
import sys
from ipaddress import ip_address
from pathlib import Path

import click
from rich.console import Group, RenderableType
from rich.progress import BarColumn, Progress, TimeElapsedColumn
from rich.text import Text

from mpmanager.api.bus import Bus
from mpmanager.cli import interruption
from mpmanager.cli.bar import bar
from mpmanager.cli.context import (
    FAILED,
    INTERRUPTED,
    NOT_AUTHORIZED,
    beside,
    bus_command,
    console,
    json_option,
    print_json,
)
from mpmanager.cli.fitting import Cell, Column, FittingTable
from mpmanager.cli.sentences import printable
from mpmanager.client.manager import connected
from mpmanager.client.quantities import count_of
from mpmanager.client.rule_values import write_trust
from mpmanager.model.errors import NotAuthorizedError
from mpmanager.verify.junit import document
from mpmanager.verify.report import CaseInfo, CheckInfo, ProofInfo
from mpmanager.verify.runner import Tell, prove
from mpmanager.verify.verdict import Verdict

_HELP = {"help_option_names": ["-h", "--help"]}
_COLUMNS = tuple(Column(title=each) for each in ("Path", "Traffic", "Expected", "Seen", "Verdict"))
_VERDICTS = {
    Verdict.FAILED: ("FAILED", "bold red"),
    Verdict.INCONCLUSIVE: ("inconclusive", "yellow"),
    Verdict.NOT_VERIFIED: ("not verified", "yellow"),
    Verdict.PASSED: ("passed", "green"),
    Verdict.NOTHING_TO_TRY: ("nothing to try", "dim"),
    Verdict.NOT_RESTRICTED: ("not restricted", "dim"),
}
_ANY = "all"


@click.group(short_help="Prove that what is demanded holds.", context_settings=_HELP)
def verify() -> None:
    """Prove by trying that what is demanded holds. Needs root."""


def _address(_context: click.Context, _parameter: click.Parameter, texts: tuple[str, ...]) -> dict[int, str]:
    try:
        addresses = [ip_address(each) for each in texts]
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    if any(each.is_loopback or each.is_link_local or each.is_multicast or each.is_unspecified for each in addresses):
        raise click.BadParameter("it has to be the address of one host beyond the networks that are tried")
    if len({each.version for each in addresses}) != len(addresses):
        raise click.BadParameter("one address of each IP version")
    return {each.version: str(each) for each in addresses}


@verify.command(
    short_help="Prove that trusted paths are kept to.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  sudo mpm verify trust                        all that is in force, in a few seconds
  sudo mpm verify trust --json                 with each attempt and what was seen of it
  sudo mpm verify trust --junit trust.xml      for what collects results of tests
  sudo mpm verify trust --sink 198.51.100.7 --sink 2001:db8:7::1
                                               towards a host of yours that answers

\b
On the host that answers (the ports 28000 to 29023, TCP and UDP, have to reach it):
  python3 -m mpmanager.verify.sink

\b
Exit codes, besides those in mpm --help:
  0    nothing has failed, and nothing is left open
  1    something has failed, was inconclusive, or could not be verified
""",
)
@click.option(
    "--sink",
    "sinks",
    multiple=True,
    metavar="ADDRESS",
    callback=_address,
    help="A host that answers, by which all is directed; one of each IP version. Rules about first bytes need it.",
)
@click.option(
    "--junit",
    "junit_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write JUnit XML, too.",
)
@json_option
@bus_command
def trust(*, bus: Bus, sinks: dict[int, str], junit_file: Path | None, as_json: bool) -> None:
    """Try to get past everything that holds programs to trusted paths, and look at what leaves.

    For each demand that is in force (see mpm trust) and each untrusted path, a program of mpm's own, in a throwaway
    cgroup beneath the one that is held, sends TCP, Multipath TCP, UDP, DNS queries and pings, of IPv4 and IPv6: as the
    kernel leads them, bound to the path's address, to its device, with a mark of its own, from a forked child and from
    a thread. All interfaces but loopback are listened to. Afterwards the same is sent from a cgroup that nothing is
    demanded of: what would not be seen then proves nothing, and counts as inconclusive.

    Without --sink all goes to 192.0.2.1 and 2001:db8::1. Nobody has these addresses: some dozens of small packets leave
    by your networks, and the first router throws them away. What has left counts, whether it is answered or not. No
    program of yours is touched; for a second or two there is a rule about the cgroup without demands.
    """
    interruption.end_as_by_ctrl_c()
    try:
        proof = asyncio.run(_prove(bus, sinks))
    except NotAuthorizedError as error:
        click.echo(f"mpm: {error}. Try:\n  {_as_root(bus)}", err=True)
        sys.exit(NOT_AUTHORIZED)
    except asyncio.CancelledError:
        click.echo("Interrupted; everything that was made is removed.", err=True)
        sys.exit(INTERRUPTED)
    if junit_file is not None:
        _write(junit_file, document(proof))
    if as_json:
        print_json({"proof": proof})
    else:
        console().print(shown(proof))
    if not proof.proven:
        sys.exit(FAILED)


def _as_root(bus: Bus) -> str:
    """What was typed, so that root's shell finds it: sudo has another PATH and drops MPMANAGER_BUS."""
    typed = sys.argv[1:]
    where = [] if any(each.startswith("--bus") for each in typed) else ["--bus", str(bus)]
    return shlex.join(["sudo", str(beside("mpm")), *where, *typed])


async def _prove(bus: Bus, sinks: dict[int, str]) -> ProofInfo:
    interruption.cancel_once_told()
    async with connected(bus) as client:
        with bar(BarColumn(), TimeElapsedColumn()) as progress:
            return await prove(client, sinks, tell=_telling(progress))


def _telling(progress: Progress) -> Tell:
    task = progress.add_task("", total=1.0)

    def tell(words: str, share: float) -> None:
        progress.update(task, description=words, completed=share)

    return tell


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from error


def shown(proof: ProofInfo) -> RenderableType:
    """Rule by rule: what is expected, what was seen, and the verdict; at the end what it comes to."""
    parts: list[RenderableType] = [Text(f"Limited: {printable(each)}", style="yellow") for each in proof.notes]
    for case in proof.cases:
        parts += [*_case(case), ""]
    return Group(*parts, _summary(proof))


def _case(case: CaseInfo) -> list[RenderableType]:
    where = f"  {printable(case.cgroup)}" if case.cgroup is not None else ""
    title = Text.assemble((printable(case.rule), "bold"), f": {write_trust(case.demand)}", (where, "dim"))
    cells = [_cells(each) for each in case.checks]
    return [title, FittingTable(columns=_COLUMNS, rows=cells, dispensable=("Expected",))]


def _cells(check: CheckInfo) -> tuple[Cell, ...]:
    words, style = _VERDICTS[check.verdict]
    return (
        printable(check.path or _ANY),
        (check.traffic or _ANY).replace("-", " "),
        check.expected or "-",
        Text(printable(check.seen)),
        Text(words, style=style),
    )


def _summary(proof: ProofInfo) -> Text:
    attempts = sum(len(check.attempts) for case in proof.cases for check in case.checks)
    tried = f"{count_of(attempts, 'attempt')} in {proof.took_s:.0f} s towards {', '.join(proof.destinations)}"
    if proof.proven:
        words = "Proven" if attempts else "There was nothing to prove: no untrusted path, or nothing is demanded"
        return Text.assemble((words, "green"), f": {tried}." if attempts else ".")
    words, style = _VERDICTS[proof.verdict]
    return Text.assemble(("NOT proven", style), f", the worst verdict is {words}: {tried}.")
