"""mpm against a real daemon (of the simulated world) on a real bus."""

import json
import os
import re
import subprocess
import sys
import time
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
    promised |= {"trust", "trust_reason", "trust_source", "network_trust", "interface_trust", "network_ids"}
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
        assert {"policy", "wait_ms", "expiration", "protection"} <= each.keys()
        assert each["protection"].keys() == {"demand", "rule", "coverage", "reason", "hold"}
    printed("Connections", "connections", "--ended", bus=bus)
    (policy,) = printed("Policies", "default", bus=bus)["policies"]
    big, leave = {"big_transfers_to", "big_over_bytes"}, {"leave_on_marks", "leave_on_loss"}
    life = {"temporary", "until", "owner", "origin"}
    paths = {"intent", "tiers", "multipath", "lowest_delay"}
    assert policy.keys() == {"selector", "wait_ms", "pairs", "trust"} | big | leave | life | paths
    trust = printed("TrustInForce", "trust", bus=bus)["trust"]
    assert {"enforced", "limits", "root", "restrictions", "fences", "plain_destinations"} <= trust.keys()
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
        (["path", "trust", "wlan9"], 5, "paths are: wlan0, wwan0, dsl0"),
        (["path", "trust", "wlan9", "auto"], 5, "paths are: wlan0, wwan0, dsl0"),
        (["path", "trust", "wlan0", "maybe"], 2, "'maybe' is not one of 'trusted', 'untrusted', 'auto'"),
        (["path", "trust", "wlan0", "--network"], 2, "--network needs a LEVEL: trusted, untrusted, auto"),
        (["path", "trust", "wlan0", "auto", "--network", "--interface"], 2, "exclude each other"),
        (["path", "wires-need-login", "yes"], 2, "'yes' is not one of 'on', 'off'"),
        (["watch", "--interval", "0"], 2, "0.1"),
        (["watch", "--count", "0"], 2, "x>=1"),
        (["events", "--limit", "0"], 2, "the least is 1"),
        (["app", "set", "ssh"], 2, "nothing to set: name --wait, --intent, --preset, --pair, --big-transfers-to, "),
        (["app", "set", "ssh", "--leave-on-marks", "5"], 2, "'5' has no unit; write '5%'"),
        (["app", "set", "ssh", "--leave-on-loss", "0%"], 2, "over 0% to 100%, such as 5%, or off"),
        (["default", "--leave-on-loss", "101%"], 2, "'101%' is more than 100%"),
        (["app", "set", "ssh", "--wait", "50"], 2, "or never"),
        (["app", "set", "ssh", "--pair", "wlan0=1ms"], 2, "wlan0:wwan0"),
        (["default", "--wait", "2min"], 2, "longer than 60s"),
        (["default", "--big-over", "5MB"], 1, "--big-over means nothing without --big-transfers-to"),
        (["app", "set", "unit:x", "--wait", "0"], 1, "'unit:x': expected the name of a unit"),
        (["app", "set", "nosuch:x", "--wait", "0"], 1, "expected default, or exe:/path, "),
        (["app", "set", "ssh", "--wait", "0", "--intent", "download"], 2, "name one of them"),
        (["app", "set", "ssh", "--tier", "wlan0=now"], 2, "a tier is one of always, when-needed, backup, never"),
        (["app", "set", "ssh", "--tier", "kind:x=always"], 2, "paths 'kind:x': expected path:NAME"),
        (["app", "set", "ssh", "--wait", "0", "--for", "1h", "--until-restart"], 2, "name one of them"),
        (["app", "set", "ssh", "--big-transfers-to", "a/b"], 1, "big_transfers_to 'a/b'"),
        (["app", "set", "nosuch", "--wait", "0"], 5, "programs are: backup, firefox, ssh, thunderbird"),
        (["app", "show", "nosuch"], 5, "programs are: backup, firefox, ssh, thunderbird"),
        (["app", "unset", "ssh", "--pair", "a:b"], 1, "its pairs are: none"),
        (["sysctl", "show", "nonsense"], 1, "this kernel has no net.mptcp.nonsense; there are: add_addr_timeout, "),
        (["sysctl", "set", "nonsense", "1"], 1, "this kernel has no net.mptcp.nonsense; there are: add_addr_timeout, "),
        (["sysctl", "set", "enabled", "2"], 1, "net.mptcp.enabled: '2' is none of 0, 1"),
        (["sysctl", "set", "path_manager", "kernel"], 1, "cannot be set: mpmanagerd manages connections here"),
        (["sysctl", "undo", "close_timeout"], 1, "net.mptcp.close_timeout was not set by mpmanager"),
        (["sysctl", "set", "enabled"], 2, "Missing argument 'VALUE'"),
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


