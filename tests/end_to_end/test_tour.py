"""What `make run` shows, and that it leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from mpmanager_ui.viewmodels.page_names import PageName

pytestmark = [pytest.mark.netns, pytest.mark.gui, pytest.mark.alone]

MPM = Path(sys.executable).with_name("mpm")


def leftovers(process):
    """What there still is of a tour."""
    mark = f"tour{process.pid}"
    commands = (["ip", "netns", "list"], ["cat", "/proc/self/mountinfo"], ["ls", "/run/mpmanager-lab"])
    shown = [subprocess.run(command, capture_output=True, text=True, check=False).stdout for command in commands]
    running = subprocess.run(["ps", "-eo", "pgid,args"], capture_output=True, text=True, check=True).stdout
    return [line for text in (*shown, running) for line in text.splitlines() if mark in line]


def root_namespace():
    """What a tour in a lab must not touch."""
    commands = (
        ["ip", "rule"],
        ["ip", "route", "show", "table", "all"],
        ["cat", "/proc/sys/net/mptcp/path_manager"],
    )
    return [subprocess.run(command, capture_output=True, text=True, check=False).stdout for command in commands]


def tour(directory, *options):
    return subprocess.Popen(
        [MPM, "tour", "--screenshots", directory / "screenshots", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(directory)},
        start_new_session=True,
    )


def press_ctrl_c(process):
    """As a terminal does it: all processes of the group get the signal."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--lab"], ("curl", "(allowed 50 ms) because", "carries instead")),
        (["--simulate"], ("SIMULATED", "Data may wait 50 ms")),
    ],
)
def test_a_tour_shows_the_table_takes_pictures_and_ends_by_itself(tmp_path, options, words):
    before = root_namespace()
    (tmp_path / "screenshots").mkdir()
    for name in ("somebody's.png", "0099-live-dark.png"):
        (tmp_path / "screenshots" / name).write_bytes(b"older")
    process = tour(tmp_path, *options, "--seconds", "16")
    output = process.communicate(timeout=60)[0]
    assert process.returncode == 0, output
    assert [each for each in words if each not in output] == []
    assert "propagateSizeHints" not in output, "Qt talks into the table"
    assert "wlan0" in output
    assert (tmp_path / "screenshots" / "somebody's.png").read_bytes() == b"older"
    assert not (tmp_path / "screenshots" / "0099-live-dark.png").exists(), "a picture of an earlier tour"
    pictures = list((tmp_path / "screenshots").glob("0*.png"))
    assert {each.stem.split("-")[1] for each in pictures} == set(PageName)
    assert all(each.stat().st_size > 10_000 for each in pictures)
    assert leftovers(process) == []
    assert root_namespace() == before


@pytest.mark.parametrize("after_s", [0.3, 0.8, 1.5, 5.0])
def test_ctrl_c_at_any_time_leaves_nothing_behind(tmp_path, after_s):
    before = root_namespace()
    process = tour(tmp_path, "--lab", "--seconds", "60")
    time.sleep(after_s)
    assert after_s < 1 or leftovers(process), "there is something to be cleaned up"
    for _impatience in range(4):
        press_ctrl_c(process)
        time.sleep(0.05)
    output = process.communicate(timeout=40)[0]
    # At the very beginning the signal ends a program that has not begun to do anything.
    assert process.returncode in ({130, -signal.SIGINT} if after_s < 1 else {130}), output
    # Python itself tells where it was while it still loaded the program.
    assert "Traceback" not in output or process.returncode == -signal.SIGINT
    assert "child process" not in output, "asyncio's complaint about a process that died beside it"
    assert leftovers(process) == []
    assert root_namespace() == before
