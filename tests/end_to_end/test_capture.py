"""A capture on the real kernel holds the packets of its connection, and no others."""

import socket
import sys
from pathlib import Path

import pytest

from end_to_end.stage import connect, header, read_exactly, subflow_paths, until
from pcapng import packets

MPM = Path(sys.executable).with_name("mpm")
SYN = 2

pytestmark = pytest.mark.netns


def test_a_capture_holds_the_packets_of_its_connection_and_no_others(lab_up, daemon_in, server_in, tmp_path, running):
    lab = lab_up()
    daemon, server = daemon_in(lab), server_in(lab)
    daemon.set_tier("dsl0", "never")
    both = [connect(lab, lab.server_address(), server.port, family=socket.AF_INET) for _ in range(2)]
    ours, _others = both
    for each in both:
        each.sendall(header(0, 400_000))
        read_exactly(each, 100_000)
        until(
            lambda each=each: {"wlan0", "wwan0"} <= subflow_paths(daemon.connection(each.getsockname())),
            "two subflows",
        )
    token = daemon.connection(ours.getsockname()).token
    file = tmp_path / "ours.pcapng"
    running.append(
        lab.popen([MPM, f"--bus={daemon.bus}", "capture", token, "-o", str(file), "--for", "30s"], place="laptop")
    )
    until(lambda: file.exists() and file.stat().st_size, "the capture has begun")
    daemon.set_tier("dsl0", "always")
    for each in both:
        until(lambda each=each: "dsl0" in subflow_paths(daemon.connection(each.getsockname())), "a third subflow")
        read_exactly(each, 300_000)
    flows = {(each.local, each.remote) for each in daemon.connection(ours.getsockname()).subflows}
    for each in both:
        each.close()
    assert running[0].wait(20) == 0
    found = packets(file.read_bytes())
    ends = {tuple(sorted(each[1:3])) for each in found}
    assert ends == {tuple(sorted(each)) for each in flows}
    assert {each[0] for each in found} == {"wlan0", "wwan0", "dsl0"}
    assert any(interface == "dsl0" and flags & SYN for interface, _, _, flags in found)
