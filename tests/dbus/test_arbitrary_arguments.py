"""Arguments that nobody would think of: every one is answered, none changes half of something, the daemon goes on.

MPMANAGER_FUZZ_CASES says how many are tried of each kind; thirty if it does not.
"""

import asyncio
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mpmanager.api import contract
from mpmanager.api.bus import parse_bus
from mpmanager.api.history import HistoryQuery
from mpmanager.api.structures import CapInfo, PolicyInfo, PolicyQuery, ProbeOptions, SubscribeOptions

CASES = int(os.environ.get("MPMANAGER_FUZZ_CASES", "30"))
BOUNDED = settings(
    max_examples=CASES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
FAULT = contract.ERROR_PREFIX + "Internal"

TELLING = (
    *("default", "exe:/x", "app:a", "cgroup:/", "user:0", "host:*.a", "to:::/0", "port:1"),
    *("never", "auto", "only", "first:1", "off"),
)
texts = (st.text(max_size=40) | st.sampled_from(TELLING)).map(
    lambda text: text.encode(errors="ignore").decode().replace("\0", "")
)
numbers = st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from([0.0, -1.0, 50.0, 60_000.0, 60_001.0])
integers = st.integers(-(2**63), 2**63 - 1)
plain = (
    st.builds(Variant, st.just("s"), texts)
    | st.builds(Variant, st.just("d"), numbers)
    | st.builds(Variant, st.just("x"), integers)
    | st.builds(Variant, st.just("b"), st.booleans())
    | st.builds(Variant, st.just("as"), st.lists(texts, max_size=3))
)
KEYS = {
    contract.SET_POLICY: PolicyInfo.__struct_fields__[1:],
    contract.EXPLAIN_POLICIES: PolicyQuery.__struct_fields__,
    contract.SET_PATH_CAP: CapInfo.__struct_fields__,
    contract.SUBSCRIBE: SubscribeOptions.__struct_fields__,
    contract.PROBE_PATHS: ProbeOptions.__struct_fields__,
    contract.DIAGNOSE: ProbeOptions.__struct_fields__,
    contract.QUERY_HISTORY: HistoryQuery.__struct_fields__,
}
REQUIRED = {contract.SET_POLICY: {"selector": st.builds(Variant, st.just("s"), texts)}}


def dictionaries(method):
    known = dict.fromkeys(KEYS.get(method, ()), plain)
    strange = st.dictionaries(texts.filter(bool), plain, max_size=2)
    structures = st.fixed_dictionaries(
        REQUIRED.get(method, {}),
        optional=known
        | {
            "pairs": st.lists(dictionary_of("carrier", "helper", "wait_ms"), max_size=2).map(
                lambda rows: Variant("aa{sv}", rows)
            ),
            "tiers": st.lists(dictionary_of("paths", "tier"), max_size=2).map(lambda rows: Variant("aa{sv}", rows)),
        },
    )
    return structures | strange


def dictionary_of(*keys):
    return st.fixed_dictionaries({}, optional=dict.fromkeys(keys, plain))


BY_SIGNATURE = {
    "s": texts,
    "b": st.booleans(),
    "d": numbers,
    "t": st.integers(0, 2**64 - 1),
    "u": st.integers(0, 2**32 - 1),
}


def arguments(method):
    return st.tuples(
        *(dictionaries(method) if each.signature == "a{sv}" else BY_SIGNATURE[each.signature] for each in method.inputs)
    )


TRIED = [each for each in contract.METHODS if each.inputs and "h" not in each.input_signature]


@dataclass
class Daemon:
    """One for all cases, and what it says."""

    process: subprocess.Popen
    loop: asyncio.AbstractEventLoop
    bus: MessageBus

    def call(self, method, body=()):
        message = Message(
            destination=contract.BUS_NAME,
            path=contract.OBJECT_PATH,
            interface=contract.INTERFACE,
            member=method.name,
            signature=method.input_signature,
            body=list(body),
        )
        reply = self.loop.run_until_complete(asyncio.wait_for(self.bus.call(message), 30))
        for descriptor in reply.unix_fds:
            os.close(descriptor)
        return reply

    def state(self):
        """What somebody has decided, as the bus tells it."""
        return [
            self.call(contract.LIST_POLICIES).body,
            [{key: row[key] for key in ("tier", "kind", "trust")} for row in self.call(contract.LIST_PATHS).body[0]],
        ]


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    directory = tmp_path_factory.mktemp("arbitrary")
    bus = f"private:{directory / 'bus'}"
    process = subprocess.Popen(
        [Path(sys.executable).with_name("mpmanagerd"), "--simulate", f"--bus={bus}", f"--state={directory / 'state'}"],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert "ready" in process.stderr.readline()
    loop = asyncio.new_event_loop()
    connection = loop.run_until_complete(_connected(parse_bus(bus).address))
    yield Daemon(process, loop, connection)
    connection.disconnect()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    process.terminate()
    assert "Traceback" not in process.communicate(timeout=20)[1]


async def _connected(address):
    """To the loop in which this runs."""
    return await MessageBus(bus_address=address, negotiate_unix_fd=True).connect()


@pytest.mark.parametrize("method", TRIED, ids=lambda method: method.name)
def test_any_arguments_are_answered_and_what_is_refused_changes_nothing(daemon, method):
    @BOUNDED
    @given(body=arguments(method))
    def attempt(body):
        before = daemon.state()
        reply = daemon.call(method, body)
        assert reply.error_name != FAULT, reply.body
        if reply.message_type is MessageType.ERROR:
            assert daemon.state() == before

    attempt()
    assert daemon.process.poll() is None
