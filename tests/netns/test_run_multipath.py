"""Programs that ask for TCP and are started by `mpm run`: what the other end and the kernel see of them."""

import os
import shutil
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from mpmanager.lab.enter import enter_network
from mpmanager.linux.preload import LIBRARY

PROGRAMS = Path(sys.executable).parent
TCP, MPTCP = 6, 262
LIMIT_S = 30
_CLIENT = """
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int count, char **words)
{
	struct sockaddr_in there = { .sin_family = AF_INET, .sin_port = htons(atoi(words[1])) };
	int protocol = 0, made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
	socklen_t length = sizeof(protocol);

	getsockopt(made, SOL_SOCKET, SO_PROTOCOL, &protocol, &length);
	printf("protocol %d, close on exec %d, blocks %d\\n", protocol, !!(fcntl(made, F_GETFD) & FD_CLOEXEC),
		!(fcntl(made, F_GETFL) & O_NONBLOCK));
	fcntl(made, F_SETFL, 0);
	inet_pton(AF_INET, "127.0.0.1", &there.sin_addr);
	if (connect(made, (struct sockaddr *)&there, sizeof(there)))
		return 1;
	return write(made, "a line\\n", 7) != 7;
}
"""
_OTHER_KINDS = """
import socket
kinds = [(socket.AF_INET, socket.SOCK_DGRAM, 0), (socket.AF_INET6, socket.SOCK_DGRAM, 0),
         (socket.AF_INET, socket.SOCK_RAW, 6), (socket.AF_UNIX, socket.SOCK_STREAM, 0),
         (socket.AF_INET, socket.SOCK_STREAM, 0), (socket.AF_INET6, socket.SOCK_STREAM, 6)]
for kind in kinds:
    print(socket.socket(*kind).getsockopt(socket.SOL_SOCKET, socket.SO_PROTOCOL))
"""
_PLAIN = "no rules hold for this program"


@pytest.fixture(scope="module")
def namespace():
    """A network of our own: loopback is all that is in it."""
    name = f"mpmtest{os.getpid()}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
        yield name
    finally:
        subprocess.run(["ip", "netns", "del", name], check=True)


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """Compiles a client in C; returns the file, in which nothing else is named."""

    def compiled(name, *options):
        place = tmp_path_factory.mktemp("client")
        (place / "client.c").write_text(_CLIENT)
        subprocess.run(["clang", "-o", place / name, *options, place / "client.c"], check=True)
        return place / name

    return compiled


@pytest.fixture(scope="module")
def dynamic(client):
    return client("dynamic")


@pytest.fixture
def mpm_run(namespace):
    """In the namespace, on a bus that nobody is on."""

    def run(*arguments, **options):
        return subprocess.run(
            ["nsenter", f"--net=/run/netns/{namespace}", PROGRAMS / "mpm", "run", "--bus=private:/nowhere", *arguments],
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
            **options,
        )

    return run


@contextmanager
def a_server(namespace, kinds, *, answer=b""):
    """Take connections of either kind until the block ends; `kinds` gets the protocol of each."""
    ready, listeners = threading.Event(), []

    def serve():
        enter_network(namespace)
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM, MPTCP) as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            listeners.append(listener)
            ready.set()
            while True:
                taken, _peer = listener.accept()
                with taken:
                    kind = taken.getsockopt(socket.SOL_SOCKET, socket.SO_PROTOCOL)
                    if taken.recv(100) == b"end":
                        return
                    kinds.append(kind)
                    taken.sendall(answer)

    def end():
        enter_network(namespace)
        with socket.create_connection(("127.0.0.1", port), timeout=LIMIT_S) as last:
            last.sendall(b"end")

    server = threading.Thread(target=serve)
    server.start()
    assert ready.wait(LIMIT_S)
    port = listeners[0].getsockname()[1]
    try:
        yield port
    finally:
        ender = threading.Thread(target=end)
        ender.start()
        ender.join()
        server.join()


def kinds_of(namespace, start, *, answer=b""):
    """What a server saw of the program that `start` runs with its port; and how that ended."""
    kinds = []
    with a_server(namespace, kinds, answer=answer) as port:
        done = start(str(port))
    return kinds, done


def test_a_program_in_c_gets_multipath_tcp_with_all_that_it_asked_for_besides(namespace, mpm_run, dynamic):
    kinds, done = kinds_of(namespace, lambda port: mpm_run("--multipath", "--", dynamic, port))
    assert (done.returncode, kinds) == (0, [MPTCP])
    assert done.stdout == "protocol 262, close on exec 1, blocks 0\n"
    assert done.stderr.splitlines() == [f"mpm: mpmanagerd does not run: {_PLAIN}"]


def test_without_multipath_it_keeps_plain_tcp(namespace, dynamic):
    inside = ["nsenter", f"--net=/run/netns/{namespace}"]
    kinds, _done = kinds_of(namespace, lambda port: subprocess.run([*inside, dynamic, port], check=True))
    assert kinds == [TCP]


def test_all_other_kinds_of_sockets_stay_what_they_are(mpm_run):
    done = mpm_run("--multipath", "--", sys.executable, "-c", _OTHER_KINDS)
    assert done.stdout.split() == ["17", "17", "6", "0", "262", "262"]


