"""Which connections use plain TCP, and whose they are."""

import os
import socket
import subprocess
import threading
from contextlib import ExitStack, closing

import pytest

from mpmanager.lab.enter import enter_network
from mpmanager.linux.sock_diag import LinuxConnectionTable

MPTCP = 262
HERE = "10.77.0.1"


@pytest.fixture
def inside():
    """Runs a function in a network of its own that has an address besides 127.0.0.1."""
    name = f"mpmplain{os.getpid()}"
    subprocess.run(["ip", "netns", "add", name], check=True)

    def run(function):
        results, faults = [], []

        def body():
            try:
                enter_network(name)
                results.append(function())
            except BaseException as fault:
                faults.append(fault)
                raise

        thread = threading.Thread(target=body)
        thread.start()
        thread.join()
        assert not faults
        return results[0]

    try:
        for command in ("link set lo up", f"addr add {HERE}/32 dev lo"):
            subprocess.run(["ip", "-n", name, *command.split()], check=True)
        yield run
    finally:
        subprocess.run(["ip", "netns", "del", name], check=True)


def listening(stack, address, protocol=0):
    made = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM, protocol))
    made.bind((address, 0))
    made.listen()
    return made


def connected(stack, listener, protocol=0):
    made = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM, protocol))
    made.connect(listener.getsockname())
    stack.enter_context(listener.accept()[0])
    return made


def test_plain_connections_are_told_with_their_owners_and_no_others_are(inside):
    def look():
        with ExitStack() as stack, closing(LinuxConnectionTable()) as table:
            plain, multipath = listening(stack, HERE), listening(stack, HERE, MPTCP)
            own = [connected(stack, each) for each in (plain, plain, multipath)]
            connected(stack, multipath, MPTCP)
            connected(stack, plain, MPTCP)  # it falls back, which is the other end's doing
            over_loopback(stack)
            return {os.fstat(each.fileno()).st_ino for each in own}, table.plain_connections()

    inodes, found = inside(look)
    assert {(each.inode, each.uid) for each in found} == {(each, os.geteuid()) for each in inodes}
    assert len(found) == len(inodes)


def over_loopback(stack):
    """Connections to where nobody listens any more: their addresses alone tell what they are."""
    for listened, called in (("127.0.0.1", "127.0.0.1"), ("127.0.0.2", "::ffff:127.0.0.2"), ("::1", "::1")):
        with socket.socket(_family(listened), socket.SOCK_STREAM) as listener:
            listener.bind((listened, 0))
            listener.listen()
            made = stack.enter_context(socket.socket(_family(called), socket.SOCK_STREAM))
            made.connect((called, listener.getsockname()[1]))
            stack.enter_context(listener.accept()[0])


def _family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def test_a_connection_over_ipv6_sockets_counts_as_well(inside):
    def look():
        with ExitStack() as stack, closing(LinuxConnectionTable()) as table:
            listener = listening(stack, HERE)
            made = stack.enter_context(socket.socket(socket.AF_INET6, socket.SOCK_STREAM))
            made.connect((f"::ffff:{HERE}", listener.getsockname()[1]))
            return len(table.plain_connections())

    assert inside(look) == 1


def test_where_there_are_none_none_are_told(inside):
    def look():
        with closing(LinuxConnectionTable()) as table:
            return table.plain_connections()

    assert inside(look) == []
