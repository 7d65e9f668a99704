"""Files that are made from the code are the ones in the repository."""

import importlib.util
import re
import subprocess
from pathlib import Path

import pytest

from mpmanager import sockets

ROOT = Path(__file__).parents[2]


def script(name):
    spec = importlib.util.spec_from_file_location(f"packaging_{name}", ROOT / "packaging" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MAN = script("man")
PAGES = {f"{entry.name}.{entry.section}": entry for entry in MAN.PAGES}


def test_the_json_schema_is_that_of_the_structures():
    pinned = ROOT / "resources/schema/mpm.schema.json"
    assert pinned.read_text() == script("schema").schema(), "run packaging/schema.py and review the difference"


def test_the_schema_of_profiles_is_that_of_their_fields():
    pinned = ROOT / "resources/schema/profile.schema.json"
    assert pinned.read_text() == script("schema").profile_schema(), "run packaging/schema.py and review the difference"


@pytest.mark.parametrize("name", PAGES)
def test_the_manual_page_is_that_of_the_help(name):
    pinned = ROOT / "resources/man" / name
    assert pinned.read_text() == MAN.page(PAGES[name]), "run packaging/man.py and review the difference"


@pytest.mark.parametrize("name", [*PAGES, *MAN.WRITTEN])
def test_the_manual_page_is_sound(name):
    read = subprocess.run(
        ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", ROOT / "resources/man" / name],
        capture_output=True,
        text=True,
        check=True,
        env={"MANROFFSEQ": "", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANWIDTH": "80"},
    )
    assert read.stderr == ""


def test_there_are_manual_pages_for_all_commands_and_no_others():
    assert {each.name for each in (ROOT / "resources/man").iterdir()} == {*PAGES, *MAN.WRITTEN}


def test_all_manual_pages_can_be_written_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.argv", ["man.py", str(tmp_path)])
    MAN.main()
    written = {each.name: each.read_text() for each in tmp_path.iterdir()}
    assert written == {each.name: each.read_text() for each in (ROOT / "resources/man").iterdir()}


def test_the_numbers_of_the_socket_options_are_the_same_wherever_they_stand():
    python = {"MPTCP_EXPIRATION": sockets.MPTCP_EXPIRATION, "MPTCP_TRUSTED": sockets.MPTCP_TRUSTED}
    longest = {"MPTCP_EXPIRATION_LONGEST_MS": sockets.LONGEST_MS, "EXPIRATION_LONGEST_MS": sockets.LONGEST_MS}
    never = {"MPTCP_EXPIRATION_NEVER": sockets.NEVER, "EXPIRATION_NEVER": sockets.NEVER}
    for source in ("include/mpmanager/mptcp_options.h", "mpmanager/bpf/options.bpf.c"):
        defined = dict(re.findall(r"#define (\w+) \(?(-?\w+)\)?", (ROOT / source).read_text()))
        found = {name: int(value, 0) for name, value in defined.items() if name in python | longest | never}
        assert len(found) == 4
        assert found.items() <= (python | longest | never).items()
    page = (ROOT / "resources/man/mptcp_options.7").read_text()
    assert all(f'{name} " ({value:#x})"'.replace("0x6d", "0x6D") in page for name, value in python.items())
