"""mpmanagerd as the service that a package installs, on a real systemd: in its sandbox it lacks nothing.

Two cables lead to a peer in a namespace of its own. alice runs a program from her home, which nobody else may enter.
"""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import aclosing
from pathlib import Path

import pytest

from mpmanager.api.bus import parse_bus
from mpmanager.api.structures import PolicyInfo, ScopeOptions, SubscribeOptions, Topic
from mpmanager.client.manager import connected

SOURCE = Path(__file__).parents[3]
RESOURCES = SOURCE / "resources"
HERE = Path(__file__).parent
UNIT = "mpmanager.service"
NAME = "io.github.mpmanager1"
UNITS = Path("/etc/systemd/system")
SYSCTLS = Path("/etc/sysctl.d/60-mpmanager.conf")
DROP_IN = UNITS / "check.socket.d/50-mpmanager.conf"
PINS = Path("/sys/fs/bpf/mpmanager")
SERVER = "10.77.0.1"
LINKS = {"dsl0": "10.70.1", "lte0": "10.70.2"}
LIMIT_S = 240
_COMPLAINTS = ("Traceback", "Operation not permitted", "Permission denied", "Read-only", "refused")


def run(*command, check=True):
    return subprocess.run(command, check=check, stdout=subprocess.PIPE, text=True, timeout=LIMIT_S).stdout


def shown(*names):
    """Properties of the unit."""
    found = run("systemctl", "show", UNIT, *(f"--property={each}" for each in names)).splitlines()
    return dict(line.split("=", 1) for line in found)


def journal():
    return run("journalctl", "--unit", UNIT, "--output=cat", "--boot")


def path_manager():
    return Path("/proc/sys/net/mptcp/pm_type").read_text().strip()


def until(condition, what):
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        if result := condition():
            return result
        time.sleep(0.2)
    raise AssertionError(f"not in time: {what}; {shown('ActiveState', 'SubState', 'Result')}\n{journal()}")


def ask(talk):
    async def run_it():
        async with connected(parse_bus("system")) as client:
            return await talk(client)

    return asyncio.run(run_it())


def is_active():
    return shown("ActiveState")["ActiveState"] == "active"


