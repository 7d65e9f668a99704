"""Which rules and routes make each path usable from its own addresses."""

from collections.abc import Iterable, Iterator
from ipaddress import ip_network

from mpmanager.model.network import PathRoute, RoutingPlan, SourceRule
from mpmanager.model.path import InterfaceAddress, Path

TABLE_BASE = 0x6D700000
"""Per-path tables are numbered from here by interface index ("mp" in ASCII, far from what people choose by hand)."""


def table_of(path: Path) -> int:
    """The number of the path's own routing table."""
    return TABLE_BASE + path.index


def desired_routing(paths: Iterable[Path]) -> RoutingPlan:
    """Rules and routes for all paths that can carry data.

    What leaves from a path's address goes by the path's own table: to the link's subnets directly, else through its
    gateway. A path without gateway is either a point-to-point link (state up) or has only its subnets.
    """
    usable = [path for path in paths if path.state.is_usable]
    return RoutingPlan(
        rules=frozenset(
            SourceRule(source=each.address, table=table_of(path)) for path in usable for each in path.addresses
        ),
        routes=frozenset(route for path in usable for route in _routes(path)),
    )


def _routes(path: Path) -> Iterator[PathRoute]:
    for version in (4, 6):
        source = path.source_address(version)
        if source is None:
            continue
        for each in path.addresses:
            if each.address.version == version:
                yield _subnet_route(path, each)
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


def _subnet_route(path: Path, each: InterfaceAddress) -> PathRoute:
    return PathRoute(
        table=table_of(path),
        link_index=path.index,
        version=each.address.version,
        destination=str(ip_network(f"{each.address}/{each.prefix_length}", strict=False)),
        gateway=None,
        source=each.address,
    )
