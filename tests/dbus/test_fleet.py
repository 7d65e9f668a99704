"""The daemon as machines watch it: scraped over a socket, read from a file, asked over the bus."""

import os
import socket
import stat
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

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

    def mpm(self, *arguments, status=0):
        done = subprocess.run(
            [_BIN / "mpm", "--bus", self.bus, *arguments], capture_output=True, text=True, timeout=30, check=False
        )
        assert done.returncode == status, done.stderr
        return done.stdout if status == 0 else done.stderr


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    directory = tmp_path_factory.mktemp("fleet")
    config = directory / "daemon.toml"
    config.write_text(f'metrics = ["unix:{directory}/metrics.sock", "file:{directory}/mpmanager.prom"]\n')
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
        assert "mpmanager" in machine.mpm("metrics")
    finally:
        for each in (*silent, endless):
            each.close()


def test_a_crowd_of_scrapers_is_sent_away_and_nobody_after_it(machine):
    crowd = [connect(machine) for _ in range(30)]
    assert "mpmanager" in machine.mpm("metrics")
    for each in crowd:
        each.close()
    deadline = time.monotonic() + _PATIENCE_S
    while not scrape(machine)[0].startswith("HTTP/1.0 200"):
        assert time.monotonic() < deadline
