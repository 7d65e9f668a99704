"""The first bytes of a connection: subflows elsewhere than on the class carry none of them, and yet serve downloads."""

import json
import select
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from mpmanager.linux import bpf
from mpmanager.model.enforcement import Restriction
from netns.network.enforcement.segments import Leaving
from netns.restricted import cellular, restricting, wifi_and_cellular, without_ways_out

_TRANSFER = Path(__file__).with_name("transfer.py")
_LIMIT_S = 30.0
_MEBIBYTE = 1 << 20
_ROUNDS = 20
_SLOW = "rate 200mbit burst 64kb latency 50ms"
"""So that the scheduler wants the join: where packets leave at once it may do without."""
_SHARE_BYTES = 100_000
"""Of a download by the join: what acknowledgements alone never come to."""
_NEVER = 1 << 40
"""More than any connection here sends."""
_WIFI = {4: "10.0.1.1", 6: "2001:db8:1::1"}


@pytest.fixture
def joining_by_wifi(two_paths):
    """The kernel's path manager joins from wifi0 as soon as a connection stands; the other path is slow from now on."""
    two_paths.run("ip mptcp limits set subflow 2 add_addr_accepted 2")
    two_paths.run_around("ip mptcp limits set subflow 2")

    def use(version=4, name="wifi0", address=None):
        slow = "lte0" if name == "wifi0" else "wifi0"
        two_paths.run(f"tc qdisc replace dev {slow} root tbf {_SLOW}")
        two_paths.run(f"ip mptcp endpoint add {address or _WIFI[version]} dev {name} subflow")

    return use


@pytest.fixture
def transfers(two_paths, cgroup):
    """Opens a connection of a program in the cgroup; what it gives moves bytes and tells how long it took."""
    with ExitStack() as stack:
        with two_paths.outside():
            server = stack.enter_context(_program(f"exec {sys.executable} {_TRANSFER} serve"))
        port = _line(server)

        def connect(version=4, congestion=""):
            address = two_paths.SERVER_4 if version == 4 else two_paths.SERVER_6
            command = f"exec {sys.executable} {_TRANSFER} ask {address} {port} {congestion}"
            client = stack.enter_context(_program(f"echo $$ > {cgroup}/cgroup.procs && {command}"))

            def move(direction, size):
                client.stdin.write(f"{direction} {size}\n")
                client.stdin.flush()
                return float(_line(client))

            return move

        yield connect


