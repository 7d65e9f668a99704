"""What sock_diag says of data that is under way: to the byte how far it has got, and whether subflows deliver."""

import asyncio
import os
import time
from contextlib import ExitStack, closing

import pytest

from mpmanager.lab.instance import Lab, tear_down
from mpmanager.lab.topology import LinkChange, Topology
from mpmanager.linux import sock_diag
from mpmanager.model.connection import FourTuple, TcpState
from mpmanager.model.names import Token
from netns.stage import Manager, Talk, on_the_laptop, until, witnesses

pytestmark = [pytest.mark.netns, pytest.mark.alone]

VERSIONS = pytest.mark.parametrize("version", [4, 6])
RTT_S = {"wlan0": 0.03, "dsl0": 0.06}
LINKS = Topology.from_data(
    {
        "links": {
            "wlan0": {"kind": "wifi", "delay": "15ms", "rate": "50mbit"},
            "dsl0": {"kind": "xdsl", "delay": "30ms", "rate": "50mbit"},
        },
        "servers": {"server": {"addresses": ["10.9.9.9", "2001:db8:9::9"]}},
    },
    origin="the tests",
)


@pytest.fixture(scope="module")
def lab():
    name = f"progress{os.getpid()}"
    try:
        yield Lab.up(LINKS, name=name)
    finally:
        tear_down(name)


def progress_of(witness, token):
    (found,) = witness.table.progress([token])
    assert found.token == token
    return found


def moved(before, after):
    """Bytes written, acknowledged and received."""
    return after.write_seq - before.write_seq, after.snd_una - before.snd_una, after.rcv_nxt - before.rcv_nxt


async def acknowledged(witness, token):
    """The progress once all that was written is acknowledged."""
    return await until(
        lambda: (seen := progress_of(witness, token)).snd_una == seen.write_seq and seen, "all is acknowledged"
    )


@VERSIONS
@on_the_laptop
async def test_bytes_written_acknowledged_and_received_are_told_exactly(lab, version):
    with witnesses(lab) as (client, _server), Talk(lab, version=version) as talk:
        talk.send_up(1)
        before = await acknowledged(client, talk.token)
        for count in (1, 1461, 70_001):
            talk.send_up(count)
            after = await acknowledged(client, talk.token)
            assert moved(before, after) == (count, count, 0)
            before = after
        talk.send_down(33_333)
        assert moved(before, progress_of(client, talk.token)) == (0, 0, 33_333)


@VERSIONS
@on_the_laptop
async def test_what_is_written_is_told_at_once_and_acknowledged_a_round_trip_later(lab, version):
    with witnesses(lab) as (client, _server), Talk(lab, version=version) as talk:
        talk.send_up(1)
        before = await acknowledged(client, talk.token)
        wrote = time.monotonic()
        talk.client.sendall(bytes(1001))
        assert moved(before, progress_of(client, talk.token)) == (1001, 0, 0)
        after = await acknowledged(client, talk.token)
        assert time.monotonic() - wrote >= RTT_S["wlan0"]
        assert moved(before, after) == (1001, 1001, 0)


@on_the_laptop
async def test_in_a_black_hole_bytes_are_written_and_not_acknowledged_and_the_subflow_is_silent(lab):
    with witnesses(lab) as (client, _server), Talk(lab) as talk:
        talk.send_up(1000)
        before = await acknowledged(client, talk.token)
        lab.change_link("wlan0", LinkChange(loss=1.0))
        try:
            talk.client.sendall(bytes(5000))
            began = time.monotonic()
            silences = []
            while time.monotonic() < began + 0.6:
                seen = client.table.vitals(talk.flow)
                silences.append((time.monotonic(), seen.silent_s))
                assert seen.unacknowledged > 0
                assert moved(before, progress_of(client, talk.token)) == (5000, 0, 0)
                await asyncio.sleep(0.05)
            (first, silent_first), (last, silent_last) = silences[0], silences[-1]
            assert silent_last - silent_first == pytest.approx(last - first, abs=0.05)
            assert seen.acknowledged_bytes == client.table.vitals(talk.flow).acknowledged_bytes
        finally:
            lab.change_link("wlan0", LinkChange(loss=0.0))
        after = await acknowledged(client, talk.token)
        assert moved(before, after) == (5000, 5000, 0)
        seen = client.table.vitals(talk.flow)
        assert seen.unacknowledged == seen.unsent_bytes == seen.in_flight_bytes == 0
        assert seen.silent_s < silent_last


