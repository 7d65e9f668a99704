"""Emulated links on the real kernel: are they what they claim to be?"""

import socket
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from mpmanager.lab.errors import LabError
from mpmanager.lab.instance import Lab
from mpmanager.lab.programs import Iperf3, Iperf3Server, run_to_end, running
from mpmanager.lab.topology import LinkChange, LinkDirection, Topology
from mpmanager.lab.units import Duration, Rate, Share, Size

pytestmark = pytest.mark.alone

LabUp = Callable[..., Lab]
TIMEOUT_S = 10.0
PORT = 7000
ECT0, CE = 0b10, 0b11
"""In the last two bits of the type of service, or traffic class (RFC 3168)."""
TOS_OPTIONS = {
    4: (socket.IPPROTO_IP, socket.IP_TOS, socket.IP_RECVTOS),
    6: (socket.IPPROTO_IPV6, socket.IPV6_TCLASS, socket.IPV6_RECVTCLASS),
}
"""By the version of IP: level, to set it, to be told it."""

TCP_PAYLOAD_SHARE = 1428 / 1500
"""Of an MPTCP data packet: IP and TCP headers take 40, time stamps 12, the data sequence signal 20 bytes."""


def one_link(**link: str) -> Topology:
    links = {"wlan0": {"kind": "wifi", **link}}
    return Topology.from_data({"links": links, "servers": {"server": {"addresses": ["10.9.9.9"]}}}, origin="test")


