"""Which kind the kernel's classes and the drivers' names stand for."""

from pathlib import Path

import pytest

from mpmanager.core.trust import Evidence, TrustPreferences, verdict_on
from mpmanager.linux.device_kind import KernelSource, kind_by_driver
from mpmanager.model.names import LinkName
from mpmanager.model.network import Link
from mpmanager.model.path import PathKind
from mpmanager.model.trust import Trust


def link(*, driver_kind: str | None = None, hardware_type: int = 1, index: int = 5) -> Link:
    return Link(
        index=index,
        name=LinkName("net0"),
        is_enabled=True,
        has_carrier=True,
        hardware_type=hardware_type,
        driver_kind=driver_kind,
        master_index=None,
    )


def kernel_kind(each: Link, system_links: Path) -> PathKind | None:
    hint = KernelSource(system_links=system_links).hints([each]).get(each.index)
    return hint.kind if hint else None


@pytest.mark.parametrize(
    ("driver_kind", "hardware_type", "kind"),
    [
        ("ppp", 512, PathKind.XDSL),
        (None, 512, PathKind.XDSL),
        (None, 519, PathKind.LTE),
        ("wwan", 65534, PathKind.LTE),
        ("bridge", 1, PathKind.VIRTUAL),
        ("dummy", 1, PathKind.VIRTUAL),
        ("veth", 1, PathKind.ETHERNET),
        ("vlan", 1, PathKind.ETHERNET),
        (None, 1, None),
        ("something new", 1, None),
    ],
)
def test_the_kernels_classes_stand_for_a_kind(
    tmp_path: Path, driver_kind: str | None, hardware_type: int, kind: PathKind | None
) -> None:
    assert kernel_kind(link(driver_kind=driver_kind, hardware_type=hardware_type), tmp_path) is kind


@pytest.mark.parametrize(
    ("driver_kind", "hardware_type"),
    [
        ("wireguard", 65534),
        ("ovpn", 65534),
        ("ovpn-dco", 65534),
        ("xfrm", 65534),
        ("vti", 768),
        ("vti6", 769),
        ("tun", 65534),
        ("tun", 1),  # tap
    ],
)
def test_what_encrypts_is_a_vpn_and_trusted(tmp_path: Path, driver_kind: str, hardware_type: int) -> None:
    kind = kernel_kind(link(driver_kind=driver_kind, hardware_type=hardware_type), tmp_path)
    assert kind is PathKind.VPN
    assert trust_of(kind) is Trust.TRUSTED


@pytest.mark.parametrize(
    ("driver_kind", "hardware_type"),
    [
        ("ipip", 768),
        ("ip6tnl", 769),
        ("sit", 776),
        ("gre", 778),
        ("gretap", 1),
        ("ip6gre", 823),
        ("ip6gretap", 1),
        ("erspan", 1),
        ("ip6erspan", 1),
        ("gtp", 65534),
        ("vxlan", 1),
        ("geneve", 1),
        ("bareudp", 65534),
        (None, 768),
        (None, 769),
        (None, 776),
        (None, 778),
        (None, 823),
    ],
)
def test_a_tunnel_that_encrypts_nothing_is_not_trusted(
    tmp_path: Path, driver_kind: str | None, hardware_type: int
) -> None:
    tunnel = link(driver_kind=driver_kind, hardware_type=hardware_type)
    kind = kernel_kind(tunnel, tmp_path) or kind_by_driver(tunnel, driver_kind) or PathKind.UNKNOWN
    assert kind in {PathKind.VIRTUAL, PathKind.UNKNOWN}
    assert trust_of(kind) is Trust.UNTRUSTED


def trust_of(kind: PathKind) -> Trust:
    return verdict_on(Evidence(name=LinkName("net0"), kind=kind), TrustPreferences()).level


def system_link(directory: Path, *, index: str = "5\n", uevent: str = "DEVTYPE=wlan\nINTERFACE=net0\n") -> Path:
    (directory / "net0").mkdir()
    (directory / "net0" / "ifindex").write_text(index)
    (directory / "net0" / "uevent").write_text(uevent)
    return directory


@pytest.mark.parametrize(
    ("device_type", "kind"),
    [("wlan", PathKind.WIFI), ("wwan", PathKind.LTE), ("bluetooth", PathKind.BLUETOOTH), ("new", None)],
)
def test_the_device_type_stands_for_a_kind(tmp_path: Path, device_type: str, kind: PathKind | None) -> None:
    system_link(tmp_path, uevent=f"DEVTYPE={device_type}\nIFINDEX=5\n")
    assert kernel_kind(link(), tmp_path) is kind


def test_a_system_directory_of_another_namespace_is_not_believed(tmp_path: Path) -> None:
    assert kernel_kind(link(index=6), system_link(tmp_path)) is None


@pytest.mark.parametrize("index", ["", "five", "\0"])
def test_a_system_directory_that_makes_no_sense_says_nothing(tmp_path: Path, index: str) -> None:
    assert kernel_kind(link(), system_link(tmp_path, index=index)) is None


@pytest.mark.parametrize(
    ("driver", "kind"),
    [
        ("cdc_mbim", PathKind.LTE),
        ("qmi_wwan", PathKind.LTE),
        ("rndis_host", PathKind.TETHERING),
        ("ipheth", PathKind.TETHERING),
        ("bnep", PathKind.BLUETOOTH),
        ("e1000e", PathKind.ETHERNET),
        (None, None),
    ],
)
def test_a_driver_stands_for_a_kind(driver: str | None, kind: PathKind | None) -> None:
    assert kind_by_driver(link(), driver) is kind


def test_a_driver_of_what_is_no_card_says_nothing() -> None:
    assert kind_by_driver(link(driver_kind="tun"), "tun") is None
    assert kind_by_driver(link(hardware_type=65534), "new_modem") is None
