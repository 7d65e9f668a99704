"""The daemon on a real bus: contract, errors, authority, streams."""

import asyncio
import os
import subprocess
import sys
from contextlib import AsyncExitStack, aclosing
from pathlib import Path

import psutil
import pytest
from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from mpmanager.api import contract
from mpmanager.api.bus import parse_bus
from mpmanager.api.structures import EventKind, PairWaitInfo, PolicyInfo, SubscribeOptions, Topic
from mpmanager.client.manager import connected
from mpmanager.daemon.authority import OwnerAuthority
from mpmanager.model.authority import Action, Caller
from mpmanager.model.errors import (
    DaemonNotRunningError,
    InvalidValueError,
    NotAuthorizedError,
    UnknownPathError,
)
from mpmanager.model.path import PathKind, Tier
from mpmanager.model.trust import Trust, TrustReason, TrustSource

DAEMON = Path(sys.executable).with_name("mpmanagerd")


def start_daemon(directory):
    daemon = subprocess.Popen(
        [
            DAEMON,
            "--simulate",
            f"--bus=private:{directory / 'bus'}",
            f"--state={directory / 'state'}",
        ],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert daemon.stderr
    line = daemon.stderr.readline()
    assert "ready" in line, line
    return daemon


def stop(daemon):
    daemon.terminate()
    rest = daemon.communicate(timeout=10)[1]
    assert daemon.returncode == 0, rest
    return rest


@pytest.fixture
def bus(tmp_path):
    daemon = start_daemon(tmp_path)
    yield parse_bus(f"private:{tmp_path / 'bus'}")
    assert "Traceback" not in stop(daemon)


def with_client(bus, talk):
    async def run():
        async with connected(bus) as client:
            return await talk(client)

    return asyncio.run(run())


def test_the_interface_is_the_pinned_one(request):
    pinned = Path(__file__).parents[2] / "resources/dbus/io.github.mpmanager1.xml"
    assert pinned.read_text() == contract.introspection_xml()


def test_every_method_is_answered_and_has_the_pinned_signature(bus):
    async def talk():
        message_bus = await MessageBus(bus_address=bus.address).connect()
        try:
            reply = await message_bus.call(
                Message(
                    destination=contract.BUS_NAME,
                    path=contract.OBJECT_PATH,
                    interface="org.freedesktop.DBus.Introspectable",
                    member="Introspect",
                )
            )
            assert reply.body == [contract.introspection_xml()]
            for method in contract.METHODS:
                if method.inputs:
                    continue
                reply = await message_bus.call(
                    Message(
                        destination=contract.BUS_NAME,
                        path=contract.OBJECT_PATH,
                        interface=contract.INTERFACE,
                        member=method.name,
                    )
                )
                assert reply.signature == method.output_signature
        finally:
            message_bus.disconnect()

    asyncio.run(talk())


@pytest.mark.parametrize(
    ("member", "signature", "body", "error"),
    [
        ("NoSuchMethod", "", [], "org.freedesktop.DBus.Error.UnknownMethod"),
        ("SetPathTier", "s", ["wlan0"], "org.freedesktop.DBus.Error.InvalidArgs"),
        ("SetPathTier", "ss", ["wlan9", "always"], contract.ERROR_PREFIX + "UnknownPath"),
        ("SetPathTier", "ss", ["wlan0", "sometimes"], contract.ERROR_PREFIX + "InvalidValue"),
        ("SetPathKind", "ss", ["wlan0", "string"], contract.ERROR_PREFIX + "InvalidValue"),
        ("SetPathTrust", "ss", ["wlan0", "trusted"], "org.freedesktop.DBus.Error.InvalidArgs"),
        ("SetPathTrust", "ssss", ["wlan9", "trusted", "", ""], contract.ERROR_PREFIX + "UnknownPath"),
        ("SetPathTrust", "ssss", ["wlan0", "maybe", "", ""], contract.ERROR_PREFIX + "InvalidValue"),
        ("SetPathTrust", "ssss", ["wlan0", "auto", "automatic", ""], contract.ERROR_PREFIX + "InvalidValue"),
        (
            "SetPathTrust",
            "ssss",
            ["wlan0", "trusted", "", "nm:elsewhere"],
            contract.ERROR_PREFIX + "InvalidValue",
        ),
        ("SetWiresNeedLogin", "s", ["on"], "org.freedesktop.DBus.Error.InvalidArgs"),
        ("SetPolicy", "a{sv}", [{}], contract.ERROR_PREFIX + "InvalidValue"),
        ("SetPolicy", "a{sv}", [{"selector": Variant("s", "ssh")}], contract.ERROR_PREFIX + "InvalidValue"),
        (
            "SetPolicy",
            "a{sv}",
            [{"selector": Variant("s", "default"), "wait_ms": Variant("s", "often")}],
            contract.ERROR_PREFIX + "InvalidValue",
        ),
        (
            "SetPolicy",
            "a{sv}",
            [{"selector": Variant("s", "default"), "pairs": Variant("as", ["wlan0"])}],
            contract.ERROR_PREFIX + "InvalidValue",
        ),
        ("SetSysctl", "ss", ["enabled", "1"], "org.freedesktop.DBus.Error.InvalidArgs"),
        ("SetSysctl", "ssb", ["nonsense", "1", False], contract.ERROR_PREFIX + "InvalidValue"),
        ("SetSysctl", "ssb", ["enabled", "", False], contract.ERROR_PREFIX + "InvalidValue"),
        ("SetSysctl", "ssb", ["pm_type", "0", True], contract.ERROR_PREFIX + "InvalidValue"),
        ("UndoSysctl", "s", ["../kernel/panic"], contract.ERROR_PREFIX + "InvalidValue"),
        ("UndoSysctl", "s", ["enabled"], contract.ERROR_PREFIX + "InvalidValue"),
        ("Subscribe", "a{sv}", [{"interval_s": Variant("d", 0.0)}], contract.ERROR_PREFIX + "InvalidValue"),
        ("Subscribe", "a{sv}", [{"interval_s": Variant("s", "x")}], contract.ERROR_PREFIX + "InvalidValue"),
        ("Subscribe", "a{sv}", [{"topics": Variant("as", ["x"])}], contract.ERROR_PREFIX + "InvalidValue"),
        ("Subscribe", "a{sv}", [{"count": Variant("x", -1)}], contract.ERROR_PREFIX + "InvalidValue"),
        ("QueryHistory", "a{sv}", [{"range": Variant("s", "year")}], contract.ERROR_PREFIX + "InvalidValue"),
        ("QueryHistory", "a{sv}", [{"offset": Variant("x", -1)}], contract.ERROR_PREFIX + "InvalidValue"),
        ("EstimateWait", "su", ["", 0], contract.ERROR_PREFIX + "InvalidValue"),
        ("EstimateWait", "su", ["nobody", 1], contract.ERROR_PREFIX + "UnknownApplication"),
    ],
)
def test_bad_calls_get_an_error_with_a_sentence(bus, member, signature, body, error):
    async def talk():
        message_bus = await MessageBus(bus_address=bus.address, negotiate_unix_fd=True).connect()
        try:
            return await message_bus.call(
                Message(
                    destination=contract.BUS_NAME,
                    path=contract.OBJECT_PATH,
                    interface=contract.INTERFACE,
                    member=member,
                    signature=signature,
                    body=body,
                )
            )
        finally:
            message_bus.disconnect()

    reply = asyncio.run(talk())
    assert (reply.message_type, reply.error_name) == (MessageType.ERROR, error)
    assert len(reply.body[0]) > 10


def test_the_client_sees_status_paths_events_and_frames(bus):
    async def talk(client):
        status = await client.status()
        assert (status.simulated, status.path_manager) == (True, "userspace")
        assert [path.name for path in await client.paths()] == ["wlan0", "wwan0", "dsl0"]
        events = await client.recent_events(3)
        assert len(events) == 3
        frame = await client.snapshot(SubscribeOptions(topics=[Topic.PATHS, Topic.CONNECTIONS]))
        assert frame.simulated
        assert {each.app.name for each in frame.connections} == {"firefox", "thunderbird", "ssh", "backup"}
        assert (frame.events, frame.ended) == ([], [])

    with_client(bus, talk)


def _backup_flags(frame, path):
    return [subflow.backup.local for each in frame.connections for subflow in each.subflows if subflow.path == path]


def test_a_tier_set_is_in_force_and_auto_takes_it_back(bus):
    async def talk(client):
        await client.set_path_tier("dsl0", "backup")
        assert (await client.paths())[2].tier is Tier.BACKUP
        async with aclosing(client.frames(SubscribeOptions(interval_s=0.1, count=30))) as frames:
            flags = [_backup_flags(frame, "dsl0") async for frame in frames][-1]
        assert flags == [True] * 4
        await client.set_path_tier("dsl0", "auto")
        assert (await client.paths())[2].tier is Tier.ALWAYS

    with_client(bus, talk)


def test_trust_is_said_told_and_taken_back(bus):
    async def talk(client):
        wlan0 = await client.path("wlan0")
        assert (wlan0.trust, wlan0.trust_reason) == (Trust.TRUSTED, TrustReason.WIFI_WPA2)
        await client.set_path_trust("wlan0", "untrusted")
        wlan0 = await client.path("wlan0")
        assert (wlan0.trust, wlan0.trust_source) == (Trust.UNTRUSTED, TrustSource.NETWORK)
        assert (wlan0.network_trust, wlan0.interface_trust) == (Trust.UNTRUSTED, None)
        (told,) = [each for each in await client.recent_events() if each.kind is EventKind.TRUST_CHANGED]
        assert (told.path, told.trust, told.trust_reason) == ("wlan0", Trust.UNTRUSTED, TrustReason.CHOSEN)
        await client.set_path_trust("wlan0", "auto")
        assert (await client.path("wlan0")).trust is Trust.TRUSTED

    with_client(bus, talk)


def test_a_decision_about_trust_and_the_need_of_a_login_survive_a_restart(tmp_path):
    async def decide(client):
        await client.set_path_trust("dsl0", "untrusted", "interface")
        await client.set_wires_need_login(needed=True)

    async def look(client):
        return await client.path("dsl0"), await client.status()

    daemon = start_daemon(tmp_path)
    bus = parse_bus(f"private:{tmp_path / 'bus'}")
    with_client(bus, decide)
    stop(daemon)
    daemon = start_daemon(tmp_path)
    dsl0, status = with_client(bus, look)
    stop(daemon)
    assert (dsl0.trust, dsl0.trust_source) == (Trust.UNTRUSTED, TrustSource.INTERFACE)
    assert status.wires_need_login


SSH = PolicyInfo(
    selector="exe:/usr/bin/ssh",
    wait_ms=50,
    pairs=[PairWaitInfo(carrier="wlan0", helper="unplugged", wait_ms="never")],
    big_transfers_to="dsl0",
    big_over_bytes=2_000_000,
    leave_on_marks=0.05,
    leave_on_loss="off",
)
NOTHING_SAID = PolicyInfo(selector="default", wait_ms="never", trust="handshake")


def test_a_policy_set_is_in_force_told_and_removed_by_one_that_says_nothing(bus):
    async def talk(client):
        assert await client.policies() == [NOTHING_SAID]
        await client.set_policy(SSH)
        assert await client.policies() == [SSH, NOTHING_SAID]
        frame = await client.snapshot(SubscribeOptions(topics=[Topic.CONNECTIONS]))
        in_force = {row.app.name: (row.wait_ms, row.policy) for row in frame.connections}
        assert in_force.pop("ssh") == (50, "exe:/usr/bin/ssh")
        assert set(in_force.values()) == {("never", "default")}
        (told,) = [each for each in await client.recent_events() if each.kind is EventKind.POLICY_CHANGED]
        assert told.text.startswith("ssh: data may wait 50 ms, ")
        await client.set_policy(PolicyInfo(selector="exe:/usr/bin/ssh"))
        assert await client.policies() == [NOTHING_SAID]

    with_client(bus, talk)


def test_a_policy_survives_a_restart(tmp_path):
    daemon = start_daemon(tmp_path)
    bus = parse_bus(f"private:{tmp_path / 'bus'}")
    with_client(bus, lambda client: client.set_policy(SSH))
    stop(daemon)
    daemon = start_daemon(tmp_path)
    found = with_client(bus, lambda client: client.policies())
    stop(daemon)
    assert found == [SSH, NOTHING_SAID]


def test_a_corrected_kind_survives_a_restart(tmp_path):
    daemon = start_daemon(tmp_path)
    bus = parse_bus(f"private:{tmp_path / 'bus'}")
    with_client(bus, lambda client: client.set_path_kind("dsl0", "ethernet"))
    stop(daemon)
    daemon = start_daemon(tmp_path)
    paths = with_client(bus, lambda client: client.paths())
    stop(daemon)
    assert (paths[2].kind, paths[2].kind_source.value) == (PathKind.ETHERNET, "user")


def test_an_unreadable_state_file_is_put_aside_and_not_lost(tmp_path):
    state = tmp_path / "state"
    state.mkdir()
    (state / "paths.json").write_text('{"tiers": {"wlan0": "back')
    daemon = subprocess.Popen(
        [
            DAEMON,
            "--simulate",
            f"--bus=private:{tmp_path / 'bus'}",
            f"--state={state}",
        ],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert daemon.stderr
    assert "put aside" in daemon.stderr.readline()
    assert "ready" in daemon.stderr.readline()
    stop(daemon)
    assert [each.read_text() for each in state.glob("paths.broken-*")] == ['{"tiers": {"wlan0": "back']


def test_descriptors_that_nobody_asked_for_are_closed(tmp_path):
    daemon = start_daemon(tmp_path)
    process = psutil.Process(daemon.pid)

    async def flood(bus_address):
        bus = await MessageBus(bus_address=bus_address, negotiate_unix_fd=True).connect()
        before = process.num_fds()
        for path in (contract.OBJECT_PATH, "/elsewhere") * 20:
            with open("/dev/null", "rb") as sent:  # noqa: ASYNC230, PTH123  # opened at once
                await bus.call(
                    Message(
                        destination=contract.BUS_NAME,
                        path=path,
                        interface=contract.INTERFACE,
                        member="GetStatus",
                        signature="h",
                        body=[0],
                        unix_fds=[sent.fileno()],
                    )
                )
        after = process.num_fds()
        bus.disconnect()
        return before, after

    before, after = asyncio.run(flood(f"unix:path={tmp_path / 'bus' / 'bus'}"))
    stop(daemon)
    assert after - before < 5


def test_a_flood_of_questions_is_answered_and_ends_nothing(tmp_path):
    daemon = start_daemon(tmp_path)
    bus = parse_bus(f"private:{tmp_path / 'bus'}")

    async def ask(client):
        for number in range(150):
            await client.set_path_tier("dsl0", "backup" if number % 2 else "always")
        return await asyncio.gather(*(client.recent_events(1000) for _ in range(120)))

    async def flood():
        async with AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(connected(bus)) for _ in range(4)]
            answers = await ask(clients[0])
            answers += await asyncio.gather(*(each.recent_events(1000) for each in clients[1:] for _ in range(120)))
            return [len(each) for each in answers]

    counts = asyncio.run(flood())
    assert len(counts) == 480
    assert min(counts) > 100
    assert daemon.poll() is None
    stop(daemon)


def test_a_bus_directory_that_others_may_write_in_is_refused(tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    (shared / "bus.conf").symlink_to(victim)
    daemon = subprocess.run(
        [DAEMON, "--simulate", f"--bus=private:{shared}", f"--state={tmp_path / 'state'}"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert daemon.returncode == 1
    assert "others may write in this directory" in daemon.stderr
    assert victim.read_text() == "precious"


def test_frames_come_at_the_readers_own_rate_and_events_are_not_lost(bus):
    async def talk(client):
        seen = []
        async with aclosing(client.frames(SubscribeOptions(interval_s=0.2, count=6))) as frames:
            async for frame in frames:
                seen.append(frame)
                if len(seen) == 2:
                    await client.set_path_tier("dsl0", "never")
        assert [frame.sequence for frame in seen] == list(range(6))
        texts = [event.text for frame in seen for event in frame.events]
        assert any("never" in text for text in texts)
        assert seen[-1].monotonic - seen[0].monotonic > 0.6

    with_client(bus, talk)


def test_a_slow_reader_misses_frames_and_harms_nobody(bus):
    async def talk(client):
        slow = client.frames(SubscribeOptions(interval_s=0.1))
        await anext(slow)
        async with aclosing(client.frames(SubscribeOptions(interval_s=0.1, count=20))) as quick:
            assert len([frame async for frame in quick]) == 20
        await slow.aclose()

    with_client(bus, talk)


def test_a_second_daemon_on_the_same_bus_is_refused(bus, tmp_path):
    second = subprocess.run(
        [DAEMON, "--simulate", f"--bus={bus.address}", f"--state={tmp_path}"],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert second.returncode == 1
    assert "another mpmanagerd" in second.stderr
    assert "Traceback" not in second.stderr


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ("[interface.wlan0]\nkind = 'wofi'", "[interface.wlan0] kind: 'wofi' is none of wifi"),
        ("[interface.wlan0]\nkindd = 'wifi'", "kindd"),
        ("[interface.wlan0]\ngateway = '10.0.0'", "[interface.wlan0] gateway"),
        ("[interface", "not TOML"),
    ],
)
def test_bad_facts_are_refused_with_the_place(tmp_path, facts, words):
    file = tmp_path / "facts.toml"
    file.write_text(facts)
    refused = subprocess.run(
        [DAEMON, "--simulate", "--facts", file, "--state", tmp_path],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert refused.returncode == 1
    assert words in refused.stderr
    assert str(file) in refused.stderr
    assert "Traceback" not in refused.stderr


def test_nobody_there_is_said_plainly(tmp_path):
    with pytest.raises(DaemonNotRunningError, match="is mpmanagerd running"):
        with_client(parse_bus(f"private:{tmp_path}"), lambda client: client.status())


@pytest.mark.parametrize("uid", [0, os.getuid()])
def test_root_and_the_owner_may_change_things(uid):
    asyncio.run(OwnerAuthority().authorise(Caller(bus_name=":1.1", uid=uid), Action.POLICY_SYSTEM, {}))


@pytest.mark.parametrize("uid", [None, 4242])
def test_others_and_the_unknown_may_only_read(uid):
    caller = Caller(bus_name=":1.1", uid=uid)
    asyncio.run(OwnerAuthority().authorise(caller, Action.INFO, {}))
    with pytest.raises(NotAuthorizedError):
        asyncio.run(OwnerAuthority().authorise(caller, Action.POLICY_SYSTEM, {}))


@pytest.mark.parametrize("text", ["", "private:", "sys", "tcp", "unix:", "/run/bus"])
def test_a_bus_that_is_none_is_refused(text):
    with pytest.raises(InvalidValueError, match="--bus"):
        parse_bus(text)


def test_an_unknown_path_says_which_there_are(bus):
    with pytest.raises(UnknownPathError, match="wlan0, wwan0, dsl0"):
        with_client(bus, lambda client: client.set_path_tier("wlan7", "always"))
