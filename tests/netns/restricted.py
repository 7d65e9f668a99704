"""A restricted application, what it tries, what two interfaces see of it, and a server that answers."""

import select
import socket
import struct
import subprocess
import sys
import threading
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from errno import ENETDOWN
from ipaddress import ip_address
from pathlib import Path

from mpmanager.linux.mounts import cgroup_mount
from mpmanager.model.enforcement import (
    CgroupPath,
    CgroupPolicy,
    ClassNumber,
    ClassWayOut,
    EnforcementPlan,
    PathClass,
    Restriction,
)

_ATTACKS = Path(__file__).parent / "network" / "enforcement" / "attacks.py"
_PORT = 5000
_IPPROTO_MPTCP = 262
_ETH_P_ALL = 3
_PACKET_OUTGOING = 4
_QUIET_S = 0.05
_IPV4, _IPV6 = 0x0800, 0x86DD
_NEIGHBOUR_DISCOVERY = {133, 134, 135, 136}
_GROUP_OF_ATTACK = socket.inet_pton(socket.AF_INET6, "ff05::1234")


def frames(capture, *, quiet_s):
    """How many packets of programs have left by an interface since the last time, until it is quiet for a while."""
    count = 0
    while select.select([capture], [], [], quiet_s)[0]:
        try:
            data, (_, _, kind, _, _) = capture.recvfrom(2000)
        except OSError as error:
            if error.errno != ENETDOWN:
                raise
            continue  # told once; it goes on when the interface is up again
        count += kind == _PACKET_OUTGOING and _is_of_a_program(data)
    return count


def _is_of_a_program(frame):
    """Without what the kernel does for itself: neighbour discovery, and reports on groups that make it work."""
    protocol = struct.unpack_from("!H", frame, 12)[0]
    if protocol == _IPV4:
        return True
    if protocol != _IPV6:
        return False
    if frame[20] == 0:  # hop-by-hop options: a report, whose records name groups
        return _GROUP_OF_ATTACK in frame
    return not (frame[20] == socket.IPPROTO_ICMPV6 and frame[54] in _NEIGHBOUR_DISCOVERY)


class Captures:
    """What leaves by both interfaces."""

    def __init__(self, stack, names=("wifi0", "lte0")):
        self._sockets = {}
        for name in names:
            # Of no protocol until it is bound: else it would hear all interfaces in between.
            made = stack.enter_context(socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0))
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            made.bind((name, _ETH_P_ALL))
            self._sockets[name] = made

    def since(self):
        """How many packets of programs since the last time: by wifi0 (forbidden), by lte0; once both are quiet."""
        return self._count(quiet_s=_QUIET_S)

    def now(self):
        """The same, without waiting for quiet."""
        return self._count(quiet_s=0)

    def _count(self, *, quiet_s):
        return tuple(frames(each, quiet_s=quiet_s) for each in self._sockets.values())


@contextmanager
def server(world):
    """Answers `ok` to everything, over TCP, MPTCP and UDP."""
    with ExitStack() as stack:
        with world.outside():
            listener = stack.enter_context(socket.socket(socket.AF_INET6, socket.SOCK_STREAM, _IPPROTO_MPTCP))
            datagrams = stack.enter_context(socket.socket(socket.AF_INET6, socket.SOCK_DGRAM))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # The packet comes back from the address that it was sent to.
        datagrams.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
        for each in (listener, datagrams):
            each.bind(("::", _PORT))
        listener.listen(500)
        ending_reader, ending_writer = socket.socketpair()
        worker = threading.Thread(target=_serve, args=(listener, datagrams, ending_reader))
        worker.start()
        try:
            yield
        finally:
            ending_writer.close()
            worker.join()
            ending_reader.close()


def _serve(listener, datagrams, ending):
    connections = []
    while True:
        ready, *_ = select.select([listener, datagrams, ending, *connections], [], [])
        if ending in ready:
            break
        for each in ready:
            if each is listener:
                connections.append(listener.accept()[0])
            elif each is datagrams:
                _answer_datagram(datagrams)
            elif not _answer(each):
                connections.remove(each)
                each.close()
    for each in connections:
        each.close()


