"""The commands `mpm profile`: what a person decided as a whole, to be kept, carried elsewhere, and put into force."""

import sys
from dataclasses import dataclass

import click
from click.shell_completion import CompletionItem

from mpmanager.api.bus import Bus, parse_bus
from mpmanager.api.structures import ProfileChanges, ProfileInfo
from mpmanager.cli import mandates, profile_words
from mpmanager.cli.context import ask, bus_command, console, json_option, print_json
from mpmanager.cli.probation import confirm_option
from mpmanager.cli.profile_files import is_file, name_for, read_text, write_text
from mpmanager.cli.sentences import printable
from mpmanager.cli.signers import key, signers
from mpmanager.client.manager import ManagerClient
from mpmanager.client.profiles import ExportInfo, ImportInfo, StoredProfile, differences, merged_text, named
from mpmanager.client.signing import (
    SignatureInfo,
    Standing,
    fingerprint,
    sign_as_user,
    standing_of,
    trusted_signers,
)
from mpmanager.model.errors import InvalidValueError, MpmanagerError, UnknownProfileError
from mpmanager.model.profile import BEFORE, OTHERWISE, MergeMode, profile_name

_HELP = {"help_option_names": ["-h", "--help"]}
_NOW = "now"
_ID_BEGINS = ("wifi:", "gateway:", "nm:")
_UNDO = f"To go back: mpm profile activate {BEFORE}"


def _complete_name(context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Names of stored profiles, where the daemon answers."""
    bus = context.obj if isinstance(context.obj, Bus) else parse_bus("system")
    try:
        rows = ask(bus, lambda client: client.profiles())
    except MpmanagerError:
        return []
    return [CompletionItem(row.name, help=row.description) for row in rows if row.name.startswith(begun)]


_name_argument = click.argument("name", shell_complete=_complete_name)
_yes_option = click.option("--yes", is_flag=True, help="Do not ask, also where rights are widened.")


@click.group(short_help="All your decisions, kept and carried.", context_settings=_HELP)
def profile() -> None:
    """Keep what you decided as a whole: trust of networks, when paths are used, rules of programs, and the default.

    Profiles speak of kinds and roles of paths (Wi-Fi, metered), so that they mean the same on other machines.
    """


profile.add_command(signers)
profile.add_command(key)
for _command in (mandates.check, mandates.keygen, mandates.sign_files, mandates.verify):
    profile.add_command(_command)


@profile.command(
    "list",
    short_help="The stored profiles.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm profile list
  mpm profile list --json
""",
)
@json_option
@bus_command
def list_(*, bus: Bus, as_json: bool) -> None:
    """List the stored profiles: which one is in force, who chose it, and which networks they follow."""
    rows = ask(bus, lambda client: client.profiles())
    if as_json:
        print_json({"profiles": rows})
        return
    console().print(profile_words.profiles(rows))
    if (hint := profile_words.choice_hint(rows)) is not None:
        click.echo(hint)


@profile.command(
    short_help="One profile, and who signed it.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm profile show Cafe
  mpm profile show Cafe --json
""",
)
@_name_argument
@json_option
@bus_command
def show(*, bus: Bus, name: str, as_json: bool) -> None:
    """Show the text of a stored profile, who vouches for it, and what of it cannot be used."""
    row, text = ask(bus, lambda client: _look_at(client, name))
    signature = standing_of(text, trusted_signers())
    if as_json:
        print_json(StoredProfile(profile=row, signature=signature, text=text))
        return
    console().print(profile_words.profiles([row]))
    for line in (profile_words.signature_line(signature), *profile_words.mistakes(row.mistakes)):
        click.echo(line)
    click.echo(f"\n{text}", nl=False)


async def _look_at(client: ManagerClient, name: str) -> tuple[ProfileInfo, str]:
    text = await client.profile_text(name)
    wanted = profile_name(name)
    return next(row for row in await client.profiles() if row.name == wanted), text


@profile.command(
    short_help="Write what holds now to a file.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm profile export office.toml                     what holds now
  mpm profile export office.toml --sign              and you vouch for it
  mpm profile export cafe.toml --profile Cafe        a stored profile, as it is
  mpm profile export -                               to standard output
""",
)
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@click.option("--name", metavar="NAME", help="How it is called; without it, as the file.")
@click.option(
    "--profile", "stored", metavar="NAME", shell_complete=_complete_name, help="A stored profile, not what holds now."
)
@click.option("--sign", is_flag=True, help="Sign it with your key, which is made if there is none.")
@json_option
@bus_command
def export(*, bus: Bus, file: str, name: str | None, stored: str | None, sign: bool, as_json: bool) -> None:
    """Write a profile to FILE: what was decided and holds now, in words that other machines understand.

    What belongs to this machine, one user or the moment alone is left out: corrected kinds, what was said of
    interfaces, users' own rules, temporary rules.
    """
    if stored is None:
        text = named(ask(bus, lambda client: client.current_decisions()), name or name_for(file))
    else:
        text = ask(bus, lambda client: client.profile_text(stored))
        text = text if name is None else named(text, name)
    if sign:
        text = _signed(text)
    write_text(file, text)
    if as_json and file != "-":
        print_json(ExportInfo(file=file, signature=standing_of(text, trusted_signers())))
    elif file != "-":
        click.echo(f"Written to {printable(file)}.")


