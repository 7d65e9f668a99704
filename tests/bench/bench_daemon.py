"""What the daemon costs by being there: its start, its memory, and its time while nothing happens.

`.venv/bin/python tests/bench/bench_daemon.py`, as root; `--seconds 60` is how long it is watched for each figure. On a
busy machine the time on the clock tells of the others; the processor's time is the daemon's own.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from stage import connections, lab_of, reference, verdict

from mpmanager.daemon.private_bus import PrivateBus
from mpmanager.lab.instance import Lab

_DAEMON = Path(sys.executable).with_name("mpmanagerd")
_STARTS = 5
_SETTLING_S = 15.0
"""Programs of new connections are recognised within; that is done once."""
_LIMIT_S = 60.0
_CONNECTIONS = 20
_USER, _SYSTEM = 11, 12
"""In /proc/PID/stat, counted from the first field behind the name."""
_START_MS, _MEMORY_MB, _IDLE_PERCENT = 300, 80, 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """From exec to READY=1."""

    clock_ms: float
    processor_ms: float


def _with_bytecode(directory: Path) -> dict[str, str]:
    """Where modules are compiled once, as by an installed package, whatever is said of the sources here."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(directory / "bytecode")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment


@contextmanager
def _daemon(lab: Lab, directory: Path, address: str) -> Iterator[tuple[int, Start]]:
    """One that has told systemd, which is us, that it is ready; its process id."""
    heard = directory / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(heard))
        systemd.settimeout(_LIMIT_S)
        command = [_DAEMON, f"--bus={address}", f"--state={directory / 'state'}"]
        environment = _with_bytecode(directory) | {"NOTIFY_SOCKET": str(heard)}
        with (directory / "log").open("ab") as log:
            begin = time.monotonic()
            process = lab.popen(command, is_service=True, stderr=log, env=environment, start_new_session=True)
        try:
            while b"READY=1" not in systemd.recv(4096):
                pass
            clock_s = time.monotonic() - begin
            yield process.pid, Start(clock_ms=clock_s * 1e3, processor_ms=_processor_s(process.pid) * 1e3)
        finally:
            process.terminate()
            process.wait(_LIMIT_S)
            heard.unlink()


def _processor_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[_USER]) + int(fields[_SYSTEM])) / os.sysconf("SC_CLK_TCK")


def _memory_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1e3


def _idle(pid: int, seconds: float) -> float:
    """Per cent of one processor."""
    time.sleep(_SETTLING_S)
    before = _processor_s(pid)
    time.sleep(seconds)
    return 100 * (_processor_s(pid) - before) / seconds


def _entering(lab: Lab) -> Start:
    """What it takes to run a program in the lab at all, which is no part of a start."""
    begin = time.monotonic()
    entering = lab.popen(["true"], is_service=True)
    _pid, _status, used = os.wait4(entering.pid, 0)
    entering.returncode = 0
    return Start(clock_ms=(time.monotonic() - begin) * 1e3, processor_ms=(used.ru_utime + used.ru_stime) * 1e3)


def _python_ms(directory: Path) -> float:
    """Python with what any service on a bus loads."""
    begin = time.process_time() + sum(os.times()[2:4])
    command = [sys.executable, "-c", "import asyncio, dbus_fast.aio, msgspec"]
    subprocess.run(command, check=True, env=_with_bytecode(directory))
    return (time.process_time() + sum(os.times()[2:4]) - begin) * 1e3


def _bench_start(lab: Lab, directory: Path, address: str) -> bool:
    starts, entering = [], []
    with _daemon(lab, directory, address):
        pass  # compiles
    for _ in range(_STARTS):
        entering.append(_entering(lab))
        with _daemon(lab, directory, address) as (_pid, start):
            starts.append(start)
    clock = [each.clock_ms for each in starts]
    before = min(each.clock_ms for each in entering)
    is_met = verdict(f"start, exec to READY, best of {_STARTS}", min(clock) - before, "ms", target=_START_MS)
    reference("start, median", median(clock) - before, "ms")
    processor = min(each.processor_ms for each in starts) - min(each.processor_ms for each in entering)
    reference("start, the processor's time, best", processor, "ms")
    reference("  of it Python with asyncio, dbus-fast and msgspec", min(_python_ms(directory) for _ in range(3)), "ms")
    return is_met


def _bench_idle(lab: Lab, directory: Path, address: str, seconds: float) -> bool:
    with _daemon(lab, directory, address) as (pid, _start):
        alone = verdict("idle, no connection", _idle(pid, seconds), "%", target=_IDLE_PERCENT)
        with connections(lab, _CONNECTIONS):
            what = f"idle, {_CONNECTIONS} connections that say nothing"
            busy = verdict(what, _idle(pid, seconds), "%", target=_IDLE_PERCENT)
            memory = verdict("memory (resident)", _memory_mb(pid), "MB", target=_MEMORY_MB)
    return alone and busy and memory


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every figure is what it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    seconds = parser.parse_args(arguments).seconds
    with tempfile.TemporaryDirectory() as scratch, lab_of("cafe", name=f"bench{os.getpid()}") as lab:
        directory = Path(scratch)
        with PrivateBus(directory / "bus", owner=os.getuid()):
            address = f"unix:path={directory / 'bus' / 'bus'}"
            results = [_bench_start(lab, directory, address), _bench_idle(lab, directory, address, seconds)]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