def test_a_cap_is_said_reached_raised_for_today_and_taken_back_as_told(bus):
    said = mpm("path", "cap", "dsl0", "--day", "1B", "--month", "5GB", "--then", "standby", bus=bus).stdout
    lines = said.splitlines()
    assert re.fullmatch(r"dsl0: 1B a day and 5GB a month \(anew on 01 \w+\); then it stands by", lines[0])
    assert lines[-1] == "To go back: mpm path cap dsl0 --none"
    for _ in range(50):  # until the simulated line has carried that byte
        shown = printed("Paths", "path", "cap", "dsl0", bus=bus)["paths"][0]
        if shown["usage"]["state"] == "reached":
            break
    assert (shown["tier"], shown["tier_without_cap"]) == ("backup", "always")
    assert "% of 1B" in mpm("paths", bus=bus, COLUMNS="200").stdout
    assert printed("Paths", "path", "allow", "dsl0", "1GB", bus=bus)["paths"][0]["tier"] == "always"
    back = mpm("path", "cap", "dsl0", "--none", bus=bus).stdout.splitlines()
    assert back[-1].endswith("mpm path cap dsl0 --day 1B --month 5GB --reset-day 1 --then standby")
    assert printed("Paths", "path", "cap", "dsl0", bus=bus)["paths"][0]["cap"] is None
    refused = mpm("path", "cap", "dsl0", "--reset-day", "3", bus=bus)
    assert (refused.returncode, "say --month or --day first" in refused.stderr) == (2, True)


def test_a_path_is_metered_as_somebody_says_and_probed(bus):
    lines = mpm("path", "metered", "dsl0", "yes", bus=bus).stdout.splitlines()
    assert lines == ["dsl0 is metered now", "To go back: mpm path metered dsl0 auto"]
    assert not printed("Paths", "path", "metered", "dsl0", "auto", bus=bus)["paths"][0]["metered"]
    probed = printed("GatewayAnswer", "path", "probe", "dsl0", bus=bus)
    assert (probed["peer"], probed["sent"], probed["received"]) == ("203.0.113.1", 5, 5)


def test_trust_is_shown_said_and_taken_back_as_told(bus):
    shown = [
        "wlan0 is trusted: WPA2 encrypts the air",
        "Decided by: the nature of the network; you have said nothing about it",
        "Its network: wifi:Home/wpa2",
    ]
    assert mpm("path", "trust", "wlan0", bus=bus).stdout.splitlines() == shown
    mpm("path", "trust", "wlan0", "trusted", "--interface", bus=bus)
    said = mpm("path", "trust", "wlan0", "untrusted", bus=bus).stdout.splitlines()
    assert said[-1] == "To go back: mpm path trust wlan0 auto --network"
    assert "untrusted *" in mpm("paths", bus=bus).stdout
    (before,) = printed("Paths", "path", "trust", "wlan0", bus=bus)["paths"]
    assert (before["trust"], before["network_trust"], before["interface_trust"]) == (
        "untrusted",
        "untrusted",
        "trusted",
    )
    back = mpm("path", "trust", "wlan0", "auto", bus=bus).stdout.splitlines()[-1].removeprefix("To go back: ")
    assert mpm("path", "trust", "wlan0", bus=bus).stdout.splitlines() == shown
    for command in back.split(" && "):
        mpm(*command.split()[1:], bus=bus)
    (again,) = printed("Paths", "path", "trust", "wlan0", bus=bus)["paths"]
    decided = ("trust", "trust_reason", "trust_source", "network_trust", "interface_trust")
    assert [again[key] for key in decided] == [before[key] for key in decided]
    (auto,) = printed("PathChange", "path", "trust", "wlan0", "auto", bus=bus)["paths"]
    assert (auto["trust"], auto["trust_source"]) == ("trusted", "automatic")


