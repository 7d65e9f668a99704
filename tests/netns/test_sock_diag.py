"""What sock_diag says of real connections: who is there, and to the byte what each subflow has carried."""

import asyncio
import operator
import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, closing, contextmanager, suppress

import pytest

from mpmanager.linux import sock_diag
from mpmanager.linux.cgroups import LinuxCgroups
from mpmanager.linux.mounts import cgroup_mount
from mpmanager.linux.sock_diag import LinuxConnectionTable
from mpmanager.model.connection import Endpoint, FourTuple, StreamEnd, TcpState
from mpmanager.model.names import Token
from mpmanager.model.pathmanager import DestroySubflow
from netns.stage import (
    TIMEOUT_S,
    Manager,
    Talk,
    Witness,
    abort,
    endpoint,
    lab_of_two_links,
    listening,
    on_the_laptop,
    socket_at,
    token_of,
    until,
    witnesses,
)

pytestmark = pytest.mark.netns

BOTH = ("client", "server")


@pytest.fixture(scope="module")
def lab():
    with lab_of_two_links("diag") as made:
        yield made


def close_actively(talk):
    talk.client.close()
    assert talk.server.recv(1) == b""
    talk.server.close()
    return BOTH


def close_passively(talk):
    talk.server.close()
    assert talk.client.recv(1) == b""
    talk.client.close()
    return BOTH


def close_simultaneously(talk):
    talk.client.close()
    talk.server.close()
    return BOTH


def close_half_first_the_client(talk):
    talk.client.shutdown(socket.SHUT_WR)
    assert talk.server.recv(1) == b""
    talk.send_down(30_011)
    talk.server.close()
    assert talk.client.recv(1) == b""
    talk.client.close()
    return BOTH


def close_half_first_the_server(talk):
    talk.server.shutdown(socket.SHUT_WR)
    assert talk.client.recv(1) == b""
    talk.send_up(30_013)
    talk.client.close()
    assert talk.server.recv(1) == b""
    talk.server.close()
    return BOTH


def shut_down_both_ways(talk):
    talk.client.shutdown(socket.SHUT_RDWR)
    assert talk.server.recv(1) == b""
    talk.server.shutdown(socket.SHUT_RDWR)
    talk.client.close()
    talk.server.close()
    return BOTH


def abort_by_the_client(talk):
    abort(talk.client)
    talk.server.close()
    return ("client",)


def abort_by_the_server(talk):
    abort(talk.server)
    talk.client.close()
    return ("server",)


def close_with_one_byte_unread(talk):
    """Which resets the connection; the byte was received all the same."""
    talk.send_down_unread(1)
    talk.client.close()
    talk.server.close()
    return ("client",)


def close_with_bytes_unread(talk):
    talk.send_down_unread(777)
    talk.client.close()
    talk.server.close()
    return ("client",)


ENDINGS = (
    close_actively,
    close_passively,
    close_simultaneously,
    close_half_first_the_client,
    close_half_first_the_server,
    shut_down_both_ways,
    abort_by_the_client,
    abort_by_the_server,
    close_with_one_byte_unread,
    close_with_bytes_unread,
)


async def last_words(talk, client, server, who=BOTH):
    """Wait for the last words of those who have them, and check that whatever was said is exact."""
    sides = {
        "client": (client, talk.flow, (talk.up, talk.down)),
        "server": (server, talk.flow_at_server, (talk.down, talk.up)),
    }
    for each in who:
        witness, flow, _moved = sides[each]
        await until(lambda witness=witness, flow=flow: witness.ends_of(flow), f"last words of the {each}")
    for witness, flow, moved in sides.values():
        told = [volume(each) for each in witness.ends_of(flow)]
        is_more = told and talk.has_sent_again() and all(map(operator.ge, told[0], moved))
        assert told in ([], [moved]) or is_more


def volume(sample):
    return sample.tx_bytes, sample.rx_bytes


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("end", ENDINGS, ids=lambda end: end.__name__)
@on_the_laptop
async def test_last_words_are_payload_to_the_byte_however_it_ends(lab, version, end):
    with witnesses(lab) as (client, server), Talk(lab, version=version) as talk:
        talk.send_up(10_007)
        talk.send_down(50_021)
        who = end(talk)
        await last_words(talk, client, server, who)


