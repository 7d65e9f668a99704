"""Echo requests on the real kernel: over the path that was asked for and no other, and only true answers count."""

import asyncio
import logging
import socket
from contextlib import closing, contextmanager
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest

from mpmanager.lab.topology import LinkChange
from mpmanager.linux import echo
from mpmanager.linux.echo import LinuxEchoRequests, internet_checksum
from mpmanager.model.heartbeat import Beat
from mpmanager.model.names import LinkName
from netns.stage import lab_of_two_links, on_the_laptop, standing_in, until

pytestmark = pytest.mark.alone

VERSIONS = pytest.mark.parametrize("version", [4, 6])
QUIET_S = 0.3
"""How long is waited for what must not come; answers come within a few milliseconds here."""
SERVERS = {4: ("10.9.9.9", "10.9.9.10"), 6: ("2001:db8:9::9", "2001:db8:9::10")}
REQUEST = {4: 8, 6: 128}
REPLY = {4: 0, 6: 129}
_ETH_P_ALL = 3
"""A packet socket of one protocol does not see what leaves."""
_ICMP = {4: (socket.AF_INET, socket.IPPROTO_ICMP), 6: (socket.AF_INET6, socket.IPPROTO_ICMPV6)}


@pytest.fixture(scope="module")
def lab():
    with lab_of_two_links("echo") as made:
        yield made


@contextmanager
def asking():
    """Echo requests, and the beats that were answered so far."""
    answered = []
    with closing(LinuxEchoRequests()) as requests:
        requests.listen(answered.append)
        yield requests, answered


def beat(lab, link="wlan0", *, version=4, sequence=1, peer=None):
    return Beat(
        path=LinkName(link),
        interface_index=socket.if_nametoindex(link),
        local=lab.laptop_address(link, version=version),
        peer=peer or ip_address(SERVERS[version][0]),
        sequence=sequence,
    )


@contextmanager
def deaf_server(lab):
    """Its kernel answers no echo requests."""
    names = ("net.ipv4.icmp_echo_ignore_all", "net.ipv6.icmp.echo_ignore_all")
    lab.run(["sysctl", "-w", *(f"{name}=1" for name in names)], place="server")
    try:
        yield
    finally:
        lab.run(["sysctl", "-w", *(f"{name}=0" for name in names)], place="server")


class Impostor:
    """Answers in the server's place, rightly or wrongly."""

    def __init__(self, lab, version):
        self._version, self._lab = version, lab
        self._socket = self._raw()

    def _raw(self, *address):
        with standing_in(self._lab, "server"):
            made = socket.socket(_ICMP[self._version][0], socket.SOCK_RAW, _ICMP[self._version][1])
        made.setblocking(False)
        if address:
            made.bind((*address, 0))
        return made

    async def request(self):
        """The next echo request that comes in, and where from."""

        def received():
            try:
                data, sender = self._socket.recvfrom(1000)
            except BlockingIOError:
                return None
            message = data[20:] if self._version == 4 else data
            return (message, sender) if message[0] == REQUEST[self._version] else None

        return await until(received, "an echo request at the server")

    def answer(self, request, to, *, source=0, kind=None, changes=()):
        """Send a reply with some bytes replaced."""
        reply = bytearray(request)
        reply[0] = REPLY[self._version] if kind is None else kind
        for place, value in changes:
            reply[place] ^= value
        reply[2:4] = bytes(2)
        if self._version == 4:
            reply[2:4] = internet_checksum(bytes(reply)).to_bytes(2, "big")
        with closing(self._raw(SERVERS[self._version][source])) as sender:
            sender.sendto(bytes(reply), to)

    def close(self):
        self._socket.close()


