"""The commands of `mpm profile` for those who feed many machines: check, sign and verify files, without any daemon."""

import os
import sys
from pathlib import Path

import click
import msgspec

from mpmanager.api.file_signature import new_key, private_key, sign, signer_of
from mpmanager.api.mandate_files import (
    SIGNATURE_SUFFIX,
    MandateText,
    Refusal,
    Trusted,
    names_of,
    profile_of_file,
    read_file,
    trusted,
)
from mpmanager.cli.context import json_option, print_json
from mpmanager.model.authority import ROOT_UID
from mpmanager.model.errors import InvalidValueError

_HELP = {"help_option_names": ["-h", "--help"]}
_DIRECTORY = "/etc/mpmanager/profiles.d"
_KEYS = "/etc/mpmanager/trusted-keys.d"
_SECRET_MODE, _PUBLIC_MODE = 0o600, 0o644
_file = click.Path(dir_okay=False, path_type=Path)
_directory = click.Path(file_okay=False, path_type=Path)
_passphrase_option = click.option(
    "--passphrase-file", type=_file, metavar="FILE", help="The passphrase is the first line of this file."
)
_keys_option = click.option(
    "--keys",
    type=_directory,
    default=_KEYS,
    show_default=True,
    metavar="DIR",
    help="The directory of public keys (*.pub) whose signatures count.",
)


class CheckedFile(msgspec.Struct, kw_only=True):
    """What came of looking at a file."""

    file: str
    ok: bool
    name: str | None = None
    rules: int = 0
    signer: str | None = None
    mistake: str | None = None
    """With the line where that is known; null: there is none."""


@click.command(
    short_help="Check profiles for profiles.d.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm profile check files/profiles.d                      in the pipeline of your configuration management
  mpm profile check files/profiles.d --keys files/keys --require-signature
  mpm profile check --installed                           what the daemon of this machine would say
""",
)
@click.argument("directory", type=_directory, default=_DIRECTORY, required=False)
@_keys_option
@click.option("--require-signature", is_flag=True, help="Refuse what is not signed, as require-signature does.")
@click.option("--installed", is_flag=True, help="Also look whether all belongs to root alone, as the daemon does.")
@json_option
def check(*, directory: Path, keys: Path, require_signature: bool, installed: bool, as_json: bool) -> None:
    """Check all profiles of a DIRECTORY as mpmanagerd would, without one. Ends with 1 where a file would be refused."""
    if not directory.is_dir():
        raise InvalidValueError(f"{directory}: there is no such directory")
    owners = {ROOT_UID} if installed else None
    trust = trusted(keys, needs_signature=require_signature, owners=owners)
    rows = [_checked(directory, read_file(directory, name, trust)) for name in names_of(directory)]
    if as_json:
        print_json({"files": rows, "keys": list(trust.refusals)})
    else:
        _print(rows, trust, directory)
    if trust.refusals or not all(each.ok for each in rows):
        sys.exit(1)


def _checked(directory: Path, found: MandateText | Refusal) -> CheckedFile:
    file = str(directory / found.name)
    if isinstance(found, Refusal):
        return CheckedFile(file=file, ok=False, mistake=found.reason)
    return CheckedFile(file=file, ok=True, name=found.profile.name, rules=len(found.profile.rules), signer=found.signer)


def _print(rows: list[CheckedFile], trust: Trusted, directory: Path) -> None:
    for each in rows:
        signed = f", signed with {each.signer}" if each.signer else ""
        good = f"{each.file}: good: profile {each.name}, {each.rules} rules{signed}"
        click.echo(good if each.ok else f"{each.file}: {each.mistake}")
    for refusal in trust.refusals:
        click.echo(refusal)
    if not rows:
        click.echo(f"{directory}: no profile (*.toml, *.json)")


@click.command(
    short_help="Make a key to sign profiles with.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm profile keygen office.key                               asks for a passphrase; also writes office.pub
  mpm profile keygen office.key --passphrase-file secret.txt
  mpm profile keygen office.key --no-passphrase               for a pipeline that keeps secrets itself
""",
)
@click.argument("file", type=_file)
@_passphrase_option
@click.option("--no-passphrase", is_flag=True, help="Do not encrypt the key.")
def keygen(*, file: Path, passphrase_file: Path | None, no_passphrase: bool) -> None:
    """Make an Ed25519 key: its secret half goes to FILE, which nobody else can read, and its public half beside it, as
    .pub: that belongs into /etc/mpmanager/trusted-keys.d of the machines.
    """
    secret, public = new_key(_new_passphrase(passphrase_file, is_wanted=not no_passphrase))
    public_file = file.with_suffix(".pub")
    _write(file, secret, _SECRET_MODE)
    _write(public_file, public, _PUBLIC_MODE)
    click.echo(
        f"{file}: the secret half; keep it where nobody else gets it. {public_file}: for {_KEYS} of the machines."
    )


