"""What the kernel and the desktop's services say about links, addresses and routes, before anything is made of it."""

from dataclasses import dataclass

from mpmanager.model.names import IPAddress, LinkName
from mpmanager.model.path import InterfaceAddress, KindSource, PathKind, Security


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One network interface."""

    index: int
    name: LinkName
    is_enabled: bool
    """Switched on by the administrator (IFF_UP)."""
    has_carrier: bool
    hardware_type: int
    """ARPHRD_* of `linux/if_arp.h`: 1 Ethernet, 512 PPP, 65534 none, 772 loopback."""
    driver_kind: str | None
    """IFLA_INFO_KIND: tun, wireguard, bridge, veth ...; None for hardware."""
    master_index: int | None
    """The bridge or bond it belongs to."""
    resolves_neighbours: bool = True
    """Whether it asks who has an address (ARP, NDP); links with one other end do not (IFF_NOARP), nor many modems."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkAddress:
    """An address that serves as a source: global scope and not tentative."""

    link_index: int
    address: InterfaceAddress
    is_temporary: bool
    """An IPv6 privacy address (RFC 8981)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultRoute:
    """A default route of the main table."""

    link_index: int
    version: int
    """4 or 6."""
    gateway: IPAddress | None
    """None on a point-to-point link."""
    metric: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """Who has an address on a link, as far as it was heard there."""

    link_index: int
    address: IPAddress
    link_address: str
    """Such as 02:00:5e:00:53:01."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkState:
    """The namespace's network at one moment."""

    links: tuple[Link, ...] = ()
    addresses: tuple[LinkAddress, ...] = ()
    default_routes: tuple[DefaultRoute, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    """The gateways of the default routes; others are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkHint:
    """What one source believes a link to be."""

    source: KindSource
    kind: PathKind | None = None
    network: str | None = None
    security: Security | None = None
    connection: str | None = None
    """The UUID of the connection profile that is active there."""
    validates_certificate: bool | None = None
    """Whether that profile lets nobody pretend to be this enterprise network; None where nobody told."""
    has_login: bool | None = None
    """Whether a wired network has let this machine in by 802.1X; None where nobody told."""
    is_metered: bool | None = None
    """Whether what it carries costs something; None where nobody told."""


LinkHints = dict[LinkName, tuple[LinkHint, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PathRoute:
    """A route in a path's own table: the way out, or the link's own subnet."""

    table: int
    link_index: int
    version: int
    destination: str | None
    """A prefix such as 192.0.2.0/24; None for the default route."""
    gateway: IPAddress | None
    source: IPAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRule:
    """A policy rule: what leaves from this address is looked up in that table."""

    source: IPAddress
    table: int
    skips_default: bool = False
    """Never by the table's default route. Such rules come first, the others last of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MainRule:
    """A policy rule between the two kinds of source rules: main's routes for this address, but never its default ones.

    A reject route of main (unreachable, prohibit, blackhole) that fits best ends the search, be it a default route.
    """

    source: IPAddress


RoutingRule = SourceRule | MainRule


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingPlan:
    """All rules and routes that there should be of ours."""

    rules: frozenset[RoutingRule] = frozenset()
    routes: frozenset[PathRoute] = frozenset()
