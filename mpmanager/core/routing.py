"""Which rules and routes make each path usable from its own addresses."""

from collections.abc import Collection, Iterable, Iterator
from ipaddress import ip_network

from mpmanager.model.names import IPAddress
from mpmanager.model.network import MainRule, PathRoute, RoutingPlan, RoutingRule, SourceRule
from mpmanager.model.path import Path

TABLE_BASE = 0x6D700000
"""Per-path tables are numbered from here by interface index ("mp" in ASCII, far from what people choose by hand)."""


def table_of(path: Path) -> int:
    """The number of the path's own routing table."""
    return TABLE_BASE + path.index


def desired_routing(paths: Iterable[Path]) -> RoutingPlan:
    """Rules and routes for all paths that can carry data.

    What leaves from a path's address goes to the link's subnets directly, else as the main table says unless that is
    a default route, else through the path's gateway. A path without gateway is either a point-to-point link (state
    up) or has only its subnets.

    The main table is asked in between because it knows more than default routes: static routes, those that DHCP or a
    VPN gave, and what shall not be reached at all. Without it, even a connection that main sent to a special gateway
    would leave by the default one: the kernel looks up again once main has chosen the source address. It comes after
    the link's subnets because of two links in the same subnet, of which main knows only one.
    """
    usable = [path for path in paths if path.state.is_usable]
    return RoutingPlan(
        rules=frozenset(_rules(usable)),
        routes=frozenset(route for path in usable for route in _routes(path)),
    )


def _rules(usable: Collection[Path]) -> Iterator[RoutingRule]:
    for path in usable:
        for each in path.addresses:
            for skips_default in (True, False):
                yield SourceRule(source=each.address, table=table_of(path), skips_default=skips_default)
            yield MainRule(source=each.address)


def _routes(path: Path) -> Iterator[PathRoute]:
    for version in (4, 6):
        source = path.source_address(version)
        if source is None:
            continue
        yield from _subnet_routes(path, version)
        way_out = path.way_out(version)
        if way_out is not None:
            yield PathRoute(
                table=table_of(path),
                link_index=path.index,
                version=version,
                destination=None,
                gateway=way_out.gateway,
                source=source,
            )


def _subnet_routes(path: Path, version: int) -> Iterator[PathRoute]:
    """One route for each subnet, from the first address that is in it."""
    seen = set()
    for each in path.addresses:
        if each.address.version != version or each.prefix_length == each.address.max_prefixlen:
            continue  # an address that is alone is no subnet
        subnet = str(ip_network(f"{each.address}/{each.prefix_length}", strict=False))
        if subnet not in seen:
            seen.add(subnet)
            yield _subnet_route(path, each.address, subnet)


def _subnet_route(path: Path, source: IPAddress, subnet: str) -> PathRoute:
    return PathRoute(
        table=table_of(path),
        link_index=path.index,
        version=source.version,
        destination=subnet,
        gateway=None,
        source=source,
    )