@on_the_laptop
async def test_last_words_of_a_v4_mapped_connection_are_those_of_an_ipv4_flow(lab):
    with witnesses(lab) as (client, server), Talk(lab, is_mapped=True) as talk:
        assert talk.flow.local.address.version == 4
        talk.send_up(10_007)
        talk.send_down(5)
        await last_words(talk, client, server, close_actively(talk))


@on_the_laptop
async def test_a_connection_that_carried_nothing_ends_with_nothing(lab):
    with witnesses(lab) as (client, server), Talk(lab) as talk:
        await last_words(talk, client, server, close_actively(talk))


TALKER = """
import socket, sys, time
connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
connection.connect((sys.argv[1], int(sys.argv[2])))
connection.sendall(bytes(4001))
left = 70_003
while left:
    left -= len(connection.recv(left))
print("done", flush=True)
time.sleep(60)
"""


@pytest.fixture
def talker(lab):
    """Starts a program that talks to a listener, and ends it with the test."""
    with ExitStack() as stack:

        def start(listener):
            host, port = str(lab.server_address()), str(listener.getsockname()[1])
            program = lab.popen([sys.executable, "-c", TALKER, host, port], stdout=subprocess.PIPE, text=True)
            stack.enter_context(program)
            stack.callback(program.kill)
            return program

        yield start


@on_the_laptop
async def test_a_killed_process_leaves_exact_last_words(lab, talker):
    with witnesses(lab) as (client, server), listening(lab) as listener:
        program = talker(listener)
        accepted, peer = listener.accept()
        with accepted:
            accepted.settimeout(TIMEOUT_S)
            accepted.sendall(bytes(70_003))
            assert program.stdout.readline() == "done\n"
            program.kill()
            program.wait(TIMEOUT_S)
            assert len(accepted.recv(10_000, socket.MSG_WAITALL)) == 4001
        flow = FourTuple(endpoint(peer), Endpoint(lab.server_address(), listener.getsockname()[1]))
        mirrored = FourTuple(flow.remote, flow.local)
        await until(lambda: client.ends_of(flow), "last words of the killed process")
        await until(lambda: server.ends_of(mirrored), "last words of its server")
    assert [volume(each) for each in client.ends_of(flow)] == [(4001, 70_003)]
    assert [volume(each) for each in server.ends_of(mirrored)] == [(70_003, 4001)]


@pytest.fixture
def manager(lab, tmp_path):
    """Makes the path manager of the laptop; the test closes it."""
    return lambda: closing(Manager(lab, "laptop", tmp_path))


@pytest.mark.parametrize("version", [4, 6])
@on_the_laptop
async def test_each_subflow_of_a_connection_has_exact_last_words(lab, manager, version):
    with manager() as managing, witnesses(lab) as (client, server), Talk(lab, version=version) as talk:
        talk.send_up(1000)
        joined = (await managing.join(talk)).flow
        talk.send_up(100_003)
        talk.send_down(400_009)
        close_actively(talk)
        mirrored = [FourTuple(each.remote, each.local) for each in (talk.flow, joined)]
        await until(lambda: client.ends_of(talk.flow) and client.ends_of(joined), "last words here")
        await until(lambda: all(server.ends_of(each) for each in mirrored), "last words there")
        at_client = [client.ends_of(each)[0] for each in (talk.flow, joined)]
        at_server = [server.ends_of(each)[0] for each in mirrored]
    assert [each.tx_bytes for each in at_client] == [each.rx_bytes for each in at_server]
    assert [each.rx_bytes for each in at_client] == [each.tx_bytes for each in at_server]
    # What one subflow was slow with is sent once more on the other.
    assert sum(each.tx_bytes for each in at_client) >= talk.up
    assert sum(each.rx_bytes for each in at_client) >= talk.down