@contextmanager
def watching(link):
    """All packets that leave or enter over a link of the laptop from now on."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM) as made:
        made.bind((link, _ETH_P_ALL))
        made.setblocking(False)
        yield made


def echo_requests(watcher, version):
    """Those among the packets that were seen so far."""
    packets = []
    while True:
        try:
            packets.append(watcher.recv(2000))
        except BlockingIOError:
            break
    protocol, header = (9, 20) if version == 4 else (6, 40)
    seen = [each for each in packets if each[0] >> 4 == version and each[protocol] == _ICMP[version][1]]
    return [each for each in seen if each[header] == REQUEST[version]]


def open_descriptors():
    """Of this process, without the one that lists them."""
    return {each for each in Path("/proc/self/fd").iterdir() if each.exists()}


@VERSIONS
@pytest.mark.parametrize("link", ["wlan0", "dsl0"])
@on_the_laptop
async def test_a_beat_is_answered_over_its_path_and_leaves_over_no_other(lab, version, link):
    other = {"wlan0": "dsl0", "dsl0": "wlan0"}[link]
    with asking() as (requests, answered), watching(link) as here, watching(other) as there:
        sent = beat(lab, link, version=version)
        requests.send(sent)
        await until(lambda: answered, "an answer")
        assert answered == [sent]
        (packet,) = echo_requests(here, version)
        assert len(packet) == (20 if version == 4 else 40) + 8 + 16
        assert echo_requests(there, version) == []


@VERSIONS
@on_the_laptop
async def test_a_beat_comes_from_the_address_that_was_asked_for_though_the_kernel_would_choose_another(lab, version):
    first = lab.laptop_address("wlan0", version=version)
    second, length = first + 1000, first.max_prefixlen
    command = ["ip", "addr", "add", f"{second}/{length}", "dev", "wlan0", *(["nodad"] if version == 6 else [])]
    lab.run(command)
    try:
        with asking() as (requests, _answered), watching("wlan0") as wlan0:
            for local in (first, second):
                requests.send(replace(beat(lab, version=version), local=local))
            sources = slice(12, 16) if version == 4 else slice(8, 24)
            assert [each[sources] for each in echo_requests(wlan0, version)] == [first.packed, second.packed]
    finally:
        lab.run(["ip", "addr", "del", f"{second}/{length}", "dev", "wlan0"])


@VERSIONS
@on_the_laptop
async def test_whatever_else_comes_in_does_not_even_wake_anybody(lab, version, monkeypatch):
    with deaf_server(lab), closing(Impostor(lab, version)) as impostor, asking() as (requests, _answered):
        woken = []
        monkeypatch.setattr(echo._EchoSocket, "_take", lambda *given: woken.append(given))
        requests.send(beat(lab, version=version))
        request, sender = await impostor.request()
        impostor.answer(request, sender, kind=REQUEST[version])
        await asyncio.sleep(QUIET_S)
        assert woken == []
        impostor.answer(request, sender)
        await until(lambda: woken, "a reply")


@VERSIONS
@on_the_laptop
async def test_beats_over_two_paths_are_told_apart(lab, version):
    with asking() as (requests, answered):
        sent = [
            beat(lab, link, version=version, sequence=sequence)
            for link in ("wlan0", "dsl0")
            for sequence in (0, 7, 65535)
        ]
        for each in sent:
            requests.send(each)
        await until(lambda: len(answered) == len(sent), "all answers")
        assert sorted(answered, key=repr) == sorted(sent, key=repr)


@VERSIONS
@on_the_laptop
async def test_a_beat_into_a_black_hole_is_not_answered_and_the_next_one_after_it_is(lab, version):
    with asking() as (requests, answered):
        lab.change_link("wlan0", LinkChange(loss=1.0))
        try:
            requests.send(beat(lab, version=version, sequence=1))
            requests.send(beat(lab, "dsl0", version=version, sequence=2))
            await until(lambda: answered, "the answer over the other path")
            await asyncio.sleep(QUIET_S)
            assert [each.sequence for each in answered] == [2]
        finally:
            lab.change_link("wlan0", LinkChange(loss=0.0))
        requests.send(beat(lab, version=version, sequence=3))
        await until(lambda: len(answered) > 1, "the answer after the hole")
        assert [each.sequence for each in answered] == [2, 3]


FORGERIES = {
    "another identifier": {"changes": [(4, 1)]},
    "another sequence number": {"changes": [(7, 1)]},
    "another cookie": {"changes": [(23, 0x80)]},
    "another code": {"changes": [(1, 1)]},
    "another peer": {"source": 1},
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
@VERSIONS
@on_the_laptop
async def test_a_foreign_answer_is_not_taken_and_the_true_one_after_it_is_taken_once(lab, version, forgery):
    with deaf_server(lab), closing(Impostor(lab, version)) as impostor, asking() as (requests, answered):
        sent = beat(lab, version=version, sequence=500)
        requests.send(sent)
        request, sender = await impostor.request()
        impostor.answer(request, sender, **forgery)
        await asyncio.sleep(QUIET_S)
        assert answered == []
        for _twice in range(2):
            impostor.answer(request, sender)
        await until(lambda: answered, "the true answer")
        await asyncio.sleep(QUIET_S)
        assert answered == [sent]


@VERSIONS
@on_the_laptop
async def test_an_answer_with_less_or_more_in_it_is_not_taken(lab, version):
    with deaf_server(lab), closing(Impostor(lab, version)) as impostor, asking() as (requests, answered):
        requests.send(beat(lab, version=version))
        request, sender = await impostor.request()
        impostor.answer(request[:-2], sender)
        impostor.answer(request + bytes(2), sender)
        await asyncio.sleep(QUIET_S)
        assert answered == []


@VERSIONS
@on_the_laptop
async def test_an_answer_that_comes_over_another_path_is_not_taken(lab, version):
    with deaf_server(lab), closing(Impostor(lab, version)) as impostor, asking() as (requests, answered):
        requests.send(beat(lab, "wlan0", version=version, sequence=1))
        requests.send(beat(lab, "dsl0", version=version, sequence=2))  # its socket stands, too
        both = [await impostor.request() for _ in range(2)]  # in any order
        (request,) = [each for each, _sender in both if each[6:8] == b"\0\1"]
        impostor.answer(request, (str(lab.laptop_address("dsl0", version=version)), 0))
        await asyncio.sleep(QUIET_S)
        assert answered == []


@VERSIONS
@on_the_laptop
async def test_two_who_ask_at_once_do_not_take_each_others_answers(lab, version):
    with asking() as (one, answered_one), asking() as (two, answered_two):
        one.send(beat(lab, version=version, sequence=1))
        await until(lambda: answered_one, "its own answer")
        await asyncio.sleep(QUIET_S)
        assert answered_two == []
        two.send(beat(lab, version=version, sequence=1))
        await until(lambda: answered_two, "its own answer")
        assert (len(answered_one), len(answered_two)) == (1, 1)


@VERSIONS
@on_the_laptop
async def test_an_interface_that_has_gone_answers_nothing_and_is_told_once(lab, version, caplog):
    addresses = {4: ("192.0.2.1", "192.0.2.2", 24, ()), 6: ("2001:db8:77::1", "2001:db8:77::2", 64, ("nodad",))}
    local, peer, length, options = addresses[version]
    lab.run(["ip", "link", "add", "gone0", "type", "veth", "peer", "name", "gone1", "netns", lab.namespace("server")])
    lab.run(["ip", "link", "set", "gone0", "up"])
    lab.run(["ip", "addr", "add", f"{local}/{length}", "dev", "gone0", *options])
    lab.run(["ip", "link", "set", "gone1", "up"], place="server")
    lab.run(["ip", "addr", "add", f"{peer}/{length}", "dev", "gone1", *options], place="server")
    caplog.set_level(logging.INFO, logger=echo.__name__)
    with asking() as (requests, answered):
        sent = Beat(
            path=LinkName("gone0"),
            interface_index=socket.if_nametoindex("gone0"),
            local=ip_address(local),
            peer=ip_address(peer),
            sequence=1,
        )
        requests.send(sent)
        await until(lambda: answered, "an answer while it is there")
        assert caplog.messages == []
        lab.run(["ip", "link", "del", "gone0"])
        for _ in range(3):
            requests.send(sent)
        await asyncio.sleep(QUIET_S)
        assert answered == [sent]
        (message,) = caplog.messages
        assert message.startswith("no heartbeat over gone0: ")
        assert requests._sockets == {}, "nothing is kept for what is not there"
        requests.send(beat(lab, version=version))
        await until(lambda: len(answered) == 2, "the answer over another path")


@VERSIONS
@on_the_laptop
async def test_what_a_firewall_refuses_is_not_answered_and_told_once_for_each_path(lab, version, caplog):
    caplog.set_level(logging.INFO, logger=echo.__name__)
    lab.run(["nft", "add table inet refuse"])
    try:
        lab.run(["nft", "add chain inet refuse out { type filter hook output priority 0; }"])
        lab.run(["nft", "add rule inet refuse out meta l4proto { icmp, icmpv6 } drop"])
        with asking() as (requests, answered):
            for _ in range(3):
                requests.send(beat(lab, "wlan0", version=version))
                requests.send(beat(lab, "dsl0", version=version))
            await asyncio.sleep(QUIET_S)
            assert answered == []
            assert len(caplog.messages) == 2
            lab.run(["nft", "delete table inet refuse"])
            requests.send(beat(lab, version=version))
            await until(lambda: answered, "an answer once it is allowed")
    finally:
        lab.run(["nft", "delete table inet refuse"], check=False)


@on_the_laptop
async def test_nothing_is_sent_before_somebody_listens_or_after_the_end_and_nothing_stays_open(lab):
    descriptors = open_descriptors()
    with watching("wlan0") as wlan0:
        requests = LinuxEchoRequests()
        requests.send(beat(lab))
        answered = []
        requests.listen(answered.append)
        requests.send(beat(lab, sequence=2))
        requests.close()
        requests.send(beat(lab, sequence=3))
        requests.close()
        await asyncio.sleep(QUIET_S)
        assert len(echo_requests(wlan0, 4)) == 1
        assert answered == []
    assert open_descriptors() == descriptors


@on_the_laptop
async def test_however_many_addresses_ask_only_so_many_sockets_are_open(lab, monkeypatch):
    monkeypatch.setattr(echo, "_MOST_SOCKETS", 2)
    with asking() as (requests, answered):
        for version in (4, 6):
            for link in ("wlan0", "dsl0"):
                requests.send(beat(lab, link, version=version, sequence=9))
                expected = len(answered) + 1
                await until(lambda count=expected: len(answered) == count, "an answer")
                assert len(requests._sockets) <= 2


@VERSIONS
@on_the_laptop
async def test_beats_that_are_never_answered_are_forgotten(lab, version):
    with deaf_server(lab), asking() as (requests, _answered):
        for sequence in range(3 * echo._MOST_AWAITED):
            requests.send(beat(lab, version=version, sequence=sequence))
        (only,) = requests._sockets.values()
        assert len(only._awaited) == echo._MOST_AWAITED
