"""Host names learnt on the real kernel: from a program's own look-ups, on any interface, and from nobody unasked."""

import asyncio
import socket
from contextlib import closing, contextmanager
from ipaddress import ip_address
from pathlib import Path

import dns.message
import dns.rrset
import pytest

from mpmanager.linux import host_names
from mpmanager.linux.host_names import LinuxHostNames
from netns.name_server import NameServer
from netns.stage import lab_of_two_links, on_the_laptop, standing_in, until

QUIET_S = 0.3
NOWHERE = Path("/nonexistent/hosts")
SITE = {4: ip_address("198.51.100.7"), 6: ip_address("2001:db8:7::7")}
RECORDS = {
    ("www.example.org.", kind): [
        ("www.example.org.", 300, "IN", "CNAME", "edge.cdn.example."),
        ("edge.cdn.example.", 60, "IN", kind, str(SITE[version])),
    ]
    for version, kind in ((4, "A"), (6, "AAAA"))
}
NAMES = {"www.example.org", "edge.cdn.example"}


@pytest.fixture(scope="module")
def lab():
    with lab_of_two_links("hosts") as made:
        yield made


@contextmanager
def listening(hosts_file=NOWHERE):
    """What is learnt, and the addresses that were told so far."""
    changes = []
    with closing(LinuxHostNames(hosts_file=hosts_file)) as names:
        names.listen(changes.extend)
        yield names, changes


async def look_up(lab, name, *, server, directory):
    """As any program does, by the C library and resolv.conf; what it prints."""
    (directory / "resolv.conf").write_text(f"nameserver {server}\noptions timeout:2 attempts:2\n")
    (directory / "nsswitch.conf").write_text("hosts: dns\n")
    binds = " && ".join(f"mount --bind {directory}/{file} /etc/{file}" for file in ("resolv.conf", "nsswitch.conf"))
    command = ["unshare", "--mount", "sh", "-c", f'{binds} && exec getent ahosts "$0"', name]
    process = await lab.spawn(command, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    return output.decode()


@pytest.mark.parametrize(
    ("place", "server"),
    [("server", "10.9.9.9"), ("server", "2001:db8:9::9"), ("laptop", "127.0.0.53"), ("laptop", "::1")],
    ids=["over IPv4", "over IPv6", "a local resolver", "a local resolver over IPv6"],
)
@on_the_laptop
async def test_the_names_that_a_program_looks_up_are_learnt(lab, tmp_path, place, server):
    with (
        closing(NameServer(lab, place=place, address=server, records=RECORDS)) as name_server,
        listening() as (names, changes),
    ):
        shown = await look_up(lab, "www.example.org", server=server, directory=tmp_path)
        assert {str(SITE[4]), str(SITE[6])} <= set(shown.split())
        await until(lambda: set(changes) == set(SITE.values()), f"both addresses; asked: {name_server.asked}")
        assert [names.names_of(address) for address in SITE.values()] == [NAMES, NAMES]
        assert names.names_of(ip_address(f"::ffff:{SITE[4]}")) == NAMES
        assert (names.ignored.malformed, names.ignored.unasked) == (0, 0)


def forged(name, address, *, number=7):
    question = dns.message.make_query(name, "A", id=number)
    response = dns.message.make_response(question)
    response.answer = [dns.rrset.from_text(f"{name}.", 60, "IN", "A", address)]
    return response.to_wire()


@contextmanager
def sender(lab, address):
    """A socket of the server's that speaks from the port of DNS."""
    with standing_in(lab, "server"):
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with closing(made):
        made.bind((address, 53))
        yield made


@on_the_laptop
async def test_answers_that_nobody_has_asked_for_teach_nothing_and_are_counted(lab):
    laptop = str(lab.laptop_address("wlan0"))
    with sender(lab, "10.9.9.10") as attacker, listening() as (names, changes):
        for number in range(200):
            attacker.sendto(forged("bank.example", str(SITE[4]), number=number), (laptop, 40_000))
        await until(lambda: names.ignored.unasked == 200, "all of them")
        assert (names.names_of(SITE[4]), changes) == (frozenset(), [])


@on_the_laptop
async def test_what_others_ask_this_machine_teaches_nothing(lab):
    with (
        closing(NameServer(lab, place="laptop", address=str(lab.laptop_address("wlan0")))) as here,
        closing(NameServer(lab, address="10.9.9.9")) as there,
        listening() as (names, changes),
    ):
        await here.ask("theirs.example", SITE[4], place="server")
        await there.ask("ours.example", SITE[6])
        await until(lambda: changes, "an answer of our own")
        assert (changes, names.names_of(SITE[4])) == ([SITE[6]], frozenset())


@on_the_laptop
async def test_what_is_no_dns_does_not_come_to_this_program(lab, monkeypatch):
    taken = []
    with listening() as (names, _), closing(NameServer(lab, address="10.9.9.9")) as server:
        monkeypatch.setattr(names, "_take", lambda packet, direction: taken.append((direction, packet)))
        await server.ask("one.example", SITE[4])
        await until(lambda: len(taken) >= 2, "the question and the answer")
        before = len(taken)
        for family, address in ((socket.AF_INET, "10.9.9.9"), (socket.AF_INET6, "2001:db8:9::9")):
            with socket.socket(family, socket.SOCK_DGRAM) as other:
                other.sendto(bytes(100), (address, 54))
            with socket.socket(family, socket.SOCK_STREAM) as other:
                other.setblocking(False)
                assert other.connect_ex((address, 53)) != 0
        await asyncio.sleep(QUIET_S)
        await server.ask("two.example", SITE[4])
        await until(lambda: len(taken) >= before + 2, "the next question and answer")
        assert [direction for direction, _packet in taken] == [4, 0, 4, 0]


@on_the_laptop
async def test_names_of_the_hosts_file_are_known_and_followed(lab, tmp_path, monkeypatch):
    monkeypatch.setattr(host_names, "_HOSTS_INTERVAL_S", 0.05)
    path = tmp_path / "hosts"
    path.write_text(f"{SITE[4]} nas.lan nas\n")
    with listening(path) as (names, changes):
        assert (names.names_of(SITE[4]), changes) == ({"nas.lan", "nas"}, [SITE[4]])
        path.write_text(f"{SITE[6]} nas.lan\n")
        await until(lambda: len(changes) == 3, "the change")
        assert [names.names_of(address) for address in SITE.values()] == [frozenset(), {"nas.lan"}]


@on_the_laptop
async def test_without_the_right_to_listen_the_hosts_file_is_known_and_it_says_so(lab, tmp_path, monkeypatch):
    def refuse():
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(host_names, "dns_socket", refuse)
    path = tmp_path / "hosts"
    path.write_text(f"{SITE[4]} nas.lan\n")
    with listening(path) as (names, _):
        assert names.names_of(SITE[4]) == {"nas.lan"}
        assert names.limits() == [f"host names are known from {path} only: listening to DNS: Operation not permitted"]


@on_the_laptop
async def test_it_says_which_names_it_cannot_know(lab):
    with listening() as (names, _):
        assert ["encrypted DNS" in sentence for sentence in names.limits()] == [True]


@on_the_laptop
async def test_closing_gives_all_descriptors_back_also_when_told(lab):
    names = LinuxHostNames(hosts_file=NOWHERE)
    with closing(NameServer(lab, address="10.9.9.9")) as server:
        names.listen(lambda _addresses: names.close())
        listener = names._socket
        await server.ask("one.example", SITE[4])
        await until(lambda: listener.fileno() < 0, "its end")
    names.close()