@pytest.mark.parametrize("version", [4, 6])
@on_the_laptop
async def test_a_subflow_that_the_path_manager_destroys_has_exact_last_words(lab, manager, version):
    with manager() as managing, witnesses(lab) as (client, server), Talk(lab, version=version) as talk:
        talk.send_up(1000)
        joined = (await managing.join(talk)).flow
        talk.send_up(100_003)
        talk.send_down(400_009)
        before = client.subflow_of(joined)
        managing.execute(DestroySubflow(token=talk.token, flow=joined))
        mirrored = FourTuple(joined.remote, joined.local)
        await until(lambda: client.ends_of(joined) and server.ends_of(mirrored), "last words on both sides")
        assert [volume(each) for each in client.ends_of(joined)] == [volume(before)]
        assert [volume(each)[::-1] for each in server.ends_of(mirrored)] == [volume(before)]
        assert client.subflow_of(joined) is None
        talk.send_up(1009)
        assert client.table.connection(talk.token).tx_bytes == talk.up


@on_the_laptop
async def test_a_subflow_destroyed_while_its_link_was_down_has_exact_last_words(lab, manager):
    with manager() as managing, witnesses(lab) as (client, _server), Talk(lab) as talk:
        talk.send_up(1000)
        joined = (await managing.join(talk)).flow
        talk.send_up(100_003)
        talk.send_down(400_009)
        before = client.subflow_of(joined)
        with link_down(lab, "dsl0"):
            assert volume(client.subflow_of(joined)) == volume(before)
            managing.execute(DestroySubflow(token=talk.token, flow=joined))
            # It says good-bye until somebody hears it.
            left = client.subflow_of(joined)
            assert left.state == TcpState.FIN_WAIT_1
            assert volume(left) == volume(before)
            talk.send_down(1009)
        await until(lambda: client.ends_of(joined), "last words")
        (end,) = client.ends_of(joined)
        assert volume(end) == volume(before)
        assert client.table.connection(talk.token).rx_bytes == talk.down


@contextmanager
def link_down(lab, link):
    routes = [line.split() for line in lab.run(["ip", "route", "show", "dev", link, "default"]).stdout.splitlines()]
    lab.run(["ip", "link", "set", link, "down"])
    try:
        yield
    finally:
        lab.run(["ip", "link", "set", link, "up"])
        for route in routes:
            lab.run(["ip", "route", "add", *route, "dev", link])


@on_the_laptop
async def test_a_snapshot_has_every_connection_with_its_token_tuple_and_counters(lab):
    with (
        witnesses(lab) as (client, server),
        Talk(lab) as four,
        Talk(lab, version=6) as six,
        Talk(lab, is_mapped=True) as mapped,
    ):
        for number, talk in enumerate((four, six, mapped)):
            talk.send_up(1001 + number)
            talk.send_down(20_001 + number)
        for talk in (four, six, mapped):
            here, there = client.connection_of(talk.flow), server.connection_of(talk.flow_at_server)
            assert (here.token, there.token) == (talk.token, token_of(talk.server))
            assert volume(here) == volume(there)[::-1] == (talk.up, talk.down)
            assert (here.tx_written, there.tx_written) == (talk.up, talk.down)
            assert here.state == there.state == TcpState.ESTABLISHED
            assert not here.is_fallback
            assert here.owner.inode == os.fstat(talk.client.fileno()).st_ino
            (subflow,) = client.subflows_of(talk.token)
            assert subflow.flow == talk.flow
            assert volume(subflow) == (talk.up, talk.down)
            assert (subflow.local_id, subflow.remote_id) == (0, 0)
            assert 0 < subflow.rtt_ms < 1000
            assert (subflow.is_begun_here, subflow.is_fully_established, subflow.interface_index) == (True, True, 0)
            (other_end,) = server.subflows_of(there.token)
            assert (other_end.is_begun_here, other_end.is_fully_established) == (False, True)