@contextmanager
def sink(world):
    """A process around that takes what comes over TCP or MPTCP and says nothing; yields its port."""
    with world.outside():
        program = subprocess.Popen([sys.executable, "-c", _SINK], stdout=subprocess.PIPE, text=True)
    with program:
        try:
            yield int(program.stdout.readline())
        finally:
            program.kill()


_SINK = """
import selectors, socket
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
listener.bind(("", 0))
listener.listen(1000)
print(listener.getsockname()[1], flush=True)
waiting = selectors.DefaultSelector()
waiting.register(listener, selectors.EVENT_READ)
buffer = bytearray(1 << 20)
while True:
    for key, _ in waiting.select():
        if key.fileobj is listener:
            waiting.register(listener.accept()[0], selectors.EVENT_READ)
        elif not key.fileobj.recv_into(buffer):
            waiting.unregister(key.fileobj)
            key.fileobj.close()
"""


def _answer_datagram(datagrams):
    _, control, _, source = datagrams.recvmsg(2000, 200)
    # By the route back and not by where it came from, except where an address says nothing without its link.
    sender = [
        (level, kind, data if source[3] else data[:16] + bytes(4))
        for level, kind, data in control
        if kind == socket.IPV6_PKTINFO
    ]
    with suppress(OSError):  # what came by broadcast has no address to answer from
        datagrams.sendmsg([b"ok"], sender, 0, source)


def _answer(connection):
    try:
        if not connection.recv(100_000):
            return False
        connection.send(b"ok")
    except OSError:
        return False
    return True


class Attacker:
    """A process in a cgroup, ready to do what it is told."""

    def __init__(self, world, cgroup):
        arguments = f"{world.SERVER_4} {world.SERVER_6} {_PORT}"
        command = f"echo $$ > {cgroup}/cgroup.procs && exec {sys.executable} {_ATTACKS} {arguments}"
        self.process = subprocess.Popen(["sh", "-c", command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.attacks = self.process.stdout.readline().split()

    def tries(self, name):
        self.process.stdin.write(f"{name}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.kill()
        self.process.wait()


def cellular(number=2, **changes):
    """The class that only lte0 is in."""
    index = socket.if_nametoindex("lte0")
    path_class = PathClass(
        number=ClassNumber(number),
        interfaces=frozenset({index}),
        addresses=frozenset(map(ip_address, ("10.0.2.1", "2001:db8:2::1"))),
        ways_out=tuple(
            ClassWayOut(link_index=index, version=version, gateway=ip_address(gateway), source=ip_address(source))
            for version, gateway, source in ((4, "10.0.2.2", "10.0.2.1"), (6, "fe80::2", "2001:db8:2::1"))
        ),
    )
    return replace(path_class, **changes)


def wifi_and_cellular(number=2):
    """The class that both are in, wifi0 before lte0."""
    index, inner = socket.if_nametoindex("wifi0"), cellular(number)
    best = ClassWayOut(link_index=index, version=4, gateway=ip_address("10.0.1.2"), source=ip_address("10.0.1.1"))
    return replace(
        inner,
        interfaces=inner.interfaces | {index},
        addresses=inner.addresses | {best.source},
        ways_out=(best, *inner.ways_out),
    )


def without_ways_out(**changes):
    """A class that nothing is in."""
    return cellular(interfaces=frozenset(), addresses=frozenset(), ways_out=(), **changes)


def restricting(cgroup, restriction=Restriction.ONLY, path_class=None):
    """The plan for one cgroup."""
    return plan({cgroup: restriction}, path_class or cellular())


def plan(restrictions, path_class):
    """The plan for cgroups, all by one class."""
    policies = {
        CgroupPolicy(
            cgroup=CgroupPath(f"/{cgroup.relative_to(cgroup_mount())}"),
            restriction=restriction,
            path_class=path_class.number,
        )
        for cgroup, restriction in restrictions.items()
    }
    return EnforcementPlan(classes=frozenset({path_class}), policies=frozenset(policies))


def tried(attacker, captures, names):
    """What became of each attack: its outcome, and packets by wifi0 and lte0."""
    captures.since()
    return {name: (attacker.tries(name), *captures.since()) for name in names}
