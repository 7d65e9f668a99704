"""Whose socket is it? Asked about sockets of real programs, as the kernel tells of them."""

import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from mpmanager.linux import applications
from mpmanager.linux.applications import LinuxApplicationFinder
from mpmanager.linux.mounts import cgroup_mount
from mpmanager.linux.sock_diag import LinuxConnectionTable
from mpmanager.model.connection import UNKNOWN_APPLICATION, ProcessKey
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
HANDS_OVER = (
    CONNECTED
    + """
print(os.getpid(), flush=True)
sys.stdin.readline()
child = os.fork()
if child:
    connection.close()
    print(child, flush=True)  # which alone holds the socket now
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
def own_cgroup(inner=""):
    """The directory of a cgroup of this test, or one below it."""
    directory = cgroup_mount() / f"mpm-test-{os.getpid()}"
    innermost = directory / inner
    innermost.mkdir(parents=True)
    try:
        yield innermost
    finally:
        for each in (innermost, *innermost.parents):
            if each.is_relative_to(directory):
                each.rmdir()


def test_the_program_of_a_socket_has_its_pid_and_its_executable(finder, start):
    pid, owner, process, _accepted = start(WAITS, into=cgroup_mount())
    assert pid == process.pid
    found = find_one(finder, owner)
    executable = str(Path(f"/proc/{pid}/exe").readlink())
    assert (found.pid, found.exe, found.id) == (pid, executable, f"exe:{executable}")
    assert found.name == Path(f"/proc/{pid}/comm").read_text().strip()
    assert (found.uid, found.reason) == (os.getuid(), f"program {executable}")


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


def test_a_socket_that_was_handed_over_belongs_to_who_has_it_now(finder, start):
    parent, owner, process, _accepted = start(HANDS_OVER)
    assert find_one(finder, owner).pid == parent
    process.stdin.write("\n")
    process.stdin.flush()
    child = int(process.stdout.readline())
    assert find_one(finder, owner).pid == child


def test_an_entry_gives_its_name_to_what_a_desktop_has_started(start, tmp_path, monkeypatch):
    (tmp_path / "applications").mkdir()
    entry = "[Desktop Entry]\nType=Application\nName=Example\nIcon=example\n"
    (tmp_path / "applications/org.example.App.desktop").write_text(entry)
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path))
    finder = LinuxApplicationFinder()
    with own_cgroup("app-gnome-org.example.App-1.scope") as directory, ExitStack() as stack:
        _pid, owner, process, _accepted = start(WAITS, into=directory)
        stack.callback(process.wait, TIMEOUT_S)
        stack.callback(process.kill)
        found = find_one(finder, owner)
    assert (found.app_id, found.name, found.icon) == ("org.example.App", "Example", "example")
    assert (found.unit, found.uid) == ("app-gnome-org.example.App-1.scope", os.getuid())


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


@pytest.mark.parametrize(
    ("inner", "id_", "reason"),
    [
        (
            "app-gnome-org.example.Unheard-1234.scope",
            "app:org.example.Unheard",
            "started by the desktop as org.example.Unheard",
        ),
        ("system.slice/shop@1.service", "unit:shop@1.service", "system service shop@1.service"),
        (
            "docker-0123456789abcdef.scope/inner",
            "app:docker:0123456789ab",
            "in the container docker:0123456789ab",
        ),
    ],
)
def test_a_real_cgroup_says_which_application_runs_in_it(finder, start, inner, id_, reason):
    with own_cgroup(inner) as directory, ExitStack() as stack:
        pid, owner, process, _accepted = start(WAITS, into=directory)
        stack.callback(process.wait, TIMEOUT_S)
        stack.callback(process.kill)
        found = find_one(finder, owner)
        assert (found.pid, found.id, found.reason) == (pid, id_, reason)
        assert found.exe == str(Path(f"/proc/{pid}/exe").readlink())


def test_a_long_walk_is_spread_over_several_questions(finder, start, monkeypatch):
    monkeypatch.setattr(applications, "_MOST_DESCRIPTORS", 1)
    with own_cgroup() as directory, ExitStack() as stack:
        first, owner, process, _accepted = start(WAITS, into=directory)
        younger = [start(WAITS, into=directory) for _ in range(3)]
        for each in (process, *(made[2] for made in younger)):
            stack.callback(each.wait, TIMEOUT_S)
            stack.callback(each.kill)
        found = [find_one(finder, owner).pid for _ in range(5)]
        assert found == [None, None, None, first, first], (
            "one process is looked at for each question, the youngest first"
        )
        monkeypatch.undo()
        assert [each.pid for each in finder.find([made[1] for made in younger])] == [made[0] for made in younger]


def test_a_walk_that_was_over_in_vain_begins_anew(finder, start, monkeypatch):
    monkeypatch.setattr(applications, "_MOST_DESCRIPTORS", 1)
    with own_cgroup() as directory, ExitStack() as stack:
        made = [start(WAITS, into=directory) for _ in range(2)]
        for each in made:
            stack.callback(each[2].wait, TIMEOUT_S)
            stack.callback(each[2].kill)
        nobody = made[0][1]._replace(inode=0xFFFFFFF)
        assert [find_one(finder, nobody).pid for _ in range(2)] == [None] * 2
        late = start(WAITS, into=directory)
        stack.callback(late[2].wait, TIMEOUT_S)
        stack.callback(late[2].kill)
        assert any(find_one(finder, late[1]).pid == late[0] for _ in range(4))


def test_a_terminals_child_is_told_apart_from_what_mpm_run_starts_there(finder, start):
    tab = "app-org.gnome.Terminal.slice/vte-spawn-6f9619ff-8b86-d011-b42d-00c04fc964ff.scope"
    with own_cgroup(f"{tab}/mpm-run-1") as directory, ExitStack() as stack:
        found = []
        for into in (directory, directory.parent):
            _pid, owner, process, _accepted = start(WAITS, into=into)
            stack.callback(process.wait, TIMEOUT_S)
            stack.callback(process.kill)
            found.append(find_one(finder, owner))
    assert [each.app_id for each in found] == [None, "org.gnome.Terminal"]
    assert found[0].reason.startswith("started by mpm run: ")
    assert "child of the terminal org.gnome.Terminal; mpm run gives" in found[1].reason
    assert found[0].id == found[1].id == f"exe:{found[0].exe}"


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
        found = find_one(finder, owner)
        assert (found.id, found.name, found.cgroup) == (f"cgroup:{path}", directory.name, path)
        assert (found.pid, found.exe) == (None, None)
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


def test_of_many_sockets_those_are_remembered_that_are_there(finder, start, monkeypatch):
    monkeypatch.setattr(applications, "_REMEMBERED_SOCKETS", 2)
    finder._most_holders = 2
    pid, owner, process, _accepted = start(WAITS)
    others = [start(WAITS) for _ in range(3)]
    assert [each.pid for each in finder.find([owner, *(each[1] for each in others)])] == [pid, *(o[0] for o in others)]
    for each in others:
        each[2].kill()
        each[2].wait(TIMEOUT_S)
    assert find_one(finder, owner).pid == pid
    assert owner.inode in finder._holders
    assert not finder._holders.keys() & {each[1].inode for each in others}
    process.kill()