@on_the_laptop
async def test_a_snapshot_shows_joined_subflows_with_their_ids_and_backup_flags(lab, manager):
    with manager() as managing, witnesses(lab) as (client, server), Talk(lab) as talk:
        talk.send_up(1)
        joined = (await managing.join(talk, local_id=7, is_backup=True)).flow
        here = {each.flow: each for each in client.subflows_of(talk.token)}
        there = {each.flow: each for each in server.subflows_of(token_of(talk.server))}
        mirrored = FourTuple(joined.remote, joined.local)
        assert here.keys() == {talk.flow, joined}
        assert there.keys() == {talk.flow_at_server, mirrored}
        assert (here[joined].local_id, there[mirrored].remote_id) == (7, 7)
        assert [(each.is_backup_here, each.is_backup_there) for each in (here[talk.flow], here[joined])] == [
            (False, False),
            (True, False),
        ]
        assert [(each.is_backup_here, each.is_backup_there) for each in there.values() if each.flow == mirrored] == [
            (False, True)
        ]
        assert here[joined].state == TcpState.ESTABLISHED
        assert (here[joined].is_begun_here, there[mirrored].is_begun_here) == (True, False)


@on_the_laptop
async def test_a_connection_over_which_nothing_has_flowed_is_not_fully_established(lab):
    with witnesses(lab) as (client, _server), Talk(lab) as talk:
        assert not client.table.subflow(talk.flow).is_fully_established
        talk.send_up(1)
        await until(lambda: client.table.subflow(talk.flow).is_fully_established, "the server acknowledged the byte")


@on_the_laptop
async def test_the_states_of_a_half_closed_connection_are_told_and_its_stream_stays_exact(lab):
    with witnesses(lab) as (client, server), Talk(lab) as talk:
        talk.send_up(1000)
        talk.send_down(5000)
        talk.client.shutdown(socket.SHUT_WR)
        assert talk.server.recv(1) == b""
        here = await until(
            lambda: (found := client.connection_of(talk.flow)) and found.state == TcpState.FIN_WAIT_2 and found,
            "the end is acknowledged",
        )
        there = server.connection_of(talk.flow_at_server)
        assert there.state == TcpState.CLOSE_WAIT
        assert (here.tx_bytes, here.tx_written, here.rx_bytes) == (1000, 1000, 5000)
        assert (there.tx_bytes, there.tx_written, there.rx_bytes) == (5000, 5000, 1000)


@on_the_laptop
async def test_what_is_written_but_not_sent_is_told(lab):
    with witnesses(lab) as (client, _server), Talk(lab) as talk:
        talk.send_up(1000)
        talk.client.setblocking(False)
        written = talk.up
        try:
            while written < 50_000_000:
                written += talk.client.send(bytes(100_000))
        except BlockingIOError:
            pass
        sample = client.table.connection(talk.token)
        assert sample.tx_written == written
        assert 1000 <= sample.tx_bytes <= written


@on_the_laptop
async def test_a_connection_that_fell_back_says_so_and_its_stream_is_exact(lab):
    with witnesses(lab) as (client, _server), Talk(lab, protocol=socket.IPPROTO_TCP) as talk:
        talk.send_up(1000)
        talk.send_down(5000)
        sample = client.connection_of(talk.flow)
        assert sample.is_fallback
        assert volume(sample) == (1000, 5000)


@on_the_laptop
async def test_last_words_of_a_fallback_are_payload_but_for_its_fin(lab):
    """The kernel counts it as a byte, and nothing in the last words tells whether one had come."""
    with witnesses(lab) as (client, _server):
        # Where the kernel was quick to tear the initial subflow down, there are none.
        for _ in range(200):
            with Talk(lab, protocol=socket.IPPROTO_TCP) as talk:
                talk.send_up(1000)
                talk.send_down_unread(5000)
                talk.server.close()
                assert len(talk.client.recv(5001, socket.MSG_WAITALL)) == 5000
            await asyncio.sleep(0.01)
            if client.ends:
                break
        assert client.ends
        assert {volume(each) for each in client.ends} <= {(1000, 5000), (1000, 5001)}


@pytest.fixture
def root():
    """A cgroup around this process, in which all its sockets are made meanwhile."""
    own = LinuxCgroups().of_process(os.getpid())
    mount = cgroup_mount()
    cgroup = f"/mpmanager-test-last-words{os.getpid()}"
    directory = mount / cgroup[1:]
    directory.mkdir()
    (directory / "cgroup.procs").write_text(str(os.getpid()))
    yield cgroup
    (mount / own[1:] / "cgroup.procs").write_text(str(os.getpid()))
    directory.rmdir()


