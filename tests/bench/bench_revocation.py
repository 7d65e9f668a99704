"""How long taking the trust from a path takes with 500 connections: `.venv/bin/python tests/bench/bench_revocation.py`.

All connections are of one program under `only`, have a subflow on each of two trusted paths, and keep sending. The time
is that of the command on the bus; what the path carries is captured on its interface.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from subprocess import PIPE
from typing import Any

from stage import Acceptor, daemon_in, lab_of, reference, verdict

from captured import Wire  # found by the import above
from end_to_end.stage import subflow_paths, until
from mpmanager.lab.instance import Lab

CONNECTIONS = 500
TURNS = 5
LONGEST_MS = 250.0
_PATH, _PATHS = "wlan0", {"wlan0", "wwan0"}
_MPM = Path(sys.executable).with_name("mpm")
_SETTLED_WITHIN_S = 60.0
_WATCHED_S = 1.0
_PROGRAM = f"""
import socket, sys, time
made = []
for _ in range({CONNECTIONS}):
    each = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
    each.connect((sys.argv[1], int(sys.argv[2])))
    each.sendall(bytes(500))
    each.setblocking(False)
    made.append(each)
print("ready", flush=True)
while True:
    for each in made:
        time.sleep(0.001)
        try:
            each.send(bytes(200))
        except BlockingIOError:
            pass
"""


def main() -> int:
    """Print all figures; the number of missed targets is the exit code."""
    with (
        tempfile.TemporaryDirectory(prefix="mpmanager-bench-") as scratch,
        lab_of("cafe", name=f"bench{os.getpid()}") as lab,
        daemon_in(lab, Path(scratch) / "daemon") as daemon,
    ):
        _trust(daemon, "trusted")
        with _restricted_program(lab, daemon):
            turns = [_turn(lab, daemon) for _ in range(TURNS)]
    taken_ms, given_ms, packets = zip(*turns, strict=True)
    print(f"{CONNECTIONS} connections under `only`, {TURNS} times")
    reference("giving trust, median", median(given_ms), "ms")
    reference("taking trust, median", median(taken_ms), "ms")
    missed = not verdict("taking trust, longest", max(taken_ms), "ms", target=LONGEST_MS)
    late = sum(packets)
    return missed + (not verdict("packets of programs on the path in the second after each time", late, "", target=0))


def _trust(daemon: Any, level: str) -> float:
    """Have the path trusted or not; how many milliseconds the command took."""

    async def command(client: Any) -> float:
        began = time.perf_counter()
        await client.set_path_trust(_PATH, level)
        return (time.perf_counter() - began) * 1000

    took_ms: float = daemon.ask(command)
    return took_ms


def _turn(lab: Lab, daemon: Any) -> tuple[float, float, int]:
    """Milliseconds to take trust, to give it back, and how many packets left after it was taken."""
    _await_subflows(daemon, _PATHS)
    taken_ms = _trust(daemon, "untrusted")
    with Wire(_PATH, inside=lambda function: lab.inside("laptop", function)) as wire:
        time.sleep(_WATCHED_S)
        late = len(wire.packets())
    _await_subflows(daemon, _PATHS - {_PATH})
    return taken_ms, _trust(daemon, "trusted"), late


def _await_subflows(daemon: Any, paths: set[str]) -> None:
    """Wait until every connection stands on exactly these paths."""

    def stand() -> bool:
        found = [subflow_paths(each) for each in daemon.connections()]
        return len(found) == CONNECTIONS and all(each == paths for each in found)

    until(stand, f"{CONNECTIONS} connections over {', '.join(sorted(paths))}", within_s=_SETTLED_WITHIN_S)


@contextmanager
def _restricted_program(lab: Lab, daemon: Any) -> Iterator[None]:
    acceptor = Acceptor(lab)
    arguments = [sys.executable, "-c", _PROGRAM, str(lab.server_address()), str(acceptor.port)]
    command = [str(_MPM), "--bus", str(daemon.bus), "run", "--trust", "only", "--", *arguments]
    program = lab.popen(command, stdout=PIPE, text=True)
    try:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n", "the connections could not be made"
        yield
    finally:
        program.kill()
        program.wait(10)
        acceptor.close()


if __name__ == "__main__":
    sys.exit(main())
