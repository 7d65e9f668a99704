"""What a link's own device tells of its kind: the kernel's classification, and the name of the driver."""

import array
import fcntl
import os
import socket
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

from mpmanager.model.network import Link, LinkHint
from mpmanager.model.path import KindSource, PathKind

_ETHERNET_HARDWARE = 1

_LINK_KINDS: Mapping[str, PathKind] = {
    # What encrypts. Tunnels that encrypt nothing (ipip, sit, gre, ip6tnl, erspan, gtp ...) are left out and so remain
    # unknown. Programs make tun, and tap where frames shall go through, for VPNs; a virtual machine's tap is a
    # bridge's port.
    **dict.fromkeys(("wireguard", "ovpn", "ovpn-dco", "xfrm", "vti", "vti6", "tun"), PathKind.VPN),
    **dict.fromkeys(
        ("bridge", "dummy", "ifb", "vxlan", "geneve", "nlmon", "vrf", "macvtap", "ipvtap", "netdevsim", "vcan"),
        PathKind.VIRTUAL,
    ),
    # They carry a network card's traffic. A veth is what a container has for one; its other end is a bridge's port
    # on the host, and ports are no paths.
    **dict.fromkeys(("vlan", "macvlan", "ipvlan", "bond", "team", "veth", "hsr", "macsec"), PathKind.ETHERNET),
    **dict.fromkeys(("wwan", "rmnet"), PathKind.LTE),
    "ppp": PathKind.XDSL,
}
_HARDWARE: Mapping[int, PathKind] = {
    512: PathKind.XDSL,  # PPP; also some modems and old VPNs, which other sources know better
    519: PathKind.LTE,  # RAWIP
}
_DEVICE_TYPES: Mapping[str, PathKind] = {
    "wlan": PathKind.WIFI,
    "wwan": PathKind.LTE,
    "bluetooth": PathKind.BLUETOOTH,
    "ppp": PathKind.XDSL,
    "wireguard": PathKind.VPN,
    "bridge": PathKind.VIRTUAL,
}
_DRIVERS: Mapping[str, PathKind] = {
    **dict.fromkeys(
        ("cdc_mbim", "qmi_wwan", "huawei_cdc_ncm", "sierra_net", "hso", "mhi_net", "mhi_wwan_mbim", "iosm", "mtk_t7xx"),
        PathKind.LTE,
    ),
    **dict.fromkeys(("rndis_host", "ipheth", "cdc_ether"), PathKind.TETHERING),
    **dict.fromkeys(("btusb", "bnep"), PathKind.BLUETOOTH),
}

_SIOCETHTOOL = 0x8946
_ETHTOOL_GDRVINFO = 3
_DRVINFO = struct.Struct("=I32s160x")
"""struct ethtool_drvinfo: the command, the driver's name, and what does not matter here."""
_IFREQ = struct.Struct("@16sP16x")
_SYSTEM_LINKS = Path("/sys/class/net")


class KernelSource:
    """The kernel's own classes: IFLA_INFO_KIND, hardware type, and the device type of sysfs.

    A plain network card says nothing: the driver knows whether a telephone is behind it.
    """

    name = "kernel"
    missing: str | None = None

    def __init__(self, *, system_links: Path = _SYSTEM_LINKS) -> None:
        self._system_links = system_links

    def hints(self, links: Sequence[Link]) -> Mapping[int, LinkHint]:
        """By link index."""
        kinds = {link.index: self._kind(link) for link in links}
        return {index: LinkHint(source=KindSource.KERNEL, kind=kind) for index, kind in kinds.items() if kind}

    def _kind(self, link: Link) -> PathKind | None:
        return (
            _LINK_KINDS.get(link.driver_kind or "")
            or _HARDWARE.get(link.hardware_type)
            or _DEVICE_TYPES.get(self._device_type(link))
        )

    def _device_type(self, link: Link) -> str:
        """DEVTYPE of sysfs, which may be another namespace's: the index must agree."""
        directory = self._system_links / link.name
        try:
            if int((directory / "ifindex").read_text()) != link.index:
                return ""
            lines = (directory / "uevent").read_text().splitlines()
        except (OSError, ValueError):
            return ""
        return next((line.removeprefix("DEVTYPE=") for line in lines if line.startswith("DEVTYPE=")), "")


class DriverSource:
    """The driver's name, by ethtool: unlike sysfs that is always this namespace's."""

    name = "driver"
    missing: str | None = None

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)

    def hints(self, links: Sequence[Link]) -> Mapping[int, LinkHint]:
        """By link index."""
        kinds = {link.index: kind_by_driver(link, driver_name(self._socket, link)) for link in links}
        return {index: LinkHint(source=KindSource.DRIVER, kind=kind) for index, kind in kinds.items() if kind}

    def close(self) -> None:
        self._socket.close()


def kind_by_driver(link: Link, driver: str | None) -> PathKind | None:
    """The kind that a driver is known for; else a network card is Ethernet."""
    if driver is None:
        return None
    known = _DRIVERS.get(driver)
    is_card = link.hardware_type == _ETHERNET_HARDWARE and link.driver_kind is None
    return known or (PathKind.ETHERNET if is_card else None)


def driver_name(any_socket: socket.socket, link: Link) -> str | None:
    """The name by ETHTOOL_GDRVINFO; None when there is no driver or no such link any more."""
    information = array.array("B", _DRVINFO.pack(_ETHTOOL_GDRVINFO, b""))
    request = _IFREQ.pack(os.fsencode(link.name), information.buffer_info()[0])
    try:
        fcntl.ioctl(any_socket, _SIOCETHTOOL, request)
    except OSError:
        return None
    name: bytes = _DRVINFO.unpack(information)[1]
    return name.partition(b"\0")[0].decode(errors="replace") or None
