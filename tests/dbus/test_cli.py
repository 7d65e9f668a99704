"""mpm against a real daemon (of the simulated world) on a real bus."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from mpmanager.cli import sentences

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(sys.executable).parent
SCHEMA = json.loads((ROOT / "resources/schema/mpm.schema.json").read_text())


@pytest.fixture(scope="module")
def bus(tmp_path_factory):
    directory = tmp_path_factory.mktemp("cli")
    daemon = subprocess.Popen(
        [PROGRAMS / "mpmanagerd", "--simulate", f"--bus=private:{directory / 'bus'}", f"--state={directory / 'state'}"],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert daemon.stderr
    assert "ready" in daemon.stderr.readline()
    yield f"private:{directory / 'bus'}"
    daemon.terminate()
    daemon.communicate(timeout=10)


def mpm(*arguments, bus=None, **environment):
    plain = {key: value for key, value in os.environ.items() if not key.startswith(("MPM", "NO_COLOR", "FORCE_COLOR"))}
    return subprocess.run(
        [PROGRAMS / "mpm", *(["--bus", bus] if bus else []), *arguments],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env=plain | {"COLUMNS": "80"} | environment,
    )


def valid(document, kind):
    jsonschema.validate(document, SCHEMA | {"$ref": f"#/$defs/{kind}"})
    return document


def printed(kind, *arguments, bus):
    result = mpm(*arguments, "--json", bus=bus)
    assert (result.returncode, result.stderr) == (0, "")
    return valid(json.loads(result.stdout), kind)


def test_every_json_output_fits_the_schema_and_keeps_the_promised_keys(bus):
    assert printed("StatusInfo", "status", bus=bus)["simulated"] is True
    paths = printed("Paths", "paths", bus=bus)["paths"]
    promised = {"name", "kind", "network", "tier", "state", "addresses", "gateway"}
    promised |= {"rx_bytes", "tx_bytes", "rx_bit_s", "tx_bit_s"}
    assert all(promised <= each.keys() for each in paths)
    connections = printed("Connections", "connections", bus=bus)["connections"]
    assert connections
    for each in connections:
        assert {"token", "app", "local", "remote", "fallback", "subflows"} <= each.keys()
        assert {"id", "name", "pid", "exe", "cgroup"} <= each["app"].keys()
        for subflow in each["subflows"]:
            assert {"path", "local", "remote", "backup", "state", "rtt_ms", "retransmits"} <= subflow.keys()
            assert {"tx_bytes", "rx_bytes", "tx_bit_s", "rx_bit_s"} <= subflow.keys()
            assert subflow["backup"].keys() == {"local", "peer"}
    printed("Connections", "connections", "--ended", bus=bus)
    printed("Events", "events", bus=bus)
    printed("Frame", "watch", "--count", "1", bus=bus)


def test_watch_prints_one_frame_a_line_and_ends_by_itself(bus):
    result = mpm("watch", "--json", "--count", "3", "--interval", "0.1", bus=bus)
    frames = [valid(json.loads(line), "Frame") for line in result.stdout.splitlines()]
    assert [frame["sequence"] for frame in frames] == [0, 1, 2]


@pytest.mark.parametrize("where", ["before", "after", "environment", "before and a wrong environment"])
def test_the_bus_may_be_named_in_any_of_these_places(bus, where):
    result = {
        "before": lambda: mpm("status", bus=bus),
        "after": lambda: mpm("status", "--bus", bus),
        "environment": lambda: mpm("status", MPMANAGER_BUS=bus),
        "before and a wrong environment": lambda: mpm("status", bus=bus, MPMANAGER_BUS="private:/nowhere"),
    }[where]()
    assert (result.returncode, result.stderr) == (0, "")
    assert "manages the Multipath TCP connections here" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["path", "tier", "wlan9", "never"], 5, "paths are: wlan0, wwan0, dsl0"),
        (["connections", "--path", "wlan9"], 5, "paths are: wlan0, wwan0, dsl0"),
        (["path", "tier", "wlan0", "sometimes"], 2, "sometimes"),
        (["path", "kind", "wlan0", "string"], 2, "Invalid value for 'KIND': 'string'"),
        (["path", "tier", "wlan0"], 2, "Missing argument 'TIER'"),
        (["watch", "--interval", "0"], 2, "0.1"),
        (["watch", "--count", "0"], 2, "x>=1"),
        (["events", "--limit", "0"], 2, "the least is 1"),
        (["nonsense"], 2, "nonsense"),
        (["status", "--bus", "private:/nowhere"], 3, "mpmanagerd"),
        (["status", "--bus", "nonsense"], 2, "private:DIR"),
    ],
)
def test_failures_are_one_sentence_with_a_stable_exit_code(bus, arguments, code, words):
    result = mpm(*arguments, bus=bus)
    assert result.returncode == code, result.stderr
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def test_a_tier_is_changed_and_the_way_back_is_told(bus):
    result = mpm("path", "tier", "dsl0", "backup", bus=bus)
    back = "To go back: mpm path tier dsl0 auto"
    assert result.stdout.splitlines() == ["dsl0: always -> backup", back]
    assert mpm("path", "tier", "dsl0", "backup", bus=bus).stdout == "dsl0 is backup already\n"
    assert printed("PathChange", "path", "tier", "dsl0", "auto", bus=bus)["paths"][0]["tier"] == "always"


def test_a_kind_is_corrected_and_given_back(bus):
    corrected = mpm("path", "kind", "dsl0", "lte", bus=bus).stdout.splitlines()
    assert corrected == [
        "dsl0: xdsl -> lte",
        "It is a backup now (before: always)",
        "To go back: mpm path kind dsl0 auto",
    ]
    assert mpm("path", "kind", "dsl0", "lte", bus=bus).stdout == "dsl0 is lte already\n"
    back = mpm("path", "kind", "dsl0", "auto", bus=bus).stdout.splitlines()
    assert back == [
        "dsl0: lte -> xdsl",
        "It is used always now (before: backup)",
        "To go back: mpm path kind dsl0 lte",
    ]


def test_who_closes_the_last_path_is_told_what_stays_on_it(bus):
    try:
        for name in ("wlan0", "dsl0", "wwan0"):
            mpm("path", "tier", name, "never", bus=bus)
        rows = printed("Connections", "connections", bus=bus)["connections"]
        living = {
            name: sum(name in {each["path"] for each in row["subflows"]} for row in rows) for name in ("wlan0", "wwan0")
        }
        assert any(living.values())
        for name, count in living.items():
            assert printed("PathChange", "path", "tier", name, "never", bus=bus)["staying"] == count
            words = mpm("path", "tier", name, "never", bus=bus).stdout.splitlines()[1:]
            assert words == ([sentences.staying_words(count)] if count else [])
    finally:
        for name in ("wlan0", "wwan0", "dsl0"):
            mpm("path", "tier", name, "auto", bus=bus)


def test_empty_answers_say_what_was_looked_for_and_what_there_is(bus):
    assert mpm("connections", "--app", "nosuch", bus=bus).stdout.splitlines()[-1] == (
        "No connection of an application like 'nosuch'; 4\N{NO-BREAK SPACE}others."
    )
    ended = mpm("connections", "--ended", bus=bus).stdout.splitlines()[-1]
    assert ended == "No connection ended in the last minute."


def test_connections_are_filtered_by_application_and_path(bus):
    rows = printed("Connections", "connections", "--app", "fire", "--path", "wlan0", bus=bus)["connections"]
    assert [row["app"]["name"] for row in rows] == ["firefox"]


@pytest.mark.parametrize("command", [["status"], ["paths"], ["connections"], ["watch", "--count", "1"]])
def test_simulated_is_written_over_everything_and_nothing_is_cut_off(bus, command):
    result = mpm(*command, bus=bus)
    assert "SIMULATED" in result.stdout
    assert "…" not in result.stdout
    assert "\x1b[" not in result.stdout, "no colours in a pipe"


def test_events_follow_until_interrupted(bus):
    follower = subprocess.Popen(
        [PROGRAMS / "mpm", "--bus", bus, "events", "--follow", "--json", "--limit", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert follower.stdout
    for _attempt in range(20):
        mpm("path", "tier", "wwan0", "never", bus=bus)
        mpm("path", "tier", "wwan0", "auto", bus=bus)
        line = follower.stdout.readline()
        if line:
            break
    event = valid(json.loads(line), "EventInfo")
    follower.send_signal(2)
    stderr = follower.communicate(timeout=10)[1]
    assert (follower.returncode, stderr) == (130, "")
    assert event["path"] == "wwan0"


def shell(line):
    """A line of bash; ${mpm} is the program."""
    return subprocess.run(
        ["bash", "-c", f"mpm={PROGRAMS / 'mpm'}; {line}"], capture_output=True, text=True, timeout=30, check=False
    )


@pytest.mark.parametrize(
    "command", ["watch --json --interval 0.1", "watch --interval 0.1", "connections", "events --follow", "--help"]
)
def test_a_closed_pipe_ends_quietly_and_is_no_failure(bus, command):
    result = shell(f"$mpm --bus {bus} {command} | head -n 1; echo ${{PIPESTATUS[0]}}")
    assert result.stderr == ""
    first, code = result.stdout.splitlines()
    assert first
    assert code == "0"


@pytest.mark.parametrize("command", ["paths", "paths --json", "watch", "watch --json", "events --follow", "--help"])
def test_output_that_cannot_be_written_is_told_in_one_sentence(bus, command):
    result = shell(f"$mpm --bus {bus} {command} > /dev/full")
    assert (result.returncode, result.stderr) == (1, "mpm: cannot write: No space left on device\n")


@pytest.mark.parametrize(
    ("where", "own"),
    [("system", "private:/run/mpmanager"), ("private:/nowhere", "private:/nowhere")],
)
def test_without_a_daemon_the_commands_that_help_are_told(where, own):
    result = mpm("status", bus=where)
    assert result.returncode == 3
    first, start, _and_then, look = result.stderr.splitlines()
    assert first.startswith("mpm: mpmanagerd is not running on ")
    assert start.split()[-3:] == [str(PROGRAMS / "mpmanagerd"), "--bus", own]
    assert look == f"  mpm --bus {own} status"


@pytest.mark.parametrize("command", ["status", "paths", "connections", "watch", "events", "path tier", "path kind"])
def test_help_has_examples(command):
    result = mpm(*command.split(), "--help")
    assert result.returncode == 0
    if command not in {"status", "paths"}:
        assert "Examples:" in result.stdout
