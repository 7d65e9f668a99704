"""What root keeps of its rights: looked at in a process of its own, which cannot get them back."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mpmanager.linux.own_rights import Right

_UNIT = Path(__file__).parents[2] / "resources/systemd/mpmanager.service"
_GIVES_UP = """
import subprocess
from pathlib import Path
from mpmanager.linux.own_rights import give_up_rights
give_up_rights()
status = "/proc/thread-self/status"
print(Path(status).read_text(), subprocess.check_output(["cat", status], text=True), sep="=====")
"""


def rights_in(status):
    lines = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    sets = {name: {bit for bit in range(64) if int(lines[name], 16) >> bit & 1} for name in ("CapPrm", "CapEff")}
    return sets["CapPrm"] | sets["CapEff"], lines["NoNewPrivs"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to give up")
def test_what_is_not_needed_is_given_up_for_good():
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _GIVES_UP], capture_output=True, text=True, check=True, timeout=60
    )
    for status in done.stdout.split("====="):
        held, no_new = rights_in(status)
        assert held <= set(Right)
        assert Right.NET_ADMIN in held
        assert no_new == "1"


def test_the_unit_leaves_it_no_more_than_that():
    line = next(each for each in _UNIT.read_text().splitlines() if each.startswith("CapabilityBoundingSet="))
    named = {each.removeprefix("CAP_") for each in line.partition("=")[2].split()}
    assert {each.name for each in Right} - named == {"SYS_NICE"}, "the unit sets the niceness itself"
    assert named <= {each.name for each in Right}
