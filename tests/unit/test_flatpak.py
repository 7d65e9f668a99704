"""The window's Flatpak: what its manifest says, and what it is built of."""

import json
import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MANIFEST = ROOT / "flatpak/io.github.mpmanager.MPManager.json"
ADDRESS = re.compile(r"https?://|git@|\.(?:org|com|io)/")


@pytest.fixture(scope="module")
def manifest():
    return json.loads(MANIFEST.read_text())


@pytest.fixture
def wheels(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "flatpak")
    import wheels  # noqa: PLC0415  # it lies beside the manifest, in no package

    yield wheels
    for name in ("wheels", "locked"):
        del sys.modules[name]


def test_it_may_draw_a_window_and_talk_to_the_daemon_and_nothing_else(manifest):
    assert set(manifest["finish-args"]) == {
        "--share=ipc",
        "--socket=wayland",
        "--socket=fallback-x11",
        "--device=dri",
        "--system-talk-name=io.github.mpmanager1",
    }


def test_it_is_called_as_its_desktop_entry_and_starts_the_window(manifest):
    assert MANIFEST.stem == manifest["id"]
    assert (ROOT / "resources/desktop" / f"{manifest['id']}.desktop").is_file()
    assert manifest["command"] in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["gui-scripts"]


def test_its_sources_are_files_of_the_repository_and_the_folder_of_wheels(manifest):
    (module,) = manifest["modules"]
    for source in module["sources"]:
        place = (MANIFEST.parent / source["path"]).resolve()
        assert place.is_relative_to(ROOT)
        assert source["type"] == "dir" if place == ROOT / "flatpak/wheels" else place.is_file()
    assert "/flatpak/wheels/" in (ROOT / ".gitignore").read_text().splitlines()


def test_everything_that_it_installs_is_among_its_sources(manifest):
    (module,) = manifest["modules"]
    given = {Path(source["path"]).name for source in module["sources"] if source["type"] == "file"}
    installs = [command for command in module["build-commands"] if command.startswith("install ")]
    assert {command.split()[-1] for command in installs} == given


def test_nothing_is_fetched_while_it_is_built(manifest):
    (module,) = manifest["modules"]
    pip = [command for command in module["build-commands"] if command.startswith("pip3")]
    assert len(pip) == 2
    assert all("--no-index --find-links=wheels --no-deps" in command for command in pip)
    assert "--require-hashes" in pip[0]
    assert not ADDRESS.search(MANIFEST.read_text().replace("/applications", ""))


def test_the_wheels_are_those_of_the_lock_that_the_window_needs(wheels):
    python = wheels.RUNTIME_PYTHON
    names = {each.name for each in wheels.needed(python)}
    assert {"pyside6-essentials", "shiboken6", "qasync", "dbus-fast", "msgspec", "click"} <= names
    assert {"pytest", "ruff", "pywin32-ctypes", "importlib-metadata"} & names == set()
    assert "importlib-metadata" in {each.name for each in wheels.needed("3.11")}


def test_what_the_wheels_are_checked_against_is_in_the_lock_of_everything(wheels):
    everything = {each.name: each.text for each in wheels.locked.locked(ROOT / "packaging/requirements.lock")}
    for each in wheels.needed(wheels.RUNTIME_PYTHON):
        assert everything[each.name] == each.text
        assert "--hash=sha256:" in each.text


def test_every_direct_need_of_the_window_is_among_the_wheels(wheels):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["gui"]]
    names = {re.split(r"[<>=!~ ]", each)[0].lower() for each in wanted}
    assert names <= {each.name for each in wheels.needed(wheels.RUNTIME_PYTHON)}
