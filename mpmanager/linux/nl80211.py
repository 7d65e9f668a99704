"""What the kernel's Wi-Fi configuration (`linux/nl80211.h`) knows: which links are wireless, and in which network."""

import asyncio
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from errno import ENOBUFS

from mpmanager.linux.generic_netlink import HEADER, NETLINK_GENERIC, Family, find_family, header
from mpmanager.linux.netlink import (
    NetlinkSocket,
    NotificationSocket,
    attribute,
    attributes_of,
    messages_of,
)
from mpmanager.linux.wifi_security import announced_name, announced_security, name_of
from mpmanager.model.errors import CommandRefusedError, NotSupportedError
from mpmanager.model.network import Link, LinkHint
from mpmanager.model.path import KindSource, PathKind

_GET_INTERFACE = 5
_GET_SCAN = 32
_CONNECTION_COMMANDS = frozenset({46, 47, 48})
"""CONNECT, ROAM and DISCONNECT."""
_GROUP = "mlme"

_ATTR_IFINDEX = 3
_ATTR_BSS = 47
_ATTR_SSID = 52
_BSS_CAPABILITY = 5
_BSS_INFORMATION_ELEMENTS = 6
_BSS_STATUS = 9
_BSS_BEACON_IES = 11
_ASSOCIATED = 1
_PRIVACY = 0x10

_U16 = struct.Struct("=H")
_U32 = struct.Struct("=I")
_NOTHING = memoryview(b"")


class Nl80211Source:
    """Hints from nl80211; silent where the kernel has none (no Wi-Fi driver loaded yet)."""

    name = "nl80211"

    def __init__(self, on_change: Callable[[], None]) -> None:
        self._on_change = on_change
        self._socket = NetlinkSocket(NETLINK_GENERIC)
        self._listener: NotificationSocket | None = None
        self._missing: str | None = None

    @property
    def missing(self) -> str | None:
        """Why this source says nothing, or None when it does."""
        return self._missing

    def hints(self, links: Sequence[Link]) -> Mapping[int, LinkHint]:
        """By link index."""
        try:
            family = find_family(self._socket, self.name)
            self._listen(family)
            wireless = dict(self._interfaces(family))
            hints = {link.index: self._hint(family, link.index, wireless) for link in links if link.index in wireless}
        except (NotSupportedError, CommandRefusedError) as error:
            self._missing = str(error)
            return {}
        self._missing = None
        return hints

    def close(self) -> None:
        self._socket.close()
        if self._listener is not None:
            asyncio.get_running_loop().remove_reader(self._listener.fileno())
            self._listener.close()

    def _interfaces(self, family: Family) -> Iterator[tuple[int, str | None]]:
        request = header(_GET_INTERFACE, 0)
        for reply in self._socket.dump(family.id, request, what="listing Wi-Fi interfaces"):
            yield from parse_interface(bytes(reply))

    def _hint(self, family: Family, index: int, wireless: Mapping[int, str | None]) -> LinkHint:
        request = header(_GET_SCAN, 0) + attribute(_ATTR_IFINDEX, _U32.pack(index))
        # An interface that serves others (hotspot) has not scanned; the kernel may refuse, and it has no security here.
        with suppress(CommandRefusedError):
            for reply in self._socket.dump(family.id, request, what="reading the Wi-Fi network"):
                if (hint := parse_network(bytes(reply))) is not None:
                    return hint
        return LinkHint(source=KindSource.NL80211, kind=PathKind.WIFI, network=wireless[index])

    def _listen(self, family: Family) -> None:
        if self._listener is not None or _GROUP not in family.groups:
            return
        self._listener = NotificationSocket(NETLINK_GENERIC, receive_buffer_bytes=1 << 18)
        self._listener.join(family.groups[_GROUP])
        asyncio.get_running_loop().add_reader(self._listener.fileno(), self._read, self._listener)

    def _read(self, listener: NotificationSocket) -> None:
        try:
            datagram = listener.receive() or b""
        except OSError as error:
            if error.errno != ENOBUFS:
                raise
            self._on_change()
            return
        if any(body[:1] and body[0] in _CONNECTION_COMMANDS for _, _, _, body in messages_of(memoryview(datagram))):
            self._on_change()


def parse_interface(body: bytes) -> Iterator[tuple[int, str | None]]:
    """The link index and network of an interface; nothing for those that are no network links (P2P devices)."""
    attributes = attributes_of(memoryview(body)[HEADER.size :])
    index = attributes.get(_ATTR_IFINDEX, _NOTHING)
    if len(index) == _U32.size:
        yield _U32.unpack(index)[0], name_of(bytes(attributes.get(_ATTR_SSID, _NOTHING)))


def parse_network(body: bytes) -> LinkHint | None:
    """What a scan result says, if it is the network that the link belongs to."""
    bss = attributes_of(memoryview(body)[HEADER.size :]).get(_ATTR_BSS, _NOTHING)
    attributes = attributes_of(bss)
    if bytes(attributes.get(_BSS_STATUS, _NOTHING)) != _U32.pack(_ASSOCIATED):
        return None
    capability = attributes.get(_BSS_CAPABILITY, _NOTHING)
    has_privacy = len(capability) == _U16.size and bool(_U16.unpack(capability)[0] & _PRIVACY)
    elements = bytes(attributes.get(_BSS_INFORMATION_ELEMENTS) or attributes.get(_BSS_BEACON_IES, _NOTHING))
    return LinkHint(
        source=KindSource.NL80211,
        kind=PathKind.WIFI,
        network=announced_name(elements),
        security=announced_security(elements, has_privacy=has_privacy),
    )