def test_whether_cables_need_a_login_is_said_and_taken_back(bus):
    said = mpm("path", "wires-need-login", "on", bus=bus).stdout.splitlines()
    assert said == [
        "Cables are trusted only with a login (802.1X) now",
        "To go back: mpm path wires-need-login off",
    ]
    assert printed("StatusInfo", "path", "wires-need-login", bus=bus)["wires_need_login"] is True
    assert printed("StatusInfo", "path", "wires-need-login", "off", bus=bus)["wires_need_login"] is False
    assert mpm("path", "wires-need-login", bus=bus).stdout == "Cables are trusted without a login\n"


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


def _waits(bus):
    rows = printed("Connections", "connections", bus=bus)["connections"]
    return {row["app"]["name"]: (row["wait_ms"], row["policy"]) for row in rows}


def test_a_wait_is_said_by_name_in_force_at_once_and_taken_back_as_told(bus):
    ssh = "exe:/usr/bin/ssh"
    before = _waits(bus)
    result = mpm("app", "set", "ssh", "--wait", "50ms", bus=bus)
    assert result.stdout.splitlines() == [
        f"{ssh}: wait: not said -> 50\N{NO-BREAK SPACE}ms",
        f"To go back: mpm app unset {ssh}",
    ]
    assert "mpm path tier wwan0 when-needed" in result.stderr, "LTE, a backup, does not help a full path"
    assert _waits(bus) == before | {"ssh": (50.0, ssh)}
    (policy,) = printed("Policies", "app", "show", ssh, bus=bus)["policies"]
    assert (policy["wait_ms"], policy["pairs"], policy["big_transfers_to"]) == (50.0, [], None)
    assert "50\N{NO-BREAK SPACE}ms" in mpm("app", "show", "ssh", bus=bus).stdout
    assert mpm("app", "unset", ssh, bus=bus).returncode == 0
    assert _waits(bus) == before


def test_what_is_not_named_stays_and_what_is_taken_back_can_be_said_again(bus):
    whole = ["--wait", "0", "--pair", "wlan0:wwan0=20ms", "--big-transfers-to", "dsl0", "--big-over", "5MB"]
    whole += ["--leave-on-marks", "5%", "--leave-on-loss", "off", "--trust", "first:32kB"]
    whole += ["--tier", "metered=never", "--tier", "wlan0=always", "--multipath", "off", "--lowest-delay", "on"]
    mpm("app", "set", "cgroup:/a", *whole, bus=bus)
    (said,) = printed("Policies", "app", "set", "cgroup:/a", "--pair", "wlan0:usb0=never", bus=bus)["policies"]
    assert said == {
        "selector": "cgroup:/a",
        "wait_ms": 0.0,
        "pairs": [
            {"carrier": "wlan0", "helper": "usb0", "wait_ms": "never"},
            {"carrier": "wlan0", "helper": "wwan0", "wait_ms": 20.0},
        ],
        "big_transfers_to": "dsl0",
        "big_over_bytes": 5_000_000,
        "leave_on_marks": 0.05,
        "leave_on_loss": "off",
        "trust": "first:32000",
        "intent": None,
        "tiers": [{"paths": "metered", "tier": "never"}, {"paths": "path:wlan0", "tier": "always"}],
        "multipath": False,
        "lowest_delay": True,
        "temporary": False,
        "until": None,
        "owner": None,
        "origin": None,
    }
    back = mpm("app", "unset", "cgroup:/a", bus=bus).stdout.splitlines()[-1].removeprefix("To go back: mpm ")
    assert [each["selector"] for each in printed("Policies", "app", "list", bus=bus)["policies"]] == ["default"]
    mpm(*back.split(), bus=bus)
    assert printed("Policies", "app", "list", bus=bus)["policies"][0] == said
    mpm("app", "unset", "cgroup:/a", bus=bus)


