"""Files of profiles, as the command line names them: `-` is standard input or output."""

import os
import sys
from pathlib import Path

import click

from mpmanager.client.profile_files import checked_profile, read_profile_file, write_profile_file
from mpmanager.model.profile import LONGEST_TEXT_BYTES

STANDARD = "-"


def read_text(file: str) -> str:
    """The text of a file, or of standard input.

    Raises:
        InvalidValueError: it cannot be read, or is no profile.
    """
    if file == STANDARD:
        return checked_profile(sys.stdin.buffer.read(LONGEST_TEXT_BYTES + 1), file)
    return read_profile_file(Path(file))


def write_text(file: str, text: str) -> None:
    """Write a file as a whole, or to standard output.

    Raises:
        InvalidValueError: it cannot be written.
    """
    if file == STANDARD:
        click.echo(text, nl=False)
    else:
        write_profile_file(Path(file), text)


def is_file(text: str) -> bool:
    """Whether somebody means a file, and no stored profile."""
    return text == STANDARD or os.sep in text or text.endswith(".toml")


def name_for(file: str) -> str:
    """How a profile is called that goes to a file."""
    return "now" if file == STANDARD else Path(file).stem
