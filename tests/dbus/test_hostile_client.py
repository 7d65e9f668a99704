"""A client of the bus that means ill: the daemon goes on answering a second one, and its memory stays where it was."""

import asyncio
import os
import socket
import time
from contextlib import suppress

import pytest
from dbus_fast import Message, MessageFlag, MessageType, Variant

from mpmanager.api import contract
from mpmanager.daemon.streams import MOST_SUBSCRIBERS
from simulated_daemon import SimulatedDaemon, answer, question

FAULT = contract.ERROR_PREFIX + "Internal"
FLOOD = max(1000, int(os.environ.get("MPMANAGER_FUZZ_CASES", "1000")))
"""Of ten thousand questions it was tried."""
GROWN_BYTES = 60_000_000
"""What the daemon may have taken for all that is tried here: 10,000 questions of 100 kB would be a gigabyte."""
SETTLED_WITHIN_S, MORE_DESCRIPTORS = 10.0, 5
NO_ANSWER = MessageFlag.NO_REPLY_EXPECTED
OF_ANOTHER_TYPE = {
    "s": [("x", 1), ("as", ["a"]), ("ay", b"a"), ("v", Variant("s", "a")), ("a{sv}", {}), ("g", "s"), ("o", "/a")],
    "b": [("s", "true"), ("u", 1), ("v", Variant("b", True))],
    "d": [("s", "1"), ("i", 1)],
    "t": [("x", -1), ("s", "1"), ("u", 1)],
    "u": [("i", -1), ("s", "1"), ("t", 2**60)],
    "h": [("s", "0"), ("u", 0)],
    "a{sv}": [("a{ss}", {"a": "b"}), ("s", "{}"), ("aa{sv}", [{}]), ("a(sv)", []), ("v", Variant("a{sv}", {}))],
}


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    directory = tmp_path_factory.mktemp("hostile")
    with SimulatedDaemon(directory / "state", directory / "bus") as daemon:
        yield daemon


@pytest.fixture(autouse=True)
def _it_goes_on(daemon):
    """Whatever a test has done: another client is answered, and nothing was kept of it."""
    daemon.ask(contract.GET_STATUS)
    memory, descriptors = daemon.resident_bytes, daemon.descriptors
    yield
    assert {"simulated", "version"} <= daemon.ask(contract.GET_STATUS).keys()
    grown = daemon.resident_bytes - memory
    assert grown < GROWN_BYTES, grown
    deadline = time.monotonic() + SETTLED_WITHIN_S
    while daemon.descriptors - descriptors >= MORE_DESCRIPTORS and time.monotonic() < deadline:
        daemon.run(asyncio.sleep(0.1))  # the end of a stream is noticed when something is to be written
    assert daemon.descriptors - descriptors < MORE_DESCRIPTORS
    assert daemon.is_running


def nested(depth):
    value = Variant("s", "deep")
    for _level in range(depth):
        value = Variant("v", value)
    return value


@pytest.mark.parametrize("method", contract.METHODS, ids=lambda method: method.name)
def test_arguments_of_other_types_are_refused_by_each_method(daemon, method):
    async def attempt(client):
        for place, argument in enumerate(method.inputs):
            for signature, value in OF_ANOTHER_TYPE[argument.signature]:
                signatures = [each.signature for each in method.inputs]
                body = [EMPTY[each] for each in signatures]
                signatures[place], body[place] = signature, value
                if "h" not in signatures:
                    yield await client.call(question(method, signature="".join(signatures), body=body))
        for extra in ("s", "sssssss", "a{sv}a{sv}"):
            signature = method.input_signature + extra
            if "h" not in signature:
                body = [EMPTY["a{sv}"] if each == "a" else "" for each in extra.replace("{sv}", "")]
                full = [*(EMPTY[each.signature] for each in method.inputs), *body]
                yield await client.call(question(method, signature=signature, body=full))

    async def attempts():
        client = await daemon.connect()
        replies = [each async for each in attempt(client)]
        client.disconnect()
        return replies

    for reply in daemon.run(attempts()):
        assert reply.error_name == "org.freedesktop.DBus.Error.InvalidArgs", reply.body


EMPTY = {"s": "", "b": False, "d": 0.0, "t": 0, "u": 0, "h": 0, "a{sv}": {}}

HUGE = [
    (contract.SET_POLICY, [{"selector": Variant("s", "exe:/" + "x" * 8_000_000)}]),
    (contract.SET_POLICY, [{"selector": Variant("s", "exe:/x"), "apps": Variant("as", ["x" * 50] * 100_000)}]),
    (contract.SET_POLICY, [{f"key{number}": Variant("b", True) for number in range(50_000)}]),
    (contract.DIAGNOSE, [{"server": Variant("ax", [1] * 200_000)}]),
    (contract.SET_PATH_TRUST, ["wlan0", "trusted", "network", "x" * 8_000_000]),
    (contract.STORE_PROFILE, ["home", "#" * 8_000_000]),
    (contract.PREVIEW_PROFILE, ["[" * 600_000, "merge"]),
    (contract.PREVIEW_PROFILE, ["a." * 100_000 + "b = 1", "merge"]),
    (contract.ESTIMATE_WAIT, ["x" * 8_000_000, 1]),
    (contract.EXPLAIN_POLICIES, [{"app": nested(40)}]),
]


