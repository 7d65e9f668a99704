"""What the kernel says of congestion on a subflow: marks of the network and data that was sent again."""

import asyncio
import os
from contextlib import closing

import pytest

from mpmanager.lab import namespaces
from mpmanager.lab.instance import Lab, tear_down
from mpmanager.lab.topology import LinkChange, LinkDirection, Topology
from netns.stage import IPPROTO_MPTCP, Manager, Talk, on_the_laptop, until, witnesses

pytestmark = [pytest.mark.netns, pytest.mark.alone]

IPPROTO_TCP = 6
LINKS = Topology.from_data(
    {
        "links": {
            "wlan0": {"kind": "wifi", "delay": "2ms", "rate": "50mbit", "queue": "4MB"},
            "dsl0": {"kind": "xdsl", "delay": "2ms", "rate": "50mbit", "queue": "4MB"},
        },
        "servers": {"server": {"addresses": ["10.9.9.9", "2001:db8:9::9"]}},
    },
    origin="the tests",
)
"""Queues that hold more than is ever on its way: nothing is lost but by chance."""

USES_ECN, ONLY_ACCEPTS_ECN = 1, 2
"""net.ipv4.tcp_ecn"""
BULK_BYTES = 500_000
WITH_ECN = pytest.mark.parametrize(
    ("version", "protocol"),
    [(4, IPPROTO_TCP), (6, IPPROTO_TCP), (4, IPPROTO_MPTCP), (6, IPPROTO_MPTCP)],
    ids=["TCP-IPv4", "TCP-IPv6", "MPTCP-IPv4", "MPTCP-IPv6"],
)


@pytest.fixture(scope="module")
def made():
    name = f"congestion{os.getpid()}"
    try:
        yield Lab.up(LINKS, name=name)
    finally:
        tear_down(name)


@pytest.fixture
def lab(made):
    """With programs on the laptop that use ECN, and links that neither mark nor lose."""
    namespaces.write_sysctls(made.namespace("laptop"), {"net.ipv4.tcp_ecn": USES_ECN})
    yield made
    for link in LINKS.links:
        made.change_link(link, LinkChange(loss=0.0, marks=0.0))


def vitals_of(witness, flow, interface_index=0):
    return witness.table.vitals(flow, interface_index=interface_index)


async def after_all_arrived(witness, flow, interface_index=0):
    """The vitals once nothing is on its way."""

    def settled():
        seen = vitals_of(witness, flow, interface_index)
        return seen if seen.unacknowledged == seen.unsent_bytes == 0 else None

    return await until(settled, "all has arrived")


async def one_at_a_time(witness, talk, count):
    """Send segments of one byte, each when the one before is acknowledged."""
    for _ in range(count):
        talk.send_up(1)
        await after_all_arrived(witness, talk.flow)


def marks_share(seen, before):
    return (seen.delivered_ce - before.delivered_ce) / (seen.delivered - before.delivered)


@WITH_ECN
@on_the_laptop
async def test_of_what_is_sent_one_at_a_time_the_share_that_carries_marks_is_told(lab, version, protocol):
    with witnesses(lab) as (client, _server), Talk(lab, version=version, protocol=protocol) as talk:
        await one_at_a_time(client, talk, 20)
        before = vitals_of(client, talk.flow)
        assert before.delivered >= 20
        assert before.delivered_ce == 0
        lab.change_link("wlan0", LinkChange(direction=LinkDirection.UP, marks=0.1))
        marked = lab.link_state("wlan0").up.marked
        await one_at_a_time(client, talk, 300)
        marked = lab.link_state("wlan0").up.marked - marked
        seen = vitals_of(client, talk.flow)
        assert seen.delivered - before.delivered == pytest.approx(300, abs=5)
        # Six standard deviations of a binomial distribution.
        assert marked == pytest.approx(30, abs=6 * (300 * 0.1 * 0.9) ** 0.5)
        # The receiver repeats a mark until it hears that the sender has slowed down (RFC 3168): once more at most here.
        assert marked <= seen.delivered_ce - before.delivered_ce <= 2 * marked


