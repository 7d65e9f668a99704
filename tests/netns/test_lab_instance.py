"""A lab as a whole, on the real kernel: what is there, what is entered, what is left behind."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mpmanager.lab.enter import NAMED_NAMESPACES
from mpmanager.lab.errors import LabError, LabExistsError, LabNotFoundError, LinkEmulationError
from mpmanager.lab.instance import Lab, tear_down
from mpmanager.lab.topology import LinkChange, Topology
from mpmanager.lab.units import Share

LabUp = Callable[..., Lab]
TIMEOUT_S = 10.0

ONE_LINK = {
    "links": {"wlan0": {"kind": "wifi", "security": "open"}},
    "servers": {"server": {"addresses": ["10.9.9.9"]}},
}


def small_topology(**changes: object) -> Topology:
    return Topology.from_data(ONE_LINK | changes, origin="test")


def names_of(lab: Lab) -> list[str]:
    return sorted(each.name for each in NAMED_NAMESPACES.iterdir() if each.name.startswith(f"mpm-{lab.name}-"))


def emulator_pids(lab: Lab) -> list[int]:
    """Processes whose command line names the laptop's namespace and the emulator."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        try:
            command = (each / "cmdline").read_bytes().decode()
        except OSError:
            continue
        if "mpmanager.lab.emulator" in command and lab.namespace() in command:
            found.append(int(each.name))
    return found


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def echo_once(lab: Lab, version: int) -> None:
    """A datagram from the laptop to the server and back."""
    family = socket.AF_INET if version == 4 else socket.AF_INET6
    address = str(lab.server_address(version=version))
    with (
        lab.inside("server", lambda: socket.socket(family, socket.SOCK_DGRAM)) as server,
        lab.inside("laptop", lambda: socket.socket(family, socket.SOCK_DGRAM)) as client,
    ):
        for each in (server, client):
            each.settimeout(TIMEOUT_S)
        server.bind((address, 7000))
        client.sendto(b"hello", (address, 7000))
        data, peer = server.recvfrom(100)
        server.sendto(data, peer)
        assert client.recv(100) == b"hello"


@pytest.mark.parametrize("version", [4, 6])
def test_the_laptop_reaches_the_server_over_the_first_link(lab_up: LabUp, version: int) -> None:
    lab = lab_up("home")
    echo_once(lab, version)
    assert lab.link_state("wlan0").up.packets >= 1
    assert lab.link_state("wwan0").up.packets == 0


def test_every_link_has_addresses_and_default_routes_in_the_order_of_the_topology(lab_up: LabUp) -> None:
    lab = lab_up("home")
    for family in ("-4", "-6"):
        lines = lab.run(["ip", family, "route", "show", "default"]).stdout.splitlines()
        fields = [line.split() for line in lines]
        order = sorted(fields, key=lambda each: int(each[each.index("metric") + 1]))
        assert [each[each.index("dev") + 1] for each in order] == ["wlan0", "wwan0", "dsl0"]
    assert lab.run(["ip", "rule"]).stdout.count("lookup") == 3, "rules are not the lab's to make"


def test_the_facts_file_states_what_the_topology_claims(lab_up: LabUp) -> None:
    facts = lab_up("cafe").facts_file.read_text(encoding="utf-8")
    assert '[interface."wlan0"]\nkind = "wifi"\nnetwork = "Café"\nsecurity = "open"' in facts


def test_the_servers_take_joins_from_eight_more_addresses(lab_up: LabUp) -> None:
    limits = lab_up("thesis").run(["ip", "mptcp", "limits"], place="server").stdout
    assert limits.split() == ["add_addr_accepted", "8", "subflows", "8"]


def test_a_server_has_the_sysctls_of_its_topology(lab_up: LabUp) -> None:
    server = {"addresses": ["10.9.9.9"], "sysctl": {"net.mptcp.allow_join_initial_addr_port": 0}}
    lab = lab_up(small_topology(servers={"balanced": server}))
    path = "/proc/sys/net/mptcp/allow_join_initial_addr_port"
    assert lab.run(["cat", path], place="balanced").stdout.strip() == "0"
    assert lab.run(["cat", path]).stdout.strip() == "1"


