"""Groups of keys in files that may hold anything."""

import os

import pytest

from mpmanager.linux.key_files import group_of, start_of

ENTRY = """# a comment
Stray=0

[Desktop Entry]
Name=Fire=fox
Name[de]=Feuerfuchs
 Icon = fire
#Hidden=true
nonsense
Name=again

[Desktop Action new]
Name=New window
[Desktop Entry]
Exec=late
"""


def test_of_a_group_its_own_keys_are_told(tmp_path):
    file = tmp_path / "entry"
    file.write_text(ENTRY)
    assert group_of(file, "Desktop Entry") == {"Name": "Fire=fox", "Icon": "fire"}
    assert group_of(file, "Desktop Action new") == {"Name": "New window"}
    assert group_of(file, "Other") == {}


@pytest.mark.parametrize("content", [b"", b"\xff\xfe[Desktop Entry]", b"\0" * 100, b"[Desktop Entry", b"="])
def test_a_file_that_is_none_of_that_kind_has_no_groups(tmp_path, content):
    file = tmp_path / "entry"
    file.write_bytes(content)
    assert group_of(file, "Desktop Entry") == {}


def test_what_is_no_utf_8_spoils_nothing_else(tmp_path):
    file = tmp_path / "entry"
    file.write_bytes(b"[G]\nA=\xff\nB=b\r\n")
    assert group_of(file, "G") == {"A": "\N{REPLACEMENT CHARACTER}", "B": "b"}


def test_only_files_are_read_and_nobody_is_waited_for(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name in ("fifo", "loop", "missing", "", "a\0b"):
        assert start_of(tmp_path / name) == b""
    (tmp_path / "file").write_bytes(b"x" * 100)
    (tmp_path / "link").symlink_to("file")
    assert start_of(tmp_path / "link", 10) == b"x" * 10
