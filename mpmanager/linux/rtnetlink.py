"""What rtnetlink's messages look like: headers, attributes and constants, from links to neighbours.

Names and numbers are those of `linux/rtnetlink.h`, `linux/if_link.h`, `linux/if_addr.h`, `linux/fib_rules.h` and
`linux/neighbour.h`.
"""

import socket
import struct
from collections.abc import Iterator
from errno import EAFNOSUPPORT, ENOENT, EOPNOTSUPP
from ipaddress import IPv4Address, IPv6Address

from mpmanager.linux.netlink import NetlinkSocket, attribute, attributes_of
from mpmanager.model.errors import CommandRefusedError
from mpmanager.model.names import IPAddress

NETLINK_ROUTE = 0

RTM_NEWLINK = 16
RTM_DELLINK = 17
RTM_GETLINK = 18
RTM_NEWADDR = 20
RTM_DELADDR = 21
RTM_GETADDR = 22
RTM_NEWROUTE = 24
RTM_DELROUTE = 25
RTM_GETROUTE = 26
RTM_NEWNEIGH = 28
RTM_DELNEIGH = 29
RTM_GETNEIGH = 30
RTM_NEWRULE = 32
RTM_DELRULE = 33
RTM_GETRULE = 34
RTM_GETSTATS = 94

NLM_F_REPLACE = 0x100
NLM_F_EXCL = 0x200
NLM_F_CREATE = 0x400

RTNLGRP_LINK = 1
RTNLGRP_NEIGH = 3
RTNLGRP_IPV4_IFADDR = 5
RTNLGRP_IPV4_ROUTE = 7
RTNLGRP_IPV4_RULE = 8
RTNLGRP_IPV6_IFADDR = 9
RTNLGRP_IPV6_ROUTE = 11
RTNLGRP_IPV6_RULE = 19

LINK_HEADER = struct.Struct("=BxHiII")
"""struct ifinfomsg: family, hardware type, index, flags, change mask."""
ADDRESS_HEADER = struct.Struct("=BBBBI")
"""struct ifaddrmsg: family, prefix length, flags, scope, link index."""
ROUTE_HEADER = struct.Struct("=BBBBBBBBI")
"""struct rtmsg: family, destination and source prefix lengths, TOS, table, protocol, scope, type, flags."""
RULE_HEADER = struct.Struct("=BBBBBBBBI")
"""struct fib_rule_hdr: family, destination and source prefix lengths, TOS, table, two reserved, action, flags."""
NEIGHBOUR_HEADER = struct.Struct("=BxxxiHBB")
"""struct ndmsg: family, link index, state, flags, type."""
STATS_HEADER = struct.Struct("=BxHII")
"""struct if_stats_msg: family, padding, link index, filter mask."""
NEXT_HOP_HEADER = struct.Struct("=HBBi")
"""struct rtnexthop: length, flags, hops, link index."""

U16 = struct.Struct("=H")
U32 = struct.Struct("=I")

RT_TABLE_MAIN = 254
RTN_UNICAST = 1
RT_SCOPE_UNIVERSE = 0
RT_SCOPE_LINK = 253
RTNH_F_ONLINK = 4

RTA_DST = 1
RTA_OIF = 4
RTA_GATEWAY = 5
RTA_PRIORITY = 6
RTA_PREFSRC = 7
RTA_MULTIPATH = 9
RTA_TABLE = 15
RTA_VIA = 18

NDA_DST = 1
NDA_LLADDR = 2
NUD_REACHABLE = 0x02
NUD_STALE = 0x04
NUD_DELAY = 0x08
NUD_PROBE = 0x10
NUD_PERMANENT = 0x80

FR_ACT_TO_TBL = 1
FRA_SRC = 2
FRA_PRIORITY = 6
FRA_SUPPRESS_PREFIXLEN = 14
FRA_TABLE = 15
FRA_PROTOCOL = 21

FAMILY_OF_VERSION = {4: socket.AF_INET, 6: socket.AF_INET6}
VERSION_OF_FAMILY = {int(family): version for version, family in FAMILY_OF_VERSION.items()}
ADDRESS_BITS = {4: 32, 6: 128}

OUR_PROTOCOL = 0x6D
"""The mark of our rules and routes (FRA_PROTOCOL, RTA_PROTOCOL): 109, "m" in ASCII; nobody's in
`/etc/iproute2/rt_protos`. `ip route show table all` and `ip rule` print it as `proto 109`."""

_SOL_NETLINK = 270
_NETLINK_GET_STRICT_CHK = 12
_NOTHING_THERE = frozenset({ENOENT, EAFNOSUPPORT, EOPNOTSUPP})
"""How the kernel says that a table was never made, or that IPv6 is switched off."""


class RouteSocket(NetlinkSocket):
    """An rtnetlink socket of the namespace in which it is made; what a dump asks for, the kernel filters."""

    def __init__(self) -> None:
        super().__init__(NETLINK_ROUTE)
        self._socket.setsockopt(_SOL_NETLINK, _NETLINK_GET_STRICT_CHK, 1)

    def dump_existing(self, kind: int, body: bytes, *, what: str) -> Iterator[memoryview]:
        """A dump that is empty where the kernel has no such table or IP version.

        Raises:
            CommandRefusedError: the kernel says no for another reason.
        """
        try:
            yield from self.dump(kind, body, what=what)
        except CommandRefusedError as error:
            if error.errno not in _NOTHING_THERE:
                raise


def address_of(payload: memoryview | bytes) -> IPAddress | None:
    """The address in an attribute; None when it is of neither IP version."""
    if len(payload) == 4:  # noqa: PLR2004  # bytes of an IPv4 address
        return IPv4Address(bytes(payload))
    if len(payload) == 16:  # noqa: PLR2004  # bytes of an IPv6 address
        return IPv6Address(bytes(payload))
    return None


def number_of(payload: memoryview | bytes | None, *, default: int = 0) -> int:
    """The 32-bit number in an attribute."""
    return U32.unpack(payload)[0] if payload is not None and len(payload) == U32.size else default


def number_attribute(kind: int, value: int) -> bytes:
    """A 32-bit number as an attribute."""
    return attribute(kind, U32.pack(value))


def gateway_of(attributes: dict[int, memoryview]) -> IPAddress | None:
    """The gateway of a route or next hop; RTA_VIA is one of the other IP version (RFC 5549)."""
    if (gateway := attributes.get(RTA_GATEWAY)) is not None:
        return address_of(gateway)
    if (via := attributes.get(RTA_VIA)) is not None:
        return address_of(via[2:])
    return None


def is_our_rule(body: memoryview | bytes) -> bool:
    """Whether a rule carries our mark."""
    protocol = attributes_of(memoryview(body)[RULE_HEADER.size :]).get(FRA_PROTOCOL)
    return protocol is not None and bytes(protocol) == bytes([OUR_PROTOCOL])
