"""The daemon's files are damaged while it is not there: what was forbidden stays so, and captures say it."""

import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest

from end_to_end.cafe import LTE, TALKER, WIFI, Talker
from mpmanager.linux.applications import cgroup_mount

pytestmark = pytest.mark.netns

ORIGINAL, COPY = "policies.json", "policies.copy.json"


def cgroup_of(directory):
    return f"/{directory.relative_to(cgroup_mount())}"


def held(cafe, *, is_service):
    """A program in a cgroup of its own, of which `only` is demanded."""
    directory = cafe.lab.cgroup(is_service=is_service) / "held.service"
    directory.mkdir()
    process = cafe.lab.popen(
        [sys.executable, str(TALKER)],
        is_service=is_service,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    cafe.running.append(process)
    talker = Talker(process)
    talker.says("open udp 127.0.0.1 9")  # once it answers it is where it starts
    (directory / "cgroup.procs").write_text(str(process.pid))
    cafe.mpm("app", "set", f"cgroup:{cgroup_of(directory)}", "--trust", "only")
    assert talker.says(cafe.opening("udp")) == str(cafe.lte)
    return talker


@contextmanager
def trying(cafe, talkers):
    """Programs that go on sending meanwhile; the addresses from which they do, or the errors."""
    answers, is_over = [], threading.Event()

    def go_on():
        while not is_over.wait(0.01):
            for talker in talkers:
                answers.append(talker.says(cafe.opening("udp")))
                answers.append(talker.says("ask 10 10"))
                talker.says(f"{cafe.opening('udp')} {cafe.wifi}")

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield answers
    finally:
        is_over.set()
        thread.join()


def assert_held(cafe, talker):
    for kind in ("udp", "tcp", "mptcp"):
        assert talker.says(cafe.opening(kind)) == str(cafe.lte)
        talker.says("ask 1000 1000")
        assert talker.says(f"{cafe.opening(kind)} {cafe.wifi}") == "EPERM"


@pytest.mark.parametrize(
    ("damaged", "end"), [([ORIGINAL], "stop"), ([ORIGINAL, COPY], "kill")], ids=["file-stop", "file-and-copy-kill"]
)
def test_programs_under_only_send_nothing_elsewhere_whatever_became_of_their_rules(cafe, damaged, end):
    talkers = [held(cafe, is_service=is_service) for is_service in (False, True)]
    cafe.left(WIFI)
    with trying(cafe, talkers) as answers:
        getattr(cafe.daemon, end)()
        for name in damaged:
            file = cafe.daemon.directory / "state" / name
            file.write_bytes(file.read_bytes()[:-20])
        for _again in range(2):
            cafe.daemon.start()
            cafe.daemon.stop()
        cafe.daemon.start()
    assert set(answers) == {str(cafe.lte), "sent"}
    for talker in talkers:
        assert_held(cafe, talker)
    assert not cafe.left(WIFI)
    assert ("is lost" in cafe.mpm("status")) == (COPY in damaged)
    assert cafe.mpm("default").count("only") == (COPY in damaged)


def test_rules_that_are_lost_are_lifted_by_saying_what_holds(cafe):
    talker = held(cafe, is_service=True)
    cafe.daemon.stop()
    for name in (ORIGINAL, COPY):
        (cafe.daemon.directory / "state" / name).write_text("{")
    cafe.daemon.start()
    assert "mpm default --trust handshake" in cafe.mpm("status")
    assert_held(cafe, talker)
    assert cafe.talker().says(cafe.opening("udp")) == str(cafe.lte), "people's programs may have been meant, too"
    cafe.mpm("default", "--trust", "handshake")
    assert "is lost" not in cafe.mpm("status")
    for each in (talker, cafe.talker()):
        assert each.says(cafe.opening("udp")) == str(cafe.wifi)


def test_a_network_that_was_distrusted_is_not_trusted_when_that_is_lost(cafe):
    cafe.mpm("path", "trust", WIFI, "trusted")
    cafe.mpm("path", "trust", LTE, "untrusted")
    talker = cafe.run_with("only")
    assert talker.says(cafe.opening("udp")) == str(cafe.wifi)
    cafe.daemon.stop()
    for name in ("paths.json", "paths.copy.json"):
        (cafe.daemon.directory / "state" / name).write_text("{")
    for wire in (LTE, WIFI):
        cafe.left(wire)
    cafe.daemon.start()
    cafe.left(WIFI)  # until then it was trusted
    for kind in ("udp", "tcp", "mptcp"):
        assert talker.says(cafe.opening(kind)) in {"ENETUNREACH", "EHOSTUNREACH", "EPERM"}
    assert not cafe.left(LTE)
    assert not cafe.left(WIFI)
    assert "what was said about networks is lost" in cafe.mpm("status")
    assert cafe.talker().says(cafe.opening()) == str(cafe.lte), "a handshake is better off there than anywhere"
    cafe.mpm("path", "trust", LTE, "trusted")
    assert talker.says(cafe.opening("udp")) == str(cafe.lte)
    assert "is lost" not in cafe.mpm("status")
