"""Files of profiles, as the command line reads and writes them."""

import os
import sys
from pathlib import Path

import click

from mpmanager.api.profile_text import read_profile
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.profile import LONGEST_TEXT_BYTES

STANDARD = "-"


def read_text(file: str) -> str:
    """The text of a file, or of standard input.

    Raises:
        InvalidValueError: it cannot be read, or is no text.
    """
    try:
        if file == STANDARD:
            content = sys.stdin.buffer.read(LONGEST_TEXT_BYTES + 1)
        else:
            with Path(file).open("rb") as stream:
                content = stream.read(LONGEST_TEXT_BYTES + 1)
        text = content.decode()
        read_profile(text)
    except OSError as error:
        raise InvalidValueError(f"{file}: {error.strerror}") from error
    except (UnicodeDecodeError, InvalidValueError) as error:
        raise InvalidValueError(f"{file}: {error}") from error
    return text


def write_text(file: str, text: str) -> None:
    """Write a file as a whole, or to standard output.

    Raises:
        InvalidValueError: it cannot be written.
    """
    if file == STANDARD:
        click.echo(text, nl=False)
        return
    try:
        Path(file).write_bytes(text.encode())
    except OSError as error:
        raise InvalidValueError(f"{file}: {error.strerror}") from error


def is_file(text: str) -> bool:
    """Whether somebody means a file, and no stored profile."""
    return text == STANDARD or os.sep in text or text.endswith(".toml")


def name_for(file: str) -> str:
    """How a profile is called that goes to a file."""
    return "now" if file == STANDARD else Path(file).stem