@contextmanager
def _program(command):
    with subprocess.Popen(["sh", "-c", command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        try:
            yield program
        finally:
            program.kill()


def _line(program):
    assert select.select([program.stdout], [], [], _LIMIT_S)[0], "no answer"
    return program.stdout.readline()


def handshakes(cgroup, first_bytes, path_class=None):
    plan = restricting(cgroup, Restriction.HANDSHAKE, path_class)
    return replace(plan, policies=frozenset(replace(each, first_bytes=first_bytes) for each in plan.policies))


def received_bytes(world, name):
    (link,) = json.loads(world.run(f"ip -s -j link show {name}"))
    return link["stats64"]["rx"]["bytes"]


def until_joined(move, capture):
    """Some bytes flow, and the join leaves by this interface and is answered."""
    move("up", 1000)
    assert any(each.is_join for each in capture.segments())


def payloads(segments):
    return [each.payload_bytes for each in segments if each.payload_bytes]


@pytest.mark.parametrize(("version", "congestion"), [(4, "bbr"), (4, "cubic"), (4, "reno"), (6, "cubic")])
def test_a_join_from_elsewhere_carries_downloads_and_nothing_of_the_first_bytes(
    *, two_paths, cgroup, enforcement, transfers, joining_by_wifi, version, congestion
):
    enforcement.apply(handshakes(cgroup, _NEVER))
    joining_by_wifi(version)
    with Leaving("wifi0") as wifi:
        move = transfers(version, congestion)
        until_joined(move, wifi)
        up_s = move("up", 8 * _MEBIBYTE)
        before = received_bytes(two_paths, "wifi0")
        down_s = move("down", 32 * _MEBIBYTE)
        received = received_bytes(two_paths, "wifi0") - before
        segments = wifi.segments()
    print(f"{congestion}: up {up_s:.3f} s, down {down_s:.3f} s, {received / _MEBIBYTE:.1f} MiB by wifi0")  # noqa: T201  # its purpose
    assert payloads(segments) == []
    assert received > _SHARE_BYTES


def test_without_first_bytes_a_join_carries_everything(cgroup, enforcement, transfers, joining_by_wifi):
    enforcement.apply(handshakes(cgroup, 0))
    joining_by_wifi()
    with Leaving("wifi0") as wifi:
        move = transfers()
        until_joined(move, wifi)
        move("up", 8 * _MEBIBYTE)
        assert payloads(wifi.segments())


def test_a_join_that_is_made_after_the_first_bytes_carries_everything(cgroup, enforcement, transfers, joining_by_wifi):
    enforcement.apply(handshakes(cgroup, _MEBIBYTE))
    with Leaving("wifi0") as wifi:
        move = transfers()
        move("up", 2 * _MEBIBYTE)
        assert wifi.segments() == []
        joining_by_wifi()
        assert any(each.is_join for each in wifi.segments())
        move("up", 8 * _MEBIBYTE)
        assert payloads(wifi.segments())


def test_joins_within_the_class_carry_everything(cgroup, enforcement, transfers, joining_by_wifi):
    enforcement.apply(handshakes(cgroup, _NEVER, wifi_and_cellular()))
    joining_by_wifi(name="lte0", address="10.0.2.1")
    with Leaving("lte0") as lte:
        move = transfers()
        until_joined(move, lte)
        move("up", 8 * _MEBIBYTE)
        assert payloads(lte.segments())


def detach_guard(pins):
    (guard,) = (pins / "mpmanager").rglob("guard-*")
    bpf.detach(guard)


def test_nothing_is_scheduled_to_such_a_join_so_nothing_waits_for_the_guard(
    *, pins, cgroup, enforcement, transfers, joining_by_wifi
):
    """But for what MPTCP sends once more after a time-out of its own: that is what the guard is for."""
    enforcement.apply(handshakes(cgroup, _NEVER))
    detach_guard(pins)
    joining_by_wifi()
    with Leaving("wifi0") as wifi:
        move = transfers()
        until_joined(move, wifi)
        move("up", 8 * _MEBIBYTE)
        sent_once_more = sum(payloads(wifi.segments()))
    assert sent_once_more < _SHARE_BYTES


def test_what_is_scheduled_to_a_join_all_the_same_gets_no_further_than_the_guard(
    cgroup, enforcement, transfers, joining_by_wifi
):
    """As with a join from before the restriction, or of the peer, and with data that MPTCP sends once more."""
    enforcement.apply(handshakes(cgroup, 0))
    joining_by_wifi()
    with Leaving("wifi0") as wifi:
        move = transfers()
        until_joined(move, wifi)
        enforcement.apply(handshakes(cgroup, _NEVER))
        up_s = move("up", _MEBIBYTE)
        assert payloads(wifi.segments()) == []
    print(f"{up_s:.2f} s")  # noqa: T201  # its purpose


def test_where_nobody_is_left_to_replace_such_a_join_it_becomes_free_by_itself(
    cgroup, enforcement, transfers, joining_by_wifi
):
    unattended = cellular(is_lenient=True, is_unattended=True)
    enforcement.apply(handshakes(cgroup, _MEBIBYTE, unattended))
    joining_by_wifi()
    with Leaving("wifi0") as wifi:
        move = transfers()
        until_joined(move, wifi)
        move("up", _MEBIBYTE // 2)
        assert payloads(wifi.segments()) == []
        move("up", _MEBIBYTE)
        for _ in range(_ROUNDS):
            move("up", 4 * _MEBIBYTE)
            if payloads(wifi.segments()):
                break
        else:
            pytest.fail("the join stays without data")


def test_where_handshakes_may_go_anywhere_so_may_first_bytes(cgroup, enforcement, transfers, joining_by_wifi):
    enforcement.apply(handshakes(cgroup, _NEVER, without_ways_out(is_lenient=True)))
    joining_by_wifi(name="lte0", address="10.0.2.1")
    with Leaving("lte0") as lte:
        move = transfers()
        until_joined(move, lte)
        move("up", 8 * _MEBIBYTE)
        assert payloads(lte.segments())
