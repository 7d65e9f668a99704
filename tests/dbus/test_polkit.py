"""A daemon on a system bus with a polkit that allows, refuses, hangs, or is not there; and several users who call."""

import asyncio
import os
import subprocess
import sys
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from dbus_fast import BusType, Message, MessageType, RequestNameReply
from dbus_fast.aio import MessageBus
from dbus_fast.auth import AuthExternal
from dbus_fast.errors import DBusError

from mpmanager.api import contract
from mpmanager.api.bus import Bus, BusKind
from mpmanager.api.structures import PolicyInfo, SubscribeOptions, Topic
from mpmanager.client.manager import ManagerClient
from mpmanager.daemon.authority import OwnerAuthority
from mpmanager.linux.polkit import PolkitAuthority
from mpmanager.model.authority import Action, Caller
from mpmanager.model.errors import InvalidValueError, NotAuthorizedError, NotSupportedError

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be somebody else")

POLKIT = "org.freedesktop.PolicyKit1"
ROOT, ALICE, BOB = 0, 65534, 1
"""The bus admits only users that the system knows. Of the simulated programs `backup` belongs to 65534."""
LIMIT_S = 30
DAEMON = Path(sys.executable).with_name("mpmanagerd")
INSTALLED = Path(__file__).parents[2] / "resources/dbus/io.github.mpmanager1.conf"
CONFIGURATION = f"""<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={{path}}</listen><auth>EXTERNAL</auth>
<policy context="default">
  <allow user="*"/><deny own="*"/><deny send_type="method_call"/>
  <allow send_type="signal"/><allow send_requested_reply="true" send_type="method_return"/>
  <allow send_requested_reply="true" send_type="error"/>
  <allow receive_type="method_call"/><allow receive_type="method_return"/>
  <allow receive_type="error"/><allow receive_type="signal"/>
  <allow send_destination="org.freedesktop.DBus"/><allow send_destination="{POLKIT}"/>
</policy>
<policy user="root"><allow own="{POLKIT}"/></policy>
<include>{INSTALLED}</include>
</busconfig>"""
"""As that of a Debian: nobody owns or calls anything unless a file says so."""

YES, NO = (True, False, {}), (False, False, {})
CHALLENGE, DISMISSED = (False, True, {}), (False, False, {"polkit.dismissed": "true"})
HANGS, NONSENSE, UNKNOWN = "hangs", "nonsense", "unknown"


class FakePolkit:
    """Answers as it is told to, by action; and remembers what it was asked."""

    def __init__(self, bus):
        self._bus = bus
        self.answers = {}
        self.asked = []
        """Action, bus name of who wants it, details, whether a person may be asked, and the cancellation id."""
        self.hanging = []
        self.cancelled = []
        self.has_heard = asyncio.Event()
        bus.add_message_handler(self._take)

    def _take(self, message):
        if message.message_type is not MessageType.METHOD_CALL or message.interface != f"{POLKIT}.Authority":
            return None
        self.has_heard.set()
        if message.member == "CancelCheckAuthorization":
            self.cancelled += message.body
            return Message.new_method_return(message)
        (kind, subject), action, details, flags, cancellation = message.body
        assert (message.member, kind) == ("CheckAuthorization", "system-bus-name")
        self.asked.append((Action(action), subject["name"].value, details, bool(flags & 1), cancellation))
        return self._reply(message, self.answers.get(Action(action), YES))

    def _reply(self, message, answer):
        if answer == HANGS:
            self.hanging.append(message)
            return True
        if answer == NONSENSE:
            return Message.new_method_return(message, "s", ["yes"])
        if answer == UNKNOWN:
            return Message.new_error(message, f"{POLKIT}.Error.Failed", "Action is not registered")
        return Message.new_method_return(message, "(bba{ss})", [list(answer)])

    async def relent(self):
        """Allow what was left unanswered."""
        for each in self.hanging:
            await self._bus.send(self._reply(each, YES))

    async def until(self, condition):
        async with asyncio.timeout(LIMIT_S):
            while not condition():
                self.has_heard.clear()
                await self.has_heard.wait()


