"""Ten thousand connections at once: the daemon answers all the while, misses none, and is as small as before."""

import time

import psutil
import pytest

from end_to_end.stage import connect, header, read_exactly, subflow_paths, until
from faults.crowds import asked_all_the_while, crowd, says
from faults.wires import LINKS

pytestmark = pytest.mark.netns

_BYTES_EACH = 15_000
"""Of the daemon's memory for each connection."""
_SPARE_BYTES = 30e6
_SECOND_TIME = 1.15
"""Of what the first crowd took, the second one may take so much. Python keeps memory for itself that is scattered."""


def megabytes(count):
    return f"{count / 1e6:.0f} MB"


def managed(daemon):
    """Connections with a subflow on either path."""
    return [each for each in daemon.connections() if each.managed and len(subflow_paths(each)) == 2]


def come_and_go(lab, daemon, server, running, count):
    """A crowd opens connections, talks on all of them and closes them; seconds for all three, and the most memory."""
    began = time.monotonic()
    clients = crowd(lab, running, "open", str(lab.server_address()), "5000", str(count))
    assert clients.stdout.readline().strip() == str(count)
    opened_s = time.monotonic() - began
    shown = until(lambda: len(found := managed(daemon)) == count and found, "all are managed", within_s=120)
    assert len({each.token for each in shown}) == count
    managed_s = time.monotonic() - began
    most = psutil.Process(daemon.process.pid).memory_info().rss
    assert says(clients, "again") == str(count), "all go on"
    with connect(lab, lab.server_address(), server.port) as later:
        later.sendall(header(0, 1000))
        read_exactly(later, 1000)
        until(lambda: subflow_paths(daemon.connection(later.getsockname())) == set(LINKS), "a later one is managed")
    assert says(clients, "close") == "closed"
    until(lambda: not daemon.connections(), "all have ended", within_s=60)
    return f"{opened_s:.1f}, {managed_s:.1f}, {time.monotonic() - began:.1f} s", most


def test_ten_thousand_connections_at_once_are_all_managed_while_the_daemon_answers(
    wires, daemon_in, server_in, running, trial
):
    count, answer_s = trial.so_many((400, 5.0), (10_000, 1.0))
    daemon, server = daemon_in(wires), server_in(wires)
    before = psutil.Process(daemon.process.pid).memory_info().rss
    assert crowd(wires, running, "serve", "5000", place="server").stdout.readline() == "ready\n"
    with asked_all_the_while(daemon) as took_s:
        took, first = come_and_go(wires, daemon, server, running, count)
        _again, second = come_and_go(wires, daemon, server, running, count)
    trial.figure(f"{count} connections at once: all open, all managed, all closed after", took)
    trial.figure("longest answer of the daemon meanwhile", f"{max(took_s):.2f} s", f"below {answer_s:g} s")
    words = ", ".join(map(megabytes, (before, first, second)))
    trial.figure("memory before, with these, and with as many once more", words, "not more the second time")
    assert max(took_s) < answer_s
    assert first - before < _SPARE_BYTES + count * _BYTES_EACH
    assert second < first * _SECOND_TIME
