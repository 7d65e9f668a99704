"""How the daemon runs, as an administrator has set it down."""

from pathlib import Path

import pytest

from mpmanager.daemon.configuration import read_configuration
from mpmanager.daemon.metrics_server import Sink, SinkKind
from mpmanager.model.errors import InvalidValueError


def read(tmp_path, text):
    file = tmp_path / "daemon.toml"
    file.write_text(text)
    return read_configuration(file, must_be_there=True)


def test_without_a_file_nothing_is_exported_and_no_signature_needed(tmp_path):
    found = read_configuration(tmp_path / "none.toml", must_be_there=False)
    assert found.metrics == ()
    assert found.profiles is not None
    assert found.profiles.directory == Path("/etc/mpmanager/profiles.d")
    assert not found.profiles.needs_signature


def test_all_keys_are_read(tmp_path):
    found = read(
        tmp_path,
        'metrics = ["unix:/run/m.sock", "file:/var/lib/m.prom"]\nprofiles-directory = "/a"\n'
        'trusted-keys-directory = "/b"\nrequire-signature = true\n',
    )
    assert found.metrics == (
        Sink(kind=SinkKind.UNIX, path=Path("/run/m.sock")),
        Sink(kind=SinkKind.FILE, path=Path("/var/lib/m.prom")),
    )
    assert found.profiles is not None
    assert (str(found.profiles.directory), str(found.profiles.keys)) == ("/a", "/b")
    assert found.profiles.needs_signature


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "\nrequire_signature = true\n",
            "line 2: there is no key 'require_signature'; did you mean 'require-signature'?",
        ),
        ('# first\nrequire-signature = "yes"', "line 2: require-signature: this is a text, not true or false"),
        ('metrics = ["tcp:9100"]', "line 1: metrics: metrics 'tcp:9100': expected unix:/PATH or file:/PATH"),
        ('metrics = ["file:/tmp/x.txt"]', "end in .prom"),
        ("metrics = [1]", "line 1: metrics[0]: this is a whole number, not a text"),
        ('profiles-directory = "here"', "line 1: profiles-directory: 'here': expected a directory that begins with /"),
        ("[prometheus]\nport = 1", "line 1: there is no key 'prometheus'"),
        ("metrics = [", "this is no TOML"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_key(tmp_path, text, said):
    with pytest.raises(InvalidValueError) as raised:
        read(tmp_path, text)
    assert said in str(raised.value)
    assert "daemon.toml" in str(raised.value)


def test_a_file_that_was_asked_for_has_to_be_there(tmp_path):
    with pytest.raises(InvalidValueError, match="No such file"):
        read_configuration(tmp_path / "none.toml", must_be_there=True)
