"""Files of profiles, and the lines on which their mistakes stand."""

import pytest

from mpmanager.api.profile_text import read_profile
from mpmanager.client.profile_files import mistake_line, read_profile_file, write_profile_file
from mpmanager.model.errors import InvalidValueError

BROKEN = """\
version = 1
name = "Cafe"

[trust]
wires_need_login = "perhaps"

[trust.networks]
"wifi:Cafe/open" = "sometimes"

[[tiers]]
paths = "metered"
tier = "never"

[[policies]]
selector = "exe:/usr/bin/ssh"
wait_mss = 20

[[policies]]
selector = "app:org.mozilla.firefox"
wait_ms = "soon"
colour = "red"

[[policies]]
selector = "nobody"
"""


def test_mistakes_are_found_on_their_lines():
    mistakes = [str(each) for each in read_profile(BROKEN).mistakes]
    lines = {mistake.partition(":")[0]: mistake_line(BROKEN, mistake) for mistake in mistakes}
    assert lines == {
        "trust.wires_need_login": 5,
        "trust.networks.'wifi": 8,
        "policies[0]": 16,
        "policies[1].wait_ms": 20,
        "policies[2]": 23,
    }


def test_what_is_missing_has_no_line():
    text = "version = 1\n"
    assert [mistake_line(text, str(each)) for each in read_profile(text).mistakes] == [None]


def test_what_is_written_is_read_again(tmp_path):
    write_profile_file(tmp_path / "a.toml", 'version = 1\nname = "Café"\n')
    assert read_profile_file(tmp_path / "a.toml") == 'version = 1\nname = "Café"\n'


@pytest.mark.parametrize("content", [b"\xff\xfe", b"version = \n", b"version = 2\n", b"a" * 600_000])
def test_a_file_that_is_no_profile_is_refused_by_its_name(tmp_path, content):
    (tmp_path / "a.toml").write_bytes(content)
    with pytest.raises(InvalidValueError, match=r"a\.toml: "):
        read_profile_file(tmp_path / "a.toml")


def test_a_directory_is_no_profile(tmp_path):
    with pytest.raises(InvalidValueError, match="directory"):
        read_profile_file(tmp_path)
