"""Files that are made from the code are the ones in the repository."""

import importlib.util
import subprocess
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("name", PAGES)
def test_the_manual_page_is_that_of_the_help(name):
    pinned = ROOT / "resources/man" / name
    assert pinned.read_text() == MAN.page(PAGES[name]), "run packaging/man.py and review the difference"


@pytest.mark.parametrize("name", PAGES)
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
    assert {each.name for each in (ROOT / "resources/man").iterdir()} == PAGES.keys()
