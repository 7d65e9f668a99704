"""Which rules and routes make each path usable from its own addresses."""

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_network

from mpmanager.model.names import IPAddress
from mpmanager.model.network import PathRoute, RoutingPlan, SourceRule
from mpmanager.model.path import Path, PathState

TABLE_BASE = 0x6D700000
"""Per-path tables are numbered from here by interface index ("mp" in ASCII, far from what people choose by hand)."""


def table_of(path: Path) -> int:
    """The number of the path's own routing table."""
    return TABLE_BASE + path.index


def desired_routing(paths: Iterable[Path]) -> RoutingPlan:
    """Rules and routes for all paths that can carry data.

    What leaves from a path's address goes by the path's own table: to the link's subnets directly, else through its
    gateway. A path without gateway is either a point-to-point link (state up) or has only its subnets; these are in
    every other table, too, because through no other path could they be reached: a container that speaks to this
    host's Wi-Fi address gets its answer by the bridge, not by the Wi-Fi's gateway.
    """
    usable = [path for path in paths if path.state.is_usable]
    return RoutingPlan(
        rules=frozenset(
            SourceRule(source=each.address, table=table_of(path)) for path in usable for each in path.addresses
        ),
        routes=frozenset(route for path in usable for route in _routes(path, usable)),
    )


def _routes(path: Path, usable: Sequence[Path]) -> Iterator[PathRoute]:
    local_only = [other for other in usable if other.state is PathState.LOCAL_ONLY and other is not path]
    for version in (4, 6):
        source = path.source_address(version)
        if source is None:
            continue
        yield from _subnet_routes((path, *local_only), version, table=table_of(path))
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


def _subnet_routes(paths: Iterable[Path], version: int, *, table: int) -> Iterator[PathRoute]:
    """One route for each subnet: by the first path that is in it, from the first address that is."""
    seen = set()
    for path in paths:
        for each in path.addresses:
            if each.address.version != version or each.prefix_length == each.address.max_prefixlen:
                continue  # an address that is alone is no subnet
            subnet = str(ip_network(f"{each.address}/{each.prefix_length}", strict=False))
            if subnet not in seen:
                seen.add(subnet)
                yield _subnet_route(path, each.address, subnet, table=table)


def _subnet_route(path: Path, source: IPAddress, subnet: str, *, table: int) -> PathRoute:
    return PathRoute(
        table=table,
        link_index=path.index,
        version=source.version,
        destination=subnet,
        gateway=None,
        source=source,
    )
