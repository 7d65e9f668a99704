"""Frames for tests of rules: two paths, and connections of programs."""

from mpmanager.api.structures import (
    AppInfo,
    BackupInfo,
    ConnectionInfo,
    Frame,
    PathInfo,
    PolicyInfo,
    SubflowInfo,
)
from mpmanager.model.connection import TcpState
from mpmanager.model.path import KindSource, PathKind, PathState, Tier
from mpmanager.model.trust import Trust

CURL = "exe:/usr/bin/curl"
DEFAULT = PolicyInfo(selector="default", wait_ms="never")


def path(name, address, *, trust=Trust.TRUSTED, tier=Tier.ALWAYS):
    return PathInfo(
        name=name,
        index=len(name),
        kind=PathKind.LTE if name == "wwan0" else PathKind.WIFI,
        kind_source=KindSource.FACTS,
        network=name,
        security=None,
        tier=tier,
        tier_chosen=False,
        state=PathState.UP,
        addresses=[f"{address}/24"],
        gateway=None,
        gateways=[],
        rx_bytes=0,
        tx_bytes=0,
        rx_bit_s=0.0,
        tx_bit_s=0.0,
        trust=trust,
        network_ids=[f"wifi:{name}/wpa2"],
        metered=name == "wwan0",
    )


def subflow(path_name, address):
    return SubflowInfo(
        path=path_name,
        local=f"{address}:40000",
        remote="203.0.113.1:443",
        local_id=1,
        remote_id=0,
        backup=BackupInfo(local=False, peer=False),
        state=TcpState.ESTABLISHED,
        rtt_ms=20.0,
        tx_bytes=0,
        rx_bytes=0,
        tx_bit_s=0.0,
        rx_bit_s=0.0,
        retransmits=0,
    )


def connection(program, port=443, subflows=("wlan0", "wwan0")):
    addresses = {"wlan0": "10.0.1.7", "wwan0": "10.64.3.9"}
    return ConnectionInfo(
        token=f"0x{port:x}",
        app=AppInfo(id=f"exe:/usr/bin/{program}", name=program, pid=1, exe=f"/usr/bin/{program}", cgroup=None),
        local=f"{addresses[subflows[0]]}:40000",
        remote=f"203.0.113.1:{port}",
        state=TcpState.ESTABLISHED,
        fallback=False,
        server_side=False,
        managed=True,
        opened=0.0,
        tx_bytes=0,
        rx_bytes=0,
        subflows=[subflow(each, addresses[each]) for each in subflows],
        carried=[],
        policy="default",
        wait_ms="never",
        expiration=None,
    )


def frame(*connections, wifi=Trust.UNTRUSTED):
    return Frame(
        sequence=1,
        time=1.0,
        monotonic=1.0,
        simulated=False,
        dropped=0,
        paths=[path("wlan0", "10.0.1.7", trust=wifi), path("wwan0", "10.64.3.9", tier=Tier.BACKUP)],
        connections=list(connections),
    )
