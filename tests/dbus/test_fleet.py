"""The daemon as machines watch it: scraped over a socket, read from a file, asked over the bus."""

import asyncio
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec.structs import replace
from prometheus_client.parser import text_string_to_metric_families

from mpmanager.api.bus import parse_bus
from mpmanager.api.structures import PolicyInfo
from mpmanager.client.manager import connected
from mpmanager.model.errors import ChangedSinceError, SetByFileError
from mpmanager.model.path import Tier
from mpmanager.model.trust import Trust

_BIN = Path(sys.executable).parent
_PATIENCE_S = 10.0


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A daemon that runs in memory, and where it gives what it has to tell."""

    directory: Path
    bus: str

    @property
    def socket(self):
        return self.directory / "metrics.sock"

    @property
    def file(self):
        return self.directory / "mpmanager.prom"

    def mpm(self, *arguments):
        done = subprocess.run(
            [_BIN / "mpm", "--bus", self.bus, *arguments], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def ask(self, talk):
        async def run():
            async with connected(parse_bus(self.bus)) as client:
                return await talk(client)

        return asyncio.run(run())


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    directory = tmp_path_factory.mktemp("fleet")
    config = directory / "daemon.toml"
    config.write_text(
        f'metrics = ["unix:{directory}/metrics.sock", "file:{directory}/mpmanager.prom"]\n'
        f'profiles-directory = "{directory}/profiles.d"\ntrusted-keys-directory = "{directory}/keys"\n'
    )
    (directory / "profiles.d").mkdir(mode=0o755)
    bus = f"private:{directory / 'bus'}"
    daemon = subprocess.Popen(
        [_BIN / "mpmanagerd", "--simulate", f"--bus={bus}", f"--state={directory / 'state'}", f"--config={config}"],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert daemon.stderr is not None
    assert "ready" in daemon.stderr.readline()
    made = Machine(directory=directory, bus=bus)
    wait_for(made.file.exists)
    yield made
    daemon.terminate()
    rest = daemon.communicate(timeout=10)[1]
    assert daemon.returncode == 0, rest
    assert "Traceback" not in rest
    assert not made.socket.exists()
    assert not made.file.exists()


def wait_for(is_so):
    deadline = time.monotonic() + _PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def connect(machine):
    scraper = socket.socket(socket.AF_UNIX)
    scraper.settimeout(_PATIENCE_S)
    scraper.connect(str(machine.socket))
    return scraper


def scrape(machine, request=b"GET /metrics HTTP/1.0\r\n\r\n"):
    with connect(machine) as scraper:
        scraper.sendall(request)
        answer = b""
        while part := scraper.recv(65536):
            answer += part
    head, _blank, body = answer.decode().partition("\r\n\r\n")
    return head, body


def families(text):
    return {each.name: each for each in text_string_to_metric_families(text)}


def test_a_scrape_gets_what_prometheus_reads(machine):
    head, body = scrape(machine)
    assert head.startswith("HTTP/1.0 200 OK\r\n")
    assert "Content-Type: text/plain; version=0.0.4" in head
    assert f"Content-Length: {len(body.encode())}" in head
    found = families(body)
    assert {each.labels["path"] for each in found["mpmanager_path_up"].samples} >= {"wlan0", "wwan0"}
    assert found["mpmanager_resident_memory_bytes"].samples[0].value > 1_000_000
    assert found["mpmanager_connections"].samples[0].value > 0


def test_the_socket_is_roots_alone(machine):
    mode = machine.socket.stat().st_mode
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o660
    assert machine.socket.stat().st_uid == os.getuid()


def test_the_file_is_there_for_node_exporters(machine):
    assert stat.S_IMODE(machine.file.stat().st_mode) == 0o644
    assert "mpmanager_path_up" in families(machine.file.read_text())


def test_the_command_prints_the_same_once(machine):
    assert families(machine.mpm("metrics")).keys() == families(scrape(machine)[1]).keys()


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET / HTTP/1.0", "404"),
        (b"POST /metrics HTTP/1.1", "405"),
        (b"nonsense", "400"),
        (b"HEAD /metrics HTTP/1.1", "200"),
        (b"GET /metrics?x=1 HTTP/1.1", "200"),
    ],
)
def test_what_is_asked_wrongly_is_refused(machine, request_line, status):
    head, body = scrape(machine, request_line + b"\r\n\r\n")
    assert head.split()[1] == status
    assert bool(body) == (not request_line.startswith(b"HEAD"))


def test_scrapers_that_never_ask_never_read_or_say_too_much_hold_nobody_up(machine):
    silent = [connect(machine) for _ in range(4)]
    endless = connect(machine)
    try:
        endless.settimeout(1.0)
        with pytest.raises(OSError, match=r"Broken pipe|reset"):
            endless.sendall(b"x" * 100_000_000)
        deaf = connect(machine)
        silent.append(deaf)
        deaf.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
        assert scrape(machine)[0].startswith("HTTP/1.0 200")
        assert "mpmanager" in machine.ask(lambda client: client.metrics())
    finally:
        for each in (*silent, endless):
            each.close()


def test_a_crowd_of_scrapers_is_sent_away_and_nobody_after_it(machine):
    crowd = [connect(machine) for _ in range(30)]
    assert "mpmanager" in machine.ask(lambda client: client.metrics())
    for each in crowd:
        each.close()
    deadline = time.monotonic() + _PATIENCE_S
    while not scrape(machine)[0].startswith("HTTP/1.0 200"):
        assert time.monotonic() < deadline


OFFICE = """version = 1
name = "Office"

