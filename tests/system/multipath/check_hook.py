"""The kernel's own hook: which sockets it changes, for whom, and that nothing is left of it."""

import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from ipaddress import ip_address
from pathlib import Path

import pytest

from mpmanager.linux.multipath_hook import LinuxMultipathHook
from mpmanager.linux.sock_diag import LinuxConnectionTable
from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.errors import NotSupportedError

TCP, MPTCP, UDP = 6, 262, 17
_SWITCH = Path("/proc/sys/net/mptcp/enabled")
_HOLDING = """
import sys, time
from mpmanager.linux.multipath_hook import LinuxMultipathHook
LinuxMultipathHook().apply([sys.argv[1]], [])
print("ready", flush=True)
time.sleep(600)
"""
_CONNECTING = """
import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=20) as connection:
    connection.sendall(b"a line\\n")
    connection.recv(100)
"""


def test_this_kernel_has_the_hook(hook):
    assert hook.refusal() is None


def test_tcp_sockets_of_a_wanted_cgroup_become_multipath_ones_and_others_stay_what_they_are(hook, cgroup):
    hook.apply([cgroup.path], [])
    flags = socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
    tcp = {
        "IPv4": (socket.AF_INET, socket.SOCK_STREAM, 0),
        "IPv6": (socket.AF_INET6, socket.SOCK_STREAM, 0),
        "named": (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP),
        "flags": (socket.AF_INET, socket.SOCK_STREAM | flags, socket.IPPROTO_TCP),
        "its own": (socket.AF_INET, socket.SOCK_STREAM, MPTCP),
    }
    assert set(cgroup.protocols(tcp).values()) == {MPTCP}
    others = {
        "UDP": (socket.AF_INET, socket.SOCK_DGRAM, 0),
        "UDP with flags": (socket.AF_INET6, socket.SOCK_DGRAM | flags, 0),
        "local": (socket.AF_UNIX, socket.SOCK_STREAM, 0),
        "raw": (socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP),
    }
    assert cgroup.protocols(others) == {"UDP": UDP, "UDP with flags": UDP, "local": 0, "raw": TCP}


def test_programs_elsewhere_keep_plain_tcp(hook, cgroup):
    wanted, beside = cgroup.inner("wanted"), cgroup.inner("beside")
    hook.apply([wanted.path], [])
    assert (wanted.protocol(), beside.protocol(), cgroup.protocol()) == (MPTCP, TCP, TCP)


def test_of_nested_cgroups_the_innermost_counts(hook, cgroup):
    inner = cgroup.inner("inner")
    exempt = inner.inner("exempt")
    again = exempt.inner("again")
    hook.apply([cgroup.path, again.path], [exempt.path])
    assert [each.protocol() for each in (cgroup, inner, exempt, again)] == [MPTCP, MPTCP, TCP, MPTCP]


def test_what_is_wanted_no_more_is_over_at_once(hook, cgroup):
    one, other = cgroup.inner("one"), cgroup.inner("other")
    hook.apply([one.path], [])
    hook.apply([other.path], [])
    assert (one.protocol(), other.protocol()) == (TCP, MPTCP)
    hook.apply([], [])
    assert (one.protocol(), other.protocol()) == (TCP, TCP)


def test_applying_twice_changes_nothing_and_cgroups_that_are_gone_are_told(hook, cgroup):
    gone = CgroupPath(f"{cgroup.path}/gone")
    for _ in range(2):
        assert list(hook.apply([cgroup.path, gone], [])) == [gone]
        assert cgroup.protocol() == MPTCP


def test_the_hook_ends_with_who_holds_it(cgroup):
    holder = subprocess.Popen([sys.executable, "-c", _HOLDING, cgroup.path], stdout=subprocess.PIPE, text=True)
    assert holder.stdout
    assert holder.stdout.readline() == "ready\n"
    assert cgroup.protocol() == MPTCP
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    assert cgroup.protocol() == TCP


def test_programs_in_another_network_namespace_keep_plain_tcp(hook, cgroup):
    hook.apply([cgroup.path], [])
    assert cgroup.protocol(around=["unshare", "--net"]) == TCP


def test_hooks_of_two_network_namespaces_serve_each_its_own(hook, cgroup):
    name = f"other{os.getpid()}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    inside = ["nsenter", f"--net=/run/netns/{name}"]
    holder = subprocess.Popen([*inside, sys.executable, "-c", _HOLDING, cgroup.path], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout
        assert holder.stdout.readline() == "ready\n"
        assert (cgroup.protocol(), cgroup.protocol(around=inside)) == (TCP, MPTCP)
        hook.apply([cgroup.path], [])
        assert (cgroup.protocol(), cgroup.protocol(around=inside)) == (MPTCP, MPTCP)
    finally:
        holder.kill()
        holder.communicate()
        subprocess.run(["ip", "netns", "del", name], check=True)


def test_where_multipath_tcp_is_switched_off_programs_keep_plain_tcp_and_it_is_said(hook, cgroup):
    hook.apply([cgroup.path], [])
    _SWITCH.write_text("0")
    try:
        with pytest.raises(NotSupportedError, match=r"switched off here \(net\.mptcp\.enabled\)"):
            hook.apply([cgroup.path], [])
        assert cgroup.protocol() == TCP
    finally:
        _SWITCH.write_text("1")


def test_a_connection_of_such_a_program_is_seen_as_multipath(hook, cgroup):
    hook.apply([cgroup.path], [])
    with a_server() as (listener, port):
        client = threading.Thread(target=cgroup.run, args=([sys.executable, "-c", _CONNECTING, str(port)],))
        client.start()
        connection, _peer = listener.accept()
        connection.recv(100)
        with closing(LinuxConnectionTable()) as table:
            seen = [each for each in table.snapshot().connections if each.flow.remote.port == port]
        connection.sendall(b"an answer")
        client.join()
        connection.close()
    assert [(each.flow.remote.address, each.is_fallback) for each in seen] == [(ip_address("127.0.0.1"), False)]


def test_asking_whether_there_is_a_hook_leaves_none_behind(cgroup):
    asked = LinuxMultipathHook()
    assert asked.refusal() is None
    assert not _links()
    asked.apply([cgroup.path], [])
    assert asked.refusal() is None
    assert cgroup.protocol() == MPTCP
    asked.close()
    assert cgroup.protocol() == TCP


def _links():
    """What of this process' open files holds a BPF program somewhere."""
    return [
        each for each in Path("/proc/self/fd").iterdir() if each.is_symlink() and "bpf_link" in str(each.readlink())
    ]


@contextmanager
def a_server():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, MPTCP) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(30)
        listener.listen()
        yield listener, listener.getsockname()[1]
