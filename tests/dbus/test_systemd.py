"""What is asked of systemd, and what becomes of its answers, on a bus of the test's own."""

import asyncio
import subprocess
from contextlib import asynccontextmanager

import pytest
from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from mpmanager.linux.systemd import ListeningUnit, Systemd
from mpmanager.model.errors import CommandRefusedError, NotSupportedError

SERVICE = "org.freedesktop.systemd1"
UNIT_PATH = "/org/freedesktop/systemd1/unit/ssh_2esocket"
PROPERTIES = {
    f"{SERVICE}.Unit": {
        "LoadState": Variant("s", "loaded"),
        "ActiveState": Variant("s", "active"),
        "ActiveEnterTimestamp": Variant("t", 1_700_000_000_000_000),
    },
    f"{SERVICE}.Socket": {"SocketProtocol": Variant("i", 262), "Backlog": Variant("u", 4096)},
}


@pytest.fixture
def address(tmp_path):
    """Of a message bus."""
    process = subprocess.Popen(
        ["dbus-daemon", "--session", f"--address=unix:path={tmp_path / 'bus'}", "--nofork", "--print-address=1"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    yield process.stdout.readline().strip()
    process.terminate()
    process.communicate(timeout=10)


@asynccontextmanager
async def systemd(address, *, refuses=False):
    """Answers as systemd does; gives the members that were called."""
    calls = []

    def answer(message):
        if message.message_type is not MessageType.METHOD_CALL or not str(message.path).startswith(
            "/org/freedesktop/s"
        ):
            return None
        calls.append(message.member)
        if refuses:
            return Message.new_error(message, "org.freedesktop.DBus.Error.AccessDenied", "not for you")
        if message.member == "LoadUnit":
            return Message.new_method_return(message, "o", [UNIT_PATH])
        if message.member == "GetAll":
            return Message.new_method_return(message, "a{sv}", [PROPERTIES[message.body[0]]])
        return Message.new_method_return(message)

    bus = await MessageBus(bus_address=address).connect()
    bus.add_message_handler(answer)
    await bus.request_name(SERVICE)
    try:
        yield calls
    finally:
        bus.disconnect()


def test_it_is_asked_for_a_unit_and_told_to_read_units_anew(address):
    async def run():
        async with systemd(address) as calls:
            asked = Systemd(bus_address=address)
            unit = await asked.socket_unit("ssh.socket")
            await asked.read_units()
            return unit, calls

    unit, calls = asyncio.run(run())
    assert unit == ListeningUnit(is_known=True, is_active=True, protocol=262, active_since_us=1_700_000_000_000_000)
    assert calls == ["LoadUnit", "GetAll", "GetAll", "Reload"]


def test_a_refusal_is_told_in_its_words(address):
    async def run():
        async with systemd(address, refuses=True):
            await Systemd(bus_address=address).read_units()

    with pytest.raises(CommandRefusedError, match=r"systemd refused Reload: .*AccessDenied not for you"):
        asyncio.run(run())


def test_a_bus_without_systemd_is_told(address):
    with pytest.raises(NotSupportedError, match="there is no systemd here"):
        asyncio.run(Systemd(bus_address=address).read_units())


def test_no_bus_at_all_is_told(tmp_path):
    with pytest.raises(NotSupportedError, match=r"systemd cannot be asked: .*No such file"):
        asyncio.run(Systemd(bus_address=f"unix:path={tmp_path / 'nothing'}").read_units())
