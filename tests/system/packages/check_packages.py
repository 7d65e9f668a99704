"""The Debian package of the daemon on a machine with systemd: installed, upgraded under a rule, removed, purged.

The checks are the life of one machine, in their order. A cable, which is untrusted, leads to a peer in a namespace.
"""

import re
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

PACKAGE = "mpmanager-daemon"
UNIT = "mpmanager.service"
BUILT = Path("/mnt/source/build/deb")
PRIVATE = Path("/usr/lib/mpmanager")
STATE = Path("/var/lib/mpmanager")
PINS = Path("/sys/fs/bpf/mpmanager")
SWITCH = Path("/proc/sys/net/mptcp/pm_type")
LINK, TARGET = "lan0", "192.0.2.1"
LIMIT_S = 600
_ETH_P_ALL = 3
_SECRET = b"of a restricted program"
_SENDING = f"""
import socket, time
made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
while True:
    try:
        made.sendto({_SECRET!r}, ("{TARGET}", 9))
    except OSError:
        pass
    time.sleep(0.01)
"""


def run(*command, check=True):
    done = subprocess.run(
        command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=LIMIT_S
    )
    assert done.returncode == 0 or not check, f"{' '.join(map(str, command))}: {done.stdout}"
    return done.stdout


def shown(name):
    """A property of the unit."""
    return run("systemctl", "show", UNIT, "--value", f"--property={name}").strip()


def until(condition, what):
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.5)
    raise AssertionError(
        f"not in time: {what}\n{run('journalctl', '--unit', UNIT, '--output=cat', '--boot', check=False)}"
    )


class Capture:
    """Counts what of a restricted program leaves by the cable."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ETH_P_ALL))
        self.socket.bind((LINK, _ETH_P_ALL))
        self.socket.setblocking(False)
        self._count = 0

    def count(self):
        while True:
            try:
                self._count += _SECRET in self.socket.recv(2000)
            except BlockingIOError:
                return self._count


@contextmanager
def sending(trust):
    """A program that is held to a policy sends all the time; it does so when the block begins, and still at its end."""
    command = ["mpm", "run", "--no-multipath", "--trust", trust, "--", "/usr/bin/python3", "-c", _SENDING]
    with subprocess.Popen(command) as program:
        try:
            until(lambda: _arguments(program).startswith(b"/usr/bin/python3\0-c"), "mpm has become the program")
            yield
            assert program.poll() is None
        finally:
            program.kill()


def _arguments(process):
    try:
        return Path(f"/proc/{process.pid}/cmdline").read_bytes()
    except OSError:
        return b""


@pytest.fixture(scope="module")
def machine():
    """With a cable, and without what runs the programs of the sources in other guests."""
    for name in ("mpm", "mpmanagerd"):
        Path("/usr/bin", name).unlink(missing_ok=True)
    run("ip", "netns", "add", "peer")
    run("ip", "link", "add", LINK, "type", "veth", "peer", "name", LINK, "netns", "peer")
    run("ip", "address", "add", "10.70.1.2/24", "dev", LINK)
    run("ip", "link", "set", LINK, "up")
    run("ip", "-n", "peer", "address", "add", "10.70.1.1/24", "dev", LINK)
    run("ip", "-n", "peer", "link", "set", LINK, "up")
    run("ip", "route", "add", "default", "via", "10.70.1.1", "dev", LINK)


@pytest.fixture(scope="module")
def package():
    (found,) = BUILT.glob(f"{PACKAGE}_*.deb")
    return found


@pytest.fixture(scope="module")
def later(package, tmp_path_factory):
    """The same as a later version."""
    root, target = tmp_path_factory.mktemp("later") / "root", tmp_path_factory.mktemp("made") / "later.deb"
    run("dpkg-deb", "--raw-extract", package, root)
    control = root / "DEBIAN/control"
    control.write_text(re.sub(r"(?m)^(Version: .+)$", r"\1+later1", control.read_text()))
    run("dpkg-deb", "--root-owner-group", "-Znone", "--build", root, target)
    return target


@pytest.fixture(scope="module")
def before(machine):
    """What the package has to leave as it was."""
    return {"path manager": SWITCH.read_text(), "rules": run("ip", "rule"), "tables": run("nft", "list", "tables")}


def test_installed_the_service_runs_and_starts_with_the_machine(before, package):
    run("dpkg", "--install", package)
    assert (shown("ActiveState"), shown("UnitFileState")) == ("active", "enabled")
    assert run("mpm", "--version").startswith("mpm")
    assert "manages the Multipath TCP connections here" in run("mpm", "status")
    assert SWITCH.read_text() == "1\n"


def test_somebody_who_calls_it_starts_it():
    run("systemctl", "stop", UNIT)
    assert "mpmanagerd" in run("mpm", "status")
    assert shown("ActiveState") == "active"
    until(lambda: "manages the Multipath TCP connections here" in run("mpm", "status"), "it manages")


def test_without_a_rule_everything_leaves_by_the_cable():
    run("mpm", "path", "trust", LINK, "untrusted")
    run("mpm", "path", "tier", LINK, "backup")
    capture = Capture()
    with sending("any"):
        until(lambda: capture.count() > 10, "the program sends")


def test_an_upgrade_keeps_decisions_and_lets_nothing_of_a_restricted_program_go(later):
    process = shown("MainPID")
    capture = Capture()
    with sending("only"):
        until(lambda: PINS.is_dir() and any(PINS.iterdir()), "the rule is in force")
        run("dpkg", "--install", later)
        until(lambda: shown("ActiveState") == "active" and shown("MainPID") != process, "the new daemon runs")
        until(lambda: "manages" in run("mpm", "status", check=False), "it serves")
        time.sleep(3)
        assert capture.count() == 0
    assert "later1" in run("dpkg-query", "--show", PACKAGE)
    assert re.search(f"{LINK} .*backup", run("mpm", "paths"))
    assert "untrusted" in run("mpm", "path", "trust", LINK)


def test_removing_lifts_what_is_in_force_and_leaves_no_trace_but_decisions(before):
    capture = Capture()
    with sending("only"):
        until(lambda: PINS.is_dir() and any(PINS.iterdir()), "the rule is in force")
        run("dpkg", "--remove", PACKAGE)
        until(lambda: capture.count() > 10, "nobody is held any more")
    assert shown("LoadState") == "not-found"
    assert not [each for each in (PRIVATE, PINS, Path("/run/mpmanager")) if each.exists()]
    assert {
        "path manager": SWITCH.read_text(),
        "rules": run("ip", "rule"),
        "tables": run("nft", "list", "tables"),
    } == before
    assert not re.search(r"proto (109|110)", run("ip", "route", "show", "table", "all"))
    assert not list(Path("/etc/systemd/system").rglob("*mpmanager*"))
    assert (STATE / "paths.json").exists()


def test_purging_leaves_nothing():
    run("dpkg", "--purge", PACKAGE)
    assert not [each for each in (STATE, Path("/etc/mpmanager")) if each.exists()]
    assert not re.search("mpmanager", run("dpkg-query", "--list"))
