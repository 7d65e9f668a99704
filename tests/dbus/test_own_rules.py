"""Users rule their own programs on a real bus, add to what holds for them, and see nothing of others' destinations."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from mpmanager.api.structures import PolicyInfo

PROGRAMS = Path(sys.executable).parent
NOBODY = 65534
SET = """
import asyncio, os, sys
import msgspec
from mpmanager.api.bus import parse_bus
from mpmanager.api.structures import PolicyInfo
from mpmanager.client.manager import connected
from mpmanager.model.errors import MpmanagerError

async def main():
    os.setresuid(65534, 65534, 65534)
    async with connected(parse_bus(sys.argv[1])) as client:
        for text in sys.argv[2:]:
            try:
                await client.set_policy(msgspec.json.decode(text, type=PolicyInfo))
                print("done")
            except MpmanagerError as error:
                print(error.code)
        print(msgspec.json.encode([each.selector for each in await client.policies()]).decode())

asyncio.run(main())
"""

MPM = """
import os, sys
from mpmanager.cli import changes, policies
from mpmanager.cli.main import main
os.setresuid(65534, 65534, 65534)
sys.exit(main())
"""

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="to be somebody else takes root")


@pytest.fixture(scope="module")
def bus():
    with tempfile.TemporaryDirectory(prefix="mpm-own-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        daemon = subprocess.Popen(
            [
                PROGRAMS / "mpmanagerd",
                "--simulate",
                f"--bus=private:{directory / 'bus'}",
                f"--state={directory / 'state'}",
            ],
            stderr=subprocess.PIPE,
            text=True,
        )
        assert "ready" in daemon.stderr.readline()
        yield f"private:{directory / 'bus'}"
        daemon.terminate()
        assert "Traceback" not in daemon.communicate(timeout=20)[1]


def as_nobody(bus, *policies):
    """What became of each, and the selectors that this user sees afterwards."""
    said = [json.dumps({"selector": selector, **fields}) for selector, fields in policies]
    shown = subprocess.run(
        [sys.executable, "-c", SET, bus, *said], capture_output=True, text=True, timeout=60, check=False
    )
    assert shown.returncode == 0, shown.stderr
    *outcomes, selectors = shown.stdout.splitlines()
    return outcomes, json.loads(selectors)


def as_root(bus, *arguments):
    shown = subprocess.run(
        [PROGRAMS / "mpm", f"--bus={bus}", *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    assert shown.returncode == 0, shown.stderr
    return shown.stdout


def rules(bus):
    found = json.loads(as_root(bus, "app", "list", "--json"))["policies"]
    return {(each["selector"], each["owner"]): PolicyInfo(**each) for each in found}


def test_a_user_rules_the_programs_of_nobody_else(bus):
    outcomes, selectors = as_nobody(
        bus,
        ("exe:/usr/bin/ssh user:nobody", {"wait_ms": 20.0}),
        (f"exe:/usr/bin/curl user:{NOBODY}", {"trust": "only"}),
        ("exe:/usr/bin/ssh user:root", {"wait_ms": 20.0}),
        ("exe:/usr/bin/ssh", {"wait_ms": 20.0}),
        ("default", {"trust": "any"}),
    )
    assert outcomes == ["done", "done", "NotAuthorized", "NotAuthorized", "NotAuthorized"]
    assert selectors == ["exe:/usr/bin/ssh user:nobody", f"exe:/usr/bin/curl user:{NOBODY}", "default"]
    assert rules(bus)["exe:/usr/bin/ssh user:nobody", NOBODY].wait_ms == 20.0


def test_the_rule_of_a_user_stands_beside_that_of_the_administrator(bus):
    as_root(bus, "app", "set", "exe:/usr/bin/rsync user:nobody", "--wait", "1s")
    outcomes, _selectors = as_nobody(bus, ("exe:/usr/bin/rsync user:nobody", {"wait_ms": 5.0}))
    assert outcomes == ["done"]
    found = rules(bus)
    selector = "exe:/usr/bin/rsync user:nobody"
    assert (found[selector, None].wait_ms, found[selector, NOBODY].wait_ms) == (1000.0, 5.0)


def test_what_a_user_says_of_the_owner_counts_for_nothing(bus):
    outcomes, _selectors = as_nobody(bus, ("exe:/usr/bin/scp user:nobody", {"wait_ms": 5.0, "owner": None}))
    assert outcomes == ["done"]
    assert ("exe:/usr/bin/scp user:nobody", None) not in rules(bus)


def command_of_nobody(bus, *arguments):
    return subprocess.run(
        [sys.executable, "-c", MPM, f"--bus={bus}", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_command_of_a_user_means_their_own_programs(bus):
    done = command_of_nobody(bus, "app", "set", "exe:/usr/bin/mosh", "--wait", "20ms")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "To go back: mpm app unset 'exe:/usr/bin/mosh user:nobody'"
    refused = command_of_nobody(bus, "app", "set", "exe:/usr/bin/mosh", "--everybody", "--wait", "20ms")
    assert refused.returncode != 0
    assert "root" in refused.stderr


def test_users_take_back_their_own_rules_and_nobody_elses_changes(bus):
    as_root(bus, "path", "tier", "wlan0", "backup")
    as_root(bus, "app", "set", "exe:/usr/bin/ftp user:root", "--wait", "1s")
    assert command_of_nobody(bus, "app", "set", "exe:/usr/bin/ftp", "--wait", "20ms").returncode == 0
    refused = command_of_nobody(bus, "undo", "--json", known(bus, "wlan0"))
    assert (refused.returncode, "root" in refused.stderr) == (4, True)
    done = command_of_nobody(bus, "undo")
    assert done.stdout.startswith("Taken back: "), done.stderr
    assert ("exe:/usr/bin/ftp user:nobody", NOBODY) not in rules(bus)
    assert command_of_nobody(bus, "redo").returncode == 0
    assert rules(bus)["exe:/usr/bin/ftp user:nobody", NOBODY].wait_ms == 20.0


def known(bus, about):
    """The change about something."""
    found = json.loads(as_root(bus, "changes", "--json"))["changes"]
    return str(next(each["id"] for each in found if each["parts"][0]["about"] == about))
