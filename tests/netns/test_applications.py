"""Whose socket is it? Asked about sockets of real programs, as the kernel tells of them."""

import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from mpmanager.linux.applications import LinuxApplicationFinder, cgroup_mount
from mpmanager.linux.sock_diag import LinuxConnectionTable
from mpmanager.model.connection import UNKNOWN_APPLICATION, Application, ProcessKey
from netns.stage import TIMEOUT_S, lab_of_two_links, listening

pytestmark = pytest.mark.netns

CONNECTED = """
import os, socket, sys
connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
connection.connect((sys.argv[1], int(sys.argv[2])))
connection.sendall(b"x")
"""
WAITS = (
    CONNECTED
    + """
print(os.getpid(), flush=True)
sys.stdin.read()
"""
)
BEQUEATHS = (
    CONNECTED
    + """
print(os.getpid(), flush=True)
sys.stdin.readline()
child = os.fork()
if child:
    print(child, flush=True)
    os._exit(0)  # the child alone holds the socket now
sys.stdin.read()
"""
)
EXECUTES = (
    CONNECTED
    + """
os.set_inheritable(connection.fileno(), True)
print(os.getpid(), flush=True)
os.execvp("sleep", ["sleep", "60"])
"""
)


@pytest.fixture(scope="module")
def lab():
    with lab_of_two_links("apps") as made:
        yield made


@pytest.fixture
def finder():
    return LinuxApplicationFinder()


@pytest.fixture
def listener(lab):
    with listening(lab) as made:
        yield made


@pytest.fixture
def start(lab, listener):
    """Starts a program that connects; returns what it says its pid is, and its socket's owner."""
    with ExitStack() as stack:

        def starting(program, *, into=None, place="laptop"):
            command = [sys.executable, "-c", program, str(lab.server_address()), str(listener.getsockname()[1])]
            if into is not None:
                command = ["sh", "-c", 'echo $$ > "$0" && exec "$@"', str(into / "cgroup.procs"), *command]
            process = stack.enter_context(
                subprocess.Popen(
                    lab.command(command, place=place), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                )
            )
            stack.callback(process.kill)
            accepted, peer = listener.accept()
            stack.enter_context(accepted)
            accepted.settimeout(TIMEOUT_S)
            assert accepted.recv(1) == b"x"
            return int(process.stdout.readline()), owner_of(lab, place, peer[1]), process, accepted

        yield starting


def owner_of(lab, place, port):
    table = lab.inside(place, LinuxConnectionTable)
    try:
        return next(each.owner for each in table.snapshot().connections if each.flow.local.port == port)
    finally:
        table.close()


def find_one(finder, owner):
    (found,) = finder.find([owner])
    return found


@contextmanager
def own_cgroup():
    """The directory of a cgroup of this test."""
    directory = cgroup_mount() / f"mpm-test-{os.getpid()}"
    directory.mkdir()
    try:
        yield directory
    finally:
        directory.rmdir()


def test_the_program_of_a_socket_has_its_pid_and_its_executable(finder, start):
    pid, owner, process, _accepted = start(WAITS)
    assert pid == process.pid
    found = find_one(finder, owner)
    executable = str(Path(f"/proc/{pid}/exe").readlink())
    assert (found.pid, found.exe, found.id) == (pid, executable, f"exe:{executable}")
    assert found.name == Path(f"/proc/{pid}/comm").read_text().strip()


def test_the_kernel_tells_the_inode_the_user_and_the_cgroup_of_the_owner(lab, start):
    pid, owner, _process, _accepted = start(WAITS)
    sockets = {os.readlink(each) for each in Path(f"/proc/{pid}/fd").iterdir()}  # noqa: PTH115  # no path to follow
    assert f"socket:[{owner.inode}]" in sockets
    assert owner.uid == os.getuid()


