"""Our routes and rules as rtnetlink messages, and back."""

from dataclasses import dataclass
from ipaddress import ip_network

from mpmanager.linux.netlink import attribute, attributes_of
from mpmanager.linux.rtnetlink import (
    FAMILY_OF_VERSION,
    FR_ACT_TO_TBL,
    FRA_PRIORITY,
    FRA_PROTOCOL,
    FRA_SRC,
    FRA_SUPPRESS_PREFIXLEN,
    FRA_TABLE,
    OUR_PROTOCOL,
    ROUTE_HEADER,
    RT_SCOPE_LINK,
    RT_SCOPE_UNIVERSE,
    RT_TABLE_MAIN,
    RTA_DST,
    RTA_GATEWAY,
    RTA_MULTIPATH,
    RTA_OIF,
    RTA_PREFSRC,
    RTA_PRIORITY,
    RTA_TABLE,
    RTA_VIA,
    RTN_UNICAST,
    RTNH_F_ONLINK,
    RULE_HEADER,
    U16,
    U32,
    VERSION_OF_FAMILY,
    address_of,
    gateway_of,
    number_attribute,
    number_of,
)
from mpmanager.model.names import IPAddress
from mpmanager.model.network import MainRule, PathRoute, RoutingPlan, RoutingRule, SourceRule

SUBNETS_RULE_PRIORITY = 17000
"""Of the rules that lead to a path's own subnets. The first, as of two links in a subnet main knows only one."""
MAIN_RULE_PRIORITY = 17100
"""Of the rule that leads to main's routes except for its default ones."""
DEFAULT_RULE_PRIORITY = 17200
"""Of the rules that lead to a path's default route. Before main's own rule (32766), with room for rules on marks in
between: source rules < mark rules < main."""

_METRICS = {4: 0, 6: 1}
"""The best that there is, so that ours wins in its table. IPv6 needs one that nobody else takes there: the kernel
would merge equal routes of two owners into one, with one owner's mark."""
_SIMPLE_RULE = {FRA_SRC, FRA_PRIORITY, FRA_TABLE, FRA_PROTOCOL, FRA_SUPPRESS_PREFIXLEN}
"""The attributes of a rule that asks for nothing but a source address."""
_SUPPRESS_DEFAULT = 0
"""Routes with prefixes of this length and shorter are passed over."""
_SUPPRESS_NOTHING = 0xFFFFFFFF

_PROTOCOL_OFFSET = 5
_FLAGS_OFFSET = 8

Slot = tuple[int, int, str | None, int]
"""IP version, table, destination and metric: routes that differ here never stand in each other's way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelRoute:
    """A route as it has to be in the kernel."""

    route: PathRoute
    is_on_link: bool
    """The kernel shall believe that the gateway is a neighbour though it is in no subnet of the link."""

    def __str__(self) -> str:
        way = f"via {self.route.gateway}" if self.route.gateway else "directly"
        return f"route to {self.route.destination or 'default'} {way} by link {self.route.link_index}"

    @property
    def slot(self) -> Slot:
        route = self.route
        return route.version, route.table, route.destination, _METRICS[route.version]


def kernel_routes(plan: RoutingPlan) -> frozenset[KernelRoute]:
    """The plan's routes with what the kernel wants to know beyond."""
    return frozenset(KernelRoute(route=route, is_on_link=_is_on_link(route, plan)) for route in plan.routes)


def _is_on_link(route: PathRoute, plan: RoutingPlan) -> bool:
    """Whether the kernel would refuse the gateway as not reachable; link-local ones always are."""
    gateway = route.gateway
    if gateway is None or gateway.is_link_local:
        return False
    return not any(
        gateway in ip_network(other.destination)
        for other in plan.routes
        if other.destination and (other.table, other.link_index) == (route.table, route.link_index)
    )


def route_message(wanted: KernelRoute) -> bytes:
    """The body of a message that adds the route."""
    route = wanted.route
    destination = ip_network(route.destination) if route.destination else None
    header = ROUTE_HEADER.pack(
        FAMILY_OF_VERSION[route.version],
        destination.prefixlen if destination else 0,
        0,
        0,
        0,
        OUR_PROTOCOL,
        _scope(route),
        RTN_UNICAST,
        RTNH_F_ONLINK if wanted.is_on_link else 0,
    )
    return b"".join(
        (
            header,
            number_attribute(RTA_TABLE, route.table),
            number_attribute(RTA_OIF, route.link_index),
            number_attribute(RTA_PRIORITY, _METRICS[route.version]),
            attribute(RTA_PREFSRC, route.source.packed),
            attribute(RTA_DST, destination.network_address.packed) if destination else b"",
            gateway_attribute(route.version, route.gateway) if route.gateway else b"",
        )
    )


def _scope(route: PathRoute) -> int:
    """IPv6 routes have none."""
    is_direct = route.version == 4 and route.gateway is None  # noqa: PLR2004  # IPv4
    return RT_SCOPE_LINK if is_direct else RT_SCOPE_UNIVERSE