def test_inside_sys_shows_the_namespace_and_still_the_cgroups(lab_up: LabUp) -> None:
    lab = lab_up(small_topology())
    below_sys = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines() if " cgroup2 " in line]
    seen = lab.run(["ls", "/sys/class/net", *below_sys]).stdout
    assert "wlan0" in seen
    assert seen.count("cgroup.procs") == len(below_sys) >= 1
    outside = {each.name for each in Path("/sys/class/net").iterdir()}
    assert "wlan0" not in outside


def test_a_program_inside_keeps_the_process_id_and_leaves_no_mount(lab_up: LabUp) -> None:
    lab = lab_up(small_topology())
    before = Path("/proc/self/mounts").read_text()
    with lab.popen(["sh", "-c", "echo $$"], stdout=subprocess.PIPE, text=True) as process:
        output, _ = process.communicate(timeout=TIMEOUT_S)
        assert int(output) == process.pid
    assert Path("/proc/self/mounts").read_text() == before


def test_a_program_that_fails_is_reported_with_its_own_words(lab_up: LabUp) -> None:
    lab = lab_up(small_topology())
    with pytest.raises(LabError, match=r"ls at laptop ended with 2: .*nowhere"):
        lab.run(["ls", "/nowhere"])
    with pytest.raises(LabError, match="no place 'attic'"):
        lab.run(["true"], place="attic")


def test_a_second_lab_of_the_same_name_is_refused_and_the_first_lives_on(lab_up: LabUp) -> None:
    lab = lab_up(small_topology())
    with pytest.raises(LabExistsError, match=f"mpm lab down --name {lab.name}"):
        Lab.up("home", name=lab.name)
    echo_once(lab, 4)


def test_nothing_is_left_after_down_and_down_may_be_repeated(lab_up: LabUp) -> None:
    lab = lab_up(small_topology())
    with lab.popen(["sleep", "100"]) as sleeper:
        wait_until(lambda: Path(f"/proc/{sleeper.pid}/cmdline").read_bytes().startswith(b"sleep"))
        lab.down()
        assert sleeper.wait(TIMEOUT_S) == -signal.SIGTERM
    lab.down()
    assert names_of(lab) == []
    assert not lab.directory.exists()
    assert emulator_pids(lab) == []
    with pytest.raises(LabNotFoundError):
        Lab.find(lab.name)


def test_what_ignores_the_polite_signal_is_killed(lab_up: LabUp) -> None:
    lab = lab_up(small_topology())
    script = "trap '' TERM; echo ready; while :; do sleep 1; done"
    with lab.popen(["sh", "-c", script], stdout=subprocess.PIPE, text=True) as stubborn:
        assert stubborn.stdout is not None
        assert stubborn.stdout.readline() == "ready\n"
        lab.down()
        assert stubborn.wait(TIMEOUT_S) == -signal.SIGKILL


def test_down_cleans_up_when_the_state_is_gone(lab_up: LabUp) -> None:
    lab = lab_up(small_topology())
    (lab.directory / "topology.json").unlink()
    with pytest.raises(LabExistsError):
        Lab.up("home", name=lab.name)
    tear_down(lab.name)
    assert names_of(lab) == []


def test_up_that_fails_half_way_leaves_nothing(lab_name: str) -> None:
    broken = small_topology(servers={"server": {"addresses": ["10.9.9.9"], "sysctl": {"net.no.such.thing": 1}}})
    with pytest.raises(LabError, match=r"sysctl .*no/such/thing"):
        Lab.up(broken, name=lab_name)
    assert not list(NAMED_NAMESPACES.glob(f"mpm-{lab_name}-*"))
    Lab.up(small_topology(), name=lab_name).down()


def test_a_link_vanishes_with_its_emulator_and_says_so(lab_up: LabUp) -> None:
    lab = lab_up(small_topology())
    (pid,) = emulator_pids(lab)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: "wlan0" not in lab.run(["ip", "link"]).stdout)
    with pytest.raises(LinkEmulationError, match="wlan0: its emulator does not answer"):
        lab.link_state("wlan0")


def test_a_found_lab_is_the_one_that_was_made(lab_up: LabUp) -> None:
    lab = lab_up("cafe")
    found = Lab.find(lab.name)
    assert found == lab
    found.change_link("wlan0", LinkChange(loss=Share(1.0)))
    assert lab.link_state("wlan0").down.shaping.loss == 1