def test_a_python_script_and_curl_get_it(namespace, mpm_run, tmp_path):
    script = tmp_path / "script"
    script.write_text(
        f"#!{sys.executable}\nimport socket, sys\n"
        "socket.create_connection(('127.0.0.1', int(sys.argv[1]))).sendall(b'hello')\n"
    )
    script.chmod(0o755)
    kinds, done = kinds_of(namespace, lambda port: mpm_run("--multipath", "--", script, port))
    assert (done.returncode, kinds) == (0, [MPTCP])
    page = b"HTTP/1.0 200 OK\r\n\r\nthe page"
    kinds, done = kinds_of(
        namespace,
        lambda port: mpm_run("--multipath", "--", "curl", "--silent", f"http://127.0.0.1:{port}/"),
        answer=page,
    )
    assert (done.stdout, kinds) == ("the page", [MPTCP])


def test_a_server_and_a_client_of_iperf3_get_it_for_all_their_connections(namespace, mpm_run):
    before = _capable(namespace)
    served = []
    server = threading.Thread(
        target=lambda: served.append(mpm_run("--multipath", "--", "iperf3", "--server", "--one-off", "--port=5999"))
    )
    server.start()
    client = "for _ in $(seq 100); do iperf3 --client 127.0.0.1 --port 5999 --bytes 1M && exit; sleep 0.1; done; exit 1"
    done = mpm_run("--multipath", "--", "sh", "-c", client)
    server.join()
    assert (done.returncode, served[0].returncode) == (0, 0)
    assert _capable(namespace) - before == 2, "one to agree on the test, one to measure"


def test_programs_that_it_starts_inherit_it(namespace, mpm_run, dynamic):
    script = f'env -u HOME sh -c "exec {dynamic} $1"'
    kinds, _done = kinds_of(namespace, lambda port: mpm_run("--multipath", "--", "sh", "-c", script, "sh", port))
    assert kinds == [MPTCP]


def test_its_environment_names_each_thing_once_however_often_it_is_asked_for(mpm_run):
    inner = f"{PROGRAMS / 'mpm'} run --multipath --bus=private:/nowhere -- env"
    given = {"LD_PRELOAD": "", "GODEBUG": "netdns=go"}
    done = mpm_run("--multipath", "--", "sh", "-c", inner, env=os.environ | given)
    assert f"LD_PRELOAD={LIBRARY}" in done.stdout.splitlines()
    assert "GODEBUG=netdns=go,multipathtcp=1" in done.stdout.splitlines()


def test_a_static_program_is_told_and_keeps_plain_tcp(namespace, mpm_run, client):
    static = client("static", "-static")
    kinds, done = kinds_of(namespace, lambda port: mpm_run("--multipath", "--", static, port))
    assert (done.returncode, kinds) == (0, [TCP])
    assert f"no Multipath TCP for {static}: the program is statically linked" in done.stderr


def test_a_set_uid_program_is_told_and_keeps_plain_tcp(namespace, mpm_run, dynamic, tmp_path):
    owned = tmp_path / "owned"
    shutil.copy(dynamic, owned)
    os.chown(owned, 65534, 65534)
    owned.chmod(0o4755)
    kinds, done = kinds_of(namespace, lambda port: mpm_run("--multipath", "--", owned, port))
    assert (done.returncode, kinds) == (0, [TCP])
    assert "set-uid" in done.stderr


def test_a_shell_script_that_starts_a_set_uid_program_goes_on_without_it(namespace, mpm_run, dynamic, tmp_path):
    owned = tmp_path / "owned"
    shutil.copy(dynamic, owned)
    os.chown(owned, 65534, 65534)
    owned.chmod(0o4755)
    script = f"{owned} $1; {dynamic} $1"
    kinds, done = kinds_of(namespace, lambda port: mpm_run("--multipath", "--", "sh", "-c", script, "sh", port))
    assert (done.returncode, kinds) == (0, [TCP, MPTCP])
    assert "ERROR" not in done.stderr


def test_where_multipath_tcp_is_switched_off_programs_keep_plain_tcp(namespace, mpm_run, dynamic):
    inside = ["nsenter", f"--net=/run/netns/{namespace}"]
    subprocess.run([*inside, "sysctl", "-qw", "net.mptcp.enabled=0"], check=True)
    try:
        told = mpm_run("--multipath", "--", "env")
        loaded = subprocess.run(
            [*inside, sys.executable, "-c", _OTHER_KINDS],
            env=os.environ | {"LD_PRELOAD": str(LIBRARY)},
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    finally:
        subprocess.run([*inside, "sysctl", "-qw", "net.mptcp.enabled=1"], check=True)
    assert "switched off here (net.mptcp.enabled)" in told.stderr
    assert "LD_PRELOAD" not in told.stdout
    assert loaded.stdout.split()[-2:] == ["6", "6"], "the library gives plain TCP where that is all there is"


def test_it_says_what_it_did_to_those_who_ask(mpm_run):
    done = mpm_run("--multipath", "--verbose", "--", "true")
    assert done.stderr.splitlines()[-1] == "mpm: Multipath TCP: our library opens its sockets"


def test_without_a_daemon_nothing_else_is_started(mpm_run):
    for arguments in ((), ("--no-multipath",), ("--multipath", "--trust", "only"), ("--verbose",)):
        done = mpm_run(*arguments, "--", "echo", "started")
        assert (done.returncode, done.stdout) == (3, ""), arguments
        assert "Nothing was started" in done.stderr


def _capable(namespace):
    """How many connections a listener in there has taken with the third packet of Multipath TCP's handshake."""
    counters = subprocess.run(
        ["nsenter", f"--net=/run/netns/{namespace}", "cat", "/proc/thread-self/net/netstat"],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout.splitlines()
    names, values = (line.split() for line in counters if line.startswith("MPTcpExt:"))
    return int(values[names.index("MPCapableACKRX")])