[trust.networks]
"{network}" = "untrusted"

[[tiers]]
paths = "kind:lte"
tier = "backup"

[[policies]]
selector = "exe:/usr/bin/ssh"
trust = "only"
"""
SSH = "exe:/usr/bin/ssh"


@pytest.fixture
def office(machine):
    """An administrator's file that is in force, about the Wi-Fi that the machine is in."""
    (network, *_others) = path_of(machine, "wlan0").network_ids
    file = machine.directory / "profiles.d" / "10-office.toml"
    put(file, OFFICE.format(network=network))
    wait_for(lambda: files_of(machine) != [])
    yield file
    for each in file.parent.iterdir():
        each.unlink()
    wait_for(lambda: files_of(machine) == [])


def put(file, text):
    """As configuration management does: whole or not at all."""
    draft = file.with_name(f".{file.name}.tmp")
    draft.write_text(text)
    draft.chmod(0o644)
    draft.rename(file)


def files_of(machine):
    return machine.ask(lambda client: client.status()).administrator


def path_of(machine, name):
    return machine.ask(lambda client: client.path(name))


def rules_of(machine):
    return machine.ask(lambda client: client.policies())


def test_a_file_of_the_administrator_is_in_force_within_moments_and_shown_with_its_origin(machine, office):
    wifi = path_of(machine, "wlan0")
    assert (wifi.trust, wifi.administrator) == (Trust.UNTRUSTED, [f"untrusted: {office}"])
    assert path_of(machine, "wwan0").administrator == [f"backup at most: {office}"]
    assert [(each.selector, each.trust, each.origin) for each in rules_of(machine)[:-1]] == [(SSH, "only", str(office))]
    assert f"Set by your administrator: {office} (Office)" in machine.mpm("status")


@pytest.mark.parametrize(
    "change",
    [
        lambda client: client.set_path_trust("wlan0", "trusted"),
        lambda client: client.set_path_tier("wwan0", "always"),
        lambda client: client.set_policy(PolicyInfo(selector=SSH, trust="handshake")),
        lambda client: client.set_policy(PolicyInfo(selector=SSH)),
    ],
)
def test_less_than_a_file_says_is_refused_with_the_file_that_says_so(machine, office, change):
    with pytest.raises(SetByFileError, match=str(office)):
        machine.ask(change)


def test_more_than_a_file_says_may_be_said_and_taken_back(machine, office):
    machine.ask(lambda client: client.set_path_tier("wwan0", "never"))
    assert path_of(machine, "wwan0").tier is Tier.NEVER
    machine.ask(lambda client: client.undo_change())
    assert path_of(machine, "wwan0").tier is Tier.BACKUP
    shown = rules_of(machine)[0]
    machine.ask(lambda client: client.set_policy(replace(shown, wait_ms=20.0)))
    assert [(each.wait_ms, each.trust) for each in rules_of(machine)[:-1]] == [(20.0, None), (None, "only")]
    machine.ask(lambda client: client.set_policy(PolicyInfo(selector=SSH)))
    assert [each.origin for each in rules_of(machine)[:-1]] == [str(office)]


