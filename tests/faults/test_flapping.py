"""Paths that come and go every 100 ms: connections live, nothing leaks, and the daemon stays as it is."""

import subprocess
import threading
import time
from contextlib import ExitStack, contextmanager

import psutil
import pytest

from end_to_end.stage import until
from faults.crowds import asked_all_the_while
from faults.traffic import CAFE, LTE, WIFI, Program, left_by, run_with, serve, watched

pytestmark = pytest.mark.netns

_EVERY_S = 0.1
_GROWN_BYTES = 12e6
_GROWN_DESCRIPTORS = 2


def coming_and_going(lab):
    """Lines for `ip -batch`, pair by pair: Wi-Fi down and up, LTE's address gone and back, and so on."""
    routes = {
        link: f"route replace {lab.run(['ip', 'route', 'show', 'default', 'dev', link]).stdout.strip()} dev {link}"
        for link in (WIFI, LTE)
    }
    address = f"{lab.laptop_address(LTE)}/24 dev {LTE}"
    while True:
        yield [f"link set {WIFI} down"]
        yield [f"link set {WIFI} up", routes[WIFI]]
        yield [f"address del {address}"]
        yield [f"address add {address}", routes[LTE]]


@contextmanager
def flapping(lab):
    """Goes on until the block ends, and ends with everything back; counts the changes."""
    changes, is_over, count = coming_and_going(lab), threading.Event(), [0]
    command = ["ip", "-n", lab.namespace(), "-force", "-batch", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as ip:

        def go_on():
            while not is_over.wait(_EVERY_S) or count[0] % 4:
                ip.stdin.write("".join(f"{line}\n" for line in next(changes)))
                ip.stdin.flush()
                count[0] += 1

        thread = threading.Thread(target=go_on)
        thread.start()
        try:
            yield count
        finally:
            is_over.set()
            thread.join()
            ip.stdin.close()


def size_of(process):
    return process.memory_info().rss, process.num_fds()


def test_paths_that_flap_cost_no_connection_no_packet_and_no_memory(lab_up, daemon_in, running, trial):
    lasts_s, answer_s = trial.so_many((4, 5.0), (60, 1.0))
    lab = lab_up(CAFE)
    serve(lab, running)
    daemon = daemon_in(lab)
    process = psutil.Process(daemon.process.pid)
    programs = [
        Program(lab, running, "vault", ("mptcp", "mptcp"), prefix=run_with(daemon, "only")),
        Program(lab, running, "server", ("mptcp", "mptcp")),
    ]
    with ExitStack() as stack:
        vault = stack.enter_context(watched(lab, "vault"))
        for each in programs:
            each.wait_until_ready()
        until(lambda: len(daemon.connections()) == 4, "all are managed")
        took_s = stack.enter_context(asked_all_the_while(daemon))
        count = stack.enter_context(flapping(lab))
        time.sleep(lasts_s / 4)
        before = size_of(process)
        for second in range(lasts_s - lasts_s // 4):
            time.sleep(1)
            trial.progress(f"flapping: {second} s, {count[0]} changes, longest answer {max(took_s):.2f} s")
        memory, descriptors = (after - was for after, was in zip(size_of(process), before, strict=True))
        leaked = len(left_by(vault))
    told = [row for each in programs for row in each.finish()["streams"]]
    trial.figure("changes of paths, one each 100 ms", count[0])
    trial.figure("packets of an `only` program on the untrusted path meanwhile", leaked, 0)
    trial.figure("connections that broke or lost bytes", sum(bool(row["error"]) for row in told), 0)
    trial.figure("growth of memory and of open descriptors", f"{memory / 1e6:.1f} MB, {descriptors}", "flat")
    trial.figure("longest answer of the daemon while paths flap", f"{max(took_s):.2f} s", f"below {answer_s:g} s")
    assert [row for row in told if row["error"] or not row["received"]] == []
    assert memory < _GROWN_BYTES
    assert descriptors <= _GROWN_DESCRIPTORS
    assert max(took_s) < answer_s
    assert leaked == 0
    assert {each.state for each in daemon.frame().paths} == {"up"}