@pytest.fixture(scope="module")
def address():
    """Of a system bus of the test's own."""
    with tempfile.TemporaryDirectory(prefix="mpm-polkit-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        configuration = directory / "bus.conf"
        configuration.write_text(CONFIGURATION.format(path=directory / "bus"))
        command = ["dbus-daemon", f"--config-file={configuration}", "--nofork", "--print-address=1"]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            try:
                assert process.stdout.readline()
                (directory / "bus").chmod(0o666)
                yield f"unix:path={directory / 'bus'}"
            finally:
                process.terminate()


@pytest.fixture(scope="module")
def daemon(address, tmp_path_factory):
    process = subprocess.Popen(
        [DAEMON, "--simulate", "--bus=system", f"--state={tmp_path_factory.mktemp('state')}"],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"DBUS_SYSTEM_BUS_ADDRESS": address},
    )
    line = process.stderr.readline()
    assert "ready on the bus system" in line, line
    yield process
    process.terminate()
    assert "Traceback" not in process.communicate(timeout=LIMIT_S)[1]


async def connect_as(uid, address):
    """The bus asks the kernel who it was that connected."""
    os.seteuid(uid)
    try:
        return await MessageBus(
            bus_address=address, bus_type=BusType.SYSTEM, auth=AuthExternal(uid), negotiate_unix_fd=True
        ).connect()
    finally:
        os.seteuid(ROOT)


@asynccontextmanager
async def client_of(uid, address):
    client = ManagerClient(await connect_as(uid, address), Bus(kind=BusKind.ADDRESS, address=address))
    try:
        yield client
    finally:
        await client.close()


@asynccontextmanager
async def polkit_on(address, **answers):
    bus = await connect_as(ROOT, address)
    polkit = FakePolkit(bus)
    polkit.answers = {Action[name]: answer for name, answer in answers.items()}
    assert await bus.request_name(POLKIT) is RequestNameReply.PRIMARY_OWNER
    try:
        yield polkit
    finally:
        bus.disconnect()
        await bus.wait_for_disconnect()


def play(scene):
    """Run a scene, bounded."""

    async def bounded():
        async with asyncio.timeout(2 * LIMIT_S):
            return await scene

    return asyncio.run(bounded())


def test_who_is_allowed_may_and_the_question_says_what_it_is_about(address, daemon):
    async def scene():
        async with polkit_on(address) as polkit, client_of(ALICE, address) as alice:
            await alice.set_path_trust("wlan0", "untrusted")
            assert (await alice.path("wlan0")).trust == "untrusted"
            await alice.set_policy(PolicyInfo(selector="exe:/usr/bin/ssh", wait_ms=50))
            return [(action, details, may_ask) for action, _name, details, may_ask, _id in polkit.asked]

    trust, _reading, policy = play(scene())
    arguments = {"path": "wlan0", "trust": "untrusted", "scope": "", "network": ""}
    assert trust == (Action.PATH_TRUST, {"method": "SetPathTrust", **arguments}, True)
    assert policy[0] is Action.POLICY_SYSTEM
    assert {"method": "SetPolicy", "selector": "exe:/usr/bin/ssh", "wait_ms": "50"}.items() <= policy[1].items()


def test_nobody_is_asked_for_a_password_for_reading(address, daemon):
    async def scene():
        async with polkit_on(address) as polkit, client_of(BOB, address) as bob:
            await bob.status()
            return [(action, may_ask) for action, _name, _details, may_ask, _id in polkit.asked]

    assert play(scene()) == [(Action.INFO, False)]


def test_the_last_change_is_that_of_when_it_was_asked_and_not_one_made_while_a_password_is_typed(address, daemon):
    async def scene():
        async with polkit_on(address) as polkit, client_of(ALICE, address) as alice, client_of(ROOT, address) as root:
            await alice.set_path_tier("wwan0", "backup")
            polkit.answers[Action.POLICY_SYSTEM] = HANGS
            undoing = asyncio.create_task(alice.undo_change())
            await polkit.until(lambda: polkit.hanging)
            await root.set_path_tier("dsl0", "never")
            await polkit.relent()
            (undone,) = await undoing
            tiers = {each.name: each.tier for each in await root.paths()}
            await root.set_path_tier("dsl0", "auto")
            return [part.about for part in undone.parts], tiers["dsl0"]

    assert play(scene()) == (["wwan0"], "never")


