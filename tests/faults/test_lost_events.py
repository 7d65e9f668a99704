"""The kernel drops what it reports: the daemon looks again, and knows what the kernel knows."""

import os
import signal
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from end_to_end.stage import subflow_paths, until
from faults.crowds import crowd, says
from faults.wires import LINKS
from mpmanager.api.structures import EventKind
from mpmanager.linux.sock_diag import LinuxConnectionTable

pytestmark = pytest.mark.netns

DEAF = Path(__file__).with_name("deaf_daemon.py")


def known_to_the_kernel(lab):
    """Tokens of connections, and the ends of their subflows."""
    with closing(lab.inside("laptop", LinuxConnectionTable)) as table:
        snapshot = table.snapshot()
    return (
        {f"{each.token:08x}" for each in snapshot.connections},
        {(str(each.flow.local), str(each.flow.remote)) for each in snapshot.subflows},
    )


def known_to_the_daemon(daemon):
    shown = daemon.connections()
    return (
        {each.token.removeprefix("0x").zfill(8) for each in shown},
        {(subflow.local, subflow.remote) for each in shown for subflow in each.subflows},
    )


def test_a_daemon_that_misses_most_events_knows_what_the_kernel_knows(wires, daemon_in, running, trial):
    count = trial.so_many(150, 3000)
    daemon = daemon_in(wires, program=(sys.executable, DEAF))
    assert crowd(wires, running, "serve", "5000", place="server").stdout.readline() == "ready\n"
    target = str(wires.server_address()), "5000"
    for _again in range(trial.so_many(1, 5)):
        passing = crowd(wires, running, "open", *target, str(count))
        assert passing.stdout.readline().strip() == str(count)
        os.kill(daemon.process.pid, signal.SIGSTOP)
        staying = crowd(wires, running, "open", *target, str(count))
        assert staying.stdout.readline().strip() == str(count)
        assert says(passing, "close") == "closed"
        time.sleep(0.5)
        os.kill(daemon.process.pid, signal.SIGCONT)
        until(
            lambda: sum(subflow_paths(each) == set(LINKS) for each in daemon.connections()) == count,
            "those that are there are managed",
            within_s=60,
        )
        until(lambda: known_to_the_daemon(daemon) == known_to_the_kernel(wires), "both know the same", within_s=20)
        assert says(staying, "close") == "closed"
        until(lambda: not daemon.connections(), "all have ended", within_s=60)
    looks = len(daemon.events(EventKind.RESYNCHRONISED))
    trial.figure("fresh looks after lost events; the account of connections was the kernel's each time", looks)
    assert looks > 0