def _signed(text: str) -> str:
    done = sign_as_user(text)
    if done.is_new_key:
        click.echo(f"A key for signing was made: {fingerprint(done.key.public)}, kept in {done.key.place}.", err=True)
        if not done.key.is_in_keyring:
            click.echo("There is no keyring here: the file is readable by you alone, and not encrypted.", err=True)
    return done.text


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What to import, as what, and what that means."""

    name: str
    text: str
    signature: SignatureInfo
    preview: ProfileChanges

    def info(self, *, stored: bool, activated: bool) -> ImportInfo:
        return ImportInfo(
            name=self.name, signature=self.signature, preview=self.preview, stored=stored, activated=activated
        )

    def show(self) -> None:
        click.echo(f"Profile {self.name}")
        for line in profile_words.preview(self.preview, self.signature):
            click.echo(line)


@profile.command(
    "import",
    short_help="Take in a profile from a file.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm profile import office.toml --preview         what it means here; nothing is changed
  mpm profile import office.toml                   keep it, under the name it has
  mpm profile import office.toml --activate        and put it in the place of what holds
  mpm profile import rules.toml --merge --activate add it to what holds
""",
)
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@click.option("--preview", "is_preview", is_flag=True, help="Show what it would change, and change nothing.")
@click.option("--merge", "is_merge", is_flag=True, help="Keep what holds now with this profile on top.")
@click.option("--replace", "is_replace", is_flag=True, help="Keep this profile as it is (the default).")
@click.option("--name", metavar="NAME", help="Under which it is kept; without it, the one it has.")
@click.option("--activate", "is_activated", is_flag=True, help="Put it into force at once.")
@click.option("--skip-broken", is_flag=True, help="Take it although some of it cannot be used.")
@_yes_option
@json_option
@bus_command
def import_(
    *,
    bus: Bus,
    file: str,
    is_preview: bool,
    is_merge: bool,
    is_replace: bool,
    name: str | None,
    is_activated: bool,
    skip_broken: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Take in the profile in FILE, in place of the stored one of its name. What it means here is shown before: who
    vouches for it, which paths it speaks of, what it changes, and first of all which rights it widens.

    Where it widens rights you are asked; where nobody can be asked, --yes is needed.
    """
    if is_merge and is_replace:
        raise click.UsageError("--merge and --replace exclude each other")
    plan = _plan(bus, file, MergeMode.MERGE if is_merge else MergeMode.REPLACE, name)
    if not as_json:
        plan.show()
    if is_preview:
        if as_json:
            print_json(plan.info(stored=False, activated=False))
        return
    if plan.preview.mistakes and not skip_broken:
        _tell_why(plan, as_json=as_json)
        raise InvalidValueError(f"{file}: some of it cannot be used; mend it, or take the rest with --skip-broken")
    _consent(plan.preview, yes=yes, as_json=as_json)
    ask(bus, lambda client: _take_in(client, plan, is_activated=is_activated))
    if as_json:
        print_json(plan.info(stored=True, activated=is_activated))
    elif is_activated:
        click.echo(f"Profile {plan.name} is in force. {_UNDO}")
    else:
        click.echo(
            f"Kept as {plan.name}; nothing of it is in force yet. To have it: mpm profile activate {plan.name!r}"
        )


def _plan(bus: Bus, file: str, mode: MergeMode, name: str | None) -> _Plan:
    text = read_text(file)
    signature = standing_of(text, trusted_signers())
    if signature.standing is Standing.INVALID:
        raise InvalidValueError(f"{file}: refused, as the signature is invalid: {signature.reason}")
    preview, now = ask(bus, lambda client: _preview(client, text, mode))
    if name is None and any(each.startswith("name: ") for each in preview.mistakes):
        raise InvalidValueError(f"{file}: it has no name that can be used; give it one with --name")
    stored = merged_text(now, text) if mode is MergeMode.MERGE else text
    return _Plan(name=profile_name(name or preview.name), text=stored, signature=signature, preview=preview)


async def _preview(client: ManagerClient, text: str, mode: MergeMode) -> tuple[ProfileChanges, str]:
    return await client.preview_profile(text, mode), await client.current_decisions()


async def _take_in(client: ManagerClient, plan: _Plan, *, is_activated: bool) -> None:
    await client.store_profile(plan.name, plan.text)
    if is_activated:
        await client.activate_profile(plan.name)


def _tell_why(plan: _Plan, *, as_json: bool) -> None:
    """With JSON nothing was shown yet."""
    if as_json:
        for line in profile_words.mistakes(plan.preview.mistakes):
            click.echo(line, err=True)


def _consent(preview: ProfileChanges, *, yes: bool, as_json: bool) -> None:
    """Ask where rights are widened.

    Raises:
        InvalidValueError: the answer is no, or nobody can be asked.
    """
    wider = [each for each in preview.changes if each.widens_rights]
    if yes or not wider:
        return
    if as_json or not sys.stdin.isatty():
        raise InvalidValueError(
            f"this widens rights ({len(wider)}; see --preview, or mpm profile diff), and there is no terminal to ask "
            "on; --yes agrees"
        )
    if not click.confirm("This widens rights. Go on?", default=False):
        raise InvalidValueError("nothing was changed")


@profile.command(
    short_help="Put a profile into force.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm profile activate Cafe           in the place of all that was decided
  mpm profile activate before         back to what held until then
  mpm profile activate --automatic    let the networks in use choose again
""",
)
@click.argument("name", required=False, shell_complete=_complete_name)
@click.option("--automatic", is_flag=True, help="Let the networks in use choose (mpm profile follow).")
@_yes_option
@json_option
@bus_command
@confirm_option
def activate(*, bus: Bus, name: str | None, automatic: bool, yes: bool, as_json: bool) -> None:
    """Put a stored profile in the place of all that was decided, all of it or nothing. What held is kept as the profile
    `before`. A profile that you chose stays, whatever network you are in, until you say --automatic.
    """
    if (name is None) != automatic:
        raise click.UsageError("either NAME or --automatic")
    if name is not None:
        _show_and_ask(bus, name, yes=yes, as_json=as_json)
    ask(bus, lambda client: client.activate_profile(name or ""))
    if as_json:
        print_json({"profiles": ask(bus, lambda client: client.profiles())})
    elif name is None:
        click.echo("The networks in use choose the profile from now on: mpm profile list shows which follow what.")
    else:
        click.echo(f"Profile {name} is in force." + ("" if name == BEFORE else f" {_UNDO}"))