def _new_passphrase(file: Path | None, *, is_wanted: bool) -> bytes | None:
    if not is_wanted:
        return None
    if file is not None:
        return _first_line(file)
    if not sys.stdin.isatty():
        raise InvalidValueError("there is no terminal to ask for a passphrase on: --passphrase-file or --no-passphrase")
    return str(click.prompt("Passphrase", hide_input=True, confirmation_prompt=True)).encode()


def _first_line(file: Path) -> bytes:
    return _content(file).split(b"\n", 1)[0].rstrip(b"\r")


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InvalidValueError(f"{file}: {error.strerror}") from error


def _write(file: Path, content: bytes, mode: int) -> None:
    """A new file; what is there already stays."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
    except OSError as error:
        raise InvalidValueError(f"{file}: {error.strerror}") from error


@click.command(
    "sign",
    short_help="Sign profiles for profiles.d.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm profile sign 10-office.toml --key office.key      writes 10-office.toml.sig
""",
)
@click.argument("files", type=_file, nargs=-1, required=True)
@click.option(
    "--key", required=True, type=_file, metavar="FILE", help="The secret half, as mpm profile keygen makes it."
)
@_passphrase_option
def sign_files(*, files: tuple[Path, ...], key: Path, passphrase_file: Path | None) -> None:
    """Vouch for FILES: a signature of each goes beside it, as FILE.sig. A file with mistakes is refused."""
    for file in files:
        _require_whole(file)
    pem = _content(key)
    is_encrypted = b"ENCRYPTED" in pem.split(b"\n", 1)[0]
    passphrase = _passphrase(passphrase_file) if is_encrypted else None
    try:
        secret = private_key(pem, passphrase)
    except InvalidValueError as error:
        raise InvalidValueError(f"{key}: {error}") from error
    for file in files:
        signature = file.with_name(file.name + SIGNATURE_SUFFIX)
        try:
            signature.write_bytes(sign(_content(file), secret))
        except OSError as error:
            raise InvalidValueError(f"{signature}: {error.strerror}") from error
        click.echo(f"{signature}: signed")


def _passphrase(file: Path | None) -> bytes:
    if file is not None:
        return _first_line(file)
    if not sys.stdin.isatty():
        raise InvalidValueError("there is no terminal to ask for the passphrase on: --passphrase-file")
    return str(click.prompt("Passphrase", hide_input=True)).encode()


def _require_whole(file: Path) -> None:
    try:
        _profile, mistakes = profile_of_file(file.name, _content(file).decode())
    except (InvalidValueError, UnicodeDecodeError) as error:
        raise InvalidValueError(f"{file}: {error}") from error
    if mistakes:
        raise InvalidValueError(f"{file}: {'; '.join(map(str, mistakes))}")


@click.command(
    short_help="Who has signed profiles for profiles.d.",
    context_settings=_HELP,
    epilog="""\b
Examples:
  mpm profile verify 10-office.toml --keys files/trusted-keys.d
""",
)
@click.argument("files", type=_file, nargs=-1, required=True)
@_keys_option
def verify(*, files: tuple[Path, ...], keys: Path) -> None:
    """Say with which of the trusted keys FILES are signed (FILE.sig). Ends with 1 where one is not."""
    trust = trusted(keys, needs_signature=True, owners=None)
    for file in files:
        try:
            signer = signer_of(_content(file), _content(file.with_name(file.name + SIGNATURE_SUFFIX)), list(trust.keys))
        except InvalidValueError as error:
            raise InvalidValueError(f"{file}: {error}") from error
        click.echo(f"{file}: signed with {signer.name} ({signer.fingerprint})")