async def first_words(witness, flow):
    """Those of the program in the kernel: sock_diag speaks later."""
    await until(lambda: witness.ends_of(flow), "last words")
    return witness.ends_of(flow)[0]


@pytest.mark.parametrize("end", ENDINGS, ids=lambda end: end.__name__)
@on_the_laptop
async def test_the_kernel_says_when_it_closes_a_subflow_what_its_connection_has_moved(lab, root, end):
    version = 4 if ENDINGS.index(end) % 2 else 6
    with closing(Witness(lab, "laptop", root=root)) as client, Talk(lab, version=version) as talk:
        talk.send_up(10_007)
        talk.send_down(50_021)
        end(talk)
        told = await first_words(client, talk.flow)
    assert volume(told) == (talk.up, talk.down) or talk.has_sent_again()
    assert told.stream == StreamEnd(tx_bytes=talk.up, rx_bytes=talk.down, tx_written=talk.up)


@pytest.mark.parametrize("has_read_the_end", [True, False])
@on_the_laptop
async def test_last_words_of_a_fallback_leave_out_the_fin_when_the_kernel_says_them(lab, root, has_read_the_end):
    with closing(Witness(lab, "laptop", root=root)) as client, Talk(lab, protocol=socket.IPPROTO_TCP) as talk:
        talk.send_up(1000)
        talk.send_down_unread(5000)
        talk.server.close()
        assert len(talk.client.recv(5000, socket.MSG_WAITALL)) == 5000
        if has_read_the_end:
            assert talk.client.recv(1) == b""
        talk.client.close()
        told = await first_words(client, talk.flow)
    assert volume(told) == (1000, 5000)


@on_the_laptop
async def test_what_a_fallback_has_written_is_told_to_the_byte(lab):
    with witnesses(lab) as (client, _server), Talk(lab, protocol=socket.IPPROTO_TCP) as talk:
        talk.send_up(1000)
        assert client.connection_of(talk.flow).tx_written == 1000


@on_the_laptop
async def test_what_a_closed_connection_has_written_is_told_to_the_byte(lab):
    with witnesses(lab) as (client, _server), Talk(lab) as talk:
        talk.send_up(1000)
        talk.client.shutdown(socket.SHUT_WR)
        talk.server.close()
        sample = await until(
            lambda: (found := client.connection_of(talk.flow)) and found.state == TcpState.CLOSED and found,
            "both ends are acknowledged and the program has not closed its socket yet",
        )
        assert sample.tx_written == 1000


@on_the_laptop
async def test_plain_tcp_and_unconnected_sockets_are_no_connections(lab):
    with (
        witnesses(lab) as (client, server),
        socket_at(lab, "laptop", socket.AF_INET),
        listening(lab, protocol=socket.IPPROTO_TCP) as listener,
        socket_at(lab, "laptop", socket.AF_INET, socket.IPPROTO_TCP) as plain,
    ):
        plain.connect((str(lab.server_address()), listener.getsockname()[1]))
        flow = FourTuple(endpoint(plain.getsockname()), endpoint(plain.getpeername()))
        for witness, seen in ((client, flow), (server, FourTuple(flow.remote, flow.local))):
            snapshot = witness.table.snapshot()
            assert all(each.token for each in snapshot.connections)
            assert seen not in {each.flow for each in (*snapshot.connections, *snapshot.subflows)}
            assert witness.table.subflow(seen) is None


@on_the_laptop
async def test_each_namespace_has_its_own_sockets(lab):
    with witnesses(lab) as (client, server), Talk(lab) as talk:
        assert client.connection_of(talk.flow_at_server) is None
        assert server.connection_of(talk.flow) is None


@pytest.mark.parametrize("options", [{}, {"version": 6}, {"is_mapped": True}], ids=["IPv4", "IPv6", "v4-mapped"])
@on_the_laptop
async def test_one_connection_and_one_subflow_are_found_among_others(lab, options):
    with witnesses(lab) as (client, _server), Talk(lab, **options) as talk, Talk(lab, **options) as other:
        talk.send_up(1001)
        other.send_up(2002)
        connection, subflow = client.table.connection(talk.token), client.table.subflow(talk.flow)
        assert (connection.flow, connection.tx_bytes) == (talk.flow, 1001)
        assert (subflow.flow, subflow.token, subflow.tx_bytes) == (talk.flow, talk.token, 1001)
        assert connection == client.connection_of(talk.flow)
        assert subflow.state == TcpState.ESTABLISHED