def test_a_program_in_a_cgroup_of_its_own_is_found_there(finder, start):
    with own_cgroup() as directory, ExitStack() as stack:
        pid, owner, process, _accepted = start(WAITS, into=directory)
        stack.callback(process.wait, TIMEOUT_S)
        stack.callback(process.kill)
        assert owner.cgroup_id == directory.stat().st_ino
        found = find_one(finder, owner)
        assert (found.pid, found.cgroup) == (pid, f"/{directory.name}")


def test_a_child_that_inherited_the_socket_is_found_when_its_parent_has_ended(finder, start):
    parent, owner, process, _accepted = start(BEQUEATHS)
    assert find_one(finder, owner).pid == parent
    process.stdin.write("\n")
    process.stdin.flush()
    child = int(process.stdout.readline())
    process.wait(TIMEOUT_S)
    found = find_one(finder, owner)
    assert found.pid == child
    assert found.exe == str(Path(f"/proc/{child}/exe").readlink())


def test_what_a_process_has_become_is_told_and_not_what_it_was(finder, start):
    pid, owner, _process, _accepted = start(EXECUTES)
    found = eventually(lambda: (each := find_one(finder, owner)).name == "sleep" and each)
    assert found.pid == pid
    assert Path(found.exe).name in {"sleep", "coreutils", "busybox"}


def eventually(condition):
    deadline = time.monotonic() + TIMEOUT_S
    while not (result := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return result


def test_a_program_that_has_ended_is_unknown(finder, start):
    _pid, owner, process, _accepted = start(WAITS, into=cgroup_mount())
    assert find_one(finder, owner).pid == process.pid
    process.kill()
    process.wait(TIMEOUT_S)
    assert find_one(finder, owner) == UNKNOWN_APPLICATION


def test_of_a_program_that_has_ended_its_cgroup_is_left(finder, start):
    with own_cgroup() as directory:
        _pid, owner, process, _accepted = start(WAITS, into=directory)
        process.kill()
        process.wait(TIMEOUT_S)
        path = f"/{directory.name}"
        expected = Application(id=f"cgroup:{path}", name=directory.name, pid=None, exe=None, cgroup=path)
        assert find_one(finder, owner) == expected
    assert find_one(finder, owner) == UNKNOWN_APPLICATION, "the cgroup is gone, too"


def test_a_socket_that_its_program_has_closed_belongs_to_nobody(finder):
    assert find_one(finder, ProcessKey(0, 0, 1)) == UNKNOWN_APPLICATION


def test_a_program_on_the_other_side_is_found_by_its_own_end(lab, finder, start):
    pid, owner, _process, accepted = start(WAITS)
    at_server = owner_of(lab, "server", accepted.getsockname()[1])
    assert at_server != owner
    there, here = finder.find([at_server, owner])
    assert there.pid == os.getpid(), "this test holds the server's end"
    assert here.pid == pid


def test_a_second_socket_of_the_same_program_is_found_too(lab, finder, listener):
    owners = []
    with ExitStack() as stack:
        for _ in range(3):
            client = lab.inside("laptop", lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262))
            stack.enter_context(client).connect((str(lab.server_address()), listener.getsockname()[1]))
            owners.append(owner_of(lab, "laptop", client.getsockname()[1]))
        assert [each.pid for each in finder.find(owners)] == [os.getpid()] * 3
        assert [finder.find([each])[0].pid for each in owners] == [os.getpid()] * 3
    assert len(set(owners)) == 3


def test_programs_are_told_in_the_order_of_the_question(finder, start):
    first, first_owner, _process, _accepted = start(WAITS)
    second, second_owner, _process, _accepted = start(WAITS)
    nobody = ProcessKey(0xFFFFFFF, 0, 0)
    found = finder.find([second_owner, nobody, first_owner, second_owner])
    assert [each.pid for each in found] == [second, None, first, second]
    assert found[1] == UNKNOWN_APPLICATION
    assert finder.find([]) == []