@pytest.fixture(scope="module")
def machine():
    """With what a package would install, two links, a peer, and alice."""
    Path("/usr/sbin/mpmanagerd").symlink_to("/usr/bin/mpmanagerd")
    shutil.copy(RESOURCES / f"systemd/{UNIT}", UNITS)
    shutil.copy(RESOURCES / f"dbus/{NAME}.conf", "/usr/share/dbus-1/system.d/")
    shutil.copy(RESOURCES / f"dbus/{NAME}.service", "/usr/share/dbus-1/system-services/")
    (UNITS / "check.socket").write_text("[Socket]\nListenStream=127.0.0.1:7077\nAccept=yes\n")
    (UNITS / "check@.service").write_text("[Service]\nExecStart=/bin/cat\nStandardInput=socket\n")
    run("useradd", "--create-home", "alice")
    home = Path("/home/alice")
    home.chmod(0o700)
    shutil.copy("/usr/bin/python3.11", home / "talker")
    run("chown", "-R", "alice:", str(home))
    run("ip", "netns", "add", "peer")
    for name, net in LINKS.items():
        run("ip", "link", "add", name, "type", "veth", "peer", "name", name, "netns", "peer")
        run("ip", "address", "add", f"{net}.2/24", "dev", name)
        run("ip", "link", "set", name, "up")
        run("ip", "-n", "peer", "address", "add", f"{net}.1/24", "dev", name)
        run("ip", "-n", "peer", "link", "set", name, "up")
    run("ip", "route", "add", "default", "via", "10.70.1.1", "dev", "dsl0", "metric", "100")
    run("ip", "route", "add", "default", "via", "10.70.2.1", "dev", "lte0", "metric", "200")
    run("ip", "-n", "peer", "address", "add", f"{SERVER}/32", "dev", "lo")
    run("ip", "-n", "peer", "link", "set", "lo", "up")
    run("systemctl", "daemon-reload")
    run("systemctl", "reload", "dbus")
    command = ["ip", "netns", "exec", "peer", sys.executable, str(HERE / "peer.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as peer:
        assert peer.stdout.readline() == "listening\n"
        yield
        run("systemctl", "stop", UNIT, "alices")
        peer.kill()


@pytest.fixture(scope="module")
def outside(machine):
    """What the daemon says of itself without a sandbox."""
    process = subprocess.Popen(["mpmanagerd"], stderr=subprocess.PIPE, text=True)
    line = process.stderr.readline()
    assert "ready on the bus system" in line, line + process.communicate(timeout=LIMIT_S)[1]
    said = capable()
    process.terminate()
    process.communicate(timeout=LIMIT_S)
    return said


@pytest.fixture(scope="module")
def service(outside):
    """The unit, started once."""
    begin = time.monotonic()
    run("systemctl", "start", UNIT)
    print(f"started within {time.monotonic() - begin:.1f} s")  # noqa: T201  # of the guest's clock


@pytest.fixture(scope="module")
def talking(service):
    """A connection of alice's program, as a service of its own."""
    options = ("--unit=alices", "--uid=alice", "--setenv=PYTHONHOME=/usr")
    run("systemd-run", "--quiet", *options, "/home/alice/talker", str(HERE / "talk.py"), SERVER)


def capable():
    """What does not work here as the daemon tells, and all that it has found."""

    async def talk(client):
        status, trust = await client.status(), await client.trust()
        settings = {each.name: each.value for each in await client.sysctls()}
        paths = [(each.name, each.state, each.kind, each.tier) for each in await client.paths()]
        return {
            "limits": status.limits,
            "notes": status.notes,
            "trust": trust.limits if hasattr(trust, "limits") else str(trust),
            "settings": settings,
            "paths": sorted(map(str, paths)),
        }

    return ask(talk)


def connection():
    async def talk(client):
        frame = await client.snapshot(SubscribeOptions(interval_s=0.1, topics=[Topic.CONNECTIONS]))
        return next((each for each in frame.connections if str(each.remote).startswith(SERVER)), None)

    return ask(talk)


def paths_in_use():
    found = connection()
    return {each.path for each in found.subflows} if found else set()


def test_it_lacks_nothing_in_its_sandbox(outside, service):
    assert capable() == outside
    told = shown("Type", "StatusText", "NotifyAccess", "Result")
    assert told["Result"] == "success"
    assert told["StatusText"] == "Managing 0 connections over 2 paths"
    assert path_manager() == "1"


def test_it_holds_the_rights_that_it_says(service):
    pid = shown("MainPID")["MainPID"]
    status = dict(
        line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line
    )
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"
    names = {1: "DAC_OVERRIDE", 2: "DAC_READ_SEARCH", 12: "NET_ADMIN", 13: "NET_RAW", 19: "SYS_PTRACE"}
    names |= {38: "PERFMON", 39: "BPF"}
    held = int(status["CapEff"], 16)
    assert {number for number in range(64) if held >> number & 1} == set(names)


def test_it_knows_the_program_of_another_user_in_a_home_that_is_closed(talking):
    found = until(lambda: (each := connection()) and each.app.exe and each, "it is known")
    assert found.app.exe == "/home/alice/talker"
    until(lambda: paths_in_use() == set(LINKS), "both paths are in use")


def test_it_captures_a_connection(talking):
    token = until(connection, "it is known").token

    async def talk(client):
        async with aclosing(client.capture(token, seconds=3, max_bytes=1 << 20)) as parts:
            return b"".join([part async for part in parts])

    assert len(ask(talk)) > 1000


def test_it_holds_a_program_to_a_trusted_path(talking):
    """By a rule, and by a cgroup that it makes."""
    until(lambda: paths_in_use() == set(LINKS), "both paths are in use")

    async def talk(client):
        await client.set_path_trust("dsl0", "untrusted")
        await client.set_policy(PolicyInfo(selector="cgroup:/system.slice/alices.service", trust="only"))
        child = await asyncio.create_subprocess_exec("sleep", "600")
        process = os.pidfd_open(child.pid)
        scope = await client.enter_scope(process, ScopeOptions(trust="only"))
        inside = run("cat", f"/proc/{child.pid}/cgroup")
        os.close(process)
        child.kill()
        await child.wait()
        return scope, inside

    scope, inside = ask(talk)
    assert scope in inside
    assert "mpmanager" in run("nft", "list", "tables")
    assert any(PINS.rglob("*"))
    until(lambda: paths_in_use() == {"lte0"}, "the path that is not trusted is left")


def test_it_sets_the_kernel_and_keeps_that(service):
    async def talk(client):
        await client.set_sysctl("add_addr_timeout", "77", persistent=True)

    ask(talk)
    assert Path("/proc/sys/net/mptcp/add_addr_timeout").read_text().strip() == "77"
    assert "77" in SYSCTLS.read_text()
    ask(lambda client: client.undo_sysctl("add_addr_timeout"))
    assert not SYSCTLS.exists()


def test_it_writes_a_drop_in_for_a_socket_unit(service):
    ask(lambda client: client.set_policy(PolicyInfo(selector="unit:check.socket", multipath=True)))
    until(DROP_IN.exists, "the drop-in is there")
    ask(lambda client: client.set_policy(PolicyInfo(selector="unit:check.socket")))
    until(lambda: not DROP_IN.exists(), "it is gone")


def test_it_asks_gateways_and_examines(service):
    async def talk(client):
        return await client.probe_path("lte0")

    answer = ask(talk)
    assert answer.received == answer.sent
    examined = json.loads(run("mpm", "doctor", "--json", check=False))
    assert "not permitted" not in json.dumps(examined).lower()


def test_it_complains_of_nothing(service):
    said = journal()
    assert not [line for line in said.splitlines() if any(each in line for each in _COMPLAINTS)], said


def test_killed_it_is_started_again_and_trust_is_there_all_the_time(talking):
    before = shown("MainPID", "NRestarts")
    pins = sorted(map(str, PINS.rglob("*")))
    os.kill(int(before["MainPID"]), signal.SIGKILL)
    until(lambda: shown("NRestarts") != {"NRestarts": before["NRestarts"]}, "it is started again")
    until(is_active, "it is there again")
    assert set(pins) <= set(map(str, PINS.rglob("*")))
    assert "trust stays in force" in journal(), "what ExecStopPost= says"
    assert path_manager() == "1"


def test_hanging_it_is_killed_and_started_again(talking):
    """WatchdogSec=."""
    before = shown("MainPID", "NRestarts")
    os.kill(int(before["MainPID"]), signal.SIGSTOP)
    until(lambda: shown("NRestarts") != {"NRestarts": before["NRestarts"]}, "it is started again")
    until(is_active, "it is there again")
    assert "Watchdog timeout" in run("journalctl", "--unit", UNIT, "--boot")


def test_alive_it_is_left_alone(service):
    before = shown("NRestarts", "WatchdogTimestampMonotonic", "WatchdogUSec")
    time.sleep(70)
    after = shown("NRestarts", "WatchdogTimestampMonotonic")
    assert before["WatchdogUSec"] == "30s"
    assert after["NRestarts"] == before["NRestarts"]
    assert int(after["WatchdogTimestampMonotonic"]) > int(before["WatchdogTimestampMonotonic"])


def test_stopped_it_leaves_normal_networking_and_is_no_failure(service):
    run("systemctl", "stop", UNIT)
    assert shown("ActiveState", "Result") == {"ActiveState": "inactive", "Result": "success"}
    assert path_manager() == "0"
    assert "proto 109" not in run("ip", "rule") + run("ip", "route", "show", "table", "all")
    assert "proto 110" in run("ip", "rule")


def test_whoever_calls_it_has_it_started(service):
    run("systemctl", "enable", UNIT)
    assert not is_active()
    ask(lambda client: client.paths())
    assert is_active()
