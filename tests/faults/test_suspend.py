"""The daemon sleeps while links go and come, as when a machine is suspended."""

import os
import signal
import time

import pytest

from end_to_end.stage import connect, endpoint, header, read_exactly, subflow_paths, until
from faults.wires import LINKS

pytestmark = pytest.mark.netns

_SIZE = 400_000


def test_a_daemon_that_has_slept_finds_what_is_there_now(wires, daemon_in, server_in, trial):
    daemon, server = daemon_in(wires), server_in(wires)
    with connect(wires, wires.server_address(), server.port) as old:
        old.sendall(header(0, 2 * _SIZE))
        read_exactly(old, _SIZE)
        until(lambda: subflow_paths(daemon.connection(old.getsockname())) == set(LINKS), "it has both paths")
        os.kill(daemon.process.pid, signal.SIGSTOP)
        wires.run(["ip", "link", "del", "eth2"])
        with connect(wires, wires.server_address(), server.port) as new:
            new.sendall(header(0, _SIZE))
            read_exactly(new, _SIZE // 2)
            for _again in range(trial.so_many(1, 20)):
                wires.plug("eth2", 2)
                wires.run(["ip", "link", "set", "eth1", "down"])
                time.sleep(trial.so_many(0.2, 1.0))
                wires.run(["sh", "-c", "; ".join(f"ip {line}" for line in wires.dressed("eth1", 1))])
                wires.run(["ip", "link", "del", "eth2"])
            wires.plug("eth2", 2)
            os.kill(daemon.process.pid, signal.SIGCONT)
            for each in (old, new):
                until(
                    lambda each=each: subflow_paths(daemon.connection(each.getsockname())) == set(LINKS),
                    f"{endpoint(each.getsockname())} has both paths",
                    within_s=30,
                )
            read_exactly(new, _SIZE - _SIZE // 2)
        read_exactly(old, _SIZE)
    until(lambda: not daemon.connections(), "both have ended")
    trial.figure("connections lost by a daemon that slept while links went and came", 0, 0)
