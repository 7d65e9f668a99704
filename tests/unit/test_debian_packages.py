"""The tree that the Debian packages install is complete and refers to nothing outside of it; without building it."""

import configparser
import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path, PurePosixPath

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
DEBIAN = ROOT / "packaging/debian"
RESOURCES = ROOT / "resources"
OF_DEBIAN = {"/bin/false", "/bin/mkdir", "/usr/bin/false", "/usr/bin/true", "/bin/true"}
NOT_INSTALLED = {"completions", "schema"}
"""Below resources: those of the shells are written when the package is built, schemas are for who writes programs."""


@pytest.fixture(scope="module")
def building():
    """The modules of the program that builds."""
    names = ("archive", "build", "locked", "manifest", "wheels")
    sys.path.insert(0, str(DEBIAN))
    try:
        yield {name: importlib.import_module(name) for name in names}
    finally:
        sys.path.remove(str(DEBIAN))
        for name in names:
            del sys.modules[name]  # other programs have modules of these names, too


@pytest.fixture(scope="module")
def manifest(building):
    return building["manifest"]


@pytest.fixture(scope="module")
def copied(manifest):
    """Files of the repository with their places."""
    return {source: place for each in manifest.COPIED for source, place in each.files(ROOT)}


@pytest.fixture(scope="module")
def installed(manifest, copied):
    """Every path."""
    pages = [PurePosixPath(f"usr/share/man/man{name[-1]}/{name}.gz") for name in manifest.MANUAL_PAGES]
    return [*copied.values(), *pages, *(each.path for each in manifest.PROGRAMS)]


def commands(text):
    """The programs that a unit, a desktop entry or a D-Bus service starts."""
    return [line.lstrip("-@:+!") for line in re.findall(r"^Exec\w*=(\S+)", text, re.MULTILINE)]


def test_every_resource_is_installed(manifest, copied):
    there = {each.relative_to(ROOT) for each in RESOURCES.rglob("*") if each.is_file()}
    pages = {Path("resources/man") / name for name in manifest.MANUAL_PAGES}
    assert pages <= there
    left = there - {each.relative_to(ROOT) for each in copied} - pages
    assert {each.parts[1] for each in left} <= NOT_INSTALLED, left


def test_nothing_is_installed_twice(installed):
    assert len(set(installed)) == len(installed)


def test_what_is_started_is_installed(copied, installed):
    known = {f"/{path}" for path in installed} | {path.name for path in installed} | OF_DEBIAN
    started = {each: commands(each.read_text()) for each in copied if each.suffix in {".service", ".desktop"}}
    assert "/usr/sbin/mpmanagerd" in started[RESOURCES / "systemd/mpmanager.service"]
    for each, found in started.items():
        assert set(found) <= known, each


def test_the_icon_of_a_desktop_entry_is_installed(copied, installed):
    for each in copied:
        for name in re.findall(r"^Icon=(.+)$", each.read_text(), re.MULTILINE) if each.suffix == ".desktop" else ():
            assert f"{name}.svg" in {path.name for path in installed}


def test_the_bus_starts_the_unit_that_is_installed(installed):
    service = configparser.ConfigParser()
    service.read(RESOURCES / "dbus/io.github.mpmanager1.service")
    assert service["D-BUS Service"]["Name"] == "io.github.mpmanager1"
    unit = PurePosixPath("usr/lib/systemd/system") / service["D-BUS Service"]["SystemdService"]
    text = (RESOURCES / "systemd" / unit.name).read_text()
    assert unit in installed or f"Alias={unit.name}" in text.splitlines()
    assert f"BusName={service['D-BUS Service']['Name']}" in text.splitlines()


def test_the_documentation_of_the_unit_is_installed_with_it(installed):
    text = (RESOURCES / "systemd/mpmanager.service").read_text()
    for name, section in re.findall(r"man:(\w+)\((\d)\)", text):
        assert PurePosixPath(f"usr/share/man/man{section}/{name}.{section}.gz") in installed


