"""Programs that say something of their own connections, in a café: its open Wi-Fi is not trusted, LTE is.

LTE is a backup there, and Wi-Fi has the default route.
"""

import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from end_to_end.cafe import LTE, WIFI, Answerer
from end_to_end.stage import subflow_paths, until
from mpmanager.model.protection import Coverage
from mpmanager.model.socket_options import SocketOption
from mpmanager.model.trust import Hold

pytestmark = pytest.mark.netns

TREE = Path(__file__).parents[2]


class Echo(Answerer):
    """Answers with what it gets."""

    @staticmethod
    def _serve(connection):
        with connection, suppress(OSError):
            while data := connection.recv(4096):
                connection.sendall(data)


@pytest.fixture
def echo(cafe):
    made = Echo(cafe.lab)
    yield made
    made.close()


@pytest.fixture
def talker(cafe):
    """One that has both paths."""
    made = cafe.talker()
    assert made.says(cafe.opening()) == str(cafe.lte)
    assert made.says("ask 1000 300000") == "done"
    until(lambda: subflow_paths(cafe.connection()) == {WIFI, LTE}, "it has both")
    return made


def compiled(source, directory):
    """By the first compiler there is, with warnings as errors."""
    compiler = next(each for each in map(shutil.which, ("gcc", "clang")) if each)
    program = directory / source.stem
    flags = ["-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", f"-I{TREE / 'include'}"]
    subprocess.run([compiler, *flags, "-o", program, source], check=True)
    return program


def test_the_example_in_c_has_its_wait_from_the_beginning(cafe, echo, tmp_path):
    program = compiled(TREE / "examples" / "expiration.c", tmp_path)
    command = [str(program), str(cafe.lab.server_address()), str(echo.port), "50"]
    process = cafe.lab.popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    cafe.running.append(process)
    assert process.stdout.readline() == "data may wait 50 ms\n"
    process.stdin.write("hello\n")
    process.stdin.flush()
    assert process.stdout.readline() == "hello\n"
    shown = cafe.connection()
    assert (shown.wait_ms, shown.asked) == (50, [SocketOption.EXPIRATION])
    until(lambda: subflow_paths(cafe.connection()) == {WIFI, LTE}, "it has both paths")
    said = cafe.mpm("explain", "connection", shown.token)
    assert "for another path: the program itself asked (MPTCP_EXPIRATION)." in said


def test_the_example_in_c_says_what_is_missing(cafe, echo, tmp_path):
    program = compiled(TREE / "examples" / "expiration.c", tmp_path)
    address = [str(cafe.lab.server_address()), str(echo.port)]
    refused = cafe.lab.run([str(program), *address, "60001"], check=False)
    assert (refused.returncode, refused.stderr) == (1, "MPTCP_EXPIRATION: Invalid argument\n")
    cafe.daemon.stop()
    refused = cafe.lab.run([str(program), *address, "50"], check=False)
    assert (refused.returncode, refused.stderr) == (1, "MPTCP_EXPIRATION: mpmanagerd does not run here\n")


def test_the_example_in_python_sends_its_secret_by_the_trusted_path(cafe, echo):
    command = [sys.executable, str(TREE / "examples" / "trusted_section.py"), str(cafe.lab.server_address())]
    done = cafe.lab.run([*command, str(echo.port)])
    assert done.stdout.split() == ["hello", "secret", "bye"]
    cafe.daemon.stop()
    done = cafe.lab.run([*command, str(echo.port)], check=False)
    assert (done.returncode, done.stdout.split()) == (1, ["hello"])
    assert "mpmanagerd does not take socket options here" in done.stderr


def test_a_wait_counts_before_the_rule_until_it_is_taken_back(cafe, talker):
    cafe.mpm("default", "--wait", "200ms")
    assert cafe.connection().wait_ms == 200
    assert talker.says("wait 20") == "20"
    shown = until(lambda: (row := cafe.connection()).wait_ms == 20 and row, "the wait is the program's")
    assert shown.expiration is not None, "it is watched"
    cafe.mpm("default", "--wait", "300ms")
    assert cafe.connection().wait_ms == 20
    assert talker.says("wait -1") == "-1"
    shown = until(lambda: (row := cafe.connection()).wait_ms == "never" and row, "it is never")
    assert shown.expiration is None, "there is nothing to watch"


def test_in_a_trusted_section_nothing_leaves_by_the_untrusted_path(cafe, talker):
    cafe.left(WIFI)
    assert talker.says("trusted 200000 500000") == "done"
    assert not any(each.payload_bytes for each in cafe.left(WIFI))
    until(lambda: subflow_paths(cafe.connection()) == {WIFI, LTE}, "it has both again")
    assert talker.says("ask 500000 1000") == "done"
    assert any(each.payload_bytes for each in cafe.left(WIFI)), "outside of the section it does"


def test_a_section_that_nobody_waits_for_is_explained_and_ends_with_its_program(cafe, talker):
    assert talker.says("begin") == "begun"
    shown = until(lambda: (row := cafe.connection()).protection.hold is Hold.TRUSTED and row, "it is held")
    assert shown.asked == [SocketOption.TRUSTED]
    until(lambda: subflow_paths(cafe.connection()) == {LTE}, "it has left the untrusted path")
    said = cafe.mpm("explain", "connection", shown.token)
    assert "It is in a trusted section, as the program itself asked (MPTCP_TRUSTED)." in said
    talker.tell("stop")
    until(lambda: not cafe.daemon.connections(), "it has ended")
    again = cafe.talker()
    assert again.says(cafe.opening()) == str(cafe.lte)
    until(lambda: cafe.connection().protection.hold is Hold.FREE, "another one begins without")


def test_under_a_fence_of_its_own_a_program_can_say_the_same(cafe):
    talker = cafe.run_with("only")
    assert talker.says(cafe.opening()) == str(cafe.lte)
    assert talker.says("wait 35") == "35"
    assert talker.says("trusted 1000 100000") == "done"
    shown = until(lambda: (row := cafe.connection()).wait_ms == 35 and row, "its wait is known")
    assert shown.protection.coverage is Coverage.ENFORCED
    assert not cafe.left(WIFI)


@pytest.mark.parametrize("ending", ["stop", "kill"])
def test_without_the_daemon_the_kernel_knows_no_option_and_the_next_one_knows_what_was_said(cafe, talker, ending):
    assert talker.says("wait 35") == "35"
    assert talker.says("begin") == "begun"
    until(lambda: cafe.connection().wait_ms == 35, "it is known")
    getattr(cafe.daemon, ending)()
    assert talker.says("wait 20") == "ENOPROTOOPT"
    assert talker.says("begin") == "ENOPROTOOPT"
    cafe.daemon.start()
    shown = until(cafe.connection, "it is found")
    assert (shown.wait_ms, shown.asked) == (35, [SocketOption.EXPIRATION, SocketOption.TRUSTED])
    assert talker.says("wait 20") == "20"
    until(lambda: cafe.connection().wait_ms == 20, "it is heard again")
