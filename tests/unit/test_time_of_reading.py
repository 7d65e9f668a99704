"""What anybody may hand to the daemon takes a time that grows with its length and no faster: nobody stands it still.

Each of these takes far less than a second; where the time grew by the square of the length, most of them took hours.
"""

import os
from contextlib import suppress

import pytest

from mpmanager.api.profile_text import LONGEST_TEXT_BYTES, read_profile
from mpmanager.core.interpreters import script_of
from mpmanager.linux.desktop_entries import _MOST_LOOKED_AT, _files_below
from mpmanager.linux.key_files import group_of, start_of
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.selector import Selector

LENGTH = LONGEST_TEXT_BYTES - 100
PROFILES = ["x", "a.", '"', "'", '"a"', "a .", "[", "{", "a = 'x.y'\n", "#", " ", "-", "1", "a" * 100 + " "]


@pytest.mark.parametrize("part", PROFILES)
def test_a_profile_of_one_thing_repeated_is_refused_soon(part):
    with pytest.raises(InvalidValueError):
        read_profile(part * (LENGTH // len(part)))


@pytest.mark.parametrize(
    "content",
    [b"a" + b" " * LENGTH, b"a = " + b" " * LENGTH + b"b", b"a" * LENGTH, b" " * LENGTH, b"[G]" + b" " * LENGTH],
    ids=["key", "value", "word", "blank", "heading"],
)
def test_a_desktop_entry_of_one_long_line_is_read_soon(tmp_path, content):
    file = tmp_path / "entry"
    file.write_bytes(b"[G]\n" + content + b"\nb = c\n")
    assert group_of(file, "G").get("b") == "c" or content.startswith(b"[G]")


@pytest.mark.parametrize("text", ["exe:/x" + " " * 4000 + "y", "exe:/x" + " user:" * 600, " " * 4000])
def test_a_selector_of_blanks_is_read_soon(text):
    with suppress(InvalidValueError):
        Selector.parse(text)


def test_a_program_with_two_hundred_thousand_options_is_looked_at_soon():
    assert script_of("/usr/bin/python3", ["python3", *["-s"] * 200_000, "/x.py"], cwd="/") is None


def test_a_directory_of_entries_without_end_is_left(tmp_path):
    for number in range(50):
        (tmp_path / f"{number:02}").mkdir()
        (tmp_path / f"{number:02}" / "a.desktop").touch()
    (tmp_path / "loop").symlink_to(tmp_path)
    assert len(list(_files_below(tmp_path))) == 50
    assert _MOST_LOOKED_AT <= 20_000


def test_a_link_to_a_device_does_not_open_it(tmp_path, monkeypatch):
    """Some do something when they are opened, such as a watchdog, which restarts the machine."""
    flags, really = [], os.open
    monkeypatch.setattr(os, "open", lambda path, said, **other: flags.append(said) or really(path, said, **other))
    (tmp_path / "entry").symlink_to("/dev/null")
    assert start_of(tmp_path / "entry") == b""
    assert flags
    assert all(each & os.O_PATH for each in flags)
