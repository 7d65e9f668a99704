"""Programs in scopes, asked for on a real bus: by their own user, by others, with descriptors of all kinds."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from mpmanager.api import contract
from mpmanager.api.bus import parse_bus
from mpmanager.api.structures import ScopeOptions
from mpmanager.client.manager import connected
from mpmanager.linux.preload import LIBRARY
from mpmanager.model.errors import InvalidValueError

PROGRAMS = Path(sys.executable).parent
NOBODY = 65534
ENTER = """
import asyncio, os, sys
from mpmanager.api.bus import parse_bus
from mpmanager.api.structures import ScopeOptions
from mpmanager.client.manager import connected
from mpmanager.linux.preload import LIBRARY
from mpmanager.model.errors import MpmanagerError

async def main():
    os.setresuid(65534, 65534, 65534)
    async with connected(parse_bus(sys.argv[1])) as client:
        for pid in (int(sys.argv[2]), os.getpid()):
            try:
                print(await client.enter_scope(os.pidfd_open(pid), ScopeOptions(trust="any")))
            except MpmanagerError as error:
                print(error.code, error)

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def directory():
    """One that everybody may enter."""
    with tempfile.TemporaryDirectory(prefix="mpm-scopes-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def daemon(directory):
    """Its process, and its bus."""
    process = subprocess.Popen(
        [PROGRAMS / "mpmanagerd", "--simulate", f"--bus=private:{directory / 'bus'}", f"--state={directory / 'state'}"],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    assert "ready" in process.stderr.readline()
    yield process.pid, f"private:{directory / 'bus'}"
    process.terminate()
    assert "Traceback" not in process.communicate(timeout=10)[1]


def mpm_run(daemon, *arguments, bus=None, **options):
    return subprocess.run(
        [PROGRAMS / "mpm", "run", f"--bus={bus or daemon[1]}", *arguments],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        **options,
    )


def entering(daemon, descriptor, options=None):
    async def run():
        async with connected(parse_bus(daemon[1])) as client:
            return await client.enter_scope(descriptor, options or ScopeOptions())

    return asyncio.run(run())


def test_a_process_gets_a_cgroup_of_its_own(daemon):
    with ExitStack() as stack:
        process = stack.enter_context(subprocess.Popen(["sleep", "60"]))
        stack.callback(process.kill)
        descriptor = os.pidfd_open(process.pid)
        stack.callback(os.close, descriptor)
        first = entering(daemon, descriptor, ScopeOptions(trust="any"))
        assert first.startswith("/mpm-run-")
        assert entering(daemon, descriptor).startswith(f"{first}/mpm-run-")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be somebody else")
def test_another_users_process_is_refused_and_ones_own_is_not(daemon):
    code = f"import sys; sys.path[:0] = {sys.path!r}\n{ENTER}"
    done = subprocess.run(
        [sys.executable, "-c", code, daemon[1], str(os.getpid())],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    refused, own = done.stdout.splitlines()
    assert refused == f"NotAuthorized process {os.getpid()} belongs to another user"
    assert own.startswith("/mpm-run-")


def test_a_process_that_has_ended_is_refused(daemon):
    process = subprocess.Popen(["true"])
    descriptor = os.pidfd_open(process.pid)
    process.wait()
    with pytest.raises(InvalidValueError, match="it has ended"):
        entering(daemon, descriptor)
    os.close(descriptor)


def test_what_is_no_trust_and_what_is_no_process_is_refused(daemon):
    descriptor = os.pidfd_open(os.getpid())
    with pytest.raises(InvalidValueError, match="'much'"):
        entering(daemon, descriptor, ScopeOptions(trust="much"))
    os.close(descriptor)
    with socket.socket() as other, pytest.raises(InvalidValueError, match="not a descriptor of a process"):
        entering(daemon, other.fileno())


@pytest.mark.parametrize(("place", "count"), [(1, 1), (0, 0), (0, 2), (2**32 - 1, 1)])
def test_a_descriptor_that_is_not_there_or_not_alone_is_refused(daemon, place, count):
    reply = asyncio.run(calling(daemon, place, count))
    assert (reply.message_type, reply.error_name) == (MessageType.ERROR, contract.ERROR_PREFIX + "InvalidValue")


def test_descriptors_are_closed_whatever_becomes_of_the_call(daemon):
    process = psutil.Process(daemon[0])

    async def flood():
        before = process.num_fds()
        for _ in range(20):
            await calling(daemon, 0, 1, trust="much")
            await calling(daemon, 0, 2)
            await calling(daemon, 0, 1, path="/elsewhere")
        return process.num_fds() - before

    assert asyncio.run(flood()) < 5


async def calling(daemon, place, count, *, trust="any", path=contract.OBJECT_PATH):
    bus = await MessageBus(bus_address=parse_bus(daemon[1]).address, negotiate_unix_fd=True).connect()
    descriptors = [os.pidfd_open(os.getpid()) for _ in range(count)]
    try:
        return await bus.call(
            Message(
                destination=contract.BUS_NAME,
                path=path,
                interface=contract.INTERFACE,
                member="EnterScope",
                signature="ha{sv}",
                body=[place, {"trust": Variant("s", trust)}],
                unix_fds=descriptors,
            )
        )
    finally:
        bus.disconnect()
        for each in descriptors:
            os.close(each)


def test_the_command_takes_the_place_of_mpm_with_its_output_and_exit_code(daemon):
    done = mpm_run(daemon, "--trust", "any", "--", "sh", "-c", "echo out; echo err >&2; exit 7")
    assert (done.returncode, done.stdout) == (7, "out\n")
    told, err = done.stderr.splitlines()
    assert "simulates" in told, "who plays is told that nothing is held back"
    assert err == "err"


def test_the_command_has_the_pid_the_input_and_the_options_that_are_its_own(daemon):
    done = mpm_run(daemon, "sh", "-c", 'cat; echo "$@"', "sh", "--json", "-h", input="given ")
    assert (done.returncode, done.stdout) == (0, "given --json -h\n")
    process = subprocess.Popen(
        [PROGRAMS / "mpm", "run", f"--bus={daemon[1]}", "sh", "-c", "echo $$; exec sleep 60"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert int(process.stdout.readline()) == process.pid
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == -signal.SIGINT
    process.stdout.close()


def environment_of(done):
    return dict(line.split("=", 1) for line in done.stdout.splitlines())


def test_a_command_is_prepared_for_multipath_tcp_unless_it_is_not_wanted(daemon):
    given = {"PATH": os.environ["PATH"], "GODEBUG": "netdns=go"}
    prepared = environment_of(mpm_run(daemon, "env", env=given))
    assert prepared == given | {"LD_PRELOAD": str(LIBRARY), "GODEBUG": "netdns=go,multipathtcp=1"}
    assert environment_of(mpm_run(daemon, "--no-multipath", "env", env=given)) == given


def test_a_command_can_be_let_out_of_what_the_one_before_was_prepared_for(daemon):
    given = {"PATH": os.environ["PATH"], "LD_PRELOAD": "/no/such/library.so"}
    inner = [PROGRAMS / "mpm", "run", f"--bus={daemon[1]}", "--no-multipath", "env"]
    assert environment_of(mpm_run(daemon, *inner, env=given)) == given


def test_who_asks_is_told_what_was_done_so_that_a_command_uses_many_paths(daemon):
    quiet, played = mpm_run(daemon, "true").stderr, "simulates"
    assert played in quiet
    assert len(quiet.splitlines()) == 1
    on, off = (mpm_run(daemon, "--verbose", *each, "true").stderr.splitlines() for each in ([], ["--no-multipath"]))
    assert on[-1] == "mpm: Multipath TCP: our library opens its sockets"
    assert off[-1] == "mpm: plain TCP, unless the program itself asks for Multipath TCP"


def test_nothing_of_python_is_left_to_the_command(daemon):
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG"))}
    done = mpm_run(daemon, "cat", "/proc/self/status", "/proc/self/environ", env=environment | {"LANG": "C"})
    ignored = next(line for line in done.stdout.splitlines() if line.startswith("SigIgn:"))
    mask = int(ignored.split()[1], 16)
    assert not mask & (1 << (signal.SIGPIPE - 1) | 1 << (signal.SIGXFSZ - 1))
    assert "LC_CTYPE" not in done.stdout
    assert "\0LANG=C\0" in done.stdout


def test_what_cannot_be_executed_is_told_as_a_shell_does(daemon, tmp_path):
    plain = tmp_path / "plain"
    plain.write_text("data")
    absent = mpm_run(daemon, "--", "no-such-command-anywhere")
    assert (absent.returncode, absent.stderr.splitlines()[-1]) == (
        127,
        "mpm: no-such-command-anywhere: there is no such command",
    )
    refused = mpm_run(daemon, "--", str(plain))
    assert (refused.returncode, refused.stderr.splitlines()[-1]) == (126, f"mpm: {plain}: Permission denied")


def test_without_a_daemon_nothing_is_started(daemon, tmp_path):
    witness = tmp_path / "witness"
    done = mpm_run(daemon, "--trust", "only", "touch", str(witness), bus=f"private:{tmp_path / 'nowhere'}")
    assert done.returncode == 3
    assert "mpmanagerd is not running on" in done.stderr
    assert done.stderr.endswith(f"Nothing was started. To run it where any path may be used:\n  touch {witness}\n")
    assert not witness.exists()


def test_trust_is_read_before_anybody_is_asked(daemon):
    done = mpm_run(daemon, "--trust", "much", "true", bus="private:/nowhere")
    assert done.returncode == 2
    assert "trust is any, handshake" in done.stderr
