"""What the real polkit says of callers in an active session, in an inactive one, in none, and with a password."""

import json
import os
import pty
import select
import shutil
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[3]
ASK = Path(__file__).with_name("ask.py")
RESOURCES = SOURCE / "resources"
ALICE, BOB = "alice", "bob"
"""An administrator, and somebody else."""
PASSWORD = "correct horse"  # noqa: S105  # of a machine that lives for minutes
ALLOWED = "allowed"
LIMIT_S = 240
_LOCAL_MODES = 3


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=LIMIT_S).stdout


@pytest.fixture(scope="module")
def machine():
    """With what a package would install, and two users."""
    shutil.copy(RESOURCES / "polkit/io.github.mpmanager1.policy", "/usr/share/polkit-1/actions/")
    shutil.copy(RESOURCES / "dbus/io.github.mpmanager1.conf", "/usr/share/dbus-1/system.d/")
    for name in (ALICE, BOB):
        run("useradd", "--create-home", "--shell", "/bin/sh", name)
    run("usermod", "--append", "--groups", "sudo", ALICE)
    subprocess.run(["chpasswd"], input=f"{ALICE}:{PASSWORD}\n", check=True, text=True, timeout=LIMIT_S)
    run("systemctl", "reload", "dbus")
    run("systemctl", "restart", "polkit")


@pytest.fixture(scope="module")
def daemon(machine, tmp_path_factory):
    state = tmp_path_factory.mktemp("state")
    process = subprocess.Popen(
        ["mpmanagerd", "--simulate", "--bus=system", f"--state={state}"], stderr=subprocess.PIPE, text=True
    )
    line = process.stderr.readline()
    assert "ready on the bus system" in line, line
    yield process
    process.terminate()
    assert "Traceback" not in process.communicate(timeout=LIMIT_S)[1]


def asked_in_session(user, terminal, directory):
    """What comes of asking in a session of a user on a terminal of this seat. The first one has the screen."""
    answer, go = directory / "answer", directory / "go"
    answer.touch()
    answer.chmod(0o666)
    properties = (
        "PAMName=login",
        f"User={user}",
        f"TTYPath=/dev/{terminal}",
        "StandardInput=tty",
        f"StandardOutput=file:{answer}",
        "UtmpMode=user",
        f"UtmpIdentifier={terminal}",
    )
    options = [argument for each in properties for argument in ("--property", each)]
    command = f"while [ ! -e {go} ]; do sleep 0.1; done; echo | {sys.executable} {ASK}"
    service = subprocess.Popen(["systemd-run", "--quiet", "--wait", "--collect", *options, "/bin/sh", "-c", command])
    try:
        session = session_of(user)
        go.touch()
        assert service.wait(LIMIT_S) == 0
    finally:
        service.kill()
    return session, json.loads(answer.read_text())


def session_of(user):
    """What logind says of it, as soon as it is there."""
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        for session in json.loads(run("loginctl", "list-sessions", "--output=json")):
            if session["user"] == user and session["seat"] == "seat0":
                shown = run("loginctl", "show-session", session["session"], "-p", "Active", "-p", "Remote")
                return dict(line.split("=") for line in shown.split())
        time.sleep(0.2)
    raise AssertionError(f"{user} has no session: {run('loginctl', 'list-sessions')}")


@pytest.fixture
def directory(tmp_path):
    """One that everybody may enter."""
    for each in (tmp_path, *tmp_path.parents[:3]):
        each.chmod(0o755)
    return tmp_path


def test_in_the_active_session_ones_own_programs_are_free_and_the_rest_takes_a_password(daemon, directory):
    session, answers = asked_in_session(BOB, "tty1", directory)
    assert session == {"Active": "yes", "Remote": "no"}
    assert (answers["reading"], answers["own"]) == (ALLOWED, ALLOWED)
    for what in ("system", "trust"):
        assert "it takes a password, and nobody could be asked for it here" in answers[what]


def test_in_an_inactive_session_only_reading_is_free(daemon, directory):
    session, answers = asked_in_session(BOB, "tty2", directory)
    assert session == {"Active": "no", "Remote": "no"}
    assert answers["reading"] == ALLOWED
    assert "this session is not active, and it takes a password" in answers["own"]
    for what in ("system", "trust"):
        assert "it takes a password, and nobody could be asked for it here" in answers[what]


def test_without_a_session_only_reading_is_free_and_root_needs_none(daemon):
    def asked(user):
        done = subprocess.run(
            [sys.executable, ASK], user=user, input="\n", capture_output=True, check=True, text=True, timeout=LIMIT_S
        )
        return json.loads(done.stdout)

    answers = asked(BOB)
    assert answers.pop("reading") == ALLOWED
    assert not [each for each in answers.values() if each == ALLOWED]
    assert set(asked("root").values()) == {ALLOWED}


def test_an_administrator_who_types_the_password_may(daemon):
    asker = subprocess.Popen(
        [sys.executable, ASK], user=ALICE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    agent = Agent(ALICE, asker.pid)
    try:
        asker.stdin.write("\n")
        asker.stdin.flush()
        agent.serve(until=lambda: asker.poll() is not None)
        answers = json.loads(asker.stdout.read())
    finally:
        asker.kill()
        agent.close()
    assert set(answers.values()) == {ALLOWED}, agent.said
    assert agent.typed == 3, "for one's own programs once, as an administrator for each kind"
    assert "Authentication is required to say which networks are trusted" in agent.said


class Agent:
    """Polkit's own for terminals, with somebody who types the password."""

    def __init__(self, user, pid):
        self.said, self.typed = "", 0
        self._ready, ready = os.pipe()
        os.set_inheritable(ready, True)
        self._child, self._terminal = pty.fork()
        if not self._child:
            os.setgid(int(run("id", "-g", user)))
            os.setuid(int(run("id", "-u", user)))
            os.execlp("pkttyagent", "pkttyagent", "--process", str(pid), "--notify-fd", str(ready))  # noqa: S606
        os.close(ready)
        assert os.read(self._ready, 1) == b"", "it tells that it is there by closing"

    def serve(self, until):
        deadline = time.monotonic() + LIMIT_S
        while not until():
            assert time.monotonic() < deadline, self.said
            if select.select([self._terminal], [], [], 0.2)[0]:
                self._hear(os.read(self._terminal, 4096).decode(errors="replace"))

    def _hear(self, text):
        self.said += text
        if self.said.count("Password:") > self.typed:
            self.typed += 1
            self._wait_until_it_hides_what_is_typed()
            os.write(self._terminal, f"{PASSWORD}\n".encode())

    def _wait_until_it_hides_what_is_typed(self):
        """What was typed before is thrown away."""
        while termios.tcgetattr(self._terminal)[_LOCAL_MODES] & termios.ECHO:
            time.sleep(0.05)

    def close(self):
        os.kill(self._child, 15)
        os.waitpid(self._child, 0)
        os.close(self._terminal)
        os.close(self._ready)
