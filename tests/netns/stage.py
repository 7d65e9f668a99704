"""Real MPTCP connections between two places of a lab, and what the adapters see of them from either place."""

import asyncio
import functools
import os
import socket
import struct
import time
from contextlib import ExitStack, contextmanager
from ipaddress import ip_address

from mpmanager.lab.enter import enter_network
from mpmanager.lab.instance import Lab, tear_down
from mpmanager.lab.topology import Topology
from mpmanager.linux.mptcp_pm import LinuxPathManager
from mpmanager.linux.sock_diag import LinuxConnectionTable
from mpmanager.model.connection import Endpoint, FourTuple, normalised
from mpmanager.model.names import AddressId
from mpmanager.model.pathmanager import ConnectionEstablished, CreateSubflow, SubflowEstablished

IPPROTO_MPTCP = 262
_SOL_MPTCP = 284
_MPTCP_INFO = 1
TIMEOUT_S = 10.0
TEST_LIMIT_S = 30.0

TWO_LINKS = Topology.from_data(
    {
        "links": {"wlan0": {"kind": "wifi"}, "dsl0": {"kind": "xdsl"}},
        "servers": {"server": {"addresses": ["10.9.9.9", "10.9.9.10", "2001:db8:9::9", "2001:db8:9::10"]}},
    },
    origin="the tests",
)
"""Without delay and without limits: what is tested here is what the kernel counts, not how long it takes."""


@contextmanager
def lab_of_two_links(purpose):
    """A lab that ends with the block."""
    name = f"{purpose}{os.getpid()}"
    try:
        yield Lab.up(TWO_LINKS, name=name)
    finally:
        tear_down(name)


def on_the_laptop(test):
    """Make a test of a coroutine: its event loop and the sockets that it makes are on the laptop of `lab`."""

    @functools.wraps(test)
    def run(lab, **fixtures):
        async def bounded():
            async with asyncio.timeout(TEST_LIMIT_S):
                await test(lab, **fixtures)

        lab.inside("laptop", lambda: asyncio.run(bounded()))

    return run


@contextmanager
def standing_in(lab, place):
    """Sockets made in the block are of that place. For the thread of a test that is `on_the_laptop`."""
    enter_network(lab.namespace(place))
    try:
        yield
    finally:
        enter_network(lab.namespace("laptop"))