def test_root_passes_without_a_question(address, daemon):
    async def scene():
        async with polkit_on(address, PATH_TRUST=NO, INFO=NO) as polkit, client_of(ROOT, address) as root:
            await root.set_path_trust("wlan0", "auto")
            await root.status()
            return polkit.asked

    assert play(scene()) == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (NO, "polkit says no"),
        (CHALLENGE, "it takes a password, and nobody could be asked for it here"),
        (DISMISSED, "the question for a password was dismissed"),
        (NONSENSE, "polkit does not know"),
        (UNKNOWN, "polkit does not know (Action is not registered)"),
    ],
)
def test_who_is_refused_is_told_what_helps_and_nothing_changes(address, daemon, answer, words):
    async def scene():
        async with polkit_on(address, POLICY_SYSTEM=answer), client_of(ALICE, address) as alice:
            before = (await alice.path("dsl0")).tier
            with pytest.raises(NotAuthorizedError) as refusal:
                await alice.set_path_tier("dsl0", "never")
            assert (await alice.path("dsl0")).tier is before
            return str(refusal.value)

    told = play(scene())
    assert told.startswith(f"changing what applies to the whole machine or to others is not allowed: {words}")
    assert told.endswith("an administrator may do it with sudo")


def test_a_polkit_that_hangs_blocks_nobody_else_and_nothing_else(address, daemon):
    async def scene():
        async with (
            polkit_on(address, PATH_TRUST=HANGS) as polkit,
            client_of(ALICE, address) as alice,
            client_of(BOB, address) as bob,
            client_of(ROOT, address) as root,
        ):
            callers = [alice] * 4 + [bob] * 3
            waiting = [asyncio.ensure_future(each.set_path_trust("wlan0", "trusted")) for each in callers]
            await polkit.until(lambda: len(polkit.asked) == len(waiting))
            async with asyncio.timeout(LIMIT_S / 2):
                for each in (alice, bob, root):
                    await each.paths()
                await bob.set_path_tier("dsl0", "auto")
                await root.set_path_trust("wlan0", "auto")
                with pytest.raises(NotAuthorizedError, match="4 questions for a password are open already"):
                    await alice.set_path_trust("wlan0", "trusted")
            assert not any(each.done() for each in waiting)
            for each in waiting:
                each.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    play(scene())


def test_a_question_is_withdrawn_when_its_caller_leaves(address, daemon):
    async def scene():
        async with polkit_on(address, PATH_TRUST=HANGS) as polkit:
            async with client_of(ALICE, address) as alice:
                waiting = asyncio.ensure_future(alice.set_path_trust("wlan0", "trusted"))
                await polkit.until(lambda: polkit.asked)
                question = polkit.asked[0][-1]
                assert question not in polkit.cancelled
                waiting.cancel()
            await polkit.until(lambda: question in polkit.cancelled)

    play(scene())


def test_a_polkit_that_never_answers_is_a_no_after_a_while_and_told_so(address):
    async def scene():
        authority = PolkitAuthority(without=OwnerAuthority(), bus_address=address, quick_s=0.3, patient_s=0.6)
        async with polkit_on(address, PATH_TRUST=HANGS, INFO=HANGS) as polkit, client_of(ALICE, address) as alice:
            name = alice._message_bus.unique_name
            for action, is_patient, limit in ((Action.PATH_TRUST, True, "0.6"), (Action.INFO, True, "0.3")):
                caller = Caller(bus_name=name, uid=ALICE, is_patient=is_patient)
                with pytest.raises(NotAuthorizedError, match=f"polkit has not answered within {limit} s"):
                    await authority.authorise(caller, action, {})
            await polkit.until(lambda: len(polkit.cancelled) == 2)
            assert polkit.cancelled == [each[-1] for each in polkit.asked]
        authority.close()

    play(scene())


