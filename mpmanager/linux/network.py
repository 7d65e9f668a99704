"""Links, addresses, default routes and their gateways of a namespace, as rtnetlink tells them."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from errno import EAFNOSUPPORT, ENOBUFS, ENODEV, ENOENT

from mpmanager.linux.netlink import NotificationSocket, attribute, attributes_of, messages_of
from mpmanager.linux.rtnetlink import (
    ADDRESS_HEADER,
    FAMILY_OF_VERSION,
    LINK_HEADER,
    NDA_DST,
    NDA_LLADDR,
    NEIGHBOUR_HEADER,
    NETLINK_ROUTE,
    NEXT_HOP_HEADER,
    NUD_DELAY,
    NUD_PERMANENT,
    NUD_PROBE,
    NUD_REACHABLE,
    NUD_STALE,
    OUR_PROTOCOL,
    ROUTE_HEADER,
    RT_SCOPE_UNIVERSE,
    RT_TABLE_MAIN,
    RTA_MULTIPATH,
    RTA_OIF,
    RTA_PRIORITY,
    RTA_TABLE,
    RTM_DELNEIGH,
    RTM_DELROUTE,
    RTM_DELRULE,
    RTM_GETADDR,
    RTM_GETLINK,
    RTM_GETNEIGH,
    RTM_GETROUTE,
    RTM_GETSTATS,
    RTM_NEWNEIGH,
    RTM_NEWROUTE,
    RTM_NEWRULE,
    RTN_UNICAST,
    RTNLGRP_IPV4_IFADDR,
    RTNLGRP_IPV4_ROUTE,
    RTNLGRP_IPV4_RULE,
    RTNLGRP_IPV6_IFADDR,
    RTNLGRP_IPV6_ROUTE,
    RTNLGRP_IPV6_RULE,
    RTNLGRP_LINK,
    RTNLGRP_NEIGH,
    STATS_HEADER,
    VERSION_OF_FAMILY,
    RouteSocket,
    address_of,
    gateway_of,
    is_our_rule,
    number_attribute,
    number_of,
)
from mpmanager.model.errors import CommandRefusedError
from mpmanager.model.names import IPAddress, LinkName
from mpmanager.model.network import DefaultRoute, Link, LinkAddress, Neighbour, NetworkState
from mpmanager.model.path import InterfaceAddress, LinkCounters

_IFLA_IFNAME = 3
_IFLA_MASTER = 10
_IFLA_LINKINFO = 18
_IFLA_EXT_MASK = 29
_IFLA_INFO_KIND = 1
_RTEXT_FILTER_SKIP_STATS = 8
_IFF_UP = 0x1
_IFF_LOOPBACK = 0x8
_IFF_RUNNING = 0x40
_IFF_NOARP = 0x80
_IFF_LOWER_UP = 0x10000
_IFF_CONNECTED = _IFF_RUNNING | _IFF_LOWER_UP
"""LOWER_UP alone is not enough: a Wi-Fi link has it before the keys are agreed (RFC 2863's dormant)."""

_MONITOR_HARDWARE = frozenset({801, 802, 803})
"""ARPHRD_IEEE80211*: Wi-Fi in monitor mode only listens to frames and never carries IP."""

_IFA_ADDRESS = 1
_IFA_LOCAL = 2
_IFA_FLAGS = 8
_IFA_F_TEMPORARY = 0x01
"""In IPv4 the same bit says that an address is a further one of its subnet (IFA_F_SECONDARY)."""
_IFA_F_OPTIMISTIC = 0x04
_IFA_F_DADFAILED = 0x08
_IFA_F_DEPRECATED = 0x20
_IFA_F_TENTATIVE = 0x40

_RTM_F_CLONED = 0x200

_HEARD = NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT
"""Who has the address was heard, or stated. Links without link addresses have NUD_NOARP."""
_NOBODY_THERE = frozenset({ENOENT, ENODEV, EAFNOSUPPORT})
"""How the kernel says that it never looked for a neighbour, or that the link or IPv6 is not there."""

_IFLA_STATS_LINK_64 = 1
_STATS_LINK_64_MASK = 1 << (_IFLA_STATS_LINK_64 - 1)
_LINK_64_BYTES = struct.Struct("=16xQQ")
"""struct rtnl_link_stats64: behind the two packet counters, received and transmitted bytes."""

_GROUPS = (
    RTNLGRP_LINK,
    RTNLGRP_NEIGH,
    RTNLGRP_IPV4_IFADDR,
    RTNLGRP_IPV6_IFADDR,
    RTNLGRP_IPV4_ROUTE,
    RTNLGRP_IPV6_ROUTE,
    RTNLGRP_IPV4_RULE,
    RTNLGRP_IPV6_RULE,
)
_RECEIVE_BUFFER_BYTES = 1024 * 1024
_DATAGRAMS_AT_ONCE = 64
_QUIET_S = 0.010
_LATEST_S = 0.050


class LinuxNetworkObserver:
    """NetworkObserver of the network namespace it is made in.

    The kernel answers rtnetlink within the system calls, so nothing here waits for anybody; only a driver that holds
    the kernel's RTNL lock delays an answer.
    """

    def __init__(self, *, receive_buffer_bytes: int = _RECEIVE_BUFFER_BYTES) -> None:
        self._socket = RouteSocket()
        self._receive_buffer_bytes = receive_buffer_bytes
        self._monitors: list[_Monitor] = []
        self._gateways: Mapping[tuple[int, IPAddress], str | None] = {}
        """By link and address: the link address that was observed last."""

    async def observe(self) -> NetworkState:
        """The network as it is now. Loopback and monitors of Wi-Fi are left out.

        Raises:
            CommandRefusedError: the kernel refused to tell.
        """
        network = read_network(self._socket)
        heard = {(each.link_index, each.address): each.link_address for each in network.neighbours}
        gateways = {(each.link_index, each.gateway) for each in network.default_routes if each.gateway is not None}
        self._gateways = {each: heard.get(each) for each in gateways}
        return network

    def changes(self) -> AsyncIterator[None]:
        """One item after each burst of changes: 10 ms after its last notification, 50 ms after its first at most.

        Listening begins with this call, not with the first item. The stream ends when the observer is closed.
        Of neighbours only a gateway's link address is news, when it is heard and is not the one that was observed last;
        all else about them changes all the time. That a gateway is not heard any more is no news: it may come back.
        The kernel itself may tell of a network card's lost carrier up to a second late when any carrier changed within
        the second before (net/core/link_watch.c); not so of veth and other links that stand on another one.
        """
        monitor = _Monitor(self._is_news, receive_buffer_bytes=self._receive_buffer_bytes)
        self._monitors.append(monitor)
        return monitor.bursts()

    def _is_news(self, neighbour: Neighbour) -> bool:
        key = neighbour.link_index, neighbour.address
        return key in self._gateways and self._gateways[key] != neighbour.link_address

    async def counters(self) -> Mapping[int, LinkCounters]:
        """What each interface has carried, by interface index.

        Raises:
            CommandRefusedError: the kernel refused to tell.
        """
        request = STATS_HEADER.pack(0, 0, 0, _STATS_LINK_64_MASK)
        replies = self._socket.dump(RTM_GETSTATS, request, what="reading the links' counters")
        return dict(each for reply in replies for each in _counters(reply))

    async def close(self) -> None:
        for monitor in self._monitors:
            monitor.close()
        self._monitors.clear()
        self._socket.close()


def read_network(route_socket: RouteSocket) -> NetworkState:
    """Links, usable addresses, default routes and gateways; those of links that went while reading are left out.

    Raises:
        CommandRefusedError: the kernel refused to tell.
    """
    links = tuple(_all_links(route_socket))
    known = {link.index for link in links}
    default_routes = tuple(each for each in _all_default_routes(route_socket) if each.link_index in known)
    return NetworkState(
        links=links,
        addresses=tuple(each for each in _all_addresses(route_socket) if each.link_index in known),
        default_routes=default_routes,
        neighbours=tuple(_gateways(route_socket, default_routes)),
    )


def _all_links(route_socket: RouteSocket) -> Iterator[Link]:
    request = LINK_HEADER.pack(0, 0, 0, 0, 0) + number_attribute(_IFLA_EXT_MASK, _RTEXT_FILTER_SKIP_STATS)
    for reply in route_socket.dump(RTM_GETLINK, request, what="listing links"):
        yield from _link(reply)


def _all_addresses(route_socket: RouteSocket) -> Iterator[LinkAddress]:
    request = ADDRESS_HEADER.pack(0, 0, 0, 0, 0)
    for reply in route_socket.dump(RTM_GETADDR, request, what="listing addresses"):
        yield from _link_address(reply)


def _all_default_routes(route_socket: RouteSocket) -> Iterator[DefaultRoute]:
    for family in FAMILY_OF_VERSION.values():
        request = ROUTE_HEADER.pack(family, 0, 0, 0, RT_TABLE_MAIN, 0, 0, 0, 0)
        request += number_attribute(RTA_TABLE, RT_TABLE_MAIN)
        for reply in route_socket.dump_existing(RTM_GETROUTE, request, what="listing routes"):
            yield from _default_routes(reply)


def _gateways(route_socket: RouteSocket, default_routes: Iterable[DefaultRoute]) -> Iterator[Neighbour]:
    """One question each: a dump would bring all neighbours, of which there can be a thousand."""
    for link_index, gateway in dict.fromkeys((each.link_index, each.gateway) for each in default_routes):
        if gateway is not None:
            yield from _who_has(route_socket, link_index, gateway)


def _who_has(route_socket: RouteSocket, link_index: int, address: IPAddress) -> Iterator[Neighbour]:
    request = NEIGHBOUR_HEADER.pack(FAMILY_OF_VERSION[address.version], link_index, 0, 0, 0)
    request += attribute(NDA_DST, address.packed)
    try:
        replies = route_socket.query(RTM_GETNEIGH, request, what=f"asking who has {address}")
    except CommandRefusedError as error:
        if error.errno not in _NOBODY_THERE:
            raise
        return
    for reply in replies:
        yield from _neighbour(reply)


def _link(reply: memoryview) -> Iterator[Link]:
    _family, hardware_type, index, flags, _change = LINK_HEADER.unpack_from(reply)
    if flags & _IFF_LOOPBACK or hardware_type in _MONITOR_HARDWARE:
        return
    attributes = attributes_of(reply[LINK_HEADER.size :])
    kind = attributes_of(attributes.get(_IFLA_LINKINFO, memoryview(b""))).get(_IFLA_INFO_KIND)
    yield Link(
        index=index,
        name=LinkName(_text(attributes.get(_IFLA_IFNAME, memoryview(b"")))),
        is_enabled=bool(flags & _IFF_UP),
        has_carrier=flags & _IFF_CONNECTED == _IFF_CONNECTED,
        hardware_type=hardware_type,
        driver_kind=_text(kind) if kind is not None else None,
        master_index=number_of(attributes.get(_IFLA_MASTER)) or None,
        resolves_neighbours=not flags & _IFF_NOARP,
    )


def _text(payload: memoryview) -> str:
    """Interface names are bytes to the kernel; what is not UTF-8 stays distinguishable."""
    return bytes(payload).rstrip(b"\0").decode(errors="backslashreplace")


def _link_address(reply: memoryview) -> Iterator[LinkAddress]:
    family, prefix_length, flags, scope, index = ADDRESS_HEADER.unpack_from(reply)
    attributes = attributes_of(reply[ADDRESS_HEADER.size :])
    flags = number_of(attributes.get(_IFA_FLAGS), default=flags)
    subnet = address_of(attributes.get(_IFA_ADDRESS, b""))
    local = address_of(attributes.get(_IFA_LOCAL, b"")) or subnet
    if local is None or scope != RT_SCOPE_UNIVERSE or not _is_usable(flags):
        return
    if local != subnet:
        # The prefix is the peer's, at the other end of a point-to-point link.
        prefix_length = local.max_prefixlen
    yield LinkAddress(
        link_index=index,
        address=InterfaceAddress(
            address=local, prefix_length=prefix_length, is_deprecated=bool(flags & _IFA_F_DEPRECATED)
        ),
        is_temporary=VERSION_OF_FAMILY.get(family) == 6 and bool(flags & _IFA_F_TEMPORARY),  # noqa: PLR2004  # IPv6
    )


def _is_usable(flags: int) -> bool:
    if flags & _IFA_F_DADFAILED:
        return False
    return not flags & _IFA_F_TENTATIVE or bool(flags & _IFA_F_OPTIMISTIC)


def _default_routes(reply: memoryview) -> Iterator[DefaultRoute]:
    family, destination_length, _, _, _, protocol, _, kind, flags = ROUTE_HEADER.unpack_from(reply)
    version = VERSION_OF_FAMILY.get(family)
    if version is None or destination_length or kind != RTN_UNICAST:
        return
    attributes = attributes_of(reply[ROUTE_HEADER.size :])
    if number_of(attributes.get(RTA_TABLE)) != RT_TABLE_MAIN or protocol == OUR_PROTOCOL or flags & _RTM_F_CLONED:
        return
    for link_index, next_hop in _next_hops(attributes):
        yield DefaultRoute(
            link_index=link_index,
            version=version,
            gateway=gateway_of(next_hop),
            metric=number_of(attributes.get(RTA_PRIORITY)),
        )


def _next_hops(attributes: dict[int, memoryview]) -> Iterator[tuple[int, dict[int, memoryview]]]:
    """Link indexes with the attributes that name the gateway: one, or those of a multipath route."""
    rest = attributes.get(RTA_MULTIPATH)
    if rest is None:
        yield number_of(attributes.get(RTA_OIF)), attributes
        return
    while len(rest) >= NEXT_HOP_HEADER.size:
        length, _flags, _hops, link_index = NEXT_HOP_HEADER.unpack_from(rest)
        if not NEXT_HOP_HEADER.size <= length <= len(rest):
            return
        yield link_index, attributes_of(rest[NEXT_HOP_HEADER.size : length])
        rest = rest[(length + 3) & ~3 :]


def _neighbour(body: memoryview) -> Iterator[Neighbour]:
    """A neighbour that was heard; nothing of others, and of those without a link address."""
    _family, link_index, state, _flags, _type = NEIGHBOUR_HEADER.unpack_from(body)
    attributes = attributes_of(body[NEIGHBOUR_HEADER.size :])
    address = address_of(attributes.get(NDA_DST, b""))
    link_address = bytes(attributes.get(NDA_LLADDR, b""))
    if address is not None and state & _HEARD and any(link_address):
        yield Neighbour(link_index=link_index, address=address, link_address=link_address.hex(":"))


def _counters(reply: memoryview) -> Iterator[tuple[int, LinkCounters]]:
    _family, _padding, index, _mask = STATS_HEADER.unpack_from(reply)
    statistics = attributes_of(reply[STATS_HEADER.size :]).get(_IFLA_STATS_LINK_64)
    if statistics is not None:
        received, transmitted = _LINK_64_BYTES.unpack_from(statistics)
        yield index, LinkCounters(rx_bytes=received, tx_bytes=transmitted)


class _Monitor:
    """Notifications about the network, made into bursts."""

    def __init__(self, is_news: Callable[[Neighbour], bool], *, receive_buffer_bytes: int) -> None:
        self._is_news = is_news
        self._socket = NotificationSocket(NETLINK_ROUTE, receive_buffer_bytes=receive_buffer_bytes)
        for group in _GROUPS:
            self._socket.join(group)
        self._loop = asyncio.get_running_loop()
        self._is_open = True
        self._noticed = asyncio.Event()
        self._loop.add_reader(self._socket.fileno(), self._read)

    def close(self) -> None:
        if self._is_open:
            self._is_open = False
            self._loop.remove_reader(self._socket.fileno())
            self._socket.close()
            self._noticed.set()

    async def bursts(self) -> AsyncIterator[None]:
        while await self._first():
            await self._rest()
            if self._is_open:
                yield

    async def _first(self) -> bool:
        await self._noticed.wait()
        return self._is_open

    async def _rest(self) -> None:
        latest = self._loop.time() + _LATEST_S
        while self._is_open and (left_s := latest - self._loop.time()) > 0:
            self._noticed.clear()
            try:
                async with asyncio.timeout(min(_QUIET_S, left_s)):
                    await self._noticed.wait()
            except TimeoutError:
                return
        if self._is_open:
            self._noticed.clear()

    def _read(self) -> None:
        """Some datagrams at a time: in a storm others want the event loop, too."""
        for _ in range(_DATAGRAMS_AT_ONCE):
            try:
                datagram = self._socket.receive()
            except OSError as error:
                if error.errno != ENOBUFS:
                    raise
                self._noticed.set()
                continue
            if datagram is None:
                return
            if any(self._matters(kind, body) for kind, _, _, body in messages_of(memoryview(datagram))):
                self._noticed.set()

    def _matters(self, kind: int, body: memoryview) -> bool:
        if kind == RTM_NEWNEIGH:
            return any(self._is_news(each) for each in _neighbour(body))
        return kind != RTM_DELNEIGH and _matters(kind, body)


def _matters(kind: int, body: memoryview) -> bool:
    """Whether a notification may change what is observed or what was applied.

    Of routes only the default ones count (a router has thousands of others), of rules and routes of ours only their
    loss: somebody else may have flushed them.
    """
    if kind in {RTM_NEWROUTE, RTM_DELROUTE}:
        is_ours = body[5] == OUR_PROTOCOL
        return kind == RTM_DELROUTE if is_ours else body[1] == 0
    if kind == RTM_NEWRULE:
        return False
    return kind != RTM_DELRULE or is_our_rule(body)
