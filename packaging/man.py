"""Writes the manual pages in resources/man from the commands' own help, so that the two agree, and adds the others.

Usage: man.py [DIRECTORY]     (default: resources/man)
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click

from mpmanager.cli.main import main as mpm
from mpmanager.daemon.main import main as daemon
from mpmanager_ui.main import main as window


class Page(NamedTuple):
    """One manual page."""

    command: click.Command
    name: str
    section: int
    summary: str
    files: str
    see_also: str


PAGES = (
    Page(
        mpm,
        "mpm",
        1,
        "see and steer which application uses which network path",
        "",
        "mpmanager(1), mpmanagerd(8), mptcp_options(7), mptcpize(8), ip-mptcp(8)",
    ),
    Page(
        window,
        "mpmanager",
        1,
        "the window of the multipath connection manager",
        "",
        "mpm(1), mpmanagerd(8)",
    ),
    Page(
        daemon,
        "mpmanagerd",
        8,
        "manage the Multipath TCP connections of this machine",
        ".TP\n.I /var/lib/mpmanager/paths.json\nDecisions about paths (tiers, corrected kinds, trust).\n"
        ".TP\n.I /var/lib/mpmanager/policies.json\nHow long data may wait, where big transfers go, and what keeps "
        "to trusted paths.\n"
        ".TP\n.I /var/lib/mpmanager/profiles, profiles.json\nStored profiles, and what follows which network.\n"
        ".TP\n.I /var/lib/mpmanager/paths.copy.json, policies.copy.json\nCopies, for when the files are damaged.\n"
        ".TP\n.I /var/lib/mpmanager/scopes.json\nThe cgroups of programs that run under mpm run.\n"
        ".TP\n.I /var/lib/mpmanager/sysctls.json\nHow to undo changes of the kernel's settings.\n"
        ".TP\n.I /etc/sysctl.d/60\\-mpmanager.conf\nThe kernel's settings of Multipath TCP that are kept.\n"
        ".TP\n.I /var/lib/mpmanager/path\\-manager\\-before\nThe path manager to hand back to.",
        "mpm(1), mpmanager(1), mptcp_options(7), ip-mptcp(8)",
    ),
)


WRITTEN = ("mptcp_options.7",)
"""Pages of resources/man that tell of no command and are written by hand."""

_OWN = Path(__file__).parents[1] / "resources/man"


def roff(text: str) -> str:
    """Text with everything escaped that roff would take for its own."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line.startswith((".", "'")) else line for line in escaped.splitlines())


def paragraphs(text: str) -> Iterator[str]:
    """Click's help: paragraphs are filled, those that begin with a backspace stand as they are."""
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = block.splitlines()
        if lines[0].strip() == "\b":
            yield ".PP\n.nf\n" + roff("\n".join(lines[1:])) + "\n.fi"
        else:
            yield ".PP\n" + roff(" ".join(line.strip() for line in lines))


def options(command: click.Command, context: click.Context) -> Iterator[str]:
    """The options of one command."""
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record:
            yield f".TP\n.B {roff(record[0])}\n{roff(record[1])}"


def commands(command: click.Command, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    """The subcommands, those of groups included, in the order of their names."""
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            if found is not None:
                below = click.Context(found, info_name=name, parent=context, **found.context_settings)
                yield found, below
                yield from commands(found, below)


def body(command: click.Command, context: click.Context) -> Iterator[str]:
    """Description, options and examples of one command."""
    yield from paragraphs(command.help or "")
    yield from options(command, context)
    if command.epilog:
        yield from paragraphs(command.epilog)


def page(entry: Page) -> str:
    """A whole manual page."""
    context = click.Context(entry.command, info_name=entry.name, **entry.command.context_settings)
    usage = " ".join(entry.command.collect_usage_pieces(context))
    parts = [
        f'.TH {entry.name.upper()} {entry.section} "" mpmanager "mpmanager manual"',
        f".SH NAME\n{entry.name} \\- {roff(entry.summary)}",
        f".SH SYNOPSIS\n.B {entry.name}\n{roff(usage)}",
        ".SH DESCRIPTION",
        *body(entry.command, context),
    ]
    below = list(commands(entry.command, context))
    if below:
        parts.append(".SH COMMANDS")
    for command, each in below:
        pieces = " ".join(command.collect_usage_pieces(each))
        parts += [f".SS {roff(each.command_path)} {roff(pieces)}", *body(command, each)]
    if entry.files:
        parts.append(f".SH FILES\n{entry.files}")
    parts.append(f".SH SEE ALSO\n{roff(entry.see_also)}")
    return "\n".join(parts) + "\n"


def main() -> None:
    """Write all pages."""
    directory = Path(sys.argv[1] if len(sys.argv) > 1 else "resources/man")
    directory.mkdir(parents=True, exist_ok=True)
    for entry in PAGES:
        (directory / f"{entry.name}.{entry.section}").write_text(page(entry), encoding="utf-8")
    for name in WRITTEN:
        (directory / name).write_text((_OWN / name).read_text(encoding="utf-8"), encoding="utf-8")


if __name__ == "__main__":
    main()
