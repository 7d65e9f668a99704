"""Topologies: what files may say, and what errors say about files."""

import tomllib
from pathlib import Path

import pytest

from mpmanager.lab.definitions import shipped_names
from mpmanager.lab.errors import LabFileError
from mpmanager.lab.instance import laptop_setup
from mpmanager.lab.shaper import Shaping
from mpmanager.lab.topology import LinkDirection, Topology, load_topology

COMPLETE = """
description = "everything"
[links.dsl0]
kind = "xdsl"
rate = "16mbit"
delay = "15ms"
up = { rate = "2mbit" }
[links.wlan0]
kind = "wifi"
network = 'Anna "and" Otto'
security = "wpa3"
loss = "1%"
marks = "10%"
addresses = ["fd01::2/64"]
queue = "64kB"
[servers.web]
addresses = ["192.0.2.1", "fd99::1"]
sysctl = { "net.mptcp.enabled" = 0 }
"""


def topology_of(text: str) -> Topology:
    return Topology.from_data(tomllib.loads(text), origin="my.toml")


def test_a_file_may_leave_almost_everything_out() -> None:
    topology = topology_of('[links.eth0]\nkind = "ethernet"')
    assert topology.links["eth0"].shaping(LinkDirection.UP) == Shaping()
    assert topology.links["eth0"].addresses == ("10.77.1.2/24", "fd77:1::2/64")


def test_each_direction_may_differ() -> None:
    link = topology_of(COMPLETE).links["dsl0"]
    assert link.shaping(LinkDirection.UP) == Shaping(rate_bit_s=2e6, delay_s=0.015)
    assert link.shaping(LinkDirection.DOWN) == Shaping(rate_bit_s=16e6, delay_s=0.015)


def test_loss_and_congestion_marks_are_shares_of_packets() -> None:
    shaping = topology_of(COMPLETE).links["wlan0"].shaping(LinkDirection.UP)
    assert (shaping.loss, shaping.marks) == (0.01, 0.1)


def test_the_first_link_of_the_file_is_the_preferred_one() -> None:
    lines = [line for line in laptop_setup(topology_of(COMPLETE)) if line.startswith("route")]
    assert lines == [
        "route add default via 10.77.1.1 dev dsl0 metric 100",
        "route add default via fd77:1::1 dev dsl0 metric 100",
        "route add default via fd01::1 dev wlan0 metric 200",
    ]


def test_the_facts_are_toml_that_says_the_same() -> None:
    facts = tomllib.loads(topology_of(COMPLETE).facts_toml())
    assert facts == {
        "interface": {
            "dsl0": {"kind": "xdsl"},
            "wlan0": {"kind": "wifi", "network": 'Anna "and" Otto', "security": "wpa3"},
        }
    }


def test_a_topology_survives_being_written_down() -> None:
    topology = topology_of(COMPLETE)
    assert Topology.from_json(topology.to_json(), origin="x") == topology


@pytest.mark.parametrize("name", shipped_names("topologies"))
def test_every_shipped_topology_can_be_read_and_has_a_server_of_both_kinds(name: str) -> None:
    topology = load_topology(name)
    assert topology.description
    assert {each.version for each in topology.servers["server"].ip_addresses} == {4, 6}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ('rate = "16mbit"', "my.toml: [links.dsl0]: rate: 'fast' is not a rate such as '10mbit'"),
        (
            'kind = "xdsl"',
            (
                "my.toml: [links.dsl0]: kind: 'fast' is none of wifi, lte, xdsl, ethernet, vpn, "
                "bluetooth, tethering, virtual, unknown"
            ),
        ),
        ('delay = "15ms"', "my.toml: [links.dsl0]: delay: 'fast' is not a duration such as '30ms'"),
        ('addresses = ["fd01::2/64"]', "my.toml: [links.wlan0]: addresses: 'fast' is no address"),
    ],
)
def test_a_wrong_value_is_reported_with_file_table_and_key(change: str, message: str) -> None:
    key = change.split(" = ", maxsplit=1)[0]
    value = '["fast"]' if "[" in change else '"fast"'
    with pytest.raises(LabFileError) as error:
        topology_of(COMPLETE.replace(change, f"{key} = {value}"))
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '[links.a]\nkind = "lte"\ncolour = "red"',
            r"my.toml: \[links.a\]: there is no key 'colour'; keys: rate, delay, ",
        ),
        (
            '[link.a]\nkind = "lte"',
            "my.toml: there is no key 'link'; did you mean 'links'\\? Keys: description, links, servers",
        ),
        ("[links.a]", r"my.toml: \[links.a\]: the key 'kind' is missing"),
        ('[links.a]\nkind = "lte"\nrate = 10', "rate: 10 has no unit; write '10mbit'"),
        ('[links.a]\nkind = "lte"\nrate = "0mbit"', "rate: must not be 0; a black hole is loss = '100%'"),
        ("[servers]", "links: there must be 1 to 16"),
        ('[links.Wireless]\nkind = "lte"', "'Wireless' cannot be the name"),
        ('[links.a]\nkind = "lte"\naddresses = ["10.0.0.1/32"]', "leaves no room for a gateway"),
        ('[links.a]\nkind = "lte"\n[servers.s]\naddresses = []', r"\[servers.s\]: addresses: at least one"),
        ('[links.a]\nkind = "lte"\n[servers.s]\naddresses = ["10.77.1.9"]', "lies in 10.77.1.0/24, which is a link's"),
        (
            '[links.a]\nkind = "lte"\n[servers.s]\naddresses = ["10.9.9.9"]\nsysctl = { "kernel.x" = 1 }',
            "kernel.x is not a setting of a network namespace",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(text: str, message: str) -> None:
    with pytest.raises(LabFileError, match=message):
        topology_of(text)


def test_an_unknown_name_lists_what_is_shipped() -> None:
    with pytest.raises(LabFileError, match="nowhere: no such file, and none of the shipped topologies: cafe, flapping"):
        load_topology("nowhere")


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text("[links", encoding="utf-8")
    with pytest.raises(LabFileError, match=str(path)):
        load_topology(str(path))