def _show_and_ask(bus: Bus, name: str, *, yes: bool, as_json: bool) -> None:
    text = ask(bus, lambda client: client.profile_text(name))
    preview = ask(bus, lambda client: client.preview_profile(text, MergeMode.REPLACE))
    if not as_json:
        for line in (*profile_words.mistakes(preview.mistakes), *profile_words.changes(preview.changes)):
            click.echo(line)
    _consent(preview, yes=yes, as_json=as_json)


@profile.command(short_help="Forget a profile.", context_settings=_HELP)
@_name_argument
@json_option
@bus_command
def delete(*, bus: Bus, name: str, as_json: bool) -> None:
    """Forget a stored profile. What is in force stays, also where it came from this profile."""
    ask(bus, lambda client: client.delete_profile(name))
    if as_json:
        print_json({"profiles": ask(bus, lambda client: client.profiles())})
    else:
        click.echo(f"Profile {name} is deleted.")


@profile.command(
    short_help="What differs between two profiles.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm profile diff Cafe                  what activating it would change here
  mpm profile diff Cafe Office           from one to the other, as they are written
  mpm profile diff office.toml now       from a file to what holds
""",
)
@click.argument("one", metavar="A", shell_complete=_complete_name)
@click.argument("other", metavar="[B]", required=False, shell_complete=_complete_name)
@json_option
@bus_command
def diff(*, bus: Bus, one: str, other: str | None, as_json: bool) -> None:
    """Show what becomes another from A to B; without B, what would become another here if A were activated.

    A and B are stored profiles, files (with `/` or `.toml`), or `now`.
    """
    if other is None:
        text = _text_of(bus, one)
        rows = ask(bus, lambda client: client.preview_profile(text, MergeMode.REPLACE)).changes
    else:
        rows = differences(_text_of(bus, one), _text_of(bus, other))
    if as_json:
        print_json({"changes": rows})
        return
    for line in profile_words.changes(rows):
        click.echo(line)


def _text_of(bus: Bus, wanted: str) -> str:
    if is_file(wanted):
        return read_text(wanted)
    try:
        return ask(bus, lambda client: client.profile_text(wanted))
    except UnknownProfileError:
        if wanted != _NOW:
            raise
        return ask(bus, lambda client: client.current_decisions())


_NETWORK = """

NETWORK is what names it (wifi:Cafe/open; mpm path trust NAME tells), or, for one that is in use, its name or that of
its path; or otherwise: while no network is in use that another profile follows.
"""


@profile.command(
    short_help="Use a profile with a network.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm profile follow wifi:Cafe/open Cafe     when on the Wi-Fi "Cafe", which is open
  mpm profile follow wlan0 Cafe              the network that wlan0 is in now
  mpm profile follow otherwise Travel        with all other networks
""",
    help="Have a profile activated whenever a network is in use, unless one was chosen by hand." + _NETWORK,
)
@click.argument("network")
@_name_argument
@_yes_option
@json_option
@bus_command
def follow(*, bus: Bus, network: str, name: str, yes: bool, as_json: bool) -> None:
    wanted = ask(bus, lambda client: _network_id(client, network))
    _show_and_ask(bus, name, yes=yes, as_json=as_json)
    ask(bus, lambda client: client.follow_network(wanted, name))
    rows = ask(bus, lambda client: client.profiles())
    if as_json:
        print_json({"profiles": rows})
        return
    click.echo(
        f"Profile {name} is used with {printable(wanted)}. To go back: mpm profile unfollow {printable(wanted)!r}"
    )
    if (hint := profile_words.choice_hint(rows)) is not None:
        click.echo(hint)


@profile.command(
    short_help="Use no profile with a network.",
    context_settings=_HELP,
    help="Have no profile activated with a network any more; what is in force stays." + _NETWORK,
)
@click.argument("network")
@json_option
@bus_command
def unfollow(*, bus: Bus, network: str, as_json: bool) -> None:
    wanted = ask(bus, lambda client: _network_id(client, network))
    ask(bus, lambda client: client.follow_network(wanted, ""))
    if as_json:
        print_json({"profiles": ask(bus, lambda client: client.profiles())})
    else:
        click.echo(f"No profile follows {printable(wanted)} any more.")


async def _network_id(client: ManagerClient, text: str) -> str:
    """What names a network, also of one that is only named by its path or as people call it."""
    if text == OTHERWISE or text.startswith(_ID_BEGINS):
        return text
    paths = await client.paths()
    found = next((path for path in paths if text in {path.name, path.network} and path.network_ids), None)
    if found is None:
        known = ", ".join(path.network_ids[0] for path in paths if path.network_ids) or "none that has a name"
        raise InvalidValueError(f"network {text!r}: none that is in use is called so; in use are: {known}")
    return found.network_ids[0]