@on_the_laptop
async def test_loss_shows_as_data_out_of_order_and_health_does_not(lab):
    with witnesses(lab) as (client, _server), Talk(lab) as talk:
        talk.send_down(200_000)
        assert client.table.vitals(talk.flow).out_of_order_packets == 0
        segments = client.table.vitals(talk.flow).received_segments
        lab.change_link("wlan0", LinkChange(loss=0.05))
        try:
            talk.send_down(400_000)
        finally:
            lab.change_link("wlan0", LinkChange(loss=0.0))
        seen = client.table.vitals(talk.flow)
        assert seen.out_of_order_packets > 0
        assert seen.received_segments > segments + 100


@VERSIONS
@on_the_laptop
async def test_the_vitals_of_both_subflows_tell_their_paths_apart(lab, tmp_path, version):
    with (
        witnesses(lab) as (client, _server),
        closing(Manager(lab, "laptop", tmp_path)) as manager,
        Talk(lab, version=version) as talk,
    ):
        talk.send_up(10_000)
        seen = await manager.join(talk, is_backup=True)
        talk.send_up(200_000)
        vitals = {
            "wlan0": client.table.vitals(talk.flow),
            "dsl0": client.table.vitals(seen.flow, interface_index=seen.interface_index),
        }
        for link, each in vitals.items():
            assert each.state is TcpState.ESTABLISHED
            assert RTT_S[link] <= each.min_rtt_s < RTT_S[link] + 0.05
            assert each.min_rtt_s <= each.rtt_s < 1
            assert not each.is_backup_there
        assert (vitals["wlan0"].flow, vitals["dsl0"].flow) == (talk.flow, seen.flow)
        assert vitals["wlan0"].acknowledged_bytes > 100_000 > vitals["dsl0"].acknowledged_bytes
        assert vitals["wlan0"].delivery_rate_byte_s > 10_000
        assert client.table.vitals(seen.flow) is None or seen.interface_index == 0, "the interface is part of its name"


@on_the_laptop
async def test_the_peers_flag_shows_on_its_side(lab, tmp_path):
    with (
        witnesses(lab) as (_client, server),
        closing(Manager(lab, "laptop", tmp_path)) as manager,
        Talk(lab) as talk,
    ):
        talk.send_up(10_000)
        seen = await manager.join(talk, is_backup=True)
        there = FourTuple(seen.flow.remote, seen.flow.local)

        def standing():
            found = server.table.vitals(there)
            return found if found is not None and found.state is TcpState.ESTABLISHED else None

        assert (await until(standing, "it stands on the server's side, too")).is_backup_there
        assert not server.table.vitals(talk.flow_at_server).is_backup_there


@pytest.mark.parametrize("version", [4, 6])
@on_the_laptop
async def test_many_connections_are_dumped_as_they_are_asked_about_one_by_one(lab, version):
    with ExitStack() as stack:
        client, _server = stack.enter_context(witnesses(lab))
        talks = [stack.enter_context(Talk(lab, version=version)) for _ in range(2 * sock_diag._MOST_ASKED_ALONE + 3)]
        for number, talk in enumerate(talks):
            talk.send_up(100 + number)
            await acknowledged(client, talk.token)
        tokens = [talk.token for talk in talks]
        together = {each.token: each for each in client.table.progress(tokens)}
        assert together == {token: progress_of(client, token) for token in tokens}
        assert len(client.table.progress(tokens[: sock_diag._MOST_ASKED_ALONE + 1])) == sock_diag._MOST_ASKED_ALONE + 1


@pytest.mark.parametrize("others", [0, sock_diag._MOST_ASKED_ALONE + 1])
@on_the_laptop
async def test_connections_and_subflows_that_are_gone_are_left_out(lab, others):
    with ExitStack() as stack:
        client, _server = stack.enter_context(witnesses(lab))
        talks = [stack.enter_context(Talk(lab)) for _ in range(1 + others)]
        tokens = {talk.token for talk in talks}
        nobody = next(Token(number) for number in range(1, 99) if number not in tokens)
        assert {each.token for each in client.table.progress([*tokens, nobody])} == tokens
        assert client.table.progress([]) == []
        assert client.table.vitals(FourTuple(talks[0].flow.remote, talks[0].flow.local)) is None