@on_the_laptop
async def test_a_joined_subflow_is_found_among_others(lab, manager):
    with manager() as managing, witnesses(lab) as (client, _server), Talk(lab) as talk:
        talk.send_up(1)
        joined = (await managing.join(talk)).flow
        index = client.subflow_of(joined).interface_index
        assert index == socket.if_nametoindex("dsl0")
        assert client.table.subflow(joined) is None, "the kernel finds it by its interface only"
        found = client.table.subflow(joined, interface_index=index)
        assert (found.flow, found.token) == (joined, talk.token)


@on_the_laptop
async def test_what_vanished_after_a_snapshot_is_none_and_no_error(lab):
    with witnesses(lab) as (client, server), Talk(lab) as talk:
        talk.send_up(1)
        token = talk.token
        assert client.connection_of(talk.flow).token == token
        assert client.subflows_of(token)
        await last_words(talk, client, server, close_actively(talk))
        # The subflow's four-tuple is in TIME_WAIT now.
        assert client.table.subflow(talk.flow) is None
        assert client.table.connection(token) is None
        assert client.connection_of(talk.flow) is None
        assert client.subflows_of(token) == []


@on_the_laptop
async def test_what_never_existed_is_none(lab):
    nobody = FourTuple(Endpoint(lab.laptop_address("wlan0"), 1), Endpoint(lab.server_address(), 2))
    table = LinuxConnectionTable()
    assert table.connection(Token(0xDEADBEEF)) is None
    assert table.subflow(nobody) is None
    table.close()


def await_blocking(condition, what):
    """Without a turn of the event loop."""
    deadline = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


async def heard_again(lab, witness):
    """The last words of a connection made now, or of the next: the first ones may still find the buffer full."""
    for _ in range(20):
        with Talk(lab) as late:
            late.send_up(4321)
        with suppress(AssertionError):
            return (await until(lambda flow=late.flow: witness.ends_of(flow), "last words", within_s=0.3))[0]
    raise AssertionError("nothing is heard after a loss")


@on_the_laptop
async def test_lost_last_words_are_reported_and_later_ones_arrive(lab, monkeypatch):
    monkeypatch.setattr(sock_diag, "_END_BUFFER_BYTES", 1)
    witness = Witness(lab, "laptop")
    monkeypatch.undo()
    try:
        with ExitStack() as stack:
            talks = [stack.enter_context(Talk(lab)) for _ in range(20)]
            for talk in talks:
                talk.send_up(100)
        # Nobody reads while they end: two messages at most have room.
        await_blocking(lambda: not any(witness.subflow_of(talk.flow) for talk in talks), "all are gone")
        await until(lambda: witness.losses, "the loss is reported")
        assert len(witness.ends) < 20
        assert volume(await heard_again(lab, witness)) == (4321, 0)
    finally:
        witness.close()


@on_the_laptop
async def test_sockets_that_were_never_connected_have_no_last_words(lab):
    with witnesses(lab) as (client, server):
        with (
            socket_at(lab, "server", socket.AF_INET),
            socket_at(lab, "server", socket.AF_INET6, socket.IPPROTO_TCP),
            listening(lab),
            listening(lab, version=6, protocol=socket.IPPROTO_TCP),
            Talk(lab) as talk,
        ):
            talk.send_up(1)
            abort(talk.client)
        await until(lambda: client.ends_of(talk.flow), "last words of the one who aborted")
        with Talk(lab) as later:
            later.send_up(1)
        await until(lambda: server.ends_of(later.flow_at_server), "last words of a later one")
        # Where the server was quicker to close than to be reset, that one has its last words after all.
        assert {each.flow for each in server.ends} <= {talk.flow_at_server, later.flow_at_server}


@on_the_laptop
async def test_a_closed_table_listens_no_more(lab):
    witness = Witness(lab, "laptop")
    witness.close()
    with Talk(lab) as talk:
        talk.send_up(1)
    assert witness.ends == []
