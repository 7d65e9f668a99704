"""What looking costs, each figure beside its target: `.venv/bin/python tests/bench/bench_snapshot.py`.

The reference is running `ss -tinM` and splitting what it prints, in the same run over the same sockets.
"""

import asyncio
import os
import re
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import psutil
from stage import connections, daemon_in, lab_of, reference, talking, verdict

from mpmanager.api.structures import SubscribeOptions, Topic
from mpmanager.client.manager import connected
from mpmanager.lab.instance import Lab
from mpmanager.linux.sock_diag import LinuxConnectionTable

MANY, FEW = 2000, 20
SNAPSHOT_MS = 60.0
MANY_PERCENT, FEW_PERCENT = 10.0, 1.0
MEMORY_MB = 100.0
ROUNDS = 25
TALKING = 10
"""One connection in so many sends all the time."""
WATCHED_S = 20.0
SETTLING_S = 20
_WORDS = re.compile(r"[a-z_]+:\S+")


def main() -> int:
    """Print all figures; the number of missed targets is the exit code."""
    missed = 0
    with (
        tempfile.TemporaryDirectory(prefix="mpmanager-bench-") as scratch,
        lab_of("thesis", name=f"bench{os.getpid()}") as lab,
    ):
        with (
            daemon_in(lab, Path(scratch) / "few") as daemon,
            connections(lab, FEW) as few,
            talking(few[::TALKING], every_s=0.4),
        ):
            missed += _measure_daemon(daemon, FEW, FEW_PERCENT)
        with (
            daemon_in(lab, Path(scratch) / "many") as daemon,
            connections(lab, MANY) as many,
            talking(many[::TALKING], every_s=0.4),
        ):
            missed += _measure_daemon(daemon, MANY, MANY_PERCENT)
            missed += _measure_snapshot(lab)
    return missed


def _measure_snapshot(lab: Lab) -> int:
    table = lab.inside("laptop", LinuxConnectionTable)
    try:
        snapshot = table.snapshot()
        print(f"{len(snapshot.connections)} connections with {len(snapshot.subflows)} subflows")
        ours = [_cpu_ms(table.snapshot, resource.RUSAGE_SELF) for _ in range(ROUNDS)]
        theirs = [
            _cpu_ms(lambda: _run_and_split_ss(lab), resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
            for _ in range(ROUNDS)
        ]
    finally:
        table.close()
    reference("running and splitting ss -tinM, CPU, median", median(theirs), "ms")
    missed = not verdict("a snapshot, CPU, median", median(ours), "ms", target=SNAPSHOT_MS)
    return missed + (not verdict("a snapshot, as a part of ss", median(ours) / median(theirs), "", target=1.0))


def _run_and_split_ss(lab: Lab) -> list[list[str]]:
    printed = lab.run(["ss", "-tinMH"]).stdout
    return [_WORDS.findall(line) for line in printed.splitlines()]


def _cpu_ms(action: Callable[[], object], *who: int) -> float:
    before = sum(_used_s(each) for each in who)
    action()
    return (sum(_used_s(each) for each in who) - before) * 1000


def _used_s(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def _measure_daemon(daemon, number: int, target: float) -> int:
    """With one watcher who asks for everything once a second, as the window does."""
    process = psutil.Process(daemon.process.pid)
    used, shown = asyncio.run(_watch(daemon.bus, process))
    print(f"{shown[0]} connections with {shown[1]} subflows, shown once a second to one watcher")
    if shown != (number, 2 * number):
        raise SystemExit(f"the daemon should show {number} connections with {2 * number} subflows")
    missed = not verdict(f"the daemon with {number} connections, CPU of a core", used * 100, "%", target=target)
    memory = process.memory_info().rss / 1e6
    return missed + (not verdict(f"the daemon with {number} connections, memory", memory, "MB", target=MEMORY_MB))


async def _watch(bus, process: psutil.Process) -> tuple[float, tuple[int, int]]:
    """CPU time by time passed, and the connections and subflows last shown."""
    async with connected(bus) as client:
        options = SubscribeOptions(interval_s=1.0, topics=list(Topic))
        frames = client.frames(options)
        for _ in range(SETTLING_S):
            await anext(frames)  # all subflows are made and all programs found after that
        before, began = sum(process.cpu_times()[:2]), time.monotonic()
        while time.monotonic() - began < WATCHED_S:
            frame = await anext(frames)
        used = (sum(process.cpu_times()[:2]) - before) / (time.monotonic() - began)
        return used, (len(frame.connections), sum(len(each.subflows) for each in frame.connections))


if __name__ == "__main__":
    sys.exit(main())