@pytest.mark.parametrize("case", HUGE, ids=lambda case: case[0].name)
def test_huge_and_deep_arguments_are_refused_with_a_short_sentence(daemon, case):
    method, body = case
    reply = daemon.call(method, *body)
    assert reply.message_type is MessageType.ERROR
    assert reply.error_name != FAULT
    assert len(reply.body[0]) < 1000


def test_a_flood_whose_answers_nobody_reads_keeps_nobody_else_from_theirs(daemon):
    """The hostile one has its own connection, whose socket it never reads."""

    async def attack():
        deaf = await daemon.connect()
        asyncio.get_running_loop().remove_reader(deaf._fd)
        for number in range(FLOOD):
            deaf.send(question(contract.LIST_PATHS))
            if number % 1000 == 0:
                second = await daemon.connect()
                assert (await answer(second, contract.GET_STATUS)).error_name is None
                second.disconnect()
        deaf.disconnect()
        await asyncio.sleep(0.2)
        asyncio.get_running_loop().remove_writer(deaf._fd)
        deaf._sock.close()  # a client closes when it reads the end, and this one reads nothing

    daemon.run(attack())


def test_a_flood_of_long_questions_fills_no_memory(daemon):
    text = "# " + "x" * 400_000

    async def attack():
        clients = [await daemon.connect() for _ in range(4)]
        asked = [
            asyncio.create_task(answer(client, contract.PREVIEW_PROFILE, text, "merge"))
            for client in clients
            for _question in range(60)
        ]
        replies = await asyncio.gather(*asked)
        for client in clients:
            client.disconnect()
        return {reply.error_name for reply in replies}

    assert daemon.run(attack()) <= {
        None,
        contract.ERROR_PREFIX + "InvalidValue",
        contract.ERROR_PREFIX + "NotSupported",
        "org.freedesktop.DBus.Error.LimitsExceeded",
    }


def test_one_client_has_so_many_questions_waiting_and_no_more(daemon):
    async def attack():
        client = await daemon.connect()
        replies = await asyncio.gather(*(answer(client, contract.GET_STATUS) for _ in range(2000)))
        client.disconnect()
        return {reply.error_name for reply in replies}

    assert daemon.run(attack()) == {None, "org.freedesktop.DBus.Error.LimitsExceeded"}


def test_a_flood_of_subscriptions_is_refused_when_the_places_are_taken_and_nobody_reads_them(daemon):
    async def attack():
        client = await daemon.connect()
        streams, refusals = [], 0
        for _batch in range(FLOOD // 100):
            for reply in await asyncio.gather(
                *(client.call(question(contract.SUBSCRIBE, {"interval_s": Variant("d", 0.1)})) for _ in range(100))
            ):
                streams += reply.unix_fds
                refusals += reply.message_type is MessageType.ERROR
        await asyncio.sleep(1)
        other = await daemon.connect()
        assert (await answer(other, contract.LIST_PATHS)).error_name is None
        other.disconnect()
        client.disconnect()
        for each in streams:
            os.close(each)
        return len(streams), refusals

    streams, refusals = daemon.run(attack())
    assert streams == MOST_SUBSCRIBERS
    assert refusals == FLOOD // 100 * 100 - MOST_SUBSCRIBERS


def close_streams(message):
    """Of answers that came in time: else this process would keep them open."""
    for each in message.unix_fds:
        os.close(each)


def test_clients_that_leave_in_the_middle_of_their_calls_leave_nothing(daemon):
    methods = [
        contract.LIST_PATHS,
        contract.GET_TRUST,
        contract.RECENT_EVENTS,
        contract.SUBSCRIBE,
        contract.PROBE_PATHS,
    ]

    async def attack():
        for _round in range(20):
            client = await daemon.connect()
            client.add_message_handler(close_streams)
            for method in methods * 10:
                client.send(question(method, *(EMPTY[each.signature] for each in method.inputs)))
            await asyncio.sleep(0)
            client._sock.shutdown(socket.SHUT_RDWR)
            with suppress(EOFError, OSError):
                await client.wait_for_disconnect()
            client._sock.close()

    daemon.run(attack())


def test_answers_and_signals_that_nobody_asked_for_change_nothing(daemon):
    """Who could answer in the place of the bus would be root."""

    async def attack():
        client = await daemon.connect()
        owner = (await client.call(name_owner())).body[0]
        for serial in range(1, 500):
            forged = Message(
                message_type=MessageType.METHOD_RETURN,
                destination=owner,
                reply_serial=serial,
                signature="u",
                body=[0],
            )
            client.send(forged)
        for member, body in (("NameOwnerChanged", ["a.b", "", ":1.1"]), ("NameLost", [contract.BUS_NAME])):
            client.send(
                Message(
                    message_type=MessageType.SIGNAL,
                    destination=owner,
                    path="/org/freedesktop/DBus",
                    interface="org.freedesktop.DBus",
                    member=member,
                    signature="s" * len(body),
                    body=body,
                )
            )
        found = await answer(client, contract.GET_STATUS)
        assert (await client.call(name_owner())).body[0] == owner
        client.disconnect()
        return found

    assert daemon.run(attack()).error_name is None


def name_owner():
    return Message(
        destination="org.freedesktop.DBus",
        path="/org/freedesktop/DBus",
        interface="org.freedesktop.DBus",
        member="GetNameOwner",
        signature="s",
        body=[contract.BUS_NAME],
    )
