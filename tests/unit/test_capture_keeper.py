"""Captures of one connection's packets, from packets that a test hands in."""

import asyncio
import os
import struct
from ipaddress import ip_address
from types import SimpleNamespace

import pytest

from mpmanager.core.packet_flow import flow_of
from mpmanager.daemon import capture_keeper
from mpmanager.daemon.capture_keeper import LONGEST_S, MOST_CAPTURES, MOST_OF_ONE_USER, CaptureKeeper
from mpmanager.model.connection import Endpoint, FourTuple
from mpmanager.model.errors import InvalidValueError, NotSupportedError
from mpmanager.model.packet import SeenPacket
from pcapng import packets

HERE, THERE = ip_address("10.0.1.7"), ip_address("203.0.113.5")
FIRST, LATER, OTHER = (FourTuple(Endpoint(HERE, port), Endpoint(THERE, 443)) for port in (40001, 40002, 50000))


def packet(flow, *, interface="wlan0", is_outgoing=True, size=100):
    one, two = (flow.local, flow.remote) if is_outgoing else (flow.remote, flow.local)
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40 + size, 0, 0, 64, 6, 0, one.address.packed, two.address.packed)
    tcp = struct.pack("!HHIIBBHHH", one.port, two.port, 0, 0, 0x50, 0x10, 1024, 0, 0)
    return SeenPacket(1_800_000_000_000_000_000, interface, is_outgoing, ip + tcp + bytes(size))


class Packets:
    """A source whose listeners see what a test says."""

    def __init__(self):
        self.waiting, self.watched, self.is_closed = [], set(), False
        self._readable, self._bell = os.pipe()

    def listen(self, remotes):
        self.watch(remotes)
        return self

    def watch(self, remotes):
        self.watched = set(remotes)

    def see(self, *seen):
        self.waiting += seen
        os.write(self._bell, b"x")

    def take(self):
        if self.waiting:
            os.read(self._readable, 100)
        taken, self.waiting = self.waiting, []
        return taken

    def fileno(self):
        return -1 if self.is_closed else self._readable

    def lost(self):
        return 3

    def close(self):
        self.is_closed = True

    def end(self):
        os.close(self._readable)
        os.close(self._bell)


@pytest.fixture
def source():
    source = Packets()
    yield source
    source.end()


def account(*flows):
    """A connection with subflows, of which a test may let some end."""
    living = list(flows)
    return SimpleNamespace(
        token=0x2833A25D,
        living=living,
        living_subflows=lambda: [SimpleNamespace(flow=each) for each in living],
        closed=None,
    )


async def read_all(stream):
    """Until the end of the file, 5 s at most."""
    stream.setblocking(False)
    data = b""
    async with asyncio.timeout(5):
        while part := await asyncio.get_running_loop().sock_recv(stream, 1 << 16):
            data += part
    return data


def captured(source, connection, play, *, max_bytes=1 << 20):
    async def scene():
        keeper = CaptureKeeper(source)
        with keeper.begin(connection, uid=1000, seconds=10, max_bytes=max_bytes) as stream:
            await play(stream)
            reading = asyncio.create_task(read_all(stream))
            await asyncio.sleep(0.2)
            connection.closed = 0.0
            return await reading

    return asyncio.run(scene())


def test_packets_of_the_connection_are_written_and_those_of_others_never(source):
    async def play(_stream):
        source.see(packet(FIRST), packet(OTHER), packet(FIRST, interface="wwan0", is_outgoing=False))

    found = packets(captured(source, account(FIRST), play))
    assert [each[:3] for each in found] == [("wlan0", *ends(FIRST)), ("wwan0", *reversed(ends(FIRST)))]
    assert source.is_closed
    assert source.watched == {THERE}


def test_the_handshake_of_a_later_subflow_waits_until_that_is_known(source):
    connection = account(FIRST)

    async def play(_stream):
        source.see(packet(LATER, interface="dsl0"), packet(OTHER))
        await asyncio.sleep(0.05)
        connection.living.append(LATER)
        await asyncio.sleep(0.2)
        source.see(packet(LATER, interface="dsl0"))

    assert [each[:3] for each in packets(captured(source, connection, play))] == 2 * [("dsl0", *ends(LATER))]


def test_a_port_that_another_connection_uses_after_a_subflow_is_not_recorded(source, monkeypatch):
    monkeypatch.setattr(capture_keeper, "_AFTER_END_S", 0.15)
    connection = account(FIRST, LATER)

    async def play(_stream):
        connection.living.remove(LATER)
        source.see(packet(LATER))
        await asyncio.sleep(0.4)
        source.see(packet(LATER), packet(FIRST))

    found = packets(captured(source, connection, play))
    assert [each[1:3] for each in found] == [ends(LATER), ends(FIRST)]


def test_a_capture_ends_with_its_last_byte_and_with_its_reader(source):
    async def play(_stream):
        source.see(*(packet(FIRST, size=1000) for _ in range(10)))

    assert len(packets(captured(source, account(FIRST), play, max_bytes=3500))) == 3

    async def scene():
        keeper = CaptureKeeper(Packets())
        keeper.begin(account(FIRST), uid=1000, seconds=10, max_bytes=1000).close()
        await asyncio.sleep(0.05)
        return keeper

    assert not asyncio.run(scene())._captures


@pytest.mark.parametrize(("seconds", "size"), [(0, 1000), (LONGEST_S + 1, 1000), (10, 0), (10, 1 << 40)])
def test_what_makes_no_sense_is_refused(source, seconds, size):
    with pytest.raises(InvalidValueError, match="a capture"):
        CaptureKeeper(source).begin(account(FIRST), uid=1000, seconds=seconds, max_bytes=size)


def test_there_are_not_too_many_at_once():
    async def scene():
        keeper = CaptureKeeper(Packets())
        limits = {"seconds": 10, "max_bytes": 1000}
        streams = [keeper.begin(account(FIRST), uid=1000, **limits) for _ in range(MOST_OF_ONE_USER)]
        with pytest.raises(NotSupportedError, match="of yours run already"):
            keeper.begin(account(FIRST), uid=1000, **limits)
        streams += [keeper.begin(account(FIRST), uid=uid, **limits) for uid in range(MOST_CAPTURES - len(streams))]
        with pytest.raises(NotSupportedError, match=f"{MOST_CAPTURES} captures run already"):
            keeper.begin(account(FIRST), uid=1001, **limits)
        keeper.close()
        for each in streams:
            each.close()

    asyncio.run(scene())


def test_what_is_no_tcp_belongs_to_no_flow():
    seen = packet(FIRST)
    assert flow_of(seen) == FIRST
    udp = bytearray(seen.data)
    udp[9] = 17
    for data in (b"", bytes(udp), seen.data[:21], b"\x60" + bytes(60)):
        assert flow_of(seen._replace(data=data)) is None


def ends(flow):
    return f"{flow.local}", f"{flow.remote}"