def test_without_polkit_changes_are_roots_and_the_status_says_so(address, daemon):
    async def scene():
        async with client_of(BOB, address) as bob, client_of(ROOT, address) as root:
            notes = (await bob.status()).notes
            for change in (bob.set_path_trust("wlan0", "trusted"), bob.set_path_tier("dsl0", "auto")):
                with pytest.raises(NotAuthorizedError, match="an administrator may: sudo"):
                    await change
            await root.set_path_trust("wlan0", "auto")
            async with polkit_on(address):
                return notes, (await bob.status()).notes

    without, with_it = play(scene())
    assert [each for each in without if each.startswith("polkit: not installed")]
    assert not [each for each in with_it if each.startswith("polkit")]


def test_users_see_their_own_connections_and_what_others_carry(address, daemon):
    wanted = SubscribeOptions(topics=[Topic.CONNECTIONS, Topic.APPLICATIONS])

    async def seen_by(uid):
        async with client_of(uid, address) as client:
            frame = await client.snapshot(wanted)
            return {row.app.name: row.remote for row in frame.connections}, len(frame.connections), frame.applications

    async def scene():
        async with polkit_on(address):
            return [await seen_by(uid) for uid in (ROOT, ALICE, BOB)]

    (everything, *_), (alices, *_), (bobs, count, applications) = play(scene())
    server = "198.18.0.200:443"
    assert everything == dict.fromkeys(("firefox", "thunderbird", "ssh", "backup"), server)
    assert alices == {"backup": server, "other users": "withheld"}
    assert (bobs, count) == ({"other users": "withheld"}, 4)
    assert [(each.name, each.connections) for each in applications] == [("other users", 4)]


def test_pausing_takes_an_administrator_and_ending_a_pause_does_not(address, daemon):
    async def scene():
        async with polkit_on(address, PATH_TRUST=NO) as polkit, client_of(ALICE, address) as alice:
            with pytest.raises(NotAuthorizedError):
                await alice.pause_enforcing(60)
            await alice.pause_enforcing(0)
            return [each[0] for each in polkit.asked]

    assert play(scene()) == [Action.PATH_TRUST, Action.POLICY_OWN]


def test_ones_own_connection_is_held_and_captured_by_ones_own_right_and_anothers_takes_more(address, daemon):
    async def scene():
        async with polkit_on(address, POLICY_SYSTEM=NO) as polkit, client_of(ALICE, address) as alice:
            rows = (await alice.snapshot(SubscribeOptions(topics=[Topic.CONNECTIONS]))).connections
            own, others = (next(row.token for row in rows if row.withheld is there) for there in (False, True))
            await alice.hold_connection(own, held=True)
            await alice.hold_connection(own, held=False)
            with pytest.raises(NotAuthorizedError):
                await alice.hold_connection(others, held=True)
            with pytest.raises(InvalidValueError, match="no such connection"):
                await alice.hold_connection("0x00000000", held=True)
            with pytest.raises(NotSupportedError, match="no packets"):
                await anext(alice.capture(own, seconds=1, max_bytes=1000))
            with pytest.raises(NotAuthorizedError):
                await anext(alice.capture(others, seconds=1, max_bytes=1000))
            return [each[0] for each in polkit.asked if each[0] is not Action.INFO]

    own, system = Action.POLICY_OWN, Action.POLICY_SYSTEM
    assert play(scene()) == [own, own, system, own, own, system]


def test_the_installed_policy_lets_root_alone_be_the_daemon(address):
    async def name_for(uid):
        bus = await connect_as(uid, address)
        try:
            return await bus.request_name(f"{contract.BUS_NAME}")
        finally:
            bus.disconnect()
            await bus.wait_for_disconnect()

    with pytest.raises(DBusError, match="not allowed to own"):
        play(name_for(BOB))
    assert play(name_for(ROOT)) in set(RequestNameReply)