def test_the_default_is_shown_said_and_taken_back(bus):
    assert mpm("default", bus=bus).stdout.splitlines()[1].split() == ["default", "never", "handshake"]
    said = mpm("default", "--wait", "100ms", "--pair", "wlan0:usb7=1s", bus=bus).stdout.splitlines()
    assert said[-2:] == [
        "To go back: mpm default --wait never && mpm app unset default --pair wlan0:usb7",
        "There is no path usb7 now; what was said counts when it comes.",
    ]
    assert set(_waits(bus).values()) == {(100.0, "default")}
    assert mpm("app", "unset", "default", bus=bus).returncode == 0
    assert set(_waits(bus).values()) == {("never", "default")}


def test_a_path_is_left_for_congestion_by_default_and_not_for_a_program_that_says_off(bus):
    said = mpm("default", "--leave-on-marks", "5%", "--leave-on-loss", "2%", bus=bus).stdout.splitlines()
    assert said == [
        "default: leave on marks: not said -> 5%",
        "default: leave on loss: not said -> 2%",
        "To go back: mpm app unset default --leave-on-marks --leave-on-loss",
    ]
    mpm("app", "set", "ssh", "--leave-on-loss", "off", bus=bus)
    assert "loss: off" in mpm("app", "show", "ssh", bus=bus).stdout
    assert "marks over 5%, loss over 2%" in mpm("default", bus=bus).stdout
    mpm("app", "unset", "ssh", "--leave-on-loss", bus=bus)
    mpm("app", "unset", "default", "--leave-on-marks", "--leave-on-loss", bus=bus)
    (left,) = printed("Policies", "app", "list", bus=bus)["policies"]
    assert (left["leave_on_marks"], left["leave_on_loss"]) == (None, None)


def test_a_setting_of_the_kernel_is_set_kept_and_taken_back_as_told(bus):
    done = mpm("sysctl", "set", "net.mptcp.stale_loss_cnt", "2", bus=bus).stdout.splitlines()
    kept = "Kept as 2 in this program's memory"
    back = "To go back (4): mpm sysctl undo stale_loss_cnt"
    assert done == ["net.mptcp.stale_loss_cnt: 4 -> 2", kept, back]
    again = mpm("sysctl", "set", "stale_loss_cnt", "2", "--not-persistent", bus=bus).stdout.splitlines()
    assert again == ["net.mptcp.stale_loss_cnt is 2 as before", kept, back]
    (row,) = printed("Sysctls", "sysctl", "show", "stale_loss_cnt", bus=bus)["sysctls"]
    assert (row["value"], row["default"], row["before"], row["kept"]) == ("2", "4", "4", "2")
    assert mpm(*back.split("mpm ")[1].split(), bus=bus).stdout == "net.mptcp.stale_loss_cnt: 2 -> 4\n"
    events = printed("Events", "events", bus=bus)["events"]
    assert [each["text"] for each in events if each["kind"] == "sysctl-changed"][-1].endswith("and no longer kept")


def test_a_setting_that_works_against_mpmanager_is_warned_of(bus):
    done = mpm("sysctl", "set", "enabled", "0", "--not-persistent", bus=bus).stdout.splitlines()
    assert done == [
        "net.mptcp.enabled: 1 -> 0",
        "Beware: new connections will use one path each, and there is nothing for mpmanager to manage",
        "To go back (1): mpm sysctl undo enabled",
    ]
    (row,) = printed("Sysctls", "sysctl", "undo", "enabled", bus=bus)["sysctls"]
    assert (row["value"], row["warning"], row["before"]) == ("1", None, None)