def test_programs_can_be_started(manifest):
    for each in manifest.PROGRAMS:
        assert callable(importlib.import_module(each.module).main)


def launcher(*, module, versions):
    text = (DEBIAN / "launcher.in").read_text()
    for word, meant in {"@PROGRAM@": "mpm", "@MODULE@": module, "@VERSIONS@": versions}.items():
        text = text.replace(word, meant)
    return subprocess.run([sys.executable, "-I", "-c", text], capture_output=True, text=True, check=False)


def test_a_program_says_for_which_pythons_it_was_made():
    done = launcher(module="nothing_of_ours", versions="3.1, 3.2")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("mpm: this package brings along what it needs for Python 3.1, 3.2, and ")


def test_on_the_right_python_a_missing_module_is_a_fault():
    done = launcher(module="nothing_of_ours", versions=".".join(map(str, sys.version_info[:2])))
    assert "ModuleNotFoundError: No module named 'nothing_of_ours'" in done.stderr


def test_what_the_service_keeps_is_purged():
    unit = (RESOURCES / "systemd/mpmanager.service").read_text()
    purged = (DEBIAN / "mpmanager-daemon.postrm").read_text()
    for kind, place in {"State": "/var/lib", "Configuration": "/etc", "Runtime": "/run"}.items():
        (name,) = re.findall(rf"^{kind}Directory=(.+)$", unit, re.MULTILINE)
        assert re.search(rf"rm -rf .*{place}/{name}( |$)", purged, re.MULTILINE)


def test_the_scripts_of_packages_are_sound(building, tmp_path):
    for package in building["manifest"].Package:
        control = tmp_path / package
        control.mkdir()
        building["archive"]._add_scripts(control, package)
        assert {"postinst", "prerm"} <= {each.name for each in control.iterdir()}
        for each in control.iterdir():
            assert "@" not in each.read_text()
            if each.name != "triggers":
                subprocess.run(["sh", "-n", each], check=True)


def locked(building, name):
    return {each.name: each for each in building["locked"].locked(ROOT / f"packaging/requirements{name}.lock")}


def test_packages_bring_along_what_was_tested(building):
    tested, daemon, window = (locked(building, name) for name in ("", "-daemon", "-window"))
    assert daemon.keys() < window.keys() < tested.keys()
    for bundled in (daemon, window):
        for name, each in bundled.items():
            assert (each.requirement, set(each.hashes)) == (tested[name].requirement, set(tested[name].hashes))


def test_packages_bring_along_what_the_project_requires(building):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = {Requirement(each).name.lower() for each in project["dependencies"]}
    gui = {Requirement(each).name.lower() for each in project["optional-dependencies"]["gui"]}
    for version in building["manifest"].PYTHON_VERSIONS:
        for lock, required in (("-daemon", names), ("-window", names | gui)):
            assert required <= {name for name, each in locked(building, lock).items() if each.is_for(version)}


def test_an_entry_is_for_the_pythons_that_its_marker_names(building):
    entry = locked(building, "-daemon")["importlib-metadata"]
    assert [entry.is_for(version) for version in ("3.11", "3.12", "3.13")] == [True, False, False]


def test_what_fits_every_python_is_installed_once(building):
    fetched = {
        "3.11": [Path("a-1-py3.whl"), Path("b-1-cp311.whl")],
        "3.12": [Path("a-1-py3.whl"), Path("b-1-cp312.whl")],
    }
    placed = {(version, wheel.name) for version, wheel in building["wheels"].by_place(fetched)}
    assert placed == {(None, "a-1-py3.whl"), ("3.11", "b-1-cp311.whl"), ("3.12", "b-1-cp312.whl")}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_mpm_can_be_completed(building, shell):
    assert shell in building["manifest"].COMPLETIONS
    assert "_MPM_COMPLETE" in building["build"].completion(shell)
