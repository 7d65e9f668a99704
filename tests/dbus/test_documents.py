"""The examples of the documents, run against a daemon (of the simulated world) as they stand."""

import json
import re
import shlex
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from simulated_daemon import SimulatedDaemon

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(sys.executable).parent
LIMIT_S = 60


def blocks(name, language):
    return re.findall(rf"^```{language}\n(.*?)^```", (ROOT / "docs" / name).read_text(), re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    place = tmp_path_factory.mktemp("documents")
    with SimulatedDaemon(place / "state", place / "bus"):
        yield place / "bus"


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)


def said(*command):
    done = run(*command)
    assert done.returncode == 0, done.stderr
    return done.stdout


def program(name, word):
    (found,) = (each for each in blocks(name, "python") if word in each)
    return found


def test_the_example_for_any_d_bus_library_lists_paths_and_sets_a_rule(directory):
    printed = said(sys.executable, "-c", program("programs.md", "ListPaths"), f"unix:path={directory}/bus")
    assert {line.split()[0] for line in printed.splitlines()} >= {"wlan0", "wwan0"}
    rules = json.loads(said(PROGRAMS / "mpm", "--bus", f"private:{directory}", "app", "list", "--json"))
    assert any("exe:/usr/bin/ssh" in json.dumps(each) for each in rules["policies"])


def test_the_example_of_the_client_follows_three_frames(directory):
    printed = said(sys.executable, "-c", program("programs.md", "manager.frames"), f"private:{directory}")
    assert [line.split()[0] for line in printed.splitlines()] == ["0", "1", "2"]


def test_the_example_of_the_client_says_that_no_daemon_runs(tmp_path):
    done = run(sys.executable, "-c", program("programs.md", "manager.frames"), f"private:{tmp_path}")
    assert done.returncode == 1
    assert done.stderr.startswith("DaemonNotRunning: ")


@pytest.mark.parametrize("document", ["programs.md", "dbus.md"])
def test_what_busctl_is_told_is_answered(directory, document):
    if shutil.which("busctl") is None:
        pytest.skip("needs busctl")
    text = (ROOT / "docs" / document).read_text().replace("\\\n", " ")
    calls = re.findall(r"^\$ (?:sudo )?busctl (.*)$", text, re.MULTILINE)
    assert calls
    for call in calls:
        words = [each for each in shlex.split(call) if not each.startswith("--address")]
        said("busctl", f"--address=unix:path={directory}/bus", *words)


def test_the_example_that_asks_for_multipath_tcp_reaches_a_server_without_it():
    names = {}
    exec(program("programs.md", "def connect"), names)  # noqa: S102  # our own document
    with socket.create_server(("127.0.0.1", 0)) as server, names["connect"](*server.getsockname()) as connection:
        assert connection.getpeername() == server.getsockname()