def test_all_settings_are_listed_with_what_they_mean_and_beside_the_default_wait(bus):
    document = printed("AllSysctls", "sysctl", "list", bus=bus)
    assert document["default_wait_ms"] == "never"
    assert "net.mptcp.scheduler" in {each["name"] for each in document["sysctls"]}
    shown = mpm("sysctl", bus=bus).stdout
    assert shown == mpm("sysctl", "list", bus=bus).stdout
    for each in document["sysctls"]:
        assert f"{each['name']} = {each['value']}" in shown
        assert f"    {each['meaning']}\n" in shown
    assert "mpmanager's default wait: never" in shown


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("path_manager", "It cannot be set here: mpmanagerd manages connections here"),
        ("enabled", "It may be: 0, 1."),
        ("blackhole_timeout", "It may be 0 to 2000000 seconds."),
        ("pm_type", "net.mptcp.pm_type = 1  (kernel's default: 0)"),
    ],
)
def test_one_setting_is_shown_with_what_it_may_be(bus, name, words):
    assert words in mpm("sysctl", "show", name, bus=bus).stdout


def test_names_of_settings_are_completed_in_the_shell():
    line = {"COMP_WORDS": "mpm sysctl set net.mptcp.st", "COMP_CWORD": "3", "_MPM_COMPLETE": "bash_complete"}
    assert mpm(**line).stdout == "plain,net.mptcp.stale_loss_cnt\n"


def test_the_list_tells_the_rules_and_what_is_in_force(bus):
    mpm("default", "--wait", "0", bus=bus)
    text = mpm("app", "list", bus=bus).stdout
    mpm("default", "--wait", "never", bus=bus)
    rules, programs = text.split("\n\n")
    assert "pool everything" in rules
    assert [line.split()[0] for line in programs.splitlines()[1:]] == ["backup", "firefox", "ssh", "thunderbird"]


def demands(bus):
    """What connections are held to."""
    connections = printed("Connections", "connections", bus=bus)["connections"]
    return {each["protection"]["demand"] for each in connections}


def test_a_pause_is_told_by_everybody_and_ended_by_resume(bus):
    paused = printed("StatusInfo", "pause", "--for", "2m", bus=bus)
    assert 0 < paused["paused_until"] - time.time() <= 120
    assert "Nobody is held to anything until" in mpm("trust", bus=bus).stdout
    assert demands(bus) == {"any"}
    assert mpm("resume", bus=bus).stdout == "Everything is enforced.\n"
    assert demands(bus) == {"handshake"}


def test_a_link_is_mentioned_because_programs_are_known_by_what_is_behind_it(bus, tmp_path):
    (tmp_path / "program").touch()
    (tmp_path / "link").symlink_to(tmp_path / "program")
    noted = mpm("app", "set", str(tmp_path / "link"), "--wait", "0", bus=bus)
    assert f"known as exe:{tmp_path / 'program'}" in noted.stderr
    assert "known as" not in mpm("app", "set", str(tmp_path / "program"), "--wait", "0", bus=bus).stderr
    for name in ("link", "program"):
        mpm("app", "unset", str(tmp_path / name), bus=bus)


@pytest.mark.parametrize(
    "command",
    [
        "status",
        "paths",
        "connections",
        "watch",
        "events",
        "path tier",
        "path kind",
        "path trust",
        "path wires-need-login",
        "app list",
        "app show",
        "app set",
        "app unset",
        "default",
        "sysctl",
        "sysctl list",
        "sysctl show",
        "sysctl set",
        "sysctl undo",
    ],
)
def test_help_has_examples(command):
    result = mpm(*command.split(), "--help")
    assert result.returncode == 0
    if command not in {"status", "paths"}:
        assert "Examples:" in result.stdout
