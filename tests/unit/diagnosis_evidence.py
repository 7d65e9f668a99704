"""What an examination may have seen, for tests of findings and of their words."""

from ipaddress import ip_address

from mpmanager.model.diagnosis import Probe
from mpmanager.model.names import LinkName
from mpmanager.model.path import InterfaceAddress, KindSource, Path, PathKind, PathState, Tier

WLAN, LTE = LinkName("wlan0"), LinkName("wwan0")
SERVER = "198.51.100.7:443"


def path(state, name=WLAN, tier=Tier.ALWAYS):
    address = InterfaceAddress(address=ip_address("192.0.2.7"), prefix_length=24)
    return Path(
        name=name,
        index=2,
        kind=PathKind.WIFI,
        kind_source=KindSource.KERNEL,
        network=None,
        security=None,
        tier=tier,
        state=state,
        addresses=() if state is PathState.NO_ADDRESS else (address,),
        ways_out=(),
    )


def probe(step, outcome, name=WLAN, target=SERVER, detail=""):
    return Probe(path=name, step=step, outcome=outcome, target=target, detail=detail)
