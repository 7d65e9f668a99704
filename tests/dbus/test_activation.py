"""Whoever calls the daemon while it is not there has the bus start it, and gets an answer to that very call."""

import asyncio
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest
from dbus_fast import Message
from dbus_fast.aio import MessageBus

from mpmanager.api import contract
from mpmanager.api.contract import BUS_NAME
from mpmanager.daemon.waiting_room import MOST_OF_ONE

MPM = Path(sys.executable).with_name("mpm")
LIMIT_S = 60
PATIENCE_S = 0.5
_CONFIGURATION = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={place}/bus</listen>
  <servicedir>{place}</servicedir>
  <limit name="max_replies_per_connection">1000</limit>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
_SERVICE = """\
[D-BUS Service]
Name={name}
Exec={command} --simulate --bus unix:path={place}/bus --state {place}/state
"""
_NEVER_READY = """\
import asyncio
from pathlib import Path
from mpmanager.daemon.main import main
from mpmanager.daemon.manager import Manager
from mpmanager.model.errors import NotSupportedError

async def run(self, **_callbacks):
    while not Path({ends!r}).exists():
        await asyncio.sleep(0.01)
    raise NotSupportedError("nothing works here")

Manager.run = run
main()
"""


@contextmanager
def bus_that_starts(command, place):
    """Knows how to start a daemon, and has not yet; it and what it has started end with this."""
    (place / "bus.conf").write_text(_CONFIGURATION.format(place=place))
    (place / f"{BUS_NAME}.service").write_text(_SERVICE.format(name=BUS_NAME, command=command, place=place))
    arguments = ["dbus-daemon", f"--config-file={place}/bus.conf", "--nofork", "--print-address=1"]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        yield process.stdout.readline().strip().partition(",")[0]
    finally:
        process.terminate()  # its daemon ends, too: without a bus nobody can reach it
        process.communicate(timeout=LIMIT_S)


@pytest.fixture
def bus(tmp_path):
    with bus_that_starts(MPM.with_name("mpmanagerd"), tmp_path) as address:
        yield address


@pytest.mark.parametrize("command", [["paths"], ["status"], ["app", "list"]], ids=" ".join)
def test_the_call_that_starts_it_is_answered_with_what_it_manages(bus, command):
    done = subprocess.run(
        [MPM, "--bus", bus, *command], capture_output=True, text=True, timeout=LIMIT_S, check=False, env={"LANG": "C"}
    )
    assert done.returncode == 0, done.stderr
    assert {"paths": "wlan0", "status": "manages the Multipath TCP connections here", "app": "default"}[
        command[0]
    ] in done.stdout


def question(interface, member):
    return Message(destination=BUS_NAME, path=contract.OBJECT_PATH, interface=interface, member=member)


async def asked_too_early(address, ends):
    """The errors of many questions to a daemon that does not get ready, and ends once the file `ends` is there."""
    client = await MessageBus(bus_address=address).connect()
    many = [
        asyncio.create_task(client.call(question(contract.INTERFACE, contract.GET_STATUS.name)))
        for _question in range(MOST_OF_ONE + 1)
    ]
    refused, waiting = await asyncio.wait(many, return_when=asyncio.FIRST_COMPLETED)
    another = await MessageBus(bus_address=address).connect()
    for member in ("org.freedesktop.DBus.Peer.Ping", "org.freedesktop.DBus.Introspectable.Introspect"):
        reply = await another.call(question(*member.rsplit(".", 1)))
        assert reply.error_name is None
    done, waiting = await asyncio.wait(waiting, timeout=PATIENCE_S)
    assert not done
    ends.touch()
    replies = await asyncio.gather(*refused, *waiting)
    for each in (client, another):
        each.disconnect()
    return Counter(each.error_name.rpartition(".")[2] for each in replies)


def test_who_asks_a_daemon_that_does_not_get_ready_waits_in_a_bounded_room_and_is_told_in_the_end(tmp_path):
    script, ends = tmp_path / "daemon.py", tmp_path / "ends"
    script.write_text(_NEVER_READY.format(ends=str(ends)))
    with bus_that_starts(f"{sys.executable} {script}", tmp_path) as address:
        errors = asyncio.run(asyncio.wait_for(asked_too_early(address, ends), LIMIT_S))
    assert errors == {"LimitsExceeded": 1, "NoReply": MOST_OF_ONE}