def gateway_attribute(version: int, gateway: IPAddress) -> bytes:
    """The gateway of a route; one of the other IP version is RTA_VIA (RFC 5549)."""
    if gateway.version == version:
        return attribute(RTA_GATEWAY, gateway.packed)
    return attribute(RTA_VIA, U16.pack(FAMILY_OF_VERSION[gateway.version]) + gateway.packed)


def slot_of(body: memoryview | bytes) -> Slot:
    """Which place a route of the kernel takes."""
    family, length, *_ = ROUTE_HEADER.unpack_from(body)
    attributes = attributes_of(memoryview(body)[ROUTE_HEADER.size :])
    address = address_of(attributes.get(RTA_DST, b""))
    return (
        VERSION_OF_FAMILY.get(family, 0),
        number_of(attributes.get(RTA_TABLE)),
        f"{address}/{length}" if address else None,
        number_of(attributes.get(RTA_PRIORITY)),
    )


def is_our_route(body: bytes) -> bool:
    """Whether a route carries our mark."""
    return body[_PROTOCOL_OFFSET] == OUR_PROTOCOL


def parse_route(body: bytes) -> KernelRoute | None:
    """A route of the kernel, or None when it has a form that `route_message` never gives."""
    _, _, source_length, tos, _, _, scope, kind, flags = ROUTE_HEADER.unpack_from(body)
    attributes = attributes_of(memoryview(body)[ROUTE_HEADER.size :])
    version, table, destination, metric = slot_of(body)
    source = address_of(attributes.get(RTA_PREFSRC, b""))
    if version not in _METRICS or source is None or RTA_MULTIPATH in attributes:
        return None
    route = PathRoute(
        table=table,
        link_index=number_of(attributes.get(RTA_OIF)),
        version=version,
        destination=destination,
        gateway=gateway_of(attributes),
        source=source,
    )
    is_usual = (source_length, tos, kind, scope, metric) == (0, 0, RTN_UNICAST, _scope(route), _METRICS[version])
    return KernelRoute(route=route, is_on_link=bool(flags & RTNH_F_ONLINK)) if is_usual else None


def route_removal(body: bytes) -> bytes:
    """The body of a message that removes exactly this route: without the flags that only the kernel may set."""
    flags = number_of(body[_FLAGS_OFFSET : ROUTE_HEADER.size]) & RTNH_F_ONLINK
    return body[:_FLAGS_OFFSET] + U32.pack(flags) + body[ROUTE_HEADER.size :]


def priority_of(rule: RoutingRule) -> int:
    """Where among all rules it stands; the kernel asks the lowest first."""
    if isinstance(rule, MainRule):
        return MAIN_RULE_PRIORITY
    return SUBNETS_RULE_PRIORITY if rule.skips_default else DEFAULT_RULE_PRIORITY


def rule_message(rule: RoutingRule) -> bytes:
    """The body of a message that adds the rule."""
    return (
        RULE_HEADER.pack(
            FAMILY_OF_VERSION[rule.source.version], 0, rule.source.max_prefixlen, 0, 0, 0, 0, FR_ACT_TO_TBL, 0
        )
        + attribute(FRA_SRC, rule.source.packed)
        + number_attribute(FRA_PRIORITY, priority_of(rule))
        + number_attribute(FRA_TABLE, RT_TABLE_MAIN if isinstance(rule, MainRule) else rule.table)
        + attribute(FRA_PROTOCOL, bytes([OUR_PROTOCOL]))
        + (number_attribute(FRA_SUPPRESS_PREFIXLEN, _SUPPRESS_DEFAULT) if _skips_default(rule) else b"")
    )


def _skips_default(rule: RoutingRule) -> bool:
    return isinstance(rule, MainRule) or rule.skips_default


def parse_rule(body: bytes) -> RoutingRule | None:
    """A rule of the kernel, or None when it has a form that `rule_message` never gives."""
    _, destination_length, source_length, tos, _, _, _, action, flags = RULE_HEADER.unpack_from(body)
    attributes = attributes_of(memoryview(body)[RULE_HEADER.size :])
    is_simple = (destination_length, tos, action, flags) == (0, 0, FR_ACT_TO_TBL, 0)
    source = address_of(attributes.get(FRA_SRC, b""))
    if not is_simple or not attributes.keys() <= _SIMPLE_RULE or source is None:
        return None
    suppressed = number_of(attributes.get(FRA_SUPPRESS_PREFIXLEN), default=_SUPPRESS_NOTHING)
    if source_length != source.max_prefixlen or suppressed not in {_SUPPRESS_DEFAULT, _SUPPRESS_NOTHING}:
        return None
    rule = _rule(source, number_of(attributes.get(FRA_TABLE)), skips_default=suppressed == _SUPPRESS_DEFAULT)
    return rule if number_of(attributes.get(FRA_PRIORITY)) == priority_of(rule) else None


def _rule(source: IPAddress, table: int, *, skips_default: bool) -> RoutingRule:
    if table == RT_TABLE_MAIN and skips_default:
        return MainRule(source=source)
    return SourceRule(source=source, table=table, skips_default=skips_default)
