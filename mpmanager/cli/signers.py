"""The commands `mpm profile signers` and `mpm profile key`: whose profiles are believed, and with what one signs."""

from pathlib import Path

import click

from mpmanager.cli.context import json_option, local_command, print_json
from mpmanager.cli.profile_files import read_text
from mpmanager.cli.sentences import printable
from mpmanager.client.signing import (
    KeyInfo,
    SignerEntry,
    SignerInfo,
    Standing,
    fingerprint,
    key_store,
    standing_of,
    trusted_signers,
)
from mpmanager.model.errors import InvalidValueError

_HELP = {"help_option_names": ["-h", "--help"]}


@click.group(short_help="Whose signatures you trust.", context_settings=_HELP)
def signers() -> None:
    """Decide whose signatures under profiles you trust. The list is yours: ~/.config/mpmanager/signers.toml."""


@signers.command("list", short_help="The signers you trust.", context_settings=_HELP)
@json_option
@local_command
def list_(*, as_json: bool) -> None:
    """List the signers you trust, with the fingerprints of their keys."""
    entries = trusted_signers().entries()
    if as_json:
        print_json({"signers": [_row(each) for each in entries]})
        return
    for each in entries:
        click.echo(f"{printable(each.name)}  {fingerprint(each.key)}")
    if not entries:
        click.echo("You trust no signer yet: mpm profile signers trust FILE NAME")


def _row(entry: SignerEntry) -> SignerInfo:
    return SignerInfo(name=entry.name, key=entry.key, fingerprint=fingerprint(entry.key))


@signers.command(
    short_help="Trust a signer.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm profile signers trust office.toml Anna          who has signed this profile
  mpm profile signers trust l7Bz...4Uo= Anna          a key, as `mpm profile key show` prints it
""",
)
@click.argument("file_or_key", metavar="FILE|KEY")
@click.argument("name")
@json_option
@local_command
def trust(*, file_or_key: str, name: str, as_json: bool) -> None:
    """Trust what a key signs, under the NAME that you give it: that of a signed profile, or one that you were told.

    Compare the fingerprint with its owner first, on another way than the file came.
    """
    key = _key_in(file_or_key) if Path(file_or_key).exists() else file_or_key
    entry = trusted_signers().trust(key, name)
    if as_json:
        print_json({"signers": [_row(entry)]})
        return
    click.echo(f"You trust what {printable(entry.name)} signs: {fingerprint(entry.key)}")
    click.echo(f"To go back: mpm profile signers forget {printable(entry.name)!r}")


def _key_in(file: str) -> str:
    signature = standing_of(read_text(file), trusted_signers())
    if signature.standing is Standing.INVALID:
        raise InvalidValueError(f"{file}: the signature is invalid: {signature.reason}")
    if signature.key is None:
        raise InvalidValueError(f"{file}: nobody has signed this profile")
    return signature.key


@signers.command(short_help="Trust a signer no longer.", context_settings=_HELP)
@click.argument("name")
@json_option
@local_command
def forget(*, name: str, as_json: bool) -> None:
    """Trust the signer NAME no longer. Profiles that are stored stay."""
    entry = trusted_signers().forget(name)
    if as_json:
        print_json({"signers": [_row(entry)]})
        return
    click.echo(f"You no longer trust what {printable(entry.name)} signs: {fingerprint(entry.key)}")


@click.group(short_help="The key with which you sign.", context_settings=_HELP)
def key() -> None:
    """See the key with which you sign profiles. It is made with the first `mpm profile export --sign`."""


@key.command(short_help="Your key, for others to trust.", context_settings=_HELP)
@json_option
@local_command
def show(*, as_json: bool) -> None:
    """Show the public half of your key and its fingerprint, for others to trust, and where the secret half is kept."""
    own = key_store().find()
    if own is None:
        raise InvalidValueError("there is no key yet; it is made with the first: mpm profile export FILE --sign")
    mark = fingerprint(own.public)
    if as_json:
        print_json(KeyInfo(key=own.public, fingerprint=mark, place=own.place, keyring=own.is_in_keyring))
        return
    click.echo(f"Public key:  {own.public}\nFingerprint: {mark}\nKept in:     {own.place}")