@WITH_ECN
@on_the_laptop
async def test_of_what_is_sent_in_bulk_whole_round_trips_are_told_as_marked(lab, version, protocol):
    with witnesses(lab) as (client, _server), Talk(lab, version=version, protocol=protocol) as talk:
        talk.send_up(BULK_BYTES)
        clean = await after_all_arrived(client, talk.flow)
        assert clean.delivered_ce == 0
        lab.change_link("wlan0", LinkChange(direction=LinkDirection.UP, marks=0.1))
        marked = lab.link_state("wlan0").up.marked
        talk.send_up(BULK_BYTES)
        seen = await after_all_arrived(client, talk.flow)
        assert lab.link_state("wlan0").up.marked > marked
        assert 0.1 < marks_share(seen, clean) <= 1, "one mark is repeated for a round trip, whatever it carries"
        assert seen.total_retrans - clean.total_retrans < 0.02 * (seen.data_segs_out - clean.data_segs_out)


@on_the_laptop
async def test_marks_on_the_way_down_are_the_peers_to_tell(lab):
    with witnesses(lab) as (client, server), Talk(lab) as talk:
        lab.change_link("wlan0", LinkChange(direction=LinkDirection.DOWN, marks=0.5))
        talk.send_down(BULK_BYTES)
        await after_all_arrived(server, talk.flow_at_server)
        assert vitals_of(server, talk.flow_at_server).delivered_ce > 0
        assert vitals_of(client, talk.flow).delivered_ce == 0


@on_the_laptop
async def test_without_ecn_a_link_that_marks_marks_nothing(lab):
    namespaces.write_sysctls(lab.namespace("laptop"), {"net.ipv4.tcp_ecn": ONLY_ACCEPTS_ECN})
    lab.change_link("wlan0", LinkChange(marks=1.0))
    before = lab.link_state("wlan0")
    with witnesses(lab) as (client, _server), Talk(lab) as talk:
        talk.send_up(BULK_BYTES)
        seen = await after_all_arrived(client, talk.flow)
    after = lab.link_state("wlan0")
    assert (seen.delivered_ce, after.up.marked, after.down.marked) == (0, before.up.marked, before.down.marked)
    assert seen.delivered > BULK_BYTES / 1500


@on_the_laptop
async def test_marks_are_told_of_the_subflow_on_the_congested_path_alone(lab, tmp_path):
    with (
        witnesses(lab) as (client, _server),
        closing(Manager(lab, "laptop", tmp_path)) as manager,
        Talk(lab) as talk,
    ):
        talk.send_up(10_000)
        joined = await manager.join(talk)
        lab.change_link("dsl0", LinkChange(marks=0.5))
        for _ in range(50):
            talk.send_up(50_000)
            congested = vitals_of(client, joined.flow, joined.interface_index)
            if congested.delivered_ce:
                break
            await asyncio.sleep(0.01)
        assert congested.delivered_ce > 0
        assert vitals_of(client, talk.flow).delivered_ce == 0


@pytest.mark.parametrize("protocol", [IPPROTO_TCP, IPPROTO_MPTCP], ids=["TCP", "MPTCP"])
@on_the_laptop
async def test_the_share_of_what_is_sent_again_grows_with_loss(lab, protocol):
    shares = []
    for loss in (0.0, 0.02, 0.15):
        lab.change_link("wlan0", LinkChange(direction=LinkDirection.UP, loss=loss))
        with witnesses(lab) as (client, _server), Talk(lab, protocol=protocol) as talk:
            talk.send_up(BULK_BYTES)
            seen = await after_all_arrived(client, talk.flow)
        assert seen.total_retrans <= seen.data_segs_out
        assert seen.data_segs_out - seen.total_retrans >= BULK_BYTES / 1500
        shares.append(seen.total_retrans / seen.data_segs_out)
    assert shares == sorted(shares)
    assert shares[0] < 0.01
    assert shares[2] > 0.05, "15 % of the packets were lost, give or take six standard deviations"