@contextmanager
def echo_sockets(lab: Lab, *, version: int = 4) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Datagram sockets of the laptop and of the server, connected to each other."""
    address = str(lab.server_address(version=version))
    family = socket.AF_INET if version == 4 else socket.AF_INET6
    with (
        lab.inside("laptop", lambda: socket.socket(family, socket.SOCK_DGRAM)) as laptop,
        lab.inside("server", lambda: socket.socket(family, socket.SOCK_DGRAM)) as server,
    ):
        server.bind((address, PORT))
        laptop.connect((address, PORT))
        server.connect(laptop.getsockname())
        for each in (laptop, server):
            each.settimeout(TIMEOUT_S)
            each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_000_000)
        yield laptop, server


def marks_within(receiver: socket.socket, quiet_s: float) -> list[int]:
    """The ECN bits of all datagrams that come until none has come for a while."""
    receiver.settimeout(quiet_s)
    found = []
    try:
        while True:
            _data, ((_level, _kind, value),), _flags, _sender = receiver.recvmsg(100, 100)
            found.append(value[0] & CE)
    except TimeoutError:
        return found


def round_trip_ms(lab: Lab, *, count: int = 30) -> list[float]:
    times = []
    with echo_sockets(lab) as (laptop, server):
        for _ in range(count):
            began = time.monotonic()
            laptop.send(b"x")
            server.send(server.recv(10))
            laptop.recv(10)
            times.append((time.monotonic() - began) * 1e3)
    return times


def received_within(receiver: socket.socket, quiet_s: float) -> list[bytes]:
    """Everything that comes until nothing has come for a while."""
    receiver.settimeout(quiet_s)
    packets = []
    try:
        while True:
            packets.append(receiver.recv(2000))
    except TimeoutError:
        return packets


def accurate(rate_bit_s: float) -> object:
    return pytest.approx(rate_bit_s, rel=0.05)


@pytest.mark.parametrize("rate", ["1mbit", "10mbit", "100mbit"])
@pytest.mark.parametrize("reverse", [False, True])
def test_tcp_gets_the_rate_of_the_link(lab_up: LabUp, rate: str, reverse: bool) -> None:
    lab = lab_up(one_link(rate=rate, delay="5ms"))
    with running(lab, Iperf3Server(name="server")):
        measures = run_to_end(lab, Iperf3(name="client", reverse=reverse, duration=Duration(3)))
    # A busy machine keeps the emulator waiting, never the other way.
    assert 0.75 <= measures["bit_s"] / (Rate.parse(rate) * TCP_PAYLOAD_SHARE) <= 1.05


@pytest.mark.parametrize("rate", ["1mbit", "10mbit", "100mbit"])
def test_udp_gets_the_rate_of_the_link_and_the_rest_is_dropped_by_the_queue(lab_up: LabUp, rate: str) -> None:
    lab = lab_up(one_link(rate=rate, delay="5ms"))
    offered = str(int(1.3 * Rate.parse(rate)))
    argv = ("iperf3", "-c", str(lab.server_address()), "-u", "-b", offered, "-l", "1400", "-t", "3")
    with running(lab, Iperf3Server(name="server")):
        process = lab.popen(argv, stdout=subprocess.DEVNULL)
        with process:
            time.sleep(0.5)
            before, began = lab.link_state("wlan0").up, time.monotonic()
            time.sleep(2)
            after, ended = lab.link_state("wlan0").up, time.monotonic()
            assert process.wait(30) == 0
    assert (after.bytes - before.bytes) * 8 / (ended - began) == accurate(Rate.parse(rate))
    assert after.dropped["queue"] > before.dropped["queue"]
    assert after.backlog_bytes > 0


def test_the_delay_is_that_of_both_directions(lab_up: LabUp) -> None:
    lab = lab_up(one_link(delay="20ms"))
    assert statistics.median(round_trip_ms(lab)) == pytest.approx(40, abs=2)
    lab.change_link("wlan0", LinkChange(direction=LinkDirection.DOWN, delay=Duration(0.05)))
    assert statistics.median(round_trip_ms(lab)) == pytest.approx(70, abs=2)


def test_serialisation_takes_its_time(lab_up: LabUp) -> None:
    lab = lab_up(one_link(rate="1mbit"))
    with echo_sockets(lab) as (laptop, server):
        times = []
        for _ in range(10):
            began = time.monotonic()
            laptop.send(bytes(1472))
            server.recv(2000)
            times.append((time.monotonic() - began) * 1e3)
            time.sleep(0.02)
    assert statistics.median(times) == pytest.approx(12, abs=1)


def test_jitter_spreads_the_delay_around_its_mean(lab_up: LabUp) -> None:
    lab = lab_up(one_link(delay="20ms", jitter="10ms"))
    times = round_trip_ms(lab, count=60)
    assert statistics.mean(times) == pytest.approx(40, abs=5)
    assert statistics.stdev(times) > 4, "the sum of two uniform delays of +-10 ms deviates by 8 ms"


def test_loss_has_its_probability_in_its_direction(lab_up: LabUp) -> None:
    lab = lab_up(one_link())
    lab.change_link("wlan0", LinkChange(direction=LinkDirection.UP, loss=Share(0.2)))
    count = 3000
    with echo_sockets(lab) as (laptop, server):
        for number in range(count):
            laptop.send(number.to_bytes(4, "big"))
            time.sleep(0.0001)
        arrived = received_within(server, 0.5)
        for _ in range(100):
            server.send(b"back")
        assert len(received_within(laptop, 0.5)) == 100
    state = lab.link_state("wlan0")
    assert arrived == sorted(arrived)
    assert state.up.dropped["loss"] == count - len(arrived)
    # Six standard deviations of a binomial distribution: once in a billion runs by chance.
    assert state.up.dropped["loss"] == pytest.approx(0.2 * count, abs=6 * (count * 0.2 * 0.8) ** 0.5)
    assert state.down.dropped["loss"] == 0


@pytest.mark.parametrize("version", [4, 6])
def test_marks_have_their_probability_in_their_direction_and_headers_stay_right(lab_up: LabUp, version: int) -> None:
    servers = {"server": {"addresses": ["10.9.9.9", "2001:db8:9::9"]}}
    links = {"wlan0": {"kind": "wifi", "up": {"marks": "20%"}}}
    lab = lab_up(Topology.from_data({"links": links, "servers": servers}, origin="test"))
    level, say, be_told = TOS_OPTIONS[version]
    count = 2000
    with echo_sockets(lab, version=version) as (laptop, server):
        for each in (laptop, server):
            each.setsockopt(level, be_told, 1)
            each.setsockopt(level, say, ECT0)
        for _ in range(count):
            laptop.send(b"up")
            time.sleep(0.0001)
        arrived = marks_within(server, 0.5)
        for _ in range(100):
            server.send(b"down")
        assert marks_within(laptop, 0.5) == [ECT0] * 100
        marked = lab.link_state("wlan0").up.marked
        laptop.setsockopt(level, say, 0)
        for _ in range(100):
            laptop.send(b"up")
        assert marks_within(server, 0.5) == [0] * 100, "who does not use ECN is left alone"
    # The kernel drops an IPv4 packet whose header has another checksum.
    assert len(arrived) == count
    assert set(arrived) == {ECT0, CE}
    assert arrived.count(CE) == marked == lab.link_state("wlan0").up.marked
    # Six standard deviations of a binomial distribution: once in a billion runs by chance.
    assert marked == pytest.approx(0.2 * count, abs=6 * (count * 0.2 * 0.8) ** 0.5)


def test_a_black_hole_keeps_the_carrier_and_ends(lab_up: LabUp) -> None:
    lab = lab_up(one_link())
    lab.change_link("wlan0", LinkChange(loss=Share(1)))
    with echo_sockets(lab) as (laptop, server):
        laptop.send(b"lost")
        assert received_within(server, 0.3) == []
        assert "NO-CARRIER" not in lab.run(["ip", "link", "show", "wlan0"]).stdout
        lab.change_link("wlan0", LinkChange(loss=Share(0)))
        laptop.send(b"here")
        server.settimeout(TIMEOUT_S)
        assert server.recv(10) == b"here"
    assert lab.link_state("wlan0").up.dropped["loss"] == 1


def test_an_unplugged_link_keeps_its_address_and_loses_its_carrier_until_plugged_in(lab_up: LabUp) -> None:
    lab = lab_up(one_link(delay="200ms"))
    with echo_sockets(lab) as (laptop, server):
        laptop.send(b"travelling")
        time.sleep(0.05)
        assert not lab.change_link("wlan0", LinkChange(carrier=False)).carrier
        assert "NO-CARRIER" in lab.run(["ip", "link", "show", "wlan0"]).stdout
        assert str(lab.laptop_address("wlan0")) in lab.run(["ip", "address", "show", "wlan0"]).stdout
        assert "linkdown" in lab.run(["ip", "route"]).stdout
        assert lab.link_state("wlan0").up.dropped["carrier"] == 1
        server.send(b"from the network")
        assert received_within(laptop, 0.5) == []
        lab.change_link("wlan0", LinkChange(carrier=True))
        server.settimeout(0.3)
        deadline = time.monotonic() + TIMEOUT_S
        # The kernel takes up to a second to notice.
        while True:
            assert time.monotonic() < deadline
            laptop.send(b"back")
            try:
                assert server.recv(20) == b"back"
            except TimeoutError:
                continue
            break
    assert "linkdown" not in lab.run(["ip", "route"]).stdout


def test_the_queue_holds_as_many_bytes_as_it_is_told(lab_up: LabUp) -> None:
    lab = lab_up(one_link(rate="1mbit"))
    lab.change_link("wlan0", LinkChange(queue=Size(30_000)))
    with echo_sockets(lab) as (laptop, server):
        for _ in range(100):
            laptop.send(bytes(1472))
        arrived = received_within(server, 0.5)
    # The link sends one every 12 ms while they come in.
    assert 20 <= len(arrived) <= 24
    assert lab.link_state("wlan0").up.dropped["queue"] == 100 - len(arrived)


def test_a_link_that_does_not_exist_is_named_with_those_that_do(lab_up: LabUp) -> None:
    lab = lab_up("thesis")
    with pytest.raises(LabError, match=r"no link 'eth7' in lab .*; there are: wlan0, wwan0"):
        lab.change_link("eth7", LinkChange())