def test_what_a_file_has_changed_is_a_change_of_the_administrators_and_taken_back_in_the_file_alone(machine, office):
    changes = machine.ask(lambda client: client.recent_changes())
    own = next(each for each in changes if str(office) in each.text)
    assert own.text == f"your administrator's file {office} was set down"
    assert (own.uid, own.program) == (0, str(office.parent))
    with pytest.raises(ChangedSinceError, match=str(office)):
        machine.ask(lambda client: client.undo_change(own.id))


def test_a_file_that_is_damaged_lets_nothing_go_and_is_named_with_its_line(machine, office):
    put(office, office.read_text().replace('"only"', '"anything"'))
    wait_for(lambda: files_of(machine)[0].refusal is not None)
    (limit,) = (each for each in machine.ask(lambda client: client.status()).limits if str(office) in each)
    assert limit.startswith(f"{office}: line 11: ")
    assert limit.endswith("what it demanded before stays in force")
    assert path_of(machine, "wlan0").trust is Trust.UNTRUSTED
    assert rules_of(machine)[0].trust == "only"


def test_a_file_that_is_still_being_written_is_not_looked_at(machine, office):
    with office.open("w") as stream:
        stream.write('version = 1\nname = "Half"\n')
        stream.flush()
        put(office.with_name("20-other.toml"), 'version = 1\nname = "Other"\n')
        wait_for(lambda: len(files_of(machine)) == 2)
        assert [each.name for each in files_of(machine)] == ["Office", "Other"]
    wait_for(lambda: files_of(machine)[0].name == "Half")


def test_events_go_on_over_a_restart_of_the_daemon_and_after_ones_own(tmp_path):
    bus, cursor = f"private:{tmp_path / 'bus'}", tmp_path / "cursor"
    follow = [_BIN / "mpm", "--bus", bus, "events", "--follow", "--json", f"--cursor-file={cursor}"]
    with ExitStack() as stack:
        first = killed_at_the_end(stack, daemon_at(tmp_path, bus))
        follower = killed_at_the_end(stack, subprocess.Popen(follow, stdout=subprocess.PIPE, text=True))
        assert follower.stdout is not None
        lines = lines_of(follower.stdout)
        assert next(each for each in lines if each["kind"] == "daemon-started")["id"] >= 1
        first.terminate()
        assert first.wait(timeout=20) == 0
        second = killed_at_the_end(stack, daemon_at(tmp_path, bus))
        gap = next(each for each in lines if each["kind"] == "gap")
        assert (gap["lost"], "started again" in gap["text"]) == (None, True)
        last = next(each for each in lines if each["kind"] == "daemon-started")["cursor"]
        wait_for(lambda: cursor.read_text().split("/")[0] == last.split("/")[0])
        follower.send_signal(signal.SIGINT)
        assert follower.wait(timeout=20) == 130
        Machine(directory=tmp_path, bus=bus).ask(lambda client: client.set_path_tier("wwan0", "never"))
        again = killed_at_the_end(stack, subprocess.Popen(follow, stdout=subprocess.PIPE, text=True))
        assert again.stdout is not None
        resumed = next(lines_of(again.stdout))
        assert resumed["cursor"].split("/")[0] == last.split("/")[0]
        assert resumed["kind"] != "daemon-started"
        second.terminate()
        assert second.wait(timeout=20) == 0


def killed_at_the_end(stack, process):
    stack.enter_context(process)
    stack.callback(process.kill)
    return process


def daemon_at(directory, bus):
    daemon = subprocess.Popen(
        [_BIN / "mpmanagerd", "--simulate", f"--bus={bus}", f"--state={directory / 'state'}"],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert daemon.stderr is not None
    assert "ready" in daemon.stderr.readline()
    return daemon


def lines_of(stream):
    return (json.loads(line) for line in stream)


def test_what_a_file_demands_of_everybody_stands_in_the_kernel_below_what_people_say(machine, office):
    put(office, 'version = 1\nname = "Strict"\n[defaults]\ntrust = "only"\n')
    wait_for(lambda: files_of(machine)[0].name == "Strict")
    held = machine.ask(lambda client: client.trust()).restrictions
    assert {each.cgroup.rpartition("/")[2] for each in held if each.demand == "only"} == {"user.slice", "machine.slice"}
    (default,) = rules_of(machine)
    assert (default.trust, default.origin) == ("only", str(office))
    with pytest.raises(SetByFileError, match="demands only at least, and not handshake"):
        machine.ask(lambda client: client.set_policy(PolicyInfo(selector="default", trust="handshake")))