async def until(condition, what, *, within_s=TIMEOUT_S):
    """Let the event loop turn until a condition holds, and return what it returned."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if result := condition():
            return result
        await asyncio.sleep(0.005)
    raise AssertionError(f"not within {within_s} s: {what}")


class Witness:
    """The sockets of one place: a table of them and the last words about those that ended."""

    def __init__(self, lab, place, *, root=None):
        self.ends, self.losses = [], 0
        with standing_in(lab, place):
            self.table = LinuxConnectionTable()
            self.table.listen(self.ends.append, self._lose, root=root)

    def _lose(self):
        self.losses += 1

    def ends_of(self, flow):
        return [each for each in self.ends if each.flow == flow]

    def connection_of(self, flow):
        """The connection whose initial subflow it is, in a new snapshot."""
        return next((each for each in self.table.snapshot().connections if each.flow == flow), None)

    def subflow_of(self, flow):
        """The subflow, in a new snapshot."""
        return next((each for each in self.table.snapshot().subflows if each.flow == flow), None)

    def subflows_of(self, token):
        return [each for each in self.table.snapshot().subflows if each.token == token]

    def close(self):
        self.table.close()


class Manager:
    """The path manager of one place, its events kept."""

    def __init__(self, lab, place, directory):
        self.events, self.losses = [], 0
        with standing_in(lab, place):
            self.adapter = LinuxPathManager(remembered=directory / f"{place}-path-manager")
            self.adapter.take_over()
            self.adapter.listen(self.events.append, self._lose)
        self._lab, self._place = lab, place

    def _lose(self):
        self.losses += 1

    def execute(self, command):
        self.adapter.execute(command)

    async def event(self, kind, token, **wanted):
        """Wait for an event of a connection."""

        def found():
            return next((each for each in self.events if _matches(each, kind, token, wanted)), None)

        return await until(found, f"{kind.__name__} of {token:#x} with {wanted}")

    def joining(self, talk, *, link="dsl0", local_id=1, is_backup=False, port=0, remote=None):
        """The command that adds a subflow."""
        return CreateSubflow(
            token=talk.token,
            local=Endpoint(self._lab.laptop_address(link, version=talk.flow.local.address.version), port),
            local_id=AddressId(local_id),
            interface_index=socket.if_nametoindex(link),
            remote=remote or talk.flow.remote,
            is_backup=is_backup,
        )

    async def join(self, talk, **options):
        """Add a subflow to a connection over which data has flowed; returns the event that says it stands."""
        await self.event(ConnectionEstablished, talk.token)
        command = self.joining(talk, **options)
        self.execute(command)
        return await self.event(SubflowEstablished, talk.token, local_id=command.local_id)

    def close(self):
        # The file of the sysctl is that of the namespace of whoever opens it.
        with standing_in(self._lab, self._place):
            self.adapter.hand_back()
        self.adapter.close()


def _matches(event, kind, token, wanted):
    if not isinstance(event, kind) or event.token != token:
        return False
    return all(getattr(event, name) == value for name, value in wanted.items())


@contextmanager
def witnesses(lab):
    """Of the client's side (the laptop) and of the server's."""
    with ExitStack() as stack:
        both = [Witness(lab, place) for place in ("laptop", "server")]
        for each in both:
            stack.callback(each.close)
        yield both


def sent_again(lab):
    """How much MPTCP, not TCP, has sent once more at both ends."""
    tables = (lab.run(["nstat", "-asz", _SENT_AGAIN], place=place).stdout for place in ("laptop", "server"))
    return sum(int(line.split()[1]) for table in tables for line in table.splitlines() if _SENT_AGAIN in line)


_SENT_AGAIN = "MPTcpExtMPTCPRetrans"


class Talk:
    """A connection from the laptop to the server with both of its sockets in our hands."""

    def __init__(self, lab, *, version=4, is_mapped=False, protocol=IPPROTO_MPTCP):
        """The server keeps listening, as what joins an announced address needs."""
        with ExitStack() as stack:
            listener = stack.enter_context(listening(lab, version=version, is_mapped=is_mapped, protocol=protocol))
            self.client = stack.enter_context(socket_at(lab, "laptop", listener.family))
            address = lab.server_address(version=version)
            self.client.connect((f"::ffff:{address}" if is_mapped else str(address), listener.getsockname()[1]))
            self.server = stack.enter_context(listener.accept()[0])
            self.server.settimeout(TIMEOUT_S)
            self._sockets = stack.pop_all()
        self.flow = FourTuple(endpoint(self.client.getsockname()), endpoint(self.client.getpeername()))
        """As the client sees it."""
        self.up = self.down = 0
        """Bytes that have been moved so far."""
        self._lab, self._sent_again_before = lab, sent_again(lab)

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self._sockets.close()

    @property
    def token(self):
        """As the kernel tells the client itself."""
        return token_of(self.client)

    @property
    def flow_at_server(self):
        return FourTuple(self.flow.remote, self.flow.local)

    def has_sent_again(self):
        """Whether MPTCP has sent data once more as if it were new: so it does after a stall of the machine."""
        return sent_again(self._lab) > self._sent_again_before

    def send_up(self, count):
        _move(self.client, self.server, count)
        self.up += count

    def send_down_unread(self, count):
        """Small enough to wait in the client's buffers, which the kernel has filled when this returns."""
        self.server.sendall(bytes(count))
        self.down += count
        deadline = time.monotonic() + 10
        # MPTCP does not wait for all where a program only peeks.
        while len(self.client.recv(count, socket.MSG_PEEK)) < count:
            assert time.monotonic() < deadline
            time.sleep(0.001)

    def send_down(self, count):
        _move(self.server, self.client, count)
        self.down += count


def listening(lab, *, version=4, is_mapped=False, protocol=IPPROTO_MPTCP):
    """A socket that listens on all addresses of the server."""
    family = socket.AF_INET if version == 4 and not is_mapped else socket.AF_INET6
    listener = socket_at(lab, "server", family, protocol)
    listener.bind(("", 0))
    listener.listen(200)
    return listener


def token_of(connection):
    """The local token of an MPTCP socket, by its own option (struct mptcp_info)."""
    return struct.unpack_from("=I", connection.getsockopt(_SOL_MPTCP, _MPTCP_INFO, 128), 12)[0]


def endpoint(name):
    """Of a socket's name."""
    return Endpoint(normalised(ip_address(name[0])), name[1])


def socket_at(lab, place, family, protocol=IPPROTO_MPTCP):
    """A new TCP or MPTCP socket of a place."""
    with standing_in(lab, place):
        made = socket.socket(family, socket.SOCK_STREAM, protocol)
    made.settimeout(TIMEOUT_S)
    return made


def _move(sender, receiver, count):
    sent = received = 0
    while received < count:
        sent += sender.send(bytes(min(count - sent, 20_000))) if sent < count else 0
        received += len(receiver.recv(65_536))


def abort(connection):
    """Close with a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
